"""How far a figure would move on other documents: the bootstrap over documents.

Pairs of one document are alike, so documents are drawn, not pairs (Efron & Tibshirani 1993).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from spacy_ddi.scoring.counts import PairCounts

N_RESAMPLES = 2000
LEVEL = 0.95


def micro_f_interval(
    documents: Mapping[str, PairCounts],
    labels: Sequence[str],
    *,
    n_resamples: int = N_RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of the micro-averaged F1 over the types of interaction.

    documents (Mapping[str, PairCounts]): The counts of each document.
    labels (Sequence[str]): The types of interaction.
    n_resamples (int): How many times as many documents are drawn with replacement.
    level (float): Coverage in (0, 1).
    seed (int): Seed of the draws.
    RETURNS (Tuple[float, float]): Lower and upper end, fractions; (0, 0) without documents.
    """
    if not documents:
        return 0.0, 0.0
    tallies = np.array(
        [
            [
                sum(getattr(counts.per_type[label], kind) for label in labels)
                for kind in ("tp", "fp", "fn")
            ]
            for counts in documents.values()
        ]
    )
    n_documents = len(tallies)
    generator = np.random.default_rng(seed)
    draws = generator.multinomial(n_documents, [1 / n_documents] * n_documents, size=n_resamples)
    tp, fp, fn = (draws @ tallies).T
    whole = 2 * tp + fp + fn
    f1 = np.divide(2 * tp, whole, out=np.zeros(n_resamples), where=whole > 0)
    low, high = np.quantile(f1, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
