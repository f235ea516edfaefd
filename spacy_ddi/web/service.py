"""What the service does, apart from HTTP: each method answers one address of `web_app.py`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import partial
from typing import Any, Final

from spacy.language import Language
from spacy.tokens import Doc

import spacy_ddi
from spacy_ddi.component.lookup import component_of
from spacy_ddi.formats.columns import Columns
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.text.passages import passages
from spacy_ddi.web.answers import Found, answer_of, found_in, least_scores_of, shown_part
from spacy_ddi.web.bodies import ExplainBody, ExtractBody
from spacy_ddi.web.explanations import (
    Explanation,
    explanation_of,
    steps_of,
    weights_of,
    words_of_step,
)
from spacy_ddi.web.in_time import in_time
from spacy_ddi.web.refusal import Refusal
from spacy_ddi.web.service_settings import ServiceSettings
from spacy_ddi.web.text_queue import TextQueue, too_long
from spacy_ddi.web.uploads import read_upload, taken_formats

SHOWN_CHARACTERS: Final = 2_000
"""The page shows a long text in passages of this length, as each is read."""


class Service:
    """Answers requests; one a process.

    nlp (Language): A pipeline with a relation component. Nobody else may use it.
    settings (ServiceSettings): The limits.
    """

    def __init__(self, nlp: Language, settings: ServiceSettings) -> None:
        self.component = component = component_of(nlp)
        component.store_probs = True  # what explanations show
        self.settings = settings
        self.source = component.candidates.mentions
        self.name = f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
        self.queue = TextQueue(nlp)
        # In the queue's thread only
        self._explain = partial(explanation_of, nlp=nlp)
        self._weigh = partial(weights_of, nlp=nlp)

    async def extract(self, body: ExtractBody) -> dict[str, Any]:
        """See `POST /extract`."""
        least = least_scores_of(body, self.component)
        texts = [body.text] if body.text is not None else body.texts or []
        parts = ((part, (i, at)) for i, text in enumerate(texts) for at, part in passages(text))

        def make(doc: Doc, place: tuple[int, int]) -> tuple[int, Found]:
            return place[0], found_in(doc, place[1], self.source, least)

        found: list[list[Found]] = [[] for _ in texts]
        seconds = self.settings.max_seconds
        for i, part in await self.queue.read_all(parts, make, seconds=seconds):
            found[i].append(part)
        answers = [answer_of(text, part) for text, part in zip(texts, found, strict=True)]
        return answers[0] if body.text is not None else {"answers": answers}

    async def explain(self, body: ExplainBody) -> Explanation:
        """See `POST /explain`."""
        seconds = self.settings.max_seconds
        return await in_time(self._explained(body), seconds, too_long(seconds))

    async def _explained(self, body: ExplainBody) -> Explanation:
        """Step by step, so that the texts of others come between."""
        place = ((body.head_start, body.head_end), (body.tail_start, body.tail_end))
        seconds = self.settings.max_seconds
        (explanation,) = await self.queue.read_all(
            [(body.text, place)], self._explain, seconds=seconds
        )
        words = iter(explanation["words"])
        times = words_of_step(body.text)
        for step in steps_of(explanation, body.text, place):
            (weights,) = await self.queue.read_all(
                [(body.text, step)], self._weigh, seconds=seconds, times=times
            )
            for weight in weights:
                next(words)["weight"] = weight
        return explanation

    def show(
        self, documents: list[TextDocument], problems: Iterable[str] = ()
    ) -> AsyncIterator[str]:
        """Documents as the page shows them, in lines of JSON; see `POST /show`.

        documents (List[TextDocument]): The documents.
        problems (Iterable[str]): What could not be read beside them.
        YIELDS (str): How much there is; what could not be read; the parts of the documents as they
            come; whether that was all.
        """
        parts = (
            (part, (document, offset))
            for document in documents
            for offset, part in passages(document.text, SHOWN_CHARACTERS)
        )
        size = {
            "n_documents": len(documents),
            "n_characters": sum(len(document.text) for document in documents),
        }
        return self._lines([size, *({"error": each} for each in problems)], parts)

    async def show_file(
        self, content: bytes, name: str, format_name: str | None, columns: Columns
    ) -> AsyncIterator[str]:
        """The documents of a file, as `show` gives them; see `POST /extract-file`.

        content (bytes): The file.
        name, format_name, columns: See `read_upload`.
        RAISES (Refusal): If nothing of it can be read.
        """
        read = partial(
            read_upload,
            content,
            name,
            format_name=format_name,
            columns=columns,
            max_bytes=self.settings.max_bytes,
        )
        return self.show(*await asyncio.to_thread(read))

    async def _lines(
        self, first: list[dict[str, Any]], parts: Iterator[tuple[str, tuple[TextDocument, int]]]
    ) -> AsyncIterator[str]:
        for each in first:
            yield _line(each)
        try:
            async for line in self.queue.read(parts, self._show, seconds=self.settings.max_seconds):
                yield line
        except Refusal as refusal:
            yield _line({"error": str(refusal)})
        else:
            yield _line({"end": True})

    def _show(self, doc: Doc, place: tuple[TextDocument, int]) -> str:
        document, offset = place
        return _line({"document": document.id, **shown_part(doc, offset, self.source, document)})

    def health(self) -> dict[str, Any]:
        """See `GET /health`."""
        return {
            "status": "ok",
            "pipeline": self.name,
            "types": list(self.component.labels),
            "precisions": self.component.cfg["precisions"],
            "waiting": self.queue.n_waiting,
            "formats": taken_formats(),
            "max_bytes": self.settings.max_bytes,
            "version": spacy_ddi.__version__,
        }


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
