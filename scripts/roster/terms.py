"""The terms that the rules are held to: today, who we are, and the limits that the coordinator chose."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Bounds:
    """The municipality as a box on the map, in degrees (WGS 84)."""

    south: float = 52.86
    west: float = 4.68
    north: float = 52.98
    east: float = 4.88

    @property
    def spot(self) -> tuple[float, float]:
        """A place well inside the box, to show how one is written."""
        return self.at(0.802833, 0.40255)

    def at(self, up: float, along: float) -> tuple[float, float]:
        """The place at these shares of the way from south to north and from west to east."""
        return (
            round(self.south + up * (self.north - self.south), 6),
            round(self.west + along * (self.east - self.west), 6),
        )

    def hold(self, latitude: float, longitude: float) -> bool:
        """True when the point lies in the box or on its edge."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


def _between(default: float, low: int, high: int) -> Any:
    """A number of the law with what the coordinator may choose for it: from low to high, both included."""
    return field(default=default, metadata={"between": (low, high)})


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the law; `nearly_full` is a share of `group_size`, `signs` go with `per_streets`."""

    group_size: int = _between(256, 2, 100_000)
    nearly_full: float = _between(0.9, 0, 1)
    minimum_admins: int = _between(1, 1, 1_000)
    signs: int = _between(2, 1, 1_000)
    per_streets: int = _between(6, 1, 1_000)
    sticker_days: int = _between(30, 0, 3_650)
    decision_days: int = _between(42, 1, 3_650)
    cards_per_file: int = _between(200, 1, 1_000)
    whatsapp_days: int = _between(14, 0, 3_650)


def _read_as(default: object, kind: str) -> Any:
    """What the settings say of the network, and what kind of thing that is: who reads it stands in outside/config."""
    return field(default=default, metadata={"kind": kind})


@dataclass(frozen=True, slots=True)
class Network:
    """Who we are; what is not set is of one town, or of no town where the file names another.

    `regiegroep_number` is as typed, "" where there is none; `website` without https:// is fine.
    """

    name: str = _read_as("BuurtPreventieApp Den Helder", "words")
    short_name: str = _read_as("BPA", "words")
    places: tuple[str, ...] = _read_as(("Den Helder", "Huisduinen", "Julianadorp"), "names")
    regiegroep_number: str = _read_as("", "phone")
    regiegroep_number_for: str = _read_as("everyone", "whom")
    coordinator: str = _read_as("", "text")
    coordinator_email: str = _read_as("", "address")
    website: str = _read_as("", "website")
    official_domains: tuple[str, ...] = _read_as(("politie.nl", "denhelder.nl"), "domains")
    bounds: Bounds = _read_as(Bounds(), "box")
    municipality: str = _read_as("Den Helder", "text")
    municipality_number: str = _read_as("14 0223", "short number")


@dataclass(frozen=True, slots=True)
class Terms:
    """What every rule is held to: today, who we are, and the limits that the coordinator chose.

    `rules_version` is the version of the spelregels under templates/; `mail_done` is the state of a
    letter that the mailbox took ("klaargezet" or "verstuurd"). `number_is_example` is True where the settings
    hold the example number and it may not be used, so that `network` has none. `new_admin_cards` is False
    where mail really leaves and nobody is asked, so that nobody can agree to an admin who is new. `language_names` are
    other words for a language in the column Taal. `logbook_days` is how long tab Logboek keeps what went to people who
    no longer stand in the register, and `left_days` the row of who left. With `bundles_by_mail` each admin is mailed
    which contacts are new.
    """

    today: date
    network: Network = Network()
    limits: Limits = Limits()
    language: str = "nl"
    languages: tuple[str, ...] = ("nl", "en")
    language_names: tuple[tuple[str, str], ...] = (
        ("nederlands", "nl"),
        ("dutch", "nl"),
        ("engels", "en"),
        ("english", "en"),
    )
    number_is_example: bool = False
    rules_version: str = "1"
    mail_done: str = "klaargezet"
    new_admin_cards: bool = True
    logbook_days: int = 365
    left_days: int = 365
    bundles_by_mail: bool = False
