"""What a run counts as it goes: results, the effect on numbers, the quality of the data. Kept as JSON with each
chunk, so that a run that was cut off goes on counting where it stood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ingestion import derive, duplicates
from ingestion.catalog import conditions
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import Codes
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.importing.findings import Verdict
from ingestion.exchange.importing.options import COUNTS, Effect, Finding, Quality

TIERS: dict[str, tuple[str, str]] = {"paper": ("indexings", "index_code")}
"""What the effect on numbers tells beside the listed codes of the type: papers by index."""
EXAMPLES = 20
"""Rows named for each kind of fault."""
KINDS = 2000
"""Kinds of faults told apart; what comes beyond is counted under its column alone."""
_VALUE = re.compile("[“\"《][^”\"》]*[”\"》]")


@dataclass
class Tally:
    """``later``: records that do not count yet though in force; ``filed``: new records by the year they are filed under;
    ``quality``: (key, severity, rule, words) → count and first rows."""

    type_id: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    records: int = 0
    waiting: int = 0
    later: int = 0
    filed: dict[str, int] = field(default_factory=dict)
    by_year: dict[str, int] = field(default_factory=dict)
    by_code: dict[str, dict[str, int]] = field(default_factory=dict)
    quality: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, verdict: Verdict, state: str) -> None:
        self.counts["read"] += 1
        self.counts[verdict.result] += 1
        if verdict.result == "new":
            self._effect(verdict.document, state)
            if verdict.year is not None:
                self.filed[str(verdict.year)] = self.filed.get(str(verdict.year), 0) + 1
        for finding in verdict.findings:
            self._fault(verdict.row, finding)

    def _effect(self, document: Mapping[str, Any], state: str) -> None:
        if state != "30":
            self.waiting += 1
            return
        if not derive.statistics(self.type_id, document)["in_statistics"]:
            self.later += 1
            return
        self.records += 1
        day = derive.dated_on(self.type_id, document)
        year = "" if day is None else str(day.year)
        self.by_year[year] = self.by_year.get(year, 0) + 1
        for name, codes in _codes_of(self.type_id, document):
            held = self.by_code.setdefault(name, {})
            for code in codes:
                held[code] = held.get(code, 0) + 1

    def _fault(self, row: int, finding: Finding) -> None:
        words, en = _VALUE.sub("“…”", finding.zh), _VALUE.sub("“…”", finding.en)
        if finding.rule in (duplicates.EXACT, duplicates.NEAR):  # one kind, whatever the records are
            words, en = words.partition("：")[0], en.partition(":")[0]
        mark = "\0".join((finding.key, finding.severity, finding.rule, words))
        known = self.quality.get(mark)
        if known is None:
            if len(self.quality) >= KINDS:
                mark = "\0".join((finding.key, finding.severity, finding.rule, ""))
                known = self.quality.get(mark)
            if known is None:
                known = self.quality[mark] = {"heading": finding.heading, "zh": words, "en": en, "count": 0, "rows": []}
        known["count"] += 1
        if len(known["rows"]) < EXAMPLES and (not known["rows"] or known["rows"][-1] != row):
            known["rows"].append(row)

    # --- as JSON --------------------------------------------------------------------------------------------

    def as_dict(self) -> dict[str, Any]:
        return {
            "counts": self.counts, "records": self.records, "waiting": self.waiting, "later": self.later, "filed": self.filed, "by_year": self.by_year,
            "by_code": self.by_code, "quality": self.quality,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, type_id: str, raw: Mapping[str, Any]) -> Tally:
        out = cls(type_id)
        if raw:
            out.counts.update(raw["counts"])
            out.records, out.waiting = raw["records"], raw["waiting"]
            out.later, out.filed = raw.get("later", 0), dict(raw.get("filed", {}))  # a batch begun before these were counted
            out.by_year, out.by_code, out.quality = dict(raw["by_year"]), dict(raw["by_code"]), dict(raw["quality"])
        return out


def _codes_of(type_id: str, document: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    out: list[tuple[str, list[str]]] = []
    for name in _told(type_id):
        value = document.get(name)
        if value is not None:
            out.append((name, value if isinstance(value, list) else [value]))
    tier = TIERS.get(type_id)
    if tier is not None:
        codes = {row[tier[1]] for row in document.get(tier[0], ()) if tier[1] in row}
        if codes:
            out.append((".".join(tier), sorted(codes)))
    return out


@cache
def _told(type_id: str) -> list[str]:
    return [f.name for f in ALL_RECORDS[type_id].fields() if f.listed and isinstance(f, (k.Code, k.MultiCode))]


def effect(tally: Mapping[str, Any], type_id: str, codes: Codes) -> Effect:
    """The effect in words, the most frequent codes of each field first."""
    lines = []
    record_type = ALL_RECORDS[type_id]
    for name, held in tally.get("by_code", {}).items():
        if "." in name:
            step, _dot, child = name.partition(".")
            declared = next(f for c in record_type.children() if c.name == step for f in c.fields if f.name == child)
        else:
            declared = record_type.field(name)
        code_list = conditions.code_list(declared, {}) if isinstance(declared, k.Code) else getattr(declared, "code_list", "")
        for code, count in sorted(held.items(), key=lambda one: (-one[1], one[0])):
            zh, en = (codes.label(code_list, code, language) for language in ("zh", "en"))
            lines.append((declared.zh, declared.en, zh, en, count))
    years = {year: n for year, n in sorted(tally.get("by_year", {}).items())}
    return Effect(tally.get("records", 0), tally.get("waiting", 0), years, lines, tally.get("later", 0))


def quality(tally: Mapping[str, Any]) -> list[Quality]:
    """The data-quality report, errors first and the most frequent before the rest."""
    out = []
    for mark, known in tally.get("quality", {}).items():
        key, severity, rule, _words = mark.split("\0")
        out.append(Quality(key, known["heading"], severity, rule, known["zh"], known["en"], known["count"], tuple(known["rows"])))
    order = {"error": 0, "warning": 1, "gap": 2}
    return sorted(out, key=lambda one: (order.get(one.severity, 3), -one.count, one.key))
