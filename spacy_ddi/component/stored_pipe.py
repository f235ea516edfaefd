"""What the component stores, and how it comes back.

Threshold, temperature, calibration and what is reported stand in the config, and in
`component.cfg`, where `spacy find-threshold` looks for them. Stored beside the weights is what
acted then and what the config said then, so that on loading a config that says something new wins,
and otherwise what acted acts again.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import srsly
from spacy.errors import Errors as SpacyErrors
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.vocab import Vocab
from thinc.api import Model

from spacy_ddi.component.decoding import Calibration
from spacy_ddi.component.pipeline_reference import PipelineReference
from spacy_ddi.component.reported import check_reported, highest_promises, least_scores
from spacy_ddi.component.targets import NONE
from spacy_ddi.errors import DDIError, Errors, require
from spacy_ddi.gold import UNTYPED

Self = TypeVar("Self", bound="StoredPipe")

DEFAULTS: Final[dict[str, Any]] = {
    "threshold": None,
    "temperature": 1.0,
    "calibration": None,
    "precisions": None,
    "min_precision": None,
    "min_score": 0.0,
    "types": None,
}
"""What the config of a pipeline said that did not store it: none of version 0.3 did, and before 0.6
there was no more than threshold and temperature."""

REPORTED: Final = ("precisions", "min_precision", "min_score", "types")
"""Settings that say which of the relations that are found are reported; see `least_scores`."""

CONFIGURED: Final = "configured"
"""Key in `cfg`: what the config says."""


class StoredPipe(TrainablePipe):
    """A pipe whose network is built before its weights are loaded.

    vocab (Vocab): The shared vocabulary.
    model (Model): Its `attrs["build_network"](model, token_width, n_classes)` builds the network.
    name (str): Name of the component in the pipeline.
    settings (Dict[str, Any]): What the config says of those that `DEFAULTS` names.
    nlp (Optional[Language]): The pipeline; held weakly.
    RAISES (DDIError): If a setting is not possible.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: Model[Any, Any],
        name: str,
        *,
        settings: dict[str, Any],
        nlp: Language | None,
    ) -> None:
        check_settings(f"Component '{name}'", **settings)
        self.vocab = vocab
        self.model = model
        self.name = name
        self.cfg: dict[str, Any] = {
            "labels": [],
            "token_width": None,
            "alpha": None,
            **settings,
            CONFIGURED: dict(settings),
        }
        self._nlp = PipelineReference(nlp)
        self._given_warnings: set[str] = set()

    @property
    def labels(self) -> tuple[str, ...]:
        """The types of interaction, without none."""
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> list[str]:
        """What `spacy init labels` writes, and `initialize` takes as `labels`."""
        return list(self.cfg["labels"])

    def add_label(self, label: str) -> int:
        """Add a type of interaction.

        label (str): The label; not "none", which is always there.
        RETURNS (int): 1, or 0 if the label was there.
        RAISES (DDIError): If the network is built, or the label is no possible one.
        """
        self._adopt_name()
        if not isinstance(label, str):
            raise ValueError(SpacyErrors.E187)
        if label in self.cfg["labels"]:
            return 0
        expected = f"a type of interaction; {NONE!r} and {UNTYPED!r} have a meaning of their own"
        require(label not in (NONE, UNTYPED), f"Component '{self.name}'", "label", label, expected)
        if self._is_built:
            raise DDIError(Errors.CANNOT_RESIZE.format(name=self.name, label=label))
        self.cfg["labels"].append(label)
        self.vocab.strings.add(label)
        return 1

    def change_setting(self, setting: str, value: Any) -> None:
        """Change a setting of the trained component, and the pipeline's config with it.

        setting (str): One of those that `DEFAULTS` names.
        value (Any): Its new value.
        RAISES (DDIError): If there is no such setting, or the value is not possible.
        """
        where = f"Component '{self.name}'"
        expected = " or ".join(self.cfg[CONFIGURED])
        require(setting in self.cfg[CONFIGURED], where, "setting", setting, expected)
        check_settings(where, **{**self._acting(), setting: value})
        if setting in REPORTED:
            self.find_least_scores(**{setting: value})
        self._let_act({setting: value})

    def find_least_scores(self, **changed: Any) -> dict[str, float]:
        """The score that a relation needs to be reported.

        **changed: Settings in place of the component's own; see `least_scores`.
        RETURNS (Dict[str, float]): The least score by type.
        RAISES (DDIError): If a type is to be reported that there is not, or if a precision is asked
            for that no score promises of any type.
        """
        settings = {name: self.cfg[name] for name in REPORTED} | changed
        asked = settings["min_precision"]
        if asked is not None and settings["precisions"] is None:
            raise DDIError(Errors.NO_PRECISIONS.format(name=self.name, found=asked))
        least = least_scores(f"Component '{self.name}'", self.labels, **settings)
        highest = highest_promises(settings["types"] or self.labels, settings["precisions"])
        if asked is not None and asked > max(highest.values(), default=1.0):
            known = ", ".join(f"{label} {promised:g}" for label, promised in highest.items())
            raise DDIError(Errors.NOT_PROMISED.format(name=self.name, found=asked, known=known))
        return least

    def from_bytes(self: Self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a bytestring; see `TrainablePipe.from_bytes`."""
        exclude = [*exclude]
        message = srsly.msgpack_loads(bytes_data)
        stored = message.get("cfg")
        known = stored is not None and "cfg" not in exclude
        has_weights = "model" in message and "model" not in exclude
        self._build_from(srsly.json_loads(stored) if known else None, has_weights=has_weights)
        super().from_bytes(bytes_data, exclude=[*exclude, "cfg"])
        return self

    def from_disk(self: Self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a folder; see `TrainablePipe.from_disk`."""
        exclude = [*exclude]
        file = Path(path) / "cfg"
        known = file.is_file() and "cfg" not in exclude
        has_weights = (Path(path) / "model").is_file() and "model" not in exclude
        self._build_from(
            cast(Any, srsly.read_json(file)) if known else None, has_weights=has_weights
        )
        super().from_disk(path, exclude=[*exclude, "cfg"])
        return self

    @property
    def _is_built(self) -> bool:
        return self.model.has_dim("nO") is True

    def _require_built(self) -> None:
        self._adopt_name()
        if not self._is_built:
            raise ValueError(SpacyErrors.E109.format(name=self.name))

    def _adopt_name(self) -> None:
        """Take the name that the pipeline knows the component by: `rename_pipe` tells nobody."""
        self.name = self._nlp.name_of(self) or self.name

    def _warn_once(self, warning: str) -> None:
        if warning not in self._given_warnings:
            self._given_warnings.add(warning)
            warnings.warn(warning.format(name=self.name), stacklevel=3)

    def _build(self) -> None:
        n_classes = len(self.labels) + 1
        self.model.attrs["build_network"](self.model, self.cfg["token_width"], n_classes)

    def _build_from(self, stored: dict[str, Any] | None, *, has_weights: bool) -> None:
        """Build the network as it was when stored, since weights load into modules that exist only.
        Without the stored `cfg` the network must be there. A network that no weights come for, and
        that has the stored shape, is kept: a new one would be random."""
        if stored is None:
            if not self._is_built and has_weights:
                raise DDIError(Errors.NO_STORED_CFG.format(name=self.name))
            return
        configured = self._acting()
        self.cfg.update({name: value for name, value in stored.items() if name != CONFIGURED})
        self._let_act(acting_settings(configured, stored))
        self.find_least_scores()
        width = self.cfg["token_width"]
        if width is None:
            return
        fits = self._is_built and (self.model.get_dim("nI"), self.model.get_dim("nO")) == (
            width,
            len(self.labels) + 1,
        )
        if has_weights or not fits:
            self._build()

    def _acting(self) -> dict[str, Any]:
        return {name: self.cfg[name] for name in self.cfg[CONFIGURED]}

    def _let_act(self, settings: dict[str, Any]) -> None:
        """Let settings act, and let the config say so."""
        self.cfg.update(settings)
        self.cfg[CONFIGURED] = {**self.cfg[CONFIGURED], **settings}
        if (config := self._nlp.config_of(self)) is not None:
            config.update(settings)


def acting_settings(configured: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """Which settings act in a component that is loaded.

    configured (Dict[str, Any]): What the config says now.
    stored (Dict[str, Any]): The stored `cfg`.
    RETURNS (Dict[str, Any]): For each setting the config's value where it is not what the config
        said when the component was stored, or else the stored one.
    """
    said = {**DEFAULTS, **stored.get(CONFIGURED, {})}
    return {
        name: value if value != said[name] else stored.get(name, value)
        for name, value in configured.items()
    }


def check_settings(
    where: str,
    threshold: float | None,
    temperature: float,
    calibration: Calibration | None,
    **reported: Any,
) -> None:
    """Check what a config or a caller says.

    where (str): Whose settings they are.
    threshold (Optional[float]): In [0, 1], or None.
    temperature (float): Above 0.
    calibration (Optional[Calibration]): A slope above 0 and an intercept for each of some types.
    **reported: See `check_reported`.
    RAISES (DDIError): If one is not possible.
    """
    check_reported(where, **reported)
    require(temperature > 0, where, "temperature", temperature, "above 0")
    possible = threshold is None or 0 <= threshold <= 1
    require(possible, where, "threshold", threshold, "null, or 0 to 1")
    for label, fitted in (calibration or {}).items():
        possible = len(fitted) == 2 and fitted[0] > 0
        expected = "a slope above 0 and an intercept"
        require(possible, where, f"calibration.{label}", fitted, expected)
