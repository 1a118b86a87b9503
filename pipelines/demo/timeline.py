"""When things happened and how far they came: ten years, growing, with this year's work still under way."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from itertools import accumulate

from ingestion.bulk import BulkItem, Channel, Who
from pipelines.demo.fill import Document

YEARS = 10
REASONS = (
    "请补充作者署名单位，并上传首页扫描件。",
    "日期与证明材料不一致，请核对后重新提交。",
    "校内排名最靠前的教师应为录入人，请核对。",
    "经费来源填写有误，应与合同一致。",
    "名称与证书不一致，请按证书原文填写。",
    "缺少合作单位信息，请补充。",
)
VOID_REASONS = ("与另一条记录重复，已核实。", "成果不属于本校，经本人确认后作废。")


def day(rng: random.Random, as_of: date, earliest: date | None = None) -> date:
    """A day of the last ten years, later ones likelier; after ``earliest`` where given."""
    years = list(range(as_of.year - YEARS + 1, as_of.year + 1))
    shares = [1.0 + 0.13 * i for i in range(YEARS)]
    shares[-1] *= as_of.timetuple().tm_yday / 366
    year = rng.choices(years, cum_weights=list(accumulate(shares)))[0]
    first = max(date(year, 1, 1), earliest or date(year, 1, 1))
    last = min(date(year, 12, 31), as_of)
    if first >= last:
        return min(first, as_of)
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def shifted(rng: random.Random, start: date, low: int, high: int, latest: date) -> date:
    """``start`` plus some days, never after ``latest``."""
    return min(start + timedelta(days=rng.randint(low, high)), max(latest, start))


def at(rng: random.Random, on: date) -> datetime:
    """A time of that day in which offices work, as naive UTC."""
    return datetime(on.year, on.month, on.day, rng.randrange(1, 9), rng.randrange(60), rng.randrange(60))


class Desk:
    """The accounts of a university that enter and review, by college."""

    def __init__(self, office: Who, secretaries: dict[int, Who], researchers: dict[int, Who]) -> None:
        self.office = office
        self.secretaries = secretaries
        self.researchers = researchers

    def item(
        self, rng: random.Random, document: Document, on: date, as_of: date, college_id: int, *, owner: int | None,
        history: bool = False, settled: bool = False,
    ) -> BulkItem:  # fmt: skip
        """The record as it stands today: who entered it, how far it came, when. ``history``: filed by the office
        at once. ``settled``: already in force, because other records rest on it."""
        began = at(rng, min(on + timedelta(days=rng.randint(1, 40)), as_of))
        limit = at(rng, as_of) if as_of > began.date() else began + timedelta(hours=1)
        secretary = self.secretaries.get(college_id)
        researcher = self.researchers.get(owner) if owner is not None else None
        if history or secretary is None:
            return BulkItem(document, "30", college_id=college_id, channel="office" if history else "import",
                            entered_by=self.office, created_at=began, submitted_at=began, approved_at=began)  # fmt: skip
        channel: Channel = "own" if researcher else "college"
        who = researcher or secretary
        submitted = min(began + timedelta(days=rng.random() * 4), limit)
        ended = min(submitted + timedelta(days=0.5 + rng.random() * 18), limit)
        college = secretary if channel == "own" else None
        state = "30" if settled else self._state(rng, on, as_of, channel)
        common = {"college_id": college_id, "channel": channel, "entered_by": who, "created_at": began}
        match state:
            case "00":
                return BulkItem(document, "00", **common)
            case "10":
                return BulkItem(document, "10", submitted_at=submitted, college=secretary, **common)
            case "11":
                return BulkItem(document, "11", submitted_at=submitted, closed_at=ended, college=secretary, reason=rng.choice(REASONS), **common)
            case "20":
                return BulkItem(document, "20", submitted_at=submitted, closed_at=ended, college=college, **common)
            case "21":
                return BulkItem(document, "21", submitted_at=submitted, closed_at=ended, college=college, office=self.office, reason=rng.choice(REASONS), **common)
            case "90":
                return BulkItem(document, "90", submitted_at=submitted, approved_at=ended, closed_at=min(ended + timedelta(days=30), limit),
                                college=college, office=self.office, reason=rng.choice(VOID_REASONS), **common)  # fmt: skip
            case _:
                return BulkItem(document, "30", submitted_at=submitted, approved_at=ended, college=college, office=self.office, **common)

    @staticmethod
    def _state(rng: random.Random, on: date, as_of: date, channel: str) -> str:
        """Old work is settled; of the last months much is under way. What a college enters skips its own step."""
        months = (as_of - on).days / 30
        if months > 9:
            return rng.choices(("30", "90"), (0.992, 0.008))[0]
        fresh = max(0.2, 0.85 - 0.075 * months)
        if rng.random() >= fresh:
            return "30"
        if channel == "own":
            return rng.choices(("00", "10", "11", "20", "21", "90"), (26, 32, 8, 24, 8, 2))[0]
        return rng.choices(("00", "20", "21", "90"), (25, 60, 13, 2))[0]
