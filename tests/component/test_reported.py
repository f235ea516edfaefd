"""Which relations are reported: types, scores, and what precision was promised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language

from spacy_ddi.component.lookup import component_of
from spacy_ddi.component.reported import NEVER, is_reported, least_scores, promised_score
from tests.component.conftest import SENTENCES, build_doc

PRECISIONS = {"effect": [[0.3, 0.8], [0.6, 0.9], [0.9, 0.97]], "int": [[0.5, 0.6]]}


def least(**asked: Any) -> dict[str, float]:
    given = {"precisions": PRECISIONS, "min_precision": None, "min_score": 0.0, "types": None}
    return least_scores("Component 'x'", ("effect", "int"), **{**given, **asked})


@pytest.mark.parametrize(
    ("precision", "score"),
    [(0.0, 0.3), (0.8, 0.3), (0.81, 0.6), (0.9, 0.6), (0.97, 0.9), (0.98, NEVER)],
)
def test_a_precision_has_the_least_score_that_promises_it(precision: float, score: float) -> None:
    assert promised_score(PRECISIONS["effect"], precision) == score


def test_least_scores_by_type() -> None:
    assert least() == {"effect": 0.0, "int": 0.0}
    assert least(min_score=0.4) == {"effect": 0.4, "int": 0.4}
    assert least(min_score=0.4, types=["int"]) == {"effect": NEVER, "int": 0.4}
    assert least(min_precision=0.8) == {"effect": 0.3, "int": NEVER}
    assert least(min_precision=0.6, min_score=0.4) == {"effect": 0.4, "int": 0.5}
    assert least(min_precision=0.9, precisions={"int": [[0.2, 0.9]]})["effect"] == NEVER
    assert not is_reported(1.0, NEVER)
    with pytest.raises(ValueError, match=r"DDI012.*types = 'none'.*effect, int"):
        least(types=["effect", "none"])


def test_scores_are_compared_as_they_are_printed() -> None:
    assert is_reported(0.59996, 0.6)
    assert not is_reported(0.59994, 0.6)


def found(nlp: Language) -> list[tuple[str, float]]:
    docs = nlp.pipe([build_doc(nlp.vocab, sentence) for sentence in SENTENCES])
    return [(each["label"], each["score"]) for doc in docs for each in doc._.ddi_rels]


def test_settings_of_the_component_act(trained: Language, tmp_path: Path) -> None:
    component = component_of(trained)
    component.change_setting("temperature", 4.0)
    every = found(trained)
    assert {label for label, _ in every} == {"mechanism", "advise", "effect"}
    component.change_setting("types", ["effect", "advise"])
    assert found(trained) == [each for each in every if each[0] != "mechanism"]
    component.change_setting("types", None)
    middle = sorted(score for _, score in every)[1]
    component.change_setting("min_score", round(middle, 4))
    assert found(trained) == [each for each in every if each[1] >= middle]
    component.change_setting("min_score", 0.0)
    component.change_setting("precisions", {"effect": [[0.0, 0.9]], "advise": [[0.999, 0.9]]})
    assert found(trained) == every
    component.change_setting("min_precision", 0.9)
    assert [label for label, _ in found(trained)] == ["effect"]

    trained.to_disk(tmp_path)
    stored = spacy.load(tmp_path)
    assert [label for label, _ in found(stored)] == ["effect"]
    assert stored.config["components"]["ddi_relation"]["min_precision"] == 0.9
    off = spacy.load(tmp_path, config={"components.ddi_relation.min_precision": None})
    assert found(off) == every


def test_a_precision_that_nothing_is_known_of_is_refused(trained: Language, tmp_path: Path) -> None:
    component = component_of(trained)
    with pytest.raises(ValueError, match=r"DDI028.*precision of 0\.9.*calibrate"):
        component.change_setting("min_precision", 0.9)
    assert component.cfg["min_precision"] is None
    trained.to_disk(tmp_path)
    with pytest.raises(ValueError, match="DDI028"):
        spacy.load(tmp_path, config={"components.ddi_relation.min_precision": 0.9})
    component.change_setting("precisions", PRECISIONS)
    component.change_setting("min_precision", 0.9)
    with pytest.raises(ValueError, match="DDI028"):
        component.change_setting("precisions", None)


def test_more_than_any_score_promises_is_refused(trained: Language) -> None:
    component = component_of(trained)
    component.change_setting("precisions", PRECISIONS)
    component.change_setting("min_precision", 0.97)
    with pytest.raises(ValueError, match=r"DDI029.*precision of 0\.98.*effect 0\.97"):
        component.change_setting("min_precision", 0.98)
    with pytest.raises(ValueError, match=r"DDI029.*by type: advise 0\."):
        component.change_setting("types", ["advise"])
    assert (component.cfg["min_precision"], component.cfg["types"]) == (0.97, None)
    component.change_setting("types", [])


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("min_precision", 1.5),
        ("min_score", -0.1),
        ("types", "effect"),
        ("types", ["none"]),
        ("precisions", {"effect": [[0.5, 0.8], [0.4, 0.9]]}),
        ("precisions", {"effect": [[0.5, 1.8]]}),
        ("precisions", {"effect": [[0.5]]}),
    ],
)
def test_impossible_settings_are_refused(trained: Language, setting: str, value: Any) -> None:
    component = component_of(trained)
    before = dict(component.cfg)
    with pytest.raises(ValueError, match=r"\[DDI012\] Component 'ddi_relation'"):
        component.change_setting(setting, value)
    assert component.cfg == before
