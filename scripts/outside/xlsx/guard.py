"""Looks whether a file is a workbook that can be read safely, before anything else opens it."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from outside.errors import Stop
from outside.xlsx.archive import Archive, UnsupportedWorkbook
from outside.xlsx.package import Book, open_book
from outside.xlsx.text import column_number, encoding_of, in_utf8

_MOST_BYTES = 2 << 30
_MOST_PARTS = 20_000
_MOST_TIMES = 150
"""Text in a sheet packs 10 to 60 times; blanks, and so a bomb, some 200 to a thousand times."""

_SMALL = 64 << 20
_MOST_CELLS = 12_000_000
"""Rows times columns, filled or not, that a tab may span: each takes a place (100,000 people: 2.5 million)."""

_MOST_COLUMNS, _MOST_ROWS = 16_384, 1_048_576
"""What a sheet can hold at all (ECMA-376 part 1, 18.3.1.73 and 18.3.1.13; Excel's own limits)."""

_PLAIN = re.compile(rb'<c r="[A-Z]+([0-9]+)"')
_PLAIN_FAR = re.compile(rb'<c r="([A-Z]{2,})')
"""A cell as nearly every program writes it: looked for in a fifth of the time of the two below."""

_NUMBERED = re.compile(rb"""\sr\s*=\s*["']\s*\$?[A-Za-z]+\$?(\d+)""")
_LETTERED = re.compile(rb"""\sr\s*=\s*["']\s*\$?([A-Za-z]{2,})""")
_ROW_NUMBER = re.compile(rb"""[^>]*?\sr\s*=\s*["']\s*(\d+)""")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row(?=[\s/>])")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s/>])")
_BARE_ROW = re.compile(rb"""<(?:[\w.-]+:)?row(?![^>]*?\sr\s*=)(?=[\s/>])""")
_BARE_CELL = re.compile(rb"""<(?:[\w.-]+:)?c(?![^>]*?\sr\s*=)(?=[\s/>])""")
_LONGEST_TAG = 1 << 16
_AGAIN = "Zet een kopie terug met: make restore. Of open het in Excel of LibreOffice en sla het opnieuw op als .xlsx."
_SAVE_AS = "Open het in Excel of LibreOffice en kies: Opslaan als, Excel-werkmap (.xlsx)."


_SOUND: dict[bytes, frozenset[str]] = {}
"""What was found sound and what it gave, by the digest of all its bytes: a round opens one register several times."""


def check_not_open(path: Path) -> None:
    """Raise Stop when Excel or LibreOffice has the file open, as the lock file beside it tells."""
    for name in (f"~${path.name}", f".~lock.{path.name}#"):
        if path.with_name(name).exists():
            raise Stop(
                f"'{path.name}' staat nog open in Excel of LibreOffice.",
                f"Sla het op en sluit het, en probeer het opnieuw. Staat het nergens open? Verwijder dan '{name}'.",
            )


def check_workbook_file(path: Path) -> frozenset[str]:
    """Raise Stop, in plain Dutch, for anything but a sound .xlsx or .xlsm of a reasonable size.

    Gives the titles of tabs that span too many cells to be read (someone typed far away from the rest).
    """
    if not path.exists():
        raise Stop(
            f"Het bestand '{path.name}' is er niet.",
            "Controleer de naam bij path in config/settings.toml, of maak een nieuw register met: make setup",
        )
    if path.is_dir():
        raise Stop(f"'{path.name}' is een map en geen bestand.", "Controleer de naam bij path in config/settings.toml.")
    try:
        with path.open("rb") as file:
            _check_kind(path, file.read(8))
            file.seek(0)
            content = hashlib.file_digest(file, "sha256").digest()
            if content not in _SOUND:
                file.seek(0)
                _SOUND[content] = _check_archive(path, Archive(file))
            return _SOUND[content]
    except PermissionError as error:
        raise Stop(
            f"'{path.name}' mag niet worden gelezen.", "Sluit het bestand als het open staat, en controleer de rechten."
        ) from error
    except OSError as error:
        raise Stop(f"'{path.name}' kan niet worden gelezen.", "Controleer de schijf of de netwerkmap.") from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        UnicodeDecodeError,
        LookupError,
        RuntimeError,
        ValueError,
    ) as error:
        raise Stop(f"'{path.name}' is beschadigd of niet volledig.", _AGAIN) from error
    except UnsupportedWorkbook as error:
        raise Stop(f"'{path.name}' kan niet worden gelezen. {error}", _AGAIN) from error


def _check_kind(path: Path, start: bytes) -> None:
    """Raise Stop for a file that is no zip, and say what it seems to be."""
    if start.startswith(b"PK"):
        return
    if not start:
        raise Stop(f"'{path.name}' is leeg.", "Zet een kopie terug met: make restore")
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise Stop(
                f"'{path.name}' is beveiligd met een wachtwoord.",
                "Haal het wachtwoord eraf: in Excel bij Bestand, Info, Werkmap beveiligen. Sla het bestand daarna op.",
            )
        raise Stop(f"'{path.name}' is een oud Excel-bestand (.xls).", _SAVE_AS)
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise Stop(f"'{path.name}' is een webpagina en geen Excel-bestand.", _SAVE_AS)
    raise Stop(f"'{path.name}' is geen Excel-bestand.", _SAVE_AS)


def _check_archive(path: Path, archive: Archive) -> frozenset[str]:
    entries = archive.entries
    if any(entry.flag_bits & 1 for entry in entries):
        raise Stop(
            f"'{path.name}' is beveiligd met een wachtwoord.", "Haal het wachtwoord eraf en sla het bestand opnieuw op."
        )
    if "mimetype" in archive or "content.xml" in archive:
        raise Stop(f"'{path.name}' is een LibreOffice-bestand (.ods).", _SAVE_AS)
    if "xl/workbook.bin" in archive:
        raise Stop(f"'{path.name}' is een binaire Excel-werkmap (.xlsb).", _SAVE_AS)
    if "[Content_Types].xml" not in archive or "_rels/.rels" not in archive or "word/document.xml" in archive:
        raise Stop(f"'{path.name}' is geen Excel-bestand.", _SAVE_AS)
    packed, whole = sum(entry.compress_size for entry in entries), sum(entry.file_size for entry in entries)
    if (
        len(entries) > _MOST_PARTS
        or whole > _MOST_BYTES
        or (whole > _SMALL and whole > _MOST_TIMES * packed)
        or _overlap(archive)
    ):
        raise Stop(
            f"'{path.name}' is uitgepakt onwaarschijnlijk groot.",
            "Het bestand is voor de zekerheid niet geopend. " + _AGAIN,
        )
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels")):
            _check_no_doctype(path, archive, entry.filename)
    book = open_book(archive)
    for part in ("xl/sharedStrings.xml", "xl/styles.xml"):
        if part in archive:
            for _ in archive.stream(part):  # to the end: the checksum is compared there
                pass
    if not any("/worksheets/" in f"/{part}" for part in book.sheets.values()):
        raise Stop(f"In '{path.name}' staat geen enkel tabblad.", _AGAIN)
    return frozenset(title for title in book.sheets if _spans_too_much(book, title))


def _overlap(archive: Archive) -> bool:
    """True when parts share bytes of the file, which only a bomb does."""
    order = sorted(archive.entries, key=lambda entry: entry.header_offset)
    ends = [entry.header_offset for entry in order[1:]] + [archive.zip.start_dir]
    return any(entry.header_offset + 30 + entry.compress_size > end for entry, end in zip(order, ends, strict=True))


def _check_no_doctype(path: Path, archive: Archive, part: str) -> None:
    """Raise Stop for a part that declares entities: no office program does, and an entity can swell without end."""
    start = next(archive.stream(part), b"")[: 1 << 16]
    if "<!DOCTYPE" in start.decode(encoding_of(start), "replace"):
        raise Stop(
            f"'{path.name}' bevat iets dat niet in een Excel-bestand hoort.",
            "Het bestand is voor de zekerheid niet geopend. " + _AGAIN,
        )


def _spans_too_much(book: Book, title: str) -> bool:
    """True when a tab's furthest row times its furthest column is more than can be read.

    Every row and cell counts, however its address is written, in whatever order they stand, and also where
    they have none: the reader asks for memory by what they say. The part is read to its end, so that a wrong
    checksum comes to light as well.
    """
    pieces = book.archive.stream(book.sheets[title])
    start = next(pieces, b"")
    encoding = encoding_of(start)
    pieces = chain([start], pieces)
    reach = _Reach()
    for text in _whole_tags(pieces if encoding == "utf-8" else in_utf8(pieces, encoding)):
        reach.look(text)
    return reach.is_too_much()


def _whole_tags(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The text cut where no tag is, so that none is looked at in two halves."""
    rest = b""
    for piece in pieces:
        text = rest + piece
        cut = text.rfind(b"<")
        if cut > 0 and len(text) - cut < _LONGEST_TAG:
            yield text[:cut]
            rest = text[cut:]
        else:
            yield text
            rest = b""
    yield rest


class _Reach:
    """How far the cells of a tab reach: those with an address by it, those without by the rows that they stand in."""

    def __init__(self) -> None:
        self.row, self.column = 1, 26
        self._bare_cells = self._bare_rows = self._bare_row = 0
        self._open_cells = self._open_row = 0

    def look(self, text: bytes) -> None:
        """Take in some whole tags. A row without cells reaches nowhere: some programs keep its height to the end."""
        numbers = _PLAIN.findall(text)
        is_plain = len(numbers) == text.count(b"<c") and b":c" not in text
        if not is_plain:
            numbers = _NUMBERED.findall(text)
        self.row = max(self.row, _highest(numbers))
        for letters in set((_PLAIN_FAR if is_plain else _LETTERED).findall(text)):
            self.column = max(self.column, column_number(letters[:4].decode()))
        is_bare = self._bare_rows or (not is_plain and len(_CELL.findall(text)) > len(numbers))
        if not is_bare:  # of the last row more may come
            text = text[max(text.rfind(b"<row"), text.rfind(b":row"), 0) :]
            text = b"<row" + text.partition(b"row")[2] if b"row" in text[:4] else text
        if is_bare or text.startswith(b"<row"):
            self._bare_rows += len(_BARE_ROW.findall(text))
            for turn, line in enumerate(_ROW.split(text)):
                if turn:  # the first is of a row that began in the piece before
                    number = _ROW_NUMBER.match(line)
                    self._open_row, self._open_cells = _highest([number[1]]) if number else 0, 0
                self._open_cells += len(_BARE_CELL.findall(line))
                if self._open_cells:
                    self._bare_row = max(self._bare_row, self._open_row)
                    self._bare_cells = max(self._bare_cells, self._open_cells)

    def is_too_much(self) -> bool:
        """True when nothing of it should be read."""
        rows, columns = self.row, self.column + self._bare_cells
        if self._bare_cells:
            rows = max(rows, self._bare_row + self._bare_rows)
        return self.row > _MOST_ROWS or self.column > _MOST_COLUMNS or rows * columns > _MOST_CELLS


def _highest(numbers: list[bytes]) -> int:
    """The highest of these; one of more than nine digits is higher than any sheet has."""
    return max((int(digits) if len(digits) < 10 else _MOST_ROWS + 1 for digits in set(numbers)), default=0)
