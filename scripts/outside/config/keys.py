"""Which keys settings.toml may hold, and what is wrong with one that does not hold together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outside.config.values import Reader, bedoelde_u
from roster.terms import Bounds, Network

SettingKey = tuple[str, str]
"""A table ("" for the top of the file) and a key in it ("" for the table itself)."""


Keys = dict[str, dict[str, Reader]]
"""Every key that a file may hold, by table, with its reader."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the file: at which key, and in Dutch what and how to mend it. Holds no value of a person's."""

    key: SettingKey
    message: str

    @property
    def name(self) -> str:
        """The key as people look for it: "[mail] per_day"."""
        table, key = (name[:LONGEST_KEY] for name in self.key)
        return f"[{table}] {key}".strip() if table else key


NETHERLANDS = Bounds(50.7, 3.3, 53.6, 7.3)
"""Where a sign may stand as long as a town has not said where it lies."""

GUESSED = 100
"""Unknown names for which a likely one is looked for."""

LONGEST_KEY = 60
"""Characters of a name that are shown and compared."""


def read_tables(content: dict[str, Any], keys: Keys) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """The values of all known keys that the file holds, by table; and everything that is wrong with it."""
    values: dict[str, dict[str, Any]] = {table: {} for table in keys}
    problems: list[Problem] = []
    for name, found in content.items():
        if name in keys and isinstance(found, dict):
            read_table(name, found, values[name], problems, keys)
        elif name in keys:
            problems.append(Problem(("", name), f"hoort een kopje te zijn: [{name}], met daaronder de instellingen."))
        elif isinstance(found, dict) and name not in keys[""]:
            problems.append(Problem((name, ""), unknown_table(name, keys, guess=len(problems) < GUESSED)))
        else:
            read_table("", {name: found}, values[""], problems, keys)
    return values, problems + disagreements(values, {problem.key for problem in problems})


def read_table(name: str, found: dict[str, Any], values: dict[str, Any], problems: list[Problem], keys: Keys) -> None:
    """Read one table into `values`; what cannot be read is added to `problems`."""
    for key, value in found.items():
        try:
            if key in keys[name]:
                values[key] = keys[name][key](value)
            else:
                problems.append(Problem((name, key), unknown_key(name, key, keys, guess=len(problems) < GUESSED)))
        except ValueError as error:
            problems.append(Problem((name, key), str(error)))


def disagreements(values: dict[str, dict[str, Any]], known_wrong: set[SettingKey]) -> list[Problem]:
    """What is wrong between keys that are each right by themselves. `known_wrong` are those that are not."""
    workbook, limits, mail, paths = (values[name] for name in ("workbook", "limits", "mail", "paths"))
    here = {"localhost", "127.0.0.1", "::1"}
    wrong = (
        (
            workbook.get("kind") == "google" and not workbook.get("spreadsheet"),
            ("workbook", "spreadsheet"),
            'is nodig bij kind = "google": plak hier het adres van de spreadsheet.',
        ),
        (
            mail.get("transport", "outbox") != "outbox" and not mail.get("sender"),
            ("mail", "sender"),
            f'is nodig bij transport = "{mail.get("transport")}": vul het adres in waarmee u verstuurt.',
        ),
        (
            mail.get("security") == "none" and mail.get("host") not in here,
            ("mail", "security"),
            'verwacht "starttls" of "tls": zonder slot gaat er niets over internet.',
        ),
        (
            limits.get("minimum_admins", 1) > limits.get("group_size", 256),
            ("limits", "minimum_admins"),
            "is groter dan group_size: zo kan geen groep beginnen.",
        ),
        (
            paths.get("out", Path("out")) == paths.get("state", Path("state")),
            ("paths", "state"),
            "is dezelfde map als out. Kies twee verschillende mappen.",
        ),
    )
    return [Problem(key, message) for is_wrong, key, message in wrong if is_wrong and key not in known_wrong]


def of_this_town(network: dict[str, Any]) -> dict[str, Any]:
    """The values of [network], with for another town nothing of the one whose settings come with us.

    What the file does not say of it then follows from what it does say, or bars nothing.
    """
    ours, places = Network().municipality, network.get("places", ())
    town = network.get("municipality") or (ours if not places or ours in places else places[0])
    if town == ours:
        return network
    follows = {
        "name": f"BuurtPreventieApp {town}",
        "municipality": town,
        "municipality_number": "",
        "places": (town,),
        "official_domains": ("politie.nl",),
        "bounds": NETHERLANDS,
    }
    return follows | network


def unknown_table(name: str, keys: Keys, *, guess: bool = True) -> str:
    """What to say of a heading that is not ours."""
    if not guess:
        return "dit kopje bestaat niet."
    tables = [table for table in keys if table]
    if any(name in there for there in keys.values()):
        return unknown_key("", name, keys)
    return f"dit kopje bestaat niet. {bedoelde_u(name, tables, '[{}]') or listed('Er is', tables)}"


def unknown_key(table: str, key: str, keys: Keys, *, guess: bool = True) -> str:
    """What to say of a key that is not ours: it may stand elsewhere, be misspelt, or be a secret.

    Without `guess` nothing is compared: a file with thousands of them is another file.
    """
    if re.search(r"pass|wachtwoord|secret|geheim|token", key, re.IGNORECASE):
        return "een wachtwoord hoort niet in dit bestand: haal de regel weg, ook uit kopieën ervan."
    home = next((name for name, there in keys.items() if key in there), None)
    if home is not None:
        where = f"onder het kopje [{home}]" if home else "bovenaan het bestand, boven de kopjes"
        return f"deze instelling hoort {where}."
    if not guess:
        return "deze instelling bestaat niet."
    hint = bedoelde_u(key[:LONGEST_KEY], keys[table], "{}") or listed("Hier kan", keys[table])
    return f"deze instelling bestaat niet. {hint}"


def listed(lead: str, choices: Iterable[str]) -> str:
    """All that could have been meant: "Hier kan: out, state."."""
    return f"{lead}: {', '.join(choices)}."
