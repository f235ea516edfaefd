"""Blinding: the encoder reads the same word in place of every mention.

The encoder gets a shadow Doc with as many tokens as the real one, so what it returns is aligned
with the real one, and one pass over a sentence serves all its pairs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from spacy_ddi.candidates.generators import CandidateGenerator, candidate_pairs, sentence_pairs
from spacy_ddi.candidates.mentions import MentionSource, make_mention_source, mention_ranges
from spacy_ddi.candidates.negative_filter import NegativeFilter
from spacy_ddi.errors import DDIError, Errors, require
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.graph.edges import Ints, first_tokens, node_index, sentence_index

BLIND_WORD = "drug"

SpanGetter = Callable[[Iterable[Doc]], list[list[Span]]]


def configure_blinded_sents(
    word: str | None = BLIND_WORD,
    spans_key: str = MENTIONS_KEY,
    mention_labels: list[str] | None = None,
    max_tokens: int = 256,
    min_mentions: int = 2,
    candidates: CandidateGenerator | None = None,
    negative_filter: NegativeFilter | None = None,
) -> SpanGetter:
    """Registered as `spacy-ddi.blinded_sents.v1` (@span_getters of spacy-transformers).

    word (Optional[str]): Stands for every mention; with None the encoder reads the names.
    spans_key (str): Where the mentions are; set it as for the relation component.
    mention_labels (Optional[List[str]]): Types of mentions; set it as for the relation component.
    max_tokens (int): A longer sentence is encoded in pieces of this many tokens, since encoders
        read a limited number of word pieces (512, mostly) and would drop the rest.
    min_mentions (int): Sentences with fewer mentions are not encoded: no pair of theirs is ever
        classified. Their tokens have no vector, or one of zeros. Set 0 if another component reads
        the encoder too, or if its tokenizer makes word pieces of blanks (RoBERTa's).
    candidates (Optional[CandidateGenerator]): Set it as for the relation component, so that no
        sentence is encoded in which it proposes no pair. None: it may propose any two mentions.
    negative_filter (Optional[NegativeFilter]): Set it as for the relation component, so that no
        sentence is encoded of which it drops all pairs. None: it may keep any.
    RETURNS (Callable): From Docs to sentence spans of their shadows.
    """
    if word is not None:
        check_blind_word(word)
    where = "spacy-ddi.blinded_sents.v1"
    require(max_tokens >= 1, where, "max_tokens", max_tokens, "1 or more")
    require(min_mentions >= 0, where, "min_mentions", min_mentions, "0 or more")
    return partial(
        blinded_sents,
        word=word,
        source=make_mention_source(spans_key, mention_labels),
        max_tokens=max_tokens,
        may_have_pair=partial(
            sentences_to_read,
            min_mentions=min_mentions,
            generator=candidates,
            negative_filter=negative_filter,
        ),
    )


def blinded_sents(
    docs: Iterable[Doc],
    *,
    word: str | None,
    source: MentionSource,
    max_tokens: int,
    may_have_pair: Callable[[Doc, list[Span], Ints], NDArray[np.bool_]],
) -> list[list[Span]]:
    """Spans of the Docs' shadows: the sentences, or the whole Doc where there are no boundaries.

    A sentence that is not encoded is blank and belongs to the span before it (the first ones to
    the span after them), where it leaves no word piece.

    docs (Iterable[Doc]): The Docs.
    word (Optional[str]): Stands for every mention; with None the spans are of the Docs themselves.
    source (MentionSource): Finds the mentions.
    max_tokens (int): The longest piece of a sentence.
    may_have_pair (Callable): Tells which sentences are encoded: `sentences_to_read`.
    RETURNS (List[List[Span]]): For every Doc spans that cover each token once, or none if none of
        its sentences is encoded. Where that is so of all Docs, the first one has a blank span,
        since transformers can't read nothing.
    """
    docs = list(docs)
    spans: list[list[Span]] = []
    for doc in docs:
        mentions = source(doc)
        sentences = sentence_index(doc)
        is_read = may_have_pair(doc, mentions, sentences)
        is_token_read = is_read[sentences]
        if not is_token_read.any():
            spans.append([])
            continue
        if not is_token_read.all():
            shadow = blind(doc, mentions, word, is_token_read)
        else:
            shadow = doc if word is None else blind(doc, mentions, word)
        bounds = itertools.pairwise([*np.flatnonzero(np.diff(sentences, prepend=-1)), len(doc)])
        starts = [
            start
            for (begin, end), is_sentence_read in zip(bounds, is_read, strict=True)
            if is_sentence_read
            for start in range(begin, end, max_tokens)
        ]
        spans.append([shadow[i:j] for i, j in itertools.pairwise([0, *starts[1:], len(doc)])])
    if not any(spans):
        for doc, doc_spans in zip(docs, spans, strict=True):
            if len(doc):
                doc_spans.append(Doc(doc.vocab, words=[" "])[:])
                break
    return spans


def sentences_to_read(
    doc: Doc,
    mentions: list[Span],
    sentences: Ints,
    *,
    min_mentions: int,
    generator: CandidateGenerator | None,
    negative_filter: NegativeFilter | None,
) -> NDArray[np.bool_]:
    """Which sentences of a Doc are encoded.

    doc (Doc): The Doc.
    mentions (List[Span]): Its mentions.
    sentences (NDArray): Shape (T,): sentence of each token.
    min_mentions (int): Sentences with fewer mentions are not; with 0 all are.
    generator, negative_filter: See `configure_blinded_sents`.
    RETURNS (NDArray): Shape (S,): a truth value a sentence.
    """
    n_sentences = sentences[-1] + 1 if len(sentences) else 0
    of_mentions = sentences[mention_ranges(mentions)[:, 0]]
    is_read: NDArray[np.bool_] = np.bincount(of_mentions, minlength=n_sentences) >= min_mentions
    if not (min_mentions and is_read.any()) or (generator is None and negative_filter is None):
        return is_read
    pairs = candidate_pairs(
        doc,
        mentions,
        generator=sentence_pairs if generator is None else generator,
        negative_filter=negative_filter,
    )
    return is_read & (np.bincount(of_mentions[pairs[:, 0]], minlength=n_sentences) > 0)


def blind(
    doc: Doc,
    mentions: list[Span],
    word: str | None = BLIND_WORD,
    is_read: NDArray[np.bool_] | None = None,
) -> Doc:
    """The shadow of a Doc: as many tokens, but no name.

    The first token of each mention (of each node, where mentions overlap) reads as the word, the
    mention's other tokens are single blanks, and there is a blank on either side, so that names
    of one token and of several leave the same text but for the number of blanks.

    doc (Doc): The Doc, T tokens.
    mentions (List[Span]): Its mentions.
    word (Optional[str]): Stands for every mention; with None names stay.
    is_read (Optional[NDArray]): Shape (T,): False for tokens to be blanks, too; None for no more.
    RETURNS (Doc): Shadow of T tokens, without annotation.
    """
    # Not token by token: so many small objects set the garbage collector going.
    orths, is_followed = doc.to_array(["ORTH", "SPACY"]).reshape(-1, 2).T
    words = [doc.vocab.strings[orth] for orth in orths.tolist()]
    spaces = is_followed.astype(bool).tolist()
    if word is not None:
        nodes = node_index(sentence_index(doc), mention_ranges(mentions))
        is_first = set(first_tokens(nodes).tolist())
        for mention in mentions:
            for i in range(mention.start, mention.end):
                words[i] = word if i in is_first else " "
                spaces[i] = True
            if mention.start:
                spaces[mention.start - 1] = True
    if is_read is not None:
        for i in np.flatnonzero(~is_read).tolist():
            words[i] = " "
    return Doc(doc.vocab, words=words, spaces=spaces)


def check_blind_word(word: str) -> None:
    """RAISES (ValueError): If the word is not a single one."""
    if len(word.split()) != 1 or word != word.strip():
        raise DDIError(Errors.BLIND_WORD.format(found=word))
