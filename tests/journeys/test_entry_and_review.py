"""From a researcher's draft through college and university, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from dashboards.screens.home import counts
from ingestion import accounts, codes, records, review
from ingestion.store.platform import record
from tests.journeys.conftest import World
from tests.journeys.steps import arrive, choose, expect_text, field, fill, open_page, settle, step, submit

pytestmark = pytest.mark.journey
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def states(world: World, title: str) -> list[str]:
    with world.store.read("99001") as uow:
        return list(uow.conn.execute(select(record.c.state).where(record.c.title == title)).scalars())


def write_paper(page, world: World, title: str) -> None:
    """A complete journal paper, as far as the last click before 提交."""
    open_page(page, f"{world.address}/form?type=paper", ".st-key-step")
    fill(page, "论文名称", title)
    choose(page, "论文类型", "期刊论文")
    fill(page, "发表或出版时间", "2026.3.1")
    fill(page, "发表刊物或论文集", "水文学报")
    choose(page, "刊物级别", 0)
    choose(page, "发表范围", 0)
    choose(page, "学校署名", "第一")
    fill(page, "卷期页", "12(3): 101-109")
    fill(page, "ISSN号", "02533766")


def drafted_paper(world: World, username: str, title: str) -> int:
    """A complete journal paper as a draft in the store."""
    with world.store.begin("99001") as uow:
        actor = accounts.principal_for(uow, "99001", username)
        held = codes.for_university(uow, "99001")

        def first(name: str) -> str:
            return held.items(name)[0].code

        document = {
            "title": title, "paper_type": "1", "published_on": "2026-03-01", "venue": "水文学报", "college_id": world.colleges["C1"],
            "journal_levels": [first("journal_level")], "publish_range": first("paper_publish_range"), "signature": first("school_signature"),
            "volume_issue_pages": "12(3): 101-109", "issn": "0253-3766",
            "contributors": [{"role": "author", "rank": 1, "kind": "staff", "person_id": actor.person_id, "name": actor.name, "affiliations": [{"name": "江城大学", "is_own": True}]}],
        }  # fmt: skip
        return records.create_draft(uow, actor, "paper", document).id


def decide(page, world: World, key: str, title: str) -> None:
    open_page(page, f"{world.address}/review", ".st-key-decide")
    page.locator(".st-key-queue").get_by_text(title).click()
    settle(page)
    page.keyboard.press(key)
    settle(page)


@pytest.mark.ac("AC-070", "AC-071", "AC-072", "AC-131", "AC-189", "AC-158", "AC-169", "AC-171", "AC-040", "AC-231")
def test_a_paper_goes_from_draft_to_approval(world: World, log_in) -> None:
    title = "长江中游湿地碳通量的遥感反演"
    page = log_in("r1")
    write_paper(page, world, title)
    expect(field(page, "发表或出版时间")).to_have_value("2026-03-01")
    expect(field(page, "ISSN号")).to_have_value("0253-3766")
    step(page, "作者信息")
    people = page.get_by_role("combobox", name="输入工号、姓名或拼音，选校内人员")
    people.fill("zw")
    expect(page.get_by_role("option").filter(has_text="00456")).to_contain_text("文学院")
    expect(page.get_by_role("option").filter(has_text="00123")).to_contain_text("计算机学院")
    people.fill("lina")
    expect(page.get_by_role("option").filter(has_text="00124")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settle(page)
    submit(page)
    expect_text(page, "提交前请确认“本信息不涉密”。")
    assert states(world, title) == ["00"]
    page.get_by_text("本信息不涉密", exact=True).last.click()
    settle(page)
    submit(page)
    arrive(page, "/record")
    expect_text(page, "待学院审核")

    college = log_in("s11")
    decide(college, world, "a", title)
    expect_text(college, "已通过")
    assert states(world, title) == ["20"]
    open_page(college, f"{world.address}/review?tab=done")
    office = log_in("o1")
    decide(office, world, "a", title)
    assert states(world, title) == ["30"]
    open_page(page, f"{world.address}/messages")
    expect_text(page, title)
    open_page(page, f"{world.address}/search?own=1&state=30&type=paper")
    with world.store.read("99001") as uow:  # other journeys share this university and leave papers of the same person
        mine = counts.mine(accounts.principal_for(uow, "99001", "r1"))
        own = uow.conn.execute(select(func.count()).select_from(record).where(mine, record.c.type == "paper", record.c.state == "30")).scalar_one()
    expect_text(page, f"共 {own} 条")


@pytest.mark.ac("AC-078", "AC-079", "AC-080", "AC-081")
def test_a_returned_paper_comes_back_with_its_reason(world: World, log_in) -> None:
    title = "汉江流域古籍目录的数字化整理"
    page = log_in("r1")
    draft = drafted_paper(world, "r1", title)
    open_page(page, f"{world.address}/form?id={draft}", ".st-key-step")
    page.get_by_text("本信息不涉密", exact=True).last.click()
    settle(page)
    submit(page)
    arrive(page, "/record")
    address = page.url

    college = log_in("s11")
    decide(college, world, "q", title)  # a question pauses nothing
    dialog = college.get_by_role("dialog")
    dialog.get_by_role("textbox", name=re.compile("问题")).fill("请说明古籍底本的来源")
    dialog.get_by_role("button", name="询问", exact=True).click()
    settle(college)
    assert states(world, title) == ["10"]
    open_page(page, f"{world.address}/")
    page.get_by_role("button", name=f"答复询问：{title}").click()
    arrive(page, "/record")
    expect_text(page, "请说明古籍底本的来源")
    page.get_by_role("textbox", name="答复 *").fill("湖北省图书馆藏本，已获授权")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("button", name="答复", exact=True).click()
    settle(page)
    decide(college, world, "b", title)
    expect_text(college, "湖北省图书馆藏本，已获授权")
    dialog = college.get_by_role("dialog")
    dialog.get_by_role("textbox", name=re.compile("原因")).fill("　\u00a0 　 \u200b")
    dialog.get_by_role("button", name="退回修改").click()
    expect(dialog.get_by_text("至少 5 个字")).to_be_visible()
    assert states(world, title) == ["10"]
    college.keyboard.press("a")  # shortcuts are quiet behind a dialog
    settle(college)
    assert states(world, title) == ["10"]
    dialog.get_by_role("textbox", name=re.compile("原因")).fill("卷期页与首页不符，请核对")
    dialog.get_by_role("button", name="退回修改").click()
    settle(college)
    assert states(world, title) == ["11"]

    open_page(page, address)
    expect_text(page, "卷期页与首页不符，请核对")
    page.get_by_role("button", name="修改", exact=True).click()
    page.wait_for_selector(".st-key-step")
    settle(page)
    fill(page, "卷期页", "12(4): 201-209")
    page.get_by_text("本信息不涉密", exact=True).last.click()
    settle(page)
    submit(page)
    arrive(page, "/record")
    open_page(college, f"{world.address}/review?id={world.people['00123']}", ".st-key-decide")
    expect_text(college, "要打开的记录不在待办里")  # and not another one without a word
    college.locator(".st-key-queue").get_by_text(title).click()
    settle(college)
    expect_text(college, "12(4): 201-209")
    expect_text(college, "12(3): 101-109")
    page.get_by_role("button", name="撤回").click()
    settle(page)
    assert states(world, title) == ["00"]


@pytest.mark.ac("AC-152", "AC-154", "AC-155", "AC-157", "AC-160", "AC-161", "AC-162", "AC-163", "AC-064")
def test_a_vertical_project_says_what_is_missing_and_passes(world: World, log_in) -> None:
    page = log_in("r1")
    open_page(page, f"{world.address}/form?type=vertical_project", ".st-key-step")
    group = page.get_by_role("radiogroup")
    words = group.inner_text()
    places = [words.index(w) for w in ("基本信息", "负责人信息", "项目成员", "合作单位", "项目文档", "项目预算")]
    assert places == sorted(places)
    expect(field(page, "单位名称")).to_have_value("江城大学")
    expect(field(page, "单位名称")).to_be_disabled()
    submit(page)
    card = page.locator(".st-key-problems")
    for label in ("项目名称", "项目分类", "项目级别", "项目状态", "开始时间", "计划完成时间"):
        expect(card.get_by_text(label).first).to_be_visible()
    expect(page.get_by_role("button", name="提交", exact=True)).to_be_visible()
    fill(page, "项目名称", "江汉平原农田氮素流失的原位监测与阻控")
    fill(page, "开始时间", "2026-01-01")
    fill(page, "计划完成时间", "2025-06-30")
    expect_text(page, "早于")
    fill(page, "计划完成时间", "2028-12-31")
    expect(card.get_by_text("早于")).to_have_count(0)
    page.get_by_role("radiogroup").get_by_text("项目预算").click()
    settle(page)
    card.get_by_role("button", name=re.compile("项目级别不能为空")).click()
    settle(page)
    assert "step=basic" in page.url
    expect(page.get_by_role("combobox", name=re.compile("项目级别"))).to_be_focused()
    choose(page, "项目分类", 0)
    choose(page, "项目级别", "省部级")
    choose(page, "项目状态", "申报")  # a number and an approval date do not exist yet
    step(page, "合作单位")
    page.get_by_role("button", name="新增一行").click()
    settle(page)
    boxes = page.locator(".st-key-step").get_by_role("textbox")
    boxes.first.fill("楚天学院")
    page.keyboard.press("Tab")
    settle(page)
    share = page.locator(".st-key-step").get_by_role("textbox", name=re.compile("比例"))
    share.fill("120")
    page.keyboard.press("Tab")
    settle(page)
    expect(page.locator(".st-key-step").get_by_text(re.compile("120")).first).to_be_visible()
    page.get_by_role("button", name="移除").first.click()
    settle(page)
    step(page, "项目文档")
    page.locator("input[type=file]").first.set_input_files([{"name": "申报书（最终）①.pdf", "mimeType": "application/pdf", "buffer": PDF}])
    expect(page.get_by_role("link", name="申报书（最终）①.pdf")).to_be_visible()
    page.get_by_text("本信息不涉密", exact=True).last.click()
    settle(page)
    submit(page)
    arrive(page, "/record")
    for name in ("s11", "o1"):
        decide(log_in(name), world, "a", "江汉平原农田氮素流失的原位监测与阻控")
    assert states(world, "江汉平原农田氮素流失的原位监测与阻控") == ["30"]
    open_page(page, page.url)
    expect(page.get_by_role("link", name="申报书（最终）①.pdf")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="申报书（最终）①.pdf").evaluate("node => node.setAttribute('target', '_self')")
        page.get_by_role("link", name="申报书（最终）①.pdf").click()
    assert download.value.suggested_filename == "申报书（最终）①.pdf"


@pytest.mark.ac("AC-153", "AC-020", "AC-245", "AC-085")
def test_reload_keeps_draft_and_step_and_two_tabs_do_not_overwrite(world: World, log_in) -> None:
    page = log_in("r2")
    open_page(page, f"{world.address}/form?type=paper", ".st-key-step")
    field(page, "论文名称").fill("磷石膏基胶凝材料的早期水化")  # no key pressed after it: the browser may die now
    page.wait_for_url(re.compile(r"id=\d+"))
    settle(page)
    step(page, "论文收录")
    page.go_back()
    settle(page)
    expect(field(page, "论文名称")).to_have_value("磷石膏基胶凝材料的早期水化")
    page.go_forward()
    settle(page)
    page.get_by_role("button", name="新增一行").click()
    settle(page)
    fill(page, "收录时间（年）", "去年")  # what cannot be read stays too
    page.reload()
    page.wait_for_selector(".st-key-step")
    settle(page)
    expect(field(page, "收录时间（年）")).to_have_value("去年")
    expect_text(page, "论文收录第 1 行：收录时间（年） “去年” 不是年份")
    step(page, "基本信息")
    expect(field(page, "论文名称")).to_have_value("磷石膏基胶凝材料的早期水化")

    other = page.context.new_page()
    open_page(other, page.url, ".st-key-step")
    fill(other, "发表刊物或论文集", "硅酸盐学报")
    fill(page, "卷期页", "7(1): 1-8")
    expect_text(page, "这份内容已在别处保存过")
    expect_text(page, "硅酸盐学报")
    page.get_by_role("button", name="用已保存的").click()
    settle(page)
    expect(field(page, "发表刊物或论文集")).to_have_value("硅酸盐学报")
    expect(field(page, "卷期页")).to_have_value("")


@pytest.mark.ac("AC-244", "AC-169", "AC-049", "AC-167")
def test_bad_input_stays_on_screen_with_its_message_and_enter_does_not_submit(world: World, log_in) -> None:
    page = log_in("r2")
    open_page(page, f"{world.address}/form?type=paper", ".st-key-step")
    fill(page, "论文名称", "稻虾共作水体微塑料迁移")
    field(page, "论文名称").press("Enter")
    settle(page)
    assert states(world, "稻虾共作水体微塑料迁移") == ["00"]
    expect(page.locator(".st-key-problems")).to_have_count(0)
    fill(page, "发表或出版时间", "2025-13-45")
    expect(field(page, "发表或出版时间")).to_have_value("2025-13-45")
    expect_text(page, "2025-13-45")
    choose(page, "论文类型", "会议论文")
    fill(page, "会议名称", "第九届水环境大会")
    choose(page, "论文类型", "期刊论文")
    expect_text(page, "下列内容将清除")
    page.get_by_role("button", name="保留原来的").click()
    settle(page)
    expect(field(page, "会议名称")).to_have_value("第九届水环境大会")


@pytest.mark.ac("AC-242", "AC-159")
def test_markup_in_a_title_is_shown_as_typed(world: World, log_in) -> None:
    title = "<img src=x onerror=alert(1)> **粗** :material/home: $x$"
    page = log_in("r2")
    open_page(page, f"{world.address}/form?type=paper", ".st-key-step")
    fill(page, "论文名称", title)
    for path in ("/", "/search?own=1&state=00", f"/record?id={_newest(world)}"):
        open_page(page, world.address + path)
        assert page.locator("img[src='x']").count() == 0
    assert title in page.locator("[data-testid=stMain]").inner_text()


def _newest(world: World) -> int:
    with world.store.read("99001") as uow:
        return int(uow.conn.execute(select(record.c.id).order_by(record.c.id.desc()).limit(1)).scalar_one())


@pytest.mark.ac("AC-252")
def test_authors_are_ordered_by_keyboard_alone(world: World, log_in) -> None:
    page = log_in("r1")
    open_page(page, f"{world.address}/form?type=paper&step=authors", ".st-key-step")
    page.get_by_role("combobox", name=re.compile("选校内人员")).focus()
    page.keyboard.type("00124")
    expect(page.get_by_role("option").filter(has_text="李娜")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settle(page)
    handle = page.get_by_role("button", name=re.compile("李娜.*第 2 位"))
    handle.focus()
    page.keyboard.press("ArrowUp")
    settle(page)
    expect(page.get_by_role("button", name=re.compile("李娜.*第 1 位"))).to_be_focused()
    page.reload()
    page.wait_for_selector(".st-key-step")
    settle(page)
    expect(page.get_by_role("button", name=re.compile("李娜.*第 1 位"))).to_be_visible()


@pytest.mark.ac("AC-022", "AC-033", "AC-144", "AC-088")
def test_pages_without_the_right_say_so_and_other_universities_look_empty(world: World, log_in) -> None:
    page = log_in("r1")
    open_page(page, f"{world.address}/accounts")
    expect_text(page, "无权限")
    stranger = log_in("o2", "99002")
    answers = []
    for record_id in (world.people["00123"], 999999):
        open_page(stranger, f"{world.address}/record?id={record_id}")
        expect_text(stranger, "没有这条记录，或无权限查看。")
        answers.append(stranger.locator("[data-testid=stMain]").inner_html().count("张伟"))
    assert answers == [0, 0]


@pytest.mark.ac("AC-084", "AC-061")
def test_an_approved_record_changes_by_amendment_only(world: World, log_in) -> None:
    title = "鄱阳湖候鸟栖息地的多源遥感监测"
    draft = drafted_paper(world, "r1", title)
    with world.store.begin("99001") as uow:
        author, office = (accounts.principal_for(uow, "99001", name) for name in ("r1", "o1"))
        sent = records.submit(uow, author, draft, records.load(uow, author, draft).version, non_secret=True, token="amended", confirmed=frozenset({"V002"}))
        college = accounts.principal_for(uow, "99001", "s11")
        at_office = review.approve(uow, college, draft, sent.version)
        review.approve(uow, office, draft, at_office.version)
    page = log_in("r1")
    open_page(page, f"{world.address}/record?id={draft}")
    expect(page.get_by_role("button", name="修改", exact=True)).to_have_count(0)
    page.get_by_role("button", name="变更申请").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name=re.compile("变更原因")).fill("卷期页录入有误，按首页改正")
    dialog.get_by_role("button", name="确定").click()
    page.wait_for_selector(".st-key-step")
    settle(page)
    fill(page, "卷期页", "13(1): 5-15")
    page.get_by_text("本信息不涉密", exact=True).last.click()
    settle(page)
    submit(page)
    arrive(page, "/record")
    expect_text(page, "变更审核中")
    expect_text(page, "12(3): 101-109")
    expect_text(page, "13(1): 5-15")
    for name, values in (("s11", "12(3): 101-109"), ("o1", "13(1): 5-15")):
        decide(log_in(name), world, "a", title)
        with world.store.read("99001") as uow:
            assert records.load(uow, accounts.principal_for(uow, "99001", name), draft).document["volume_issue_pages"] == values
