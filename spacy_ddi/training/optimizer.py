"""An Adam with a learning rate for each group of parameters."""

from __future__ import annotations

from typing import Any

from thinc.api import Optimizer
from thinc.types import FloatsXd

from spacy_ddi.errors import require


class GroupedAdam(Optimizer):
    """AdamW whose step is scaled by the name of the parameter.

    Thinc calls its optimizer with (model or shim id, parameter name); a transformer's parameters
    are named as in its own framework, e.g. "encoder.layer.0.output.dense.weight".

    lr_scales (Dict[str, float]): Factor on the learning rate for parameters whose name begins
        so; the longest fitting beginning counts, and 1 where none fits. A factor of 0 freezes.
    **settings: See `thinc.api.Optimizer`.
    """

    def __init__(self, learn_rate: Any, *, lr_scales: dict[str, float], **settings: Any) -> None:
        super().__init__(learn_rate, **settings)
        self.lr_scales = lr_scales

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
        if scale == 0:
            gradient *= 0
            return weights, gradient
        updated: tuple[FloatsXd, FloatsXd] = super().__call__(
            key, weights, gradient, lr_scale=lr_scale * scale
        )
        return updated

    def scale(self, parameter: str) -> float:
        """The factor on the learning rate of a parameter.

        parameter (str): Its name.
        RETURNS (float): The factor.
        """
        fitting = [prefix for prefix in self.lr_scales if parameter.startswith(prefix)]
        return self.lr_scales[max(fitting, key=len)] if fitting else 1.0


def configure_grouped_adam(
    learn_rate: Any = 0.001,
    lr_scales: dict[str, float] = {},  # noqa: B006 (confection wants a dict, and no one writes it)
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    L2: float = 0.01,
    grad_clip: float = 1.0,
) -> GroupedAdam:
    """Registered as `spacy-ddi.GroupedAdam.v1` (@optimizers).

    learn_rate (float or schedule): The learning rate of parameters that no scale fits.
    lr_scales (Dict[str, float]): See `GroupedAdam`.
    beta1, beta2, eps (float): As in Adam.
    L2 (float): Decoupled weight decay, scaled like the learning rate.
    grad_clip (float): Largest norm of the gradient of one parameter.
    RETURNS (GroupedAdam): The optimizer. It keeps no averages: Thinc does not apply them to torch
        parameters.
    RAISES (ValueError): If a scale is negative.
    """
    for prefix, scale in lr_scales.items():
        require(
            scale >= 0, "spacy-ddi.GroupedAdam.v1", f"lr_scales[{prefix!r}]", scale, "0 or more"
        )
    return GroupedAdam(
        learn_rate,
        lr_scales=lr_scales,
        beta1=beta1,
        beta2=beta2,
        eps=eps,
        L2=L2,
        grad_clip=grad_clip,
        use_averages=False,
        L2_is_weight_decay=True,
    )
