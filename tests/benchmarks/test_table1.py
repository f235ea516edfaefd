"""The rerun of the paper's Table 1: its rows, its results, its table."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import srsly
import typer
from spacy.language import Language
from spacy.util import dict_to_dot, load_config

from benchmarks.table1 import row as commands
from benchmarks.table1.__main__ import main
from benchmarks.table1.report import ANY, RESULTS, difference, read_runs, table_lines
from benchmarks.table1.report import main as report_main
from benchmarks.table1.rows import BASE, Row, read_rows
from spacy_ddi.component.lookup import component_of
from tests.conftest import SAMPLE_CORPUS

ROWS = read_rows()

# The sample parser has no vectors, and does not need any.
pytestmark = pytest.mark.filterwarnings("ignore:.*W113")

Runner = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def inputs(parts: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    nlp = spacy.blank("en")
    for i, word in enumerate(("drug", "with", "and", "the")):
        nlp.vocab.set_vector(word, np.eye(4, dtype=np.float32)[i])
    nlp.to_disk(vectors := tmp_path_factory.mktemp("vectors"))
    paths = {name: parts[f"paths.{name}"] for name in ("encoder", "parser")}
    return {"train": Path(parts["paths.train"]), "vectors": str(vectors), **paths}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows")


@pytest.fixture
def run(folder: Path, inputs: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Runner:
    """Trains and scores a row once, with a folder of its own."""

    def run_row(name: str) -> dict[str, Any]:
        if ROWS[name].weights:
            run_row(ROWS[name].weights or "")
        (folder / name).mkdir(exist_ok=True)
        monkeypatch.chdir(folder / name)
        if not Path("scored.json").exists():
            epochs = ROWS[name].epochs_factor
            if not ROWS[name].weights:
                commands.train(name, 1, epochs, **inputs)
            trained = folder / (ROWS[name].weights or name)
            commands.score(name, 1, epochs, trained, [inputs["train"], SAMPLE_CORPUS])
        return srsly.read_json("scored.json")

    return run_row


@pytest.mark.parametrize("name", ROWS)
def test_a_row_trains_and_is_scored(name: str, run: Runner) -> None:
    stored = run(name)
    assert stored["parameters"] > 1000
    assert stored["pairs_a_second"] > 0
    dev = stored["counts"]["dev"]
    assert dev == stored["counts"]["test"]  # the same corpus, as .spacy and as XML
    found = sum(sum(labels[ANY][:2]) for labels in dev.values())
    assert len(Path("scored.dev.txt").read_text().splitlines()) == found
    assert sum(labels[ANY][0] + labels[ANY][2] for labels in dev.values()) > 0


def test_rows_do_what_they_are_called(run: Runner, folder: Path, inputs: dict[str, Any]) -> None:
    def trained(name: str) -> Language:
        run(name)
        return spacy.load(folder / name / "model-last")

    def encoder(nlp: Language) -> Any:
        return nlp.get_pipe("transformer").model

    full, frozen = trained("full"), trained("frozen_encoder")
    before = encoder(full).transformer.from_pretrained(inputs["encoder"]).state_dict()
    for nlp, is_frozen in ((full, False), (frozen, True)):
        after = encoder(nlp).transformer.state_dict()
        same = [np.array_equal(before[name], after[name]) for name in before]
        assert all(same) == is_frozen
    assert encoder(trained("names_seen")).attrs["get_spans"].keywords["word"] is None
    unfiltered = component_of(trained("no_negative_filter")).candidates
    assert component_of(full).candidates.negative_filter is not None
    assert unfiltered.negative_filter is None


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_is_what_its_files_say_and_nothing_else(row: Row) -> None:
    base = dict_to_dot(load_config(BASE, interpolate=False))
    whole = dict_to_dot(row.config())
    named: dict[str, Any] = {}
    for path in row.files():
        named.update(dict_to_dot(load_config(path, interpolate=False)))
    assert {path: whole[path] for path in named} == named
    blocks = [path.rpartition(".@")[0] for path in named if ".@" in path]
    for path, value in base.items():
        unused = "transformer" not in whole["nlp.pipeline"] and ".transformer." in path
        if path not in named and not unused and whole.get(path, "gone") != value:
            assert any(path.startswith(f"{changed}.") for changed in [*blocks, *named]), path


def test_weights_serve_a_row_before_that_differs_in_settings_alone() -> None:
    for place, row in enumerate(ROWS.values()):
        if row.weights:
            assert row.weights in list(ROWS)[:place]
            assert row.configs[:-1] == ROWS[row.weights].configs
            changed = dict_to_dot(load_config(row.files()[-1]))
            assert changed == {"components.ddi_relation.decoding": "joint"}


def test_the_command_repeats_what_changed_alone(
    inputs: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "DDICorpus"
    shutil.copytree(SAMPLE_CORPUS, corpus / "Train")
    given = {**inputs, "dev": inputs["train"], "encoder": Path(inputs["encoder"]), "jobs": 1}
    given |= {"seeds": "1", "epochs": 1, "only": "lstm_baseline", "output": tmp_path / "output"}

    def run() -> tuple[dict[str, Any], str]:
        main(corpus, **given)
        log = tmp_path / "output" / "lstm_baseline.seed1" / "run.log"
        stored = srsly.read_json(tmp_path / "output" / "results" / "lstm_baseline.seed1.json")
        return stored, log.read_text()

    first, _ = run()
    assert "has no official test part" in capsys.readouterr().out
    assert first["counts"].keys() == {"dev"}
    again, log = run()
    assert again == first
    assert log.count("Skipping") == 2
    shutil.copytree(SAMPLE_CORPUS, corpus / "Test" / "Test for DDI Extraction task")
    scored, log = run()
    assert scored["counts"].keys() == {"dev", "test"}
    assert log.count("Skipping") == 1
    assert scored["train_seconds"] == first["train_seconds"]
    page = (tmp_path / "output" / "table1.md").read_text()
    assert page.index("on the development documents") < page.index("on the official test part")
    assert page.count("| LSTM baseline |") == 4
    given["train"] = tmp_path / "none.spacy"
    with pytest.raises(typer.Exit):
        main(corpus, **given)
    assert "Failed: lstm_baseline.seed1" in capsys.readouterr().err
    with pytest.raises(typer.BadParameter, match="No row nonsense"):
        main(corpus, **{**given, "only": "nonsense"})


def test_lines_are_means_over_seeds_with_differences_from_the_full_model(tmp_path: Path) -> None:
    """Of two stored runs, taken for two seeds of one row, and the full model's."""
    f = {}
    for source, row, seed in (
        ("full", "full", 1),
        ("full", "full", 2),
        ("gcn_baseline", "gcn_baseline", 1),
        ("lstm_baseline", "gcn_baseline", 2),
        ("no_graph", "no_graph", 1),
    ):
        run = srsly.read_json(RESULTS / f"{source}.seed1.json")
        counts = [n for labels in run["counts"]["dev"].values() for n in list(labels.values())[:-1]]
        tp, fp, fn = np.sum(counts, axis=0)
        f[row, seed] = 100 * 2 * tp / (2 * tp + fp + fn)
        run.update(row=row, seed=seed)
        srsly.write_json(tmp_path / f"{row}.seed{seed}.json", run)
    full, gcn, no_graph = table_lines(runs := read_runs(tmp_path, "dev"))
    assert gcn["f"] == pytest.approx([f["gcn_baseline", 1], f["gcn_baseline", 2]])
    assert gcn["interval"][0] < np.mean(gcn["f"]) < gcn["interval"][1]
    assert 100 * gcn["difference"].mean == pytest.approx(np.mean(gcn["f"]) - np.mean(full["f"]))
    assert gcn["difference"].p_value < 0.01
    assert full["difference"] is None
    # The third has one seed, and is compared on that one.
    assert 100 * no_graph["difference"].mean == pytest.approx(no_graph["f"][0] - f["full", 1])
    assert difference(runs, "full", "names_seen") is None


def test_any_two_rows_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    report_main(compare=("full", "gcn_baseline"))
    assert "development documents: `full` minus `gcn_baseline`: +" in capsys.readouterr().out
