"""The addresses of the service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final, TypeVar

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from spacy.language import Language
from starlette.exceptions import HTTPException

import spacy_ddi
from spacy_ddi.errors import Errors
from spacy_ddi.formats.columns import Columns
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.web.api_page import render_api_page
from spacy_ddi.web.bodies import Answers, ExplainBody, ExtractBody, Interactions, Problem, TextBody
from spacy_ddi.web.complaints import refusal_of_errors, refusal_of_status
from spacy_ddi.web.guard import FILE_ADDRESS, LINES, Guard
from spacy_ddi.web.page_files import page_files
from spacy_ddi.web.questions import QuestionRoute
from spacy_ddi.web.refusal import Refusal, refused
from spacy_ddi.web.service import Service
from spacy_ddi.web.service_settings import ServiceSettings

Answer = TypeVar("Answer")

_DESCRIPTION: Final = (
    "Finds drug-drug interactions in text. Research software, not for clinical decisions. Nothing "
    "that is sent is stored."
)
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem} for status in (400, 408, 413, 415, 422, 500, 503)
}
_FILE_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"format": "binary", "type": "string"}}},
    }
}


def make_web_app(load: Callable[[], Language], settings: ServiceSettings) -> Guard:
    """A service as an ASGI application.

    load (Callable[[], Language]): Gives the pipeline; called when the application starts.
    settings (ServiceSettings): The limits.
    RETURNS (Guard): The application.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.service = service = Service(load(), settings)
        yield
        # Whoever still waits is refused. The loop goes on meanwhile, and sends that.
        await asyncio.to_thread(service.queue.close, settings.last_seconds)

    app = FastAPI(
        title="spacy-ddi",
        version=spacy_ddi.__version__,
        description=_DESCRIPTION,
        docs_url=None,  # FastAPI's pages load from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # elsewhere there is nothing, and that is said
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.router.route_class = QuestionRoute
    _add_questions(app)
    _add_pages(app)
    _add_complaints(app)
    return Guard(app, settings)


def _add_questions(app: FastAPI) -> None:
    @app.post("/extract", responses={200: {"model": Interactions | Answers}, **_PROBLEMS})
    async def extract(body: ExtractBody, request: Request) -> JSONResponse:
        """Find the interactions of a text, or of several, each read by itself. The answer is
        {"interactions": […], "notes": […]}, or {"answers": […]} with one such for each text, in
        their order. Records are those of the command extract; notes tell of sentences that could
        not be read in full, or that name one drug only, and of texts without any drug."""
        return JSONResponse(await _unless_gone(request, _service(request).extract(body)))

    @app.post(FILE_ADDRESS, responses=_PROBLEMS, openapi_extra=_FILE_BODY)
    async def extract_file(
        request: Request,
        name: Annotated[str, Query(max_length=1_000, description="The name of the file.")],
        format: Annotated[
            str | None, Query(description="Its format; told by name and content if not given.")
        ] = None,
        text_column: Annotated[str | None, Query(description="Column of the texts.")] = None,
        id_column: Annotated[str | None, Query(description="Column of the identifiers.")] = None,
    ) -> Response:
        """Read a file: text, PubMed, drug labels, BioC, PubTator, tables and more, also compressed.
        The answer is lines of JSON, as from /show."""
        columns = Columns(text_column, id_column)
        lines = await _service(request).show_file(await request.body(), name, format, columns)
        return StreamingResponse(lines, media_type=LINES)

    @app.post("/show", responses=_PROBLEMS)
    async def show(body: TextBody, request: Request) -> Response:
        """Read a text, and tell of it while it is read, in lines of JSON. The first has the number
        of characters. Then each part of the text has a line: its sentences that name drugs, with
        marks, and interactions between the marks. The last line is {"end": true}, or
        {"error": "…"}."""
        lines = _service(request).show([TextDocument("text", body.text)])
        return StreamingResponse(lines, media_type=LINES)

    @app.post("/explain", responses={404: {"model": Problem}, **_PROBLEMS})
    async def explain(body: ExplainBody, request: Request) -> JSONResponse:
        """Tell of one interaction what is known: the probability of each type, the weight of each
        word (what the probability loses without it), the dependency path between the drugs, and
        which drugs these are. Send its sentence, and where its drugs stand in it."""
        return JSONResponse(await _unless_gone(request, _service(request).explain(body)))

    @app.head("/health", include_in_schema=False)
    @app.get("/health")
    async def health(request: Request) -> JSONResponse:
        """Tell that the service is up, which pipeline it has, and its limits."""
        return JSONResponse(_service(request).health())


def _add_pages(app: FastAPI) -> None:
    async def page_file(request: Request) -> Response:
        found = page_files()[request.url.path]
        headers = {"Cache-Control": "no-cache"}
        return Response(found.content, media_type=found.media_type, headers=headers)

    for address in page_files():
        app.add_route(address, page_file, methods=["GET"], include_in_schema=False)

    @app.head("/api", include_in_schema=False)
    @app.get("/api", include_in_schema=False)
    async def api() -> HTMLResponse:
        return HTMLResponse(render_api_page(app.openapi()))


def _add_complaints(app: FastAPI) -> None:
    @app.exception_handler(Refusal)
    async def refusal(request: Request, error: Refusal) -> Response:
        return refused(error)

    @app.exception_handler(RequestValidationError)
    async def shape(request: Request, error: RequestValidationError) -> Response:
        return refused(refusal_of_errors(error.errors(), request.url.path))

    @app.exception_handler(HTTPException)
    async def status(request: Request, error: HTTPException) -> Response:
        return refused(refusal_of_status(error, request.method, request.url.path))


async def _unless_gone(request: Request, answer: Coroutine[Any, Any, Answer]) -> Answer:
    """An answer; it is given up where nobody waits for it any more."""
    answering = asyncio.ensure_future(answer)
    leaving = asyncio.ensure_future(request.receive())  # after the body, only that comes
    try:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            raise Refusal(400, Errors.BAD_REQUEST.format(problem="it broke off"))
        return answering.result()
    finally:
        answering.cancel()
        leaving.cancel()


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service
