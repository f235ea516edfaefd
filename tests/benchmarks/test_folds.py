"""Folds of documents, and a recognizer scored by them."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin
from spacy.util import load_config
from typer import Typer
from typer.testing import CliRunner

from benchmarks import ner_folds
from benchmarks.folds import draw_folds
from spacy_ddi.corpora.docbin import read_docbin, write_docbin
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import DOCUMENT_ID
from spacy_ddi.scoring.counts import Tally
from tests.conftest import ROOT

IDS = [f"DDI-DrugBank.d{i}" for i in range(23)] + [f"DDI-MedLine.d{i}" for i in range(9)]
PARTS = ("train", "dev", "test")
SETTINGS = {
    "training.max_steps": 4,
    "training.eval_frequency": 2,
    "components.ner.model.tok2vec.embed.first.width": 8,
    "components.ner.model.tok2vec.encode.width": 40,
    "components.ner.model.tok2vec.encode.depth": 1,
    "components.ner.model.tok2vec.embed.first.rows": [50, 50, 50, 50],
}


def test_every_document_is_in_one_fold_and_every_fold_has_its_share() -> None:
    folds = draw_folds(IDS, 5, seed=1)
    assert sorted(id_ for fold in folds for id_ in fold) == sorted(IDS)
    assert {len(fold) for fold in folds} == {6, 7}
    assert {sum("MedLine" in id_ for id_ in fold) for fold in folds} == {1, 2}


def test_the_seed_alone_decides() -> None:
    assert draw_folds(reversed(IDS), 5, seed=1) == draw_folds(IDS, 5, seed=1)
    assert draw_folds(IDS, 5, seed=2) != draw_folds(IDS, 5, seed=1)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for i in range(24):
        (folder / f"d{i}.xml").write_text(
            f'<document id="DDI-MedLine.d{i}"><sentence id="s{i}" text="Take warfarin.">'
            f'<entity id="s{i}.e0" charOffset="5-12" type="drug" text="warfarin"/>'
            "</sentence></document>",
            encoding="utf8",
        )
    return folder


def run(corpus: Path, folder: Path, *more: str) -> list[str]:
    app = Typer()
    app.command()(ner_folds.main)
    options = ["--n-folds", "2", "--folder", folder, "--output", folder / "all.json", *more]
    done = CliRunner().invoke(app, [str(each) for each in (corpus, *options)])
    assert done.exit_code == 0, done.exception
    return done.stdout.splitlines()


def test_a_fold_is_trained_once_for_the_same_settings(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = []

    def train_and_score(config: Path, folder: Path, arguments: list[str]) -> Tally:
        parts = [set(DocBin().from_disk(folder / f"{part}.spacy").strings) for part in PARTS]
        assert all(parts)
        trained.append((folder.name, *arguments))
        return Tally(3, 1, 1) if folder.name == "fold0" else Tally(5, 1, 7)

    monkeypatch.setattr(ner_folds, "train_and_score", train_and_score)
    folder = tmp_path / "folds"
    arguments = ("--", "--training.dropout", "0.1")
    lines = run(corpus, folder, *arguments)
    told = ("--training.dropout", "0.1", "--system.seed", "1")
    assert trained == [("fold0", *told), ("fold1", *told)]
    assert lines[0] == "fold 0: 12 documents, P 75.0, R 75.0, F1 75.0"
    assert lines[-1] == "all folds: P 80.0, R 50.0, F1 61.5"
    figures = json.loads((folder / "all.json").read_text("utf8"))
    assert figures["pooled"] == {"p": 0.8, "r": 0.5, "f": 8 / 13}

    assert run(corpus, folder, *arguments) == lines
    (folder / "fold1.json").unlink()
    assert run(corpus, folder, *arguments) == lines
    assert [call[0] for call in trained] == ["fold0", "fold1", "fold1"]
    run(corpus, folder)
    assert [call[0] for call in trained[3:]] == ["fold0", "fold1"]

    trained.clear()
    (folder / "all.json").unlink()
    run(corpus, folder, "--only", "1", *arguments)
    assert [call[0] for call in trained] == ["fold1"]
    assert not (folder / "all.json").exists()  # one fold is not all of them


def test_the_parts_of_a_fold_share_no_document(corpus: Path, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    documents = {doc.user_data[DOCUMENT_ID]: [doc] for doc in read_docs(corpus, nlp.make_doc)}
    held_out, others = draw_folds(documents, 2, seed=1)
    ner_folds.write_parts(documents, others, held_out, tmp_path, seed=1)
    ids = [
        [doc.user_data[DOCUMENT_ID] for doc in read_docbin(tmp_path / f"{part}.spacy", nlp.vocab)]
        for part in PARTS
    ]
    assert sorted(id_ for part in ids for id_ in part) == sorted(documents)
    assert (len(ids[1]), sorted(ids[2])) == (2, held_out)


def test_what_is_trained_is_scored_on_the_fold(corpus: Path, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    for part in PARTS:
        write_docbin(islice(read_docs(corpus, nlp.make_doc), 6), tmp_path / f"{part}.spacy")
    config = tmp_path / "tiny.cfg"
    load_config(ROOT / "configs" / "ner.cfg", overrides=SETTINGS, interpolate=False).to_disk(config)
    tally = ner_folds.train_and_score(config, tmp_path, ["--system.seed", "2"])
    assert tally.tp + tally.fn == 6
    assert load_config(tmp_path / "model-best" / "config.cfg")["system"]["seed"] == 2
