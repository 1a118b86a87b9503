"""The kinds of chart the product draws, as plain Plotly dictionaries.

Bars begin at 0, names stand horizontally, values at the end of the bar, at most five lines named at their
end, an unfinished year is dotted and hollow, last year is a tick mark on the bar. No pie, no second axis.
Labels are one text trace: an annotation costs 0.6 ms each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Figure = dict[str, Any]
Value = float | None

FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "responsive": True}
MARKERS = ("circle", "square", "diamond", "triangle-up", "x")
LAST = 1
"""The trace of last year's ticks among those of ``bars``."""
NARROW = 350
"""Width in px of a chart in the narrower half of a page: the names at the ends of lines have room there."""
BESIDE_NAMES = 170
"""Width in px that names leave for bars on a phone: the words at the ends of bars have room there."""
GAP = "\u2002"  # what leads a label, so that it does not touch its mark


@dataclass(frozen=True)
class Palette:
    ink: str
    mute: str
    line: str
    grid: str
    card: str
    faint: str
    up: str
    down: str
    category: tuple[str, ...]
    scale: tuple[str, ...]

    def levels(self, count: int) -> list[str]:
        """Levels within one kind (一区, 二区 …): steps 8, 6, 3 of the blue scale, then between them."""
        return [self.scale[i] for i in (8, 6, 3, 5, 2, 7, 4, 1)][:count]


LIGHT = Palette(
    "#1B2330", "#5A6573", "#C3CCD8", "#E6EAF0", "#FFFFFF", "#E6EAF0", "#1B4F9C", "#964803",
    ("#2B62B8", "#CC8500", "#0B5D57", "#C4649A", "#6B3410", "#8794A3"),
    ("#EDF3FB", "#D5E3F5", "#B7CFED", "#94B7E2", "#709DD5", "#4F84C7", "#356CB4", "#24569A", "#18427C", "#0F305D"),
)  # fmt: skip
DARK = Palette(
    "#E4E8EE", "#A5B0BE", "#465160", "#2A323D", "#1B212A", "#2A323D", "#8DB9F2", "#F0B274",
    ("#6BA2EA", "#E5AE45", "#A8EBDD", "#D2749F", "#9C5B2C", "#9AA6B4"),
    ("#16273F", "#1B3557", "#214470", "#29558B", "#3467A6", "#427BC0", "#5890D3", "#77A8E1", "#9DC2EE", "#C8DFF8"),
)  # fmt: skip


def palette(dark: bool) -> Palette:
    return DARK if dark else LIGHT


def number(value: Value, places: int = 0) -> str:
    """1,286 · 31,842.6 · −7 · —"""
    if value is None:
        return "—"
    return f"{value:,.{places}f}".replace("-", "\u2212")


def base(p: Palette, height: int, **layout: Any) -> dict[str, Any]:
    """The layout every chart begins from."""
    axis = {
        "linecolor": p.line, "gridcolor": p.grid, "zeroline": False, "ticks": "", "automargin": True,
        "tickfont": {"color": p.mute, "size": 12.5}, "fixedrange": True,
    }  # fmt: skip
    out: dict[str, Any] = {
        "font": {"family": FONT, "size": 13, "color": p.ink},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(p.category),
        "margin": {"l": 4, "r": 4, "t": 6, "b": 4, "pad": 4},
        "bargap": 0.34,
        "dragmode": False,
        "clickmode": "event+select",
        "separators": ".,",
        "hoverlabel": {"bgcolor": p.card, "bordercolor": p.line, "font": {"color": p.ink}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
        "xaxis": {**axis, "showline": True, "showgrid": False},
        "yaxis": dict(axis),
        "height": height,
        "showlegend": False,
    }  # fmt: skip
    for name, value in layout.items():
        out[name] = {**out[name], **value} if isinstance(value, dict) and isinstance(out.get(name), dict) else value
    return out


def _texts(p: Palette, xs: Sequence[Any], ys: Sequence[Any], words: Sequence[str], colours: Any = None) -> Figure:
    kept = colours if isinstance(colours, str) else p.ink  # after a click on a bar Plotly fades what was not picked
    return {
        "selected": {"textfont": {"color": kept}}, "unselected": {"textfont": {"color": kept}},
        "type": "scatter", "mode": "text", "x": list(xs), "y": list(ys), "text": [GAP + w for w in words],
        "textposition": "middle right", "textfont": {"size": 12.5, "color": colours or p.ink},
        "hoverinfo": "skip", "cliponaxis": False, "showlegend": False,
    }  # fmt: skip


def lines(p: Palette, series: Sequence[tuple[str, Sequence[int], Sequence[Value]]], *, unfinished: int | None,
          places: int = 0, height: int = 260) -> Figure:  # fmt: skip
    """Up to five lines over years, each named at its end; ``unfinished`` is the running year."""
    data: list[Figure] = []
    ends: list[tuple[float, float, str, str]] = []
    for index, (name, years, values) in enumerate(series[:5]):
        colour = p.category[index]
        points = [(x, y) for x, y in zip(years, values, strict=True) if y is not None]
        if not points:
            continue
        whole = [point for point in points if point[0] != unfinished]
        marker = {"symbol": MARKERS[index], "size": 7, "color": colour}
        hover = f"{name} %{{x}}：%{{y:,.{places}f}}<extra></extra>"
        data.append({
            "type": "scatter", "mode": "lines+markers", "x": [x for x, _ in whole], "y": [y for _, y in whole],
            "line": {"color": colour, "width": 2}, "marker": marker, "name": name, "hovertemplate": hover,
        })  # fmt: skip
        if len(points) > len(whole):
            tail = points[-2:]
            data.append({
                "type": "scatter", "mode": "lines+markers", "x": [x for x, _ in tail], "y": [y for _, y in tail],
                "line": {"color": colour, "width": 2, "dash": "dot"}, "name": name, "hovertemplate": hover,
                "marker": {**marker, "symbol": f"{MARKERS[index]}-open", "opacity": [0] * (len(tail) - 1) + [1]},
            })  # fmt: skip
        x, y = points[-1]
        ends.append((x, y, f"{name} {number(y, places)}", colour))
    top = max((y for _, y, _, _ in ends), default=1.0) or 1.0
    top = max([top, *(v for _, _, values in series for v in values if v is not None)])
    spread = _spread([y for _, y, _, _ in ends], top * 22 / height)
    data.append(_texts(p, [e[0] for e in ends], spread, [e[2] for e in ends], [e[3] for e in ends]))
    years = [x for _, xs, _ in series for x in xs]
    first, last = (min(years), max(years)) if years else (0, 1)
    room = min(max((_wide(e[2]) for e in ends), default=3.0) * 12.8 / NARROW + 0.03, 0.45)
    width = max(last - first, 1)
    return {
        "data": data,
        "layout": base(p, height, xaxis={"range": [first - 0.25, last + width * room / (1 - min(room, 0.5))], "tickvals": year_ticks(first, last), "tickformat": "d", "tickangle": 0},
                       yaxis={"rangemode": "tozero", "nticks": 6, "range": [0, top * 1.12]}),
    }  # fmt: skip


def _spread(ys: list[float], least: float) -> list[float]:
    """Label heights at least ``least`` apart, in the same order."""
    order = sorted(range(len(ys)), key=lambda i: ys[i])
    out = list(ys)
    for before, after in zip(order, order[1:], strict=False):
        out[after] = max(out[after], out[before] + least)
    return out


def bars(p: Palette, names: Sequence[str], values: Sequence[Value], *, last: Sequence[Value] | None = None,
         words: Sequence[str] | None = None, word_colours: Sequence[str] | None = None, places: int = 0,
         strong: Sequence[bool] | None = None, keys: Sequence[Any] | None = None, row: int = 29, before: str = "") -> Figure:  # fmt: skip
    """Horizontal bars in the order given (longest first is the caller's); ``last`` draws last year's ticks, the trace
    ``LAST``: a tick stands on its bar and is clicked as easily, so it carries the same key. ``before`` is the word for
    last year in what it says when pointed at."""
    shown = [0.0 if v is None else float(v) for v in values]
    colours = [p.category[2] if strong and strong[i] else p.category[0] for i in range(len(names))]
    height = row * max(len(names), 2) + 34
    data: list[Figure] = [{
        "type": "bar", "orientation": "h", "x": shown, "y": list(range(len(names))), "customdata": list(keys or names),
        "marker": {"color": colours}, "hovertext": list(names), "hovertemplate": f"%{{hovertext}}：%{{x:,.{places}f}}<extra></extra>",
        "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}},
    }]  # fmt: skip
    ends = list(shown)
    if last is not None:
        marks = [(i, float(v)) for i, v in enumerate(last) if v is not None]
        data.append({
            "type": "scatter", "mode": "markers", "x": [v for _, v in marks], "y": [i for i, _ in marks],
            "customdata": [list(keys or names)[i] for i, _ in marks], "marker": {"symbol": "line-ns", "size": 18, "line": {"width": 2.4, "color": p.ink}},
            "hovertext": [f"{names[i]} {before}".strip() for i, _ in marks], "hovertemplate": f"%{{hovertext}}：%{{x:,.{places}f}}<extra></extra>",
        })  # fmt: skip
        ends = [max(v, float(last[i] or 0)) for i, v in enumerate(shown)]
    texts = list(words) if words else [number(v, places) for v in values]
    data.append(_texts(p, ends, list(range(len(names))), texts, list(word_colours) if word_colours else None))
    most = max([*ends, 1e-9])
    part = min((max((_wide(w) for w in texts), default=2.0) + 0.6) * 12.8 / BESIDE_NAMES, 0.45)  # with the gap before them
    room = 1 / (1 - part)
    return {
        "data": data,
        "layout": base(p, height, xaxis={"showline": False, "showgrid": True, "range": [0, most * room], "nticks": 5, "tickformat": ","},
                       yaxis={"tickvals": list(range(len(names))), "ticktext": [short(n) for n in names], "autorange": "reversed", "showgrid": False}),
    }  # fmt: skip


def stacked(p: Palette, names: Sequence[str], parts: Sequence[tuple[str, Sequence[Value], str]], *,
            places: int = 0, keys: Sequence[Any] | None = None, row: int = 27) -> Figure:  # fmt: skip
    """Horizontal bars of parts, the total at the end. ``parts``: label, values, colour."""
    totals = [sum(float(values[i] or 0) for _, values, _ in parts) for i in range(len(names))]
    ys = list(range(len(names)))
    data: list[Figure] = [{
        "type": "bar", "orientation": "h", "x": [float(v or 0) for v in values], "y": ys, "name": label,
        "customdata": list(keys or names), "hovertext": list(names),
        "marker": {"color": colour, "line": {"width": 1, "color": p.card}},
        "hovertemplate": f"%{{hovertext}} {label}：%{{x:,.{places}f}}<extra></extra>",
        "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}},
    } for label, values, colour in parts]  # fmt: skip
    data.append(_texts(p, totals, ys, [number(v, places) for v in totals]))
    most = max([*totals, 1e-9])
    rows = -(-len(parts) // 4)
    return {
        "data": data,
        "layout": base(p, row * max(len(names), 2) + 40 + 22 * rows, barmode="stack", showlegend=True, legend={"traceorder": "normal", "font": {"size": 12.5}},
                       xaxis={"showline": False, "showgrid": True, "range": [0, most * 1.12], "nticks": 5, "tickformat": ","},
                       yaxis={"tickvals": ys, "ticktext": [short(n) for n in names], "autorange": "reversed", "showgrid": False}),
    }  # fmt: skip


def columns(p: Palette, xs: Sequence[Any], parts: Sequence[tuple[str, Sequence[Value], str]], *,
            places: int = 0, height: int = 190) -> Figure:  # fmt: skip
    """Upright stacked bars over years."""
    data = [{
        "type": "bar", "x": list(xs), "y": [float(v or 0) for v in values], "name": label, "customdata": list(xs),
        "marker": {"color": colour}, "hovertemplate": f"%{{x}} {label}：%{{y:,.{places}f}}<extra></extra>",
        "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}},
    } for label, values, colour in parts]  # fmt: skip
    return {
        "data": data,
        "layout": base(p, height, barmode="stack", showlegend=len(parts) > 1,
                       xaxis={"tickvals": year_ticks(min(xs, default=0), max(xs, default=0)), "tickformat": "d", "tickangle": 0}, yaxis={"rangemode": "tozero", "nticks": 5}),
    }  # fmt: skip


def lollipop(p: Palette, names: Sequence[str], values: Sequence[Value], *, middle: float = 100.0) -> Figure:
    """Each value against the median (= ``middle``): a dot where not below it, a diamond where below."""
    known = [float(v) for v in values if v is not None]
    low, high = min([*known, middle]), max([*known, middle])
    pad = max((high - low) * 0.18, 8)
    data: list[Figure] = []
    stems_x: list[Any] = []
    stems_y: list[Any] = []
    for i, value in enumerate(values):
        if value is not None:
            stems_x += [middle, float(value), None]
            stems_y += [i, i, None]
    data.append({"type": "scatter", "mode": "lines", "x": stems_x, "y": stems_y, "line": {"color": p.line, "width": 4}, "hoverinfo": "skip"})
    dots = [(float(v), i) for i, v in enumerate(values) if v is not None]
    data.append({
        "type": "scatter", "mode": "markers", "x": [x for x, _ in dots], "y": [i for _, i in dots],
        "marker": {"size": 12, "color": [p.category[0] if x >= middle else p.category[1] for x, _ in dots],
                   "symbol": ["circle" if x >= middle else "diamond" for x, _ in dots]},
        "hovertext": [names[i] for _, i in dots], "hovertemplate": "%{hovertext}：%{x:,.0f}<extra></extra>",
    })  # fmt: skip
    for below in (False, True):
        side = [(x, i) for x, i in dots if (x < middle) == below]
        words = [number(x) + GAP * 2 if below else GAP + number(x) for x, _ in side]
        trace = _texts(p, [x for x, _ in side], [i for _, i in side], words)
        data.append({**trace, "textposition": "middle left"} if below else trace)
    missing = [i for i, v in enumerate(values) if v is None]
    data.append(_texts(p, [middle] * len(missing), missing, ["—"] * len(missing), p.mute))
    return {
        "data": data,
        "layout": base(p, 38 * max(len(names), 2) + 34, shapes=[{"type": "line", "x0": middle, "x1": middle, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": p.ink, "width": 1.4, "dash": "dot"}}],
                       xaxis={"range": [low - pad, high + pad * 1.6], "showgrid": True, "nticks": 6},
                       yaxis={"tickvals": list(range(len(names))), "ticktext": list(names), "autorange": "reversed", "showgrid": False}),
    }  # fmt: skip


def strip(p: Palette, groups: Sequence[tuple[str, Sequence[tuple[str, float]]]], *, chosen: str = "", places: int = 0) -> Figure:
    """One dot a member by group; the line is the median, the shade the middle half."""
    data: list[Figure] = []
    shapes: list[dict[str, Any]] = []
    for row, (_, members) in enumerate(groups):
        values = sorted(v for _, v in members)
        if not values:
            continue
        low, middle, high = (_quantile(values, q) for q in (0.25, 0.5, 0.75))
        shapes += [
            {"type": "rect", "x0": low, "x1": high, "y0": row - 0.3, "y1": row + 0.3, "fillcolor": p.faint, "line": {"width": 0}, "layer": "below"},
            {"type": "line", "x0": middle, "x1": middle, "y0": row - 0.3, "y1": row + 0.3, "line": {"color": p.ink, "width": 2}},
        ]  # fmt: skip
        for here in (False, True):
            dots = [(n, v, i) for i, (n, v) in enumerate(members) if (n == chosen) == here]
            data.append({
                "type": "scatter", "mode": "markers", "x": [v for _, v, _ in dots],
                "y": [row + (0 if here else ((i * 7) % 5 - 2) * 0.09) for _, _, i in dots],
                "marker": {"size": 15 if here else 9, "symbol": "diamond" if here else "circle", "color": p.category[1] if here else p.category[0], "opacity": 1 if here else 0.8},
                "hovertext": [n for n, _, _ in dots], "hovertemplate": f"%{{hovertext}}：%{{x:,.{places}f}}<extra></extra>",
            })  # fmt: skip
    return {
        "data": data,
        "layout": base(p, 96 * max(len(groups), 1) + 34, shapes=shapes, xaxis={"rangemode": "tozero", "showgrid": True, "nticks": 7},
                       yaxis={"tickvals": list(range(len(groups))), "ticktext": [n for n, _ in groups], "range": [len(groups) - 0.5, -0.5], "showgrid": False}),
    }  # fmt: skip


def _quantile(values: Sequence[float], q: float) -> float:
    place = (len(values) - 1) * q
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def network(p: Palette, middle: str, members: Sequence[tuple[Any, str, int, int]], links: Sequence[tuple[Any, Any, int]], *, height: int = 380) -> Figure:
    """One person in the middle, the others around: ``members`` are key, name, weight and group (a colour), neighbours
    in the order given. Whoever shares more is larger and nearer; ``links`` join two members."""
    places: dict[Any, tuple[float, float]] = {}
    most = max((weight for _, _, weight, _ in members), default=1)
    for i, (key, _, weight, _) in enumerate(members):
        angle = 2 * math.pi * i / max(len(members), 1) + math.pi / 2
        far = 1.0 - 0.38 * weight / most - (0.14 if i % 2 else 0.0)  # every second one nearer: names do not meet
        places[key] = (far * math.cos(angle) * 1.5, far * math.sin(angle))
    widest = max((n for _, _, n in links), default=1)
    data: list[Figure] = []
    for low, high, width in ((0.0, 0.34, 0.8), (0.34, 0.67, 1.6), (0.67, 1.0, 2.6)):
        joined = [(places[a], places[b]) for a, b, n in links if low < n / widest <= high and a in places and b in places]
        data.append(_segments(joined, p.line, width))
    for low, high, width in ((0.0, 0.34, 1.2), (0.34, 0.67, 2.4), (0.67, 1.0, 4.0)):
        spokes = [((0.0, 0.0), places[key]) for key, _, weight, _ in members if low < weight / most <= high]
        data.append(_segments(spokes, p.scale[2], width))
    data.append({
        "type": "scatter", "mode": "markers", "x": [places[m[0]][0] for m in members], "y": [places[m[0]][1] for m in members],
        "customdata": [m[0] for m in members], "hovertext": [f"{m[1]} {m[2]}" for m in members], "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"size": [12 + 16 * m[2] / most for m in members], "color": [p.category[min(m[3], 5)] for m in members], "line": {"width": 1.5, "color": p.card}},
        "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}},
    })  # fmt: skip
    for above in (True, False):
        named = [m for m in members if (places[m[0]][1] >= 0) == above]
        trace = _texts(p, [places[m[0]][0] for m in named], [places[m[0]][1] + (0.09 if above else -0.09) for m in named], [f"{m[1]} {m[2]}" for m in named])
        data.append({**trace, "textposition": "top center" if above else "bottom center"})
    data.append({
        "type": "scatter", "mode": "markers+text", "x": [0], "y": [0], "text": [middle], "textposition": "middle center", "hoverinfo": "skip",
        "textfont": {"size": 13, "color": p.card}, "marker": {"size": 62, "color": p.ink, "line": {"width": 2, "color": p.card}},
    })  # fmt: skip
    hidden = {"showgrid": False, "showline": False, "showticklabels": False}
    return {"data": data, "layout": base(p, height, xaxis={**hidden, "range": [-1.75, 1.75]}, yaxis={**hidden, "range": [-1.25, 1.25]})}


def _segments(pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]], colour: str, width: float) -> Figure:
    xs: list[Any] = [x for (a, _), (b, _) in pairs for x in (a, b, None)]
    ys: list[Any] = [y for (_, a), (_, b) in pairs for y in (a, b, None)]
    return {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": {"color": colour, "width": width}, "hoverinfo": "skip"}


def year_ticks(first: int, last: int) -> list[int]:
    """Years written upright under an axis that may be 300 px wide; the last one always."""
    return list(range(last, first - 1, -1 if last - first < 7 else -2))[::-1]


def _wide(text: str) -> float:
    """The width of a text in Chinese characters."""
    return sum(0.55 if letter.isascii() else 1 for letter in text)


def short(name: str, most: int = 12) -> str:
    """At most ``most`` Chinese characters wide; a Latin letter is half as wide. What stands in brackets goes first."""
    if _wide(name) > most:
        name = name.split("（")[0].split(" (")[0] or name
    width = 0.0
    for place, letter in enumerate(name):
        width += 0.55 if letter.isascii() else 1
        if width > most:
            return name[: max(place - 1, 1)] + "…"
    return name
