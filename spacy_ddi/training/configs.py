"""Configs written as their difference from another."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from spacy.util import load_config
from thinc.api import Config


def merge_configs(base: Path, differences: Iterable[Path]) -> Config:
    """A config with some settings changed.

    base (Path): The config.
    differences (Iterable[Path]): Configs of the sections and settings that differ, the later ones
        on top. A block with another registered function takes the old one's place as a whole, as
        does a component with `source`; a block is removed by giving it the value null in the
        section it stands in.
    RETURNS (Config): The whole config, variables not filled in.
    """
    config = load_config(base, interpolate=False)
    sections = list(config)
    for difference in differences:
        changes = load_config(difference, interpolate=False)
        config = config.merge(changes)
        for name, component in changes.get("components", {}).items():
            if "source" in component:
                config["components"][name] = component
    return Config({name: config[name] for name in dict.fromkeys([*sections, *config])})
