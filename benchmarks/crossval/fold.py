"""Steps of a fold, done in its folder: the commands of its project."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any

import spacy
import srsly
import typer
from spacy.cli.train import train as spacy_train
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch
from thinc.api import Config

from spacy_ddi.candidates.generators import sentence_pairs
from spacy_ddi.candidates.sentences import sentence_index
from spacy_ddi.cli.light_imports import import_transformers
from spacy_ddi.component.lookup import component_of, upstream_of
from spacy_ddi.component.targets import NONE
from spacy_ddi.corpora.docbin import read_docbin, write_docbin
from spacy_ddi.gold import (
    DOCUMENT_ID,
    SENTENCE_ID,
    PlacePair,
    SoftLabelDict,
    gold_mentions_of,
    labelled_pairs,
    place_pair,
    set_soft_labels,
    soft_labels_of,
)
from spacy_ddi.scoring.evaluation import annotate
from spacy_ddi.training.configs import merge_configs

BATCH_SIZE = 64

STEPS = ("max_steps", "optimizer.learn_rate.total_steps", "optimizer.learn_rate.warmup_steps")
"""Settings of `[training]` that are numbers of steps."""

app = typer.Typer(add_completion=False)


@app.command()
def train(
    name: Annotated[str, typer.Argument(help="The folder to write.")],
    configs: Annotated[list[Path], typer.Argument(exists=True, help="Configs to merge.")],
    data: Annotated[Path, typer.Option(exists=True, help="Training sentences, .spacy.")],
    settings: Annotated[str, typer.Option(help="Other settings by dot paths, JSON.")] = "{}",
    seed: Annotated[int, typer.Option(help="Seed of training.")] = 1,
    shorter: Annotated[float, typer.Option(help="By what numbers of steps are multiplied.")] = 1.0,
) -> None:
    """Train. No step is chosen: the last weights count."""
    folder = Path(name)
    folder.mkdir(exist_ok=True)
    docs = read_docbin(data, spacy.blank("en").vocab)
    # spaCy scores while it trains, and keeps the best. What counts is scored later.
    watched = [next(doc for doc in docs if len(gold_mentions_of(doc)) >= 2)]
    write_docbin(watched, folder / "watched.spacy")
    config = merge_configs(configs[0], configs[1:])
    overrides: dict[str, Any] = {
        "paths.train": str(data),
        "paths.dev": str(folder / "watched.spacy"),
        "system.seed": seed,
        "system.gpu_allocator": None,
        **json.loads(settings),
    }
    overrides |= numbers_of_steps(config, overrides, shorter)
    config.to_disk(folder / "config.cfg", interpolate=False)
    spacy_train(folder / "config.cfg", folder, overrides=overrides)
    shutil.rmtree(folder / "model-best")


def numbers_of_steps(config: Config, overrides: dict[str, Any], shorter: float) -> dict[str, int]:
    """Settings of a training with fewer steps. It is scored once, at its end.

    config (Config): The config.
    overrides (Dict[str, Any]): Settings that come before the config's, by dot paths.
    shorter (float): By what the numbers of steps are multiplied.
    RETURNS (Dict[str, int]): The settings, by dot paths.
    """
    steps = {}
    for path in STEPS:
        section = config["training"]
        for part in path.split("."):
            section = section[part]
        key = f"training.{path}"
        steps[key] = max(1, round(shorter * overrides.get(key, section)))
    return {**steps, "training.eval_frequency": steps["training.max_steps"]}


@app.command()
def score(
    trained: Annotated[Path, typer.Argument(exists=True, help="The trained pipeline.")],
    test: Annotated[Path, typer.Argument(exists=True, help="Gold sentences, .spacy.")],
    output: Annotated[Path, typer.Argument(help="The file to write, JSON lines.")],
) -> None:
    """Write what a pipeline says of every pair of gold mentions, and what the truth is."""
    nlp = spacy.load(trained)
    srsly.write_jsonl(output, pairs_of(nlp, list(read_docbin(test, nlp.vocab))))


@app.command()
def average(
    output: Annotated[Path, typer.Argument(help="The .spacy file to write.")],
    files: Annotated[list[Path], typer.Argument(exists=True, help="Files with soft labels.")],
) -> None:
    """Average the soft labels of files, each with the same weight.

    A pair that not every file has gets the mean of those that have it.
    """
    vocab = spacy.blank("en").vocab
    write_docbin(averaged([list(read_docbin(file, vocab)) for file in files]), output)


def averaged(files: Sequence[Sequence[Doc]]) -> Iterator[Doc]:
    """Each sentence of the files once, with the mean of its pairs' soft labels.

    files (Sequence[Sequence[Doc]]): Docs of each file, a sentence each.
    YIELDS (Doc): The first Doc of each text, changed in place.
    """
    by_text: dict[str, list[Doc]] = {}
    for doc in chain.from_iterable(files):
        by_text.setdefault(doc.text, []).append(doc)
    for docs in by_text.values():
        said: dict[PlacePair, list[dict[str, float]]] = {}
        for doc in docs:
            for places, probs in soft_labels_of(doc).items():
                said.setdefault(places, []).append(probs)
        set_soft_labels(docs[0], [_mean_label(docs[0], *pair) for pair in said.items()])
        yield docs[0]


def _mean_label(doc: Doc, places: PlacePair, said: Sequence[dict[str, float]]) -> SoftLabelDict:
    """The mean of what is said of a pair, by the Doc's tokens."""
    head, tail = (doc.char_span(*place, alignment_mode="expand") for place in places)
    assert head is not None
    assert tail is not None
    return SoftLabelDict(
        head_start=head.start,
        head_end=head.end,
        tail_start=tail.start,
        tail_end=tail.end,
        probs={name: fmean(each[name] for each in said) for name in said[0]},
    )


def pairs_of(nlp: Language, references: Sequence[Doc]) -> Iterator[dict[str, Any]]:
    """What a pipeline says of the pairs of gold mentions.

    nlp (Language): The pipeline.
    references (Sequence[Doc]): Gold Docs, a sentence each.
    YIELDS (Dict[str, Any]): Of each pair `document` and `sentence` (ids), `places` (character
        offsets), `gold` (its type, or none) and `probs` (the probability of each class, or None if
        it was no candidate).
    """
    component = component_of(nlp)
    names = (NONE, *component.labels)
    spans_key = component.candidates.mentions.spans_key
    with nlp.select_pipes(enable=upstream_of(nlp, component)):
        examples = annotate(nlp, references, mentions="gold", spans_key=spans_key)
        for batch in minibatch(examples, BATCH_SIZE):
            predictions = component.predict([example.predicted for example in batch])
            for example, prediction in zip(batch, predictions, strict=True):
                found: dict[PlacePair, list[float]] = dict(
                    zip(
                        prediction.candidates.place_pairs,
                        prediction.probs.tolist(),
                        strict=True,
                    )
                )
                reference = example.reference
                gold = labelled_pairs(reference)
                for places in all_pairs(reference):
                    probs = found.get(places)
                    yield {
                        "document": reference.user_data[DOCUMENT_ID],
                        "sentence": reference.user_data[SENTENCE_ID],
                        "places": places,
                        "gold": gold.get(places, NONE),
                        "probs": probs and dict(zip(names, probs, strict=True)),
                    }


def all_pairs(doc: Doc) -> list[PlacePair]:
    """Every pair of gold mentions of a sentence.

    doc (Doc): The gold Doc.
    RETURNS (List[PlacePair]): Their places.
    """
    mentions = gold_mentions_of(doc)
    pairs = sentence_pairs(doc, mentions, sentence_index(doc))
    return [place_pair(mentions[one], mentions[other]) for one, other in pairs]


if __name__ == "__main__":
    import_transformers()
    app()
