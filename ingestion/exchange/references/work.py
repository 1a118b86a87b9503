"""An entry becoming a document: values in their normal form, and every gap named. What the source cannot know or got
wrong is no hindrance; it becomes a finding to be filled in later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.catalog import kinds as k
from ingestion.catalog import values
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.bibliographic import Entry
from ingestion.exchange.references.own import Own

NAME_LENGTH, UNIT_LENGTH = 200, 500
TEXT_LENGTH = 1000  # of a finding's words


@dataclass
class Work:
    """``gaps`` leave the record standing without a value; ``errors`` keep it out."""

    type_id: str
    document: dict[str, Any] = field(default_factory=dict)
    gaps: list[Issue] = field(default_factory=list)
    errors: list[Issue] = field(default_factory=list)

    def put(self, name: str, text: str, codes: Any) -> None:
        """A value in its normal form. A required text too long for its field is an error, anything else wrong a gap."""
        if not text:
            return
        declared = ALL_RECORDS[self.type_id].field(name)
        value, issues = values.parse(declared, text, codes=codes)
        serious = [issue for issue in issues if issue.severity == "error"]
        if not serious:
            self.document[name] = value
        elif declared.required and isinstance(declared, k.Text):
            self.errors.extend(serious)
        else:
            self.gaps.extend(serious)

    def gap(self, field_name: str, zh: str, en: str, rule: str) -> None:
        self.gaps.append(Issue(field_name, zh[:TEXT_LENGTH], en[:TEXT_LENGTH], rule=rule))

    def doubt(self, entry: Entry) -> None:
        """What the reader of the file was not sure of."""
        for doubt in entry.doubts:
            self.gap(ALL_RECORDS[self.type_id].title, doubt.zh, doubt.en, "I004")

    def people(self, entry: Entry, own: Own) -> None:
        """Authors as printed. A bibliographic file knows no staff number, so nobody is linked here."""
        step = next(ALL_RECORDS[self.type_id].contributor_steps())
        rows: list[dict[str, Any]] = []
        for rank, author in enumerate(entry.authors, start=1):
            at = f"contributors[{rank - 1}]"
            if len(author.name) > NAME_LENGTH:
                self.errors.append(
                    Issue(
                        f"{at}.name",
                        f"第 {rank} 作者姓名超过 {NAME_LENGTH} 个字符",
                        f"The name of author {rank} is longer than {NAME_LENGTH} characters",
                    )
                )
            row: dict[str, Any] = {"role": step.role, "rank": rank, "kind": "external", "name": author.name}
            units = [unit for unit in author.affiliations if len(unit) <= UNIT_LENGTH] if step.affiliations else []
            row["affiliations"] = [{"name": unit, "is_own": own.prints(unit)} for unit in units]
            if step.affiliations and len(units) < len(author.affiliations):
                self.gap(
                    f"{at}.affiliations",
                    f"第 {rank} 作者的署名单位超过 {UNIT_LENGTH} 个字符，未录入",
                    f"An affiliation of author {rank} is longer than {UNIT_LENGTH} characters; left out",
                    "I003",
                )
            if author.corresponding and "corresponding" in step.extras:
                row["corresponding"] = True
            rows.append(row)
        self.document["contributors"] = rows
        if entry.unassigned_affiliations and step.affiliations:
            printed = "；".join(entry.unassigned_affiliations)
            self.gap("contributors", f"署名单位未对应到作者：{printed}", f"Affiliations not assigned to an author: {printed}", "I002")

    def keywords(self, entry: Entry) -> None:
        if not entry.keywords:
            return
        declared = ALL_RECORDS[self.type_id].field("keywords")
        assert isinstance(declared, k.TextList)
        fitting = [word for word in dict.fromkeys(entry.keywords) if len(word) <= declared.max_length]
        kept = self.document["keywords"] = fitting[: declared.max_items]
        left_out = [word for word in entry.keywords if word not in kept]
        if left_out:
            shown = "；".join(left_out)[:500]
            self.gap("keywords", f"关键词“{shown}”过长或过多，未录入", f"Keywords “{shown}” are too long or too many; left out", "I003")

    def presets(self, batch: Mapping[str, Any]) -> None:
        """Values for the whole file, used wherever the entry itself says nothing."""
        for name, value in batch.items():
            self.document.setdefault(name, value)


def signature(document: Mapping[str, Any], entry: Entry, own: Own) -> str | None:
    """第一单位 or not, where the university stands among the printed units; else unknown. Where the source does not
    say whose unit is which, the first of the whole list is the first author's."""
    people = document["contributors"]
    if any(unit["is_own"] for row in people for unit in row["affiliations"]):
        first = people[0]["affiliations"]
        return "1" if first and first[0]["is_own"] else "2"
    units = entry.unassigned_affiliations
    if any(own.prints(unit) for unit in units):
        return "1" if own.prints(units[0]) else "2"
    return None
