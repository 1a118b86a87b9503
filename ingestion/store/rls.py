"""Row-level security on PostgreSQL: which role may do what, and which rows a transaction sees.

Roles (made by ``deploy/postgres/roles.sql``): the *owner* owns every table and runs migrations; ``yanshu_app``
is what the product connects as (owns nothing, no BYPASSRLS); ``yanshu_feed`` only reads what the pipeline reads. Each transaction names
its scope (``Store.begin``): a university code, or ``*`` for province staff, the pipeline and commands of
the installation. Without a scope every table answers with an error, not with all rows and not with none.

Row security is forced, so a small installation that connects as the owner is held by the same policies;
only a superuser is not. It guards against a forgotten condition in the product's own SQL; it cannot
guard against somebody who may run any SQL, since such a person can set the scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from ingestion.store.platform import METADATA
from ingestion.store.triggers import ADD_ONLY, ADD_ONLY_OF_RECORD, WATCHED

APP = "yanshu_app"
FEED = "yanshu_feed"

INSERT_ONLY = (*ADD_ONLY, *ADD_ONLY_OF_RECORD, "change_log")
"""The app may add and read these, never change or remove."""

# Wrapped in a sub-select so that it is evaluated once a statement and not once a row.
SCOPE = "(SELECT yanshu_scope())"

# A setting made with SET LOCAL comes back as '' in the session's next transaction, hence the function:
# current_setting() alone would then show no rows instead of failing.
_SCOPE_FUNCTION = """
CREATE OR REPLACE FUNCTION yanshu_scope() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE scope text := current_setting('app.university');
BEGIN
  IF scope = '' THEN RAISE EXCEPTION 'app.university is not set in this transaction'; END IF;
  RETURN scope;
END $$
"""


@dataclass(frozen=True)
class Standing:
    """What the connected role is. ``held``: policies apply to it; ``owner``: it could take them away."""

    role: str
    held: bool
    owner: bool


def standing(conn: Connection) -> Standing:
    """For the doctor: a product that connects as a superuser is held by no policy."""
    found = conn.execute(
        text(
            "SELECT rolname, NOT (rolsuper OR rolbypassrls) AS held FROM pg_roles WHERE rolname = current_user"
        )
    ).one()
    owned = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    return Standing(str(found.rolname), bool(found.held), bool(conn.scalar(owned)))


def _own(column: str) -> str:
    return (
        f"{column} = {SCOPE} OR {SCOPE} = '*'"  # first in every condition: it is what fails without a scope
    )


def policies(table: str) -> dict[str, tuple[str, str]]:
    """Policy name → (command, condition). Policies of one table add up; write conditions hold both for the
    row found and for the row written."""
    anyone = f"{SCOPE} IS NOT NULL"
    match table:
        case "university":  # names and codes stand in the login box
            return {"read": ("SELECT", anyone), "write": ("ALL", _own("code"))}
        case "code_item":
            return {"read": ("SELECT", f"{_own('owner')} OR owner = '*'"), "write": ("ALL", _own("owner"))}
        case "setting":
            return {
                "read": ("SELECT", f"{_own('university_code')} OR university_code = '*'"),
                "write": ("ALL", _own("university_code")),
            }
        case "notice":
            return {
                "read": ("SELECT", f"{_own('university_code')} OR audience = 'province'"),
                "write": ("ALL", _own("university_code")),
            }
        case _ if "university_code" in METADATA.tables[table].c:
            return {"own": ("ALL", _own("university_code"))}
        case _:  # rows of the installation: file contents by hash, refreshes, the sealed audit blocks
            return {"installation": ("ALL", anyone)}


def rebuild(conn: Connection) -> None:
    """Set policies and grants as declared here; run as the owner after every upgrade."""
    known = conn.execute(
        text("SELECT rolname FROM pg_roles WHERE rolname IN (:app, :feed)"), {"app": APP, "feed": FEED}
    )
    roles: frozenset[str] = frozenset(known.scalars())
    standing = "SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public'"
    for name, table in conn.exec_driver_sql(standing).all():
        conn.exec_driver_sql(f'DROP POLICY "{name}" ON "{table}"')
    for statement in _statements(roles):
        conn.exec_driver_sql(statement)


def _statements(roles: frozenset[str]) -> Iterator[str]:
    yield _SCOPE_FUNCTION
    for table in METADATA.tables:
        yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
        yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
        for name, (command, condition) in policies(table).items():
            check = "" if command == "SELECT" else f" WITH CHECK ({condition})"
            yield f'CREATE POLICY {name} ON "{table}" FOR {command} USING ({condition}){check}'
    if APP in roles:
        yield f"GRANT USAGE ON SCHEMA public TO {APP}"
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}"
        yield f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {APP}"
        yield f"REVOKE UPDATE, DELETE ON {', '.join(INSERT_ONLY)} FROM {APP}"
        yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}"
    if FEED in roles:
        readable = ", ".join(f'"{table}"' for table in (*WATCHED, "review_event", "change_log", "setting"))
        yield f"GRANT USAGE ON SCHEMA public TO {FEED}"
        yield f"GRANT SELECT ON {readable} TO {FEED}"
