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

FOUR = (7, 8, 9, 10)
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
    """Read the register by calamine, then put those cells into a copy, and nothing else."""
    tabs = read(register)
    put(register, target, pickle.loads(cells.read_bytes()))
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
    """Our own streaming writer, without reading, backup or checks: it is what is measured here."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
    from outside.xlsx.archive import Archive, PackedPart
    from outside.xlsx.patch import SheetPatch, patched_part

    with register.open("rb") as file, target.open("wb") as copy:
        archive = Archive(file)
        parts = {}
        for tab, rows in changes.items():
            name = f"xl/worksheets/sheet{tab}.xml"
            parts[name] = PackedPart(patched_part(archive.stream(name), SheetPatch(rows)))
        archive.rewrite(copy, parts)


def put(register: Path, target: Path, changes: dict) -> None:
    """The least that can put cells into such a file: a plain pass over the rows that XlsxWriter wrote.

    It stands here, apart from the product, so that it stays the same whatever becomes of the product's own
    writer. It knows one maker's files, one shape of cell, and no way to fail.
    """
    import zipfile

    with (
        zipfile.ZipFile(register) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as copy,
    ):
        for part in source.infolist():
            content = source.read(part)
            found = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part.filename)
            if found and int(found[1]) in changes:
                content = b"".join(_with(content, dict(changes[int(found[1])])))
            copy.writestr(part.filename, content)


def _with(sheet: bytes, rows: dict) -> Iterator[bytes]:
    """A tab's XML, row by row, with these cells in place of what stood there."""

    at = sheet.index(b"<sheetData>") + len(b"<sheetData>")
    yield sheet[:at]
    waiting = sorted(rows, reverse=True)
    for found in re.finditer(rb'<row r="(\d+)"[^>]*?(?:/>|>(.*?)</row>)', sheet[at:], re.DOTALL):
        here = int(found[1])
        while waiting and waiting[-1] < here:
            yield _row(waiting[-1], b"", rows[waiting.pop()])
        if waiting and waiting[-1] == here:
            yield _row(waiting.pop(), found[2] or b"", rows[here])
        else:
            yield found[0]
    while waiting:
        yield _row(waiting[-1], b"", rows[waiting.pop()])
    yield sheet[sheet.rindex(b"</sheetData>") :]


def _row(number: int, inside: bytes, cells: list) -> bytes:
    from xml.sax.saxutils import escape

    there = {one[1]: one[0] for one in re.finditer(rb'<c r="([A-Z]+)\d+"[^>]*?(?:/>|>.*?</c>)', inside, re.DOTALL)}
    for column, value in cells:
        letters = _letters(column).encode()
        if isinstance(value, int):
            there[letters] = b'<c r="%s%d"><v>%d</v></c>' % (letters, number, value)
        else:
            text = escape(str(value)).encode()
            there[letters] = b'<c r="%s%d" t="inlineStr"><is><t>%s</t></is></c>' % (letters, number, text)
    in_order = sorted(there, key=lambda name: (len(name), name))
    return b'<row r="%d">%s</row>' % (number, b"".join(there[name] for name in in_order))


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, left = divmod(column - 1, 26)
        letters = chr(65 + left) + letters
    return letters


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
