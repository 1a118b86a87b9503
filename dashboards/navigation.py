"""Every page of the app in one table: address, word, section of the top menu, code, and who sees it.

``ENTRIES`` is the only list of pages. An entry names its screen as ``"module:function"`` and the module is
imported when the page is first opened, so a page nobody opens costs nothing. ``roles`` empty = everybody who
has logged in. Hidden entries have an address but no place in the menu. A role decides what is *offered*;
what is *allowed* is decided again by every operation.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from dashboards.i18n import N_, language, pick, t
from ingestion.catalog.registry import ALL_RECORDS, GROUPS
from ingestion.principal import Principal

ALERTS = N_("办公预警")
PROVINCE = N_("省厅业务")
UNIVERSITY = N_("高校业务")
RESOURCES = N_("科研资源")
POLICY = N_("政策文件")
ANALYSIS = N_("统计分析")
SECTIONS = (ALERTS, PROVINCE, UNIVERSITY, RESOURCES, POLICY, ANALYSIS)

STAFF = ("office_admin", "college_admin", "researcher")
IN_UNIVERSITY = ("office_admin", "college_admin", "researcher", "finance", "analyst", "expert")
COUNTED_FOR = ("office_admin", "college_admin", "researcher", "finance", "analyst")
FUND_TYPES = ("fund_arrival", "fund_outward", "fund_expense")
MONEY_READERS = (*FUND_TYPES, "vertical_project", "horizontal_project", "university_project")


@dataclass(frozen=True)
class Entry:
    path: str
    zh: str
    section: str
    screen: str
    roles: tuple[str, ...] = ()
    hidden: bool = False
    en: str = ""

    def title(self) -> str:
        return pick(self.zh, self.en) if self.en else t(self.zh)


def _type_roles(type_id: str) -> tuple[str, ...]:
    if type_id == "expert":  # AC-042: not visible to researchers and experts
        return ("office_admin",)
    return (*STAFF, "finance") if type_id in MONEY_READERS else STAFF


def _records() -> tuple[Entry, ...]:
    return tuple(
        Entry(
            type_id,
            record_type.zh,
            RESOURCES if record_type.group == "resources" else UNIVERSITY,
            "dashboards.screens.query.records:show",
            _type_roles(type_id),
            en=record_type.en,
        )
        for type_id, record_type in ALL_RECORDS.items()
    )


ENTRIES: tuple[Entry, ...] = (
    Entry("home", N_("首页"), ALERTS, "dashboards.screens.home.home:show"),
    Entry("review", N_("待办"), ALERTS, "dashboards.screens.review.queue:show", ("office_admin", "college_admin", "finance", "researcher")),
    Entry("claims", N_("待认领"), ALERTS, "dashboards.screens.account.claims:show", ("researcher", "college_admin")),
    Entry("messages", N_("消息"), ALERTS, "dashboards.screens.account.messages:show"),
    Entry("universities", N_("高校管理"), PROVINCE, "dashboards.screens.admin.universities:show", ("province_staff",)),
    Entry("announcements", N_("通知公告"), PROVINCE, "dashboards.screens.admin.notices:show"),
    *_records(),
    Entry("documents", N_("项目文档库"), UNIVERSITY, "dashboards.screens.files.library:projects", STAFF),
    Entry("my_library", N_("我的附件库"), UNIVERSITY, "dashboards.screens.files.library:mine", ("researcher",)),
    Entry("library", N_("文档库"), UNIVERSITY, "dashboards.screens.files.library:of_type", (*STAFF, "finance"), hidden=True),
    Entry("imports", N_("批量导入"), UNIVERSITY, "dashboards.screens.exchange.wizard:show", STAFF),
    Entry("batches", N_("导入批次"), UNIVERSITY, "dashboards.screens.exchange.batches:show", STAFF),
    Entry("initial", N_("历史初始化"), UNIVERSITY, "dashboards.screens.exchange.initial:show", ("office_admin",)),
    Entry("units", N_("院系"), RESOURCES, "dashboards.screens.admin.units:show", ("office_admin",)),
    Entry("accounts", N_("账号"), RESOURCES, "dashboards.screens.admin.accounts:show", ("office_admin", "province_staff")),
    Entry("account_lists", N_("批量开通账号"), RESOURCES, "dashboards.screens.admin.account_lists:show", ("office_admin",), hidden=True),
    Entry("resets", N_("找回密码"), RESOURCES, "dashboards.screens.admin.resets:show", ("office_admin", "province_staff")),
    Entry("shares", N_("完成人分配表"), RESOURCES, "dashboards.screens.admin.shares:show", ("office_admin",)),
    Entry("sources", N_("指标数据来源"), RESOURCES, "dashboards.screens.admin.sources:show", ("office_admin", "province_staff", "province_analyst")),
    Entry("years", N_("年度锁定"), RESOURCES, "dashboards.screens.admin.years:show", ("office_admin", "province_staff")),
    Entry("settings", N_("设置"), RESOURCES, "dashboards.screens.admin.settings:show", ("office_admin", "province_staff")),
    Entry("exit", N_("迁出包"), RESOURCES, "dashboards.screens.admin.exit_bundle:show", ("office_admin",)),
    Entry("codes", N_("标准代码"), POLICY, "dashboards.screens.admin.codes:show"),
    Entry("leader", N_("领导驾驶舱"), ANALYSIS, "dashboards.screens.analysis.leader:show", ("office_admin", "analyst", "finance")),
    Entry("college", N_("学院驾驶舱"), ANALYSIS, "dashboards.screens.analysis.college:show", ("college_admin",)),
    Entry("profile", N_("科研详情"), ANALYSIS, "dashboards.screens.analysis.profile:show", ("researcher", "office_admin", "analyst")),
    Entry("mine", N_("我的统计"), ANALYSIS, "dashboards.screens.analysis.mine:show", ("researcher",)),
    Entry("province", N_("省级对比"), PROVINCE, "dashboards.screens.analysis.province:show", ("province_staff", "province_analyst")),
    Entry("questions", N_("省厅询问"), PROVINCE, "dashboards.screens.analysis.questions:show", ("province_staff", "province_analyst", "office_admin")),
    Entry("returns", N_("年底统计"), ANALYSIS, "dashboards.screens.returns.page:show", ("office_admin", "analyst", "finance")),
    Entry("statistics", N_("统计表"), ANALYSIS, "dashboards.screens.analysis.table:show", COUNTED_FOR),
    Entry("peers", N_("同类对标"), ANALYSIS, "dashboards.screens.analysis.peers:show", COUNTED_FOR),
    Entry("evaluation", N_("省内评价"), ANALYSIS, "dashboards.screens.evaluation.page:show", ("office_admin", "analyst", "finance", "province_staff", "province_analyst")),
    Entry("sql", N_("SQL 查询"), ANALYSIS, "dashboards.screens.sql.page:show", ("analyst", "office_admin", "province_analyst", "province_staff")),
    Entry("quality", N_("数据质量"), ANALYSIS, "dashboards.screens.quality.score:show", ("office_admin", "college_admin", "analyst", "province_staff", "province_analyst")),
    Entry("reviews", N_("审核分析"), ANALYSIS, "dashboards.screens.quality.reviews:show", ("office_admin", "college_admin", "analyst")),
    Entry("pipeline", N_("数据管道"), ANALYSIS, "dashboards.screens.quality.pipeline:show", ("office_admin", "analyst", "province_staff", "province_analyst")),
    Entry("drill", N_("明细"), ANALYSIS, "dashboards.screens.analysis.records:show", (*COUNTED_FOR, "province_staff", "province_analyst"), hidden=True),
    Entry("lineage", N_("数据血缘"), ANALYSIS, "dashboards.screens.analysis.lineage:show", (*COUNTED_FOR, "province_staff", "province_analyst"), hidden=True),
    Entry("why", N_("为何变化"), ANALYSIS, "dashboards.screens.analysis.why:show", (*COUNTED_FOR, "province_staff", "province_analyst"), hidden=True),
    Entry("references", N_("导入题录"), UNIVERSITY, "dashboards.screens.exchange.references:show", ("researcher",)),
    Entry("form", N_("填写"), UNIVERSITY, "dashboards.screens.entry.form:show", IN_UNIVERSITY, hidden=True),
    Entry("record", N_("记录"), UNIVERSITY, "dashboards.screens.query.record:show", hidden=True),
    Entry("search", N_("查询"), UNIVERSITY, "dashboards.screens.query.search:show", IN_UNIVERSITY, hidden=True),
    Entry("account", N_("我的账号"), ALERTS, "dashboards.screens.account.account:show", hidden=True),
)  # fmt: skip


def offered(principal: Principal) -> list[Entry]:
    """The pages this role may open."""
    return [e for e in ENTRIES if not e.roles or principal.role in e.roles]


def entry(path: str) -> Entry:
    for candidate in ENTRIES:
        if candidate.path == path:
            return candidate
    raise KeyError(path)


@lru_cache(maxsize=256)
def _runner(screen: str, path: str) -> Callable[[], None]:
    module_name, _, function = screen.partition(":")

    def run() -> None:
        from dashboards import frame

        frame.draw(path, lambda: getattr(importlib.import_module(module_name), function)())

    run.__name__ = path
    return run


def _page(path: str, title: str, hidden: bool) -> st.Page:
    """A new object each time (14 µs): Streamlit marks the page to be run on it, so sharing would be a race."""
    found = entry(path)
    return st.Page(
        _runner(found.screen, path),
        title=title,
        url_path=path,
        default=path == "home",
        visibility="hidden" if hidden else "visible",
    )


def page(path: str) -> st.Page:
    """The page of an address, for ``st.switch_page`` and ``st.page_link``."""
    found = entry(path)
    return _page(path, found.title(), found.hidden)


def menu(principal: Principal) -> dict[str, list[st.Page]]:
    """The top menu of this principal. Pages without the right are there but hidden: their address answers
    无权限 and not "no such page" (AC-022)."""
    out: dict[str, list[st.Page]] = {t(section): [] for section in SECTIONS}
    for item in ENTRIES:
        may = not item.roles or principal.role in item.roles
        out[t(item.section)].append(_page(item.path, item.title(), item.hidden or not may))
    return {section: pages for section, pages in out.items() if pages}


def section_number(principal: Principal, path: str) -> int | None:
    """Which item of the top menu (from 1) holds the page now shown; None for a page outside of the menu."""
    shown = [s for s in SECTIONS if any(e.section == s and not e.hidden for e in offered(principal))]
    section = entry(path).section
    return shown.index(section) + 1 if section in shown else None


def go(path: str, **query: str) -> None:
    """Leaves for another page with these filters in the address."""
    st.switch_page(page(path), query_params=query)


def group_word(type_id: str) -> str:
    """高校业务 / 成果 / 论文: where a type stands in the menu."""
    record_type = ALL_RECORDS[type_id]
    zh, en = GROUPS[record_type.group]
    name = pick(record_type.zh, record_type.en)
    first = t(RESOURCES) if record_type.group == "resources" else f"{t(UNIVERSITY)} / {pick(zh, en)}"
    return f"{first} / {name}"


def group_words(group: str) -> str:
    """高校业务 / 项目: where the types of a group stand in the menu."""
    return f"{t(UNIVERSITY)} / {pick(*GROUPS[group])}"


__all__ = ["ANALYSIS", "ENTRIES", "Entry", "entry", "go", "group_word", "group_words", "language", "menu", "offered", "page"]
