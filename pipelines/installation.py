"""Setting a store up: tables, built-in codes, the first link. Used by `yanshu init` and `yanshu demo`."""

from __future__ import annotations

import os

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from ingestion.principal import OperationError
from ingestion.store.engine import ALL, Store, home, open_store
from ingestion.store.platform import university

PROVINCE = ("42", "省教育厅", "p1", "省厅管理员")


def owner_store() -> Store:
    """The store as its tables' owner: YANSHU_OWNER_DATABASE_URL where the product's own role may not make tables."""
    return open_store(os.environ.get("YANSHU_OWNER_DATABASE_URL"))


def is_set_up(store: Store) -> bool:
    """Whether any organisation exists."""
    try:
        with store.read(ALL) as uow:
            return bool(uow.conn.execute(select(func.count()).select_from(university)).scalar_one())
    except DBAPIError:
        return False


def build() -> Store:
    """An upgraded store with the built-in code lists, opened as the product. Safe to repeat."""
    from ingestion import codes, vault
    from ingestion.store import setup

    home().mkdir(parents=True, exist_ok=True)
    owner = owner_store()
    try:
        setup.upgrade(owner)
    finally:
        owner.dispose()
    store = open_store()
    with store.begin(ALL) as uow:
        codes.load_built_in(uow)
        vault.check_key(uow)
    return store


def require_ready(store: Store) -> None:
    """Raises OperationError where nothing is set up, or the tables are older than the product."""
    from ingestion.store import setup

    if not is_set_up(store):
        raise OperationError(
            "尚未初始化：请先运行 yanshu init 或 yanshu demo。", "Nothing is set up yet: run yanshu init or yanshu demo first."
        )
    if setup.pending(store):
        raise OperationError(
            "数据库结构不是最新版本：请先运行 yanshu init 升级。", "The tables are older than the product: run yanshu init to upgrade them."
        )


def upgrade() -> bool:
    """Brings an installation's tables to the product's version; False where there is nothing to upgrade."""
    from ingestion.store import setup

    store = open_store()
    try:
        older = is_set_up(store) and setup.pending(store)
    finally:
        store.dispose()
    if older:
        build().dispose()
    return older


def initialise(code: str, name: str, username: str, person_name: str) -> str:
    """A new installation with its province office; returns the path of the single-use set-up link.

    Raises:
        OperationError: something is set up here already.
    """
    from ingestion import accounts

    existing = open_store()
    try:
        if is_set_up(existing):
            raise OperationError("系统已初始化。", "The installation is set up already.")
    finally:
        existing.dispose()
    store = build()
    with store.begin(ALL) as uow:
        token = accounts.initialise(uow, code, name, username, person_name)
    store.dispose()
    return accounts.path_of("setup", token)
