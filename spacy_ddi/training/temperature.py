"""Temperature, calibration and expected precision of a trained component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.training import Example

from spacy_ddi.component.ddi_relation import DDIRelation
from spacy_ddi.component.decoding import calibrated, decide
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.scoring.calibration import best_temperature, fit_score, with_temperature
from spacy_ddi.scoring.expected_precision import fit_precisions


class Fit(NamedTuple):
    """What makes scores probabilities.

    temperature (float): See `best_temperature`.
    calibration (Dict[str, List[float]]): Slope and intercept of each type; see `fit_score`.
    precisions (Dict[str, List[List[float]]]): What precision to expect at each score that this
        gives; see `fit_precisions`.
    """

    temperature: float
    calibration: dict[str, list[float]]
    precisions: dict[str, list[list[float]]]


def calibrate(component: DDIRelation, examples: Sequence[Example]) -> float:
    """Set a component's temperature and calibration so that its scores fit annotated examples, and
    what precision to expect at each score.

    component (DDIRelation): The component; its settings are changed.
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
    return fit(component, probs, np.concatenate(targets))


def fit(component: DDIRelation, probs: NDArray[np.float32], targets: NDArray[np.float32]) -> float:
    """Set a component's temperature, calibration and expected precision by what was said of pairs
    that it, or others trained like it, had not seen.

    component (DDIRelation): The component; its settings are changed.
    probs (NDArray): Shape (P, C): probabilities with temperature 1, none first.
    targets (NDArray): Shape (P, C): the true class of each pair as a single 1; rows of zeros, of
        pairs whose type is unknown, are passed over.
    RETURNS (float): The temperature.
    """
    fitted = best_fit(probs, targets, component.labels, component.cfg["threshold"])
    component.change_setting("temperature", fitted.temperature)
    component.change_setting("calibration", fitted.calibration)
    component.change_setting("precisions", fitted.precisions)
    return fitted.temperature


def best_fit(
    probs: NDArray[np.float32],
    targets: NDArray[np.float32],
    labels: Sequence[str],
    threshold: float | None,
) -> Fit:
    """The temperature and the calibration that fit annotated pairs best.

    probs, targets (NDArray): As for `fit`.
    labels (Sequence[str]): The C - 1 types of interaction.
    threshold (Optional[float]): The component's.
    RETURNS (Fit): Both, and what precision to expect with them.
    """
    temperature = best_temperature(probs, targets)
    known = targets.sum(axis=1) > 0
    probs, targets = with_temperature(probs[known], temperature), targets[known]
    interacts, best_type = decide(probs, threshold)
    calibration, precisions = {}, {}
    for i, label in enumerate(labels, start=1):
        of_type = interacts & (best_type == i)
        found, hits = probs[of_type, i].tolist(), targets[of_type, i] > 0
        calibration[label] = fit_score(found, hits)
        scores = [calibrated(prob, *calibration[label]) for prob in found]
        precisions[label] = fit_precisions(scores, hits)
    return Fit(temperature, calibration, precisions)
