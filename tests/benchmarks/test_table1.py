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

Run = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where rows are trained, beside static vectors."""
    folder = tmp_path_factory.mktemp("rows")
    nlp = spacy.blank("en")
    for i, word in enumerate(("drug", "with", "and", "the")):
        nlp.vocab.set_vector(word, np.eye(4, dtype=np.float32)[i])
    nlp.to_disk(folder / "vectors")
    molecules = {"names": {"aspirin": 0}, "molecules": [{"atoms": [6, 8], "bonds": [[0, 1, 1]]}]}
    srsly.write_gzip_json(folder / "molecules.json.gz", molecules)
    return folder


@pytest.fixture
def run(folder: Path, parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Trains and scores a row, once."""
    train = Path(parts["paths.train"])
    inputs = {name: parts[f"paths.{name}"] for name in ("encoder", "parser")}

    def run_row(name: str) -> dict[str, Any]:
        weights, epochs = ROWS[name].weights, ROWS[name].epochs_factor
        if weights:
            run_row(weights)
        (folder / name).mkdir(exist_ok=True)
        monkeypatch.chdir(folder / name)
        if not Path("scored.json").exists():
            if not weights:
                given = {**inputs, "molecules": str(folder / "molecules.json.gz")}
                commands.train(name, 1, epochs, train, vectors=f"{folder}/vectors", **given)
            commands.score(name, 1, epochs, folder / (weights or name), [train, SAMPLE_CORPUS])
        return srsly.read_json("scored.json")

    return run_row


@pytest.mark.parametrize("name", ROWS)
def test_a_row_trains_and_is_scored(name: str, run: Run) -> None:
    stored = run(name)
    assert stored["parameters"] > 1000
    assert stored["pairs_a_second"] > 0
    assert stored["counts"]["dev"] == stored["counts"]["test"]  # as .spacy and as XML
    tp, fp, fn = np.sum([labels[ANY] for labels in stored["counts"]["dev"].values()], axis=0)
    assert len(Path("scored.dev.txt").read_text().splitlines()) == tp + fp
    assert tp + fn > 0


def test_rows_do_what_they_are_called(run: Run, folder: Path, parts: dict[str, Any]) -> None:
    def trained(name: str) -> Language:
        run(name)
        return spacy.load(folder / name / "model-last")

    full, frozen = trained("full"), trained("frozen_encoder")
    encoder = full.get_pipe("transformer").model.transformer
    before = encoder.from_pretrained(parts["paths.encoder"]).state_dict()
    for nlp, is_frozen in ((full, False), (frozen, True)):
        after = nlp.get_pipe("transformer").model.transformer.state_dict()
        assert all(np.array_equal(before[key], after[key]) for key in before) == is_frozen
    getter = trained("names_seen").get_pipe("transformer").model.attrs["get_spans"]
    assert getter.keywords["word"] is None
    for nlp, is_filtered in ((full, True), (trained("no_negative_filter"), False)):
        assert (component_of(nlp).candidates.negative_filter is not None) == is_filtered


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_is_what_its_files_say_and_nothing_else(row: Row) -> None:
    base = dict_to_dot(load_config(BASE, interpolate=False))
    whole = dict_to_dot(row.config())
    named: dict[str, Any] = {}
    for file in row.files():
        changes = dict_to_dot(load_config(file, interpolate=False))
        # A block with another function takes the place of what an earlier file says of it.
        for path in [path for path in changes if ".@" in path and path in named]:
            block = f"{path.rpartition('.@')[0]}."
            named = {key: value for key, value in named.items() if not key.startswith(block)}
        named.update(changes)
    assert {path: whole[path] for path in named} == named
    blocks = [path.rpartition(".@")[0] for path in named if ".@" in path]
    for path, value in base.items():
        if path not in named and whole.get(path, "gone") != value:
            assert any(path.startswith(f"{changed}.") for changed in [*blocks, *named]), path


def test_a_row_takes_the_weights_of_one_before_that_differs_in_settings_alone() -> None:
    assert [name for name, row in ROWS.items() if row.weights] == ["joint_decoding"]
    row, full = ROWS["joint_decoding"], ROWS["full"]
    assert row.configs[:-1] == full.configs
    changed = dict_to_dot(load_config(row.files()[-1]))
    assert changed == {"components.ddi_relation.decoding": "joint"}


def test_the_command_repeats_what_changed_alone(
    folder: Path, parts: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, output = tmp_path / "DDICorpus", tmp_path / "output"
    shutil.copytree(SAMPLE_CORPUS, corpus / "Train")
    given = {name: Path(parts[f"paths.{name}"]) for name in ("train", "dev", "encoder")}
    given |= {"vectors": f"{folder}/vectors", "parser": parts["paths.parser"], "output": output}

    def run_it(**changed: Any) -> tuple[dict[str, Any], int]:
        options = {"seeds": "1", "epochs": 1, "only": "lstm_baseline", "jobs": 1, **changed}
        main(corpus, **{**given, **options})
        stored = srsly.read_json(output / "results" / "lstm_baseline.seed1.json")
        return stored, (output / "lstm_baseline.seed1" / "run.log").read_text().count("Skipping")

    first, _ = run_it()
    assert first["counts"].keys() == {"dev"}
    assert "has no official test part" in capsys.readouterr().out
    assert run_it() == (first, 2)
    shutil.copytree(SAMPLE_CORPUS, corpus / "Test" / "Test for DDI Extraction task")
    scored, n_skipped = run_it()
    assert scored["counts"].keys() == {"dev", "test"}
    assert (n_skipped, scored["train_seconds"]) == (1, first["train_seconds"])
    page = (output / "table1.md").read_text()
    assert page.index("on the development documents") < page.index("on the official test part")
    with pytest.raises(typer.Exit):
        run_it(train=tmp_path / "none.spacy")
    assert "Failed: lstm_baseline.seed1" in capsys.readouterr().err
    with pytest.raises(typer.BadParameter, match="No row nonsense"):
        run_it(only="nonsense")


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


def test_any_two_rows_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    report_main(compare=("full", "gcn_baseline"))
    assert "development documents: `full` minus `gcn_baseline`: +14.7" in capsys.readouterr().out
