"""Sentence ends in running text."""

from __future__ import annotations

import pytest

from spacy_ddi.text.full_stops import sentence_starts


@pytest.mark.parametrize(
    "text",
    [
        "It rises. |Take care.",
        "It rises! |Take care? |Yes.",
        'It rises.") |Take care.',
        "It rises.[12] |The dose is 5 mg. |10 mg is too much.",
        "It rises.12 |The level falls.",
        "Levels rise in plasma.|Warfarin falls.",
        "Some drugs, e.g. Warfarin, rise.",
        "See Fig. 2 and No. 5 by Dr. Smith.",
        "As shown by J. Smith and A. B. Jones, it rises.",
        "Resistance to amphotericin B. |Combination therapy helps.",
        "Growth of E. coli, vs. S. aureus.",
        "It was given i.v. in 5 patients, b.i.d. for a week.",
        "As in Smith et al. |The dose was low.",
        "It rises. |2. Rifampin lowers it.",
        "It rises. |- Rifampin lowers it.",
        "It rises |• Rifampin lowers it |• So does aspirin",
        "The INR was 2.5 and pH 7.4 at 3.1 h.",
        "Aspirin was given; |however, levels did not rise; |the INR is high. |Take care; it rises.",
        "Avoid warfarin; aspirin; and ibuprofen. |It lowers: aspirin, 5 %; warfarin, 7 %.",
        "It is raised (aspirin was given; levels were high) in men; |it may fall.",
    ],
)
def test_ends(text: str) -> None:
    expected = [len("".join(text.split("|")[:i])) for i in range(1, text.count("|") + 1)]
    assert sentence_starts(text.replace("|", "")) == expected
