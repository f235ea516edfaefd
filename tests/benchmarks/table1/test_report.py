"""The tables, and the differences of rows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import srsly

from benchmarks.table1.report import RESULTS, difference, table_lines
from benchmarks.table1.report import main as report_main
from benchmarks.table1.rows import ROOT
from benchmarks.table1.runs import Block, largest_block, read_runs


def _stored(row: str, seed: int, folds: Iterable[str]) -> dict[str, Any]:
    return {"row": row, "seed": seed, "folds": {fold: {} for fold in folds}}


def test_a_table_is_of_the_rows_and_folds_of_which_most_is_there() -> None:
    four, two, one = (["fold0", "fold1", "fold2", "fold3"][:n] for n in (4, 2, 1))
    runs = [_stored("full", 1, [*four, "whole"]), _stored("full", 2, two)]
    runs += [_stored(row, 1, two) for row in ("gcn_baseline", "static_vectors")]
    assert largest_block(runs) == Block(
        ["full", "static_vectors", "gcn_baseline"], (1,), tuple(two)
    )
    # One fold of one row does not cut those of the others, unless it is asked for.
    runs.append(_stored("lstm_baseline", 1, one))
    assert largest_block(runs) == Block(
        ["full", "static_vectors", "gcn_baseline"], (1,), tuple(two)
    )
    found = largest_block(runs, ["gcn_baseline", "lstm_baseline"])
    assert found is not None
    assert (found.seeds, found.folds) == ((1,), ("fold0",))
    without_full = largest_block(runs[2:])
    assert without_full == Block(["static_vectors", "gcn_baseline"], (1,), tuple(two))
    assert largest_block([]) is None
    assert largest_block(runs, ["full", "no_graph"]) is None


def test_lines_are_means_over_seeds_with_differences_from_the_full_model(tmp_path: Path) -> None:
    for source, row, seed in (
        ("full", "full", 1),
        ("full", "full", 2),
        ("gcn_baseline", "gcn_baseline", 1),
        ("lstm_baseline", "gcn_baseline", 2),
        ("no_graph", "no_graph", 1),
    ):
        run = srsly.read_json(RESULTS / f"{source}.seed1.json")
        srsly.write_json(tmp_path / f"{row}.seed{seed}.json", {**run, "row": row, "seed": seed})
    full, gcn, no_graph = table_lines(runs := read_runs(tmp_path, "dev"))
    assert gcn["f"] == pytest.approx([56.022, 62.674], abs=1e-3)
    assert gcn["interval"][0] < np.mean(gcn["f"]) < gcn["interval"][1]
    assert 100 * gcn["difference"].mean == pytest.approx(np.mean(gcn["f"]) - np.mean(full["f"]))
    assert gcn["difference"].p_value < 0.01
    assert full["difference"] is None
    # The third has one seed, and is compared on that one.
    assert 100 * no_graph["difference"].mean == pytest.approx(no_graph["f"][0] - full["f"][0])
    assert difference(runs, "full", "names_seen") is None


def test_what_is_to_be_known_of_a_published_figure_stands_below(tmp_path: Path) -> None:
    for row in ("full", "sun_rhcnn"):
        run = srsly.read_json(RESULTS / "full.seed1.json")
        srsly.write_json(tmp_path / f"{row}.seed1.json", {**run, "row": row})
    page = tmp_path / "page.md"
    page.write_text((ROOT / "docs" / "table1.md").read_text(encoding="utf8"), encoding="utf8")
    report_main(results=tmp_path, page=page)
    told = [line for line in page.read_text(encoding="utf8").splitlines() if "976 true" in line]
    assert any(line.startswith("- RHCNN (Sun 2019): Its public code leaves 64") for line in told)


def test_any_two_rows_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    report_main(compare=("full", "gcn_baseline"))
    assert "development documents: `full` minus `gcn_baseline`: +14.7" in capsys.readouterr().out
