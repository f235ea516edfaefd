#!/bin/sh
# Make the virtual environment of the Makefile, or keep the one that is there.
#
#   make_environment.sh FOLDER [PYTHON]
#
# Without PYTHON an environment that works is kept. One of another version than PYTHON's is made
# anew. FOLDER/.python holds the version; it changes only with the environment.
set -eu
here=$(dirname "$0")
folder=$1
wanted=${2:-}

current=$("$here/find_python.sh" "$folder/bin/python" 2>/dev/null) || current=
if [ -n "$wanted" ] || [ -z "$current" ]; then
    found=$("$here/find_python.sh" ${wanted:+"$wanted"})
    if [ "${current%% *}" != "${found%% *}" ]; then
        if [ -d "$folder" ] && [ ! -f "$folder/pyvenv.cfg" ]; then
            echo "$folder is no virtual environment. Name another folder: make run VENV=FOLDER" >&2
            exit 1
        fi
        echo "Making $folder with Python $found. The packages take some minutes and up to 6 GB."
        rm -rf "$folder"
        "${found#* }" -m venv "$folder"
        current=$found
    fi
fi
[ -f "$folder/.python" ] || echo "${current%% *}" >"$folder/.python"
