"""What differs between two installations: settings.toml in, Settings out, or one Stop with all that is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from outside.config.keys import Problem, of_this_town, read_tables
from outside.config.languages import languages, words_of
from outside.config.source import AGAIN, lines_of, parse, read_text
from outside.errors import Stop
from roster.model import Bounds, Terms

SHOWN = 60
"""Problems that are told one by one."""

DEFAULT = Path(__file__).resolve().parents[3] / "config" / "settings.toml"


@dataclass(frozen=True, slots=True)
class Workbook:
    """Where the register is kept: `path` for "excel"; `spreadsheet` (id or URL) and `credentials` for "google".

    `shared` lets other users of this computer open the file as well.
    """

    kind: str = "excel"
    path: Path = Path("register.xlsx")
    spreadsheet: str = ""
    credentials: Path = Path("config/secrets/service-account.json")
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """Who we are; what is not set is of one town, or of no town where the file names another.

    `regiegroep_number` is as typed, "" where there is none; `website` without https:// is fine.
    """

    name: str = "BuurtPreventieApp Den Helder"
    short_name: str = "BPA"
    places: tuple[str, ...] = ("Den Helder", "Huisduinen", "Julianadorp")
    regiegroep_number: str = ""
    regiegroep_number_for: str = "everyone"
    coordinator: str = ""
    coordinator_email: str = ""
    website: str = ""
    official_domains: tuple[str, ...] = ("politie.nl", "denhelder.nl")
    bounds: Bounds = field(default_factory=Bounds)
    municipality: str = "Den Helder"
    municipality_number: str = "14 0223"


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the law; `nearly_full` is a share of `group_size`, `signs` go with `per_streets`."""

    group_size: int = 256
    nearly_full: float = 0.9
    minimum_admins: int = 1
    signs: int = 2
    per_streets: int = 6
    sticker_days: int = 30


@dataclass(frozen=True, slots=True)
class Mail:
    """How letters leave. `sender` and `reply_to` are "Name <address>" or a bare address; `per_day` is for SMTP.

    `security` is "starttls", "tls", or "none" for a server on this very machine. `username` goes for
    `imap_host` too, where answers and delivery reports are read.
    """

    transport: str = "outbox"
    sender: str = ""
    reply_to: str = ""
    per_day: int = 400
    host: str = "smtp.gmail.com"
    port: int = 587
    security: str = "starttls"
    username: str = ""
    imap_host: str = "imap.gmail.com"
    imap_port: int = 993
    imap_folder: str = "INBOX"


@dataclass(frozen=True, slots=True)
class Paths:
    """Two folders: what people take away, and what must survive a crash."""

    out: Path = Path("out")
    state: Path = Path("state")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that settings.toml says; all paths are absolute. `source` is the file itself."""

    language: str = "nl"
    workbook: Workbook = field(default_factory=Workbook)
    network: Network = field(default_factory=Network)
    limits: Limits = field(default_factory=Limits)
    mail: Mail = field(default_factory=Mail)
    paths: Paths = field(default_factory=Paths)
    source: Path = DEFAULT

    def terms(self, today: date) -> Terms:
        """What the rules are held to on that day."""
        network, limits = self.network, self.limits
        there = sorted(languages(), key=lambda one: one != self.language)
        return Terms(
            today=today,
            places=network.places,
            municipality=network.municipality,
            official_domains=network.official_domains,
            bounds=network.bounds,
            group_size=limits.group_size,
            nearly_full=limits.nearly_full,
            minimum_admins=limits.minimum_admins,
            signs=limits.signs,
            per_streets=limits.per_streets,
            sticker_days=limits.sticker_days,
            language=self.language,
            languages=tuple(there),
            language_names=tuple((word, one) for one in there for word in words_of(one).also_called),
            short_name=network.short_name,
            network_name=network.name,
            regiegroep_number=network.regiegroep_number,
            regiegroep_number_for=network.regiegroep_number_for,
            coordinator=network.coordinator,
        )


def load_settings(path: Path | None = None) -> Settings:
    """The settings in `path` (the checkout's own config/settings.toml where it is None).

    Raises Stop naming every problem at once, each with its line and a hint.
    """
    source = (path or DEFAULT).absolute()
    text = read_text(source)
    values, problems = read_tables(parse(text, source))
    if problems:
        raise Stop(*told(problems, text, source))
    home = home_of(source)
    workbook, paths = Workbook(**values["workbook"]), Paths(**values["paths"])
    return Settings(
        **values[""],
        workbook=replace(workbook, path=home / workbook.path, credentials=home / workbook.credentials),
        network=Network(**of_this_town(values["network"])),
        limits=Limits(**values["limits"]),
        mail=Mail(**{"port": 465 if values["mail"].get("security") == "tls" else 587} | values["mail"]),
        paths=Paths(out=home / paths.out, state=home / paths.state),
        source=source,
    )


def home_of(source: Path) -> Path:
    """Where relative paths start: the folder above `config`, or the settings file's own folder."""
    folder = source.parent
    return folder.parent if folder.name.casefold() == "config" else folder


def told(problems: list[Problem], text: str, source: Path) -> tuple[str, str]:
    """All problems (the first few of very many) as one message in the order of the file, and what to do."""
    lines = lines_of(text, [problem.key for problem in problems])
    ordered = sorted(zip(lines, problems, strict=True), key=lambda pair: pair[0])
    points = [f"  regel {line}, {problem.name}: {problem.message}" for line, problem in ordered[:SHOWN]]
    if len(problems) > SHOWN:
        points.append(f"  … en nog {len(problems) - SHOWN}")
    count = "1 punt klopt" if len(problems) == 1 else f"{len(problems)} punten kloppen"
    head = f"Het instellingenbestand {source} is nog niet goed: {count} niet."
    return "\n".join([head, *points]), AGAIN
