"""References begun: the file kept under the account, read and judged once for a session."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import BinaryIO, cast

import streamlit as st

from dashboards import frame
from ingestion import preferences
from ingestion.exchange import bibliographic, uploads
from ingestion.exchange.bibliographic import Entries
from ingestion.exchange.references import drafts
from ingestion.exchange.references.drafts import Offer
from ingestion.principal import OperationError, Principal

KEY = "references"
MOST_BYTES = 5 << 20
"""A researcher's own list: 2,000 entries with abstracts. Reading so much takes a second of the app's process."""


@dataclass
class Begun:
    """``stamp`` changes whenever the entries are judged anew, and with it the keys of what is drawn of them."""

    account_id: int
    name: str
    sha256: str
    found: Entries
    offers: list[Offer]
    stamp: str = field(default_factory=lambda: secrets.token_hex(3))

    def renew(self) -> None:
        st.session_state.pop(KEY, None)


def load(actor: Principal) -> Begun | None:
    """What the account has begun, read again where the session does not hold it; None where nothing is kept."""
    with frame.store().read(actor.university_code) as uow:
        kept = preferences.get(uow, actor, KEY)
    if not isinstance(kept, dict) or not uploads.kept(actor.university_code, str(kept.get("sha256", ""))):
        return None
    held = st.session_state.get(KEY)
    if isinstance(held, Begun) and (held.account_id, held.sha256) == (actor.account_id, kept["sha256"]):
        return held
    try:
        begun = _read(actor, str(kept["name"]), str(kept["sha256"]))
    except OperationError:  # what was kept can no longer be read: the page begins anew
        return None
    st.session_state[KEY] = begun
    return begun


def _read(actor: Principal, name: str, sha256: str) -> Begun:
    with uploads.opened(actor.university_code, sha256) as path:
        found = bibliographic.read(path, name)
    with frame.store().read(actor.university_code) as uow:
        return Begun(actor.account_id, name, sha256, found, drafts.offers(uow, actor, found))


def take(actor: Principal, name: str, content: object) -> None:
    """Keeps and reads a file. Raises ``OperationError`` where it is too large or no references; nothing is kept then."""
    upload = uploads.keep(actor, cast(BinaryIO, content), MOST_BYTES)
    try:
        st.session_state[KEY] = _read(actor, name, upload.sha256)
    except BaseException:
        uploads.discard(actor.university_code, upload.sha256)
        raise
    with frame.store().begin(actor.university_code) as uow:
        preferences.put(uow, actor, KEY, {"name": name[:200], "sha256": upload.sha256})
    st.session_state.pop("references_made", None)


def forget(actor: Principal, begun: Begun) -> None:
    with frame.store().begin(actor.university_code) as uow:
        preferences.put(uow, actor, KEY, None)
    uploads.discard(actor.university_code, begun.sha256)
    for key in (KEY, "references_made"):
        st.session_state.pop(key, None)
