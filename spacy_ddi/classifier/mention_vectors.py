"""Vectors of what is known of a mention by its name: what those of molecules and of drug classes
have in common.

C things that a batch's mentions name, G width.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from spacy_ddi.candidates.reading_note import install_reading_note, noted_ranges
from spacy_ddi.linking.name_keys import name_key, name_variants

NAMES: Final = "names"
"""The attribute with the things by the keys of their names: numbers into `THINGS`."""

THINGS: Final = "things"
"""The attribute with what the names name."""

Tok2Vec = Model[list[Doc], list[Floats2d]]


def build_mention_vectors(node: str, reader: Model[Any, Floats2d], width: int) -> Tok2Vec:
    """A layer that gives a vector at the first token of each mention whose name is known, and zeros
    elsewhere. The mentions are those that the component notes on the Docs.

    node (str): The layer's name, by which `spacy-ddi.read_…` callbacks find it. They fill its
        attributes `NAMES` and `THINGS` before it is initialized; both are stored with the weights.
    reader (Model[List[Any], Floats2d]): From C things to their vectors of width G.
    width (int): G.
    RETURNS (Model[List[Doc], List[Floats2d]]): From Docs to vectors of width G.
    """
    install_reading_note()
    return Model(
        node,
        forward,
        init=init,
        layers=[reader],
        dims={"nO": width},
        attrs={NAMES: {}, THINGS: []},
    )


def forward(
    model: Tok2Vec, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    """The reader reads each thing of the batch once."""
    found = {
        (d, token): thing
        for d, doc in enumerate(docs)
        for token, thing in _known_mentions(model.attrs[NAMES], doc).items()
    }
    vectors = [model.ops.alloc2f(len(doc), model.get_dim("nO")) for doc in docs]
    if not found:
        return vectors, lambda d_vectors: docs
    chosen, rows = np.unique([*found.values()], return_inverse=True)
    things = [model.attrs[THINGS][i] for i in chosen.tolist()]
    read, backprop_reader = model.layers[0](cast(Any, things), is_train)
    for (d, token), row in zip(found, rows.tolist(), strict=True):
        vectors[d][token] = cast(Any, read)[row]

    def backprop(d_vectors: list[Floats2d]) -> list[Doc]:
        d_read = model.ops.alloc2f(len(chosen), model.get_dim("nO"))
        for (d, token), row in zip(found, rows.tolist(), strict=True):
            d_read[row] += d_vectors[d][token]
        backprop_reader(cast(Any, d_read))
        return docs

    return vectors, backprop


def init(model: Tok2Vec, X: Any = None, Y: Any = None) -> None:
    """Initialize the reader with all things that are known."""
    model.layers[0].initialize(X=cast(Any, model.attrs[THINGS]))


def thing_named(names: dict[str, int], name: str) -> int | None:
    """What a name means, as it is written or in another form.

    names (Dict[str, int]): Things by the keys of their names.
    name (str): The name of a mention.
    RETURNS (Optional[int]): The thing; None where it is not known.
    """
    return next((names[key] for key in _keys(name) if key in names), None)


def _known_mentions(names: dict[str, int], doc: Doc) -> dict[int, int]:
    """Things by the first tokens of their mentions. Of mentions that begin together the longest
    that is known counts."""
    found: dict[int, int] = {}
    for start, end in sorted(noted_ranges(doc).tolist()):
        if (thing := thing_named(names, doc[start:end].text)) is not None:
            found[start] = thing
    return found


@lru_cache(maxsize=100_000)
def _keys(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(name_key, (name, *name_variants(name)))))
