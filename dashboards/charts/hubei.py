"""The map of Hubei as filled polygons: no base map, nothing fetched. Boundaries are schematic."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

from dashboards.charts.figures import Figure, Palette, base, number
from ingestion.store.engine import home

STEPS = (1, 3, 5, 7, 9)  # of the blue scale, few → many
NAME_SIZE = {"zh": 11.5, "en": 10.0}
NARROW = 315
"""Width in px of the narrowest panel the map stands in: where names do not meet there, they meet nowhere."""
WEST, EAST, TALL = 108.3, 116.2, 1.16
SHIFTS = (0.0, 0.13, -0.13, 0.26, -0.26, 0.39, -0.39)  # degrees up or down that a name may stand off its place


@lru_cache(maxsize=1)
def units() -> list[dict[str, Any]]:
    """Code, name, label point and rings of each unit; the province's approved file wins if it is there."""
    own = home() / "hubei.json"
    path = own if own.is_file() else Path(__file__).with_name("hubei.json")
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["units"]
    return found


@lru_cache(maxsize=64)
def short_name(name: str, language: str = "zh") -> str:
    """武汉 for 武汉市; in English Wuhan: the national list names cities in Chinese only."""
    for tail in ("土家族苗族自治州", "林区", "市"):
        name = name.removesuffix(tail)
    return "".join(lazy_pinyin(name)).capitalize() if language == "en" else name


def quantile_step(value: float, known: list[float]) -> int:
    """Which of the five steps (0-4) a value falls in among the values shown."""
    below = sum(1 for other in known if other < value)
    return min(4, below * 5 // max(len(known), 1))


def name_places(names: list[str], wanted: list[bool], size: float) -> list[tuple[float, float] | None]:
    """Where the name of each of ``units()`` stands, so that no two meet; those ``wanted`` first, near their place if
    not on it. None for a name without room: the hover says it."""
    degree = (EAST - WEST) / NARROW
    taken: list[tuple[float, float, float, float]] = []
    found: list[tuple[float, float] | None] = [None] * len(names)
    for i in sorted(range(len(names)), key=lambda i: not wanted[i]):
        x, y = units()[i]["label"]
        wide = sum(0.56 if letter.isascii() else 1.0 for letter in names[i]) * size * degree / 2
        high = size * 1.05 * degree / TALL / 2
        for shift in SHIFTS:
            here = (x - wide, y + shift - high, x + wide, y + shift + high)
            if not any(here[0] < b[2] and b[0] < here[2] and here[1] < b[3] and b[1] < here[3] for b in taken):
                taken.append(here)
                found[i] = (x, y + shift)
                break
    return found


def choropleth(p: Palette, values: dict[str, float], *, unit: str, places: int = 0, height: int = 350, language: str = "zh") -> Figure:
    """``values`` by GB/T 2260 city code; a city without a value is grey."""
    known = sorted(values.values())
    data: list[Figure] = []
    hover: list[str] = []
    for entry in units():
        value = values.get(entry["code"])
        step = None if value is None else STEPS[quantile_step(value, known)]
        xs: list[float | None] = []
        ys: list[float | None] = []
        for ring in entry["rings"]:
            xs += [point[0] for point in ring] + [ring[0][0], None]
            ys += [point[1] for point in ring] + [ring[0][1], None]
        amount = "—" if value is None else f"{number(value, places)} {unit}"
        said = f"{short_name(entry['name'], 'en')}: {amount}" if language == "en" else f"{entry['name']}：{amount}"
        hover.append(said)
        data.append({
            "type": "scatter", "mode": "lines", "fill": "toself", "x": xs, "y": ys, "hoveron": "fills",
            "line": {"color": p.card, "width": 1}, "fillcolor": p.faint if step is None else p.scale[step],
            "text": said, "hoverinfo": "text", "name": entry["name"],
        })  # fmt: skip
    names = [short_name(entry["name"], language) for entry in units()]
    places_of = name_places(names, [entry["code"] in values for entry in units()], NAME_SIZE[language])
    inks = [_ink(p, values.get(entry["code"]), known) for entry in units()]
    for ink in dict.fromkeys(inks):  # a trace an ink: what is not picked keeps its colour only where that is one
        mine = [place for place, one in enumerate(inks) if one == ink and places_of[place] is not None]
        data.append({
            "type": "scatter", "mode": "text", "x": [at[0] for i in mine if (at := places_of[i])], "y": [at[1] for i in mine if (at := places_of[i])],
            "text": [names[i] for i in mine], "textfont": {"size": NAME_SIZE[language], "color": ink}, "customdata": [units()[i]["code"] for i in mine],
            "hovertext": [hover[i] for i in mine], "hoverinfo": "text",
            "selected": {"textfont": {"color": ink}}, "unselected": {"textfont": {"color": ink}},
        })  # fmt: skip
    hidden = {"visible": False, "fixedrange": True}
    return {
        "data": data,
        "layout": base(p, height, margin={"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
                       xaxis={**hidden, "range": [WEST, EAST]},
                       yaxis={**hidden, "range": [28.9, 33.4], "scaleanchor": "x", "scaleratio": TALL}),
    }  # fmt: skip


def _ink(p: Palette, value: float | None, known: list[float]) -> str:
    if value is None:
        return p.mute
    dark_fill = quantile_step(value, known) >= 2
    is_dark_theme = p.card != "#FFFFFF"
    if is_dark_theme:
        return "#12161C" if quantile_step(value, known) >= 3 else "#E4E8EE"
    return "#FFFFFF" if dark_fill else "#1B2330"


def legend(p: Palette) -> list[str]:
    """The colours of the five steps, few → many, and the grey of a city without a value."""
    return [p.scale[i] for i in STEPS] + [p.faint]
