"""The factory of `ddi_relation`, with its whole default config.

This module is loaded whenever any spaCy pipeline is made: nothing that it imports may import torch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from spacy.language import Language
from thinc.api import Config, Model
from thinc.types import Floats2d

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.classifier.pair_classifier import PairInput
from spacy_ddi.classifier.pair_loss import PairLoss
from spacy_ddi.component.ddi_relation import ClassWeights, DDIRelation
from spacy_ddi.graph.edges import GraphBuilder

DEFAULT_CONFIG = """
[ddi_relation]
class_weights = null
decoding = "classification"
threshold = null
temperature = 1.0
calibration = null
precisions = null
min_precision = null
min_score = 0.0
types = null
store_probs = false
missing_parse = "error"
unseen_labels = "error"
score_gold_mentions = true

[ddi_relation.candidates]
@misc = "spacy-ddi.CandidateFinder.v1"
spans_key = "ddi_mentions"
mention_labels = ["drug", "brand", "group", "drug_n"]
max_sentence_pairs = 1500

[ddi_relation.candidates.generator]
@misc = "spacy-ddi.sentence_pairs.v1"

[ddi_relation.candidates.negative_filter]
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
    candidates: CandidateFinder,
    graph: GraphBuilder,
    loss: PairLoss,
    scorer: Callable[..., dict[str, Any]] | None,
    class_weights: ClassWeights,
    decoding: Literal["classification", "joint"],
    threshold: float | None,
    temperature: float,
    calibration: dict[str, list[float]] | None,
    precisions: dict[str, list[list[float]]] | None,
    min_precision: float | None,
    min_score: float,
    types: list[str] | None,
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
        graph=graph,
        loss=loss,
        scorer=scorer,
        class_weights=class_weights,
        decoding=decoding,
        threshold=threshold,
        temperature=temperature,
        calibration=calibration,
        precisions=precisions,
        min_precision=min_precision,
        min_score=min_score,
        types=types,
        store_probs=store_probs,
        missing_parse=missing_parse,
        unseen_labels=unseen_labels,
        score_gold_mentions=score_gold_mentions,
        nlp=nlp,
    )
