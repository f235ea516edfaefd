"""Static vectors from an encoder: the mean of a word's pieces, by the word in lower case."""

from __future__ import annotations

import lzma
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from transformers import AutoModel, AutoTokenizer

from tests.loaded_scripts import load_script


def test_a_word_is_the_mean_of_its_pieces(parts: dict[str, Any], tmp_path: Path) -> None:
    script = load_script("encoder_vectors")
    encoder, text = Path(parts["paths.encoder"]), tmp_path / "text.xz"
    text.write_bytes(lzma.compress(b"Zincs zincs zinc zinc once.\n"))
    missing = tmp_path / "none.txt"
    output = tmp_path / "vectors"
    script["main"](encoder, [Path(parts["paths.train"])], output, [text, missing])
    nlp = spacy.load(output)
    table = AutoModel.from_pretrained(encoder).get_input_embeddings().weight.detach().numpy()
    pieces = AutoTokenizer.from_pretrained(encoder).convert_tokens_to_ids
    assert nlp.vocab.vectors.data.std() == pytest.approx(1, abs=1e-3)
    assert nlp.vocab.vectors.data.mean(axis=0) == pytest.approx(0, abs=1e-3)
    own = {"drug": ["drug"], "zincs": ["zinc", "##s"], "zinc": ["zinc"]}
    expected = {word: table[pieces(of_word)].mean(axis=0) for word, of_word in own.items()}
    found = {word: nlp.vocab.vectors.get_batch([nlp(word.upper())[0].lower])[0] for word in own}
    # Moved and scaled, all alike.
    scale = np.linalg.norm(found["drug"] - found["zinc"])
    scale /= np.linalg.norm(expected["drug"] - expected["zinc"])
    moved = found["zincs"] - found["zinc"]
    assert moved == pytest.approx(scale * (expected["zincs"] - expected["zinc"]), abs=1e-3)
    # A word of the text alone, used less often than twice.
    assert nlp.vocab.strings.add("once") not in nlp.vocab.vectors
    assert nlp.vocab.strings.add("with") in nlp.vocab.vectors  # of the corpus
