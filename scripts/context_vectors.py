"""Static word vectors from a transformer: what it says of a word, averaged over the sentences that
use the word.

Bommasani, Davis & Cardie 2020, *Interpreting pretrained contextualized representations via
reductions to static embeddings* (ACL 2020), section 3. The encoder has read far more text than
there is here, and its layers have seen the sentence, which its input embeddings have not
(`encoder_vectors.py`). The vectors are static all the same: a word has one, whatever its sentence.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from spacy.util import minibatch
from word_vectors import (
    Corpora,
    EncoderFolder,
    Output,
    Texts,
    corpus_sentences,
    standardise,
    text_sentences,
    write_vectors,
)

from spacy_ddi.formats.plain_text import read_lines

MOST_WORDS, MOST_PIECES = 150, 256
"""What is read of a sentence."""

BATCH_SIZE = 64


def main(
    encoder: EncoderFolder,
    corpora: Corpora,
    output: Output,
    text: Texts = None,
    sentences: Annotated[int, typer.Option(help="How many lines of all text are read.")] = 25_000,
    seed: Annotated[int, typer.Option(help="Which lines.")] = 1,
) -> None:
    """Write vectors of words in lower case; the drugs of the corpora are blinded."""
    lines = [line for path in text or () if path.exists() for line in read_lines(path)]
    chosen = random.Random(seed).sample(lines, min(sentences, len(lines)))
    read = chain(*map(corpus_sentences, corpora), text_sentences(chosen))
    words, vectors = mean_in_context(encoder, [words for words in read if words])
    write_vectors(words, vectors, encoder.name, output)


def mean_in_context(
    encoder: Path, sentences: Iterable[Sequence[str]]
) -> tuple[list[str], np.ndarray]:
    """Mean vectors of words.

    encoder (Path): Folder of the encoder.
    sentences (Iterable[Sequence[str]]): The words of each, at least one.
    RETURNS (Tuple[List[str], NDArray]): V words in lower case, and their vectors, shape (V, D),
        single precision: the mean over layers, pieces and sentences, less the mean word of the
        text, in units of the standard deviation of all their numbers.
    """
    rows: dict[str, int] = {}
    total: list[np.ndarray] = []
    counts: list[int] = []
    for word, vector in vectors_in_context(encoder, sentences):
        row = rows.setdefault(word, len(rows))
        if row == len(total):
            total.append(np.zeros(len(vector)))
            counts.append(0)
        total[row] += vector
        counts[row] += 1
    of_words = np.array(total)
    means, mean_word = of_words / np.array(counts)[:, None], of_words.sum(axis=0) / sum(counts)
    return list(rows), standardise(means, mean_word)


def vectors_in_context(
    encoder: Path, sentences: Iterable[Sequence[str]]
) -> Iterator[tuple[str, np.ndarray]]:
    """Each word of each sentence in lower case, with its vector: the mean over all layers but the
    input embeddings, and over its pieces. Sentences of like length are read together."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(encoder)
    model = AutoModel.from_pretrained(encoder).eval()
    for batch in minibatch(sorted(sentences, key=len), BATCH_SIZE):
        cut = [list(words[:MOST_WORDS]) for words in batch]
        read = tokenizer(
            cut,
            is_split_into_words=True,
            return_tensors="pt",
            padding=True,
            truncation=True,
            max_length=MOST_PIECES,
        )
        with torch.inference_mode():
            layers = model(**read, output_hidden_states=True).hidden_states[1:]
        states = torch.stack(layers).mean(dim=0).numpy()
        for i, words in enumerate(cut):
            pieces: dict[int, list[int]] = {}
            for piece, word in enumerate(read.word_ids(i)):
                if word is not None:
                    pieces.setdefault(word, []).append(piece)
            for word, own in pieces.items():
                yield words[word].lower(), states[i, own].mean(axis=0)


if __name__ == "__main__":
    typer.run(main)
