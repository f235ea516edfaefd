"""What is stored of the component, how it comes back, and what the config then says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language

from tests.component.conftest import MakeExamples, train

Stored = Callable[..., Language]


@pytest.fixture
def folder(trained: Language, tmp_path: Path) -> Path:
    trained.to_disk(tmp_path / "stored")
    return tmp_path / "stored"


def setting_of(nlp: Language, name: str) -> tuple[Any, Any]:
    """A setting as it acts, and as the config shows it."""
    pipe = nlp.pipe_names[-1]
    return nlp.get_pipe(pipe).cfg[name], nlp.config["components"][pipe][name]


def test_setting_given_when_loading_wins_over_the_stored_one(folder: Path) -> None:
    nlp = spacy.load(folder)
    nlp.get_pipe("ddi_relation").change_setting("threshold", 0.25)
    nlp.to_disk(folder)
    assert setting_of(spacy.load(folder), "threshold") == (0.25, 0.25)
    overrides = {"components.ddi_relation.threshold": 0.75}
    assert setting_of(spacy.load(folder, config=overrides), "threshold") == (0.75, 0.75)


def test_what_is_changed_in_cfg_alone_is_stored_and_told(folder: Path) -> None:
    """As `spacy find-threshold` changes it."""
    nlp = spacy.load(folder)
    nlp.get_pipe("ddi_relation").cfg["threshold"] = 0.5
    nlp.to_disk(folder)
    again = spacy.load(folder)
    assert setting_of(again, "threshold") == (0.5, 0.5)
    overrides = {"components.ddi_relation.threshold": 0.75}
    assert setting_of(spacy.load(folder, config=overrides), "threshold") == (0.75, 0.75)


def test_settings_of_a_pipeline_of_version_03_act_and_are_told(folder: Path) -> None:
    """Its config said 1.0, whatever acted."""
    nlp = spacy.load(folder)
    component = nlp.get_pipe("ddi_relation")
    component.cfg["temperature"] = 0.5
    del component.cfg["configured"]
    nlp.to_disk(folder)
    assert setting_of(spacy.load(folder), "temperature") == (0.5, 0.5)


def test_settings_come_through_bytes(trained: Language) -> None:
    trained.get_pipe("ddi_relation").change_setting("temperature", 2.0)
    again = spacy.blank("en").from_config(trained.config).from_bytes(trained.to_bytes())
    assert setting_of(again, "temperature") == (2.0, 2.0)


def test_calibration_is_stored_told_and_can_be_switched_off(folder: Path) -> None:
    nlp = spacy.load(folder)
    fitted = {"effect": [0.5, -1.0]}
    nlp.get_pipe("ddi_relation").change_setting("calibration", fitted)
    nlp.to_disk(folder)
    assert setting_of(spacy.load(folder), "calibration") == (fitted, fitted)
    off = spacy.load(folder, config={"components.ddi_relation.calibration": None})
    assert setting_of(off, "calibration") == (None, None)
    built = spacy.blank("en").from_config(spacy.load(folder).config)
    assert setting_of(built, "calibration") == (fitted, fitted)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("threshold", 1.5),
        ("temperature", 0.0),
        ("labels", []),
        ("calibration", {"effect": [0.0, 1.0]}),
        ("calibration", {"effect": [1.0]}),
    ],
)
def test_impossible_changes_are_refused(trained: Language, setting: str, value: Any) -> None:
    component = trained.get_pipe("ddi_relation")
    before = dict(component.cfg)
    with pytest.raises(ValueError, match=r"\[DDI012\] Component 'ddi_relation'"):
        component.change_setting(setting, value)
    assert component.cfg == before


def test_weights_without_cfg_load_into_a_built_component(trained: Language, tmp_path: Path) -> None:
    component = trained.get_pipe("ddi_relation")
    labels, text = component.labels, "Warfarin levels are raised by fluconazole ."
    component.from_bytes(component.to_bytes(exclude=["cfg"]))
    component.to_disk(tmp_path, exclude=["cfg"])
    component.from_disk(tmp_path)
    component.to_disk(tmp_path)
    component.from_disk(tmp_path, exclude=["cfg"])
    assert component.labels == labels
    trained(text)


def test_weights_stay_where_no_others_come(trained: Language, tmp_path: Path) -> None:
    """As those of spaCy's components do."""
    component = trained.get_pipe("ddi_relation")
    before = weights_of(component)
    component.from_bytes(component.to_bytes(exclude=["model"]))
    component.from_bytes(component.to_bytes(), exclude=["model"])
    component.to_disk(tmp_path / "whole")
    component.from_disk(tmp_path / "whole", exclude=["model"])
    component.to_disk(tmp_path / "part", exclude=["model"])
    component.from_disk(tmp_path / "part", exclude=["model"])
    with pytest.raises(FileNotFoundError):  # spaCy's own, and nothing is lost by it
        component.from_disk(tmp_path / "part")
    after = weights_of(component)
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def weights_of(component: Any) -> dict[str, Any]:
    network = component.model.get_ref("network").shims[0]._model
    return {name: weight.detach().numpy().copy() for name, weight in network.named_parameters()}


def test_weights_without_cfg_are_no_component(
    trained: Language, make_nlp: Callable[..., Language]
) -> None:
    stored = trained.get_pipe("ddi_relation").to_bytes(exclude=["cfg"])
    with pytest.raises(ValueError, match=r"\[DDI024\] Component 'ddi_relation'"):
        make_nlp().get_pipe("ddi_relation").from_bytes(stored)


def test_errors_and_losses_bear_the_name_of_today(
    trained: Language, make_examples: MakeExamples
) -> None:
    trained.rename_pipe("ddi_relation", "rel")
    with pytest.raises(ValueError, match=r"\[DDI009\] Component 'rel'"):
        trained.get_pipe("rel").add_label("new")
    losses = trained.update(make_examples(trained))
    assert list(losses) == ["rel"]


def test_renamed_component_is_stored_under_its_name(trained: Language, tmp_path: Path) -> None:
    trained.rename_pipe("ddi_relation", "rel")
    trained.to_disk(tmp_path)
    assert spacy.load(tmp_path).pipe_names == ["rel"]


def test_training_again_starts_from_the_settings_of_the_config(
    make_nlp: Callable[..., Language], make_examples: MakeExamples
) -> None:
    nlp = make_nlp(threshold=0.5)
    train(nlp, make_examples(nlp), steps=1)
    assert setting_of(nlp, "threshold") == (0.5, 0.5)
