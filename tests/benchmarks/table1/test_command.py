"""The command: which trainings it runs, and what it leaves."""

from __future__ import annotations

import gzip
import re
import shlex
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import spacy
import srsly
import typer
from weasel.cli.run import update_lockfile
from weasel.util.config import load_project_config

from benchmarks.crossval import __main__ as crossval
from benchmarks.table1 import row as commands
from benchmarks.table1 import trainings
from benchmarks.table1.__main__ import chosen_rows, main, parts_of_folds
from benchmarks.table1.pace import time_left
from benchmarks.table1.report import RESULTS
from benchmarks.table1.rows import Row, read_rows
from spacy_ddi.corpora.docbin import read_docbin
from spacy_ddi.gold import DOCUMENT_ID
from spacy_ddi.whole_files import written_whole
from tests.conftest import SAMPLE_CORPUS

ROWS = read_rows()

# The sample parser has no vectors, and does not need any.
pytestmark = pytest.mark.filterwarnings("ignore:.*W113")


@pytest.fixture
def given(folder: Path, parts: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """Options of the command, for one row at a time."""
    corpus = tmp_path / "DDICorpus"
    shutil.copytree(SAMPLE_CORPUS, corpus / "Train")
    paths = {name: Path(parts[f"paths.{name}"]) for name in ("train", "dev", "encoder")}
    return {
        "corpus": corpus,
        **paths,
        "vectors": f"{folder}/vectors",
        "parser": parts["paths.parser"],
        "output": tmp_path / "output",
        **{"epochs": 1, "jobs": 1, "folds": 0, "only_folds": "", "folds_seed": 1},
        **{"seeds": "1", "watch": "loss"},
    }


@pytest.fixture
def quick_runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lets projects write the results of another time, and keeps the names of those that ran."""
    ran: list[str] = []

    def run_project(folder: Path, workflow: str) -> int:
        ran.append(folder.name)
        if "broken" in (folder / "project.yml").read_text():
            return 1
        (folder / "model-last").mkdir(exist_ok=True)
        for command in load_project_config(folder)["commands"]:
            for output in command["outputs"]:
                if (name := output.removesuffix(".json")) != output:
                    run = srsly.read_json(RESULTS / f"{name}.seed1.json")
                    parts = dict.fromkeys(_scored(command), run["counts"]["dev"])
                    with written_whole(folder / output) as file:
                        srsly.write_json(file, {**run, "counts": parts})
                    for part in parts:
                        (folder / f"{name}.{part}.txt").write_text(f"{folder.name}\n")
            update_lockfile(folder, command)
        return 0

    monkeypatch.setattr(trainings, "run_project", run_project)
    return ran


def _scored(command: dict[str, Any]) -> list[str]:
    return re.findall(r"(dev|test|folds)=", command["script"][-1])


def test_the_command_trains_scores_and_does_not_do_so_again(
    given: dict[str, Any],
    quick_runs: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run_here(folder: Path, workflow: str) -> int:
        monkeypatch.chdir(folder)
        for command in load_project_config(folder)["commands"]:
            for line in command["script"]:
                python, m, module, *arguments = shlex.split(line)
                assert (python, m, module) == ("python", "-m", "benchmarks.table1.row")
                commands.app(arguments, standalone_mode=False)
            update_lockfile(folder, command)
        return 0

    with monkeypatch.context() as real:
        real.setattr(trainings, "run_project", run_here)
        main(**given, only="lstm_baseline")
    results = given["output"] / "results" / "lstm_baseline.seed1.json"
    stored = srsly.read_json(results)
    assert stored["counts"].keys() == {"dev"}
    assert "has no official test part" in capsys.readouterr().out
    main(**given, only="lstm_baseline")
    assert srsly.read_json(results) == stored
    assert not quick_runs
    page = (given["output"] / "table1.md").read_text()
    assert "LSTM baseline" in page


def test_the_official_test_part_is_scored_where_it_is(
    given: dict[str, Any], quick_runs: list[str]
) -> None:
    main(**given, only="full")
    shutil.copytree(SAMPLE_CORPUS, given["corpus"] / "Test" / "Test for DDI Extraction task")
    main(**given, only="full")
    assert quick_runs == ["full.seed1"] * 2
    page = (given["output"] / "table1.md").read_text()
    assert page.index("on the official test part") < page.index("on the development documents")
    main(**{**given, "folds": 2, "dev": None}, only="gcn_baseline")
    folds = srsly.read_json(given["output"] / "results" / "gcn_baseline.seed1.folds.json")
    assert folds["folds"].keys() == {"fold0", "fold1", "whole"}
    for part, trained in (("folds", ["fold0", "fold1"]), ("test", ["whole"])):
        pairs = given["output"] / "results" / f"gcn_baseline.seed1.{part}.txt.gz"
        lines = gzip.decompress(pairs.read_bytes()).decode().split()
        assert lines == [f"gcn_baseline.seed1.{fold}" for fold in trained]
    of_folds = set((given["output"] / "results").glob("gcn_baseline.*"))
    main(**given, only="full")  # the quick setting takes nothing away from the full one
    assert of_folds == set((given["output"] / "results").glob("gcn_baseline.*"))


def test_a_failure_is_told_and_leaves_no_result(
    given: dict[str, Any], quick_runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = {**given, "folds": 2}
    main(**given, only="full")
    (broken := given["output"] / "broken").mkdir()
    with pytest.raises(typer.Exit):
        main(**{**given, "vectors": str(broken), "only_folds": "1"}, only="gcn_baseline,full")
    assert "Failed: gcn_baseline.seed1.fold1" in capsys.readouterr().err
    assert not list((given["output"] / "results").glob("gcn_baseline*"))
    # Other vectors are no news for the full model.
    assert quick_runs.count("full.seed1.fold1") == 1
    for wrong, told in (({"only": "nonsense"}, "No row nonsense"), ({"watch": "p"}, "p is not")):
        with pytest.raises(typer.BadParameter, match=told):
            main(**{**given, "only": "full", **wrong})
    for wrong in ({"vectors": "gone"}, {"parser": "gone"}):
        with pytest.raises(typer.BadParameter, match="gone is not there"):
            main(**{**given, **wrong}, only="gcn_baseline")
    with pytest.raises(typer.BadParameter, match="There are 2 folds"):
        main(**{**given, "only_folds": "2"}, only="full")
    with pytest.raises(typer.BadParameter, match="needed without --folds"):
        main(**{**given, "folds": 0, "dev": None}, only="full")


def test_folds_are_done_once_and_keep_no_weights(
    given: dict[str, Any], quick_runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = {**given, "folds": 2, "dev": None, "seeds": "1,2"}
    main(**{**given, "only_folds": "0", "seeds": "1"}, only="gcn_baseline,joint_decoding")
    assert "0 of 2 trainings are done; time left unknown" in capsys.readouterr().out
    assert quick_runs == ["gcn_baseline.seed1.fold0", "full.seed1.fold0"]
    page = given["output"] / "table1.md"
    assert "| Full model | 71 (fold 0) | 1 |" in page.read_text()
    main(**given, only="gcn_baseline,joint_decoding")
    told = capsys.readouterr().out
    assert "2 of 8 trainings are done; about 0 min left" in told
    assert "[8/8] full.seed2.fold1: F1 " in told
    assert "nothing left" in told.splitlines()[-1]
    assert len(quick_runs) == len(set(quick_runs)) == 8
    main(**given, only="gcn_baseline,joint_decoding")
    assert "8 of 8 trainings are done; nothing left" in capsys.readouterr().out
    assert len(quick_runs) == 8
    assert "| Full model | 71 | 1, 2 |" in page.read_text()
    assert not list(given["output"].rglob("model-last"))
    # Those that take weights are scored with the others, even where nobody asked.
    results = {path.name for path in (given["output"] / "results").iterdir()}
    rows = ("full", "joint_decoding", "gcn_baseline")
    trained = [f"{row}.seed{seed}.folds" for row in rows for seed in (1, 2)]
    assert results == {f"{name}.{kind}" for name in trained for kind in ("json", "txt.gz")}
    pairs = given["output"] / "results" / "full.seed2.folds.txt.gz"
    assert gzip.decompress(pairs.read_bytes()).split() == [b"full.seed2.fold0", b"full.seed2.fold1"]


def test_the_folds_are_those_of_the_cross_validation(parts: dict[str, Any], tmp_path: Path) -> None:
    ours = parts_of_folds(Path(parts["paths.train"]), 2, 1, [0, 1], tmp_path)
    theirs = crossval.write_folds(SAMPLE_CORPUS, 2, 1, tmp_path / "crossval")
    vocab = spacy.blank("en").vocab
    for (_, train, scored), folder in zip(ours, theirs, strict=True):
        for path in (train, scored["folds"]):
            documents = [
                [doc.user_data[DOCUMENT_ID] for doc in read_docbin(file, vocab)]
                for file in (path, folder / path.name)
            ]
            assert documents[0] == documents[1] != []


def test_with_patience_a_row_can_look_at_what_is_scored(
    given: dict[str, Any], quick_runs: list[str]
) -> None:
    given = {**given, "folds": 2, "dev": None, "watch": "f"}
    main(**given, patience=2, watch_scored=True, only="gcn_baseline")
    for fold in ("fold0", "fold1"):
        (command,) = load_project_config(given["output"] / f"gcn_baseline.seed1.{fold}")["commands"]
        train, score = map(shlex.split, command["script"])
        (watched,) = [part for part in train if part.startswith("--held-out=")]
        (scored,) = [part for part in score if part.startswith("folds=")]
        assert watched.partition("=")[2] == scored.partition("=")[2]
    for wrong in ({"patience": 0}, {"patience": 2, "folds": 0}):
        with pytest.raises(typer.BadParameter, match="needs --folds and --patience"):
            main(**{**given, **wrong}, watch_scored=True, only="gcn_baseline")


def test_rows_are_chosen_by_name_or_group() -> None:
    own = [row.name for row in chosen_rows("own")]
    assert own[0] == "full"
    assert len(own) == 6
    assert [row.name for row in chosen_rows("no_graph,own")] == [*own, "no_graph"]
    assert len(chosen_rows("own,peer,further,variant")) == len(chosen_rows("")) == len(ROWS)


def test_the_time_that_is_left_goes_by_rows_that_are_done() -> None:
    def training(row: str, seconds: float | None) -> Any:
        return SimpleNamespace(row=ROWS[row], seconds=seconds)

    done = [training("full", 3600.0), training("gcn_baseline", 600.0)]
    waiting = [training("full", None), training("no_graph", None), training("lstm_baseline", None)]
    assert time_left(done, waiting, 2) == "about 1.1 h left, by what is done"
    assert time_left(done[1:], waiting[2:], 1) == "about 10 min left, by what is done"
    assert time_left([], waiting, 2) == "time left unknown"
    assert time_left(done, [], 2) == "nothing left"


def test_a_changed_file_of_ones_own_is_trained_again(
    given: dict[str, Any],
    quick_runs: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = tmp_path / "mine.py"
    code.write_text("x = 1", encoding="utf8")
    mine = Row("full", "Mine", ["full"], code=str(code))
    monkeypatch.setattr("benchmarks.table1.__main__.read_rows", lambda: {"full": mine})
    for _ in range(2):
        main(**given, only="full")
    assert quick_runs == ["full.seed1"]
    code.write_text("x = 2", encoding="utf8")
    main(**given, only="full")
    assert quick_runs == ["full.seed1"] * 2
