"""Time and memory of one setting, in a process of its own, since memory is not given back. Linux.

python -m benchmarks.speed.scaling en_ddi_minilm --mentions 16
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter
from typing import Annotated, Any

import psutil
import spacy
import torch
import typer
from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.speed.systems import whole_pipeline
from spacy_ddi.formats.plain_text import read_lines
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.parallel import pipe_in_processes

MEGABYTE = 2**20
SENTENCES = 16
"""Sentences of a measurement of mentions."""


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    mentions: Annotated[int, typer.Option(help="Mentions of a sentence.")] = 0,
    documents: Annotated[int, typer.Option(help="Lines of the text.")] = 0,
    text: Annotated[Path | None, typer.Option(help="A text, plain or .xz.")] = None,
    batch_size: Annotated[int, typer.Option(help="0 for the pipeline's.")] = 0,
    n_process: Annotated[int, typer.Option(help="Processes.")] = 1,
    plain: Annotated[int, typer.Option(help="1: several processes by spaCy alone.")] = 0,
    threads: Annotated[int, typer.Option(help="Threads of each process.")] = 1,
    repeats: Annotated[int, typer.Option(help="Times that it is measured.")] = 3,
) -> None:
    """Print seconds and megabytes as JSON."""
    torch.set_num_threads(threads)
    nlp = spacy.load(pipeline)
    tree = n_process > 1
    before = held(tree=tree)
    work: list[Any]
    if mentions:
        work = [list_sentence(nlp, mentions)] * SENTENCES
        system = whole_pipeline(nlp)
    elif text is not None:
        work = read_lines(text)[:documents]
    else:
        raise typer.BadParameter("Give --mentions, or --documents with --text.")
    pipe = nlp.pipe if plain else partial(pipe_in_processes, nlp)
    size = batch_size or nlp.batch_size

    def run(work: list[Any], n_process: int) -> None:
        if mentions:
            system.run(system.prepare(work))
        else:  # no Doc is kept
            deque(pipe(work, batch_size=size, n_process=n_process), maxlen=0)

    run(work[: 1 if mentions else 100], 1)  # warms up
    measured = [measure(partial(run, work, n_process), tree=tree) for _ in range(repeats)]
    figures = {
        "texts": len(work),
        "seconds": median(seconds for _, seconds in measured),
        "megabytes_above_loaded": max(megabytes for megabytes, _ in measured) - before,
    }
    typer.echo(json.dumps(figures))


def held(*, tree: bool = False) -> float:
    """What this process holds now; with `tree` its children too, what they share counted once."""
    own = psutil.Process()
    if not tree:
        return own.memory_info().rss / MEGABYTE
    total = 0
    for process in [own, *own.children(recursive=True)]:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:  # it has just ended
            continue
    return total / MEGABYTE


def measure(function: Callable[[], object], *, tree: bool = False) -> tuple[float, float]:
    """Call a function: the peak of memory meanwhile, and its seconds. The peak is exact; with
    `tree` it is the most of looks at four times a second."""
    looks, ended = [held(tree=True)] if tree else [], Event()

    def watch() -> None:
        while not ended.wait(0.25):
            looks.append(held(tree=True))

    thread = Thread(target=watch, daemon=True)
    if tree:
        thread.start()
    Path("/proc/self/clear_refs").write_text("5")  # the kernel forgets earlier peaks
    start = perf_counter()
    function()
    seconds = perf_counter() - start
    ended.set()
    status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return max(looks) if tree else int(status["VmHWM"].split()[0]) / 1024, seconds


def list_sentence(nlp: Language, n_mentions: int) -> Doc:
    """A sentence with a list of drugs, some seven words for each two of them."""
    words: list[str] = []
    places = []
    for i in range(n_mentions):
        words += [] if i % 2 else ["the", "level", "of"]
        places.append(len(words))
        words += [f"drug{i}", *([","] if i % 2 else ["may", "change", "under"])]
    doc = Doc(nlp.vocab, words=[*words[:-1], "."])
    doc.spans[MENTIONS_KEY] = [doc[place : place + 1] for place in places]
    return doc


if __name__ == "__main__":
    typer.run(main)
