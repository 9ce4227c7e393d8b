"""The register in a file on this computer: made, completed, kept private, copied, put back and examined."""

from __future__ import annotations

import contextlib
import platform
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from outside.config.settings import Settings
from outside.console import say, warn
from outside.errors import Stop
from outside.excel.cells import open_register
from outside.excel.workbook import ExcelWorkbook
from outside.files.backups import backups_of, doing_on_disk, find_backup, keep_backup, restore_newest_backup
from outside.files.private import keep_file
from outside.workbook import FilledIn, FirstLook, Health, nobodys, see_nothing
from roster.plan.history import History
from roster.reading.roster import read_roster
from roster.sheet.dutch import first_few

ON_PURPOSE = "Deelt u het register met opzet op deze computer? Zet dan in de instellingen bij [workbook] shared = true."


class ExcelBackend:
    """See `outside.workbook.Backend`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.paths.state / "backups"
        self.file: Path = settings.workbook.path

    def open(self) -> ExcelWorkbook:
        """The workbook; the file is not opened yet."""
        return ExcelWorkbook(self.file, self._folder, self._settings.network.name)

    def prepare(self) -> None:
        """Take away what others on this computer may do with the register, and warn of other versions beside it.

        A register that is shared on purpose ([workbook] shared) is left as it is. Raises Stop.
        """
        path = self.file.resolve()
        if not self._settings.workbook.shared and sys.platform != "win32" and path.is_file():
            if keep_file(path, ON_PURPOSE):
                say(f"{path.name} was ook voor anderen op deze computer te lezen. Nu alleen nog voor u. {ON_PURPOSE}")
        if copies := describe_copies(self.file):
            warn(copies)

    def set_up(self, look: FirstLook = see_nothing) -> list[str]:
        """A new register where there is none; on an existing one only what is missing."""
        from outside.excel.create import complete_register, create_register  # openpyxl's 10 MB, for new registers only

        settings, path = self._settings, self.file
        if not path.exists():
            name = settings.network.name
            create_register(path, title=name, terms=settings.terms(date.min), network=name)
            return [f"{path.name} is gemaakt: een leeg register. Vul het in, en typ daarna: make sync"]
        report = complete_register(path, self._folder, look, settings.network.name)
        return report or [f"{path.name} is compleet. Er is niets veranderd."]

    def back_up(self) -> Path:
        """A copy of the file as it stands."""
        path = self.file.resolve()
        if not path.is_file():
            raise Stop(f"Er is nog geen register: {path.name} ontbreekt.", "Maak een leeg register met: make setup")
        with doing_on_disk(path):
            return keep_backup(path, self._folder)

    def backups(self) -> list[Path]:
        """The copies of this file."""
        return backups_of(self.file, self._folder)

    def backup(self, which: str | None) -> Path:
        """One of them."""
        return find_backup(self.file, self._folder, which, _opens)

    def restore(self, which: str | None) -> Path:
        """Raises Stop also where a run is busy with the file."""
        with self.open().lock():
            return restore_newest_backup(self.file, self._folder, which, _opens)

    def health(self, filled_in: FilledIn) -> Iterator[Health]:
        """Whether the file is there, is readable, is its owner's alone and the only version."""
        path = self.file
        if not path.exists():
            yield Health("Register", f"{path.name} is er nog niet.", "Maak een leeg register met: make setup")
            yield from filled_in(False)  # noqa: FBT003  # no register is no example
            return
        workbook = self.open()
        with workbook.lock():
            tables = workbook.read()
        if sys.platform != "win32" and not self._settings.workbook.shared and path.stat().st_mode & 0o077:
            message = f"anderen op deze computer kunnen {path.name} lezen."
            yield Health("Register", message, f"De volgende make sync maakt het voor u alleen. {ON_PURPOSE}")
        members = len(read_roster(tables, self._settings.terms(date.today()), History()).members)
        yield Health("Register", f"{path.name} is leesbaar: {members} deelnemers.")
        if not (workbook.whose or workbook.is_example):
            yield nobodys()
        if copies := conflict_copies(path):
            message = f"ernaast staat wat lijkt op een andere versie: {', '.join(copies[:3])}."
            mends = f"Kijk of alles in {path.name} staat, en zet de andere in een andere map."
            yield Health("Register", message, mends, let_op=True)
        yield from filled_in(workbook.is_example)


def _opens(copy: Path) -> bool:
    """Whether a copy can be read: a register that was damaged was kept as well when it was replaced."""
    with contextlib.suppress(Stop):
        return bool(open_register(copy)[1])
    return False


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
    except OSError:  # a folder that cannot be first_few says nothing
        return []
    return sorted(name for name in beside if name != path.name and _is_copy(name, path))


def describe_copies(path: Path) -> str:
    """One line about them; "" where there are none."""
    found = conflict_copies(path)
    if not found:
        return ""
    return (
        f"Naast {path.name} staat wat lijkt op een andere versie: {first_few(found, 3)}. Buurtbeheer leest "
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
