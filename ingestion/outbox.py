"""Files made for one account to fetch: written below ``exports/``, opened again only for who asked, gone after a day.

One mechanism for exported lists, statistics, templates and bundles, for pages and for the worker's jobs.
"""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from ingestion.principal import NotFound, Principal
from ingestion.store.engine import home, utc_now

KEPT = timedelta(hours=24)
EXTENSIONS = ("xlsx", "csv", "zip", "bib", "docx", "duckdb")
_ID = re.compile(rf"[0-9a-f]{{32}}\.({'|'.join(EXTENSIONS)})")


def folder() -> Path:
    path = home() / "exports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def new(principal: Principal, name: str, extension: str) -> tuple[str, Path]:
    """An id and a path to write to; the side file says whose it is."""
    sweep()
    export_id = f"{secrets.token_hex(16)}.{extension}"
    owner = {"account_id": principal.account_id, "university_code": principal.university_code, "grant_id": principal.grant_id,
             "name": f"{name}.{extension}", "at": utc_now().isoformat()}  # fmt: skip
    (folder() / f"{export_id}.json").write_text(json.dumps(owner, ensure_ascii=False), encoding="utf-8")
    return export_id, folder() / export_id


def rename(export_id: str, name: str) -> None:
    """The name an export is saved under, known only when it is made."""
    side = folder() / f"{export_id}.json"
    owner = json.loads(side.read_text(encoding="utf-8"))
    side.write_text(json.dumps({**owner, "name": name}, ensure_ascii=False), encoding="utf-8")


def fetch(principal: Principal, export_id: str) -> tuple[Path, str]:
    """Path and file name of an export. NotFound for anybody but the account that made it."""
    if not _ID.fullmatch(export_id):
        raise NotFound
    path, side = folder() / export_id, folder() / f"{export_id}.json"
    if not path.is_file() or not side.is_file():
        raise NotFound
    owner = json.loads(side.read_text(encoding="utf-8"))
    mine = (owner["account_id"], owner["university_code"]) == (principal.account_id, principal.university_code)
    if not mine or utc_now() - datetime.fromisoformat(owner["at"]) > KEPT:
        raise NotFound
    return path, str(owner["name"])


def role_of(export_id: str) -> int | None:
    """The role (grant) an export was made in: who holds it no more may not fetch what it showed. After ``fetch``."""
    side = folder() / f"{export_id}.json"
    found = json.loads(side.read_text(encoding="utf-8")).get("grant_id")
    return None if found is None else int(found)


def expires(made_at: datetime) -> datetime:
    """Until when a file made at that time may be fetched (naive UTC)."""
    return made_at + KEPT


def discard(export_id: str) -> None:
    """Removes an export that came to nothing."""
    if _ID.fullmatch(export_id):
        for path in (folder() / export_id, folder() / f"{export_id}.json"):
            path.unlink(missing_ok=True)


def sweep() -> None:
    """Removes what may no longer be fetched."""
    for side in folder().glob("*.json"):
        try:
            at = datetime.fromisoformat(json.loads(side.read_text(encoding="utf-8"))["at"])
        except (ValueError, KeyError, OSError):
            continue
        if utc_now() - at > KEPT:
            (folder() / side.name.removesuffix(".json")).unlink(missing_ok=True)
            side.unlink(missing_ok=True)
