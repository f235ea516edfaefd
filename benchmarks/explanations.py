"""How faithful ways to weigh the words of a sentence are, as in ERASER (DeYoung et al. 2020).

    python -m benchmarks.explanations en_ddi_minilm CORPUS --documents configs/dev_documents.txt

Of a sentence, the heaviest 1, 5, 10, 20 and 50 % of its words are left out, or are all that is left
beside the mentions, which always stay. *Comprehensiveness* is by how much the probability of the
predicted label falls without them, *sufficiency* by how much it falls if there is nothing else,
both as means over the five shares. M nodes of a sentence (words and mentions), C classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, Final

import numpy as np
import spacy
import srsly
import torch
import typer
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.page import markdown_table
from spacy_ddi.annotations import Relation
from spacy_ddi.classifier.pair_classifier import _to_tensors
from spacy_ddi.component.decoding import class_logits
from spacy_ddi.component.lookup import component_of
from spacy_ddi.component.targets import NONE
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.explaining.explain import word_weights
from spacy_ddi.explaining.left_out import SentenceReader
from spacy_ddi.scoring.evaluation import annotate

SHARES: Final = (0.01, 0.05, 0.10, 0.20, 0.50)

BY_CHANCE: Final = "random words"

N_RANDOM: Final = 2

Weights = NDArray[np.float32]
"""Shape (M,): of each node; NaN for mentions."""


class MaskReader(SentenceReader):
    """Reads a mask in the place of a word, where others leave the word out."""

    blank = "[MASK]"


class Case:
    """A relation of a sentence."""

    def __init__(self, nlp: Language, doc: Doc, relation: Relation, column: int) -> None:
        self.nlp = nlp
        self.column = column
        self.reader = SentenceReader(nlp, doc, [relation])
        self.mask_reader = MaskReader(nlp, doc, [relation])

    @property
    def blank_id(self) -> int:
        tokenizer: Any = self.nlp.get_pipe("transformer").model.tokenizer
        return int(tokenizer.pad_token_id)

    def probs(self, left_out: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Shape (B,): the probability of the label in each copy."""
        return self.reader.probs(left_out)[:, 0, self.column]


def cases(
    nlp: Language, corpus: Path, documents: Path | None, start: int
) -> Iterator[tuple[int, Case]]:
    """Sentences with a pair that interacts and is found to, with gold mentions, in random order;
    with the number of each among those that have one."""
    classes = (NONE, *component_of(nlp).labels)
    spans_key = component_of(nlp).candidates.mentions.spans_key
    docs = [doc for doc in read_docs(corpus, nlp.make_doc, documents=documents) if doc._.ddi]
    order = np.random.default_rng(0).permutation(len(docs))[start:]
    nlp.batch_size = 8
    found = annotate(nlp, (docs[i] for i in order), mentions="gold", spans_key=spans_key)
    for number, example in enumerate(found, start):
        true = {(relation.place, relation.label) for relation in example.reference._.ddi}
        for relation in example.predicted._.ddi:
            if (relation.place, relation.label) in true:
                column = classes.index(relation.label)
                yield number, Case(nlp, example.predicted, relation, column)
                break


# The ways to weigh words: the higher, the more it counts


def left_out(case: Case) -> Weights:
    return word_weights(case.reader, [case.column])[1][0]


def masked(case: Case) -> Weights:
    return word_weights(case.mask_reader, [case.column])[1][0]


def pooling(case: Case) -> Weights:
    return _of(case.reader.attend().pooling)


def pair_attention(case: Case) -> Weights:
    return _of(case.reader.attend().context)


def _of(attention: NDArray[np.float32] | None) -> Weights:
    assert attention is not None
    return attention[0]


def integrated_gradients(case: Case, steps: int = 20) -> Weights:
    """From the embedding of padding to that of each piece (Sundararajan et al. 2017).
    Pieces of mentions and the encoder's own stay. For a BERT that listens to nobody."""
    reader = case.reader
    docs, candidates = reader.read(np.zeros((1, reader.n_nodes), dtype=bool))
    data = docs[0]._.trf_data
    component = component_of(case.nlp)
    bert = case.nlp.get_pipe("transformer").model.layers[0].shims[0]._model
    ids = torch.tensor(data.wordpieces.input_ids)
    mask = torch.tensor(data.wordpieces.attention_mask)
    owner = np.full(ids.shape[1], -1)
    first = np.zeros(len(docs[0]), dtype=int)
    has_piece = data.align.lengths > 0
    starts = np.cumsum(data.align.lengths) - data.align.lengths
    for token in np.flatnonzero(has_piece):
        pieces = data.align.dataXd[starts[token] : starts[token] + data.align.lengths[token]]
        owner[pieces.ravel()] = reader.nodes[token]
        first[token] = pieces.ravel()[0]
    moves = torch.tensor(np.isin(owner, np.flatnonzero(~reader.mention_nodes)))
    words = bert.embeddings.word_embeddings(ids).detach()
    blank = bert.embeddings.word_embeddings(torch.full_like(ids, case.blank_id)).detach()
    blank = torch.where(moves[None, :, None], blank, words)
    share = ((torch.arange(steps) + 0.5) / steps)[:, None, None]
    way = (blank + share * (words - blank)).requires_grad_()
    states = bert(inputs_embeds=way, attention_mask=mask.expand(steps, -1)).last_hidden_state
    vectors = states[:, torch.tensor(first)] * torch.tensor(has_piece)[None, :, None]
    batch = component._make_batch(docs * steps, candidates * steps)
    tensors = _to_tensors(batch, vectors.device)
    logits = component.model.get_ref("network").shims[0]._model(vectors.flatten(0, 1), tensors)
    n_classes = len(component.labels) + 1
    scaled = class_logits(logits, n_classes, component.decoding) / component.cfg["temperature"]
    total = torch.softmax(scaled, 1)[:, case.column].sum()
    (slope,) = torch.autograd.grad(total, way)
    of_pieces = ((words - blank)[0] * slope.mean(0)).sum(1).numpy()
    return np.array([of_pieces[owner == node].sum() for node in range(reader.n_nodes)])


WAYS: Final[dict[str, Callable[[Case], Weights]]] = {
    "pooling": pooling,
    "pair attention": pair_attention,
    "integrated gradients": integrated_gradients,
    "word masked": masked,
    "word left out": left_out,
}


def faithfulness(case: Case, weights: Sequence[Weights]) -> list[list[list[float]]]:
    """By how much the probability falls without the heaviest words (comprehensiveness), and with
    nothing else (sufficiency).

    case (Case): A relation of a sentence.
    weights (Sequence[NDArray]): Several ways to weigh its nodes.
    RETURNS (List[List[List[float]]]): For each way the two, one number each for each share.
    """
    words = np.flatnonzero(~case.reader.mention_nodes)
    nothing = np.zeros(case.reader.n_nodes, dtype=bool)
    copies = [nothing]
    for each in weights:
        order = words[np.argsort(-each[words], kind="stable")]
        tops = [order[: ceil(share * len(order))] for share in SHARES]
        rests = [np.setdiff1d(words, top) for top in tops]
        for left_out in [*tops, *rests]:
            copies.append(nothing.copy())
            copies[-1][left_out] = True
    # Short sentences have the same words in several shares.
    unique, place = np.unique(copies, axis=0, return_inverse=True)
    probs = case.probs(unique)[place.ravel()].astype(float)
    falls: list[list[list[float]]] = (probs[0] - probs[1:]).reshape(-1, 2, len(SHARES)).tolist()
    return falls


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    corpus: Annotated[Path, typer.Argument(help="Folder with the XML files of the DDI corpus.")],
    documents: Annotated[Path | None, typer.Option(help="File with ids of documents.")] = None,
    sentences: Annotated[int, typer.Option(help="How many sentences.")] = 200,
    results: Annotated[
        Path, typer.Option(help="JSON lines; what is there is not done again.")
    ] = Path("explanations.jsonl"),
    ways: Annotated[str, typer.Option(help="Names of ways, with commas between.")] = "",
) -> None:
    """Measure ways to weigh words."""
    torch.set_num_threads(1)
    lines: list[Any] = list(srsly.read_jsonl(results)) if results.exists() else []
    if len(lines) < sentences:
        nlp = spacy.load(pipeline)
        chosen = {name: way for name, way in WAYS.items() if not ways or name in ways.split(",")}
        start = lines[-1]["number"] + 1 if lines else 0
        found = cases(nlp, corpus, documents, start)
        for number, case in islice(found, sentences - len(lines)):
            lines.append({"number": number, "words": case.reader.n_nodes, **measure(case, chosen)})
            srsly.write_jsonl(results, lines[-1:], append=True, append_new_line=False)
    print_table(lines[:sentences])


def measure(case: Case, ways: dict[str, Callable[[Case], Weights]]) -> dict[str, Any]:
    """What comes of each way in one sentence."""
    generator = np.random.default_rng(0)
    weights = [generator.random(case.reader.n_nodes) for _ in range(N_RANDOM)]
    seconds = {}
    for name, way in ways.items():
        began = perf_counter()
        weights.append(way(case))
        seconds[name] = perf_counter() - began
    falls = faithfulness(case, weights)
    by_chance = np.mean(falls[:N_RANDOM], axis=0).tolist()
    return {
        "seconds": seconds,
        "falls": {BY_CHANCE: by_chance, **dict(zip(ways, falls[N_RANDOM:], strict=True))},
    }


def print_table(lines: list[dict[str, Any]]) -> None:
    """Print the means over the sentences."""
    table = []
    base = np.mean([line["falls"][BY_CHANCE][0] for line in lines])
    for name in lines[0]["falls"]:
        comprehensiveness, sufficiency = np.mean(
            [line["falls"][name] for line in lines], axis=(0, 2)
        )
        seconds = [line["seconds"].get(name, 0.0) for line in lines]
        table.append(
            {
                "words chosen by": name,
                "comprehensiveness": f"{comprehensiveness:.3f}",
                "times random": f"{comprehensiveness / base:.1f}",
                "sufficiency": f"{sufficiency:.3f}",
                "seconds": f"{np.median(seconds):.2f}",
                "longest": f"{max(seconds):.2f}",
            }
        )
    words = [line["words"] for line in lines]
    print(markdown_table(table))
    middle = np.median(words)
    print(f"\n{len(words)} sentences of {min(words)} to {max(words)} words, median {middle:.0f}.")


if __name__ == "__main__":
    typer.run(main)
