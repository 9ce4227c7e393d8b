"""Files under out/: written whole, kept where people changed them, removed once nobody needs them, and read again."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from outside.console import progress, say
from outside.errors import Stop
from outside.files.atomic import (
    all_differ,
    begin_file,
    below,
    finish_files,
    make_private,
    own_folder,
    private_folder,
    remove_leftovers,
    stop_from,
    sync_folder,
)
from outside.ledger.files import FileStore
from roster.logbook import GivenCard, said_on_card
from roster.plan.history import History
from roster.plan.steps import Document, WriteFile
from roster.planners.sync import BUNDLE_FOLDERS

CLEARED = {"vcards": "De bestanden met contacten staan voortaan in de map groepen, een map per groep."}
"""Folders under out/ that an earlier version wrote, and what to say in the round that clears them away."""

Draw = Callable[[Document], str | bytes | None]
"""What makes a document: its text, or its bytes; None where it cannot be made."""

TOGETHER = 50
"""Files that are announced in the ledger at once."""


@dataclass(frozen=True, slots=True)
class Sheaf:
    """One file as it will stand: its path under out/, its bytes, and of how many rows it tells."""

    path: str
    data: bytes
    parts: int


class OutputFiles:
    """All files of a plan, made and looked over before anything leaves; written when `write` is called.

    Raises Stop where the folder cannot be used.
    """

    def __init__(self, folder: Path, files: Sequence[WriteFile | Document], draw: Draw) -> None:
        self._folder = folder
        wanted = (step for step in files if isinstance(step, Document) or step.parts or not step.only_if_parts)
        self._sheaves = [sheaf for step in wanted if (sheaf := _sheaf(step, draw)) is not None]
        self.written = 0
        self.removed = 0
        self.kept: list[str] = []
        self._ready: dict[str, Path] = {}
        all_differ(sheaf.path for sheaf in self._sheaves)
        try:
            own_folder(folder)
            self._places = {sheaf.path: self._place(sheaf.path) for sheaf in self._sheaves}
        except OSError as error:
            raise stop_from(error, folder.name) from error

    def write(self, store: FileStore) -> None:
        """Write every file that does not stand there already, and read the cards back.

        What we mean to write is in the ledger before it is on the disk, so that no file of ours is
        ever taken for somebody's own. Raises Stop or OSError.
        """
        for folder in {place.parent for place in self._places.values()}:
            remove_leftovers(folder)
        with progress("Bestanden klaarzetten", len(self._sheaves)) as done:
            for start in range(0, len(self._sheaves), TOGETHER):
                group = self._sheaves[start : start + TOGETHER]
                changed = [sheaf for sheaf in group if not self._stands(sheaf)]
                if changed:
                    digests = {sheaf.path: store.digest(sheaf.data) for sheaf in changed}
                    store.announce_files(digests)
                    self._write(changed)
                    store.remember_written(digests)
                done(len(group))

    def _write(self, sheaves: Sequence[Sheaf]) -> None:
        begun: dict[Path, Path] = {}
        self._ready.clear()  # since they were made, somebody may have taken one away
        try:
            for sheaf in sheaves:
                path = self._place(sheaf.path)
                begun[path] = begin_file(path, sheaf.data)
        finally:
            finish_files(begun)
            self.written += len(begun)
        for sheaf in sheaves:
            path = self._places[sheaf.path]
            check = READ_BACK.get(path.suffix)
            if check is not None:
                check(path.read_bytes(), sheaf)
        for folder in {self._places[sheaf.path].parent for sheaf in sheaves}:
            sync_folder(folder)

    def remove_stale(self, store: FileStore, tops: Collection[str]) -> None:
        """Remove the files that we wrote earlier in these folders and that this plan does not hold.

        Nobody should import a bundle of a group that is gone. A file that no longer is what we wrote
        is somebody's own now: it stays, and is named in `kept`. Raises OSError.
        """
        current = {sheaf.path for sheaf in self._sheaves}
        for top in sorted(tops):
            gone: list[str] = []
            for path, digests in sorted(store.files_in(top).items()):
                if path in current:
                    continue
                place = below(self._folder, path)
                try:
                    ours = store.digest(place.read_bytes()) in digests
                except (FileNotFoundError, NotADirectoryError):
                    gone.append(path)
                    continue
                if ours:
                    place.unlink()
                    self.removed += 1
                    gone.append(path)
                    self._remove_empty(place.parent)
                else:
                    self.kept.append(path)
            if gone:
                store.remember_written({}, gone)
                if top in CLEARED:
                    say(CLEARED[top])

    def _place(self, relative: str) -> Path:
        """The file's path; every folder on the way is made, for its owner alone."""
        top, _, name = relative.rpartition("/")
        if top not in self._ready:
            self._ready[top] = below(self._folder, relative).parent
            folder = self._folder
            for piece in PurePosixPath(top).parts:
                folder = private_folder(folder / piece)
        return below(self._ready[top], name)

    def _stands(self, sheaf: Sheaf) -> bool:
        path = self._places[sheaf.path]
        try:
            if path.stat().st_size != len(sheaf.data) or path.read_bytes() != sheaf.data:
                return False
        except FileNotFoundError:
            return False
        make_private(path)
        return True

    def _remove_empty(self, folder: Path) -> None:
        """Remove the folders that became empty, up to out/ itself; one that is not empty stays."""
        with suppress(OSError):
            while folder != self._folder:
                folder.rmdir()
                folder = folder.parent


def _sheaf(step: WriteFile | Document, draw: Draw) -> Sheaf | None:
    """A file with what stands in it; None for a document that could not be made."""
    if isinstance(step, Document):
        drawn = draw(step)
        return None if drawn is None else Sheaf(step.path, drawn.encode() if isinstance(drawn, str) else drawn, 1)
    text = "".join((step.head, *(part.text for part in step.parts), step.foot))
    if step.newline != "\n":
        text = text.replace("\n", step.newline)
    return Sheaf(step.path, text.encode(), len(step.parts))


def count_cards(data: bytes, sheaf: Sheaf) -> None:
    """Raise Stop unless the bundle on the disk holds as many whole cards as rows it was made of.

    A whole card begins, names somebody, has one number and ends, in that order, each on a line of its own: a
    person may be called END:VCARD.
    """
    *cards, rest = data.split(b"\r\nEND:VCARD\r\n")
    whole = sum(
        card.startswith(b"BEGIN:VCARD\r\n")
        and b"\r\nBEGIN:" not in card
        and card.count(b"\r\nFN:") == card.count(b"\r\nTEL;") == 1
        and card.index(b"\r\nFN:") < card.index(b"\r\nTEL;")
        for card in cards
    )
    if whole != sheaf.parts or len(cards) != whole or rest:
        raise Stop(
            f"Het bestand {sheaf.path} is niet goed weggeschreven: {whole} van de {sheaf.parts} kaartjes zijn heel.",
            "Gebruik dit bestand niet. Kijk of de schijf goed werkt, en probeer het opnieuw.",
            code=3,
        )


READ_BACK: dict[str, Callable[[bytes, Sheaf], None]] = {".vcf": count_cards}
"""How a file is looked over after it was written, by the end of its name."""


_CARD = re.compile(r"^FN:(?P<name>[^\r\n]*)\r?\n(?:[^\r\n]*\r?\n)*?TEL;TYPE=CELL:(?P<number>\+\d+)", re.MULTILINE)
_GONE = re.compile(r"^- (?P<name>.+) \((?P<number>[+\d][\d-]+)\): ", re.MULTILINE)


def recall_from(out: Path, files: FileStore, history: History) -> Callable[[GivenCard, str], tuple[str, str] | None]:
    """What finds the name and the number (E.164) of a card that lay in a folder under out/, or None.

    A number may be somebody else's by now, whose card lies elsewhere: that one is nobody's to see here.
    Only files that still are what we wrote tell anything; they are read once it is asked, and never otherwise.
    """

    @cache
    def known() -> dict[str, list[tuple[str, str, str]]]:
        found: dict[str, list[tuple[str, str, str]]] = {}
        for path, name, number in contacts_written(out, files):
            found.setdefault(history.identity(number), []).append((path, name, number))
        return found

    def recalled(card: GivenCard, folder: str) -> tuple[str, str] | None:
        contacts = known().get(card.mobile, [])
        named = [one for one in contacts if history.identity(said_on_card(one[1])) == card.name]
        return next((one[1:] for one in (*named, *contacts) if one in named or one[0].startswith(f"{folder}/")), None)

    return recalled


def contacts_written(out: Path, files: FileStore) -> Iterator[tuple[str, str, str]]:
    """The contacts in the files for admins that still are what we wrote: path under out/, name and number (E.164)."""
    for top in BUNDLE_FOLDERS:
        for path, digests in files.files_in(top).items():
            if not path.endswith((".vcf", ".txt")):
                continue
            with suppress(OSError):
                data = below(out, path).read_bytes()
                if files.digest(data) in digests:
                    for name, number in _contacts(data.decode("utf-8", "replace")):
                        yield path, name, number


def _contacts(text: str) -> Iterator[tuple[str, str]]:
    for card in _CARD.finditer(text):
        shown = re.sub(r"\\([\\;,])", r"\1", card["name"])
        yield shown.partition(" · ")[2] or shown, card["number"]
    for line in _GONE.finditer(text):
        number = line["number"].replace("-", "")
        yield line["name"], f"+31{number[1:]}" if number.startswith("0") else number
