"""Pairs of mentions as `doc.user_data` holds them: by characters.

Tokens can be merged and split after a pair was found, and every token offset behind that place then
means another word. Characters stay where they are. The stored form is plain data, so that it
survives `to_bytes`, DocBin (which makes tuples of lists), pickle and `n_process=2`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from spacy.tokens import Doc, Span

from spacy_ddi.errors import DDIError, Errors

PlacePair = tuple[tuple[int, int], tuple[int, int]]
"""Offsets (start, end) of two mentions, end exclusive, the smaller first."""

StoredPair = dict[str, Any]
"""Four character offsets, `head_start_char` and so on, and what is known of the pair."""

RELATIONS_KEY: Final[Any] = ("._.", "ddi_rels", None, None)
"""Where spaCy keeps the value of an extension attribute of a Doc."""

TOKEN_OFFSETS: Final = ("head_start", "head_end", "tail_start", "tail_end")

_CHARACTERS: Final = ("head_start_char", "head_end_char", "tail_start_char", "tail_end_char")


def read_pairs(doc: Doc, key: Any) -> list[StoredPair] | None:
    """The pairs that a Doc holds under a key.

    Version 0.3.0 stored token offsets. Such pairs are stored anew by characters when they are read
    for the first time, so that they follow what happens to the tokens from then on.

    doc (Doc): The Doc.
    key (Any): The key in `doc.user_data`.
    RETURNS (Optional[List[StoredPair]]): The pairs in stored order; None without the key.
    RAISES (DDIError): If a pair lies outside of the Doc.
    """
    stored = doc.user_data.get(key)
    if stored is None:
        return None
    if any(_CHARACTERS[0] not in pair for pair in stored):
        stored = doc.user_data[key] = [
            pair if _CHARACTERS[0] in pair else by_characters(doc, pair) for pair in stored
        ]
    return list(stored)


def by_characters(doc: Doc, pair: Mapping[str, Any]) -> StoredPair:
    """The stored form of a pair that is given by token offsets.

    doc (Doc): The Doc.
    pair (Mapping[str, Any]): The pair with the keys `TOKEN_OFFSETS`, and others that are kept.
    RETURNS (StoredPair): The pair by characters.
    RAISES (DDIError): If it lies outside of the Doc.
    """
    stored: StoredPair = {}
    for start_key, end_key in (TOKEN_OFFSETS[:2], TOKEN_OFFSETS[2:]):
        start, end = pair[start_key], pair[end_key]
        if not 0 <= start < end <= len(doc):
            raise DDIError(
                Errors.PAIR_OUTSIDE.format(
                    start=start, end=end, unit="token", length=len(doc), text=doc.text[:60]
                )
            )
        stored[f"{start_key}_char"], stored[f"{end_key}_char"] = character_range(doc, start, end)
    return stored | {key: value for key, value in pair.items() if key not in TOKEN_OFFSETS}


def character_range(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """The characters of some tokens, without the blank behind them.

    doc (Doc): The Doc.
    start, end (int): The first token, and the one after the last.
    RETURNS (Tuple[int, int]): Character offsets (start, end).
    """
    last = doc[end - 1]
    return doc[start].idx, last.idx + len(last)


def places_of(pair: StoredPair) -> PlacePair:
    """The character offsets of a pair's mentions.

    pair (StoredPair): The pair.
    RETURNS (PlacePair): Those of the head, those of the tail.
    """
    head_start, head_end, tail_start, tail_end = (pair[key] for key in _CHARACTERS)
    return (head_start, head_end), (tail_start, tail_end)


def token_ranges(doc: Doc, pair: StoredPair) -> PlacePair:
    """The tokens that hold a pair's mentions now.

    doc (Doc): The Doc.
    pair (StoredPair): The pair.
    RETURNS (PlacePair): Token offsets (start, end) for the head, for the tail.
    RAISES (DDIError): If the pair lies outside of the Doc, or both mentions are in one token.
    """
    places = places_of(pair)
    head, tail = (containing_span(doc, place) for place in places)
    if (head.start, head.end) == (tail.start, tail.end) and places[0] != places[1]:
        text = doc.text
        raise DDIError(
            Errors.PAIR_MERGED.format(
                head=text[slice(*places[0])], tail=text[slice(*places[1])], token=head.text
            )
        )
    return (head.start, head.end), (tail.start, tail.end)


def containing_span(doc: Doc, place: tuple[int, int], **kwargs: Any) -> Span:
    """The tokens that hold some characters.

    doc (Doc): The Doc.
    place (Tuple[int, int]): Character offsets (start, end).
    **kwargs: Label and ids of the Span, as for `Doc.char_span`.
    RETURNS (Span): From the first to the last token that holds one of the characters.
    RAISES (DDIError): If the Doc does not reach that far.
    """
    start, end = place
    span = doc.char_span(start, end, alignment_mode="expand", **kwargs)
    if span is None:
        text = doc.text
        raise DDIError(
            Errors.PAIR_OUTSIDE.format(
                start=start, end=end, unit="character", length=len(text), text=text[:60]
            )
        )
    return span


def shifted(pair: StoredPair, n_characters: int) -> StoredPair:
    """A pair in a text in which it stands elsewhere.

    pair (StoredPair): The pair.
    n_characters (int): How much further on; negative for further back.
    RETURNS (StoredPair): A new pair.
    """
    return pair | {key: pair[key] + n_characters for key in _CHARACTERS}
