"""Temperature scaling of a trained component."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from spacy.training import Example

from spacy_ddi.component.ddi_relation import DDIRelation
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.scoring.calibration import best_temperature


def calibrate(component: DDIRelation, examples: Sequence[Example]) -> float:
    """Set a component's temperature so that its probabilities fit annotated examples best.

    component (DDIRelation): The component; its temperature is changed.
    examples (Sequence[Example]): Gold Docs that it was not trained on, and the same Docs with gold
        mentions as the components before it annotated them.
    RETURNS (float): The temperature.
    RAISES (ValueError): If there is no candidate pair.
    """
    component.change_setting("temperature", 1.0)
    predictions = component.predict([example.predicted for example in examples])
    if not sum(len(prediction.probs) for prediction in predictions):
        raise DDIError(Errors.NOTHING_TO_CALIBRATE)
    targets = [
        component.find_targets(example, prediction.candidates)
        for example, prediction in zip(examples, predictions, strict=True)
    ]
    probs = np.concatenate([prediction.probs for prediction in predictions])
    temperature = best_temperature(probs, np.concatenate(targets))
    component.change_setting("temperature", temperature)
    return temperature
