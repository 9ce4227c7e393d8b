"""Whose turn it is to be welcomed: nobody twice, nobody forgotten, and each reason to wait is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roster.messages.welcome import by_hand, plan_welcome, waiting_for_welcome
from roster.messages.welcome_queue import WelcomeState
from roster.model import Status
from roster.plan.history import Message, Recipient
from roster.plan.steps import Send
from roster.sheet.table import Place
from roster.terms import Terms
from support.welcome_view import HISTORY, TERMS, TODAY, a_view, due, number


def left(
    nr: str, state: str, mobile: int | None = None, email: str = "", *, version: str = "1", act: str = "welcome"
) -> Message:
    """What the ledger knows of a letter."""
    return Message(
        nr,
        act,
        version,
        state,
        TODAY,
        (HISTORY.identity(number(mobile)),) if mobile else (),
        HISTORY.identity(email) if email else "",
    )


REGIEGROEP = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:BPA · Regiegroep\r\nN:;Regiegroep;;BPA ·;\r\nORG:Buurtgroep Voorbeeld\r\n"
    "TEL;TYPE=CELL:+31623456789\r\nUID:BPA-regiegroep\r\nEND:VCARD\r\n"
)
SANNE = "D-1 | D-1 | Sanne Boer | s@mail.example | 1 | 1 | | |"


def test_a_new_active_member_gets_one_letter_with_all_that_it_needs() -> None:
    """The person, the address, the cell that says how it went, and the facts for the text."""
    (send,) = plan_welcome(a_view(SANNE))
    assert send == Send(
        Place("Deelnemers", 2, "D-1"),
        "welcome",
        "1",
        "nl",
        "D-1",
        "Sanne Boer",
        "s@mail.example",
        {
            "greeting": "Sanne",
            "name": "Sanne Boer",
            "group": "Tuindorp",
            "area": "Noord",
            "admins": ["Anna"],
            "is_admin": False,
            "regiegroep_number": "06-23456789",
            "regiegroep_tel": "0623456789",
            "network": "Buurtgroep Voorbeeld",
            "short_name": "BPA",
            "keep_left_days": 365,
            "invitation": "",
            "has_started": False,
            "in_whatsapp": False,
            "coordinator": "Marijke Bakker",
            "admin_cards": 0,
            "regiegroep_card": True,
        },
        Place("Deelnemers", 2, "D-1", "Welkom"),
        None,
        (HISTORY.identity(number(1)),),
        (("Regiegroep.vcf", REGIEGROEP),),
    )


def test_who_joined_first_comes_first() -> None:
    """Then the row; without a day one is last in line."""
    view = a_view("""
        D-1 | D-1 | An A  | a@mail.example | 1 |   | | |
        D-2 | D-2 | Bo B  | b@mail.example | 2 | 9 | | |
        D-3 | D-3 | Cas C | c@mail.example | 3 | 2 | | |
        D-4 | D-4 | Dirk D| d@mail.example | 4 | 9 | | |""")
    assert due(view) == ["D-3", "D-2", "D-4", "D-1"]


@pytest.mark.parametrize(
    ("sheet", "groups", "terms", "turn"),
    [
        (SANNE.replace("| 1 | |", "| 1 | wachtlijst |"), "Tuindorp | Noord | ja | ja", TERMS, WelcomeState.LIST),
        (SANNE.replace("| 1 | |", "| 1 | geblokkeerd |"), "Tuindorp | Noord | ja | ja", TERMS, WelcomeState.ROW),
        (SANNE, "Tuindorp | Noord | ja | geblokkeerd", TERMS, WelcomeState.GROUP),
        (SANNE, "Ander | Noord | ja | ja", TERMS, WelcomeState.GROUP),
        (SANNE, "Tuindorp | Noord | ja | nee", TERMS, WelcomeState.ADMIN),
        (SANNE, "Tuindorp | Noord | nee | ja", TERMS, WelcomeState.REGISTRATION),
        (
            SANNE,
            "Tuindorp | Noord | ja | ja",
            replace(TERMS, network=replace(TERMS.network, regiegroep_number="")),
            WelcomeState.NUMBER,
        ),
        (SANNE.replace("s@mail.example", ""), "Tuindorp | Noord | ja | ja", TERMS, WelcomeState.BY_HAND),
        (SANNE.replace("s@", "josé@"), "Tuindorp | Noord | ja | ja", TERMS, WelcomeState.BY_HAND),
    ],
)
def test_each_reason_to_wait_is_counted_and_nothing_leaves(
    sheet: str, groups: str, terms: Terms, turn: WelcomeState
) -> None:
    """Exactly one reason for each person."""
    view = a_view(sheet, groups=groups, terms=terms)
    assert due(view) == []
    assert waiting_for_welcome(view) == {turn: 1}
    assert [one.nr for one in by_hand(view)] == (["D-1"] if turn is WelcomeState.BY_HAND else [])


def test_whoever_left_waits_for_nothing() -> None:
    """A row that left is no reason to do anything."""
    view = a_view(SANNE.replace("| 1 | |", "| 1 | afgemeld |"))
    assert due(view) == [] and waiting_for_welcome(view) == {}


@pytest.mark.parametrize(
    ("state", "outbox", "smtp"),
    [
        ("klaargezet", "done", "due"),
        ("verstuurd", "done", "done"),
        ("bezig", "uncertain", "uncertain"),
        ("onzeker", "uncertain", "uncertain"),
        ("geweigerd", "refused", "refused"),
        ("wacht", "due", "due"),
    ],
)
def test_what_the_ledger_knows_decides(state: str, outbox: str, smtp: str) -> None:
    """A letter put ready has not been sent by SMTP; an uncertain one is left alone, a refused one stays refused."""
    for mail_done, expected in (("klaargezet", outbox), ("verstuurd", smtp)):
        view = a_view(
            SANNE, terms=replace(TERMS, mail_done=mail_done), deliveries=(left("D-1", state, 1, "s@mail.example"),)
        )
        waits = {"uncertain": {WelcomeState.UNCERTAIN: 1}, "refused": {WelcomeState.REFUSED: 1}}
        assert due(view) == (["D-1"] if expected == "due" else [])
        assert waiting_for_welcome(view) == waits.get(expected, {})


def test_a_refused_letter_is_tried_again_at_another_address() -> None:
    """Capitals make no other address."""
    refused = left("D-1", "geweigerd", 1, "s@mail.example")
    assert due(a_view(SANNE.replace("s@", "nieuw@"), deliveries=(refused,))) == ["D-1"]
    assert due(a_view(SANNE.replace("s@", "S@"), deliveries=(refused,))) == []


def test_somebody_is_known_by_number_also_under_another_nr() -> None:
    """A row typed again, with the same mobile, is the same person; an older version of the rules counts too."""
    assert due(a_view(SANNE, deliveries=(left("D-7", "verstuurd", 1, "oud@mail.example", version="0"),))) == []
    assert due(a_view(SANNE, deliveries=(left("D-7", "verstuurd", 2),))) == ["D-1"]
    assert due(a_view(SANNE, deliveries=(left("D-1", "verstuurd", 1, act="rules"),))) == ["D-1"]


@pytest.mark.parametrize(
    ("email", "turn"),
    [("t@mail.example", WelcomeState.DUE), ("S@mail.example", WelcomeState.DONE), ("", WelcomeState.BY_HAND)],
)
def test_who_takes_over_the_number_of_somebody_who_left_is_welcomed(email: str, turn: WelcomeState) -> None:
    """The row that left still stands there, with another address; with the same address somebody came back."""
    sheet = f"""
        D-1 | D-1 | Sanne Boer | s@mail.example | 1 | 1 | afgemeld | |
        D-2 | D-2 | Tim Bakker | {email} | 1 | 9 | | |"""
    view = a_view(sheet, deliveries=(left("D-1", "verstuurd", 1, "s@mail.example"),))
    assert due(view) == (["D-2"] if turn is WelcomeState.DUE else [])
    assert [one.nr for one in by_hand(view)] == (["D-2"] if turn is WelcomeState.BY_HAND else [])


@pytest.mark.parametrize(
    ("mobile", "email", "is_new"),
    [
        (1, "s@mail.example", False),
        (2, "s@mail.example", False),
        (1, "x@mail.example", False),
        (2, "x@mail.example", True),
    ],
)
def test_an_overtyped_row_is_a_new_person_only_when_mobile_and_address_differ(
    mobile: int, email: str, is_new: bool
) -> None:
    """One changed number or address is a correction; both are somebody else, whose letter has a name of its own."""
    sheet = SANNE.replace("s@mail.example | 1", f"{email} | {mobile}").replace(
        "| | |", "| | | verstuurd 1-3-2026 (versie 1)"
    )
    earlier = left("D-1", "verstuurd", 1, "s@mail.example")
    assert due(a_view(sheet, deliveries=(earlier,))) == (["D-1-2"] if is_new else [])


def test_a_person_who_took_over_a_row_is_welcomed_once() -> None:
    """Also after a change of number, and the next one who takes over is new again."""
    first, second = left("D-1", "verstuurd", 1, "s@mail.example"), left("D-1-2", "verstuurd", 2, "x@mail.example")
    assert due(a_view(SANNE.replace("s@mail.example | 1", "x@mail.example | 2"), deliveries=(first, second))) == []
    assert due(a_view(SANNE.replace("s@mail.example | 1", "x@mail.example | 5"), deliveries=(first, second))) == []
    assert due(a_view(SANNE.replace("s@mail.example | 1", "y@mail.example | 3"), deliveries=(first, second))) == [
        "D-1-3"
    ]
    ready = second._replace(state="klaargezet")
    smtp = replace(TERMS, mail_done="verstuurd")
    view = a_view(SANNE.replace("s@mail.example | 1", "x@mail.example | 2"), deliveries=(first, ready), terms=smtp)
    assert due(view) == ["D-1-2"], "the same letter goes on under the same name"


@pytest.mark.parametrize(
    ("cell", "outbox", "smtp"),
    [
        ("verstuurd 1-3-2026 (versie 1)", [], []),
        ("klaargezet 1-3-2026 (versie 1)", [], ["D-1"]),
        ("Bezig sinds 1-3-2026 09:00", [], []),
        ("onzeker sinds 1-3-2026: de ronde brak af", [], []),
        ("geweigerd 1-3-2026: adres bestaat niet", [], []),
        ("nog doen", ["D-1"], ["D-1"]),
        ("", ["D-1"], ["D-1"]),
    ],
)
def test_a_lost_ledger_mails_nobody_again(cell: str, outbox: list[str], smtp: list[str]) -> None:
    """Where the ledger knows nothing, the row's own Welkom speaks."""
    sheet = SANNE.replace("| | |", f"| | | {cell}")
    assert due(a_view(sheet)) == outbox
    assert due(a_view(sheet, terms=replace(TERMS, mail_done="verstuurd"))) == smtp


def test_what_another_computer_was_refused_holds_until_the_address_changes() -> None:
    """Its own ledger tells the address; this one knows what it saw last. Whoever sends it again has a letter here."""
    sheet = SANNE.replace("| | |", "| | | geweigerd 1-3-2026: adres bestaat niet")
    for address, again in (("s@mail.example", []), ("old@mail.example", ["D-1"])):
        seen = {"D-1": Recipient("", HISTORY.address_mark(address), HISTORY.name_mark("Sanne Boer"))}
        view = a_view(sheet)
        known = replace(view.history, recipients=seen)
        assert due(replace(view, history=known)) == again
    waits = left("D-1", "wacht", 1, "s@mail.example")
    assert due(a_view(sheet, deliveries=(waits,))) == ["D-1"]


def test_a_copied_row_does_not_inherit_the_welcome() -> None:
    """Its Nr cell holds another's Nr, or was wiped out."""
    sent = left("D-1", "verstuurd", 1, "s@mail.example")
    view = a_view(
        """
        D-1 | D-1 | Sanne Boer | s@mail.example | 1 | 1 | | | verstuurd 1-3-2026 (versie 1)
        D-1 | D-2 | Tim Boer   | t@mail.example | 2 | 1 | | | verstuurd 1-3-2026 (versie 1)
            | D-3 | Ursula B   | u@mail.example | 3 | 1 | | | verstuurd 1-3-2026 (versie 1)""",
        deliveries=(sent,),
    )
    assert due(view) == ["D-2", "D-3"]


def test_numbers_and_ledger_lost_together_mail_nobody_again() -> None:
    """A column Nr that was wiped out says nothing against what stands in Welkom, where the ledger knows nobody."""
    assert due(a_view("| D-1 | Sanne Boer | s@mail.example | 1 | 1 | | | verstuurd 1-3-2026 (versie 1)")) == []


def test_an_admin_is_told_of_the_other_admins_and_always_gets_the_number() -> None:
    """Nobody is named to himself; a member gets the number where everyone does."""
    sheet = """
        D-1 | D-1 | Anna A | a@mail.example | 1 | 1 | | beheerder |
        D-2 | D-2 | Bo B   | b@mail.example | 2 | 2 | | beheerder |
        D-3 | D-3 | Cas C  | c@mail.example | 3 | 3 | | |"""
    sends = list(
        plan_welcome(
            a_view(sheet, terms=replace(TERMS, network=replace(TERMS.network, regiegroep_number_for="admins")))
        )
    )
    told = [
        (s.facts["admins"], s.facts["is_admin"], s.facts["regiegroep_number"], s.facts["regiegroep_tel"]) for s in sends
    ]
    assert told == [
        (["Bo B"], True, "06-23456789", "0623456789"),
        (["Anna A"], True, "06-23456789", "0623456789"),
        (["Anna A", "Bo B"], False, "", ""),
    ]


def test_a_greeting_is_a_first_name_or_the_whole_name() -> None:
    """An organisation is greeted by its name; a name that starts with an infix gets a capital."""
    for name, greeting in (
        ({"first_name": "Jan", "infix": "van", "surname": "Dam"}, "Jan"),
        ({"infix": "van", "surname": "Dam"}, "Van Dam"),
        ({"organisation": "Bakkerij Smit"}, "Bakkerij Smit"),
    ):
        view = a_view(SANNE)
        (member,) = view.roster.members
        for part in ("first_name", "infix", "surname", "organisation"):
            setattr(member, part, name.get(part, ""))
        (send,) = plan_welcome(view)
        assert send.facts["greeting"] == greeting


def test_the_language_and_the_version_are_told() -> None:
    """Taal where it is filled in, else the settings' language; the version is the one of the rules now."""
    view = a_view(SANNE, terms=replace(TERMS, language="en", rules_version="7"))
    assert [(send.language, send.version) for send in plan_welcome(view)] == [("en", "7")]
    view.roster.members[0].language = "nl"
    assert [send.language for send in plan_welcome(view)] == ["nl"]


def test_who_is_welcomed_by_hand_is_listed_newest_first() -> None:
    """With all that is needed; an example number is left out, and who was mailed earlier is not listed."""
    view = a_view(
        """
        D-1 | D-1 | An A  | | 1 | 3 | | |
        D-2 | D-2 | Bo B  | | 2 | 9 | | |
        D-3 | D-3 | Cas C | | 3 |   | | |
        D-4 | D-4 | Dirk D| | 4 | 5 | | |""",
        deliveries=(left("D-4", "verstuurd", 4, "d@mail.example"),),
        terms=replace(TERMS, network=replace(TERMS.network, regiegroep_number="06-12345678")),
    )
    people = by_hand(view)
    assert [one.nr for one in people] == ["D-2", "D-1", "D-3"]
    assert (people[0].mobile, people[0].address, people[0].group, people[0].area) == (
        number(2),
        "Kerkstraat 1",
        "Tuindorp",
        "Noord",
    )
    assert people[0].facts["regiegroep_number"] == people[0].facts["regiegroep_tel"] == ""


def test_everybody_has_exactly_one_turn() -> None:
    """Due, done, left and waiting add up to all members."""
    states = ["", "verstuurd 1-3-2026", "onzeker sinds 1-3-2026"]
    lines = [
        f"D-{at} | D-{at} | N N{at} | {f'n{at}@mail.example' * (at % 5 > 0)} | {at} | 1 | {status} | | {states[at % 3]}"
        for at, status in enumerate(["", "wachtlijst", "geblokkeerd", "afgemeld"] * 15, start=1)
    ]
    view = a_view("\n".join(lines))
    waiting = waiting_for_welcome(view)
    gone = sum(view.statuses.member[m.place.key] is Status.LEFT for m in view.roster.members)
    done = sum("verstuurd" in line and "afgemeld" not in line for line in lines)
    assert len(due(view)) + sum(waiting.values()) + gone + done == 60
    assert waiting[WelcomeState.BY_HAND] == len(by_hand(view)) > 0 and len(due(view)) > 0
