"""spaCy's English tokens, with signs and invisible characters apart from the names they touch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from spacy.attrs import IS_SPACE
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from spacy_ddi.text.characters import (
    INVISIBLE,
    LIGATURES,
    LINE_BREAK,
    LONGEST_WORD,
    is_second_part,
    keeps_hyphen,
    never_joined,
)

_SIGNS: Final = "®™℠©†‡§¶‹›|•‣⁃◦▪▫■□●○◆◇►▶▸➢➤✓✔←-⇿⟰-⟿"
"""Signs that are in no name."""

_JOINT: Final = "[/+=;,&|]"
_NOTE: Final = r"\d{1,2}(?:[,–-]\d{1,2})*"
_REFERENCES: Final = r"\d{1,3}(?:[ ]?[,;–-][ ]?\d{1,3})*"

# There is a token boundary at each of these places.
_GLUED: Final = re.compile(
    "|".join(
        (
            # warfarin®, warfarin†, aspirin→warfarin, aspirin|warfarin, •warfarin, aspirin->warfarin
            rf"(?<=\S)(?=[{_SIGNS}])|(?<=[{_SIGNS}])(?=\S)",
            r"(?<=\w)(?=<?[-=]{1,2}>[^\W_])|(?<=\w[-=]>)(?=\w)|(?<=\w[-=]{2}>)(?=\w)",
            # Brackets at the end of a word: warfarin(5mg), Warfarin(R), warfarin[12], but not
            # drug(s), poly(ethylene)glycol, iron(III), mmol(-1)
            r"(?<=[^\W\d_]{4})(?=\((?!(?:s|es|ies|[IVX]+|-\d+)\))[^()\s]*(?:\)(?![\w-])|\s))",
            r"(?<=[^\W\d_]{4})(?=\[(?!(?:s|es|ies|[IVX]+|-\d+)\])[^\[\]\s]*(?:\](?![\w-])|\s))",
            r"(?<=[^\W\d_]{4})(?=\{[^{}\s]*\}(?![\w-]))|(?<=\w)(?=</?[a-z]{1,6}>)|(?<=[a-z]>)(?=\w)",
            r"(?<=[^\W\d_]{3})(?=\((?:R|TM|SM|C)\))"
            r"|(?<=\((?:R|C)\))(?=\w)|(?<=\((?:TM|SM)\))(?=\w)",
            rf"(?<=[\w.,;:)])(?=\[{_REFERENCES}\](?![\w-]))",
            rf"(?<=[)\]])(?={_JOINT}[^\W_]{{3}})|(?<=[)\]]{_JOINT})(?=[^\W_]{{3}})",
            # Footnotes: warfarin1, phenytoin2,3, warfarin¹, interaction.12
            rf"(?<=[a-z]{{4}})(?=(?P<note>){_NOTE}(?![\w%-]|[.,–]\d))",
            r"(?<=[A-Za-z]{3})(?=[¹²³⁰⁴-⁹]{1,3}(?:[,–⁻-][¹²³⁰⁴-⁹]{1,3}){0,9}(?!\w))",
            r"(?<=[^\W\d_][.,;:)])(?=[¹²³⁰⁴-⁹])",
            r"(?<=[a-z]{4})(?=[ªºᵃ-ᵿ]+(?!\w))|(?<=[a-z]{4})(?=\^\d{1,2}(?!\w))",
            rf"(?<=[a-z]{{4}})(?=\.{_NOTE}(?:\s|$))|(?<=[a-z]{{4}}\.)(?={_NOTE}(?:\s|$))",
            # Doses: warfarin5mg
            r"(?<=[a-z]{4})(?=\d+(?:\.\d+)?(?:mg|mcg|[µμ]g|g|kg|ml|mL|IU|%)(?!\w))",
            # Lists: a;b;c, aspirin_warfarin, aspirin,5-fluorouracil
            r"(?<=[\w)\]*])(?=;[^\W_])|(?<=[\w)\]*];)(?=[^\W_])",
            r"(?<=[a-z]{3})(?=_[^\W\d_]{3})|(?<=[a-z]{3}_)(?=[^\W\d_]{3})",
            r"(?<=[a-z]{3})(?=[,:=<>≤≥≈~±×]\d)|(?<=[a-z]{3}[,:=<>≤≥≈~±×])(?=\d)",
        )
    ),
    re.MULTILINE,
)
# Any other sign between two names, after one or before one: aspirin+warfarin, warfarin~, @warfarin
_SIGN: Final = r"[^\w\s.,:'’()\[\]{}/–—-]"
_RUN: Final = re.compile(
    rf"(?<=[^\W\d_]{{3}})[)\]}}]?(?:(?!@){_SIGN}|/(?!\w)|(?<=/)/){{1,4}}[(\[{{]?(?=[^\W\d_]{{3}})"
    rf"|(?<=[^\W\d_]{{4}})(?:(?:{_SIGN}|[/–—]){{1,4}}|-(?=[.,;:)]))(?=[.,;:)\]!?]*(?:\s|$))"
    rf"|(?<![^\s(\[{{])(?:{_SIGN}|/){{1,4}}(?=[^\W\d_]{{4}})"
    r"|(?<![^\s(\[{])(?P<hyphen>[-–—])(?=(?P<word>[^\W\d_]{4,}))"
)
# Without one of these there is no such place; it is much faster to look for them.
_MAY_BE_GLUED: Final = re.compile(
    rf"[{_SIGNS}¹²³⁰⁴-⁹ªºᵃ-ᵿ≤≥≈~±×\\]|[\w.,;:)][(\[{{]|[a-z]{{4}}\.?\d|[a-z]{{3}}[,:=<>]\d"
    rf"|[)\]](?:{_JOINT}|-)?\w|[)\]]{_SIGN}|_\w|[^\W\d_](?![;?!%]\s){_SIGN}|{_SIGN}[^\W\d_]|[^\W\d_][/–—-][\s.,;:)]"
    r"|//|(?<!\S)[-–—/][^\W\d_]"
)
# What a number may belong to.
_NUMBERED: Final = re.compile(
    r"(?<![^\W\d_])(?:omega|inter(?:leukin|feron)|factor|type|phase|days?|weeks?"
    r"|months?|years?|table|group|fig(?:ure)?|grade|stage|vitamin|compound|cells?|visit|period|part"
    r"|step|level|class|case|cohort|study|model|panel|sample|section|chapter|protein|cytochrome"
    r"|alpha|beta|gamma|delta|kappa|lambda)$",
    re.IGNORECASE,
)
# Prefixes that say which isomer: (S)-warfarin, R-(+)-warfarin
_ISOMER: Final = re.compile(
    r"(?<![^\s(\[/,;-])(?:[RSDLrsdl]-)?"
    r"(?:(?P<sign>\((?:[RSEZrsez]|[RSEZ],[RSEZ]|±|\+|[-−–]|\+/[-−–])\))(?P<hyphen>-)"
    r"|(?P<isotope>\[\d{1,3}[A-Z][a-z]?\d?\])(?P<after>-?))(?=[^\W\d_]{3})"
)
# An address, or a character reference of HTML, is cut nowhere.
_WHOLE: Final = re.compile(r"(?:://|www\.|\S@\w)\S*$|&(?:#\d+|\w{2,6});?$")
_TO_EDIT: Final = re.compile(f"[{INVISIBLE}{''.join(LIGATURES)}]")
_TOO_LONG: Final = re.compile(rf"\S{{{LONGEST_WORD}}}(?=\S)")
_BLANK: Final = re.compile(rf"[\s{INVISIBLE}]+")
_GAP: Final = re.compile(rf"[{INVISIBLE}]|\s+|[^\s{INVISIBLE}]")


class Edit(NamedTuple):
    """What spaCy's tokenizer reads in place of `text[start:end]`."""

    start: int
    end: int
    text: str


def configure_drug_tokenizer() -> Callable[[Language], Tokenizer]:
    """Registered as `spacy-ddi.DrugTokenizer.v1` (@tokenizers): see `DrugTokenizer`.

    RETURNS (Callable[[Language], DrugTokenizer]): Makes the tokenizer of a pipeline.
    """

    def make(nlp: Language) -> Tokenizer:
        stock = registry.tokenizers.get("spacy.Tokenizer.v1")()(nlp)
        return DrugTokenizer(
            nlp.vocab,
            rules=stock.rules,
            prefix_search=stock.prefix_search,
            suffix_search=stock.suffix_search,
            infix_finditer=stock.infix_finditer,
            token_match=stock.token_match,
            url_match=stock.url_match,
        )

    return make


class DrugTokenizer(Tokenizer):
    """spaCy's tokenizer of the language, which reads an edited copy of the text. The tokens are of
    the text as it was given: `doc.text` is the same, character by character.

    - Signs that are glued to a name stand apart, as if there were a blank: 'Warfarin(R)',
      'warfarin†', 'warfarin[12]', 'warfarin(5mg)', 'phenytoin2,3', 'aspirin+warfarin', 'a;b;c',
      '(S)-warfarin'. Chemical names such as 'poly(ethylene)glycol' stay as spaCy has them.
    - Invisible characters (zero-width space, soft hyphen, byte order mark, direction marks) don't
      count. Inside a word they stay in its token. At its edge each is a token of its own, and
      white space (`token.is_space`).
    - A word that is broken at a line end is one token, with hyphen and line end in it
      ('flucona-\\nzole'), if the hyphen came with the line end. It did not where
      `text.characters.keeps_hyphen` says so: 'drug-\\ninduced' has the tokens of 'drug-induced',
      with the line end between them.
    - A word of more than `LONGEST_WORD` characters is cut into pieces of that length.
    - Ligatures and Unicode hyphens are read as plain letters and hyphens.

    It is stored, loaded and pickled as spaCy's.
    """

    def __init__(self, vocab: Vocab, *args: object, **kwargs: object) -> None:
        """As spaCy's `Tokenizer`."""
        super().__init__(vocab, *args, **kwargs)
        mark_invisible(vocab)

    def __call__(self, string: str) -> Doc:
        """Tokenize a text.

        string (str): The text.
        RETURNS (Doc): Its tokens.
        """
        readable, origin = apply_edits(string, removals(string))
        edited, places = apply_edits(readable, breaks(readable))
        if edited == string:
            return super().__call__(string)
        pieces: list[str] = []
        end = 0
        for token in super().__call__(edited):
            first = origin[places[token.idx]]
            last = origin[places[token.idx + len(token) - 1]]
            pieces.extend(_GAP.findall(string, end, first))
            pieces.append(string[first : last + 1])
            end = last + 1
        pieces.extend(_GAP.findall(string, end))
        return doc_of_pieces(self.vocab, pieces)


def mark_invisible(vocab: Vocab) -> None:
    """Let invisible characters count as white space, so that no name begins with one.

    vocab (Vocab): Changed in place.
    """
    # The words that it knows are forgotten when it is loaded; this is not.
    vocab.lex_attr_getters[IS_SPACE] = is_blank  # type: ignore[attr-defined]
    for first, last in re.findall("(.)(?:-(.))?", INVISIBLE, re.DOTALL):
        if ord(first) < 0xE0000:
            for code in range(ord(first), ord(last or first) + 1):
                if chr(code) in vocab:
                    vocab[chr(code)].set_flag(IS_SPACE, True)


def is_blank(word: str) -> bool:
    """Whether a word is white space or invisible.

    word (str): The word.
    RETURNS (bool): True if nothing of it can be seen.
    """
    return word.isspace() or _BLANK.fullmatch(word) is not None


def removals(text: str) -> list[Edit]:
    """What is not read: invisible characters, hyphens at line ends; and ligatures in plain letters.

    text (str): The text.
    RETURNS (List[Edit]): In the order of the text; they don't overlap.
    """
    edits: list[Edit] = []
    if "\n" in text or "\r" in text or not text.isascii():
        for match in LINE_BREAK.finditer(text):
            edits.extend(_joined(match))
    if not text.isascii() or not text.isprintable():
        for match in _TO_EDIT.finditer(text):
            edits.append(Edit(match.start(), match.end(), LIGATURES.get(match[0], "")))
    edits.sort(key=lambda edit: (edit.start, -edit.end))
    kept: list[Edit] = []
    for edit in edits:
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def breaks(text: str) -> list[Edit]:
    """Where names touch signs, and where words are too long.

    text (str): The text without what is not read.
    RETURNS (List[Edit]): Blanks to insert, in the order of the text.
    """
    places = {match.end() for match in _TOO_LONG.finditer(text)}
    if _MAY_BE_GLUED.search(text):
        places.update(place for place in _glued(text) if _may_break(text, place))
    return [Edit(place, place, " ") for place in sorted(places)]


def _glued(text: str) -> set[int]:
    places = {
        match.start()
        for match in _GLUED.finditer(text)
        if match["note"] is None or not _NUMBERED.search(_before(text, match.start()))
    }
    for match in _RUN.finditer(text):
        if match["hyphen"] is None or not is_second_part(match["word"]):
            places |= {match.start(), match.end()}
    for match in _ISOMER.finditer(text):
        places |= {match.start(group) for group in ("sign", "isotope") if match[group]}
        places |= {match.end(group) for group in match.groupdict() if match[group]}
        places.discard(match.start())
    return places


def _may_break(text: str, place: int) -> bool:
    if not 0 < place < len(text) or text[place - 1].isspace() or text[place].isspace():
        return False
    return not _WHOLE.search(_before(text, place))


def apply_edits(text: str, edits: list[Edit]) -> tuple[str, Sequence[int]]:
    """The edited text, and where its characters come from.

    text (str): The text.
    edits (List[Edit]): In the order of the text; they don't overlap.
    RETURNS (Tuple[str, Sequence[int]]): The edited text, and the place in the text of each of its
        characters; that of an inserted blank means nothing.
    """
    if not edits:
        return text, range(len(text))
    parts: list[str] = []
    origin: list[int] = []
    end = 0
    for edit in [*edits, Edit(len(text), len(text), "")]:
        parts += (text[end : edit.start], edit.text)
        origin += range(end, edit.start)
        origin += [edit.start] * len(edit.text)
        end = edit.end
    return "".join(parts), origin


def doc_of_pieces(vocab: Vocab, pieces: list[str]) -> Doc:
    """A Doc of the pieces of a text, each a token; a blank after a token belongs to it.

    vocab (Vocab): Of the Doc.
    pieces (List[str]): The text in pieces.
    RETURNS (Doc): The same text.
    """
    words: list[str] = []
    spaces: list[bool] = []
    for piece in pieces:
        rest = piece
        if rest[0] == " " and words and not spaces[-1]:
            spaces[-1] = True
            rest = rest[1:]
        if rest:
            words.append(rest)
            spaces.append(False)
    return Doc(vocab, words=words, spaces=spaces)


def _before(text: str, place: int) -> str:
    return text[max(0, place - 60) : place]


def _joined(match: re.Match[str]) -> Iterator[Edit]:
    """What the tokenizer does not read of a hyphen at a line end."""
    soft = match["hyphen"] == "\u00ad"
    if soft or not keeps_hyphen(match["left"], match["right"]):
        yield Edit(match.start("hyphen"), match.end("end"), "")
    elif not never_joined(match["right"]):
        yield Edit(match.start("end"), match.end("end"), "")
