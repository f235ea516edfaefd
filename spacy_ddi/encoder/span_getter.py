"""The span getter: which text the transformer reads, and with mentions blinded."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from spacy_ddi.candidates.finder import CandidateFinder, Candidates
from spacy_ddi.candidates.reading_note import (
    candidates_to_read,
    install_reading_note,
    write_note,
)
from spacy_ddi.encoder.blinding import BLIND_WORD, blind, check_blind_word
from spacy_ddi.errors import require

SpanGetter = Callable[[Iterable[Doc]], list[list[Span]]]


def configure_blinded_sents(
    candidates: CandidateFinder,
    word: str | None = BLIND_WORD,
    max_tokens: int = 256,
    read_all: bool = False,
) -> SpanGetter:
    """Registered as `spacy-ddi.blinded_sents.v2` (@span_getters of spacy-transformers).

    candidates (CandidateFinder): Finds mentions and candidate pairs: the component's own, so in a
        config `candidates = ${candidates}` for both.
    word (Optional[str]): Stands for every mention; with None the encoder reads the names.
    max_tokens (int): A longer sentence is encoded in pieces of this many tokens, since encoders
        read a limited number of word pieces (512, mostly) and would drop the rest.
    read_all (bool): Whether sentences without a candidate pair are encoded too. Their vectors are
        never used for relations. Set it if another component listens to the encoder, or if the
        encoder's tokenizer makes word pieces of blanks (RoBERTa's).
    RETURNS (Callable): From Docs to sentence spans of their shadows.
    """
    if word is not None:
        check_blind_word(word)
    where = "spacy-ddi.blinded_sents.v2"
    require(max_tokens >= 1, where, "max_tokens", max_tokens, "1 or more")
    install_reading_note()
    return partial(
        blinded_sents, finder=candidates, word=word, max_tokens=max_tokens, read_all=read_all
    )


def blinded_sents(
    docs: Iterable[Doc],
    *,
    finder: CandidateFinder,
    word: str | None,
    max_tokens: int,
    read_all: bool,
) -> list[list[Span]]:
    """Spans of the Docs' shadows: the sentences, or the whole Doc where there are no boundaries.
    Notes on each Doc the candidates for which it is read.

    A sentence that is not encoded is blank and belongs to the span before it (the first ones to
    the span after them), where it leaves no word piece.

    docs (Iterable[Doc]): The Docs.
    finder (CandidateFinder): Finds their candidates.
    word, max_tokens, read_all: See `configure_blinded_sents`.
    RETURNS (List[List[Span]]): For every Doc spans that cover each token once, or none if none of
        its sentences is encoded. Where that is so of all Docs, the first one has a blank span,
        since transformers can't read nothing.
    """
    docs = list(docs)
    spans: list[list[Span]] = []
    for doc in docs:
        candidates = candidates_to_read(doc, finder)
        is_read = _read_sentences(candidates, read_all)
        long = np.flatnonzero((np.bincount(candidates.sentences) > max_tokens) & is_read)
        write_note(doc, candidates, finder, is_blinded=word is not None, in_pieces=long.tolist())
        spans.append(_spans_of(doc, candidates, word, max_tokens, is_read))
    if not any(spans):
        for doc, doc_spans in zip(docs, spans, strict=True):
            if len(doc):
                doc_spans.append(Doc(doc.vocab, words=[" "])[:])
                break
    return spans


def _read_sentences(candidates: Candidates, read_all: bool) -> NDArray[np.bool_]:
    """Shape (S,): which sentences of a Doc are encoded."""
    sentences = candidates.sentences
    n_sentences = int(sentences[-1]) + 1 if len(sentences) else 0
    is_read = np.full(n_sentences, read_all)
    is_read[sentences[candidates.ranges[candidates.pairs[:, 0], 0]]] = True
    return is_read


def _spans_of(
    doc: Doc,
    candidates: Candidates,
    word: str | None,
    max_tokens: int,
    is_read: NDArray[np.bool_],
) -> list[Span]:
    """The spans of one Doc; see `blinded_sents`."""
    sentences = candidates.sentences
    is_token_read = is_read[sentences]
    if not is_token_read.any():
        return []
    if is_token_read.all() and word is None:
        shadow = doc
    else:
        unread = None if is_token_read.all() else is_token_read
        shadow = blind(doc, candidates.ranges, sentences, word, unread)
    bounds = itertools.pairwise([*np.flatnonzero(np.diff(sentences, prepend=-1)), len(doc)])
    starts = [
        start
        for (begin, end), is_sentence_read in zip(bounds, is_read, strict=True)
        if is_sentence_read
        for start in range(begin, end, max_tokens)
    ]
    return [shadow[i:j] for i, j in itertools.pairwise([0, *starts[1:], len(doc)])]
