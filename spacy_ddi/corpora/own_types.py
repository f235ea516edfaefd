"""Types of mentions and interactions by other names, as other people's annotation has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from spacy_ddi.corpora.documents import Document, Interaction, Sentence
from spacy_ddi.errors import DDIError, Errors

LEFT_OUT: Final = ""
"""The new name of what is left out."""

NO_INTERACTION: Final = "none"
"""The type of candidate pairs that were written for annotation and interact in no way."""


@dataclass(frozen=True)
class OwnTypes:
    """Renames types. Types that are not named stay.

    mentions, interactions (Mapping[str, str]): New names by old ones. What gets the name `LEFT_OUT`
        is left out; of mentions, their interactions too.
    """

    mentions: Mapping[str, str] = field(default_factory=dict)
    interactions: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, document: Document) -> Document:
        """Rename the types of a document.

        document (Document): The document, not changed.
        RETURNS (Document): Interactions of the type `NO_INTERACTION` are left out, unless that is
            renamed.
        """
        return replace(document, sentences=tuple(map(self._sentence, document.sentences)))

    def _sentence(self, sentence: Sentence) -> Sentence:
        mentions = tuple(
            replace(each, type=self.mentions.get(each.type, each.type))
            for each in sentence.mentions
            if self.mentions.get(each.type) != LEFT_OUT
        )
        known = {each.id for each in mentions}
        renamed = {NO_INTERACTION: LEFT_OUT, **self.interactions}
        interactions: list[Interaction] = [
            replace(each, label=renamed.get(each.label, each.label))
            for each in sentence.interactions
            if renamed.get(each.label) != LEFT_OUT and {each.head, each.tail} <= known
        ]
        return replace(sentence, mentions=mentions, interactions=tuple(interactions))


def read_names(given: Iterable[str], *, option: str, example: str) -> dict[str, str]:
    """New names of types, as the command line has them.

    given (Iterable[str]): "OLD=NEW" each, or several with commas between them.
    option, example (str): Of the message.
    RETURNS (Dict[str, str]): New names by old ones.
    RAISES (DDIError): If one has no `=`.
    """
    names = {}
    for each in (part for several in given for part in _parts_of(several)):
        old, sign, new = each.rpartition("=")
        if not sign:
            raise DDIError(Errors.BAD_MAPPING.format(option=option, found=each, example=example))
        names[old.strip()] = new.strip()
    return names


def _parts_of(given: str) -> list[str]:
    """What is parted by commas, unless a comma is part of a name."""
    parts = given.split(",")
    return parts if all("=" in part for part in parts) else [given]
