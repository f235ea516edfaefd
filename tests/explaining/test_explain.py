"""Explanations of relations."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from spacy_ddi import DDIError, explain, explain_all, make_relation
from spacy_ddi.component.lookup import component_of
from spacy_ddi.explaining import left_out
from spacy_ddi.explaining.explanation import Explanation, Word
from tests.component.conftest import MAKE_MODEL, SENTENCES, build_doc
from tests.explaining.conftest import examples_of
from tests.tiny_bert import make_tiny_transformer


def annotated(nlp: Language, number: int) -> Doc:
    return nlp(build_doc(nlp.vocab, SENTENCES[number]))


def test_words_are_those_of_the_sentence_with_mentions_drawn_together(trained: Language) -> None:
    doc = annotated(trained, 1)
    (relation,) = doc._.ddi
    explanation = explain(doc, relation, trained)
    texts = [word.text for word in explanation.words]
    assert texts == ["Never", "give", "tramadol", "with", "MAO inhibitors", "."]
    for word in explanation.words:
        assert doc.text[word.start_char : word.end_char] == word.text
        assert (word.weight is None) == (word.text in ("tramadol", "MAO inhibitors"))
    assert explanation.label == relation.label == "advise"
    assert explanation.probs["advise"] == pytest.approx(relation.score, abs=1e-5)
    assert sum(explanation.probs.values()) == pytest.approx(1)
    edges = [(texts[e.dependent], texts[e.head]) for e in explanation.path]
    assert edges == [("tramadol", "give"), ("with", "give"), ("MAO inhibitors", "with")]


def test_weight_is_what_the_probability_loses_without_the_word(trained: Language) -> None:
    """As the component itself finds in a Doc with a blank in place of the word."""
    words, heads, mentions, _ = SENTENCES[0]
    doc = annotated(trained, 0)
    (relation,) = doc._.ddi
    explanation = explain(doc, relation, trained)
    component = component_of(trained)
    for i, word in enumerate(explanation.words):
        if word.weight is None:
            continue
        others = [" " if i == j else each for j, each in enumerate(words.split())]
        without = Doc(trained.vocab, words=others, heads=heads, deps=["dep"] * len(heads))
        without.ents = [Span(without, start, end, label="drug") for start, end in mentions]
        (prediction,) = component.predict([without])
        column = 1 + component.labels.index(relation.label)
        assert word.weight == pytest.approx(relation.score - prediction.probs[0, column], abs=1e-5)
    assert any(abs(word.weight or 0) > 1e-4 for word in explanation.words)


def test_own_weights_of_the_network_add_up_to_one(trained: Language) -> None:
    doc = annotated(trained, 0)
    (explanation,) = explain_all(doc, trained)
    assert sum(word.pooling for word in explanation.words) == pytest.approx(1)
    assert {word.attention for word in explanation.words} == {None}  # it has no context


def test_relations_of_one_sentence_are_explained_each_for_itself(trained: Language) -> None:
    doc = build_doc(trained.vocab, SENTENCES[3])
    doc._.ddi_rels = [
        make_relation((0, 1), (8, 9), "effect", 0.5),
        make_relation((0, 1), (4, 5), "advise", 0.5),
    ]
    together = explain_all(doc, trained)
    apart = [explain(doc, relation, trained) for relation in doc._.ddi]
    for one, other in zip(together, apart, strict=True):
        assert (one.label, one.path) == (other.label, other.path)
        for mine, theirs in zip(one.words, other.words, strict=True):
            assert mine.weight == pytest.approx(theirs.weight, abs=1e-5)
    assert together[0].words != together[1].words


def test_sentence_of_many_is_explained_as_it_is_read(
    trained: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The encoder of this pipeline reads two words over the ends of sentences."""
    monkeypatch.setattr(left_out, "CONTEXT", 3)
    many = Doc.from_docs([build_doc(trained.vocab, s) for s in (*SENTENCES, *SENTENCES)])
    trained(many)
    assert len(many._.ddi) > 3
    for relation, explanation in zip(many._.ddi, explain_all(many, trained), strict=True):
        assert explanation.probs[relation.label] == pytest.approx(relation.score, abs=1e-5)
        assert explanation.words[0].start_char == relation.sentence_start_char


def test_doc_is_left_as_it_is(trained: Language) -> None:
    doc = annotated(trained, 0)
    before = doc.to_bytes()
    explain_all(doc, trained)
    assert doc.to_bytes() == before


def test_relations_are_taken_as_dicts_too(trained: Language) -> None:
    """As `doc._.ddi_rels` gives them, or copied from there."""
    doc = build_doc(trained.vocab, SENTENCES[3])
    pairs = [((0, 1), (8, 9), "effect"), ((0, 1), (4, 5), "advise")]
    doc._.ddi_rels = [make_relation(*pair, 0.5) for pair in pairs]
    expected = explain(doc, doc._.ddi[1], trained)
    assert explain(doc, doc._.ddi_rels[1], trained) == expected
    assert explain(doc, dict(doc._.ddi_rels[1]), trained) == expected


def test_relation_of_a_copy_is_that_of_the_doc(trained: Language) -> None:
    doc = annotated(trained, 0)
    copied = Doc(trained.vocab).from_bytes(doc.to_bytes())
    assert explain(copied, doc._.ddi[0], trained) == explain(doc, doc._.ddi[0], trained)


def test_relation_of_another_doc_is_refused(trained: Language) -> None:
    """Its offsets may be those of other words, or of mentions of another sentence."""
    doc, other = annotated(trained, 0), annotated(trained, 1)
    longer = trained(Doc.from_docs([build_doc(trained.vocab, SENTENCES[i]) for i in (1, 0)]))
    for given in (other._.ddi[0], dict(other._.ddi_rels[0]), longer._.ddi[1], {}, "effect"):
        with pytest.raises(DDIError, match=r"DDI083.*this Doc \('Warfarin"):
            explain(doc, given, trained)
    with pytest.raises(DDIError, match="DDI083"):
        explain(longer, doc._.ddi[0], trained)
    # The same mentions in the same place, in another sentence.
    words, heads, mentions, relations = SENTENCES[0]
    alike = build_doc(trained.vocab, (words.replace(" .", " !"), heads, mentions, relations))
    trained(alike)
    with pytest.raises(DDIError, match="DDI083"):
        explain(alike, doc._.ddi[0], trained)


def test_doc_of_another_vocab_is_explained(trained: Language) -> None:
    doc = annotated(trained, 0)
    elsewhere = Doc(spacy.blank("en").vocab).from_bytes(doc.to_bytes())
    assert explain_all(elsewhere, trained) == explain_all(doc, trained)


def test_line_ends_change_nothing(trained: Language) -> None:
    words, *_ = SENTENCES[0]
    doc = annotated(trained, 0)
    broken = Doc(
        trained.vocab,
        words=[*words.split()[:3], "\n", *words.split()[3:]],
        heads=[1, 4, 4, 2, 4, 4, 5, 4],
        deps=["dep"] * 8,
    )
    broken.ents = [Span(broken, 0, 1, label="drug"), Span(broken, 6, 7, label="drug")]
    trained(broken)
    (one,), (other,) = explain_all(doc, trained), explain_all(broken, trained)
    assert [word.text for word in other.words] == [word.text for word in one.words]
    weights = [[word.weight or 0 for word in each.words] for each in (one, other)]
    assert np.allclose(*weights, atol=1e-5)


def test_transformer_reads_again_after_its_data_is_gone(tmp_path: Path) -> None:
    make_tiny_transformer(tmp_path)
    nlp = spacy.blank("en")
    finder = {"@misc": "spacy-ddi.CandidateFinder.v1"}
    getter = {"@span_getters": "spacy-ddi.blinded_sents.v2", "candidates": finder}
    encoder = {"@architectures": "spacy-ddi.PackedTransformer.v1", "name": str(tmp_path)}
    nlp.add_pipe("transformer", config={"model": {**encoder, "get_spans": getter}})
    listener = {
        "@architectures": "spacy-transformers.TransformerListener.v1",
        "pooling": {"@layers": "spacy-ddi.first_word_piece.v1"},
    }
    config = {"model": {"tok2vec": listener, "context": {"@misc": "spacy-ddi.PairContext.v1"}}}
    nlp.add_pipe("ddi_relation", config={"candidates": finder, **config})
    cleaner = {"attrs": {"_.trf_data": None, "_.ddi_reading": None}}
    nlp.add_pipe("doc_cleaner", config=cleaner)
    nlp.initialize(lambda: examples_of(nlp))
    nlp.rename_pipe("ddi_relation", "interactions")
    # Without the second word, the filter would take one name for the other's alias.
    doc = build_doc(nlp.vocab, ("Lithium aka ( heparin )", [1] * 5, [(0, 1), (3, 4)], []))
    nlp.get_pipe("interactions").change_setting("threshold", 0.0)
    doc = nlp(doc)
    (relation,) = doc._.ddi
    (explanation,) = explain_all(doc, nlp)
    assert explanation.probs[relation.label] == pytest.approx(relation.score, abs=1e-5)
    assert sum(word.attention for word in explanation.words) == pytest.approx(1)
    assert doc._.trf_data is None


def test_network_that_pools_by_maximum_has_no_weights_of_its_own() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("ddi_relation", config={"model": {**MAKE_MODEL, "pooling": "max"}})
    nlp.initialize(lambda: examples_of(nlp))
    nlp.get_pipe("ddi_relation").change_setting("threshold", 0.0)
    (explanation,) = explain_all(annotated(nlp, 0), nlp)
    assert {word.pooling for word in explanation.words} == {None}
    assert {word.weight is None for word in explanation.words} == {True, False}


def test_what_cannot_be_explained_is_told(trained: Language) -> None:
    doc = annotated(trained, 0)
    (relation,) = doc._.ddi
    with pytest.raises(DDIError, match=r"DDI018"):
        explain(doc, relation, spacy.blank("en"))
    with pytest.raises(DDIError, match=r"DDI080.*'int'.*advise"):
        explain(doc, replace(relation, label="int", mentions=relation._mentions), trained)
    doc.ents = doc.ents[:1]
    with pytest.raises(DDIError, match=r"DDI082.*'fluconazole' is no mention"):
        explain(doc, relation, trained)


def test_pairs_over_a_sentence_boundary_are_told(trained: Language) -> None:
    doc = Doc.from_docs([build_doc(trained.vocab, SENTENCES[i]) for i in (0, 1)])
    doc._.ddi_rels = [make_relation((0, 1), (9, 10), "effect", 0.5)]
    with pytest.raises(DDIError, match=r"DDI081.*'Warfarin' and 'tramadol'"):
        explain_all(doc, trained)


def test_parse_is_needed_where_the_component_needs_one(trained: Language) -> None:
    doc = build_doc(trained.vocab, SENTENCES[0], parsed=False)
    doc._.ddi_rels = [make_relation((0, 1), (5, 6), "effect", 0.5)]
    with pytest.raises(DDIError, match="DDI001"):
        explain_all(doc, trained)


def test_explanation_as_json() -> None:
    words = (Word("AA", 0, 2, None, 0.5, None), Word("helps", 3, 8, 0.123456, 0.5, None))
    explanation = Explanation("int", {"none": 0.25, "int": 0.75}, words, ())
    found = explanation.to_dict(offset=10)
    assert found == {
        "label": "int",
        "probs": {"none": 0.25, "int": 0.75},
        "words": [
            {"text": "AA", "start": 10, "end": 12, "weight": None, "pooling": 0.5}
            | {"attention": None},
            {"text": "helps", "start": 13, "end": 18, "weight": 0.1235, "pooling": 0.5}
            | {"attention": None},
        ],
        "path": [],
    }
    assert json.loads(json.dumps(found)) == found
