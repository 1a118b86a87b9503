"""Import templates: one data sheet, 填写说明, drop-downs from a hidden list sheet, a marked example, a hidden version."""

from ingestion.exchange.template.workbook import (
    ACCOUNTS,
    PROPERTY_TYPE,
    PROPERTY_VERSION,
    file_name,
    look_of,
    version,
    write,
)

__all__ = ["ACCOUNTS", "PROPERTY_TYPE", "PROPERTY_VERSION", "file_name", "look_of", "version", "write"]
