"""When things happened and how far they came: ten years, growing, with this year's work still under way."""

from __future__ import annotations

import random
from bisect import bisect_right
from datetime import date, datetime, timedelta
from itertools import accumulate

from ingestion.bulk import BulkItem, Channel, Who
from pipelines.demo.fill import Document, Scene

YEARS = 10
GROWTH = 0.13  # of the first year's work, every year
GOLDEN = (5**0.5 - 1) / 2
REASONS = (
    "请补充作者署名单位，并上传首页扫描件。",
    "日期与证明材料不一致，请核对后重新提交。",
    "校内排名最靠前的教师应为录入人，请核对。",
    "经费来源填写有误，应与合同一致。",
    "名称与证书不一致，请按证书原文填写。",
    "缺少合作单位信息，请补充。",
)
MEAN_WAIT, LONGEST_WAIT = 6.0, 40.0  # days on the desk of the next reviewer
LATE, ENTERED_LATE = 270, 0.05  # days, and the share of younger work that was only just entered
BEFORE_MIDNIGHT = timedelta(hours=8)  # the day begins in the universities while it is still yesterday in UTC
VOID_REASONS = ("与另一条记录重复，已核实。", "成果不属于本校，经本人确认后作废。")


def day(scene: Scene) -> date:
    """A day of the last ten years before today, later ones likelier. The years take turns by the golden ratio, so that
    also a small university grows evenly and the present year is neither empty nor overfull."""
    rng, as_of = scene.rng, scene.as_of
    shares = [1.0 + GROWTH * i for i in range(YEARS)]
    shares[-1] *= as_of.timetuple().tm_yday / 366
    scene.turn += 1
    place = scene.turn * GOLDEN % 1 * sum(shares)
    year = as_of.year - YEARS + 1 + min(bisect_right(list(accumulate(shares)), place), YEARS - 1)
    first, last = date(year, 1, 1), min(date(year, 12, 31), as_of - timedelta(days=1))
    return first if first >= last else first + timedelta(days=rng.randrange((last - first).days + 1))


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
        history: bool = False, settled: bool = False, state: str | None = None,
    ) -> BulkItem:  # fmt: skip
        """The record as it stands today: who entered it, how far it came, when. ``history``: filed by the office
        at once. ``settled``: already in force, because other records rest on it. ``state`` where the story says it.
        All times lie before the present day begins."""
        limit = datetime(as_of.year, as_of.month, as_of.day) - BEFORE_MIDNIGHT
        began = min(at(rng, min(on + timedelta(days=rng.randint(1, 20)), as_of)), limit)
        secretary = self.secretaries.get(college_id)
        researcher = self.researchers.get(owner) if owner is not None else None
        if history or secretary is None:
            return BulkItem(document, "30", college_id=college_id, channel="office" if history else "import",
                            entered_by=self.office, created_at=began, submitted_at=began, approved_at=began)  # fmt: skip
        channel: Channel = "own" if researcher else "college"
        who = researcher or secretary
        submitted = began + timedelta(days=rng.random() * 3)
        ended = submitted + timedelta(days=0.3 + rng.random() * 8)
        college = secretary if channel == "own" else None
        if state is None:
            state = "30" if settled else self._state(rng, (as_of - on).days, ended <= limit, channel)
        if state in ("30", "90"):
            submitted, ended = min(submitted, limit), min(ended, limit)
        else:  # still under way: it came to the desk it lies on in the last days
            ended = max(limit - timedelta(days=min(LONGEST_WAIT, rng.expovariate(1 / MEAN_WAIT))), min(at(rng, on), limit))
            submitted = ended if state == "10" or (state == "20" and college is None) else ended - timedelta(days=rng.random() * 5)
            began = submitted - timedelta(days=rng.random() * 3) if state != "00" else ended
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
    def _state(rng: random.Random, age: int, through: bool, channel: str) -> str:
        """What had time to be reviewed mostly is in force; the rest, and a few of this year entered late, are under
        way. What a college enters skips its own step."""
        if through and (age > LATE or rng.random() >= ENTERED_LATE):
            return rng.choices(("30", "90"), (0.992, 0.008))[0]
        if channel == "own":
            return rng.choices(("00", "10", "11", "20", "21"), (20, 36, 8, 28, 8))[0]
        return rng.choices(("00", "20", "21"), (20, 68, 12))[0]
