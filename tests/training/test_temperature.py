"""Calibrating a component."""

from __future__ import annotations

import pytest
from spacy.language import Language

from spacy_ddi.component.lookup import component_of
from spacy_ddi.training.temperature import calibrate
from tests.component.conftest import SENTENCES, MakeExamples


def test_temperature_does_not_depend_on_the_one_before(
    trained: Language, make_examples: MakeExamples
) -> None:
    component = component_of(trained)
    examples = make_examples(trained)
    # Wrong in one of six pairs, so that the best temperature is not the lowest.
    examples[0].reference._.ddi_rels = []
    first = calibrate(component, examples)
    assert first > 0.3
    component.change_setting("temperature", 3.0)
    assert calibrate(component, examples) == first
    assert component.cfg["temperature"] == first


def test_scores_are_fitted_by_type(trained: Language, make_examples: MakeExamples) -> None:
    component = component_of(trained)
    examples = make_examples(trained)
    before = [dict(r) for example in examples for r in trained(example.predicted)._.ddi_rels]
    examples[0].reference._.ddi_rels = []
    calibrate(component, examples)
    assert set(component.cfg["calibration"]) == set(component.labels)
    wrong = examples[0].predicted._.ddi_rels[0]["label"]
    assert component.cfg["calibration"][wrong] != [1.0, 0.0]
    after = [dict(r) for example in examples for r in trained(example.predicted)._.ddi_rels]
    assert [r["label"] for r in after] == [r["label"] for r in before]


def test_examples_without_a_pair_are_refused(
    trained: Language, make_examples: MakeExamples
) -> None:
    with pytest.raises(ValueError, match="DDI019"):
        calibrate(component_of(trained), make_examples(trained, [SENTENCES[4]]))
