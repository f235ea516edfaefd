"""Train, score and time every row, several at a time, then write the table and the plot.

    python -m benchmarks.table1 DDICorpus --train corpus/train.spacy --dev corpus/dev.spacy …

What is done is not repeated, so the command can be interrupted and given again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import spacy
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.table1.job import Inputs, is_done, run_digest
from benchmarks.table1.report import write_report
from benchmarks.table1.results import (
    Setting,
    read_run,
    read_speed,
    setting_path,
    speed_path,
    write,
)
from benchmarks.table1.rows import ROOT, Row, read_rows
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.formats.ddi2013 import official_test_part

Command = tuple[str, list[str], Path]
"""What is run, the arguments of Python, and the log."""


def main(
    corpus: Annotated[
        Path, typer.Argument(exists=True, help="The corpus; its test part is scored where it is.")
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
    results: Annotated[Path, typer.Option(help="Where results are stored.")] = Path(
        "training/table1/results"
    ),
) -> None:
    """Rerun the paper's Table 1."""
    console = Console(stderr=True)
    every = {row.name: row for row in read_rows()}
    names = [name.strip() for name in only.split(",") if name.strip()] or list(every)
    if unknown := set(names) - set(every):
        raise typer.BadParameter(f"no row {', '.join(sorted(unknown))}", param_hint="--only")
    try:
        numbers = list(dict.fromkeys(int(seed) for seed in seeds.split(",")))
    except ValueError:
        raise typer.BadParameter(f"{seeds!r}: no numbers", param_hint="--seeds") from None
    models, results = models.resolve(), results.resolve()
    test = convert_test_part(corpus, models / "test.spacy")
    if test is None:
        message = f"{corpus} has no official test part: the development documents alone are scored."
        console.print(message, highlight=False)
    if Path(vectors).exists():
        vectors = str(Path(vectors).resolve())
    inputs = Inputs(
        epochs, train.resolve(), dev.resolve(), encoder.resolve(), vectors, parser, test
    )
    failed = []
    for waiting in (False, True):  # rows that take another's weights wait for them
        commands = [
            job_command(every[name], seed, inputs, results, models)
            for seed in numbers
            for name in names
            if (every[name].weights is not None) == waiting
            and not is_done(every[name], every, seed, inputs, results)
        ]
        failed += run_all(console, "Trained", commands, jobs)
    digests = {
        f"{row.name}.seed{seed}": run_digest(row, every, seed, inputs)
        for row in every.values()
        for seed in numbers
    }
    write(setting_path(results), Setting(numbers, digests))
    speeds = [speed_command(every[name], numbers[0], inputs, results, models) for name in names]
    failed += run_all(console, "Timed", [speed for speed in speeds if speed is not None], jobs)
    write_report(results)
    console.print(f"Table and plot: {results}", highlight=False)
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


def job_command(row: Row, seed: int, inputs: Inputs, results: Path, models: Path) -> Command:
    """Train and score a row."""
    given = ["--epochs", str(inputs.epochs), "--train", str(inputs.train), "--dev", str(inputs.dev)]
    given += ["--encoder", str(inputs.encoder), "--vectors", inputs.vectors]
    given += ["--parser", inputs.parser, "--results", str(results), "--models", str(models)]
    given += [] if inputs.test is None else ["--test", str(inputs.test)]
    arguments = ["-m", "benchmarks.table1.job", row.name, str(seed), *given]
    return f"{row.name}, seed {seed}", arguments, models / f"{row.name}.seed{seed}.log"


def speed_command(
    row: Row, seed: int, inputs: Inputs, results: Path, models: Path
) -> Command | None:
    """Time a row, unless that is done or there is no pipeline; one with another's weights costs the
    same."""
    run = read_run(results, row.name, seed)
    pipeline = models / f"{row.name}.seed{seed}" / "model-last"
    if row.weights is not None or run is None or not pipeline.exists():
        return None
    speed = read_speed(results, row.name)
    if speed is not None and speed.digest == run.digest:
        return None
    given = [str(pipeline), str(inputs.dev), str(speed_path(results, row.name)), run.digest]
    return row.name, ["-m", "benchmarks.table1.speed", *given], models / f"{row.name}.speed.log"


def run_all(
    console: Console, verb: str, commands: Sequence[Command], n_at_a_time: int
) -> list[str]:
    """Run processes with progress; what fails is told with its log, and the others go on.

    RETURNS (List[str]): What failed.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    failed: list[str] = []
    with (
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
        ThreadPoolExecutor(n_at_a_time) as pool,
    ):
        task = progress.add_task(verb, total=len(commands))

        def run(command: Command) -> None:
            name, arguments, log = command
            if run_one(arguments, log):
                progress.console.print(f"{verb}: {name}", style="dim")
            else:
                failed.append(name)
                progress.console.print(f"{name} failed; its log is {log}", style="red")
            progress.advance(task)

        futures = [pool.submit(run, command) for command in commands]
        try:
            for future in futures:
                future.result()
        except KeyboardInterrupt:  # start no more of them
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return failed


def run_one(arguments: Sequence[str], log: Path) -> bool:
    """Run Python with one thread and a log; whether it went well."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf8") as file:
        done = subprocess.run(
            [sys.executable, *arguments],
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            check=False,
        )
    return done.returncode == 0


if __name__ == "__main__":
    typer.run(main)
