"""Types that may be slips of the pen, of a corpus that is read as training data."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches


def unusual_types(
    found: Iterable[str], usual: Collection[str], listed: Collection[str] = ()
) -> list[str]:
    """Types that may be slips: a corpus with types of its own has none of the usual ones.

    found (Iterable[str]): The types of a corpus.
    usual (Collection[str]): Types that are nothing unusual.
    listed (Collection[str]): Types that the corpus lists as its own. If there is such a list, what
        is neither listed nor usual is unusual; else, what stands beside usual ones.
    RETURNS (List[str]): The unusual ones, in alphabetical order.
    """
    types = set(found)
    others = types - {*usual, *listed}
    return sorted(others) if listed or types & set(usual) else []


def said(types: Iterable[str], usual: Collection[str]) -> str:
    """Types in words, with what may have been meant.

    types (Iterable[str]): The types.
    usual (Collection[str]): Types that may have been meant.
    RETURNS (str): E.g. "'mechansim' (mechanism?)".
    """
    words = []
    for each in types:
        near = get_close_matches(each.lower(), usual, n=1, cutoff=0.75)
        words.append(f"'{each}' ({near[0]}?)" if near else f"'{each}'")
    return ", ".join(words)
