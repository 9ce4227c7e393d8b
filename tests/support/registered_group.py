"""A group that was registered on a day, its two admins, and what they were told."""

from __future__ import annotations

from datetime import date

from roster.model import Area, Group, Member, Role, Roster, Status, Statuses
from roster.plan.history import History, Message
from roster.plan.steps import View
from roster.sheet.table import Place, Table
from roster.terms import Network, Terms

TERMS = Terms(today=date(2026, 11, 23), network=Network(regiegroep_number="06-23456789"), mail_done="verstuurd")
EARLY, REGISTERED, LATE = date(2026, 11, 1), date(2026, 11, 10), date(2026, 11, 20)


def a_view(deliveries: list[Message], regienummer: str = "", registered: date | None = REGISTERED) -> View:
    """One group of two admins, the second without an address."""
    groups = Table("Groepen", "Groepen", {"Regienummer": 0}, [[regienummer]], 2, frozenset({"Regienummer"}))
    people = Table(
        "Deelnemers", "Deelnemers", {"Welkom": 0, "Nr": 1}, [["", "D-0001"], ["", "D-0002"]], 2, frozenset({"Welkom"})
    )
    group = Group(Place("Groepen", 2, "g"), "Tuindorp", "Noord", registered)
    admins = [
        Member(
            Place("Deelnemers", 2, "D-0001"),
            "D-0001",
            "Anna",
            mobile="+31623456701",
            email="a@mail.example",
            role=Role.ADMIN,
        ),
        Member(Place("Deelnemers", 3, "D-0002"), "D-0002", "Bo", mobile="+31623456702", role=Role.ADMIN),
    ]
    roster = Roster({"Groepen": groups, "Deelnemers": people}, [Area(Place("Gebieden"), "Noord")], [group], [], admins)
    standing = Statuses(group={"g": Status.ACTIVE}, admins={"tuindorp": admins})
    return View(roster, standing, (), History(deliveries, salt=b"x"), TERMS)


def told(act: str, day: date, version: str = "1", person: str = "D-0001", state: str = "verstuurd") -> Message:
    return Message(person, act, version, state, day)
