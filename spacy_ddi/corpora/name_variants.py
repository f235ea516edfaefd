"""Variants of annotated sentences for a recognizer: other names, other spellings, other signs.

A recognizer that has seen a name learns the name; one that sees another name each time learns where
names stand and how they look.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from spacy_ddi.corpora.docs import make_examples, sentence_to_doc
from spacy_ddi.corpora.documents import Mention, Sentence
from spacy_ddi.errors import require
from spacy_ddi.gold import labelled_pairs
from spacy_ddi.name_tables import read_names_table

Augmenter = Callable[[Language, Example], Iterator[Example]]

NAMED_TYPES: Final = ("drug", "brand")
"""Types whose names are exchanged for others of the same type."""

EXCHANGED: Final = 0.5
"""Share of the names of a varied sentence that are exchanged."""

SHORTENED: Final = 0.5
"""Share of the names with a usual short form that get it."""

CONSUMED: Final = 0.08
"""Share of the interacting names that become a food or herb."""

MISSPELT: Final = 0.05
"""Share of the names of `MISSPELT_FROM` letters or more that get a wrong letter."""

MISSPELT_FROM: Final = 7

SIGNED: Final = 0.08
"""Share of the names that get a sign."""

JOINED: Final = 0.3
"""Share of the pairs 'A and B' that become 'A/B' or the like."""

NAME_SIGNS: Final = {
    "brand": ("®", "(R)", "™", " ®", " (TM)", "*"),
    "drug": ("*", "†", " [12]", "(1)", " (5 mg)", " 20mg", "‡"),
}

_JOINTS: Final = ("/", "+", " + ", " / ", "-", " & ")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
UPPER, LOWER, CAPITALIZED = 0.08, 0.08, 0.04
"""Shares of the varied sentences that are written in another case as a whole."""


class Piece(NamedTuple):
    """A part of a sentence.

    text (str): Its characters.
    label (str): The type of the mention that it is, or empty.
    interacts (bool): Whether the mention is known to interact.
    """

    text: str
    label: str = ""
    interacts: bool = False


class Names(NamedTuple):
    """What names are exchanged for.

    by_type (Dict[str, List[str]]): Names of each type.
    short (Dict[str, List[Tuple[str, str]]]): Usual short forms and their types by the name that
        they stand for, in lower case.
    consumed (List[Tuple[str, str]]): Foods and herbs, and their types.
    """

    by_type: dict[str, list[str]]
    short: dict[str, list[tuple[str, str]]]
    consumed: list[tuple[str, str]]


def configure_vary_names(
    names: str | None, in_use: str | None = None, level: float = 0.5, seed: int = 0
) -> Augmenter:
    """Registered as `spacy-ddi.vary_names.v1` (@augmenters), for `spacy-ddi.DocBinCorpus.v1`.

    A varied sentence has other names of the same types, usual short forms, foods and herbs in place
    of interacting drugs, misspelt names, names with signs, 'A/B' for 'A and B', or another case.

    names (Optional[str]): TSV file with columns `name` and `type`. Without it, names are not
        exchanged for others.
    in_use (Optional[str]): TSV file with columns `name`, `type` and `stands for`: short forms, and
        foods and herbs, which stand for nothing.
    level (float): Share of the sentences that are varied.
    seed (int): Chooses sentences and names.
    RETURNS (Callable[[Language, Example], Iterator[Example]]): The augmenter. It yields one
        example for each, varied or as it was.
    RAISES (CorpusError): If a file has not the columns.
    """
    require(0 <= level <= 1, "spacy-ddi.vary_names.v1", "level", level, "0 to 1")
    known = read_names(names and Path(names), in_use and Path(in_use))
    random = Random(seed)

    def vary(nlp: Language, example: Example) -> Iterator[Example]:
        if random.random() >= level:
            yield example
            return
        pieces = vary_pieces(pieces_of(example.reference), known, random)
        reference = sentence_to_doc(as_sentence(pieces), nlp.make_doc)
        yield from make_examples([reference], nlp.make_doc, gold_mentions=False)

    return vary


def read_names(names: Path | str | None, in_use: Path | str | None) -> Names:
    """Read what names are exchanged for.

    names, in_use (Optional[Path]): See `configure_vary_names`.
    RETURNS (Names): The names; empty where there is no file.
    RAISES (CorpusError): If a file has not the columns.
    """
    known = Names(defaultdict(list), defaultdict(list), [])
    for row in read_names_table(Path(names), ("name", "type")) if names else ():
        known.by_type[row["type"]].append(row["name"])
    for row in read_names_table(Path(in_use), ("name", "type", "stands for")) if in_use else ():
        if row["stands for"]:
            known.short[row["stands for"].lower()].append((row["name"], row["type"]))
        else:
            known.consumed.append((row["name"], row["type"]))
    return known


def pieces_of(doc: Doc) -> list[Piece]:
    """The entities of a gold Doc and the text between them.

    doc (Doc): The Doc.
    RETURNS (List[Piece]): Pieces whose texts make the Doc's together.
    """
    interacting = {place for pair in labelled_pairs(doc) for place in pair}
    pieces: list[Piece] = []
    end = 0
    for ent in doc.ents:
        pieces.append(Piece(doc.text[end : ent.start_char]))
        place = (ent.start_char, ent.end_char)
        pieces.append(Piece(ent.text, ent.label_, place in interacting))
        end = ent.end_char
    return [*pieces, Piece(doc.text[end:])]


def as_sentence(pieces: Sequence[Piece]) -> Sentence:
    """Pieces as a corpus sentence without interactions.

    pieces (Sequence[Piece]): The pieces.
    RETURNS (Sentence): Their text, and a mention for each piece with a label.
    """
    mentions: list[Mention] = []
    end = 0
    for piece in pieces:
        start, end = end, end + len(piece.text)
        if piece.label and piece.text:
            mentions.append(Mention(f"m{len(mentions)}", piece.label, ((start, end),)))
    return Sentence("varied", "".join(piece.text for piece in pieces), tuple(mentions), ())


def vary_pieces(pieces: Sequence[Piece], names: Names, random: Random) -> list[Piece]:
    """A variant of a sentence.

    pieces (Sequence[Piece]): The sentence.
    names (Names): What names are exchanged for.
    random (Random): Chooses.
    RETURNS (List[Piece]): Pieces of the same number and order.
    """
    others: dict[tuple[str, str], Piece] = {}
    varied: list[Piece] = []
    for piece in pieces:
        name = piece.text, piece.label
        if piece.label and name not in others:
            others[name] = _other_name(piece, names, random)
        varied.append(others[name] if piece.label else piece)
    varied = _join_names(varied, random)
    cases = (str.upper, str.lower, _capitalized, str)
    shares = (UPPER, LOWER, CAPITALIZED, 1 - UPPER - LOWER - CAPITALIZED)
    case = random.choices(cases, shares)[0]
    varied = [piece._replace(text=case(piece.text)) for piece in varied]
    return varied if case is not str else _sign_names(varied, random)


def _other_name(piece: Piece, names: Names, random: Random) -> Piece:
    """What stands in place of a name throughout the sentence."""
    text, label = piece.text, piece.label
    short = names.short.get(text.lower())
    if short and random.random() < SHORTENED:
        return Piece(*random.choice(short))
    if piece.interacts and names.consumed and random.random() < CONSUMED:
        name, label = random.choice(names.consumed)
        return Piece(name[:1].upper() + name[1:] if text[:1].isupper() else name, label)
    of_type = names.by_type.get(label, [])
    if label in NAMED_TYPES and of_type and random.random() < EXCHANGED:
        text = _in_case_of(text, random.choice(of_type), label)
    if len(text) >= MISSPELT_FROM and text.isalpha() and random.random() < MISSPELT:
        text = _misspelt(text, random)
    return piece._replace(text=text, label=label)


def _in_case_of(old: str, new: str, label: str) -> str:
    """A name written as another one of its type: generic names small within a sentence."""
    if old.isupper() and len(old) > 3:
        return new.upper()
    if label == "drug":
        return new[:1].upper() + new[1:] if old[:1].isupper() else new
    return new


def _misspelt(name: str, random: Random) -> str:
    """A name with one letter left out, doubled, exchanged or in its neighbour's place."""
    i = random.randrange(1, len(name) - 1)
    letter = random.choice(_LETTERS)
    if name.isupper():
        letter = letter.upper()
    middle = random.choice(["", name[i] * 2, letter, name[i + 1] + name[i]])
    following = i + (2 if len(middle) == 2 and middle[0] != middle[1] else 1)
    return name[:i] + middle + name[following:]


def _join_names(pieces: list[Piece], random: Random) -> list[Piece]:
    """'A and B' as 'A/B', now and then."""
    joined = list(pieces)
    for i in range(1, len(pieces) - 1):
        between = pieces[i - 1].label and pieces[i + 1].label and pieces[i].text == " and "
        if between and random.random() < JOINED:
            joined[i] = Piece(random.choice(_JOINTS))
    return joined


def _sign_names(pieces: list[Piece], random: Random) -> list[Piece]:
    """Signs after some of the names, outside of the mentions."""
    signed = list(pieces)
    for i, piece in enumerate(pieces[:-1]):
        signs = NAME_SIGNS.get(piece.label)
        following = pieces[i + 1]
        if signs and not following.label and random.random() < SIGNED:
            signed[i + 1] = Piece(random.choice(signs) + following.text)
    return signed


def _capitalized(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), text)
