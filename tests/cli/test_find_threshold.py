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


def test_the_packaged_pipeline_has_a_best_value(run, tmp_path: Path):
    pytest.importorskip("en_ddi_minilm", reason="the shipped pipeline is not installed")
    sample = Path(__file__).parents[2] / "assets" / "sample_corpus"
    run("convert", sample, tmp_path / "sample.spacy")
    best, best_score, scores = find_threshold(
        "en_ddi_minilm",
        tmp_path / "sample.spacy",
        "ddi_relation",
        "threshold",
        "ddi_micro_f",
        n_trials=3,
        silent=True,
    )
    assert sorted(scores) == [0.0, 0.5, 1.0]
    assert best == 0.5
    assert scores[0.0] < best_score
    assert scores[1.0] == 0.0
    assert best_score > 0.8
