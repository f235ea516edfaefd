"""The command `serve`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from spacy_ddi.cli.console import say
from spacy_ddi.cli.loading import load_pipeline, require_installed
from spacy_ddi.cli.options import (
    DEFAULT_PIPELINE,
    PipelineOption,
    PrecisionChoice,
    PrecisionOption,
)
from spacy_ddi.errors import DDIError, Errors

if TYPE_CHECKING:
    from spacy.language import Language

    from spacy_ddi.web.service_settings import ServiceSettings

NEEDED = ("fastapi", "uvicorn")


def serve(
    pipeline: PipelineOption = DEFAULT_PIPELINE,
    precision: PrecisionChoice = None,
    host: Annotated[
        str,
        typer.Option(help="Address to listen at. The default is reached from this machine only."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for a free one.")] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes, each with a pipeline of its own.")
    ] = 1,
    max_bytes: Annotated[
        int, typer.Option(min=1_000, help="Longest request, and longest file decompressed.")
    ] = 10_000_000,
    max_seconds: Annotated[
        float, typer.Option(min=1, help="How long an answer, or a piece of one, may take.")
    ] = 120.0,
    max_waiting: Annotated[
        int, typer.Option(min=1, help="Requests under way at once, in each process.")
    ] = 64,
    grace: Annotated[
        float,
        typer.Option(min=1, help="Seconds to answer what was asked before a stop."),
    ] = 30.0,
) -> None:
    """Start a web page and an HTTP service. Ctrl-C stops them."""
    for name in NEEDED:
        if find_spec(name) is None:
            raise DDIError(Errors.NO_WEB.format(name=name))
    require_installed(pipeline)
    from spacy_ddi.web.running import run_service
    from spacy_ddi.web.service_settings import ServiceSettings

    settings = ServiceSettings(
        pipeline=pipeline,
        precision=precision.value if precision else None,
        host=host,
        port=port,
        workers=workers,
        max_bytes=max_bytes,
        max_seconds=max_seconds,
        max_waiting=max_waiting,
        grace=grace,
    )
    run_service(settings, load_for_service, on_address=lambda address: say(f"The page: {address}"))


def load_for_service(settings: ServiceSettings) -> Language:
    """The pipeline of a service; called in each of its processes.

    settings (ServiceSettings): Which pipeline.
    RETURNS (Language): The pipeline.
    """
    precision = PrecisionOption(settings.precision) if settings.precision else None
    return load_pipeline(settings.pipeline, precision)
