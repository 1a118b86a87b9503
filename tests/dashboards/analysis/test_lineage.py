"""From a figure to its models, records and changes; and where an indicator is shown."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import i18n, navigation
from dashboards.marts import definitions, drill, lineage, numbers, reader
from dashboards.marts.numbers import Spec
from dashboards.screens import shown
from ingestion.principal import Principal
from pipelines.codegen import DBT
from tests.dashboards.analysis.test_pages import assert_clean, words_of

Who = Callable[..., Principal]
Page = Callable[..., AppTest]
SCREENS = Path(shown.__file__).parent
GRAPH = [
    {"name": "stg_paper", "layer": "store", "zh": "论文", "en": "papers", "reads": [], "measures": [], "sql": ""},
    {"name": "stg_award", "layer": "store", "zh": "获奖成果", "en": "awards", "reads": [], "measures": [], "sql": ""},
    {"name": "int_measure_papers", "layer": "intermediate", "zh": "每篇论文", "en": "a paper", "reads": ["stg_paper"], "measures": ["O01", "O02"], "sql": "select 1"},
    {"name": "int_measure_outcomes", "layer": "intermediate", "zh": "每条获奖", "en": "an award", "reads": ["stg_award"], "measures": ["A01"], "sql": "select 2"},
    {"name": "fct_credit", "layer": "core", "zh": "份额", "en": "shares", "reads": ["stg_paper"], "measures": [], "sql": "select 3"},
    {"name": "fct_measure", "layer": "core", "zh": "度量", "en": "measures", "reads": ["int_measure_papers", "int_measure_outcomes"], "measures": [], "sql": "select 4"},
    {"name": "v_contribution", "layer": "core", "zh": "贡献", "en": "shares", "reads": ["fct_measure", "fct_credit"], "measures": [], "sql": "select 5"},
]


@pytest.fixture
def graph(published_here: Path) -> None:
    path = lineage.written(published_here)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"nodes": GRAPH}, ensure_ascii=False), encoding="utf-8")


@pytest.mark.ac("AC-100")
def test_the_page_leads_from_the_figure_to_models_and_records(graph: None, page: Page, who: Who) -> None:
    office = who("office_admin")
    for role, language in (("office_admin", "zh"), ("college_admin", "en"), ("researcher", "zh")):
        reader_ = who(role)
        mart, spec = reader.open_for(reader_), Spec("O01", 2025)
        drawn = page("analysis.lineage", reader_, language, indicator="O01", year="2025")
        assert_clean(drawn)
        assert drawn.metric[0].value == numbers.number(mart, spec).shown
        every, last = [row.record_id for row in drill.every_row(mart, spec)], drill.latest(mart, spec, 3)
        assert set(last) <= set(every) and len(last) == min(3, len(set(every)))
        chosen = {word for box in drawn.selectbox for word in box.options}
        assert {"int_measure_papers", "fct_measure", "v_contribution"} <= chosen and "int_measure_outcomes" not in chosen
        assert (len(drawn.code) == 1) == (role == "office_admin"), "the statement is for those who see the pipeline"
    ratio = page("analysis.lineage", office, indicator="F04", year="2025")
    assert_clean(ratio)
    assert any("分母" in word or "在岗人员数" in word for word in words_of(ratio))
    assert "无权限" in page("analysis.lineage", who("college_admin"), indicator="O01", year="2025", college="1").exception[0].value


def test_the_province_reads_sums_and_of_a_university_no_person(graph: None, page: Page, who: Who) -> None:
    own = page("analysis.lineage", who("province_analyst", "province"), indicator="O01", year="2025")
    assert_clean(own)
    theirs = page("analysis.lineage", who("province_analyst", "province"), indicator="O01", year="2025", university="99001")
    assert_clean(theirs)
    assert any("省级不显示经办人" in word for word in words_of(theirs))


def test_only_the_measures_asked_for_are_on_the_chain() -> None:
    models = {one["name"]: lineage.Model(**{**one, "reads": tuple(one["reads"]), "measures": tuple(one["measures"])}) for one in GRAPH}  # type: ignore[arg-type]
    chain = lineage.behind(models, [("A01", "SUM")])
    assert {one.name for one in chain.models} == {"stg_award", "int_measure_outcomes", "fct_measure", "v_contribution"}
    assert set(chain.links) == {("int_measure_outcomes", "stg_award"), ("fct_measure", "int_measure_outcomes"), ("v_contribution", "fct_measure")}
    assert "fct_credit" in {one.name for one in lineage.behind(models, [("A01", "OWNER")]).models}


# --- where an indicator is shown --------------------------------------------------------------------------------


def _named(path: Path, known: set[str]) -> set[str]:
    """The indicators a module writes out."""
    return {node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in known}


@pytest.mark.ac("AC-101")
def test_what_a_screen_names_it_declares(mart: reader.Mart, who: Who) -> None:
    with (DBT / "seeds/indicators.csv").open(encoding="utf-8") as file:
        known = {row["indicator"] for row in csv.DictReader(file)}
    declared = {name for place in shown.places() for name in place.indicators}
    pages = {entry.screen.partition(":")[0].rpartition(".")[2] for entry in navigation.ENTRIES}
    for path in SCREENS.rglob("*.py"):
        named = _named(path, known)
        if named:
            assert named <= declared, path.name
        if named and path.stem in pages:
            own = {name for place in shown.places() if place.path == path.stem or path.stem in ("score", "reviews", "page", "table", "records", "why") for name in place.indicators}
            assert named <= own or shown.EVERY[0] in own, path.name
    assert not [place.part for place in shown.places() if re.search(r"[\u4e00-\u9fff]", place.en or i18n.english().get(place.part, place.part))]
    leader = [place.part for place in shown.of(who("office_admin"), mart, definitions.definition(mart, "F01"))]
    assert {"到账经费来源", "指标一览", "统计表"} <= set(leader)
    assert "evaluation" in {place.path for place in shown.of(who("office_admin"), mart, definitions.definition(mart, "O02"))}
    assert "到账经费来源" not in [place.part for place in shown.of(who("researcher"), mart, definitions.definition(mart, "F01"))]
