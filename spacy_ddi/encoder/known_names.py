"""What a dictionary knows of the words, as vectors for an encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from spacy.tokens import Doc
from thinc.api import Embed, Model, chain, with_array
from thinc.types import Floats2d, Ints2d

from spacy_ddi.errors import require

NODE: Final = "known_names"
NAMES: Final = "names"
DROPPED: Final = "dropped"

TYPES: Final = ("drug", "brand")
"""Types of names that are told apart. A word may be a name of both."""


def build_known_names(width: int, dropped: float = 0.3) -> Model[list[Doc], list[Floats2d]]:
    """Registered as `spacy-ddi.KnownNames.v1` (@architectures): a vector for each token that says
    whether a list of names has it, and as what.

    Beside embeddings of words (`spacy-ddi.JoinedTok2Vec.v1`) it tells a recognizer of names that
    no annotated sentence has. The names are put in by `spacy-ddi.read_known_names.v1` when a
    pipeline is initialized, and are stored with the weights.

    width (int): Length of the vectors.
    dropped (float): Share of the Docs in which no name is known, in training, so that a recognizer
        does not rely on the list. From 0 to 1.
    RETURNS (Model[List[Doc], List[Floats2d]]): The model.
    """
    require(0 <= dropped <= 1, "spacy-ddi.KnownNames.v1", "dropped", dropped, "0 to 1")
    marks: Model[list[Doc], list[Ints2d]] = Model(
        NODE, forward, attrs={NAMES: {}, DROPPED: dropped}
    )
    model: Model[list[Doc], list[Floats2d]] = chain(
        marks, with_array(Embed(width, 1 << len(TYPES), column=0))
    )
    model.set_dim("nO", width)
    return model


def forward(
    model: Model[list[Doc], list[Ints2d]], docs: list[Doc], is_train: bool
) -> tuple[list[Ints2d], Callable[[list[Ints2d]], list[Doc]]]:
    """Mark the tokens: one bit for each of the types that a token is a name of."""
    names: dict[str, int] = model.attrs[NAMES]
    dropped = model.attrs[DROPPED] if is_train else 0.0
    marks: list[Any] = []
    for doc in docs:
        known = {} if dropped and model.ops.xp.random.random() < dropped else names
        marks.append(
            model.ops.asarray([[known.get(token.lower_, 0)] for token in doc], dtype="int32")
        )
        marks[-1] = marks[-1].reshape((len(doc), 1))
    return marks, lambda d_marks: docs


def marks_of(rows: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Names as the model holds them.

    rows (Iterable[Tuple[str, str]]): Names and types. Names of more than one token are never
        found, those of other types than `TYPES` are left out.
    RETURNS (Dict[str, int]): By name in lower case, one bit for each of its types.
    """
    marks: dict[str, int] = {}
    for name, kind in rows:
        if kind in TYPES:
            marks[name.lower()] = marks.get(name.lower(), 0) | 1 << TYPES.index(kind)
    return marks
