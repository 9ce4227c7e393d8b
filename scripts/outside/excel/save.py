"""Puts new cells into a register file: a backup first, then a new file beside the old one, checked, in its place."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.parsers import expat

from outside.errors import Changed, Stop
from outside.files.backups import Fingerprint, doing_on_disk, fingerprint, fingerprint_of, keep_backup, replacing
from outside.xlsx.archive import Archive, PackedPart, UnsupportedWorkbook
from outside.xlsx.charts import Chart, put_charts
from outside.xlsx.dependents import Touched, holds_formulas, outdated_cells, with_outdated
from outside.xlsx.guard import check_not_open
from outside.xlsx.package import Book, open_book, related
from outside.xlsx.patch import SheetPatch, patched_part
from outside.xlsx.references import grow_tables
from roster.sheet.table import Table

_LARGE = 32 << 20


@dataclass(slots=True)
class SheetChange:
    """What changes in one tab, also in one that is added: the patch, and the cells that it touches, for formulas.

    `added` are the first and last of the rows that are new below all others, and a column in them. `charts` are those
    that the tab should have.
    """

    patch: SheetPatch
    touched: Callable[[], Touched]
    added: tuple[int, int, int] | None = None
    charts: Sequence[Chart] = ()


def known_columns(tables: Iterable[Table]) -> dict[str, frozenset[int]]:
    """The columns that the register knows, by the tab's own title (1 = A): outcomes in them are kept."""
    return {table.title: frozenset(at + 1 for at in table.columns.values()) for table in tables}


def put_cells(
    path: Path,
    backups: Path,
    changes: Mapping[str, SheetChange],
    *,
    new_sheets: Mapping[str, bytes] | None = None,
    kept: Mapping[str, frozenset[int]] | None = None,
    expected: Fingerprint | None = None,
    formulas: bool | None = None,
    backup: bool = True,
) -> Fingerprint:
    """Change cells of tabs (by title), and add tabs (title -> XML); gives the new file's fingerprint.

    Everything else in the file stays byte for byte. Raises Changed when the file is not the
    `expected` one any more, Stop when it cannot be written; in both cases it stands as it was.
    `kept` are columns (1 = A), by tab, in which formulas keep the outcome that was stored, also
    where it may be out of date: the next run must be able to read them. `formulas` is what `try_cells`
    found in the `expected` file; None where nobody looked. Without `backup` none is kept: the file
    that stands there is what this very run wrote before, and what it found is kept already.
    """
    path = path.resolve()
    check_not_open(path)
    check_writable(path)
    with _mastering(path):
        if expected is not None and fingerprint(path) != expected:
            raise Changed
        if backup:
            keep_backup(path, backups)
        # Windows replaces no file that is open, so the old one is closed first.
        with replacing(path, expected) as new, path.open("rb") as old:
            _make(Archive(old), new, changes, new_sheets or {}, kept or {}, formulas=formulas)
            made = fingerprint_of(new)
        now = fingerprint(path)  # Windows sets the time of change when a file is closed
        return now if now.digest == made.digest else made  # somebody saved since: the next write sees that


def try_cells(
    path: Path, changes: Mapping[str, SheetChange], new_sheets: Mapping[str, bytes], kept: Mapping[str, frozenset[int]]
) -> bool:
    """Make and check the new file just as `put_cells` does, and throw it away; gives whether any tab holds a formula.

    Raises Stop for whatever `put_cells` would refuse.
    """
    path = path.resolve()
    check_not_open(path)
    check_writable(path)
    with _mastering(path), path.open("rb") as old, tempfile.TemporaryFile() as new:
        archive = Archive(old)
        formulas = holds_formulas(open_book(archive))
        _make(archive, new, changes, new_sheets, kept, formulas=formulas)
    return formulas


@contextlib.contextmanager
def _mastering(path: Path) -> Iterator[None]:
    """Turn what the disk or the file does not allow into a Stop that says what to do."""
    with doing_on_disk(path):
        try:
            yield
        except UnsupportedWorkbook as error:
            raise Stop(
                f"In '{path.name}' kan niet worden geschreven. {error}",
                "Het bestand is niet veranderd. Herstel dit in het bestand en probeer het opnieuw.",
            ) from error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise Stop(f"'{path.name}' is beschadigd.", "Zet een kopie terug met: make restore") from error


def check_writable(path: Path) -> None:
    """Raise Stop for a file or a folder that people made read-only, also where the system would let us."""
    for place, what in ((path, f"'{path.name}'"), (path.parent, f"De map van '{path.name}'")):
        if not os.access(place, os.W_OK) or not place.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
            raise Stop(
                f"{what} is alleen-lezen.", "Haal bij de eigenschappen van het bestand of de map alleen-lezen weg."
            )


def _make(
    archive: Archive,
    target: IO[bytes],
    changes: Mapping[str, SheetChange],
    new_sheets: Mapping[str, bytes],
    kept: Mapping[str, frozenset[int]],
    *,
    formulas: bool | None,
) -> None:
    """Write the new archive and read it back: the one way in which a file is made, whether it is tried or meant."""
    book = open_book(archive)
    packed: dict[str, PackedPart] = {}
    added: dict[str, PackedPart] = {}
    try:
        formulas_gone = 0
        outdated: dict[str, list[tuple[int, int]]] = {}
        _know_styles(book, changes)
        if holds_formulas(book) if formulas is None else formulas:
            outdated = outdated_cells(book, {title: change.touched() for title, change in changes.items()})
        _draw_charts(book, new_sheets, changes)
        for title in [title for title in {**changes, **outdated} if title not in new_sheets]:
            drop = [cell for cell in outdated.get(title, []) if cell[1] not in kept.get(title, ())]
            if title not in changes and not drop:
                continue
            patch = changes[title].patch if title in changes else SheetPatch(())
            patch.rows = with_outdated(patch.rows, drop)
            packed[book.sheets[title]] = PackedPart(patched_part(archive.stream(book.sheets[title]), patch))
            formulas_gone += patch.found.formulas_gone
        for title, change in changes.items():
            if change.added:
                grow_tables(book, title, *change.added)
        _add_parts(book, new_sheets, changes, added)
        if outdated or formulas_gone:
            book.calculate_on_opening()
        if formulas_gone:
            book.drop_calculation_chain()
        for part, raw in book.changed_texts().items():
            packed[part] = PackedPart([raw])
        archive.rewrite(target, packed, book.dropped, added)
    finally:
        for piece in (*packed.values(), *added.values()):
            piece.close()
    _check(target, [*packed, *added])


def _draw_charts(book: Book, new_sheets: Iterable[str], changes: Mapping[str, SheetChange]) -> None:
    """Announce the new tabs, and what is drawn on each tab."""
    for title in new_sheets:
        book.add_sheet(title)
    for title, change in changes.items():
        change.patch.look.drawing = put_charts(book, title, change.charts)


def _add_parts(
    book: Book, new_sheets: Mapping[str, bytes], changes: Mapping[str, SheetChange], added: dict[str, PackedPart]
) -> None:
    """Pack the new tabs, and what hangs on them."""
    for title, xml in new_sheets.items():
        pieces: Iterable[bytes] = [book.in_own_namespace(xml)]
        if title in changes:
            pieces = patched_part(pieces, changes[title].patch)
        added[book.sheets[title]] = PackedPart(pieces)
    for name, content in book.added.items():
        added[name] = PackedPart([content])


def _know_styles(book: Book, changes: Mapping[str, SheetChange]) -> None:
    """Tell each patch what styles this file has."""
    wrapping = book.wrapping_styles()
    for change in changes.values():
        change.patch.wrapping = wrapping
        change.patch.look.style = book.conditional_style
        if change.patch.look.tall:
            change.patch.look.wrapped = book.wrapped_style


def would_change(path: Path, changes: Mapping[str, SheetChange]) -> list[str]:
    """The titles of those tabs that would come out otherwise than they stand there. Raises as `put_cells` does."""
    path = path.resolve()
    found = []
    with _mastering(path), path.open("rb") as file:
        archive = Archive(file)
        book = open_book(archive)
        _know_styles(book, changes)
        for title, change in changes.items():
            if change.charts and not related(book, book.sheets[title], "/drawing"):
                found.append(title)
                continue
            crc = 0
            for piece in patched_part(archive.stream(book.sheets[title]), change.patch):
                crc = zlib.crc32(piece, crc)
            if crc != archive.crc(book.sheets[title]):
                found.append(title)
    return found


def _check(new: IO[bytes], parts: list[str]) -> None:
    """Read back what was written: a whole archive, and every new part well-formed.

    In a very large part the tags are only counted, which takes a tenth of the time.
    """
    new.flush()
    archive = Archive(new)
    for part in parts:
        if not (archive.size(part) > _LARGE and _tags_balance(archive, part)):
            parser = expat.ParserCreate()
            try:
                for piece in archive.stream(part):
                    parser.Parse(piece, False)  # noqa: FBT003  # expat takes no keywords
                parser.Parse(b"", True)  # noqa: FBT003  # likewise
            except expat.ExpatError as error:
                raise UnsupportedWorkbook("Na het schrijven zou het bestand beschadigd zijn.") from error
    open_book(archive)


def _tags_balance(archive: Archive, part: str) -> bool:
    """True when every tag that opens also closes, by their number."""
    opened = closed = alone = declared = 0
    last = b""
    for piece in archive.stream(part):
        text = last + piece  # so that no pair of marks is cut in two
        opened += piece.count(b"<")
        closed += text.count(b"</")
        alone += text.count(b"/>")
        declared += text.count(b"<?") if b"?" in text else 0  # < alone stands everywhere
        last = piece[-1:]
    return opened == 2 * closed + alone + declared
