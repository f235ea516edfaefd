"""The tables, and the differences of rows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import srsly
import typer

from benchmarks.table1.report import RESULTS, difference, part_lines, table_lines
from benchmarks.table1.report import main as report_main
from benchmarks.table1.rows import ROOT
from benchmarks.table1.runs import Block, read_tables, shared_block
from spacy_ddi.scoring.bootstrap import holm


def _stored(row: str, seed: int, folds: Iterable[str]) -> dict[str, Any]:
    costs = dict.fromkeys(folds, 1.0)
    counts = {fold: {f"{fold}.{i}": {"effect": [3, 1, 2]} for i in (1, 2)} for fold in costs}
    own = dict.fromkeys(("epochs", "train_seconds", "pairs_a_second"), costs)
    common = {"row": row, "seed": seed, "n_folds": 4, "parameters": 1_000_000}
    return {**common, **own, "folds": counts}


def _f1_by_hand(row: str) -> float:
    """Micro-F1 in per cent of the stored result of the development documents."""
    counts = srsly.read_json(RESULTS / f"{row}.seed1.json")["counts"]["dev"]
    types = ("mechanism", "effect", "advise", "int")
    right, wrong, missed = np.sum([[of[t] for t in types] for of in counts.values()], axis=(0, 1))
    return 100 * 2 * right / (2 * right + wrong + missed)


FOLDS = ["fold0", "fold1", "fold2", "fold3"]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """The full model has more than any other row has."""
    runs = [_stored("full", 1, [*FOLDS, "whole"]), _stored("full", 2, FOLDS[:2])]
    runs += [_stored(row, 1, FOLDS) for row in ("gcn_baseline", "static_vectors")]
    runs += [_stored("lstm_baseline", 2, FOLDS[1:]), _stored("no_graph", 1, FOLDS[3:])]
    for run in runs:
        srsly.write_json(tmp_path / f"{run['row']}.seed{run['seed']}.folds.json", run)
    return tmp_path


def test_rows_stand_in_the_table_of_the_folds_that_they_share_with_the_full_model(
    stored: Path,
) -> None:
    tables = read_tables(stored, "folds")
    assert [list(table) for table in tables] == [
        ["full", "static_vectors", "gcn_baseline"],
        ["full", "lstm_baseline"],
        ["full", "no_graph"],
    ]
    for table, folds in zip(tables, (FOLDS, ["fold1"], ["fold3"]), strict=True):
        for runs in table.values():
            assert [list(run["folds"]) for run in runs] == [folds]
            assert set(runs[0]["documents"]) == {f"{fold}.{i}" for fold in folds for i in (1, 2)}


def test_of_rows_that_are_named_the_shared_folds_are_read(stored: Path) -> None:
    runs = [srsly.read_json(path) for path in sorted(stored.glob("*.json"))]
    assert shared_block(runs, ["full"]) == Block((1,), tuple(FOLDS))
    assert shared_block(runs, ["gcn_baseline", "no_graph"]) == Block((1,), ("fold3",))
    assert shared_block(runs, ["gcn_baseline", "lstm_baseline"]) is None
    (table,) = read_tables(stored, "folds", ["static_vectors", "no_graph"])
    assert {row: run["folds"] for row, (run,) in table.items()} == {
        "static_vectors": ("fold3",),
        "no_graph": ("fold3",),
    }
    assert read_tables(stored, "folds", ["full", "names_seen"]) == []


def test_without_the_full_model_each_row_has_its_own_folds(stored: Path) -> None:
    for path in stored.glob("full.*"):
        path.unlink()
    tables = read_tables(stored, "folds")
    assert [set(table) for table in tables] == [
        {"static_vectors", "gcn_baseline"},
        {"lstm_baseline"},
        {"no_graph"},
    ]


def test_the_page_says_of_each_row_what_it_is_of(stored: Path, tmp_path: Path) -> None:
    report_main(results=stored, page=(page := tmp_path / "page.md"))
    told = page.read_text(encoding="utf8")
    first = told[: told.index("Costs:")].splitlines()
    cells = {line.split(" | ")[0]: line.split(" | ") for line in first}
    systems = [line for line in first if line.startswith("| ")][2:]
    assert systems[0].startswith("| Full model | 8 |")
    assert len(systems) == 5
    assert told.count("| LSTM baseline |") == 3  # scores, costs and rates
    assert cells["| Full model"][1:3] == ["8", "1"]
    assert cells["| GCN baseline"][1:3] == ["8", "1"]
    assert cells["| LSTM baseline"][1:3] == ["2 (fold 1)", "2"]
    assert cells["| Full model, GCN without edges"][1:3] == ["2 (fold 3)", "1"]
    (all_folds,) = [line for line in told.splitlines() if "`full` minus `gcn_baseline`" in line]
    assert all_folds.endswith("(8 documents)")
    (few,) = [line for line in told.splitlines() if "`full` minus `no_graph`" in line]
    assert few.endswith("(2 documents)")


def test_p_is_corrected_for_all_rows_of_a_part(stored: Path) -> None:
    lines = part_lines(stored, "folds")
    assert [line["row"].name for line in lines] == [
        *("full", "static_vectors", "gcn_baseline", "lstm_baseline", "no_graph")
    ]
    assert "p" not in lines[0]
    single = [line["difference"].p_value for line in lines[1:]]
    assert [line["p"] for line in lines[1:]] == pytest.approx(holm(single))
    assert part_lines(stored, "dev") == []


def test_the_page_of_docs_has_a_summary(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, summary = tmp_path / "all.md", tmp_path / "own.md"
    monkeypatch.setattr("benchmarks.table1.report.PAGE", page)
    monkeypatch.setattr("benchmarks.table1.report.SUMMARY", summary)
    report_main(results=stored, page=page)
    assert "GCN without edges" in page.read_text(encoding="utf8")
    assert "LSTM baseline" in summary.read_text(encoding="utf8")
    assert "GCN without edges" not in summary.read_text(encoding="utf8")
    assert summary.with_suffix(".svg").exists()
    assert not page.with_suffix(".svg").exists()
    report_main(results=stored, page=page, only="no_graph")
    assert "GCN without edges" in summary.read_text(encoding="utf8")


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
    (runs,) = read_tables(tmp_path, "dev")
    full, gcn, no_graph = table_lines(runs)
    expected = [_f1_by_hand("gcn_baseline"), _f1_by_hand("lstm_baseline")]
    assert gcn["f"] == pytest.approx(expected)
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
    text = (ROOT / "docs" / "table1_results.md").read_text(encoding="utf8")
    page.write_text(text, encoding="utf8")
    report_main(results=tmp_path, page=page)
    told = [line for line in page.read_text(encoding="utf8").splitlines() if "976 true" in line]
    assert any(line.startswith("- RHCNN (Sun 2019): Its public code leaves 64") for line in told)


def test_any_two_rows_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    report_main(compare=("full", "gcn_baseline"))
    expected = _f1_by_hand("full") - _f1_by_hand("gcn_baseline")
    told = f"development documents, 71 documents: `full` minus `gcn_baseline`: {expected:+.1f}"
    assert told in capsys.readouterr().out


def test_the_documents_with_most_errors_of_a_row_can_be_left_out(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = {**_stored("gcn_baseline", 1, FOLDS[:1])}
    long["folds"]["fold0"]["list"] = {"effect": [1, 20, 3], "int": [0, 1, 0]}
    srsly.write_json(stored / "gcn_baseline.seed1.folds.json", long)
    report_main(results=stored, worst="gcn_baseline")
    printed = capsys.readouterr().out
    assert "folds of the training documents, 3 documents (fold 0):" in printed
    assert "F1 31.8" in printed  # 7 right, 23 wrong, 7 missed
    assert printed.splitlines()[2] == "  list: 1 right, 21 wrong, 3 missed"
    report_main(results=stored, worst="gcn_baseline", without="list,other")
    printed = capsys.readouterr().out
    assert " 2 documents (fold 0):" in printed
    assert "F1 66.7" in printed
    assert "list" not in printed
    report_main(results=stored, compare=("full", "gcn_baseline"), without="list")
    assert "`full` minus `gcn_baseline`: +0.0" in capsys.readouterr().out
    with pytest.raises(typer.BadParameter, match="need --compare or --worst"):
        report_main(results=stored, without="list")


def test_some_folds_are_printed(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report_main(results=stored, worst="gcn_baseline", folds="0,2")
    assert "4 documents (folds 0, 2):" in capsys.readouterr().out
    with pytest.raises(typer.BadParameter, match="no result of gcn_baseline, no_graph on the same"):
        report_main(results=stored, compare=("gcn_baseline", "no_graph"), folds="0")


def test_a_row_that_one_part_lacks_is_compared_in_the_others(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = srsly.read_json(RESULTS / "full.seed1.json")
    srsly.write_json(stored / "full.seed1.json", run)
    for compared in (("full", "gcn_baseline"), ("gcn_baseline", "full")):
        report_main(results=stored, compare=compared)
        (line,) = capsys.readouterr().out.splitlines()
        assert line.startswith("folds of the training documents, 8 documents")
    with pytest.raises(typer.BadParameter, match=r"rows\.yml has no row mine"):
        report_main(results=stored, compare=("full", "mine"))
