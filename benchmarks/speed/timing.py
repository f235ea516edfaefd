"""Timing systems against each other, in turns, so that what slows the machine slows all."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from spacy.tokens import Doc

from benchmarks.speed.systems import System, with_mentions
from spacy_ddi.component.lookup import component_of


@dataclass(frozen=True)
class Timing:
    """How long a system took on some Docs.

    system (str): Its name.
    n_pairs (int): Candidate pairs of the Docs.
    seconds (List[float]): Of each repeat.
    """

    system: str
    n_pairs: int
    seconds: list[float]

    @property
    def pairs_a_second(self) -> float:
        """By the median of the repeats."""
        return self.n_pairs / median(self.seconds)


def take_turns(systems: Sequence[System], docs: Sequence[Doc], *, repeats: int) -> list[Timing]:
    """Time systems one after another, several times; a first round is not counted. What is in
    memory before (all systems at once, which nobody has) is left out of the garbage collection.

    systems (Sequence[System]): The systems.
    docs (Sequence[Doc]): Docs with mentions.
    repeats (int): Rounds that count.
    RETURNS (List[Timing]): One a system.
    """
    seconds: list[list[float]] = [[] for _ in systems]
    gc.collect()
    gc.freeze()
    for round_number in range(repeats + 1):
        for system, spent in zip(systems, seconds, strict=True):
            ready = system.prepare(with_mentions(docs, system.nlp))
            start = perf_counter()
            system.run(ready)
            if round_number:
                spent.append(perf_counter() - start)
    gc.unfreeze()
    nlp = systems[0].nlp
    find_candidates = component_of(nlp).find_candidates
    n_pairs = sum(len(find_candidates(doc).pairs) for doc in with_mentions(docs, nlp))
    return [
        Timing(system.name, n_pairs, spent) for system, spent in zip(systems, seconds, strict=True)
    ]
