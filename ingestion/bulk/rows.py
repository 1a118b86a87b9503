"""The rows that tell of one record: its header, the steps that led to its state, its archived version, its gaps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ingestion import derive, permissions, serializer
from ingestion.bulk.items import BulkItem, Who
from ingestion.bulk.known import Known
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal

Rows = dict[str, list[dict[str, Any]]]


def header(
    known: Known,
    actor: Principal,
    me: Who,
    type_id: str,
    record_id: int,
    item: BulkItem,
    document: Mapping[str, Any],
    batch_id: int | None,
) -> dict[str, Any]:
    submitted, created = _times(known.now, item)
    counted = derive.statistics(type_id, document)
    day = derive.dated_on(type_id, document)
    if type_id == "person":
        owner: int | None = record_id
    else:
        owner = derive.best_staff(document)
        if owner is None and type_id in permissions.FUNDS:
            owner = known.project(derive.project_of(document))[0]
    college = item.college_id or document.get("college_id")
    if college is None and type_id in permissions.FUNDS:
        college = known.project(derive.project_of(document))[1]
    if college is None and owner is not None and type_id != "person":
        college = known.unit(owner, day)
    who = item.entered_by or me
    closed = item.closed_at or item.approved_at or submitted
    since = {"00": created, "30": item.approved_at or submitted}.get(item.state, closed)
    return {
        "id": record_id,
        "university_code": actor.university_code,
        "type": type_id,
        "state": item.state,
        "version": 1,
        "title": derive.title(type_id, document),
        "college_id": college,
        "owner_person_id": owner,
        "entered_by": who.account_id,
        "channel": item.channel,
        "filed_year": None if day is None else day.year,
        "dated_on": day,
        "in_statistics": item.in_statistics and counted["in_statistics"],
        "out_reason": item.out_reason or counted["out_reason"],
        "non_secret": item.non_secret and item.state != "00",
        "batch_id": batch_id,
        "step": None,
        "created_at": created,
        "updated_at": since,
        "submitted_at": None if item.state == "00" else submitted,
        "state_since": since,
        "approved_at": (item.approved_at or submitted) if item.state == "30" else item.approved_at,
        "voided_at": closed if item.state == "90" else None,
    }


def _times(now: datetime, item: BulkItem) -> tuple[datetime, datetime]:
    submitted = item.submitted_at or item.approved_at or item.closed_at or item.created_at or now
    return submitted, item.created_at or submitted


def history(
    out: Rows,
    code: str,
    record_id: int,
    item: BulkItem,
    header: Mapping[str, Any],
    who: Who,
    type_id: str,
    document: Mapping[str, Any],
) -> None:
    """The steps that led to the item's state, and the version archived with the last of them."""
    if item.state == "00":
        return
    submitted: datetime = header["submitted_at"]
    number = _version(out, code, record_id, type_id, document, header, who)
    steps: list[tuple[str, str, str, Who, datetime, str | None]] = []
    reviewed = item.college is not None or item.office is not None
    waits = "10" if item.college is not None or item.state in ("10", "11") else "20"
    if item.state == "30" and not reviewed:
        steps.append(("file", "00", "30", who, submitted, None))
    else:
        for_college = item.channel == "college" or who.role == "college_admin"
        action = "submit" if waits == "10" else ("submit_on_behalf" if for_college else "submit_skip")
        steps.append((action, "00", waits, who, submitted, None))
        end = item.approved_at or header["state_since"]
        if item.college is not None and item.state in ("20", "21", "30", "90"):
            steps.append(("approve", "10", "20", item.college, submitted + (end - submitted) / 2, None))
            waits = "20"
        if item.state == "30" or (item.state == "90" and item.approved_at is not None):
            office = item.office or who
            steps.append(("approve", waits, "30", office, end, None))
            waits = "30"
    last: datetime = header["state_since"]
    if item.state in ("11", "21"):
        by = (item.college if item.state == "11" else item.office) or who
        steps.append(("return", "10" if item.state == "11" else "20", item.state, by, last, item.reason))
    elif item.state == "90":
        steps.append(("void", waits, "90", item.office or who, last, item.reason))
    for n, (action, from_state, to_state, by, at, reason) in enumerate(steps):
        out.setdefault("review_event", []).append(
            {
                "university_code": code,
                "record_id": record_id,
                "amendment_id": None,
                "action": action,
                "from_state": from_state,
                "to_state": to_state,
                "account_id": by.account_id,
                "account_name": by.name,
                "role": by.role,
                "at": at,
                "reason": reason,
                "marked_fields": None,
                "version_number": number if n == len(steps) - 1 and to_state == "30" else None,
            }
        )


def _version(
    out: Rows,
    code: str,
    record_id: int,
    type_id: str,
    document: Mapping[str, Any],
    header: Mapping[str, Any],
    who: Who,
) -> int:
    body = serializer.archive(type_id, {**document, **_college(header)})
    out.setdefault("record_version", []).append(
        {
            "university_code": code,
            "record_id": record_id,
            "number": 1,
            "kind": "approved" if header["approved_at"] is not None else "submitted",
            "document": body,
            "sha256": serializer.sha256(body),
            "created_at": header["approved_at"] or header["submitted_at"],
            "created_by": who.account_id,
        }
    )
    return 1


def _college(header: Mapping[str, Any]) -> dict[str, Any]:
    has = any(f.name == "college_id" for f in ALL_RECORDS[header["type"]].fields())
    return {"college_id": header["college_id"]} if has and header["college_id"] is not None else {}


def finding(now: datetime, code: str, record_id: int, gap: Issue) -> dict[str, Any]:
    return {
        "university_code": code,
        "record_id": record_id,
        "rule": gap.rule or "gap",
        "field": gap.field,
        "severity": gap.severity,
        "text_zh": gap.zh,
        "text_en": gap.en,
        "source": "import",
        "opened_at": now,
        "closed_at": None,
    }
