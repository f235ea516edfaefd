"""The registered scorer, for `spacy train` and `spacy evaluate`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from spacy.training import Example

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.scoring.counts import DEFAULT_FINDER, all_labels, count_by_document
from spacy_ddi.scoring.metrics import compute_scores


def configure_relation_scorer() -> Callable[..., dict[str, Any]]:
    """Registered as `spacy-ddi.relation_scorer.v1` (@scorers).

    RETURNS (Callable): `score_relations`.
    """
    return score_relations


def score_relations(
    examples: Iterable[Example],
    *,
    labels: Sequence[str],
    candidates: CandidateFinder = DEFAULT_FINDER,
    **kwargs: Any,
) -> dict[str, Any]:
    """Score relations under names that fit beside those of other components.

    examples (Iterable[Example]): Annotated and reference Docs.
    labels (Sequence[str]): The types of interaction that the component knows.
    candidates (CandidateFinder): Finds the mentions and the candidate pairs.
    RETURNS (Dict[str, Any]): The figures of `Scores`, each with `ddi_` before its name; None if
        no reference is annotated with mentions or relations.
    """
    examples = list(examples)
    labels = all_labels(examples, labels)
    documents = count_by_document(examples, labels, candidates)
    scores = compute_scores(documents, labels)
    annotated = scores["n_pairs"] or scores["n_true"]
    return {f"ddi_{name}": value if annotated else None for name, value in scores.items()}
