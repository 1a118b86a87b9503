"""Drafts the next revision: ``python -m ingestion.store.migrations "add the seal number to standards"``.

What differs between the newest revision and the catalogue is written as a new file in ``versions/``, to be
read and corrected by a person: a renamed column looks like one dropped and one added, and rows are never moved.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from ingestion.store import setup
from ingestion.store.engine import Store


def draft(message: str, folder: Path = Path(__file__).parent) -> str:
    """Writes the file below ``folder`` and returns its path."""
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(f"sqlite:///{Path(scratch) / 'newest.sqlite'}")
        setup.upgrade(store)
        with store.engine.connect() as conn:
            config = setup.alembic_config(conn)
            config.set_main_option("script_location", str(folder))
            newest = ScriptDirectory.from_config(config).get_current_head() or "0000"
            script = command.revision(config, message, autogenerate=True, rev_id=f"{int(newest) + 1:04d}")
        store.dispose()
    assert script is not None and not isinstance(script, list)
    return script.path


if __name__ == "__main__":
    print(draft(" ".join(sys.argv[1:]) or sys.exit("say in a few words what changes")))
