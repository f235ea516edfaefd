"""GraphML, for Cytoscape and Gephi."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import networkx as nx

from spacy_ddi.picture.drug_graph import interactions_of

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_OF_EDGES: Final = (
    "documents",
    "sentences",
    "mean_score",
    "max_score",
    "probability",
    "first_year",
    "last_year",
)


def write_graphml(graph: nx.MultiGraph[str], path: Path) -> None:
    """Write a graph of drugs. What is not known of an edge is left out.

    graph (MultiGraph): See `make_drug_graph`.
    path (Path): The file.
    """
    plain: nx.MultiGraph[str] = nx.MultiGraph()
    for drug, data in graph.nodes(data=True):
        name = _clean(data["name"])
        # Gephi shows `label`, Cytoscape `name`.
        plain.add_node(_clean(drug), label=name, name=name, partners=data["partners"])
    for key, weight, row in interactions_of(graph):
        ends = (_clean(row["drug"]), _clean(row["other"]))
        plain.add_edge(*ends, key=key, weight=weight, **_attributes(row))
    nx.write_graphml_lxml(plain, path, encoding="utf-8", prettyprint=True)


def _attributes(row: dict[str, Any]) -> dict[str, Any]:
    label = _clean(row["label"])
    known = {name: row[name] for name in _OF_EDGES if row[name] is not None}
    best = row["evidence"][0]
    said = {"sentence": _clean(best["sentence"]), "document": _clean(best["document"])}
    return {"label": label, "interaction": label, **known, **said}


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
