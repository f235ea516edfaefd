"""Score a recipe of relations by folds over all documents of the corpus.

    python -m benchmarks.crossval DDICorpus/Train --recipe annotated --seed 1

Each fold has a folder with a spaCy project, which runs what changed since the last time: this can
be interrupted and given again. The documents of a fold are seen by no step but the last, `score`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated

import spacy
import typer
from spacy.cli._util import parse_config_overrides
from spacy.tokens import Doc

from benchmarks.crossval.fold import all_pairs
from benchmarks.crossval.recipes import (
    PAIRS,
    TEST,
    TRAIN,
    WORKFLOW,
    read_recipes,
    write_project,
)
from benchmarks.crossval.report import RESULTS, as_lines, store
from benchmarks.folds import draw_even_folds
from benchmarks.projects import run_project
from spacy_ddi.component.targets import NONE
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import DOCUMENT_ID, labelled_pairs


def main(
    corpus: Annotated[Path, typer.Argument(exists=True, help="Folder with the corpus's XML.")],
    recipe: Annotated[str, typer.Option(help="Name of the recipe, in recipes.yml.")],
    parser: Annotated[Path, typer.Option(exists=True, help="Folder of the parser.")] = Path(
        "training/parser/model-best"
    ),
    n_folds: Annotated[int, typer.Option(min=2, help="How many folds.")] = 5,
    only: Annotated[
        list[int] | None, typer.Option(min=0, help="Do these folds alone; may be given again.")
    ] = None,
    shorter: Annotated[
        float, typer.Option(min=0.001, max=1.0, help="Share of the steps that is trained.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Seed of training.")] = 1,
    folds_seed: Annotated[int, typer.Option(help="Seed of the folds.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Folds at a time, a core each.")] = 1,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A setting of trainings whose recipe does not set it, PATH=VALUE; may be given "
            "again. Names of folders and results don't tell it: give others.",
        ),
    ] = None,
    output: Annotated[Path, typer.Option(help="A folder for each recipe, seed and fold.")] = Path(
        "training/crossval"
    ),
    results: Annotated[Path, typer.Option(help="Where counts by document are stored.")] = RESULTS,
) -> None:
    """Train and score a recipe in each fold."""
    recipes = read_recipes()
    if recipe not in recipes:
        raise typer.BadParameter(f"{recipe} is none of {', '.join(recipes)}", param_hint="--recipe")
    run = f"{recipe}.short{shorter}.seed{seed}"
    data = write_folds(corpus, n_folds, folds_seed, output)
    chosen = sorted(set(only)) if only else list(range(n_folds))
    if max(chosen) >= n_folds:
        raise typer.BadParameter(f"there are {n_folds} folds", param_hint="--only")
    folders = [output / run / f"fold{i}" for i in chosen]
    settings = parse_config_overrides([f"--{each}" for each in given or []])
    for i, folder in zip(chosen, folders, strict=True):
        write_project(
            recipes[recipe],
            folder,
            train=data[i] / TRAIN,
            test=data[i] / TEST,
            parser=parser,
            seed=seed,
            shorter=shorter,
            settings=settings,
        )
    failed = []
    with ThreadPoolExecutor(jobs) as pool:
        for folder, code in zip(
            folders, pool.map(partial(run_project, workflow=WORKFLOW), folders), strict=True
        ):
            typer.echo(f"{folder}: {'failed, see run.log there' if code else 'done'}")
            failed += [folder.name] if code else []
    done = [path for i in range(n_folds) if (path := output / run / f"fold{i}" / PAIRS).exists()]
    if done:
        stored = store(run, done, results)
        typer.echo("\n".join(as_lines([stored])))
    if failed:
        typer.secho(f"Failed: {', '.join(failed)}", fg="red", err=True)
        raise typer.Exit(1)


def write_folds(corpus: Path, n_folds: int, seed: int, output: Path) -> list[Path]:
    """Write what each fold learns from and is scored on.

    corpus (Path): Folder with the corpus's XML.
    n_folds (int): How many folds.
    seed (int): Seed of the folds.
    output (Path): Gets a folder for this corpus, number and seed, unless it is there.
    RETURNS (List[Path]): The folder of each fold.
    """
    data = output / f"data.{digest_of(corpus)}.{n_folds}folds.seed{seed}"
    folders = [data / f"fold{i}" for i in range(n_folds)]
    if data.exists():
        return folders
    split_documents(read_docs(corpus, spacy.blank("en").make_doc), n_folds, seed, data)
    return folders


def split_documents(docs: Iterable[Doc], n_folds: int, seed: int, data: Path) -> None:
    """Write what each fold learns from and is scored on, as `train.spacy` and `test.spacy`.

    docs (Iterable[Doc]): Gold Docs of all documents, a sentence each.
    n_folds (int): How many folds.
    seed (int): Seed of the folds.
    data (Path): The folder to write, with a folder `fold0`, `fold1`, … for each.
    """
    documents: dict[str, list[Doc]] = {}
    for doc in docs:
        documents.setdefault(doc.user_data[DOCUMENT_ID], []).append(doc)
    folds = draw_even_folds(
        {id_: list(labels_of(docs)) for id_, docs in documents.items()}, n_folds, seed
    )
    unfinished = data.with_suffix(".unfinished")
    for i, held_out in enumerate(folds):
        others = sorted(chain.from_iterable(fold for fold in folds if fold is not held_out))
        for part, ids in ((TRAIN, others), (TEST, held_out)):
            chosen = chain.from_iterable(documents[id_] for id_ in ids)
            write_docbin(chosen, unfinished / f"fold{i}" / part)
    unfinished.replace(data)


def digest_of(corpus: Path) -> str:
    """What tells a corpus from others: eight digits of the SHA-256 of its files."""
    digest = hashlib.sha256()
    for path in sorted(corpus.rglob("*.xml")):
        digest.update(path.name.encode("utf8") + b"\0" + path.read_bytes())
    return digest.hexdigest()[:8]


def labels_of(docs: Iterable[Doc]) -> Iterable[str]:
    """The label of each pair of gold mentions.

    docs (Iterable[Doc]): Gold Docs, a sentence each.
    YIELDS (str): A type of interaction, or none.
    """
    for doc in docs:
        gold = labelled_pairs(doc)
        for pair in all_pairs(doc):
            yield gold.get(pair, NONE)


if __name__ == "__main__":
    typer.run(main)
