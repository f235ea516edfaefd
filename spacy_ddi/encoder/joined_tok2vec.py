"""Two encoders whose vectors are put side by side."""

from __future__ import annotations

from spacy.tokens import Doc
from thinc.api import Model, concatenate
from thinc.types import Floats2d

Tok2Vec = Model[list[Doc], list[Floats2d]]


def build_joined_tok2vec(first: Tok2Vec, second: Tok2Vec) -> Tok2Vec:
    """Registered as `spacy-ddi.JoinedTok2Vec.v1` (@architectures): two encoders of the same tokens.

    A pretrained encoder without case knows the words; small embeddings of norm, affixes and shape
    beside it know how they are written.

    first, second (Model[List[Doc], List[Floats2d]]): Encoders or listeners, of widths D1 and D2.
    RETURNS (Model[List[Doc], List[Floats2d]]): From Docs to vectors of width D1 + D2.
    """
    return concatenate(first, second)
