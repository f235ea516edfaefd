"""The command `select`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spacy_ddi.cli.candidates import MinProbabilityOption, Tool
from spacy_ddi.cli.console import progress, require_writable, say, silent_workers
from spacy_ddi.cli.options import (
    DEFAULT_PIPELINE,
    FromOption,
    IdColumnOption,
    PipelineOption,
    PrecisionChoice,
    TextColumnOption,
)

if TYPE_CHECKING:
    from spacy_ddi.runs.predictions import Kept
    from spacy_ddi.runs.sentence_choice import Seen
    from spacy_ddi.runs.unsure_sentences import UnsureSentence


def select(
    inputs: Annotated[list[str], typer.Argument(help="Files, folders and patterns.")],
    output: Annotated[
        Path, typer.Option(help="The file to write; for brat, the folder.", metavar="PATH")
    ],
    to: Annotated[Tool, typer.Option(help="The tool that people will annotate with.")],
    n: Annotated[
        int, typer.Option("--sentences", "-n", min=1, help="How many sentences to choose.")
    ] = 100,
    known: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="Sentences that are annotated already, a .spacy file: they are not chosen, and "
            "their words and names are not new. May be given several times.",
        ),
    ] = None,
    min_probability: MinProbabilityOption = 0.05,
    from_format: FromOption = None,
    text_column: TextColumnOption = None,
    id_column: IdColumnOption = None,
    pipeline: PipelineOption = DEFAULT_PIPELINE,
    precision: PrecisionChoice = None,
    n_process: Annotated[int, typer.Option(min=1, help="Number of processes.")] = 1,
) -> None:
    """Choose the sentences most worth annotating, and write them with mentions and pairs.

    Those that the pipeline is unsure of, that are unlike each other and what is known, and that
    have new names. People correct them, and convert makes training data of them.
    """
    from spacy_ddi.cli.error_list import ErrorList
    from spacy_ddi.cli.extract_documents import Found, annotate_all, keeps_for
    from spacy_ddi.cli.loading import load_pipeline, require_installed
    from spacy_ddi.cli.outputs import Target, require_unused
    from spacy_ddi.formats.columns import Columns
    from spacy_ddi.formats.format import format_named
    from spacy_ddi.formats.inputs import read_documents
    from spacy_ddi.formats.relation_records import count_of
    from spacy_ddi.runs.candidate_pairs import keep_candidates
    from spacy_ddi.runs.sentence_choice import Seen, choose
    from spacy_ddi.runs.unsure_sentences import UnsureSentences

    require_installed(pipeline)
    require_writable(output)
    require_unused(target := Target(output, to.value))
    errors, found = ErrorList(output), Found()
    documents = read_documents(
        inputs,
        format_name=from_format,
        columns=Columns(text_column, id_column),
        on_error=errors,
    )
    nlp = load_pipeline(pipeline, precision)
    keeps = keeps_for(None, page=False)
    keeps["sentences"] = UnsureSentences(keep_candidates(nlp, min_probability))
    stream = annotate_all(nlp, documents, keeps, n_process=n_process, errors=errors, found=found)
    seen = Seen()
    texts = _known_texts(known or [], seen)
    in_known: set[str] = set()
    with silent_workers():
        sentences = list(_new_sentences(progress(stream, None, "Reading"), texts, in_known))
    chosen = choose([each.choosable for each in sentences], n, seen)
    format = format_named(target.name)
    assert format.write is not None
    if chosen:
        format.write((sentences[i].document for i in chosen), output)
    n_with_pairs = len(sentences) + len(in_known)
    of_them = f" ({len(in_known):,} of them in --known already)" if in_known else ""
    say(
        f"{count_of(len(chosen), 'sentence')} of {n_with_pairs:,} with pairs of drugs{of_them}, "
        f"in {count_of(found.documents, 'document')}: {output if chosen else 'nothing is written'}"
    )
    errors.end()


def _known_texts(files: Iterable[Path], seen: Seen) -> set[str]:
    """The texts of annotated sentences, whose words and names are counted."""
    import spacy

    from spacy_ddi.corpora.docbin import read_docbin
    from spacy_ddi.runs.unsure_sentences import gold_sentences

    texts = set()
    for path in files:
        for text, words, names in gold_sentences(read_docbin(path, spacy.blank("en").vocab)):
            texts.add(text)
            seen.add(words, names)
    return texts


def _new_sentences(
    stream: Iterable[Kept], known: Collection[str], met: set[str]
) -> Iterator[UnsureSentence]:
    """The sentences of documents, each text once, and none that is known: these are put into
    `met`."""
    texts: set[str] = set()
    for kept in stream:
        for passage in kept.passages:
            for sentence in passage["sentences"]:
                text = sentence.document.text.strip()
                if text in known:
                    met.add(text)
                elif text not in texts:
                    texts.add(text)
                    yield sentence
