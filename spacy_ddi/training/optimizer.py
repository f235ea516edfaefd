"""An Adam with a learning rate for each group of parameters, and averages of torch weights."""

from __future__ import annotations

from typing import Any, cast

from thinc.api import Optimizer, xp2torch
from thinc.types import FloatsXd

from spacy_ddi.errors import require


class GroupedAdam(Optimizer):
    """AdamW whose step is scaled by the name of the parameter, and which can average the weights.

    Thinc calls its optimizer with (model or shim id, parameter name); a transformer's parameters
    are named as in its own framework, e.g. "encoder.layer.0.output.dense.weight".

    lr_scales (Dict[str, float]): Factor on the learning rate for parameters whose name begins
        so; the longest fitting beginning counts. A factor of 0 freezes; with the callback
        `spacy-ddi.prepare_torch.v2` no gradient is computed for such weights either.
    other_scale (float): Factor for parameters that none of the beginnings fits.
    average_decay (float): Decay a step of the exponential average of the weights, which spaCy's
        training scores and stores in place of the weights; 0 for none. While it is young, an
        average decays faster. It is also kept under the key that Thinc's PyTorchShim looks for.
    **settings: See `thinc.api.Optimizer`.
    """

    def __init__(
        self,
        learn_rate: Any,
        *,
        lr_scales: dict[str, float],
        other_scale: float = 1.0,
        average_decay: float = 0.0,
        **settings: Any,
    ) -> None:
        super().__init__(learn_rate, use_averages=average_decay > 0, **settings)
        self.lr_scales = lr_scales
        self.other_scale = other_scale
        self.average_decay = average_decay

    def __call__(
        self,
        key: tuple[int, str],
        weights: FloatsXd,
        gradient: FloatsXd,
        *,
        lr_scale: float = 1.0,
    ) -> tuple[FloatsXd, FloatsXd]:
        """Update one parameter; see `thinc.api.Optimizer`."""
        scale = self.scale(key[1])
        averages = cast(dict[Any, FloatsXd] | None, self.averages)
        if scale == 0:
            gradient *= 0
            if averages is not None and key not in averages:
                self._average(averages, key, weights)
            return weights, gradient
        self.averages = None  # Thinc would average too, and slower
        weights, gradient = super().__call__(key, weights, gradient, lr_scale=lr_scale * scale)
        self.averages = averages
        if averages is not None:
            self._average(averages, key, weights)
        return weights, gradient

    def scale(self, parameter: str) -> float:
        """The factor on the learning rate of a parameter.

        parameter (str): Its name.
        RETURNS (float): The factor.
        """
        fitting = [prefix for prefix in self.lr_scales if parameter.startswith(prefix)]
        return self.lr_scales[max(fitting, key=len)] if fitting else self.other_scale

    def _average(
        self, averages: dict[Any, FloatsXd], key: tuple[int, str], weights: FloatsXd
    ) -> None:
        if key not in averages:
            averages[key] = weights.copy()
            averages[f"pytorch_{key[0]}_{key[1]}"] = averages[key]
            return
        age = self.nr_update[key]
        decay = min(self.average_decay, (1 + age) / (10 + age))
        xp2torch(averages[key]).lerp_(xp2torch(weights), 1 - decay)


def configure_grouped_adam(
    learn_rate: Any = 0.001,
    lr_scales: dict[str, float] = {},  # noqa: B006 (confection wants a dict, and no one writes it)
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    L2: float = 0.01,
    grad_clip: float = 1.0,
    other_scale: float = 1.0,
    average_decay: float = 0.0,
) -> GroupedAdam:
    """Registered as `spacy-ddi.GroupedAdam.v1` (@optimizers).

    learn_rate (float or schedule): The learning rate, before the scales.
    lr_scales (Dict[str, float]): See `GroupedAdam`.
    beta1, beta2, eps (float): As in Adam.
    L2 (float): Decoupled weight decay, scaled like the learning rate.
    grad_clip (float): Largest norm of the gradient of one parameter.
    other_scale (float): See `GroupedAdam`.
    average_decay (float): See `GroupedAdam`. A transformer needs the callback
        `spacy-ddi.prepare_torch.v2` beside it.
    RETURNS (GroupedAdam): The optimizer.
    RAISES (ValueError): If a scale is negative, or the decay not in [0, 1).
    """
    where = "spacy-ddi.GroupedAdam.v1"
    possible = 0 <= average_decay < 1
    require(possible, where, "average_decay", average_decay, "0 to less than 1")
    require(other_scale >= 0, where, "other_scale", other_scale, "0 or more")
    for prefix, scale in lr_scales.items():
        require(scale >= 0, where, f"lr_scales[{prefix!r}]", scale, "0 or more")
    return GroupedAdam(
        learn_rate,
        lr_scales=lr_scales,
        other_scale=other_scale,
        beta1=beta1,
        beta2=beta2,
        eps=eps,
        L2=L2,
        grad_clip=grad_clip,
        average_decay=average_decay,
        L2_is_weight_decay=True,
    )
