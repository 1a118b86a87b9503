"""The long-lived refresher of ``yanshu serve``: keeps dbt and its manifest warm and answers requests.

It looks about once a second whether the store's change log grew or somebody asked (``refresh_request``), and
then runs the Dagster job in this process; once a night it does the night's work (``nightly``). Entry and review
never wait for it; when it stops, pages go on showing the last data with its time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from ingestion import refreshes
from ingestion.store import platform as p
from ingestion.store.engine import ALL, Store
from pipelines import nightly
from pipelines.transform import Transformer

LOG = logging.getLogger("yanshu.refresher")
POLL_SECONDS = 1.0
SETTLE_SECONDS = 0.5
"""After a change is seen, how long to wait for the rest of a burst of edits."""
RETRY_SECONDS = 30.0
"""After a failed run, how long to leave the same changes alone (a new request is taken at once)."""
NIGHT_SECONDS = 60.0
"""How often it asks whether the night's work is due."""
LATE = 10_000
"""How far back in the change log a late row is looked for."""

Seen = tuple[int, int]


class Refresher:
    """Call ``run`` in a thread or process of its own; ``stop`` ends it after the run in hand."""

    def __init__(self, store: Store, home: Path, poll: float = POLL_SECONDS) -> None:
        self.store = store
        self.home = home
        self.poll = poll
        self.transformer = Transformer(home)
        self._stop = threading.Event()
        self._seen: Seen | None = None
        self._not_before = 0.0
        self._night = 0.0

    def stop(self) -> None:
        self._stop.set()

    def run(self, on_refresh: Callable[[object], None] | None = None) -> None:
        """Until ``stop``: refresh at once to catch up, then whenever something changed or was asked for."""
        while not self._stop.is_set():
            try:
                result = self.once()
                if result is not None and on_refresh is not None:
                    on_refresh(result)
            except Exception:
                LOG.exception("refresh failed; the last good numbers stay")
                self._not_before = time.monotonic() + RETRY_SECONDS
            self._stop.wait(self.poll)

    def once(self) -> object | None:
        """One look; the result of a refresh where there was something to do, else None."""
        if time.monotonic() >= self._night:  # looked at once a minute
            self._night = time.monotonic() + NIGHT_SECONDS
            if nightly.is_due(self.store):
                return nightly.run(self.store, self.home, self.transformer, lambda: self._refresh(full=True))
        asked, newest = self._look()
        if asked is None and (newest == self._seen or time.monotonic() < self._not_before):
            return None
        if asked is None and self._seen is not None:
            self._stop.wait(SETTLE_SECONDS)
            _, newest = self._look()
        if asked is not None:
            with self.store.begin(ALL) as uow:
                refreshes.take(uow, asked)
        if asked is not None and asked.nightly:
            result: object = nightly.run(self.store, self.home, self.transformer, lambda: self._refresh(full=True))
        else:
            result = self._refresh(full=asked.full_reload if asked else False)
        self._seen = newest
        self._not_before = 0.0
        return result

    def _refresh(self, full: bool) -> object:
        from pipelines import definitions

        return definitions.run_in_process(self.store, self.home, full=full, transformer=self.transformer)

    def _look(self) -> tuple[refreshes.Request | None, Seen]:
        """Requests, and how the end of the change log looks: on PostgreSQL a row numbered earlier may be
        committed later, so the highest number alone would miss it."""
        seq = p.change_log.c.seq
        with self.store.read(ALL) as uow:
            newest = int(uow.conn.execute(select(func.coalesce(func.max(seq), 0))).scalar_one())
            late = uow.conn.execute(select(func.count()).where(seq > newest - LATE)).scalar_one()
            return refreshes.waiting(uow), (newest, int(late))
