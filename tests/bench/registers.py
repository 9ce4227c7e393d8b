"""Makes the registers that the bench runs on.

python registers.py fresh 1000 to.xlsx
python registers.py example 750 to.xlsx
python registers.py newcomers 10 from.xlsx to.xlsx
python registers.py changed 20 from.xlsx to.xlsx
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import xlsxwriter
from python_calamine import CalamineWorkbook

from outside.commands.setup import make_example
from roster.example.register import example
from roster.sheet.columns import TABS
from roster.sheet.table import Cell

TODAY = date(2026, 3, 14)
DIRT = 0.03
Tabs = dict[str, list[list[Cell]]]


def write(path: Path, tabs: Tabs) -> None:
    """Write rows below their headings, with shared strings and typed dates, as Excel does."""
    as_typed = {"strings_to_numbers": False, "strings_to_urls": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(path, as_typed)
    day = book.add_format({"num_format": "d-m-yyyy"})
    for tab in TABS:
        sheet = book.add_worksheet(tab.title)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, tab.headings)
        for at, row in enumerate(tabs[tab.title], start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)
                elif cell is not None and cell != "":
                    sheet.write(at, column, cell)
    book.close()


def read(path: Path) -> Tabs:
    """All rows below the headings, by tab."""
    book = CalamineWorkbook.from_path(path)
    return {tab.title: book.get_sheet_by_name(tab.title).to_python()[1:] for tab in TABS}


def replace_the_latest(rows: list[list[Cell]], new: int) -> Iterable[list[Cell]]:
    """The rows with `new` of the welcomed members replaced by newcomers at the foot."""
    headings = {name: at for at, name in enumerate(TABS[0].headings)}
    welcomed = [
        at
        for at, row in enumerate(rows)
        if row[headings["Welkom"]] and row[headings["Status"]] == "actief" and row[headings["Rol"]] != "beheerder"
    ]
    if len(welcomed) < new:
        raise SystemExit(f"only {len(welcomed)} members were welcomed, {new} are needed")
    chosen = set(welcomed[-new:])
    yield from (row for at, row in enumerate(rows) if at not in chosen)
    for turn, at in enumerate(sorted(chosen)):
        row = list(rows[at])
        for heading in TABS[0].own:
            row[headings[heading]] = None
        row[headings["Mobiel"]] = f"06-1{turn:07d}"  # the example never uses 061
        row[headings["Voornaam"]] = "Nova"  # with two of name, mobile and address he would be who stood there before
        row[headings["E-mail"]] = f"nova{turn}@mail.example"
        row[headings["Aangemeld op"]] = TODAY
        yield row


def take_the_consent_away(rows: list[list[Cell]], changed: int) -> None:
    """So many members, all over the tab, no longer say that they agree: each row gets another Status and Melding."""
    headings = {name: at for at, name in enumerate(TABS[0].headings)}
    active = [row for row in rows if row[headings["Status"]] == "actief" and row[headings["Rol"]] != "beheerder"]
    for row in active[:: max(1, len(active) // changed)][:changed]:
        row[headings["Akkoord spelregels"]] = "nee"


def main() -> None:
    """Make what the first argument names."""
    if sys.argv[1] == "fresh":
        write(Path(sys.argv[3]), example(int(sys.argv[2]), 1, TODAY, DIRT))
        return
    if sys.argv[1] == "example":
        make_example(Path(sys.argv[3]), int(sys.argv[2]), 1, date.today())
        return
    tabs = read(Path(sys.argv[3]))
    if sys.argv[1] == "changed":
        take_the_consent_away(tabs["Deelnemers"], int(sys.argv[2]))
    else:
        tabs["Deelnemers"] = list(replace_the_latest(tabs["Deelnemers"], int(sys.argv[2])))
    write(Path(sys.argv[4]), tabs)


if __name__ == "__main__":
    main()
