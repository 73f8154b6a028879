"""The report of a run as PDF."""

from __future__ import annotations

import io
from collections.abc import Iterable
from html import escape
from typing import Any

from dfs.phase2.report.contents import Contents, Section

__all__ = ["report_pdf"]

# points; landscape A4 has 762 between the margins
_WIDTHS = (44, 34, 110, 32, 80, 56, 58, 120, 132, 38, 42)
_GREY, _LINE = "#f0f1f5", "#c8ccd4"


def report_pdf(contents: Contents) -> bytes:
    """Return the report as PDF, A4 landscape."""
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

    styles = _styles()
    story: list[Any] = [
        Paragraph(_safe(contents.heading), styles["Heading1"]),
        Paragraph(_safe(contents.title), styles["Normal"]),
    ]
    story += [Spacer(1, 6), _pairs(contents.summary, styles)]
    story.append(Paragraph("Findings", styles["Heading2"]))
    if contents.findings:
        story.append(
            _table([("severity", "item", "field", "finding"), *contents.findings], (60, 150, 150, 402), styles)
        )
    else:
        story.append(Paragraph("None.", styles["Normal"]))
    story.append(Paragraph("Items", styles["Heading2"]))
    rows = [(*one.cells[:2], "  " * one.depth + one.cells[2], *one.cells[3:]) for one in contents.items]
    bold = {at for at, one in enumerate(contents.items, start=1) if one.is_container}
    story.append(_table([contents.columns, *rows], _WIDTHS, styles, bold))
    if contents.readme:
        story += [Paragraph("README", styles["Heading2"]), _pairs(contents.readme, styles)]
    blocks = [one for one in contents.items if not one.is_container]
    if blocks:
        story.append(PageBreak())
    for one in blocks:
        story.append(Paragraph(f"{_safe(one.name)} ({_safe(one.cells[0])})", styles["Heading2"]))
        story += _sections(one.sections, styles)
    out = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 40)
    paper = SimpleDocTemplate(
        out, pagesize=landscape(A4), title=contents.heading, subject=contents.title, author="", **margins
    )
    footer = _footer(f"{contents.heading}   {contents.made}")
    paper.build(story, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _sections(sections: Iterable[Section], styles: Any) -> list[Any]:
    from reportlab.platypus import Paragraph

    story: list[Any] = []
    for section in sections:
        story += [Paragraph(_safe(section.title), styles["Heading4"]), _pairs(section.rows, styles)]
    return story


def _pairs(rows: Iterable[tuple[str, str]], styles: Any) -> Any:
    listed = list(rows) or [("-", "")]
    return _table(listed, (180, 580), styles, header=False)


def _table(rows: Any, widths: tuple[int, ...], styles: Any, bold: Iterable[int] = (), *, header: bool = True) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Paragraph, Table, TableStyle

    strong = {0, *bold} if header else set(bold)
    cells = [
        [Paragraph(f"<b>{_safe(cell)}</b>" if at in strong else _safe(cell), styles["Cell"]) for cell in row]
        for at, row in enumerate(rows)
    ]
    looks = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.25, HexColor(_LINE))]
    looks += [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
    looks += [("BACKGROUND", (0, at), (-1, at), HexColor(_GREY)) for at in strong]
    return Table(cells, colWidths=widths, repeatRows=1 if header else 0, style=TableStyle(looks), hAlign="LEFT")


def _styles() -> Any:
    from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet

    styles = getSampleStyleSheet()
    styles.add(ParagraphStyle("Cell", parent=styles["Normal"], fontSize=7.5, leading=9, splitLongWords=True))
    return styles


def _footer(text: str) -> Any:
    def draw(canvas: Any, document: Any) -> None:
        canvas.setFont("Helvetica", 7)
        canvas.drawString(40, 24, text)
        canvas.drawRightString(document.pagesize[0] - 40, 24, f"{document.page}")

    return draw


def _safe(text: str) -> str:
    """Return text for a paragraph: marks are no markup, line ends stay, indents too; what the font lacks is a question mark."""
    known = text.encode("cp1252", "replace").decode("cp1252")
    indent = len(known) - len(known.lstrip(" "))
    return "&nbsp;" * indent + escape(known[indent:]).replace("\n", "<br/>")
