"""The things that the product is measured against, each as small as it can be: `python floor.py <what> …`."""

from __future__ import annotations

import pickle
import re
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

TABS = ("Deelnemers", "Groepen", "Straten", "Gebieden", "Bordaanvragen", "Beheerders")
"""In the order in which the bench's registers hold them: tab 1 is xl/worksheets/sheet1.xml, and so on."""

FOUR = (1, 23, 24, 25)
"""Nr, Status, Meldingen, Welkom: the software's own columns of tab Deelnemers (1 = A)."""


def bare() -> None:
    """A script with options, and nothing else."""
    import argparse

    parser = argparse.ArgumentParser(description="Doet niets.")
    parser.add_argument("--settings", help="het instellingenbestand")
    parser.add_argument("--yes", action="store_true", help="niets vragen")
    parser.add_argument("--force", action="store_true", help="toch doorgaan")
    parser.add_argument("--today", help="de dag van vandaag")
    parser.parse_args(sys.argv[2:])


def read(path: Path) -> list[list[list[object]]]:
    """The whole register by calamine, all tabs at once."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    return [book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in TABS]


def compare(before: Path, after: Path, cells: Path) -> None:
    """Note the cells in which two registers differ: tab -> [(row, [(column, value)])]."""
    found: dict[int, list[tuple[int, list[tuple[int, object]]]]] = {}
    for tab, (old, new) in enumerate(zip(read(before), read(after), strict=True), start=1):
        rows = []
        for number, (one, other) in enumerate(zip_longest(old, new, fillvalue=()), start=1):
            pairs = enumerate(zip_longest(one, other, fillvalue=""), start=1)
            changed = [(column, value) for column, (was, value) in pairs if was != value]
            if changed:
                rows.append((number, [(at, int(to) if isinstance(to, float) else to) for at, to in changed]))
        if rows:
            found[tab] = rows
    cells.write_bytes(pickle.dumps(found))


def stream(register: Path, cells: Path, target: Path) -> None:
    """Read the register by calamine, then stream those cells into a copy, and nothing else."""
    tabs = read(register)
    patch(register, target, pickle.loads(cells.read_bytes()))
    del tabs  # held to the end, as whoever decides what to write must


def columns(register: Path, target: Path) -> None:
    """Stream four columns into every row of tab Deelnemers."""
    import zipfile

    with zipfile.ZipFile(register) as archive, archive.open("xl/worksheets/sheet1.xml") as sheet:
        start = sheet.read(4096)
    found = re.search(rb'<dimension ref="A1:[A-Z]+(\d+)"', start)
    assert found is not None  # XlsxWriter made the register, and always says so
    last = int(found[1])

    def rows() -> Iterator[tuple[int, list[tuple[int, object]]]]:
        for row in range(2, last + 1):
            yield row, list(zip(FOUR, told(row), strict=True))

    patch(register, target, {1: rows()})


def told(row: int) -> tuple[str, str, str, str]:
    """What the four columns say in a row."""
    return f"D-{row:06d}", "actief", f"Let op: nog {row} dagen.", "klaargezet 14-3-2026 (versie 1)"


def patch(register: Path, target: Path, changes: dict) -> None:
    """The product's own streaming writer, without reading, backup or checks."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
    from outside.xlsx_patch import SheetPatch, patched_part
    from outside.xlsx_zip import Archive, PackedPart

    with register.open("rb") as file, target.open("wb") as copy:
        archive = Archive(file)
        parts = {}
        for tab, rows in changes.items():
            name = f"xl/worksheets/sheet{tab}.xml"
            parts[name] = PackedPart(patched_part(archive.stream(name), SheetPatch(rows)))
        archive.rewrite(copy, parts)


def load_and_save(register: Path, target: Path) -> None:
    """The same four columns by openpyxl."""
    import openpyxl

    book = openpyxl.load_workbook(register)
    sheet = book["Deelnemers"]
    for row in range(2, sheet.max_row + 1):
        for column, value in zip(FOUR, told(row), strict=True):
            sheet.cell(row, column).value = value
    book.save(target)


def main() -> None:
    """Do what the first argument names."""
    what, *paths = sys.argv[1:]
    if what == "bare":
        bare()
        return
    known = {"read": read, "compare": compare, "stream": stream, "columns": columns, "openpyxl": load_and_save}
    known[what](*map(Path, paths))


if __name__ == "__main__":
    main()
