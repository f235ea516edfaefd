"""Encoders whose vectors are put side by side."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise

from spacy.tokens import Doc
from thinc.api import Model, concatenate
from thinc.types import Floats2d

Tok2Vec = Model[list[Doc], list[Floats2d]]


def build_joined_tok2vec(first: Tok2Vec, second: Tok2Vec) -> Tok2Vec:
    """Registered as `spacy-ddi.JoinedTok2Vec.v1` (@architectures): two encoders of the same tokens.

    A pretrained encoder without case knows the words; small embeddings of norm, affixes and shape
    beside it know how they are written.

    first, second (Model[List[Doc], List[Floats2d]]): Encoders or listeners, of widths D1 and D2.
    RETURNS (Model[List[Doc], List[Floats2d]]): From Docs to vectors of width D1 + D2. A Doc of
        which the first has no vectors, or only zeros, gets nothing of the second either.
    """
    joined: Tok2Vec = concatenate(first, second)
    dims = {name: joined.maybe_get_dim(name) for name in joined.dim_names}
    return Model(joined.name, forward, init=joined.init, dims=dims, layers=joined.layers)


def forward(
    model: Tok2Vec, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    """Join the vectors Doc by Doc. Thinc's own way can't join those of a transformer's listener,
    which has no rows for Docs that the transformer did not read. And where the encoder of the words
    is missing, what stands beside it must not hide that."""
    outputs, callbacks = zip(*(layer(docs, is_train) for layer in model.layers), strict=True)
    joined = []
    is_joined = []
    for parts in zip(*outputs, strict=True):
        is_joined.append(bool(parts[0].any()))
        joined.append(model.ops.xp.hstack(parts) if is_joined[-1] else _nothing(model, parts))
    widths = [max((rows.shape[1] for rows in part), default=0) for part in outputs]
    columns = [slice(*bounds) for bounds in pairwise(accumulate(widths, initial=0))]

    def backprop(d_vectors: list[Floats2d]) -> list[Doc]:
        for part, callback, place in zip(outputs, callbacks, columns, strict=True):
            callback(
                [
                    model.ops.as_contig(gradient[:, place])
                    if has_all
                    else model.ops.alloc2f(*rows.shape)
                    for rows, gradient, has_all in zip(part, d_vectors, is_joined, strict=True)
                ]
            )
        return docs

    return joined, backprop


def _nothing(model: Tok2Vec, parts: tuple[Floats2d, ...]) -> Floats2d:
    """Zeros where the first part has rows; else no row."""
    width = sum(part.shape[1] for part in parts)
    return model.ops.alloc2f(len(parts[0]), width)
