"""How a command ends: done, with an error of the user's, with a bug, stopped."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from spacy_ddi.cli.console import Command, FilesLeftOut, require_writable
from spacy_ddi.errors import CorpusError, DDIError


def run_raising(error: BaseException, *arguments: object):
    """A command with a file as argument, which raises this."""
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command(cls=Command)
    def command(file: Path) -> None:
        print("began")
        raise error

    return CliRunner().invoke(app, [str(argument) for argument in arguments or ("some/file",)])


@pytest.mark.parametrize(
    "error",
    [
        DDIError("[DDI999] What is wrong. What to do."),
        CorpusError("[DDI999] What is wrong. What to do."),
        FileNotFoundError(errno.ENOENT, "[DDI999] What is wrong. What to do.", "some/file"),
        PermissionError(errno.EACCES, "[DDI999] What is wrong. What to do.", "some"),
        PermissionError(errno.EACCES, "[DDI999] What is wrong. What to do.", "some/file/in/it"),
        OSError(errno.ENOSPC, "[DDI999] What is wrong. What to do."),
    ],
)
def test_what_the_user_can_fix_is_one_message(error):
    result = run_raising(error)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == "began\n"
    assert "[DDI999] What is wrong. What to do." in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a bug"),
        UnicodeDecodeError("utf8", b"", 0, 1, "a bug"),
        KeyError("a bug"),
        RuntimeError("a bug"),
        FileNotFoundError(errno.ENOENT, "a bug", "our/own/file"),
        OSError("a bug"),
    ],
)
def test_a_bug_shows_its_trace(error):
    result = run_raising(error)
    assert result.exit_code == 1
    assert result.exception is error
    assert "a bug" not in result.stderr


def test_a_command_that_is_stopped_says_so():
    result = run_raising(KeyboardInterrupt())
    assert (result.exit_code, result.stderr) == (130, "Stopped.\n")


@pytest.mark.parametrize("printing", ["print('line')", "print('line', flush=True)"])
def test_a_reader_that_goes_away_ends_the_command_silently(printing):
    script = (
        "import typer\n"
        "from spacy_ddi.cli.console import Command\n"
        "app = typer.Typer()\n"
        "@app.command(cls=Command)\n"
        "def command():\n"
        "    input()\n"
        f"    {printing}\n"
        "app()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate("the reader is gone\n", timeout=30)
    assert (errors, process.returncode) == ("", 141)


def test_files_left_out_make_the_exit_code(capsys):
    left_out = FilesLeftOut()
    left_out.exit_if_any()
    left_out(CorpusError("a.xml is malformed"))
    left_out(CorpusError("b.xml is malformed"))
    with pytest.raises(typer.Exit) as caught:
        left_out.exit_if_any()
    assert caught.value.exit_code == 1
    assert capsys.readouterr().err.splitlines() == [
        "a.xml is malformed",
        "b.xml is malformed",
        "2 files left out.",
    ]


def test_a_path_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    require_writable(None, tmp_path / "new" / "file", tmp_path)
    (tmp_path / "file").write_text("no folder", encoding="utf8")
    with pytest.raises(DDIError, match="DDI064"):
        require_writable(tmp_path / "file" / "inside")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(DDIError, match="permission denied"):
        require_writable(tmp_path / "other")


def run_script(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=30
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_workers_end_silently_when_the_command_is_stopped():
    done = run_script(
        "import os, signal, time\n"
        "from spacy_ddi.cli.console import silent_workers\n"
        "before = signal.getsignal(signal.SIGINT)\n"
        "with silent_workers():\n"
        "    reader, writer = os.pipe()\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        os.write(writer, b'ready')\n"
        "        time.sleep(60)\n"
        "    os.read(reader, 5)\n"
        "    os.kill(child, signal.SIGINT)\n"
        "    print(os.waitpid(child, 0)[1])\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        time.sleep(60)\n"
        "    except KeyboardInterrupt:\n"
        "        print('stopped')\n"
        "assert signal.getsignal(signal.SIGINT) is before\n"
    )
    assert (done.stdout, done.stderr) == ("0\nstopped\n", "")


def test_a_stopped_program_does_not_wait_for_what_is_under_way():
    done = run_script(
        "import threading, time\n"
        "from spacy_ddi.cli import commands\n"
        "def app():\n"
        "    threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "    raise SystemExit(130)\n"
        "commands.app = app\n"
        "commands.main()\n"
    )
    assert done.returncode == 130
