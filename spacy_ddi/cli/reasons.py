"""What `extract --explain` tells, and notes on what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from rich.console import Console

from spacy_ddi.cli.console import say

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from spacy_ddi.explaining.explanation import Explanation
    from spacy_ddi.formats.relation_records import RelationRecord
    from spacy_ddi.reading_flags import Flag


class Reasons:
    """Explains the interactions of Docs, each Doc once.

    nlp (Language): The pipeline.
    """

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._known: WeakKeyDictionary[Doc, list[Explanation]] = WeakKeyDictionary()
        self._in_order: list[Explanation] = []

    def __call__(self, doc: Doc) -> list[Explanation]:
        """The explanations of a Doc's interactions.

        doc (Doc): The annotated Doc.
        RETURNS (List[Explanation]): In the order of the interactions.
        """
        from spacy_ddi.explaining.explain import explain_all

        if doc not in self._known:
            self._known[doc] = explain_all(doc, self._nlp)
        return self._known[doc]

    def add_to(
        self, records: Iterable[RelationRecord], doc: Doc, offset: int
    ) -> list[dict[str, Any]]:
        """Records with their explanations.

        records (Iterable[RelationRecord]): Those of a Doc.
        doc (Doc): The Doc.
        offset (int): Where it begins in the whole text.
        RETURNS (List[Dict[str, Any]]): The same with the key `explanation`.
        """
        reasons = self(doc)
        self._in_order += reasons
        return [
            {**record, "explanation": reason.to_dict(offset=offset)}
            for record, reason in zip(records, reasons, strict=True)
        ]

    def print_all(self, records: Sequence[Any]) -> None:
        """Print what was explained.

        records (Sequence[RelationRecord]): All that `add_to` was given.
        """
        from spacy_ddi.formats.explained_text import explained

        console = Console()
        console.print()
        for record, reason in zip(records, self._in_order, strict=True):
            console.print(explained(record, reason), highlight=False)


def say_notes(notes: Iterable[Flag]) -> None:
    """Tell on standard error what could not be read, a line for each kind.

    notes (Iterable[Flag]): What is to be told of sentences.
    """
    from spacy_ddi.formats.relation_records import count_of
    from spacy_ddi.reading_flags import MEANINGS

    counts = Counter(note.flag for note in notes)
    for flag, meaning in MEANINGS.items():
        if counts[flag]:
            say(f"Note: {count_of(counts[flag], 'sentence')} {meaning} ({flag}).", style="dim")
