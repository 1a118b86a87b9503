"""The data dictionary of a published file: what each table and column holds, in words.

Models bring their own words (comments in the file, from the contracts beside the SQL); the tables and views of
record types take theirs from the catalogue, so a field is described in one place for forms and for analysts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboards.marts import exports
from dashboards.marts.reader import Mart
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import BUILT_IN
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal

FIXED = {
    "record_id": "记录在系统中的编号 / id of the record",
    "number": "记录编号，如 LW000123 / display number",
    "college_id": "所属学院，见 dim_unit / college, see dim_unit",
    "owner_person_id": "归属人，见 dim_person / owner, see dim_person",
    "filed_year": "归档年度 / filed year",
    "record_title": "记录名称 / title",
    "编号": "记录编号 / display number",
    "学院": "所属学院 / college",
    "归属人": "校内排名最前的教职工 / owner",
    "归档年度": "归档年度 / filed year",
    "名称": "记录名称 / title",
}


@dataclass(frozen=True)
class ColumnWords:
    name: str
    kind: str
    words: str


@dataclass(frozen=True)
class RelationWords:
    """One table or view that may be asked. ``words`` begins with its grain."""

    name: str
    is_view: bool
    words: str
    columns: tuple[ColumnWords, ...]


def relations(mart: Mart) -> list[RelationWords]:
    """Every published table and view of a file: Chinese-named ones first."""
    about: dict[str, tuple[bool, str]] = {
        name: (view, comment)
        for name, view, comment in mart.rows(
            "SELECT table_name, false, coalesce(comment, '') FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal"
            " UNION ALL SELECT view_name, true, coalesce(comment, '') FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"
        )
    }
    columns: dict[str, list[ColumnWords]] = {}
    for table, column, kind, comment in mart.rows(
        "SELECT table_name, column_name, data_type, coalesce(comment, '') FROM duckdb_columns()"
        " WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
    ):
        columns.setdefault(table, []).append(ColumnWords(column, kind, comment or _of_record(table, column)))
    made = [
        RelationWords(name, about[name][0], about[name][1] or _of_view(name), tuple(found))
        for name, found in columns.items()
        if name in about
    ]
    return sorted(made, key=lambda one: (one.name.isascii(), one.name))


_TYPES = {name: one for one in ALL_RECORDS.values() for name in (f"rec_{one.id}", f"v_{one.zh}")}


def _of_view(name: str) -> str:
    if name == "v_指标":
        return "每个指标 × 年度 × 层级 × 分类一行，带中文名称。One row per indicator × year × level × category."
    if name == "v_contribution":
        return "每条记录对一个数字的每份贡献一行：选定指标、计数方法和层级后求和。One row per contribution; choose measure, rule and level, then sum."
    found = _TYPES.get(name)
    return f"每条在册{found.zh}一行，代码译为名称，金额为元。One row per record in force: {found.en}." if found else ""


def _of_record(table: str, column: str) -> str:
    found = _TYPES.get(table)
    if found is None:
        return ""
    if column in FIXED:
        return FIXED[column]
    for field in found.fields():
        if column in (field.name, field.zh, f"{field.zh}（{field.name}）"):
            return "；".join(_field(field, table.startswith("rec_")))
        if column == f"{field.zh}代码":
            return f"{field.zh}的代码；{_list(field)} / code of {field.en}"
    return ""


def _field(field: k.Field, raw: bool) -> Iterator[str]:
    yield f"{field.zh} / {field.en}" if raw else field.en
    if isinstance(field, k.Money):
        yield "单位：分 / in fen" if raw else "单位：元 / in yuan"
    if isinstance(field, k.Code | k.MultiCode) and raw:
        yield _list(field)
    if field.hint_zh:
        yield field.hint_zh


def _list(field: k.Field) -> str:
    name = getattr(field, "code_list", "")
    return f"代码表 {name}（{BUILT_IN[name].zh}），见 dim_code" if name in BUILT_IN else f"代码表 {name}，见 dim_code"


def workbook(principal: Principal, mart: Mart, path: Path) -> int:
    """数据字典 as a workbook: one sheet of tables, one of columns. Returns its number of rows."""
    found = relations(mart)
    tables = ("表和视图", ("名称", "类别", "说明"), [(one.name, "视图" if one.is_view else "表", one.words) for one in found])
    columns = (
        "字段", ("表和视图", "字段", "类型", "说明"),
        [(one.name, column.name, column.kind, column.words) for one in found for column in one.columns],
    )  # fmt: skip
    return exports.workbook(path, (tables, columns), exports.notes_of(principal, mart, "数据字典", f"范围 {mart.meta.university_code}"))
