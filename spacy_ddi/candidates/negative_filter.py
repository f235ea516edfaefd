"""Rules that tell a pair negative before the network sees it (paper, section 3.1).

(a) Two mentions of the same referent: the same string, or a name and its alias in parentheses; if
wanted, also two names that a linker found to be of one drug.
(b) Two mentions in one coordination of three or more: 'warfarin, digoxin and phenytoin'.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from spacy_ddi.linked_drugs import drugs_of

MIN_COORDINATION = 3
"""A coordination of exactly two is kept: in the corpus 268 such pairs do interact."""

_SIGNS = r"\s*[*†‡§®™]*\s*"
_ITEM = r"(?:[^\W\d_]|\[)(?:[^\W\d_]|[ *'\u2019\[\]-]){0,39}"
_SEPARATOR = re.compile(
    rf"{_SIGNS}(?:[,;/]|(?:[,;]\s*)?(?:and/or|and|or))\s*|{_SIGNS};\s*(?:{_ITEM};\s*)+"
)
"""With the signs that may follow a name: 'alcohol*; allopurinol'. Between semicolons there may be
things that are no mention: 'warfarin; a diet high in vitamin K; aspirin'."""
_OPENING = re.compile(r"\s*[(\[]\s*")
_WORD_START = r"(?<![^\W_])"
_CLOSING = re.compile(r"\s*[)\]]")


@runtime_checkable
class NegativeFilter(Protocol):
    """Tells which pairs to keep. Must be picklable: a module-level function or a partial. It is
    also asked about reference Docs, which may have tokens and mentions only, and no parse."""

    def __call__(
        self, doc: Doc, mentions: Sequence[Span], pairs: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Decide which pairs of one Doc to keep.

        doc (Doc): The Doc.
        mentions (Sequence[Span]): Its K mentions in text order.
        pairs (NDArray): Shape (P, 2): indices into the mentions.
        RETURNS (NDArray): Shape (P,): False for a pair that is negative by rule.
        """
        ...


def configure_negative_filter(
    same_referent: bool = True, coordination: bool = True, identifiers: bool = False
) -> NegativeFilter:
    """Registered as `spacy-ddi.negative_filter.v1` (@misc): the paper's rules.

    same_referent (bool): Whether to drop pairs that name the same thing, rule (a).
    coordination (bool): Whether to drop pairs of one coordination of three or more, rule (b).
    identifiers (bool): Whether to drop pairs that the component `drug_linker`, which must then come
        before the encoder, found to be one drug: 'Zestril' and 'lisinopril', or a combination and
        one of its ingredients.
    RETURNS (NegativeFilter): The filter.
    """
    return partial(
        keep_pairs,
        same_referent=same_referent,
        coordination=coordination,
        identifiers=identifiers,
    )


def keep_pairs(
    doc: Doc,
    mentions: Sequence[Span],
    pairs: NDArray[np.int64],
    *,
    same_referent: bool,
    coordination: bool,
    identifiers: bool,
) -> NDArray[np.bool_]:
    """Apply the chosen rules to the pairs of one Doc; see `NegativeFilter`."""
    keep = np.ones(len(pairs), dtype=bool)
    text = doc.text  # a Doc puts it together anew each time
    if same_referent:
        found = aliases(text, mentions)
        keep &= ~_equal_at(referents(mentions, found), pairs)
        keep &= ~_is_alias(found, pairs, len(mentions))
    if identifiers:
        keep &= ~same_drugs(doc, mentions)[pairs[:, 0], pairs[:, 1]]
    if coordination:
        groups = coordinations(text, mentions)
        sizes = np.bincount(groups, minlength=len(groups))[groups]
        keep &= ~(_equal_at(groups, pairs) & (sizes[pairs[:, 0]] >= MIN_COORDINATION))
    return keep


def referents(mentions: Sequence[Span], found: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """Number the things that the mentions name: mentions of equal string, case aside, name one
    thing, and so do an abbreviation and the long form that the Doc gives with it in parentheses
    (Schwartz & Hearst 2003).

    mentions (Sequence[Span]): K mentions in text order.
    found (Iterable[Tuple[int, int]]): Their `aliases`.
    RETURNS (NDArray): Shape (K,): a number a mention, equal for the same referent.
    """
    names = [mention.text.lower() for mention in mentions]
    long_forms = {}
    for first, second in found:
        if is_abbreviation(names[second], names[first]):
            long_forms[names[second]] = names[first]
    resolved = [long_forms.get(name, name) for name in names]
    return np.unique(np.array(resolved, dtype=object), return_inverse=True)[1].astype(np.int64)


def same_drugs(doc: Doc, mentions: Sequence[Span]) -> NDArray[np.bool_]:
    """Which mentions a linker found to name one drug, or a combination and what is in it.

    doc (Doc): The Doc.
    mentions (Sequence[Span]): Its K mentions.
    RETURNS (NDArray): Shape (K, K): True for two of the same; False where a mention is not linked.
    """
    drugs = drugs_of(doc)
    found = [drugs.get((mention.start_char, mention.end_char)) for mention in mentions]
    named = {i: drug.referents for i, drug in enumerate(found) if drug}
    same = np.zeros((len(found), len(found)), dtype=bool)
    for i, j in itertools.product(named, repeat=2):
        same[i, j] = named[i] <= named[j] or named[j] <= named[i]
    return same


def is_abbreviation(short_form: str, long_form: str) -> bool:
    """Whether the letters and digits of one name stand in the other in the same order, the first
    of them at the start of a word: the test of Schwartz & Hearst (2003, section 3.2), whatever the
    case. scispaCy's `find_abbreviation` gives the same answers, but can't be installed on every
    Python.

    short_form (str): The name that may be an abbreviation: 'MAOIs'.
    long_form (str): The name that it may stand for: 'monoamine oxidase inhibitors'.
    RETURNS (bool): Whether it is one. False if the short form has no letter and no digit.
    """
    letters = [sign for sign in short_form.lower() if sign.isalnum()]
    long_form = long_form.lower()
    start = re.search(_WORD_START + letters[0], long_form) if letters else None
    if start is None:
        return False
    rest = iter(long_form[start.end() :])
    return all(letter in rest for letter in letters[1:])  # `in` takes from `rest` what it passes


def aliases(text: str, mentions: Sequence[Span]) -> list[tuple[int, int]]:
    """Neighbouring mentions of which the second alone stands in parentheses: 'naproxen (Anaprox)'.

    text (str): Text of a Doc.
    mentions (Sequence[Span]): Its mentions in text order.
    RETURNS (List[Tuple[int, int]]): Indices into the mentions.
    """
    return [
        (i, i + 1)
        for i, (first, second) in enumerate(itertools.pairwise(mentions))
        if first.end <= second.start
        and _OPENING.fullmatch(text, first.end_char, second.start_char)
        and _CLOSING.match(text, second.end_char)
    ]


def coordinations(text: str, mentions: Sequence[Span]) -> NDArray[np.int64]:
    """Number the coordinations: runs of mentions with only a comma, semicolon, slash, 'and' or
    'or' (or a comma and one of these words) between them. By the text rather than the parse: drug
    lists are where parsers fail first.

    A run is parted where it holds several coordinations: 'warfarin and | aspirin or ibuprofen',
    'lopinavir/ritonavir and | boceprevir', 'warfarin and | aspirin, ibuprofen'.

    text (str): Text of a Doc.
    mentions (Sequence[Span]): Its K mentions in text order.
    RETURNS (NDArray): Shape (K,): a number a mention, equal within a coordination.
    """
    joints = [_joint(text, first, second) for first, second in itertools.pairwise(mentions)]
    breaks: list[bool] = []
    for is_run, run in itertools.groupby(joints, bool):
        within = list(run)
        breaks += breaks_within(within) if is_run else [True] * len(within)
    return np.cumsum([0, *breaks][: len(mentions)]).astype(np.int64)


def breaks_within(joints: Sequence[str]) -> list[bool]:
    """Where a run of mentions holds several coordinations.

    joints (Sequence[str]): What stands between its mentions: "/", ",", "and" or "or".
    RETURNS (List[bool]): For each, whether one coordination ends there and another begins. What a
        slash joins is one member.
    """
    places = [i for i, joint in enumerate(joints) if joint != "/"]
    if len(places) == 1 < len(joints):
        return [i == places[0] for i in range(len(joints))]
    kinds = {joints[i] for i in places}
    last_comma = max((i for i in places if joints[i] == ","), default=-1)
    has_both = {"and", "or"} <= kinds
    return [
        (joint == "and" and has_both) or (joint in ("and", "or") and i < last_comma)
        for i, joint in enumerate(joints)
    ]


def _joint(text: str, first: Span, second: Span) -> str:
    """What joins two neighbours in a coordination; empty if nothing does."""
    if first.end > second.start or not _SEPARATOR.fullmatch(
        text, first.end_char, second.start_char
    ):
        return ""
    between = text[first.end_char : second.start_char].lower()
    if ";" in between:  # there may be words between two of them
        return ","
    # 'and/or' is no slash.
    return next((joint for joint in ("or", "and", "/") if joint in between), ",")


def _equal_at(numbers: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    equal: NDArray[np.bool_] = numbers[pairs[:, 0]] == numbers[pairs[:, 1]]
    return equal


def _is_alias(
    found: Sequence[tuple[int, int]], pairs: NDArray[np.int64], size: int
) -> NDArray[np.bool_]:
    known = np.array(found, dtype=np.int64).reshape(-1, 2)
    return np.isin(pairs[:, 0] * size + pairs[:, 1], known[:, 0] * size + known[:, 1])
