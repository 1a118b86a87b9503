"""Files in a browser: many at once with hostile ones among them, looked at, replaced, reviewed, packed."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from ingestion import accounts, attachments, records
from ingestion.store.engine import ALL
from ingestion.store.platform import attachment, audit_row, record
from tests.ingestion.attachments.samples import HOSTILE, PDF, png
from tests.journeys.conftest import World
from tests.journeys.steps import expect_text, open_page, settle
from tests.journeys.test_entry_and_review import drafted_paper

pytestmark = pytest.mark.journey
SHOWN = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(this.getURL\\('/ui/leak.js'\\))>>>>endobj\n" + (
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    box = page.locator("[data-testid=stFileUploaderDropzoneInput]").last
    box.set_input_files([{"name": name, "mimeType": "application/octet-stream", "buffer": body} for name, body in files])
    page.wait_for_timeout(300)
    settle(page)


def menu(page: Page, name: str, word: str) -> None:
    page.locator("[class*='st-key-row-']").filter(has_text=name).get_by_role("button", name="操作").click()
    page.get_by_text(word, exact=True).last.click()
    settle(page)


def states(world: World, record_id: int) -> str:
    with world.store.read("99001") as uow:
        return str(uow.conn.execute(select(record.c.state).where(record.c.id == record_id)).scalar_one())


@pytest.mark.ac("AC-025", "AC-062", "AC-063", "AC-064", "AC-065", "AC-066", "AC-067", "AC-232")
def test_files_are_added_looked_at_changed_and_reviewed(world: World, log_in) -> None:
    draft = drafted_paper(world, "r1", "湿地碳通量的长期观测")
    other = drafted_paper(world, "r1", "另一篇用了同一份文件的论文")
    with world.store.read(ALL) as uow:
        r1 = accounts.principal_for(uow, "99001", "r1")
    attachments.add(world.store, r1, other, "other", "同一份.pdf", PDF)
    page = log_in("r1")
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    open_page(page, f"{world.address}/form?id={draft}", ".st-key-step")
    expect_text(page, "每个不超过 50 MB，每条记录最多 20 个，已有 0 个。")
    bad = {case: HOSTILE[case][:2] for case in ("program named pdf", "page named pdf", "empty", "traversal")}
    upload(
        page, ("论文首页（最终）①.pdf", SHOWN), *((f"{case}.{name.rsplit('.', 1)[-1]}", body) for case, (name, body) in bad.items()),
        ("setup.exe", b"MZ" + b"\0" * 99), ("课题（绝密）.pdf", PDF), ("复用.pdf", PDF), ("图.png", png(40, 30)),
    )  # fmt: skip
    for text in ("“program named pdf.pdf”：文件内容与扩展名 pdf 不符，实际是程序。", "“page named pdf.pdf”：文件内容与扩展名 pdf 不符，实际是网页。", "“empty.pdf”是空文件。", "“traversal.zip”：压缩包内的", "“setup.exe”：不支持这种文件", "文件名含涉密标志"):
        expect_text(page, text)
    expect_text(page, "“复用.pdf”：该文件已用于")
    expect_text(page, "已有 3 个")
    assert "绝密" not in page.locator("[data-testid=stMain]").inner_text()

    row = page.locator("[class*='st-key-row-']").filter(has_text="论文首页（最终）①.pdf")
    with page.expect_response(re.compile(r"/files/\d+/preview")) as shown:
        row.get_by_role("button", name="预览").click()
    assert shown.value.ok  # its headers are those of the browser's viewer by now
    assert "sandbox" in page.request.get(shown.value.url).headers["content-security-policy"]
    frame = page.get_by_role("dialog").locator("iframe")
    expect(frame).to_have_attribute("title", "论文首页（最终）①.pdf")
    page.keyboard.press("Escape")
    settle(page)
    assert any("/preview" in url for url in asked) and not any("leak.js" in url for url in asked)
    menu(page, "图.png", "重命名")
    page.get_by_role("dialog").get_by_role("textbox").fill("样地图（终）")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_role("link", name="样地图（终）.png")).to_be_visible()
    menu(page, "样地图（终）.png", "设为受限")
    expect(page.locator("[class*='st-key-row-']").filter(has_text="样地图（终）.png").get_by_text("受限").first).to_be_visible()
    menu(page, "复用.pdf", "移除")
    expect(page.get_by_role("link", name="复用.pdf")).to_have_count(0)
    menu(page, "论文首页", "替换")
    page.get_by_role("dialog").locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files([{"name": "首页 v2.pdf", "mimeType": "application/pdf", "buffer": SHOWN + b" "}])
    expect(page.get_by_role("link", name="首页 v2.pdf")).to_be_visible()
    with world.store.begin(ALL) as uow:
        done = uow.conn.execute(select(audit_row.c.action).where(audit_row.c.object_id == str(draft), audit_row.c.object_type == "record")).scalars().all()
        assert {"attach", "preview", "rename", "restrict", "detach", "replace", "refused"} <= set(done)
        names = uow.conn.execute(select(attachment.c.name).where(attachment.c.record_id == draft, attachment.c.removed_at.is_(None))).scalars().all()
        assert sorted(names) == ["样地图（终）.png", "首页 v2.pdf"]
        uow.conn.execute(update(record).where(record.c.id == draft).values(state="10", submitted_at=uow.now, state_since=uow.now))

    college = log_in("s11")
    open_page(college, f"{world.address}/review?id={draft}", ".st-key-decide")
    college.get_by_role("button", name="预览").first.click()
    expect(college.get_by_role("dialog").locator("iframe, img").first).to_be_visible()
    settle(college)
    college.keyboard.press("a")  # the reviewer reads, and approves nothing behind the file
    settle(college)
    assert states(world, draft) == "10"
    college.get_by_role("dialog").get_by_role("button", name="关闭").click()
    settle(college)
    college.keyboard.press("a")
    settle(college)
    assert states(world, draft) == "20"
    stranger = log_in("r2")
    with world.store.read(ALL) as uow:
        number = uow.conn.execute(select(attachment.c.id).where(attachment.c.record_id == draft).limit(1)).scalar_one()
    for path in (f"/files/{number}", f"/files/{number}/preview"):
        answer = stranger.request.get(world.address + path)
        assert answer.status == 404 and "无权限" in answer.text()


@pytest.mark.ac("AC-091", "AC-068", "AC-142", "AC-163", "AC-190")
def test_the_project_library_says_what_is_missing_and_comes_as_one_zip(world: World, log_in) -> None:
    with world.store.begin("99001") as uow:
        r1 = accounts.principal_for(uow, "99001", "r1")
        leader = {"role": "leader", "rank": 1, "kind": "staff", "person_id": r1.person_id, "name": r1.name, "affiliations": []}
        ids = [
            records.create_draft(uow, r1, "vertical_project", {"name": name, "project_no": no, "status": "20", "started_on": start, "college_id": world.colleges["C1"], "contributors": [leader]}).id
            for name, no, start in (("十年前的堤防研究", "KY-2016-7", "2016-03-01"), ("缺立项通知的项目", "KY-2026-1", "2026-01-01"))
        ]
    attachments.add(world.store, r1, ids[0], "notice_file", "立项通知（2016）①.pdf", PDF)
    attachments.add(world.store, r1, ids[1], "application_file", "申报书.pdf", PDF + b"1")
    with world.store.begin(ALL) as uow:
        uow.conn.execute(update(record).where(record.c.id.in_(ids)).values(state="30", submitted_at=uow.now, approved_at=uow.now))

    office = log_in("o1")
    open_page(office, f"{world.address}/vertical_project")
    office.get_by_role("button", name="文档库").click()
    office.wait_for_url(re.compile("/documents"))
    settle(office)
    expect_text(office, "缺少必需材料")
    with office.expect_download() as download:
        office.get_by_role("button", name=re.compile("打包下载")).first.click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        names = archive.namelist()
    assert {"KY-2016-7 十年前的堤防研究/立项通知（2016）①.pdf", "KY-2026-1 缺立项通知的项目/申报书.pdf", "目录.xlsx"} <= set(names)
    open_page(office, f"{world.address}/record?id={ids[0]}")
    with office.expect_download() as old:
        office.get_by_role("link", name="立项通知（2016）①.pdf").evaluate("node => node.setAttribute('target', '_self')")
        office.get_by_role("link", name="立项通知（2016）①.pdf").click()
    assert old.value.suggested_filename == "立项通知（2016）①.pdf" and old.value.path().read_bytes() == PDF
    open_page(office, f"{world.address}/record?id={ids[1]}")
    place = office.get_by_text("立项通知 *")
    expect(place).to_be_visible()
    expect(office.get_by_text("缺少").first).to_be_visible()

    mine = log_in("r1")
    open_page(mine, f"{world.address}/my_library")
    with mine.expect_download() as own:
        mine.get_by_role("button", name=re.compile("打包下载")).first.click()
    with zipfile.ZipFile(io.BytesIO(own.value.path().read_bytes())) as archive:
        assert any(n.endswith("申报书.pdf") for n in archive.namelist())
    other = log_in("r2")
    open_page(other, f"{world.address}/my_library")
    assert "申报书" not in other.locator("[data-testid=stMain]").inner_text()
