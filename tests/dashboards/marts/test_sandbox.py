from __future__ import annotations

import csv
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from dashboards.marts import sandbox
from dashboards.marts.sandbox import Refused
from ingestion.principal import Denied, Principal

Who = Callable[..., Principal]
pytestmark = pytest.mark.usefixtures("published_here")

REFUSED = [
    ("", "empty"),
    ("   \n", "empty"),
    ("-- only a comment", "empty"),
    ("SELECT 1; SELECT 2", "several"),
    ("SELECT 1; DROP TABLE fct_record", "several"),
    ("PRAGMA database_list", "not_select"),
    ("CALL pragma_version()", "not_select"),
    ("CALL enable_logging()", "not_select"),
    ("SELECT * FROM enable_logging(storage='file', storage_path='/tmp/l')", "table_function"),
    ("SELECT * FROM pragma_database_size()", "table_function"),
    ("SELECT * FROM duckdb_settings()", "table_function"),
    ("SELECT * FROM duckdb_databases()", "table_function"),
    ("SELECT * FROM read_csv('/etc/passwd')", "table_function"),
    ("SELECT * FROM read_text('/etc/passwd')", "table_function"),
    ("SELECT * FROM read_blob('/proc/self/environ')", "table_function"),
    ("SELECT * FROM parquet_scan('/tmp/x')", "table_function"),
    ("SELECT * FROM glob('/*')", "table_function"),
    ("SELECT * FROM query('SELECT 1')", "table_function"),
    ("SELECT * FROM query_table('fct_record')", "table_function"),
    ("SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", "table_function"),
    ("SELECT * FROM repeat_row(1, num_rows=10)", "table_function"),
    ("SELECT * FROM test_all_types()", "table_function"),
    ("FROM '/etc/passwd'", "table"),
    ('SELECT * FROM "/etc/passwd"', "table"),
    ("SELECT * FROM '../99002/000001.duckdb'", "table"),
    ("SELECT * FROM 'http://127.0.0.1/x.csv'", "table"),
    ("SELECT * FROM information_schema.tables", "table"),
    ("SELECT * FROM duckdb_tables", "table"),
    ("SELECT * FROM sqlite_master", "table"),
    ("SELECT * FROM pg_catalog.pg_class", "table"),
    ("SELECT * FROM system.information_schema.tables", "table"),
    ("WITH duckdb_tables AS (SELECT * FROM duckdb_tables) SELECT * FROM duckdb_tables", "table"),
    ("SELECT * FROM (WITH sqlite_master AS (SELECT 1) SELECT 1) AS a, sqlite_master", "table"),
    ("SELECT (SELECT max(x) FROM no_such) FROM fct_record", "table"),
    ("SELECT 1 WHERE EXISTS (SELECT * FROM duckdb_views)", "table"),
    ("SELECT getenv('HOME')", "function"),
    ("SELECT current_setting('temp_directory')", "function"),
    ("SELECT current_database(), current_schemas(true)", "function"),
    ("SELECT version()", "function"),
    ("SELECT list_transform([1], x -> getenv('HOME'))", "function"),
    ("SELECT * FROM range(3) ORDER BY current_setting('threads')", "function"),
    ("SELECT 1 LIMIT (SELECT length(current_setting('home_directory')))", "function"),
    ("SELECT sum(1) OVER (ORDER BY getvariable('x'))", "function"),
    ("SELECT write_log('x')", "function"),
    ("SELECT sleep_ms(5000)", "function"),
    ("DESCRIBE fct_record", "describe"),
    ("SELECT * FROM (DESCRIBE fct_record)", "describe"),
    ("SUMMARIZE fct_record", "describe"),
    ("SHOW TABLES", "describe"),
    ("ATTACH '../99002/000001.duckdb' AS other", "not_select"),
    ("COPY fct_record TO '/tmp/stolen.csv'", "not_select"),
    ("EXPORT DATABASE '/tmp/stolen'", "not_select"),
    ("SET threads = 4", "not_select"),
    ("SET enable_external_access = true", "not_select"),
    ("RESET lock_configuration", "not_select"),
    ("INSERT INTO fct_record SELECT * FROM fct_record", "not_select"),
    ("UPDATE fct_record SET title = ''", "not_select"),
    ("DELETE FROM fct_record", "not_select"),
    ("CREATE TABLE x AS SELECT 1", "not_select"),
    ("DROP TABLE fct_record", "not_select"),
    ("INSTALL httpfs", "not_select"),
    ("LOAD json", "not_select"),
    ("USE memory", "not_select"),
    ("CHECKPOINT", "not_select"),
    ("EXPLAIN SELECT 1", "not_select"),
    ("PREPARE a AS SELECT 1", "not_select"),
    ("SELECT ?", "parameter"),
    ("SELECT $1", "parameter"),
    ("SELECT nope FROM fct_record", "column"),
    ("SELECT title, count(*) FROM fct_record", "group_by"),
    ("SELCT 1", "syntax"),
    ("SELECT", "syntax_end"),
    ("SELECT CAST('x' AS INTEGER)", "conversion"),
    ("SELECT '" + "x" * 60_000 + "'", "text_long"),
]


@pytest.mark.ac("AC-215")
@pytest.mark.parametrize(("sql", "code"), REFUSED, ids=[f"{code}-{i}" for i, (_, code) in enumerate(REFUSED)])
def test_what_is_not_a_query_over_published_views_is_refused_with_our_sentence(who: Who, sql: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        sandbox.run(who("analyst"), sql)
    assert refused.value.code == code
    said = refused.value.zh + refused.value.en
    for leak in ("duckdb.", "Traceback", "Error:", "/published/", "000001.duckdb", "LINE 1"):
        assert leak not in said or leak in sql


@pytest.mark.ac("AC-215")
@pytest.mark.parametrize("sql", [
    "SELECT sum(length(repeat(title || CAST(i AS VARCHAR), 200000))) FROM fct_record, range(1000) r(i)",
    "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t",
    "SELECT sum(a.i * b.i * c.i) FROM range(100000) a(i), range(100000) b(i), range(10000) c(i)",
    "SELECT max(length(repeat(repeat('x', 10000), 40000 + CAST(i AS INTEGER)))) FROM range(1000) r(i)",
])  # fmt: skip
def test_a_query_longer_than_the_limit_is_killed_and_the_next_one_runs(who: Who, sql: str) -> None:
    started = time.monotonic()
    with pytest.raises(Refused) as refused:
        sandbox.run(who("analyst"), sql, seconds=2)
    assert refused.value.code in ("time", "memory")
    assert time.monotonic() - started < 2 + sandbox.START_SECONDS + 2
    assert sandbox.run(who("analyst"), "SELECT 1").rows == [(1,)]


@pytest.mark.ac("AC-215")
def test_a_memory_bomb_is_stopped_and_does_not_touch_this_process(who: Who) -> None:
    with pytest.raises(Refused) as refused:
        sandbox.run(who("analyst"), "SELECT array_agg(repeat('y', 200000)) FROM range(100000)", seconds=8)
    assert refused.value.code in ("memory", "time")


def test_a_result_too_wide_to_show_is_refused(who: Who) -> None:
    with pytest.raises(Refused) as refused:
        sandbox.run(who("analyst"), "SELECT repeat('y', 60000000)")
    assert refused.value.code == "too_wide"


@pytest.mark.ac("AC-215")
def test_others_are_served_while_one_query_hangs(who: Who) -> None:
    def hang() -> None:
        with pytest.raises(Refused):
            sandbox.run(who("analyst"), "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t", seconds=3)

    thread = threading.Thread(target=hang)
    thread.start()
    started = time.monotonic()
    assert sandbox.run(who("analyst", "99002"), "SELECT 1").total == 1
    assert time.monotonic() - started < 2.5
    thread.join()


@pytest.mark.ac("AC-216")
@pytest.mark.parametrize("sql", [
    'SELECT * FROM "v_论文" LIMIT 3',
    "SELECT title FROM main.fct_record LIMIT 1;",
    "WITH x AS (SELECT type, count(*) AS n FROM fct_record GROUP BY ALL) SELECT * FROM x ORDER BY n DESC -- last",
    "SELECT year, sum(contribution) FROM v_contribution WHERE measure = 'O01' AND rule = 'OWNER' AND level = 'university' GROUP BY 1 ORDER BY 1",
    "SELECT * FROM range(3)",
    "SELECT unnest([1, 2])",
    "FROM generate_series(1, 3)",
    "(SELECT 1) UNION ALL (SELECT 2)",
    "SELECT * FROM (VALUES (1)) AS v(a)",
    "SELECT row_number() OVER (ORDER BY title) FROM fct_record LIMIT 2",
    "SELECT strftime(counted_on, '%Y-%m'), date_trunc('month', counted_on) FROM fct_measure LIMIT 1",
    "SELECT * FROM fct_record t SEMI JOIN fct_credit u USING (record_id) LIMIT 1",
    "SELECT current_date",
    "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t WHERE i < 5) SELECT max(i) FROM t",
])  # fmt: skip
def test_ordinary_analysis_runs(who: Who, sql: str) -> None:
    assert sandbox.run(who("analyst"), sql).total >= 1


@pytest.mark.ac("AC-216")
def test_at_most_the_limit_is_shown_with_the_true_total(who: Who) -> None:
    result = sandbox.run(who("analyst"), "SELECT i, i / 2 FROM range(25000) t(i)")
    assert (len(result.rows), result.total, result.truncated) == (10_000, 25_000, True)
    small = sandbox.run(who("analyst"), "SELECT i FROM range(25) t(i)", limit=10)
    assert (len(small.rows), small.total, small.truncated) == (10, 25, True)


def test_values_keep_their_kinds(who: Who) -> None:
    result = sandbox.run(who("analyst"), "SELECT 1.50::DECIMAL(10,2), DATE '2025-03-01', TIMESTAMP '2025-03-01 08:00:00', true, NULL, '中'")
    row = result.rows[0]
    assert row[0] == Decimal("1.50") and row[1].isoformat() == "2025-03-01" and row[2].hour == 8
    assert row[3] is True and row[4] is None and row[5] == "中"


@pytest.mark.ac("AC-216")
def test_an_export_holds_every_row_and_no_running_formula(who: Who, tmp_path: Path) -> None:
    sql = "SELECT i, CASE WHEN i = 0 THEN '=1+1' WHEN i = 1 THEN '@x' ELSE 'ok' END AS t, -2.5 AS v FROM range(12000) r(i)"
    path = tmp_path / "a.csv"
    assert sandbox.export(who("analyst"), sql, "csv", path) == 12_000
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert len(lines) == 12_001
    assert lines[1] == ["0", "'=1+1", "-2.5"]
    assert lines[2][1] == "'@x"
    book = tmp_path / "a.xlsx"
    assert sandbox.export(who("analyst"), sql, "xlsx", book) == 12_000
    opened = openpyxl.load_workbook(book)
    data = opened["查询结果"]
    assert data.max_row == 12_001
    assert (data["B2"].value, data["B2"].data_type, data["C2"].value) == ("=1+1", "s", -2.5)
    notes = {row[0]: row[1] for row in opened["导出说明"].iter_rows(values_only=True)}
    assert notes["单位名称"] == "江城大学" and notes["行数"] == "12000" and notes["批次"] == "#1" and notes["数据截至"] and "张伟" in notes["导出人"]


@pytest.mark.ac("AC-248")
def test_a_text_is_written_whole_or_not_at_all_and_never_as_markup(who: Who, tmp_path: Path) -> None:
    sandbox.export(who("analyst"), "SELECT '<r><t>x</t></r>' AS a", "xlsx", tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["查询结果"]["A2"].value == "<r><t>x</t></r>"
    with pytest.raises(Refused, match="32,767"):
        sandbox.export(who("analyst"), "SELECT repeat('长', 32768) AS 摘要", "xlsx", tmp_path / "b.xlsx")
    assert not (tmp_path / "b.xlsx").exists()


def test_a_refused_export_leaves_no_file(who: Who, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        sandbox.export(who("analyst"), "SELECT * FROM read_csv('/etc/passwd')", "csv", tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.ac("AC-215", "AC-214")
def test_another_universitys_canary_cannot_be_found(who: Who) -> None:
    for name in (one.name for one in sandbox.relations(who("analyst", "99001"))):
        result = sandbox.run(who("analyst", "99001"), f'SELECT count(*) FROM "{name}" AS t WHERE CAST(t AS VARCHAR) LIKE \'%99002%\'')
        assert result.rows == [(0,)] or name == "dim_university"


@pytest.mark.parametrize("role", ["college_admin", "researcher", "expert", "finance"])
def test_only_analysts_and_the_office_have_sql(who: Who, role: str) -> None:
    with pytest.raises(Denied):
        sandbox.run(who(role), "SELECT 1")
    with pytest.raises(Denied):
        sandbox.relations(who(role))


@pytest.mark.ac("AC-216")
def test_no_personal_column_is_published(who: Who) -> None:
    columns = {column.name for one in sandbox.relations(who("analyst")) for column in one.columns}
    for word in ("id_number", "phone", "mobile", "email", "birth", "bank", "证件", "身份证", "手机", "邮箱", "银行"):
        assert not [column for column in columns if word in column.lower()]


@pytest.mark.ac("AC-216")
def test_the_data_file_is_ones_own_and_opens(who: Who, tmp_path: Path) -> None:
    target = tmp_path / "own.duckdb"
    assert sandbox.data_file(who("analyst", "99001"), target) == target.stat().st_size > 0
    with duckdb.connect(str(target), read_only=True) as con:
        assert con.execute("SELECT DISTINCT university_code FROM fct_record").fetchall() == [("99001",)]
    with pytest.raises(Denied):
        sandbox.data_file(who("researcher", "99001"), tmp_path / "other.duckdb")
