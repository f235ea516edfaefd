"""Targets, by the annotation of the references."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.component.targets import balanced_weights, true_labels
from tests.helpers import make_doc


def test_labels_are_found_by_character() -> None:
    install_extensions()
    gold = make_doc(["Zinc", "lowers", "iron"], mentions=[(0, 1), (2, 3)])
    gold._.ddi_rels = [make_relation((0, 1), (2, 3), "effect", 1.0)]
    other = make_doc(
        ["Zi", "nc", "lowers", "iron"],
        mentions=[(0, 2), (2, 3), (3, 4)],
        spaces=[False, True, True, True],
    )
    candidates = replace(CandidateFinder()(other), pairs=np.array([[0, 1], [0, 2]]))
    assert true_labels(gold, candidates) == [None, "effect"]


def test_weights_are_balanced_over_the_pairs() -> None:
    assert balanced_weights({"none": 6, "int": 2}, ["none", "int"]) == [8 / 12, 8 / 4]
    counts = {"none": 6, "int": 2, "effect": 0, "other": 5}
    assert balanced_weights(counts, ["none", "int", "effect"]) == [8 / 18, 8 / 6, 8 / 3]
