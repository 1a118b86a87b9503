"""All record types in menu order, and the check beside each."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

from ingestion.catalog.kinds import Issue, RecordType

TYPE_IDS: tuple[str, ...] = (
    "person", "expert", "institution",
    "vertical_project", "horizontal_project", "university_project",
    "fund_arrival", "fund_outward", "fund_expense",
    "paper", "book", "award", "research_report", "appraisal", "artwork",
    "patent", "copyright", "standard", "drug_certificate", "new_variety", "ic_layout",
    "hosted_conference", "lecture", "attended_conference", "cooperative_research",
    "technology_transfer", "landmark_result", "economic_result",
)  # fmt: skip

Check = Callable[[dict[str, Any]], Iterator[Issue]]

ALL_RECORDS: dict[str, RecordType] = {}
CHECKS: dict[str, Check] = {}
for _id in TYPE_IDS:
    _module = importlib.import_module(f"ingestion.catalog.records.{_id}")
    ALL_RECORDS[_id] = _module.TYPE
    CHECKS[_id] = _module.check

GROUPS: dict[str, tuple[str, str]] = {
    "resources": ("科研资源", "Research resources"),
    "projects": ("项目", "Projects"),
    "funds": ("经费", "Funds"),
    "outcomes": ("成果", "Outcomes"),
    "ip": ("知识产权", "Intellectual property"),
    "exchange": ("学术交流", "Academic exchange"),
    "contribution": ("社会贡献", "Contribution to society"),
}
