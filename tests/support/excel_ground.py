"""Registers for the tests of the .xlsx back end, and the small things that those tests share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from outside.excel.workbook import ExcelWorkbook
from roster.plan.steps import SetCell
from roster.sheet.columns import TABS
from roster.sheet.table import Cell
from support.ground import register_at
from support.workbook_contract import PEOPLE, rows_of
from support.xlsx_by_hand import sheet_xml, write_workbook

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def register(path: Path, members: Sequence[Mapping[str, Cell]] = PEOPLE) -> ExcelWorkbook:
    """A new register with these members, opened."""
    register_at(path, {"Deelnemers": rows_of("Deelnemers", members)})
    return ExcelWorkbook(path, path.parent / "state" / "backups")


def by_hand(
    path: Path,
    rows: str,
    *,
    more: Mapping[str, str | bytes] | None = None,
    calc: str = "",
    after: str = "",
    extra: str = "",
    drop: str = "",
) -> ExcelWorkbook:
    """A register written by hand: tab Deelnemers with the headings in row 1 and `rows`; perhaps an extra tab.

    No tab has the heading `drop`.
    """
    sheets: dict[str, str] = {}
    for tab in (tab for tab in TABS if not tab.derived):
        cells = "".join(
            f'<c t="inlineStr"><is><t>{heading}</t></is></c>' for heading in IN_USE[tab.title] if heading != drop
        )
        sheets[tab.title] = sheet_xml(
            f'<row r="1">{cells}</row>{rows if tab is TABS[0] else ""}', after=after if tab is TABS[0] else ""
        )
    if extra:
        sheets["Eigen blad"] = sheet_xml(extra)
    write_workbook(path, sheets, more, calc)
    return ExcelWorkbook(path, path.parent / "state" / "backups")


IN_USE = {
    **{tab.title: tab.headings for tab in TABS},
    "Deelnemers": (
        "Nr", "Voornaam", "Tussenvoegsel", "Achternaam", "Organisatie", "Straat", "Huisnummer", "Postcode", "Plaats",
        "Mobiel", "E-mail", "Groep", "Rol", "18 jaar of ouder", "Akkoord spelregels", "Sticker", "Taal", "Aangemeld op",
        "Afgemeld op", "Uitzondering", "In WhatsApp", "Opmerking", "Status", "Meldingen", "Welkom", "Vervolgmail",
    ),
}  # fmt: skip
"""The columns of a register that is years in use: Nr in front, ours at the right. It keeps its order."""

MEMBER = '<row r="{0}"><c r="B{0}" t="inlineStr"><is><t>Jan</t></is></c><c r="D{0}" t="inlineStr"><is><t>Berg {0}</t></is></c>{1}</row>'


def status(workbook: ExcelWorkbook, value: str = "actief", index: int = 0) -> SetCell:
    """A step: this status in a row of Deelnemers, over what stands there."""
    table = workbook.read()["Deelnemers"]
    return SetCell(table.place(index, "Status"), value, table.cell(index, "Status"))


def leftovers(path: Path) -> list[str]:
    """Files beside the register that should not be there."""
    return sorted(
        other.name for other in path.parent.iterdir() if other.name not in (path.name, "state") and not other.is_dir()
    )
