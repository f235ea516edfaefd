"""Mentions by folds: a recognizer is trained on the other folds and scored on the one left out.

    python -m benchmarks.ner_folds DDICorpus/Train --annotated corpus/annotated.spacy --seed 1

A fold that has its result is passed over, so this can be interrupted and given again. What follows
`--` goes to `spacy train`: `-- --training.max_steps 100`.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import spacy
import srsly
import typer
from spacy.tokens import Doc
from spacy.util import dict_to_dot, load_config

from benchmarks.folds import draw_folds
from spacy_ddi.corpora.docbin import read_docbin, write_docbin
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import DOCUMENT_ID, gold_mentions_of
from spacy_ddi.scoring.counts import Tally, count_mentions
from spacy_ddi.scoring.evaluation import annotate
from spacy_ddi.scoring.metrics import rates

N_SELECTED = 10
"""The checkpoint is chosen on one in so many documents of the other folds: the fold that is scored
has no part in it."""


def main(
    corpus: Annotated[Path, typer.Argument(exists=True, help="Folder with the corpus's XML.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="More for `spacy train`.")] = None,
    config: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="Config of the recognizer.")
    ] = Path("configs/ner.cfg"),
    annotated: Annotated[
        Path | None,
        typer.Option(exists=True, help="Other sentences (.spacy) that each fold learns from."),
    ] = None,
    n_folds: Annotated[int, typer.Option(min=2, help="How many folds.")] = 5,
    only: Annotated[
        list[int] | None,
        typer.Option(min=0, help="Train these folds alone, e.g. where others run beside it."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the folds and of training.")] = 1,
    folder: Annotated[Path, typer.Option(help="What is trained, and a result a fold.")] = Path(
        "training/ner_folds"
    ),
    output: Annotated[Path, typer.Option(help="Where the figures go, as JSON.")] = Path(
        "metrics/ner_folds.json"
    ),
) -> None:
    """Score a recognizer on every document of a corpus: exact boundaries and type."""
    more = [*(arguments or []), "--system.seed", str(seed)]
    if annotated is not None:
        more += ["--paths.annotated", str(annotated)]
    documents: dict[str, list[Doc]] = {}
    for doc in read_docs(corpus, spacy.blank("en").make_doc):
        documents.setdefault(doc.user_data[DOCUMENT_ID], []).append(doc)
    inputs = digest(*inputs_of(config, more), *contents_of(documents), str(n_folds).encode("utf8"))
    folds = draw_folds(documents, n_folds, seed)
    tallies = []
    for i, held_out in enumerate(folds):
        if only and i not in only:
            continue
        result = folder / f"fold{i}.json"
        if not (result.exists() and srsly.read_json(result)["inputs"] == inputs):
            others = [id_ for fold in folds if fold is not held_out for id_ in fold]
            write_parts(documents, others, held_out, folder / f"fold{i}", seed)
            tally = train_and_score(config, folder / f"fold{i}", more)
            figures = {"inputs": inputs, "documents": held_out, **vars(tally)}
            result.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf8")
        found = srsly.read_json(result)
        tallies.append(Tally(found["tp"], found["fp"], found["fn"]))
        print(f"fold {i}: {len(held_out)} documents, {described(tallies[-1])}", flush=True)
    if not only:
        write_figures(tallies, output, seed)


def write_parts(
    documents: dict[str, list[Doc]],
    others: Sequence[str],
    held_out: Sequence[str],
    folder: Path,
    seed: int,
) -> None:
    """Write what a fold is trained, chosen and scored on: `train`, `dev` and `test.spacy`.

    documents (Dict[str, List[Doc]]): The gold Docs of each document.
    others (Sequence[str]): Documents of the other folds.
    held_out (Sequence[str]): Documents of the fold.
    folder (Path): Where the files go.
    seed (int): Seed by which the documents to choose on are drawn.
    """
    selected, *rest = draw_folds(others, N_SELECTED, seed)
    parts = {"train": list(chain.from_iterable(rest)), "dev": selected, "test": held_out}
    for name, ids in parts.items():
        docs = chain.from_iterable(documents[id_] for id_ in ids)
        write_docbin(docs, folder / f"{name}.spacy")


def train_and_score(config: Path, folder: Path, arguments: Iterable[str]) -> Tally:
    """Train on the files of a fold, and count its mentions.

    config (Path): The config of the recognizer.
    folder (Path): Has the files, and gets what is trained.
    arguments (Iterable[str]): More for `spacy train`.
    RETURNS (Tally): Mentions of the fold that were found, invented and missed.
    """
    command = [sys.executable, "-m", "spacy", "train", str(config), "--output", str(folder)]
    command += ["--paths.train", str(folder / "train.spacy")]
    command += ["--paths.dev", str(folder / "dev.spacy"), *arguments]
    subprocess.run(command, check=True)
    nlp = spacy.load(folder / "model-best")
    tally = Tally()
    references = read_docbin(folder / "test.spacy", nlp.vocab)
    for example in annotate(nlp, references, mentions="predicted"):
        tally.add(count_mentions(example))
    return tally


def write_figures(tallies: Sequence[Tally], output: Path, seed: int) -> None:
    """Print and store the figures of all folds together.

    tallies (Sequence[Tally]): The counts of each fold.
    output (Path): The file to write.
    seed (int): The seed, for the record.
    """
    pooled = Tally()
    for tally in tallies:
        pooled.add(tally)
    print(f"all folds: {described(pooled)}")
    figures: dict[str, Any] = {"seed": seed, "pooled": rates(pooled)}
    figures["folds"] = [rates(tally) for tally in tallies]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf8")


def inputs_of(config: Path, arguments: Sequence[str]) -> list[bytes]:
    """What a training is made from, but for the corpus: settings, and the files that they name.

    config (Path): The config.
    arguments (Sequence[str]): What changes its settings.
    RETURNS (List[bytes]): The config, the arguments, and the content of each file.
    """
    values = dict_to_dot(load_config(config, interpolate=False)).values()
    paths = [Path(each) for each in (*values, *arguments) if isinstance(each, str)]
    files = [path.read_bytes() for path in paths if path.is_file()]
    return [config.read_bytes(), str(arguments).encode("utf8"), *files]


def contents_of(documents: dict[str, list[Doc]]) -> list[bytes]:
    """The corpus that the folds are drawn from.

    documents (Dict[str, List[Doc]]): The gold Docs of each document.
    RETURNS (List[bytes]): Ids, texts and mentions.
    """
    described = []
    for id_, docs in sorted(documents.items()):
        for doc in docs:
            places = [(m.start_char, m.end_char, m.label_) for m in gold_mentions_of(doc)]
            described.append(str((id_, doc.text, places)).encode("utf8"))
    return described


def digest(*contents: bytes) -> str:
    """What a result was made from, so that it is not taken for that of other settings or data.

    contents (bytes): All of it.
    RETURNS (str): Their SHA-256.
    """
    return hashlib.sha256(b"\0".join(contents)).hexdigest()


def described(tally: Tally) -> str:
    """Counts as one line.

    tally (Tally): The counts.
    RETURNS (str): P, R and F1 in per cent.
    """
    found = rates(tally)
    return f"P {100 * found['p']:.1f}, R {100 * found['r']:.1f}, F1 {100 * found['f']:.1f}"


if __name__ == "__main__":
    typer.run(main)
