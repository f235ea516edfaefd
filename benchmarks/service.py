"""What the service costs beside the bare pipeline: throughput, latency, and mixed-up answers.

    python -m benchmarks.service en_ddi_minilm --requests 400 --threads 2

The service is a process of its own, with as many threads as the bare pipeline. Each client sends
its next text when it has the answer to the last. Texts are made up, each unlike all others; the
bare pipeline reads the same ones, and its answers are what the service's have to be.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Final

import typer

WORDS: Final = 200
PORT: Final = 8799

DRUGS: Final = (
    *("warfarin", "fluconazole", "digoxin", "amiodarone", "simvastatin", "clarithromycin"),
    *("lithium", "ibuprofen", "tramadol", "phenelzine", "methotrexate", "trimethoprim"),
)
SENTENCES: Final = (
    "Concomitant use of {0} increases the plasma concentration of {1} by {2} percent.",
    "Patients of group {2} who take {0} must not be given {1}.",
    "In study {2} no interaction was seen between {0} and {1}.",
    "The treatment of patient {2} was continued for some weeks, and all of the values were normal.",
    "The effect of {0} may be enhanced by {1}, and case {2} was monitored closely.",
    "Of {2} healthy volunteers most had a headache, which went away without any treatment.",
)


def make_text(number: int) -> str:
    """A text of some 200 words that no other number gives."""
    rng = random.Random(number)
    sentences: list[str] = []
    while sum(len(sentence.split()) for sentence in sentences) < WORDS:
        head, tail = rng.sample(DRUGS, 2)
        sentences.append(
            rng.choice(SENTENCES).format(head.capitalize(), tail, rng.randrange(10**6))
        )
    return " ".join(sentences)


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


class Client:
    """Asks the service, over one connection a thread."""

    def __init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=300)

    def __call__(self, text: str) -> tuple[list[Any], float]:
        start = time.perf_counter()
        body = json.dumps({"text": text})
        self._connection.request("POST", "/extract", body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        assert response.status == 200, answer
        return answer["interactions"], time.perf_counter() - start


def ask_all(texts: list[str], n_clients: int) -> tuple[list[tuple[list[Any], float]], float]:
    """The answers to texts with the seconds of each, and those of all."""
    answers: list[Any] = [None] * len(texts)
    numbers = iter(range(len(texts)))

    def work() -> None:
        client = Client()
        for number in numbers:  # shared: each number goes to one client
            answers[number] = client(texts[number])

    start = time.perf_counter()
    with ThreadPoolExecutor(n_clients) as threads:
        for done in [threads.submit(work) for _ in range(n_clients)]:
            done.result()
    return answers, time.perf_counter() - start


def wait_until_up(process: subprocess.Popen[bytes]) -> None:
    """Wait for the service."""
    while True:
        assert process.poll() is None, "the service ended"
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()


def main(
    pipeline: Annotated[str, typer.Argument(help="An installed package, or a folder.")],
    requests: Annotated[int, typer.Option(help="Texts to send.")] = 400,
    clients: Annotated[int, typer.Option(help="Clients at once.")] = 8,
    threads: Annotated[int, typer.Option(help="Threads of torch, for both.")] = 2,
) -> None:
    """Measure the service, and print a line."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    texts = [make_text(number) for number in range(requests)]
    expected, seconds_bare = bare(pipeline, texts)
    command = [sys.executable, "-m", "spacy_ddi", "serve", "--pipeline", pipeline]
    process = subprocess.Popen([*command, "--port", str(PORT)])
    try:
        wait_until_up(process)
        ask_all(texts[:16], clients)
        answers, seconds = ask_all(texts, clients)
    finally:
        process.terminate()
        process.wait()
    latencies = sorted(latency for _, latency in answers)
    wrong = [differing(found, wanted) for (found, _), wanted in zip(answers, expected, strict=True)]
    median, p95 = (latencies[int(share * len(latencies))] for share in (0.5, 0.95))
    print(
        f"{requests} texts of {WORDS} words, {clients} clients, {threads} threads: bare "
        f"{requests / seconds_bare:.1f} texts/s, service {requests / seconds:.1f} texts/s "
        f"({seconds_bare / seconds:.2f} times); latency median {median:.3f} s, p95 {p95:.3f} s; "
        f"answers that differ: {sum(wrong)}"
    )


def differing(found: list[Any], wanted: list[Any]) -> bool:
    """Whether two answers differ in more than the last digits of a score."""
    return len(found) != len(wanted) or any(
        {**one, "score": 0} != {**other, "score": 0} or abs(one["score"] - other["score"]) > 0.01
        for one, other in zip(found, wanted, strict=True)
    )


if __name__ == "__main__":
    typer.run(main)
