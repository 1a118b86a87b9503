"""What an account wants remembered: the columns it exports, for each type."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, insert, select

from ingestion import permissions
from ingestion.principal import Principal
from ingestion.store.engine import UnitOfWork
from ingestion.store.platform import preference


def get(uow: UnitOfWork, principal: Principal, key: str) -> Any:
    """The value kept under ``key``, None where nothing is."""
    found = uow.conn.execute(
        select(preference.c.value).where(preference.c.key == key, permissions.visible(principal, preference))
    ).scalar_one_or_none()
    return None if found is None else json.loads(found)


def put(uow: UnitOfWork, principal: Principal, key: str, value: Any) -> None:
    """Keeps a value (JSON) in place of the one before; None forgets it. Not logged: it changes nobody's data."""
    mine = (preference.c.key == key, preference.c.account_id == principal.account_id)
    uow.conn.execute(delete(preference).where(*mine))
    if value is not None:
        uow.conn.execute(
            insert(preference).values(
                university_code=principal.university_code, account_id=principal.account_id, key=key,
                value=json.dumps(value, ensure_ascii=False),
            )
        )  # fmt: skip
