"""The closed vocabulary in which record types are declared.

A declaration names things (labels, limits, code lists); it never computes. What depends on several
values is a function ``check()`` beside the record type. Every consumer (table, form, template, import,
staging model, expectation, dictionary) matches over these kinds and no others.

A record travels between consumers as a *document*: a plain ``dict`` of JSON values,
``{field name: value, children name: [row, …], "contributors": [row, …]}``:

====================================  ==========================================================
kind                                  value in a document (absent or ``None`` = empty)
====================================  ==========================================================
Text, LongText, Identifier, Secret    ``str`` (an Identifier in its normal form; a Secret in clear,
                                      only ever in memory and encrypted in the store)
TextList, MultiCode                   ``list[str]``
Integer, Year                         ``int``
Decimal                               ``float`` rounded to ``places``
Money                                 ``int`` fen
Date                                  ``str``: ``"2025-03-01"``; with ``partial`` also ``"2025-03"``, ``"2025"``
YesNo                                 ``bool``
Code                                  ``str``, the code
PersonRef, RecordRef                  ``int`` record id (in the same university)
PersonRefs, RecordRefs                ``list[int]``
UnitRef                               ``int`` unit id
FileSlot, Shown                       never in a document (attachments; values read elsewhere)
====================================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import Literal

Group = Literal["resources", "projects", "funds", "outcomes", "ip", "exchange", "contribution"]


@dataclass(frozen=True)
class When:
    """True where the document's ``field`` holds one of ``values`` (a YesNo is "true" or "false")."""

    field: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Field:
    """One field. ``required`` means required to submit; ``needed_for`` names the statistics (ST, SK, QP,
    EVAL) that need it, which never stops a submission. ``shown_when``/``required_when`` name another
    field's values. ``na`` allows the word 不适用 in a required text. ``listed`` puts it among a list's columns."""

    name: str
    _: KW_ONLY
    zh: str
    en: str
    required: bool = False
    needed_for: tuple[str, ...] = ()
    shown_when: When | None = None
    required_when: When | None = None
    na: bool = False
    listed: bool = False
    hint_zh: str = ""
    hint_en: str = ""


@dataclass(frozen=True)
class Text(Field):
    max_length: int = 200
    min_length: int = 1


@dataclass(frozen=True)
class LongText(Field):
    max_length: int = 5000


@dataclass(frozen=True)
class TextList(Field):
    max_length: int = 100
    max_items: int = 30


@dataclass(frozen=True)
class Identifier(Field):
    """A text with one normal form and a check. ``scheme``: plain (half-width, trimmed, upper case kept),
    doi, issn, isbn, cn_serial, patent_application, orcid, uscc, email, phone, url."""

    scheme: str = "plain"
    max_length: int = 100


@dataclass(frozen=True)
class Secret(Field):
    """Encrypted in the store, masked on screen, revealing is logged, never extracted to marts.
    ``scheme``: id_number, mobile, bank_account."""

    scheme: str = "id_number"
    max_length: int = 100


@dataclass(frozen=True)
class Integer(Field):
    minimum: int | None = 0
    maximum: int | None = 1_000_000_000


@dataclass(frozen=True)
class Decimal(Field):
    places: int = 2
    minimum: float | None = 0.0
    maximum: float | None = 1_000_000_000.0
    unit_zh: str = ""
    unit_en: str = ""


@dataclass(frozen=True)
class Money(Field):
    """Integer fen in store and facts; typed and shown in 元. ``positive`` refuses zero."""

    positive: bool = False


@dataclass(frozen=True)
class Date(Field):
    """``partial`` allows month or year precision; ``future`` allows a day after today (plans), ``future_when``
    only under a condition (a paper accepted but not yet printed). ``since``: the first year allowed."""

    partial: bool = False
    future: bool = False
    future_when: When | None = None
    since: int = 1949


@dataclass(frozen=True)
class Year(Field):
    future: bool = False
    since: int = 1949


@dataclass(frozen=True)
class YesNo(Field):
    pass


@dataclass(frozen=True)
class ListBy:
    """Which code list applies, by another field's value; the Code's own ``code_list`` is the fallback."""

    field: str
    lists: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Code(Field):
    """One code of ``code_list``. ``parent_field``: only children of the code held by that field are offered.
    ``depth``: only codes so deep in the list's tree are offered (0 = without parent; 一级学科 is 1, below its 门类)."""

    code_list: str = ""
    list_by: ListBy | None = None
    parent_field: str | None = None
    depth: int | None = None


@dataclass(frozen=True)
class MultiCode(Field):
    code_list: str = ""


@dataclass(frozen=True)
class PersonRef(Field):
    pass


@dataclass(frozen=True)
class PersonRefs(Field):
    pass


@dataclass(frozen=True)
class UnitRef(Field):
    """``header`` marks the one field (college_id) that lives in the record header, not in the type's table."""

    header: bool = False


@dataclass(frozen=True)
class RecordRef(Field):
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordRefs(Field):
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileSlot(Field):
    """A named place for attachments (attachment.slot = name); ``required`` means one file at submission."""

    formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown(Field):
    """A value shown but not held by the record. ``source``: university_name."""

    source: str = "university_name"


@dataclass(frozen=True)
class Step:
    """One step of the form with plain fields. ``statistics=True`` folds it as 统计信息."""

    name: str
    _: KW_ONLY
    zh: str
    en: str
    fields: tuple[Field, ...]
    statistics: bool = False


@dataclass(frozen=True)
class Children:
    """A step holding a table of rows (indexings, budget lines). ``key``: fields that may not repeat together.
    Child fields are of the single-valued kinds only."""

    name: str
    _: KW_ONLY
    zh: str
    en: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    min_rows: int = 0


@dataclass(frozen=True)
class Contributors:
    """A step holding people in printed order, stored in the platform table ``contributor``.

    ``role`` is the contributor's role (author, leader, member, finisher, inventor, speaker, participant).
    ``first_rank``: rank of the first row (members of a project follow the leader: 2). ``single``: exactly one
    row (a leader). ``extras``: which optional contributor columns are asked, out of corresponding, co_first,
    share, own_words, months_per_year, certificate_no, book_role, reward_share."""

    name: str
    _: KW_ONLY
    zh: str
    en: str
    role: str = "author"
    first_rank: int = 1
    single: bool = False
    min_rows: int = 1
    extras: tuple[str, ...] = ()
    affiliations: bool = True


@dataclass(frozen=True)
class Documents:
    """A step holding file slots."""

    name: str
    _: KW_ONLY
    zh: str
    en: str
    slots: tuple[FileSlot, ...]


AnyStep = Step | Children | Contributors | Documents


@dataclass(frozen=True)
class MatchKey:
    """A natural key, unique in a university across the types that share ``kind`` (table record_key).
    ``fields`` are joined by "|"; a record missing one of them writes no key."""

    kind: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class RecordType:
    """``prefix`` starts the display number (LW000123). ``title`` names the field shown as the record's title.
    ``dated_by`` files a record under a year in lists (statistics never read it)."""

    id: str
    _: KW_ONLY
    zh: str
    en: str
    prefix: str
    group: Group
    title: str
    dated_by: str
    steps: tuple[AnyStep, ...]
    match: tuple[MatchKey, ...] = ()
    college_level: bool = True

    def fields(self) -> Iterator[Field]:
        """All plain fields in form order, header fields and file slots included; children's fields not."""
        for step in self.steps:
            match step:
                case Step(fields=fields):
                    yield from fields
                case Documents(slots=slots):
                    yield from slots
                case Children() | Contributors():
                    pass

    def field(self, name: str) -> Field:
        for field in self.fields():
            if field.name == name:
                return field
        raise KeyError(f"{self.id}.{name}")

    def children(self) -> Iterator[Children]:
        return (step for step in self.steps if isinstance(step, Children))

    def contributor_steps(self) -> Iterator[Contributors]:
        return (step for step in self.steps if isinstance(step, Contributors))


@dataclass(frozen=True)
class Issue:
    """One problem found in a document. ``field`` is a field name, or ``"<children>[i].<field>"`` with i from 0,
    or ``"contributors[i].<column>"``. Messages name the label, the wrong value and what is allowed.
    A warning does not stop a submission but must be confirmed; ``rule`` is the rule's code (V030 …)."""

    field: str
    zh: str
    en: str
    severity: Literal["error", "warning"] = "error"
    rule: str = ""


COLLEGE = UnitRef("college_id", zh="所属学院", en="College", required=True, listed=True, header=True)
UNIVERSITY_NAME = Shown("university_name", zh="单位名称", en="University")
