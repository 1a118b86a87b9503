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
    inks = [_ink(p, values.get(entry["code"]), known) for entry in units()]
    for ink in dict.fromkeys(inks):  # a trace an ink: what is not picked keeps its colour only where that is one
        mine = [place for place, one in enumerate(inks) if one == ink]
        data.append({
            "type": "scatter", "mode": "text", "x": [units()[i]["label"][0] for i in mine], "y": [units()[i]["label"][1] for i in mine],
            "text": [names[i] for i in mine], "textfont": {"size": 11.5, "color": ink}, "customdata": [units()[i]["code"] for i in mine],
            "hovertext": [hover[i] for i in mine], "hoverinfo": "text",
            "selected": {"textfont": {"color": ink}}, "unselected": {"textfont": {"color": ink}},
        })  # fmt: skip
    hidden = {"visible": False, "fixedrange": True}
    return {
        "data": data,
        "layout": base(p, height, margin={"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
                       xaxis={**hidden, "range": [108.3, 116.2]},
                       yaxis={**hidden, "range": [28.9, 33.4], "scaleanchor": "x", "scaleratio": 1.16}),
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
