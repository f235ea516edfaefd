"""Static vectors from an encoder: the mean of a word's pieces, by the word in lower case."""

from __future__ import annotations

import lzma
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from transformers import AutoModel, AutoTokenizer

from tests.loaded_scripts import load_script


def test_a_word_is_the_mean_of_its_pieces(parts: dict[str, Any], tmp_path: Path) -> None:
    script = load_script("encoder_vectors")
    encoder, text = Path(parts["paths.encoder"]), tmp_path / "text.xz"
    text.write_bytes(lzma.compress(b"Zincs zincs once.\n"))
    missing = tmp_path / "none.txt"
    output = tmp_path / "vectors"
    script["main"](encoder, [Path(parts["paths.train"])], output, [text, missing])
    nlp = spacy.load(output)
    table = AutoModel.from_pretrained(encoder).get_input_embeddings().weight.detach().numpy()
    pieces = AutoTokenizer.from_pretrained(encoder).convert_tokens_to_ids
    for word, of_word in (("drug", ["drug"]), ("zincs", ["zinc", "##s"])):
        expected = table[pieces(of_word)].mean(axis=0)
        for written in (word, word.upper()):
            found = nlp.vocab.vectors.get_batch([nlp(written)[0].lower])
            assert np.allclose(found, expected)
    # A word of the text alone, used less often than twice.
    assert nlp.vocab.strings.add("once") not in nlp.vocab.vectors
    assert nlp.vocab.strings.add("with") in nlp.vocab.vectors  # of the corpus
