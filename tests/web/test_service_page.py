"""The page in a real browser: what is pasted, found, chosen, explained and saved."""

from __future__ import annotations

import csv
import json
import time
from io import StringIO
from pathlib import Path

import pytest
import spacy

from spacy_ddi.web.web_app import make_web_app
from tests.cli.conftest import KNOWN
from tests.web.browser import CHROMIUM, READ, Browser
from tests.web.serving import SETTINGS, served

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium in the PATH"),
    # The tiny pipeline has no parser, and says so once.
    pytest.mark.filterwarnings(r"ignore:\[DDI901\]:UserWarning"),
]

TEXT = f"{KNOWN} Avoid rostamine with plinozide. Dexarol or rostamine was given."
STATUS = "document.getElementById('status').textContent"
ARCS = "document.querySelectorAll('.arcs .line').length"


def find(page: Browser, text: str) -> None:
    """Paste a text and have it read."""
    page(f"document.getElementById('text').value = {json.dumps(text)}")
    page.click("#find")
    page.wait_for(READ)


def test_an_example_is_there_at_first_sight(page):
    assert "fluconazole" in page("document.getElementById('text').value")
    assert page(STATUS).startswith("No drugs found in")
    assert "drugs of one sentence" in page(
        "document.querySelector('#none:not([hidden])').innerText"
    )


def test_from_text_to_saved_interactions(page, tmp_path):
    find(page, TEXT)
    assert page(STATUS) == "2 interactions between 6 drug mentions in 3 sentences"
    assert page(ARCS) == 2
    assert page("document.querySelectorAll('main section').length") == 3
    # Why
    page.click(".arcs .tag")
    page.wait_for("document.querySelector('.why table') !== null")
    assert page("document.querySelector('.why h3').textContent").startswith("mechanism ")
    assert page("document.querySelector('.why th').textContent") == "mechanism"
    words = "[...document.querySelectorAll('section p .word')].map((each) => each.textContent)"
    assert page(words) == ["raises", "levels", "."]
    assert page("document.querySelector('.why .reasons dt').textContent") == "Words"
    assert "likelier without it" in page("document.querySelector('.why .key').textContent")
    assert page("document.querySelector('.why > .note:nth-of-type(2)') === null")  # one score
    assert page("document.activeElement.className") == "why"
    page.press("Escape")
    assert page("document.querySelector('.why') === null")
    assert page(words) == []
    assert page("document.activeElement.closest('li').dataset.label") == "mechanism"
    # By type
    page.click("#types label:first-of-type input")
    assert page(STATUS) == "1 of 2 interactions between 6 drug mentions in 3 sentences"
    assert page(ARCS) == 1
    page.save_into(tmp_path)
    page.click("#csv")
    (row,) = csv.DictReader(StringIO(saved(tmp_path / "interactions.csv").lstrip("\ufeff")))
    assert (row["label"], row["head"], row["tail"]) == ("advise", "rostamine", "plinozide")
    page.click("#types label:first-of-type input")
    page.click("#json")
    records = json.loads(saved(tmp_path / "interactions.json"))
    assert [record["label"] for record in records] == ["mechanism", "advise"]
    assert all(TEXT[each["head_start"] : each["head_end"]] == each["head"] for each in records)
    # By what precision is promised
    slide(page, 0.85)
    page.wait_for(f"{ARCS} === 1")
    shown = "[...document.querySelectorAll('.relations > li:not([hidden])')]"
    assert page(f"{shown}.map((each) => each.dataset.label)") == ["advise"]
    assert page("document.querySelector('.slider label').textContent") == "Right at least 85 %"
    promise = "document.getElementById('promise').textContent"
    assert page(promise).endswith("expect some per cent less. So much is not known of mechanism.")
    slide(page, 0.95)  # more than is known
    assert page("document.querySelector('.slider label').textContent") == "Right at least 90 %"
    page.click("#types label:last-of-type input")
    page.wait_for(f"{ARCS} === 0")
    assert page(STATUS).startswith("0 of 2 interactions")
    page.click("#every")
    assert page("document.querySelectorAll('main section:not([hidden])').length") == 0


def slide(page: Browser, value: float) -> None:
    """Move the slider."""
    page(f"""(() => {{ const least = document.getElementById("least"); least.value = {value};
             least.dispatchEvent(new Event("input")); }})()""")


def test_a_calibrated_score_is_told_from_the_probability(browser, nlp):
    component = nlp.get_pipe("ddi_relation")
    component.cfg["calibration"] = {"mechanism": [0.5, -0.5]}
    with served(make_web_app(lambda: nlp, SETTINGS)) as running:
        browser.open(f"http://127.0.0.1:{running.port}/")
        browser.wait_for(READ)
        find(browser, KNOWN)
        browser.click(".arcs .tag")
        browser.wait_for("document.querySelector('.why table') !== null")
        notes = browser("[...document.querySelectorAll('.why > .note')].map((n) => n.textContent)")
    component.cfg["calibration"] = None
    assert notes[1].startswith("The score 0.")
    assert "calibrated: made to fit" in notes[1]


def test_without_promises_the_slider_is_a_score(browser, nlp):
    component = nlp.get_pipe("ddi_relation")
    known, component.cfg["precisions"] = component.cfg["precisions"], None
    with served(make_web_app(lambda: nlp, SETTINGS)) as running:
        browser.open(f"http://127.0.0.1:{running.port}/")
        browser.wait_for(READ)
        find(browser, TEXT)
        slide(browser, 1)
        browser.wait_for(f"{ARCS} === 0")
        assert browser("document.querySelector('.slider label').textContent") == (
            "Score at least 1.00"
        )
    component.cfg["precisions"] = known


@pytest.mark.filterwarnings(r"ignore:\[DDI903\]:UserWarning")
def test_what_was_not_read_in_full_is_told(browser, pipeline):
    nlp = spacy.load(pipeline, config={"components.ddi_relation.candidates.max_sentence_pairs": 2})
    with served(make_web_app(lambda: nlp, SETTINGS)) as running:
        browser.open(f"http://127.0.0.1:{running.port}/")
        browser.wait_for(READ)
        find(browser, "Avoid rostamine, plinozide, Dexarol. Dexarol is safe.")
    note = browser("document.querySelector('main .note').textContent")
    assert note.startswith("A sentence with more pairs of drugs than are classified")
    assert "2 sentences, 1 of them with one drug only" in browser(STATUS)


def saved(path: Path) -> str:
    """A file that the browser saves."""
    until = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} was not saved"
        time.sleep(0.02)
    return path.read_bytes().decode()


def test_markup_in_a_text_stays_text(page):
    page("window.name = 'untouched'")
    wild = "<script>window.name = 'run'</script><img src=x onerror=\"window.name = 'run'\">"
    find(page, f"Dexarol {wild} raises plinozide levels.")
    assert wild in page("document.querySelector('main p').textContent")
    assert page("document.querySelectorAll('main script, main img').length") == 0
    assert page("window.name") == "untouched"


def test_a_million_characters_are_shown_while_they_are_read(page):
    filler = "Nothing was seen in these healthy men, and nothing else was given to them. " * 12
    n_repeats = 1_000_000 // len(f"{TEXT} {filler}") + 1
    text = f"({json.dumps(f'{TEXT} {filler}')}).repeat({n_repeats})"
    page(f"document.getElementById('text').value = {text}")
    page.click("#find")
    page.wait_for("document.querySelectorAll('main section').length > 0")
    assert not page(READ)
    page.wait_for(READ, seconds=120)
    assert page(STATUS) == (
        f"{2 * n_repeats:,} interactions between {6 * n_repeats:,} drug mentions in "
        f"{15 * n_repeats:,} sentences"
    )
    start = time.monotonic()
    slide(page, 0.85)
    page.wait_for(
        f"document.querySelectorAll('.relations > li:not([hidden])').length === {n_repeats}"
    )
    assert time.monotonic() - start < 5


def test_reading_can_be_stopped(page):
    page(f"document.getElementById('text').value = {json.dumps(TEXT + ' ')}.repeat(9000)")
    page.click("#find")
    page.wait_for("document.querySelectorAll('main section').length > 0")
    page.click("#stop")
    page.wait_for(READ)
    assert "interactions between" in page(STATUS)


def test_clearing_while_it_reads_leaves_nothing(page):
    page(f"document.getElementById('text').value = {json.dumps(TEXT + ' ')}.repeat(9000)")
    page.click("#find")
    page.wait_for("document.querySelectorAll('main section').length > 0")
    page.click("#empty")
    page.wait_for(READ)
    time.sleep(0.3)
    assert page(
        "[document.getElementById('text').value, document.querySelector('main').innerText]"
    ) == ["", ""]
    assert page(STATUS) == ""
    rest = "[...document.querySelectorAll('#none, #hint, #tools, #stop')]"
    assert page(f"{rest}.every((each) => each.hidden)")


def test_what_is_too_long_is_refused_before_it_is_sent(page):
    page("document.getElementById('text').value = 'x'.repeat(3e6)")
    page.click("#find")
    page.wait_for("!document.getElementById('problem').hidden")
    assert "takes 2.0 MB at most" in page("document.getElementById('problem').textContent")


def test_files_are_dropped_and_read(page):
    page(
        f"""(() => {{
        const files = new DataTransfer();
        files.items.add(new File([{json.dumps(KNOWN)}], "note.txt"));
        files.items.add(new File(["%PDF-1.7"], "report.pdf"));
        const options = {{ dataTransfer: files, bubbles: true, cancelable: true }};
        document.body.dispatchEvent(new DragEvent("drop", options));
        }})()"""
    )
    page.wait_for(READ)
    assert page("document.querySelector('main h2').textContent") == "note.txt"
    assert page(ARCS) == 1
    assert page("document.getElementById('problem').textContent").startswith("report.pdf")


def test_saved_table_tells_of_the_file_and_computes_nothing(page, tmp_path):
    table = f'id,text\n=1+1,"{KNOWN}"\n'
    page(
        f"""(() => {{
        const files = new DataTransfer();
        files.items.add(new File([{json.dumps(table)}], "-notes.csv"));
        const options = {{ dataTransfer: files, bubbles: true, cancelable: true }};
        document.body.dispatchEvent(new DragEvent("drop", options));
        }})()"""
    )
    page.wait_for(READ)
    page.save_into(tmp_path)
    page.click("#csv")
    (row,) = csv.DictReader(StringIO(saved(tmp_path / "interactions.csv").lstrip("\ufeff")))
    assert (row["document"], row["file"]) == ("'=1+1", "'-notes.csv")
    assert (row["year"], row["section"], row["sentence"]) == ("", "", KNOWN)
    page.click("#json")
    (record,) = json.loads(saved(tmp_path / "interactions.json"))
    assert (record["document"], record["file"], record["year"]) == ("=1+1", "-notes.csv", None)


def test_an_explanation_closes_with_its_interaction(page):
    find(page, TEXT)
    page.click(".arcs .tag")
    page.wait_for("document.querySelector('.why table') !== null")
    page.click("#types label:last-of-type input")  # the other's
    assert page("document.querySelector('.why') !== null")
    page.click("#types label:first-of-type input")
    assert page("document.querySelector('.why, section p .word') === null")


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1100, True)], ids=["phone", "dark"])
def test_page_fits_a_phone_and_the_dark(service, tmp_path, width, dark):
    with Browser(tmp_path, width=width, dark=dark) as page:
        page.open(f"http://127.0.0.1:{service.port}/")
        page.wait_for(READ)
        find(page, TEXT)
        assert page("document.documentElement.scrollWidth <= innerWidth")
        back = page("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, back[4:-1].split(","))) < 200) == dark


def test_service_that_is_gone_is_told_in_words(browser, nlp):
    with served(make_web_app(lambda: nlp, SETTINGS)) as running:
        browser.open(f"http://127.0.0.1:{running.port}/")
        browser.wait_for(READ)
    browser.click("#find")
    browser.wait_for("!document.getElementById('problem').hidden")
    assert "can't be reached" in browser("document.getElementById('problem').textContent")
    assert "fluconazole" in browser("document.getElementById('text').value")
