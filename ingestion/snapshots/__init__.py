"""Signed snapshots (报送快照): what a university reported, with what it was made of, unchangeable and checkable by anybody.

``files`` writes and checks the file, ``register`` keeps which there are. What goes in is given by whoever knows the
figures (``dashboards/marts/snapshots.py``): nothing here computes a number.
"""

from ingestion.snapshots.files import Checked, Fault, Opened, Packed, Table, pack, verify
from ingestion.snapshots.register import (
    PURPOSES,
    About,
    Broken,
    Snapshot,
    get,
    latest,
    list_for,
    read,
    sign,
    standing,
)

__all__ = [
    "About",
    "Broken",
    "Checked",
    "Fault",
    "Opened",
    "PURPOSES",
    "Packed",
    "Snapshot",
    "Table",
    "get",
    "latest",
    "list_for",
    "pack",
    "read",
    "sign",
    "standing",
    "verify",
]
