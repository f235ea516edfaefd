"""Parser and recognizer that read sentences without their layout."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from tests.text.conftest import make_blank

ONE = "Sodium valproate raises carbamazepine ."
TWO = "Zinc oxide lowers iron ."
HEADS = [1, 2, 2, 2, 2]
LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": 8, "upstream": "*"}
LAYOUTS = [
    f"{ONE} {TWO}",
    f"{ONE}\n{TWO}\n",
    f"• {ONE}\n• {TWO}",
    f"- {ONE}\r\n\r\n- {TWO}",
    f"{ONE} {TWO}".replace(" ", "\n"),
    f"\ufeff{ONE} {TWO}".replace("carba", "carba-\n").replace("oxide", "ox\u00adide"),
]


def example(nlp: Language, text: str) -> Example:
    doc = nlp.make_doc(text)
    ents = [(0, 2, "drug"), (3, 4, "drug")]
    reference = Doc(
        nlp.vocab,
        words=[token.text for token in doc],
        spaces=[bool(token.whitespace_) for token in doc],
        heads=HEADS,
        deps=["compound", "nsubj", "ROOT", "obj", "punct"],
    )
    reference.set_ents([Span(reference, *place) for place in ents], default="outside")
    return Example(doc, reference)


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Overfitted on two sentences."""
    nlp = make_blank()
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
    clean = {"@architectures": "spacy-ddi.CleanTok2Vec.v1", "tok2vec": encoder}
    nlp.add_pipe("tok2vec", config={"model": clean})
    settings = {"min_action_freq": 1, "model": {"tok2vec": LISTENER}}
    nlp.add_pipe("sentence_parser", name="parser", config=settings)
    nlp.add_pipe("sentence_ner", name="ner", config={"model": {"tok2vec": encoder}})
    spacy.util.fix_random_seed(0)
    sgd = nlp.initialize(lambda: [example(nlp, ONE), example(nlp, TWO)])
    for _ in range(60):
        nlp.update([example(nlp, ONE), example(nlp, TWO)], sgd=sgd)
    return nlp


def words_of(doc: Doc) -> list[Any]:
    return [token for token in doc if any(c.isalnum() or c == "." for c in token.text)]


def annotation(doc: Doc) -> tuple[list[Any], ...]:
    """Heads and labels of the words, and the names, without regard to layout."""
    words = words_of(doc)
    number = {token.i: i for i, token in enumerate(words)}
    return (
        [number[token.head.i] for token in words],
        [token.dep_ for token in words],
        [[number[token.i] for token in ent if token.i in number] for ent in doc.ents],
        [token.ent_type_ for token in words],
    )


@pytest.mark.parametrize("text", LAYOUTS)
def test_same_annotation_in_every_layout(nlp: Language, text: str) -> None:
    doc = nlp(text)
    assert annotation(doc) == (
        [*HEADS, *(head + 5 for head in HEADS)],
        ["compound", "nsubj", "ROOT", "obj", "punct"] * 2,
        [[0, 1], [3], [5, 6], [8]],
        ["drug", "drug", "", "drug", ""] * 2,
    )
    assert doc.text == text


@pytest.mark.parametrize("text", LAYOUTS)
def test_sentences_stay(nlp: Language, text: str) -> None:
    assert [s.start for s in nlp(text).sents] == [s.start for s in make_blank()(text).sents]


def test_layout_hangs_on_words(nlp: Language) -> None:
    doc = nlp("• \u200bSodium\nvalproate raises carbamazepine .\n• Zinc oxide lowers iron .")
    assert [doc[i].head.i for i in (0, 1, 3, 8, 9)] == [2, 2, 2, 7, 10]
    assert {doc[i].dep_ for i in (0, 1, 3, 8, 9)} == {"dep"}
    assert doc.ents[0].text == "Sodium\nvalproate"
    assert doc[3].ent_iob_ == "I"


@pytest.mark.parametrize("text", ["", "\n", " ", "•", "\u200b\n\n- \n"])
def test_no_words(nlp: Language, text: str) -> None:
    doc = nlp(text)
    assert doc.ents == ()
    assert doc.has_annotation("DEP") or not len(doc)
    assert len(list(doc.sents)) == min(1, len(doc))


def test_names_that_are_set_stay(nlp: Language) -> None:
    ruled = make_blank()
    ruled.add_pipe("entity_ruler").add_patterns(
        [{"label": "X", "pattern": "lowers\niron", "id": "i"}]
    )
    doc = ruled(f"• {TWO}".replace("lowers ", "lowers\n"))
    before = [(ent.text, ent.label_, ent.id_) for ent in doc.ents]
    doc = nlp.get_pipe("ner")(nlp.get_pipe("tok2vec")(Doc(nlp.vocab).from_bytes(doc.to_bytes())))
    assert [(ent.text, ent.label_, ent.id_) for ent in doc.ents][-1:] == before
    assert doc.ents[0].text == "Zinc oxide"


def test_without_boundaries_the_parser_finds_them(nlp: Language) -> None:
    with nlp.select_pipes(disable="line_sentences"):
        doc = nlp("Sodium\nvalproate raises carbamazepine .")
    assert doc.has_annotation("DEP")
    assert doc.text.count("\n") == 1


def test_one_by_one_in_a_stream_and_stored(nlp: Language, tmp_path: Path) -> None:
    texts = [*LAYOUTS, "", "\n", ONE]
    expected = [annotation(nlp(text)) for text in texts]
    nlp.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    for copy in (nlp, loaded, pickle.loads(pickle.dumps(loaded))):
        assert [annotation(doc) for doc in copy.pipe(texts)] == expected


def test_training_loop_counts_both(nlp: Language) -> None:
    assert nlp.evaluate([example(nlp, ONE)])["ents_f"] == 1.0
