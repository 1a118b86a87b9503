"""Accounts by the hundred (AC-198): from a list, or for people in force who have none; with a sheet of single-use
activation links to hand out. No password is made here and none can be derived: whoever opens a link chooses one.

``rows`` reads a list, ``making`` makes the accounts, ``activation`` the sheet; ``work`` is all of it as a job.
"""

from ingestion.exchange.account_lists.activation import waiting, write_sheet
from ingestion.exchange.account_lists.making import (
    COUNTS,
    Outcome,
    check,
    create_for_people,
    import_list,
    mark,
    people_without,
)
from ingestion.exchange.account_lists.rows import Refused, Wanted

__all__ = [
    "COUNTS", "Outcome", "Refused", "Wanted", "check", "create_for_people", "import_list", "mark", "people_without", "waiting", "write_sheet",
]  # fmt: skip
