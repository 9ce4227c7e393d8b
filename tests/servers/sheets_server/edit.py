"""What all changes share: whose batch it is, which fields are meant, how colours are kept."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from servers.sheets_server.book import Book
from servers.sheets_server.cells import tidy
from servers.sheets_server.refusal import Json, bad
from servers.sheets_server.schema import Mask, read_mask


@dataclass(frozen=True)
class Edit:
    """One batch under way: whose it is, and in which book."""

    book: Book
    user: str


Change = Callable[[Edit, Json], Json]


def fields_of(spec: Json, schema: str) -> Mask:
    if not spec.get("fields"):
        raise bad("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    return _twinned(read_mask(spec["fields"], schema))


def _twinned(mask: Mask) -> Mask:
    """A mask that names a colour means its newer twin as well."""
    out = {name: _twinned(below) for name, below in mask.items()}
    for name in mask:
        if name.endswith("Color"):
            out[name + "Style"] = {}
        elif name.endswith("ColorStyle"):
            out[name.removesuffix("Style")] = {}
    return out


def with_styles(thing: Any) -> Any:
    """A colour and its newer twin (…Color, …ColorStyle) both filled, as Google stores them."""
    if isinstance(thing, list):
        return [with_styles(part) for part in thing]
    if not isinstance(thing, dict):
        return thing
    out = {name: with_styles(part) for name, part in thing.items()}
    for name in list(out):
        if name.lower().endswith("color") and isinstance(out[name], dict) and name != "rgbColor":
            out[name] = _stored(out[name])
            out[name + "Style"] = {"rgbColor": out[name]}
        elif name.endswith("ColorStyle") and "rgbColor" in out[name]:
            out[name]["rgbColor"] = _stored(out[name]["rgbColor"])
            out[name.removesuffix("Style")] = out[name]["rgbColor"]
    return out


def _stored(colour: Json) -> Json:
    """A colour as it comes back: zeros left out, the rest in steps of 1/255 as a 32-bit number (0.5 is 0.49803922)."""
    out: Json = {}
    for name, part in colour.items():
        [rounded] = struct.unpack("f", struct.pack("f", int(part * 255 + 0.499) / 255))
        if rounded:
            out[name] = tidy(float(f"{rounded:.8g}"))
    return out
