"""Settings of the installation and of each university: declared here, changed by an operation, logged.

A university's value goes before the installation's, that before the default. Unknown keys do not exist.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from ingestion import audit, permissions
from ingestion.catalog.registry import TYPE_IDS
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import ALL, UnitOfWork
from ingestion.store.platform import setting


@dataclass(frozen=True)
class Setting:
    """``own`` settings may differ between universities. Numbers lie within ``minimum`` and ``maximum``; ``words`` are
    the names of the ``choices`` in both languages, where they have names of their own; ``hint`` says what it does."""

    key: str
    zh: str
    en: str
    default: Any
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    own: bool = True
    words: tuple[tuple[str, str], ...] = ()
    hint: tuple[str, str] = ("", "")


SETTINGS: dict[str, Setting] = {
    s.key: s
    for s in (
        Setting("session_idle_minutes", "无操作后需重新输入密码（分钟）", "Minutes idle before the password is asked again", 30, 5, 480, own=False),
        Setting("session_hours", "一次登录的最长时间（小时）", "Longest login (hours)", 12, 1, 24, own=False),
        Setting("lock_after", "密码错误多少次后锁定", "Wrong passwords before an account is locked", 5, 3, 10, own=False),
        Setting("lock_window_minutes", "统计密码错误的时间（分钟）", "Minutes in which wrong passwords are counted", 10, 5, 60, own=False),
        Setting("lock_minutes", "锁定时间（分钟）", "Minutes an account stays locked", 15, 5, 120, own=False),
        Setting("address_tries_per_minute", "同一地址每分钟最多登录次数", "Logins a minute from one address", 20, 5, 1000, own=False),
        Setting("password_profile", "密码规则", "Password rules", "mlps2", choices=("asvs", "mlps2", "mlps3"), words=(
            ("至少 10 位，不要求定期更换", "10 characters or more, no forced change"),
            ("至少 10 位、三类字符，180 天更换（等保二级）", "10 characters of three kinds, changed every 180 days (level 2)"),
            ("至少 12 位、三类字符，90 天更换（等保三级）", "12 characters of three kinds, changed every 90 days (level 3)"),
        )),
        Setting("link_hours", "激活和重置链接的有效时间（小时）", "Hours a link for activation or reset is valid", 24, 1, 168, own=False),
        Setting("attachment_megabytes", "单个附件的最大大小（MB）", "Largest attachment (MB)", 50, 1, 200),
        Setting("import_megabytes", "导入文件的最大大小（MB）", "Largest file to import (MB)", 100, 1, 200, own=False),
        Setting("import_rows", "导入文件的最多行数", "Most rows of a file to import", 500_000, 1_000, 1_000_000, own=False),
        Setting("attachments_per_record", "每条记录的附件数量", "Attachments a record", 20, 1, 100),
        Setting("export_at_once", "立即导出的最多条数（更多的在后台生成）", "Most records exported at once (more become a job)", 20_000, 100, 100_000),
        Setting("types_without_college_level", "不需要学院审核的类型", "Types without the college's step", [], choices=TYPE_IDS),
        Setting(
            "reviewers_step_aside", "审核回避", "Reviewers step aside", True,
            hint=("开启时，院系管理员不能审核本人参与的记录，由他人审核；学校一级始终不能审核本人的记录。", "While on, a college secretary does not review a record that names them; at the university's level nobody ever reviews an own record."),
        ),
        Setting(
            "others_may_enter", "允许非排名最靠前者录入", "Others than the best-ranked may enter", True,
            hint=("开启时，不是校内排名最靠前的教师填写理由后可以提交；关闭时只能转交给应录入的人。", "While on, somebody other than the best-ranked own teacher may submit with a reason; while off the draft can only be handed over."),
        ),
        Setting(
            "peers_shown", "同类对标中其他高校的名称", "Names of other universities in the comparison with peers", "masked", choices=("masked", "named"), own=False,
            words=(("匿名（高校 A、高校 B …）", "masked (University A, B …)"), ("显示校名", "named")),
            hint=("高校在“同类对标”里看到本校的名称；其他高校是否显示校名由省厅决定。", "A university sees itself by name; whether it sees the names of others is the province's decision."),
        ),
        Setting("support_phone", "服务电话", "Support phone", "", own=False),
        Setting("support_mail", "服务邮箱", "Support e-mail", "", own=False),
    )
}  # fmt: skip


class BadSetting(OperationError):
    """The value does not fit the setting."""


def get(uow: UnitOfWork, key: str, university_code: str | None = None) -> Any:
    """The value in force for a university (or the installation). Raises ``KeyError`` for an unknown key."""
    declared = SETTINGS[key]
    rows = uow.conn.execute(
        select(setting.c.university_code, setting.c.value).where(
            setting.c.key == key, setting.c.university_code.in_([ALL, university_code or ALL])
        )
    )
    values = {row.university_code: row.value for row in rows}
    for owner in (university_code, ALL):
        if owner in values:
            return json.loads(values[owner])
    return declared.default


def put(uow: UnitOfWork, actor: Principal, key: str, value: Any, university_code: str | None = None) -> None:
    """Sets a university's value, or with ``university_code=None`` the installation's (province and system only)."""
    declared = SETTINGS[key]
    owner = _owner(actor, key, university_code)
    _check(declared, value)
    before = get(uow, key, university_code)
    uow.conn.execute(delete(setting).where(setting.c.key == key, setting.c.university_code == owner))
    uow.conn.execute(
        insert(setting).values(university_code=owner, key=key, value=json.dumps(value, ensure_ascii=False))
    )
    audit.write(
        uow, actor, "set", "setting", key, {"before": before, "after": value},
        university_code=university_code or actor.university_code,
    )  # fmt: skip


def reset(uow: UnitOfWork, actor: Principal, key: str, university_code: str | None = None) -> None:
    """Takes a university's (or the installation's) own value away: what lies behind it holds again."""
    owner = _owner(actor, key, university_code)
    before = get(uow, key, university_code)
    gone = uow.conn.execute(delete(setting).where(setting.c.key == key, setting.c.university_code == owner)).rowcount
    if gone:
        audit.write(
            uow, actor, "reset", "setting", key, {"before": before, "after": get(uow, key, university_code)},
            university_code=university_code or actor.university_code,
        )  # fmt: skip


def own_keys(uow: UnitOfWork, university_code: str | None = None) -> frozenset[str]:
    """The keys a university (or the installation) has a value of its own for."""
    found = select(setting.c.key).where(setting.c.university_code == (university_code or ALL), setting.c.key.in_(list(SETTINGS)))
    return frozenset(uow.conn.execute(found).scalars())


def _owner(actor: Principal, key: str, university_code: str | None) -> str:
    """Whose row it is; refuses what the actor may not set."""
    permissions.require(actor, "manage_settings")
    owner = university_code or ALL
    if actor.role == "office_admin" and (owner != actor.university_code or not SETTINGS[key].own):
        permissions.require(actor, "manage_universities")
    return owner


def _check(declared: Setting, value: Any) -> None:
    if isinstance(declared.default, bool):
        fits = isinstance(value, bool)
    elif isinstance(declared.default, int):
        low, high = declared.minimum or 0, declared.maximum or 10**9
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        if not fits:
            raise BadSetting(
                f"“{declared.zh}”的值“{value}”不对，应在 {low} 到 {high} 之间。",
                f"“{declared.en}”: {value} is not allowed; it lies between {low} and {high}.",
            )
    elif isinstance(declared.default, list):
        fits = isinstance(value, list) and set(value) <= set(declared.choices)
    else:
        fits = isinstance(value, str) and len(value) <= 300 and (not declared.choices or value in declared.choices)
    if not fits:
        allowed = "、".join(declared.choices) or "文字"
        raise BadSetting(
            f"“{declared.zh}”的值“{value}”不对，可用：{allowed}。",
            f"“{declared.en}”: {value} is not allowed; allowed: {', '.join(declared.choices) or 'text'}.",
        )
