"""What a load must know of its university, read once a load or once a chunk and never once a record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from ingestion import serializer
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today


class Known:
    """Colleges of people at dates, and owner and college of projects."""

    def __init__(self, uow: UnitOfWork, university_code: str) -> None:
        self.uow, self.now, self.today = uow, uow.now, today()
        self._code = university_code
        self._posts: dict[int, list[tuple[date, date | None, int]]] | None = None
        self._projects: dict[int, tuple[int | None, int | None]] = {}

    def unit(self, person_id: int, day: date | None) -> int | None:
        """The unit of the main post a person held on a day (today), else of the first one they held."""
        if self._posts is None:
            self._posts = self._read_posts()
        held, day = self._posts.get(person_id, []), day or self.today
        for begin, end, unit_id in held:
            if begin <= day and (end is None or end >= day):
                return unit_id
        return held[0][2] if held else None

    def _read_posts(self) -> dict[int, list[tuple[date, date | None, int]]]:
        post = p.person_post
        rows = self.uow.conn.execute(
            select(post.c.person_id, post.c.valid_from, post.c.valid_to, post.c.unit_id)
            .where(post.c.university_code == self._code, post.c.is_main)
            .order_by(post.c.valid_from)
        )
        out: dict[int, list[tuple[date, date | None, int]]] = {}
        for row in rows:
            out.setdefault(row.person_id, []).append((row.valid_from, row.valid_to, row.unit_id))
        return out

    def read_projects(self, project_ids: Iterable[int]) -> None:
        """Read these projects ahead of ``project``."""
        wanted = sorted(set(project_ids) - self._projects.keys())
        r = p.record
        for start in range(0, len(wanted), serializer.CHUNK):
            ids = wanted[start : start + serializer.CHUNK]
            rows = self.uow.conn.execute(select(r.c.id, r.c.owner_person_id, r.c.college_id).where(r.c.id.in_(ids)))
            self._projects.update({row.id: (row.owner_person_id, row.college_id) for row in rows})

    def project(self, project_id: int | None) -> tuple[int | None, int | None]:
        """(owner, college) of a project that was read."""
        return (None, None) if project_id is None else self._projects.get(project_id, (None, None))
