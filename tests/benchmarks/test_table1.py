"""The rerun of the paper's Table 1: its rows, its results, its table."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import spacy
import srsly
import typer
from spacy.language import Language
from spacy.training import Example
from spacy.util import dict_to_dot, is_package, load_config, registry
from weasel.cli.run import update_lockfile
from weasel.util.config import load_project_config

from benchmarks.crossval import __main__ as crossval
from benchmarks.table1 import learning, trainings
from benchmarks.table1 import row as commands
from benchmarks.table1.__main__ import chosen_rows, main, parts_of_folds
from benchmarks.table1.pace import time_left
from benchmarks.table1.report import RESULTS, difference, table_lines
from benchmarks.table1.report import main as report_main
from benchmarks.table1.rows import BASE, Row, read_rows
from benchmarks.table1.runs import ANY, Block, largest_block, read_runs
from spacy_ddi.component.lookup import component_of
from spacy_ddi.corpora.docbin import read_docbin
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.gold import DOCUMENT_ID, gold_mentions_of, labelled_pairs
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
    classes = {"names": {"aspirin": 0, "ketoconazole": 1}, "classes": [[0], [0, 1]]}
    srsly.write_gzip_json(folder / "classes.json.gz", classes)
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
        if not Path(f"{name}.json").exists():
            if weights:
                monkeypatch.chdir(folder / weights)
            else:
                known = {each: f"{folder}/{each}.json.gz" for each in ("molecules", "classes")}
                given = {**inputs, **known}
                commands.train(name, 1, epochs, train, vectors=f"{folder}/vectors", **given)
            commands.score(name, 1, [f"dev={train}", f"test={SAMPLE_CORPUS}"])
        return srsly.read_json(f"{name}.json")

    return run_row


TRAINED = [
    name
    for name, row in ROWS.items()
    if row.group not in ("further", "variant")
    or name in ("no_graph", "joint_decoding", "pair_context", "paper_settings")
    or name in ("gcn_baseline_paper_settings", "gcn_baseline_degree", "gcn_baseline_no_positions")
    or name in ("gcn_baseline_vectors_alone", "gcn_baseline_no_vectors", "gcn_baseline_typed")
    or name in ("full_molecules", "full_classes", "gcn_baseline_molecules", "gcn_baseline_classes")
]
"""Rows of which others differ in a number alone."""


@pytest.mark.parametrize("name", TRAINED)
def test_a_row_trains_and_is_scored(name: str, run: Run) -> None:
    stored = run(name)
    assert stored["parameters"] > 1000
    assert stored["pairs_a_second"] > 0
    assert stored["counts"]["dev"] == stored["counts"]["test"]  # as .spacy and as XML
    tp, fp, fn = np.sum([labels[ANY] for labels in stored["counts"]["dev"].values()], axis=0)
    assert len(Path(f"{name}.dev.txt").read_text().splitlines()) == tp + fp
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


@pytest.mark.parametrize(
    ("name", "node"),
    [("full_molecules", "molecule_vectors"), ("full_classes", "drug_class_vectors")],
)
def test_what_is_known_of_names_is_read_beside_a_fine_tuned_transformer(
    name: str, node: str, run: Run, folder: Path, parts: dict[str, Any]
) -> None:
    run(name)
    nlp = spacy.load(folder / name / "model-last")
    transformer = nlp.get_pipe("transformer")
    assert len(transformer.listeners) == 1
    before = transformer.model.transformer.from_pretrained(parts["paths.encoder"]).state_dict()
    after = transformer.model.transformer.state_dict()
    assert not all(np.array_equal(before[key], after[key]) for key in before)
    (layer,) = [layer for layer in component_of(nlp).model.walk() if layer.name == node]
    assert "aspirin" in layer.attrs["names"]
    optimizer = registry.resolve({"optimizer": ROWS[name].config()["training"]["optimizer"]})
    reader = layer.layers[0]
    parameters = [
        *reader.param_names,
        *(name for shim in reader.shims for name, _ in shim._model.named_parameters()),
    ]
    assert parameters
    assert {optimizer["optimizer"].scale(parameter) for parameter in parameters} == {1.0}


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


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_settings_of_a_row_are_known(row: Row, parts: dict[str, Any]) -> None:
    config = row.config()
    component = config["components"]["ddi_relation"]
    own = {
        "optimizer": config["training"]["optimizer"],
        "encoder": component["model"]["pair_encoder"],
    }
    own["graph"] = component.get("graph", {"@misc": "spacy-ddi.dependency_graph.v1"})
    own["loss"] = component["loss"]
    seed = {"seed": 1} if "seed" in own["graph"] else {}
    found = registry.resolve({**own, "graph": {**own["graph"], **seed}})
    assert all(map(callable, found.values()))
    assert row.group in ("own", "peer", "further", "variant")
    assert (row.epochs == 50) == ("paper_settings" in row.configs)
    assert is_package(row.parser or "spacy")


def test_a_typed_row_has_a_gate_for_each_label_and_direction() -> None:
    typed = {name for name, row in ROWS.items() if "typed_edges" in row.configs}
    assert typed == {"gcn_baseline_typed", "full_typed"}
    for name in typed:
        component = ROWS[name].config()["components"]["ddi_relation"]
        labels = component["graph"]["labels"]
        assert component["model"]["pair_encoder"]["edge_kinds"] == 2 * (len(labels) + 1)
        # Those of the parser of the rows, as its package was stored.
        assert {*spacy.info("en_ddi_minilm")["labels"]["parser"]} - {*labels} == {"ROOT"}


def test_a_row_takes_the_weights_of_one_before_that_differs_in_settings_alone() -> None:
    assert [name for name, row in ROWS.items() if row.weights] == ["joint_decoding"]
    row, full = ROWS["joint_decoding"], ROWS["full"]
    assert row.configs[:-1] == full.configs
    changed = dict_to_dot(load_config(row.files()[-1]))
    assert changed == {"components.ddi_relation.decoding": "joint"}


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
                    srsly.write_json(folder / output, {**run, "counts": parts})
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


def test_a_failure_is_told_and_leaves_no_result(
    given: dict[str, Any], quick_runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = {**given, "folds": 2}
    main(**given, only="full")
    with pytest.raises(typer.Exit):
        main(**{**given, "vectors": "broken", "only_folds": "1"}, only="gcn_baseline,full")
    assert "Failed: gcn_baseline.seed1.fold1" in capsys.readouterr().err
    assert not list((given["output"] / "results").glob("gcn_baseline*"))
    # Other vectors are no news for the full model.
    assert quick_runs.count("full.seed1.fold1") == 1
    for wrong, told in (({"only": "nonsense"}, "No row nonsense"), ({"watch": "p"}, "p is not")):
        with pytest.raises(typer.BadParameter, match=told):
            main(**{**given, "only": "full", **wrong})
    with pytest.raises(typer.BadParameter, match="There are 2 folds"):
        main(**{**given, "only_folds": "2"}, only="full")
    with pytest.raises(typer.BadParameter, match="needed without --folds"):
        main(**{**given, "folds": 0, "dev": None}, only="full")


def test_folds_are_done_once_and_keep_no_weights(
    given: dict[str, Any], quick_runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = {**given, "folds": 2, "dev": None, "seeds": "1,2"}
    main(**{**given, "only_folds": "0", "seeds": "1"}, only="gcn_baseline,joint_decoding")
    assert quick_runs == ["gcn_baseline.seed1.fold0", "full.seed1.fold0"]
    page = given["output"] / "table1.md"
    assert "fold 0 of 2 alone, seed 1." in page.read_text()
    main(**given, only="gcn_baseline,joint_decoding")
    assert len(quick_runs) == len(set(quick_runs)) == 8
    assert "all 2 folds, seeds 1, 2." in page.read_text()
    assert not list(given["output"].rglob("model-last"))
    # Those that take weights are scored with the others, even where nobody asked.
    results = {path.name for path in (given["output"] / "results").iterdir()}
    rows = ("full", "joint_decoding", "gcn_baseline")
    assert results == {f"{row}.seed{seed}.folds.json" for row in rows for seed in (1, 2)}
    told = capsys.readouterr().out
    assert "[8/8] full.seed2.fold1: F1 " in told
    assert "nothing left" in told.splitlines()[-1]


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


def test_with_patience_a_row_ends_when_held_out_documents_say_so(
    folder: Path, parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    inputs = {name: parts[f"paths.{name}"] for name in ("encoder", "parser")}
    train = Path(parts["paths.train"])
    losses = iter([3.0, 1.0, 2.0, 2.0, 0.0])
    seen: list[set[str]] = []

    def loss_of(nlp: Language, examples: list[Example], *, frozen: Any) -> dict[str, float]:
        seen.append({example.reference.user_data[DOCUMENT_ID] for example in examples})
        assert all(example.predicted.has_annotation("DEP") for example in examples)
        return {"loss": next(losses), "f": 0.0}

    monkeypatch.setattr(learning, "loss_of", loss_of)
    commands.train("gcn_baseline", 1, 9, train, vectors=f"{folder}/vectors", patience=2, **inputs)
    stored = srsly.read_json("epochs.json")
    assert [look["loss"] for look in stored["looks"]] == [3.0, 1.0, 2.0, 2.0]
    assert stored["epochs"] == 1
    docs = list(read_docbin(train, spacy.blank("en").vocab))
    kept, held_out = learning.hold_out(docs, seed=1)
    assert seen[0] <= {doc.user_data[DOCUMENT_ID] for doc in held_out}
    assert not seen[0] & {doc.user_data[DOCUMENT_ID] for doc in kept}
    assert len(kept) + len(held_out) == len(docs)


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


def test_sentences_to_hold_out_can_be_given(
    folder: Path, parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    seen: list[list[Example]] = []

    def loss_of(nlp: Language, examples: list[Example], *, frozen: Any) -> dict[str, float]:
        seen.append(examples)
        return {"loss": 1.0, "f": 0.0}

    monkeypatch.setattr(learning, "loss_of", loss_of)
    inputs = {name: parts[f"paths.{name}"] for name in ("encoder", "parser")}
    train, dev = Path(parts["paths.train"]), Path(parts["paths.dev"])
    inputs |= {"vectors": f"{folder}/vectors", "patience": 1, "held_out": dev}
    commands.train("gcn_baseline", 1, 9, train, **inputs)
    docs = read_docbin(dev, spacy.blank("en").vocab)
    texts = [doc.text for doc in docs if len(gold_mentions_of(doc)) > 1]
    assert [example.reference.text for example in seen[0]] == texts != []


def test_the_loss_of_held_out_pairs_is_what_probabilities_say(
    run: Run, folder: Path, parts: dict[str, Any]
) -> None:
    run("no_graph")
    nlp = spacy.load(folder / "no_graph" / "model-last")
    docs = list(read_docbin(parts["paths.train"], nlp.vocab))
    learning.parse(nlp, docs)
    examples = list(make_examples(docs, nlp.make_doc, gold_mentions=True, gold_parse=True))
    found = learning.loss_of(nlp, examples, frozen=["tok2vec", "parser"])
    component = component_of(nlp)
    component.store_probs = True
    component.cfg["threshold"] = 0.0
    log_probs = []
    for example in examples:
        truth = labelled_pairs(example.reference)
        doc = nlp(example.predicted.copy())
        pairs = component.find_candidates(doc).place_pairs
        for pair, relation in zip(pairs, doc._.ddi_rels, strict=True):
            log_probs.append(np.log(relation["probs"][truth.get(pair, "none")]))
    assert found["loss"] == pytest.approx(-np.mean(log_probs), rel=1e-4)


@pytest.mark.parametrize(
    ("settings", "asked", "expected"),
    [
        ({}, (3, 0), (3, 0)),
        ({"epochs_factor": 3}, (3, 0), (9, 0)),
        ({"epochs_factor": 3}, (40, 2), (40, 2)),
        ({"epochs": 50, "epochs_factor": 3}, (3, 0), (50, 0)),
        ({"epochs": 50}, (40, 2), (50, 0)),
    ],
)
def test_how_long_a_row_learns(
    settings: dict[str, int], asked: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert Row("any", "Any", [], **settings).length(*asked) == expected


def test_with_patience_the_rate_stays(parts: dict[str, Any]) -> None:
    config = ROWS["full"].config()
    told = learning.settings_of_length(config, n_sentences=81, epochs=3, patience=0)
    assert told["training.max_steps"] == told["training.eval_frequency"] == 33
    assert told["training.patience"] == 0
    told = learning.settings_of_length(config, n_sentences=81, epochs=40, patience=2)
    assert (told["training.eval_frequency"], told["training.patience"]) == (11, 22)
    schedule = {**config["training"]["optimizer"]["learn_rate"], **_of_rate(told)}
    steps = list(islice(registry.resolve({"rate": schedule})["rate"], 441))
    rates = [steps[i] for i in (0, 11, 440)]
    assert rates == pytest.approx([0.0, 0.001, 0.001], rel=1e-3)


def _of_rate(settings: dict[str, Any]) -> dict[str, Any]:
    start = "training.optimizer.learn_rate."
    return {k.removeprefix(start): v for k, v in settings.items() if k.startswith(start)}


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
