"""A chain drawn from left to right: what is read stands left of what reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.charts.figures import Figure, Palette, base

ROW = 25
"""Pixels a line of a column takes."""
WIDE = 13.0
"""Pixels a Chinese character of a label takes; others take half."""


@dataclass(frozen=True)
class Node:
    """One box: ``about`` is what the pointer shows; ``kind`` chooses its colour, ``strong`` draws it full."""

    key: str
    label: str
    about: str
    column: int
    kind: int = 0
    strong: bool = False


def _width(label: str) -> float:
    return sum(WIDE if ord(one) > 0x2E7F else WIDE * 0.56 for one in label)


def chain(p: Palette, heads: Sequence[str], nodes: Sequence[Node], links: Sequence[tuple[str, str]], column: float = 190) -> Figure:
    """``links``: (reader, read). Columns are ``column`` pixels apart where there is room; each is centred."""
    lanes: dict[int, list[Node]] = {}
    for one in nodes:
        lanes.setdefault(one.column, []).append(one)
    tallest = max(len(lane) for lane in lanes.values())
    places = {one.key: (float(at), -(row + (tallest - len(lane)) / 2)) for at, lane in lanes.items() for row, one in enumerate(lane)}
    ends = {one.key: places[one.key][0] + min(0.94, (_width(one.label) + 16) / column) for one in nodes}
    xs: list[float | None] = []
    ys: list[float | None] = []
    for reader, read in links:
        (x, y), (_, start) = places[reader], places[read]
        if places[read][0] < x:
            xs += [ends[read], x - 0.12, x - 0.04, None]
            ys += [start, y, y, None]
        else:  # within a column: a bracket at its left
            xs += [x - 0.02, x - 0.07, x - 0.07, x - 0.02, None]
            ys += [start, start, y, y, None]
    kinds = (p.mute, p.category[1], p.category[0], p.category[2], p.ink)
    dots = {
        "type": "scatter", "mode": "markers+text", "x": [places[one.key][0] for one in nodes], "y": [places[one.key][1] for one in nodes],
        "text": [f" {one.label}" for one in nodes], "textposition": "middle right", "textfont": {"size": 12, "color": p.ink},
        "marker": {"symbol": ["square" if one.strong else "square-open" for one in nodes], "size": 9, "color": [kinds[one.kind] for one in nodes]},
        "customdata": [one.key for one in nodes], "hovertext": [one.about for one in nodes], "hovertemplate": "%{hovertext}<extra></extra>", "cliponaxis": False,
        "unselected": {"marker": {"opacity": 1}, "textfont": {"color": p.ink}},
    }  # fmt: skip
    lines = {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": {"color": p.line, "width": 1}, "hoverinfo": "skip"}
    titles = {
        "type": "scatter", "mode": "text", "x": list(range(len(heads))), "y": [1.1] * len(heads), "text": list(heads),
        "textposition": "middle right", "textfont": {"size": 12, "color": p.mute}, "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    layout = base(p, ROW * (tallest + 2), showlegend=False, hovermode="closest")
    layout["xaxis"] = {"visible": False, "range": [-0.12, len(heads)], "fixedrange": True}
    layout["yaxis"] = {"visible": False, "range": [-tallest + 0.4, 1.7], "fixedrange": True}
    return {"data": [lines, dots, titles], "layout": layout}
