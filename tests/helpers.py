"""Docs for the tests: written out, or drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import spacy
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from spacy_ddi.candidates.finder import CandidateFinder, Candidates
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.gold import MENTIONS_KEY

SOURCE = MentionSource()

VOCAB = spacy.blank("en").vocab

Place = tuple[int, int]


def make_doc(
    words: str | Sequence[str],
    *,
    mentions: Sequence[Place] = (),
    heads: Sequence[int] | None = None,
    deps: Sequence[str] | None = None,
    sent_starts: Sequence[bool] | None = None,
    spaces: Sequence[bool] | None = None,
    label: str = "DRUG",
) -> Doc:
    """A Doc with mentions (token ranges) in the group that the corpus readers use.

    words: The tokens, or a text that is cut at its blanks.
    heads: Dependency head of each token, as a token of the Doc; None for a Doc without a parse.
    deps: Dependency labels; all "dep" where they don't matter.
    """
    doc = Doc(
        VOCAB,
        words=words.split(" ") if isinstance(words, str) else list(words),
        spaces=None if spaces is None else list(spaces),
        heads=None if heads is None else list(heads),
        deps=None if heads is None else list(deps or ["dep"] * len(heads)),
        sent_starts=None if sent_starts is None else list(sent_starts),
    )
    doc.spans[MENTIONS_KEY] = [Span(doc, start, end, label=label) for start, end in mentions]
    return doc


def text_doc(text: str) -> Doc:
    """A Doc from a text with its mentions in <angle brackets>, tokens cut as spaCy cuts English."""
    plain = ""
    chars = []
    for piece in text.split("<"):
        name, closing, rest = piece.partition(">")
        if closing:
            chars.append((len(plain), len(plain) + len(name)))
        plain += name + rest
    doc = spacy.blank("en", vocab=VOCAB)(plain)
    spans = [doc.char_span(*place, label="DRUG") for place in chars]
    assert None not in spans, f"a name that does not fall on tokens: {text}"
    doc.spans[MENTIONS_KEY] = spans
    return doc


def sentence_candidates(doc: Doc) -> Candidates:
    """All pairs within a sentence."""
    return CandidateFinder()(doc)


def no_candidates(doc: Doc) -> Candidates:
    """The Doc's mentions, but no pair of them."""
    return replace(CandidateFinder()(doc), pairs=np.zeros((0, 2), dtype=np.int64))


def random_tree(draw_below: Callable[[int], int], order: Sequence[int]) -> list[int]:
    """Heads of a random dependency tree over the tokens 0 to n - 1; the root is its own head.

    draw_below: Draws an integer from 0 to below its argument.
    order: The tokens in the order in which they join the tree.
    """
    heads = [order[0]] * len(order)
    for i in range(1, len(order)):
        heads[order[i]] = order[draw_below(i)]
    return heads


@st.composite
def docs(draw: st.DrawFn, max_sentences: int = 3, max_name: int = 3) -> Doc:
    """Docs of no, one or several sentences, parsed or not, with random trees and mentions that
    touch, nest or overlap."""
    heads: list[int] = []
    sent_starts: list[bool] = []
    mentions: set[Place] = set()
    for _ in range(draw(st.integers(0, max_sentences))):
        length = draw(st.integers(1, 8))
        first = len(heads)
        tree = random_tree(
            lambda n: draw(st.integers(0, n - 1)), draw(st.permutations(range(length)))
        )
        heads += [first + head for head in tree]
        sent_starts += [True] + [False] * (length - 1)
        for _ in range(draw(st.integers(0, 4))):
            start = draw(st.integers(0, length - 1))
            end = draw(st.integers(start + 1, min(length, start + max_name)))
            mentions.add((first + start, first + end))
    parsed = draw(st.booleans())
    return make_doc(
        [f"w{i}" for i in range(len(heads))],
        mentions=sorted(mentions),
        heads=heads if parsed else None,
        sent_starts=None if parsed else sent_starts,
    )
