"""Who is at work: a name for this process that tells, on the same machine, whether it still lives.

A worker or a command that was killed leaves rows behind that say it is at work. Its name holds the machine, the
process and when it began, so that the next one knows at once and need not wait for a time to pass.
"""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
from functools import lru_cache

import psutil

LONGEST = 40


@lru_cache(maxsize=8)
def _machine(node: str) -> str:
    return hashlib.sha256(node.encode()).hexdigest()[:8]


def name() -> str:
    """A new name of this process: machine, process, its start, and a part of its own."""
    pid = os.getpid()
    return f"{_machine(platform.node())}-{pid}-{int(psutil.Process(pid).create_time()):x}-{secrets.token_hex(4)}"


def gone(who: str) -> bool:
    """Whether the process of that name is certainly no more. False for one on another machine, or a name unread."""
    parts = who.split("-")
    if len(parts) != 4 or parts[0] != _machine(platform.node()) or not parts[1].isdecimal():
        return False
    try:
        process = psutil.Process(int(parts[1]))
        return f"{int(process.create_time()):x}" != parts[2] or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
