"""A service on a tiny pipeline that knows a few sentences by heart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import spacy
from spacy.language import Language

from spacy_ddi.web.guard import Guard
from spacy_ddi.web.web_app import make_web_app
from tests.cli.conftest import corpus, pipeline
from tests.web.serving import SETTINGS, Running, served

__all__ = ["corpus", "pipeline"]


@pytest.fixture(scope="session")
def nlp(pipeline: str) -> Language:
    return spacy.load(pipeline)


@pytest.fixture(scope="session")
def app(nlp: Language) -> Guard:
    return make_web_app(lambda: nlp, SETTINGS)


@pytest.fixture(scope="session")
def service(app: Guard) -> Iterator[Running]:
    with served(app) as running:
        yield running
