"""The workbook as an archive: parts are read in a stream, and what is not replaced is copied byte for byte."""

from __future__ import annotations

import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import IO

PIECE = 1 << 18
LEVEL = 2
"""How hard a replaced part is packed: 2 is five times as fast as 6, and a tenth larger."""

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_DESCRIPTOR, _ENCRYPTED = 0x08, 0x01
_ZIP64 = 0xFFFFFFFF


class UnsupportedWorkbook(Exception):
    """The file holds a construct that this writer does not master; nothing was touched. The text is Dutch."""


class PackedPart:
    """The new content of one part, packed while it is made; it waits on disk once it passes a megabyte."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        # The file lives as long as this object, which close() ends.
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115  # see the line above
        self.crc = self.size = self.packed = 0
        try:
            self._pack(pieces)
        except BaseException:
            self.file.close()
            raise

    def _pack(self, pieces: Iterable[bytes]) -> None:
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
        for piece in pieces:
            self.crc = zlib.crc32(piece, self.crc)
            self.size += len(piece)
            self.packed += self.file.write(packer.compress(piece))
        self.packed += self.file.write(packer.flush())

    def close(self) -> None:
        """Let go of the file on disk."""
        self.file.close()


class Archive:
    """An .xlsx file opened for reading. `file` must stay open as long as the archive is used."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.zip = zipfile.ZipFile(file)
        self.entries = self.zip.infolist()
        self._named = {part_name(entry.filename): entry for entry in self.entries}
        if len(self._named) != len(self.entries):
            raise UnsupportedWorkbook("In het bestand staat een onderdeel dubbel.")

    def __contains__(self, name: str) -> bool:
        return part_name(name) in self._named

    def size(self, name: str) -> int:
        """The unpacked size of a part in bytes, as the archive states it."""
        return self._named[part_name(name)].file_size

    def crc(self, name: str) -> int:
        """The checksum of a part, as the archive states it."""
        return self._named[part_name(name)].CRC

    def bytes_of(self, name: str) -> bytes:
        """A whole part; meant for small ones."""
        return self.zip.read(self._named[part_name(name)])

    def stream(self, name: str) -> Iterator[bytes]:
        """A part in pieces. Raises zipfile.BadZipFile when it does not match its checksum."""
        with self.zip.open(self._named[part_name(name)]) as part:
            while piece := part.read(PIECE):
                yield piece

    def rewrite(
        self,
        target: IO[bytes],
        replaced: Mapping[str, PackedPart],
        dropped: Iterable[str] = (),
        added: Mapping[str, PackedPart] | None = None,
    ) -> None:
        """Write the archive to `target`: parts in the same order, those not named in the arguments as they are."""
        new = {part_name(name): part for name, part in replaced.items()}
        gone = {part_name(name) for name in dropped}
        records = self._central_records()
        moved: dict[int, tuple[int, PackedPart | None]] = {}
        by_place = sorted(range(len(self.entries)), key=lambda index: self.entries[index].header_offset)
        ends = [self.entries[index].header_offset for index in by_place[1:]] + [self.zip.start_dir]
        self._copy(target, 0, self.entries[by_place[0]].header_offset if by_place else 0)
        for index, end in zip(by_place, ends, strict=True):
            entry = self.entries[index]
            name = part_name(entry.filename)
            if name in gone:
                continue
            part = new.get(name)
            moved[index] = (target.tell(), part)
            if part is None:
                self._copy(target, entry.header_offset, end)
            else:
                self._write_local(target, entry, part)
        directory = target.tell()
        fresh = [self._write_added(target, name, part) for name, part in (added or {}).items()]
        directory = target.tell()
        for index, record in enumerate(records):
            if index in moved:
                target.write(_moved_record(record, *moved[index]))
        for record in fresh:
            target.write(record)
        _write_end(target, len(moved) + len(fresh), directory, self.zip.comment)

    def _copy(self, target: IO[bytes], start: int, end: int) -> None:
        self.file.seek(start)
        while start < end:
            piece = self.file.read(min(PIECE, end - start))
            if not piece:
                raise zipfile.BadZipFile("truncated")
            target.write(piece)
            start += len(piece)

    def _central_records(self) -> list[bytes]:
        """The raw records of the central directory, in its own order."""
        self.file.seek(self.zip.start_dir)
        records = []
        for _ in self.entries:
            head = self.file.read(_CENTRAL.size)
            if len(head) < _CENTRAL.size or head[:4] != b"PK\x01\x02":
                raise zipfile.BadZipFile("central directory")
            name, extra, comment = struct.unpack_from("<3H", head, 28)
            if struct.unpack_from("<L", head, 42)[0] == _ZIP64:
                raise UnsupportedWorkbook("Het bestand is te groot voor Buurtbeheer.")
            records.append(head + self.file.read(name + extra + comment))
        return records

    def _write_local(self, target: IO[bytes], entry: zipfile.ZipInfo, part: PackedPart) -> None:
        self.file.seek(entry.header_offset)
        head = list(_LOCAL.unpack(self.file.read(_LOCAL.size)))
        name, extra = self.file.read(head[9]), _without_zip64(self.file.read(head[10]))
        head[2] &= ~_DESCRIPTOR
        head[3] = zipfile.ZIP_DEFLATED
        head[6:9] = part.crc, part.packed, part.size
        head[10] = len(extra)
        target.write(_LOCAL.pack(*head) + name + extra)
        _pour(part, target)

    def _write_added(self, target: IO[bytes], name: str, part: PackedPart) -> bytes:
        """Write a new part behind the others; returns its record for the central directory."""
        raw = name.encode("ascii")
        place = target.tell()
        stamp = (0, 33)  # 1 January 1980: a fixed day, so that the same write gives the same file
        target.write(
            _LOCAL.pack(
                b"PK\x03\x04", 20, 0, zipfile.ZIP_DEFLATED, *stamp, part.crc, part.packed, part.size, len(raw), 0
            )
            + raw
        )
        _pour(part, target)
        return (
            _CENTRAL.pack(
                b"PK\x01\x02",
                20,
                20,
                0,
                zipfile.ZIP_DEFLATED,
                *stamp,
                part.crc,
                part.packed,
                part.size,
                len(raw),
                0,
                0,
                0,
                0,
                0,
                place,
            )
            + raw
        )


def part_name(name: str) -> str:
    """A part's name as it is compared: forward slashes, no leading one, no capitals (ECMA-376 part 2, 6.2.2)."""
    return name.replace("\\", "/").lstrip("/").lower()


def _pour(part: PackedPart, target: IO[bytes]) -> None:
    part.file.seek(0)
    while piece := part.file.read(PIECE):
        target.write(piece)


def _moved_record(record: bytes, place: int, part: PackedPart | None) -> bytes:
    """A central record at its new place, with the new sizes where the part was replaced."""
    if place >= _ZIP64:
        raise UnsupportedWorkbook("Het bestand is te groot voor Buurtbeheer.")
    head = list(_CENTRAL.unpack_from(record))
    head[16] = place
    if part is None:
        return _CENTRAL.pack(*head) + record[_CENTRAL.size :]
    name, extra, comment = head[10:13]
    start = _CENTRAL.size + name
    kept = _without_zip64(record[start : start + extra])
    head[3] &= ~_DESCRIPTOR
    head[4] = zipfile.ZIP_DEFLATED
    head[7:10] = part.crc, part.packed, part.size
    head[11] = len(kept)
    return _CENTRAL.pack(*head) + record[_CENTRAL.size : start] + kept + record[start + extra : start + extra + comment]


def _without_zip64(extra: bytes) -> bytes:
    """The extra field of a header without the 64-bit sizes, which no longer hold."""
    kept, position = b"", 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind != 1:
            kept += extra[position : position + 4 + length]
        position += 4 + length
    return kept + extra[position:]


def _write_end(target: IO[bytes], count: int, directory: int, comment: bytes) -> None:
    end = target.tell()
    if count > 0xFFFE or end >= _ZIP64:
        raise UnsupportedWorkbook("Het bestand is te groot voor Buurtbeheer.")
    target.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, end - directory, directory, len(comment)) + comment)
