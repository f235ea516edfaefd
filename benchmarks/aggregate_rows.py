"""Make the pairs of many interactions with little memory: what is more lies on the disk meanwhile.

    python -m benchmarks.aggregate_rows                       # two million interactions, 500 MB
    python -m benchmarks.aggregate_rows --drugs 1000 --memory 800MB

The interactions are made up: 300 drugs, some far more frequent than others, each in
a sentence of its own. The command `aggregate` is started as a process, and watched.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import psutil
import pyarrow as pa
import typer
from pyarrow import parquet

from spacy_ddi.formats.row_files import row_schema

ROWS_OF_PART: Final = 10_000
LABELS: Final = ("mechanism", "effect", "advise", "int")
SENTENCE: Final = (
    "In study {number} of older patients, {head} raised the plasma concentration of {tail} after "
    "{number} days, and the dose of {tail} had to be lowered in most of them."
)


def write_part(path: Path, first: int, n: int, n_drugs: int) -> int:
    """Write made-up interactions.

    path (Path): The Parquet file.
    first, n (int): The number of the first one, and how many.
    n_drugs (int): How many drugs they are of.
    RETURNS (int): Bytes of their text and numbers in memory.
    """
    chance = np.random.default_rng(first)
    # The power makes some drugs far more frequent than others, as they are.
    drugs = (n_drugs * chance.random((2, n)) ** 3).astype(int)
    heads, tails = ([f"drug{number:04d}" for number in side] for side in drugs)
    numbers = range(first, first + n)
    columns = {
        "document": [f"{number // 3:08d}" for number in numbers],
        "file": [f"pubmed26n{number // 30_000:04d}.xml.gz" for number in numbers],
        "head": heads,
        "tail": tails,
        "label": [LABELS[number] for number in chance.integers(0, len(LABELS), n)],
        "score": chance.random(n).astype(np.float32),
        "year": chance.integers(1970, 2026, n).astype(np.int16),
        "sentence": [
            SENTENCE.format(number=number, head=head, tail=tail)
            for number, head, tail in zip(numbers, heads, tails, strict=True)
        ],
        "sentence_start": chance.integers(0, 2000, n),
    }
    schema = row_schema()
    arrays = [
        pa.array(columns[field.name], field.type)
        if field.name in columns
        else pa.nulls(n, field.type)
        for field in schema
    ]
    table = pa.Table.from_arrays(arrays, schema=schema)
    parquet.write_table(table, path, compression="zstd")
    return int(table.nbytes)


def watch(command: list[str], folder: Path) -> tuple[int, int]:
    """Run a command.

    command (List[str]): The command.
    folder (Path): Where it puts what it has no memory for.
    RETURNS (Tuple[int, int]): The most bytes of memory that it takes, and that lie in the folder.
    """
    process = subprocess.Popen(command)
    memory = disk = 0
    while process.poll() is None:
        with suppress(OSError, psutil.Error):  # if it has ended, or has removed a file
            memory = max(memory, psutil.Process(process.pid).memory_info().rss)
            disk = max(disk, sum(each.stat().st_size for each in folder.rglob("*")))
        time.sleep(0.02)
    if process.returncode:
        raise typer.Exit(process.returncode)
    return memory, disk


def main(
    n: Annotated[int, typer.Option(help="Interactions.")] = 2_000_000,
    memory: Annotated[str, typer.Option(help="What DuckDB may take.")] = "500MB",
    drugs: Annotated[int, typer.Option(help="Drugs, from which pairs are drawn.")] = 300,
) -> None:
    """Print what the command takes, and what lies on the disk meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder, output = Path(name, "out"), Path(name, "pairs.parquet")
        folder.mkdir()
        size = 0
        for part, first in enumerate(range(0, n, ROWS_OF_PART)):
            path = folder / f"part-000000-{part:06d}.parquet"
            size += write_part(path, first, min(ROWS_OF_PART, n - first), drugs)
        command = [sys.executable, "-m", "spacy_ddi", "aggregate", str(folder)]
        options = ["--output", str(output), "--memory", memory]
        start = time.perf_counter()
        most, on_disk = watch([*command, *options], output.with_name(f".{output.name}.tables"))
        seconds = time.perf_counter() - start
        rows = parquet.ParquetFile(output).metadata.num_rows
    print(
        f"{n:,} interactions, {size / 1e6:,.0f} MB of text and numbers, gave {rows:,} rows with "
        f"--memory {memory}: {most / 1e6:,.0f} MB of memory for the whole process, "
        f"{on_disk / 1e6:,.0f} MB on the disk, {seconds:,.0f} s"
    )


if __name__ == "__main__":
    typer.run(main)
