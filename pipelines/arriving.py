"""A university arrives: its exit bundle into an empty installation, and the proof that its numbers are the same.

After the import the numbers are built anew, as of the moment the bundle's were, and compared value by value; then
they are brought to the present day.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import select

from dashboards.marts import reader
from ingestion import accounts
from ingestion.accounts.links import issue_unchecked
from ingestion.exchange import exit_bundle
from ingestion.exchange.exit_bundle import Bundle, Loaded, comparing
from ingestion.exchange.exit_bundle.cells import to_csv
from ingestion.exchange.exit_bundle.comparing import Comparison
from ingestion.exchange.exit_bundle.packing import private
from ingestion.principal import OperationError
from ingestion.store import platform as p
from ingestion.store.engine import ALL, Store, home, local_time, today
from pipelines import refresh
from pipelines.transform import Transformer

GRAIN = ("indicator", "year", "level", "college_id", "category_1")
VALUES = ("value", "numerator", "denominator", "records")
TOLERANCE = 1e-9
Progress = Callable[[str, int, int], None]
"""Stage (check, load, refresh, compare), done and in all."""


@dataclass
class Report:
    """``proven``: every comparison equal. ``notes`` (zh, en) tell what a reader must know beside them; ``links``
    are the activation links of the accounts by (username, name)."""

    code: str
    name: str
    sha256: str
    as_of: str
    loaded: Loaded
    comparisons: list[Comparison] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str, str]] = field(default_factory=list)
    generation: int | None = None

    @property
    def proven(self) -> bool:
        return all(one.ok for one in self.comparisons)


def restore(
    store: Store, path: Path, *, expect: str | None = None, all_links: bool = False, progress: Progress | None = None, transformer: Transformer | None = None
) -> Report:
    """Import and prove. Raises ``BadBundle`` or ``OperationError`` before anything is changed; ``Unproven`` where all
    is imported and the numbers could not be built."""
    tell = progress or (lambda *_: None)
    with _opened(path, expect, tell) as bundle:
        with store.read(ALL) as uow:
            exit_bundle.require_empty(uow, bundle)
        loaded = exit_bundle.load(store, bundle, progress=lambda done, total: tell("load", done, total))
        return _prove(store, bundle, loaded, all_links, tell, transformer)


def prove(
    store: Store, path: Path, *, expect: str | None = None, all_links: bool = False, progress: Progress | None = None, transformer: Transformer | None = None
) -> Report:
    """The same report for a bundle that was imported here before: what was changed since then differs. Raises
    ``OperationError`` where it was not."""
    tell = progress or (lambda *_: None)
    with _opened(path, expect, tell) as bundle:
        return _prove(store, bundle, _imported(store, bundle), all_links, tell, transformer)


def _opened(path: Path, expect: str | None, tell: Progress) -> AbstractContextManager[Bundle]:
    home().mkdir(parents=True, exist_ok=True)
    return exit_bundle.opened(path, scratch_in=home(), expect=expect, progress=lambda done, total: tell("check", done, total))


class Unproven(OperationError):
    """The data stand here; only the comparison is wanting."""

    def __init__(self) -> None:
        super().__init__(
            "数据已全部导入，但重新统计没有完成（如磁盘空间不足）。处理后运行 yanshu restore-bundle 文件 --compare 完成对比。",
            "All data are imported, but the numbers could not be built (a full disk?). Mend it, then run yanshu restore-bundle FILE --compare.",
        )


def _prove(store: Store, bundle: Bundle, loaded: Loaded, all_links: bool, tell: Progress, transformer: Transformer | None) -> Report:
    report = Report(bundle.code, bundle.manifest["university"]["name"], bundle.sha256, bundle.manifest["as_of"], loaded)
    report.notes += _notes(bundle, loaded)
    try:
        tell("compare", 0, 1)
        stored = comparing.compare(store, bundle, loaded)
        tell("refresh", 0, 1)
        report.comparisons = [_figures(store, bundle, report, transformer), *stored]
        clock = _clock(bundle)
        if clock is not None and local_time(clock).date() != today():  # proven as of that day; now to the present
            report.generation = refresh.run(store, home(), full=True, transformer=transformer).generation
    except OperationError:
        raise
    except Exception as error:
        raise Unproven from error
    report.links = _links(store, bundle.code, all_links)
    return report


def _imported(store: Store, bundle: Bundle) -> Loaded:
    """What the import of this very bundle said of itself in the audit log."""
    c = p.audit_row.c
    with store.read(ALL) as uow:
        for row in uow.conn.execute(select(c.detail).where(c.action == "restore_bundle", c.university_code == bundle.code).order_by(c.id.desc())):
            told = json.loads(row.detail)
            if told["manifest_sha256"] == bundle.sha256:
                return Loaded({"*": told["rows"]}, told["files"], {int(old): new for old, new in told["renumbered"].items()}, told["birth_years"], told["codes"])
    raise OperationError("这个迁出包没有导入到本系统，无法对比。", "This bundle was not imported here; there is nothing to compare.")


def check(store: Store, path: Path, *, expect: str | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """The manifest of a bundle that passes every check; nothing is imported."""
    tell = progress or (lambda *_: None)
    with _opened(path, expect, tell) as bundle:
        with store.read(ALL) as uow:
            exit_bundle.require_empty(uow, bundle)
        return {**bundle.manifest, "sha256": bundle.sha256}


def _clock(bundle: Bundle) -> datetime | None:
    """The moment the bundle's figures stand for, naive UTC."""
    at = (bundle.manifest["figures"] or {}).get("as_of")
    return datetime.fromisoformat(at).astimezone(UTC).replace(tzinfo=None) if at else None


def _notes(bundle: Bundle, loaded: Loaded) -> list[tuple[str, str]]:
    notes = []
    figures = bundle.manifest["figures"]
    if not bundle.personal:
        notes.append(("迁出包不含证件号、电话、银行账号，这些字段为空。", "The bundle holds no ID numbers, phones or bank accounts; these fields are empty."))
    if loaded.birth_years:
        notes.append((f"{loaded.birth_years} 人只有出生年份，暂存为 1 月 1 日，已逐人登记待核对。", f"Of {loaded.birth_years} people the year of birth alone came along, kept as 1 January; each has an open finding."))
    if missing := bundle.manifest["missing_attachments"]:
        notes.append((f"导出时已缺失附件 {len(missing)} 个。", f"{len(missing)} attachments were missing when it was made."))
    if loaded.codes:
        notes.append((f"{loaded.codes} 个代码本系统没有，已作为本校代码保留。", f"{loaded.codes} codes are unknown here and were kept as the university's own."))
    if loaded.renumbered:
        notes.append((f"{len(loaded.renumbered)} 个账号的编号已被占用，改用新编号。", f"{len(loaded.renumbered)} accounts took new ids, theirs being taken."))
    if figures is None:
        notes.append(("导出时尚未发布过统计值，没有可对比的指标。", "Nothing had been published when it was made: there are no indicators to compare."))
    elif figures.get("changes_since"):
        notes.append((f"导出时有 {figures['changes_since']} 处变更尚未计入已发布的指标，这些差异属正常。", f"{figures['changes_since']} changes were not in the published indicators when it was made; differences from them are to be expected."))
    notes.append(("账号不带密码，须用激活链接设置新密码。", "Accounts came without passwords: new ones are set by activation link."))
    return notes


def _links(store: Store, code: str, everybody: bool) -> list[tuple[str, str, str]]:
    """A single-use link for each office administrator, or for every enabled person."""
    out = []
    with store.begin(ALL) as uow:
        account, grant = p.account.c, p.account_grant.c
        query = select(account.id, account.username, account.name).where(account.university_code == code, account.enabled.is_(True), account.kind != "system")
        if not everybody:
            query = query.where(account.id.in_(select(grant.account_id).where(grant.role == "office_admin", grant.university_code == code)))
        for row in uow.conn.execute(query.order_by(account.id)).all():
            token = issue_unchecked(uow, None, row.id, code, "activate")
            out.append((row.username, row.name, accounts.path_of("activate", token)))
    return out


# --- the figures ------------------------------------------------------------------------------------------


def _figures(store: Store, bundle: Bundle, report: Report, transformer: Transformer | None) -> Comparison:
    result = refresh.run(store, home(), full=True, clock=_clock(bundle), transformer=transformer)
    report.generation = result.generation
    held = result.held.get(bundle.code)
    out = indicators({_key(row): row for row in bundle.rows("indicator_values", "figures")}, {} if held else published(store, bundle.code))
    if held is not None:
        report.notes.append((f"数据检查未通过，没有发布：{held.zh}", f"The checks held the numbers back: {held.en}"))
        out.add(bundle.code, None, held.zh)
    return out


Value = Mapping[str, Any]
Key = tuple[Any, ...]


def indicators(brought: Mapping[Key, Value], here: Mapping[Key, Value]) -> Comparison:
    """Every value of either side, by its grain; equal but for the order in which decimals were added."""
    out = Comparison("indicators", "指标值（指标×年度×层级×学院×分类）", "Indicator values (indicator, year, level, college, breakdown)")
    for key in sorted({*brought, *here}, key=str):
        old, new = brought.get(key), here.get(key)
        same = old is not None and new is not None and all(_same(old[name], new[name]) for name in VALUES)
        out.add(" ".join("—" if part is None else str(part) for part in key), _shown(old), _shown(new), same)
    return out


def published(store: Store, code: str) -> dict[Key, Value]:
    """Every published indicator value of a university, by its grain."""
    with store.read(ALL) as uow:
        mart = reader.open_for(accounts.system_principal(uow, code))
    names = (*GRAIN, *VALUES)
    rows = mart.rows(f"SELECT {', '.join(names)} FROM rpt_indicator")  # noqa: S608 the names stand above
    return {tuple(row[: len(GRAIN)]): dict(zip(names, row, strict=True)) for row in rows}


def _key(row: Value) -> Key:
    return tuple(row[name] for name in GRAIN)


def _same(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is new
    return math.isclose(old, new, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _shown(row: Value | None) -> str | None:
    return None if row is None else " / ".join("—" if row[name] is None else repr(row[name]) for name in VALUES)


# --- the report -----------------------------------------------------------------------------------------


def as_dict(report: Report) -> dict[str, Any]:
    return {
        "university": report.code, "name": report.name, "manifest_sha256": report.sha256, "as_of": report.as_of, "proven": report.proven,
        "generation": report.generation, "rows": sum(report.loaded.rows.values()), "files": report.loaded.files,
        "comparisons": [
            {"key": one.key, "zh": one.zh, "en": one.en, "compared": one.compared, "equal": one.equal, "differences": one.differences[:20]} for one in report.comparisons
        ],
        "notes": [{"zh": zh, "en": en} for zh, en in report.notes],
    }  # fmt: skip


def workbook(report: Report, path: Path, language: str = "zh") -> None:
    """The report to keep: result, notes, and every difference (the first thousand of each kind)."""
    zh = language == "zh"
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("还原报告" if zh else "Report")
        sheet.set_column(0, 0, 56)
        sheet.set_column(1, 3, 18)
        lines: list[tuple[Any, ...]] = [
            ("单位" if zh else "University", f"{report.name} {report.code}"),
            ("清单校验码" if zh else "Check value", report.sha256),
            ("数据截至（UTC）" if zh else "As of (UTC)", report.as_of),
            ("结论" if zh else "Result", _result(report, zh)),
            (),
            ("对比内容", "对比项数", "一致", "不一致") if zh else ("Compared", "Items", "Equal", "Different"),
            *((one.zh if zh else one.en, one.compared, one.equal, one.compared - one.equal) for one in report.comparisons),
            (),
            *((note[0] if zh else note[1],) for note in report.notes),
        ]
        for number, line in enumerate(lines):
            for column, value in enumerate(line):
                sheet.write(number, column, value, bold if number in (3, 5) else None)
        for one in report.comparisons:
            if one.differences:
                sheet = book.add_worksheet(one.key)
                heads = ("项目", "迁出包", "本系统") if zh else ("Item", "In the bundle", "Here")
                for number, row in enumerate([heads, *one.differences]):
                    for column, value in enumerate(row):
                        sheet.write_string(number, column, str(value)[:32_000], bold if number == 0 else None)


def _result(report: Report, zh: bool) -> str:
    if report.proven:
        return "全部一致" if zh else "All equal"
    wrong = [one.zh if zh else one.en for one in report.comparisons if not one.ok]
    return ("不一致：" + "、".join(wrong)) if zh else ("Different: " + ", ".join(wrong))


def write_links(report: Report, path: Path, address: str) -> None:
    """All activation links, for nobody else's eyes."""
    with private(path).open("w", encoding="utf-8-sig", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(("账号 username", "姓名 name", "激活链接 link"))
        lines.writerows((to_csv(username), to_csv(name), address.rstrip("/") + link) for username, name, link in report.links)


def text(report: Report, address: str, links: Path | None, words: Callable[[str, str], str]) -> str:
    """The report on a terminal."""
    zh = words("zh", "en") == "zh"
    lines = [words(f"已导入{report.name}（{report.code}）：{sum(report.loaded.rows.values()):,} 行，附件 {report.loaded.files:,} 个。", f"{report.name} ({report.code}) is imported: {sum(report.loaded.rows.values()):,} rows, {report.loaded.files:,} attachments.")]
    for one in report.comparisons:
        wrong = one.compared - one.equal
        mark = words("一致", "equal") if not wrong else words(f"不一致 {wrong} 项", f"{wrong} differ")
        lines.append(f"  {one.zh if zh else one.en}：{one.compared:,}，{mark}" if zh else f"  {one.en}: {one.compared:,}, {mark}")
        lines += [f"    {what}：{brought} → {here}" for what, brought, here in one.differences[:5]]
    lines.append(words("结论：", "Result: ") + _result(report, zh))
    lines += [note[0] if zh else note[1] for note in report.notes]
    if links is not None:
        lines.append(words(f"激活链接：{links}", f"Activation links: {links}"))
    else:
        lines += [f"  {username} {name}  {address.rstrip('/')}{link}" for username, name, link in report.links]
    return "\n".join(lines)
