"""A small published home for tests of the readers, made from the marts' own contracts, seeds and SQL.

Columns come from the contracts in ``dbt/models``, indicators and rules from the seeds, ``v_contribution`` and
``rpt_indicator`` from their own SQL, so a change of the contract reaches these tests at once.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pyarrow as pa
import yaml

from ingestion.store.engine import today

ROOT = Path(__file__).resolve().parents[3]
MODELS = ROOT / "dbt" / "models"
SEEDS = ROOT / "dbt" / "seeds"
YEAR = today().year
PAPER_TIERS = ("SCI-CAS-1", "SCI-CAS-2", "SCI-CAS-3", "EI-J", "CSSCI", "PKU", "NONE")
NAMES = {
    "99001": ("江城大学", "double_first_class", "420100"),
    "99002": ("楚天学院", "provincial", "420500"),
    "99003": ("汉水职业技术学院", "vocational", "420600"),
    "99004": ("东湖工业大学", "double_first_class", "420100"),
    "99005": ("磁湖学院", "provincial", "420200"),
    "99006": ("武当医药大学", "provincial", "420300"),
    "99007": ("漳河学院", "provincial", "420800"),
    "99008": ("荆楚理工大学", "provincial", "421000"),
}
LISTS = {
    "paper_type": (("J", "期刊论文"), ("C", "会议论文")),
    "patent_type": (("1", "发明"), ("2", "实用新型"), ("3", "外观设计")),
    "award_level": (("10", "国家级"), ("21", "部级"), ("23", "省级"), ("30", "市级")),
    "award_grade": (("1", "一等奖"), ("2", "二等奖"), ("3", "三等奖")),
    "project_level": (("1", "国家级"), ("2", "省部级"), ("4", "校级")),
    "fund_source_group": (("NSFC", "国家自然科学基金"), ("ENT", "企事业单位委托"), ("PROV", "省科技厅"), ("UNIV", "校级")),
}


@dataclass
class University:
    """What one university's file is made of."""

    code: str
    colleges: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))


def contract(name: str) -> dict[str, str]:
    """Column → type of a model, as its contract says."""
    path = next(MODELS.glob(f"*/{name}.yml"))
    model = yaml.safe_load(path.read_text(encoding="utf-8"))["models"][0]
    return {column["name"]: column["data_type"] for column in model["columns"]}


def build(home: Path, sizes: dict[str, int], generation: int = 1, seed: int = 1, as_of: datetime | None = None,
          reconciled: bool = True, held_reason: str = "") -> None:  # fmt: skip
    """Publishes the universities of ``sizes`` (code → number of records), the province and the peers."""
    root = home / "published"
    as_of = as_of or datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    files: dict[str, str] = {}
    province: list[tuple[Any, ...]] = []
    for code, size in sizes.items():
        (root / code).mkdir(parents=True, exist_ok=True)
        files[code] = f"{code}/{generation:06d}.duckdb"
        con = _open(root / files[code])
        _meta(con, generation, as_of, code, reconciled, held_reason)
        _dimensions(con, [code])
        made = generate(code, size, random.Random(f"{seed}{code}"))
        for table in ("dim_unit", "dim_person", "fct_record", "fct_measure", "fct_credit", "rpt_work", "rpt_balance", "rpt_reconciliation", "dim_source"):
            _fill(con, table, made.tables[table])
        _money(con, made)
        _derive(con)
        _quality(con, as_of)
        province += con.execute("SELECT * FROM rpt_indicator WHERE level = 'university'").fetchall()
        _finish(con)
    _province(root, files, province, generation, as_of)
    (root / "current.json").write_text(json.dumps({"generation": generation, "as_of": as_of.isoformat(sep=" "), "published_at": as_of.isoformat(sep=" "), "files": files, "sha256": {}}))


def generate(code: str, size: int, chance: random.Random) -> University:
    made = University(code)
    base = int(code) * 10_000_000
    approved = datetime(YEAR - 11, 1, 1)
    made.colleges = [base + i for i in range(1, 7)] if size else []
    words = ("计算机学院", "文学院", "机械工程学院", "材料科学与工程学院", "化学与环境学院", "外国语学院")
    for i, unit in enumerate(made.colleges):
        made.tables["dim_unit"].append({"unit_id": unit, "code": f"C{i + 1}", "name": words[i], "name_en": f"College {i + 1}", "kind": "college", "now_id": unit})
    ids = iter(range(base + 1000, base + 1000 + 4 * size + 1000))
    college_of: dict[int, int] = {}
    for i in range(min(size, max(12, size // 60))):
        person, college = next(ids), made.colleges[i % len(made.colleges)]
        made.people.append(person)
        college_of[person] = college
        name = f"人员{i:04d}"
        made.tables["dim_person"].append({"person_id": person, "staff_no": f"{i:05d}", "name": name, "sex": "1", "college_id": college, "title_rank": "senior", "age_band": "35", "is_in_post": True})
        _record(made, person, "person", name, college, person, date(YEAR - 10, 9, 1), approved)
        _measure(made, person, "person", "R01", 0, date(YEAR - 10, 9, 1), 1, "person", "", college, person)
        for year in range(YEAR - 9, YEAR + 1):
            _measure(made, person, "person", "S01", year, min(date(year, 12, 31), today()), 1, "senior", "", college, person)
    for i in range(size):
        _one(made, next(ids), i, chance, college_of, approved)
    if size:
        for state, count in (("00", 3), ("10", 5), ("20", 7), ("21", 2)):
            made.tables["rpt_work"].append({"college_id": made.colleges[0], "type": "paper", "state": state, "filed_year": YEAR, "records": count, "oldest_since": datetime.now(UTC).replace(tzinfo=None) - timedelta(days=6)})
    made.tables["rpt_work"].append({"college_id": None, "type": "paper", "state": "30", "filed_year": YEAR, "records": size, "oldest_since": approved})
    made.tables["dim_source"].append({"kind": "citations", "year": 0, "source": "Web of Science", "taken_on": today(), "period": "", "read_rows": size, "used_rows": size})
    for row in (row for rows in made.tables.values() for row in rows):
        row.setdefault("university_code", code)
    return made


def _one(made: University, record: int, i: int, chance: random.Random, college_of: dict[int, int], approved: datetime) -> None:
    kind = chance.choices(("paper", "fund_arrival", "vertical_project", "patent", "award", "book"), (50, 16, 12, 12, 5, 5))[0]
    on = date(YEAR - 9, 1, 1) + timedelta(days=chance.randrange(0, (today() - date(YEAR - 9, 1, 1)).days))
    own = chance.sample(made.people, min(len(made.people), chance.choice((0, 1, 1, 2, 3)) if kind == "paper" else 1))
    owner = own[0] if own else None
    college = college_of[owner] if owner else None
    _record(made, record, kind, f"{made.code} {kind} 第{i}项成果", college, owner, on, approved)
    counts = chance.random() > 0.04
    reason = "" if counts else "not_public"

    def add(measure: str, value: int, one: str, two: str, seq: int = 0, day: date = on) -> None:
        _measure(made, record, kind, measure, seq, day, value, one, two, college, owner, counts, reason)

    _measure(made, record, kind, "R01", 0, on, 1, kind, "", college, owner)
    match kind:
        case "paper":
            tier = chance.choice(PAPER_TIERS)
            add("O01", 1, chance.choice("JC"), tier)
            add("O02", 1, tier, "J")
            if i % 3:  # what the citation table of the office would bring
                add("O05N", i * 7 % 23, tier, "J")
                add("O05D", 1, tier, "J")
        case "fund_arrival":
            add("F01", chance.randrange(10_000, 90_000_000), chance.choice(("vertical_project", "horizontal_project")), chance.choice(LISTS["fund_source_group"])[0])
        case "vertical_project":
            level = chance.choice(LISTS["project_level"])[0]
            add("P01", 1, level, kind)
            add("F03", chance.randrange(100_000, 90_000_000), level, kind)
            if i % 2:
                add("P02D", 1, level, kind)
                add("P02N", 1, level, kind)
            if level == "1":
                add("P07N", 1, level, kind)
            for year in range(on.year, min(on.year + 3, YEAR) + 1):
                add("P03", 1, level, kind, year, min(date(year, 12, 31), today()))
        case "patent":
            sort = chance.choice("123")
            add("K01A", 1, sort, "")
            if chance.random() < 0.6:
                add("K01B", 1, sort, "")
                if sort == "1":
                    add("K02N", 1, sort, "")
        case "award":
            add("A01", 1, chance.choice(LISTS["award_level"])[0], chance.choice("123"))
        case "book":
            add("O10", 1, chance.choice("12"), "1")
    _credits(made, record, own, college, college_of, chance.random() < 0.8)


def _record(made: University, record: int, kind: str, title: str, college: int | None, owner: int | None, on: date, approved: datetime) -> None:
    made.tables["fct_record"].append({
        "record_id": record, "number": f"LW{record % 1_000_000:06d}", "type": kind, "title": title, "college_id": college,
        "owner_person_id": owner, "filed_year": on.year, "dated_on": on, "channel": "own", "in_statistics": True,
        "approved_at": approved, "valid_from": approved, "valid_to": None,
    })  # fmt: skip


def _measure(made: University, record: int, kind: str, measure: str, seq: int, on: date, value: int, one: str, two: str,
             college: int | None, owner: int | None, included: bool = True, reason: str = "") -> None:  # fmt: skip
    made.tables["fct_measure"].append({
        "record_id": record, "type": kind, "measure": measure, "seq": seq, "counted_on": on, "year": on.year, "value": value,
        "included": included, "reason": reason or None, "category_1": one, "category_2": two, "college_id": college,
        "owner_person_id": owner, "valid_from": datetime(2015, 1, 1), "valid_to": None,
    })  # fmt: skip


def _credits(made: University, record: int, own: list[int], college: int | None, college_of: dict[int, int], first: bool) -> None:
    seen: set[int] = set()
    for rank, person in enumerate(own or [None]):
        where = college if rank == 0 else college_of[person]
        lead = rank == 0
        made.tables["fct_credit"].append({
            "record_id": record, "rank": rank + 1 if own else 0, "person_id": person, "kind": "staff" if own else "none",
            "college_id": where, "is_owner": lead, "share_owner": int(lead), "share_full_school": int(lead),
            "share_full_college": int(where not in seen), "share_full_person": int(bool(own)),
            "share_frac_eq": round(1 / max(len(own), 1), 6) if not lead else 1 - round(1 / max(len(own), 1), 6) * (max(len(own), 1) - 1),
            "share_frac_w": int(lead), "share_frac_6040": int(lead), "share_book_n": int(lead),
            "share_first_unit": int(lead and first), "share_first_or_corr": int(lead and first),
            "share_first_patentee": int(lead), "share_first_author": int(lead and bool(own)),
            "valid_from": datetime(2015, 1, 1), "valid_to": None,
        })  # fmt: skip
        seen.add(where)


# --- files ----------------------------------------------------------------------------------------------


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return duckdb.connect(str(path))


def _finish(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CHECKPOINT")
    con.close()


def _meta(con: duckdb.DuckDBPyConnection, generation: int, as_of: datetime, code: str, reconciled: bool, held: str) -> None:
    con.execute("CREATE TABLE meta_generation (generation INTEGER, as_of TIMESTAMP, published_at TIMESTAMP, university_code VARCHAR, reconciled BOOLEAN, held_reason VARCHAR)")
    con.execute("INSERT INTO meta_generation VALUES (?, ?, ?, ?, ?, ?)", [generation, as_of, as_of, code, reconciled, held])


def _fill(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    columns = contract(table)
    con.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    if rows:
        batch = pa.table({name: pa.array([row.get(name) for row in rows]) for name in columns})
        con.register("batch", batch)
        con.execute(f"INSERT INTO {table} SELECT {', '.join(f'CAST({n} AS {k})' for n, k in columns.items())} FROM batch")
        con.unregister("batch")


def _dimensions(con: duckdb.DuckDBPyConnection, codes: list[str]) -> None:
    for seed in SEEDS.glob("*.csv"):
        con.execute(f"CREATE TEMP TABLE {seed.stem} AS SELECT * FROM read_csv('{seed}', all_varchar=false, header=true, nullstr='')")
    con.execute("CREATE TABLE dim_rule AS SELECT * FROM counting_rules")
    con.execute(f"CREATE TABLE dim_indicator AS {compiled('dim_indicator')}")
    rows = [{"list": name, "owner": "*", "code": code, "zh": zh, "en": zh, "seq": i} for name, items in LISTS.items() for i, (code, zh) in enumerate(items)]
    for name, key in (("exclusion_reasons", "exclusion_reason"), ("index_tiers", "index_tier")):
        with (SEEDS / f"{name}.csv").open(encoding="utf-8") as file:
            rows += [{"list": key, "owner": "*", "code": r.get("code") or r.get("tier"), "zh": r["zh"], "en": r["en"], "seq": i} for i, r in enumerate(csv.DictReader(file))]
    with (SEEDS / "pipeline_codes.csv").open(encoding="utf-8") as file:
        rows += [{"list": r["list"], "owner": "*", "code": r["code"], "zh": r["zh"], "en": r["en"], "seq": int(r["seq"])} for r in csv.DictReader(file)]
    _fill(con, "dim_code", rows)
    kinds = (("person", "人员"), ("vertical_project", "纵向项目"), ("fund_arrival", "经费到账"), ("paper", "论文"), ("book", "著作"), ("award", "获奖"), ("patent", "专利"))
    _fill(con, "dim_type", [{"type": t, "zh": zh, "en": t, "group_id": "x", "prefix": "LW", "seq": i} for i, (t, zh) in enumerate(kinds)])
    _fill(con, "dim_university", [{"university_code": c, "name": NAMES[c][0], "name_en": c, "peer_group": NAMES[c][1], "city_code": NAMES[c][2]} for c in codes])


def _money(con: duckdb.DuckDBPyConnection, made: University) -> None:
    """The money's projects, as the records' own tables say: six of seven arrivals belong to a project of their owner."""
    for table in ("rec_fund_arrival", "rec_fund_outward", "rec_fund_expense"):
        con.execute(f"CREATE TABLE {table} (record_id BIGINT, project_id BIGINT)")
    con.execute(
        "INSERT INTO rec_fund_arrival SELECT a.record_id, CASE WHEN a.record_id % 7 > 0 THEN p.ids[1 + a.record_id % len(p.ids)] END"
        " FROM fct_record AS a LEFT JOIN (SELECT owner_person_id, list(record_id ORDER BY record_id) AS ids FROM fct_record"
        " WHERE type = 'vertical_project' GROUP BY owner_person_id) AS p ON p.owner_person_id = a.owner_person_id WHERE a.type = 'fund_arrival'"
    )


def _quality(con: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Every third record lacks one of four fields, every tenth has a warning; each record was reviewed by its college in
    two days and by the office in twenty, every fifth was first returned."""
    for table in ("fct_quality", "fct_review"):
        _fill(con, table, [])
    con.execute(
        "INSERT INTO fct_quality SELECT university_code, record_id, type, college_id, owner_person_id, 2, 4, CASE WHEN record_id % 3 = 0 THEN 3 ELSE 4 END, "
        "CASE WHEN record_id % 10 = 0 THEN 'warning' ELSE '' END, (CASE WHEN record_id % 3 = 0 THEN 0.75 ELSE 1.0 END) * (CASE WHEN record_id % 10 = 0 THEN 0.5 ELSE 1.0 END), ? "
        "FROM fct_record",
        [as_of],
    )
    for seq, node, days, ended, to, handler, reason, which in (
        (1, "10", 1, "return", "11", "刘芳", "缺少封面", "record_id % 5 = 0"), (2, "11", 9, "submit", "10", "", "", "record_id % 5 = 0"),
        (3, "10", 2, "approve", "20", "刘芳", "", "true"), (4, "20", 20, "approve", "30", "陈刚", "", "true"),
    ):  # fmt: skip
        con.execute(
            "INSERT INTO fct_review SELECT university_code, record_id, NULL, ?, type, title, college_id, ?, ?, ?, ?, ?, ?, ?, ?, '', ? "
            f"FROM fct_record WHERE type <> 'person' AND {which}",
            [seq, node, as_of - timedelta(days=40), as_of.year, as_of - timedelta(days=40 - days), 24.0 * days, ended, to, handler, reason],
        )


def _derive(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"CREATE VIEW v_contribution AS {compiled('v_contribution')}")
    con.execute("CREATE TEMP TABLE clock AS SELECT current_date AS local_day")
    con.execute(f"CREATE TEMP TABLE fct_sum AS {SUMS}")
    con.execute(f"CREATE TABLE rpt_indicator AS {compiled('rpt_indicator')}")
    con.execute('CREATE VIEW "v_论文" AS SELECT record_id AS "记录编号", number AS "编号", title AS "论文名称" FROM fct_record WHERE type = \'paper\'')


SUMS = """
SELECT university_code, measure, rule, year, level, college_id, coalesce(category_1, '') AS category_1, sum(contribution) AS value,
       count(DISTINCT record_id) AS records
FROM v_contribution WHERE level IN ('university', 'college') GROUP BY ALL
UNION ALL
SELECT university_code, measure, rule, year, level, college_id, '*', sum(contribution), count(DISTINCT record_id)
FROM v_contribution WHERE level IN ('university', 'college') GROUP BY ALL
"""
"""What fct_sum holds, of every rule."""


def compiled(model: str) -> str:
    """The SQL of a model without its Jinja: references become names, batches become everything."""
    text = next(MODELS.glob(f"*/{model}.sql")).read_text(encoding="utf-8")
    text = re.sub(r"\A[{]+ config\(.*?\) [}]+\n", "", text, flags=re.DOTALL)
    if model == "v_contribution":
        text = contributions("fct_measure", "fct_credit")
    text = re.sub(r"\{\{-?\s*ref\('(\w+)'\)\s*-?\}\}", r"\1", text)
    text = re.sub(r"\{\{-?\s*source\('\w+',\s*'(\w+)'\)\s*-?\}\}", r"\1", text)
    return re.sub(r"\{\{-?.*?-?\}\}", "", text, flags=re.DOTALL)


def contributions(measures: str, credited: str) -> str:
    """What the macro of v_contribution writes over two tables."""
    macros = (MODELS.parent / "macros" / "contributions.sql").read_text(encoding="utf-8")
    template = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(macros + "{{ contributions(measures, credited) }}")
    return template.render(measures=measures, credited=credited)


def _province(root: Path, files: dict[str, str], rows: list[tuple[Any, ...]], generation: int, as_of: datetime) -> None:
    columns = list(contract("rpt_indicator"))
    staff = {(r[0], r[2]): r[6] for r in rows if r[1] == "S01" and r[5] == "*"}
    made = []
    for row in (dict(zip(columns, r, strict=True)) for r in rows):
        name, group, city = NAMES[row["university_code"]]
        heads = staff.get((row["university_code"], row["year"]))
        made.append({**row, "university": name, "university_en": name, "peer_group": group, "city_code": city, "staff": heads,
                     "value_per_head": (row["value"] or 0) / heads if heads else None})  # fmt: skip
    for key, tables in (("province", ("rpt_province",)), ("peers", ("rpt_peer",))):
        files[key] = f"{key}/{generation:06d}.duckdb"
        con = _open(root / files[key])
        _meta(con, generation, as_of, key, True, "")
        _dimensions(con, [code for code in files if code in NAMES])
        for table in tables:
            _fill(con, table, made if table == "rpt_province" else _peers(made))
        if "rpt_province" in tables:
            scores = [{"university_code": code, "type": "*", "records": 10, "weight": 40, "points": 30.0 + i, "score": 75.0 + 2.5 * i, "needed": 20, "filled": 15, "flagged": i, "as_of": as_of} for i, code in enumerate(files) if code in NAMES]
            scores += [{**one, "type": kind, "filled": one["filled"] + i} for one in scores for i, kind in enumerate(("paper", "patent"), 1)]
            _fill(con, "rpt_quality", scores)
        _finish(con)


def _peers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    cells: dict[tuple[str, int, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["category_1"] == "*":
            cells[row["indicator"], row["year"], "*"].append(row)
            cells[row["indicator"], row["year"], row["peer_group"]].append(row)
    out = []
    for (indicator, year, group), members in cells.items():
        ranked = sorted((m for m in members if m["value"] is not None), key=lambda m: -m["value"])
        for place, member in enumerate(ranked, 1):
            few = (member["records"] or 0) < 3
            out.append({"university": member["university_code"], "name": member["university"], "peer_group": group,
                        "indicator": indicator, "year": year, "value": None if few else member["value"], "is_suppressed": few,
                        "rank": None if few or len(ranked) < 5 else place, "ranked_among": len(ranked)})  # fmt: skip
    return out
