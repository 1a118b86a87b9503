"""The child process in which one analyst's query runs. Started by file name; imports nothing of ours.

Reads one request as JSON from standard input, answers with one JSON object on standard output, dies.
Everything hostile happens here: parsing, checking, running. The parent kills it at the time limit; an
alarm and limits of the operating system stand behind that. ``interrupt()`` is not enough: one expression
was seen to run 25 seconds after it.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import os
import re
import resource
import signal
import sys
import time
from xml.sax.saxutils import escape

MEMORY = "512MB"
ADDRESS_SPACE = 4 << 30  # DuckDB reserves far more than it uses
ANSWER_BYTES = 48 << 20
XLSX_ROWS = 1_048_575

QUERY_NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
TABLE_NODES = {"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EMPTY", "EXPRESSION_LIST", "PIVOT"}
TABLE_FUNCTIONS = {"range", "generate_series", "unnest"}
ALLOWED_ANYWAY = {"current_date", "current_timestamp", "current_localtime", "current_localtimestamp"}
DENIED_PREFIXES = ("pg_", "current_", "has_", "inet_", "duckdb_", "pragma_", "__internal", "json_serialize",
                   "json_deserialize", "json_execute", "parse_duckdb", "variant_bytes")  # fmt: skip
DENIED = {
    "col_description", "obj_description", "shobj_description", "format_pg_type", "map_to_pg_oid", "getvariable",
    "generate_subscripts", "nextval", "currval", "setseed", "sleep_ms", "write_log", "user", "session_user",
    "txid_current", "version", "get_block_size", "in_search_path", "stats", "vector_type", "create_sort_key",
    "getenv", "query", "query_table", "finalize", "combine", "get_current_timestamp",
}  # fmt: skip


class Refused(Exception):
    """``code`` picks the sentence in the parent; ``word`` is the part of the text it speaks of."""

    def __init__(self, code: str, word: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.word = word[:80]


def main() -> None:
    request = json.loads(sys.stdin.buffer.read())
    _limit(request)
    out = os.fdopen(os.dup(1), "wb")
    try:
        answer = _answer(request)
        payload = json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")
        if len(payload) > ANSWER_BYTES:
            raise Refused("too_wide")
    except Refused as refused:
        payload = json.dumps({"refused": refused.code, "word": refused.word}, ensure_ascii=False).encode()
    except MemoryError:
        payload = b'{"refused": "memory", "word": ""}'
    except RecursionError:
        payload = b'{"refused": "depth", "word": ""}'
    out.write(payload)
    out.flush()
    os._exit(0)


def _limit(request: dict) -> None:
    seconds = int(request["seconds"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 3, seconds + 4))
    if not request.get("export"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds + 3)


def _answer(request: dict) -> dict:
    import duckdb

    try:
        con = duckdb.connect(request["path"], read_only=True)
        relations = _prepare(con)
        return _run(con, duckdb, relations, request)
    except duckdb.OutOfMemoryException:
        raise Refused("memory") from None
    except duckdb.Error as error:
        raise _reason(error) from None


def _prepare(con) -> set[str]:
    for setting in (
        f"SET memory_limit='{MEMORY}'",
        "SET threads=1",
        "SET temp_directory=''",
        "SET autoinstall_known_extensions=false",
        "SET autoload_known_extensions=false",
        "SET allow_community_extensions=false",
        "SET python_enable_replacements=false",
        "SET enable_external_access=false",
    ):
        con.execute(setting)
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal"
        " UNION SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"
    ).fetchall()
    con.execute("SET lock_configuration=true")
    return {row[0].lower() for row in rows}


def _run(con, duckdb, relations: set[str], request: dict) -> dict:
    started = time.perf_counter()
    statement = _check(con, duckdb, relations, request["sql"])
    con.execute(statement)
    columns = [column[0] for column in con.description]
    types = [str(column[1]) for column in con.description]
    if request.get("export"):
        return {"rows": _export(con, columns, request["export"]), "seconds": time.perf_counter() - started}
    limit = request["limit"]
    rows = con.fetchmany(limit + 1)
    total = len(rows)
    if total > limit:
        text = statement.query.strip().rstrip(";")
        total = con.execute(f"SELECT count(*) FROM (\n{text}\n)").fetchall()[0][0]  # noqa: S608
    return {
        "columns": columns,
        "types": types,
        "rows": [[_plain(value) for value in row] for row in rows[:limit]],
        "total": total,
        "seconds": time.perf_counter() - started,
    }


# --- what may be asked --------------------------------------------------------------------------------


def _check(con, duckdb, relations: set[str], sql: str):
    if not sql.strip():
        raise Refused("empty")
    if "\0" in sql:
        raise Refused("syntax_end")
    statements = con.extract_statements(sql)
    if len(statements) != 1:
        raise Refused("several" if statements else "empty")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise Refused("not_select", sql.split()[0])
    # a literal, not a parameter: binding one makes the engine's Python side import pandas, 1.3 s
    quoted = sql.replace("'", "''")
    tree = json.loads(con.execute(f"SELECT json_serialize_sql('{quoted}')").fetchall()[0][0])
    if tree.get("error"):
        raise Refused("not_select", sql.split()[0])
    if len(tree["statements"]) != 1:
        raise Refused("several")
    if statements[0].named_parameters:
        raise Refused("parameter")
    functions = {
        row[0].lower()
        for row in con.execute(
            "SELECT DISTINCT function_name FROM duckdb_functions()"
            " WHERE function_type IN ('scalar', 'aggregate', 'macro') AND schema_name IN ('main', 'pg_catalog')"
        ).fetchall()
    }
    _Walker(relations, functions).query(tree["statements"][0]["node"], frozenset())
    return statements[0]


class _Walker:
    """Visits every node with the CTE names in its scope; whatever is not known to be harmless is refused."""

    def __init__(self, relations: set[str], functions: set[str]) -> None:
        self.relations = relations
        self.functions = functions

    def query(self, node: dict, names: frozenset[str]) -> None:
        if node.get("type") not in QUERY_NODES:
            raise Refused("not_select")
        if node["type"] == "RECURSIVE_CTE_NODE":
            names = names | {node["cte_name"].lower()}
        for entry in (node.get("cte_map") or {}).get("map") or []:
            self.query(entry["value"]["query"]["node"], names)
            names = names | {entry["key"].lower()}
        if node["type"] == "CTE_NODE":
            self.query(node["query"], names)
            names = names | {node["cte_name"].lower()}
            self.query(node["child"], names)
        self.place(node, "from_table")
        for key, value in node.items():
            if key != "cte_map" and not (node["type"] == "CTE_NODE" and key in ("query", "child")):
                self.any(value, names)

    def any(self, value, names: frozenset[str]) -> None:
        if isinstance(value, list):
            for item in value:
                self.any(item, names)
        elif isinstance(value, dict):
            kind = value.get("type") if isinstance(value.get("type"), str) else ""
            if kind in QUERY_NODES:
                self.query(value, names)
                return
            if "class" in value:
                self.expression(value)
            elif kind in TABLE_NODES:
                self.table(value, names)
            for place in ("from_table", "left", "right", "source"):
                self.place(value, place)
            for item in value.values():
                self.any(item, names)

    def place(self, node: dict, name: str) -> None:
        """Where the grammar has a table or a query, only the known kinds of them may stand."""
        held = node.get(name)
        if isinstance(held, dict) and "type" in held and "class" not in held:
            if held["type"] not in TABLE_NODES | QUERY_NODES:
                raise Refused("describe" if held["type"] == "SHOW_REF" else "table_node", held["type"])

    def table(self, node: dict, names: frozenset[str]) -> None:
        kind = node["type"]
        if kind == "TABLE_FUNCTION":
            name = (node.get("function") or {}).get("function_name", "").lower()
            if name not in TABLE_FUNCTIONS:
                raise Refused("table_function", name)
        if kind == "BASE_TABLE":
            name = node["table_name"]
            qualified = node.get("catalog_name") or node.get("schema_name", "") not in ("", "main")
            local = not node.get("schema_name") and name.lower() in names
            if qualified or not (local or name.lower() in self.relations):
                parts = (node.get("catalog_name"), node.get("schema_name"), name)
                raise Refused("table", ".".join(part for part in parts if part))

    def expression(self, node: dict) -> None:
        if node["class"] in ("PARAMETER",):
            raise Refused("parameter")
        name = node.get("function_name")
        if name is None:
            return
        name = name.lower()
        if name in ALLOWED_ANYWAY:
            return
        known = name in self.functions or name in TABLE_FUNCTIONS or not re.match(r"[a-z_]", name)
        outside = (node.get("schema") or "main") != "main" or node.get("catalog")
        if outside or not known or name in DENIED or name.startswith(DENIED_PREFIXES):
            raise Refused("function", name)


# --- reasons -------------------------------------------------------------------------------------------


def _reason(error: Exception) -> Refused:
    text = str(error)
    if found := re.search(r'Referenced column "([^"]*)" not found', text):
        near = re.search(r"Candidate bindings: (.*)", text)
        offered = ", ".join(re.findall(r'"([^"]+)"', near.group(1))[:4]) if near else ""
        return Refused("column", found.group(1) + (f"|{offered}" if offered else ""))
    if found := re.search(r"Table with name (\S+) does not exist", text):
        return Refused("table", found.group(1))
    if found := re.search(
        r"(?:Scalar|Table|Aggregate|Macro)? ?Function with name (\S+) does not exist", text
    ):
        return Refused("function", found.group(1))
    if "must appear in the GROUP BY" in text:
        found = re.search(r'column "?([^"\s]+)"? must appear', text)
        return Refused("group_by", found.group(1) if found else "")
    if found := re.search(r'syntax error at (?:or near "([^"]*)"|end of input)', text):
        return Refused("syntax" if found.group(1) else "syntax_end", found.group(1) or "")
    kind = type(error).__name__
    if "depth" in text.lower() and "exceed" in text.lower():
        return Refused("depth")
    if kind == "ParserException":
        return Refused("syntax_end")
    if kind == "ConversionException":
        found = re.search(r"'([^']*)'", text)
        return Refused("conversion", found.group(1) if found else "")
    if kind == "PermissionException" or "disabled by configuration" in text:
        return Refused("not_select")
    if kind == "BinderException":
        return Refused("binder")
    if kind == "OutOfRangeException":
        return Refused("range")
    return Refused("failed")


# --- results --------------------------------------------------------------------------------------------


def _plain(value):
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _export(con, columns: list[str], export: dict) -> int:
    if export["format"] == "csv":
        return _export_csv(con, columns, export["fd"])
    return _export_xlsx(con, columns, export)


def _export_csv(con, columns: list[str], fd: int) -> int:
    import csv

    count = 0
    with os.fdopen(fd, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_csv_cell(name) for name in columns])
        while batch := con.fetchmany(5_000):
            writer.writerows([[_csv_cell(_plain(value)) for value in row] for row in batch])
            count += len(batch)
    return count


def _csv_cell(value):
    """Texts that a spreadsheet would run as a formula get a leading apostrophe; numbers stay numbers."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠"):
        try:
            float(value)
        except ValueError:
            return "'" + value
    return value


CELL = 32_767  # characters a workbook's cell holds


def _literal(text: str) -> str:
    """xlsxwriter in constant memory takes "<r>…</r>" for its own markup and would copy it into the file."""
    return f'<r><t xml:space="preserve">{escape(text)}</t></r>' if text.startswith("<r>") and text.endswith("</r>") else text


def _export_xlsx(con, columns: list[str], export: dict) -> int:
    import xlsxwriter

    control = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
    count = 0
    with os.fdopen(export["fd"], "wb") as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                   "strings_to_numbers": False, "nan_inf_to_errors": True, "tmpdir": export["scratch"]}  # fmt: skip
        book = xlsxwriter.Workbook(file, options)
        data = book.add_worksheet(export.get("sheet", "查询结果"))
        data.write_row(0, 0, [control.sub("", name) for name in columns])
        while batch := con.fetchmany(5_000):
            for row in batch:
                count += 1
                if count > XLSX_ROWS:
                    raise Refused("xlsx_rows")
                for index, value in enumerate(row):
                    if isinstance(value, decimal.Decimal):
                        value = float(value)
                    plain = _plain(value)
                    if isinstance(plain, int) and abs(plain) >= 10**15:
                        plain = str(plain)  # a sheet's number ends after 15 digits
                    if isinstance(plain, str):
                        plain = control.sub("", plain)
                        if len(plain) > CELL:  # never cut (AC-248)
                            raise Refused("cell_length", columns[index])
                        data.write_string(count, index, _literal(plain))
                    elif plain is not None:
                        data.write(count, index, plain)
        notes = book.add_worksheet("导出说明")
        for line, (label, text) in enumerate([*export["notes"], ["行数", str(count)]]):
            notes.write_string(line, 0, label)
            notes.write_string(line, 1, _literal(control.sub("", text)[:CELL]))
        book.close()
    return count


if __name__ == "__main__":
    main()
