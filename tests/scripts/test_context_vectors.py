"""Static vectors from an encoder: the mean of what it says of a word in its sentences."""

from __future__ import annotations

import lzma
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import torch
from transformers import AutoModel, AutoTokenizer

from tests.loaded_scripts import load_script

SENTENCES = [["Zincs", "with", "iron"], ["iron", "and", "iron"]]


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return load_script("context_vectors")


def test_a_word_is_the_mean_of_its_states(script: dict[str, Any], parts: dict[str, Any]) -> None:
    encoder = Path(parts["paths.encoder"])
    words, vectors = script["mean_in_context"](encoder, SENTENCES)
    assert words == ["zincs", "with", "iron", "and"]
    tokenizer, model = AutoTokenizer.from_pretrained(encoder), AutoModel.from_pretrained(encoder)
    states = []
    for sentence in SENTENCES:  # one at a time, so without padding
        read = tokenizer(sentence, is_split_into_words=True, return_tensors="pt")
        with torch.inference_mode():
            layers = model.eval()(**read, output_hidden_states=True).hidden_states
        mean = torch.stack(layers[1:]).mean(0)[0].numpy()
        for i in range(len(sentence)):
            states.append(mean[[k for k, word in enumerate(read.word_ids()) if word == i]].mean(0))
    means = np.array([states[0], states[1], (states[2] + states[3] + states[5]) / 3, states[4]])
    means -= np.mean(states, axis=0)
    assert vectors == pytest.approx(means / means.std(), abs=1e-4)


def test_words_of_corpus_and_chosen_lines_get_one(
    script: dict[str, Any], parts: dict[str, Any], tmp_path: Path
) -> None:
    text, output = tmp_path / "text.xz", tmp_path / "vectors"
    text.write_bytes(lzma.compress(b"Qwert.\n" * 3 + b"Zuiop.\n"))
    inputs = (Path(parts["paths.encoder"]), [Path(parts["paths.train"])], output)
    script["main"](*inputs, [text, tmp_path / "none.txt"], sentences=4)
    assert {"qwert", "zuiop", "drug", "with"} <= known_words(output)
    assert "ketoconazole" not in known_words(output)  # blinded
    script["main"](*inputs, [text], sentences=1)
    assert len({"qwert", "zuiop"} & known_words(output)) == 1


def known_words(pipeline: Path) -> set[str]:
    vocab = spacy.load(pipeline).vocab
    return {vocab.strings[key] for key in vocab.vectors}
