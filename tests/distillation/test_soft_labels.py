"""Soft labels: what the teachers give, and what the component learns from them."""

from __future__ import annotations

import numpy as np
import pytest
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from spacy_ddi.component.lookup import component_of
from spacy_ddi.component.targets import ReferenceCounts
from spacy_ddi.distillation.soft_labels import add_soft_labels
from spacy_ddi.gold import MENTIONS_KEY, SOFT_LABELS, soft_labels_of
from tests.component.conftest import SENTENCES, build_doc

SOFT = {"none": 0.4, "advise": 0.1, "effect": 0.2, "mechanism": 0.3}


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


def soft_example(nlp: Language, probs: dict[str, float]) -> Example:
    reference = build_doc(nlp.vocab, SENTENCES[0])
    reference.user_data[SOFT_LABELS] = [
        {"head_start": 0, "head_end": 1, "tail_start": 5, "tail_end": 6, "probs": probs}
    ]
    return Example(build_doc(nlp.vocab, SENTENCES[0]), reference)


def test_the_component_learns_the_probabilities(trained: Language) -> None:
    component = component_of(trained)
    example = soft_example(trained, SOFT)
    optimizer = trained.create_optimizer()
    optimizer.learn_rate = 0.01
    for _ in range(150):
        component.update([example], sgd=optimizer)
    (prediction,) = component.predict([example.predicted])
    expected = [SOFT[name] for name in ("none", *component.labels)]
    np.testing.assert_allclose(prediction.probs[0], expected, atol=0.02)


def test_pairs_with_soft_labels_are_not_counted_as_annotation(trained: Language) -> None:
    component = component_of(trained)
    counts = ReferenceCounts.of([soft_example(trained, SOFT)], component.candidates)
    assert counts.n_mentions == 2
    assert not counts.pairs


def test_pairs_without_soft_labels_beside_others_are_not_negative(trained: Language) -> None:
    component = component_of(trained)
    example = soft_example(trained, SOFT)
    example.reference.user_data[SOFT_LABELS] = []
    candidates = component.find_candidates(example.predicted)
    assert len(candidates.pairs) == 1
    assert np.isnan(component.find_targets(example, candidates)).all()


def test_labels_that_the_student_does_not_know_are_refused(trained: Language) -> None:
    component = component_of(trained)
    example = soft_example(trained, {"none": 0.5, "allergy": 0.5})
    candidates = component.find_candidates(example.predicted)
    with pytest.raises(ValueError, match=r"DDI007.*allergy"):
        component.find_targets(example, candidates)
    component.unseen_labels = "ignore"
    assert component.find_targets(example, candidates).tolist() == [[0.5, 0.0, 0.0, 0.0]]
