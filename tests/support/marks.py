"""What a row says of its letters, for tests to which it is all one whose row it is."""

from __future__ import annotations

import re


def without_nr(cell: object) -> object:
    """A cell without the Nr that its mark names: "verstuurd 28-11-2026 (versie 1)"; anything else as it is."""
    return re.sub(r" \(D-\d+\)|(?<=\()D-\d+, ", "", cell) if isinstance(cell, str) else cell
