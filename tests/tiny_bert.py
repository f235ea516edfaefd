"""A BERT with random weights and a vocabulary of letters and a few words, made on the spot."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import spacy
from spacy.pipeline import Pipe

from tests.helpers import VOCAB, make_doc

WIDTH = 16
WORDS = ("drug", "the", "alter", "##s", "iron", "zinc", "salt", *string.punctuation)


STOCK = "spacy-transformers.TransformerModel.v3"


def make_tiny_transformer(
    folder: Path,
    read_all: bool = True,
    *,
    architecture: str = STOCK,
    attention_dropout: float = 0.1,
    layers: int = 2,
    **settings: Any,
) -> Pipe:
    """An initialized `transformer` component that blinds; its weights are always the same.

    folder: Where the encoder and its vocabulary are written.
    read_all: Whether sentences without a candidate pair are encoded.
    layers: Of the encoder.
    settings: Of the architecture.
    """
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    pieces = [*string.ascii_lowercase, *string.digits]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = [*special, *WORDS, *pieces, *(f"##{piece}" for piece in pieces if piece != "s")]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf8")
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    bert_config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=WIDTH,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=128,
        # So large that every vector depends visibly on every word.
        initializer_range=0.5,
    )
    torch.manual_seed(0)
    BertModel(bert_config).save_pretrained(folder)
    config = {
        "model": {
            "@architectures": architecture,
            "name": str(folder),
            "get_spans": {
                "@span_getters": "spacy-ddi.blinded_sents.v2",
                "read_all": read_all,
                "candidates": {"@misc": "spacy-ddi.CandidateFinder.v1"},
            },
            "tokenizer_config": {"use_fast": True},
            "transformer_config": {"attention_probs_dropout_prob": attention_dropout},
            **settings,
        }
    }
    transformer = spacy.blank("en", vocab=VOCAB).create_pipe("transformer", config=config)
    transformer.model.initialize(X=[make_doc("the drug")])
    return transformer
