"""A stored pipeline gets what reads any layout, and keeps its weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language

from tests.loaded_scripts import load_script

TEXT = "Fluconazole increases warfarin levels."


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return load_script("finish_pipeline")


@pytest.fixture(scope="module")
def stored(parts: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The untrained parser of the other tests, with a recognizer that embeds for itself."""
    nlp = spacy.load(parts["paths.parser"])
    encoder = {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "width": 8,
        "depth": 1,
        "embed_size": 100,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
        "pretrained_vectors": None,
    }
    ner = nlp.add_pipe("ner", config={"model": {"tok2vec": encoder}})
    ner.add_label("drug")
    with nlp.select_pipes(enable="ner"):
        nlp.initialize()
    folder = tmp_path_factory.mktemp("stored")
    nlp.to_disk(folder)
    return folder


def weights(nlp: Language, name: str) -> list[Any]:
    model = nlp.get_pipe(name).model
    return [
        node.get_param(param)
        for node in model.walk()
        for param in node.param_names
        if node.has_param(param)
    ]


def test_what_changes_and_what_stays(script: dict[str, Any], stored: Path, tmp_path: Path) -> None:
    script["main"](stored, tmp_path / "new")
    old, new = spacy.load(stored), spacy.load(tmp_path / "new")
    assert new.pipe_names == ["line_sentences", *old.pipe_names] == new.meta["pipeline"]
    for name in ("tok2vec", "tagger", "parser", "ner"):
        for one, other in zip(weights(old, name), weights(new, name), strict=True):
            np.testing.assert_array_equal(one, other)
    assert new.get_pipe_meta("parser").factory == "sentence_parser"
    assert new.get_pipe_meta("ner").factory == "sentence_ner"
    vectors = [nlp(TEXT).tensor for nlp in (old, new)]
    np.testing.assert_array_equal(*vectors)
    # The parser is untrained, and may split sentences.
    with new.select_pipes(disable="parser"):
        doc = new(f"• {TEXT}\n• {TEXT.replace('warfarin', 'warfarin(R)')}")
    assert [len(sentence) for sentence in doc.sents] == [7, 9]
    config = new.get_pipe_meta("line_sentences").default_config, new.config["components"]
    assert (config[0]["parser_splits"], config[1]["line_sentences"]["parser_splits"]) == (0, 1)


def test_a_second_time_changes_nothing(
    script: dict[str, Any], stored: Path, tmp_path: Path
) -> None:
    script["main"](stored, tmp_path / "once")
    script["main"](tmp_path / "once", tmp_path / "twice")
    once, twice = ((tmp_path / name / "config.cfg").read_text() for name in ("once", "twice"))
    assert once == twice


def test_nothing_stays_of_what_was_finished_before(
    script: dict[str, Any], stored: Path, tmp_path: Path
) -> None:
    script["main"](stored, tmp_path / "new")
    (tmp_path / "new" / "entity_ruler").mkdir()
    script["main"](stored, tmp_path / "new")
    assert not (tmp_path / "new" / "entity_ruler").exists()


def test_what_is_no_pipeline_is_not_deleted(
    script: dict[str, Any], stored: Path, tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf8")
    for folder in (tmp_path, stored):
        with pytest.raises(SystemExit, match="nothing was written"):
            script["main"](stored, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert (stored / "config.cfg").exists()
