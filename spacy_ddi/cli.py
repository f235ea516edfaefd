"""The command line: `python -m spacy_ddi`. Thin: reads arguments, calls the rooms, prints."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import track

DEFAULT_PIPELINE = "en_ddi_minilm"
BATCH_SIZE = 32

app = typer.Typer(
    name="python -m spacy_ddi",
    help="Drug-drug interactions in text.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Part(str, Enum):
    """What is read of a corpus folder."""

    ALL = "all"
    TRAIN = "train"
    TEST = "test"


class Format(str, Enum):
    """How relations are printed."""

    TABLE = "table"
    JSONL = "jsonl"


class PrecisionOption(str, Enum):
    """In which precision transformers compute."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


Precision = Annotated[
    PrecisionOption | None,
    typer.Option(
        help="Of the encoder's arithmetic; bfloat16 is faster where it is built in. "
        "Without it the pipeline's own."
    ),
]


class MentionsOption(str, Enum):
    """Whose mentions are classified."""

    GOLD = "gold"
    PREDICTED = "predicted"


PipelineOption = Annotated[str, typer.Option(help="Installed pipeline package, or a folder.")]
CorpusArgument = Annotated[
    Path, typer.Argument(help="Folder with the corpus's XML, searched at any depth.")
]
DocumentsOption = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="File with the document ids to read."),
]


def main() -> None:
    """Run the command line."""
    try:
        app()
    finally:
        # Else Python looks through all that was loaded once more, for a second.
        gc.freeze()


@app.command()
def extract(
    text: Annotated[
        str | None, typer.Argument(help='The text, or "-" to read it from standard input.')
    ] = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Read the text from here.")
    ] = None,
    pipeline: PipelineOption = DEFAULT_PIPELINE,
    format: Annotated[
        Format, typer.Option(help="A table, or one JSON object a relation.")
    ] = Format.TABLE,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Also write an HTML page here.")
    ] = None,
    precision: Precision = None,
    n_process: Annotated[
        int, typer.Option(min=1, help="Processes, each with a thread, for long texts.")
    ] = 1,
) -> None:
    """Find drug-drug interactions in a text."""
    from spacy_ddi.component.lookup import component_of
    from spacy_ddi.formats.html_page import render_page
    from spacy_ddi.formats.passages import passages
    from spacy_ddi.formats.relation_records import (
        count_of,
        mention_types,
        relation_records,
        sentences,
    )
    from spacy_ddi.formats.tables import relation_table
    from spacy_ddi.parallel import pipe_in_processes

    with _readable_errors():
        content = _read_text(text, file)
        nlp = _load_pipeline(pipeline, precision)
        source = component_of(nlp).mentions
        stream = pipe_in_processes(
            nlp,
            ((passage, offset) for offset, passage in passages(content)),
            n_process=n_process,
            as_tuples=True,
            batch_size=4,
        )
        records = []
        pages = []
        n_sentences = n_mentions = 0
        n_passages = sum(1 for _ in passages(content))
        for doc, offset in _track(stream, n_passages, "Reading"):
            found = list(relation_records(doc, offset=offset, source=source))
            records.extend(found)
            n_sentences += len(sentences(doc))
            n_mentions += len(mention_types(doc, source))
            if html is not None:
                pages.append(doc)
            if format is Format.JSONL:
                for record in found:
                    print(json.dumps(record, ensure_ascii=False), flush=True)
        if format is Format.TABLE:
            console = Console()
            if records:
                console.print(relation_table(records))
            console.print(
                f"{count_of(len(records), 'interaction')} between "
                f"{count_of(n_mentions, 'drug mention')} in {count_of(n_sentences, 'sentence')}.",
                highlight=False,
            )
        if html is not None:
            _write(html, render_page(pages, source=source))
            _say(f"Page written to {html}")


@app.command()
def evaluate(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    corpus: CorpusArgument,
    documents: DocumentsOption = None,
    mentions: Annotated[
        MentionsOption,
        typer.Option(
            help="Classify pairs of the corpus's mentions, or of those found in raw text."
        ),
    ] = MentionsOption.GOLD,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Also write the figures here, as JSON.")
    ] = None,
    submission: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Also write the official submission lines here."),
    ] = None,
    precision: Precision = None,
) -> None:
    """Score a pipeline on annotated documents, as the DDIExtraction-2013 task does.

    A file that can't be read is named, with the line; the others are scored all the same, and the
    exit code is 1.
    """
    from spacy_ddi.component.lookup import component_of
    from spacy_ddi.corpora.reader import read_docs
    from spacy_ddi.errors import CorpusError
    from spacy_ddi.scoring.evaluation import annotate, summarize
    from spacy_ddi.scoring.submission import submission_lines

    with _readable_errors():
        nlp = _load_pipeline(pipeline, precision)
        component = component_of(nlp)
        errors: list[CorpusError] = []
        docs = read_docs(corpus, nlp.make_doc, documents=documents, on_error=_reporter(errors))
        references = list(docs)
        stream = _track(
            annotate(
                nlp, references, mentions=mentions.value, spans_key=component.mentions.spans_key
            ),
            len(references),
            "Evaluating",
        )
        examples = list(stream)
        figures = summarize(
            examples,
            labels=component.labels,
            mentions=mentions.value,
            find_candidates=component.find_candidates,
            source=component.mentions,
        )
        if output is not None:
            _write(output, json.dumps(figures, indent=2) + "\n")
        if submission is not None:
            _write(submission, "".join(f"{line}\n" for line in submission_lines(examples)))
        if as_json:
            print(json.dumps(figures, indent=2))
        else:
            _print_figures(figures)
    _exit_with(errors)


@app.command()
def convert(
    corpus: CorpusArgument,
    output: Annotated[Path, typer.Argument(dir_okay=False, help="The .spacy file to write.")],
    documents: DocumentsOption = None,
    exclude: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="File with document ids to leave out."),
    ] = None,
    part: Annotated[
        Part, typer.Option(help="Of the folder: all XML, or its official training or test part.")
    ] = Part.ALL,
    lang: Annotated[str, typer.Option(help="Language of the tokenizer.")] = "en",
) -> None:
    """Convert the DDI corpus's XML to spaCy's binary format.

    A file that can't be read is named, with the line; the others are converted all the same, and
    the exit code is 1.
    """
    import spacy

    from spacy_ddi.corpora.docbin import write_docbin
    from spacy_ddi.corpora.reader import read_docs
    from spacy_ddi.errors import CorpusError

    errors: list[CorpusError] = []
    with _readable_errors():
        try:
            nlp = spacy.blank(lang)
        except ImportError as error:
            _fail(str(error))
        docs = read_docs(
            _part_of(corpus, part),
            nlp.make_doc,
            documents=documents,
            exclude=exclude,
            on_error=_reporter(errors),
        )
        counts = write_docbin(docs, output)
        _say(
            f"{counts.sentences:,} sentences, {counts.mentions:,} mentions, "
            f"{counts.pairs:,} pairs, {counts.true_pairs:,} of them true "
            f"({counts.typed_pairs:,} with a type): {output}"
        )
    _exit_with(errors)


@app.command()
def label(
    output: Annotated[Path, typer.Argument(dir_okay=False, help="The .spacy file to write.")],
    text: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Plain text or .xz, a text a line."),
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A .spacy file, to be labelled in copies."),
    ] = None,
    copies: Annotated[int, typer.Option(min=1, help="Copies of a corpus sentence.")] = 4,
    pipeline: PipelineOption = DEFAULT_PIPELINE,
    teacher: Annotated[
        list[str] | None,
        typer.Option(help="Pipeline that judges the pairs; several are averaged."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Chooses the words of the copies.")] = 0,
    precision: Precision = None,
) -> None:
    """Let teachers judge pairs of drugs, for a smaller pipeline to learn from.

    The pairs are those of mentions that the pipeline finds in a text, and those of a corpus's own
    sentences, in copies with some words exchanged. Train with `--paths.silver OUTPUT`.
    """
    from spacy.tokens import DocBin

    from spacy_ddi.annotations import SOFT_LABELS
    from spacy_ddi.corpora.docbin import write_docbin
    from spacy_ddi.distillation.soft_labels import find_sentences, label_pairs, vary_sentences
    from spacy_ddi.formats.plain_text import read_lines

    with _readable_errors():
        if text is None and corpus is None:
            _fail("Give --text, --corpus or both.")
        _require_writable(output)
        nlp = _load_pipeline(pipeline, precision)
        teachers = [_load_pipeline(name, precision) for name in teacher] if teacher else [nlp]
        docs: list[Any] = []
        if text is not None:
            lines = read_lines(text)
            docs.extend(find_sentences(nlp, _track(lines, len(lines), "Reading")))
        if corpus is not None:
            gold = list(DocBin().from_disk(corpus).get_docs(nlp.vocab))
            docs.extend(vary_sentences(nlp, gold, copies=copies, seed=seed))
        parts = [docs[start : start + 256] for start in range(0, len(docs), 256)]
        tracked = _track(parts, len(parts), "Labelling")
        labelled = [doc for part in tracked for doc in label_pairs(teachers, part)]
        if not labelled:
            _fail(
                f"No sentence with a pair to judge. Does pipeline {pipeline!r} find mentions "
                "(ner), and the corpus hold them?"
            )
        write_docbin(labelled, output)
        n_pairs = sum(len(doc.user_data[SOFT_LABELS]) for doc in labelled)
        _say(f"{len(labelled):,} sentences, {n_pairs:,} pairs: {output}")


@app.command()
def candidates(corpus: CorpusArgument, documents: DocumentsOption = None) -> None:
    """Count the pairs that the negative filter removes, rule by rule."""
    import spacy

    from spacy_ddi.candidates.negative_filter import configure_negative_filter
    from spacy_ddi.corpora.reader import read_docs
    from spacy_ddi.formats.tables import filter_table
    from spacy_ddi.scoring.filter_counts import count_filtered

    with _readable_errors():
        docs = list(read_docs(corpus, spacy.blank("en").make_doc, documents=documents))
        rows = {
            "none": count_filtered(docs, None),
            "(a) same referent": count_filtered(docs, configure_negative_filter(True, False)),
            "(b) coordination": count_filtered(docs, configure_negative_filter(False, True)),
            "both": count_filtered(docs, configure_negative_filter(True, True)),
        }
        Console().print(filter_table(rows))


@app.command()
def half(
    pipeline: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="A stored pipeline.")
    ],
    output: Annotated[Path, typer.Argument(file_okay=False, help="Where to store the new one.")],
) -> None:
    """Store a pipeline with its torch weights in half precision, for a smaller package."""
    from spacy_ddi.training.half_precision import store_in_half_precision

    with _readable_errors():
        n_weights = store_in_half_precision(pipeline, output)
        _say(f"{n_weights:,} weights rounded to half precision: {output}")


@app.command()
def calibrate(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    corpus: CorpusArgument,
    output: Annotated[Path, typer.Argument(file_okay=False, help="Where to store the new one.")],
    documents: DocumentsOption = None,
) -> None:
    """Store a pipeline with the temperature by which its scores fit annotated documents best.

    The documents should not be those that it was trained on. No label changes.
    """
    from spacy_ddi.component.lookup import component_of, upstream_of
    from spacy_ddi.corpora.reader import read_docs
    from spacy_ddi.scoring.evaluation import annotate
    from spacy_ddi.training.temperature import calibrate as set_temperature

    with _readable_errors():
        nlp = _load_pipeline(pipeline)
        component = component_of(nlp)
        references = list(read_docs(corpus, nlp.make_doc, documents=documents))
        spans_key = component.mentions.spans_key
        with nlp.select_pipes(enable=upstream_of(nlp, component)):
            examples = list(annotate(nlp, references, mentions="gold", spans_key=spans_key))
        temperature = set_temperature(component, examples)
        nlp.to_disk(output)
        _say(f"Temperature {temperature:.2f}: {output}")


def _print_figures(figures: dict[str, Any]) -> None:
    from spacy_ddi.formats.tables import score_table

    console = Console()
    console.print(score_table(figures))
    console.print(
        f"{figures['n_documents']:,} documents, {figures['n_pairs']:,} pairs, "
        f"{figures['n_true']:,} of them true ({figures['n_true_typed']:,} with a type); "
        f"{figures['n_candidates']:,} candidates, with "
        f"{100 * figures['candidate_recall']:.1f} % of the true pairs; "
        f"{figures['mentions']} mentions; calibration error of the scores "
        f"{figures['score_ece']:.3f}.",
        highlight=False,
    )


def _part_of(corpus: Path, part: Part) -> Path:
    from spacy_ddi.formats.ddi2013 import official_test_part, training_part

    if part is Part.TEST:
        found = official_test_part(corpus)
        if found is None:
            _fail(f"{corpus} has no official test part (Test/Test for DDI Extraction task).")
        return found
    return training_part(corpus) if part is Part.TRAIN else corpus


def _reporter(errors: list[Any]) -> Callable[[Any], None]:
    """Says an error at once, and keeps it for the exit code."""

    def report(error: Any) -> None:
        errors.append(error)
        _say(str(error), style="red")

    return report


def _exit_with(errors: list[Any]) -> None:
    from spacy_ddi.formats.relation_records import count_of

    if errors:
        _say(f"{count_of(len(errors), 'file')} left out.", style="red")
        raise typer.Exit(1)


def _require_writable(path: Path) -> None:
    """Before long work, so that it is not lost."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(path.parent, os.W_OK) or path.is_dir():
        _fail(f"{path} can't be written.")


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf8")


def _read_text(text: str | None, file: Path | None) -> str:
    from spacy_ddi.formats.plain_text import decode

    if (text is None) == (file is None):
        _fail('Give a text, or --file PATH, or "-" for standard input: one of the three.')
    if file is not None:
        content, source = file.read_bytes(), str(file)
    elif text == "-":
        content, source = sys.stdin.buffer.read(), "standard input"
    elif _is_file(str(text)):
        _fail(f"{text} is a file. To read what is in it: --file {text}")
    else:
        content, source = str(text).encode("utf8", "surrogateescape"), "the text"
    return decode(content, source)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a name, or a zero byte
        return False


def _load_pipeline(name: str, precision: PrecisionOption | None = None) -> Any:
    import spacy

    from spacy_ddi.component.lookup import component_of, set_precision
    from spacy_ddi.light_imports import import_transformers

    if not name or not (spacy.util.is_package(name) or Path(name).is_dir()):
        _fail(
            f"No pipeline {name!r}: neither an installed package nor a folder. The default "
            f"pipeline is a wheel in the project's assets: pip install assets/{name}-*.whl"
            if name == DEFAULT_PIPELINE
            else f"No pipeline {name!r}: neither an installed package nor a folder."
        )
    try:
        import_transformers()
        nlp = spacy.load(name)
    except Exception as error:  # whatever is installed under this name runs here
        _fail(f"{name!r} is there, but can't be loaded as a spaCy pipeline: {error}")
    try:
        component_of(nlp)
    except ValueError as error:
        _fail(f"{name!r} finds no relations. {error}")
    if precision is not None:
        set_precision(nlp, precision.value)
    return nlp


@contextmanager
def _readable_errors() -> Iterator[None]:
    """Errors that a user can mend are one message; a bug in the project still shows its trace."""
    try:
        yield
    except (ValueError, OSError) as error:
        _fail(str(error))


def _track(items: Any, total: int, description: str) -> Any:
    console = Console(stderr=True)
    hidden = not console.is_terminal
    return track(items, description, total=total, console=console, transient=True, disable=hidden)


def _say(message: str, style: str | None = None) -> None:
    Console(stderr=True).print(message, style=style, highlight=False, markup=False, soft_wrap=True)


def _fail(message: str) -> NoReturn:
    _say(message, style="red")
    raise typer.Exit(1)
