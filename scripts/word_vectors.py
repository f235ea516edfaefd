"""What the scripts for static vectors share: their options, the sentences to learn from (those of
the corpus with the drugs blinded), and how vectors are scaled and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import spacy
import typer
from spacy.tokens import Doc, DocBin
from spacy.vectors import Vectors

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.encoder.blinding import BLIND_WORD, blind

EncoderFolder = Annotated[Path, typer.Argument(exists=True, help="Folder of the encoder.")]
Corpora = Annotated[
    list[Path], typer.Argument(exists=True, help=".spacy files: all their words get a vector.")
]
Output = Annotated[Path, typer.Option(help="The pipeline with vectors that is written.")]
Texts = Annotated[
    list[Path] | None,
    typer.Option(help="Plain text or .xz to be read too, where it is; may be given again."),
]


def corpus_sentences(path: Path) -> Iterator[list[str]]:
    """The words of each Doc of a .spacy file, each mention one word, as networks read them."""
    find_candidates = CandidateFinder()
    for doc in DocBin().from_disk(path).get_docs(spacy.blank("en").vocab):
        found = find_candidates(doc)
        yield words_of(blind(doc, found.ranges, found.sentences, BLIND_WORD))


def text_sentences(lines: Iterable[str]) -> Iterator[list[str]]:
    """The words of each line."""
    for doc in spacy.blank("en").tokenizer.pipe(lines):
        yield words_of(doc)


def words_of(doc: Doc) -> list[str]:
    """The words of a Doc, without white space."""
    return [token.text for token in doc if not token.is_space]


def standardise(vectors: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Vectors less their mean, in units of the standard deviation of all their numbers: a network
    that begins with small weights learns slowly from small numbers.

    vectors (NDArray): Shape (V, D).
    mean (NDArray): Shape (D,).
    RETURNS (NDArray): Shape (V, D), single precision.
    """
    centred = vectors - mean
    return (centred / centred.std()).astype(np.float32)


def write_vectors(words: list[str], vectors: np.ndarray, name: str, output: Path) -> None:
    """Write a pipeline with vectors of words in lower case.

    words (List[str]): V words in lower case.
    vectors (NDArray): Shape (V, D), single precision.
    name (str): What they come from.
    output (Path): The pipeline's folder.
    """
    nlp = spacy.blank("en")
    keys = [nlp.vocab.strings.add(word) for word in words]
    nlp.vocab.vectors = Vectors(
        strings=nlp.vocab.strings, data=vectors, keys=keys, name=name, attr="LOWER"
    )
    nlp.to_disk(output)
    typer.echo(f"{len(words):,} vectors of width {vectors.shape[1]}: {output}")
