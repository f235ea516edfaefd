"""A service on a tiny pipeline that knows a few sentences by heart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import spacy
from spacy.language import Language

from spacy_ddi.web.web_app import make_web_app
from tests.cli.conftest import corpus, pipeline
from tests.web.browser import READ, Browser
from tests.web.serving import SETTINGS, Running, served

__all__ = ["corpus", "pipeline"]


@pytest.fixture(scope="session")
def nlp(pipeline: str) -> Language:
    """It is less sure than the tiny pipeline, so that scores choose, and can promise precisions."""
    nlp = spacy.load(pipeline)
    component = nlp.get_pipe("ddi_relation")
    component.change_setting("temperature", 4.0)
    component.change_setting("precisions", {"advise": [[0.0, 0.9]], "mechanism": [[0.0, 0.8]]})
    return nlp


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, service: Running) -> Browser:
    """The page, with what its example gives."""
    browser.open(f"http://127.0.0.1:{service.port}/")
    browser.wait_for(READ)
    return browser


@pytest.fixture(scope="session")
def service(nlp: Language) -> Iterator[Running]:
    with served(make_web_app(lambda: nlp, SETTINGS)) as running:
        yield running
