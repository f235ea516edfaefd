"""Measure the service.

    python -m benchmarks.service load en_ddi_minilm --requests 10000 --clients 8 --rounds 10
    python -m benchmarks.service refusals en_ddi_minilm --requests 1000
    python -m benchmarks.service page en_ddi_minilm --texts 20

The service is a process of its own, with as many threads of torch as the bare pipeline here. Each
command prints a line.
"""

from __future__ import annotations

import os
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)

Pipeline = Annotated[str, typer.Argument(help="An installed package, or a folder.")]
Threads = Annotated[int, typer.Option(help="Threads of torch, for service and bare pipeline.")]


@app.command()
def load(
    pipeline: Pipeline,
    requests: Annotated[int, typer.Option(help="Requests to send.")] = 400,
    texts: Annotated[int, typer.Option(help="Different texts among them.")] = 1_000,
    clients: Annotated[int, typer.Option(help="Clients at once.")] = 8,
    rounds: Annotated[int, typer.Option(min=1, help="How often the two take turns.")] = 1,
    threads: Threads = 2,
) -> None:
    """Throughput against the bare pipeline, latency, and answers that are wrong or mixed up."""
    os.environ["OMP_NUM_THREADS"] = str(threads)  # before torch is imported
    from benchmarks.service.loads import measure_load

    print(f"{measure_load(pipeline, requests, texts, clients, rounds)}; {threads} threads")


@app.command()
def refusals(
    pipeline: Pipeline,
    requests: Annotated[int, typer.Option(help="Requests to send.")] = 1_000,
) -> None:
    """Requests that don't fit: is each refused in words, and is the service still up?"""
    from benchmarks.service.asking import started
    from benchmarks.service.wrong_requests import check_refusals

    with started(pipeline) as port:
        problems = check_refusals(port, requests)
    for problem in problems:
        print(problem)
    print(f"{requests:,} requests that don't fit: {len(problems)} not refused in words")
    raise typer.Exit(bool(problems))


@app.command()
def page(
    pipeline: Pipeline,
    texts: Annotated[int, typer.Option(help="Texts to read.")] = 20,
    threads: Threads = 2,
) -> None:
    """How long after the click the page has its first interaction. Needs Chromium."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    from benchmarks.service.asking import started
    from benchmarks.service.first_sight import measure_page

    with started(pipeline) as port:
        print(measure_page(port, texts))


if __name__ == "__main__":
    app()
