"""Names that are exchanged, and pairs that are found again."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
import typer
from spacy.lang.en import English
from spacy.tokens import Doc

from benchmarks import name_swap
from benchmarks.name_swap import (
    Swap,
    in_case_of,
    is_usable,
    read_names,
    swap_names,
    swapped_doc,
)
from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.cli.evaluate import MentionsOption
from spacy_ddi.corpora.docs import sentence_to_doc
from spacy_ddi.corpora.documents import Interaction, Mention, Sentence
from spacy_ddi.gold import labelled_pairs
from tests.conftest import SAMPLE_CORPUS

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


def test_the_gold_annotation_moves_with_the_names(doc: Doc) -> None:
    spans = [(span.start, span.end) for span in doc.spans["ddi_mentions"]]
    doc._.ddi_rels = [
        make_relation(spans[0], spans[1], "effect", 1.0),
        make_relation(spans[3], spans[4], "advise", 1.0),
    ]
    known = {"drug": ["apixaban", "an uncommonly long name"], "brand": ["Multaq"]}
    swap = swap_names(doc, known, random.Random(0))
    swapped = swapped_doc(doc, swap, English().make_doc)
    assert swapped.text == swap.after
    assert [span.label_ for span in swapped.spans["ddi_mentions"]] == [
        span.label_ for span in doc.spans["ddi_mentions"]
    ]
    moved = {swap.moved(pair): label for pair, label in labelled_pairs(doc).items()}
    assert labelled_pairs(swapped) == moved
    assert len(moved) == 2


def test_mentions_inside_an_exchanged_one_are_gone() -> None:
    text = "Give warfarin sodium with Advil."
    places = ((5, 13), (5, 20), (26, 31))
    mentions = tuple(Mention(f"e{i}", "drug", (place,)) for i, place in enumerate(places))
    pairs = (Interaction("e0", "e1", "int"), Interaction("e1", "e2", "effect"))
    doc = sentence_to_doc(Sentence("s0", text, mentions, pairs), English().make_doc)
    swap = Swap(text, "Give tin with Advil.", [(5, 20, "tin")])
    swapped = swapped_doc(doc, swap, English().make_doc)
    assert [span.text for span in swapped.spans["ddi_mentions"]] == ["tin", "Advil"]
    assert labelled_pairs(swapped) == {((5, 8), (14, 19)): "effect"}


@pytest.mark.parametrize("mentions", list(MentionsOption))
def test_relations_that_depend_on_names_alone_are_lost(
    mentions: MentionsOption,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With gold mentions no recognizer is needed; from raw text nothing is found without one."""

    class Reader:
        """Finds an effect of each pair whose first name has no Q."""

        labels = ("effect",)
        candidates = CandidateFinder()

        def __call__(self, doc: Doc) -> Doc:
            found = [(m.start, m.end, m.text) for m in self.candidates.mentions(doc)]
            doc._.ddi_rels = [
                make_relation(one[:2], two[:2], "effect", 1.0)
                for i, one in enumerate(found)
                for two in found[i + 1 :]
                if "Q" not in one[2].upper()
            ]
            return doc

    reader = Reader()
    nlp = English()
    monkeypatch.setattr(nlp, "pipe", lambda docs, as_tuples: ((reader(d), c) for d, c in docs))
    monkeypatch.setattr(name_swap.spacy, "load", lambda path: nlp)
    monkeypatch.setattr(name_swap, "component_of", lambda nlp: reader)
    names = tmp_path / "names.tsv"
    rows = [f"Q{i}\t{kind}" for i in range(40) for kind in ("drug", "brand")]
    names.write_text("\n".join(rows), encoding="utf8")
    name_swap.main("any", SAMPLE_CORPUS, names, sentences=1000, mentions=mentions)
    told, rates = capsys.readouterr().out.splitlines()
    n_before, n_kept = map(int, re.findall(r"(\d+) (?:relations|of them)", told))
    is_gold = mentions is MentionsOption.GOLD
    assert (0 < n_kept < n_before) == is_gold
    assert (n_before > 0) == is_gold
    assert rates.startswith("F1 ")
    assert ("F1 0.0 before" not in rates) == is_gold


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
