"""What is odd about training references: annotation that can't be learned, foreign vocabs."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.vocab import Vocab

from spacy_ddi.annotations import make_relation
from spacy_ddi.corpora.docs import ORIGIN, make_examples
from spacy_ddi.gold import MENTIONS_KEY, SOFT_LABELS
from tests.component.conftest import MAKE_MODEL
from tests.helpers import make_doc

TEXT = "Lithium rises under ibuprofen . Zinc and iron lower tin ."
# Mentions: Lithium, ibuprofen, Zinc, iron, tin.
MENTIONS = [(0, 1), (3, 4), (5, 6), (7, 8), (9, 10)]
GOOD = make_relation((0, 1), (3, 4), "mechanism", 1.0)


@pytest.fixture
def nlp() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("ddi_relation", config={"model": MAKE_MODEL, "missing_parse": "chain"})
    return nlp


@Language.component("parse_as_chain", assigns=["token.dep"])
def parse_as_chain(doc: Doc) -> Doc:
    """Hang each token on the one before it in its sentence."""
    starts = [bool(token.is_sent_start) for token in doc]
    for token, starts_sentence in zip(doc, starts, strict=True):
        token.head = token if starts_sentence else doc[token.i - 1]
        token.dep_ = "dep"
    return doc


def reference(nlp: Language, *relations: Any, vocab: Vocab | None = None) -> Doc:
    words = TEXT.split()
    starts = [i in (0, 5) for i in range(len(words))]
    doc = Doc(nlp.vocab if vocab is None else vocab, words=words, sent_starts=starts)
    doc.ents = [Span(doc, start, end, label="drug") for start, end in MENTIONS]
    doc._.ddi_rels = list(relations)
    return doc


def initialize(nlp: Language, *references: Doc) -> list[str]:
    """The warnings of initialization."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        examples = list(make_examples(references, nlp.make_doc, gold_mentions=True))
        nlp.initialize(lambda: examples)
    return [str(warning.message) for warning in caught]


def test_relations_that_fit_are_no_reason_to_warn(nlp: Language) -> None:
    other = make_relation((5, 6), (9, 10), "effect", 1.0)
    assert initialize(nlp, reference(nlp, GOOD, other), reference(nlp)) == []


@pytest.mark.parametrize(
    ("head", "tail", "found"),
    [
        ((0, 1), (3, 5), "'ibuprofen .' is no mention"),
        ((0, 2), (3, 5), "'Lithium rises' and 'ibuprofen .' are no mentions"),
        ((0, 1), (5, 6), "'Lithium' and 'Zinc' are no pair that is proposed"),
    ],
)
def test_relations_that_fit_no_pair_are_counted(
    nlp: Language, head: tuple[int, int], tail: tuple[int, int], found: str
) -> None:
    wrong = make_relation(head, tail, "mechanism", 1.0)
    docs = [reference(nlp, GOOD), reference(nlp, wrong), reference(nlp, GOOD, wrong)]
    docs[1].user_data[ORIGIN] = "corpus/D0.xml, line 17"
    [message] = initialize(nlp, *docs)
    assert "[DDI915]" in message
    assert "of 4 annotated relations in the training references, 2 can't" in message
    assert f"E.g. {found} in '{TEXT} ' (corpus/D0.xml, line 17); {found} in '{TEXT} '." in message


def test_an_error_says_what_is_wrong_where_all_relations_are_lost(nlp: Language) -> None:
    wrong = reference(nlp, make_relation((0, 1), (3, 5), "mechanism", 1.0))
    with pytest.raises(ValueError, match=r"DDI004.*E\.g\. 'ibuprofen \.' is no mention in 'Lith"):
        initialize(nlp, wrong)


def test_mentions_of_other_labels_are_no_mentions(nlp: Language) -> None:
    docs = [reference(nlp, GOOD), reference(nlp, make_relation((5, 6), (9, 10), "int", 1.0))]
    docs[1].ents = [Span(docs[1], 5, 6, label="drug"), Span(docs[1], 9, 10, label="disease")]
    nlp.remove_pipe("ddi_relation")
    nlp.add_pipe(
        "ddi_relation", config={"model": MAKE_MODEL, "candidates": {"mention_labels": ["drug"]}}
    )
    [message] = initialize(nlp, *docs)
    assert "[DDI915]" in message
    assert "'tin' is no mention" in message


def test_mentions_that_differ_in_their_label_only_are_one(nlp: Language) -> None:
    doc = reference(nlp, GOOD)
    doc.spans[MENTIONS_KEY] = [*doc.ents, Span(doc, 0, 1, label="brand")]
    assert initialize(nlp, doc) == []


def test_pairs_that_the_negative_filter_drops_are_dropped_on_purpose(nlp: Language) -> None:
    doc = make_doc("Zinc , iron and tin raise lead .", mentions=[(0, 1), (2, 3), (4, 5), (6, 7)])
    doc._.ddi_rels = [
        make_relation((0, 1), (2, 3), "int", 1.0),
        make_relation((0, 1), (6, 7), "int", 1.0),
    ]
    component = nlp.get_pipe("ddi_relation")
    assert len(component.find_candidates(doc).pairs) == 3
    assert initialize(nlp, doc) == []


def test_soft_labels_that_fit_no_pair_are_counted(nlp: Language) -> None:
    doc = reference(nlp)
    places = {"head_start": 0, "head_end": 1, "tail_start": 3}
    doc.user_data[SOFT_LABELS] = [{**places, "tail_end": 4 + i, "probs": {}} for i in (0, 1)]
    [message] = initialize(nlp, reference(nlp, GOOD), doc)
    assert "of 3 annotated relations in the training references, 1 can't" in message


def test_references_without_annotation_are_counted(nlp: Language) -> None:
    bare = reference(nlp)
    bare.user_data.clear()
    alone = Doc(nlp.vocab, words=["Zinc"])
    [message] = initialize(nlp, reference(nlp, GOOD), bare, alone)
    assert "[DDI917]" in message
    assert (
        f"without annotation: 1. All their pairs count as not interacting. E.g. '{TEXT}" in message
    )


def test_further_training_warns_once(nlp: Language) -> None:
    wrong = reference(nlp, make_relation((0, 1), (3, 5), "mechanism", 1.0))
    assert initialize(nlp, reference(nlp, GOOD)) == []
    loaded = spacy.blank("en")
    settings = {"model": MAKE_MODEL, "missing_parse": "chain"}
    loaded.add_pipe("ddi_relation", config=settings).from_bytes(
        nlp.get_pipe("ddi_relation").to_bytes()
    )
    examples = list(make_examples([wrong], loaded.make_doc, gold_mentions=True))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            loaded.update(examples)
    codes = [str(warning.message)[:8] for warning in caught]
    assert codes.count("[DDI915]") == 1


def test_references_of_any_vocab_are_learned_and_scored() -> None:
    """Docs from another pipeline, beside a component that looks its labels up in the vocab."""
    nlp = spacy.blank("en")
    parser = nlp.add_pipe("parser")
    parser.add_label("wobble")
    parser.initialize(lambda: [Example(doc, doc) for doc in [nlp.make_doc("a b")]])
    nlp.add_pipe("ddi_relation", config={"model": MAKE_MODEL})
    docs = [reference(nlp, GOOD, vocab=Vocab()) for _ in range(2)]
    examples = list(make_examples(docs, nlp.make_doc, gold_mentions=True))
    assert all(example.predicted.vocab is nlp.vocab for example in examples)
    assert all(example.reference is not example.predicted for example in examples)
    nlp.get_pipe("ddi_relation").initialize(lambda: examples, nlp=nlp)
    losses = nlp.update(examples, exclude=["parser"], annotates=["parser"])
    assert losses["ddi_relation"] > 0
    assert nlp.evaluate(examples)["ddi_n_true"] == 2
    stock = [Example(nlp.make_doc(doc.text), doc) for doc in docs]
    assert nlp.evaluate(stock)["ddi_candidate_recall"] == 1.0


def test_predicted_docs_of_another_vocab_are_refused_beside_other_components() -> None:
    nlp = spacy.blank("en")
    component = nlp.add_pipe("ddi_relation", config={"model": MAKE_MODEL})
    doc = reference(nlp, GOOD, vocab=Vocab())
    component.initialize(lambda: [Example(doc.copy(), doc)], nlp=nlp)
    nlp.add_pipe("sentencizer", first=True)
    with pytest.raises(ValueError, match=r"DDI115.*'Lithium rises.*make_examples"):
        component.initialize(lambda: [Example(doc.copy(), doc)], nlp=nlp)


@pytest.mark.parametrize("spans_key", [MENTIONS_KEY, "mine"])
def test_stock_examples_are_scored_with_the_gold_mentions(nlp: Language, spans_key: str) -> None:
    """`spacy.Corpus` gives no mentions to the predicted side, and knows of no span group: nested
    mentions of the references count, wherever the component looks for them."""
    nlp.remove_pipe("ddi_relation")
    nlp.add_pipe("parse_as_chain")
    candidates = {"spans_key": spans_key, "mention_labels": ["drug"], "negative_filter": None}
    settings = {"model": MAKE_MODEL, "candidates": candidates}
    component = nlp.add_pipe("ddi_relation", config=settings)
    doc = reference(nlp, GOOD)
    nested = [Span(doc, 0, 2, label="drug"), Span(doc, 1, 2, label="brand")]
    doc.spans[MENTIONS_KEY] = [*doc.ents, *nested]
    doc.ents = doc.ents[:1]
    before = doc.to_bytes()
    stock = [Example(nlp.make_doc(doc.text), doc)]
    given = list(make_examples([doc], nlp.make_doc, gold_mentions=True, spans_key=spans_key))
    component.initialize(lambda: stock, nlp=nlp)
    for examples in (stock, given):
        scores = nlp.evaluate(examples)
        # Three mentions in the first sentence, three in the second.
        assert (scores["ddi_n_pairs"], scores["ddi_n_candidates"]) == (6, 6)
        assert scores["ddi_candidate_recall"] == 1.0
    assert doc.to_bytes() == before
    # Docs with the gold mentions are not annotated again, for which a pipeline is needed.
    annotated = [Example(nlp(each.predicted), each.reference) for each in given]
    alone = pickle.loads(pickle.dumps(component))
    assert alone.score(annotated)["ddi_n_candidates"] == 6
    stock[0].predicted = nlp(stock[0].predicted)
    with pytest.raises(ValueError, match="DDI013"):
        alone.score(stock)
