"""The news of a registered group: to admins who were welcomed before it, and told in Regienummer."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from conftest import RunDoor
from outside.commands.preview import made_up
from outside.config.choices import Choices
from outside.config.settings import Mail, Settings
from outside.mail.compose import compose
from roster.messages.registered import plan_registered, plan_registered_marks
from roster.plan.history import History, Message
from roster.plan.steps import View
from servers.smtp_server import mail_server
from support.excel_person import rows_in
from support.ground import example_at
from support.registered_group import EARLY, LATE, TERMS, a_view, told
from support.smtp_home import lay_out, retype, sync


def marks(view: View) -> list[str | int]:
    return [step.value for step in plan_registered_marks(view)]


def test_an_admin_who_was_welcomed_before_hears_of_the_registration_once() -> None:
    """Who is welcomed after it reads it there; and nobody where the group is not registered, or has no number to give."""
    before = a_view([told("welcome", EARLY)])
    (send,) = plan_registered(before)
    assert (send.person, send.version, send.shared_cell, send.cards[0][0]) == (
        "D-0001",
        "tuindorp",
        True,
        "Regiegroep.vcf",
    )
    assert send.facts["regiegroep_number"] == "06-23456789"
    for view in (
        a_view([told("welcome", EARLY), told("registered", LATE, "tuindorp")]),
        a_view([told("welcome", EARLY), told("registered", LATE, "tuindorp", state="onzeker")]),
        a_view([told("welcome", LATE)]),
        a_view([]),
        a_view([told("welcome", EARLY)], registered=None),
        a_view([told("welcome", EARLY)], regienummer="bezig sinds 20-11-2026 18:30"),
        replace(before, terms=replace(TERMS, network=replace(TERMS.network, regiegroep_number=""))),
        replace(
            before,
            history=replace(
                before.history, do_not_mail_digests=frozenset({before.history.address_mark("A@mail.example")})
            ),
        ),
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


def refused(day: date = LATE, reason: str = "het adres bestaat niet", where: str = "a@mail.example") -> Message:
    """The letter to the first admin came to nothing at an address."""
    mark = History(salt=b"x").address_mark(where) if where else ""
    return Message("D-0001", "registered", "tuindorp", "geweigerd", day, (), mark, reason)


REFUSED = "geweigerd 20-11-2026 bij D-0001 (het adres bestaat niet). Verbeter het e-mailadres, dan gaat de mail vanzelf"


def test_regienummer_tells_who_refused_it_and_what_mends_that() -> None:
    """Which Nr and why, behind who did get it; and quiet once that stands there, also where the reason came later."""
    early = told("welcome", EARLY)
    assert marks(a_view([early, refused()])) == [REFUSED]
    assert marks(a_view([early, refused()], REFUSED)) == []
    other = told("welcome", date(2026, 11, 12), person="D-0002")
    assert marks(a_view([early, refused(), other])) == [f"verstuurd 12-11-2026 aan 1 van 2 beheerders; {REFUSED}"]
    just_now = refused(reason="", where="")
    brief = "geweigerd 20-11-2026 bij D-0001. Verbeter het e-mailadres, dan gaat de mail vanzelf"
    assert marks(a_view([early, just_now])) == [brief]
    assert marks(a_view([early, refused()], brief)) == []


def test_an_address_that_refused_is_not_tried_again_until_it_changes() -> None:
    """Then the letter goes by itself, and the cell stops telling of it at once, or when the group is no more."""
    early = told("welcome", EARLY)
    assert list(plan_registered(a_view([early, refused()], REFUSED))) == []
    mended = a_view([early, refused(where="old@mail.example")], REFUSED)
    assert [send.person for send in plan_registered(mended)] == ["D-0001"] and marks(mended) == [""]
    again = a_view([early, told("registered", LATE, "tuindorp", state="wacht")], REFUSED)
    assert [send.person for send in plan_registered(again)] == ["D-0001"]
    assert marks(a_view([early, refused()], REFUSED, registered=None)) == [""]
    assert marks(a_view([early], "iets anders")) == []


def test_a_refused_welcome_is_told_in_its_own_row_alone() -> None:
    """Its letter is not the group's."""
    assert marks(a_view([told("welcome", LATE, state="geweigerd")])) == []


def regienummers(home: Path) -> dict[str, str]:
    """Group -> what Regienummer says, of the groups that say something."""
    rows = rows_in(home / "register.xlsx", "Groepen")
    at = next(n for n, row in enumerate(rows) if "Regienummer" in row)
    group, mark = rows[at].index("Groep"), rows[at].index("Regienummer")
    return {str(row[group]): str(row[mark]) for row in rows[at + 1 :] if row[mark]}


def test_a_refusal_is_told_once_and_mends_by_itself(tmp_path: Path, press_door: RunDoor) -> None:
    """Through the doors: one admin's server says no; the next round is quiet; another address, and it goes."""
    example_at(tmp_path / "register.xlsx", 40, 3, date(2026, 11, 23))
    with mail_server() as (plan, port):
        settings = lay_out(tmp_path, port)
        sync(press_door, settings)
        with sqlite3.connect(
            tmp_path / "state" / "ledger.sqlite3"
        ) as ledger:  # as if before their groups were registered
            ledger.execute("UPDATE message SET day = '2020-01-01'")
        ledger.close()
        retype(tmp_path, "Groepen", "Regienummer", lambda _row: True, None)
        plan.answers = {("*", "RCPT"): ["550 5.1.1 User unknown", *[""] * 100]}
        welcomed = len(plan.arrived)
        assert "1 geweigerd" in sync(press_door, settings).stdout
        ((group, text),) = [(group, text) for group, text in regienummers(tmp_path).items() if "geweigerd" in text]
        nr = re.search(r"geweigerd 23-11-2026 bij (D-\d{4}) \(het adres bestaat niet\)", text)
        assert nr and text.endswith("Verbeter het e-mailadres, dan gaat de mail vanzelf")
        quiet = sync(press_door, settings)
        assert "0 cellen bijgewerkt" in quiet.stdout and "geweigerd" not in quiet.stdout
        told = len(plan.arrived)
        retype(tmp_path, "Deelnemers", "E-mail", lambda row: nr[1] in row, "nieuw.adres@mail.example")
        sync(press_door, settings)
        assert plan.recipients[told:] == ["nieuw.adres@mail.example"] and told > welcomed
        assert (
            regienummers(tmp_path)[group].startswith("verstuurd") and "geweigerd" not in regienummers(tmp_path)[group]
        )


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
        ended = subprocess.run(
            ["spamassassin", "-L", "-t"], input=letter.data, capture_output=True, check=False, timeout=120
        )
        report = ended.stdout.decode("utf-8", "replace").rpartition("Content analysis details:")[2]
        points = [
            line for line in report.splitlines() if line.strip()[:1].isdigit() and not line.strip().startswith("0.0")
        ]
        assert report and points == [], (send.act, points)
