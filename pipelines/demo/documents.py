"""Files of the demo: one-page PDFs on projects and on the papers of those whose story is told, so that libraries,
previews and missing documents can be seen. Most projects have what is asked of them, some do not; a few contracts are
restricted."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

from sqlalchemy import Row, insert, or_, select

from ingestion.attachments import blobs
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import TYPE_TABLES

Places = tuple[tuple[str, str, float], ...]  # slot, name, share of the records that have it

APPLYING, CONCLUDED = "10", ("30", "31")
PROJECT: Places = (("application_file", "申报书", 0.6), ("task_file", "任务书", 0.45))
IN_FORCE: Places = (("notice_file", "立项通知", 0.86),)
ENDED: Places = (("conclusion_file", "结项材料", 0.8), ("conclusion_certificate", "结项证书", 0.5))
CONTRACT: Places = (("contract_scan", "合同扫描件", 0.75),)
PAPER: Places = (("paper_files", "论文首页", 0.8), ("index_proof", "检索证明", 0.4))
RESTRICTED = 0.12  # of the contracts
PROJECTS = ("vertical_project", "horizontal_project", "university_project")


@dataclass(frozen=True)
class _File:
    record: Row[object]
    slot: str
    name: str
    restricted: bool
    body: bytes


def add(uow: UnitOfWork, university: str, rng: random.Random, *, share: float, told: frozenset[int]) -> int:
    """Files for ``share`` of the university's projects and for papers of the people ``told``; how many."""
    files = [one for type_id in PROJECTS for one in _of_projects(uow, university, type_id, rng, share)]
    files += _of_papers(uow, university, rng, told)
    contents: dict[str, dict[str, object]] = {}
    rows = []
    for one in files:
        sha256, size = blobs.digest(io.BytesIO(one.body))
        blobs.put(io.BytesIO(one.body), sha256, lasting=False)
        contents[sha256] = {"sha256": sha256, "size": size, "media_type": "application/pdf", "created_at": uow.now}
        rows.append({
            "university_code": university, "record_id": one.record.id, "slot": one.slot, "sha256": sha256, "name": one.name,
            "restricted": one.restricted, "added_by": one.record.entered_by, "added_at": one.record.created_at,
        })  # fmt: skip
    if rows:
        uow.conn.execute(insert(p.blob), list(contents.values()))
        uow.conn.execute(insert(p.attachment), rows)
    return len(rows)


def _of_projects(uow: UnitOfWork, university: str, type_id: str, rng: random.Random, share: float) -> list[_File]:
    r, table = p.record.c, TYPE_TABLES[type_id]
    found = uow.conn.execute(
        select(r.id, r.title, r.entered_by, r.created_at, table.c.status, table.c.project_no)
        .join(table, table.c.record_id == r.id)
        .where(r.university_code == university, r.type == type_id, r.state.in_(("10", "20", "30")))
        .order_by(r.id)
    ).all()
    out = []
    for row in found:
        if rng.random() >= share:
            continue
        wanted = PROJECT + (IN_FORCE if row.status != APPLYING else ()) + (ENDED if row.status in CONCLUDED else ())
        out += _files(rng, row, wanted + (CONTRACT if type_id == "horizontal_project" else ()), row.project_no or "")
    return out


def _of_papers(uow: UnitOfWork, university: str, rng: random.Random, told: frozenset[int]) -> list[_File]:
    r = p.record.c
    found = uow.conn.execute(
        select(r.id, r.title, r.entered_by, r.created_at)
        .where(r.university_code == university, r.type == "paper", or_(r.owner_person_id.in_(told), r.state.in_(("10", "20"))), r.state != "90")
        .order_by(r.id)
    ).all()
    return [one for row in found for one in _files(rng, row, PAPER, "")]


def _files(rng: random.Random, row: Row[object], places: Places, number: str) -> list[_File]:
    out = []
    for slot, name, share in places:
        if rng.random() < share:
            restricted = slot == "contract_scan" and rng.random() < RESTRICTED
            lines = [name, *(row.title[at : at + 22] for at in range(0, len(row.title), 22)), f"编号 {number}" if number else "", "演示文件"]
            out.append(_File(row, slot, f"{name}（{number}）.pdf" if number else f"{name}.pdf", restricted, page([line for line in lines if line], row.id)))
    return out


def page(lines: list[str], mark: int) -> bytes:
    """A page with these lines, in a Chinese font every viewer substitutes. ``mark`` makes it one of its kind."""
    text = b"BT /F 20 Tf 70 740 Td 32 TL " + b" T* ".join(b"<" + line.encode("utf-16-be").hex().encode() + b"> Tj" for line in lines) + b" ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0"
        b"/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000>>]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents 5 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
    ]  # fmt: skip
    out, at = b"%PDF-1.5\n" + b"%% %d\n" % mark, []
    for number, body in enumerate(objects, 1):
        at.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in at)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
