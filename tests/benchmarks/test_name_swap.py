"""Names that are exchanged, and pairs that are found again."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import typer
from spacy.lang.en import English
from spacy.tokens import Doc

from benchmarks.name_swap import Swap, in_case_of, is_usable, read_names, swap_names
from spacy_ddi.annotations import install_extensions
from spacy_ddi.corpora.docs import sentence_to_doc
from spacy_ddi.corpora.documents import Mention, Sentence

TEXT = "Warfarin, Advil or NSAIDs: avoid warfarin with ALCOHOL."
TYPES = {"Warfarin": "drug", "Advil": "brand", "NSAIDs": "group", "ALCOHOL": "drug"}


@pytest.fixture
def doc() -> Doc:
    install_extensions()
    places = [(TEXT.index(name), len(name), label) for name, label in TYPES.items()]
    places.insert(3, (TEXT.index("warfarin"), 8, "drug"))
    mentions = tuple(
        Mention(f"e{i}", label, ((start, start + length),))
        for i, (start, length, label) in enumerate(places)
    )
    return sentence_to_doc(Sentence("s0", TEXT, mentions, ()), English().make_doc)


def test_names_are_exchanged_by_others_of_their_type(doc: Doc) -> None:
    known = {"drug": ["apixaban", "edoxaban"], "brand": ["Multaq"]}
    swap = swap_names(doc, known, random.Random(0))
    one, two = ("apixaban", "edoxaban")
    if "EDOXABAN" not in swap.after:
        one, two = two, one
    expected = f"{one.capitalize()}, Multaq or NSAIDs: avoid {one} with {two.upper()}."
    assert (swap.before, swap.after) == (TEXT, expected)


def test_a_pair_moves_with_its_names(doc: Doc) -> None:
    known = {"drug": ["x", "an uncommonly long name"], "brand": ["Multaq"]}
    swap = swap_names(doc, known, random.Random(0))
    spans = [(ent.start_char, ent.end_char) for ent in doc.ents]
    new_names = [name for _, _, name in swap.places]
    new_names.insert(2, "NSAIDs")
    for i, first in enumerate(spans):
        for j in range(i + 1, len(spans)):
            moved = swap.moved((first, spans[j]))
            assert [swap.after[slice(*place)] for place in moved] == [new_names[i], new_names[j]]


def test_a_place_inside_a_name_becomes_the_whole_name() -> None:
    swap = Swap("a sodium salt b", "a tin b", [(2, 13, "tin")])
    assert swap.moved(((2, 8), (14, 15))) == ((2, 5), (6, 7))
    assert swap.moved(((9, 13), (0, 1))) == ((0, 1), (2, 5))


def test_sentences_with_nothing_to_exchange_are_passed_over(doc: Doc) -> None:
    assert is_usable(doc)
    doc.set_ents([ent for ent in doc.ents if ent.label_ == "group"])
    assert not is_usable(doc)


def test_names_are_read_by_type(tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    path.write_text('name\ttype\n5"-azacitidine\tdrug\nEliquis\tbrand\n', encoding="utf8")
    assert read_names(path) == {"drug": ['5"-azacitidine'], "brand": ["Eliquis"]}
    path.write_text("apixaban\tdrug\n", encoding="utf8")
    with pytest.raises(typer.BadParameter, match="no name of type brand"):
        read_names(path)


@pytest.mark.parametrize(
    ("old", "new", "written"),
    [
        ("warfarin", "Advil", "Advil"),
        ("Warfarin", "apixaban", "Apixaban"),
        ("WARFARIN", "apixaban", "APIXABAN"),
        ("MTX", "apixaban", "Apixaban"),
    ],
)
def test_case_is_kept(old: str, new: str, written: str) -> None:
    assert in_case_of(old, new) == written
