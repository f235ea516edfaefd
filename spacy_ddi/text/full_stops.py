"""Where sentences end within running text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from spacy_ddi.text.marks import INLINE_BULLET

# After these a capital or a number goes on with the sentence.
_ABBREVIATIONS: Final = frozenset(
    "adj al app approx apr assoc aug ave avg bot ca calc capt cf chap cit co col comp conc "
    "cont corp dec dept diff dr ed eds eq eqs esp est exp feb fig figs gen gov hon inc incl "
    "int jan jr jul jun ltd mar max med messrs min mol mr mrs ms mt nat nos nov oct op orig p "
    "pp pat ph.d prof pt pts pub ref refs rel rep resp rev sec sect sep sept ser sp spp sr "
    "ssp st subsp suppl tab techn temp univ var viz vol vols vs wt e.g i.e c.f d.c v.s".split()
)
# These end a sentence as often as not, where a capital follows.
_MAY_END: Final = frozenset("al co inc ltd sp spp min max app op exp est med gen pt mar".split())
# After these comes a number that belongs to them.
_BEFORE_NUMBER: Final = frozenset(
    "no nos fig figs vol ref refs eq sec tab chap p pp art ca".split()
)
_BEFORE_NAME: Final = frozenset("by and of from with to & et dr mr mrs prof".split())

_CLOSERS: Final = r"[\"'”’»)\]]*"
_OPENERS: Final = r"[\"'“‘«(\[]*"
_NOTES: Final = r"(?:\[\d[\d,;–\s-]*\]|(?<=[^\W\d_][.!?])\d{1,2}(?:[,–-]\d{1,2})*|[¹²³⁰⁴-⁹,]+)?"

_STOP: Final = re.compile(
    rf"(?P<mark>[.!?…])(?P<closers>{_CLOSERS}){_NOTES}"
    rf"(?P<gap>\s+(?:(?<=[\n\r])>[\s>]*)?)(?=(?:[-–*]\s+)?{_OPENERS}(?P<next>\w))"
)
_LAST_WORD: Final = re.compile(r"[^\s(\[\"“‘]*$")
# A blank is missing after the full stop: '…levels.Warfarin…'
_GLUED_STOP: Final = re.compile(r"[.!?](?=[A-Z][a-z]+[\s,])")
# '2. Rifampin', 'A. Niger': the number of an item, or an initial, begins a sentence.
_NUMBER: Final = re.compile(r"\(?(?:\d{1,3}|[a-z])")
_SEMICOLON: Final = re.compile(r";\s+(?=\S)")
VERB: Final = re.compile(
    r"\b(?:is|are|was|were|may|might|can|could|should|must|will|has|have|had|do|does|did|appears?"
    r"|[a-z]{2,}(?:creas|duc|hibit|enhanc|affect|potentiat|lower|rais|interact|block|prolong|caus"
    r"|elevat|alter|chang|ments|binds?)\w*)\b"
)
"""Words that show a clause."""


def sentence_starts(text: str) -> list[int]:
    """Where sentences begin within running text, by its punctuation.

    A sentence ends with a full stop, exclamation or question mark, before a capital or a number.
    It does not end after an abbreviation ('e.g.', 'Dr.', 'Fig. 2') or an initial ('by J. Smith').
    A semicolon between two clauses ends one, too, as in the DDI corpus; one between the items of a
    list, or in brackets, does not.

    text (str): One paragraph, or less; a line end counts as a blank.
    RETURNS (List[int]): Places of the first characters, but for the text's own start.
    """
    starts = {match.start() for match in INLINE_BULLET.finditer(text)}
    for match in _GLUED_STOP.finditer(text):
        before = text[max(0, match.start() - 4) : match.start()].rstrip(")]")
        if len(before) >= 3 and before[-3:].isalpha() and before.islower():
            starts.add(match.end())
    previous = 0
    for match in _STOP.finditer(text):
        if _is_end(text, match, previous):
            previous = match.end()
            starts.add(previous)
    for start, end in itertools.pairwise(sorted({0, *starts, len(text)})):
        starts.update(_clause_starts(text, start, end))
    return sorted(starts)


def _clause_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Where clauses begin after semicolons, in one sentence of a text."""
    places = [match.end() for match in _SEMICOLON.finditer(text, start, end)]
    has_verb, depth = False, 0
    for place, following in itertools.pairwise([*places, end]):
        # What was counted before is not read again: lists can be long.
        part = text[start:place]
        has_verb = has_verb or VERB.search(part) is not None
        depth += sum(part.count(sign) for sign in "([") - sum(part.count(sign) for sign in ")]")
        start = place
        if depth <= 0 and has_verb and VERB.search(text, place, following):
            yield place
            has_verb, depth = False, 0


def _is_end(text: str, match: re.Match[str], previous: int) -> bool:
    following = match["next"]
    if not (following.isupper() or following.isdigit()):
        return False
    if match["mark"] != ".":
        return True
    end = match.start()
    found = _LAST_WORD.search(text[max(previous, end - 30) : end])
    word = found[0].lower() if found else ""
    start = end - len(word)
    if start == previous and _NUMBER.fullmatch(word):
        return False
    if word in _ABBREVIATIONS:
        return word in _MAY_END and following.isupper() and not match["closers"]
    if len(word) == 1 and word.isalpha() and following.isupper():
        before = text[previous:start].rstrip().rpartition(" ")[2]
        is_name = before.istitle() or before.endswith((",", ".")) or before.lower() in _BEFORE_NAME
        return bool(before) and not is_name
    return not (following.isdigit() and word in _BEFORE_NUMBER)
