"""Files that cannot serve as a register: each must end in a Stop in plain Dutch, the file as it was."""

from __future__ import annotations

import zipfile
from pathlib import Path

from support.hostile.ground import Hostile, edited, members, position
from support.hostile.sound import plain


def password_protected(path: Path) -> None:
    """What Excel writes with a password: an OLE compound file (MS-OFFCRYPTO), not a zip."""
    stream = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream + bytes(4096))


def an_old_xls(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le") + bytes(4096))


def cut_off(path: Path) -> None:
    plain(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def bytes_fallen_over(path: Path) -> None:
    """The zip's directory is whole, but the packed bytes of the first tab are not."""
    plain(path)
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(path.read_bytes())
    middle = entry.header_offset + 60 + entry.compress_size // 2
    content[middle : middle + 40] = bytes(40)
    path.write_bytes(content)


def a_csv(path: Path) -> None:
    path.write_text("Voornaam;Achternaam;Mobiel\nElin;Duinkamp;06-58765432\n", encoding="utf-8")


def a_web_page(path: Path) -> None:
    path.write_text("<!DOCTYPE html><html><body><table><tr><td>Naam</td></tr></table></body></html>", encoding="utf-8")


def nothing_in_it(path: Path) -> None:
    path.write_bytes(b"")


def another_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("vakantie/foto.txt", "strand")


def a_zip_bomb(path: Path) -> None:
    """A sheet that unpacks to 300 MB of blanks, a thousand times its packed size."""
    plain(path)
    parts = {}
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts.pop("xl/worksheets/sheet1.xml")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(sheet.replace(b"</worksheet>", b""))
            for _ in range(300):
                part.write(b" " * (1 << 20))
            part.write(b"</worksheet>")


def open_in_excel(path: Path) -> None:
    plain(path)
    path.with_name(f"~${path.name}").write_bytes(b"\x04buur" + bytes(160))


def open_in_libreoffice(path: Path) -> None:
    plain(path)
    path.with_name(f".~lock.{path.name}#").write_text(",buur,laptop,14.03.2026 10:00,file:///;", encoding="utf-8")


def a_tab_renamed(path: Path) -> None:
    with edited(path) as book:
        members(book).title = "Leden"


def a_column_missing(path: Path) -> None:
    with edited(path) as book:
        members(book).delete_cols(position("Deelnemers", "Mobiel"))


def a_column_renamed(path: Path) -> None:
    with edited(path) as book:
        members(book).cell(1, position("Deelnemers", "Mobiel")).value = "Mobiele nummer"


def a_heading_twice(path: Path) -> None:
    with edited(path) as book:
        sheet = members(book)
        sheet.cell(1, sheet.max_column + 1).value = "mobiel"


def no_headings(path: Path) -> None:
    with edited(path) as book:
        members(book).delete_rows(1)


def a_folder(path: Path) -> None:
    path.mkdir()


BROKEN: tuple[Hostile, ...] = (
    Hostile("password_protected", password_protected, "says that it is protected, and what to do", "wachtwoord"),
    Hostile("an_old_xls", an_old_xls, "says that it is no .xlsx", "xlsx"),
    Hostile("cut_off", cut_off, "says that the file is damaged"),
    Hostile("bytes_fallen_over", bytes_fallen_over, "says that the file is damaged"),
    Hostile("a_csv", a_csv, "says that it is no .xlsx", "xlsx"),
    Hostile("a_web_page", a_web_page, "says that it is no .xlsx", "xlsx"),
    Hostile("nothing_in_it", nothing_in_it, "says that the file is empty or no .xlsx"),
    Hostile("another_zip", another_zip, "says that it is no .xlsx", "xlsx"),
    Hostile("a_zip_bomb", a_zip_bomb, "says that it is too large, without unpacking it"),
    Hostile("open_in_excel", open_in_excel, "asks to close Excel first", "Excel"),
    Hostile("open_in_libreoffice", open_in_libreoffice, "asks to close LibreOffice first", "LibreOffice"),
    Hostile("a_tab_renamed", a_tab_renamed, "names the tab that misses and its likely twin", "Leden"),
    Hostile("a_column_missing", a_column_missing, "names the column that misses", "Mobiel"),
    Hostile("a_column_renamed", a_column_renamed, "names the column that misses and its likely twin", "Mobiele nummer"),
    Hostile("a_heading_twice", a_heading_twice, "names the heading that stands twice", "obiel"),
    Hostile("no_headings", no_headings, "says that the headings were not found", "Deelnemers"),
    Hostile("a_folder", a_folder, "says that it is no file"),
)
