"""Three ways to print a hand-out: Markdown, a workbook, a PDF. openpyxl and reportlab are loaded here only."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from clmstate.drawing.measure import FONTS, clean, fits_bundled_font
from clmstate.drawing.theme import THEMES
from clmstate.errors import not_installed
from clmstate.presenting.handouts import Handout, Table

__all__ = ["as_markdown", "as_pdf", "as_xlsx"]

_SHEET_NAME = 31  # characters that Excel allows
_FORMULA = ("=", "+", "-", "@", "\t")


def as_markdown(handout: Handout) -> Iterator[str]:
    """A hand-out as lines of Markdown.

    Example:
        >>> list(as_markdown(Handout("Deal", "", ("Rules: sha256:12",), ())))
        ['## Deal', '', '- Rules: sha256:12', '']
    """
    yield from (f"## {_cell(handout.title)}", "")
    if handout.doc:
        yield from (_cell(handout.doc), "")
    yield from (f"- {_cell(fact)}" for fact in handout.facts)
    yield ""
    for table in handout.tables:
        yield from (f"### {_cell(table.title)}", "")
        yield f"| {' | '.join(table.columns)} |"
        yield "|" + "---|" * len(table.columns)
        for row in table.rows:
            first, *rest = (_cell(cell) for cell in row)
            yield f"| {' | '.join([f'**{first}**' if first else '', *rest])} |"
        yield ""


def _cell(text: str) -> str:
    """Text in a cell: HTML and the bars of tables are text."""
    lines = (escape(clean(line), quote=False).replace("\\", "\\\\").replace("|", "\\|") for line in text.split("\n"))
    return "<br>".join(lines)


def as_xlsx(handouts: Iterable[Handout]) -> bytes:
    r"""Hand-outs as one workbook, a sheet for each table.

    Raises:
        InputError: CLM306, openpyxl is not installed.

    Example:
        >>> as_xlsx([Handout("Deal", "", (), ())])[:2]
        b'PK'
    """
    try:
        import openpyxl
    except ImportError:
        raise not_installed("hand-out", "a workbook", "openpyxl", "slides", "print it as Markdown") from None
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    book = openpyxl.Workbook()
    cover: Any = book.active
    cover.title = "Hand-out"
    for handout in handouts:
        cover.append([_plain(handout.title)])
        cover.cell(cover.max_row, 1).font = Font(bold=True, size=16)
        for line in (handout.doc, *handout.facts):
            cover.append([_plain(line)])
        cover.append([])
        for table in handout.tables:
            sheet = book.create_sheet(_sheet_name(table.title, book.sheetnames))
            sheet.append(list(table.columns))
            for row in table.rows:
                sheet.append([_plain(cell) for cell in row])
            for number, wide in enumerate(table.widths or (5,) * len(table.columns), 1):
                sheet.column_dimensions[get_column_letter(number)].width = 6 + wide * 4
            for cell in sheet[1]:
                cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=THEMES["light"].teams[0][1:])
            for line in sheet.iter_rows(min_row=2):
                for cell in line:
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
            sheet.freeze_panes = "B2"
            sheet.auto_filter.ref = sheet.dimensions
            sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
            sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    cover.column_dimensions["A"].width = 100
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _plain(text: str) -> str:
    """Text in a cell of a workbook; what could be read as a formula is marked as text."""
    said = "\n".join(clean(line) for line in text.split("\n"))
    return f"'{said}" if said.startswith(_FORMULA) else said


def _sheet_name(title: str, taken: list[str]) -> str:
    """A name that Excel allows and that no other sheet has."""
    base = "".join(" " if char in "[]:*?/\\'" else char for char in clean(title))
    base = " ".join(base.split())[:_SHEET_NAME].strip() or "Sheet"
    name, number = base, 2
    while name.lower() in {each.lower() for each in taken}:
        name = f"{base[: _SHEET_NAME - 4].strip()} ({number})"
        number += 1
    return name


def as_pdf(handouts: Iterable[Handout]) -> bytes:
    r"""Hand-outs as a PDF, A4 landscape, in the bundled typeface.

    Characters that it does not have are printed as ¤; Markdown and the workbook have them.

    Raises:
        InputError: CLM306, reportlab is not installed.

    Example:
        >>> as_pdf([Handout("Deal", "", (), ())])[:4]
        b'%PDF'
    """
    try:
        from reportlab.lib.pagesizes import A4, landscape
        from reportlab.platypus import PageBreak, SimpleDocTemplate
    except ImportError:
        raise not_installed("hand-out", "a PDF", "reportlab", "slides", "print it as Markdown") from None
    styles = _styles()
    out = io.BytesIO()
    every = list(handouts)
    title = _known(every[0].title) if every else "Hand-out"
    document = SimpleDocTemplate(
        out,
        pagesize=landscape(A4),
        leftMargin=36,
        rightMargin=36,
        topMargin=34,
        bottomMargin=34,
        title=title,
        author="",
        invariant=1,
    )
    story: list[Any] = []
    for number, handout in enumerate(every):
        story += [PageBreak()] if number else []
        story += _story(handout, styles, document.width)
    foot = f"{title} · {every[0].facts[-1]}" if every and every[0].facts else title

    def page(canvas: Any, _: Any) -> None:
        canvas.setFont("Inter", 8)
        canvas.drawString(36, 20, _known(foot))
        canvas.drawRightString(landscape(A4)[0] - 36, 20, str(canvas.getPageNumber()))

    document.build(story, onFirstPage=page, onLaterPages=page)
    return out.getvalue()


def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, face in (("Inter", "Regular"), ("Inter-Bold", "Bold")):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(FONTS / f"Inter-{face}.ttf")))
    theme = THEMES["light"]
    cell = ParagraphStyle("cell", fontName="Inter", fontSize=8, leading=10.5, textColor=HexColor(theme.ink))
    return {
        "cell": cell,
        "first": ParagraphStyle("first", cell, fontName="Inter-Bold"),
        "head": ParagraphStyle("head", cell, fontName="Inter-Bold", textColor=HexColor(theme.on_team)),
        "title": ParagraphStyle("title", cell, fontName="Inter-Bold", fontSize=22, leading=28),
        "section": ParagraphStyle(
            "section", cell, fontName="Inter-Bold", fontSize=13, leading=18, spaceBefore=14, spaceAfter=4, keepWithNext=1
        ),
        "text": ParagraphStyle("text", cell, fontSize=10, leading=14),
    }


def _story(handout: Handout, styles: dict[str, Any], width: float) -> Iterator[Any]:
    from reportlab.platypus import Paragraph, Spacer

    yield Paragraph(_markup(handout.title), styles["title"])
    yield from (Paragraph(_markup(line), styles["text"]) for line in (handout.doc, *handout.facts) if line)
    for table in handout.tables:
        yield Paragraph(_markup(table.title), styles["section"])
        yield _grid(table, styles, width)
        yield Spacer(1, 6)


def _grid(table: Table, styles: dict[str, Any], width: float) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import LongTable, Paragraph, TableStyle

    theme = THEMES["light"]
    shares = table.widths or (1,) * len(table.columns)
    rows: list[list[Any]] = [[Paragraph(_markup(head), styles["head"]) for head in table.columns]]
    for row in table.rows:
        rows.append([Paragraph(_markup(cell), styles["first" if index == 0 else "cell"]) for index, cell in enumerate(row)])
    looks = TableStyle(
        [
            ("BACKGROUND", (0, 0), (-1, 0), HexColor(theme.teams[0])),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 1), (-1, -1), 0.5, HexColor(theme.rule)),
            ("ROWBACKGROUNDS", (0, 1), (-1, -1), [HexColor(theme.card), HexColor(theme.lane)]),
        ]
    )
    widths = [width * share / sum(shares) for share in shares]
    return LongTable(rows, colWidths=widths, repeatRows=1, style=looks, splitInRow=1)


def _known(text: str) -> str:
    """Text of which every character is in the typeface."""
    return "".join(char if fits_bundled_font(char) else "¤" for char in clean(text))


def _markup(text: str) -> str:
    """Text for reportlab, whose paragraphs read a kind of HTML."""
    return "<br/>".join(escape(_known(line)) for line in text.split("\n"))
