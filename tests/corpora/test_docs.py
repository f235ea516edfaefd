"""Corpus sentences as Docs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from spacy.lang.en import English
from spacy.tokens import Doc

from spacy_ddi.annotations import get_relations, install_extensions, make_relation
from spacy_ddi.corpora.docs import (
    document_to_docs,
    make_examples,
    origin_of,
    sentence_to_doc,
)
from spacy_ddi.corpora.documents import Document, Interaction, Mention, Sentence
from spacy_ddi.gold import DOCUMENT_ID, MENTIONS_KEY, SENTENCE_ID

Range = tuple[int, int]


def sentence(text: str, *mentions: tuple[Range, ...], labels: str | None = None) -> Sentence:
    """A sentence with mentions e0, e1, …; `labels` gives e0 and e1 an interaction."""
    install_extensions()
    found = tuple(Mention(f"e{i}", "drug", ranges) for i, ranges in enumerate(mentions))
    interactions = () if labels is None else (Interaction("e0", "e1", labels),)
    return Sentence("D0.s0", text, found, interactions)


def mention_texts(doc: Doc) -> list[str]:
    return [span.text for span in doc.spans[MENTIONS_KEY]]


def test_mentions_have_type_and_corpus_id(nlp):
    doc = sentence_to_doc(sentence("Dexarol.", ((0, 7),)), nlp.make_doc)
    assert [(s.text, s.label_, s.id_) for s in doc.spans[MENTIONS_KEY]] == [
        ("Dexarol", "drug", "e0")
    ]
    assert doc.user_data[SENTENCE_ID] == "D0.s0"


def test_documents_id_is_on_every_sentence(nlp):
    document = Document("D0", (sentence("One."), sentence("Two.")))
    docs = document_to_docs(document, nlp.make_doc)
    assert [doc.user_data[DOCUMENT_ID] for doc in docs] == ["D0", "D0"]
    assert [doc.text for doc in docs] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("text", "ranges", "tokens"),
    [
        ("NNXTI)-based regimens", [(0, 5)], ["NNXTI", ")-based", "regimens"]),
        ("drepate(Po(V", [(0, 10), (11, 12)], ["drepate(Po", "(", "V"]),
        ("nondexarol", [(3, 10)], ["non", "dexarol"]),
        ("a b", [(0, 1)], ["a", "b"]),
    ],
)
def test_tokens_are_split_where_mentions_begin_and_end(nlp, text, ranges, tokens):
    doc = sentence_to_doc(sentence(text, *[(place,) for place in ranges]), nlp.make_doc)
    assert [token.text for token in doc] == tokens
    assert doc.text == text
    assert mention_texts(doc) == [text[start:end] for start, end in ranges]


def test_two_mentions_within_one_token_become_two_spans(nlp):
    assert len(nlp.make_doc("dexaplin")) == 1
    doc = sentence_to_doc(sentence("dexaplin", ((0, 4),), ((4, 8),), labels="int"), nlp.make_doc)
    assert mention_texts(doc) == ["dexa", "plin"]
    assert doc.text == "dexaplin"
    [relation] = get_relations(doc)
    assert (relation["head_end"], relation["tail_start"]) == (1, 1)


def test_tokenizer_s_own_doc_is_kept_where_nothing_is_split(nlp):
    made = []

    def make_doc(text: str) -> Doc:
        made.append(nlp.make_doc(text))
        return made[-1]

    assert sentence_to_doc(sentence("Dexarol.", ((0, 7),)), make_doc) is made[0]


def test_discontinuous_mention_is_its_first_range_and_no_entity(nlp):
    text = "loop and thia diuretics"
    doc = sentence_to_doc(sentence(text, ((0, 4), (14, 23)), ((9, 23),)), nlp.make_doc)
    assert mention_texts(doc) == ["loop", "thia diuretics"]
    assert [ent.text for ent in doc.ents] == ["thia diuretics"]


def test_nested_mentions_are_all_kept_and_the_longest_is_an_entity(nlp):
    text = "plino dexarol acid"
    doc = sentence_to_doc(
        sentence(text, ((6, 13),), ((0, 18),), ((0, 13),), labels="int"), nlp.make_doc
    )
    assert mention_texts(doc) == ["dexarol", text, "plino dexarol"]
    assert [ent.text for ent in doc.ents] == [text]
    [relation] = get_relations(doc)
    assert (relation["head_start"], relation["head_end"]) == (0, 3)
    assert (relation["tail_start"], relation["tail_end"]) == (1, 2)


def test_partly_overlapping_mentions_are_all_kept(nlp):
    doc = sentence_to_doc(sentence("beta plino rol", ((0, 10),), ((5, 14),)), nlp.make_doc)
    assert mention_texts(doc) == ["beta plino", "plino rol"]
    assert len(doc.ents) == 1


def test_mentions_of_the_same_string_stay_apart(nlp):
    text = "Dexarol with dexarol"
    doc = sentence_to_doc(sentence(text, ((0, 7),), ((13, 20),), labels="effect"), nlp.make_doc)
    [relation] = get_relations(doc)
    assert (relation["head_start"], relation["tail_start"]) == (0, 2)


@pytest.mark.parametrize("order", [("e0", "e1"), ("e1", "e0")])
def test_head_of_a_relation_is_the_earlier_mention(nlp, order):
    mentions = (Mention("e0", "drug", ((0, 1),)), Mention("e1", "drug", ((2, 3),)))
    record = Sentence("D0.s0", "a b", mentions, (Interaction(*order, "int"),))
    install_extensions()
    [relation] = get_relations(sentence_to_doc(record, nlp.make_doc))
    assert (relation["head_start"], relation["tail_start"]) == (0, 1)
    assert relation["score"] == 1.0


def test_untyped_interaction_has_an_empty_label(nlp):
    doc = sentence_to_doc(sentence("a b", ((0, 1),), ((2, 3),), labels=""), nlp.make_doc)
    assert [relation["label"] for relation in get_relations(doc)] == [""]


def test_sentence_without_interaction_is_annotated_as_having_none(nlp):
    assert get_relations(nlp.make_doc("a b")) == ()
    assert get_relations(sentence_to_doc(sentence("a b"), nlp.make_doc)) == []


@pytest.mark.parametrize(
    "text", [" \nDexarol and\nplinozide \n", "A. B! Dexarol.", "\n", "", "  ", "a  b"]
)
def test_doc_is_one_sentence_of_the_same_text(nlp, text):
    doc = sentence_to_doc(sentence(text), nlp.make_doc)
    assert doc.text == text
    assert all(token.is_sent_start == (token.i == 0) for token in doc)


def test_blanks_at_the_ends_of_a_mention_are_left_out(nlp):
    doc = sentence_to_doc(sentence("a dexarol b", ((1, 10),)), nlp.make_doc)
    assert mention_texts(doc) == ["dexarol"]


def test_gold_side_gives_tokens_and_mentions_but_no_answer(nlp):
    gold = sentence_to_doc(sentence("dexaplin.", ((0, 4),), ((4, 8),), labels="int"), nlp.make_doc)
    [example] = make_examples([gold], nlp.make_doc, gold_mentions=True)
    assert example.reference is gold
    assert [token.text for token in example.predicted] == [token.text for token in gold]
    assert mention_texts(example.predicted) == mention_texts(gold)
    assert get_relations(example.predicted) == ()
    assert not example.predicted.ents


def test_the_caller_s_docs_are_left_as_they_are(nlp):
    """Docs of one's own have no span group: the example's reference is a copy with one."""
    install_extensions()
    own = nlp.make_doc("Dexarol raises plinozide")
    own.set_ents([own.char_span(0, 7, label="brand"), own.char_span(15, 24, label="drug")])
    own._.ddi_rels = [make_relation((0, 1), (2, 3), "int", 1.0)]
    before = own.to_bytes()
    for _ in range(2):
        for gold_mentions in (True, False):
            [example] = make_examples([own], nlp.make_doc, gold_mentions=gold_mentions)
            assert mention_texts(example.reference) == ["Dexarol", "plinozide"]
            assert get_relations(example.reference) == get_relations(own)
            assert [ent.label_ for ent in example.reference.ents] == ["brand", "drug"]
    assert own.to_bytes() == before
    assert MENTIONS_KEY not in own.spans


def test_mentions_under_another_key_are_put_on_copies(nlp):
    gold = sentence_to_doc(sentence("a b c", ((0, 1),), ((2, 3),)), nlp.make_doc)
    [example] = make_examples([gold], nlp.make_doc, gold_mentions=True, spans_key="mine")
    assert list(gold.spans) == [MENTIONS_KEY]
    assert [span.text for span in example.reference.spans["mine"]] == ["a", "b"]
    assert [span.text for span in example.predicted.spans["mine"]] == ["a", "b"]


def test_predicted_docs_have_the_tokenizer_s_vocab(nlp):
    gold = sentence_to_doc(sentence("wobblex b", ((0, 7),)), nlp.make_doc)
    other = English()
    for gold_mentions in (True, False):
        [example] = make_examples([gold], other.make_doc, gold_mentions=gold_mentions)
        assert example.predicted.vocab is other.vocab
        assert example.reference.vocab is nlp.vocab
    [example] = make_examples([gold], other.make_doc, gold_mentions=True)
    [mention] = example.predicted.spans[MENTIONS_KEY]
    assert (mention.text, mention.label_, mention.id_) == ("wobblex", "drug", "e0")


def test_doc_says_where_it_is_from(nlp):
    record = Sentence("D0.s0", "a", (), (), origin="corpus/D0.xml, line 3")
    assert origin_of(sentence_to_doc(record, nlp.make_doc)) == "corpus/D0.xml, line 3"
    assert origin_of(nlp.make_doc("a")) == ""


def test_several_gold_sentences_are_preset_where_the_tokens_are_the_same(nlp):
    gold = Doc(nlp.vocab, words=["One", ".", "Two", "."], sent_starts=[True, False, True, False])

    def starts(make_doc, **settings):
        [example] = make_examples([gold], make_doc, **settings)
        return [token.is_sent_start for token in example.predicted][1:]

    def same(text: str) -> Doc:
        return Doc(nlp.vocab, words=["One", ".", "Two", "."])

    def others(text: str) -> Doc:
        return Doc(nlp.vocab, words=["On", "e", ". Two", "."], spaces=[False, True, True, True])

    preset, open_ = [False, True, False], [None, None, None]
    assert starts(nlp.make_doc, gold_mentions=True) == preset
    assert starts(same, gold_mentions=False) == preset
    assert starts(same, gold_mentions=False, gold_sentences=False) == open_
    assert starts(others, gold_mentions=False) == open_


def test_without_gold_mentions_the_predicted_side_has_its_own_tokens(nlp):
    gold = sentence_to_doc(sentence("dexaplin. A", ((0, 4),), ((4, 8),)), nlp.make_doc)
    [example] = make_examples([gold], nlp.make_doc, gold_mentions=False)
    assert len(example.predicted) < len(gold)
    assert MENTIONS_KEY not in example.predicted.spans
    assert [token.is_sent_start for token in example.predicted][1:] == [False] * 2


def test_blank_tokens_do_not_shift_mentions(nlp):
    text = "  Dexarol\n\n and   plinozide"
    doc = sentence_to_doc(sentence(text, ((2, 9),), ((18, 27),)), nlp.make_doc)
    assert mention_texts(doc) == ["Dexarol", "plinozide"]
    assert all(a.idx + len(a) <= b.idx for a, b in pairwise(doc))
