"""A demo province several times over: ``python -m tests.benchmarks.multiply HOME TIMES [TO_HOME [UNIVERSITY]]``.

Every record of the demo in HOME (with UNIVERSITY: that university's alone) is copied TIMES - 1 times under new numbers,
in the same universities and colleges, with people, projects, ledger and natural keys of its own, straight into the
SQLite store (no audit rows, versions or history: the pipeline reads none). Ten times the demo is 300,000 records. What
it makes is for measuring alone.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
from pathlib import Path

from sqlalchemy import Table

from ingestion.store import setup, triggers
from ingestion.store.engine import open_store
from ingestion.store.platform import METADATA
from ingestion.store.triggers import WATCHED

OF_NO_RECORD = ("university", "unit", "code_item", "share_rule", "amendment", "source_table", "score_rule")
COPIED = [name for name in WATCHED if name not in OF_NO_RECORD]

RENAMED = (("record_key", "value"), ("person", "staff_no"), ("record", "title"), ("award", "outcome_name"))
"""What tells records apart: with the same words every award would be one of its copies' (the highest counts)."""


def shifted(table: Table) -> set[str]:
    """Columns that hold a record's number: moved with the copy."""
    found = {"id"} if table.name == "record" else set()
    for constraint in table.foreign_key_constraints:
        for element in constraint.elements:
            if element.column.table.name == "record" and element.column.name == "id":
                found.add(element.parent.name)
    return found | ({"owner_person_id"} if table.name == "record" else set())


def multiply(path: Path, times: int, university: str = "") -> int:
    """Returns the number of records afterwards."""
    store = open_store(f"sqlite:///{path}")
    setup.upgrade(store)
    with store.begin("*") as uow:
        triggers.drop(uow.conn)
    store.dispose()
    con = sqlite3.connect(path)
    con.execute("PRAGMA foreign_keys=OFF")
    con.execute("PRAGMA synchronous=OFF")
    step = int(con.execute("SELECT max(id) FROM record").fetchone()[0])
    for n in range(1, times):
        for name in COPIED:
            table = METADATA.tables[name]
            moved = shifted(table)
            columns = [c.name for c in table.columns if not (c.name == "id" and name != "record")]
            values = []
            for column in columns:
                if column in moved:
                    values.append(f'"{column}" + {step * n}')
                elif (name, column) in RENAMED:
                    values.append(f"\"{column}\" || '-{n}'")
                else:
                    values.append(f'"{column}"')
            names = ", ".join(f'"{c}"' for c in columns)
            first = "id" if name == "record" else next(iter(sorted(moved & {"record_id", "person_id", "project_id"}, reverse=True)))
            only = f" AND university_code = '{university}'" if university else ""
            con.execute(f'INSERT INTO "{name}" ({names}) SELECT {", ".join(values)} FROM "{name}" WHERE "{first}" <= {step}{only}')
        con.commit()
    records = int(con.execute("SELECT count(*) FROM record").fetchone()[0])
    con.close()
    store = open_store(f"sqlite:///{path}")
    with store.begin("*") as uow:
        triggers.rebuild(uow.conn)
    store.dispose()
    return records


def main(home: Path, times: int, target: Path, university: str = "") -> None:
    if target != home:
        shutil.copytree(home, target)
    for gone in (*target.glob("warehouse.duckdb*"), *target.glob("published/*")):
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    print(f"{multiply(target / 'yanshu.sqlite', times, university):,} records in {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3] if len(sys.argv) > 3 else sys.argv[1]), *sys.argv[4:5])
