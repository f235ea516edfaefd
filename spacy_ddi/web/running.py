"""Running the service, in one process or in several."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial

import uvicorn
from spacy.language import Language
from uvicorn.supervisors import Multiprocess

from spacy_ddi.web.connections import Connection
from spacy_ddi.web.guard import Guard
from spacy_ddi.web.listening import bound_socket
from spacy_ddi.web.service_settings import ServiceSettings
from spacy_ddi.web.web_app import make_web_app


def run_service(
    settings: ServiceSettings,
    load: Callable[[ServiceSettings], Language],
    *,
    on_address: Callable[[str], None] = lambda address: None,
) -> None:
    """Answer requests until the process is told to stop (Ctrl-C, SIGTERM).

    settings (ServiceSettings): What to run.
    load (Callable[[ServiceSettings], Language]): Loads the pipeline, once in each process; a
        function of a module.
    on_address (Callable[[str], None]): Called with the address of the page, before any pipeline is
        loaded.
    RAISES (DDIError): If the port is taken, or may not be used.
    """
    config = uvicorn.Config(
        partial(make_in_process, settings, load),
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="asyncio",
        http=Connection,
        ws="none",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=max(1, int(settings.grace - settings.last_seconds)),
        timeout_worker_healthcheck=60,
    )
    with bound_socket(settings) as bound:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        on_address(f"http://{host}:{bound.getsockname()[1]}/")
        if settings.workers == 1:
            uvicorn.Server(config).run(sockets=[bound])
        else:
            Multiprocess(config, sockets=[bound]).run()


def make_in_process(
    settings: ServiceSettings, load: Callable[[ServiceSettings], Language]
) -> Guard:
    """What each process runs.

    settings (ServiceSettings): The limits.
    load (Callable[[ServiceSettings], Language]): Loads the pipeline.
    RETURNS (Guard): The application.
    """

    def load_with_threads() -> Language:
        nlp = load(settings)
        if settings.workers > 1 and (torch := sys.modules.get("torch")) is not None:
            torch.set_num_threads(max(1, (os.cpu_count() or 1) // settings.workers))
        return nlp

    return make_web_app(load_with_threads, settings)
