"""The files of the page. Each is read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

_FILES: Final[dict[str, tuple[str, str]]] = {
    "/": ("spacy_ddi.web", "service.html"),
    "/service.css": ("spacy_ddi.web", "service.css"),
    "/service.js": ("spacy_ddi.web", "service.js"),
    "/results.js": ("spacy_ddi.web", "results.js"),
    "/why.js": ("spacy_ddi.web", "why.js"),
    "/export.js": ("spacy_ddi.web", "export.js"),
    "/colours.css": ("spacy_ddi.formats", "colours.css"),
    "/page.css": ("spacy_ddi.formats", "page.css"),
    "/page.js": ("spacy_ddi.formats", "page.js"),
    "/page_plan.js": ("spacy_ddi.formats", "page_plan.js"),
    "/page_reasons.js": ("spacy_ddi.formats", "page_reasons.js"),
    "/page_why.css": ("spacy_ddi.formats", "page_why.css"),
}
"""By their addresses: the room that a file is in, and its name."""

_TYPES: Final = {"css": "text/css", "html": "text/html", "js": "text/javascript"}

ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M7 24v-8q0-7 7-7h4q7 0 7 '
    '7v8" fill="none" stroke="#6a3fbf" stroke-width="3.5" stroke-linecap="round"/><circle cx="7" '
    'cy="24" r="4.5" fill="#2f7fd0"/><circle cx="25" cy="24" r="4.5" fill="#d99a1c"/></svg>'
)


class PageFile(NamedTuple):
    """A file that is sent as it is.

    content (bytes): The file.
    media_type (str): What it is.
    """

    content: bytes
    media_type: str


@cache
def page_files() -> dict[str, PageFile]:
    """All files of the page.

    RETURNS (Dict[str, PageFile]): By their addresses.
    """
    found = {
        address: PageFile(files(room).joinpath(name).read_bytes(), _TYPES[name.rpartition(".")[2]])
        for address, (room, name) in _FILES.items()
    }
    return {**found, "/icon.svg": PageFile(ICON.encode(), "image/svg+xml")}
