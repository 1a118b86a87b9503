"""A new table or column leaves with a university by itself; these say what must be told about it."""

from __future__ import annotations

import re

import pytest

from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.exit_bundle import contents, words
from ingestion.store.platform import METADATA
from ingestion.store.triggers import university_column

SECRET = re.compile(r"hash|token|password|secret|cipher|key|signature")
HARMLESS = {  # names that only sound like a secret
    ("audit_block", "hash"), ("audit_block", "previous_hash"), ("audit_block", "signature"), ("archived_audit_block", "hash"),
    ("archived_audit_block", "previous_hash"), ("archived_audit_block", "signature"), ("setting", "key"), ("record", "non_secret"),
}  # fmt: skip


@pytest.mark.ac("AC-236")
def test_every_table_leaves_or_is_named_with_its_reason() -> None:
    """A table without the column that says whose row it is: name it in contents.LEFT_BEHIND, or say in
    ``Carried.own`` which rows are a university's."""
    known = {table.name for table in contents.file_tables()} | {"blob", "audit_block"}
    without_owner = [t.name for t in contents.carried() if university_column(t.name) not in t.table.c and t.name not in known]
    assert without_owner == []
    assert set(contents.LEFT_BEHIND) <= set(METADATA.tables)
    assert all(zh and en for zh, en in contents.LEFT_BEHIND.values())


def test_every_table_and_column_has_words_in_both_languages() -> None:
    """Add the missing lines to ingestion/exchange/exit_bundle/words.py."""
    bare = [t.name for t in contents.carried() if t.zh == t.name]
    bare += [f"{t.name}.{kept.name}" for t in contents.carried() for kept in t.kept if kept.zh == kept.name]
    assert bare == []
    assert not [name for name in words.TABLES if name not in METADATA.tables]


@pytest.mark.ac("AC-238")
def test_no_column_that_sounds_like_a_secret_leaves_unseen() -> None:
    """Leave it behind (contents.LEFT_COLUMNS), or add it to HARMLESS here once somebody has looked."""
    leaving = {(t.name, kept.name) for t in contents.carried() for kept in t.kept if kept.field is None}  # a field has its kind
    assert {pair for pair in leaving if SECRET.search(pair[1])} == HARMLESS


def test_no_natural_key_is_made_of_a_secret() -> None:
    """Its keyed hash would mean nothing in another installation."""
    secret = [t.id for t in ALL_RECORDS.values() for key in t.match for name in key.fields if isinstance(t.field(name), k.Secret)]
    assert secret == []
