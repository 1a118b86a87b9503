"""How large a file may be. The figures bound what an upload can cost, not what a university may have: a file
beyond them is refused with the advice to divide it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingestion import settings
from ingestion.store.engine import UnitOfWork

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """``packed``, ``unpacked`` and ``memory`` in bytes, ``seconds`` of processor time. Memory and seconds are for
    a small file; a larger one gets more (see ``spool.bounds``)."""

    packed: int = 100 * MEGABYTE
    unpacked: int = 1_000_000_000
    ratio: int = 100
    members: int = 500
    sheets: int = 500
    rows: int = 500_000
    columns: int = 200
    characters: int = 32_767
    memory: int = 384 * MEGABYTE
    seconds: int = 8


LIMITS = Limits()


def of(uow: UnitOfWork) -> Limits:
    """The limits as the installation sets them."""
    return _with(settings.get(uow, "import_megabytes"), settings.get(uow, "import_rows"))


def widest() -> Limits:
    """For a file that was taken in once: it stays readable, however narrow the limits have become since."""
    return _with(settings.SETTINGS["import_megabytes"].maximum, settings.SETTINGS["import_rows"].maximum)


def _with(megabytes: int | None, rows: int | None) -> Limits:
    assert megabytes is not None and rows is not None
    return replace(LIMITS, packed=megabytes * MEGABYTE, rows=rows)
