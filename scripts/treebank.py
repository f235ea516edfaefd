"""Convert a treebank in CoNLL-U to a .spacy file: tags, parse and sentence boundaries.

A Doc holds a few sentences that follow each other, so that a parser learns where they end; not
whole paragraphs, since the time to train on a Doc grows with the square of its length. Beside the
treebank, sentences that another parser has read keep alive what it knows of other text.
"""

from __future__ import annotations

import lzma
import random
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Annotated, Final, TextIO

import spacy
import typer
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from spacy_ddi.corpora.docs import preset_one_sentence

LABELS: Final = {"root": "ROOT"}
"""Labels that spaCy's English parsers write otherwise."""

JOINED: Final = 4
"""Sentences that make a Doc together, at most."""


def main(
    treebank: Annotated[Path, typer.Argument(exists=True, help="CoNLL-U, plain or .xz.")],
    output: Annotated[Path, typer.Argument(help="The .spacy file to write.")],
    rehearsal: Annotated[
        Path | None,
        typer.Option(exists=True, help="Text, a sentence a line, plain or .xz, read by a parser."),
    ] = None,
    parser: Annotated[str, typer.Option(help="The pipeline that reads it.")] = "en_core_web_sm",
    sentences: Annotated[int, typer.Option(help="How many of its lines, at random.")] = 10_000,
    whole: Annotated[
        bool, typer.Option("--whole", help="A Doc is a paragraph, for evaluation.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the choice.")] = 1,
) -> None:
    """Write the Docs."""
    nlp = spacy.blank("en")
    chance = random.Random(seed)
    docbin = DocBin(attrs=["TAG", "HEAD", "DEP", "SENT_START", "SPACY"])
    for doc in paragraphs(treebank, nlp):
        for part in [doc] if whole else parts_of(doc, chance):
            docbin.add(part)
    n_parts = len(docbin)
    if rehearsal is not None:
        for doc in rehearsed(rehearsal, spacy.load(parser), sentences, chance):
            docbin.add(doc)
    output.parent.mkdir(parents=True, exist_ok=True)
    docbin.to_disk(output)
    typer.echo(f"{n_parts:,} Docs of the treebank, {len(docbin) - n_parts:,} rehearsed: {output}")


def parts_of(doc: Doc, chance: random.Random) -> Iterator[Doc]:
    """A paragraph in parts of one to JOINED sentences.

    doc (Doc): The paragraph.
    chance (Random): Chooses how many.
    YIELDS (Doc): The parts, in order.
    """
    sentences = iter(doc.sents)
    while group := list(islice(sentences, chance.randint(1, JOINED))):
        yield doc[group[0].start : group[-1].end].as_doc()


def open_text(path: Path) -> TextIO:
    """Open a text file, compressed by xz or not."""
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def paragraphs(path: Path, nlp: Language) -> Iterator[Doc]:
    """The paragraphs of a treebank.

    path (Path): CoNLL-U, with `# newpar` before each paragraph.
    nlp (Language): Its vocab is used.
    YIELDS (Doc): Tokens, tags, heads, labels and sentence starts as in the treebank.
    """
    rows: list[list[str]] = []
    starts: list[int] = []
    is_new = True
    with open_text(path) as lines:
        for line in lines:
            if line.startswith("# newpar") and rows:
                yield to_doc(rows, starts, nlp)
                rows, starts = [], []
            columns = line.rstrip("\n").split("\t")
            if columns[0].isdigit():  # neither a comment nor a blank line nor part of a token
                if is_new:
                    starts.append(len(rows))
                rows.append(columns)
            is_new = len(columns) == 1
    if rows:
        yield to_doc(rows, starts, nlp)


def to_doc(rows: list[list[str]], starts: list[int], nlp: Language) -> Doc:
    """A paragraph as a Doc.

    rows (List[List[str]]): The ten columns of each of T tokens.
    starts (List[int]): The first token of each sentence.
    RETURNS (Doc): T tokens.
    """
    heads: list[int] = []
    bounds = [*starts, len(rows)]
    for start, end in pairwise(bounds):
        for i in range(start, end):
            head = int(rows[i][6])
            heads.append(start + head - 1 if head else i)
    first = set(starts)
    return Doc(
        nlp.vocab,
        words=[row[1] for row in rows],
        spaces=["SpaceAfter=No" not in row[9] for row in rows],
        tags=[row[4] for row in rows],
        heads=heads,
        deps=[LABELS.get(row[7], row[7]) for row in rows],
        sent_starts=[i in first for i in range(len(rows))],
    )


def rehearsed(path: Path, nlp: Language, sentences: int, chance: random.Random) -> Iterator[Doc]:
    """Sentences as a parser reads them, one to JOINED of them a Doc.

    path (Path): A sentence a line.
    nlp (Language): The pipeline with tagger and parser.
    sentences (int): How many.
    chance (Random): Chooses the lines, and how many make a Doc.
    YIELDS (Doc): Tagged and parsed; a line is a sentence.
    """
    with open_text(path) as lines:
        kept = [line.strip() for line in lines if line.strip()]
    chance.shuffle(kept)
    texts = [nlp.make_doc(line) for line in kept[:sentences]]
    for doc in texts:
        preset_one_sentence(doc)
    docs = nlp.pipe(texts, disable=["ner", "lemmatizer", "attribute_ruler"])
    while group := list(islice(docs, chance.randint(1, JOINED))):
        yield Doc.from_docs(group, ensure_whitespace=True)


if __name__ == "__main__":
    typer.run(main)
