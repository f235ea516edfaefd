"""Where drugs lie."""

from __future__ import annotations

from itertools import combinations
from math import dist

import pytest

from spacy_ddi.picture import graph_layout
from spacy_ddi.picture.drug_graph import make_drug_graph
from spacy_ddi.picture.graph_layout import lay_out
from tests.picture.made_up_pairs import pair

HUB = [pair("hub", f"spoke{i}") for i in range(40)]
PAIRS = [pair(f"a{i}", f"b{i}") for i in range(6)]
CHAIN = [pair(f"c{i}", f"c{i + 1}") for i in range(4)]


@pytest.mark.parametrize("exact", [graph_layout.EXACT, 10])
def test_circles_lie_inside_and_apart_and_as_before(
    exact: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_layout, "EXACT", exact)
    graph = make_drug_graph([*PAIRS, *HUB, *CHAIN])
    layout = lay_out(graph)
    assert layout == lay_out(graph)
    assert layout.radii["name:hub"] == max(layout.radii.values())
    for drug, (x, y) in layout.places.items():
        radius = layout.radii[drug]
        assert radius <= x <= layout.width - radius
        assert radius <= y <= layout.height - radius
    for one, two in combinations(graph, 2):
        apart = dist(layout.places[one], layout.places[two])
        assert apart > layout.radii[one] + layout.radii[two]


def test_a_single_pair_stands() -> None:
    layout = lay_out(make_drug_graph(PAIRS[:1]))
    (x, y), (other_x, other_y) = layout.places.values()
    assert x == pytest.approx(other_x, abs=1)
    assert abs(y - other_y) > 30
