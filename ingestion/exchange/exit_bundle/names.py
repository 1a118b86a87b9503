"""Readable, safe names for attachments in the bundle: ``attachments/论文/LW000123 题名/检索证明.pdf``.

A name that Windows cannot hold, that differs from another only in case, or that is too long is mended; what it was
is told in the index of attachments.
"""

from __future__ import annotations

import re
import unicodedata

SEGMENT_BYTES = 150  # a path of three segments stays below what archives and file systems take
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))})
_BAD = re.compile(r'[<>:"/\\|?*]')


def segment(text: str, fallback: str) -> str:
    """One folder or file name. Control, format (bidirectional) and private characters are dropped."""
    text = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] != "C")
    text = _BAD.sub("_", " ".join(text.split())).strip(" .")
    if not text or text.split(".", 1)[0].strip().casefold() in RESERVED:
        text = f"{fallback} {text}".strip()
    return text


def fit(text: str, limit: int = SEGMENT_BYTES) -> str:
    """Shortened to ``limit`` bytes between characters, keeping an extension."""
    if len(text.encode()) <= limit:
        return text
    stem, dot, extension = text.rpartition(".")
    if not dot or len(extension.encode()) > 10:
        stem, dot, extension = text, "", ""
    room = limit - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + extension


class Names:
    """Hands out paths that are all different, also where case does not count."""

    def __init__(self) -> None:
        self._folders: dict[str, set[str]] = {}

    def path(self, *parts: str) -> str:
        """The path of a file; the last part is its name."""
        folders = [fit(segment(part, "_")) for part in parts[:-1]]
        name = fit(segment(parts[-1], "_"))
        folder = "/".join(folders)
        taken = self._folders.setdefault(folder.casefold(), set())
        stem, dot, extension = name.rpartition(".")
        if not dot:
            stem, extension = name, ""
        chosen, n = name, 1
        while chosen.casefold() in taken:
            n += 1
            chosen = f"{stem} ({n}){dot}{extension}"
        taken.add(chosen.casefold())
        return f"{folder}/{chosen}"
