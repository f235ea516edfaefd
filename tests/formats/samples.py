"""Documents for the tests of formats."""

from __future__ import annotations

from dataclasses import replace

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.text_document import Section, TextDocument

TEXT = "🧪 Loop and thiazide diuretics raise lithium.\r\nDexarol acid may\nlower β-plinozide 💊!"


def place(text: str, piece: str, start: int = 0) -> tuple[int, int]:
    """Where a piece of a text is."""
    first = text.index(piece, start)
    return first, first + len(piece)


def sample(id_: str = "D 1/ä") -> TextDocument:
    """A text with a mention of two ranges, nested mentions, characters beyond the BMP, both kinds
    of line ends, and own types."""
    mentions = (
        Mention("T1", "group", (place(TEXT, "Loop"), place(TEXT, "diuretics"))),
        Mention("T2", "group", (place(TEXT, "thiazide diuretics"),)),
        Mention("T3", "drug", (place(TEXT, "lithium"),)),
        Mention("T4", "brand", (place(TEXT, "Dexarol acid"),)),
        Mention("T5", "own_type", (place(TEXT, "acid"),)),
        Mention("T6", "drug", (place(TEXT, "β-plinozide"),)),
    )
    interactions = (
        Interaction("T1", "T3", "effect"),
        Interaction("T3", "T2", "own-label"),
        Interaction("T4", "T6", ""),
    )
    return TextDocument(id_, TEXT, (), mentions, interactions)


def empty(id_: str = "empty") -> TextDocument:
    """A document without text."""
    return TextDocument(id_, "")


def in_sentences(document: TextDocument) -> TextDocument:
    """The sample in two sentences, without what DDI-2013 XML does not have."""
    cut = document.text.index("\r\n")
    return replace(
        document,
        sections=(
            Section(0, cut, "sentence", "S0"),
            Section(cut + 2, len(document.text), "sentence", "S1"),
        ),
        mentions=tuple(each for each in document.mentions if each.type != "own_type"),
        interactions=tuple(each for each in document.interactions if each.label != "own-label"),
    )
