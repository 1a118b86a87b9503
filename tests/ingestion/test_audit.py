"""The audit trail: written with the change, sealed in blocks, tampering named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from ingestion import audit, audit_head, settings, vault
from ingestion.principal import Denied, NotFound, Principal
from ingestion.store.engine import ALL, Store
from ingestion.store.platform import audit_block, audit_row
from tests.ingestion.access import (
    Province,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
)

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite"]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "home"))


def o1(province: Province) -> Principal:
    return province.login("o1").principal


def entries(store: Store, action: str) -> list[dict[str, object]]:
    with store.read(ALL) as uow:
        rows = uow.conn.execute(select(audit_row).where(audit_row.c.action == action).order_by(audit_row.c.id)).mappings()
        return [dict(row) for row in rows]


def test_a_rolled_back_change_leaves_no_entry_and_a_refusal_leaves_one(province: Province) -> None:
    actor = o1(province)
    with pytest.raises(ZeroDivisionError), province.store.begin("99001") as uow:
        audit.write(uow, actor, "vanishes", "record", 7)
        raise ZeroDivisionError
    assert entries(province.store, "vanishes") == []
    for error in (Denied, NotFound):
        with pytest.raises(error), audit.refusals(province.store, actor, "approve", "record", 7):
            with province.store.begin("99001"):
                raise error
    found = entries(province.store, "refused")
    assert [json.loads(str(f["detail"]))["action"] for f in found] == ["approve", "approve"]
    assert found[0]["object_id"] == "7" and "陈刚（o1）· 科研处管理员" == found[0]["actor"]


def test_no_detail_holds_a_secret(province: Province) -> None:
    actor = o1(province)
    with province.store.begin("99001") as uow:
        for word in ("password", "token"):
            with pytest.raises(ValueError, match="never holds a secret"):
                audit.write(uow, actor, "x", "account", 1, {word: "y"})


def test_line_breaks_in_user_text_stay_inside_their_entry(province: Province) -> None:
    actor = o1(province)
    with province.store.begin("99001") as uow:
        audit.write(uow, actor, "odd", "record", 1, {"title": "a\r\n2026 fake entry\x1b[31m"})
    [row] = entries(province.store, "odd")
    assert "\n" not in str(row["detail"]) and "\x1b" not in str(row["detail"])


def test_entries_can_be_neither_changed_nor_removed(province: Province) -> None:
    for statement in ("UPDATE audit_row SET actor = 'x'", "DELETE FROM audit_row"):
        with pytest.raises(DBAPIError), province.store.begin(ALL) as uow:
            uow.conn.execute(text(statement))


def seal_all(store: Store, limit: int = 5) -> int:
    blocks = 0
    while True:
        with store.begin(ALL) as uow:
            if not audit.seal(uow, limit):
                return blocks
            blocks += 1


@pytest.mark.ac("AC-218")
def test_sealed_blocks_link_up_and_cover_every_entry(province: Province) -> None:
    blocks = seal_all(province.store)
    assert blocks > 3
    with province.store.begin(ALL) as uow:
        audit.write(uow, None, "later", "record", 1, university_code="99001")
    with province.store.read(ALL) as uow:
        found = audit.verify(uow)
        total = len(uow.conn.execute(select(audit_row.c.id)).all())
    assert found.ok and found.blocks == blocks and found.rows == total - 1 and found.unsealed == 1


def test_an_entry_committed_late_joins_a_later_block(province: Province) -> None:
    """Ids are given before commit: the entry with the lower id may arrive after the higher one is sealed."""
    seal_all(province.store)
    with province.store.read(ALL) as uow:
        last = max(uow.conn.execute(select(audit_row.c.id)).scalars())
    with province.store.begin(ALL) as uow:
        values = audit.row_values(uow, None, "first", "record", 1, university_code="99001")
        uow.conn.execute(audit_row.insert().values(id=last + 5, **values))
    seal_all(province.store)
    with province.store.begin(ALL) as uow:
        uow.conn.execute(audit_row.insert().values(id=last + 3, **values))
    assert seal_all(province.store) == 1
    with province.store.read(ALL) as uow:
        assert audit.verify(uow).ok and audit.verify(uow).unsealed == 0


def tamper(store: Store, *statements: str) -> list[str]:
    """Changes the store as an intruder with full access would: without the triggers."""
    seal_all(store)
    with store.begin(ALL) as uow:
        names = uow.conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%audit%'")).scalars().all()
        for name in names:
            uow.conn.execute(text(f'DROP TRIGGER "{name}"'))
        for statement in statements:
            uow.conn.execute(text(statement))
    with store.read(ALL) as uow:
        found = audit.verify(uow)
    assert not found.ok
    return [zh for zh, _en in found.problems]


@pytest.fixture
def local(sqlite_store: Store, cheap_argon: None) -> Store:
    from tests.ingestion.access import build

    build(sqlite_store)
    return sqlite_store


@pytest.mark.ac("AC-218")
@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE audit_row SET detail = '{}' || ' ' WHERE id = 3", "审计记录 3 已被改动。"),
        ("UPDATE audit_row SET at = '2020-01-01 00:00:00.000000' WHERE id = 4", "审计记录 4 已被改动。"),
        ("UPDATE audit_row SET account_id = 1 WHERE id = 2", "审计记录 2 已被改动。"),
        ("DELETE FROM audit_row WHERE id = 5", "审计记录 5 已缺失。"),
        ("UPDATE audit_block SET leaves = replace(leaves, 'a', 'b') WHERE id = 1", "审计区块 1 的链接不成立。"),
        ("UPDATE audit_block SET signature = CASE substr(signature, 1, 1) WHEN 'a' THEN 'b' ELSE 'a' END || substr(signature, 2) WHERE id = 2", "审计区块 2 的签名不成立。"),
        ("DELETE FROM audit_block WHERE id = 2", "审计区块 3 的链接不成立。"),
    ],
)
def test_a_changed_byte_is_found_and_named(local: Store, statement: str, word: str) -> None:
    assert word in tamper(local, statement)


@pytest.mark.ac("AC-218")
@pytest.mark.parametrize("last", [True, False])
def test_the_newest_blocks_do_not_go_unnoticed_with_their_entries(local: Store, last: bool) -> None:
    """What is left links up, whole and signed; only the note beside the keys knows better, also after later blocks."""
    first = "(SELECT max(first_row) FROM audit_block)" if last else "0"
    said = tamper(local, f"DELETE FROM audit_row WHERE id >= {first}", f"DELETE FROM audit_block WHERE first_row >= {first}")
    assert len(said) == 1 and "最近的审计记录可能连同区块一起被删除" in said[0]
    with local.begin(ALL) as uow:
        audit.write(uow, None, "later", "record", 1, university_code="99001")
    seal_all(local)
    with local.read(ALL) as uow:
        assert [zh for zh, _en in audit.verify(uow).problems] == said
    audit_head.path().rename(audit_head.path().with_suffix(".old"))  # whoever restored a backup says so
    seal_all(local)
    with local.read(ALL) as uow:
        assert audit.verify(uow).ok


def test_the_note_of_the_chain_holds_what_was_committed_and_is_signed(local: Store) -> None:
    seal_all(local)
    before = audit_head.path().read_text()
    with pytest.raises(ZeroDivisionError), local.begin(ALL) as uow:
        audit.write(uow, None, "later", "record", 1, university_code="99001")
        assert audit.seal(uow) == 1
        raise ZeroDivisionError
    assert audit_head.path().read_text() == before and audit_head.path().stat().st_mode & 0o077 == 0
    for damage in ("{", "[]", before.replace('"block": ', '"block": 1')):
        audit_head.path().write_text(damage)
        with local.read(ALL) as uow:
            assert "audit-head.json" in audit.verify(uow).problems[0][0]


def test_a_block_signed_with_another_key_does_not_hold(local: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seal_all(local)
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "other"))
    with local.read(ALL) as uow:
        problems = audit.verify(uow).problems
        blocks = len(uow.conn.execute(select(audit_block.c.id)).all())
    assert len(problems) == blocks and "签名" in problems[0][0]


def test_settings_are_logged_with_before_and_after(province: Province) -> None:
    actor = o1(province)
    with province.store.begin("99001") as uow:
        settings.put(uow, actor, "attachment_megabytes", 20, "99001")
        assert settings.get(uow, "attachment_megabytes", "99001") == 20
        assert settings.get(uow, "attachment_megabytes", "99002") == 50
    [row] = entries(province.store, "set")
    assert json.loads(str(row["detail"])) == {"before": 50, "after": 20}


def test_settings_out_of_range_or_out_of_reach_change_nothing(province: Province) -> None:
    actor = o1(province)
    for key, value in (("attachment_megabytes", 0), ("attachment_megabytes", "20"), ("password_profile", "none"), ("attachment_megabytes", True)):
        with pytest.raises(settings.BadSetting), province.store.begin("99001") as uow:
            settings.put(uow, actor, key, value, "99001")
    for key, code in (("attachment_megabytes", "99002"), ("attachment_megabytes", None), ("lock_after", "99001")):
        with pytest.raises(Denied), province.store.begin(ALL) as uow:
            settings.put(uow, actor, key, 7, code)
    with pytest.raises(KeyError), province.store.read(ALL) as uow:
        settings.get(uow, "no_such_setting")


# --- the vault ----------------------------------------------------------------------------------------


def test_the_same_secret_never_looks_the_same_and_is_found_by_its_fingerprint() -> None:
    first, second = vault.encrypt_text("42010119900307001X"), vault.encrypt_text("42010119900307001X")
    assert first != second and vault.decrypt_text(first) == vault.decrypt_text(second) == "42010119900307001X"
    assert b"4201" not in first
    assert vault.fingerprint("42010119900307001x ") == vault.fingerprint("42010119900307001X")
    assert vault.key_path().stat().st_mode & 0o077 == 0


def test_an_altered_ciphertext_or_a_foreign_key_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_store: Store) -> None:
    cipher = bytearray(vault.encrypt(b"secret"))
    with sqlite_store.begin(ALL) as uow:
        vault.check_key(uow)
        vault.check_key(uow)
    for position in (0, 5, len(cipher) - 1):
        broken = bytearray(cipher)
        broken[position] ^= 1
        with pytest.raises(vault.WrongKey):
            vault.decrypt(bytes(broken))
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "elsewhere"))
    with pytest.raises(vault.WrongKey):
        vault.decrypt(bytes(cipher))
    with pytest.raises(vault.WrongKey), sqlite_store.begin(ALL) as uow:
        vault.check_key(uow)


@pytest.mark.ac("AC-039")
@pytest.mark.parametrize(
    ("scheme", "text_", "masked"),
    [
        ("id_number", "42010119900307123X", "420101********123X"),
        ("id_number", "G12345678", "G*******8"),
        ("mobile", "13800001234", "138****1234"),
        ("bank_account", "6222021234567890123", "***************0123"),
        ("id_number", "123", "***"),
    ],
)
def test_masks_show_what_everybody_may_see(scheme: str, text_: str, masked: str) -> None:
    assert vault.mask(scheme, text_) == masked
