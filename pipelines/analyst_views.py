"""What a published file holds for people who write SQL: one table and one Chinese-named view a record type.

``rec_<type>`` carries the plain fields of the records in force as they are stored (codes, fen);
``v_<中文名>`` shows them with Chinese column names, labels beside codes and yuan for money. Nothing personal
goes in: no secret, no address or number of a person, no long text, and of people only what dim_person has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import duckdb
import yaml

from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from pipelines.codegen import DBT

PEOPLE = frozenset({"person", "expert"})
"""Types that describe persons: only what dim_person shows of them is published."""

PERSONAL_SCHEMES = frozenset({"email", "phone", "orcid"})
PERSONAL_NAMES = re.compile(r"contact|phone|mobile|email|birth|passport|speaker_name")

COUNTED = (
    "SELECT i.year AS 年度, d.indicator AS 指标号, d.zh AS 指标, i.level AS 层级, u.name AS 学院, "
    "i.category_1 AS 分类代码, i.value AS 值, d.unit_zh AS 显示单位, d.value_unit AS 值单位, "
    "i.numerator AS 分子, i.denominator AS 分母, i.records AS 记录数 "
    "FROM rpt_indicator AS i JOIN dim_indicator AS d ON d.indicator = i.indicator "
    "LEFT JOIN dim_unit AS u ON u.unit_id = i.college_id"
)


def is_personal(field: k.Field) -> bool:
    """True for what may not leave the store in a published file."""
    match field:
        case k.Secret():
            return True
        case k.Identifier(scheme=scheme):
            return scheme in PERSONAL_SCHEMES
        case _:
            return bool(PERSONAL_NAMES.search(field.name))


def published_fields(record_type: k.RecordType) -> Iterator[k.Field]:
    """The fields of ``rec_<type>``, in form order."""
    if record_type.id in PEOPLE:
        return
    for field in record_type.fields():
        match field:
            case k.FileSlot() | k.Shown() | k.LongText() | k.Secret() | k.PersonRefs() | k.RecordRefs():
                continue
            case k.UnitRef(header=True):
                continue
            case _ if not is_personal(field):
                yield field


def _many_valued(field: k.Field) -> bool:
    return isinstance(field, k.TextList | k.MultiCode)


def _record_rows(record_type: k.RecordType) -> str:
    """What ``rec_<type>`` holds of a university ($code) and a type ($type)."""
    columns = ["f.record_id", "f.number", "f.college_id", "f.owner_person_id", "f.filed_year", "f.title AS record_title"]
    for field in published_fields(record_type):
        if _many_valued(field):
            columns.append(
                "(SELECT string_agg(v.value, '、' ORDER BY v.seq) FROM raw.record_value AS v "  # noqa: S608
                f"WHERE v.record_id = f.record_id AND v.field = '{field.name}') AS \"{field.name}\""
            )
        else:
            columns.append(f'b."{field.name}"')
    return (
        f"SELECT {', '.join(columns)} "  # noqa: S608
        f"FROM core.fct_record AS f JOIN raw.{record_type.id} AS b ON b.record_id = f.record_id "
        "WHERE f.university_code = $code AND f.type = $type AND f.valid_to IS NULL"
    )


def copy_records(con: duckdb.DuckDBPyConnection, schema: str, code: str) -> None:
    """Write ``rec_<type>`` for every type into ``schema`` of the attached file."""
    for record_type in ALL_RECORDS.values():
        con.execute(
            f"CREATE TABLE {schema}.rec_{record_type.id} AS {_record_rows(record_type)} ORDER BY f.record_id",
            {"code": code, "type": record_type.id},
        )
        con.execute(
            f"COMMENT ON TABLE {schema}.rec_{record_type.id} IS "
            f"'One row per record in force of type {record_type.id}. 每条在册{record_type.zh}一行，代码与分（金额）原样。'"
        )


def revise_records(con: duckdb.DuckDBPyConnection, schema: str, code: str, types: Iterable[str]) -> None:
    """Replace the batch's records of these types in ``rec_<type>``."""
    for type_id in types:
        con.execute(f"DELETE FROM {schema}.rec_{type_id} WHERE record_id IN (SELECT record_id FROM pipeline.batch)")  # noqa: S608
        rows = f"{_record_rows(ALL_RECORDS[type_id])} AND f.record_id IN (SELECT record_id FROM pipeline.batch)"  # noqa: S608
        con.execute(f"INSERT INTO {schema}.rec_{type_id} {rows}", {"code": code, "type": type_id})


def contribution(out: duckdb.DuckDBPyConnection, con: duckdb.DuckDBPyConnection) -> None:
    """The view a number is a sum of, as dbt made it, over this file's own tables."""
    text = con.execute(
        "SELECT sql FROM duckdb_views() WHERE schema_name = 'core' AND view_name = 'v_contribution'"
    ).fetchall()[0][0]
    out.execute(re.sub(r'("?\w+"?\.)?"?core"?\.', "", text))


def view_name(record_type: k.RecordType) -> str:
    return f"v_{record_type.zh}"


def _label(lists: list[str], column: str) -> str:
    names = ", ".join(f"'{name}'" for name in lists)
    return f"(SELECT max(c.zh) FROM dim_code AS c WHERE c.list IN ({names}) AND c.code = {column})"  # noqa: S608


def _shown(field: k.Field, zh: str) -> list[str]:
    column = f'r."{field.name}"'
    match field:
        case k.Code(code_list=name, list_by=list_by):
            lists = [name] if name else []
            lists += [other for _, other in list_by.lists] if list_by else []
            return [f'{_label(lists, column)} AS "{zh}"', f'{column} AS "{zh}代码"']
        case k.Money():
            return [f'CAST({column} / 100.0 AS DECIMAL(20, 2)) AS "{zh}"']
        case k.PersonRef():
            return [f'(SELECT p.name FROM dim_person AS p WHERE p.person_id = {column}) AS "{zh}"']  # noqa: S608
        case k.UnitRef():
            return [f'(SELECT u.name FROM dim_unit AS u WHERE u.unit_id = {column}) AS "{zh}"']  # noqa: S608
        case k.RecordRef():
            return [f'(SELECT f.number FROM fct_record AS f WHERE f.record_id = {column}) AS "{zh}"']  # noqa: S608
        case k.YesNo():
            return [f"CASE WHEN {column} THEN '是' WHEN NOT {column} THEN '否' END AS \"{zh}\""]
        case _:
            return [f'{column} AS "{zh}"']


def record_view(record_type: k.RecordType) -> str:
    """The statement that makes ``v_<中文名>``."""
    taken = {"编号", "学院", "归属人", "归档年度"}
    columns = [
        "r.number AS 编号",
        "u.name AS 学院",
        "p.name AS 归属人",
        "r.filed_year AS 归档年度",
    ]
    if record_type.id in PEOPLE:
        columns.append("r.record_title AS 名称")
    for field in published_fields(record_type):
        zh = field.zh if field.zh not in taken and f"{field.zh}代码" not in taken else f"{field.zh}（{field.name}）"
        taken |= {zh, f"{zh}代码"}
        columns += _shown(field, zh)
    return (
        f'CREATE VIEW "{view_name(record_type)}" AS SELECT {", ".join(columns)} FROM rec_{record_type.id} AS r '  # noqa: S608
        "LEFT JOIN dim_unit AS u ON u.unit_id = r.college_id "
        "LEFT JOIN dim_person AS p ON p.person_id = r.owner_person_id"
    )


PERSON_VIEW = (
    'CREATE VIEW "v_人员" AS SELECT p.staff_no AS 工号, p.name AS 姓名, '
    "(SELECT max(c.zh) FROM dim_code AS c WHERE c.list = 'gbt2261_1_sex' AND c.code = p.sex) AS 性别, "
    "u.name AS 学院, "
    "(SELECT max(c.zh) FROM dim_code AS c WHERE c.list = 'title_rank' AND c.code = p.title_rank) AS 职称级别, "
    "(SELECT max(c.zh) FROM dim_code AS c WHERE c.list = 'gbt6864_degree' AND c.code = p.degree) AS 最后学位, "
    "(SELECT max(c.zh) FROM dim_code AS c WHERE c.list = 'age_band' AND c.code = p.age_band) AS 年龄段, "
    "p.is_in_post AS 是否在岗 FROM dim_person AS p LEFT JOIN dim_unit AS u ON u.unit_id = p.college_id"
)


def create(out: duckdb.DuckDBPyConnection) -> None:
    """All Chinese-named views of a university's file."""
    for record_type in ALL_RECORDS.values():
        out.execute(PERSON_VIEW if record_type.id == "person" else record_view(record_type))
    out.execute(f'CREATE VIEW "v_指标" AS {COUNTED}')


def province(out: duckdb.DuckDBPyConnection) -> None:
    """The Chinese-named view of the province's file."""
    out.execute(
        'CREATE VIEW "v_指标" AS SELECT i.university_code AS 学校代码, i.university AS 学校, i.peer_group AS 同类组, '
        "i.year AS 年度, d.indicator AS 指标号, d.zh AS 指标, i.category_1 AS 分类代码, i.value AS 值, "
        "d.unit_zh AS 显示单位, d.value_unit AS 值单位, i.staff AS 在岗人数, i.value_per_head AS 人均值, "
        "i.records AS 记录数 FROM rpt_province AS i JOIN dim_indicator AS d ON d.indicator = i.indicator"
    )


@lru_cache
def descriptions() -> dict[str, tuple[str, dict[str, str]]]:
    """Model → its description and those of its columns, from the contracts beside the models."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for path in sorted([*(DBT / "models/core").glob("*.yml"), *(DBT / "models/reports").glob("*.yml")]):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", ()):
            columns = {c["name"]: c.get("description", "") for c in model.get("columns", ())}
            found[model["name"]] = (" ".join(model["description"].split()), columns)
    return found


def comments(con: duckdb.DuckDBPyConnection, schema: str, tables: Mapping[str, str]) -> None:
    """Write the contracts' words into the file, where a schema browser finds them."""
    for table in tables:
        name = table.split(".")[1]
        description, columns = descriptions()[name]
        con.execute(f"COMMENT ON TABLE {schema}.{name} IS '{_quoted(description)}'")
        for column, text in columns.items():
            con.execute(f"COMMENT ON COLUMN {schema}.{name}.\"{column}\" IS '{_quoted(text)}'")


def _quoted(text: str) -> str:
    return text.replace("'", "''")
