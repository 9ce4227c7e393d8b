"""How a new register looks: colours that show whose a column is, notes, dropdowns, formats, and the front tab."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.worksheet import Worksheet

from outside.excel.lights import LAST_ROW, lights, lit_ranges
from outside.front_tab import FRONT, NOT_YET, WHOSE, WHY
from roster.sheet.columns import TABS, Column, TabSpec, hint, kept_in_sight, offered
from roster.terms import Terms

INK, PAPER = "1F3B4D", "FFFFFF"
THEIRS, OURS, OURS_BELOW = "2F6B7E", "D9DEE2", "F4F6F7"
_FONT = "Calibri"
STATUS = {
    "actief": ("DDEFD9", "2D5B24"),
    "vol": ("FFF0CC", "7A5700"),
    "wachtlijst": ("FFF0CC", "7A5700"),
    "in oprichting": ("DCE9F5", "23527C"),
    "geblokkeerd": ("F9DCD8", "8C2A1C"),
    "afgemeld": ("E7E7E7", "666666"),
    "concept": ("E7E7E7", "666666"),
    "ingediend": ("DCE9F5", "23527C"),
    "toegezegd": ("E3F1D8", "44701F"),
    "geplaatst": ("DDEFD9", "2D5B24"),
    "afgewezen": ("F9DCD8", "8C2A1C"),
}
_LONGEST_LIST = 257
"""Marks that Excel takes of a list, in quotes; a name with a comma in it would be two."""

AS_TEXT = ("Nr", "Mobiel", "Postcode", "Huisnummer")
LISTED = {"group": "Groepen", "area": "Gebieden", "street": "Straten"}
"""Kinds whose dropdown is the first column of another tab."""

TELLS = {
    "Deelnemers": "Iedereen die meedoet: één rij per persoon of bedrijf.",
    "Groepen": "De WhatsApp-groepen, en in welk gebied ze liggen.",
    "Straten": "Welke straat bij welke groep hoort.",
    "Gebieden": "De gebieden, met hun wijkconciërge.",
    "Bordaanvragen": "De aanvragen voor borden langs de weg.",
    "Beheerders": "De beheerders. Deze lijst maakt Buurtbeheer zelf; u vult alleen twee keer ja in.",
    "Overzicht": "Hoe vol elk gebied en elke groep is. Dit tabblad vult Buurtbeheer zelf.",
    "Logboek": "Welk bericht er aan wie ging, zonder namen. Dit tabblad vult Buurtbeheer zelf.",
}


def dress_tab(sheet: Worksheet, tab: TabSpec, last: int, terms: Terms) -> None:
    """Headings, widths, formats, dropdowns, colours, filter and frozen headings, down to row `last`."""
    line = Side(style="thin", color="FFFFFF")
    for turn, column in enumerate(tab.columns, 1):
        letter = get_column_letter(turn)
        heading = sheet.cell(1, turn, column.heading)
        heading.font = Font(_FONT, 11, bold=True, color=INK if column.own else PAPER)
        heading.fill = PatternFill("solid", fgColor=OURS if column.own else THEIRS)
        heading.alignment = Alignment(vertical="center", wrap_text=True)
        heading.border = Border(right=line)
        if column.note:
            note = hint(column, terms.network.places, terms.network.bounds.spot)
            heading.comment = Comment(note, "Buurtbeheer", height=76, width=270)
        below = sheet.column_dimensions[letter]
        below.width = width_of(column)
        below.font = Font(_FONT, 11, color="4A5A66" if column.own else "000000")
        is_count = column.own and column.kind == "number"  # kept apart from the words right of it
        aside = {"horizontal": "right", "indent": 1} if is_count else {}
        below.alignment = Alignment(vertical="top", wrap_text=column.heading == "Meldingen" or None, **aside)
        below.number_format = _format(column)
        if column.own:
            below.fill = PatternFill("solid", fgColor=OURS_BELOW)
        choice = _dropdown(column, tab, last, terms)
        if choice is not None:
            sheet.add_data_validation(choice)
            choice.add(f"{letter}2:{letter}{last}")
        if column.heading == "Status":
            _colour_by_status(sheet, letter, last)
    columns = {heading: position for position, heading in enumerate(tab.headings)}
    for light in lights(columns, 1):
        look = DifferentialStyle(font=Font(color=light.ink), fill=PatternFill(bgColor=light.fill))
        rule = Rule(type="expression", formula=[light.formula], dxf=look)
        sheet.conditional_formatting.add(lit_ranges(light, 1), rule)
    sheet.row_dimensions[1].height = 34
    sheet.freeze_panes = f"{get_column_letter(kept_in_sight(tab, columns) + 1)}2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(tab.columns))}{last}"
    sheet.sheet_properties.tabColor = OURS if tab.derived else THEIRS
    sheet.print_title_rows = "1:1"
    if "Meldingen" in columns:  # what stands behind it makes the rest too small to read
        sheet.print_area = f"A1:{get_column_letter(columns['Meldingen'] + 1)}{LAST_ROW}"
    _set_up_print(sheet)


def width_of(column: Column) -> float:
    """How wide a new column is, in figures: its longest word and the button of the filter beside it fit."""
    return max(column.width, len(max(column.heading.split(), key=len)) + 3)


def _format(column: Column) -> str:
    """How cells of a column show; "@" keeps a phone number's leading zero."""
    if column.kind == "day":
        return "dd-mm-yyyy"
    return "@" if column.heading in AS_TEXT else "General"


def _dropdown(column: Column, tab: TabSpec, last: int, terms: Terms) -> DataValidation | None:
    """The list to choose from. It helps and never refuses: what is wrong is told in Meldingen."""
    if column.own:
        return None
    source = LISTED.get(column.kind)
    if source == tab.title:
        return None
    if source:
        formula = f"{source}!$A$2:$A${last}"
    else:
        words = offered(column, terms.network.places, terms.languages)
        formula = '"{}"'.format(",".join(words).replace('"', '""'))
        if not words or any("," in word for word in words) or len(formula) > _LONGEST_LIST:
            return None
    return DataValidation("list", formula1=formula, allow_blank=True, showErrorMessage=False)


def _colour_by_status(sheet: Worksheet, letter: str, last: int) -> None:
    for word, (fill, ink) in STATUS.items():
        sheet.conditional_formatting.add(
            f"{letter}2:{letter}{last}",
            CellIsRule("equal", [f'"{word}"'], font=Font(color=ink), fill=PatternFill(bgColor=fill)),
        )


def _set_up_print(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.7, header=0.3, footer=0.3)
    sheet.oddFooter.center.text = "&A, bladzijde &P van &N"


def write_front_page(sheet: Worksheet, title: str, lines: Sequence[str], network: str) -> None:
    """The front tab: the title large, what it says about this register, whose it is, and whose the columns are."""
    sheet.title = FRONT
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = "E0A030"
    for letter, width in (("A", 3), ("B", 22), ("C", 80)):
        sheet.column_dimensions[letter].width = width
    _set_up_print(sheet)
    row = 2
    _say(sheet.cell(row, 2, title or "Register van de buurt-WhatsApp"), size=24, bold=True, ink=INK)
    sheet.row_dimensions[row].height = 38
    for line in lines:
        row += 1
        _say(sheet.cell(row, 2, line), size=13, ink="8C5A00")
        sheet.row_dimensions[row].height = 22
    if network:
        row += 2
        _say(sheet.cell(row, 2, WHOSE), bold=True)
        _say(sheet.cell(row, 3, network), bold=True)
        row += 1
        _say(sheet.cell(row, 2, WHY), ink="666666")
    row += 1
    _say(sheet.cell(row, 2, NOT_YET), ink="5A6670")
    row += 2
    _say(sheet.cell(row, 2, "Zo werkt het"), size=14, bold=True, ink=INK)
    row += 1
    for fill, ink, word, explanation in (
        (THEIRS, PAPER, "Van u", "Deze kolommen vult u in. Buurtbeheer verandert hier niets, tenzij u erom vraagt."),
        (OURS, INK, "Van Buurtbeheer", "Deze kolommen vult Buurtbeheer in. Wat u hier typt, wordt overschreven."),
    ):
        _say(sheet.cell(row, 2, word), bold=True, ink=ink)
        sheet.cell(row, 2).fill = PatternFill("solid", fgColor=fill)
        _say(sheet.cell(row, 3, explanation))
        sheet.row_dimensions[row].height = 22
        row += 1
    for line in (
        "Klopt er iets niet? Dan staat het bij Meldingen, en de cel kleurt. Dat gaat vanzelf weg als het is hersteld.",
        "Sorteren, filteren, rijen invoegen en eigen kolommen of tabbladen toevoegen mag gewoon.",
        "Laat de kopjes staan. Ga met de muis op een kopje staan voor uitleg.",
        "Sla het bestand op en sluit het voordat Buurtbeheer aan het werk gaat.",
    ):
        _say(sheet.cell(row, 2, line))
        sheet.row_dimensions[row].height = 20
        row += 1
    _list_tabs(sheet, row + 1)


def _list_tabs(sheet: Worksheet, row: int) -> None:
    """Every tab with a link to it and what it is for, from that row on."""
    _say(sheet.cell(row, 2, "De tabbladen"), size=14, bold=True, ink=INK)
    for tab in TABS:
        row += 1
        link = sheet.cell(row, 2, tab.title)
        link.hyperlink = f"#'{tab.title}'!A1"
        _say(link, ink=THEIRS)
        link.font = Font(_FONT, 11, color=THEIRS, underline="single")
        _say(sheet.cell(row, 3, TELLS[tab.title]))
        sheet.row_dimensions[row].height = 20


def _say(cell: object, *, size: int = 11, bold: bool = False, ink: str = "222222") -> None:
    if isinstance(cell, Cell):
        cell.font = Font(_FONT, size, bold=bold, color=ink)
        cell.alignment = Alignment(vertical="center")
