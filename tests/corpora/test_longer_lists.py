"""Longer lists of drugs."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.corpora.docs import make_examples, sentence_to_doc
from spacy_ddi.corpora.documents import Interaction, Mention, Sentence
from spacy_ddi.corpora.longer_lists import (
    MOST,
    DrugList,
    configure_longer_lists,
    uniform_lists,
    with_members,
)
from spacy_ddi.gold import SoftLabelDict, gold_mentions_of, labelled_pairs, set_soft_labels
from spacy_ddi.gold import soft_labels_of as soft_of

TEXT = "Zinc lowers iron, gold and lead, but not salt."
DRUGS = ("Zinc", "iron", "gold", "lead", "salt")
ADDED = [("tin", "group"), ("tar", "brand")]


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.blank("en")


def make(nlp: Language, pairs: dict[tuple[int, int], str], text: str = TEXT) -> Doc:
    places = [text.index(drug) for drug in DRUGS if drug in text]
    mentions = [
        Mention(f"m{i}", "drug", ((at, at + 4),)) for i, at in enumerate(places)
    ]  # all names have four letters
    relations = [Interaction(f"m{i}", f"m{j}", label) for (i, j), label in pairs.items()]
    return sentence_to_doc(Sentence("s", text, tuple(mentions), tuple(relations)), nlp.make_doc)


def named_pairs(doc: Doc) -> dict[tuple[str, str], str]:
    return {
        tuple(sorted(doc.text[start:end] for start, end in places)): label
        for places, label in labelled_pairs(doc).items()
    }


def test_a_list_is_uniform_if_its_members_say_the_same(nlp) -> None:
    alike = make(nlp, {(0, 1): "effect", (0, 2): "effect", (0, 3): "effect"})
    assert uniform_lists(alike, gold_mentions_of(alike)) == [DrugList(1, 4)]
    nothing = make(nlp, {})
    assert uniform_lists(nothing, gold_mentions_of(nothing)) == [DrugList(1, 4)]
    for other in ({(0, 1): "effect"}, {(0, 1): "int", (0, 2): "effect", (0, 3): "int"}):
        doc = make(nlp, other)
        assert uniform_lists(doc, gold_mentions_of(doc)) == []
    within = make(nlp, {(1, 2): "effect"})
    assert uniform_lists(within, gold_mentions_of(within)) == []
    alone = make(nlp, {}, "Give iron, gold and lead.")
    assert uniform_lists(alone, gold_mentions_of(alone)) == []


def test_added_members_have_the_labels_of_the_first(nlp) -> None:
    doc = make(nlp, {(0, 1): "effect", (0, 2): "effect", (0, 3): "effect", (0, 4): "int"})
    longer = with_members(doc, gold_mentions_of(doc), DrugList(1, 4), ADDED, None, nlp.make_doc)
    assert longer.text == "Zinc lowers iron, tin, tar, gold and lead, but not salt."
    assert [(m.text, m.label_) for m in gold_mentions_of(longer)] == [
        ("Zinc", "drug"),
        ("iron", "drug"),
        *ADDED,
        ("gold", "drug"),
        ("lead", "drug"),
        ("salt", "drug"),
    ]
    assert named_pairs(longer) == {
        **{("Zinc", name): "effect" for name in ("iron", "tin", "tar", "gold", "lead")},
        ("Zinc", "salt"): "int",
    }


def test_a_list_may_get_other_separators(nlp) -> None:
    doc = make(nlp, {})
    longer = with_members(doc, gold_mentions_of(doc), DrugList(1, 4), ADDED[:1], "*;", nlp.make_doc)
    assert longer.text == "Zinc lowers iron*;tin*;gold*;lead, but not salt."
    assert [m.text for m in gold_mentions_of(longer)] == [
        "Zinc",
        "iron",
        "tin",
        "gold",
        "lead",
        "salt",
    ]


def test_soft_labels_are_those_of_the_first_member(nlp) -> None:
    doc = make(nlp, {}, "Zinc lowers iron and gold.")
    spans = gold_mentions_of(doc)
    probs = [{"effect": 0.9, "none": 0.1}, {"effect": 0.7, "none": 0.3}]
    set_soft_labels(
        doc,
        [
            SoftLabelDict(
                head_start=spans[0].start,
                head_end=spans[0].end,
                tail_start=spans[i].start,
                tail_end=spans[i].end,
                probs=probs[i - 1],
            )
            for i in (1, 2)
        ],
    )
    assert uniform_lists(doc, spans) == [DrugList(1, 3)]
    longer = with_members(doc, spans, DrugList(1, 3), ADDED[:1], None, nlp.make_doc)
    assert longer.text == "Zinc lowers iron, tin and gold."
    found = {longer.text[b[0] : b[1]]: soft for (_, b), soft in soft_of(longer).items()}
    assert found == {"iron": probs[0], "tin": probs[0], "gold": probs[1]}
    assert labelled_pairs(longer) == {}


def test_the_share_of_sentences_and_the_length_are_settings(nlp) -> None:
    doc = make(nlp, {(0, 1): "effect", (0, 2): "effect", (0, 3): "effect"})
    (example,) = make_examples([doc], nlp.make_doc, gold_mentions=True)

    def added(level: float, mean: float) -> list[int]:
        augment = configure_longer_lists(level, mean)
        found = [one for _ in range(400) for one in augment(nlp, example)]
        assert all(
            [m.text for m in one.predicted.spans["ddi_mentions"]]
            == [m.text for m in gold_mentions_of(one.reference)]
            for one in found
        )
        return [len(gold_mentions_of(one.reference)) - len(DRUGS) for one in found]

    assert set(added(0.0, 6)) == {0}
    some, many = added(0.5, 3), added(1.0, 100)
    assert 120 < sum(n > 0 for n in some) < 280
    assert 2 < sum(some) / sum(n > 0 for n in some) < 5
    assert min(many) > 0
    assert max(many) == MOST
    with pytest.raises(ValueError, match="level"):
        configure_longer_lists(level=2)
    with pytest.raises(ValueError, match="mean"):
        configure_longer_lists(mean=0)
