"""Who acts: the account, the role in use and its reach. Passed to every operation; there is no global user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal[
    "province_staff", "province_analyst", "office_admin", "college_admin",
    "researcher", "expert", "analyst", "finance", "system",
]  # fmt: skip

ROLE_NAMES: dict[str, tuple[str, str]] = {
    "province_staff": ("省厅管理员", "Province staff"),
    "province_analyst": ("省级分析员", "Province analyst"),
    "office_admin": ("科研处管理员", "Research office"),
    "college_admin": ("院系管理员", "College secretary"),
    "researcher": ("科研人员", "Researcher"),
    "expert": ("专家", "Expert"),
    "analyst": ("分析员", "Analyst"),
    "finance": ("财务人员", "Finance"),
    "system": ("系统", "System"),
}


@dataclass(frozen=True)
class Principal:
    """``unit_id`` is the college of a college_admin's grant; ``person_id`` the person record of the account."""

    account_id: int
    university_code: str
    username: str
    name: str
    role: Role
    grant_id: int | None = None
    unit_id: int | None = None
    person_id: int | None = None
    language: str = "zh"

    @property
    def is_province(self) -> bool:
        return self.role in ("province_staff", "province_analyst")


class OperationError(Exception):
    """A refusal a person should read. ``zh`` and ``en`` are complete sentences without technical words."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh = zh
        self.en = en


class NotFound(OperationError):
    """The object does not exist, or lies outside what the principal may see: the two look the same."""

    def __init__(self) -> None:
        super().__init__("没有这条记录，或无权限查看。", "No such record, or no permission to see it.")


class Denied(OperationError):
    """The action is not allowed; says nothing about whether the object exists."""

    def __init__(self, zh: str = "无权限", en: str = "Not permitted") -> None:
        super().__init__(zh, en)


class Conflict(OperationError):
    """Somebody else changed the object first."""
