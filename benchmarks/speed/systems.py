"""What is timed: our pipeline, parts of it, and what people run in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch
from transformers import AutoModelForSequenceClassification

from spacy_ddi.candidates.finder import Candidates
from spacy_ddi.component.lookup import component_of, relation_pipes, upstream_of
from spacy_ddi.encoder.packed_transformer import Precision
from spacy_ddi.gold import MENTIONS_KEY

MARKS = ("[E1]", "[E2]")
"""The tokens that stand for the two mentions of a pair, where a classifier reads one pair a text;
each is one word piece."""

BATCH_PIECES: dict[Precision, int] = {"float32": 1024, "bfloat16": 2048}
"""Word pieces of a batch of a per-pair classifier, padding counted: what suited it best of 512,
1,024, 2,048, 4,096 and 8,192, tried by hand on a third of the development sentences."""

OTHER = "drug"
"""Stands for the sentence's other mentions."""


@dataclass(frozen=True)
class System:
    """Something that classifies pairs.

    name (str): Its name in tables.
    nlp (Language): The pipeline that it is made from.
    prepare (Callable[[Sequence[Doc]], List[Doc]]): Not timed: makes fresh Docs with mentions ready.
    run (Callable[[Sequence[Doc]], Any]): Timed: classifies the pairs of such Docs.
    """

    name: str
    nlp: Language
    prepare: Callable[[Sequence[Doc]], list[Doc]]
    run: Callable[[Sequence[Doc]], Any]


def with_mentions(docs: Sequence[Doc], nlp: Language) -> list[Doc]:
    """Fresh Docs with the same words and mentions, and nothing else.

    docs (Sequence[Doc]): Docs with mentions in `doc.spans["ddi_mentions"]`.
    nlp (Language): The pipeline whose vocabulary they share.
    RETURNS (List[Doc]): The Docs.
    """
    fresh = []
    for doc in docs:
        words = [token.text for token in doc]
        spaces = [bool(token.whitespace_) for token in doc]
        copy = Doc(nlp.vocab, words=words, spaces=spaces)
        for token in copy:
            token.is_sent_start = token.i == 0
        mentions = [copy[m.start : m.end] for m in doc.spans[MENTIONS_KEY]]
        copy.spans[MENTIONS_KEY] = mentions
        fresh.append(copy)
    return fresh


def annotated(nlp: Language, docs: Sequence[Doc], names: Sequence[str]) -> list[Doc]:
    """Docs with what some components of a pipeline say of them."""
    with nlp.select_pipes(enable=names):
        return list(nlp.pipe(docs))


def whole_pipeline(nlp: Language) -> System:
    """Parser, encoder and relations on given mentions: all components but the recognizer."""
    names = [name for name in nlp.pipe_names if name not in ("ner", "entity_ruler")]

    def run(docs: Sequence[Doc]) -> list[Doc]:
        return annotated(nlp, docs, names)

    return System("whole pipeline", nlp, list, run)


def encoder_and_relations(nlp: Language) -> System:
    """The encoder and `ddi_relation` alone, on Docs that are parsed."""
    ours = relation_pipes(nlp)
    before = [name for name in upstream_of(nlp, component_of(nlp)) if name not in (*ours, "ner")]

    def prepare(docs: Sequence[Doc]) -> list[Doc]:
        return annotated(nlp, docs, before)

    def run(docs: Sequence[Doc]) -> list[Doc]:
        return annotated(nlp, docs, ours)

    return System("encoder and ddi_relation", nlp, prepare, run)


def relations_alone(nlp: Language) -> System:
    """`ddi_relation` alone, on Docs with parse and vectors."""
    component = component_of(nlp)

    def run(docs: Sequence[Doc]) -> None:
        for batch in minibatch(docs, nlp.batch_size):
            component.set_annotations(batch, component.predict(batch))

    return System("ddi_relation", nlp, lambda docs: with_vectors(nlp, docs), run)


def with_vectors(nlp: Language, docs: Sequence[Doc]) -> list[Doc]:
    """Docs with all that `ddi_relation` reads."""
    before = [name for name in upstream_of(nlp, component_of(nlp)) if name != "ner"]
    return annotated(nlp, docs, before)


def per_pair_classifier(nlp: Language, precision: Precision = "float32") -> System:
    """One pass of the encoder for each pair."""
    return System("one pass a pair", nlp, list, PerPairClassifier(nlp, precision))


def mean_pooled_pairs(nlp: Language) -> System:
    """The relation component of spaCy's tutorial in place of `ddi_relation`."""
    return System(
        "mean-pooled spans", nlp, lambda docs: with_vectors(nlp, docs), MeanPooledPairs(nlp)
    )


class PerPairClassifier:
    """One pass of the encoder for each pair, as a sequence classifier is used by most: the pair is
    marked in the text, and texts of similar length are batched.

    nlp (Language): Gives encoder weights, tokenizer and number of classes.
    precision (str): Of the arithmetic.
    """

    def __init__(self, nlp: Language, precision: Precision = "float32") -> None:
        self.bfloat16 = precision == "bfloat16"
        self.batch_pieces = BATCH_PIECES[precision]
        transformer = nlp.get_pipe("transformer").model
        config = deepcopy(transformer.transformer.config)
        config.num_labels = self.n_classes(nlp)
        self.nlp = nlp
        self.tokenizer = deepcopy(transformer.tokenizer)
        self.tokenizer.add_tokens(list(MARKS), special_tokens=True)
        self.model = AutoModelForSequenceClassification.from_config(config)
        state = transformer.transformer.state_dict()
        self.model.base_model.load_state_dict(state, strict=False)
        self.model.resize_token_embeddings(len(self.tokenizer), mean_resizing=False)
        self.model.eval()

    @staticmethod
    def n_classes(nlp: Language) -> int:
        """The types of interaction, and none."""
        return len(component_of(nlp).labels) + 1

    def texts(self, docs: Sequence[Doc]) -> list[str]:
        """One text a candidate pair, with the pair marked and the other mentions blinded."""
        find_candidates = component_of(self.nlp).find_candidates
        return [
            mark_pair(doc, candidates, head, tail)
            for doc in docs
            for candidates in [find_candidates(doc)]
            for head, tail in candidates.pairs.tolist()
        ]

    def __call__(self, docs: Sequence[Doc]) -> int:
        texts = self.texts(docs)
        encoded = self.tokenizer(texts, truncation=True, max_length=512)["input_ids"]
        probs = np.zeros((len(texts), self.model.config.num_labels), dtype=np.float32)
        lengths = [len(ids) for ids in encoded]
        precision = torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16)
        with torch.inference_mode(), precision:
            for rows in batches_by_length(lengths, self.batch_pieces):
                batch = self.tokenizer.pad(
                    {"input_ids": [encoded[i] for i in rows]}, return_tensors="pt"
                )
                probs[rows] = self.model(**batch).logits.float().softmax(dim=1).numpy()
        return len(texts)


def mark_pair(doc: Doc, candidates: Candidates, head: int, tail: int) -> str:
    """The text of a Doc in which two mentions are marked and the others blinded."""
    words: list[str] = []
    covered = -1
    starts: dict[int, tuple[int, str]] = {}
    for k, mention in enumerate(candidates.mentions):
        word = MARKS[0] if k == head else MARKS[1] if k == tail else OTHER
        if mention.start not in starts or word != OTHER:
            starts[mention.start] = (mention.end, word)
    for token in doc:
        if token.i in starts and token.i > covered:
            end, word = starts[token.i]
            words.append(word + doc[end - 1].whitespace_)
            covered = end - 1
        elif token.i > covered:
            words.append(token.text_with_ws)
    return "".join(words)


def batches_by_length(lengths: Sequence[int], max_items: int) -> list[list[int]]:
    """The places of texts, short ones first, in batches of so many word pieces, padding counted."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    batches: list[list[int]] = [[]]
    for i in order:
        if batches[-1] and (len(batches[-1]) + 1) * lengths[i] > max_items:
            batches.append([])
        batches[-1].append(i)
    return [batch for batch in batches if batch]


class MeanPooledPairs:
    """The relation component of spaCy's tutorial: the mean of each mention's token vectors, the two
    side by side, one linear layer, a logistic function. The least that a head on the same vectors
    can cost.

    nlp (Language): Gives the vectors.
    """

    def __init__(self, nlp: Language) -> None:
        component = component_of(nlp)
        self.nlp = nlp
        self.vectors = component.model.get_ref("tok2vec")
        width = component.cfg["token_width"]
        generator = np.random.default_rng(0)
        shape = (2 * width, PerPairClassifier.n_classes(nlp))
        self.weight = generator.normal(size=shape).astype(np.float32)

    def __call__(self, docs: Sequence[Doc]) -> int:
        n_pairs = 0
        for batch in minibatch(docs, self.nlp.batch_size):
            for doc, vectors in zip(batch, self.vectors.predict(batch), strict=True):
                n_pairs += len(self.classify(doc, np.asarray(vectors)))
        return n_pairs

    def classify(self, doc: Doc, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (pairs, classes): the scores of a Doc's pairs."""
        candidates = component_of(self.nlp).find_candidates(doc)
        if not len(candidates.pairs):
            return np.zeros((0, self.weight.shape[1]), dtype=np.float32)
        mentions = np.stack([vectors[m.start : m.end].mean(axis=0) for m in candidates.mentions])
        pairs = mentions[candidates.pairs].reshape(len(candidates.pairs), -1)
        return np.asarray(1 / (1 + np.exp(-pairs @ self.weight)))
