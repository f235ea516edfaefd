"""A sentence read again with some of its words left out.

What is left out becomes a blank. A blank is layout, and layout is no text: the encoder reads no
word piece there, and the graph has no node, so that the network sees a sentence without the word.
The parse of the other words stays as it is: what hung on the word hangs on its head.

T tokens of the window, M nodes of the sentence, K mentions, P pairs, C classes, B copies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, Span

from spacy_ddi.annotations import Relation
from spacy_ddi.candidates.finder import Candidates
from spacy_ddi.candidates.reading_note import give_candidates
from spacy_ddi.candidates.sentences import Ints, sentence_index
from spacy_ddi.classifier.pair_classifier import Attention
from spacy_ddi.component.lookup import component_of, encoders_of
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.graph.nodes import node_index
from spacy_ddi.text.layout import layout_tokens

CONTEXT: Final = 64
"""Tokens on either side of a sentence that encoders see, up to the beginning or end of the
sentence they are in. A transformer reads the sentence alone; a tok2vec reads over its ends."""

BATCH_TOKENS: Final = 8192
"""Tokens of copies that are read together, so that memory is bounded."""


class SentenceReader:
    """Reads one sentence of a Doc as often as is asked, each time with other words.

    nlp (Language): The pipeline.
    doc (Doc): The Doc; it is not changed, and need not be of the pipeline's vocab.
    relations (Sequence[Relation]): P relations of the Doc; all begin in one sentence.
    RAISES (DDIError): If the pipeline has no relation component, or a relation is between what is
        no mention.
    """

    blank = " "

    def __init__(self, nlp: Language, doc: Doc, relations: Sequence[Relation]) -> None:
        self._component = component_of(nlp)
        self._vocab = nlp.vocab
        self._encoders = encoders_of(nlp, self._component)
        mentions = self._component.candidates.mentions(doc)
        pairs = find_pairs(doc, relations, mentions)
        sentences = sentence_index(doc)
        number = sentences[mentions[pairs[0][0]].start]
        first, last = np.searchsorted(sentences, [number, number + 1])
        start = int(np.searchsorted(sentences, sentences[max(0, first - CONTEXT)]))
        end = min(len(doc), int(last) + CONTEXT)
        end = int(np.searchsorted(sentences, sentences[end - 1], side="right"))
        self.window = doc[start:end]
        self._sentences = sentences[start:end] - sentences[start]
        inside = [i for i, each in enumerate(mentions) if each.end > start and each.start < end]
        self.ranges = np.array(
            [(max(mentions[i].start, start), min(mentions[i].end, end)) for i in inside]
        )
        self.ranges -= start
        place = {mention: i for i, mention in enumerate(inside)}
        self.pairs = np.array([(place[head], place[tail]) for head, tail in pairs])
        self._words = [token.text for token in self.window]
        self._spaces = [bool(token.whitespace_) for token in self.window]
        self._structure = _structure_of(self.window)
        self._is_sentence = self._sentences == number - sentences[start]
        self.whole = self.copy(np.zeros(0, dtype=np.int64))
        self._is_layout = layout_tokens(self.whole)
        nodes = node_index(self._sentences, self.ranges, self._is_layout)
        # Negative before the sentence, M and more after it.
        self.nodes = nodes - nodes[self._is_sentence.argmax()]

    @property
    def n_nodes(self) -> int:
        """M."""
        return int(self.nodes[self._is_sentence].max()) + 1

    @property
    def mention_nodes(self) -> NDArray[np.bool_]:
        """Shape (M,): the nodes that are, or are in, a mention."""
        is_mention = np.zeros(self.n_nodes, dtype=bool)
        for start, end in self.ranges:
            found = self.nodes[start:end]
            is_mention[found[(found >= 0) & (found < self.n_nodes)]] = True
        return is_mention

    def nodes_of(self, mention: int) -> list[int]:
        """The nodes of a mention, as far as it lies in the sentence."""
        start, end = self.ranges[mention]
        return sorted({*self.nodes[start:end].tolist()} & {*range(self.n_nodes)})

    def span_of(self, node: int) -> Span:
        """The words of a node, without layout at its ends."""
        tokens = np.flatnonzero((self.nodes == node) & ~self._is_layout)
        return self.window[int(tokens[0]) : int(tokens[-1]) + 1]

    def copy(self, tokens: Ints) -> Doc:
        """The window as a Doc of its own, with its parse.

        tokens (NDArray): The tokens that are left out.
        RETURNS (Doc): T tokens, no mentions.
        """
        words = list(self._words)
        for token in tokens.tolist():
            words[token] = self.blank
        return Doc(self._vocab, words=words, spaces=self._spaces, **self._structure)

    def attend(self) -> Attention:
        """What the network looks at in the whole sentence; see `DDIRelation.attend`."""
        docs, candidates = self.read(np.zeros((1, self.n_nodes), dtype=bool))
        return self._component.attend(docs[0], candidates[0])

    def probs(self, left_out: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Class probabilities of the pairs, once for each copy.

        left_out (NDArray): Shape (B, M): the nodes to leave out.
        RETURNS (NDArray): Shape (B, P, C): probability of each class, none first.
        """
        probs = []
        for part in self._parts(left_out):
            predictions = self._component.predict_pairs(*self.read(part))
            probs += [prediction.probs for prediction in predictions]
        return np.stack(probs)

    def _parts(self, left_out: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
        size = max(1, BATCH_TOKENS // len(self._words))
        for start in range(0, len(left_out), size):
            yield left_out[start : start + size]

    def read(self, left_out: NDArray[np.bool_]) -> tuple[list[Doc], list[Candidates]]:
        """Copies as the encoders leave them, with their candidates.

        left_out (NDArray): Shape (B, M): the nodes to leave out.
        RETURNS (Tuple[List[Doc], List[Candidates]]): B of each.
        """
        tokens = [
            np.flatnonzero(self._is_sentence & np.isin(self.nodes, np.flatnonzero(row)))
            for row in left_out
        ]
        docs = [self.copy(each) for each in tokens]
        candidates = [
            Candidates(
                [Span(doc, start, end) for start, end in self.ranges], self.pairs, self._sentences
            )
            for doc in docs
        ]
        for doc, given in zip(docs, candidates, strict=True):
            give_candidates(doc, given)
        for encoder in self._encoders:
            encoder.set_annotations(docs, encoder.predict(docs))
        return docs, candidates


def find_pairs(
    doc: Doc, relations: Iterable[Relation], mentions: Sequence[Span]
) -> list[tuple[int, int]]:
    """The mentions of relations.

    doc (Doc): The Doc.
    relations (Iterable[Relation]): Relations of it.
    mentions (Sequence[Span]): Its mentions in text order.
    RETURNS (List[Tuple[int, int]]): Two mentions of each relation, as indices, the smaller first.
    RAISES (DDIError): If a relation is between what is no mention.
    """
    numbers = {(mention.start, mention.end): i for i, mention in enumerate(mentions)}
    pairs = []
    for relation in relations:
        ends = [(end.start, end.end) for end in (relation.head, relation.tail)]
        if missing := [repr(doc[slice(*end)].text) for end in ends if end not in numbers]:
            raise DDIError(Errors.NO_MENTION.format(names=" and ".join(missing)))
        head, tail = sorted(numbers[end] for end in ends)
        pairs.append((head, tail))
    return pairs


def _structure_of(window: Span) -> dict[str, Any]:
    """Parse and sentences of a part of a Doc, as arguments of a new one."""
    if not window.doc.has_annotation("DEP"):
        return {"sent_starts": [bool(token.is_sent_start) for token in window]}
    heads = [token.head.i - window.start for token in window]
    return {"heads": heads, "deps": [token.dep_ for token in window]}
