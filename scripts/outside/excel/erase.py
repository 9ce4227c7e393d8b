"""Takes people out of a register file, also a copy of long ago: their cells are emptied, and nothing else changes."""

from __future__ import annotations

import glob
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from outside.errors import Stop
from outside.excel.cells import open_register
from outside.excel.save import SheetChange, known_columns, put_cells
from outside.files.atomic import open_private, replace, sync_folder
from outside.files.backups import doing_on_disk, replacing
from outside.workbook import CellsOfTabs, Choose
from outside.xlsx.archive import Archive, PackedPart
from outside.xlsx.patch import SheetPatch
from roster.sheet.headings import find_what_is_there
from roster.sheet.table import Cell, Sheet, Table, is_blank


def erase(path: Path, choose: Choose, *, expected: bool = False) -> int:
    """Empty the cells of a register file that `choose` names; how many. With none the file is not touched.

    The new file stands whole in the old one's place, or the old one stands as it was. All cells that were not named
    read as they did before, or nothing is changed. With `expected` somebody may be saving: raises Changed then.
    Raises Stop.
    """
    path = path.resolve()
    for rest in (f".{glob.escape(path.name)}.vergeten*", f"..{glob.escape(path.name)}.vergeten.*"):
        for left in path.parent.glob(rest):  # of a run that was killed
            left.unlink(missing_ok=True)
    seen, sheets, _merged, _too_far = open_register(path)
    tables = find_what_is_there(sheets)[0]
    cells = {title: rows for title, rows in choose(tables).items() if rows}
    if not cells:
        return 0
    part = path.with_name(f".{path.name}.vergeten")
    with doing_on_disk(path):
        try:
            _fill(part, path, cells, tables)
            _check(part, sheets, cells)
            if expected:
                with replacing(path, seen) as new, part.open("rb") as made:
                    shutil.copyfileobj(made, new)
            else:
                replace(part, path)
                sync_folder(path.parent)
        finally:
            part.unlink(missing_ok=True)
    return sum(len(columns) for rows in cells.values() for columns in rows.values())


def _fill(part: Path, path: Path, cells: CellsOfTabs, tables: dict[str, Table]) -> None:
    """The new file: the cells emptied, and the words that only they used blotted out."""
    with open_private(part) as copy, path.open("rb") as old:
        shutil.copyfileobj(old, copy)
    changes = {title: _change(rows) for title, rows in cells.items()}
    put_cells(part, part.parent, changes, kept=known_columns(tables.values()), backup=False)
    with part.open("rb") as old:
        archive = Archive(old)
        words = next((entry.filename for entry in archive.entries if entry.filename.endswith("sharedStrings.xml")), "")
        if not words:
            return
        used = _used(archive)
        text = archive.bytes_of(words)
        packed = PackedPart([_blotted(text, used)])
        new = part.with_name(part.name + ".nieuw")
        try:
            with open_private(new) as file:
                archive.rewrite(file, {words: packed})
        finally:
            packed.close()
    replace(new, part)


def _change(rows: Mapping[int, frozenset[int]]) -> SheetChange:
    patch = SheetPatch([(row, [(column, "") for column in sorted(rows[row])]) for row in sorted(rows)])

    def touched() -> dict[int, list[int]]:
        found: defaultdict[int, list[int]] = defaultdict(list)
        for row in sorted(rows):
            for column in sorted(rows[row]):
                found[column].append(row)
        return dict(sorted(found.items()))

    return SheetChange(patch, touched)


_REFERENCE = re.compile(
    rb"""\st\s*=\s*["']s["'][^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v(?:\s[^>]*)?>\s*(\d+)\s*<""", re.DOTALL
)
_WORDS = re.compile(rb"<((?:\w+:)?)si(?:\s[^>]*)?>.*?</(?:\w+:)?si>|<(?:\w+:)?si(?:\s[^>]*)?/>", re.DOTALL)


def _used(archive: Archive) -> Counter[int]:
    """Which words of the shared list any sheet still points to (ECMA-376 part 1, 18.4.8)."""
    found: Counter[int] = Counter()
    for entry in archive.entries:
        if "worksheets/" in entry.filename and entry.filename.endswith(".xml"):
            found.update(int(one[1]) for one in _REFERENCE.finditer(archive.bytes_of(entry.filename)))
    return found


def _blotted(text: bytes, used: Counter[int]) -> bytes:
    """The shared list with nothing left of the words that no cell points to; every other keeps its number."""
    pieces, copied = [], 0
    for turn, words in enumerate(_WORDS.finditer(text)):
        if turn not in used and words[1] is not None:
            prefix = words[1]
            pieces += [text[copied : words.start()], b"<%ssi><%st></%st></%ssi>" % (prefix, prefix, prefix, prefix)]
            copied = words.end()
    return b"".join([*pieces, text[copied:]])


def _check(part: Path, before: list[Sheet], cells: CellsOfTabs) -> None:
    """Raise Stop unless every cell reads as it did, but for those that were emptied."""
    after = {sheet.title: sheet.cells for sheet in open_register(part)[1]}
    for sheet in before:
        gone = cells.get(sheet.title, {})
        wanted = list(_filled(sheet.cells, gone))
        if wanted != list(_filled(after.get(sheet.title, []), {})):
            raise Stop(
                f"In '{part.name[1:].removesuffix('.vergeten')}' kan niet veilig worden gewist.",
                "Er is niets in veranderd.",
            )


def _filled(cells: list[list[Cell]], gone: Mapping[int, frozenset[int]]) -> Iterator[tuple[int, int, str]]:
    for row, line in enumerate(cells, 1):
        emptied = gone.get(row, frozenset())
        for column, cell in enumerate(line, 1):
            if not is_blank(cell) and column not in emptied:
                yield row, column, repr(cell)
