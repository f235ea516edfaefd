"""Static vectors: the same each time, of the width asked for, and blind to the corpus's drugs."""

from __future__ import annotations

import lzma
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

pytest.importorskip("floret", reason="floret has no wheel for this Python")

TEXT = "Aspirin may raise the level of warfarin.\n\nWarfarin may not raise the level of aspirin.\n"


def train(corpus: str, text: Path, output: Path) -> list[str]:
    script = ROOT / "scripts" / "train_vectors.py"
    command = [sys.executable, script, corpus, text, output, "--epochs", "1"]
    subprocess.run(command, check=True, capture_output=True)
    return output.read_text(encoding="utf8").splitlines()


def test_vectors_are_the_same_each_time_and_200_wide(parts: dict[str, Any], tmp_path: Path) -> None:
    plain, packed = tmp_path / "text.txt", tmp_path / "text.xz"
    plain.write_text(TEXT * 20, encoding="utf8")
    packed.write_bytes(lzma.compress((TEXT * 20).encode("utf8")))
    first = train(parts["paths.train"], plain, tmp_path / "first.floret")
    second = train(parts["paths.train"], packed, tmp_path / "new" / "second.floret")
    assert first == second
    assert len(first[1].split()) == 1 + 200
    assert any(float(value) for value in first[1].split()[1:])


def test_without_a_text_the_corpus_alone_is_read(parts: dict[str, Any], tmp_path: Path) -> None:
    assert len(train(parts["paths.train"], tmp_path / "none.txt", tmp_path / "v.floret")) > 1000
