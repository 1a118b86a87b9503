"""Arrow types of the store's columns, alike for both databases: what the feed and the exit bundle read and write."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, String


def type_of(column: Column[Any]) -> pa.DataType:
    """Raises TypeError for a column no reader may take as it is (cipher texts)."""
    match column.type:
        case Boolean():
            return pa.bool_()
        case Date():
            return pa.date32()
        case DateTime():
            return pa.timestamp("us")
        case Float():
            return pa.float64()
        case Integer():
            return pa.int64()
        case String():
            return pa.string()
        case _:
            raise TypeError(f"no reader knows the type of {column}")
