"""One run: train a row with one seed, score it, store the result. A process of its own.

python -m benchmarks.table1.job full 1 --epochs 3 --train corpus/train.spacy …
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import spacy
import typer
from spacy.cli.train import train as spacy_train
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.util import dict_to_dot, get_package_path, is_package
from thinc.api import Config, Model

from benchmarks.table1.results import Part, Run, count_lists, read_run, run_path, write
from benchmarks.table1.rows import Row, read_rows
from spacy_ddi.annotations import get_relations, install_extensions
from spacy_ddi.component.lookup import component_of
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.gold import gold_mentions_of
from spacy_ddi.scoring.counts import all_labels, count_by_document
from spacy_ddi.scoring.evaluation import annotate, summarize
from spacy_ddi.scoring.submission import submission_lines
from spacy_ddi.training.torch_modules import torch_modules

WARMUP = 0.115
"""Share of the steps in which the rate rises, as in `configs/minilm.cfg`."""

COMPONENT = "components.ddi_relation."


@dataclass(frozen=True)
class Inputs:
    """What all rows of a table are made from.

    epochs (int): Times that the training sentences are read.
    train, dev (Path): Training and development sentences, .spacy.
    encoder (Path): Folder of the encoder.
    vectors (str): Pipeline with static vectors.
    parser (str): Pipeline with the parser.
    test (Optional[Path]): Sentences of the official test part, .spacy.
    """

    epochs: int
    train: Path
    dev: Path
    encoder: Path
    vectors: str
    parser: str
    test: Path | None = None

    @property
    def parts(self) -> dict[str, Path]:
        """What is scored."""
        return {"dev": self.dev} if self.test is None else {"dev": self.dev, "test": self.test}


def main(
    name: Annotated[str, typer.Argument(help="Name of the row.")],
    seed: Annotated[int, typer.Argument()],
    epochs: Annotated[int, typer.Option(help="Times the training sentences are read.")],
    train: Annotated[Path, typer.Option(exists=True, help="Training sentences, .spacy.")],
    dev: Annotated[Path, typer.Option(exists=True, help="Development sentences, .spacy.")],
    encoder: Annotated[Path, typer.Option(exists=True, help="Folder of the encoder.")],
    vectors: Annotated[str, typer.Option(help="Pipeline with static vectors.")],
    parser: Annotated[str, typer.Option(help="Pipeline with the parser.")],
    results: Annotated[Path, typer.Option(help="Where results are stored.")],
    models: Annotated[Path, typer.Option(help="Where trained pipelines are stored.")],
    test: Annotated[Path | None, typer.Option(exists=True, help="Official test part.")] = None,
) -> None:
    """Train and score a row, as far as that is not done."""
    rows = {row.name: row for row in read_rows()}
    inputs = Inputs(epochs, train, dev, encoder, vectors, parser, test)
    run_row(rows[name], rows, seed, inputs, results, models)


def run_row(
    row: Row, rows: dict[str, Row], seed: int, inputs: Inputs, results: Path, models: Path
) -> None:
    """Train and score a row, as far as that is not done.

    row (Row): The row.
    rows (Dict[str, Row]): All rows by name.
    seed (int): The seed.
    inputs (Inputs): What it is made from.
    results (Path): Where the result is stored.
    models (Path): Where trained pipelines are stored, or were by an earlier call.
    RAISES (ValueError): If the row takes its weights from one that is not trained.
    """
    trained = rows[row.weights] if row.weights else row
    wanted = training_digest(trained, seed, inputs)
    folder = models / f"{trained.name}.seed{seed}"
    is_new = False
    if row.weights is None:
        is_new = stored_digest(folder) != wanted
        seconds = train_row(row, seed, inputs, folder, wanted)
    elif stored_digest(folder) == wanted:
        seconds = json.loads((folder / "trained.json").read_text())["seconds"]
    else:
        raise ValueError(f"Row {row.name!r} takes the weights of {row.weights!r}: train it first.")
    nlp = spacy.load(folder / "model-last", config=overrides_of(row, trained))
    digest = run_digest(row, rows, seed, inputs)
    run = read_run(results, row.name, seed)
    if run is None or run.digest != digest or is_new:
        epochs = inputs.epochs * trained.epochs_factor
        run = Run(row.name, seed, digest, epochs, count_parameters(nlp), seconds)
    for part, path in inputs.parts.items():
        sentences = read_sentences(path)
        of_part = corpus_digest(sentences)
        if part not in run.parts or run.parts[part].digest != of_part:
            examples = list(annotate(nlp, in_vocab(sentences, nlp), mentions="gold"))
            found = [line for line in submission_lines(examples) if not line.endswith("|null")]
            scored = score(nlp, examples, of_part)
            run = replace(run, parts={**run.parts, part: scored})
            write(run_path(results, row.name, seed), run)
            lines = "".join(f"{line}\n" for line in found)
            (results / f"{row.name}.seed{seed}.{part}.txt").write_text(lines, encoding="utf8")


def is_done(row: Row, rows: dict[str, Row], seed: int, inputs: Inputs, results: Path) -> bool:
    """Whether a run is stored that depends on the same things, with all parts scored."""
    run = read_run(results, row.name, seed)
    if run is None or run.digest != run_digest(row, rows, seed, inputs):
        return False
    return all(
        part in run.parts and run.parts[part].digest == corpus_digest(read_sentences(path))
        for part, path in inputs.parts.items()
    )


def train_row(row: Row, seed: int, inputs: Inputs, folder: Path, digest: str) -> float:
    """Train a row, unless its pipeline is there; the seconds that it took."""
    done = folder / "trained.json"
    if stored_digest(folder) != digest:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        config = row.config()
        config.to_disk(folder / "config.cfg", interpolate=False)
        # spaCy scores before the first step and after the last. What counts is scored later.
        watched = [doc for doc in read_sentences(inputs.dev) if len(gold_mentions_of(doc)) >= 2]
        write_docbin(watched[:1], folder / "watched.spacy")
        settings = overrides(config, row, seed, inputs)
        settings["paths.dev"] = str(folder / "watched.spacy")
        start = perf_counter()
        spacy_train(folder / "config.cfg", folder, overrides=settings)
        seconds = perf_counter() - start
        shutil.rmtree(folder / "model-best", ignore_errors=True)
        done.write_text(json.dumps({"digest": digest, "seconds": seconds}))
    return float(json.loads(done.read_text())["seconds"])


def stored_digest(folder: Path) -> str | None:
    """The digest of the pipeline in a folder; None if training did not come to its end."""
    done = folder / "trained.json"
    return json.loads(done.read_text())["digest"] if done.exists() else None


def overrides(config: Config, row: Row, seed: int, inputs: Inputs) -> dict[str, Any]:
    """What the config leaves open, and the steps of a number of epochs. It is scored at their end
    alone, and that is what is taken: no epoch is chosen."""
    n_sentences = sum(len(gold_mentions_of(doc)) >= 2 for doc in read_sentences(inputs.train))
    epochs = inputs.epochs * row.epochs_factor
    steps = epochs * ceil(n_sentences / config["training"]["batcher"]["size"])
    given = {
        "paths.train": str(inputs.train),
        "paths.dev": str(inputs.dev),
        "paths.encoder": str(inputs.encoder),
        "paths.parser": inputs.parser,
        "system.seed": seed,
        "system.gpu_allocator": None,
        "training.max_steps": steps,
        "training.eval_frequency": steps,
        "training.optimizer.learn_rate.total_steps": steps + 1,
        "training.optimizer.learn_rate.warmup_steps": round(WARMUP * steps),
    }
    if "vectors" in config["paths"]:
        given["paths.vectors"] = inputs.vectors
    return given


def overrides_of(row: Row, trained: Row) -> dict[str, Any]:
    """What a row has otherwise than the one whose weights it takes.

    RAISES (ValueError): If that is more than settings of the component.
    """
    theirs = dict_to_dot(trained.config())
    found = {
        path: value
        for path, value in dict_to_dot(row.config()).items()
        if theirs.get(path, "not there") != value
    }
    if any(not path.startswith(COMPONENT) or "@" in path for path in found):
        raise ValueError(f"Row {row.name!r} can't take the weights of {trained.name!r}: {found}")
    return found


def run_digest(row: Row, rows: dict[str, Row], seed: int, inputs: Inputs) -> str:
    """Digest of all that a run depends on but the sentences it is scored on."""
    if row.weights is None:
        return training_digest(row, seed, inputs)
    trained = rows[row.weights]
    parts = [training_digest(trained, seed, inputs), repr(overrides_of(row, trained))]
    return digest_of(part.encode() for part in parts)


def training_digest(row: Row, seed: int, inputs: Inputs) -> str:
    """Digest of config, seed, epochs, training sentences, encoder, vectors and parser."""
    config = row.config()
    used = [inputs.parser]
    used += [str(inputs.encoder)] if "transformer" in config["components"] else []
    used += [inputs.vectors] if "vectors" in config["paths"] else []
    parts = [
        config.to_str(interpolate=False),
        f"{seed} {inputs.epochs * row.epochs_factor}",
        corpus_digest(read_sentences(inputs.train)),
        *(source_digest(source) for source in used),
    ]
    return digest_of(part.encode() for part in parts)


def corpus_digest(docs: Iterable[Doc]) -> str:
    """Digest of what sentences hold; the bytes of their file are not the same each time."""
    return digest_of(
        repr(
            (
                doc.text,
                [(mention.start, mention.end, mention.label_) for mention in gold_mentions_of(doc)],
                get_relations(doc),
            )
        ).encode()
        for doc in docs
    )


def source_digest(source: str) -> str:
    """Digest of a folder's files, or of an installed pipeline's meta data."""
    folder = Path(source)
    if not folder.is_dir() and is_package(source):
        return digest_of([(get_package_path(source) / "meta.json").read_bytes()])
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return digest_of(data for path in files for data in (path.name.encode(), path.read_bytes()))


def digest_of(parts: Iterable[bytes]) -> str:
    """A short digest of some bytes."""
    digest = sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:16]


def read_sentences(path: Path) -> list[Doc]:
    """The sentences of a .spacy file."""
    install_extensions()
    return list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))


def in_vocab(docs: Sequence[Doc], nlp: Language) -> Iterable[Doc]:
    """The same sentences for a pipeline."""
    stored = DocBin(docs=docs, store_user_data=True).to_bytes()
    return DocBin().from_bytes(stored).get_docs(nlp.vocab)


def score(nlp: Language, examples: Sequence[Example], digest: str) -> Part:
    """The figures of annotated examples, and the counts of their documents."""
    component = component_of(nlp)
    figures = summarize(
        examples,
        labels=component.labels,
        mentions="gold",
        candidates=component.candidates,
    )
    labels = all_labels(examples, component.labels)
    return Part(digest, figures, count_lists(count_by_document(examples, labels)))


def count_parameters(nlp: Language) -> int:
    """Numbers of encoder, network and static vectors, without the parser's."""
    n_numbers = sum(p.numel() for module in torch_modules(nlp) for p in module.parameters())
    for name in ("transformer", "ddi_relation"):
        if nlp.has_pipe(name):
            model: Model[Any, Any] = nlp.get_pipe(name).model  # type: ignore[attr-defined]
            for layer in model.walk():
                found = [layer.get_param(p) for p in layer.param_names if layer.has_param(p)]
                n_numbers += sum(param.size for param in found)
    return n_numbers + int(nlp.vocab.vectors.data.size)


if __name__ == "__main__":
    typer.run(main)
