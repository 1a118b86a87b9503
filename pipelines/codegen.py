"""Writes the parts of the dbt project that follow from the catalogue, as whole files.

``python -m pipelines.codegen`` writes them; a test writes them again and compares. Staging models do three
things only: name columns, cast them, and join a type's body to its header. They decide nothing.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from ingestion import feed
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS, GROUPS
from ingestion.store.platform import METADATA
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES
from ingestion.store.triggers import WATCHED

DBT = Path(__file__).resolve().parent.parent / "dbt"
GENERATED = Path("models/staging/_generated")
NOTICE = "written by pipelines/codegen.py from the catalogue: do not edit"

KINDS = {
    pa.string(): "varchar",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp",
}

HEADER: tuple[tuple[str, str, str], ...] = (
    ("university_code", "varchar", "h.university_code"),
    ("record_id", "bigint", "h.id"),
    ("state", "varchar", "h.state"),
    ("college_id", "bigint", "h.college_id"),
    ("owner_person_id", "bigint", "h.owner_person_id"),
    ("in_statistics", "boolean", "h.in_statistics"),
    ("listed_on", "date", "h.dated_on"),
    ("filed_year", "integer", "h.filed_year"),
    ("approved_at", "timestamp", "h.approved_at"),
    ("voided_at", "timestamp", "h.voided_at"),
)
"""What every stg_<type> carries from the header. ``listed_on`` files a record in lists; no measure reads it."""


def extracted(table: sa.Table) -> list[tuple[str, str]]:
    """Name and warehouse type of each column the feed delivers of a store table; secrets are not among them."""
    return [(column.name, KINDS[column.type]) for column in feed.schema(table.name)]


def _select(columns: list[tuple[str, str, str]], source: str) -> str:
    body = ",\n".join(f"    cast({expression} as {kind}) as {name}" for name, kind, expression in columns)
    return f"-- {NOTICE}\nselect\n{body}\n{source}\n"


def _years(record_type: k.RecordType | k.Children) -> list[str]:
    fields = record_type.fields() if isinstance(record_type, k.RecordType) else record_type.fields
    return [field.name for field in fields if isinstance(field, k.Year)]


def _year_dates(names: list[str]) -> list[tuple[str, str, str]]:
    """A year as a day a date rule can name: the first of January."""
    return [(f"{name}_on", "date", f"{{{{ year_start('b.{name}') }}}}") for name in names]


def type_model(record_type: k.RecordType) -> tuple[str, list[tuple[str, str, str]]]:
    table = TYPE_TABLES[record_type.id]
    taken = {name for name, _, _ in HEADER}
    columns = list(HEADER)
    for name, kind in extracted(table):
        if name in ("record_id", "university_code"):
            continue
        if name in taken:
            raise ValueError(f"{record_type.id}.{name} hides a column of the header")
        columns.append((name, kind, f"b.{name}"))
    columns += _year_dates(_years(record_type))
    source = (
        "from {{ source('raw', 'record') }} as h\n"
        f"inner join {{{{ source('raw', '{table.name}') }}}} as b on b.record_id = h.id"
    )
    return _select(columns, source), columns


def plain_model(table: sa.Table, years: list[str]) -> tuple[str, list[tuple[str, str, str]]]:
    columns = [(name, kind, f"b.{name}") for name, kind in extracted(table)] + _year_dates(years)
    return _select(columns, f"from {{{{ source('raw', '{table.name}') }}}} as b"), columns


def _holds(record_type: k.RecordType, when: k.When) -> str:
    """A condition of the declaration (``conditions.holds``) on the row of the type's table."""
    values = ", ".join(f"'{value}'" for value in when.values)
    field = record_type.field(when.field)
    if isinstance(field, k.TextList | k.MultiCode):
        found = _among("record_value", when.field, f" and v.value in ({values})")
    else:
        found = f"coalesce(cast(b.{when.field} as varchar) in ({values}), false)"
    return f"not {found}" if when.negated else found


def _among(table: str, field: str, more: str = "") -> str:
    return f"exists (select 1 from {{{{ source('raw', '{table}') }}}} as v where v.record_id = b.record_id and v.field = '{field}'{more})"  # noqa: S608 - names of the catalogue


def _is_filled(field: k.Field) -> str | None:
    """Whether a field holds something; None for what the feed does not deliver (secrets, files)."""
    match field:
        case k.Secret() | k.FileSlot() | k.Shown():
            return None
        case k.TextList() | k.MultiCode():
            return _among("record_value", field.name)
        case k.PersonRefs() | k.RecordRefs():
            return _among("record_link", field.name)
        case k.UnitRef(header=True):
            return f"h.{field.name} is not null"
        case k.Text() | k.LongText() | k.Identifier():
            return f"coalesce(trim(b.{field.name}), '') <> ''"
        case _:
            return f"b.{field.name} is not null"


def completeness_model() -> str:
    """One row per record of a type with fields that statistics need: how many of those shown, and how many filled."""
    parts = []
    for record_type in ALL_RECORDS.values():
        needed, filled = [], []
        for field in record_type.fields():
            holds = _is_filled(field) if field.needed_for else None
            if holds is None:
                continue
            shown = _holds(record_type, field.shown_when) if field.shown_when is not None else ""
            needed.append(f"case when {shown} then 1 else 0 end" if shown else "1")
            filled.append(f"case when {shown} and {holds} then 1 else 0 end" if shown else f"case when {holds} then 1 else 0 end")
        if needed:
            parts.append(
                f"select\n    b.university_code, b.record_id,\n    {_sum(needed)} as needed,\n    {_sum(filled)} as filled\n"
                f"from {{{{ source('raw', '{record_type.id}') }}}} as b\n"
                "inner join {{ source('raw', 'record') }} as h on h.id = b.record_id"
            )
    return f"-- {NOTICE}\n" + "\nunion all\n".join(parts) + "\n"


def _sum(cases: list[str]) -> str:
    return "cast(\n        " + "\n        + ".join(cases) + "\n    as integer)"


COMPLETENESS = [("university_code", "varchar", ""), ("record_id", "bigint", ""), ("needed", "integer", ""), ("filled", "integer", "")]
COMPLETENESS_WORDS = {
    "record_id": "Record id / 记录编号（库内）", "needed": "Fields shown that statistics need / 统计所需且适用的字段数", "filled": "Those filled / 其中已填",
}  # fmt: skip


def _yaml_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', "'") + '"'


def _labels(record_type: k.RecordType | k.Children) -> dict[str, str]:
    fields = record_type.fields() if isinstance(record_type, k.RecordType) else record_type.fields
    return {field.name: f"{field.zh} / {field.en}" for field in fields}


def _model_yaml(name: str, description: str, columns: list[tuple[str, str, str]], labels: dict[str, str]) -> str:
    lines = [f"# {NOTICE}", "version: 2", "", "models:", f"  - name: {name}"]
    lines += [f"    description: {_yaml_text(description)}", "    columns:"]
    for column, kind, _ in columns:
        lines += [f"      - name: {column}", f"        data_type: {kind}"]
        label = labels.get(column) or labels.get(column.removesuffix("_on")) or labels.get(column.removesuffix("_precision"))
        if label:
            lines.append(f"        description: {_yaml_text(label)}")
    return "\n".join(lines) + "\n"


def _sources_yaml(tables: list[sa.Table]) -> str:
    lines = [f"# {NOTICE}", "version: 2", "", "sources:", "  - name: raw", "    schema: raw"]
    lines += ["    description: The store's tables as the change feed delivers them.", "    tables:"]
    for table in tables:
        lines += [f"      - name: {table.name}", f"        description: {_yaml_text(table.comment or '')}"]
    return "\n".join(lines) + "\n"


def _types_csv() -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["type", "zh", "en", "group_id", "group_zh", "group_en", "prefix", "seq"])
    for seq, record_type in enumerate(ALL_RECORDS.values(), start=1):
        group_zh, group_en = GROUPS[record_type.group]
        writer.writerow(
            [record_type.id, record_type.zh, record_type.en, record_type.group, group_zh, group_en, record_type.prefix, seq]
        )
    return out.getvalue()


def platform_tables() -> list[sa.Table]:
    """The watched tables that are not the body of a record type."""
    bodies = {t.name for t in (*TYPE_TABLES.values(), *CHILD_TABLES.values())}
    return [METADATA.tables[name] for name in WATCHED if name not in bodies]


def files() -> dict[Path, str]:
    """Path below dbt/ → whole text, for every generated file."""
    out: dict[Path, str] = {GENERATED / "_sources.yml": _sources_yaml([METADATA.tables[name] for name in WATCHED])}
    for table in platform_tables():
        name = table.name
        sql, columns = plain_model(table, [])
        out[GENERATED / f"stg_{name}.sql"] = sql
        out[GENERATED / f"stg_{name}.yml"] = _model_yaml(f"stg_{name}", table.comment or "", columns, {})
    for record_type in ALL_RECORDS.values():
        name = f"stg_{record_type.id}"
        sql, columns = type_model(record_type)
        out[GENERATED / f"{name}.sql"] = sql
        out[GENERATED / f"{name}.yml"] = _model_yaml(
            name, TYPE_TABLES[record_type.id].comment or "", columns, _labels(record_type)
        )
        for children in record_type.children():
            table = CHILD_TABLES[record_type.id, children.name]
            sql, columns = plain_model(table, _years(children))
            out[GENERATED / f"stg_{table.name}.sql"] = sql
            out[GENERATED / f"stg_{table.name}.yml"] = _model_yaml(
                f"stg_{table.name}", table.comment or "", columns, _labels(children)
            )
    out[GENERATED / "stg_completeness.sql"] = completeness_model()
    out[GENERATED / "stg_completeness.yml"] = _model_yaml(
        "stg_completeness", "One row per record of a type with fields that statistics need.", COMPLETENESS, COMPLETENESS_WORDS
    )
    out[Path("seeds/_generated/record_types.csv")] = _types_csv()
    return out


def write(root: Path = DBT) -> int:
    """Write every generated file below ``root`` and remove those no longer generated. Returns how many changed."""
    wanted = {root / path: text for path, text in files().items()}
    changed = 0
    for folder in (root / GENERATED, root / "seeds" / "_generated"):
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if path not in wanted:
                path.unlink()
                changed += 1
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed += 1
    return changed


if __name__ == "__main__":
    print(f"{write()} files changed")
