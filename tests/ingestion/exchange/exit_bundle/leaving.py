"""A university worth leaving: every record type, history, files, odd texts; and a neighbour whose every word is a canary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, update

from ingestion import amendments, attachments, audit, bulk, notices, queries, records, settings
from ingestion.catalog.registry import TYPE_IDS
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import ALL
from tests import documents
from tests.universe import T1, T2, Universe

CANARY = "金丝雀CANARY"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
NAMES = ("检索证明.pdf", "检索证明.PDF", "a=1+1&b.pdf", "合同（2025）𠮷.pdf")
TRICKY = "=HYPERLINK(\"http://x\")\n第二行,\"引号\"\t@甲"
BIRTH, MOBILE, ID_NUMBER, ACCOUNT = "1985-04-12", "13900000007", documents.id_number(7), "6222000000000007"


@dataclass(frozen=True)
class Filled:
    """``universe`` with ids of what the tests look at."""

    universe: Universe
    papers: list[int]
    attachments: list[int]
    person: int


def fill(universe: Universe, types: Sequence[str] = TYPE_IDS) -> Filled:
    """Fill T1 (all 28 types, or these) and T2 (a paper, a file, a notice, all named by the canary)."""
    store, office = universe.store, universe.o1
    r1 = universe.person("r1")
    made: dict[str, list[int]] = {}
    with store.begin(T1) as uow:
        place = documents.Place(r1, "张伟", universe.C1, "江城大学", lambda type_id: (made.get(type_id) or made.get("vertical_project") or [None])[0])
        for n, type_id in enumerate(("vertical_project", *(t for t in types if t not in ("vertical_project", "person"))), start=100):
            document = documents.valid(type_id, place, n)
            if type_id in ("fund_outward", "fund_expense"):
                document["amount"] = 10_000
                for rows in ("lines", "payees"):
                    document.pop(rows, None)
            made[type_id] = bulk.load(uow, office, type_id, [bulk.BulkItem(document)])
        odd = documents.valid("paper", place, 7) | {"title": TRICKY, "abstract": "'省略号\u3000=1"}
        made["paper"] += bulk.load(uow, office, "paper", [bulk.BulkItem(odd), bulk.BulkItem(documents.valid("paper", place, 8), state="10")])
        someone = documents.valid("person", place, 7) | {"name": "钱多多", "birth_on": BIRTH, "mobile": MOBILE, "id_number": ID_NUMBER, "id_type": "1"}
        person = bulk.load(uow, office, "person", [bulk.BulkItem(someone)])[0]
        uow.conn.execute(insert(p.code_item).values(list="paper_type", owner=T1, code="X9", label_zh="校内论文", seq=1, valid_from=date(2020, 1, 1)))
        settings.put(uow, office, "attachments_per_record", 30, T1)
        notices.publish(uow, office, "年底填报", "请填报 2025 年成果。")
        queries.save(uow, universe.a1, "论文数", "SELECT 1")
    with store.begin(T1) as uow:
        draft = records.create_draft(uow, universe.r1, "paper", {"title": "未完成的草稿"})
        amendments.open(uow, universe.o1, person, "出生日期有误")
    files = [attachments.add(store, universe.r1, draft.id, "other", name, PDF + name.encode()) for name in NAMES]
    with store.begin(T1) as uow:
        attachments.remove(uow, universe.r1, files[-1])
    _neighbour(universe)
    with store.begin(ALL) as uow:
        audit.seal(uow)
    return Filled(universe, made["paper"], files, person)


def _neighbour(universe: Universe) -> None:
    store, office = universe.store, universe.o2
    with store.begin(T2) as uow:
        place = documents.Place(universe.person("q1"), f"{CANARY}王强", universe.D1, f"{CANARY}学院", None)
        bulk.load(uow, office, "paper", [bulk.BulkItem(documents.valid("paper", place, 99) | {"title": f"{CANARY}论文"})])
        draft = records.create_draft(uow, universe.q1, "paper", {"title": f"{CANARY}草稿"})
        uow.conn.execute(update(p.unit).where(p.unit.c.university_code == T2).values(name=f"{CANARY}院系"))
        uow.conn.execute(update(p.account).where(p.account.c.university_code == T2).values(name=f"{CANARY}人"))
        uow.conn.execute(insert(p.code_item).values(list="paper_type", owner=T2, code="X9", label_zh=f"{CANARY}代码", seq=1))
        notices.publish(uow, office, f"{CANARY}通知", f"{CANARY}正文")
    attachments.add(store, universe.q1, draft.id, "other", f"{CANARY}.pdf", PDF + CANARY.encode())
    with store.begin(ALL) as uow:
        uow.conn.execute(update(p.university).where(p.university.c.code == T2).values(name=f"{CANARY}大学"))


def system(universe: Universe, code: str = T1) -> Principal:
    from ingestion import accounts

    with universe.store.read(ALL) as uow:
        return accounts.system_principal(uow, code)
