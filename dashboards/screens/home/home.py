"""首页: what waits for this person, and what is theirs. Every count opens its list."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import frame, navigation
from dashboards.charts import figures
from dashboards.charts.drawn import Drawn
from dashboards.i18n import pick, t
from dashboards.screens.home import counts
from ingestion import accounts, claims, notices, review
from ingestion.catalog.registry import ALL_RECORDS, GROUPS
from ingestion.principal import Principal
from ingestion.store.engine import local_time, today, utc_now

PROJECTS = ("vertical_project", "horizontal_project", "university_project")
TILES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("论文（篇）", ("paper",)), ("项目（项）", PROJECTS), ("专利（件）", ("patent",)), ("获奖（项）", ("award",)), ("著作（部）", ("book",)),
)  # fmt: skip


def show() -> None:
    actor = frame.current()
    match actor.role:
        case "researcher":
            _researcher(actor)
        case "office_admin" | "college_admin" | "finance":
            _manager(actor)
        case _:
            _others(actor)


def _greeting(actor: Principal) -> str:
    hour = local_time(utc_now()).hour
    part = t("上午好") if 5 <= hour < 12 else t("下午好") if 12 <= hour < 18 else t("晚上好")
    return t("{name}，{part}", name=actor.name, part=part)


# --- researcher -----------------------------------------------------------------------------------------


def _researcher(actor: Principal) -> None:
    with frame.store().read(actor.university_code) as uow:
        from ingestion import people

        me = people.by_ids(uow, actor, [actor.person_id]).get(actor.person_id) if actor.person_id else None
    trail = f"{frame.unit_name(actor, me.college_id)} · {t('工号')} {me.staff_no}" if me else ""
    with frame.page(_greeting(actor), trail):
        if st.button(t("新增论文"), icon=":material/add:", type="primary", key="new_paper"):
            navigation.go("form", type="paper")
        if st.button(t("新增项目"), icon=":material/add:", key="new_project"):
            navigation.go("form", type="vertical_project")
        if st.button(t("导入题录"), icon=":material/library_add:", key="to_references"):
            navigation.go("references")
    cells = counts.by_type(actor, own=True)
    left, right = st.columns([1, 2.25], gap="small")
    with left.container(border=True, gap="xsmall", height="stretch"):
        _todo(actor, cells)
        _continue(actor)
    with right.container(border=True, gap="small", height="stretch"):
        _results(actor, cells)
    one, two, three = st.columns(3, gap="small")
    with one.container(border=True, gap="xsmall", height="stretch"):
        _in_review(cells)
    with two.container(border=True, gap="xsmall", height="stretch"):
        _notices(actor)
    with three.container(border=True, gap="xsmall", height="stretch"):
        _money(actor)
    _logins(actor)


def _door(label: str, n: int, icon: str, key: str, path: str, **query: str) -> None:
    """A line that opens the list its number counts."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"door-{key}"):
        if st.button(label, icon=f":material/{icon}:", type="tertiary", key=f"go-{key}"):
            navigation.go(path, **query)
        st.space("stretch")
        st.badge(str(n), color="orange" if n and icon == "undo" else "blue" if n else "gray")


def _todo(actor: Principal, cells: list[counts.Cell]) -> None:
    returned = sum(c.n for c in cells if c.state in ("11", "21"))
    drafts = sum(c.n for c in cells if c.state == "00")
    with frame.store().read(actor.university_code) as uow:
        asked = review.unanswered(uow, actor)
        claimed = len(claims.pending(uow, actor))
    st.markdown(f"**{t('待我处理')} {returned + drafts + claimed + len(asked)}**")
    for record_id, _type_id, title in asked[:3]:
        if st.button(t("答复询问：{title}", title=frame.md(title or "—")), icon=":material/help:", type="tertiary", key=f"asked-{record_id}"):
            navigation.go("record", id=str(record_id))
    _door(t("退回修改"), returned, "undo", "returned", "search", own="1", state="11,21")
    _door(t("待认领"), claimed, "person_check", "claims", "claims")
    _door(t("草稿待提交"), drafts, "edit_note", "drafts", "search", own="1", state="00")


def _continue(actor: Principal) -> None:
    newest = counts.latest_open(actor, 2)
    if not newest:
        return
    st.divider()
    st.markdown(f"**{t('继续填写')}**")
    for row in newest:
        declared = ALL_RECORDS[row.type]
        steps = [s.name for s in declared.steps]
        at = steps.index(row.step) + 1 if row.step in steps else 1
        st.text(f"{pick(declared.zh, declared.en)} 《{row.title or t('未填名称')}》")
        st.caption(t("第 {n} 步 · {at} 保存", n=at, at=local_time(row.updated_at).strftime("%m-%d %H:%M")))
        if st.button(t("继续填写"), icon=":material/edit:", key=f"continue-{row.id}"):
            navigation.go("form", id=str(row.id))


def _results(actor: Principal, cells: list[counts.Cell]) -> None:
    year = today().year
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{t('我的成果')}** · {t('点数字看明细')}", width="content")
        st.space("stretch")
        span = st.segmented_control(t("范围"), ["year", "all"], default="all", required=True, format_func=lambda s: t("本年") if s == "year" else t("全部"), key="home_span", label_visibility="collapsed")
    kept = [c for c in cells if c.state == "30" and (span == "all" or c.year == year)]
    grid = st.grid(5, min_column_width=120, gap="xsmall")
    for zh, types in TILES:
        n = sum(c.n for c in kept if c.type_id in types)
        now = sum(c.n for c in cells if c.type_id in types and c.state == "30" and c.year == year)
        with grid.container(border=True, gap="xxsmall"):
            st.metric(t(zh), n, delta=t("本年 {n}", n=now), delta_color="blue" if now else "gray", delta_arrow="off")
            query = {"own": "1", "state": "30", **({"year": str(year)} if span == "year" else {})}
            if st.button(t("明细"), icon=":material/list:", type="tertiary", key=f"tile-{types[0]}"):
                navigation.go("search", type=",".join(types), **query)
    years = list(range(year - 9, year + 1))
    groups = ((t("已通过"), ("30",), 0), (t("审核中"), ("10", "20"), 1), (t("草稿和退回"), ("00", "11", "21"), 2))
    p = figures.palette(st.context.theme.type == "dark")
    colours = (p.category[0], p.scale[3], p.line)
    parts = [(word, [sum(c.n for c in cells if c.state in states and (c.year or year) == y and c.type_id not in counts_out()) for y in years], colours[i]) for word, states, i in groups]
    st.plotly_chart(Drawn(figures.columns(p, years, parts)), theme=None, config=figures.CONFIG, key="home_chart", width="stretch")
    st.caption(t("近十年，按归属年度；不含人员、专家和经费。"))


def counts_out() -> tuple[str, ...]:
    return ("person", "expert", "institution", "fund_arrival", "fund_outward", "fund_expense")


def _in_review(cells: list[counts.Cell]) -> None:
    waiting = [c for c in cells if c.state in ("10", "20")]
    st.markdown(f"**{t('审核中')}** · {t('{n} 条', n=sum(c.n for c in waiting))}")
    if not waiting:
        st.caption(t("没有在审的记录"))
    for state in ("10", "20"):
        n = sum(c.n for c in waiting if c.state == state)
        if n:
            _door(frame.state_word(state), n, "hourglass_top", f"wait{state}", "search", own="1", state=state)


def _notices(actor: Principal) -> None:
    st.markdown(f"**{t('通知公告')}**")
    with frame.store().read(actor.university_code) as uow:
        found = notices.list_for(uow, actor, 5)
    if not found:
        st.caption(t("没有公告"))
    for notice in found:
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key=f"line-{notice.id}"):
            if st.button(frame.md(notice.title), type="tertiary", key=f"notice-{notice.id}"):
                navigation.go("announcements", id=str(notice.id))
            st.caption(notice.publish_on.isoformat(), width="content")


def _money(actor: Principal) -> None:
    st.markdown(f"**{t('经费')}** · {t('万元')}")
    found = counts.money(actor)
    if found is None:
        st.caption(t("没有项目经费"))
        return
    arrived, outward, spent, frozen = found
    frame.rows([(t("到账"), _wan(arrived)), (t("外拨"), _wan(outward)), (t("支出"), _wan(spent)), (t("冻结"), _wan(frozen)), (t("余额"), _wan(arrived - outward - spent - frozen))], numbers=True)


def _wan(fen: int) -> str:
    return f"{fen / 1_000_000:,.2f}"


def _logins(actor: Principal) -> None:
    found = counts.last_logins(actor)
    if found:
        last = found[-1]
        st.caption(t("最近登录 {at} {address}", at=local_time(last.at).strftime("%Y-%m-%d %H:%M"), address=frame.md(last.address or "")))


# --- office, college, finance ---------------------------------------------------------------------------


def _manager(actor: Principal) -> None:
    with frame.store().read(actor.university_code) as uow:
        waiting = review.counts(uow, actor)
    place = frame.unit_name(actor, actor.unit_id) or frame.university_name(actor)
    with frame.page(_greeting(actor), f"{place} · {frame.role_word(actor.role)}"):
        if st.button(t("去审核"), icon=":material/fact_check:", type="primary", key="to_review"):
            navigation.go("review")
    cells = counts.by_type(actor, own=False)
    if actor.role == "office_admin":
        _onboarding(actor, cells)
    left, right = st.columns([1, 2.25], gap="small")
    with left.container(border=True, gap="xsmall", height="stretch"):
        st.markdown(f"**{t('待办')} {sum(waiting.values())}**")
        if not waiting:
            st.caption(t("没有待办"))
        for type_id, n in sorted(waiting.items(), key=lambda item: -item[1])[:8]:
            _door(_type_word(type_id), n, "fact_check", f"review-{type_id}", "review", type=type_id)
        if actor.role == "office_admin":
            with frame.store().read(actor.university_code) as uow:
                asked = len(accounts.resets_waiting(uow, actor))
            if asked:
                _door(t("找回密码"), asked, "lock_reset", "resets", "resets")
    with right.container(border=True, gap="small", height="stretch"):
        _states(actor, cells)
    one, two = st.columns([2, 1], gap="small")
    with one.container(border=True, gap="xsmall", height="stretch"):
        _groups(cells)
    with two.container(border=True, gap="xsmall", height="stretch"):
        _notices(actor)
    _logins(actor)


def _type_word(type_id: str) -> str:
    declared = ALL_RECORDS.get(type_id)
    return pick(declared.zh, declared.en) if declared else t("变更申请")


def _states(actor: Principal, cells: list[counts.Cell]) -> None:
    year = today().year
    st.markdown(f"**{t('本年记录')}** · {year} · {t('条')} · {t('点数字看明细')}")
    grid = st.grid(4, min_column_width=120, gap="xsmall")
    for state in ("10", "20", "30", "90"):
        n = sum(c.n for c in cells if c.state == state and c.year == year)
        with grid.container(border=True, gap="xxsmall"):
            st.metric(frame.state_word(state), f"{n:,}")
            if st.button(t("明细"), icon=":material/list:", type="tertiary", key=f"state-{state}"):
                navigation.go("search", state=state, year=str(year))
    years = list(range(year - 9, year + 1))
    p = figures.palette(st.context.theme.type == "dark")
    parts: list[tuple[str, list[Any], str]] = [
        (pick(*GROUPS[g]), [sum(c.n for c in cells if c.state == "30" and c.year == y and ALL_RECORDS[c.type_id].group == g) for y in years], p.category[i])
        for i, g in enumerate(("projects", "outcomes", "ip", "exchange", "contribution"))
    ]
    st.plotly_chart(Drawn(figures.columns(p, years, parts)), theme=None, config=figures.CONFIG, key="home_years", width="stretch")
    st.caption(t("近十年已通过的记录，按归属年度。"))


def _groups(cells: list[counts.Cell]) -> None:
    st.markdown(f"**{t('各类记录')}** · {t('全部年度')} · {t('条')}")
    per: dict[str, int] = {}
    for cell in cells:
        if cell.state == "30":
            per[cell.type_id] = per.get(cell.type_id, 0) + cell.n
    grid = st.grid(4, min_column_width=140, gap="xxsmall")
    for type_id, declared in ALL_RECORDS.items():
        if per.get(type_id):
            with grid.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
                if st.button(f"{pick(declared.zh, declared.en)} {per[type_id]:,}", type="tertiary", key=f"type-{type_id}"):
                    navigation.go(type_id, state="30")


def _onboarding(actor: Principal, cells: list[counts.Cell]) -> None:
    """The checklist of a university that begins, until every step has begun (AC-004)."""
    year = today().year
    if any(c.type_id == "person" and c.state == "30" for c in cells) and any(c.year == year and c.type_id not in counts.RESOURCES for c in cells):
        return  # as below, of what is counted already
    found = counts.onboarding(actor, year)
    without = counts.people_without_account(actor) if found.people else 0
    steps = (
        (t("人员导入"), 100 if found.people else 0, t("{n} 人", n=found.people), "person"),
        (t("历史数据"), 100 if found.history else 0, t("{n} 批", n=found.history), "paper"),
        (t("账号发放"), round(100 * (found.people - without) / found.people) if found.people else 0, t("{n} 人已登录", n=found.accounts), "account_lists"),
        (t("本年录入"), 100 if found.entered else 0, t("{n} 条", n=found.entered), "paper"),
    )
    if all(percent for _w, percent, _a, _p in steps) or (found.people and found.entered):
        return
    with st.container(border=True, gap="small", key="onboarding"):
        st.markdown(f"**{t('启用步骤')}** · {t('学校还没有完整的数据，按下列步骤开始')}")
        grid = st.grid(4, min_column_width=180, gap="small")
        for number, (word, percent, about, path) in enumerate(steps, 1):
            with grid.container(border=True, gap="xsmall"):
                st.markdown(f"**{number} {word}** · {percent}%")
                st.progress(percent)
                st.caption(about)
                if st.button(t("去办理"), key=f"onboard-{number}", type="tertiary", icon=":material/arrow_forward:"):
                    navigation.go(path)


# --- the province, analysts, experts --------------------------------------------------------------------


def _others(actor: Principal) -> None:
    with frame.page(_greeting(actor), frame.role_word(actor.role)):
        pass
    if actor.role != "expert":
        from dashboards.screens.home import figures as top

        top.draw(actor)
    left, right = st.columns([1, 1], gap="small")
    with left.container(border=True, gap="xsmall", height="stretch"):
        if actor.role == "province_staff":
            _province_todo(actor)
        st.markdown(f"**{t('可用的页面')}**")
        grid = st.grid(2, min_column_width=160, gap="xxsmall")
        for item in navigation.offered(actor):
            if not item.hidden and item.path != "home":
                with grid.container():
                    st.page_link(navigation.page(item.path), label=item.title(), icon=":material/arrow_forward:")
    with right.container(border=True, gap="xsmall", height="stretch"):
        _notices(actor)
    _logins(actor)


def _province_todo(actor: Principal) -> None:
    """What waits for the province: requests for passwords of the universities' administrators."""
    with frame.store().read("*") as uow:
        waiting = len(accounts.resets_waiting(uow, actor))
    st.markdown(f"**{t('待我处理')} {waiting}**")
    _door(t("找回密码"), waiting, "lock_reset", "resets", "resets")
    st.divider()
