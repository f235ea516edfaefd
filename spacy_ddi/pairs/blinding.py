"""Blinding: the encoder reads the same word in place of every mention.

The encoder gets a shadow Doc with as many tokens as the real one, so what it returns is aligned
with the real one, and one pass over a sentence serves all its pairs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
from spacy.tokens import Doc, Span

from spacy_ddi.annotations import MENTIONS_KEY
from spacy_ddi.errors import Errors, require
from spacy_ddi.pairs.graph import first_tokens, node_index, sentence_index
from spacy_ddi.pairs.mentions import MentionSource, make_mention_source, mention_ranges

BLIND_WORD = "drug"

SpanGetter = Callable[[Iterable[Doc]], list[list[Span]]]


def configure_blinded_sents(
    word: str | None = BLIND_WORD,
    spans_key: str = MENTIONS_KEY,
    mention_labels: list[str] | None = None,
    max_tokens: int = 256,
) -> SpanGetter:
    """Registered as `spacy-ddi.blinded_sents.v1` (@span_getters of spacy-transformers).

    word (Optional[str]): Stands for every mention; with None the encoder reads the names.
    spans_key (str): Where the mentions are; set it as for the relation component.
    mention_labels (Optional[List[str]]): Types of mentions; set it as for the relation component.
    max_tokens (int): A longer sentence is encoded in pieces of this many tokens, since encoders
        read a limited number of word pieces (512, mostly) and would drop the rest.
    RETURNS (Callable): From Docs to sentence spans of their shadows.
    """
    if word is not None:
        check_blind_word(word)
    where = "spacy-ddi.blinded_sents.v1"
    require(max_tokens >= 1, where, "max_tokens", max_tokens, "1 or more")
    source = make_mention_source(spans_key, mention_labels)
    return partial(blinded_sents, word=word, source=source, max_tokens=max_tokens)


def blinded_sents(
    docs: Iterable[Doc], *, word: str | None, source: MentionSource, max_tokens: int
) -> list[list[Span]]:
    """Spans of the Docs' shadows: the sentences, or the whole Doc where there are no boundaries.

    docs (Iterable[Doc]): The Docs.
    word (Optional[str]): Stands for every mention; with None the spans are of the Docs themselves.
    source (MentionSource): Finds the mentions.
    max_tokens (int): The longest span.
    RETURNS (List[List[Span]]): For every Doc spans that cover each token once.
    """
    spans = []
    for doc in docs:
        shadow = doc if word is None else blind(doc, source(doc), word)
        bounds = [*np.flatnonzero(np.diff(sentence_index(doc), prepend=-1)), len(doc)]
        spans.append(
            [
                shadow[start : min(start + max_tokens, end)]
                for begin, end in itertools.pairwise(bounds)
                for start in range(begin, end, max_tokens)
            ]
        )
    return spans


def blind(doc: Doc, mentions: list[Span], word: str = BLIND_WORD) -> Doc:
    """The shadow of a Doc: as many tokens, but no name.

    The first token of each mention (of each node, where mentions overlap) reads as the word, the
    mention's other tokens are single blanks, and there is a blank on either side, so that names
    of one token and of several leave the same text but for the number of blanks.

    doc (Doc): The Doc, T tokens.
    mentions (List[Span]): Its mentions.
    word (str): Stands for every mention.
    RETURNS (Doc): Shadow of T tokens, without annotation.
    """
    words = [token.text for token in doc]
    spaces = [bool(token.whitespace_) for token in doc]
    nodes = node_index(sentence_index(doc), mention_ranges(mentions))
    is_first = set(first_tokens(nodes).tolist())
    for mention in mentions:
        for i in range(mention.start, mention.end):
            words[i] = word if i in is_first else " "
            spaces[i] = True
        if mention.start:
            spaces[mention.start - 1] = True
    return Doc(doc.vocab, words=words, spaces=spaces)


def check_blind_word(word: str) -> None:
    """RAISES (ValueError): If the word is not a single one."""
    if len(word.split()) != 1 or word != word.strip():
        raise ValueError(Errors.BLIND_WORD.format(found=word))
