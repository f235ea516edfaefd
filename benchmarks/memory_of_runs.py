"""How much memory a run takes beside its pipeline, whatever the size of its input.

    python -m benchmarks.memory_of_runs                            # 1 GB of short documents
    python -m benchmarks.memory_of_runs --kind pubmed              # 30,000 citations
    python -m benchmarks.memory_of_runs --kind long --pipeline en_ddi_minilm
    python -m benchmarks.memory_of_runs --bare                     # reading and writing only

The documents are written to a temporary folder, and read and annotated in one process of its own:
`extract --output` has these in two.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any, Final

import psutil
import typer

from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs.report import Annotate, Report, Said

SENTENCE: Final = "Dexarol may raise the plasma concentration of plinozide in older patients. "
CITATION: Final = (
    "<PubmedArticle><MedlineCitation><PMID>{number}</PMID><Article><ArticleTitle>On dexarol."
    "</ArticleTitle><Abstract><AbstractText>{text}</AbstractText></Abstract></Article>"
    "</MedlineCitation></PubmedArticle>\n"
)
N_CITATIONS: Final = 30_000


class Kind(str, Enum):
    """What to write."""

    SHORT = "short"
    LONG = "long"
    PUBMED = "pubmed"


def say_nothing(documents: Sequence[TextDocument]) -> Said:
    """An annotator without a pipeline."""
    return Said([], [], [])


class Measured:
    """An annotator that tells how much memory there is when it is loaded.

    inner (Callable[[Sequence[TextDocument]], Said]): The annotator.
    """

    def __init__(self, inner: Annotate) -> None:
        self._inner = inner
        self.loaded = resident()

    def __call__(self, documents: Sequence[TextDocument]) -> Said:
        """Annotate documents."""
        return self._inner(documents)


def write_input(kind: Kind, folder: Path, size: int) -> Path:
    """Write the file to read.

    kind (Kind): What to write.
    folder (Path): Where.
    size (int): Bytes of a file of short documents, or characters of a long one.
    RETURNS (Path): The file.
    """
    if kind is Kind.PUBMED:
        path = folder / "input.xml"
        with path.open("w", encoding="utf-8") as file:
            file.write("<PubmedArticleSet>\n")
            for number in range(1, N_CITATIONS + 1):
                file.write(CITATION.format(number=number, text=SENTENCE * 20))
            file.write("</PubmedArticleSet>\n")
        return path
    path = folder / "input.jsonl"
    with path.open("w", encoding="utf-8") as file:
        if kind is Kind.LONG:
            text = SENTENCE * (size // len(SENTENCE) + 1)
            file.write(json.dumps({"id": "long", "text": text[:size]}) + "\n")
        for number in count() if kind is Kind.SHORT else ():
            file.write(json.dumps({"id": str(number), "text": SENTENCE * 20}) + "\n")
            if number % 1000 == 0 and file.tell() >= size:
                break
    return path


def resident() -> int:
    """Bytes of memory that this process has now."""
    return int(psutil.Process().memory_info().rss)


def run_measured(results: Connection, path: Path, output: Path, pipeline: str | None) -> None:
    """Run, and send the bytes of memory when all was loaded, and what was done.

    results (Connection): Gets both.
    path, output (Path): Input and output.
    pipeline (Optional[str]): None for no pipeline.
    """
    from spacy_ddi.formats.format import formats
    from spacy_ddi.runs.local_engine import annotate_here
    from spacy_ddi.runs.run import run

    formats()
    make: Callable[[], Annotate]
    if pipeline is None:
        make = lambda: say_nothing  # noqa: E731
    else:
        from spacy_ddi.cli.extract_files import make_annotator
        from spacy_ddi.cli.options import Reported

        make = partial(make_annotator, pipeline, None, Reported())

    def make_measured() -> Annotate:
        measured = Measured(make())
        results.send(measured.loaded)
        return measured

    n_documents = 0

    def add(report: Report) -> None:
        nonlocal n_documents
        n_documents += report.documents

    run(
        [str(path)],
        output,
        make_measured,
        settings={"pipeline": pipeline},
        engine=annotate_here,
        on_report=add,
    )
    results.send(n_documents)


def measure(path: Path, output: Path, pipeline: str | None) -> tuple[int, int, int]:
    """Run in a process of its own, and look at its memory all the while.

    path, output (Path): Input and output.
    pipeline (Optional[str]): None for no pipeline.
    RETURNS (Tuple[int, int, int]): Bytes with the pipeline loaded, the most bytes after that, and
        documents.
    """
    ours, theirs = get_context("spawn").Pipe()
    arguments = (theirs, path, output, pipeline)
    process: Any = get_context("spawn").Process(target=run_measured, args=arguments)
    process.start()
    theirs.close()
    loaded = int(ours.recv())
    peak, watched = loaded, psutil.Process(process.pid)
    while not ours.poll(0.02):
        peak = max(peak, watched.memory_info().rss)
    n_documents = int(ours.recv())
    process.join()
    return loaded, peak, n_documents


def main(
    kind: Annotated[Kind, typer.Option(help="Documents: short, one long, or citations.")] = (
        Kind.SHORT
    ),
    size: Annotated[int, typer.Option(help="MB of short documents.")] = 1000,
    characters: Annotated[int, typer.Option(help="Characters of a long document.")] = 1_000_000,
    pipeline: Annotated[str, typer.Option(help="The pipeline.")] = "en_ddi_minilm",
    bare: Annotated[bool, typer.Option(help="Read and write only.")] = False,
) -> None:
    """Print the peak of a run's memory above that of the loaded pipeline."""
    with tempfile.TemporaryDirectory() as folder:
        amount = characters if kind is Kind.LONG else size * 1_000_000
        path = write_input(kind, Path(folder), amount)
        n_bytes = path.stat().st_size
        start = time.perf_counter()
        loaded, peak, n = measure(path, Path(folder) / "out", None if bare else pipeline)
    seconds = time.perf_counter() - start
    print(
        f"{n_bytes / 1e6:,.0f} MB, {n:,} documents in {seconds:,.0f} s: {loaded / 1e6:,.0f} MB "
        f"loaded, at most {(peak - loaded) / 1e6:,.0f} MB more"
    )


if __name__ == "__main__":
    typer.run(main)
