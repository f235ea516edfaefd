"""Static word vectors from a transformer: the mean of the input embeddings of a word's pieces.

The encoder's input embeddings were trained on far more text than there is here. What they say of a
word does not depend on its sentence, so that they may stand where static vectors are asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import spacy
import typer
from spacy.tokens import DocBin
from word_vectors import Corpora, EncoderFolder, Output, Texts, standardise, write_vectors

from spacy_ddi.encoder.blinding import BLIND_WORD
from spacy_ddi.formats.plain_text import read_lines


def main(
    encoder: EncoderFolder,
    corpora: Corpora,
    output: Output,
    text: Texts = None,
    min_count: Annotated[int, typer.Option(help="How often text uses a word that gets one.")] = 2,
) -> None:
    """Write vectors of words in lower case."""
    words = sorted(words_of(corpora, [path for path in text or () if path.exists()], min_count))
    vectors = mean_of_pieces(encoder, words)
    write_vectors(words, standardise(vectors, vectors.mean(axis=0)), encoder.name, output)


def words_of(corpora: Iterable[Path], texts: Iterable[Path], min_count: int) -> set[str]:
    """The words in lower case of .spacy files, and those that texts use so often."""
    nlp = spacy.blank("en")
    found = {BLIND_WORD}
    for path in corpora:
        for doc in DocBin().from_disk(path).get_docs(nlp.vocab):
            found.update(token.lower_ for token in doc if not token.is_space)
    counts: Counter[str] = Counter()
    for path in texts:
        for doc in nlp.tokenizer.pipe(read_lines(path)):
            counts.update(token.lower_ for token in doc if not token.is_space)
    return found | {word for word, count in counts.items() if count >= min_count}


def mean_of_pieces(encoder: Path, words: list[str]) -> np.ndarray:
    """The mean of the input embeddings of each word's pieces.

    encoder (Path): Folder of the encoder.
    words (List[str]): V words.
    RETURNS (NDArray): Shape (V, D), single precision; zeros for a word without a piece.
    """
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(encoder)
    table = AutoModel.from_pretrained(encoder).get_input_embeddings().weight.detach().numpy()
    vectors = np.zeros((len(words), table.shape[1]), dtype=np.float32)
    for i, ids in enumerate(_pieces(tokenizer, words)):
        if ids:
            vectors[i] = table[ids].mean(axis=0)
    return vectors


def _pieces(tokenizer: object, words: list[str]) -> Iterator[list[int]]:
    """The ids of the pieces of each word."""
    if words:
        yield from tokenizer(words, add_special_tokens=False)["input_ids"]  # type: ignore[operator]


if __name__ == "__main__":
    typer.run(main)
