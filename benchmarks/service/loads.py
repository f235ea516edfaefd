"""What the service costs beside the bare pipeline: throughput, latency, and mixed-up answers."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from benchmarks.service.asking import ask_all, started
from benchmarks.service.texts import WORDS, make_text

Item = TypeVar("Item")


def measure_load(
    pipeline: str, n_requests: int, n_texts: int, n_clients: int, n_rounds: int = 1
) -> str:
    """Send requests, each of a text in random order; the bare pipeline reads each text once, and
    its answers are what the service's have to be. Bare pipeline and service take turns, since a
    machine is not as fast at all times. Gives a line of figures."""
    texts = [make_text(number) for number in range(min(n_texts, n_requests))]
    order = [number % len(texts) for number in range(n_requests)]
    random.Random(0).shuffle(order)
    read = reader(pipeline)
    expected: list[list[Any]] = []
    answers: list[tuple[list[Any], float]] = []
    seconds = seconds_bare = 0.0
    with started(pipeline) as port:
        ask_all(port, texts[:16], n_clients)
        for number in range(n_rounds):
            found, took = read(_part(texts, number, n_rounds))
            expected += found
            seconds_bare += took
            part = [texts[i] for i in _part(order, number, n_rounds)]
            given, took = ask_all(port, part, n_clients)
            answers += given
            seconds += took
    latencies = sorted(latency for _, latency in answers)
    wrong = [
        differing(given, expected[number])
        for (given, _), number in zip(answers, order, strict=True)
    ]
    median, p95 = (latencies[int(share * len(latencies))] for share in (0.5, 0.95))
    rate, rate_bare = n_requests / seconds, len(texts) / seconds_bare
    return (
        f"{n_requests:,} requests with {len(texts):,} texts of {WORDS} words, {n_clients} clients: "
        f"bare {rate_bare:.1f} texts/s, service {rate:.1f} texts/s ({rate / rate_bare:.2f} times); "
        f"latency median {median:.3f} s, p95 {p95:.3f} s; answers that differ: {sum(wrong)}"
    )


def reader(name: str) -> Callable[[list[str]], tuple[list[list[Any]], float]]:
    """What tells what the pipeline says of texts, and the seconds that it takes."""
    import spacy

    from spacy_ddi.component.lookup import component_of
    from spacy_ddi.formats.relation_records import relation_records

    nlp = spacy.load(name)
    source = component_of(nlp).candidates.mentions

    def read(texts: list[str]) -> tuple[list[list[Any]], float]:
        start = time.perf_counter()
        docs = nlp.pipe(texts, batch_size=16)
        found = [list(relation_records(doc, source=source)) for doc in docs]
        return found, time.perf_counter() - start

    read([make_text(-number) for number in range(1, 9)])  # warm
    return read


def _part(items: Sequence[Item], number: int, n_parts: int) -> list[Item]:
    """One of several parts of about the same size, in order."""
    start, end = (len(items) * i // n_parts for i in (number, number + 1))
    return list(items[start:end])


def differing(found: list[Any], wanted: list[Any]) -> bool:
    """Whether two answers differ in more than the last digits of a score."""
    return len(found) != len(wanted) or any(
        {**one, "score": 0} != {**other, "score": 0} or abs(one["score"] - other["score"]) > 0.01
        for one, other in zip(found, wanted, strict=True)
    )
