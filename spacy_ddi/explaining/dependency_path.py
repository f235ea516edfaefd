"""The way between two mentions in the dependency parse. M nodes."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

from spacy.tokens import Doc

from spacy_ddi.candidates.sentences import Ints
from spacy_ddi.explaining.explanation import PathEdge
from spacy_ddi.graph.edges import dependency_heads, heads_of_words
from spacy_ddi.text.layout import layout_tokens


def dependency_path(
    doc: Doc, nodes: Ints, head: Iterable[int], tail: Iterable[int]
) -> tuple[PathEdge, ...]:
    """The shortest way from one mention to another.

    doc (Doc): The Doc, T tokens.
    nodes (NDArray): Shape (T,): node of each token.
    head, tail (Iterable[int]): The nodes of the two mentions.
    RETURNS (Tuple[PathEdge, ...]): Edges between nodes, from the head on. Empty if there is no
        parse, or no way.
    """
    if not doc.has_annotation("DEP"):
        return ()
    edges = _edges(doc, nodes)
    goal = set(tail)
    came_by: dict[int, PathEdge | None] = dict.fromkeys(head)
    waiting = deque(came_by)
    while waiting:
        node = waiting.popleft()
        if node in goal:
            return _way_back(node, came_by)
        for edge in edges[node]:
            other = edge.head if edge.dependent == node else edge.dependent
            if other not in came_by:
                came_by[other] = edge
                waiting.append(other)
    return ()


def _edges(doc: Doc, nodes: Ints) -> dict[int, list[PathEdge]]:
    """The edges that touch each node; they join the same nodes as those of the network's graph."""
    edges: defaultdict[int, list[PathEdge]] = defaultdict(list)
    of_tokens = nodes.tolist()
    heads = heads_of_words(dependency_heads(doc), layout_tokens(doc)).tolist()
    for token, head in enumerate(heads):
        dependent, above = of_tokens[token], of_tokens[head]
        if dependent != above:
            edge = PathEdge(dependent, above, doc[token].dep_)
            edges[dependent].append(edge)
            edges[above].append(edge)
    return edges


def _way_back(node: int, came_by: dict[int, PathEdge | None]) -> tuple[PathEdge, ...]:
    path: list[PathEdge] = []
    while (edge := came_by[node]) is not None:
        path.append(edge)
        node = edge.head if edge.dependent == node else edge.dependent
    return tuple(reversed(path))
