"""The `ddi_relation` component: from a parsed Doc with mentions to `doc._.ddi_rels`.

This module is loaded whenever any spaCy pipeline is made, so it must not import torch.
P pairs, C classes (the labels, and none as class 0).
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import srsly
from numpy.typing import NDArray
from spacy.errors import Errors as SpacyErrors
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.vocab import Vocab
from thinc.api import Config, Model, Optimizer, set_dropout_rate
from thinc.types import Floats2d

from spacy_ddi.annotations import (
    RelationDict,
    get_relations,
    install_extensions,
    make_relation,
    set_relations,
)
from spacy_ddi.candidates.generators import CandidateGenerator, Candidates, find_candidates
from spacy_ddi.candidates.mentions import make_mention_source
from spacy_ddi.candidates.negative_filter import NegativeFilter
from spacy_ddi.classifier.pair_classifier import PairInput
from spacy_ddi.classifier.pair_loss import PairLoss
from spacy_ddi.component.rescoring import (
    PipelineReference,
    needs_gold_mentions,
    with_gold_mentions,
)
from spacy_ddi.component.targets import (
    NONE,
    NONE_CLASS,
    balanced_weights,
    soft_labels,
    true_labels,
)
from spacy_ddi.errors import DDIError, Errors, Warnings, require
from spacy_ddi.gold import MENTIONS_KEY, SOFT_LABELS, UNTYPED
from spacy_ddi.graph.edges import GraphBuilder, edges_of_parse
from spacy_ddi.graph.pair_batch import CrossSentencePairError, PairBatch

ClassWeights = Literal["balanced"] | dict[str, float] | None

DEFAULT_CONFIG = """
[ddi_relation]
spans_key = "ddi_mentions"
mention_labels = null
class_weights = null
decoding = "classification"
threshold = null
temperature = 1.0
store_probs = false
missing_parse = "error"
unseen_labels = "error"
score_gold_mentions = true

[ddi_relation.candidates]
@misc = "spacy-ddi.sentence_pairs.v1"

[ddi_relation.negative_filter]
@misc = "spacy-ddi.negative_filter.v1"
same_referent = true
coordination = true

[ddi_relation.graph]
@misc = "spacy-ddi.dependency_graph.v1"

[ddi_relation.loss]
@losses = "spacy-ddi.MultiTaskFocalLoss.v1"
gamma = 1.0
auxiliary_weight = 1.0

[ddi_relation.model]
@architectures = "spacy-ddi.PairClassifier.v1"
pooling = "attentive"
dropout = 0.5
max_pairs = 256

[ddi_relation.model.pair_encoder]
@misc = "spacy-ddi.SyntaxGCN.v1"
layers = 2
hidden_size = 200
position_size = 20
position_clip = 30

[ddi_relation.model.tok2vec]
@architectures = "spacy-ddi.BlindedTok2Vec.v1"
word = "drug"

[ddi_relation.model.tok2vec.tok2vec]
@architectures = "spacy.HashEmbedCNN.v2"
pretrained_vectors = null
width = 96
depth = 4
embed_size = 2000
window_size = 1
maxout_pieces = 3
subword_features = true

[ddi_relation.scorer]
@scorers = "spacy-ddi.relation_scorer.v1"
"""


@Language.factory(
    "ddi_relation",
    assigns=["doc._.ddi_rels"],
    requires=["doc.ents", "token.dep", "token.head", "doc.sents"],
    default_config=Config().from_str(DEFAULT_CONFIG)["ddi_relation"],
    default_score_weights={
        "ddi_micro_f": 1.0,
        "ddi_micro_p": 0.0,
        "ddi_micro_r": 0.0,
        "ddi_macro_f": None,
        "ddi_detection_f": None,
        "ddi_candidate_recall": None,
        "ddi_per_type": None,
    },
)
def make_ddi_relation(
    nlp: Language,
    name: str,
    model: Model[PairInput, Floats2d],
    candidates: CandidateGenerator,
    negative_filter: NegativeFilter | None,
    graph: GraphBuilder,
    loss: PairLoss,
    scorer: Callable[..., dict[str, Any]] | None,
    spans_key: str,
    mention_labels: list[str] | None,
    class_weights: ClassWeights,
    decoding: Literal["classification", "joint"],
    threshold: float | None,
    temperature: float,
    store_probs: bool,
    missing_parse: Literal["error", "chain"],
    unseen_labels: Literal["error", "ignore"],
    score_gold_mentions: bool,
) -> DDIRelation:
    """Make the component; see `DDIRelation` for the settings."""
    return DDIRelation(
        nlp.vocab,
        model,
        name,
        candidates=candidates,
        negative_filter=negative_filter,
        graph=graph,
        loss=loss,
        scorer=scorer,
        spans_key=spans_key,
        mention_labels=mention_labels,
        class_weights=class_weights,
        decoding=decoding,
        threshold=threshold,
        temperature=temperature,
        store_probs=store_probs,
        missing_parse=missing_parse,
        unseen_labels=unseen_labels,
        score_gold_mentions=score_gold_mentions,
        nlp=nlp,
    )


@dataclass(frozen=True)
class Prediction:
    """What the component predicts for one Doc.

    candidates (Candidates): Its P candidate pairs.
    probs (NDArray): Shape (P, C), float32: probability of each class, none first.
    """

    candidates: Candidates
    probs: NDArray[np.float32]


class DDIRelation(TrainablePipe):
    """Classifies pairs of drug mentions by how the drugs interact.

    vocab (Vocab): The shared vocabulary.
    model (Model): From Docs and their `PairBatch` to logits, see `spacy-ddi.PairClassifier.v1`.
    name (str): Name of the component in the pipeline.
    candidates (CandidateGenerator): Proposes the pairs.
    negative_filter (Optional[NegativeFilter]): Drops pairs, which are then predicted negative.
    graph (GraphBuilder): Gives the edges between the nodes of a sentence.
    loss (PairLoss): Compares the logits of a batch with the truth.
    scorer (Optional[Callable]): Compares Examples; called with the keyword arguments `labels`,
        `find_candidates` and `source` (the mention source).
    spans_key (str): Span group with the mentions, where a Doc has it; else `doc.ents`.
    mention_labels (Optional[List[str]]): Types of mentions to take; None for all.
    class_weights (ClassWeights): Weights alpha of the classes in the loss of the classification
        head: None for 1 each, "balanced" for the inverse of their frequency among the candidate
        pairs of the training references (their mean over the pairs is 1), or a weight for each
        label and "none".
    decoding (str): "classification": the probabilities are those of the classification head, and
        the identification head serves training alone; "joint": they are the product of both heads',
        that of identification standing for all types, made to add up to 1.
    threshold (Optional[float]): In [0, 1]: a pair is predicted to interact if the probability that
        it does (1 - none) reaches it, with its likeliest type. None: if its likeliest class is not
        none. Kept in `cfg`, so that `spacy find-threshold` can tune it.
    temperature (float): Above 0: by what the logits are divided before they become probabilities.
        Kept in `cfg`; `python -m spacy_ddi calibrate` sets it. Without a threshold it moves
        scores, but no decision.
    store_probs (bool): Whether relations carry `probs`, the probability of every class.
    missing_parse (str): "error", or "chain": neighbouring tokens are the graph of a Doc that has no
        dependency parse, with one warning.
    unseen_labels (str): What to do with a label in training that is not in the label list:
        "error", or "ignore": such a pair trains the identification head only.
    score_gold_mentions (bool): Whether `score` gives predicted Docs the reference's mentions
        where they differ, and annotates them again, to measure relations apart from mentions.
    nlp (Optional[Language]): The pipeline, needed to annotate Docs again; held weakly.
    RAISES (ValueError): If a setting is not possible or an extension attribute is taken.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: Model[PairInput, Floats2d],
        name: str = "ddi_relation",
        *,
        candidates: CandidateGenerator,
        negative_filter: NegativeFilter | None,
        graph: GraphBuilder = edges_of_parse,
        loss: PairLoss,
        scorer: Callable[..., dict[str, Any]] | None = None,
        spans_key: str = MENTIONS_KEY,
        mention_labels: list[str] | None = None,
        class_weights: ClassWeights = None,
        decoding: Literal["classification", "joint"] = "classification",
        threshold: float | None = None,
        temperature: float = 1.0,
        store_probs: bool = False,
        missing_parse: Literal["error", "chain"] = "error",
        unseen_labels: Literal["error", "ignore"] = "error",
        score_gold_mentions: bool = True,
        nlp: Language | None = None,
    ) -> None:
        install_extensions()
        _check_settings(name, threshold, temperature, class_weights)
        self.vocab = vocab
        self.model = model
        self.name = name
        self.candidates = candidates
        self.negative_filter = negative_filter
        self.graph = graph
        self.loss = loss
        self.scorer = scorer
        self.mentions = make_mention_source(spans_key, mention_labels)
        self.class_weights = class_weights
        self.decoding = decoding
        self.store_probs = store_probs
        self.missing_parse = missing_parse
        self.unseen_labels = unseen_labels
        self.score_gold_mentions = score_gold_mentions
        self.cfg: dict[str, Any] = {
            "labels": [],
            "threshold": threshold,
            "temperature": temperature,
            "token_width": None,
            "alpha": None,
        }
        self._nlp = PipelineReference(nlp)
        self._given_warnings: set[str] = set()
        model.attrs["component"] = name
        for layer in model.walk():
            if "mentions" in layer.attrs:
                layer.attrs["mentions"] = self.mentions

    @property
    def labels(self) -> tuple[str, ...]:
        """The types of interaction, without none."""
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> list[str]:
        """What `spacy init labels` writes, and `initialize` takes as `labels`."""
        return list(self.cfg["labels"])

    def add_label(self, label: str) -> int:
        """Add a type of interaction.

        label (str): The label; not "none", which is always there.
        RETURNS (int): 1, or 0 if the label was there.
        RAISES (ValueError): If the network is built, or the label is no possible one.
        """
        if not isinstance(label, str):
            raise ValueError(SpacyErrors.E187)
        if label in self.cfg["labels"]:
            return 0
        expected = f"a type of interaction; {NONE!r} and {UNTYPED!r} have a meaning of their own"
        require(label not in (NONE, UNTYPED), f"Component '{self.name}'", "label", label, expected)
        if self._is_built:
            raise DDIError(Errors.CANNOT_RESIZE.format(name=self.name, label=label))
        self.cfg["labels"].append(label)
        self.vocab.strings.add(label)
        return 1

    def find_candidates(self, doc: Doc) -> Candidates:
        """The mention pairs of a Doc that the network is asked about.

        doc (Doc): The Doc.
        RETURNS (Candidates): Mentions and candidate pairs.
        """
        return find_candidates(
            doc,
            source=self.mentions,
            generator=self.candidates,
            negative_filter=self.negative_filter,
        )

    def find_targets(self, example: Example, candidates: Candidates) -> NDArray[np.float32]:
        """What the network should say of candidate pairs: the probabilities of a teacher where the
        reference has such, or else its annotation.

        example (Example): A predicted Doc and its reference.
        candidates (Candidates): The P candidate pairs of the predicted Doc.
        RETURNS (NDArray): Shape (P, C): the probability of each class, none first; zeros for an
            interaction of unknown type; NaN for a pair that a teacher left out.
        RAISES (ValueError): The texts differ; a label not seen before.
        """
        if len(candidates.pairs) and example.predicted.text != example.reference.text:
            raise DDIError(
                Errors.TEXT_MISMATCH.format(
                    name=self.name,
                    predicted=example.predicted.text[:60],
                    reference=example.reference.text[:60],
                )
            )
        names = (NONE, *self.labels)
        labels = true_labels(example.reference, candidates)
        taught = soft_labels(example.reference, candidates)
        is_taught = SOFT_LABELS in example.reference.user_data
        targets = np.zeros((len(labels), len(names)), dtype=np.float32)
        for row, label, probs in zip(targets, labels, taught, strict=True):
            if probs is not None:
                for other in set(probs) - set(names):
                    self._accept_unknown(other)
                row[:] = [probs.get(name, 0.0) for name in names]
            elif is_taught:
                row[:] = np.nan
            elif label is None:
                row[NONE_CLASS] = 1
            elif label in self.labels:
                row[names.index(label)] = 1
            elif label != UNTYPED:
                self._accept_unknown(label)
        return targets

    def predict(self, docs: Iterable[Doc]) -> list[Prediction]:
        """Class probabilities of the candidate pairs, without changing the Docs.

        docs (Iterable[Doc]): The Docs.
        RETURNS (List[Prediction]): One a Doc.
        RAISES (ValueError): Not initialized; no parse; no token vectors.
        """
        if not self._is_built:
            raise ValueError(SpacyErrors.E109.format(name=self.name))
        docs = list(docs)
        candidates = [self.find_candidates(doc) for doc in docs]
        batch = self._make_batch(docs, candidates)
        n_classes = len(self.labels) + 1
        if batch.n_pairs:
            logits = self.model.predict((docs, batch))
            scaled = self._decode(logits, n_classes) / self.cfg["temperature"]
            probs = self.model.ops.to_numpy(self.model.ops.softmax(scaled))
        else:
            probs = np.zeros((0, n_classes), dtype=np.float32)
        per_doc = np.split(probs, batch.doc_pairs[1:-1])
        # The split of a batch of no Doc is one empty part.
        return [Prediction(*pair) for pair in zip(candidates, per_doc, strict=False)]

    def set_annotations(self, docs: Iterable[Doc], predictions: list[Prediction]) -> None:
        """Write the relations of each Doc in place of those that were there.

        docs (Iterable[Doc]): The Docs.
        predictions (List[Prediction]): What `predict` returned for them.
        """
        for doc, prediction in zip(docs, predictions, strict=True):
            set_relations(doc, self._relations(prediction))

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
        RAISES (ValueError): Not initialized; no parse; no token vectors; a label not seen before.
        """
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        validate_examples(examples, "DDIRelation.update")
        if not self._is_built:
            raise ValueError(SpacyErrors.E109.format(name=self.name))
        docs = [example.predicted for example in examples]
        if not any(len(doc) for doc in docs):
            return losses
        candidates = [self.find_candidates(doc) for doc in docs]
        batch = self._make_batch(docs, candidates)
        set_dropout_rate(self.model, drop)
        self.model.attrs["set_dropout"](self.model, drop)
        logits, backprop = self.model.begin_update((docs, batch))
        loss, gradient = self._compare(examples, candidates, logits)
        no_pair = all(len(proposed.mentions) < 2 for proposed in candidates)
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
        RAISES (ValueError): No label; no mention or no interaction in the examples.
        """
        validate_get_examples(get_examples, "DDIRelation.initialize")
        if nlp is not None:
            self._nlp = PipelineReference(nlp)
        n_docs, n_mentions, counts = self._count_examples(get_examples())
        if not n_mentions:
            raise DDIError(
                Errors.NO_MENTIONS.format(name=self.name, n_docs=n_docs, where=self.mentions)
            )
        if not set(counts) - {NONE}:
            raise DDIError(
                Errors.NO_POSITIVES.format(name=self.name, n_docs=n_docs, n_pairs=counts[NONE])
            )
        self.model.layers[1:] = []
        self.model.set_dim("nO", cast(Any, None), force=True)
        found = sorted(set(counts) - {NONE, UNTYPED})
        for label in found if labels is None else labels:
            self.add_label(label)
        if not self.labels:
            raise DDIError(Errors.NO_LABELS.format(name=self.name))
        self.cfg["alpha"] = self._alpha(counts)
        sample = [example.predicted for example in islice(get_examples(), 10)]
        sample = [doc for doc in sample if len(doc)] or [Doc(self.vocab, words=["drug"])]
        empty = PairBatch.from_docs(
            sample, [Candidates([], np.zeros((0, 2), np.int64))] * len(sample)
        )
        self.model.initialize(X=(sample, empty))
        vectors = self.model.get_ref("tok2vec").predict(sample)
        self.cfg["token_width"] = int(vectors[0].shape[1])
        self._build()

    def score(self, examples: Iterable[Example], **kwargs: Any) -> dict[str, Any]:
        """Score a batch of examples.

        examples (Iterable[Example]): Annotated and reference Docs.
        RETURNS (Dict[str, Any]): The scorer's figures, fractions in [0, 1].
        RAISES (ValueError): If Docs must be annotated again and the pipeline is gone.
        """
        if self.scorer is None:
            return {}
        examples = list(examples)
        validate_examples(examples, "DDIRelation.score")
        if self.score_gold_mentions:
            examples = self._with_gold_mentions(examples)
        return self.scorer(
            examples,
            labels=self.labels,
            find_candidates=self.find_candidates,
            source=self.mentions,
            **kwargs,
        )

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> DDIRelation:
        """Load the component from a bytestring; see `TrainablePipe.from_bytes`."""
        message = srsly.msgpack_loads(bytes_data)
        self._build_from(srsly.json_loads(message["cfg"]))
        super().from_bytes(bytes_data, exclude=exclude)
        self.model.attrs["component"] = self.name
        return self

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> DDIRelation:
        """Load the component from a folder; see `TrainablePipe.from_disk`."""
        self._build_from(cast(dict[str, Any], srsly.read_json(Path(path) / "cfg")))
        super().from_disk(path, exclude=exclude)
        self.model.attrs["component"] = self.name
        return self

    @property
    def _is_built(self) -> bool:
        return self.model.has_dim("nO") is True

    def _build(self) -> None:
        n_classes = len(self.labels) + 1
        self.model.attrs["build_network"](self.model, self.cfg["token_width"], n_classes)

    def _build_from(self, cfg: dict[str, Any]) -> None:
        """Build the network as it was when stored: weights load into modules that exist only."""
        self.cfg.update(cfg)
        if self.cfg["token_width"] is not None:
            self._build()

    def _make_batch(self, docs: list[Doc], candidates: list[Candidates]) -> PairBatch:
        for doc, proposed in zip(docs, candidates, strict=True):
            if len(proposed.pairs) and not doc.has_annotation("DEP"):
                self._accept_missing_parse(doc)
        try:
            return PairBatch.from_docs(docs, candidates, graph=self.graph)
        except CrossSentencePairError as pair:
            message = Errors.CROSS_SENTENCE.format(name=self.name, head=pair.head, tail=pair.tail)
            raise DDIError(message) from None

    def _accept_missing_parse(self, doc: Doc) -> None:
        if self.missing_parse == "error":
            raise DDIError(Errors.NO_PARSE.format(name=self.name, text=doc.text[:60]))
        self._warn_once(Warnings.CHAIN)

    def _warn_once(self, warning: str) -> None:
        if warning not in self._given_warnings:
            self._given_warnings.add(warning)
            warnings.warn(warning.format(name=self.name), stacklevel=3)

    def _decode(self, logits: Floats2d, n_classes: int) -> Floats2d:
        """Logits of the classes, from those of both heads: a sum of logits is a product of
        probabilities."""
        classes = logits[:, :n_classes]
        if self.decoding == "joint":
            no_interaction, interaction = n_classes, n_classes + 1
            heads = [no_interaction] + [interaction] * (n_classes - 1)
            classes = classes + logits[:, heads]
        return classes

    def _relations(self, prediction: Prediction) -> list[RelationDict]:
        """The pairs that are predicted to interact, in the order of the candidates."""
        probs = prediction.probs
        if not len(probs):
            return []
        threshold = self.cfg["threshold"]
        best_type = probs[:, 1:].argmax(axis=1) + 1
        best_prob = probs[np.arange(len(probs)), best_type]
        if threshold is None:
            interacts = best_prob > probs[:, NONE_CLASS]
        else:
            interacts = 1 - probs[:, NONE_CLASS] >= threshold
        ranges = [(mention.start, mention.end) for mention in prediction.candidates.mentions]
        relations = []
        for i in np.flatnonzero(interacts).tolist():
            head, tail = prediction.candidates.pairs[i].tolist()
            label = self.labels[best_type[i] - 1]
            relation = make_relation(ranges[head], ranges[tail], label, float(best_prob[i]))
            if self.store_probs:
                names = (NONE, *self.labels)
                relation["probs"] = dict(zip(names, probs[i].tolist(), strict=True))
            relations.append(relation)
        return relations

    def _compare(
        self, examples: list[Example], candidates: list[Candidates], logits: Floats2d
    ) -> tuple[float, Floats2d]:
        if not len(logits):
            return 0.0, self.model.ops.alloc2f(*logits.shape)
        targets = np.concatenate(
            [
                self.find_targets(example, proposed)
                for example, proposed in zip(examples, candidates, strict=True)
            ]
        )
        alpha = self.cfg["alpha"]
        gradient, loss = self.loss(
            logits,
            self.model.ops.asarray2f(cast(Floats2d, targets)),
            None if alpha is None else self.model.ops.asarray1f(alpha),
        )
        return loss, gradient

    def _accept_unknown(self, label: str) -> None:
        if self.unseen_labels == "error":
            raise DDIError(
                Errors.UNSEEN_LABEL.format(name=self.name, label=label, labels=list(self.labels))
            )

    def _count_examples(self, examples: Iterable[Example]) -> tuple[int, int, Counter[str]]:
        """Docs, mentions, and the labels of the candidate pairs, `NONE` among them, by the
        references; what a teacher labelled is not counted."""
        n_docs = n_mentions = 0
        labels: Counter[str] = Counter()
        for example in examples:
            candidates = self.find_candidates(example.reference)
            n_docs += 1
            n_mentions += len(candidates.mentions)
            found = true_labels(example.reference, candidates)
            taught = soft_labels(example.reference, candidates)
            labels.update(
                NONE if label is None else label
                for label, probs in zip(found, taught, strict=True)
                if probs is None
            )
        return n_docs, n_mentions, labels

    def _alpha(self, counts: Counter[str]) -> list[float] | None:
        """Shape (C,): weight of each class in the loss."""
        names = (NONE, *self.labels)
        if not isinstance(self.class_weights, dict):
            return None if self.class_weights is None else balanced_weights(counts, names)
        unknown = sorted(set(self.class_weights) - set(names))
        if unknown:
            raise DDIError(
                Errors.UNKNOWN_WEIGHT.format(name=self.name, found=unknown, labels=names[1:])
            )
        return [float(self.class_weights.get(name, 1.0)) for name in names]

    def _with_gold_mentions(self, examples: list[Example]) -> list[Example]:
        """Examples whose predicted Docs have the reference's mentions; those which had others are
        copied and annotated again."""
        wrong = [
            i for i, example in enumerate(examples) if needs_gold_mentions(example, self.mentions)
        ]
        if not wrong:
            return examples
        nlp = self._nlp()
        if nlp is None or all(pipe is not self for _, pipe in nlp.pipeline):
            raise DDIError(Errors.NO_NLP.format(name=self.name))
        docs = with_gold_mentions([examples[i] for i in wrong], nlp, self)
        again = dict(zip(wrong, docs, strict=True))
        return [
            Example(again[i], example.reference) if i in again else example
            for i, example in enumerate(examples)
        ]


def _check_settings(
    name: str, threshold: float | None, temperature: float, class_weights: ClassWeights
) -> None:
    where = f"Component '{name}'"
    require(temperature > 0, where, "temperature", temperature, "above 0")
    possible = threshold is None or 0 <= threshold <= 1
    require(possible, where, "threshold", threshold, "null, or 0 to 1")
    if isinstance(class_weights, dict):
        possible = all(weight >= 0 for weight in class_weights.values())
        require(possible, where, "class_weights", class_weights, "weights of 0 or more")
