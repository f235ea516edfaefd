"""A pipe that asks a network about pairs of mentions.

P pairs, C classes (the labels, and none as class 0).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab
from thinc.api import Model
from thinc.types import Floats2d

from spacy_ddi.candidates.finder import CandidateFinder, Candidates
from spacy_ddi.candidates.reading_note import (
    MentionsChangedError,
    noted_candidates,
    notes_for,
)
from spacy_ddi.classifier.pair_classifier import (
    Attention,
    MissingVectorsError,
    PairInput,
    attend,
)
from spacy_ddi.component.decoding import Decoding, Prediction, class_logits
from spacy_ddi.component.stored_pipe import StoredPipe
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.graph.edges import GraphBuilder
from spacy_ddi.graph.pair_batch import CrossSentencePairError, PairBatch
from spacy_ddi.warning_messages import Warnings


class PairPipe(StoredPipe):
    """Finds the candidate pairs of Docs, and what the network says of them.

    vocab, model, name, settings, nlp: See `StoredPipe`.
    candidates (CandidateFinder): Finds the mentions, and the pairs of them to classify.
    graph (GraphBuilder): Gives the edges between the nodes of a sentence.
    decoding (str): Which of the network's heads give probabilities; see `class_logits`.
    missing_parse (str): "error", or "chain": neighbouring tokens are the graph of a Doc that has no
        dependency parse, with one warning.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: Model[PairInput, Floats2d],
        name: str,
        *,
        settings: dict[str, Any],
        candidates: CandidateFinder,
        graph: GraphBuilder,
        decoding: Decoding,
        missing_parse: Literal["error", "chain"],
        nlp: Language | None,
    ) -> None:
        super().__init__(vocab, model, name, settings=settings, nlp=nlp)
        self.candidates = candidates
        self.graph = graph
        self.decoding = decoding
        self.missing_parse = missing_parse

    def find_candidates(self, doc: Doc) -> Candidates:
        """The mention pairs of a Doc that the network is asked about.

        doc (Doc): The Doc.
        RETURNS (Candidates): Mentions and candidate pairs.
        RAISES (DDIError): If the Doc has other mentions than those that its encoder has blinded.
        """
        try:
            return noted_candidates(doc, self.candidates)
        except MentionsChangedError as changed:
            message = Errors.MENTIONS_CHANGED.format(
                name=self.name, new=changed.new, gone=changed.gone, text=doc.text[:60]
            )
            raise DDIError(message) from None

    def predict(self, docs: Iterable[Doc]) -> list[Prediction]:
        """Class probabilities of the candidate pairs, without changing the Docs.

        docs (Iterable[Doc]): The Docs.
        RETURNS (List[Prediction]): One a Doc.
        RAISES (DDIError): No parse; no token vectors; mentions that the encoder did not blind.
        """
        docs = list(docs)
        return self.predict_pairs(docs, [self.find_candidates(doc) for doc in docs])

    def predict_pairs(self, docs: list[Doc], candidates: list[Candidates]) -> list[Prediction]:
        """Class probabilities of pairs that are known already.

        docs (List[Doc]): The Docs.
        candidates (List[Candidates]): The mentions and pairs of each.
        RETURNS (List[Prediction]): One a Doc.
        RAISES (DDIError): No parse; no token vectors.
        """
        self._require_built()
        batch = self._make_batch(docs, candidates)
        n_classes = len(self.labels) + 1
        if batch.n_pairs:
            with self._encoder_input(docs, candidates):
                logits = self.model.predict((docs, batch))
            scaled = class_logits(logits, n_classes, self.decoding) / self.cfg["temperature"]
            probs = self.model.ops.to_numpy(self.model.ops.softmax(scaled))
        else:
            probs = np.zeros((0, n_classes), dtype=np.float32)
        per_doc = np.split(probs, batch.doc_pairs[1:-1])
        # The split of a batch of no Doc is one empty part.
        return [Prediction(*pair) for pair in zip(candidates, per_doc, strict=False)]

    def attend(self, doc: Doc, candidates: Candidates) -> Attention:
        """What the network looks at in a Doc whose pairs are all in one sentence.

        doc, candidates (Doc, Candidates): The Doc, and its mentions with one pair or more.
        RETURNS (Attention): The network's own weights of the sentence's nodes.
        """
        with self._encoder_input([doc], [candidates]):
            return attend(self.model, ([doc], self._make_batch([doc], [candidates])))

    def _make_batch(self, docs: list[Doc], candidates: list[Candidates]) -> PairBatch:
        for doc, found in zip(docs, candidates, strict=True):
            if len(found.pairs) and not doc.has_annotation("DEP"):
                if self.missing_parse == "error":
                    raise DDIError(Errors.NO_PARSE.format(name=self.name, text=doc.text[:60]))
                self._warn_once(Warnings.CHAIN)
        try:
            return PairBatch.from_docs(docs, candidates, graph=self.graph)
        except CrossSentencePairError as pair:
            message = Errors.CROSS_SENTENCE.format(name=self.name, head=pair.head, tail=pair.tail)
            raise DDIError(message) from None

    @contextmanager
    def _encoder_input(self, docs: list[Doc], candidates: list[Candidates]) -> Iterator[None]:
        """A block in which the model may run: an encoder of its own knows what to blind."""
        try:
            with notes_for(docs, candidates, self.candidates):
                yield
        except MissingVectorsError as missing:
            raise DDIError(
                Errors.NO_VECTORS.format(name=self.name, text=missing.text[:60])
            ) from None
