#!/bin/sh
# Find the Python to use.
#
#   find_python.sh          the newest supported one that runs
#   find_python.sh NAME     this one (a command, a path, or a version such as 3.12), if supported
#   find_python.sh --all    all supported ones that run, one a line, newest first
#
# Prints VERSION and path. The supported versions are the classifiers of pyproject.toml.

root=$(dirname "$0")/..
supported=$(sed -n 's/.*"Programming Language :: Python :: \(3\.[0-9]*\)".*/\1/p' \
    "$root/pyproject.toml" | sort -t . -k 2 -n -r)

# VERSION and path of a Python. One that can make no environment counts as none: the command of a
# version manager for a version that is switched off, or Debian's Python without python3-venv.
describe() {
    "$1" -c 'import ensurepip, sys, venv
print("%d.%d" % sys.version_info[:2], sys.executable)' 2>/dev/null
}

# A Python of this version: on the path, or among those of pyenv, switched on or not.
find_version() {
    for command in "python$1" python3 python "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        found=$(describe "$command") && [ "${found%% *}" = "$1" ] && echo "$found" && return
    done
    return 1
}

fail() {
    echo "$1 spacy-ddi runs on Python $(echo $supported | sed 's/ /, /g')." >&2
    echo "Name one that is installed, for example: make run PYTHON=python${supported%%[!3.0-9]*}" >&2
    exit 1
}

case "$1" in
--all)
    for version in $supported; do
        find_version "$version"
    done
    ;;
"")
    for version in $supported; do
        find_version "$version" && exit
    done
    fail "No supported Python with its venv module was found."
    ;;
*)
    found=$(describe "$1") || found=$(find_version "${1#python}") ||
        fail "PYTHON=$1 does not run, or has no venv module."
    echo "$supported" | grep -qx "${found%% *}" || fail "PYTHON=$1 is Python ${found%% *}."
    echo "$found"
    ;;
esac
