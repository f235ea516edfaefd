"""Hyphens at line ends, and words as they read."""

from __future__ import annotations

import pytest

from spacy_ddi.text.characters import keeps_hyphen, readable

OWN = (
    "drug-induced co-administration half-life anti-inflammatory non-steroidal steady-state "
    "dose-dependent warfarin-treated long-term trimethoprim-sulfamethoxazole MAO-inhibitor "
    "P450-mediated double-blind beta-blockers first-pass Wolff-Parkinson x-ray potassium-sparing"
).split()
OF_THE_LINE = (
    "flucona-zole warfa-rin keto-conazole simva-statin cyclo-sporine pheny-toin carba-mazepine "
    "amio-darone concentra-tion in-crease interac-tions adminis-tration re-duces plas-ma"
).split()


@pytest.mark.parametrize("word", OWN)
def test_hyphen_of_the_word(word: str) -> None:
    assert keeps_hyphen(*word.split("-"))


@pytest.mark.parametrize("word", OF_THE_LINE)
def test_hyphen_of_the_line_end(word: str) -> None:
    assert not keeps_hyphen(*word.split("-"))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("warfarin", "warfarin"),
        ("war\u200bfa\u00adrin", "warfarin"),
        ("flucona-\r\n  zole", "fluconazole"),
        ("flucona\u00ad\nzole", "fluconazole"),
        ("drug\u2011induced", "drug-induced"),
        ("drug-\ninduced", "drug-induced"),
        ("ﬂuconazole", "fluconazole"),
        ("sodium\nvalproate", "sodium\nvalproate"),
        ("5-fluorouracil", "5-fluorouracil"),
    ],
)
def test_readable(word: str, expected: str) -> None:
    assert readable(word) == expected
