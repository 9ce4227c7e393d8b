"""Registers that look odd but hold all that a register needs: they must be read, and written without a scratch."""

from __future__ import annotations

import re
import shutil
import struct
import zipfile
import zlib
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from random import Random

from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from roster.sheet.columns import TAB
from support.hostile.ground import MEMBERS, Hostile, by_xlsxwriter, edited, is_sheet, members, position, rewrite_parts


def plain(path: Path) -> None:
    with edited(path):
        pass


def headings_shuffled(path: Path) -> None:
    with edited(path) as book:
        for sheet in book:
            columns = [[cell.value for cell in column] for column in sheet.iter_cols()]
            formats = [[cell.number_format for cell in column] for column in sheet.iter_cols()]
            order = list(range(len(columns)))
            Random(len(columns)).shuffle(order)
            for target, source in enumerate(order, start=1):
                for row, (value, shown) in enumerate(zip(columns[source], formats[source], strict=True), start=1):
                    sheet.cell(row, target).value = value
                    sheet.cell(row, target).number_format = shown


def headings_spelt_freely(path: Path) -> None:
    spelling = {
        "Mobiel": "  MOBIEL ",
        "E-mail": "e-Mail",
        "18 jaar of ouder": "18  Jaar\nof ouder",
        "Achternaam": "ACHTERNAAM",
        "Wijkconciërge": "wijkconcierge",
        "E-mail wijkconciërge": "E-MAIL  WIJKCONCIERGE",
        "Aangemeld op": "Aangemeld\u00a0op",
        "Meldingen": "meldingen ",
        "Zijde": "zíjde",
        "Groep": "GROEP",
    }
    with edited(path) as book:
        for sheet in book:
            title = {"Deelnemers": "deelnemers ", "Gebieden": "GEBIEDEN"}.get(sheet.title, sheet.title)
            sheet.title = "even anders"  # or else openpyxl sees its own title as taken
            sheet.title = title
            for cell in sheet[1]:
                cell.value = spelling.get(str(cell.value), cell.value)


def a_title_above_the_headings(path: Path) -> None:
    with edited(path) as book:
        for sheet in book:
            sheet.insert_rows(1, 3)
            sheet["A1"] = f"VOORBEELD - {sheet.title} van de buurt"
            sheet["A1"].font = Font(size=18, bold=True)
            sheet.merge_cells("A1:F1")
            sheet["C2"] = "bijgewerkt in maart"


def tabs_and_columns_of_their_own(path: Path) -> None:
    with edited(path) as book:
        notes = book.create_sheet("Notities", 0)
        for row in range(1, 30):
            notes.append([f"notitie {row}", row, row / 7, date(2026, 1, row), f"=B{row}*2", row % 2 == 0])
        book.create_sheet("Leeg blad")
        sheet = members(book)
        sheet.insert_cols(4, 2)
        sheet["D1"], sheet["E1"] = "Bijnaam", "Verjaardagstaart"
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, 4).value, sheet.cell(row, 5).value = f"bijnaam {row}", row * 1.5


def cells_merged(path: Path) -> None:
    column = get_column_letter(position("Deelnemers", "Opmerking"))
    with edited(path) as book:
        sheet = members(book)
        sheet[f"{column}3"] = "samen één huishouden"
        sheet.merge_cells(f"{column}3:{column}6")
        book["Gebieden"].merge_cells("I1:L3")


def rows_and_columns_hidden_under_a_filter(path: Path) -> None:
    with edited(path) as book:
        sheet = members(book)
        sheet.auto_filter.ref = sheet.dimensions
        group = position("Deelnemers", "Groep")
        sheet.auto_filter.add_filter_column(group - 1, [str(sheet.cell(2, group).value)])
        for row in range(5, 25):
            sheet.row_dimensions[row].hidden = True
        sheet.column_dimensions[get_column_letter(position("Deelnemers", "Mobiel"))].hidden = True
        sheet.column_dimensions[get_column_letter(position("Deelnemers", "Status"))].hidden = True
        book["Straten"].sheet_state = "hidden"
        book["Gebieden"].sheet_state = "veryHidden"


def formulas_with_their_outcomes(path: Path) -> None:
    with by_xlsxwriter(path) as book:
        sheet = book.get_worksheet_by_name("Deelnemers")
        sheet.write_formula(1, position("Deelnemers", "Voornaam") - 1, '=PROPER("anna")', None, "Anna")
        sheet.write_formula(2, position("Deelnemers", "Mobiel") - 1, '="06-"&"58"&"765432"', None, "06-58765432")
        sheet.write_formula(3, position("Deelnemers", "Opmerking") - 1, '=VLOOKUP("x",A1:B2,2)', None, "#N/A")
        counts = book.add_worksheet("Tellingen")
        status, place, remarks = (
            get_column_letter(position("Deelnemers", heading)) for heading in ("Status", "Plaats", "Meldingen")
        )
        counts.write_formula(0, 0, f'=COUNTIF(Deelnemers!{status}:{status},"actief")', None, 0)
        counts.write_dynamic_array_formula("B1:B3", f"=SORT(UNIQUE(Deelnemers!{place}2:{place}9))", None, "Den Helder")
        counts.write_array_formula("C1:C3", "{=ROW(1:3)}", None, 1)
        last = TAB["Deelnemers"].headings.index("Welkom") + 1
        sheet.write(0, last, "Lengte van de melding")
        for row in range(1, MEMBERS + 1):
            sheet.write_formula(row, last, f"=LEN({remarks}{row + 1})", None, 0)


def cells_with_types(path: Path) -> None:
    with edited(path) as book:
        sheet = members(book)
        for row in range(2, sheet.max_row + 1):
            number = sheet.cell(row, position("Deelnemers", "Huisnummer"))
            number.value = int(number.value) if str(number.value).isdigit() else number.value
            mobile = sheet.cell(row, position("Deelnemers", "Mobiel"))
            mobile.value = int(str(mobile.value).replace("-", "")) if row % 2 else f"{mobile.value}"
            for heading in ("18 jaar of ouder", "Akkoord spelregels"):
                sheet.cell(row, position("Deelnemers", heading)).value = True if row % 3 else 1
            joined = sheet.cell(row, position("Deelnemers", "Aangemeld op"))
            if isinstance(joined.value, date) and row % 2:
                joined.value = datetime(joined.value.year, joined.value.month, joined.value.day, 13, 45)


def everything_as_text(path: Path) -> None:
    with edited(path) as book:
        for sheet in book:
            for row in sheet.iter_rows(min_row=2):
                for cell in row:
                    if isinstance(cell.value, date):
                        cell.value = f"{cell.value.day}-{cell.value.month}-{cell.value.year}"
                    elif cell.value is not None:
                        cell.value = str(cell.value)
                    cell.number_format = "@"


def blank_rows_between(path: Path) -> None:
    with edited(path) as book:
        for sheet in book:
            for row in range(sheet.max_row, 1, -3):
                sheet.insert_rows(row, 2)


def rows_formatted_but_empty(path: Path) -> None:
    fill = PatternFill("solid", fgColor="FFFFF2CC")
    with edited(path) as book:
        for sheet in book:
            last, width = sheet.max_row, sheet.max_column
            for row in range(last + 1, last + 501):
                for column in range(1, width + 1):
                    sheet.cell(row, column).fill = fill


def everything_that_xlsxwriter_can(path: Path) -> None:
    with by_xlsxwriter(path) as book:
        sheet = book.get_worksheet_by_name("Deelnemers")
        bold, red = book.add_format({"bold": True}), book.add_format({"color": "red"})
        remark = position("Deelnemers", "Opmerking") - 1
        sheet.write_rich_string(4, remark, "let ", bold, "goed", " op ", red, "rood")
        sheet.write_comment(5, remark, "gebeld op maandag", {"author": "buur"})
        sheet.add_sparkline(6, remark, {"range": "Groepen!A1:C1"})
        sheet.insert_image(8, 30, "stip.png", {"image_data": BytesIO(dot())})
        sheet.insert_textbox(12, 30, "Niet vergeten!")
        sheet.data_validation(1, 13, MEMBERS, 14, {"validate": "list", "source": ["ja", "nee"]})
        sheet.conditional_format(1, 0, MEMBERS, 24, {"type": "data_bar"})
        blocked = {"type": "cell", "criteria": "==", "value": '"geblokkeerd"', "format": red}
        status = position("Deelnemers", "Status") - 1
        sheet.conditional_format(1, status, MEMBERS, status, blocked)
        sheet.freeze_panes(1, 2)
        sheet.set_row(3, 30, bold)
        sheet.ignore_errors({"number_stored_as_text": "A1:Y100"})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Groepen!$H$2:$H$3"})
        sheet.insert_chart("AE20", chart)
        headings = [{"header": heading} for heading in TAB["Groepen"].headings]
        groups = book.get_worksheet_by_name("Groepen")
        groups.add_table(0, 0, groups.dim_rowmax, len(headings) - 1, {"columns": headings, "name": "Groepentabel"})
        pie = book.add_chart({"type": "pie"})
        pie.add_series({"values": "=Groepen!$H$2:$H$3"})
        book.add_chartsheet("Grafiek").set_chart(pie)
        book.define_name("Straatnamen", "=Straten!$A$2:$A$99")
        book.set_properties({"title": "VOORBEELD", "author": "buur"})


def everything_that_openpyxl_can(path: Path) -> None:
    with edited(path) as book:
        sheet = members(book)
        sheet["B3"].comment = Comment("nieuwe buurvrouw", "buur")
        sheet["K4"].hyperlink = "mailto:iemand@mail.example"
        choices = DataValidation(type="list", formula1='"ja,nee"', allow_blank=True)
        choices.add("N2:P999")
        sheet.add_data_validation(choices)
        rule = CellIsRule(operator="equal", formula=['"geblokkeerd"'], fill=PatternFill(bgColor="FFFFC7CE"))
        status = get_column_letter(position("Deelnemers", "Status"))
        sheet.conditional_formatting.add(f"{status}2:{status}999", rule)
        book.defined_names["Nummers"] = DefinedName("Nummers", attr_text="Deelnemers!$A$2:$A$41")
        sheet.print_title_rows = "1:1"
        sheet.freeze_panes = "C2"
        sheet["C5"].font = Font(italic=True, color="FF00AA00")
        sheet.row_dimensions.group(10, 14, hidden=True)


def tags_with_a_prefix(path: Path) -> None:
    """As some report generators write: <x:worksheet xmlns:x="…">."""
    plain(path)

    def prefix(name: str, content: bytes) -> bytes:
        if not is_sheet(name):
            return content
        text = content.decode()
        text = re.sub(r"<(/?)([A-Za-z]\w*)(?=[\s/>])", r"<\1x:\2", text)
        return text.replace(' xmlns="', ' xmlns:x="').encode()

    rewrite_parts(path, prefix)


def strings_shared(path: Path) -> None:
    """As Excel writes: every text once, in a part of its own (openpyxl writes them in their cells)."""
    with by_xlsxwriter(path):
        pass


def cells_without_addresses(path: Path) -> None:
    """Cells and rows that say by their order alone where they stand, which the standard allows."""
    with edited(path) as book:
        for sheet in book:  # by their order alone means: without gaps
            for row in sheet.iter_rows():
                for cell in row:
                    cell.number_format = cell.number_format if cell.value is not None else "@"

    def unnamed(name: str, content: bytes) -> bytes:
        return re.sub(rb'(<(?:c|row)) r="[A-Z]*\d+"', rb"\1", content) if is_sheet(name) else content

    rewrite_parts(path, unnamed)


def tabs_protected(path: Path) -> None:
    with edited(path) as book:
        for sheet in book:
            sheet.protection.sheet = True
            for cell in sheet["B"]:
                cell.protection = Protection(locked=False)
        book.security = None


def macros_on_board(path: Path) -> None:
    """An .xlsm: the macro blob, its content types and relations must all survive."""
    with by_xlsxwriter(path) as book:
        blob = path.with_name("vba.bin")
        blob.write_bytes(bytes(range(256)) * 40)
        book.add_vba_project(str(blob))
        book.set_vba_name("ThisWorkbook")
    blob.unlink()


def days_since_1904(path: Path) -> None:
    """As Excel for Mac made them: day 0 is 1 January 1904."""
    with edited(path) as book:
        book.epoch = CALENDAR_MAC_1904


def text_that_bites(path: Path) -> None:
    """Ampersands, tags, quotes, emoji, line ends, an escape of the format itself, and 32,000 characters."""
    with edited(path) as book:
        sheet = members(book)
        family = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
        long = "x" * 32_000
        lines = "regel 1\nregel 2"
        remarks = ["<b>&amp;</b>", lines, family, "_x000D_ en _x0041_", long, "]]>", "=geen formule", " rand "]
        for row, remark in enumerate(remarks, start=2):
            cell = sheet.cell(row, position("Deelnemers", "Opmerking"))
            cell.value = remark
            cell.data_type = "s"
        sheet.cell(2, position("Deelnemers", "Achternaam")).value = "O'Dobber & <Zn>"


def own_columns_missing(path: Path) -> None:
    with edited(path) as book:
        for sheet in book:
            own = TAB[sheet.title].own if sheet.title != "Beheerders" else frozenset({"Meldingen", "Gebied"})
            kept = {"Nr"} if sheet.title in ("Deelnemers", "Beheerders") else set()
            for column in range(sheet.max_column, 0, -1):
                if sheet.cell(1, column).value in own - kept:
                    sheet.delete_cols(column)


def no_admins_tab(path: Path) -> None:
    with edited(path) as book:
        del book["Beheerders"]


def stored_without_packing(path: Path) -> None:
    """A zip whose parts are stored, with a comment, and with the sheets before all else."""
    plain(path)
    with zipfile.ZipFile(path) as archive:
        names = sorted(archive.namelist(), key=lambda name: not is_sheet(name))
        parts = [(name, archive.read(name)) for name in names]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = b"gemaakt door een buur"
        for name, content in parts:
            archive.writestr(name, content)


def dot() -> bytes:
    """A picture of one pixel, as PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")


READ = "is read whole and written without a scratch on anything of people's"
SOUND: tuple[Hostile, ...] = (
    Hostile("plain", plain, READ),
    Hostile("headings_shuffled", headings_shuffled, "columns are found by heading, in any order"),
    Hostile("headings_spelt_freely", headings_spelt_freely, "case, accents and spaces in headings are forgiven"),
    Hostile("a_title_above_the_headings", a_title_above_the_headings, "headings are found below a title"),
    Hostile("tabs_and_columns_of_their_own", tabs_and_columns_of_their_own, "extra tabs and columns are left alone"),
    Hostile("cells_merged", cells_merged, READ),
    Hostile("rows_and_columns_hidden", rows_and_columns_hidden_under_a_filter, "what is hidden counts as well"),
    Hostile("formulas_with_their_outcomes", formulas_with_their_outcomes, "outcomes are read, formulas stay"),
    Hostile("cells_with_types", cells_with_types, "numbers, days and booleans are read as what they say"),
    Hostile("everything_as_text", everything_as_text, "days and numbers typed as text are read"),
    Hostile("blank_rows_between", blank_rows_between, "blank rows are nobody"),
    Hostile("rows_formatted_but_empty", rows_formatted_but_empty, "formatted empty rows are nobody and stay formatted"),
    Hostile("everything_that_xlsxwriter_can", everything_that_xlsxwriter_can, READ),
    Hostile("everything_that_openpyxl_can", everything_that_openpyxl_can, READ),
    Hostile("tags_with_a_prefix", tags_with_a_prefix, READ),
    Hostile("strings_shared", strings_shared, READ),
    Hostile("cells_without_addresses", cells_without_addresses, READ),
    Hostile("tabs_protected", tabs_protected, "the protection stays; the software writes all the same"),
    Hostile("macros_on_board", macros_on_board, "the macros stay byte for byte", suffix=".xlsm"),
    Hostile("days_since_1904", days_since_1904, "days are the days that Excel shows"),
    Hostile("text_that_bites", text_that_bites, READ),
    Hostile("own_columns_missing", own_columns_missing, "the software's own columns are added at the right"),
    Hostile("no_admins_tab", no_admins_tab, "the derived tab is made, or its absence is told; nothing else changes"),
    Hostile("stored_without_packing", stored_without_packing, READ),
)


def soffice() -> str | None:
    """LibreOffice, where it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")
