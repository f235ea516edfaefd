"""Lines that are sentences, and lines that are wrapped."""

from __future__ import annotations

import itertools
import textwrap
import time

import pytest

from spacy_ddi.text.layout import is_plain
from spacy_ddi.text.lines import text_sentence_starts
from spacy_ddi.text.tokenizer import breaks, removals

SENTENCES = [
    "Concomitant use of fluconazole increases the plasma concentration of warfarin in patients.",
    "The prothrombin time should be monitored, as with CYP2C9 inhibitors such as amiodarone.",
    "Rifampin lowers cyclosporine levels (see Warnings and Precautions), which Diflucan does not.",
    "Do not give it together with St. John's wort, e.g. Jarsin, or with half-life-prolonging drugs.",
]


def pieces(text: str) -> list[str]:
    starts = [0, *text_sentence_starts(text), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(starts)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\u200b\n\ufeff"])
@pytest.mark.parametrize("width", [50, 60, 72, 80, 100])
@pytest.mark.parametrize("joined", [True, False])
def test_wrapped_prose(width: int, end: str, joined: bool) -> None:
    if joined:
        text = textwrap.fill(" ".join(SENTENCES), width)
    else:
        text = "\n".join(textwrap.fill(sentence, width) for sentence in SENTENCES)
    found = pieces(text.replace("\n", end))
    assert [letters(piece) for piece in found] == [letters(sentence) for sentence in SENTENCES]


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize(
    "mark", ["• ", "•", "- ", "* ", "– ", "+ ", "o ", "✓ ", "{}. ", "{}) ", "({}) "]
)
@pytest.mark.parametrize("stop", [".", ""])
@pytest.mark.parametrize("width", [72, 1000])
def test_items(mark: str, stop: str, width: int) -> None:
    items = [
        textwrap.fill(mark.format(i + 1) + sentence[:-1] + stop, width, subsequent_indent="  ")
        for i, sentence in enumerate(SENTENCES)
    ]
    assert pieces("\n".join(items)) == [f"{item}\n" for item in items[:-1]] + items[-1:]


@pytest.mark.parametrize(
    "text",
    [
        # Notes
        "MEDICATIONS\n|warfarin 5 mg daily\n|amiodarone 200 mg daily\n|ASSESSMENT\n|INR elevated due to "
        "amiodarone interaction with warfarin",
        "Name: John\n|Meds: warfarin, aspirin\n|Plan: stop aspirin since it increases bleeding risk",
        # Rows
        "Drug\tEffect\n|Fluconazole\tIncreases warfarin levels\n|Rifampin\tDecreases warfarin levels",
        "Drug          Effect\n|Fluconazole   Increases warfarin\n|Rifampin      Decreases warfarin",
        "| Drug | Effect |\n|---|---|\n".replace("|", "¦") + "|¦ Rifampin ¦ decreases warfarin ¦",
        "Fluconazole,warfarin,increase\n|Rifampin,cyclosporine,decrease",
        "Fluconazole increases Warfarin levels\n|Warfarin increases Digoxin levels\n|Digoxin falls",
        # Headings
        "Drug Interactions:\n|Fluconazole increases the level of warfarin. |The prothrombin time\nshould "
        "be monitored in patients who take Coumadin and\nDiflucan together.",
        "1 INTRODUCTION\n\n|Warfarin is a drug.\n\n|3.1 Drug Interactions\n|Fluconazole raises it.",
        "## Other\n|rifampin lowers it",
        # Items
        "i. Fluconazole increases warfarin\n|ii. Rifampin lowers it\n|iii. Nothing",
        "Take care with:\n|- fluconazole\n|- warfarin and\n  aspirin\n|- rifampin",
        "Interactions:\n\n|  * Fluconazole increases warfarin levels\n    in many patients\n|  * Others".replace(
            "|  *", "  |*"
        ),
        # Prose
        "FLUCONAZOLE INCREASES THE PLASMA CONCENTRATION OF WARFARIN IN\nHEALTHY VOLUNTEERS.\n|RIFAMPIN "
        "LOWERS IT.",
        "Fluconazole\nincreases\nwarfarin\nlevels.",
        "The dose was 5 mg\n(range 2-10). |It was\nincreased.",
        "Ketoconazole increases the plasma exposure of\n\nsimvastatin in volunteers. |It is not safe.",
        "> fluconazole increases\n> warfarin levels in plasma of\n> many patients.\n> |Yes, it does.",
        "Fluconazole raises it.\u2028|Rifampin lowers it.\x0c|Ketoconazole too",
    ],
)
def test_layouts(text: str) -> None:
    expected = [piece.replace("¦", "|") for piece in text.split("|")]
    assert pieces(text.replace("|", "").replace("¦", "|")) == expected


def test_drug_list_without_full_stops() -> None:
    drugs = "Fluconazole Warfarin Digoxin Phenytoin Ritonavir Rifampin Lithium".split()
    rows = [f"{drugs[i % 7]} increases {drugs[3 * i % 7]} plasma levels" for i in range(200)]
    assert len(pieces("\n".join(rows))) == 200


@pytest.mark.parametrize(
    "unit", ["a", "\n", "\r\n", ".", "-\n", "> ", "x\u00ad\n", "A. ", "a;", "a; ", "• "]
)
def test_time_grows_with_the_length(unit: str) -> None:
    """And not with its square, whatever the text is made of."""
    text = (unit * 50_000)[:50_000]
    start = time.perf_counter()
    text_sentence_starts(text)
    removals(text)
    breaks(text)
    is_plain(text)
    assert time.perf_counter() - start < 3
