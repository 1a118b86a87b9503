"""One record, one row of a flat sheet: the one mapping between documents and cells, both ways.

Templates, imports and exports all go through here: ``columns`` names the columns of a type, ``cells`` writes a
document into them, ``read`` is the opposite. ``Look`` is what a university knows (people, units, codes, records),
loaded in a few statements and good for a hundred thousand rows.

Rows of children and of people stand in one cell each per column, aligned line by line (``lines``). Numbers stay
numbers, money is in 元, identifiers are text. ``read(cells(document))`` gives the document again.
"""

from ingestion.exchange.layout.columns import Column, by_key, column_of, columns
from ingestion.exchange.layout.look import Known, Look, load
from ingestion.exchange.layout.reading import NamedPerson, Reading, read
from ingestion.exchange.layout.writing import Cell, cells

__all__ = ["Cell", "Column", "Known", "Look", "NamedPerson", "Reading", "by_key", "cells", "column_of", "columns", "load", "read"]
