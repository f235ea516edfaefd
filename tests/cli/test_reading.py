"""The text that `extract` is given."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import typer

from spacy_ddi.cli.reading import Given, sort_arguments
from tests.cli.conftest import KNOWN, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "report.txt").write_text(KNOWN, encoding="utf8")
    (tmp_path / "more").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["report.txt", "more", "*.txt", "more/", "."])
def test_what_names_files_is_no_text(folder, name):
    assert sort_arguments([name]) == Given([name], [])
    assert sort_arguments([name, "gone.txt", KNOWN]) == Given([name, "gone.txt", KNOWN], [])
    assert sort_arguments([name], as_text=True) == Given([], [name])


@pytest.mark.parametrize(
    "text",
    [
        KNOWN,
        "-",
        KNOWN + " " * 5000,
        "Does it raise plinozide?",
        "[0-9",
        "iron/zinc",
        "\0",
        "a.",
        "",
    ],
)
def test_what_names_no_file_is_a_text(folder, text):
    assert sort_arguments([text]) == Given([], [text])


@pytest.mark.parametrize(
    "name", ["notes.txt", "gone/notes.TXT", "a.xml.gz", "gone/", "*.jsonl", "page.html", "x.xz"]
)
def test_a_text_that_looks_like_a_file_is_noticed(folder, run, name):
    result = run("extract", name, "--pipeline", "P")
    assert result.exit_code == 1
    assert f"[DDI063] {name} looks like the name of a file" in folded(result.stderr)
    assert sort_arguments([name], as_text=True) == Given([], [name])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"\x89PNG\xff\x00", "is an image"),
        (b"na\xefve", "is not UTF-8 text: byte 2"),
        (b"Dexarol\0plinozide", "zero byte at 7"),
    ],
)
@pytest.mark.parametrize("source", ["standard input", "file"])
def test_extract_refuses_what_is_no_text(run, pipeline, tmp_path, content, message, source):
    path = tmp_path / "text.bin"
    path.write_bytes(content)
    arguments = ["--file", str(path)] if source == "file" else ["-"]
    result = run("extract", *arguments, "--pipeline", pipeline, input=content)
    assert result.exit_code == 1
    assert message in result.stderr
    assert (str(path) if source == "file" else source) in result.stderr


@pytest.mark.parametrize("arguments", [["--file", "nowhere.txt"], ["--file", "."]])
def test_extract_names_a_file_that_cannot_be_read(run, pipeline, arguments):
    result = run("extract", *arguments, "--pipeline", pipeline)
    assert result.exit_code == 2
    assert arguments[1] in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a text", "--file", __file__],
        ["an", "unquoted", "text"],
        ["--file", __file__, "--file", __file__],
    ],
)
def test_extract_wants_one_text(run, pipeline, arguments):
    result = run("extract", *arguments, "--pipeline", pipeline)
    assert result.exit_code == 1
    assert "[DDI062]" in result.stderr
    assert "read it by --from lines" in result.stderr


@pytest.fixture
def given(monkeypatch) -> list[list[str]]:
    """The texts that `extract` gets, instead of what it does with them."""
    texts: list[list[str]] = []

    def keep(found, files, *, as_text):
        texts.append(list(found))
        raise typer.Exit

    monkeypatch.setattr(sys.modules["spacy_ddi.cli.extract"], "read_text", keep)
    return texts


@pytest.mark.parametrize(
    "text",
    [
        f"- {KNOWN}",
        f"- {KNOWN}\n- Dexarol or rostamine was given.",
        f"-\t{KNOWN}",
        f"-5 mg of it. {KNOWN}",
        f"-- {KNOWN}",
        f"--{KNOWN}",
        f"-{KNOWN}",
        f"---\n{KNOWN}",
        f"--help: {KNOWN}",
        f"-format jsonl. {KNOWN}",
    ],
)
@pytest.mark.parametrize("place", ["first", "last", "after two dashes"])
def test_a_text_may_begin_with_a_dash(run, given, text, place):
    options = ["--pipeline", "P", "--format", "jsonl"]
    arguments = {
        "first": [text, *options],
        "last": [*options, text],
        "after two dashes": [*options, "--", text],
    }[place]
    result = run("extract", *arguments)
    assert result.exit_code == 0, result.stderr
    assert given == [[text]]


def test_a_word_that_looks_like_an_option_is_a_text_after_two_dashes(run, given):
    run("extract", "--", "--fromat")
    run("extract", "--format", "jsonl", "--", "--format")
    run("extract", "--pipeline", "-")
    run("extract", "-")
    assert given == [["--fromat"], ["--format"], [], ["-"]]


@pytest.mark.parametrize(
    "arguments",
    [["--fromat", "jsonl"], ["--fromat=jsonl"], ["--fromat=a b"], ["-f", "jsonl"], ["-format"]],
)
def test_an_unknown_option_is_reported(run, arguments):
    result = run("extract", KNOWN, *arguments)
    assert result.exit_code == 2
    assert "No such option" in result.stderr
    assert arguments[0][:2] in result.stderr


def test_the_value_of_an_option_may_begin_with_a_dash(run, pipeline, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("- text").write_text(KNOWN, encoding="utf8")
    for given in (["--file", "- text"], ["--file=- text"]):
        assert run("extract", *given, "--pipeline", pipeline).exit_code == 0


@pytest.mark.parametrize("name", ["page.html", "page"])
def test_markup_is_refused_unless_it_is_said_to_be_text(run, pipeline, tmp_path, name):
    path = tmp_path / name
    path.write_text(f"<html><p>{KNOWN}</p></html>", encoding="utf8")
    given = ["--file", path, "--pipeline", pipeline]
    result = run("extract", *given)
    assert result.exit_code == 1
    assert f"[DDI060] {path} looks like an HTML page" in result.stderr
    assert run("extract", *given, "--as-text").exit_code == 0
