"""Every place in which a file of ours may stand, whom it may tell of, and how somebody is found in one."""

from __future__ import annotations

import email
import html
import os
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from email.policy import SMTP
from enum import Enum
from fnmatch import fnmatchcase
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote


class Tells(Enum):
    """Whom a file may tell of, and with that how somebody is taken out of it."""

    NOBODY = "nobody"
    """Texts, counts, made-up people, a lock."""
    DIGESTS = "digests"
    """Nrs and keyed digests: the ledger, its copies and the run log."""
    ANEW = "anew"
    """People, as the next round makes it anew of whoever is there then."""
    LETTER = "letter"
    """A letter, to him or with his card in it."""
    COPY = "copy"
    """The register as it was."""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """One kind of file: under `home` ("out", "state", or the folder of secrets) at `path`; * also goes through folders.

    `what` says it in Dutch. `days` is the setting of [privacy] that says how long it is kept; "" for what is made anew,
    or is of use as long as there is a register.
    """

    home: str
    path: str
    what: str
    tells: Tells
    days: str = ""


GOOGLE_OPEN = FilePlace("state", "google-open.*", "wat bij Google onderweg is", Tells.COPY)
REGISTER_COPIES = FilePlace("state", "backups/*.xls*", "een kopie van het register", Tells.COPY, "keep_backup_days")
REPLACED_LEDGERS = FilePlace(
    "state", "ledger.sqlite3.*.oud*", "een logboek dat vervangen is", Tells.DIGESTS, "keep_backup_days"
)
UNFINISHED_LEDGER = FilePlace("state", "ledger.sqlite3.new*", "een logboek dat nog niet af is", Tells.DIGESTS)
LEDGER_COPIES = (
    FilePlace("state", "backups/ledger_*.sqlite3*", "een kopie van het logboek", Tells.DIGESTS, "keep_backup_days"),
    REPLACED_LEDGERS,
)
"""Where a ledger of before may stand."""

FILE_PLACES = (
    FilePlace("out", ".gitignore", "wat git overslaat", Tells.NOBODY),
    FilePlace("out", "mail/*.eml", "een mail die klaarligt", Tells.LETTER, "keep_mail_days"),
    FilePlace("out", "proefmails/*.eml", "een proefmail, met verzonnen mensen", Tells.NOBODY, "keep_out_days"),
    FilePlace("out", "vcards/*.vcf", "de kaartjes van een groep", Tells.ANEW),
    FilePlace("out", "groepen/*", "wat een beheerder van een groep krijgt", Tells.ANEW),
    FilePlace("out", "regiegroep/*", "de contacten van alle beheerders", Tells.ANEW),
    FilePlace("out", "gebieden/*", "de contacten van de beheerders van een gebied", Tells.ANEW),
    FilePlace("out", "borden/*", "een bordaanvraag", Tells.ANEW),
    FilePlace("out", "stickers/*", "de adressen van een groep die nog geen sticker hebben", Tells.ANEW),
    FilePlace("out", "met-de-hand.html", "wie u met de hand welkom heet", Tells.ANEW),
    FilePlace("out", "overzicht.html", "het overzicht van wat er te doen is", Tells.ANEW),
    FilePlace("out", "privacyverklaring.html", "wat u van mensen bewaart, voor de website", Tells.NOBODY),
    FilePlace("out", "jaarcijfers-*.html", "de jaarcijfers, alleen aantallen", Tells.NOBODY),
    FilePlace(
        "out", "voorbeeld-mails.html", "de mails van een volgende ronde, om te bekijken", Tells.ANEW, "keep_out_days"
    ),
    FilePlace("out", "spelregels-versies.csv", "wie welke spelregels heeft", Tells.ANEW, "keep_out_days"),
    FilePlace("out", "doorgeven.html", "nieuws om door te geven", Tells.ANEW, "keep_out_days"),
    FilePlace("out", "inzage/*.html", "wat over iemand bewaard wordt, om te geven", Tells.ANEW, "keep_out_days"),
    FilePlace("out", "vergeten/*.txt", "het bewijs dat iemand vergeten is, zonder naam", Tells.NOBODY),
    FilePlace("out", "demo-*", "een voorbeeld met verzonnen mensen", Tells.NOBODY),
    FilePlace("out", "pictures/*", "plaatjes voor makers, met verzonnen mensen", Tells.NOBODY),
    FilePlace("config/secrets", "ledger-secret", "het geheim van het logboek", Tells.NOBODY),
    FilePlace("state", ".gitignore", "wat git overslaat", Tells.NOBODY),
    FilePlace("state", "installation", "hoe deze computer heet voor het register", Tells.NOBODY),
    FilePlace("state", "*.lock", "het slot van een ronde", Tells.NOBODY),
    FilePlace("state", "ledger.sqlite3", "het logboek van wat er ging", Tells.DIGESTS),
    FilePlace("state", "ledger.sqlite3-*", "het logboek van wat er ging", Tells.DIGESTS),
    UNFINISHED_LEDGER,
    *LEDGER_COPIES,
    REGISTER_COPIES,
    FilePlace("state", "log/*.log", "het verslag van een maand, zonder namen", Tells.DIGESTS, "keep_log_days"),
    FilePlace("state", "spelregels/*.md", "de spelregels zoals ze waren", Tells.NOBODY),
    FilePlace(
        "state",
        "kaarten/*.png",
        "een stukje van een kaart, bij een aanvraag voor borden",
        Tells.NOBODY,
        "keep_out_days",
    ),
    FilePlace("state", "unattended.json", "wat u al hoorde van rondes die vanzelf liepen", Tells.NOBODY),
    GOOGLE_OPEN,
)
"""All of them. Whoever makes a new kind of file adds its line here: a test presses every door and looks."""

_UNFINISHED = ".buurtbeheer-"
"""How a file begins that a run which was cut off had not finished; the next run takes it away."""


def place_of_file(home: str, path: str) -> FilePlace | None:
    """The place of a file under `home`, by its path with forward slashes; None for one that is not ours."""
    return next((place for place in FILE_PLACES if place.home == home and fnmatchcase(path, place.path)), None)


def files_kept(out: Path, state: Path) -> Iterator[tuple[Path, FilePlace | None]]:
    """Every file under out/ and state/ with its place, by name; None for what is not ours. Raises OSError."""
    for home, folder in (("out", out), ("state", state)):
        found = sorted(Path(where, name) for where, _folders, names in os.walk(folder) for name in names)
        for file in found:
            if not file.name.startswith(_UNFINISHED):
                yield file, place_of_file(home, file.relative_to(folder).as_posix())


def files_at(places: Collection[FilePlace], out: Path, state: Path) -> Iterator[Path]:
    """The files that stand in these places. Raises OSError."""
    return (file for file, place in files_kept(out, state) if place in places)


_BETWEEN = r"[-. /()\u00a0]{0,2}"
_FOLDED = re.compile("\r?\n[ \t]")
_ARCHIVE = b"PK\x03\x04"
_LEAST = 4
"""Letters of a name that is looked for; a shorter one stands in too many words."""


class Traces:
    """What tells of people: their mobiles (E.164), addresses and names, as they may be spelt."""

    def __init__(self, mobiles: Iterable[str], addresses: Iterable[str], names: Iterable[str]) -> None:
        looks = [(_figures(one), _of_number(one)) for one in mobiles if one]
        looks += [(one, rf"(?<![\w.+-]){re.escape(one.casefold())}(?![\w-])") for one in addresses if one]
        looks += [(one, rf"(?<!\w){_spaced(one)}(?!\w)") for one in names if len(one.strip()) >= _LEAST]
        self._looks = [(_bare(words.casefold()), look) for words, look in looks]

    def in_text(self, text: str) -> int:
        """How often they stand in a text."""
        plain = text.casefold()
        bare = _bare(plain)  # a look for each of many people takes long, and most texts tell of none of them
        looks = [look for words, look in self._looks if words in bare]
        return sum(1 for _ in re.finditer("|".join(looks), plain)) if looks else 0

    def in_data(self, data: bytes, name: str = "") -> int:
        """How often they stand in what a file holds: of letters the decoded parts, of archives all that is in them."""
        return sum(map(self.in_text, _texts(data, name)))

    def in_file(self, path: Path) -> int:
        """The same of a file. A sign request as a PDF says what the page beside it says, and cannot be read: without
        that page it may tell of anybody. Raises OSError."""
        if path.name == "aanvraag.pdf":
            page = path.with_name("aanvraag.html")
            return self.in_file(page) if page.exists() else 1
        return self.in_data(path.read_bytes(), path.name)


def _bare(text: str) -> str:
    """A text without what may stand within a number, or between the words of a name."""
    bare = "".join(text.split())
    for mark in "-./()":
        bare = bare.replace(mark, "")
    return bare


def _figures(mobile: str) -> str:
    """A Dutch mobile without 0 or +31 before it; another's with its country's."""
    return mobile.removeprefix("+31") if mobile.startswith("+316") else mobile.lstrip("+")


def _of_number(mobile: str) -> str:
    """A mobile, whatever stands between its figures."""
    figures = _BETWEEN.join(_figures(mobile))
    return rf"(?<!\d)(?:(?:\+|00)?31{_BETWEEN})?(?:\(?0\)?{_BETWEEN})?{figures}(?!\d)"


def _spaced(name: str) -> str:
    return r"\s+".join(map(re.escape, name.casefold().split()))


def _texts(data: bytes, name: str) -> Iterator[str]:
    if data.startswith(_ARCHIVE):
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                for entry in archive.infolist():
                    yield from _texts(archive.read(entry), entry.filename)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
            yield data.decode("utf-8", "replace")
        return
    if name.endswith(".eml"):
        letter = email.message_from_bytes(data, policy=SMTP)
        yield " ".join(f"{head}: {value}" for head, value in letter.items())
        for part in letter.walk():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield _as_people_read(content.decode("utf-8", "replace"))
    yield _as_people_read(data.decode("utf-8", "replace"))


def _as_people_read(text: str) -> str:
    """A text as people read it: links and pages decoded, the lines of a card whole again."""
    if "%" in text:
        text = unquote(text)
    if "&" in text:
        text = html.unescape(text)
    return _FOLDED.sub("", text)
