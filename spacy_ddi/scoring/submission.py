"""The lines that the DDIExtraction-2013 evaluation reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_ddi.candidates.sentences import sentence_index
from spacy_ddi.gold import MENTIONS_KEY, SENTENCE_ID, SENTENCE_IDS, labelled_pairs, place_pair


def submission_lines(examples: Iterable[Example]) -> Iterator[str]:
    """One line for every pair of gold mentions of a corpus sentence: `sentence id|e1 id|e2 id|0 or
    1|type`, with `null` for the type of a pair that is not predicted to interact.

    examples (Iterable[Example]): Annotated Docs, and gold Docs with the corpus's ids.
    YIELDS (str): The lines, sentences and pairs in the corpus's order.
    """
    for example in examples:
        reference = example.reference
        found = labelled_pairs(example.predicted)
        for sentence_id, mentions in _sentences(reference):
            for first, second in combinations(mentions, 2):
                label = found.get(place_pair(first, second))
                fields = [
                    sentence_id,
                    first.id_,
                    second.id_,
                    "0" if label is None else "1",
                    "null" if label is None else label,
                ]
                yield "|".join(fields)


def _sentences(reference: Doc) -> Iterator[tuple[str, list[Span]]]:
    """The corpus sentences that a gold Doc holds: the id of each, and its mentions."""
    mentions = list(reference.spans[MENTIONS_KEY])
    if SENTENCE_IDS not in reference.user_data:
        yield reference.user_data[SENTENCE_ID], mentions
        return
    numbers = sentence_index(reference)
    for number, sentence_id in enumerate(reference.user_data[SENTENCE_IDS]):
        yield sentence_id, [mention for mention in mentions if numbers[mention.start] == number]
