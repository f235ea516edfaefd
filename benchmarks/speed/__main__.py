r"""All measurements of speed and memory: JSON, tables and a plot.

    python -m benchmarks.speed en_ddi_minilm DDICorpus/Train --text labels.txt.xz \
        --documents configs/dev_documents.txt --train corpus/train.spacy \
        --encoder training/encoder --parser en_core_web_sm
"""

from __future__ import annotations

import os

if __name__ == "__main__":  # one thread, before NumPy and torch are imported
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, get_args

import spacy
import srsly
import torch
import typer
from rich.console import Console
from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.speed.report import main as write_report
from benchmarks.speed.systems import (
    PerPairClassifier,
    annotated,
    count_pairs,
    encoder_and_relations,
    mean_pooled_pairs,
    per_pair_classifier,
    relations_alone,
    take_turns,
    whole_pipeline,
    with_mentions,
)
from benchmarks.speed.training import prepare, time_training
from spacy_ddi.annotations import MENTIONS_KEY
from spacy_ddi.component.lookup import relation_pipes, set_precision
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.encoder.packed_transformer import Precision
from spacy_ddi.formats.plain_text import read_lines

MENTIONS = (2, 4, 8, 16, 32, 64)
DOCUMENTS = (10, 100, 1_000)
MOST_DOCUMENTS = 10_000
BATCH_SIZES = (8, 32, 128, 512)
MANY_SENTENCES = 30
MANY_MENTIONS = 10
TRAINING_SENTENCES = 160
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

ROOT = Path(__file__).parents[2]


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    corpus: Annotated[Path, typer.Argument(help="Folder with the corpus's XML.")],
    text: Annotated[Path, typer.Option(exists=True, help="A text, plain or .xz.")],
    train: Annotated[Path, typer.Option(exists=True, help="Training sentences, .spacy.")],
    encoder: Annotated[Path, typer.Option(exists=True, help="Folder of the encoder to train.")],
    parser: Annotated[str, typer.Option(help="Pipeline with the parser, for training.")],
    documents: Annotated[Path | None, typer.Option(help="File with document ids.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds that count.")] = 3,
    output: Annotated[Path, typer.Option(help="Folder for figures, tables and plot.")] = Path(
        "training/speed"
    ),
) -> None:
    """Measure a pipeline against what people run instead, on one thread."""
    console = Console(stderr=True)
    figures: dict[str, Any] = {"machine": machine(), "repeats": repeats}
    output.mkdir(parents=True, exist_ok=True)

    def store(name: str, found: Any) -> None:  # what is done is not lost
        figures[name] = found
        srsly.write_json(output / "speed.json", figures)
        console.print(f"Measured: {name}", style="dim")

    store("scaling", measure_scaling(pipeline, text, console))
    pipelines = {precision: load(pipeline, precision) for precision in PRECISIONS}
    nlp = pipelines["float32"]
    dev = list(read_docs(corpus, nlp.make_doc, documents=documents))
    many = many_mentions(nlp, read_lines(text), MANY_SENTENCES)
    sentences = {"development documents": dev, "ten mentions or more": many}
    store(
        "extraction",
        [
            {"sentences": name, **measure_extraction(pipelines, docs, repeats)}
            for name, docs in sentences.items()
        ],
    )
    heads = {"ddi_relation": relations_alone(nlp), "mean-pooled spans": mean_pooled_pairs(nlp)}
    seconds = take_turns(heads, dev, repeats=repeats)
    store("heads", {"n_pairs": count_pairs(nlp, dev), "seconds": seconds})
    texts = [doc.text for doc in dev]
    store("shares", {name: shares(loaded, texts, repeats) for name, loaded in pipelines.items()})
    paths = {"train": train, "dev": train, "encoder": encoder, "parser": parser}
    config = ROOT / "configs" / "minilm.cfg"
    learner, examples = prepare(config, {name: str(path) for name, path in paths.items()})
    n_sentences = min(TRAINING_SENTENCES, len(examples))
    store("training", time_training(learner, examples, n_sentences=n_sentences, repeats=repeats))
    write_report(output, output / "speed.md")
    console.print(f"Figures, tables and plot: {output}", highlight=False)


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf8").splitlines()
    about = dict(line.split("\t: ", 1) for line in lines if "\t: " in line)
    flags = about.get("flags", "").split()
    return {
        "processor": about.get("model name", "unknown"),
        "cores": os.cpu_count(),
        "bfloat16": [flag for flag in ("avx512_bf16", "amx_bf16") if flag in flags],
        "torch": torch.__version__,
    }


def load(pipeline: str, precision: Precision) -> Language:
    """A pipeline whose encoder computes in a precision."""
    nlp = spacy.load(pipeline)
    set_precision(nlp, precision)
    return nlp


def many_mentions(nlp: Language, lines: Iterable[str], n_sentences: int) -> list[Doc]:
    """The first sentences of a text in which a pipeline finds `MANY_MENTIONS` or more, a Doc each,
    mentions in `doc.spans["ddi_mentions"]`."""
    found: list[Doc] = []
    unneeded = {*relation_pipes(nlp), "doc_cleaner"} & set(nlp.pipe_names)
    with nlp.select_pipes(disable=sorted(unneeded)):
        for doc in nlp.pipe(lines):
            for sentence in doc.sents:
                if len(sentence.ents) >= MANY_MENTIONS:
                    found.append(sentence.as_doc())
                    found[-1].spans[MENTIONS_KEY] = list(found[-1].ents)
            if len(found) >= n_sentences:
                break
    return found[:n_sentences]


def measure_extraction(
    pipelines: dict[Precision, Language], docs: Sequence[Doc], repeats: int
) -> dict[str, Any]:
    """Our pipeline, and encoder and relations alone, against one pass a pair, each in every
    precision, all in turns."""
    systems = {
        (precision, name): system
        for precision, nlp in pipelines.items()
        for name, system in (
            ("whole pipeline", whole_pipeline(nlp)),
            ("encoder and ddi_relation", encoder_and_relations(nlp)),
            ("one pass a pair", per_pair_classifier(nlp, precision)),
        )
    }
    seconds: dict[str, dict[str, list[float]]] = {precision: {} for precision in pipelines}
    for (precision, name), spent in take_turns(systems, docs, repeats=repeats).items():
        seconds[precision][name] = spent
    nlp = next(iter(pipelines.values()))
    return {
        "n_sentences": len(docs),
        "n_pairs": count_pairs(nlp, docs),
        "n_pieces": count_pieces(nlp, docs),
        "seconds": seconds,
    }


def count_pieces(nlp: Language, docs: Sequence[Doc]) -> dict[str, int]:
    """Word pieces that the encoder reads, without padding, in our pipeline and a pair at a time."""
    classifier = PerPairClassifier(nlp)
    fresh = with_mentions(docs, nlp)
    get_spans = nlp.get_pipe("transformer").model.attrs["get_spans"]  # type: ignore[attr-defined]
    ours = [span.text for spans in get_spans(fresh) for span in spans]
    return {  # its tokenizer is ours, and knows the marks
        "ours": sum(map(len, classifier.tokenizer(ours)["input_ids"])),
        "one pass a pair": sum(map(len, classifier.encode(fresh))),
    }


def shares(nlp: Language, texts: Sequence[str], repeats: int) -> dict[str, list[float]]:
    """The share of each component in the time from raw text, in each of some rounds."""
    rounds = []
    for _ in range(repeats + 1):
        start = perf_counter()
        docs = [nlp.make_doc(text) for text in texts]
        spent = {"tokenizer": perf_counter() - start}
        for name in nlp.pipe_names:
            start = perf_counter()
            docs = annotated(nlp, docs, [name])
            spent[name] = perf_counter() - start
        rounds.append({name: value / sum(spent.values()) for name, value in spent.items()})
    return {name: [found[name] for found in rounds[1:]] for name in rounds[0]}


def measure_scaling(pipeline: str, text: Path, console: Console) -> list[dict[str, Any]]:
    """Time and memory as the work grows, each in a process of its own."""
    settings: list[dict[str, int]] = [{"mentions": n} for n in MENTIONS]
    settings += [{"documents": n} for n in DOCUMENTS]
    settings += [{"documents": 1_000, "batch-size": n} for n in BATCH_SIZES]
    in_turn = [{"n-process": 1}, {"n-process": 2}, {"n-process": 2, "plain": 1}]
    settings += [{"documents": MOST_DOCUMENTS, "repeats": 1, **how} for how in in_turn] * 2
    found = []
    for setting in settings:
        options = [f"--{name}={value}" for name, value in setting.items()]
        command = [sys.executable, "-m", "benchmarks.speed.scaling", pipeline, *options]
        command.append(f"--text={text.resolve()}")
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        found.append({**setting, **json.loads(done.stdout)})
        console.print(found[-1], highlight=False)
    return found


if __name__ == "__main__":
    typer.run(main)
