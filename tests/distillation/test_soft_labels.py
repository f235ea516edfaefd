"""Soft labels: what is taken from a text, and what the component learns from it."""

from __future__ import annotations

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from spacy_ddi.annotations import MENTIONS_KEY, SOFT_LABELS, get_relations, soft_labels_of
from spacy_ddi.component.lookup import component_of
from spacy_ddi.distillation import soft_labels
from spacy_ddi.distillation.soft_labels import add_soft_labels, find_sentences, vary_sentences
from tests.component.conftest import SENTENCES, build_doc

SOFT = {"none": 0.4, "advise": 0.1, "effect": 0.2, "mechanism": 0.3}


@pytest.fixture
def finder() -> Language:
    """Knows two drugs and the ends of sentences."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "drug", "pattern": drug} for drug in ("iron", "zinc oxide")])
    return nlp


def test_sentences_with_pairs_are_taken_out(finder: Language) -> None:
    text = "No drug. Give iron, then zinc oxide now. Only iron. iron and iron."
    first, second = find_sentences(finder, [text, "", "Nothing here."])
    assert first.text == "Give iron, then zinc oxide now."
    assert [(m.text, m.label_) for m in first.spans[MENTIONS_KEY]] == [
        ("iron", "drug"),
        ("zinc oxide", "drug"),
    ]
    assert get_relations(first) == []
    assert len(list(first.sents)) == 1
    assert second.text == "iron and iron."


@pytest.mark.parametrize(("setting", "n_found"), [("MAX_MENTIONS", 1), ("MAX_TOKENS", 1)])
def test_long_lists_and_tables_are_left_out(
    finder: Language, monkeypatch: pytest.MonkeyPatch, setting: str, n_found: int
) -> None:
    monkeypatch.setattr(soft_labels, setting, 3)
    texts = ["iron iron iron iron", "iron iron iron"]
    if setting == "MAX_TOKENS":
        texts = ["iron or iron now", "iron and iron"]
    assert [doc.text for doc in find_sentences(finder, texts)] == texts[1:]


@pytest.fixture
def tagger() -> Language:
    """Tags every word by its length."""
    nlp = spacy.blank("en")

    @Language.component("length_tagger")
    def tag(doc: Doc) -> Doc:
        for token in doc:
            token.tag_ = str(len(token))
        return doc

    nlp.add_pipe("length_tagger")
    return nlp


def gold_docs(nlp: Language) -> list[Doc]:
    docs = [build_doc(nlp.vocab, sentence) for sentence in SENTENCES]
    for doc in docs:
        doc.spans[MENTIONS_KEY] = list(doc.ents)
    return docs


def test_copies_keep_their_mentions_and_change_other_words(tagger: Language) -> None:
    docs = gold_docs(tagger)
    words = {token.text for doc in docs for token in doc}
    copies = list(vary_sentences(tagger, docs, copies=20))
    assert len(copies) == 4 * 20  # one sentence has a single mention
    changed = 0
    for i, copy in enumerate(copies):
        doc = docs[i // 20]
        assert [m.text for m in copy.spans[MENTIONS_KEY]] == [m.text for m in doc.ents]
        assert [m.label_ for m in copy.spans[MENTIONS_KEY]] == [m.label_ for m in doc.ents]
        assert {token.text for token in copy} <= words
        assert len(list(copy.sents)) == 1
        assert get_relations(copy) == []
        changed += copy.text != doc.text
    assert changed > 40
    assert any(len(copy) < len(docs[i // 20]) for i, copy in enumerate(copies))


def test_words_are_exchanged_for_words_of_their_tag(
    tagger: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soft_labels, "DROPPED", 0.0)
    monkeypatch.setattr(soft_labels, "EXCHANGED", 1.0)
    docs = gold_docs(tagger)
    for i, copy in enumerate(vary_sentences(tagger, docs, copies=3)):
        assert [len(token) for token in copy] == [len(token) for token in docs[i // 3]]


def test_the_seed_chooses_the_words(tagger: Language) -> None:
    def texts(seed: int) -> list[str]:
        docs = gold_docs(tagger)
        return [doc.text for doc in vary_sentences(tagger, docs, copies=5, seed=seed)]

    assert texts(1) == texts(1)
    assert texts(1) != texts(2)


def test_soft_labels_are_the_teachers_probabilities(trained: Language) -> None:
    component = component_of(trained)
    docs = [build_doc(trained.vocab, sentence) for sentence in SENTENCES]
    expected = component.predict(docs)
    for doc in docs:
        doc.spans[MENTIONS_KEY] = list(doc.ents)
    labelled = add_soft_labels([trained], docs)
    assert len(labelled) == 4  # one sentence has a single mention
    for doc, prediction in zip(docs, expected, strict=True):
        found = [list(probs.values()) for probs in soft_labels_of(doc).values()]
        assert len(found) == len(prediction.probs)
        if found:
            np.testing.assert_allclose(found, prediction.probs, atol=1e-5)
            assert doc.user_data[SOFT_LABELS][0]["probs"].keys() == {"none", *component.labels}


def test_a_teacher_runs_as_far_as_its_relations(trained: Language) -> None:
    """What comes after them, such as a `doc_cleaner`, removes what they read."""
    seen = []

    @Language.component("eraser")
    def erase(doc: Doc) -> Doc:
        seen.append(doc)
        return doc

    trained.add_pipe("eraser", last=True)
    doc = build_doc(trained.vocab, SENTENCES[0])
    assert len(add_soft_labels([trained], [doc])) == 1
    assert not seen


def test_a_pipeline_without_relations_is_no_teacher(finder: Language) -> None:
    with pytest.raises(ValueError, match="DDI018"):
        add_soft_labels([finder], [])


def labelled_example(nlp: Language, probs: dict[str, float]) -> Example:
    reference = build_doc(nlp.vocab, SENTENCES[0])
    reference.user_data[SOFT_LABELS] = [
        {"head_start": 0, "head_end": 1, "tail_start": 5, "tail_end": 6, "probs": probs}
    ]
    return Example(build_doc(nlp.vocab, SENTENCES[0]), reference)


def test_the_component_learns_the_probabilities(trained: Language) -> None:
    component = component_of(trained)
    example = labelled_example(trained, SOFT)
    optimizer = trained.create_optimizer()
    optimizer.learn_rate = 0.01
    for _ in range(150):
        component.update([example], sgd=optimizer)
    (prediction,) = component.predict([example.predicted])
    expected = [SOFT[name] for name in ("none", *component.labels)]
    np.testing.assert_allclose(prediction.probs[0], expected, atol=0.02)


def test_what_a_teacher_labelled_is_not_counted_as_annotation(trained: Language) -> None:
    component = component_of(trained)
    _, n_mentions, counts = component._count_examples([labelled_example(trained, SOFT)])
    assert n_mentions == 2
    assert not counts


def test_pairs_that_the_teacher_left_out_are_not_taken_for_negative(trained: Language) -> None:
    component = component_of(trained)
    example = labelled_example(trained, SOFT)
    example.reference.user_data[SOFT_LABELS] = []
    candidates = component.find_candidates(example.predicted)
    assert len(candidates.pairs) == 1
    assert np.isnan(component.find_targets(example, candidates)).all()


def test_labels_that_the_student_does_not_know_are_refused(trained: Language) -> None:
    component = component_of(trained)
    example = labelled_example(trained, {"none": 0.5, "allergy": 0.5})
    candidates = component.find_candidates(example.predicted)
    with pytest.raises(ValueError, match=r"DDI007.*allergy"):
        component.find_targets(example, candidates)
    component.unseen_labels = "ignore"
    assert component.find_targets(example, candidates).tolist() == [[0.5, 0.0, 0.0, 0.0]]
