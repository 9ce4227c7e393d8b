"""A register as text, for the queue of who is to be welcomed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from roster.messages.welcome import plan_welcome
from roster.model import Area, Group, Member, Role, Roster, Status, Statuses
from roster.plan.history import History, Message
from roster.plan.steps import View
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Place, Table
from roster.terms import Network, Terms

TODAY = date(2026, 3, 5)
TERMS = Terms(
    TODAY, network=Network(regiegroep_number="06-23456789", name="Buurtgroep Voorbeeld", coordinator="Marijke Bakker")
)
HISTORY = History(salt=b"zout")


def number(count: int) -> str:
    """A made-up mobile."""
    return f"+3162{count:07}"


def a_view(
    sheet: str,
    *,
    terms: Terms = TERMS,
    deliveries: tuple[Message, ...] = (),
    groups: str = "Tuindorp | Noord | ja | ja",
) -> View:
    """A register as text.

    Members: Nr in the cell | Nr now | name | e-mail | mobile | joined (day of March) | status | Rol | Welkom.
    Groups: name | area | registered | has an admin (ja, nee, geblokkeerd).
    """
    rows, members = [], []
    standing = Statuses()
    for at, line in enumerate(sheet.strip().splitlines()):
        cell, nr, name, email, mobile, day, status, role, welcome = (piece.strip() for piece in line.split("|"))
        first, _, surname = name.partition(" ")
        member = Member(
            Place("Deelnemers", at + 2, nr or f"={at}"),
            nr,
            first,
            "",
            surname,
            street="Kerkstraat",
            house_number="1",
            mobile=number(int(mobile)) if mobile else None,
            email=email or None,
            group="Tuindorp",
            role=Role(role or "deelnemer"),
            joined=date(2026, 3, int(day)) if day else None,
        )
        members.append(member)
        rows.append([cell or None, welcome or None])
        standing.member[member.place.key] = Status(status or "actief")
    made, areas = [], [Area(Place("Gebieden", 2, "a"), "Noord")]
    for at, line in enumerate(groups.splitlines()):
        name, area, registered, has_admin = (piece.strip() for piece in line.split("|"))
        group = Group(Place("Groepen", at + 2, name), name, area, date(2026, 1, 1) if registered == "ja" else None)
        made.append(group)
        standing.group[name] = Status.BLOCKED if has_admin == "geblokkeerd" else Status.ACTIVE
        if has_admin == "ja":
            admins = [one for one in members if one.role is Role.ADMIN]
            standing.admins[name.casefold()] = admins or [Member(Place("Deelnemers", 99, "D-99"), "D-99", "Anna")]
    table = Table("Deelnemers", "Deelnemers", {"Nr": 0, "Welkom": 1}, rows, 2, DEELNEMERS.own)
    roster = Roster({"Deelnemers": table}, areas, made, [], members)
    return View(roster, standing, (), replace(HISTORY, deliveries=list(deliveries)), terms)


def due(view: View) -> list[str]:
    return [send.person for send in plan_welcome(view)]
