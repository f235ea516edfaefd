"""Static vectors: the same each time, of the width asked for, and blind to the corpus's drugs."""

from __future__ import annotations

import lzma
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.loaded_scripts import SCRIPTS, load_script

pytest.importorskip("floret", reason="floret has no wheel for this Python")

TEXT = "Aspirin may raise the level of warfarin.\n\nWarfarin may not raise the level of aspirin.\n"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return load_script("train_vectors")


def test_vectors_are_the_same_each_time_and_200_wide(
    script: dict[str, Any], parts: dict[str, Any], tmp_path: Path
) -> None:
    """Also in another process, whose strings have other hashes."""
    plain, packed = tmp_path / "text.txt", tmp_path / "text.xz"
    plain.write_text(TEXT * 20, encoding="utf8")
    packed.write_bytes(lzma.compress((TEXT * 20).encode("utf8")))
    first, second = tmp_path / "first.floret", tmp_path / "new" / "second.floret"
    command = [sys.executable, SCRIPTS / "train_vectors.py", parts["paths.train"], plain, first]
    subprocess.run([*command, "--epochs", "1"], check=True, capture_output=True)
    # In two files, one of which is not there, it is the same text.
    script["main"](Path(parts["paths.train"]), tmp_path / "none", second, epochs=1, also=[packed])
    assert first.read_bytes() == second.read_bytes()
    with second.open(encoding="utf8") as file:
        next(file)
        _, *values = next(file).split()
    assert len(values) == 200
    assert any(map(float, values))


def test_without_a_text_the_corpus_alone_is_read(
    script: dict[str, Any], parts: dict[str, Any], tmp_path: Path
) -> None:
    output = tmp_path / "v.floret"
    script["main"](Path(parts["paths.train"]), tmp_path / "none.txt", output, epochs=1)
    assert output.read_bytes().count(b"\n") > 1000
