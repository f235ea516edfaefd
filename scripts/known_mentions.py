"""How many mentions of a corpus have a name that a table knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import spacy

from spacy_ddi.classifier.mention_vectors import thing_named
from spacy_ddi.corpora.docbin import read_docbin
from spacy_ddi.gold import gold_mentions_of


def named_things(names: dict[str, int], path: Path) -> Iterator[tuple[str, int | None]]:
    """What the gold mentions of a file name.

    names (Dict[str, int]): What is known, by the keys of names.
    path (Path): Gold Docs, .spacy.
    YIELDS (Tuple[str, Optional[int]]): Of each mention its type, and what it names; None for what
        is not known.
    """
    for doc in read_docbin(path, spacy.blank("en").vocab):
        for mention in gold_mentions_of(doc):
            yield mention.label_, thing_named(names, mention.text)


def shares(names: dict[str, int], path: Path) -> Iterator[str]:
    """How many gold mentions have a known name, by type.

    names (Dict[str, int]): What is known, by the keys of names.
    path (Path): Gold Docs, .spacy.
    YIELDS (str): A line for each type, and one for all.
    """
    mentions = [(kind, thing is not None) for kind, thing in named_things(names, path)]
    for kind in (*sorted({own for own, _ in mentions}), "all"):
        known = [is_known for own, is_known in mentions if kind in (own, "all")]
        share = 100 * sum(known) / len(known)
        yield f"{kind}: {sum(known):,} of {len(known):,} mentions ({share:.1f} %)"
