"""Train, score and time every row, then write the table and the plot.

    python -m benchmarks.table1 DDICorpus --train corpus/train.spacy --dev corpus/dev.spacy …

Each row and seed gets a folder with a spaCy project of two commands, `train` and `score`. The
project runs what changed since the last time, so this can be interrupted and given again.
"""

from __future__ import annotations

import shlex
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Annotated

import srsly
import typer
from spacy.util import get_package_path, is_package

from benchmarks.projects import run_project
from benchmarks.table1.report import write_report
from benchmarks.table1.rows import BASE, Row, read_rows
from spacy_ddi.formats.ddi2013 import official_test_part


def main(
    corpus: Annotated[
        Path, typer.Argument(exists=True, help="The corpus; its official test part is scored too.")
    ],
    train: Annotated[Path, typer.Option(exists=True, help="Training sentences, .spacy.")],
    dev: Annotated[Path, typer.Option(exists=True, help="Development sentences, .spacy.")],
    encoder: Annotated[Path, typer.Option(exists=True, help="Folder of the encoder.")],
    vectors: Annotated[str, typer.Option(help="Pipeline with static vectors.")],
    parser: Annotated[str, typer.Option(help="Pipeline with the parser.")] = "en_core_web_sm",
    molecules: Annotated[
        Path | None, typer.Option(exists=True, help="What scripts/molecules.py has written.")
    ] = None,
    seeds: Annotated[str, typer.Option(help="Seeds, with commas between.")] = "1",
    epochs: Annotated[int, typer.Option(min=1, help="Times the sentences are read.")] = 3,
    only: Annotated[str, typer.Option(help="Names of rows, with commas between.")] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Rows at a time, a core each.")] = 2,
    output: Annotated[Path, typer.Option(help="A folder a row, results, table and plot.")] = Path(
        "training/table1"
    ),
) -> None:
    """Rerun the paper's Table 1."""
    rows = read_rows()
    names = only.split(",") if only else list(rows)
    if unknown := set(names) - set(rows):
        raise typer.BadParameter(f"No row {', '.join(sorted(unknown))}.", param_hint="--only")
    inputs = {"train": str(train), "encoder": str(encoder), "vectors": vectors, "parser": parser}
    inputs |= {"molecules": str(molecules)} if molecules else {}
    inputs = {k: str(Path(v).resolve()) if Path(v).exists() else v for k, v in inputs.items()}
    test = official_test_part(corpus)
    if test is None:
        typer.echo(f"{corpus} has no official test part: the development documents are scored.")
    parts = [str(path.resolve()) for path in (dev, test) if path]
    results = output.resolve() / "results"
    shutil.rmtree(results, ignore_errors=True)  # what it holds is of this table, and nothing else
    results.mkdir(parents=True)
    failed = []
    for waits in (False, True):  # rows that take another's weights wait for them
        now = [rows[name] for name in names if bool(rows[name].weights) == waits]
        folders = [
            write_project(row, seed, epochs, inputs, parts, results.parent)
            for seed in seeds.split(",")
            for row in now
        ]
        with ThreadPoolExecutor(jobs) as pool:
            for folder, code in zip(
                folders, pool.map(partial(run_project, workflow="row"), folders), strict=True
            ):
                typer.echo(f"{folder.name}: {'failed, see run.log in' if code else 'in'} {folder}")
                failed += [folder.name] if code else []
                for file in [] if code else folder.glob("scored.*"):
                    shutil.copy(file, results / file.name.replace("scored", folder.name))
    write_report(results, results.parent / "table1.md")
    if failed:
        typer.secho(f"Failed: {', '.join(failed)}", fg="red", err=True)
        raise typer.Exit(1)


def write_project(
    row: Row, seed: str, epochs: int, inputs: dict[str, str], parts: list[str], output: Path
) -> Path:
    """Write the spaCy project of a row, with the workflow `row`.

    row (Row): The row.
    seed (str): The seed.
    epochs (int): How often the sentences are read.
    inputs (Dict[str, str]): What it is trained with: options of `benchmarks.table1.row train`.
    parts (List[str]): What it is scored on.
    output (Path): Where the folders of rows are.
    RETURNS (Path): The row's folder.
    """
    if not row.reads_molecules():
        inputs = {name: value for name, value in inputs.items() if name != "molecules"}
    folder = output / f"{row.name}.seed{seed}"
    trained = str(output / f"{row.weights or row.name}.seed{seed}")
    configs = [str(path) for path in (BASE, *row.files())]
    sources = [
        str(get_package_path(source) / "meta.json") if is_package(source) else source
        for source in inputs.values()
    ]
    called = [row.name, seed, str(epochs * row.epochs_factor)]
    train = [*called, *(f"--{name}={value}" for name, value in inputs.items())]
    commands = [
        {
            "name": name,
            "script": [shlex.join(["python", "-m", "benchmarks.table1.row", name, *arguments])],
            "deps": [*configs, *deps],
            "outputs": [output],
        }
        for name, arguments, deps, output in (
            ("train", train, sources, "model-last"),
            ("score", [*called, trained, *parts], [f"{trained}/model-last", *parts], "scored.json"),
        )
        if name == "score" or not row.weights
    ]
    workflows = {"row": [command["name"] for command in commands]}
    folder.mkdir(parents=True, exist_ok=True)
    project = {"title": row.title, "commands": commands, "workflows": workflows}
    srsly.write_yaml(folder / "project.yml", project)
    return folder


if __name__ == "__main__":
    typer.run(main)
