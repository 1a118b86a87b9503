"""A past day as an address names it."""

from __future__ import annotations

from datetime import date

from ingestion.principal import OperationError
from ingestion.store.engine import today

FIRST = date(2000, 1, 1)


class BadDay(OperationError):
    """What stands in the address is no past day."""

    def __init__(self, value: str) -> None:
        super().__init__(
            f"截至日期“{value[:20]}”无效：请填 {FIRST} 到今天的日期，格式 2026-06-30。",
            f"The as-of date “{value[:20]}” is not valid: give a day from {FIRST} to today, as 2026-06-30.",
        )


def read(text: str) -> date | None:
    """The day of an address; today is None, the figures in force. Raises ``BadDay``."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadDay(text) from None
    if not FIRST <= day <= today():
        raise BadDay(text)
    return None if day == today() else day
