"""An encoder that reads sentences one by one, without their layout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from spacy_ddi.text.clean_copy import CleanCopy, clean_copies

Tok2Vec = Model[list[Doc], list[Floats2d]]


def build_clean_tok2vec(tok2vec: Tok2Vec) -> Tok2Vec:
    """Registered as `spacy-ddi.CleanTok2Vec.v1` (@architectures).

    The vectors of a sentence's words are the same, bit for bit, whether it stands alone or in a
    document, on one line or wrapped, with or without a bullet. Sentence boundaries must be set
    before (`line_sentences`); a Doc without them is read as one sentence.

    tok2vec (Model[List[Doc], List[Floats2d]]): The encoder. It must embed its Docs itself; a
        listener gets its vectors from elsewhere.
    RETURNS (Model[List[Doc], List[Floats2d]]): The encoder. White space and other layout takes the
        vector that a line end has by itself, and no part in the gradient.
    """
    return Model(
        "clean_tok2vec",
        forward,
        init=init,
        layers=[tok2vec],
        dims={"nO": tok2vec.maybe_get_dim("nO")},
    )


def forward(
    model: Tok2Vec, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    """Encode the sentences of the Docs, and put their vectors where their tokens are."""
    tok2vec = model.layers[0]
    copies = [clean_copies(doc) for doc in docs]
    if all(_is_whole(doc, own) for doc, own in zip(docs, copies, strict=True)):
        return tok2vec(docs, is_train)
    sentences = [copy.doc for own in copies for copy in own]
    # One more, for the layout.
    read, backprop_tok2vec = tok2vec([*sentences, Doc(docs[0].vocab, words=["\n"])], is_train)
    vectors: list[Any] = []
    following = iter(read)
    for doc, own in zip(docs, copies, strict=True):
        vectors.append(model.ops.alloc2f(len(doc), read[-1].shape[1]))
        vectors[-1][:] = read[-1][0]
        for copy in own:
            vectors[-1][copy.tokens] = next(following)

    def backprop(d_vectors: list[Floats2d]) -> list[Doc]:
        d_read = [
            cast(Any, gradient)[copy.tokens]
            for gradient, own in zip(d_vectors, copies, strict=True)
            for copy in own
        ]
        backprop_tok2vec([*d_read, model.ops.alloc2f(1, read[-1].shape[1])])
        return docs

    return vectors, backprop


def init(model: Tok2Vec, X: list[Doc] | None = None, Y: list[Floats2d] | None = None) -> None:
    """Initialize the encoder with the sentences of the Docs."""
    tok2vec = model.layers[0]
    tok2vec.initialize(X=[copy.doc for doc in X for copy in clean_copies(doc)] if X else None)
    if tok2vec.has_dim("nO"):
        model.set_dim("nO", tok2vec.get_dim("nO"))


def _is_whole(doc: Doc, copies: list[CleanCopy]) -> bool:
    return not len(doc) or (len(copies) == 1 and copies[0].doc is doc)
