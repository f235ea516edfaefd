"""The lines that the DDIExtraction-2013 evaluation reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from spacy.training import Example

from spacy_ddi.gold import MENTIONS_KEY, SENTENCE_ID, labelled_pairs, place_pair


def submission_lines(examples: Iterable[Example]) -> Iterator[str]:
    """One line for every pair of gold mentions: `sentence id|e1 id|e2 id|0 or 1|type`, with `null`
    for the type of a pair that is not predicted to interact.

    examples (Iterable[Example]): Annotated Docs, and gold Docs with the corpus's ids.
    YIELDS (str): The lines, sentences and pairs in the corpus's order.
    """
    for example in examples:
        reference = example.reference
        found = labelled_pairs(example.predicted)
        for first, second in combinations(reference.spans[MENTIONS_KEY], 2):
            label = found.get(place_pair(first, second))
            fields = [
                reference.user_data[SENTENCE_ID],
                first.id_,
                second.id_,
                "0" if label is None else "1",
                "null" if label is None else label,
            ]
            yield "|".join(fields)
