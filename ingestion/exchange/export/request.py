"""What somebody wants exported, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.layout import columns
from ingestion.principal import OperationError
from ingestion.search import Query

Format = Literal["xlsx", "csv", "bib", "docx"]
FORMATS: dict[str, tuple[str, str]] = {
    "xlsx": ("Excel 工作簿（xlsx）", "Excel workbook (xlsx)"),
    "csv": ("CSV（UTF-8）", "CSV (UTF-8)"),
    "bib": ("BibTeX", "BibTeX"),
    "docx": ("Word 目录（GB/T 7714）", "Word list (GB/T 7714)"),
}
CITED = ("paper", "book", "patent", "standard", "research_report")  # types a bibliography knows


@dataclass(frozen=True)
class Request:
    """``ids`` are the records ticked; else all that fit ``query``. ``columns``: keys of ``layout.columns`` in the
    order wanted; empty means all. ``expected``: the count shown to whoever asked; another one is a refusal.
    ``reveal``: secrets in clear where the right is held."""

    type_id: str
    format: Format = "xlsx"
    query: Query | None = None
    ids: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    language: str = "zh"
    expected: int | None = None
    reveal: bool = False

    def __post_init__(self) -> None:
        if self.format not in formats(self.type_id):
            allowed = "、".join(formats(self.type_id))
            raise OperationError(
                f"{ALL_RECORDS[self.type_id].zh}不能导出为“{self.format}”，可用：{allowed}。",
                f"{ALL_RECORDS[self.type_id].en} cannot be exported as “{self.format}”; there are: {allowed.replace('、', ', ')}.",
            )
        unknown = [key for key in self.columns if key not in {c.key for c in columns(self.type_id)}]
        if unknown:
            known = [c.key for c in columns(self.type_id)]
            raise OperationError(
                f"没有字段“{unknown[0]}”，可用：{'、'.join(known)}。", f"There is no column “{unknown[0]}”; there are: {', '.join(known)}."
            )

    def parameters(self) -> dict[str, Any]:
        """For a job's row; ``from_parameters`` reads it back."""
        told = dict(vars(self))
        if self.query is not None:
            told["query"] = {**vars(self.query), "codes": {name: list(codes) for name, codes in self.query.codes.items()}}
        return told


def from_parameters(told: Mapping[str, Any]) -> Request:
    query = told.get("query")
    return Request(
        told["type_id"], told["format"], None if query is None else _query(query), tuple(told["ids"]), tuple(told["columns"]),
        told["language"], told["expected"], told["reveal"],
    )  # fmt: skip


def _query(told: Mapping[str, Any]) -> Query:
    def day(name: str) -> date | None:
        return date.fromisoformat(str(told[name])) if told.get(name) else None

    return Query(
        told["type_id"], told["keyword"], {name: tuple(codes) for name, codes in told["codes"].items()}, day("date_from"), day("date_to"),
        tuple(told["college_ids"]), tuple(told["states"]), tuple(told["years"]), told["combine"], told["order"], mine=told["mine"],
    )  # fmt: skip


def formats(type_id: str) -> tuple[Format, ...]:
    """The formats a type can be exported in."""
    return get_args(Format) if type_id in CITED else ("xlsx", "csv")


@dataclass(frozen=True)
class Made:
    """What came of an export. ``sha256`` is that of the rows as CSV (UTF-8, CRLF, without byte order mark)."""

    rows: int
    sha256: str
    name: str
    as_of: str
    about: tuple[tuple[str, str], ...] = field(default_factory=tuple)
