"""How many sentences people would have to annotate, chosen by `select` or at random.

    python -m benchmarks.selection training/plain/relations/model-last DDICorpus/Train

A simulation: the corpus has the answers. Both ways begin with the same random sentences, train, and
get as many sentences again as there are, over and over: random ones, or those that `select` chooses
by what was just trained. Trained is the relation network alone, anew each time; the vectors are
those of the given pipeline's encoder, which must have seen none of the documents. All is scored on
a fifth of the documents, which nothing is chosen from. Only sentences with a candidate pair count,
in both ways. What is done is stored, and not done again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import log2
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any, Final, NamedTuple

import numpy as np
import spacy
import srsly
import typer
from matplotlib.figure import Figure
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import fix_random_seed, minibatch
from thinc.api import Adam, Model

from benchmarks.crossval.__main__ import labels_of
from benchmarks.folds import draw_even_folds
from benchmarks.page import markdown_table
from spacy_ddi.candidates.reading_note import notes_for
from spacy_ddi.component.ddi_relation import DDIRelation
from spacy_ddi.component.lookup import component_of, upstream_of
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import DOCUMENT_ID, gold_mentions_of
from spacy_ddi.runs.sentence_choice import Choosable, Seen, choose, uncertainty_of
from spacy_ddi.runs.unsure_sentences import words_and_names
from spacy_ddi.scoring.counts import count_by_document
from spacy_ddi.scoring.evaluation import annotate
from spacy_ddi.scoring.metrics import compute_scores

CHOSEN, RANDOM = "chosen", "random"
N_FOLDS: Final = 5
BATCH: Final = 16
LEARN_RATE: Final = 0.001
TOK2VEC: Final = "spacy-ddi-benchmarks.StoredVectors.v1"


@spacy.registry.architectures(TOK2VEC)
def stored_vectors() -> Model[list[Doc], list[Any]]:
    """Gives the vectors that were computed once, as `doc.tensor`. They learn nothing."""

    def forward(
        model: Model[list[Doc], list[Any]], docs: list[Doc], is_train: bool
    ) -> tuple[list[Any], Callable[..., Any]]:
        return [doc.tensor for doc in docs], lambda gradient: []

    return Model("stored_vectors", forward)


class Sentences(NamedTuple):
    """A corpus with vectors.

    pool (List[Example]): Sentences with a candidate pair, to choose from.
    test (List[Example]): All sentences of the documents that are scored.
    model (Dict[str, Any]): The network's config, with the vectors stored.
    settings (Dict[str, Any]): The component's other settings.
    """

    pool: list[Example]
    test: list[Example]
    model: dict[str, Any]
    settings: dict[str, Any]


def main(
    pipeline: Annotated[str, typer.Argument(help="With an encoder that knows no document.")],
    corpus: Annotated[Path, typer.Argument(exists=True, help="Folder with the corpus's XML.")],
    output: Annotated[Path, typer.Option(help="Folder for results and plot.")] = Path(
        "training/selection"
    ),
    seeds: Annotated[int, typer.Option(min=1, help="How many repetitions.")] = 3,
    first: Annotated[int, typer.Option(min=1, help="Sentences to begin with.")] = 50,
    rounds: Annotated[int, typer.Option(min=1, help="How often they become twice as many.")] = 5,
    epochs: Annotated[int, typer.Option(min=1, help="Of each training.")] = 15,
) -> None:
    """Simulate annotation, and print learning curves."""
    output.mkdir(parents=True, exist_ok=True)
    sizes = [first * 2**i for i in range(rounds + 1)]
    todo = [
        (seed, way)
        for seed in range(1, seeds + 1)
        for way in (CHOSEN, RANDOM)
        if len(read_rounds(output, seed, way)) < len(sizes)
    ]
    sentences = read_sentences(pipeline, corpus) if todo else None
    for seed, way in todo:
        assert sentences is not None
        simulate(sentences, output, seed, way, sizes, epochs)
    curves = {
        way: [[each["f"] for each in read_rounds(output, i + 1, way)] for i in range(seeds)]
        for way in (CHOSEN, RANDOM)
    }
    pairs = {
        way: [[each["pairs"] for each in read_rounds(output, i + 1, way)] for i in range(seeds)]
        for way in (CHOSEN, RANDOM)
    }
    typer.echo(markdown_table(as_table(sizes, curves, pairs), n_words=1))
    draw(sizes, curves).savefig(output / "selection.svg")


def read_sentences(pipeline: str, corpus: Path) -> Sentences:
    """Read a corpus, and compute its vectors once.

    pipeline (str): A package, or a folder.
    corpus (Path): Folder with the corpus's XML.
    RETURNS (Sentences): Its sentences.
    """
    nlp = spacy.load(pipeline)
    component = component_of(nlp)
    documents: dict[str, list[Doc]] = {}
    for doc in read_docs(corpus, nlp.make_doc):
        documents.setdefault(doc.user_data[DOCUMENT_ID], []).append(doc)
    labels = {id_: list(labels_of(docs)) for id_, docs in documents.items()}
    held_out = set(draw_even_folds(labels, N_FOLDS, seed=1)[0])
    pool, test = [], []
    spans_key = component.candidates.mentions.spans_key
    references = [doc for docs in documents.values() for doc in docs]
    with nlp.select_pipes(enable=upstream_of(nlp, component)):
        for example in annotate(nlp, references, mentions="gold", spans_key=spans_key):
            n_pairs = store_vectors(component, example.predicted)
            if example.reference.user_data[DOCUMENT_ID] in held_out:
                test.append(example)
            elif n_pairs:
                pool.append(example)
    config = nlp.config.interpolate()["components"][component.name]
    settings = {
        name: config[name]
        for name in ("loss", "class_weights", "decoding", "missing_parse", "candidates", "graph")
    }
    return Sentences(
        pool, test, {**config["model"], "tok2vec": {"@architectures": TOK2VEC}}, settings
    )


def store_vectors(component: DDIRelation, doc: Doc) -> int:
    """Put a Doc's token vectors into `doc.tensor`, and say how many candidate pairs it has."""
    found = component.find_candidates(doc)
    doc.tensor = np.zeros((len(doc), component.cfg["token_width"]), dtype=np.float32)
    if len(found.pairs):
        with notes_for([doc], [found], component.candidates):
            (vectors,) = component.model.get_ref("tok2vec").predict([doc])
        doc.tensor[:] = vectors
    if doc.has_extension("trf_data"):
        doc._.trf_data = None  # it is large
    return len(found.pairs)


def simulate(
    sentences: Sentences, output: Path, seed: int, way: str, sizes: Sequence[int], epochs: int
) -> None:
    """Annotate, train and score with more and more sentences.

    sentences (Sentences): The corpus.
    output (Path): Folder for the results.
    seed (int): Seed of the first sentences, of random ones, and of training.
    way (str): "chosen" or "random".
    sizes (Sequence[int]): How many sentences there are in each round.
    epochs (int): Of each training.
    """
    pool = sentences.pool
    order = random.Random(seed).sample(range(len(pool)), len(pool))
    done = read_rounds(output, seed, way)
    numbers = done[-1]["next"] if done else order[: sizes[0]]
    for i in range(len(done), len(sizes)):
        component = train(sentences, [pool[number] for number in numbers], seed, epochs)
        further = []
        if i + 1 < len(sizes):
            n = sizes[i + 1] - len(numbers)
            further = (
                chosen_next(component, pool, numbers, n)
                if way == CHOSEN
                else order[len(numbers) :][:n]
            )
        result = {
            "n": len(numbers),
            "pairs": sum(len(component.find_candidates(pool[k].predicted).pairs) for k in numbers),
            "f": score(component, sentences.test),
            "next": [*numbers, *further],
        }
        done.append(result)
        srsly.write_jsonl(_file(output, seed, way), done)
        typer.echo(
            f"seed {seed}, {way}, {result['n']} sentences: F1 {100 * result['f']:.1f}", err=True
        )
        numbers = result["next"]


def train(
    sentences: Sentences, annotated: Sequence[Example], seed: int, epochs: int
) -> DDIRelation:
    """A relation component that learned from some sentences, and from nothing else.

    sentences (Sentences): Says what it is like.
    annotated (Sequence[Example]): What it learns from.
    seed (int): Seed of weights and order.
    epochs (int): How often it sees each sentence.
    RETURNS (DDIRelation): The component.
    """
    fix_random_seed(seed)
    nlp = spacy.blank("en", vocab=annotated[0].predicted.vocab)
    config = {"model": sentences.model, **sentences.settings}
    component = nlp.add_pipe("ddi_relation", config=config)
    assert isinstance(component, DDIRelation)
    labels = sorted({label for each in [*annotated, *sentences.test] for label in labels_in(each)})
    component.initialize(lambda: annotated, nlp=nlp, labels=labels)
    optimizer = Adam(LEARN_RATE)
    generator = random.Random(seed)
    for _ in range(epochs):
        for batch in minibatch(generator.sample(annotated, len(annotated)), BATCH):
            component.update(batch, sgd=optimizer)
    return component


def labels_in(example: Example) -> list[str]:
    """The types of interaction that a sentence has."""
    return [relation["label"] for relation in example.reference._.ddi_rels if relation["label"]]


def chosen_next(
    component: DDIRelation, pool: Sequence[Example], numbers: Sequence[int], n: int
) -> list[int]:
    """What `select` chooses when some sentences are annotated already.

    component (DDIRelation): What is unsure or not.
    pool (Sequence[Example]): All sentences to choose from.
    numbers (Sequence[int]): The annotated ones.
    n (int): How many to choose.
    RETURNS (List[int]): Their numbers in the pool.
    """
    seen, texts = Seen(), set()
    for number in numbers:
        seen.add(*_words_and_names(pool[number]))
        texts.add(pool[number].text)
    left, choosable = [], []
    for number, example in enumerate(pool):
        if example.text in texts:
            continue
        texts.add(example.text)
        (prediction,) = component.predict([example.predicted])
        uncertainty = uncertainty_of(prediction.probs.tolist())
        left.append(number)
        choosable.append(Choosable(uncertainty, *_words_and_names(example)))
    return [left[i] for i in choose(choosable, n, seen)]


def score(component: DDIRelation, test: Sequence[Example]) -> float:
    """The micro F1 on sentences that are annotated anew.

    component (DDIRelation): What annotates them.
    test (Sequence[Example]): The sentences.
    RETURNS (float): In [0, 1].
    """
    for batch in minibatch(test, 64):
        docs = [example.predicted for example in batch]
        component.set_annotations(docs, component.predict(docs))
    counts = count_by_document(test, component.labels, finder=component.candidates)
    return compute_scores(counts, component.labels)["micro_f"]


def as_table(
    sizes: Sequence[int], curves: dict[str, list[list[float]]], pairs: dict[str, list[list[int]]]
) -> list[dict[str, Any]]:
    """The learning curves: mean F1 (with the standard deviation over the seeds) by number of
    sentences, and how many chosen ones have the F1 of the random ones."""
    table = []
    chosen, by_chance = (means(curves[way]) for way in (CHOSEN, RANDOM))
    for i, size in enumerate(sizes):
        n = needed(sizes, chosen, by_chance[i])
        table.append(
            {
                "sentences": f"{size:,}",
                **{
                    f"F1, {way}": spread([100 * curve[i] for curve in curves[way]])
                    for way in (CHOSEN, RANDOM)
                },
                **{f"pairs, {way}": f"{means(pairs[way])[i]:,.0f}" for way in (CHOSEN, RANDOM)},
                "chosen ones for the F1 of random ones": f"{n:,.0f}",
                "ratio": f"{n / size:.2f}",
            }
        )
    return table


def needed(sizes: Sequence[int], curve: Sequence[float], level: float) -> float:
    """How many sentences a learning curve needs to reach a level, between its points by the
    logarithm of their number.

    sizes (Sequence[int]): Numbers of sentences.
    curve (Sequence[float]): The F1 of each.
    level (float): What is to be reached.
    RETURNS (float): How many; infinite if it is not reached.
    """
    points = list(zip(map(log2, sizes), curve, strict=True))
    if curve[0] >= level:
        return float(sizes[0])
    for (x, y), (next_x, next_y) in pairwise(points):
        if y < level <= next_y:
            return float(2 ** (x + (next_x - x) * (level - y) / (next_y - y)))
    return float("inf")


def means(curves: Sequence[Sequence[float]]) -> list[float]:
    """The mean curve."""
    return [mean(values) for values in zip(*curves, strict=True)]


def spread(values: Sequence[float]) -> str:
    """Mean and standard deviation, as text."""
    deviation = f" ± {stdev(values):.1f}" if len(values) > 1 else ""
    return f"{mean(values):.1f}{deviation}"


def draw(sizes: Sequence[int], curves: dict[str, list[list[float]]]) -> Figure:
    """The learning curves, thin for each seed."""
    figure = Figure(figsize=(5, 4), layout="constrained")
    axes = figure.subplots()
    for way, colour in ((CHOSEN, "C0"), (RANDOM, "0.5")):
        for curve in curves[way]:
            axes.plot(sizes, curve, color=colour, linewidth=0.5)
        axes.plot(sizes, means(curves[way]), color=colour, linewidth=2, label=way)
    axes.set(xscale="log", xlabel="annotated sentences", ylabel="micro F1")
    axes.legend()
    return figure


def read_rounds(output: Path, seed: int, way: str) -> list[dict[str, Any]]:
    """What is stored of a simulation; nothing if it has not begun."""
    path = _file(output, seed, way)
    return list(srsly.read_jsonl(path)) if path.exists() else []


def _file(output: Path, seed: int, way: str) -> Path:
    return output / f"{way}.seed{seed}.jsonl"


def _words_and_names(example: Example) -> tuple[Iterable[str], Iterable[str]]:
    return words_and_names(example.reference[:], gold_mentions_of(example.reference))


if __name__ == "__main__":
    typer.run(main)
