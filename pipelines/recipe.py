"""How the marts are made, kept apart from the warehouse: every model's statement as dbt compiled and ran it, in order,
and the seeds.

With it the marts of any raw layer can be made in a database of its own, without dbt (whose imports alone take three
seconds) and without the warehouse, which has one writer. ``pipelines/past.py`` makes those of a past day.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

DATABASE = "warehouse"
"""The statements name the database they were compiled for: whoever follows the recipe calls its own the same."""


def path(target: Path) -> Path:
    return target / "recipe.duckdb"


class NoRecipe(Exception):
    """No full build by this version of the project has kept one."""


def save(con: duckdb.DuckDBPyConnection, kept: Path, code: str, nodes: Iterable[Any]) -> None:
    """Keep the models of a full build, in the order they were built, and the seeds that stand in ``con``; ``code``: the
    hash of the project they come from."""
    steps = [(seq, one.schema, one.name, str(one.config.materialized), one.compiled_code) for seq, one in enumerate(nodes)]
    draft = kept.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    con.execute(f"ATTACH '{draft}' AS recipe")
    try:
        con.execute("CREATE TABLE recipe.made_from AS SELECT ? AS code", [code])
        con.execute("CREATE TABLE recipe.step (seq INTEGER, schema_name VARCHAR, name VARCHAR, kind VARCHAR, statement VARCHAR)")
        con.executemany("INSERT INTO recipe.step VALUES (?, ?, ?, ?, ?)", steps)
        con.execute("CREATE SCHEMA recipe.seeds")
        for (seed,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'seeds' AND database_name = current_database()").fetchall():
            con.execute(f'CREATE TABLE recipe.seeds."{seed}" AS FROM seeds."{seed}"')
    finally:
        con.execute("DETACH recipe")
    draft.rename(kept)


def follow(con: duckdb.DuckDBPyConnection, kept: Path, code: str) -> None:
    """Make all models in ``con``, whose raw layer and pipeline tables stand. Raises ``NoRecipe``."""
    if not kept.exists():
        raise NoRecipe
    con.execute(f"ATTACH '{kept}' AS recipe (READ_ONLY)")
    try:
        if con.execute("SELECT code FROM recipe.made_from").fetchall() != [(code,)]:
            raise NoRecipe
        con.execute("CREATE SCHEMA seeds")
        for (seed,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'recipe' AND schema_name = 'seeds'").fetchall():
            con.execute(f'CREATE TABLE seeds."{seed}" AS FROM recipe.seeds."{seed}"')
        steps = con.execute("SELECT schema_name, name, kind, statement FROM recipe.step ORDER BY seq").fetchall()
    finally:
        con.execute("DETACH recipe")
    for schema in dict.fromkeys(step[0] for step in steps):
        con.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    for schema, name, kind, statement in steps:
        con.execute(f'CREATE {"VIEW" if kind == "view" else "TABLE"} "{schema}"."{name}" AS {statement}')
