"""A published home shared by the tests of this folder; nothing in them writes to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingestion.principal import Principal, Role
from tests.dashboards.marts import published

SIZES = {"99001": 900, "99002": 250, "99003": 0, "99004": 400, "99005": 120, "99006": 120, "99007": 120, "99008": 120}


_built: list[Path] = []  # other folders import the fixture and then have one of their own


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not _built:
        home = tmp_path_factory.mktemp("published_home")
        published.build(home, SIZES)
        _built.append(home)
    return _built[0]


@pytest.fixture
def published_here(published_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("YANSHU_HOME", str(published_home))
    yield published_home


@pytest.fixture
def who() -> Callable[..., Principal]:
    """Principals of the test universe; college and person are those the published home was made with."""

    def make(role: Role, code: str = "99001", college: int = 1, person: int = 0) -> Principal:
        base = int(code) * 10_000_000 if code.isdigit() else 0
        return Principal(
            1, code, "u", "张伟", role,
            unit_id=base + college if role == "college_admin" else None,
            person_id=base + 1000 + person if role == "researcher" else None,
        )  # fmt: skip

    return make
