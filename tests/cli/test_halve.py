"""`python -m spacy_ddi half-precision`."""

from __future__ import annotations

import json

import pytest
import spacy

from tests.cli.conftest import KNOWN, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


def test_half_precision_pipeline_predicts_the_same(run, pipeline, tmp_path):
    stored = run("half-precision", pipeline, tmp_path / "half")
    assert stored.exit_code == 0
    assert "weights rounded to half precision" in folded(stored.stderr)
    result = run("extract", KNOWN, "--pipeline", tmp_path / "half", "--format", "jsonl")
    assert json.loads(result.stdout)["label"] == "mechanism"
    rounded = spacy.load(tmp_path / "half").get_pipe("ddi_relation").model
    weights = [
        layer.get_param(name)
        for layer in rounded.walk()
        for name in layer.param_names
        if layer.has_param(name)
    ]
    assert weights
    assert all((w == w.astype("float16")).all() and w.dtype == "float32" for w in weights)
