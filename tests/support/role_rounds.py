"""Two groups with an admin each, and Sanne, whose place changes; rounds in which she was welcomed."""

from __future__ import annotations

from dataclasses import replace

from roster.messages.follow_up import number_update_planner
from roster.sheet.table import Table
from support.rounds import Rounds
from support.sheet_notation import register

GROUPS = """
    Groep     | Gebied  | Aangemeld op | Gestart op
    Tuindorp  | Centrum | 1-2-2025     | 1-3-2025
    Stadspark | Centrum | 1-2-2025     | {started}
"""

STREETS = """
    Straat     | Plaats     | Groep
    Kerkstraat | Den Helder | Tuindorp
    Parklaan   | Den Helder | Stadspark
"""

STAFF = """
    Nr     | Voornaam | Rol         | Mobiel      | E-mail           | Groep     | Straat
    D-9001 | Ada      | beheerder   | 06-29000001 | ada@mail.example | Tuindorp  | Kerkstraat
    D-9002 | Bo       | beheerder   | 06-29000002 | bo@mail.example  | Stadspark | Parklaan
    D-9003 | Cor      | coördinator | 06-29000003 |                  | Tuindorp  | Kerkstraat
"""


def people(*rows: str, started: str = "1-3-2025", groups: str = GROUPS) -> dict[str, Table]:
    """A register of two groups with an admin each, and these members: Nr | name | e-mail | group | Rol | more."""
    lines = [
        f"{nr} | {name} | {email} | {group} | {role} | {'Parklaan' if group == 'Stadspark' else 'Kerkstraat'} | {more}"
        for nr, name, email, group, role, more in (
            [piece.strip() for piece in (row + "|||||").split("|")[:6]] for row in rows
        )
    ]
    head = "Nr | Voornaam | E-mail | Groep | Rol | Straat | Afgemeld op"
    return register("\n".join([head, *lines]), groups.format(started=started), STREETS, staff=STAFF)


def sanne(group: str = "Tuindorp", role: str = "", more: str = "", email: str = "s@mail.example") -> str:
    return f"D-0001 | Sanne | {email} | {group} | {role} | {more}"


def marked(tables: dict[str, Table]) -> dict[str, Table]:
    """The register as another computer left it: everybody was welcomed."""
    for row in tables["Deelnemers"].rows:
        row[tables["Deelnemers"].columns["Welkom"]] = "verstuurd 31-3-2026 (versie 1)"
    return tables


def welcomed() -> Rounds:
    """A register in which Sanne and the admins were welcomed to Tuindorp."""
    rounds = Rounds()
    assert ("D-0001", "welcome") in rounds.go(people(sanne()))
    return rounds


UPDATE = (number_update_planner(),)
OTHER = "06-29999999"


def changed(rounds: Rounds, number: str = OTHER, whom: str = "everyone") -> Rounds:
    rounds.terms = replace(
        rounds.terms, network=replace(rounds.terms.network, regiegroep_number=number, regiegroep_number_for=whom)
    )
    return rounds
