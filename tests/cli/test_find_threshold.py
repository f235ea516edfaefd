"""Stock `spacy find-threshold` on a stored pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.cli.find_threshold import find_threshold

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


@pytest.mark.parametrize("setting", ["threshold", "min_score"])
def test_the_best_value_is_found(run, pipeline: str, corpus: Path, tmp_path: Path, setting: str):
    nlp = spacy.load(pipeline)
    # Unsure, and with mentions that only the gold Docs have.
    nlp.get_pipe("ddi_relation").change_setting("temperature", 5.0)
    nlp.remove_pipe("entity_ruler")
    nlp.to_disk(tmp_path / "pipeline")
    run("convert", corpus, tmp_path / "dev.spacy")
    best, best_score, scores = find_threshold(
        tmp_path / "pipeline",
        tmp_path / "dev.spacy",
        "ddi_relation",
        setting,
        "ddi_micro_f",
        n_trials=6,
        silent=True,
    )
    assert scores[best] == best_score == 1.0
    assert scores[1.0] == 0.0
    if setting == "threshold":
        assert scores[0.0] < 1.0
