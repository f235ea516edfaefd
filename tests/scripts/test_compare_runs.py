"""Labels may change, F1 may not fall far."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import srsly

from tests.conftest import ROOT

LINES = ["D0.s0|D0.s0.e0|D0.s0.e1|1|effect", "D0.s1|D0.s1.e0|D0.s1.e1|0|null"]
FIGURES = {"gold": 0.8, "raw": 0.7, "mentions": 0.9}


def write(folder: Path, figures: dict[str, float], lines: list[str]) -> Path:
    folder.mkdir()
    predicted = {"micro_f": figures["raw"], "ner_f": figures["mentions"]}
    srsly.write_json(folder / "gold.json", {"micro_f": figures["gold"]})
    srsly.write_json(folder / "predicted.json", predicted)
    (folder / "gold.txt").write_text("\n".join(lines), encoding="utf8")
    return folder


def compare(
    folder: Path, figures: dict[str, float], lines: list[str]
) -> subprocess.CompletedProcess[str]:
    before = write(folder / "before", FIGURES, LINES)
    after = write(folder / "after", figures, lines)
    script = ROOT / "scripts" / "compare_runs.py"
    command = [sys.executable, script, before, after]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("what", FIGURES)
@pytest.mark.parametrize(("change", "code"), [(0.0041, 0), (-0.0029, 0), (-0.0031, 1)])
def test_f1_may_fall_by_three_tenths_of_a_point(
    tmp_path: Path, what: str, change: float, code: int
) -> None:
    figures = {**FIGURES, what: FIGURES[what] + change}
    done = compare(tmp_path, figures, [LINES[0], LINES[1].replace("0|null", "1|int")])
    assert done.returncode == code, done.stderr
    assert "1 of 2 pairs are labelled differently" in done.stdout
    assert ("more than 0.3 points" in done.stderr) == bool(code)


def test_runs_on_other_pairs_are_refused(tmp_path: Path) -> None:
    done = compare(tmp_path, FIGURES, LINES[:1])
    assert done.returncode == 1
    assert "2 lines" in done.stderr
