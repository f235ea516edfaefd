"""Variants of annotated sentences."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.annotations import make_relation, set_relations
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.corpora.name_variants import (
    Names,
    Piece,
    as_sentence,
    configure_vary_names,
    pieces_of,
    read_names,
    vary_pieces,
)
from spacy_ddi.corpora.reader import configure_docbin_corpus
from spacy_ddi.errors import CorpusError
from spacy_ddi.gold import MENTIONS_KEY
from tests.conftest import ROOT

PIECES = [
    Piece("Give "),
    Piece("warfarin", "drug", interacts=True),
    Piece(" and "),
    Piece("Coumadin", "brand"),
    Piece(", then "),
    Piece("warfarin", "drug", interacts=True),
    Piece(" with "),
    Piece("diuretics", "group"),
    Piece("."),
]
NAMES = Names(
    {"drug": ["imatinib"], "brand": ["Gleevec"], "group": ["statins"]},
    {"warfarin": [("WAR", "drug")]},
    [("kava", "drug")],
)


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def variants(names: Names = NAMES, n: int = 600) -> list[list[Piece]]:
    chance = random.Random(1)
    return [vary_pieces(PIECES, names, chance) for _ in range(n)]


@pytest.fixture
def nlp() -> Language:
    return spacy.blank(
        "en", config={"nlp": {"tokenizer": {"@tokenizers": "spacy-ddi.DrugTokenizer.v1"}}}
    )


@pytest.fixture
def doc(nlp: Language) -> Doc:
    doc = nlp.make_doc("Avoid warfarin, not Coumadin.")
    doc.set_ents(
        [doc.char_span(6, 14, label="drug"), doc.char_span(20, 28, label="brand")],
        default="outside",
    )
    doc.spans[MENTIONS_KEY] = list(doc.ents)
    set_relations(doc, [])
    return doc


def test_pieces_make_the_text_and_know_what_interacts(doc: Doc) -> None:
    set_relations(doc, [make_relation((1, 2), (4, 5), "advise", 1.0)])
    pieces = pieces_of(doc)
    assert text_of(pieces) == doc.text
    assert [(p.text, p.label, p.interacts) for p in pieces if p.label] == [
        ("warfarin", "drug", True),
        ("Coumadin", "brand", True),
    ]
    set_relations(doc, [])
    assert not any(piece.interacts for piece in pieces_of(doc))


def test_mentions_are_where_the_pieces_are() -> None:
    for pieces in variants():
        sentence = as_sentence(pieces)
        assert sentence.text == text_of(pieces)
        marked = [
            (sentence.text[start:end], mention.type)
            for mention in sentence.mentions
            for start, end in mention.ranges
        ]
        assert marked == [(piece.text, piece.label) for piece in pieces if piece.label]


def test_every_kind_of_variant_occurs() -> None:
    found = Counter(text_of(pieces) for pieces in variants())
    texts = " ".join(found)
    for part in (
        "imatinib",
        "Imatinib",
        "Gleevec",
        "WAR",
        "kava",
        "COUMADIN",
        "coumadin",
        "Coumadin®",
        "warfarin†",
        "warfarin/Coumadin",
    ):
        assert part in texts, part
    assert found["Give warfarin and Coumadin, then warfarin with diuretics."] > 0
    names = {p.text for pieces in variants() for p in pieces if p.label == "drug"}
    misspelt = {n for n in names if n.islower() and n not in ("warfarin", "imatinib", "kava")}
    assert misspelt - {"war"}
    assert all(abs(len(name) - 8) <= 1 for name in misspelt - {"war"})


def test_a_name_changes_throughout_the_sentence_and_keeps_its_type() -> None:
    for pieces in variants():
        labels = [piece.label for piece in pieces]
        assert labels == [piece.label for piece in PIECES]
        assert pieces[1].text == pieces[5].text
        assert abs(len(pieces[7].text) - 9) <= 1  # a class is misspelt at most


def test_a_generic_name_begins_small_within_a_sentence() -> None:
    names = Names({"drug": ["Imatinib", "imatinib"], "brand": []}, {}, [])
    capital = [Piece("Warfarin", "drug"), Piece(" helps.")]
    chance = random.Random(1)
    written = {vary_pieces(capital, names, chance)[0].text for _ in range(200)}
    assert {"Imatinib", "Warfarin"} <= written
    assert "imatinib" in written  # the whole sentence in small letters


def test_without_names_the_letters_stay() -> None:
    for pieces in variants(Names({}, {}, [])):
        named = [piece.text.lower() for piece in pieces if piece.label]
        assert all(abs(len(name) - 8) <= 1 for name in named[:2])


def test_the_augmenter_is_registered_and_repeats_with_its_seed(
    nlp: Language, doc: Doc, tmp_path: Path
) -> None:
    (tmp_path / "names.tsv").write_text("name\ttype\nimatinib\tdrug\nGleevec\tbrand\n")
    write_docbin([doc] * 40, tmp_path / "corpus.spacy")

    def read(level: float, seed: int = 0) -> list[str]:
        augmenter = spacy.registry.augmenters.get("spacy-ddi.vary_names.v1")(
            names=str(tmp_path / "names.tsv"), level=level, seed=seed
        )
        reader = configure_docbin_corpus(
            str(tmp_path / "corpus.spacy"), gold_mentions=False, augmenter=augmenter
        )
        examples = list(reader(nlp))
        for example in examples:
            assert example.predicted.text == example.reference.text
            assert len(example.get_aligned_ner()) == len(example.predicted)
            assert len(example.reference.ents) == 2
        return [example.reference.text for example in examples]

    assert set(read(0.0)) == {doc.text}
    assert len(set(read(1.0))) > 5
    assert 0 < sum(text != doc.text for text in read(0.5)) < 30
    assert read(1.0, seed=3) == read(1.0, seed=3) != read(1.0, seed=4)


def test_the_names_in_use_of_the_repository_can_be_read() -> None:
    names = read_names(None, ROOT / "assets" / "names_in_use.tsv")
    assert ("MTX", "drug") in names.short["methotrexate"]
    assert ("grapefruit juice", "drug_n") in names.consumed
    types = {kind for forms in names.short.values() for _, kind in forms}
    assert types | {kind for _, kind in names.consumed} <= {"drug", "brand", "group", "drug_n"}


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "names.tsv").write_text("drug\timatinib\n")
    with pytest.raises(CorpusError, match=r"DDI118.*names\.tsv.*name, type"):
        configure_vary_names(str(tmp_path / "names.tsv"))
    with pytest.raises(ValueError, match="level"):
        configure_vary_names(None, level=1.5)


def test_a_name_that_is_of_two_types_keeps_both() -> None:
    pieces = [Piece("Ritalin", "brand"), Piece(" is "), Piece("Ritalin", "drug")]
    for seed in range(20):
        varied = vary_pieces(pieces, NAMES._replace(consumed=[]), random.Random(seed))
        assert [piece.label for piece in varied] == ["brand", "", "drug"]
