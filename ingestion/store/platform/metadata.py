"""The one MetaData and the columns every table shares."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite autoincrements INTEGER PRIMARY KEY only
Code5 = String(8)


def pk() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def tenant() -> Column[str]:
    return Column("university_code", Code5, ForeignKey("university.code"), nullable=False)


def table(name: str, *parts: Any, comment: str, sqlite_autoincrement: bool = False) -> Table:
    """A table whose comment's first sentence is its grain. ``sqlite_autoincrement``: ids are never used twice,
    also after the newest row was deleted (PostgreSQL's sequences behave so anyhow)."""
    return Table(name, METADATA, *parts, comment=comment, sqlite_autoincrement=sqlite_autoincrement)
