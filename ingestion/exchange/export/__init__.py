"""Lists as files: workbook, CSV, and for publications BibTeX and a Word list in GB/T 7714.

``hand_out`` makes one for its maker to fetch (``ingestion.outbox``), ``enqueue`` and ``run_job`` do so as a job, ``make`` writes
to a path. What is exported is what ``permissions.visible`` shows, no more, and as many as were shown.
"""

from ingestion.exchange.export.conditions import query_of
from ingestion.exchange.export.making import (
    JOB,
    Miscounted,
    choose,
    chosen,
    count,
    enqueue,
    hand_out,
    largest_at_once,
    make,
    may_reveal,
    run_job,
)
from ingestion.exchange.export.request import (
    CITED,
    FORMATS,
    Made,
    Request,
    formats,
)
from ingestion.exchange.export.writing import TooLong

__all__ = [
    "CITED", "FORMATS", "JOB", "Made", "Miscounted", "Request", "TooLong", "choose", "chosen", "count", "enqueue",
    "formats", "hand_out", "largest_at_once", "make", "may_reveal", "query_of", "run_job",
]  # fmt: skip
