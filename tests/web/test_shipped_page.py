"""The page with the pipeline that is shipped, in a real browser."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

import pytest
import spacy

from spacy_ddi.web.service_settings import ServiceSettings
from spacy_ddi.web.web_app import make_web_app
from tests.web.browser import CHROMIUM, READ, Browser
from tests.web.serving import Running, served
from tests.web.test_service_page import ARCS, STATUS, saved, slide

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium in the PATH")

SHOWN = "[...document.querySelectorAll('.relations > li:not([hidden])')]"


@pytest.fixture(scope="module")
def shipped() -> Iterator[Running]:
    pytest.importorskip("en_ddi_minilm", reason="the shipped pipeline is not installed")
    nlp = spacy.load("en_ddi_minilm")
    with served(make_web_app(lambda: nlp, ServiceSettings("en_ddi_minilm"))) as running:
        yield running


def test_from_first_sight_to_saved_interactions(browser: Browser, shipped: Running, tmp_path):
    browser.open(f"http://127.0.0.1:{shipped.port}/")
    browser.wait_for(READ)
    assert not browser(STATUS).startswith("No drugs found")
    pairs = browser(f"{SHOWN}.map((item) => [item.dataset.label, item.innerText])")
    assert any(label == "mechanism" and "fluconazole and warfarin" in text for label, text in pairs)
    n_all = len(pairs)
    assert browser(ARCS) == n_all >= 4
    slide(browser, 0.95)
    browser.wait_for(f"{SHOWN}.length < {n_all}")
    n_sure = browser(f"{SHOWN}.length")
    assert n_sure > 0
    assert browser(STATUS).startswith(f"{n_sure} of {n_all} interactions")
    browser.click(".arcs .tag")
    browser.wait_for("document.querySelector('.why .reasons') !== null")
    known = browser("document.querySelector('.why .reasons').innerText")
    assert "Words" in known
    assert "Path" in known
    assert browser("document.querySelector('.why dd a').href").startswith("https://")
    browser.save_into(tmp_path)
    browser.click("#csv")
    table = saved(tmp_path / "interactions.csv").lstrip("\ufeff")
    assert len(list(csv.DictReader(StringIO(table)))) == n_sure
