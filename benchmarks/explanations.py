"""How faithful ways to weigh the words of a sentence are, as in ERASER (DeYoung et al. 2020).

    python -m benchmarks.explanations en_ddi_minilm CORPUS --documents configs/dev_documents.txt

stores what comes of each sentence, and renews the table of `docs/explanations.md`. What is stored
is not done again.

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
from typing import Annotated, Any, Final

import numpy as np
import spacy
import srsly
import torch
import typer
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.page import markdown_table, write_page
from spacy_ddi.annotations import Relation
from spacy_ddi.classifier.pair_classifier import _to_tensors
from spacy_ddi.component.decoding import class_logits
from spacy_ddi.component.lookup import component_of
from spacy_ddi.component.targets import NONE
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.explaining.explain import word_weights
from spacy_ddi.explaining.left_out import SentenceReader
from spacy_ddi.gold import DOCUMENT_ID
from spacy_ddi.scoring.evaluation import annotate

SHARES: Final = (0.01, 0.05, 0.10, 0.20, 0.50)

BY_CHANCE: Final = "random words"

N_RANDOM: Final = 2

N_SAMPLES: Final = 2000

MODULE: Final = "benchmarks.explanations"
RESULTS: Final = Path(__file__).parent / "results" / "explanations.jsonl"
PAGE: Final = Path(__file__).parents[1] / "docs" / "explanations.md"

Weights = NDArray[np.float32]
"""Shape (M,): of each node; NaN for mentions."""


class MaskReader(SentenceReader):
    """Reads a mask in the place of a word, where others leave the word out."""

    blank = "[MASK]"


class Case:
    """A relation of a sentence."""

    def __init__(
        self, nlp: Language, doc: Doc, relation: Relation, column: int, document: str
    ) -> None:
        self.nlp = nlp
        self.column = column
        self.document = document
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
    """Sentences with a pair that interacts and is found to, with gold mentions, in random order:
    those of the listed documents first, then all others. With the number of each among those that
    have an interaction."""
    classes = (NONE, *component_of(nlp).labels)
    spans_key = component_of(nlp).candidates.mentions.spans_key
    docs = [*with_interaction(nlp, corpus, documents=documents)]
    if documents is not None:
        docs += with_interaction(nlp, corpus, exclude=documents)
    nlp.batch_size = 8
    found = annotate(nlp, docs[start:], mentions="gold", spans_key=spans_key)
    for number, example in enumerate(found, start):
        true = {(relation.place, relation.label) for relation in example.reference._.ddi}
        for relation in example.predicted._.ddi:
            if (relation.place, relation.label) in true:
                column = classes.index(relation.label)
                document = example.reference.user_data[DOCUMENT_ID]
                yield number, Case(nlp, example.predicted, relation, column, document)
                break


def with_interaction(nlp: Language, corpus: Path, **which: Path | None) -> list[Doc]:
    """The sentences of some documents that have an interaction, in random order."""
    docs = [doc for doc in read_docs(corpus, nlp.make_doc, **which) if doc._.ddi]
    return [docs[i] for i in np.random.default_rng(0).permutation(len(docs))]


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
    documents: Annotated[
        Path | None, typer.Option(help="File with ids of documents, which come first.")
    ] = None,
    sentences: Annotated[int, typer.Option(help="How many sentences.")] = 200,
    results: Annotated[
        Path, typer.Option(help="JSON lines; what is there is not done again.")
    ] = RESULTS,
    page: Annotated[Path, typer.Option(help="The Markdown file to renew.")] = PAGE,
    ways: Annotated[str, typer.Option(help="Names of ways, with commas between.")] = "",
) -> None:
    """Measure ways to weigh words."""
    torch.set_num_threads(1)
    nlp = spacy.load(pipeline)
    lines: list[Any] = list(srsly.read_jsonl(results)) if results.exists() else []
    name = f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
    if lines and lines[0]["pipeline"] != name:
        raise typer.BadParameter(f"{results} is of {lines[0]['pipeline']}, not of {name}")
    if len(lines) < sentences:
        chosen = {key: way for key, way in WAYS.items() if not ways or key in ways.split(",")}
        start = lines[-1]["number"] + 1 if lines else 0
        found = cases(nlp, corpus, documents, start)
        for number, case in islice(found, sentences - len(lines)):
            line = {"pipeline": name, "number": number, **measure(case, chosen)}
            lines.append(line)
            results.parent.mkdir(parents=True, exist_ok=True)
            srsly.write_jsonl(results, [line], append=True, append_new_line=False)
    write_page(page, MODULE, as_text(lines[:sentences]))


def measure(case: Case, ways: dict[str, Callable[[Case], Weights]]) -> dict[str, Any]:
    """What comes of each way in one sentence: comprehensiveness and sufficiency."""
    generator = np.random.default_rng(0)
    weights = [generator.random(case.reader.n_nodes) for _ in range(N_RANDOM)]
    weights += [way(case) for way in ways.values()]
    falls = np.mean(faithfulness(case, weights), axis=2)
    rows = [falls[:N_RANDOM].mean(0), *falls[N_RANDOM:]]
    return {
        "document": case.document,
        "words": case.reader.n_nodes,
        "falls": {
            name: [round(float(fall), 4) for fall in row]
            for name, row in zip((BY_CHANCE, *ways), rows, strict=True)
        },
    }


def as_text(lines: Sequence[dict[str, Any]]) -> str:
    """A table of what was measured, in Markdown, with what it was measured on.

    lines (Sequence[Dict[str, Any]]): Of each sentence what `measure` gives, and the pipeline.
    RETURNS (str): Means, with 95 % bootstrap intervals over documents.
    """
    names = list(lines[0]["falls"])
    falls = np.array([[line["falls"][name] for name in names] for line in lines])
    _, at = np.unique([line["document"] for line in lines], return_inverse=True)
    n_documents = at.max() + 1
    chances = np.full(n_documents, 1 / n_documents)
    drawn = np.random.default_rng(0).multinomial(n_documents, chances, size=N_SAMPLES)
    # The first draw is the sentences as they are.
    shares = np.vstack([np.ones(n_documents), drawn])[:, at].astype(float)
    shares /= shares.sum(1, keepdims=True)
    comprehensiveness, sufficiency = np.moveaxis(np.tensordot(shares, falls, 1), -1, 0)
    times = comprehensiveness / comprehensiveness[:, [names.index(BY_CHANCE)]]
    table = [
        {
            "words chosen by": name,
            "comprehensiveness": with_interval(comprehensiveness[:, i], 3),
            "times random": with_interval(times[:, i], 1) if name != BY_CHANCE else "1",
            "sufficiency": with_interval(sufficiency[:, i], 3),
        }
        for i, name in enumerate(names)
    ]
    words = [line["words"] for line in lines]
    return (
        f"{markdown_table(table)}\n\n`{lines[0]['pipeline']}`, {len(lines)} sentences of "
        f"{n_documents} documents, of {min(words)} to {max(words)} words (median "
        f"{np.median(words):.0f}). In brackets 95 % bootstrap intervals over documents."
    )


def with_interval(values: NDArray[np.float64], digits: int) -> str:
    """A figure, the first value, with the interval of the others."""
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return f"{values[0]:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


if __name__ == "__main__":
    typer.run(main)
