"""What is written on a Doc."""

from __future__ import annotations

import copy
import dataclasses
import importlib.util
import json
import pickle
import sys
from collections.abc import Iterator

import pytest
from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from spacy_ddi import annotations
from spacy_ddi.annotations import (
    Relation,
    get_relations,
    install_extensions,
    make_relation,
    relations_of_doc,
    set_relations,
)
from spacy_ddi.errors import DDIError
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.stored_pairs import RELATIONS_KEY

WORDS = ["Dexarol", "raises", "plinozide", "and", "dexarol", "levels"]


def merge(doc: Doc, start: int, end: int) -> None:
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[start:end])


@pytest.fixture
def doc() -> Doc:
    """Two relations: dexarol with the other two mentions."""
    install_extensions()
    doc = Doc(Vocab(), words=WORDS)
    set_relations(
        doc, [make_relation((0, 1), (2, 3), "int", 0.5), make_relation((4, 6), (2, 3), "", 1.0)]
    )
    return doc


@pytest.mark.parametrize("places", [((0, 1), (2, 3)), ((2, 3), (0, 1))])
def test_earlier_mention_is_the_head(places):
    assert make_relation(*places, "int", 0.5) == {
        "head_start": 0,
        "head_end": 1,
        "tail_start": 2,
        "tail_end": 3,
        "label": "int",
        "score": 0.5,
    }


def test_shorter_of_two_mentions_at_one_place_is_the_head():
    relation = make_relation((0, 3), (0, 1), "int", 0.5)
    assert (relation["head_end"], relation["tail_end"]) == (1, 3)


def test_views_have_spans(doc):
    first, second = doc._.ddi
    assert (first.head.text, first.tail.text, first.label, first.score) == (
        "Dexarol",
        "plinozide",
        "int",
        0.5,
    )
    assert (second.head.text, second.tail.text, second.label) == ("plinozide", "dexarol levels", "")


def test_span_has_the_relations_of_exactly_this_mention(doc):
    assert doc[2:3]._.ddi == doc._.ddi
    assert doc[4:6]._.ddi == doc._.ddi[1:]
    assert doc[4:5]._.ddi == ()


def test_other_mention_of_a_relation(doc):
    relation = doc._.ddi[0]
    assert relation.other(doc[0:1]).text == "plinozide"
    assert relation.other(doc[2:3]).text == "Dexarol"
    with pytest.raises(ValueError, match="takes no part"):
        relation.other(doc[4:5])


def test_none_found_and_not_looked_for_stay_apart(doc):
    fresh = Doc(doc.vocab, words=WORDS)
    assert fresh._.ddi_rels == fresh._.ddi == ()
    assert not fresh.user_data
    fresh._.ddi_rels = []
    assert fresh._.ddi_rels == []


def test_the_empty_tuple_means_not_looked_for_when_it_is_set_too(doc):
    doc._.ddi_rels = Doc(doc.vocab, words=WORDS)._.ddi_rels
    assert doc._.ddi_rels == ()
    assert not doc.user_data


def test_nothing_of_a_relation_can_be_changed_in_place(doc):
    doc._.ddi_rels = [{**make_relation((0, 1), (2, 3), "int", 0.5), "probs": {"int": 0.5}}]
    for change in (
        lambda found: found.append({}),
        lambda found: found[0].update(score=1.0),
        lambda found: found[0]["probs"].update(int=1.0),
    ):
        with pytest.raises(DDIError, match="DDI047"):
            change(doc._.ddi_rels)


def test_a_list_can_be_extended_by_setting_it(doc):
    doc._.ddi_rels += [make_relation((0, 1), (4, 6), "effect", 0.25)]
    assert [relation["label"] for relation in doc._.ddi_rels] == ["int", "", "effect"]


def through_docbin(doc: Doc) -> Doc:
    data = DocBin(docs=[doc], store_user_data=True).to_bytes()
    return next(DocBin().from_bytes(data).get_docs(Vocab()))


def through_merged_docbins(doc: Doc) -> Doc:
    bins = [
        DocBin(docs=[one], store_user_data=True) for one in (Doc(doc.vocab, words=["other"]), doc)
    ]
    bins[0].merge(bins[1])
    return list(bins[0].get_docs(Vocab()))[1]


@pytest.mark.parametrize(
    "carry",
    [
        lambda doc: Doc(Vocab()).from_bytes(doc.to_bytes()),
        lambda doc: pickle.loads(pickle.dumps(doc)),
        lambda doc: doc.copy(),
        through_docbin,
        through_merged_docbins,
        lambda doc: Doc(Vocab()).from_json(doc.to_json(underscore=["ddi_rels"])),
        lambda doc: Doc(Vocab()).from_json(
            json.loads(json.dumps(doc.to_json(underscore=["ddi_rels"])))
        ),
    ],
    ids=["bytes", "pickle", "copy", "DocBin", "DocBin.merge", "to_json", "JSON"],
)
def test_relations_survive(doc, carry):
    carried = carry(doc)
    assert carried._.ddi_rels == doc._.ddi_rels
    assert [relation.head.text for relation in carried._.ddi] == ["Dexarol", "plinozide"]
    merge(carried, 0, 2)
    assert [relation.tail.text for relation in carried._.ddi] == ["plinozide", "dexarol levels"]


def test_relations_go_into_json(doc):
    assert doc.to_json(underscore=["ddi_rels"])["_"]["ddi_rels"] == doc._.ddi_rels


@pytest.fixture
def foreign_extension() -> Iterator[None]:
    install_extensions()
    Doc.remove_extension("ddi")
    Doc.set_extension("ddi", default=None)
    yield
    Doc.remove_extension("ddi")
    install_extensions()


def test_extension_of_somebody_else_is_not_overwritten(foreign_extension):
    with pytest.raises(ValueError, match=r"DDI005.*Doc\._\.ddi "):
        install_extensions()


def test_extensions_can_be_installed_again():
    install_extensions()
    install_extensions()
    assert Doc.get_extension("ddi")[2] is relations_of_doc
    assert Doc.get_extension("ddi_rels")[2] is get_relations


def test_another_copy_of_the_module_takes_over(doc):
    """As `importlib.reload` and a second import under another name make one."""
    spec = importlib.util.spec_from_file_location("another_copy", annotations.__file__)
    another = importlib.util.module_from_spec(spec)
    sys.modules["another_copy"] = another
    try:
        spec.loader.exec_module(another)
        another.install_extensions()
        assert Doc.get_extension("ddi_rels")[2] is another.get_relations
        assert isinstance(doc._.ddi[0], another.Relation)
        install_extensions()
        assert Doc.get_extension("ddi_rels")[2] is get_relations
    finally:
        del sys.modules["another_copy"]
        install_extensions()


def test_views_are_immutable(doc):
    relation: Relation = doc._.ddi[0]
    with pytest.raises(AttributeError, match="label"):
        relation.label = "effect"


def test_fields_of_a_relation_are_plain_data():
    install_extensions()
    text = Doc(Vocab(), words=["So", ".", *WORDS], sent_starts=[True, False, True] + [False] * 5)
    text.spans[MENTIONS_KEY] = [Span(text, 2, 3, label="brand", span_id="e0")]
    text.ents = [Span(text, 4, 5, label="drug", kb_id="D42")]
    text._.ddi_rels = [make_relation((4, 5), (2, 3), "int", 0.5)]
    [relation] = text._.ddi
    assert dataclasses.asdict(relation) == {
        "head_text": "Dexarol",
        "head_type": "brand",
        "head_start_char": 5,
        "head_end_char": 12,
        "tail_text": "plinozide",
        "tail_type": "drug",
        "tail_start_char": 20,
        "tail_end_char": 29,
        "label": "int",
        "score": 0.5,
        "sentence": "Dexarol raises plinozide and dexarol levels",
        "sentence_start_char": 5,
    }
    assert (relation.head.label_, relation.head.id_) == ("brand", "e0")
    assert (relation.tail.label_, relation.tail.kb_id_) == ("drug", "D42")
    assert relation.head == text.spans[MENTIONS_KEY][0]
    assert relation.tail == text.ents[0]


def test_relations_can_be_copied_and_pickled(doc):
    for carry in (copy.deepcopy, lambda relation: pickle.loads(pickle.dumps(relation))):
        carried = carry(doc._.ddi[0])
        assert carried == doc._.ddi[0]
        assert carried.tail.text == "plinozide"


def test_views_follow_their_characters(doc):
    first, second = doc._.ddi
    merge(doc, 3, 5)
    merge(doc, 0, 2)
    assert [token.text for token in doc] == ["Dexarol raises", "plinozide", "and dexarol", "levels"]
    for relations in (doc._.ddi, (first, second)):
        assert [(r.head.text, r.tail.text) for r in relations] == [
            ("Dexarol raises", "plinozide"),
            ("plinozide", "and dexarol levels"),
        ]
        assert [(r.head_text, r.tail_text) for r in relations] == [
            ("Dexarol", "plinozide"),
            ("plinozide", "dexarol levels"),
        ]
    assert doc[1:2]._.ddi == doc._.ddi
    assert doc[0:1]._.ddi == doc._.ddi[:1]
    assert first.other(doc[0:1]).text == "plinozide"
    assert second.other(doc[1:2]).text == "and dexarol levels"


def test_span_of_a_group_has_its_relations_after_a_merge(doc):
    """spaCy leaves its token offsets as they were."""
    doc.spans["mine"] = [doc[2:3]]
    merge(doc, 0, 2)
    [span] = doc.spans["mine"]
    assert span.start == 2
    assert [relation.tail.text for relation in span._.ddi] == ["plinozide", "dexarol levels"]


def test_type_is_kept_where_a_mention_is_merged_into_a_larger_token(doc):
    doc.spans[MENTIONS_KEY] = [Span(doc, 2, 3, label="drug"), Span(doc, 4, 6, label="group")]
    doc._.ddi_rels = doc._.ddi_rels
    merge(doc, 1, 3)
    assert len(doc) == 5  # of "dexarol levels", spaCy now says that it is outside of the Doc
    assert [(r.head_type, r.tail_type) for r in doc._.ddi] == [("", "drug"), ("drug", "group")]
    assert doc._.ddi[1].tail.label_ == "group"


def test_type_that_is_set_after_the_relations_counts(doc):
    doc.ents = [Span(doc, 2, 3, label="brand")]
    assert doc._.ddi[0].tail_type == "brand"


def test_entity_widened_by_a_merge_gives_the_type(doc):
    doc.ents = [Span(doc, 1, 3, label="drug")]
    merge(doc, 1, 3)
    assert doc._.ddi[0].tail_type == "drug"


@pytest.mark.parametrize(
    "read",
    [
        lambda doc: doc._.ddi,
        lambda doc: doc._.ddi_rels,
        lambda doc: doc[0:1]._.ddi,
        lambda doc: doc.to_json(underscore=["ddi_rels"]),
    ],
)
def test_two_mentions_merged_into_one_token_are_an_error(doc, read):
    merge(doc, 0, 3)
    with pytest.raises(DDIError, match=r"DDI045.*'Dexarol' and 'plinozide'.*'Dexarol raises"):
        read(doc)


def test_mention_that_comes_to_stand_first_is_the_head(doc):
    doc._.ddi_rels = [make_relation((1, 5), (2, 3), "int", 0.5)]
    merge(doc, 1, 4)
    assert doc._.ddi_rels == [make_relation((1, 2), (1, 3), "int", 0.5)]


@pytest.mark.parametrize("make", [list, tuple])
def test_what_version_0_3_0_stored_is_read_and_follows_its_characters(doc, make):
    stored = [dict(relation) for relation in doc._.ddi_rels]
    doc.user_data[RELATIONS_KEY] = make(stored)
    assert doc._.ddi_rels == stored
    merge(doc, 0, 2)
    assert [relation.tail.text for relation in doc._.ddi] == ["plinozide", "dexarol levels"]


@pytest.mark.parametrize("stored", [False, True])
def test_relations_of_another_text_are_an_error(doc, stored):
    other = Doc(doc.vocab, words=["short"])
    pair = make_relation((0, 1), (2, 3), "int", 0.5) if stored else doc.user_data[RELATIONS_KEY][0]
    other.user_data[RELATIONS_KEY] = [pair]
    with pytest.raises(DDIError, match=r"DDI046.*'short"):
        _ = other._.ddi


def test_sentence_is_that_of_the_head():
    install_extensions()
    starts = [True, False, True, False, False, False]
    text = Doc(Vocab(), words=["a", "b", "\n", "c", "d", "."], sent_starts=starts)
    places = [((0, 1), (1, 2)), ((1, 2), (3, 4)), ((3, 4), (4, 5))]
    text._.ddi_rels = [make_relation(*place, "int", 1.0) for place in places]
    assert [(r.sentence, r.sentence_start_char) for r in text._.ddi] == [
        ("a b", 0),
        ("a b", 0),
        ("c d .", 6),
    ]


def test_relations_are_a_table_of_pandas(doc):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    table = pandas.DataFrame(doc._.ddi)
    assert len(table) == 2
    assert list(table["tail_text"]) == ["plinozide", "dexarol levels"]
    assert len(pandas.DataFrame(doc._.ddi_rels)) == 2
