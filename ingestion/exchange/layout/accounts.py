"""The columns of a sheet of accounts (AC-198): not a record type, the same kind of columns."""

from __future__ import annotations

from ingestion.catalog import kinds as k
from ingestion.exchange.layout.columns import Column
from ingestion.exchange.layout.look import Look
from ingestion.principal import ROLE_NAMES

ROLES = ("researcher", "college_admin", "office_admin", "expert", "analyst", "finance")

_FIELDS: tuple[k.Field, ...] = (
    k.Identifier("username", zh="账号", en="Username", required=True, max_length=60),
    k.Text("name", zh="姓名", en="Name", required=True, max_length=100),
    k.Text("role", zh="角色", en="Role", required=True, max_length=30),
    k.Identifier("staff_no", zh="工号", en="Staff number", max_length=60),
    k.UnitRef("college", zh="学院", en="College"),
    k.Date("valid_from", zh="生效日期", en="Valid from", future=True),
    k.Date("valid_to", zh="失效日期", en="Valid to", future=True),
)
_HINTS = {
    "username": ("登录用，2 到 60 个字符，不含空格；可与工号相同", "For logging in; 2 to 60 characters without blanks; may be the staff number"),
    "staff_no": ("科研人员填工号，账号由此关联人员库；不按姓名关联", "Links the account to the person; a name never does"),
    "college": ("院系管理员必填", "Needed for a college secretary"),
    "role": ("一个账号有几个角色时写几行", "One row for each role of an account"),
    "valid_from": ("不填为即日起", "Empty: from today"),
    "valid_to": ("不填为长期", "Empty: without end"),
}

COLUMNS: tuple[Column, ...] = tuple(
    Column(
        key=field.name, zh=field.zh, en=field.en, kind="field", field=field, required=field.required,
        identifier=isinstance(field, k.Identifier), hint_zh=_HINTS.get(field.name, ("", ""))[0], hint_en=_HINTS.get(field.name, ("", ""))[1],
    )
    for field in _FIELDS
)  # fmt: skip


def role_words(language: str) -> list[str]:
    """The roles an office may give, in words; ``role_of`` reads them back."""
    return [ROLE_NAMES[role][language == "en"] for role in ROLES]


def role_of(text: str) -> str | None:
    """The role meant by its id or its name in either language."""
    wanted = text.strip().casefold()
    return next((role for role in ROLES if wanted in (role, *(word.casefold() for word in ROLE_NAMES[role]))), None)


def example(look: Look) -> dict[str, str]:
    college = next((unit.name for unit in look.units.values()), "计算机学院")
    return {"username": "00123", "name": "张伟", "role": role_words(look.language)[0], "staff_no": "00123", "college": college}
