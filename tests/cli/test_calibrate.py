"""`python -m spacy_ddi calibrate`."""

from __future__ import annotations

import json

import pytest
import spacy

from tests.cli.conftest import KNOWN

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


def test_calibrate_stores_a_temperature_and_changes_no_label(run, pipeline, corpus, tmp_path):
    output = tmp_path / "calibrated"
    result = run("calibrate", pipeline, corpus, output)
    assert result.exit_code == 0
    component = spacy.load(output).get_pipe("ddi_relation")
    # It knows the corpus by heart, so it may be as sure of itself as it can.
    assert component.cfg["temperature"] == pytest.approx(0.25)
    assert "Temperature 0.25" in result.stderr
    before, after = (
        json.loads(run("extract", KNOWN, "--pipeline", name, "--format", "jsonl").stdout)
        for name in (pipeline, str(output))
    )
    assert after["score"] >= before["score"]
    assert after["label"] == before["label"]


def test_calibrate_wants_pairs(run, pipeline, tmp_path):
    empty = '<document id="D9"><sentence id="D9.s0" text="Nothing."/></document>'
    (tmp_path / "D9.xml").write_text(empty, encoding="utf8")
    result = run("calibrate", pipeline, tmp_path, tmp_path / "out")
    assert result.exit_code == 1
    assert "DDI019" in result.stderr
    assert not (tmp_path / "out").exists()
