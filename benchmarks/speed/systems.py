"""What is timed, and how: our pipeline, parts of it, and what people run in its place."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training.batchers import minibatch_by_padded_size
from spacy.util import minibatch

from spacy_ddi.component.lookup import component_of, relation_pipes, upstream_of
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.encoder.blinding import blind
from spacy_ddi.encoder.packed_transformer import Precision

Name = TypeVar("Name")

MENTION_PIPES = ("ner", "entity_ruler")
MARKS = ("[E1]", "[E2]")
"""They stand for the mentions of a pair, where a classifier reads one pair a text; a word piece
each."""

BATCH_PIECES: dict[Precision, int] = {"float32": 1024, "bfloat16": 2048}
"""Word pieces of a batch of a per-pair classifier, padding counted: what suited it best of 512,
1,024, 2,048, 4,096 and 8,192, tried by hand on a third of the development sentences."""


class System(NamedTuple):
    """Something that is timed: `run`, on the fresh input that `prepare` makes beforehand."""

    run: Callable[[Any], Any]
    prepare: Callable[[Any], Any] = list


def take_turns(
    systems: Mapping[Name, System], work: Sequence[Any], *, repeats: int
) -> dict[Name, list[float]]:
    """Time systems one after another, several times, so that what slows the machine slows all. A
    first round is not counted. What is in memory before (all systems at once, which nobody has) is
    left out of the garbage collection.

    systems (Mapping): The systems by name.
    work (Sequence): What each of them is given.
    repeats (int): Rounds that count.
    RETURNS (Dict[Any, List[float]]): Seconds of each round, by name.
    """
    seconds: dict[Name, list[float]] = {name: [] for name in systems}
    gc.collect()
    gc.freeze()
    for round_number in range(repeats + 1):
        for name, system in systems.items():
            ready = system.prepare(work)
            start = perf_counter()
            system.run(ready)
            if round_number:
                seconds[name].append(perf_counter() - start)
    gc.unfreeze()
    return seconds


def with_mentions(docs: Iterable[Doc], nlp: Language) -> list[Doc]:
    """Fresh Docs for a pipeline with the same words, one sentence and mentions each."""
    return [e.predicted for e in make_examples(docs, nlp.make_doc, gold_mentions=True)]


def annotated(nlp: Language, docs: Iterable[Doc], names: Sequence[str]) -> list[Doc]:
    """Docs with what some components of a pipeline say of them."""
    with nlp.select_pipes(enable=names):
        return list(nlp.pipe(docs))


def count_pairs(nlp: Language, docs: Iterable[Doc]) -> int:
    """Candidate pairs: those that the negative filter leaves."""
    find_candidates = component_of(nlp).find_candidates
    return sum(len(find_candidates(doc).pairs) for doc in with_mentions(docs, nlp))


def part_of(nlp: Language, names: Sequence[str]) -> System:
    """Some components in their order, on Docs with given mentions and what those before say."""
    others = {*MENTION_PIPES, *names}
    before = [name for name in upstream_of(nlp, component_of(nlp)) if name not in others]
    return System(
        lambda docs: annotated(nlp, docs, names),
        lambda docs: annotated(nlp, with_mentions(docs, nlp), before),
    )


def whole_pipeline(nlp: Language) -> System:
    """Parser, encoder and relations on given mentions: all components but the recognizer."""
    return part_of(nlp, [name for name in nlp.pipe_names if name not in MENTION_PIPES])


def mean_pooled_pairs(nlp: Language) -> System:
    """The relation component of spaCy's tutorial in place of `ddi_relation`: the mean of each
    mention's token vectors, the two side by side, one linear layer, a logistic function. The least
    that a head on the same vectors can cost."""
    component = component_of(nlp)
    tok2vec = component.model.get_ref("tok2vec")
    shape = (2 * component.cfg["token_width"], len(component.labels) + 1)
    weight = np.random.default_rng(0).normal(size=shape).astype(np.float32)

    def run(docs: Sequence[Doc]) -> int:
        n_pairs = 0
        for batch in minibatch(docs, nlp.batch_size):
            for doc, vectors in zip(batch, tok2vec.predict(batch), strict=True):
                found = component.find_candidates(doc)
                if len(found.pairs):
                    spans = [vectors[m.start : m.end].mean(axis=0) for m in found.mentions]
                    pairs = np.stack(spans)[found.pairs].reshape(len(found.pairs), -1)
                    n_pairs += len(1 / (1 + np.exp(-pairs @ weight)))
        return n_pairs

    return part_of(nlp, relation_pipes(nlp)[-1:])._replace(run=run)


class PerPairClassifier:
    """One pass of the encoder for each pair, as a sequence classifier is used by most: the pair is
    marked in the text, and texts of similar length are batched.

    nlp (Language): Gives encoder weights, tokenizer and number of classes.
    precision (str): Of the arithmetic.
    """

    def __init__(self, nlp: Language, precision: Precision = "float32") -> None:
        from transformers import AutoModelForSequenceClassification

        self.precision = precision
        self.component = component_of(nlp)
        ours = nlp.get_pipe("transformer").model  # type: ignore[attr-defined]
        config = deepcopy(ours.transformer.config)
        config.num_labels = len(self.component.labels) + 1
        self.tokenizer = deepcopy(ours.tokenizer)
        self.tokenizer.add_tokens(list(MARKS), special_tokens=True)
        self.model = AutoModelForSequenceClassification.from_config(config)
        self.model.base_model.load_state_dict(ours.transformer.state_dict(), strict=False)
        self.model.resize_token_embeddings(len(self.tokenizer), mean_resizing=False)
        self.model.eval()

    def texts(self, docs: Iterable[Doc]) -> Iterator[str]:
        """One text a candidate pair, with the pair marked and the other mentions blinded."""
        for doc in docs:
            found = self.component.find_candidates(doc)
            shadow = blind(doc, found.ranges, found.sentences)
            for pair in found.pairs.tolist():
                words = [token.text_with_ws for token in shadow]
                for mark, mention in zip(MARKS, pair, strict=True):
                    words[found.mentions[mention].start] = f"{mark} "
                yield "".join(words)

    def encode(self, docs: Iterable[Doc]) -> list[list[int]]:
        """The word pieces of each text."""
        texts = list(self.texts(docs))
        return self.tokenizer(texts, truncation=True, max_length=512)["input_ids"] if texts else []

    def logits(self, encoded: Sequence[list[int]]) -> torch.Tensor:
        """Shape (texts, classes), of one batch."""
        batch = self.tokenizer.pad({"input_ids": list(encoded)}, return_tensors="pt")
        return self.model(**batch).logits.float()

    def __call__(self, docs: Iterable[Doc]) -> int:
        encoded = self.encode(docs)
        size, n_texts = BATCH_PIECES[self.precision], 0
        bfloat16 = torch.autocast("cpu", torch.bfloat16, enabled=self.precision == "bfloat16")
        with torch.inference_mode(), bfloat16:
            for batch in minibatch_by_padded_size(encoded, size, buffer=len(encoded) or 1):
                n_texts += len(self.logits(batch).softmax(dim=1).numpy())
        return n_texts
