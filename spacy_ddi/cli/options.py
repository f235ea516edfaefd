"""Options and arguments that several commands have."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

DEFAULT_PIPELINE = "en_ddi_minilm"


class PrecisionOption(str, Enum):
    """The precision in which transformers compute."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class Reported(NamedTuple):
    """Which interactions are reported; what is None is as the pipeline says.

    min_precision (Optional[float]): What precision to expect of those of each type.
    min_score (Optional[float]): The least score.
    types (Optional[List[str]]): The types.
    """

    min_precision: float | None = None
    min_score: float | None = None
    types: list[str] | None = None


class EngineOption(str, Enum):
    """What runs the workers."""

    LOCAL = "local"
    RAY = "ray"


PIPELINE_HELP = "Name of an installed pipeline package, or a folder with a stored pipeline."

PipelineArgument = Annotated[str, typer.Argument(help=PIPELINE_HELP, metavar="PIPELINE")]
PipelineOption = Annotated[str, typer.Option(help=PIPELINE_HELP, metavar="NAME")]
PrecisionChoice = Annotated[
    PrecisionOption | None,
    typer.Option(
        help="Precision of the transformer. bfloat16 is faster on processors that have it built "
        "in. The default is what the pipeline's config says."
    ),
]
BOTH_WAYS = "with commas between them, or the option given several times"
"""How several types are given."""


def listed(values: list[str] | None) -> list[str] | None:
    """What an option names that may be given several times, each time with commas.

    values (Optional[List[str]]): What was given.
    RETURNS (Optional[List[str]]): The names, each once; None if there is none.
    """
    names = [name.strip() for value in values or () for name in value.split(",")]
    return list(dict.fromkeys(filter(None, names))) or None


MinPrecisionOption = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        help="Report what can be expected to be right this often: of each type, 0.9 for nine in "
        "ten, where the drugs are recognised right. From plain text expect some per cent less. The "
        "pipeline must know what to expect (calibrate finds it out).",
    ),
]
MinScoreOption = Annotated[
    float | None, typer.Option(min=0, max=1, help="Leave out interactions with a lower score.")
]
TypesOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TYPES",
        help=f"Report interactions of these types only, {BOTH_WAYS}.",
    ),
]
CorpusArgument = Annotated[
    Path, typer.Argument(help="Folder with the XML files of the DDI corpus, at any depth.")
]
DocumentsOption = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="File with the ids of the documents to read, one a line. The default is all.",
    ),
]
AsTextOption = Annotated[
    bool,
    typer.Option(
        "--as-text",
        help="Read the input as prose even if it looks like HTML, CSV or the name of a file.",
    ),
]
FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FORMAT",
        help="Format of the files. It is told by name and content if not given.",
    ),
]
TextColumnOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Column of the texts, in tables and JSON lines.")
]
IdColumnOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Column of the documents' identifiers there.")
]
EngineChoice = Annotated[
    EngineOption,
    typer.Option(
        help="With --output: processes of this machine, or Ray, on this machine or a cluster."
    ),
]
AddressOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Ray cluster that this machine is one of: HEAD:6379, or auto. Without it Ray starts "
        "here.",
    ),
]
