"""Documents a second of each engine, and what a run takes beside the pipeline.

    python -m benchmarks.engines en_ddi_minilm --documents 10000 --n-process 2

Abstracts are made up, or read from a file of any format (`--text pubmed26n0001.xml.gz`). Both
engines read them as PubMed XML or JSON lines, and have the same number of processes. The bare
pipeline is `nlp.pipe` over the same texts, in this process, with one thread.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Annotated, Final, NamedTuple

import typer
from lxml import etree
from spacy.language import Language

from spacy_ddi.cli.extract_files import chosen_engine, make_annotator
from spacy_ddi.cli.loading import load_pipeline
from spacy_ddi.cli.options import EngineOption, Reported
from spacy_ddi.formats.format import writer_named
from spacy_ddi.formats.inputs import read_documents
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.runs.annotator import Annotator
from spacy_ddi.runs.local_engine import annotate_here
from spacy_ddi.runs.predictions import BATCH_SIZE
from spacy_ddi.runs.report import MakeAnnotator, Report
from spacy_ddi.runs.run import Engine, run
from spacy_ddi.text.passages import passages
from spacy_ddi.threads import one_thread

DRUGS: Final = [
    *("warfarin", "aspirin", "fluconazole", "simvastatin", "digoxin", "quinidine"),
    *("theophylline", "ciprofloxacin", "lithium", "ibuprofen", "phenytoin", "carbamazepine"),
    *("cimetidine", "ketoconazole", "midazolam", "rifampicin", "cyclosporine", "tacrolimus"),
    *("methotrexate", "amiodarone", "verapamil", "metformin", "omeprazole", "clopidogrel"),
]

ABOUT_DRUGS: Final = (
    "Coadministration of {a} and {b} increased the plasma concentration of {b} by {n} %.",
    "Patients who received {a} were compared with those who received {b}.",
    "{a} should be given with caution to patients treated with {b}.",
    "The clearance of {a} was reduced after {n} days of treatment with {b}.",
    "No interaction between {a}, {b} and {c} was observed at therapeutic doses.",
    "The dose of {a} was {n} mg twice daily.",
)
ABOUT_OTHERS: Final = (
    "We studied {n} patients who were admitted to the medical department between 1998 and 2004.",
    "The mean age was {n} years, and half of the patients were women.",
    "Blood samples were taken before and {n} hours after the intervention.",
    "Differences between groups were tested by analysis of variance and were significant.",
    "Further studies with larger samples are needed to confirm these preliminary findings.",
    "The expression of the receptor was measured in {n} tissue samples by immunohistochemistry.",
    "Mortality after one year was {n} % and did not differ between the two hospitals.",
)
SENTENCES: Final = (4, 14)
"""The fewest and the most sentences of an abstract."""

SHARE_ABOUT_DRUGS: Final = 0.3
"""Of the sentences in every second abstract; the others have none."""


class Timing(NamedTuple):
    """What a run took.

    documents (int): How many there were.
    seconds (float): From the start to the end, loading included.
    steady (float): Documents a second from the first part to the last; 0 if there is only one.
    """

    documents: int
    seconds: float
    steady: float

    @property
    def rate(self) -> float:
        """Documents a second, from the start to the end."""
        return self.documents / self.seconds


def make_abstract(chance: random.Random) -> tuple[str, str]:
    """A title and a text, made up.

    chance (Random): Decides.
    RETURNS (Tuple[str, str]): The two.
    """
    is_about_drugs = chance.random() < 0.5
    sentences = []
    for _ in range(chance.randint(*SENTENCES)):
        has_drugs = is_about_drugs and chance.random() < SHARE_ABOUT_DRUGS
        template = chance.choice(ABOUT_DRUGS if has_drugs else ABOUT_OTHERS)
        a, b, c = chance.sample(DRUGS, 3)
        sentence = template.format(a=a, b=b, c=c, n=chance.randint(2, 98))
        sentences.append(sentence[0].upper() + sentence[1:])
    title = f"A study of {chance.randint(10, 900)} patients."
    return title, " ".join(sentences)


def write_citations(path: Path, n: int) -> None:
    """Write made-up abstracts as PubMed gives them; the same for each `n`.

    path (Path): The file, `.xml.gz`.
    n (int): How many.
    """
    chance = random.Random(0)
    with (
        gzip.open(path, "wb") as file,
        etree.xmlfile(file, encoding="utf-8") as xml,
        xml.element("PubmedArticleSet"),
    ):
        for number in range(1, n + 1):
            title, text = make_abstract(chance)
            article = etree.Element("PubmedArticle")
            citation = etree.SubElement(article, "MedlineCitation")
            etree.SubElement(citation, "PMID").text = str(number)
            body = etree.SubElement(citation, "Article")
            etree.SubElement(body, "ArticleTitle").text = title
            abstract = etree.SubElement(body, "Abstract")
            etree.SubElement(abstract, "AbstractText").text = text
            xml.write(article)


def copy_documents(source: Path, path: Path, n: int) -> None:
    """Write the first documents of a file as JSON lines.

    source (Path): A file of any format.
    path (Path): The file to write.
    n (int): How many at most.
    """
    documents = read_documents([str(source)], on_error=lambda error: typer.echo(error, err=True))
    writer_named("jsonl")(islice(documents, n), path)


def time_run(
    name: str, path: Path, output: Path, make: MakeAnnotator, engine: Engine
) -> tuple[Timing, float]:
    """Time a run.

    name (str): The pipeline's.
    path, output (Path): What is read, and the folder that is written.
    make (Callable[[], Annotate]): Called once in each worker.
    engine (Callable): Runs them.
    RETURNS (Tuple[Timing, float]): What it took, and seconds of this process's processor.
    """
    reports: list[tuple[float, Report]] = []
    begin, begin_here = perf_counter(), process_time()
    run(
        [str(path)],
        output,
        make,
        settings={"pipeline": name},
        engine=engine,
        on_report=lambda report: reports.append((perf_counter(), report)),
    )
    seconds, seconds_here = perf_counter() - begin, process_time() - begin_here
    documents = sum(report.documents for _, report in reports)
    between = reports[-1][0] - reports[0][0]
    steady = (documents - reports[0][1].documents) / between if between else 0.0
    return Timing(documents, seconds, steady), seconds_here


def time_bare(nlp: Language, documents: Sequence[TextDocument]) -> tuple[float, float]:
    """Time the pipeline alone.

    nlp (Language): The pipeline.
    documents (Sequence[TextDocument]): What it reads.
    RETURNS (Tuple[float, float]): Seconds, and seconds of this process's processor.
    """
    texts = [passage for each in documents for _, passage in passages(each.text)]
    begin, begin_here = perf_counter(), process_time()
    for _ in nlp.pipe(texts, batch_size=BATCH_SIZE):
        pass
    return perf_counter() - begin, process_time() - begin_here


def time_overhead(name: str, path: Path, folder: Path) -> None:
    """Print what reading, writing and manifest take beside the pipeline, in one process.

    name (str): The pipeline.
    path, folder (Path): What is read, and where output goes.
    """
    nlp = load_pipeline(name)
    documents = list(read_documents([str(path)], on_error=_raise))
    time_bare(nlp, documents[:BATCH_SIZE])  # warm
    bare, bare_here = time_bare(nlp, documents)
    output = folder / "one"
    timing, here = time_run(name, path, output, partial(Annotator, nlp), annotate_here)
    print(f"bare pipeline, one thread: {len(documents) / bare:.2f} documents/s, {bare:.1f} s")
    print(
        f"the same as a run: {timing.rate:.2f} documents/s, {timing.seconds:.1f} s; overhead "
        f"{_more(timing.seconds, bare)} of the time, {_more(here, bare_here)} of the processor's"
    )


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    documents: Annotated[int, typer.Option(min=1, help="How many.")] = 10_000,
    text: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Documents of your own.")
    ] = None,
    n_process: Annotated[int, typer.Option(min=2, help="Processes of each engine.")] = 2,
    rounds: Annotated[int, typer.Option(min=1, help="How often; engines take turns.")] = 1,
    skip_overhead: Annotated[bool, typer.Option("--skip-overhead", help="Engines only.")] = False,
) -> None:
    """Print the speed of both engines, their ratio, and the overhead of a run."""
    one_thread()
    with TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / ("abstracts.xml.gz" if text is None else "documents.jsonl")
        make: Callable[[], None] = (
            partial(write_citations, path, documents)
            if text is None
            else partial(copy_documents, text, path, documents)
        )
        make()
        for number in range(rounds):
            timings = {}
            for engine in EngineOption:
                output = folder / f"{engine.value}{number}"
                timings[engine], _ = time_run(
                    pipeline,
                    path,
                    output,
                    partial(make_annotator, pipeline, None, Reported()),
                    chosen_engine(engine, output, n_process=n_process, address=None),
                )
                timing = timings[engine]
                print(
                    f"{engine.value}, {n_process} processes: {timing.documents} documents in "
                    f"{timing.seconds:.1f} s, {timing.rate:.2f} documents/s; from the first part "
                    f"to the last {timing.steady:.2f} documents/s",
                    flush=True,
                )
            ray, local = timings[EngineOption.RAY], timings[EngineOption.LOCAL]
            print(f"ray / local: {ray.rate / local.rate:.3f}", end="")
            print(f", without start {ray.steady / local.steady:.3f}" if local.steady else "")
        if not skip_overhead:
            time_overhead(pipeline, path, folder)


def _more(one: float, other: float) -> str:
    return f"{100 * (one / other - 1):+.1f} %"


def _raise(error: Exception) -> None:
    raise error


if __name__ == "__main__":
    typer.run(main)
