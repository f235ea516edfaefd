"""The graph of drugs, and GraphML."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

from spacy_ddi.picture.drug_graph import interactions_of, make_drug_graph, weight_of
from spacy_ddi.picture.graphml import write_graphml
from tests.picture.made_up_pairs import pair

ROWS = [pair("x", "y"), pair("a", "x"), pair("x", "y", "int", first_year=1999, last_year=2001)]


def test_partners_count_once_and_edges_keep_their_order() -> None:
    graph = make_drug_graph(ROWS)
    assert dict(graph.nodes(data="partners")) == {"name:x": 2, "name:y": 1, "name:a": 1}
    assert [each.row for each in interactions_of(graph)] == ROWS


@pytest.mark.parametrize(("probability", "weight"), [(0, 0), (0.9, 1), (0.99, 2), (1, 12)])
def test_weight_grows_with_each_tenth_of_doubt(probability: float, weight: float) -> None:
    assert weight_of(probability) == pytest.approx(weight)


def test_graphml_is_read_again(tmp_path: Path) -> None:
    odd = pair('<b> & "\N{PILL}"', "bell\x07", label="it's")
    path = tmp_path / "graph.graphml"
    write_graphml(make_drug_graph([*ROWS, odd]), path)
    graph = nx.read_graphml(path, force_multigraph=True)
    assert not graph.is_directed()
    assert graph.nodes["name:x"] == {"label": "x", "name": "x", "partners": 2}
    edges = {key: (a, b, data) for a, b, key, data in graph.edges(keys=True, data=True)}
    assert sorted(edges) == ["e0", "e1", "e2", "e3"]
    assert "first_year" not in edges["e0"][2]
    assert edges["e2"][2] == {
        "label": "int",
        "interaction": "int",
        "weight": 0.6021,
        "documents": 1,
        "sentences": 1,
        "mean_score": 0.75,
        "max_score": 0.75,
        "probability": 0.75,
        "first_year": 1999,
        "last_year": 2001,
        "sentence": "\N{PILL} x with y.",
        "document": "123",
    }
    assert {'name:<b> & "\N{PILL}"', "name:bell\ufffd"} <= set(graph)
    assert edges["e3"][2]["sentence"].endswith("with bell\ufffd.")
