"""Documents of checks and models: behind the permission, in a box, each university its own."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.dashboards.http.client import Client
from tests.dashboards.http.gate import behind, logged_in
from tests.ingestion.access import (
    World,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
    world,
)

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite", "world"]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    for site in ("all", "99001", "99002"):
        (tmp_path / "documents" / "checks" / site).mkdir(parents=True)
        (tmp_path / "documents" / "checks" / site / "paper.html").write_text(f"checks of {site}")
    (tmp_path / "documents" / "models.html.gz").write_bytes(gzip.compress(b"the models"))
    return tmp_path


@pytest.mark.ac("AC-235")
def test_each_reads_the_documents_of_the_own_university_and_nobody_without_the_right(world: World, written: Path) -> None:
    def client(**who: str) -> Client:
        return logged_in(Client(behind(world.province)), **who)

    for who, text in (({"username": "o1"}, "99001"), ({"username": "a1"}, "99001"), ({"university": "42000", "username": "p1"}, "all")):
        reader = client(**who)
        answer = reader.get("/documents/checks/paper")
        assert answer.status == 200 and answer.text == f"checks of {text}"
        assert answer.header("content-security-policy").startswith("sandbox; default-src 'none'")
        models = reader.get("/documents/models")
        policy = models.header("content-security-policy")
        assert models.text == "the models" and models.header("cache-control") == "no-store"
        assert policy.startswith("sandbox allow-scripts; default-src 'none'") and "connect-src" not in policy and "http" not in policy
        for wrong in ("/documents/checks/patent", "/documents/checks/PAPER", "/documents/checks/.."):
            assert reader.get(wrong).status == 404
        assert "checks of" not in reader.get("/documents/checks/..%2F99002%2Fpaper").text
    for who in ({"username": "s12"}, {"username": "00123"}, {"username": "f1"}):
        refused = client(**who)
        for path in ("/documents/models", "/documents/checks/paper"):
            answer = refused.get(path)
            assert answer.status == 403 and "checks of" not in answer.text and "无权限" in answer.text
    assert Client(behind(world.province)).get("/documents/models").header("location").startswith("/login")
