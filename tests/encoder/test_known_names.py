"""Marks of the words that a list has as names."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.training import Example
from spacy.util import fix_random_seed, registry

from spacy_ddi.encoder.known_names import NAMES, NODE, marks_of
from spacy_ddi.errors import CorpusError, DDIError

CONFIG = {
    "@architectures": "spacy.Tok2Vec.v2",
    "embed": {
        "@architectures": "spacy-ddi.JoinedTok2Vec.v1",
        "first": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": 16,
            "attrs": ["SHAPE"],
            "rows": [50],
            "include_static_vectors": False,
        },
        "second": {"@architectures": "spacy-ddi.KnownNames.v1", "width": 8, "dropped": 0.0},
    },
    "encode": {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": 24,
        "depth": 1,
        "window_size": 1,
        "maxout_pieces": 2,
    },
}

WORDS = ["".join(Random(i).choices("bcdefgilmnoprstuvxz", k=7)) for i in range(80)]
"""That look alike. The first half are names in the list."""

SEEN, KNOWN, SEEN_OTHERS, OTHERS = WORDS[:36], WORDS[36:40], WORDS[40:76], WORDS[76:]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "names.tsv"
    rows = [f"{name}\tdrug" for name in (*SEEN, *KNOWN)]
    path.write_text("\n".join(["name\ttype", *rows, "Oxbrand\tbrand", "oxbrand\tdrug", ""]))
    return path


def read_names(nlp: Language, **paths: str | None) -> Language:
    read = registry.callbacks.get("spacy-ddi.read_known_names.v1")
    return read(paths=paths)(nlp)


def known_names_of(nlp: Language) -> dict[str, int]:
    (node,) = [node for node in nlp.get_pipe("ner").model.walk() if node.name == NODE]
    return node.attrs[NAMES]


def vectors(dropped: float, *, is_train: bool) -> tuple[np.ndarray, np.ndarray]:
    """Of a name and of another word."""
    nlp = spacy.blank("en")
    model = registry.architectures.get("spacy-ddi.KnownNames.v1")(width=4, dropped=dropped)
    model.layers[0].attrs[NAMES] = marks_of([("Warfarin", "drug")])
    docs = [nlp.make_doc("WARFARIN today")]
    model.initialize(X=docs)
    (found,), _ = model(docs, is_train=is_train)
    return found[0], found[1]


def test_a_known_name_has_another_vector_than_a_word_in_whatever_case() -> None:
    name, word = vectors(0.0, is_train=True)
    assert not np.allclose(name, word)


@pytest.mark.parametrize(("is_train", "known"), [(True, False), (False, True)])
def test_names_are_dropped_in_training_alone(is_train: bool, known: bool) -> None:
    name, word = vectors(1.0, is_train=is_train)
    assert np.allclose(name, word) is not known


def test_the_types_of_a_name_are_told_apart() -> None:
    rows = [("A", "drug"), ("B", "brand"), ("b", "drug"), ("C", "group")]
    assert marks_of(rows) == {"a": 1, "b": 3}


def test_docs_without_tokens_are_taken() -> None:
    nlp = spacy.blank("en")
    model = registry.architectures.get("spacy-ddi.KnownNames.v1")(width=4)
    docs = [nlp.make_doc(""), nlp.make_doc("Give it."), nlp.make_doc("")]
    model.initialize(X=docs)
    found, backprop = model(docs, is_train=True)
    assert [array.shape for array in found] == [(0, 4), (3, 4), (0, 4)]
    backprop(found)


def test_a_recognizer_finds_names_that_no_sentence_had(table: Path) -> None:
    """It learns from names in the list, and keeps the list when it is stored."""
    nlp = spacy.blank("en")
    nlp.add_pipe("ner", config={"model": {"tok2vec": CONFIG}})
    examples = []
    for name in SEEN:
        spans = {"entities": [(5, 12, "drug")]}
        examples.append(Example.from_dict(nlp.make_doc(f"Give {name} now."), spans))
    for word in SEEN_OTHERS:
        no_spans: dict[str, list[str]] = {"entities": []}
        examples.append(Example.from_dict(nlp.make_doc(f"Give {word} now."), no_spans))
    fix_random_seed(1)
    nlp.initialize(lambda: examples)
    read_names(nlp, names=str(table), more_names=None)
    for _ in range(80):
        nlp.update(examples)
    texts = [f"Give {word} now." for word in (*KNOWN, *OTHERS)]
    assert [ent.text for doc in nlp.pipe(texts) for ent in doc.ents] == KNOWN

    stored = spacy.blank("en")
    stored.add_pipe("ner", config={"model": {"tok2vec": CONFIG}})
    stored.from_bytes(nlp.to_bytes())
    assert known_names_of(stored) == known_names_of(nlp)
    assert [ent.text for doc in stored.pipe(texts) for ent in doc.ents] == KNOWN


def test_without_a_file_no_name_is_known() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("ner", config={"model": {"tok2vec": CONFIG}})
    nlp.initialize()
    assert known_names_of(read_names(nlp, names=None)) == {}


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    path.write_text("name\nwarfarin\n")
    with pytest.raises(CorpusError, match=r"DDI118.*names\.tsv has no column type"):
        read_names(spacy.blank("en"), names=str(path))


def test_a_share_beyond_one_is_refused() -> None:
    with pytest.raises(DDIError, match="dropped"):
        registry.architectures.get("spacy-ddi.KnownNames.v1")(width=4, dropped=30)
