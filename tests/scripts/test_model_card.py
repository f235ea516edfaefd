"""The card counts what it names, and says which data was used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import spacy
import srsly
import typer
from spacy.tokens import DocBin
from spacy.util import load_config
from typer.testing import CliRunner

from tests.conftest import ROOT
from tests.loaded_scripts import load_script

RATES = {"p": 0.7, "r": 0.8, "f": 0.75}


def figures(rate: float) -> dict[str, Any]:
    of_kind = {
        f"{kind}_{name}": rate for kind in ("micro", "macro", "detection", "ner") for name in "prf"
    }
    types = dict.fromkeys(("mechanism", "effect", "advise", "int"), RATES)
    more = {
        "micro_f_ci": [0.6, 0.9],
        "n_documents": 71,
        "n_true_per_type": {"int": 8},
        "score_ece": 0.05,
    }
    return {**of_kind, **more, "per_type": types}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    nlp = spacy.blank("en")
    nlp.to_disk(tmp_path / "pipeline")
    for name, n_docs in (("annotated", 3), ("labelled", 1200)):
        docs = DocBin(docs=[nlp.make_doc("zinc")] * n_docs)
        docs.to_disk(tmp_path / f"{name}.spacy")
    srsly.write_json(tmp_path / "gold.json", figures(0.8123))
    srsly.write_json(tmp_path / "predicted.json", figures(0.7123))
    return tmp_path


def card(
    folder: Path, relations: str, corpus: Path = ROOT, more: list[str] | None = None
) -> dict[str, Any]:
    paths = [folder / name for name in ("pipeline", "packaged", "gold.json", "predicted.json")]
    options = [f"--{name}={folder / name}.spacy" for name in ("annotated", "labelled")]
    command = typer.Typer()
    command.command()(load_script("model_card")["main"])
    arguments = [*paths, "ddi_test", "1.2.3", "7", relations, *options, f"--corpus={corpus}"]
    arguments += more or []
    done = CliRunner().invoke(command, [str(each) for each in arguments])
    assert done.exit_code == 0, done.output
    meta: dict[str, Any] = srsly.read_json(folder / "packaged" / "meta.json")
    return meta


def test_annotated_and_labelled_sentences_are_counted(folder: Path) -> None:
    meta = card(folder, "adapted")
    assert meta["version"] == "1.2.3"
    assert "3 sentences of US drug labels" in meta["notes"]
    assert "1,200 more of them" in meta["notes"].replace("\n", " ")
    assert "| **micro, gold mentions** | 81.2 | 81.2 | 81.2 |" in meta["notes"]
    assert "| **micro, end to end** | 71.2 | 71.2 | 71.2 |" in meta["notes"]
    assert [source["name"] for source in meta["sources"]][-1].startswith("3 annotated sentences")


def test_what_to_expect_is_told_by_the_folds(folder: Path) -> None:
    by_folds = {
        "folds": [0.6, 0.7],
        "n_documents": 714,
        "runs": ["adapted.seed1"],
        "per_source": {"DDI-MedLine": 0.651},
    }
    srsly.write_json(folder / "folds.json", {**figures(0.6777), **by_folds})
    assert "folds" not in card(folder, "adapted")["notes"]
    notes = card(folder, "adapted", more=[f"--folds={folder / 'folds.json'}"])["notes"]
    assert "by 2 folds over the 714\ndocuments with a pair" in notes
    assert "| **micro, gold mentions** | 67.8 | 67.8 | 67.8 |" in notes
    assert "DDI-MedLine 65.1" in notes
    assert "less the development documents" not in notes
    options = [f"--folds={folder / 'folds.json'}", "--learned-from=all"]
    assert "less the development documents" in card(folder, "adapted", more=options)["notes"]


def test_a_pipeline_from_the_corpus_alone_names_no_other_data(folder: Path) -> None:
    for path in folder.glob("*.spacy"):
        path.unlink()
    meta = card(folder, "relations")
    assert "US drug labels" not in meta["notes"]
    assert not any("annotated" in source["name"] for source in meta["sources"])


def test_the_licence_is_that_of_the_corpus(folder: Path) -> None:
    meta = card(folder, "relations", ROOT / "assets" / "label_corpus")
    assert meta["license"] == meta["sources"][0]["license"] == "CC BY 4.0"
    assert "of: Label corpus" in meta["notes"]
    assert "commercial" not in meta["notes"]
    meta = card(folder, "relations")
    assert meta["license"] == meta["sources"][0]["license"] == "CC BY-NC 4.0"
    assert "**no commercial use**" in meta["notes"]


def test_scores_that_keep_a_promise_are_told(folder: Path) -> None:
    assert "min-precision" not in card(folder, "relations")["notes"]
    config = load_config(folder / "pipeline" / "config.cfg")
    precisions = {"int": [[0.4, 0.85]], "effect": [[0.3, 0.8], [0.7512, 0.95]]}
    config["components"]["relations"] = {"factory": "ddi_relation", "precisions": precisions}
    config.to_disk(folder / "pipeline" / "config.cfg")
    notes = card(folder, "relations")["notes"]
    rows = [line for line in notes.splitlines() if line.startswith("| 0.") or "`effect`" in line]
    assert rows[-5:] == [
        "| precision | `effect` | `int` |",
        "| 0.80 | 0.30 | 0.40 |",
        "| 0.85 | 0.75 | 0.40 |",
        "| 0.90 | 0.75 | never |",
        "| 0.95 | 0.75 | never |",
    ]
