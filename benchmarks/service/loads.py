"""What the service costs beside the bare pipeline: throughput, latency, and mixed-up answers."""

from __future__ import annotations

import random
import time
from typing import Any

from benchmarks.service.asking import ask_all, started
from benchmarks.service.texts import WORDS, make_text


def measure_load(pipeline: str, n_requests: int, n_texts: int, n_clients: int) -> str:
    """Send requests, each of a text in random order; the bare pipeline reads each text once, and
    its answers are what the service's have to be. Gives a line of figures."""
    texts = [make_text(number) for number in range(min(n_texts, n_requests))]
    expected, seconds_bare = bare(pipeline, texts)
    order = [number % len(texts) for number in range(n_requests)]
    random.Random(0).shuffle(order)
    with started(pipeline) as port:
        ask_all(port, texts[:16], n_clients)
        answers, seconds = ask_all(port, [texts[number] for number in order], n_clients)
    latencies = sorted(latency for _, latency in answers)
    wrong = [
        differing(found, expected[number])
        for (found, _), number in zip(answers, order, strict=True)
    ]
    median, p95 = (latencies[int(share * len(latencies))] for share in (0.5, 0.95))
    rate, rate_bare = n_requests / seconds, len(texts) / seconds_bare
    return (
        f"{n_requests:,} requests with {len(texts):,} texts of {WORDS} words, {n_clients} clients: "
        f"bare {rate_bare:.1f} texts/s, service {rate:.1f} texts/s ({rate / rate_bare:.2f} times); "
        f"latency median {median:.3f} s, p95 {p95:.3f} s; answers that differ: {sum(wrong)}"
    )


def bare(name: str, texts: list[str]) -> tuple[list[list[Any]], float]:
    """What the pipeline says of texts, and the seconds it takes."""
    import spacy

    from spacy_ddi.component.lookup import component_of
    from spacy_ddi.formats.relation_records import relation_records

    nlp = spacy.load(name)
    source = component_of(nlp).candidates.mentions
    list(nlp.pipe(texts[:8]))
    start = time.perf_counter()
    found = [list(relation_records(doc, source=source)) for doc in nlp.pipe(texts, batch_size=16)]
    return found, time.perf_counter() - start


def differing(found: list[Any], wanted: list[Any]) -> bool:
    """Whether two answers differ in more than the last digits of a score."""
    return len(found) != len(wanted) or any(
        {**one, "score": 0} != {**other, "score": 0} or abs(one["score"] - other["score"]) > 0.01
        for one, other in zip(found, wanted, strict=True)
    )
