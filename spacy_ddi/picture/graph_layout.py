"""Where the drugs of a graph lie: networkx places each connected part, and parts are packed.

Lengths are pixels of a picture that is shown in full size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Points = NDArray[np.float64]
"""x and y of N drugs: (N, 2)."""

EXACT: Final = 120
"""Parts of so many drugs or fewer are placed by all distances in the graph, which looks best and
takes time by the cube."""

SHAPE: Final = 1.15
"""Width by height that the picture tends to."""

GAP: Final = 6.0
"""Between circles."""

MARGIN: Final = 34.0
"""Around a part."""

NAME_WIDTH: Final = 110.0
"""Room for names at the right of a part."""

SMALL: Final = 5
"""Parts of so many drugs or fewer stand upright, with their names at the right."""


class Layout(NamedTuple):
    """Where drugs lie.

    places (Dict[str, Tuple[float, float]]): x and y of each.
    radii (Dict[str, float]): Radius of each.
    width, height (float): Of the picture.
    """

    places: dict[str, tuple[float, float]]
    radii: dict[str, float]
    width: float
    height: float


class _Part(NamedTuple):
    drugs: list[str]
    points: Points
    width: float
    height: float


def lay_out(graph: nx.MultiGraph[str]) -> Layout:
    """Place the drugs of a graph.

    graph (MultiGraph): See `make_drug_graph`.
    RETURNS (Layout): The same for the same graph.
    """
    radii = {drug: _radius(data["partners"]) for drug, data in graph.nodes(data=True)}
    simple = nx.Graph(graph.edges())
    numbers = {drug: number for number, drug in enumerate(graph)}
    parts = [
        _place(simple.subgraph(drugs), sorted(drugs, key=numbers.__getitem__), radii)
        for drugs in nx.connected_components(simple)
    ]
    corners, width, height = _pack([(part.width, part.height) for part in parts])
    places = {
        drug: (round(float(x + left), 1), round(float(y + top), 1))
        for part, (left, top) in zip(parts, corners, strict=True)
        for drug, (x, y) in zip(part.drugs, part.points, strict=True)
    }
    return Layout(places, radii, round(width, 1), round(height, 1))


def _radius(partners: int) -> float:
    return round(3.5 + 2.0 * partners**0.5, 1)


def _place(graph: nx.Graph[str], drugs: list[str], radii: Mapping[str, float]) -> _Part:
    """The place of each drug of a connected part, from its upper left corner."""
    found = _positions(graph, drugs)
    points = _turned(np.array([found[drug] for drug in drugs]), upright=len(drugs) <= SMALL)
    if len(drugs) > EXACT:
        points = _spread(points)
    extent = np.maximum(np.ptp(points, axis=0), 1e-3)
    spacing = 170.0 / len(drugs) ** 0.2
    area = spacing**2 * len(drugs)
    if len(drugs) <= SMALL:
        points = points * (30.0 * len(drugs) / extent[1])
    else:
        points = points * (area / (extent[0] * max(extent[1], extent[0] / 4))) ** 0.5
    points = _apart(points, np.array([radii[drug] for drug in drugs]))
    points -= points.min(axis=0) - MARGIN
    width, height = points.max(axis=0) + MARGIN
    width += NAME_WIDTH - MARGIN
    return _Part(drugs, points, float(width), float(height))


def _positions(graph: nx.Graph[str], drugs: Sequence[str]) -> Mapping[str, Iterable[float]]:
    # networkx places drugs in the order in which they come.
    ordered: nx.Graph[str] = nx.Graph()
    ordered.add_nodes_from(drugs)
    ordered.add_edges_from(sorted(tuple(sorted(edge)) for edge in graph.edges()))
    if len(drugs) <= EXACT:
        return nx.kamada_kawai_layout(ordered)
    return nx.forceatlas2_layout(ordered, seed=0, max_iter=150)


def _turned(points: Points, *, upright: bool) -> Points:
    """Points turned so that they lie along, or stand."""
    points = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(points, full_matrices=False)
    turned = points @ axes.T
    return turned[:, ::-1] if upright else turned


def _spread(points: Points) -> Points:
    """Points around the middle, half way to lying as densely there as at the edge."""
    far = np.maximum(np.hypot(*points.T), 1e-9)
    even = far.max() * ((far.argsort().argsort() + 1) / len(far)) ** 0.5
    return points * ((far + even) / 2 / far)[:, None]


def _apart(points: Points, radii: NDArray[np.float64]) -> Points:
    """Points moved so far that circles don't overlap."""
    points = points.copy()
    for _ in range(80):
        tree = cKDTree(points)
        pairs = tree.query_pairs(2 * float(np.max(radii)) + GAP, output_type="ndarray")
        if not len(pairs):
            break
        one, two = pairs.T
        between = points[two] - points[one]
        distance = np.maximum(np.hypot(*between.T), 1e-6)
        missing = radii[one] + radii[two] + GAP - distance
        close = missing > 0
        if not close.any():
            break
        move = between[close] * (missing[close] / distance[close] / 2)[:, None]
        np.add.at(points, two[close], move)
        np.add.at(points, one[close], -move)
    return points


def _pack(sizes: Sequence[tuple[float, float]]) -> tuple[list[tuple[float, float]], float, float]:
    """Boxes in columns, the largest first, of the height with which they are seen largest.

    sizes (Sequence[Tuple[float, float]]): Width and height of each.
    RETURNS (Tuple[List[Tuple[float, float]], float, float]): The upper left corner of each, and
        width and height of all.
    """
    tallest = max(height for _, height in sizes)
    tried = [_in_columns(sizes, tallest * 1.08**power) for power in range(40)]
    return min(tried, key=lambda packed: max(packed[1] / SHAPE, packed[2]))


def _in_columns(
    sizes: Sequence[tuple[float, float]], most: float
) -> tuple[list[tuple[float, float]], float, float]:
    """As `_pack`, in columns of at most this height. Under a wide box, small ones stand in rows."""
    corners = [(0.0, 0.0)] * len(sizes)
    left = top = column = across = row = height = 0.0
    for number in sorted(range(len(sizes)), key=lambda n: (-sizes[n][0] * sizes[n][1], n)):
        wide, high = sizes[number]
        if across + wide > column:
            top, across, row = top + row, 0.0, 0.0
            if top and top + high > most:
                left, top, column = left + column, 0.0, 0.0
        corners[number] = (left + across, top)
        across += wide
        column = max(column, across)
        row = max(row, high)
        height = max(height, top + row)
    return corners, left + column, height
