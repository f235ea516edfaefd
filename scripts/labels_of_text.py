"""Keep what teachers say of a text without the text, and put the two together again.

Hours of labelling are stored in a small file; a text that may not be passed on stays where it is.
"""

from __future__ import annotations

import hashlib
import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import spacy
import srsly
import typer
from spacy.tokens import Doc

from spacy_ddi.annotations import install_extensions
from spacy_ddi.corpora.docbin import read_docbin, write_docbin
from spacy_ddi.corpora.docs import sentence_to_doc
from spacy_ddi.corpora.documents import Mention, Sentence
from spacy_ddi.formats.plain_text import read_lines
from spacy_ddi.gold import MENTIONS_KEY, SoftLabelDict, set_soft_labels, soft_labels_of

THOUSANDTHS: Final = 1000
"""Probabilities are stored as whole thousandths."""

Pair = list[Any]
"""Numbers of two mentions, and the thousandths of each class."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def keep(
    docs: Annotated[list[Path], typer.Argument(exists=True, help=".spacy files with labels.")],
    output: Annotated[Path, typer.Option(help="The file to write (.jsonl.xz).")],
) -> None:
    """Write mentions and soft labels by a digest of each sentence.

    A sentence that stands in several files has the labels of the last one.
    """
    install_extensions()
    vocab = spacy.blank("en").vocab
    rows = {row["text"]: row for file in docs for row in map(to_row, read_docbin(file, vocab))}
    write_rows(rows.values(), output)
    typer.echo(f"{len(rows):,} sentences, {output.stat().st_size:,} bytes: {output}")


@app.command()
def join(
    labels: Annotated[Path, typer.Argument(exists=True, help="What `keep` wrote.")],
    text: Annotated[list[Path], typer.Argument(exists=True, help="The text, a sentence a line.")],
    output: Annotated[Path, typer.Option(help="The .spacy file to write.")],
    soft: Annotated[
        bool, typer.Option("--soft", help="Only sentences that have soft labels.")
    ] = False,
) -> None:
    """Write the sentences of a text with their labels."""
    rows = {row["text"]: row for row in read_rows(labels)}
    wanted = {key: row for key, row in rows.items() if row["pairs"] or not soft}
    counts = write_docbin(labelled(wanted, text), output)
    typer.echo(
        f"{counts.sentences:,} of {len(wanted):,} sentences, {counts.mentions:,} mentions: {output}"
    )


@app.command()
def mix(
    first: Annotated[Path, typer.Argument(exists=True, help="What `keep` wrote.")],
    second: Annotated[Path, typer.Argument(exists=True, help="The same, of others.")],
    output: Annotated[Path, typer.Option(help="The file to write (.jsonl.xz).")],
    weight: Annotated[float, typer.Option(min=0, max=1, help="That of the first.")] = 0.5,
) -> None:
    """Average two kinds of labels. What only one of them has stays as it is."""
    rows = {row["text"]: row for row in read_rows(second)}
    n_both = 0
    for row in read_rows(first):
        other = rows.get(row["text"])
        if other is not None and other["mentions"] == row["mentions"]:
            row["pairs"] = mixed(row["pairs"], other["pairs"], weight)
            n_both += 1
        rows[row["text"]] = row
    write_rows(rows.values(), output)
    typer.echo(f"{len(rows):,} sentences, {n_both:,} with labels of both: {output}")


def mixed(first: list[Pair], second: list[Pair], weight: float) -> list[Pair]:
    """The labels of a sentence's pairs, averaged.

    first, second (List[Pair]): As in a row.
    weight (float): That of the first, in [0, 1].
    RETURNS (List[Pair]): Every pair of either.
    """
    found = {(one, other): probs for one, other, probs in second}
    for one, other, probs in first:
        theirs = found.get((one, other), probs)
        found[one, other] = {
            name: round(weight * probs.get(name, 0) + (1 - weight) * theirs.get(name, 0))
            for name in {**theirs, **probs}
        }
    return [[one, other, probs] for (one, other), probs in sorted(found.items())]


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read the labels of sentences.

    path (Path): What `write_rows` wrote.
    YIELDS (Dict[str, Any]): A row a sentence; see `to_row`.
    """
    with lzma.open(path, "rt", encoding="utf-8") as file:
        yield from map(srsly.json_loads, file)


def write_rows(rows: Iterable[dict[str, Any]], output: Path) -> None:
    """Write the labels of sentences.

    rows (Iterable[Dict[str, Any]]): As `to_row` makes them.
    output (Path): The file, .jsonl.xz.
    """
    with lzma.open(output, "wt", encoding="utf-8", preset=9) as file:
        file.writelines(srsly.json_dumps(row) + "\n" for row in rows)


def digest(text: str) -> str:
    """What identifies a sentence.

    text (str): The sentence.
    RETURNS (str): The first half of its SHA-256, without white space at its ends.
    """
    return hashlib.sha256(text.strip().encode()).hexdigest()[:16]


def to_row(doc: Doc) -> dict[str, Any]:
    """The labels of a sentence by characters.

    doc (Doc): A Doc with mentions and perhaps soft labels.
    RETURNS (Dict[str, Any]): JSON values: the digest, mentions (start, end, type) and pairs (two
        places among the mentions, and thousandths by class).
    """
    mentions = [[m.start_char, m.end_char, m.label_] for m in doc.spans[MENTIONS_KEY]]
    place = {(start, end): i for i, (start, end, _) in enumerate(mentions)}
    pairs = [
        [place[one], place[two], {k: round(v * THOUSANDTHS) for k, v in probs.items()}]
        for (one, two), probs in soft_labels_of(doc).items()
    ]
    return {"text": digest(doc.text), "mentions": mentions, "pairs": pairs}


def labelled(rows: dict[str, Any], text: list[Path]) -> Iterator[Doc]:
    """The sentences of a text that have labels.

    rows (Dict[str, Any]): Rows by their digest.
    text (List[Path]): The files.
    YIELDS (Doc): Each sentence once, with its mentions and soft labels.
    """
    nlp = spacy.blank(
        "en", config={"nlp": {"tokenizer": {"@tokenizers": "spacy-ddi.DrugTokenizer.v1"}}}
    )
    left = dict(rows)
    for file in text:
        for line in read_lines(file, as_text=True):
            if row := left.pop(digest(line), None):
                yield to_doc(line.strip(), row, nlp.make_doc)


def to_doc(text: str, row: dict[str, Any], make_doc: Any) -> Doc:
    """A sentence with its labels.

    text (str): The sentence.
    row (Dict[str, Any]): As `to_row` makes it.
    make_doc (Callable[[str], Doc]): The tokenizer.
    RETURNS (Doc): One sentence.
    """
    mentions = tuple(
        Mention(str(i), label, ((start, end),))
        for i, (start, end, label) in enumerate(row["mentions"])
    )
    doc = sentence_to_doc(Sentence(row["text"], text, mentions, ()), make_doc)
    spans = doc.spans[MENTIONS_KEY]
    soft = [
        SoftLabelDict(
            head_start=spans[head].start,
            head_end=spans[head].end,
            tail_start=spans[tail].start,
            tail_end=spans[tail].end,
            probs={label: value / THOUSANDTHS for label, value in probs.items()},
        )
        for head, tail, probs in row["pairs"]
    ]
    if soft:
        set_soft_labels(doc, soft)
    return doc


if __name__ == "__main__":
    app()
