"""The command `candidates`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from spacy_ddi.cli.console import progress, require_writable, silent_workers, tell_of_others
from spacy_ddi.cli.options import (
    DEFAULT_PIPELINE,
    FromOption,
    IdColumnOption,
    PipelineOption,
    PrecisionChoice,
    TextColumnOption,
)


class Tool(str, Enum):
    """What people annotate with."""

    BRAT = "brat"
    LABEL_STUDIO = "label-studio"
    PRODIGY = "prodigy"


MinProbabilityOption = Annotated[
    float,
    typer.Option(
        min=0,
        max=1,
        help="Leave out pairs that interact with less than this probability. 0 keeps all.",
    ),
]


def candidates(
    inputs: Annotated[list[str], typer.Argument(help="Files, folders and patterns.")],
    output: Annotated[
        Path, typer.Option(help="The file to write; for brat, the folder.", metavar="PATH")
    ],
    to: Annotated[Tool, typer.Option(help="The tool that people will annotate with.")],
    min_probability: MinProbabilityOption = 0.05,
    from_format: FromOption = None,
    text_column: TextColumnOption = None,
    id_column: IdColumnOption = None,
    pipeline: PipelineOption = DEFAULT_PIPELINE,
    precision: PrecisionChoice = None,
    n_process: Annotated[int, typer.Option(min=1, help="Number of processes.")] = 1,
) -> None:
    """Write drug mentions and candidate pairs for annotation.

    People correct them, and convert makes training data of them.
    """
    from spacy_ddi.cli.error_list import ErrorList
    from spacy_ddi.cli.extract_documents import (
        Found,
        annotate_all,
        keeps_for,
        write_stream,
    )
    from spacy_ddi.cli.loading import load_pipeline, require_installed
    from spacy_ddi.cli.outputs import Target, require_unused
    from spacy_ddi.formats.columns import Columns
    from spacy_ddi.formats.inputs import read_documents
    from spacy_ddi.runs.candidate_pairs import keep_candidates

    target = Target(output, to.value)
    require_installed(pipeline)
    require_writable(output)
    require_unused(target)
    errors, found = ErrorList(output), Found()
    others: list[Path] = []
    documents = read_documents(
        inputs,
        format_name=from_format,
        columns=Columns(text_column, id_column),
        on_error=errors,
        on_other=others.append,
    )
    nlp = load_pipeline(pipeline, precision)
    keeps = keeps_for(target, page=False)
    keeps["annotation"] = keep_candidates(nlp, min_probability)
    stream = annotate_all(nlp, documents, keeps, n_process=n_process, errors=errors, found=found)
    with silent_workers():
        write_stream(progress(stream, None, "Reading"), target, found, errors, "pair")
    tell_of_others(others)
    errors.end()
