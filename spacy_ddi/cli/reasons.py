"""What `extract --explain` tells, and notes on what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from rich.console import Console

from spacy_ddi.cli.console import say

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from spacy_ddi.explaining.explanation import Explanation


class Reasons:
    """Explains the interactions of Docs, each Doc once.

    nlp (Language): The pipeline.
    """

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._known: WeakKeyDictionary[Doc, list[Explanation]] = WeakKeyDictionary()

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
        self, records: Iterable[Mapping[str, Any]], doc: Doc, offset: int
    ) -> list[dict[str, Any]]:
        """Records with their explanations.

        records (Iterable[Mapping[str, Any]]): Those of a Doc, as records or as rows.
        doc (Doc): The Doc.
        offset (int): Where it begins in the whole text.
        RETURNS (List[Dict[str, Any]]): The same with the key `explanation`.
        """
        return [
            {**record, "explanation": reason.to_dict(offset=offset)}
            for record, reason in zip(records, self(doc), strict=True)
        ]


def print_reasons(records: Iterable[Mapping[str, Any]], reasons: Iterable[Explanation]) -> None:
    """Print why interactions were found.

    records (Iterable[Mapping[str, Any]]): The interactions.
    reasons (Iterable[Explanation]): The explanation of each.
    """
    from spacy_ddi.formats.explained_text import explained

    console = Console()
    console.print()
    for record, reason in zip(records, reasons, strict=True):
        console.print(explained(record, reason), highlight=False)


def say_notes(counts: Mapping[str, int], *, documents: int) -> None:
    """Tell on standard error what could not be read, a line for each kind.

    counts (Mapping[str, int]): How many sentences have each of the flags of `sentence_notes`, and
        how many documents `NO_DRUG`.
    documents (int): How many were read.
    """
    from spacy_ddi.formats.relation_records import count_of
    from spacy_ddi.reading_flags import MEANINGS, NO_DRUG

    for flag, meaning in MEANINGS.items():
        if n := counts.get(flag):
            say(f"Note: {count_of(n, 'sentence')} {meaning} ({flag}).", style="dim")
    n = counts.get(NO_DRUG, 0)
    if n and documents == 1:
        say("Note: no drug was recognised.", style="dim")
    elif n:
        said = f"{count_of(n, 'document')} in which no drug was recognised"
        say(f"Note: {said} ({NO_DRUG}).", style="dim")
