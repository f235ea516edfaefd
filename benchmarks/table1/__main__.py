"""Train, score and time every row, then write the tables and the plot.

    python -m benchmarks.table1 DDICorpus --train corpus/train.spacy --dev corpus/dev.spacy …
    python -m benchmarks.table1 DDICorpus --train corpus/all.spacy --folds 5 --seeds 1,2 …

Each row, seed and fold gets a folder with a spaCy project. The project runs what changed since the
last time, so this can be interrupted and given again.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated

import spacy
import srsly
import typer
from spacy.util import is_package

from benchmarks.crossval.__main__ import split_documents
from benchmarks.crossval.recipes import TEST, TRAIN
from benchmarks.table1.pace import time_left
from benchmarks.table1.report import scores_of, write_report
from benchmarks.table1.rows import Row, read_rows
from benchmarks.table1.trainings import Setting, Training, store_folds
from spacy_ddi.corpora.docbin import read_docbin
from spacy_ddi.formats.ddi2013 import official_test_part


def main(
    corpus: Annotated[
        Path, typer.Argument(exists=True, help="The corpus; its official test part is scored too.")
    ],
    train: Annotated[
        Path, typer.Option(exists=True, help="Training sentences, .spacy; with folds, all of them.")
    ],
    encoder: Annotated[Path, typer.Option(exists=True, help="Folder of the encoder.")],
    vectors: Annotated[str, typer.Option(help="Pipeline with static vectors.")],
    dev: Annotated[
        Path | None, typer.Option(exists=True, help="Development sentences; not with folds.")
    ] = None,
    folds: Annotated[
        int, typer.Option(min=0, help="Score all training documents by so many folds.")
    ] = 0,
    only_folds: Annotated[str, typer.Option(help="Numbers of folds, with commas between.")] = "",
    folds_seed: Annotated[int, typer.Option(help="Seed of the folds, as of crossval.")] = 1,
    parser: Annotated[str, typer.Option(help="Pipeline with the parser.")] = "en_core_web_sm",
    molecules: Annotated[
        Path | None, typer.Option(exists=True, help="What scripts/molecules.py has written.")
    ] = None,
    classes: Annotated[
        Path | None, typer.Option(exists=True, help="What scripts/drug_classes.py has written.")
    ] = None,
    seeds: Annotated[str, typer.Option(help="Seeds, with commas between.")] = "1",
    epochs: Annotated[
        int,
        typer.Option(
            min=1,
            help="Times the sentences are read; three times as many where nothing is pretrained.",
        ),
    ] = 3,
    patience: Annotated[
        int,
        typer.Option(
            min=0,
            help="Stop rows that learn from scratch when so many epochs have brought neither a "
            "lower loss nor a higher F1 on a tenth of the training documents that is held out; 0 "
            "to read all for all epochs.",
        ),
    ] = 0,
    most_epochs: Annotated[int, typer.Option(min=1, help="With patience, the most.")] = 60,
    watch: Annotated[str, typer.Option(help="What tells the best epoch: f (F1), or loss.")] = "f",
    watch_scored: Annotated[
        bool,
        typer.Option(
            "--watch-scored",
            help="With folds and patience: look at the documents that are scored, as one does who "
            "has no others. What is found then flatters; give it an --output of its own.",
        ),
    ] = False,
    only: Annotated[
        str,
        typer.Option(
            help="Names of rows, or of groups (own, peer, further, variant), with commas between."
        ),
    ] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Rows at a time, a core each.")] = 2,
    output: Annotated[Path, typer.Option(help="A folder a training, results, table, plot.")] = Path(
        "training/table1"
    ),
) -> None:
    """Rerun the paper's Table 1."""
    rows = chosen_rows(only)
    needed = {str(row.parser or parser) for row in rows}
    needed |= {str(row.vectors or vectors) for row in rows if row.reads("vectors")}
    needed |= {str(path) for row in rows for path in row.code_file()}
    if missing := {each for each in needed if not (Path(each).exists() or is_package(each))}:
        raise typer.BadParameter(f"{', '.join(sorted(missing))} is not there; see docs/table1.md.")
    if watch not in ("loss", "f"):
        raise typer.BadParameter(f"{watch} is not loss or f.", param_hint="--watch")
    if watch_scored and not (folds and patience):
        raise typer.BadParameter("needs --folds and --patience.", param_hint="--watch-scored")
    output = output.resolve()
    results = output / "results"
    results.mkdir(parents=True, exist_ok=True)
    test = official_test_part(corpus)
    if test is None:
        typer.echo(f"{corpus} has no official test part.")
    tests = {} if test is None else {"test": test.resolve()}
    if folds:
        numbers = [int(i) for i in only_folds.split(",")] if only_folds else list(range(folds))
        parts = parts_of_folds(train, folds, folds_seed, numbers, output)
        parts += [("whole", train.resolve(), tests)] if tests else []
    elif dev is None:
        raise typer.BadParameter("is needed without --folds", param_hint="--dev")
    else:
        parts = [("", train.resolve(), {"dev": dev.resolve(), **tests})]
        for path in results.iterdir():  # what it holds is of this table, or of folds
            if not path.name.endswith((".folds.json", ".txt.gz")):
                path.unlink()
    trainings = [
        Training(donor, [donor, *takers], seed, part, sentences, scored, output)
        for seed in seeds.split(",")
        for part, sentences, scored in parts
        for donor, takers in donors_of(rows)
    ]
    inputs = {"encoder": str(encoder), "vectors": vectors, "parser": parser}
    known = {"molecules": molecules, "classes": classes}
    inputs |= {name: str(path) for name, path in known.items() if path}
    setting = Setting(inputs, epochs, patience, most_epochs, watch, watch_scored, keep=not folds)
    failed = []
    for training, code in run_all(trainings, setting, jobs):
        failed += [training.name] if code else []
        store(training, folds, results)
    write_report(results, output / "table1.md")
    if failed:
        typer.secho(f"Failed: {', '.join(failed)}", fg="red", err=True)
        raise typer.Exit(1)


def chosen_rows(only: str) -> list[Row]:
    """The rows of these names or groups, or all; in the table's order."""
    rows = read_rows()
    names = set(only.split(",")) if only else set(rows)
    groups = {row.group for row in rows.values()}
    if unknown := names - set(rows) - groups:
        raise typer.BadParameter(f"No row {', '.join(sorted(unknown))}.", param_hint="--only")
    return [row for row in rows.values() if {row.name, row.group} & names]


def donors_of(rows: Sequence[Row]) -> Iterator[tuple[Row, list[Row]]]:
    """The rows to train for some rows, each with all those that take its weights: they can't be
    scored later, when the weights are gone."""
    every = read_rows()
    for name in dict.fromkeys(row.weights or row.name for row in rows):
        yield every[name], [row for row in every.values() if row.weights == name]


def parts_of_folds(
    sentences: Path, n_folds: int, seed: int, numbers: Iterable[int], output: Path
) -> list[tuple[str, Path, dict[str, Path]]]:
    """Name, training sentences and test sentences of some folds, which are written unless they
    are there."""
    digest = hashlib.sha256(sentences.read_bytes()).hexdigest()[:8]
    data = output / f"data.{digest}.{n_folds}folds.seed{seed}"
    if not data.exists():
        split_documents(read_docbin(sentences, spacy.blank("en").vocab), n_folds, seed, data)
    folders = [(f"fold{i}", data / f"fold{i}") for i in numbers]
    for _, folder in folders:
        if not folder.exists():
            raise typer.BadParameter(f"There are {n_folds} folds.", param_hint="--only-folds")
    return [(name, folder / TRAIN, {"folds": folder / TEST}) for name, folder in folders]


def run_all(
    trainings: Sequence[Training], setting: Setting, jobs: int
) -> Iterator[tuple[Training, int]]:
    """Do trainings, some at a time, and tell how far it is.

    trainings (Sequence[Training]): The trainings, in their order.
    setting (Setting): How rows are trained.
    jobs (int): How many at a time.
    YIELDS (Tuple[Training, int]): Each as it ends, with its exit code; first those of which
        nothing has changed.
    """
    waiting = [training for training in trainings if training.prepare(setting)]
    done = [training for training in trainings if training not in waiting]
    for training in done:
        yield training, 0
    typer.echo(
        f"{len(done)} of {len(trainings)} trainings are done; {time_left(done, waiting, jobs)}"
    )
    pool = ThreadPoolExecutor(jobs)
    futures = {pool.submit(training.run, setting): training for training in waiting}
    try:
        for future in as_completed(futures):
            training, code = futures[future], future.result()
            waiting.remove(training)
            done += [] if code else [training]
            yield training, code
            told = f"failed, see {training.folder}/run.log" if code else in_words(training)
            place = f"[{len(trainings) - len(waiting)}/{len(trainings)}]"
            typer.echo(f"{place} {training.name}: {told}; {time_left(done, waiting, jobs)}")
    finally:
        pool.shutdown(cancel_futures=True)


def in_words(training: Training) -> str:
    """What a training has given, and how long it took."""
    rates = scores_of(srsly.read_json(training.found(training.row)))
    told = ", ".join(f"F1 {rate:.1f} ({part})" for part, rate in rates.items())
    return f"{told} in {(training.seconds or 0) / 60:.1f} min"


def store(training: Training, n_folds: int, results: Path) -> None:
    """Put the counts of a training among the results."""
    for row in training.scored:
        if n_folds:
            store_folds(training.row.name, training.seed, n_folds, training.output, results, row)
        elif (found := training.found(row)).exists():
            name = f"{row.name}.seed{training.seed}"
            shutil.copy(found, results / f"{name}.json")
            for file in training.folder.glob(f"{row.name}.*.txt"):
                shutil.copy(file, results / file.name.replace(row.name, name, 1))


if __name__ == "__main__":
    typer.run(main)
