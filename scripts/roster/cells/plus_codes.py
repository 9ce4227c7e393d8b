"""Plus Codes: the place that a code of Google Maps stands for, such as "XQ4J+2M Den Helder".

The standard is Open Location Code (github.com/google/open-location-code). Its own Python library is only given out as
source of 2019, and what has to be built first runs its maker's code; so the two page algorithm stands here.
"""

from __future__ import annotations

import math
import re

_DIGITS = "23456789CFGHJMPQRVWX"
_PAIRS = 10
"""So many digits go in pairs, latitude first, each pair a twentieth of the one before; the later ones divide a grid."""
_ROWS, _COLUMNS = 5, 4

PLUS_CODE = re.compile(
    rf"(?<![^\W_+])(?P<head>[{_DIGITS}]{{4,8}})\+(?P<tail>[{_DIGITS}]{{2,7}})?(?![^\W_+])", re.IGNORECASE
)


class TooCoarse(ValueError):
    """A code of an area that is too large to be a place."""


def point_of_plus_code(head: str, tail: str, near: tuple[float, float]) -> tuple[float, float] | None:
    """The middle of the cell that a code means, in degrees; a short one is the one nearest to `near`.

    None for what looks like a code and is none; raises TooCoarse for a code of less than ten digits.
    """
    left_out = 8 - len(head)
    digits = [_DIGITS.index(one) for one in (head + tail).upper()]
    if left_out % 2 or len(digits) + left_out == _PAIRS - 1:
        return None
    if len(digits) + left_out < _PAIRS:
        raise TooCoarse
    resolution = 20.0 ** (2 - left_out / 2)  # of the part that was left out: the whole globe, 20 degrees, 1 degree …
    latitude, longitude, size = 0.0, 0.0, resolution
    pairs = digits[: _PAIRS - left_out]
    for north, east in zip(pairs[::2], pairs[1::2], strict=True):
        size /= 20
        latitude, longitude = latitude + north * size, longitude + east * size
    high = wide = size
    for digit in digits[_PAIRS - left_out :]:
        high, wide = high / _ROWS, wide / _COLUMNS
        latitude, longitude = latitude + digit // _COLUMNS * high, longitude + digit % _COLUMNS * wide
    latitude, longitude = latitude + high / 2 - 90, longitude + wide / 2 - 180
    if not left_out:
        return (latitude, longitude) if latitude < 90 and longitude < 180 else None
    return _nearest(latitude, near[0], resolution), _nearest(longitude, near[1], resolution)


def _nearest(angle: float, near: float, resolution: float) -> float:
    """The angle that is whole steps away from this one, and nearest to `near`."""
    return angle + math.floor((near - angle) / resolution + 0.5) * resolution
