"""Texts for the service, made up, each unlike all others."""

from __future__ import annotations

import random
from typing import Final

WORDS: Final = 200

DRUGS: Final = (
    *("warfarin", "fluconazole", "digoxin", "amiodarone", "simvastatin", "clarithromycin"),
    *("lithium", "ibuprofen", "tramadol", "phenelzine", "methotrexate", "trimethoprim"),
)
SENTENCES: Final = (
    "Concomitant use of {0} increases the plasma concentration of {1} by {2} percent.",
    "Patients of group {2} who take {0} must not be given {1}.",
    "In study {2} no interaction was seen between {0} and {1}.",
    "The treatment of patient {2} was continued for some weeks, and all of the values were normal.",
    "The effect of {0} may be enhanced by {1}, and case {2} was monitored closely.",
    "Of {2} healthy volunteers most had a headache, which went away without any treatment.",
)


def make_text(number: int) -> str:
    """A text of some 200 words that no other number gives."""
    rng = random.Random(number)
    sentences: list[str] = []
    while sum(len(sentence.split()) for sentence in sentences) < WORDS:
        head, tail = rng.sample(DRUGS, 2)
        sentences.append(
            rng.choice(SENTENCES).format(head.capitalize(), tail, rng.randrange(10**6))
        )
    return " ".join(sentences)
