"""The command `soft-labels`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacy_ddi.cli.console import progress, require_ending, require_writable, say
from spacy_ddi.cli.loading import load_any, load_pipeline, load_recognizer
from spacy_ddi.cli.options import (
    DEFAULT_PIPELINE,
    AsTextOption,
    PipelineOption,
    PrecisionChoice,
)
from spacy_ddi.errors import DDIError, Errors

CHUNK = 256
"""Sentences between two steps of the progress bar."""


def soft_labels(
    output: Annotated[Path, typer.Argument(dir_okay=False, help="The .spacy file to write.")],
    text: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Text without annotation (.txt, also .xz or .gz), a sentence or paragraph a line.",
        ),
    ] = None,
    mentions: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A .spacy file with sentences and their mentions, as label-mentions writes it.",
        ),
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A .spacy file with annotated sentences, of which varied copies are made.",
        ),
    ] = None,
    copies: Annotated[int, typer.Option(min=1, help="Copies of each sentence of --corpus.")] = 4,
    pipeline: PipelineOption = DEFAULT_PIPELINE,
    teacher: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Pipeline whose probabilities are the soft labels. Give it several times to "
            "average several teachers. The default is --pipeline.",
        ),
    ] = None,
    sentences: Annotated[
        int | None,
        typer.Option(min=1, help="Label no more sentences than this, evenly spread."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed of the copies.")] = 0,
    as_text: AsTextOption = False,
    precision: PrecisionChoice = None,
) -> None:
    """Write a teacher's soft labels (knowledge distillation).

    Teachers give probabilities to pairs of drugs in text without annotation, and a smaller
    pipeline learns from them. The pairs are those of mentions that --pipeline finds in --text,
    those of --mentions, and those of the sentences of --corpus, in copies with some words
    exchanged. Train on them with spacy train CONFIG --paths.soft_labels OUTPUT.
    """
    from spacy_ddi.corpora.docbin import read_docbin, write_docbin
    from spacy_ddi.distillation.copies import vary_sentences
    from spacy_ddi.distillation.soft_labels import add_soft_labels
    from spacy_ddi.distillation.unlabelled import find_sentences, with_pairs
    from spacy_ddi.formats.plain_text import read_lines
    from spacy_ddi.gold import SOFT_LABELS

    if text is None and mentions is None and corpus is None:
        raise DDIError(Errors.NO_SOURCE_OF_PAIRS)
    require_ending(output, "training data of spaCy", ".spacy")
    require_writable(output)
    lines = [] if text is None else read_lines(text, as_text=as_text)
    teachers = [load_pipeline(name, precision) for name in teacher or [pipeline]]
    if not teacher:
        nlp = teachers[0]
    else:  # then it finds mentions, or tags, and need not find interactions
        nlp = load_any(pipeline) if text is None else load_recognizer(pipeline)
    docs = list(find_sentences(nlp, progress(lines, lines, "Reading")))
    if mentions is not None:
        docs.extend(with_pairs(read_docbin(mentions, nlp.vocab)))
    if corpus is not None:
        docs.extend(
            vary_sentences(nlp, list(read_docbin(corpus, nlp.vocab)), copies=copies, seed=seed)
        )
    if sentences is not None and sentences < len(docs):
        docs = [docs[i * len(docs) // sentences] for i in range(sentences)]
    chunks = [docs[start : start + CHUNK] for start in range(0, len(docs), CHUNK)]
    labelled = [
        doc
        for chunk in progress(chunks, chunks, "Scoring pairs")
        for doc in add_soft_labels(teachers, chunk)
    ]
    if not labelled:
        raise DDIError(Errors.NO_PAIRS.format(name=pipeline))
    write_docbin(labelled, output)
    n_pairs = sum(len(doc.user_data[SOFT_LABELS]) for doc in labelled)
    say(f"{len(labelled):,} sentences, {n_pairs:,} pairs: {output}")
