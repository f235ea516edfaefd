"""A tok2vec whose vectors the test chooses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from spacy.tokens import Doc
from thinc.api import Model

WIDTH = 5


@dataclass
class FakeTok2Vec:
    """Gives each of `docs` what stands at its place in `vectors`; notes the gradients that come
    back."""

    docs: list[Doc] = field(default_factory=list)
    vectors: list[NDArray[Any]] = field(default_factory=list)
    gradients: list[NDArray[Any]] = field(default_factory=list)

    def make_model(self) -> Model[list[Doc], list[Any]]:
        return Model("fake_tok2vec", self._forward, dims={"nO": WIDTH})

    def fill(self, docs: list[Doc], seed: int = 0) -> None:
        """Random vectors in double precision, one a token; an empty Doc gets shape (0, 0)."""
        rng = np.random.default_rng(seed)
        self.docs = docs
        self.vectors = [
            rng.normal(size=(len(doc), WIDTH)) if len(doc) else np.zeros((0, 0)) for doc in docs
        ]

    def _forward(
        self, model: Model[list[Doc], list[Any]], docs: list[Doc], is_train: bool
    ) -> tuple[list[NDArray[Any]], Callable[[list[NDArray[Any]]], list[Doc]]]:
        def backprop(d_vectors: list[NDArray[Any]]) -> list[Doc]:
            self.gradients = d_vectors
            return docs

        places = [next(i for i, known in enumerate(self.docs) if known is doc) for doc in docs]
        return [self.vectors[i] for i in places], backprop


@pytest.fixture
def tok2vec() -> FakeTok2Vec:
    return FakeTok2Vec()
