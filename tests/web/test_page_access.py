"""The page without a mouse, and without eyes: keys, names, and what is announced."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import KNOWN
from tests.web.browser import CHROMIUM, READ, Browser
from tests.web.test_service_page import STATUS, TEXT, find, slide

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium in the PATH"),
    # The tiny pipeline has no parser, and says so once.
    pytest.mark.filterwarnings(r"ignore:\[DDI901\]:UserWarning"),
]

CONTROLS = {"button", "checkbox", "link", "radio", "slider", "spinbutton", "textbox"}
FOCUSED = "document.activeElement"
ALL_PAIRS = "Avoid rostamine with plinozide. Dexarol raises plinozide levels. " + (
    "Avoid rostamine with plinozide, Dexarol raises plinozide levels."
)


def test_keyboard_alone_reads_a_text_and_opens_and_closes_what_is_known(page):
    page.tab_to("#empty")
    page.press("Enter")
    assert page("document.activeElement.id") == "text"
    page.call("Input.insertText", text=f"Sample \N{MATHEMATICAL ITALIC SMALL ALPHA}. {KNOWN}")
    page.press("Enter", ctrl=True)
    page.wait_for(f"{READ} && document.querySelector('.relations button') !== null")
    page.tab_to(".relations button")
    assert page("document.querySelector('.relations').clientHeight") > 10
    page.press("Enter")
    page.wait_for("document.querySelector('.why table') !== null")
    assert page("document.querySelector('.relations button').ariaExpanded") == "true"
    words = page(
        "[...document.querySelectorAll('section p .word')].map((each) => each.textContent)"
    )
    assert words[-3:] == ["raises", "levels", "."]
    page.press("Escape")
    assert page("document.querySelector('.why') === null")
    assert page(f"{FOCUSED}.matches('.relations button')")
    assert page(f"{FOCUSED}.ariaExpanded") == "false"


def test_arrow_keys_go_from_one_interaction_of_a_sentence_to_the_next(page):
    find(page, ALL_PAIRS)
    n_items = page("document.querySelector('section:last-of-type .relations').children.length")
    assert n_items > 2
    here = f"[...{FOCUSED}.closest('.relations').children].indexOf({FOCUSED}.closest('li'))"
    last = "section:last-of-type .relations button"
    page.tab_to(last)
    places = [page(here)]
    for key in ("ArrowUp", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowLeft"):
        page.press(key)
        assert page(f"{FOCUSED}.matches('{last}')")
        places.append(page(here))
    assert places == [0, n_items - 1, 0, 1, 2, 1]
    page.press("Tab")  # leaves the sentence
    assert not page(f"{FOCUSED}.matches('.relations button')")


def controls_of(page: Browser) -> list[tuple[str, str]]:
    """Role and name of each control, as the browser tells screen readers."""
    page.call("Accessibility.enable")
    nodes: list[dict[str, Any]] = page.call("Accessibility.getFullAXTree")["nodes"]
    return [
        (each["role"]["value"], each.get("name", {}).get("value", "").strip())
        for each in nodes
        if not each["ignored"] and each["role"]["value"] in CONTROLS
    ]


def test_every_control_has_a_name(page):
    find(page, TEXT)
    page.click(".arcs .tag")
    page.wait_for("document.querySelector('.why table') !== null")
    found = controls_of(page)
    assert [role for role, name in found if not name] == []
    names = {name for _, name in found}
    assert {"Text", "Find interactions", "Save CSV", "Save JSON", "Close"} <= names
    assert any(role == "slider" and name.startswith("Right at least") for role, name in found)
    assert sum(role == "checkbox" for role, _ in found) == 4  # two types, two switches
    assert any("Dexarol and plinozide" in name for role, name in found if role == "button")


def test_changes_are_announced(page):
    """A region with `aria-live` is read out when its text changes."""
    page(
        """(() => { window.said = []; const status = document.getElementById("status");
        const note = () => said.push([status.ariaLive, status.textContent]);
        new MutationObserver(note).observe(status, { childList: true }); })()"""
    )
    find(page, TEXT)
    found = "interactions between 6 drug mentions in 3 sentences"
    assert page("said.at(-1)") == ["polite", f"2 {found}"]
    assert page("said.filter(([live]) => live === 'polite').length") == 1  # and not each part
    slide(page, 0.85)
    page.wait_for(f"{STATUS}.startsWith('1 of')")
    assert page("said.at(-1)") == ["polite", f"1 of 2 {found}"]
    assert page("document.getElementById('status').role") == "status"
    page("document.getElementById('text').value = 'x'.repeat(3e6)")
    page.click("#find")
    page.wait_for("!document.getElementById('problem').hidden")
    tree = page.call("Accessibility.getFullAXTree")["nodes"]
    (alert,) = (each for each in tree if each["role"]["value"] == "alert")
    words = {each["nodeId"]: each.get("name", {}).get("value", "") for each in tree}
    assert "takes 2.0 MB at most" in "".join(words[child] for child in alert["childIds"])
