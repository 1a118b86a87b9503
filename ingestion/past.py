"""The store as it was at a past moment, as the feed would have delivered it then.

Nothing is kept for this. What was in force follows from what the store never changes: the times of approval and void,
archived versions, review steps, ledger entries. Records whose text has changed since are read from the version then in
force, through the serializer like any document. All of it comes from one snapshot.

What the store does not date stays as it is now: names of units and codes, corrections of posts, a university's group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion import derive, duplicates, serializer
from ingestion.catalog import kinds as k
from ingestion.feed import COUNTED_BY, Changes, Position, TableChanges, opened, schema
from ingestion.permissions import FUNDS
from ingestion.store.engine import ALL, Store, local_zone
from ingestion.store.platform import LOADING
from ingestion.store.triggers import WATCHED, university_column


def end_of(day: date) -> datetime:
    """The last moment of a local day, as naive UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), local_zone())
    return midnight.astimezone(UTC).replace(tzinfo=None) - timedelta(microseconds=1)


def read(store: Store, moment: datetime, code: str = ALL) -> Changes:
    """Every watched table of a university (``code`` "*": of all) as it was at ``moment`` (naive UTC): a full read."""
    with opened(store) as reader:
        store_id, _, now = reader.state()
        at = _At(moment, code)
        tables = {name: reader.table(schema(name), at.select(name)) for name in WATCHED}
        versions = reader.fetch(at.versions()).to_pylist()
        answers = reader.fetch(at.answers()).to_pylist()
    _restore(tables, versions, answers)
    none = pa.array([], pa.int64())
    changed = {name: TableChanges(key, none, tables[name]) for name, key in WATCHED.items()}
    universities = frozenset(tables["university"]["code"].to_pylist())
    return Changes(True, Position(store_id, now), moment, changed, universities, counts(tables["record"]))


@dataclass(frozen=True)
class _At:
    """The statements of one reading. Only the two values below go into them: a time of ours and a code checked here."""

    moment: datetime
    code: str

    def __post_init__(self) -> None:
        if self.code != ALL and not self.code.isalnum():
            raise ValueError(self.code)

    @property
    def time(self) -> str:
        return f"'{self.moment.isoformat(sep=' ', timespec='microseconds')}'"

    @property
    def day(self) -> str:
        return f"'{self.moment.replace(tzinfo=UTC).astimezone(local_zone()).date().isoformat()}'"

    def mine(self, column: str = "university_code") -> str:
        return "1 = 1" if self.code == ALL else f"{column} = '{self.code}'"

    @property
    def in_force(self) -> str:
        return f"r.approved_at <= {self.time} AND (r.voided_at IS NULL OR r.voided_at > {self.time})"

    def _last(self, what: str) -> str:
        """The last step of the record itself before the moment; steps of its amendments and claims change no state."""
        return (
            f"(SELECT e.{what} FROM review_event e WHERE e.record_id = r.id AND e.amendment_id IS NULL AND e.from_state <> e.to_state AND e.at <= {self.time} "  # noqa: S608
            "ORDER BY e.at DESC, e.id DESC LIMIT 1)"
        )

    def select(self, name: str) -> str:
        """A watched table's rows then. Rows of records that did not exist yet are without effect, like those of a batch
        that is still loading: their header is not delivered."""
        values = {column: f'r."{column}"' for column in schema(name).names}
        where = [self.mine(f"r.{university_column(name)}")]
        match name:
            case "record":
                for column in ("submitted_at", "approved_at", "voided_at"):
                    values[column] = f"CASE WHEN r.{column} <= {self.time} THEN r.{column} END"
                values["state"] = (
                    f"CASE WHEN {self.in_force} THEN '30' WHEN r.voided_at <= {self.time} THEN '90' ELSE coalesce({self._last('to_state')}, '00') END"
                )
                values["state_since"] = f"CASE WHEN r.state_since <= {self.time} THEN r.state_since ELSE coalesce({self._last('at')}, r.created_at) END"
                where += [f"r.created_at <= {self.time}", f"r.state <> '{LOADING}'"]
            case "code_item" if self.code != ALL:
                where = [f"r.owner IN ('*', '{self.code}')"]
            case "person_post":
                values["valid_to"] = f"CASE WHEN r.valid_to < {self.day} THEN r.valid_to END"
                where.append(f"r.valid_from <= {self.day}")
            case "share_rule" | "source_table":
                where.append(f"r.made_at <= {self.time}")
            case "source_paper" | "score_rule":
                where.append(f"EXISTS (SELECT 1 FROM source_table t WHERE t.id = r.table_id AND t.made_at <= {self.time})")  # noqa: S608
            case "fund_entry":
                where.append(f"r.at <= {self.time}")
            case "project_balance":
                return self._balances()
        columns = ", ".join(f'{value} AS "{column}"' for column, value in values.items())
        return f'SELECT {columns} FROM "{name}" r WHERE {" AND ".join(where)}'  # noqa: S608

    def _balances(self) -> str:
        """The running sums are those of now; then they were the sums of the entries made so far (``funds.effect``)."""

        def side(kind: str, type_id: str) -> str:
            return f"CASE WHEN e.kind = '{kind}' THEN e.fen WHEN e.kind = 'reversal' AND h.type = '{type_id}' THEN -abs(e.fen) ELSE 0 END"

        sums = {
            "arrived": side("arrived", "fund_arrival"),
            "frozen": "CASE e.kind WHEN 'frozen' THEN e.fen WHEN 'released' THEN -e.fen ELSE 0 END",
            "outward": side("outward", "fund_outward"),
            "spent": side("spent", "fund_expense"),
        }
        columns = ", ".join(
            f'CAST(sum({sums[column]}) AS bigint) AS "{column}"' if column in sums else f'e."{column}"' for column in schema("project_balance").names
        )
        return (
            f"SELECT {columns} FROM fund_entry e JOIN record h ON h.id = e.record_id "  # noqa: S608
            f"WHERE e.at <= {self.time} AND {self.mine('e.university_code')} GROUP BY e.project_id, e.university_code"
        )

    def versions(self) -> str:
        """The version then in force, or then under review, of every record whose text, keys or people have changed since.
        A draft is no version: what somebody was typing then nobody knows, and no number asks."""
        return f"""
        SELECT r.id, r.type, r.university_code, v.document, v.created_at,
            CASE WHEN EXISTS ({self._later}) THEN 1 ELSE 0 END AS is_changed
        FROM record r
        JOIN record_version v ON v.record_id = r.id AND v.number = (
            SELECT max(w.number) FROM record_version w
            WHERE w.record_id = r.id AND w.kind IN ('submitted', 'approved') AND w.created_at <= {self.time})
        WHERE {self.mine("r.university_code")} AND (r.voided_at IS NULL OR r.voided_at > {self.time})
            AND (r.voided_at IS NOT NULL OR EXISTS ({self._later}) OR EXISTS (
                SELECT 1 FROM review_event e WHERE e.record_id = r.id AND e.action = 'declined' AND e.at > {self.time}))
        """  # noqa: S608

    @property
    def _later(self) -> str:
        return (
            "SELECT 1 FROM record_version n WHERE n.record_id = r.id AND n.kind IN ('submitted', 'approved') "  # noqa: S608
            f"AND n.created_at > {self.time}"
        )

    def answers(self) -> str:
        """What people had said of records that name them (认领), where somebody ever said no; the last answer last."""
        return f"""
        SELECT e.record_id, a.person_id, e.action, e.at FROM review_event e JOIN account a ON a.id = e.account_id
        WHERE {self.mine("e.university_code")} AND e.action IN ('confirmed', 'declined') AND e.at <= {self.time}
            AND a.person_id IS NOT NULL AND e.record_id IN (SELECT d.record_id FROM review_event d WHERE d.action = 'declined')
        ORDER BY e.at, e.id
        """  # noqa: S608


# --- records whose text has changed since --------------------------------------------------------------------


def _restore(tables: dict[str, pa.Table], versions: Iterable[Mapping[str, Any]], answers: Iterable[Mapping[str, Any]]) -> None:
    """Put the versions then in force in the place of the present rows."""
    said: dict[int, dict[int, tuple[str, datetime]]] = {}
    for answer in answers:
        said.setdefault(answer["record_id"], {})[answer["person_id"]] = (answer["action"], _moment(answer["at"]))
    bodies: dict[str, list[dict[str, Any]]] = {}
    headers: dict[int, dict[str, Any]] = {}
    by_type: dict[str, list[int]] = {}
    for version in versions:
        record_id, type_id, code = version["id"], version["type"], version["university_code"]
        document = _open(type_id, version["document"])
        answered = said.get(record_id, {})
        for name, rows in serializer.rows(type_id, record_id, code, document).items():
            if name == "contributor":
                for row in rows:
                    row["claim"] = answered.get(row["person_id"], (row["claim"],))[0]
            bodies.setdefault(name, []).extend(rows)
        bodies.setdefault("record_key", []).extend(
            {"record_id": record_id, "university_code": code, "kind": key.kind, "value": key.value} for key in duplicates.keys(type_id, document)
        )
        headers[record_id] = _header(type_id, record_id, document, version, answered)
        by_type.setdefault(type_id, []).append(record_id)
    for type_id, ids in by_type.items():
        for table in (*serializer.body_tables(type_id), None):
            name = "record_key" if table is None else table.name
            _drop(tables, name, "record_id", ids)
    for name, rows in bodies.items():
        tables[name] = pa.concat_tables([tables[name], pa.Table.from_pylist(rows, schema("record_key" if name == "record_key" else name))])
    _reheaded(tables, headers)


def _open(type_id: str, text: str) -> dict[str, Any]:
    """An archived document without its secrets: the feed never delivers them, and their keys are no shared ones."""
    document = serializer.restore(type_id, text, "mask")
    fields = serializer.plain_fields(type_id)
    steps = serializer.child_steps(type_id)
    out = {name: value for name, value in document.items() if not isinstance(fields.get(name), k.Secret)}
    for name, step in steps.items():
        hidden = {field.name for field in step.fields if isinstance(field, k.Secret)}
        if hidden and name in out:
            out[name] = [{key: value for key, value in row.items() if key not in hidden} for row in out[name]]
    return out


def _header(type_id: str, record_id: int, document: Mapping[str, Any], version: Mapping[str, Any], answered: Mapping[int, tuple[str, datetime]]) -> dict[str, Any]:
    """The header's columns that follow from the document (``derive.header_values``). Of a text not changed since only
    the owner can differ; money without a handler of its own stays its project's."""
    since = _moment(version["created_at"])
    gone = {person for person, (answer, at) in answered.items() if answer == "declined" and at > since}
    standing = {**document, "contributors": [row for row in document.get("contributors", ()) if row.get("person_id") not in gone]}
    owner = record_id if type_id == "person" else derive.best_staff(standing)
    out: dict[str, Any] = {} if owner is None and type_id in FUNDS else {"owner_person_id": owner}
    if version["is_changed"]:
        day = derive.dated_on(type_id, document)
        out |= {"title": derive.title(type_id, document), "dated_on": day, "filed_year": None if day is None else day.year}
        out |= derive.statistics(type_id, document)
        if document.get("college_id") is not None:
            out["college_id"] = int(document["college_id"])
    return out


def _reheaded(tables: dict[str, pa.Table], headers: Mapping[int, Mapping[str, Any]]) -> None:
    records = tables["record"]
    mine = pc.is_in(records["id"], value_set=pa.array(sorted(headers), pa.int64()))
    changed = [{**row, **headers[row["id"]]} for row in records.filter(mine).to_pylist()]
    tables["record"] = pa.concat_tables([records.filter(pc.invert(mine)), pa.Table.from_pylist(changed, records.schema)])


def _drop(tables: dict[str, pa.Table], name: str, column: str, ids: list[int]) -> None:
    gone = pc.is_in(tables[name][column], value_set=pa.array(ids, pa.int64()))
    tables[name] = tables[name].filter(pc.invert(gone))


def _moment(value: Any) -> datetime:
    """A time as either database gives it: SQLite as text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def counts(records: pa.Table) -> pa.Table:
    """What ``_Reader.counts`` asks of the store, of the headers as they were."""
    counted = records.group_by(list(COUNTED_BY)).aggregate([("id", "count")])
    wanted = pa.schema([*COUNTED_BY.items(), ("records", pa.int64())])
    return counted.rename_columns({"id_count": "records"}).select(wanted.names).cast(wanted)
