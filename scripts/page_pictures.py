"""Make the pictures of pages in docs/ anew, with Chromium.

python scripts/page_pictures.py en_ddi_minilm
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import spacy
from PIL import Image
from spacy.language import Language

sys.path.append(str(Path(__file__).parents[1]))

from spacy_ddi.cli.reasons import Reasons
from spacy_ddi.component.lookup import component_of
from spacy_ddi.formats.html_page import page_of, page_part
from spacy_ddi.web.service_settings import ServiceSettings
from spacy_ddi.web.web_app import make_web_app
from tests.web.browser import READ, Browser
from tests.web.serving import served

DOCS: Final = Path(__file__).parents[1] / "docs"
COLOURS: Final = 256
"""So that a picture takes few bytes; a page has no more, but for the edges of letters."""

SENTENCE: Final = (
    "Fluconazole increases the plasma concentration of warfarin when given together, so that "
    "bleeding may occur."
)


def main(name: str) -> None:
    """Make the pictures.

    name (str): The pipeline: an installed package, or a folder.
    """
    nlp = spacy.load(name)
    with TemporaryDirectory() as folder:
        picture_of_explanation(nlp, Path(folder))
    with TemporaryDirectory() as folder:
        picture_of_service(nlp, name, Path(folder))


def picture_of_explanation(nlp: Language, folder: Path) -> None:
    """The page of a sentence, with an interaction explained."""
    source = component_of(nlp).candidates.mentions
    path = folder / "page.html"
    part = page_part(nlp(SENTENCE), source, Reasons(nlp))
    path.write_text(page_of([part]), encoding="utf-8")
    with Browser(folder, width=860) as browser:
        browser.call("Emulation.setScrollbarsHidden", hidden=True)
        browser.open(path.as_uri())
        browser.wait_for("document.querySelector('.arcs .tag') !== null")
        browser.click(".arcs .tag")
        browser.wait_for("document.querySelector('.why') !== null")
        take(browser, folder, DOCS / "explanations.png", "main section")


def picture_of_service(nlp: Language, name: str, folder: Path) -> None:
    """The page of the service at first sight, with an interaction explained."""
    app = make_web_app(lambda: nlp, ServiceSettings(name))
    with served(app) as running, Browser(folder, width=900) as browser:
        browser.call("Emulation.setScrollbarsHidden", hidden=True)
        browser.open(f"http://127.0.0.1:{running.port}/")
        browser.wait_for(READ)
        browser(
            "(() => { const least = document.getElementById('least'); least.value = 0.8;"
            "least.dispatchEvent(new Event('input')); })()"
        )
        browser.click(".arcs .tag")
        browser.wait_for("document.querySelector('.why .reasons') !== null")
        take(browser, folder, DOCS / "service.png", "html")


def take(browser: Browser, folder: Path, path: Path, selector: str, margin: int = 8) -> None:
    """Write a picture of an element, with a margin."""
    browser("document.activeElement.blur()")
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=1, y=1)
    browser.picture(folder / "whole.png", whole=True)
    left, top, right, bottom = browser(
        f"(() => {{ const box = document.querySelector({selector!r}).getBoundingClientRect();"
        "return [box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY];"
        "})()"
    )
    with Image.open(BytesIO((folder / "whole.png").read_bytes())) as whole:
        bounds = (max(0, left - margin), max(0, top - margin), right + margin, bottom + margin)
        edges = [min(int(bound), whole.size[i % 2]) for i, bound in enumerate(bounds)]
        cut = whole.convert("RGB").crop((edges[0], edges[1], edges[2], edges[3]))
        cut.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
