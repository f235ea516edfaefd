"""The Pythons that are supported: pyproject.toml names them, everything else agrees with it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPTS = ROOT / "scripts"
SUPPORTED = re.findall(
    r'"Programming Language :: Python :: (3\.\d+)"',
    (ROOT / "pyproject.toml").read_text(encoding="utf8"),
)
NEWEST, OLDEST = SUPPORTED[-1], SUPPORTED[0]

PYTHON = """\
#!/bin/sh
# Stands for Python {version}: tells its version and path, and makes an environment with its copy.
case "$1 $2" in
"-m venv") mkdir -p "$3/bin" && touch "$3/pyvenv.cfg" && cp "$0" "$3/bin/python" ;;
*) echo "{version} $0" ;;
esac
"""
SHIM = "#!/bin/sh\necho 'command not found: python' >&2\nexit 127\n"


class Machine:
    """A folder as the whole path of commands, with the Pythons that a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in ("sh", "sed", "sort", "grep", "dirname", "rm", "mkdir", "touch", "cp"):
            (self.bin / name).symlink_to(str(shutil.which(name)))

    def add(self, name: str, version: str | None = None) -> Path:
        """Put a Python of this version there; without one, a command that does not run."""
        path = self.bin / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PYTHON.format(version=version) if version else SHIM, encoding="utf8")
        path.chmod(0o755)
        return path

    def run(self, script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SCRIPTS / script, *arguments],
            env={"PATH": str(self.bin), "HOME": str(self.folder)},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def find(self, *arguments: str | Path) -> str:
        done = self.run("find_python.sh", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_this_python_is_a_supported_one() -> None:
    assert "{}.{}".format(*sys.version_info) in SUPPORTED


def test_tools_check_for_the_oldest_supported_python() -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf8")
    assert f'requires-python = ">={OLDEST}' in settings
    assert f'python_version = "{OLDEST}"' in settings
    assert f'target-version = "py{OLDEST.replace(".", "")}"' in settings


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", "scripts/find_python.sh"])
def test_no_version_stands_elsewhere_but_in_a_comment(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf8").splitlines()
    code = [line for line in lines if not line.startswith("#")]
    assert not [line for line in code if re.search(r"3\.1\d", line)]


def test_all_supported_pythons_are_found_newest_first(machine: Machine) -> None:
    for minor in range(7, 20):
        machine.add(f"python3.{minor}", f"3.{minor}")
    found = machine.find("--all").splitlines()
    assert [line.split()[0] for line in found] == SUPPORTED[::-1]
    assert machine.find() == found[0] == f"{NEWEST} {machine.bin / f'python{NEWEST}'}"


def test_python_that_does_not_run_is_passed_over(machine: Machine) -> None:
    machine.add(f"python{NEWEST}")
    path = machine.add("python3", OLDEST)
    assert machine.find() == f"{OLDEST} {path}"


def test_python_of_pyenv_is_found_though_switched_off(machine: Machine) -> None:
    machine.add(f"python{NEWEST}")
    path = machine.add(f"../.pyenv/versions/{NEWEST}.4/bin/python", NEWEST)
    for name in ([], [NEWEST], [f"python{NEWEST}"]):
        version, found = machine.find(*name).split()
        assert (version, Path(found).resolve()) == (NEWEST, path.resolve())


def test_named_python_is_taken(machine: Machine) -> None:
    machine.add(f"python{NEWEST}", NEWEST)
    path = machine.add("mine", OLDEST)
    assert machine.find(path) == machine.find("mine") == f"{OLDEST} {path}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "No supported Python"),
        (["python3.8"], "PYTHON=python3.8 is Python 3.8."),
        ([f"python{NEWEST}"], f"PYTHON=python{NEWEST} does not run"),
    ],
)
def test_what_to_do_is_said_when_none_is_found(
    machine: Machine, arguments: list[str], message: str
) -> None:
    machine.add("python3.8", "3.8")
    done = machine.run("find_python.sh", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(message)
    assert ", ".join(SUPPORTED[::-1]) in done.stderr
    assert f"make run PYTHON=python{NEWEST}\n" in done.stderr


def test_environment_is_kept_until_another_python_is_named(machine: Machine) -> None:
    machine.add(f"python{OLDEST}", OLDEST)
    folder = machine.folder / "environment"
    stamp = folder / ".python"

    def make(*python: str) -> str:
        done = machine.run("make_environment.sh", folder, *python)
        assert done.returncode == 0, done.stderr
        return stamp.read_text(encoding="utf8").strip()

    assert make() == OLDEST
    (folder / "packages").touch()
    made = stamp.stat().st_mtime_ns
    machine.add(f"python{NEWEST}", NEWEST)
    assert make() == make(f"python{OLDEST}") == make("") == OLDEST
    assert (folder / "packages").exists()
    assert stamp.stat().st_mtime_ns == made
    assert make(f"python{NEWEST}") == NEWEST
    assert not (folder / "packages").exists()
    (folder / "bin" / "python").unlink()
    assert make() == NEWEST


def test_folder_of_something_else_is_never_deleted(machine: Machine) -> None:
    machine.add(f"python{NEWEST}", NEWEST)
    (machine.folder / "thesis").mkdir()
    done = machine.run("make_environment.sh", machine.folder / "thesis")
    assert done.returncode == 1
    assert "is no virtual environment" in done.stderr
    assert (machine.folder / "thesis").is_dir()


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_environments_keep_their_bytecode() -> None:
    """pip compiles none, so without it each process of the tests compiles torch and spaCy anew."""
    done = subprocess.run(
        ["make", "--silent", "--eval", "shown: ; @env", "shown"],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "PATH=" in done.stdout
    assert "PYTHONDONTWRITEBYTECODE" not in done.stdout
