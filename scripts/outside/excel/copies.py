"""Finds copies of a register that a cloud folder or a hurried hand left beside it: two versions, one of them read."""

from __future__ import annotations

import platform
import re
from pathlib import Path

_BEHIND = re.compile(
    r"""\s?\(\d{1,2}\)                    # a browser, Google Drive, Windows
    | .*\bconflict.*                      # Dropbox, Nextcloud, Syncthing, pCloud, in Dutch and in English
    | _conflict-.*                        # ownCloud
    | [ _-]{0,3}(?:kopie|copy)(?:\s?\(?\d{1,2}\)?)?   # Windows, macOS, LibreOffice
    | -(?:desktop|laptop)-[a-z0-9]{5,}    # OneDrive puts the computer's name behind it
    | -(?:[\w-]*-)?(?:pc|laptop|macbook[\w.-]*)""",
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:kopie|copy) (?:\(\d{1,2}\) )?(?:van|of) ", re.IGNORECASE)


def conflict_copies(path: Path) -> list[str]:
    """The names of such files beside the register, in order; one that is only named alike is none."""
    path = path.resolve()
    try:
        beside = [other.name for other in path.parent.iterdir()]
    except OSError:  # a folder that cannot be listed says nothing
        return []
    return sorted(name for name in beside if name != path.name and _is_copy(name, path))


def told_copies(path: Path) -> str:
    """One line about them; "" where there are none."""
    found = conflict_copies(path)
    if not found:
        return ""
    more = f" en nog {len(found) - 3}" if len(found) > 3 else ""
    return (
        f"Naast {path.name} staat wat lijkt op een andere versie: {', '.join(found[:3])}{more}. Buurtbeheer leest "
        f"alleen {path.name}. Kijk of daar alles in staat, en zet de andere in een andere map."
    )


def _is_copy(name: str, path: Path) -> bool:
    stem, dot, suffix = name.rpartition(".")
    if not dot or f".{suffix}".casefold() != path.suffix.casefold() or stem.startswith((".", "~$")):
        return False
    ours, stem = path.stem.casefold(), stem.casefold()
    if _BEFORE.sub("", stem, count=1) == ours:
        return stem != ours
    behind = stem.removeprefix(ours)
    if behind in (stem, ""):
        return False
    return bool(_BEHIND.fullmatch(behind)) or behind == f"-{platform.node().partition('.')[0].casefold()}"
