"""The graph of drugs: a node a drug, an edge a pair and type of interaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log10
from typing import Any, Final, NamedTuple

import networkx as nx

LEAST_DOUBT: Final = 1e-12
"""A probability counts as no nearer to 1 than this."""


class Interaction(NamedTuple):
    """An edge: its key, its weight, and the row of the table."""

    key: str
    weight: float
    row: dict[str, Any]


def make_drug_graph(rows: Iterable[Mapping[str, Any]]) -> nx.MultiGraph[str]:
    """The graph of rows of a table of pairs.

    rows (Iterable[Mapping[str, Any]]): See `choose_pairs`.
    RETURNS (MultiGraph): Nodes are identifiers of drugs, with `name` and `partners`, the number of
        drugs that they interact with. Edges have the keys e0, e1, … in the order of the rows, the
        row as `row`, and the `weight` of its evidence.
    """
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    for number, row in enumerate(rows):
        graph.add_node(row["drug"], name=row["drug_name"])
        graph.add_node(row["other"], name=row["other_name"])
        weight = weight_of(row["probability"])
        graph.add_edge(row["drug"], row["other"], key=f"e{number}", row=row, weight=weight)
    for drug in graph:
        graph.nodes[drug]["partners"] = len(graph[drug])
    return graph


def interactions_of(graph: nx.MultiGraph[str]) -> list[Interaction]:
    """The edges of a graph, in the order of the rows; networkx gives them by drugs.

    graph (MultiGraph): See `make_drug_graph`.
    RETURNS (List[Interaction]): The edges.
    """
    found = [
        Interaction(key, data["weight"], data["row"])
        for _, _, key, data in graph.edges(keys=True, data=True)
    ]
    return sorted(found, key=lambda each: int(each.key[1:]))


def weight_of(probability: float) -> float:
    """How much evidence there is: 1 where one of ten such interactions is wrong, 2 where one of
    a hundred is, and so on to 12.

    probability (float): That of at least one statement being true, in [0, 1].
    RETURNS (float): In [0, 12].
    """
    return round(-log10(max(1 - probability, LEAST_DOUBT)), 4)
