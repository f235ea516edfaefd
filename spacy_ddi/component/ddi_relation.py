"""The `ddi_relation` component: from a parsed Doc with mentions to `doc._.ddi_rels`.

This module is loaded whenever any spaCy pipeline is made, so it must not import torch.
P pairs, C classes (the labels, and none as class 0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.vocab import Vocab
from thinc.api import Model, Optimizer, set_dropout_rate
from thinc.types import Floats2d

from spacy_ddi.annotations import get_relations, install_extensions, set_relations
from spacy_ddi.candidates.finder import CandidateFinder, Candidates
from spacy_ddi.candidates.reading_note import install_reading_note
from spacy_ddi.classifier.pair_classifier import PairInput
from spacy_ddi.classifier.pair_loss import PairLoss
from spacy_ddi.component.decoding import Calibration, Decoding, Prediction, relations_of
from spacy_ddi.component.pair_pipe import PairPipe
from spacy_ddi.component.pipeline_reference import PipelineReference
from spacy_ddi.component.reading_check import find_flags
from spacy_ddi.component.reported import Precisions
from spacy_ddi.component.rescoring import with_gold_mentions, with_reference_mentions
from spacy_ddi.component.targets import (
    NONE,
    ClassWeights,
    ReferenceCounts,
    check_class_weights,
    class_targets,
    class_weights_of,
)
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.graph.edges import GraphBuilder, edges_of_parse
from spacy_ddi.graph.pair_batch import PairBatch
from spacy_ddi.reading_flags import set_flags
from spacy_ddi.warning_messages import Warnings


class DDIRelation(PairPipe):
    """Classifies pairs of drug mentions by how the drugs interact.

    vocab (Vocab): The shared vocabulary.
    model (Model): From Docs and their `PairBatch` to logits, see `spacy-ddi.PairClassifier.v1`.
    name (str): Name of the component in the pipeline.
    candidates (CandidateFinder): Finds the mentions, and the pairs of them to classify; a pair that
        it does not propose is predicted negative.
    graph (GraphBuilder): Gives the edges between the nodes of a sentence.
    loss (PairLoss): Compares the logits of a batch with the truth.
    scorer (Optional[Callable]): Compares Examples; called with the keyword arguments `labels`
        and `candidates` (the finder).
    class_weights (ClassWeights): Weights alpha of the classes in the loss of the classification
        head: None for 1 each, "balanced" for the inverse of their frequency among the candidate
        pairs of the training references (their mean over the pairs is 1), or a weight for each
        label and "none".
    decoding (str): "classification": the probabilities are those of the classification head, and
        the identification head serves training alone; "joint": they are the product of both heads',
        that of identification standing for all types, made to add up to 1.
    threshold (Optional[float]): In [0, 1]: a pair is predicted to interact if the probability that
        it does (1 - none) reaches it, with its likeliest type. None: if its likeliest class is not
        none. Also in `cfg`, so that `spacy find-threshold` can tune it.
    temperature (float): Above 0: by what the logits are divided before they become probabilities.
        Also in `cfg`; `python -m spacy_ddi calibrate` sets it. Without a threshold it moves
        scores, but no decision.
    calibration (Optional[Calibration]): Makes the score of a relation of its probability: a slope
        and an intercept for each type. Also in `cfg`; `calibrate` sets it. It moves no decision.
    precisions (Optional[Precisions]): What precision to expect at each score, by type. Also in
        `cfg`; `calibrate` sets it.
    min_precision (Optional[float]): In [0, 1]: of each type, relations are reported whose precision
        is to be this or more by `precisions`, which is needed for it. Also in `cfg`.
    min_score (float): In [0, 1]: relations with a lower score are not reported. Also in `cfg`.
    types (Optional[List[str]]): Types that are reported; None for all. Also in `cfg`.
    store_probs (bool): Whether relations carry `probs`, the probability of every class.
    missing_parse (str): "error", or "chain": neighbouring tokens are the graph of a Doc that has no
        dependency parse, with one warning.
    unseen_labels (str): What to do with a label in training that is not in the label list:
        "error", or "ignore": such a pair trains the identification head only.
    score_gold_mentions (bool): Whether `score` gives predicted Docs the reference's mentions
        where they differ, and annotates them again, to measure relations apart from mentions.
    nlp (Optional[Language]): The pipeline, needed to annotate Docs again; held weakly.
    RAISES (DDIError): If a setting is not possible or an extension attribute is taken.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: Model[PairInput, Floats2d],
        name: str = "ddi_relation",
        *,
        candidates: CandidateFinder,
        graph: GraphBuilder = edges_of_parse,
        loss: PairLoss,
        scorer: Callable[..., dict[str, Any]] | None = None,
        class_weights: ClassWeights = None,
        decoding: Decoding = "classification",
        threshold: float | None = None,
        temperature: float = 1.0,
        calibration: Calibration | None = None,
        precisions: Precisions | None = None,
        min_precision: float | None = None,
        min_score: float = 0.0,
        types: list[str] | None = None,
        store_probs: bool = False,
        missing_parse: Literal["error", "chain"] = "error",
        unseen_labels: Literal["error", "ignore"] = "error",
        score_gold_mentions: bool = True,
        nlp: Language | None = None,
    ) -> None:
        install_extensions()
        install_reading_note()
        check_class_weights(f"Component '{name}'", class_weights)
        super().__init__(
            vocab,
            model,
            name,
            settings={
                "threshold": threshold,
                "temperature": temperature,
                "calibration": calibration,
                "precisions": precisions,
                "min_precision": min_precision,
                "min_score": min_score,
                "types": types,
            },
            candidates=candidates,
            graph=graph,
            decoding=decoding,
            missing_parse=missing_parse,
            nlp=nlp,
        )
        self.loss = loss
        self.scorer = scorer
        self.class_weights = class_weights
        self.store_probs = store_probs
        self.unseen_labels = unseen_labels
        self.score_gold_mentions = score_gold_mentions

    def find_targets(self, example: Example, candidates: Candidates) -> NDArray[np.float32]:
        """What the network should predict for candidate pairs; see `targets.class_targets`."""
        return class_targets(
            example,
            candidates,
            self.labels,
            name=self.name,
            ignore_unseen=self.unseen_labels == "ignore",
        )

    def set_annotations(self, docs: Iterable[Doc], predictions: list[Prediction]) -> None:
        """Write the relations of each Doc in place of those that were there.

        docs (Iterable[Doc]): The Docs.
        predictions (List[Prediction]): What `predict` returned for them.
        RAISES (DDIError): If a precision is asked for, and none is known.
        """
        least = self.find_least_scores()
        for doc, prediction in zip(docs, predictions, strict=True):
            relations = relations_of(
                prediction,
                self.labels,
                threshold=self.cfg["threshold"],
                store_probs=self.store_probs,
                calibration=self.cfg["calibration"],
                least=least,
            )
            set_relations(doc, relations)
            set_flags(doc, find_flags(doc, prediction.candidates))

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch; the gradient goes on into the layer that makes the token vectors.

        examples (Iterable[Example]): Predicted Docs with mentions and parse, reference Docs with
            mentions and relations.
        drop (float): Dropout rate; the network's own wins where it is set.
        sgd (Optional[Optimizer]): The optimizer, or None to keep the gradients.
        losses (Optional[Dict[str, float]]): Gets the loss, the mean over the batch's pairs, added.
        RETURNS (Dict[str, float]): The losses.
        RAISES (DDIError): No parse; no token vectors; a label not seen before.
        """
        self._require_built()
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        validate_examples(examples, "DDIRelation.update")
        docs = [example.predicted for example in examples]
        if not any(len(doc) for doc in docs):
            return losses
        self._check_annotation(examples)
        candidates = [self.find_candidates(doc) for doc in docs]
        batch = self._make_batch(docs, candidates)
        set_dropout_rate(self.model, drop)
        self.model.attrs["set_dropout"](self.model, drop)
        with self._encoder_input(docs, candidates):
            logits, backprop = self.model.begin_update((docs, batch))
        loss, gradient = self._compare(examples, candidates, logits)
        no_pair = all(len(found.mentions) < 2 for found in candidates)
        if no_pair and any(get_relations(example.reference) for example in examples):
            self._warn_once(Warnings.NO_CANDIDATES)
        # Without pairs the gradient is zero, but a layer upstream may be waiting for it.
        backprop(gradient)
        if sgd not in (None, False):
            self.finish_update(sgd)
        losses[self.name] += loss
        return losses

    def get_loss(self, examples: Iterable[Example], scores: Floats2d) -> tuple[float, Floats2d]:
        """Loss and gradient of the candidate pairs of some Examples.

        examples (Iterable[Example]): The Examples.
        scores (Floats2d): Shape (P, C + 2): the logits of their candidate pairs.
        RETURNS (Tuple[float, Floats2d]): The loss, and its gradient of shape (P, C + 2).
        """
        examples = list(examples)
        validate_examples(examples, "DDIRelation.get_loss")
        candidates = [self.find_candidates(example.predicted) for example in examples]
        return self._compare(examples, candidates, scores)

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: list[str] | None = None,
    ) -> None:
        """Take labels and class weights from the training data, and build the network.

        get_examples (Callable[[], Iterable[Example]]): Gives the training examples.
        nlp (Optional[Language]): The pipeline.
        labels (Optional[List[str]]): The label list; None to take the labels of the examples, in
            alphabetical order.
        RAISES (DDIError): No label; no mention or no interaction in the examples.
        """
        validate_get_examples(get_examples, "DDIRelation.initialize")
        if nlp is not None:
            self._nlp = PipelineReference(nlp)
        self._adopt_name()
        counts = ReferenceCounts.of(get_examples(), self.candidates)
        counts.require_relations(self.name, self.candidates.mentions)
        counts.check.warn(self.name)
        self._given_warnings.add(Warnings.RELATIONS_LOST)
        self.model.layers[1:] = []
        self.model.set_dim("nO", cast(Any, None), force=True)
        for label in counts.labels if labels is None else labels:
            self.add_label(label)
        if not self.labels:
            raise DDIError(Errors.NO_LABELS.format(name=self.name))
        self.cfg["alpha"] = class_weights_of(
            self.class_weights, counts.pairs, (NONE, *self.labels), name=self.name
        )
        sample = [example.predicted for example in islice(get_examples(), 10)]
        self._nlp.require_vocab(sample, self.name)
        sample = [doc for doc in sample if len(doc)] or [Doc(self.vocab, words=["drug"])]
        self.cfg["token_width"] = self._initialize_tok2vec(sample)
        self._build()

    def score(self, examples: Iterable[Example], **kwargs: Any) -> dict[str, Any]:
        """Score a batch of examples.

        examples (Iterable[Example]): Annotated and reference Docs.
        RETURNS (Dict[str, Any]): The scorer's figures, fractions in [0, 1].
        RAISES (DDIError): If Docs must be annotated again and the pipeline is gone.
        """
        if self.scorer is None:
            return {}
        examples = list(examples)
        validate_examples(examples, "DDIRelation.score")
        examples = list(with_reference_mentions(examples, self.candidates.mentions.spans_key))
        if self.score_gold_mentions:
            examples = with_gold_mentions(examples, self._nlp(), self)
        return self.scorer(
            examples,
            labels=self.labels,
            candidates=self.candidates,
            **kwargs,
        )

    def _initialize_tok2vec(self, sample: list[Doc]) -> int:
        """Initialize the layer that makes the token vectors; their width."""
        candidates = [self.find_candidates(doc) for doc in sample]
        no_pairs = np.zeros((0, 2), dtype=np.int64)
        empty = PairBatch.from_docs(sample, [replace(c, pairs=no_pairs) for c in candidates])
        with self._encoder_input(sample, candidates):
            self.model.initialize(X=(sample, empty))
            vectors = self.model.get_ref("tok2vec").predict(sample)
        return int(vectors[0].shape[1])

    def _check_annotation(self, examples: list[Example]) -> None:
        """Warn once of relations that can't be learned, where training goes on without
        `initialize`, which looks at all examples."""
        if Warnings.RELATIONS_LOST not in self._given_warnings:
            check = ReferenceCounts.of(examples, self.candidates).check
            if check.warn(self.name):
                self._given_warnings.add(Warnings.RELATIONS_LOST)

    def _compare(
        self, examples: list[Example], candidates: list[Candidates], logits: Floats2d
    ) -> tuple[float, Floats2d]:
        if not len(logits):
            return 0.0, self.model.ops.alloc2f(*logits.shape)
        targets = np.concatenate(
            [
                self.find_targets(example, found)
                for example, found in zip(examples, candidates, strict=True)
            ]
        )
        alpha = self.cfg["alpha"]
        gradient, loss = self.loss(
            logits,
            self.model.ops.asarray2f(cast(Floats2d, targets)),
            None if alpha is None else self.model.ops.asarray1f(alpha),
        )
        return loss, gradient
