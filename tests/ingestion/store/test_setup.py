"""A store builds alike on both databases, and its identity is its own."""

from __future__ import annotations

from sqlalchemy import inspect

from ingestion.store import setup
from ingestion.store.engine import Store
from ingestion.store.platform import METADATA


def test_every_table_stands(store: Store) -> None:
    assert set(METADATA.tables) <= set(inspect(store.engine).get_table_names())


def test_a_store_has_one_identity_until_it_is_renewed(store: Store) -> None:
    with store.begin("*") as uow:
        first = setup.store_id(uow.conn)
    with store.begin("*") as uow:
        assert setup.store_id(uow.conn) == first
        setup.renew_store_id(uow.conn)
        assert setup.store_id(uow.conn) != first
