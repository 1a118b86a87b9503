"""Bibliographic files → neutral entries: CSSCI tagged text, Web of Science plain text and tab-delimited."""

from __future__ import annotations

from pathlib import Path

from ingestion.exchange.bibliographic import cssci, wos
from ingestion.exchange.bibliographic.entry import Author, Entries, Entry, Problem
from ingestion.exchange.bibliographic.text import load
from ingestion.principal import OperationError

__all__ = ["Author", "Entries", "Entry", "Problem", "parse", "read"]

FORMATS = {"cssci": "CSSCI", "wos": "Web of Science 纯文本", "wos_tab": "Web of Science 制表符分隔"}


def read(path: Path | str) -> Entries:
    """All entries of a file and every problem found, the format told by its content.

    Raises:
        OperationError: no file, not text, or none of the known formats.
    """
    path = Path(path)
    text, encoding = load(path)
    return parse(text, encoding, path.name)


def parse(text: str, encoding: str = "UTF-8", name: str = "") -> Entries:
    """As ``read``, from text."""
    if wos.is_tabbed(text):
        kind, (entries, problems) = "wos_tab", wos.read_tabbed(text)
    elif wos.is_tagged(text):
        kind, (entries, problems) = "wos", wos.read_tagged(text)
    elif cssci.MARK in text:
        kind, (entries, problems) = "cssci", cssci.read(text)
    else:
        raise OperationError(
            f"文件“{name}”的格式不能识别；可导入 CSSCI 标签文本、Web of Science 纯文本或制表符分隔文件。",
            f"The format of “{name}” is not known; CSSCI tagged text and Web of Science plain text or "
            "tab-delimited files can be imported.",
        )
    return Entries(kind, encoding, tuple(entries), tuple(problems))
