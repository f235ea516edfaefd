"""Which classes a mention's drug belongs to, as vectors beside those of the blinded words.

C drugs, V classes, G width.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import numpy as np
from spacy.tokens import Doc
from thinc.api import Model, uniform_init
from thinc.types import Floats2d

from spacy_ddi.classifier.mention_vectors import build_mention_vectors
from spacy_ddi.errors import require

NODE: Final = "drug_class_vectors"

WEIGHTS: Final = "class_vectors"
"""The parameter, as an optimizer knows it."""

Tok2Vec = Model[list[Doc], list[Floats2d]]
ClassLists = list[list[int]]


def build_drug_class_vectors(width: int) -> Tok2Vec:
    """Registered as `spacy-ddi.DrugClassVectors.v1` (@architectures): at the first token of each
    mention the mean of learned vectors of the classes of its drug, zeros elsewhere and where no
    class is known. A mention that names a class has the vector of that class among them.

    Put beside a blinded encoder (`spacy-ddi.JoinedTok2Vec.v1`), it shows a network what kinds of
    drugs are spoken of: what the network says then depends on their names. The vectors begin small,
    so that a class which no training sentence has says little more than no class at all. The
    classes are put in by `spacy-ddi.read_drug_classes.v1` when a pipeline is initialized, and are
    stored with the weights.

    width (int): G.
    RETURNS (Model[List[Doc], List[Floats2d]]): From Docs to vectors of width G.
    RAISES (ValueError): If the width is not possible.
    """
    require(width >= 1, "spacy-ddi.DrugClassVectors.v1", "width", width, "1 or more")
    reader: Model[ClassLists, Floats2d] = Model(
        "mean_of_classes",
        forward,
        init=init,
        dims={"nO": width, "nV": None},
        params={WEIGHTS: None},
    )
    return build_mention_vectors(NODE, reader, width)


def forward(
    model: Model[ClassLists, Floats2d], lists: ClassLists, is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], ClassLists]]:
    """The mean of the vectors of each list, which has one class or more."""
    xp = model.ops.xp
    lengths = [len(classes) for classes in lists]
    # Of each class of each list its number, and the number and the length of the list.
    classes = xp.asarray(np.concatenate([np.asarray(each, dtype="int64") for each in lists]))
    owners = xp.asarray(np.repeat(np.arange(len(lists)), lengths))
    shares = 1 / xp.asarray(np.repeat(lengths, lengths), dtype="float32")[:, None]
    vectors = model.ops.alloc2f(len(lists), model.get_dim("nO"))
    weights = cast(Any, model.get_param(WEIGHTS))
    model.ops.scatter_add(vectors, cast(Any, owners), weights[classes] * shares)

    def backprop(d_vectors: Floats2d) -> ClassLists:
        d_weights = model.ops.alloc2f(*weights.shape)
        d_classes = cast(Any, d_vectors)[owners] * shares
        model.ops.scatter_add(d_weights, cast(Any, classes), d_classes)
        model.inc_grad(WEIGHTS, d_weights)
        return lists

    return vectors, backprop


def init(model: Model[ClassLists, Floats2d], X: ClassLists | None = None, Y: Any = None) -> None:
    """Make the vectors of all classes in the lists.

    X (Optional[List[List[int]]]): The lists of all drugs that are known.
    """
    n_classes = 1 + max((number for classes in X or [] for number in classes), default=-1)
    model.set_dim("nV", n_classes, force=True)
    weights = uniform_init(model.ops, (n_classes, model.get_dim("nO")), lo=-0.1, hi=0.1)
    model.set_param(WEIGHTS, cast(Any, weights))
