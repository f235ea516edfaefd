"""`python -m spacy_ddi compress`."""

from __future__ import annotations

import json

import numpy as np
import pytest
import spacy

from spacy_ddi.eight_bits import decode_eight_bits, encode_eight_bits, takes_eight_bits
from tests.cli.conftest import KNOWN, folded

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


def test_a_compressed_pipeline_predicts_the_same(run, pipeline, tmp_path):
    stored = run("compress", pipeline, tmp_path / "small")
    assert stored.exit_code == 0
    assert "weights stored in 8 bits" in folded(stored.stderr)
    result = run("extract", KNOWN, "--pipeline", tmp_path / "small", "--format", "jsonl")
    assert json.loads(result.stdout)["label"] == "mechanism"
    rounded = spacy.load(tmp_path / "small").get_pipe("ddi_relation").model
    weights = [
        layer.get_param(name)
        for layer in rounded.walk()
        for name in layer.param_names
        if layer.has_param(name)
    ]
    matrices = [weight for weight in weights if takes_eight_bits(weight)]
    assert 0 < len(matrices) < len(weights)
    for weight in matrices:
        np.testing.assert_array_equal(decode_eight_bits(encode_eight_bits(weight)), weight)


def test_what_can_not_be_loaded_is_told(run, tmp_path):
    result = run("compress", tmp_path, tmp_path / "small")
    assert result.exit_code == 1
    assert "DDI057" in folded(result.stderr)
    assert not (tmp_path / "small").exists()
