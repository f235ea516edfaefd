"""Which sentences are most worth annotating: those that a pipeline is unsure of, that are unlike
what is annotated already, and that have names not seen there.

A sentence is worth its uncertainty times the novelty of its words and names. A word or name that
was seen in n sentences has a novelty of 1 / (1 + n). Sentences are chosen one after another, and
each makes its words and names less new, so that those chosen are also unlike each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from heapq import heapify, heappop, heapreplace
from math import log
from typing import NamedTuple


class Choosable(NamedTuple):
    """What is known of a sentence that may be chosen.

    uncertainty (float): See `uncertainty_of`; 0 or more.
    words (Collection[str]): Its different words, in small letters, without names of drugs.
    names (Collection[str]): The different names of drugs in it, in small letters.
    """

    uncertainty: float
    words: Collection[str]
    names: Collection[str]


class Seen:
    """How many annotated or chosen sentences have a word or name."""

    def __init__(self) -> None:
        self._words: Counter[str] = Counter()
        self._names: Counter[str] = Counter()

    def add(self, words: Iterable[str], names: Iterable[str]) -> None:
        """Count the words and names of a sentence.

        words, names (Iterable[str]): As in `Choosable`.
        """
        self._words.update(words)
        self._names.update(names)

    def value_of(self, sentence: Choosable) -> float:
        """What it is worth to annotate a sentence; never more than it was before.

        sentence (Choosable): The sentence.
        RETURNS (float): Its uncertainty times its novelty, 0 or more.
        """
        words, names = (
            sum(1 / (1 + seen[each]) for each in given) / max(1, len(given))
            for given, seen in ((sentence.words, self._words), (sentence.names, self._names))
        )
        return sentence.uncertainty * (words + names) / 2


def choose(sentences: Sequence[Choosable], n: int, seen: Seen) -> list[int]:
    """Choose sentences.

    sentences (Sequence[Choosable]): Among which.
    n (int): How many.
    seen (Seen): What is annotated already; what is chosen is added.
    RETURNS (List[int]): The numbers of the chosen ones, the one most worth first; fewer if there
        are no more that are worth anything.
    """
    heap = [(-seen.value_of(each), i) for i, each in enumerate(sentences)]
    heapify(heap)
    chosen: list[int] = []
    while heap and len(chosen) < n:
        _, best = heap[0]
        # Values only fall, so what is still on top with its value of now is the best.
        value = -seen.value_of(sentences[best])
        if heap[0][0] != value:
            heapreplace(heap, (value, best))
            continue
        heappop(heap)
        if value == 0:
            break
        chosen.append(best)
        seen.add(sentences[best].words, sentences[best].names)
    return chosen


def uncertainty_of(probs: Iterable[Sequence[float]]) -> float:
    """How unsure a pipeline is of a sentence: the entropies of its pairs, added up.

    probs (Iterable[Sequence[float]]): Of each pair, the probability of each class.
    RETURNS (float): In nats, 0 or more.
    """
    return sum(-sum(each * log(each) for each in pair if each > 0) for pair in probs)
