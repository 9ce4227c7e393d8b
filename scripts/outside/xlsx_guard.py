"""Looks whether a file is a workbook that can be read safely, before anything else opens it."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from outside.stop import Stop
from outside.xlsx_book import Book, open_book
from outside.xlsx_text import column_number, encoding_of
from outside.xlsx_zip import Archive, NotMastered

_MOST_BYTES = 2 << 30
_MOST_PARTS = 20_000
_MOST_TIMES = 150
"""Text in a sheet packs 10 to 60 times; blanks, and so a bomb, some 200 to a thousand times."""

_SMALL = 64 << 20
_MOST_CELLS = 12_000_000
"""Rows times columns, filled or not, that a tab may span: each takes a place (100,000 people: 2.5 million)."""

_WIDE = re.compile(rb'="([A-Z]{2,3})\d')
_ROW = re.compile(rb"""<(?:[\w.-]+:)?row\s[^>]*?\br\s*=\s*["'](\d+)["']""")
_AGAIN = "Zet een kopie terug met: make restore. Of open het in Excel of LibreOffice en sla het opnieuw op als .xlsx."
_SAVE_AS = "Open het in Excel of LibreOffice en kies: Opslaan als, Excel-werkmap (.xlsx)."


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
            return _check_archive(path, Archive(file))
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
    except NotMastered as error:
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

    The part is read to its end, so that a wrong checksum comes to light as well.
    """
    part = book.sheets[title]
    if part not in book.archive:
        raise NotMastered("Een tabblad ontbreekt in het bestand.")
    rows, widest, rest = 1, 26, b""
    for piece in book.archive.stream(part):
        text = rest + piece
        for found in set(_WIDE.findall(text)):
            widest = max(widest, column_number(found.decode()))
        last = max(text.rfind(b"<row "), text.rfind(b":row "))
        number = _ROW.match(text, text.rfind(b"<", 0, last + 1)) if last >= 0 else None
        if number:
            rows = max(rows, int(number[1]))
        rest = text[-200:]
    return min(rows, 1 << 20) * widest > _MOST_CELLS
