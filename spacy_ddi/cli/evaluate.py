"""The command `evaluate`."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from spacy_ddi.cli.console import (
    FilesLeftOut,
    progress,
    require_ending,
    require_writable,
    write_text,
)
from spacy_ddi.cli.loading import load_pipeline, mention_source
from spacy_ddi.cli.options import (
    CorpusArgument,
    DocumentsOption,
    MinPrecisionOption,
    PipelineArgument,
    PrecisionChoice,
    Reported,
)


class MentionsOption(str, Enum):
    """Whose mentions are paired."""

    GOLD = "gold"
    PREDICTED = "predicted"


class TextOption(str, Enum):
    """What the pipeline reads as one text."""

    SENTENCE = "sentence"
    DOCUMENT = "document"
    LINES = "lines"


TEXT_NAMES = {
    "sentence": "sentence by sentence",
    "document": "whole documents, sentences joined by blanks",
    "lines": "whole documents, a sentence a line",
}


def evaluate(
    pipeline: PipelineArgument,
    corpus: CorpusArgument,
    documents: DocumentsOption = None,
    mentions: Annotated[
        MentionsOption,
        typer.Option(help="Drug mentions of the corpus, or those that the pipeline finds."),
    ] = MentionsOption.GOLD,
    text: Annotated[
        TextOption,
        typer.Option(
            help="What the pipeline reads as one text: a sentence of the corpus, a document with "
            "blanks between its sentences, or a document with a line end after each. In documents "
            "it finds the sentence boundaries by itself."
        ),
    ] = TextOption.SENTENCE,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Also write the scores to this file, as JSON."),
    ] = None,
    submission: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="Also write the predictions to this file, in the task's format."
        ),
    ] = None,
    min_precision: MinPrecisionOption = None,
    precision: PrecisionChoice = None,
) -> None:
    """Score a pipeline on annotated documents.

    The scores are those of the DDIExtraction 2013 task. A file that can't be read is named, with
    the line; the others are scored all the same, and the exit code is 1.
    """
    from spacy_ddi.component.lookup import component_of
    from spacy_ddi.corpora.reader import read_docs
    from spacy_ddi.corpora.whole_documents import as_texts
    from spacy_ddi.scoring.evaluation import annotate, summarize
    from spacy_ddi.scoring.submission import submission_lines

    require_ending(output, "JSON", ".json")
    require_writable(output, submission)
    nlp = load_pipeline(pipeline, precision, Reported(min_precision))
    component = component_of(nlp)
    source = mention_source(component)
    left_out = FilesLeftOut()
    docs = read_docs(corpus, nlp.make_doc, documents=documents, on_error=left_out)
    references = list(as_texts(docs, text.value))
    annotated = annotate(
        nlp, references, mentions=mentions.value, text=text.value, spans_key=source.spans_key
    )
    examples = list(progress(annotated, references, "Evaluating"))
    scores = summarize(
        examples,
        labels=component.labels,
        mentions=mentions.value,
        text=text.value,
        candidates=component.candidates,
    )
    if output is not None:
        write_text(output, json.dumps(scores, indent=2) + "\n")
    if submission is not None:
        write_text(submission, "".join(f"{line}\n" for line in submission_lines(examples)))
    if as_json:
        print(json.dumps(scores, indent=2), flush=True)
    else:
        _print_scores(scores)
    left_out.exit_if_any()


def _print_scores(scores: dict[str, Any]) -> None:
    from spacy_ddi.formats.tables import score_table

    console = Console()
    console.print(score_table(scores))
    console.print(
        f"{scores['n_documents']:,} documents, {scores['n_pairs']:,} pairs, "
        f"{scores['n_true']:,} of them true ({scores['n_true_typed']:,} with a type); "
        f"{scores['n_candidates']:,} candidates, with "
        f"{100 * scores['candidate_recall']:.1f} % of the true pairs; "
        f"{scores['mentions']} mentions, read {TEXT_NAMES[scores['text']]}; calibration error of "
        f"the scores {scores['score_ece']:.3f}.",
        highlight=False,
    )
