"""Blinding for encoders that read Docs directly, such as spaCy's HashEmbedCNN.

Transformers are blinded by their span getter instead, see `spacy_ddi.encoder.blinding`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d, Ints1d

from spacy_ddi.candidates.reading_note import install_reading_note, noted_ranges
from spacy_ddi.candidates.sentences import sentence_index
from spacy_ddi.encoder.blinding import BLIND_WORD, blind, check_blind_word
from spacy_ddi.graph.nodes import first_tokens, node_index
from spacy_ddi.text.layout import layout_tokens

Tok2Vec = Model[list[Doc], list[Floats2d]]


def build_blinded_tok2vec(tok2vec: Tok2Vec, word: str = BLIND_WORD) -> Tok2Vec:
    """Registered as `spacy-ddi.BlindedTok2Vec.v1` (@architectures).

    Which mentions are blinded is not its own setting: the component that owns the layer notes them
    on the Docs.

    tok2vec (Model[List[Doc], List[Floats2d]]): The encoder. It must embed its Docs itself; a
        listener gets its vectors from elsewhere, where they are not blinded.
    word (str): Stands for every mention.
    RETURNS (Model[List[Doc], List[Floats2d]]): An encoder that sees no name.
    """
    check_blind_word(word)
    install_reading_note()
    return Model(
        "blinded_tok2vec",
        forward,
        init=init,
        layers=[tok2vec],
        dims={"nO": tok2vec.maybe_get_dim("nO")},
        attrs={"word": word},
    )


def forward(
    model: Tok2Vec, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    """Encode the Docs' shadows without the further tokens of a name, whose vectors are zero: in a
    convolution they would keep the words apart, and the length of a name would show."""
    seen = [_seen_tokens(doc) for doc in docs]
    per_doc, backprop_tok2vec = model.layers[0](_shadows(model, docs), is_train)
    filled = []
    for doc, tokens, vectors in zip(docs, seen, per_doc, strict=True):
        filled.append(model.ops.alloc2f(len(doc), vectors.shape[1]))
        filled[-1][tokens] = vectors

    def backprop(d_vectors: list[Floats2d]) -> list[Doc]:
        return backprop_tok2vec(
            [gradient[tokens] for gradient, tokens in zip(d_vectors, seen, strict=True)]
        )

    return filled, backprop


def init(model: Tok2Vec, X: list[Doc] | None = None, Y: list[Floats2d] | None = None) -> None:
    """Initialize the encoder with the Docs' shadows."""
    tok2vec = model.layers[0]
    tok2vec.initialize(X=_shadows(model, X) if X else None)
    if tok2vec.has_dim("nO"):
        model.set_dim("nO", tok2vec.get_dim("nO"))


def _seen_tokens(doc: Doc) -> Ints1d:
    """Shape (V,): the words that are outside of names, or the first of a node."""
    ranges, is_layout = noted_ranges(doc), layout_tokens(doc)
    seen = ~is_layout
    for start, end in ranges:
        seen[start:end] = False
    nodes = node_index(sentence_index(doc), ranges, is_layout)
    seen[first_tokens(nodes, is_layout)] = True
    return cast(Ints1d, np.flatnonzero(seen))


def _shadows(model: Tok2Vec, docs: list[Doc]) -> list[Doc]:
    shadows = []
    for doc in docs:
        shadow = blind(doc, noted_ranges(doc), sentence_index(doc), model.attrs["word"])
        words = [shadow[i].text for i in _seen_tokens(doc).tolist()]
        shadows.append(Doc(doc.vocab, words=words))
    return shadows
