"""What a row must satisfy beside its cells: the record's rules, the importer's role, closed years, money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from ingestion import derive, funds, permissions
from ingestion.bulk.known import Known as Posts
from ingestion.catalog import kinds as k
from ingestion.catalog import validate
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.importing.options import Options
from ingestion.exchange.layout import Look
from ingestion.principal import OperationError, Principal
from ingestion.records import checks
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today

OWN_DRAFT = ("00", "11", "21")
Document = dict[str, Any]


class Rules:
    """Made once a run; ``prepare`` asks the store for a chunk."""

    def __init__(self, uow: UnitOfWork, actor: Principal, type_id: str, options: Options, look: Look) -> None:
        self.actor, self.type_id, self.options, self.look = actor, type_id, options, look
        self.record_type = ALL_RECORDS[type_id]
        self.context = validate.Context(today(), look.codes, attached=frozenset(), parsed=True)
        self.slots = frozenset(f.name for f in self.record_type.fields() if isinstance(f, k.FileSlot))
        self._has_college = any(isinstance(f, k.UnitRef) and f.header for f in self.record_type.fields())
        self.college_id = _college(look, options.college) if options.college else None
        self._posts = Posts(uow, actor.university_code)
        self._posts.unit(0, None)  # read now: a run's later transactions are its own
        lock = p.year_lock
        self._closed: frozenset[int] = frozenset(
            uow.conn.execute(
                select(lock.c.year).where(lock.c.university_code == actor.university_code, lock.c.type == type_id)
            ).scalars()
        )
        x = p.year_exception.c
        excepted = select(x.year, x.person_id).where(
            x.university_code == actor.university_code, x.ended_at.is_(None), x.until >= today()
        )
        self._excepted = {(row.year, row.person_id) for row in uow.conn.execute(excepted)} if self._closed else set()
        self._projects: dict[int, tuple[str, str, int]] = {}
        self.secrecy_rules: set[str] = set()
        self._spent: dict[int, int] = {}
        self._spent_before: dict[int, int] = {}

    def preset(self, document: Document) -> None:
        """The college a row does not name: the batch's, the owner's at the record's date, the importer's own."""
        if not self._has_college or document.get("college_id") is not None:
            return
        college = self.college_id
        if college is None and self.type_id in permissions.FUNDS:
            project = document.get(funds.PROJECT)
            college = self._posts.project(project)[1] if isinstance(project, int) else None
        if college is None:
            owner = _owner(document)
            college = None if owner is None else self._posts.unit(owner, _day(self.record_type, document))
        if college is None and self.actor.unit_id is not None and self.actor.role == "college_admin":
            college = self.actor.unit_id
        if college is None and self.actor.role == "researcher" and self.actor.person_id is not None:
            college = self._posts.unit(self.actor.person_id, None)
        if college is not None:
            document["college_id"] = college

    def prepare(self, uow: UnitOfWork, documents: Sequence[Mapping[str, Any]]) -> None:
        """Projects of money in this chunk, with what may still be spent."""
        if self.type_id not in permissions.FUNDS:
            return
        wanted = sorted({i for d in documents if isinstance(i := d.get(funds.PROJECT), int)} - self._projects.keys())
        r, b = p.record, p.project_balance
        for start in range(0, len(wanted), 500):
            rows = uow.conn.execute(
                select(r.c.id, r.c.type, r.c.state, b.c.arrived, b.c.outward, b.c.spent, b.c.frozen)
                .outerjoin(b, b.c.project_id == r.c.id)
                .where(r.c.id.in_(wanted[start : start + 500]), r.c.university_code == self.actor.university_code)
            )
            for row in rows:
                left = (row.arrived or 0) - (row.outward or 0) - (row.spent or 0) - (row.frozen or 0)
                self._projects[row.id] = (row.type, row.state, left)

    def mark(self) -> None:
        """A chunk begins; ``back`` forgets what it has spent, to judge it again."""
        self._spent_before = dict(self._spent)

    def back(self) -> None:
        self._spent = self._spent_before

    def projects_of(self, uow: UnitOfWork, project_ids: Sequence[int]) -> None:
        """Owner and college of projects, for ``preset`` of money."""
        self._posts.uow = uow
        self._posts.read_projects(project_ids)

    def problems(
        self,
        uow: UnitOfWork,
        document: Document,
        header: Mapping[str, Any] | None = None,
        before: Mapping[str, Any] | None = None,
    ) -> list[k.Issue]:
        """All problems of a clean document. ``header`` and ``before``: of the record it changes."""
        context = self.context
        if header is not None:
            context = validate.Context(context.today, context.codes, attached=checks.attached_slots(uow, header["id"]))
        found = validate.problems(self.type_id, document, context)
        marks, rules = checks.secret_marks(self.type_id, document)
        if marks:
            self.secrecy_rules.update(rules)
            named = {issue.field for issue in marks}
            found = [issue for issue in found if issue.field not in named] + marks
        found += self._year(document)
        found += self._money(document, header)
        found += self._references(document, before)
        if header is None:
            found += self._role(document)
        return found

    def _year(self, document: Mapping[str, Any]) -> list[k.Issue]:
        day = _day(self.record_type, document) if self._closed else None
        if day is None or day.year not in self._closed:
            return []
        named = (self.actor.person_id, derive.best_staff(document))
        if any((day.year, person) in self._excepted for person in named):
            return []
        return [checks.closed_year(self.type_id, day.year)]

    def _money(self, document: Mapping[str, Any], header: Mapping[str, Any] | None) -> list[k.Issue]:
        project, fen = document.get(funds.PROJECT), document.get(funds.AMOUNT)
        if self.type_id not in permissions.FUNDS or not isinstance(project, int):
            return []
        known = self._projects.get(project)
        if known is None or known[0] not in permissions.PROJECTS or known[1] != "30":
            return [funds.NO_PROJECT]
        if not isinstance(fen, int) or header is not None:
            return []
        if self.type_id not in funds.PAYMENTS:
            return []
        left = known[2] - self._spent.get(project, 0)
        if fen > left:
            return [funds.Overdrawn(left, fen).issue]
        self._spent[project] = self._spent.get(project, 0) + fen
        return []

    def _references(self, document: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[k.Issue]:
        """People named by their record's number must be in force: the sheet finds others too."""
        kept = {(i, t) for _f, i, t in derive.referred(self.type_id, before or {})}
        return [
            k.Issue(at, "没有可引用的记录，或无权限查看", "No such record to refer to, or no permission to see it", rule="reference")
            for at, record_id, types in derive.referred(self.type_id, document)
            if types == derive.PERSONS and (record_id, types) not in kept and not self._in_force(record_id)
        ]

    def _in_force(self, person_id: int) -> bool:
        known = self.look.people.get(person_id)
        return known is not None and (held := self.look.pickable.get(known.number)) is not None and held.id == person_id

    def _role(self, document: Mapping[str, Any]) -> list[k.Issue]:
        """A college files its own college's records, a researcher those that name them."""
        if self.actor.role == "college_admin":
            college = document.get("college_id")
            if college is not None and college != self.actor.unit_id:
                unit = self.look.units.get(college)
                name = unit.name if unit else ""
                return [k.Issue("college_id", f"非本学院：{name}", f"Not of your college: {name}", rule="other_college")]
        if self.actor.role == "researcher" and self.actor.person_id is not None:
            me = self.actor.person_id
            named = {i for _at, i, types in derive.referred(self.type_id, document) if types == derive.PERSONS}
            project = document.get(funds.PROJECT) if self.type_id in permissions.FUNDS else None
            if isinstance(project, int):
                named.add(self._posts.project(project)[0] or 0)
            if me not in named:
                return [k.Issue("contributors", "您不在该成果的人员中，不能导入", "You are not among the people of this record", rule="not_mine")]
        return []

    def may_change(self, header: Mapping[str, Any]) -> tuple[str, str] | None:
        """None where the actor may change this record by an import, else why not."""
        state = header["state"]
        known = {**header, "named": False, "finance_held": False, "amendment_state": None, "amendment_opened_by": None}
        if state == "90":
            return "已作废，不能更新", "it is void and cannot be changed"
        if state in OWN_DRAFT:
            if permissions.can(self.actor, "edit", self.type_id, known):
                return None
            return "不是您的草稿，不能更新", "it is not your draft"
        if state != "30":
            return "正在审核，不能更新", "it is under review and cannot be changed"
        if header["changing"]:
            return "有变更申请在办理，不能更新", "a change of it is under review"
        if self.actor.role == "office_admin" and permissions.can(self.actor, "amend", self.type_id, known):
            return None
        return "已通过，如需修改请提交变更申请", "it is approved; apply for a change instead"


def _owner(document: Mapping[str, Any]) -> int | None:
    """The own staff contributor of the best rank of a document not cleaned yet."""
    best: tuple[int, int] | None = None
    for row in document.get("contributors") or ():
        if row.get("kind") == "staff" and row.get("person_id") is not None and isinstance(row.get("rank"), int):
            best = min(best or (row["rank"], row["person_id"]), (row["rank"], row["person_id"]))
    return None if best is None else best[1]


def _day(record_type: k.RecordType, document: Mapping[str, Any]) -> Any:
    value = document.get(record_type.dated_by)
    readable = isinstance(value, int) or (isinstance(value, str) and len(value) in (4, 7, 10))
    return derive.dated_on(record_type.id, document) if readable else None


def _college(look: Look, said: str) -> int:
    found = look.unit_words.get(said.strip())
    if found is None:
        there = "、".join(f"{unit.number} {unit.name}" for unit in look.units.values())
        raise OperationError(f"没有学院“{said}”；可用：{there}。", f"There is no college “{said}”; there are: {there}.")
    return found
