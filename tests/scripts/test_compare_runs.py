"""Labels may change, F1 may not fall far."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import srsly

from tests.conftest import ROOT

LINES = ["D0.s0|D0.s0.e0|D0.s0.e1|1|effect", "D0.s1|D0.s1.e0|D0.s1.e1|0|null"]


def compare(folder: Path, micro_f: float, lines: list[str]) -> subprocess.CompletedProcess[str]:
    for name, figure, content in (("first", 0.8, LINES), ("second", micro_f, lines)):
        srsly.write_json(folder / f"{name}.json", {"micro_f": figure})
        (folder / f"{name}.txt").write_text("\n".join(content), encoding="utf8")
    paths = [folder / f"{name}.{kind}" for kind in ("json", "txt") for name in ("first", "second")]
    script = ROOT / "scripts" / "compare_runs.py"
    return subprocess.run(
        [sys.executable, script, *paths], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("micro_f", "code"), [(0.8041, 0), (0.7971, 0), (0.7969, 1)])
def test_f1_may_fall_by_three_tenths_of_a_point(tmp_path: Path, micro_f: float, code: int) -> None:
    done = compare(tmp_path, micro_f, [LINES[0], LINES[1].replace("0|null", "1|int")])
    assert done.returncode == code, done.stderr
    assert "1 of 2 pairs are labelled differently" in done.stdout
    assert ("more than 0.3 points" in done.stderr) == bool(code)


def test_runs_on_other_pairs_are_refused(tmp_path: Path) -> None:
    done = compare(tmp_path, 0.8, LINES[:1])
    assert done.returncode == 1
    assert "2 lines against 1" in done.stderr
