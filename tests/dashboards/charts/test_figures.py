from __future__ import annotations

import json
from pathlib import Path

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plotly.io import to_json
from plotly.tools import return_figure_from_figure_or_data

from dashboards.charts import figures, hubei
from dashboards.charts.drawn import Drawn
from dashboards.charts.figures import DARK, LIGHT

VALUES = st.lists(st.one_of(st.none(), st.floats(0, 1e9)), min_size=1, max_size=12)


def _names(values: list[float | None]) -> list[str]:
    return [f"学院{i}" for i in range(len(values))]


@settings(deadline=None, max_examples=40)
@given(VALUES)
def test_every_chart_is_a_valid_figure_whatever_the_values(values: list[float | None]) -> None:
    names = _names(values)
    years = list(range(2015, 2015 + len(values)))
    known = [(name, float(value)) for name, value in zip(names, values, strict=True) if value is not None]
    for figure in (
        figures.bars(LIGHT, names, values, last=values),
        figures.stacked(DARK, names, [("甲", values, "#123456"), ("乙", values, "#654321")]),
        figures.columns(LIGHT, years, [("甲", values, "#123456")]),
        figures.lines(LIGHT, [("SCI", years, values)], unfinished=years[-1]),
        figures.lollipop(DARK, names, values),
        figures.strip(LIGHT, [("双一流", known)], chosen="学院0"),
        figures.network(DARK, "甲", [(i, name, i, i) for i, name in enumerate(names, 1)], [(1, 2, 3)] if len(names) > 1 else []),
    ):
        go.Figure(figure)
        assert "NaN" not in json.dumps(figure)


def test_a_figure_reaches_the_page_as_it_was_made() -> None:
    figure = figures.bars(LIGHT, ["甲"], [1.0])
    assert return_figure_from_figure_or_data(Drawn(figure), True) is figure
    assert json.loads(to_json(figure, validate=False)) == figure


def test_bars_begin_at_zero_and_carry_their_value() -> None:
    figure = figures.bars(LIGHT, ["甲", "乙"], [1286, 3], places=0)
    assert figure["layout"]["xaxis"]["range"][0] == 0
    assert figure["data"][-1]["text"] == ["\u20021,286", "\u20023"]


def test_an_unfinished_year_is_dotted_and_hollow() -> None:
    figure = figures.lines(LIGHT, [("SCI", [2024, 2025, 2026], [1, 2, 1])], unfinished=2026)
    whole, tail = figure["data"][0], figure["data"][1]
    assert whole["x"] == [2024, 2025]
    assert tail["line"]["dash"] == "dot" and tail["marker"]["symbol"].endswith("-open")


def test_no_chart_has_a_second_axis_or_a_pie() -> None:
    source = Path(figures.__file__).read_text(encoding="utf-8")
    assert "yaxis2" not in source and '"pie"' not in source


@pytest.mark.parametrize("p", [LIGHT, DARK])
def test_the_map_draws_every_unit_without_fetching_anything(p: figures.Palette) -> None:
    figure = hubei.choropleth(p, {"420100": 10.0, "420500": 1.0}, unit="篇")
    go.Figure(figure)
    fills = [trace for trace in figure["data"] if trace.get("fill") == "toself"]
    assert len(fills) == 17
    assert {trace["type"] for trace in figure["data"]} == {"scatter"}
    grey = [trace for trace in fills if trace["fillcolor"] == p.faint]
    assert len(grey) == 15
    assert fills[0]["fillcolor"] != fills[3]["fillcolor"]


def test_the_province_may_put_its_approved_map_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"units": [{"code": "420100", "name": "武汉市", "label": [114.3, 30.6], "rings": [[[114, 30], [115, 30], [115, 31]]]}]}
    (tmp_path / "hubei.json").write_text(json.dumps(own), encoding="utf-8")
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    hubei.units.cache_clear()
    try:
        assert [unit["name"] for unit in hubei.units()] == ["武汉市"]
    finally:
        hubei.units.cache_clear()


def test_the_notice_of_the_boundaries_is_kept() -> None:
    notice = Path(hubei.__file__).with_name("NOTICE").read_text(encoding="utf-8")
    assert "Apache" in notice and "echarts" in notice and "边界仅示意" in notice


def test_numbers_are_written_as_agreed() -> None:
    assert figures.number(1286) == "1,286"
    assert figures.number(-6.7, 1) == "\u22126.7"
    assert figures.number(None) == "—"


def test_long_names_are_cut_by_their_width() -> None:
    assert figures.short("材料科学与工程学院") == "材料科学与工程学院"
    assert figures.short("Department of Materials Science and Engineering").endswith("…")
    assert len(figures.short("一" * 30)) <= 12


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_names_on_the_map_meet(language: str) -> None:
    names = [hubei.short_name(entry["name"], language) for entry in hubei.units()]
    size = hubei.NAME_SIZE[language]
    wanted = [name in (names[0], names[7]) for name in names]  # 武汉, 孝感
    placed = hubei.name_places(names, wanted, size)
    assert all(at is not None for at, must in zip(placed, wanted, strict=True) if must)
    assert sum(at is None for at in placed) <= (0 if language == "zh" else 2)
    pixel = hubei.NARROW / (hubei.EAST - hubei.WEST)
    boxes = [(at[0] * pixel, at[1] * pixel * hubei.TALL, size * sum(0.5 if c.isascii() else 1.0 for c in name)) for at, name in zip(placed, names, strict=True) if at]
    for i, (x, y, wide) in enumerate(boxes):
        assert not [name for (a, b, other), name in zip(boxes[:i], names, strict=False) if abs(x - a) < (wide + other) / 2 and abs(y - b) < size]


def test_last_years_tick_carries_the_key_of_its_bar() -> None:
    figure = figures.bars(LIGHT, ["甲", "乙", "丙"], [3, 2, 1], last=[1, None, 4], keys=["a", "b", "c"])
    assert figure["data"][figures.LAST]["customdata"] == ["a", "c"] and figure["data"][figures.LAST]["x"] == [1.0, 4.0]
