"""The types that `annotation.conf` allows, beside the files of brat."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

CONFIG: Final = "annotation.conf"

_SECTION: Final = re.compile(r"\[(\w+)\]")
_TYPE: Final = re.compile(r"!?([^\s|<#]+)")


class ConfiguredTypes(NamedTuple):
    """Types of annotations.

    mentions, interactions (Set[str]): Their names; empty if none is listed.
    """

    mentions: set[str]
    interactions: set[str]


def configured_types(names: Iterable[str]) -> ConfiguredTypes:
    """The types that are listed for some files.

    names (Iterable[str]): Files and folders; `annotation.conf` lies in a folder, at any depth, or
        beside a file.
    RETURNS (ConfiguredTypes): Those of all such lists together.
    """
    found = ConfiguredTypes(set(), set())
    for name in names:
        path = Path(name)
        inside = path.rglob(CONFIG) if path.is_dir() else [path.parent / CONFIG]
        for each in inside:
            if each.is_file():
                _add(each, found)
    return found


def _add(path: Path, found: ConfiguredTypes) -> None:
    section = ""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if begins := _SECTION.match(line.strip()):
            section = begins[1].lower()
        elif named := _TYPE.match(line.strip()):
            if section == "entities":
                found.mentions.add(named[1])
            elif section == "relations":
                found.interactions.add(named[1])
