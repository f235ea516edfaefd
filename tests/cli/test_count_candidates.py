"""`python -m spacy_ddi count-candidates`."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


def test_count_candidates_prints_a_row_for_each_filter(run, corpus):
    result = run("count-candidates", corpus)
    assert result.exit_code == 0
    for name in ("none", "(a) same referent", "(b) coordination", "both"):
        assert name in result.stdout
    assert "100.00 %" in result.stdout
