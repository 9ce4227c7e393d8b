"""What differs between two installations: settings.toml in, Settings out, or one Stop with all that is wrong."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from outside.config.keys import Keys, Problem, of_this_town, read_tables
from outside.config.languages import languages, words_of
from outside.config.source import AGAIN, lines_of, parse, read_text
from outside.config.values import (
    Reader,
    any_text,
    box,
    correspondent,
    dialled,
    domain,
    file_path,
    language,
    one_of,
    plain_address,
    several,
    share,
    short_number,
    tile_server,
    true_or_false,
    website,
    whole,
    words,
)
from outside.errors import Stop
from roster.sheet.dutch import counted
from roster.terms import Limits, Network, Terms

_SHOWN = 60
"""Problems that are told one by one."""

LEDGER_SECRET = "config/secrets/ledger-secret"  # noqa: S105  # where it lies, not what it is
"""Where the secret of the ledger's digests is kept, in the folder in which relative paths start."""

DEFAULT = Path(__file__).resolve().parents[3] / "config" / "settings.toml"


def _key(default: object, read: Reader) -> Any:
    """A setting: what it is where the file does not say, and its reader, which tells what it may be."""
    return field(default=default, metadata={"read": read})


@dataclass(frozen=True, slots=True)
class WorkbookSettings:
    """Where the register is kept: `path` for "excel"; `spreadsheet` (id or URL) and `credentials` for "google".

    `shared` lets other users of this computer open the file as well.
    """

    kind: str = _key("excel", one_of("excel", "google"))
    path: Path = _key(Path("register.xlsx"), file_path)
    spreadsheet: str = _key("", any_text)
    credentials: Path = _key(Path("config/secrets/service-account.json"), file_path)
    shared: bool = _key(False, true_or_false)


@dataclass(frozen=True, slots=True)
class Mail:
    """How letters leave. `sender` and `reply_to` are "Name <address>" or a bare address; `per_day` is for SMTP.

    `security` is "starttls", "tls", or "none" for a server on this very machine. `username` goes for
    `imap_host` too, where answers and delivery reports are read. With `bundles` admins are mailed what is new.
    """

    transport: str = _key("outbox", one_of("outbox", "smtp"))
    sender: str = _key("", correspondent)
    reply_to: str = _key("", correspondent)
    per_day: int = _key(400, whole(1, 2_000))
    host: str = _key("smtp.gmail.com", words)
    port: int = _key(587, whole(1, 65_535))
    security: str = _key("starttls", one_of("starttls", "tls", "none"))
    username: str = _key("", any_text)
    imap_host: str = _key("imap.gmail.com", words)
    imap_port: int = _key(993, whole(1, 65_535))
    imap_folder: str = _key("INBOX", words)
    bundles: bool = _key(False, true_or_false)

    @property
    def leaves(self) -> bool:
        """Whether letters really leave, are asked leave for and count for the day; else they only lie ready."""
        return self.transport != "outbox"


@dataclass(frozen=True, slots=True)
class Paths:
    """Two folders: what people take away, and what must survive a crash."""

    out: Path = _key(Path("out"), file_path)
    state: Path = _key(Path("state"), file_path)


@dataclass(frozen=True, slots=True)
class Privacy:
    """How long what is left behind stays. `keep_left_days` is for the rows of who left, which are told,
    `keep_log_days` for the run log, `keep_logbook_days` for tab Logboek,
    `keep_mail_days` for letters that lie ready, `keep_out_days` for what
    people asked for in out/, `keep_backup_days` for copies of register and ledger."""

    keep_log_days: int = _key(365, whole(1, 3_650))
    keep_logbook_days: int = _key(365, whole(30, 3_650))
    keep_mail_days: int = _key(90, whole(1, 3_650))
    keep_out_days: int = _key(90, whole(1, 3_650))
    keep_backup_days: int = _key(90, whole(1, 3_650))
    keep_left_days: int = _key(365, whole(30, 3_650))


@dataclass(frozen=True, slots=True)
class Map:
    """Where the map below the places of a sign request comes from: the address of a server's tiles with {z}, {x} and
    {y} in it, or "" for a drawing without a map; and what its maker wants to have said of it."""

    tiles: str = _key(
        "https://service.pdok.nl/brt/achtergrondkaart/wmts/v2_0/standaard/EPSG:3857/{z}/{x}/{y}.png", tile_server
    )
    credit: str = _key("Kaart: Kadaster / PDOK, CC BY 4.0", any_text)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that settings.toml says; all paths are absolute. `source` is the file itself."""

    language: str = _key("nl", language)
    workbook: WorkbookSettings = field(default_factory=WorkbookSettings)
    network: Network = field(default_factory=Network)
    limits: Limits = field(default_factory=Limits)
    mail: Mail = field(default_factory=Mail)
    map: Map = field(default_factory=Map)
    paths: Paths = field(default_factory=Paths)
    privacy: Privacy = field(default_factory=Privacy)
    source: Path = DEFAULT

    @property
    def ledger_secret(self) -> Path:
        """The file with the secret of the ledger's digests: never in `paths.state`, so that no copy takes it along."""
        return home_of(self.source) / LEDGER_SECRET

    def terms(self, today: date) -> Terms:
        """What the rules are held to on that day."""
        there = sorted(languages(), key=lambda one: one != self.language)
        return Terms(
            today=today,
            network=self.network,
            limits=self.limits,
            language=self.language,
            languages=tuple(there),
            language_names=tuple((word, one) for one in there for word in words_of(one).also_called),
            logbook_days=self.privacy.keep_logbook_days,
            left_days=self.privacy.keep_left_days,
            bundles_by_mail=self.mail.bundles,
        )


_KINDS: dict[str, Reader] = {
    "words": words,
    "names": several(words, at_least=1),
    "phone": dialled,
    "whom": one_of("everyone", "admins"),
    "text": any_text,
    "address": plain_address,
    "website": website,
    "domains": several(domain, at_least=0),
    "box": box,
    "short number": short_number,
}


def _reader(key: Field[Any]) -> Reader:
    """How a setting is read; what the rules know of is bounded, or of a kind, where it is declared."""
    if "read" in key.metadata:
        return cast("Reader", key.metadata["read"])
    if "kind" in key.metadata:
        return _KINDS[key.metadata["kind"]]
    return share if isinstance(key.default, float) else whole(*key.metadata["between"])


KEYS: Keys = {
    "": {"language": _reader(fields(Settings)[0])},
    **{
        table: {key.name: _reader(key) for key in fields(kind)}
        for table, kind in {
            "workbook": WorkbookSettings,
            "network": Network,
            "limits": Limits,
            "mail": Mail,
            "map": Map,
            "paths": Paths,
            "privacy": Privacy,
        }.items()
    },
}
"""What settings.toml may hold: each key of each table, as declared above, with its reader."""


def load_settings(path: Path | None = None) -> Settings:
    """The settings in `path` (the checkout's own config/settings.toml where it is None).

    Raises Stop naming every problem at once, each with its line and a hint.
    """
    source = (path or DEFAULT).absolute()
    text = read_text(source)
    values, problems = read_tables(parse(text, source), KEYS)
    if problems:
        raise Stop(*explained(problems, text, source))
    home = home_of(source)
    workbook, paths = WorkbookSettings(**values["workbook"]), Paths(**values["paths"])
    return Settings(
        **values[""],
        workbook=replace(workbook, path=home / workbook.path, credentials=home / workbook.credentials),
        network=Network(**of_this_town(values["network"])),
        limits=Limits(**values["limits"]),
        mail=Mail(**{"port": 465 if values["mail"].get("security") == "tls" else 587} | values["mail"]),
        map=Map(**values["map"]),
        paths=Paths(out=home / paths.out, state=home / paths.state),
        privacy=Privacy(**values["privacy"]),
        source=source,
    )


def home_of(source: Path) -> Path:
    """Where relative paths start: the folder above `config`, or the settings file's own folder."""
    folder = source.parent
    return folder.parent if folder.name.casefold() == "config" else folder


def explained(problems: list[Problem], text: str, source: Path) -> tuple[str, str]:
    """All problems (the first few of very many) as one message in the order of the file, and what to do."""
    lines = lines_of(text, [problem.key for problem in problems])
    ordered = sorted(zip(lines, problems, strict=True), key=lambda pair: pair[0])
    points = [f"  regel {line}, {problem.name}: {problem.message}" for line, problem in ordered[:_SHOWN]]
    if len(problems) > _SHOWN:
        points.append(f"  … en nog {len(problems) - _SHOWN}")
    count = counted(len(problems), "punt klopt", "punten kloppen")
    head = f"Het instellingenbestand {source} is nog niet goed: {count} niet."
    return "\n".join([head, *points]), AGAIN
