"""What a pipeline could not read in full, as a Doc keeps it: notes on its sentences.

Stored by characters, and only where there is something to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from spacy.tokens import Doc

FLAGS_KEY: Final = "ddi_flags"
"""Key in `doc.user_data`: a list of dicts with the fields of a `Flag`."""

READ_IN_PIECES: Final = "read_in_pieces"
CUT_OFF: Final = "cut_off"
PAIRS_LEFT_OUT: Final = "pairs_left_out"
ALONE: Final = "alone"
NO_DRUG: Final = "no_drug"

MEANINGS: Final[Mapping[str, str]] = {
    READ_IN_PIECES: "longer than the encoder reads at once, so that words of one piece don't know "
    "those of another",
    CUT_OFF: "with more word pieces than the encoder takes, so that the last words were not read",
    PAIRS_LEFT_OUT: "with more pairs of drugs than are classified, so that the pairs farthest from "
    "each other were left out",
    ALONE: "with one drug only, so that an interaction with a drug named elsewhere is not found",
}
"""What each flag says of a sentence."""

NO_DRUG_MEANING: Final = "no drug was recognised in it"
"""What `NO_DRUG` says of a whole text."""


class Flag(NamedTuple):
    """What is to be told of a sentence, or of a whole text.

    flag (str): One of `MEANINGS`; of a text `NO_DRUG`.
    start_char, end_char (int): Its characters in `doc.text`, end exclusive.
    """

    flag: str
    start_char: int
    end_char: int


def set_flags(doc: Doc, flags: Iterable[Flag]) -> None:
    """Store flags in place of those that were there.

    doc (Doc): The Doc.
    flags (Iterable[Flag]): The flags; none leave nothing on the Doc.
    """
    doc.user_data.pop(FLAGS_KEY, None)
    if stored := [flag._asdict() for flag in flags]:
        doc.user_data[FLAGS_KEY] = stored


def flags_of(doc: Doc) -> list[Flag]:
    """The flags that are stored on a Doc.

    doc (Doc): The Doc.
    RETURNS (List[Flag]): Those that a relation component has set, in text order.
    """
    return [Flag(**stored) for stored in doc.user_data.get(FLAGS_KEY, ())]


def moved_flags(
    doc: Doc, n_characters: int, *, within: tuple[int, int] | None = None
) -> list[dict[str, Any]]:
    """The flags of a Doc as they are stored in a text in which they stand elsewhere.

    doc (Doc): The Doc.
    n_characters (int): How much further on; negative for further back.
    within (Optional[Tuple[int, int]]): Only those of sentences between these characters.
    RETURNS (List[Dict[str, Any]]): New values for `FLAGS_KEY`.
    """
    first, last = within or (0, len(doc.text))
    return [
        Flag(name, start + n_characters, end + n_characters)._asdict()
        for name, start, end in flags_of(doc)
        if first <= start and end <= last
    ]
