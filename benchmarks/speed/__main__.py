r"""All measurements of speed and memory: JSON, a table and a plot.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false \
    python -m benchmarks.speed en_ddi_minilm DDICorpus/Train --text labels.txt.xz \
        --documents configs/dev_documents.txt --train corpus/train.spacy \
        --encoder training/encoder --parser en_core_web_sm
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated, Any, get_args

import spacy
import srsly
import torch
import typer
from rich.console import Console
from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.speed.data import corpus_sentences, many_mentions
from benchmarks.speed.report import write_report
from benchmarks.speed.systems import (
    PerPairClassifier,
    encoder_and_relations,
    mean_pooled_pairs,
    per_pair_classifier,
    relations_alone,
    whole_pipeline,
    with_mentions,
)
from benchmarks.speed.timing import Timing, take_turns
from benchmarks.speed.training import prepare, take_training_turns
from spacy_ddi.component.lookup import set_precision
from spacy_ddi.encoder.packed_transformer import Precision
from spacy_ddi.formats.plain_text import read_lines

MENTIONS = (2, 4, 8, 16, 32, 64)
DOCUMENTS = (10, 100, 1_000)
MOST_DOCUMENTS = 10_000
BATCH_SIZES = (8, 32, 128, 512)
MANY_SENTENCES = 30
TRAINING_SENTENCES = 160
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""What torch, NumPy and the tokenizer read when they are imported."""

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "configs" / "minilm.cfg"
RESULTS = Path(__file__).parent / "results"


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    corpus: Annotated[Path, typer.Argument(help="Folder with the corpus's XML.")],
    text: Annotated[Path, typer.Option(exists=True, help="A text, plain or .xz.")],
    train: Annotated[Path, typer.Option(exists=True, help="Training sentences, .spacy.")],
    encoder: Annotated[Path, typer.Option(exists=True, help="Folder of the encoder to train.")],
    parser: Annotated[str, typer.Option(help="Pipeline with the parser, for training.")],
    documents: Annotated[Path | None, typer.Option(help="File with document ids.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds that count.")] = 3,
    output: Annotated[Path, typer.Option(help="Where figures, table and plot go.")] = RESULTS,
) -> None:
    """Measure a pipeline against what people run in its place, on one thread."""
    for variable, value in ONE_THREAD.items():
        if os.environ.get(variable) != value:
            raise typer.BadParameter(f"The environment must have {variable}={value}.")
    console = Console(stderr=True)
    figures: dict[str, Any] = {"machine": machine(), "repeats": repeats}

    def store(name: str, found: Any) -> None:  # what is done is not lost
        figures[name] = found
        output.mkdir(parents=True, exist_ok=True)
        srsly.write_json(output / "speed.json", figures)
        console.print(f"Measured: {name}", style="dim")

    store("scaling", measure_scaling(pipeline, text, console))
    pipelines = {precision: load(pipeline, precision) for precision in PRECISIONS}
    nlp = pipelines["float32"]
    dev = corpus_sentences(nlp, corpus, documents)
    many = many_mentions(nlp, read_lines(text), MANY_SENTENCES)
    extraction = [
        {
            "sentences": name,
            "n_sentences": len(docs),
            "n_pieces": count_pieces(nlp, docs),
            "systems": measure_extraction(pipelines, docs, repeats),
        }
        for name, docs in (("development documents", dev), ("ten mentions or more", many))
    ]
    store("extraction", extraction)
    heads = take_turns([relations_alone(nlp), mean_pooled_pairs(nlp)], dev, repeats=repeats)
    store("heads", [as_figures(timing, heads[-1]) for timing in heads])
    texts = [doc.text for doc in dev]
    store("shares", {name: shares(loaded, texts, repeats) for name, loaded in pipelines.items()})
    learner, examples = prepare(CONFIG, train, encoder, parser)
    timings = take_training_turns(
        learner, examples, n_sentences=TRAINING_SENTENCES, repeats=repeats
    )
    training = {
        "n_sentences": len(examples),
        "n_timed": TRAINING_SENTENCES,
        "systems": [as_figures(timing, timings[-1]) for timing in timings],
    }
    store("training", training)
    write_report(output)
    Console().print((output / "table.md").read_text(encoding="utf8"), markup=False, soft_wrap=True)
    console.print(f"Figures, table and plot: {output}", highlight=False)


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = next((line for line in lines if line.startswith("flags")), "").split()
    return {
        "processor": names[0] if names else "unknown",
        "cores": os.cpu_count(),
        "bfloat16": [flag for flag in ("avx512_bf16", "amx_bf16") if flag in flags],
        "torch": torch.__version__,
    }


def load(pipeline: str, precision: Precision) -> Language:
    """A pipeline whose encoder computes in a precision."""
    nlp = spacy.load(pipeline)
    set_precision(nlp, precision)
    return nlp


def measure_extraction(
    pipelines: dict[Precision, Language], docs: Sequence[Doc], repeats: int
) -> list[dict[str, Any]]:
    """Our pipeline, and encoder and relations alone, against one pass a pair, each in every
    precision, all in turns."""
    systems = [
        (precision, system)
        for precision, nlp in pipelines.items()
        for system in (
            whole_pipeline(nlp),
            encoder_and_relations(nlp),
            per_pair_classifier(nlp, precision),
        )
    ]
    timings = take_turns([system for _, system in systems], docs, repeats=repeats)
    done = [(precision, timing) for (precision, _), timing in zip(systems, timings, strict=True)]
    # The last of each precision is one pass a pair.
    per_pair = dict(done)
    return [
        {
            "precision": precision,
            **as_figures(timing, per_pair[precision]),
            "against_float32": ratios(timing, per_pair["float32"]),
        }
        for precision, timing in done
    ]


def count_pieces(nlp: Language, docs: Sequence[Doc]) -> dict[str, int]:
    """Word pieces that the encoder reads, without padding, in our pipeline and a pair at a time."""
    classifier = PerPairClassifier(nlp)
    fresh = with_mentions(docs, nlp)
    spans = nlp.get_pipe("transformer").model.attrs["get_spans"](fresh)
    texts = {
        "ours": [span.text for of_doc in spans for span in of_doc],
        "one pass a pair": classifier.texts(fresh),
    }
    return {
        # Its tokenizer is ours, and knows the marks.
        name: sum(map(len, classifier.tokenizer(read)["input_ids"]))
        for name, read in texts.items()
    }


def as_figures(timing: Timing, against: Timing) -> dict[str, Any]:
    """A timing as it is stored, with the ratio of each round."""
    return {
        "system": timing.system,
        "n_pairs": timing.n_pairs,
        "seconds": timing.seconds,
        "pairs_a_second": timing.pairs_a_second,
        "against": against.system,
        **ratios(timing, against),
    }


def ratios(timing: Timing, against: Timing) -> dict[str, float]:
    """How many times as fast as another a system is: the median of the rounds, the lowest, the
    highest."""
    found = [theirs / ours for ours, theirs in zip(timing.seconds, against.seconds, strict=True)]
    return {"ratio": median(found), "ratio_low": min(found), "ratio_high": max(found)}


def shares(nlp: Language, texts: Sequence[str], repeats: int) -> dict[str, list[float]]:
    """The share of each component in the time from raw text, in each of some rounds."""
    found: dict[str, list[float]] = {name: [] for name in ("tokenizer", *nlp.pipe_names)}
    for round_number in range(repeats + 1):
        start = perf_counter()
        docs: list[Doc] = [nlp.make_doc(text) for text in texts]
        spent = {"tokenizer": perf_counter() - start}
        for name, pipe in nlp.pipeline:
            start = perf_counter()
            if hasattr(pipe, "pipe"):
                docs = list(pipe.pipe(docs, batch_size=nlp.batch_size))
            else:
                docs = [pipe(doc) for doc in docs]
            spent[name] = perf_counter() - start
        if round_number:
            for name, value in spent.items():
                found[name].append(value / sum(spent.values()))
    return found


def measure_scaling(pipeline: str, text: Path, console: Console) -> list[dict[str, Any]]:
    """Time and memory as the work grows, each in a process of its own."""
    settings: list[dict[str, int]] = [{"mentions": n} for n in MENTIONS]
    settings += [{"documents": n} for n in DOCUMENTS]
    settings += [{"documents": 1_000, "batch-size": n} for n in BATCH_SIZES]
    largest = {"documents": MOST_DOCUMENTS, "repeats": 1}
    in_turn = [{"n-process": 1}, {"n-process": 2}, {"n-process": 2, "plain": 1}]
    settings += [{**largest, **how} for how in in_turn] * 2
    found = []
    for setting in settings:
        options = [f"--{name}={value}" for name, value in setting.items()]
        command = [sys.executable, "-m", "benchmarks.speed.scaling", pipeline, *options]
        command += ["--text", str(text.resolve())]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        figures = json.loads(done.stdout)
        found.append({**setting, **figures})
        told = " ".join(options)
        console.print(
            f"{told}: {figures['seconds']:.2f} s, {figures['megabytes_above_loaded']:.0f} MB",
            highlight=False,
        )
    return found


if __name__ == "__main__":
    typer.run(main)
