"""Fetches the pieces of a map from the server of the settings, each once, and never waits for them long."""

from __future__ import annotations

import hashlib
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from outside.console import say
from outside.errors import Stop
from outside.files.atomic import private_folder, remove_leftovers, write_private

Tile = tuple[int, int, int]
"""A piece of the map of the world: zoom, and its number from the west and from the north (slippy map tiles)."""

TILE_SIZE = 256
"""The pixels of a tile's side, as all servers count them; some draw it twice as fine."""

PATIENCE = 6.0
"""Seconds that a map may take, all its pieces together."""

REST = 600.0
"""Seconds in which a server that did not give all is not asked again: one round waits for it once."""

_HEAD = {"User-Agent": "Buurtbeheer/1.0 (map of a sign request of a neighbourhood watch)", "Accept": "image/png"}
_LARGEST = 1_000_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_at_rest: dict[str, float] = {}


def tiles_of(wanted: Sequence[Tile], server: str, folder: Path) -> list[bytes] | None:
    """The PNGs of these tiles in their order, from `folder` or else from the server; None where one cannot be had.

    `server` is its address with {z}, {x} and {y} in it. It hears which tiles, and nothing else. Never raises.
    """
    found = dict(_kept(wanted, server, folder))
    missing = [tile for tile in wanted if tile not in found]
    if missing and _at_rest.get(server, 0.0) <= time.monotonic():
        fetched: dict[Tile, bytes] = {}
        asking = threading.Thread(target=_fetch, args=(missing, server, fetched), daemon=True)
        asking.start()
        asking.join(PATIENCE)
        now = dict(fetched)  # who was not waited for may still bring more
        found |= now
        with suppress(OSError, Stop):
            _keep(now, server, folder)
        if len(found) < len(wanted):
            _at_rest[server] = time.monotonic() + REST
            host = urlsplit(server).hostname
            say(f"Van {host} kwam geen kaart. Bij een aanvraag voor borden staat nu een tekening op schaal.")
    return [found[tile] for tile in wanted] if len(found) == len(wanted) else None


def is_tile(data: bytes) -> bool:
    """True for a whole square PNG, not larger than a tile can be: what a server says of it is no proof."""
    at, seen = len(_SIGNATURE), b""
    if not data.startswith(_SIGNATURE) or data[16:24] not in (_square(TILE_SIZE), _square(2 * TILE_SIZE)):
        return False
    while seen != b"IEND":
        length, seen = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        end = at + 8 + length
        if end + 4 > len(data) or zlib.crc32(data[at + 4 : end]) != int.from_bytes(data[end : end + 4]):
            return False
        at = end + 4
    return at == len(data)


def _square(side: int) -> bytes:
    return side.to_bytes(4) * 2


def _fetch(wanted: Sequence[Tile], server: str, fetched: dict[Tile, bytes]) -> None:
    """One after another, until one is no tile."""
    from http.client import HTTPException  # only a request needs the network's modules
    from urllib.request import Request, urlopen  # likewise

    for zoom, x, y in wanted:
        url = server.replace("{z}", str(zoom)).replace("{x}", str(x)).replace("{y}", str(y))
        try:
            with urlopen(Request(url, headers=_HEAD), timeout=PATIENCE) as answer:  # noqa: S310  # the settings take http(s) only
                data = answer.read(_LARGEST)
        except (OSError, HTTPException, ValueError):
            return
        if not is_tile(data):
            return
        fetched[zoom, x, y] = data


def _place(tile: Tile, server: str, folder: Path) -> Path:
    """Where a tile is kept: another server draws another map."""
    of_server = hashlib.sha256(server.encode()).hexdigest()[:8]
    return folder / f"{of_server}-{'-'.join(map(str, tile))}.png"


def _kept(wanted: Sequence[Tile], server: str, folder: Path) -> Iterator[tuple[Tile, bytes]]:
    for tile in wanted:
        with suppress(OSError):
            data = _place(tile, server, folder).read_bytes()
            if is_tile(data):
                yield tile, data


def _keep(fetched: dict[Tile, bytes], server: str, folder: Path) -> None:
    if fetched:
        private_folder(folder)
        remove_leftovers(folder)
        for tile, data in fetched.items():
            write_private(_place(tile, server, folder), data)
