"""The rerun of the paper's Table 1: its rows, its results, its table."""

from __future__ import annotations

import csv
import io
import shutil
import warnings
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import srsly
import typer
from numpy.typing import NDArray
from spacy.language import Language
from spacy.util import dict_to_dot, load_config
from transformers import AutoModel

from benchmarks.readme import renew
from benchmarks.table1 import job
from benchmarks.table1.__main__ import main
from benchmarks.table1.plot import draw_plot
from benchmarks.table1.report import (
    MARK,
    as_csv,
    as_markdown,
    comparison_lines,
    readme_part,
    table_lines,
    write_report,
)
from benchmarks.table1.report import main as report_main
from benchmarks.table1.results import (
    RESULTS,
    Part,
    Run,
    Setting,
    Speed,
    read_run,
    run_path,
    setting_path,
    speed_path,
    write,
)
from benchmarks.table1.rows import BASE, FOLDER, Comparison, Row, read_rows
from tests.conftest import ROOT, SAMPLE_CORPUS


@pytest.fixture(scope="module")
def options(parts: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a job is given, with one result folder for all tests."""
    folder = tmp_path_factory.mktemp("table1")
    nlp = spacy.blank("en")
    for i, word in enumerate(("drug", "with", "and", "the")):
        nlp.vocab.set_vector(word, np.eye(4, dtype=np.float32)[i])
    nlp.to_disk(folder / "vectors")
    return {
        "epochs": 1,
        "train": Path(parts["paths.train"]),
        "dev": Path(parts["paths.dev"]),
        "encoder": Path(parts["paths.encoder"]),
        "vectors": str(folder / "vectors"),
        "parser": parts["paths.parser"],
        "results": folder / "results",
        "models": folder / "models",
    }


ROWS = {row.name: row for row in read_rows()}


# The sample parser has no vectors, and does not need any.
pytestmark = pytest.mark.filterwarnings("ignore:.*W113")

INDEPENDENT = [name for name, row in ROWS.items() if row.weights is None]


def train(name: str, options: dict[str, Any], seed: int = 1) -> Run:
    job.main(name, seed, **options)
    run = read_run(options["results"], name, seed)
    assert run is not None
    return run


@pytest.fixture(scope="module")
def full(options: dict[str, Any]) -> Run:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return train("full", options)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_trains_and_is_scored(name: str, options: dict[str, Any], full: Run) -> None:
    run = train(name, options)
    assert run.parameters > 1000
    assert run.epochs == ROWS[name].epochs_factor
    part = run.parts["dev"]
    assert part.scores["n_true_typed"] > 0
    predicted = options["results"] / f"{name}.seed1.dev.txt"
    found = sum(tp + fp for labels in part.counts.values() for tp, fp, _ in labels.values())
    assert len(predicted.read_text().splitlines()) == found
    assert part.documents().keys() == full.parts["dev"].documents().keys()


def trained(name: str, options: dict[str, Any]) -> Language:
    return spacy.load(options["models"] / f"{name}.seed1" / "model-last")


def test_rows_do_what_they_are_called(options: dict[str, Any], full: Run) -> None:
    def encoder(name: str) -> list[NDArray[np.float32]]:
        train(name, options)
        weights = trained(name, options).get_pipe("transformer").model.transformer.parameters()
        return [weight.detach().numpy() for weight in weights]

    start = AutoModel.from_pretrained(options["encoder"]).parameters()
    before = [weight.detach().numpy() for weight in start]
    for name, frozen in (("frozen_encoder", True), ("full", False)):
        same = [np.array_equal(*pair) for pair in zip(before, encoder(name), strict=True)]
        assert all(same) == frozen
    getter = trained("names_seen", options).get_pipe("transformer").model.attrs["get_spans"]
    assert getter.keywords["word"] is None
    train("no_negative_filter", options)
    filters = {
        name: trained(name, options).get_pipe("ddi_relation").negative_filter
        for name in ("full", "no_negative_filter")
    }
    assert filters["full"] is not None
    assert filters["no_negative_filter"] is None


def test_a_run_is_not_repeated_unless_something_changed(
    options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {**options, "results": tmp_path / "results", "models": tmp_path / "models"}
    train("lstm_baseline", given)
    calls: list[Path] = []
    monkeypatch.setattr(job, "spacy_train", lambda path, *_, **__: calls.append(path))
    train("lstm_baseline", given)
    assert not calls
    first = read_run(given["results"], "lstm_baseline", 1)
    # Another part is scored without training.
    again = train("lstm_baseline", {**given, "test": options["dev"]})
    assert again.parts.keys() == {"dev", "test"}
    assert not calls
    assert first is not None
    assert first.parts["dev"] == again.parts["dev"]
    vectors = spacy.blank("en")
    vectors.vocab.set_vector("drug", np.ones(4, dtype=np.float32))
    vectors.to_disk(tmp_path / "vectors")
    for changed in ({"epochs": 2}, {"vectors": str(tmp_path / "vectors")}):
        with pytest.raises(OSError, match="model-last"):
            job.main("lstm_baseline", 1, **{**given, **changed})
    assert len(calls) == 2


def test_a_row_does_not_take_weights_that_are_not_those_of_its_table(
    options: dict[str, Any], full: Run
) -> None:
    assert full.epochs == 1
    with pytest.raises(ValueError, match="'joint_decoding' takes the weights of 'full': train it"):
        job.main("joint_decoding", 1, **{**options, "epochs": 2})


def test_weights_serve_a_row_that_differs_in_settings_alone() -> None:
    assert job.overrides_of(ROWS["joint_decoding"], ROWS["full"]) == {
        "components.ddi_relation.decoding": "joint"
    }
    with pytest.raises(ValueError, match="can't take the weights"):
        job.overrides_of(ROWS["no_attentive_pooling"], ROWS["static_vectors"])


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_is_what_its_files_say_and_nothing_else(row: Row) -> None:
    base = dict_to_dot(load_config(BASE, interpolate=False))
    whole = dict_to_dot(row.config())
    named: dict[str, Any] = {}
    for name in row.configs:
        named.update(dict_to_dot(load_config(FOLDER / f"{name}.cfg", interpolate=False)))
    assert {path: whole[path] for path in named} == named
    blocks = {path.rpartition(".@")[0] for path in named if ".@" in path}
    for path, value in base.items():
        unused = "transformer" not in whole["nlp.pipeline"] and ".transformer." in path
        if path not in named and not unused and whole.get(path, "gone") != value:
            inside = any(path.startswith(f"{block}.") for block in blocks)
            assert inside or any(path.startswith(f"{key}.") for key in named), path


def make_run(row: str, seed: int, shift: int, part: str = "dev") -> Run:
    """A run on 20 documents whose hits are more by `shift` in each."""
    generator = np.random.default_rng(seed)
    counts = {
        f"D{i}": {
            label: [int(n) + shift * (k == 0) for k, n in enumerate(generator.integers(0, 6, 3))]
            for label in ("effect", "mechanism")
        }
        for i in range(20)
    }
    tp, fp, fn = np.array([n for labels in counts.values() for n in labels.values()]).sum(axis=0)
    rates = {"p": tp / (tp + fp), "r": tp / (tp + fn), "f": 2 * tp / (2 * tp + fp + fn)}
    scores = {
        **{f"micro_{name}": float(rate) for name, rate in rates.items()},
        "detection_f": 0.9,
        "per_type": {label: {"p": 0.1, "r": 0.2, "f": 0.3} for label in ("effect", "mechanism")},
    }
    stored = Part("abc", scores, counts)
    return Run(row, seed, f"{row}{seed}", 3, 22_000_000, 600.0, {part: stored})


STORED = [ROWS["full"], ROWS["gcn_baseline"], ROWS["lstm_baseline"]]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Results of two rows with two seeds, of a third with one, and one that is out of date."""
    for seed in (1, 2):
        store(tmp_path, make_run("full", seed, shift=3))
        store(tmp_path, make_run("gcn_baseline", seed, shift=0))
    store(tmp_path, make_run("lstm_baseline", 1, shift=0))
    store(tmp_path, replace(make_run("lstm_baseline", 2, shift=0), digest="of other sentences"))
    write(speed_path(tmp_path, "full"), Speed("full1", 123.4, [123.4]))
    digests = {f"{row.name}.seed{seed}": f"{row.name}{seed}" for row in STORED for seed in (1, 2)}
    write(setting_path(tmp_path), Setting([1, 2], digests))
    return tmp_path


def store(folder: Path, run: Run) -> None:
    write(run_path(folder, run.row, run.seed), run)


def test_lines_are_means_over_seeds_with_differences_from_the_full_model(stored: Path) -> None:
    full, gcn, lstm = table_lines(stored, STORED)
    runs = [make_run("gcn_baseline", seed, 0).parts["dev"].scores["micro_f"] for seed in (1, 2)]
    assert gcn["micro_f"] == pytest.approx(100 * sum(runs) / 2)
    assert gcn["micro_f_low"] < gcn["micro_f"] < gcn["micro_f_high"]
    assert gcn["micro_p_low"] < gcn["micro_p"] < gcn["micro_p_high"]
    assert gcn["difference"] == pytest.approx(gcn["micro_f"] - full["micro_f"])
    assert gcn["difference_high"] < 0
    assert gcn["p_value"] < 0.01
    assert "difference" not in full
    assert (full["pairs_a_second"], gcn["pairs_a_second"]) == (123.4, None)
    # The LSTM has one seed of this table: it is compared on that one.
    assert lstm["seeds"] == [1]
    one = make_run("full", 1, 3).parts["dev"].scores["micro_f"]
    assert lstm["difference"] == pytest.approx(lstm["micro_f"] - 100 * one)


def test_any_two_rows_are_compared(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = comparison_lines(stored, [Comparison("?", "gcn_baseline", "lstm_baseline")])
    assert line["difference"] == pytest.approx(0)
    assert line["p_value"] == 1
    report_main(results=stored, readme=None, compare=("full", "gcn_baseline"))
    assert "`full` less `gcn_baseline`: +" in capsys.readouterr().out
    assert not comparison_lines(stored, [Comparison("?", "full", "names_seen")])


def test_both_parts_have_a_table(stored: Path) -> None:
    run = make_run("full", 1, 0)
    store(stored, replace(run, parts={"dev": run.parts["dev"], "test": run.parts["dev"]}))
    text = as_markdown(table_lines(stored, STORED[:1]))
    assert text.index("on the development documents") < text.index("on the official test part")


def test_markdown_and_csv_hold_the_same_figures(stored: Path) -> None:
    lines = table_lines(stored, STORED)
    markdown = as_markdown(lines)
    rows = list(csv.DictReader(io.StringIO(as_csv(lines))))
    assert [row["row"] for row in rows] == ["full", "gcn_baseline", "lstm_baseline"]
    for row, line in zip(rows, lines, strict=True):
        assert float(row["micro_f"]) == pytest.approx(line["micro_f"], abs=1e-3)
        assert f"**{float(row['micro_f']):.1f}**" in markdown
    assert "| 69.47 |" in markdown
    assert len({row.count("|") for row in markdown.splitlines() if row.startswith("|")}) == 1


def test_plot_is_the_same_each_time_and_names_the_rows(stored: Path, tmp_path: Path) -> None:
    lines = table_lines(stored, STORED)
    draw_plot(lines, tmp_path / "one.svg")
    draw_plot(lines, tmp_path / "two.svg")
    drawn = (tmp_path / "one.svg").read_text()
    assert drawn == (tmp_path / "two.svg").read_text()
    assert all(line["title"] in drawn for line in lines)


def test_the_readmes_table_is_shorter(stored: Path) -> None:
    lines = table_lines(stored, STORED)
    short, whole = (as_markdown(lines, short=short).splitlines()[2] for short in (True, False))
    assert [column for column in whole.split("|") if column in short.split("|")] == short.split("|")
    assert len(short.split("|")) < len(whole.split("|")) - 5


def test_readme_and_table_say_what_is_stored(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf8")
    message = "run: python -m benchmarks.table1.report --readme README.md"
    assert renew(readme, MARK, readme_part(RESULTS)) == readme, message
    shutil.copytree(RESULTS, tmp_path, dirs_exist_ok=True)
    write_report(tmp_path)
    for name in ("table.md", "table.csv", "table.json", "plot.svg"):
        assert (tmp_path / name).read_text() == (RESULTS / name).read_text(), message
    rows = {row.name for row in read_rows()}
    assert {line["row"] for line in srsly.read_json(RESULTS / "table.json")["rows"]} == rows


def test_the_command_scores_the_test_part_too_and_does_not_repeat_what_is_done(
    options: dict[str, Any], parts: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    corpus = tmp_path / "DDICorpus"
    for part in ("Train", "Test/Test for DDI Extraction task"):
        shutil.copytree(SAMPLE_CORPUS, corpus / part)
    given = {**options, "results": tmp_path / "results", "models": tmp_path / "models"}

    def run(corpus: Path) -> dict[str, Any]:
        main(corpus, seeds="1", only="lstm_baseline", jobs=1, **given)
        result = read_run(tmp_path / "results", "lstm_baseline", 1)
        assert result is not None
        return asdict(result)

    first = run(corpus)
    assert first["parts"].keys() == {"dev", "test"}
    assert run(corpus / "Train") == first  # whose training seconds would differ
    lines = srsly.read_json(tmp_path / "results" / "table.json")["rows"]
    assert [(line["row"], line["part"]) for line in lines] == [
        ("lstm_baseline", "dev"),
        ("lstm_baseline", "test"),
    ]
    assert lines[0]["pairs_a_second"] > 0
    assert "no official test part" not in capsys.readouterr().err
    assert run(SAMPLE_CORPUS) == first
    assert "no official test part" in " ".join(capsys.readouterr().err.split())
    with pytest.raises(typer.BadParameter, match="no row nonsense"):
        main(corpus, seeds="1", only="nonsense", jobs=1, **given)


def test_what_fails_is_told_with_its_log(
    options: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    given = {**options, "parser": "no_such_pipeline", "results": tmp_path, "models": tmp_path}
    with pytest.raises(typer.Exit):
        main(SAMPLE_CORPUS, seeds="1", only="lstm_baseline", jobs=1, **given)
    assert "lstm_baseline, seed 1 failed" in " ".join(capsys.readouterr().err.split())
    assert "no_such_pipeline" in (tmp_path / "lstm_baseline.seed1.log").read_text()


def test_weights_come_from_a_row_that_stands_before(tmp_path: Path) -> None:
    rows = [
        {"name": "joint", "title": "Joint", "configs": [], "weights": "full"},
        {"name": "full", "title": "Full", "configs": []},
    ]
    srsly.write_yaml(tmp_path / "rows.yml", {"rows": rows})
    with pytest.raises(ValueError, match="'joint' takes weights of 'full'"):
        read_rows(tmp_path / "rows.yml")
