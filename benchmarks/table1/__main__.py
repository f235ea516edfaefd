"""Train, score and time every row, several at a time, then write the table and the plot.

    python -m benchmarks.table1 DDICorpus --train corpus/train.spacy --dev corpus/dev.spacy …

A run whose result is stored is not repeated, so the command can be interrupted and given again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import spacy
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.table1.report import write_report
from benchmarks.table1.results import RESULTS, read_run, read_speed, speed_path
from benchmarks.table1.rows import ROOT, Row, read_rows
from spacy_ddi.corpora.convert import write_docbin
from spacy_ddi.corpora.ddi2013 import official_test_part
from spacy_ddi.corpora.reader import read_docs

Command = tuple[str, list[str], Path]
"""What is run, the arguments of Python, and the log."""


def main(
    corpus: Annotated[
        Path,
        typer.Argument(exists=True, help="The corpus; its test part is scored where it is."),
    ],
    train: Annotated[Path, typer.Option(exists=True, help="Training sentences, .spacy.")],
    dev: Annotated[Path, typer.Option(exists=True, help="Development sentences, .spacy.")],
    encoder: Annotated[Path, typer.Option(exists=True, help="Folder of the encoder.")],
    vectors: Annotated[str, typer.Option(help="Pipeline with static vectors.")],
    parser: Annotated[str, typer.Option(help="Pipeline with the parser.")] = "en_core_web_sm",
    seeds: Annotated[str, typer.Option(help="Seeds, with commas between.")] = "1",
    epochs: Annotated[int, typer.Option(min=1, help="Times the sentences are read.")] = 3,
    only: Annotated[str, typer.Option(help="Names of rows, with commas between.")] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Runs at a time, a core each.")] = 2,
    models: Annotated[Path, typer.Option(help="Where pipelines are stored.")] = Path(
        "training/table1"
    ),
    results: Annotated[Path, typer.Option(help="Where results are stored.")] = RESULTS,
) -> None:
    """Rerun the paper's Table 1."""
    console = Console(stderr=True)
    test = convert_test_part(corpus, models / "test.spacy")
    if test is None:
        console.print(
            f"{corpus} has no official test part: the development documents alone are scored.",
            highlight=False,
        )
    chosen = [name for name in only.split(",") if name]
    every = read_rows()
    if unknown := set(chosen) - {row.name for row in every}:
        raise typer.BadParameter(f"no row {', '.join(sorted(unknown))}", param_hint="--only")
    rows = [row for row in every if not chosen or row.name in chosen]
    numbers = [int(seed) for seed in seeds.split(",")]
    models.mkdir(parents=True, exist_ok=True)
    results.mkdir(parents=True, exist_ok=True)
    models, results, dev = models.resolve(), results.resolve(), dev.resolve()
    if Path(vectors).exists():
        vectors = str(Path(vectors).resolve())
    given = ["--epochs", str(epochs), "--train", str(train.resolve()), "--dev", str(dev)]
    given += ["--encoder", str(encoder.resolve()), "--vectors", vectors, "--parser", parser]
    given += ["--results", str(results), "--models", str(models)]
    given += [] if test is None else ["--test", str(test.resolve())]

    def job(row: Row, seed: int) -> Command:
        name = f"{row.name}, seed {seed}"
        log = models / f"{row.name}.seed{seed}.log"
        return name, ["-m", "benchmarks.table1.job", row.name, str(seed), *given], log

    failed = []
    for waiting in (False, True):  # rows that take another's weights wait for them
        commands = [
            job(row, seed)
            for seed in numbers
            for row in rows
            if (row.weights is not None) == waiting
        ]
        failed += run_all(console, "Training", commands, jobs)
    speeds = [speed_command(row, numbers[0], dev, models, results) for row in rows]
    failed += run_all(console, "Timing", [speed for speed in speeds if speed is not None], 1)
    write_report(results, every, numbers)
    console.print(f"Table and plot: {results}")
    if failed:
        console.print(f"Failed: {'; '.join(failed)}", style="red")
        raise typer.Exit(1)


def convert_test_part(corpus: Path, output: Path) -> Path | None:
    """The sentences of the official test part as a .spacy file; None where there is none."""
    folder = official_test_part(corpus)
    if folder is None:
        return None
    write_docbin(read_docs(folder, spacy.blank("en").make_doc), output)
    return output


def speed_command(row: Row, seed: int, dev: Path, models: Path, results: Path) -> Command | None:
    """Time a row, unless that is done or there is no pipeline; one with another's weights costs the
    same."""
    run = read_run(results, row.name, seed)
    pipeline = models / f"{row.name}.seed{seed}" / "model-last"
    if row.weights is not None or run is None or not pipeline.exists():
        return None
    speed = read_speed(results, row.name)
    if speed is not None and speed.fingerprint == run.fingerprint:
        return None
    given = [str(pipeline), str(dev), str(speed_path(results, row.name)), run.fingerprint]
    return row.name, ["-m", "benchmarks.table1.speed", *given], models / f"{row.name}.speed.log"


def run_all(
    console: Console, title: str, commands: Sequence[Command], n_at_a_time: int
) -> list[str]:
    """Run processes with progress; what fails is told with its log, and the others go on.

    RETURNS (List[str]): What failed.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    failed = []
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(title, total=len(commands))

        def run(command: Command) -> None:
            name, arguments, log = command
            if not run_one(arguments, log):
                failed.append(name)
                progress.console.print(f"{name} failed; its log is {log}", style="red")
            progress.advance(task)
            progress.console.print(f"{title}: {name}", style="dim")

        in_order(run, commands, n_at_a_time)
    return failed


def run_one(arguments: Sequence[str], log: Path) -> bool:
    """Run Python with one thread and a log; whether it went well."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with log.open("w", encoding="utf8") as file:
        done = subprocess.run(
            [sys.executable, *arguments],
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=environment,
            check=False,
        )
    return done.returncode == 0


def in_order(run: Callable[[Command], None], commands: Sequence[Command], workers: int) -> None:
    """Start the commands in their order; on an interruption start no more of them."""
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(run, command) for command in commands]
        try:
            for future in futures:
                future.result()
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


if __name__ == "__main__":
    typer.run(main)
