from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from ingestion import records, serializer
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS, TYPE_IDS
from ingestion.store import platform as p
from ingestion.store.tables import TYPE_TABLES
from tests.ingestion.records.conftest import World


@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_a_document_comes_back_as_it_was_kept(world: World, type_id: str) -> None:
    document = serializer.clean(type_id, world.valid(type_id, n=3))
    with world.begin() as uow:
        view = records.create_draft(uow, world.o1, type_id, document)
        read = serializer.read(uow, type_id, [view.id], "clear")[view.id]
        read.setdefault("college_id", document.get("college_id"))
        assert read == document
        again = serializer.restore(type_id, serializer.archive(type_id, read), "clear")
        assert again == document


@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_every_field_of_a_type_reaches_a_column_or_a_row(type_id: str) -> None:
    """Nothing a declaration names is dropped on the way down."""
    kept = {c.name for c in TYPE_TABLES[type_id].c}
    for field in ALL_RECORDS[type_id].fields():
        match field:
            case k.FileSlot() | k.Shown() | k.UnitRef(header=True):
                continue
            case k.TextList() | k.MultiCode() | k.PersonRefs() | k.RecordRefs():
                continue
            case k.Secret():
                assert {f"{field.name}_cipher", f"{field.name}_mask"} <= kept
            case _:
                assert field.name in kept


DATES = st.dates().filter(lambda d: d.year >= 1000)


@given(
    day=DATES,
    precision=st.sampled_from([10, 7, 4]),
    words=st.lists(st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), min_size=1), max_size=4),
    ranks=st.lists(st.integers(1, 50), unique=True, max_size=5),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_drafts_of_any_shape_come_back(sqlite_world: World, day: Any, precision: int, words: list[str], ranks: list[int]) -> None:
    document = {
        "title": "题",
        "published_on": day.isoformat()[:precision],
        "keywords": [w[:100] for w in words],
        "contributors": [{"rank": r, "kind": "external", "name": f"作者{r}", "affiliations": []} for r in ranks],
        "indexings": [{}, {"index_year": 2020}],
    }
    clean = serializer.clean("paper", document)
    with sqlite_world.begin() as uow:
        view = records.create_draft(uow, sqlite_world.r1, "paper", document)
        read = serializer.read(uow, "paper", [view.id])[view.id]
        read.pop("college_id")
        assert read == clean


def test_cleaning_is_idempotent_and_the_canonical_text_ignores_order() -> None:
    document = {"venue": "刊", "title": "题", "doi": "", "keywords": [], "contributors": [{"rank": 2, "name": "乙"}, {"rank": 1, "name": "甲"}]}
    clean = serializer.clean("paper", document)
    assert serializer.clean("paper", clean) == clean
    assert "doi" not in clean and "keywords" not in clean
    assert [c["rank"] for c in clean["contributors"]] == [1, 2]
    turned = dict(reversed(list(clean.items())))
    assert serializer.canonical(turned) == serializer.canonical(clean)


def test_a_field_the_type_does_not_have_is_an_error_and_not_a_loss() -> None:
    with pytest.raises(ValueError, match="no field"):
        serializer.clean("paper", {"titel": "题"})
    with pytest.raises(ValueError, match="no field"):
        serializer.clean("paper", {"indexings": [{"year": 2020}]})


@pytest.mark.ac("AC-039")
def test_secrets_are_masked_kept_and_revealed_only_with_the_right(world: World) -> None:
    card = world.valid("person", n=60)
    secret = card["id_number"]
    with world.begin() as uow:
        view = records.create_draft(uow, world.o1, "person", card)
        assert view.document["id_number"] == secret[:6] + "*" * 8 + secret[-4:]
        saved = records.save_draft(uow, world.o1, view.id, view.version, {**view.document, "name_en": "Zhang"})
        sent = records.submit(uow, world.o1, saved.id, saved.version, non_secret=True, token="x")
        row = uow.conn.execute(select(TYPE_TABLES["person"]).where(TYPE_TABLES["person"].c.record_id == view.id)).one()
        assert secret.encode() not in bytes(row.id_number_cipher) and row.id_number_mask != secret
        kept = uow.conn.execute(select(p.record_version.c.document).where(p.record_version.c.record_id == view.id)).scalar_one()
        assert secret not in kept and json.loads(kept)["id_number"].keys() == {"cipher"}
        assert records.reveal(uow, world.o1, sent.id, "id_number") == secret
        logged = uow.conn.execute(select(p.audit_row.c.detail).where(p.audit_row.c.action == "reveal")).scalar_one()
        assert json.loads(logged) == {"field": "id_number"}


def test_what_a_contributor_said_outlives_an_edit(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = records.create_draft(uow, world.o1, "paper", paper)
        uow.conn.execute(update(p.contributor).where(p.contributor.c.record_id == view.id).values(claim="confirmed"))
        records.save_draft(uow, world.o1, view.id, view.version, {**view.document, "venue": "另一刊"})
        claims = uow.conn.execute(select(p.contributor.c.claim).where(p.contributor.c.record_id == view.id)).scalars()
        assert set(claims) == {"confirmed"}
