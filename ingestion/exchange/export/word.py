"""A Word document of numbered references, with what it is at its end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any


def write(path: Path, title: str, subtitle: str, references: Iterable[str], about: Iterable[tuple[str, str]]) -> int:
    """Writes title, references [1] [2] … and the lines about the export; gives how many references."""
    import docx  # a sixth of a second, which no other export needs
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    book = docx.Document()
    section = book.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    _fonts(book.styles["Normal"])
    head = book.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = head.add_run(title)
    run.bold, run.font.size = True, Pt(16)
    below = book.add_paragraph(subtitle)
    below.alignment = WD_ALIGN_PARAGRAPH.CENTER
    count = 0
    for count, reference in enumerate(references, 1):
        line = book.add_paragraph(f"[{count}]\t{reference}")
        form = line.paragraph_format
        form.left_indent, form.first_line_indent = Cm(1.1), Cm(-1.1)
        form.tab_stops.add_tab_stop(Cm(1.1))
        form.space_after, form.line_spacing = Pt(3), 1.25
    book.add_paragraph()
    for label, words in about:
        line = book.add_paragraph()
        line.paragraph_format.space_after = Pt(0)
        for part, bold in ((f"{label}：", True), (words, False)):
            run = line.add_run(part)
            run.bold, run.font.size = bold, Pt(9)
    book.save(str(path))
    return count


def _fonts(style: Any) -> None:
    """宋体 with Times New Roman, 五号: what Chinese offices expect."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name, style.font.size = "Times New Roman", Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
