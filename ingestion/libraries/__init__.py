"""Document libraries (项目文档库, 在线文档库, 附件库): the files of many records at once, what is missing among them,
and all of them in one zip with an index. Only ever what the reader may download."""

from ingestion.libraries.overview import (
    PROJECT_TYPES,
    Holding,
    Selection,
    Totals,
    asked_for,
    filed,
    files,
    holdings,
    in_statistics,
    totals,
)
from ingestion.libraries.packing import Packed, TooLarge, pack

__all__ = [
    "PROJECT_TYPES",
    "Holding",
    "Packed",
    "Selection",
    "TooLarge",
    "Totals",
    "asked_for",
    "filed",
    "files",
    "holdings",
    "in_statistics",
    "pack",
    "totals",
]
