"""Run by Alembic for each command; the connection comes from ``ingestion.store.setup``."""

from __future__ import annotations

from alembic import context

from ingestion.store import tables  # noqa: F401  (the catalogue's tables join the metadata on import)
from ingestion.store.platform import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by building it anew
    transactional_ddl=True,
)
context.run_migrations()
