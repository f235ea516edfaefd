"""Chunks become parts: a part is made of ten chunks, so that millions of documents don't make
thousands of small files. A chunk that is done lies in a folder beside the parts until then.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from spacy_ddi.runs.machine_failures import may_go_away
from spacy_ddi.runs.parts import ENDING, ERRORS, UNFINISHED, merge_parts, remove_part
from spacy_ddi.runs.report import Report
from spacy_ddi.runs.shards import CHUNKS_OF_PART, LAST, Shard, numbered_name

_NAME: Final = re.compile(rf"(?:part-)?(\d+)-(\d+)({LAST})?\{ENDING}")

PART: Final = "part-"


@dataclass
class Numbers:
    """Which chunks or parts of a shard are there.

    there (Set[int]): Their numbers.
    last (Optional[int]): That of the last one, where it is there.
    """

    there: set[int] = field(default_factory=set)
    last: int | None = None

    @property
    def are_all(self) -> bool:
        """Whether no other is missing."""
        return self.last is not None and len(self.there) > self.last

    def add(self, number: int, *, is_last: bool) -> None:
        """Note that one is there."""
        self.there.add(number)
        if is_last:
            self.last = number


def numbers_in(folder: Path, prefix: str) -> dict[int, Numbers]:
    """Which chunks or parts lie in a folder.

    folder (Path): The folder.
    prefix (str): How their names begin.
    RETURNS (Dict[int, Numbers]): By shards.
    """
    found: dict[int, Numbers] = defaultdict(Numbers)
    for path in folder.glob(f"{prefix}[0-9]*{ENDING}"):
        if named := _NAME.fullmatch(path.name):
            shard, number, last = named.groups()
            found[int(shard)].add(int(number), is_last=last is not None)
    return found


class Merger:
    """Makes parts of chunks.

    output (Path): The output's folder, with what earlier starts have left.
    """

    def __init__(self, output: Path) -> None:
        self._output = output
        self._chunks_folder = output / UNFINISHED
        self._chunks_folder.mkdir(exist_ok=True)
        self._parts = numbers_in(output, PART)
        self._chunks = numbers_in(self._chunks_folder, "")
        for shard, chunks in self._chunks.items():
            for number in sorted({each // CHUNKS_OF_PART for each in chunks.there}):
                if number in self._parts[shard].there:
                    self._remove(shard, _chunks_of(number))
                else:
                    self._merge(shard, number)

    def missing(self, shards: Iterable[Shard]) -> list[Shard]:
        """What there is still to do.

        shards (Iterable[Shard]): All shards.
        RETURNS (List[Shard]): Those that are not complete, with what is done of them.
        """
        return [
            replace(shard, done=self._done(shard.number))
            for shard in shards
            if not self._parts[shard.number].are_all
        ]

    def add(self, report: Report) -> None:
        """Note that a chunk is done, and make its part if that was the last of it.

        report (Report): That of the chunk.
        """
        self._chunks[report.shard].add(report.number, is_last=report.is_last)
        self._merge(report.shard, report.number // CHUNKS_OF_PART)

    def _done(self, shard: int) -> frozenset[int]:
        in_parts = (each for part in self._parts[shard].there for each in _chunks_of(part))
        return frozenset([*in_parts, *self._chunks[shard].there])

    def _merge(self, shard: int, number: int) -> None:
        """Make a part if all its chunks are there."""
        chunks, wanted = self._chunks[shard], _chunks_of(number)
        is_last = chunks.last in wanted
        if chunks.last is not None and is_last:
            wanted = range(wanted.start, chunks.last + 1)
        if not chunks.there.issuperset(wanted):
            return
        name = numbered_name(shard, number, is_last=is_last)
        merge_parts(self._paths(shard, wanted), self._output / f"{PART}{name}")
        self._parts[shard].add(number, is_last=is_last)
        self._remove(shard, wanted)

    def _paths(self, shard: int, numbers: Sequence[int]) -> list[Path]:
        last = self._chunks[shard].last
        names = (numbered_name(shard, each, is_last=each == last) for each in numbers)
        return [self._chunks_folder / name for name in names]

    def _remove(self, shard: int, numbers: Sequence[int]) -> None:
        for path in self._paths(shard, numbers):
            remove_part(path)


def _chunks_of(part: int) -> range:
    return range(part * CHUNKS_OF_PART, (part + 1) * CHUNKS_OF_PART)


def take_back_failures(output: Path) -> int:
    """Remove what has errors that may not come again, so that it is done again.

    output (Path): The output's folder.
    RETURNS (int): How many such errors there were.
    """
    n_errors = 0
    for folder in (output, output / UNFINISHED):
        for path in sorted(folder.glob(f"*[0-9]*{ERRORS}")):
            lines = path.read_text(encoding="utf-8").splitlines()
            found = sum(may_go_away(json.loads(line)["code"]) for line in lines)
            if found:
                n_errors += found
                remove_part(path.with_name(path.name.removesuffix(ERRORS)))
    return n_errors
