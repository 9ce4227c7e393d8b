"""The news of a registered group: to admins who were welcomed before it, and told in Regienummer."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from outside.door import Choices
from outside.letters import compose
from outside.settings import Mail, Settings
from outside.trying import made_up
from roster.model import Area, Group, Member, Role, Roster, Standing, Status, Terms
from roster.plan import Delivery, History, View
from roster.registered import plan_registered, plan_registered_marks
from roster.table import Place, Table

TERMS = Terms(today=date(2026, 11, 23), regiegroep_number="06-23456789", mail_done="verstuurd")
EARLY, REGISTERED, LATE = date(2026, 11, 1), date(2026, 11, 10), date(2026, 11, 20)


def a_view(deliveries: list[Delivery], regienummer: str = "", registered: date | None = REGISTERED) -> View:
    """One group of two admins, the second without an address."""
    groups = Table("Groepen", "Groepen", {"Regienummer": 0}, [[regienummer]], 2, frozenset({"Regienummer"}))
    people = Table("Deelnemers", "Deelnemers", {"Welkom": 0}, [[""], [""]], 2, frozenset({"Welkom"}))
    group = Group(Place("Groepen", 2, "g"), "Tuindorp", "Noord", registered)
    admins = [
        Member(Place("Deelnemers", 2, "D-0001"), "D-0001", "Anna", mobile="+31623456701", email="a@mail.example", role=Role.ADMIN),
        Member(Place("Deelnemers", 3, "D-0002"), "D-0002", "Bo", mobile="+31623456702", role=Role.ADMIN),
    ]
    roster = Roster({"Groepen": groups, "Deelnemers": people}, [Area(Place("Gebieden"), "Noord")], [group], [], admins)
    standing = Standing(group={"g": Status.ACTIVE}, admins={"tuindorp": admins})
    return View(roster, standing, (), History(deliveries, salt=b"x"), TERMS)


def told(act: str, day: date, version: str = "1", person: str = "D-0001", state: str = "verstuurd") -> Delivery:
    return Delivery(person, act, version, state, day)


def marks(view: View) -> list[str | int]:
    return [step.value for step in plan_registered_marks(view)]


def test_an_admin_who_was_welcomed_before_hears_of_the_registration_once() -> None:
    """Who is welcomed after it reads it there; and nobody where the group is not registered, or has no number to give."""
    before = a_view([told("welcome", EARLY)])
    (send,) = plan_registered(before)
    assert (send.person, send.version, send.told_together, send.cards[0][0]) == ("D-0001", "tuindorp", True, "Regiegroep.vcf")
    assert send.facts["regiegroep_number"] == "06-23456789"
    for view in (
        a_view([told("welcome", EARLY), told("registered", LATE, "tuindorp")]),
        a_view([told("welcome", EARLY), told("registered", LATE, "tuindorp", state="onzeker")]),
        a_view([told("welcome", LATE)]),
        a_view([]),
        a_view([told("welcome", EARLY)], registered=None),
        a_view([told("welcome", EARLY)], regienummer="bezig sinds 20-11-2026 18:30"),
        replace(before, terms=replace(TERMS, regiegroep_number="")),
        replace(before, history=replace(before.history, left_alone=frozenset({before.history.address_mark("A@mail.example")}))),
    ):
        assert list(plan_registered(view)) == []


def test_regienummer_tells_when_and_to_how_many() -> None:
    """By the welcome or by the letter; and says nothing new a second time."""
    assert marks(a_view([told("welcome", EARLY)])) == []
    assert marks(a_view([told("welcome", LATE)])) == ["verstuurd 20-11-2026 aan 1 van 2 beheerders"]
    both = [told("registered", LATE, "tuindorp"), told("welcome", date(2026, 11, 12), person="D-0002")]
    assert marks(a_view(both)) == ["verstuurd 20-11-2026 aan 2 beheerders"]
    assert marks(a_view(both, "verstuurd 20-11-2026 aan 2 beheerders")) == []
    assert marks(a_view([told("registered", LATE, "tuindorp", state="onzeker")])) == ["onzeker sinds 20-11-2026"]


@pytest.mark.skipif(shutil.which("spamassassin") is None, reason="SpamAssassin is not installed here")
def test_no_mail_gets_a_point_for_its_form(tmp_path: Path) -> None:
    """Its local rules, on each kind in each language, as a server of the sender's own would hand it on."""
    settings = Settings(mail=Mail(sender="Buurt <buurt@mail.example>"))
    choices = Choices(None, yes=False, force=False, today=TERMS.today)
    from datetime import UTC, datetime

    for send in made_up(settings, choices, "an@mail.example"):
        if send.language == "en" and send.act != "welcome":
            continue
        letter = compose(send, settings, datetime(2026, 11, 23, 18, 30, tzinfo=UTC))
        ended = subprocess.run(["spamassassin", "-L", "-t"], input=letter.data, capture_output=True, check=False, timeout=120)
        report = ended.stdout.decode("utf-8", "replace").rpartition("Content analysis details:")[2]
        points = [line for line in report.splitlines() if line.strip()[:1].isdigit() and not line.strip().startswith("0.0")]
        assert report and points == [], (send.act, points)
