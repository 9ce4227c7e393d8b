"""The letters after the welcome: who becomes an admin, or stands in another group, hears of it once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roster.messages.follow_up import plan_role_letters, waiting_for_role_letter
from roster.messages.notices import notices_of
from roster.messages.welcome_queue import WelcomeState
from support.role_rounds import GROUPS, STAFF, STREETS, marked, people, sanne, welcomed
from support.rounds import Rounds
from support.sheet_notation import register


@pytest.mark.parametrize(
    ("becomes", "act", "moved"),
    [
        (sanne(role="beheerder"), "admin", False),
        (sanne("Stadspark"), "moved", None),
        (sanne("Stadspark", "beheerder"), "admin", True),  # both at once: the one letter says both
        (sanne("Stadspark", "coördinator"), "moved", None),
    ],
)
def test_a_change_of_place_is_told_in_one_letter_and_once(becomes: str, act: str, moved: bool | None) -> None:
    """With what it needs: the group, its admins and their cards, and the number."""
    rounds = welcomed()
    assert rounds.go(people(becomes)) == [("D-0001", act)]
    (send,) = rounds.sends
    assert send.facts.get("moved") is moved
    assert send.facts["regiegroep_number"] == "06-23456789" and send.cards[-1][0] == "Regiegroep.vcf"
    assert send.facts["admins"] == (["Ada Jansen"] if "Tuindorp" in becomes else ["Bo Jansen"])
    assert rounds.go(people(becomes)) == []


def test_each_group_and_role_is_told_once_however_often_they_change() -> None:
    """There and back again, no admin any more and one again: nothing new; a third place is."""
    rounds = welcomed()
    assert rounds.go(people(sanne("Stadspark"))) == [("D-0001", "moved")]
    assert rounds.go(people(sanne())) == [] == rounds.go(people(sanne("Stadspark")))
    assert rounds.go(people(sanne("Stadspark", "beheerder"))) == [("D-0001", "admin")]
    assert rounds.sends[0].facts["moved"] is False
    assert rounds.go(people(sanne("Stadspark"))) == [] == rounds.go(people(sanne("Stadspark", "beheerder")))
    assert rounds.go(people(sanne(role="beheerder"))) == [("D-0001", "admin")]


def test_a_newcomer_who_is_an_admin_gets_the_welcome_only() -> None:
    """Its admin's part says all of it."""
    rounds = Rounds()
    assert rounds.go(people(sanne(role="beheerder"))) == [(nr, "welcome") for nr in ("D-0001", "D-9001", "D-9002")]
    assert rounds.go(people(sanne(role="beheerder"))) == []


def test_an_admin_gets_the_number_that_members_may_not_have() -> None:
    """regiegroep_number_for = "admins": not in the welcome of a member, nor in the letter of one who moved."""
    rounds = Rounds(replace(Rounds().terms, network=replace(Rounds().terms.network, regiegroep_number_for="admins")))
    rounds.go(people(sanne()))
    assert [send.facts["regiegroep_number"] for send in rounds.sends if send.person == "D-0001"] == [""]
    rounds.go(people(sanne("Stadspark")))
    assert [(send.act, send.facts["regiegroep_number"], len(send.cards)) for send in rounds.sends] == [("moved", "", 1)]
    rounds.go(people(sanne("Stadspark", "beheerder")))
    assert [(send.act, send.facts["regiegroep_number"]) for send in rounds.sends] == [("admin", "06-23456789")]


@pytest.mark.parametrize(
    "later", [sanne(), sanne(role="beheerder"), sanne("Stadspark"), sanne("Stadspark", "beheerder")]
)
def test_what_was_so_before_is_mailed_to_nobody(later: str) -> None:
    """A ledger with welcomes and no memory of places: the first look is recorded in silence, the next change is told."""
    rounds = welcomed()
    rounds.before()
    assert rounds.go(people(later)) == []
    elsewhere = sanne("Tuindorp" if "Stadspark" in later else "Stadspark", "beheerder")
    assert rounds.go(people(elsewhere)) == [("D-0001", "admin")]
    assert rounds.go(people(elsewhere)) == []


def test_a_new_ledger_beside_rows_that_carry_marks_mails_nobody() -> None:
    """It was lost, or this is another computer: the rows say who was welcomed."""
    tables = marked(people(sanne("Stadspark", "beheerder")))
    rounds = Rounds()
    assert rounds.go(tables) == []
    tables["Deelnemers"].rows[0][tables["Deelnemers"].columns["Groep"]] = "Tuindorp"
    tables["Deelnemers"].rows[0][tables["Deelnemers"].columns["Straat"]] = "Kerkstraat"
    assert rounds.go(tables) == [("D-0001", "admin")]


def test_whom_another_computer_welcomed_is_not_welcomed_again_after_a_letter_of_ours() -> None:
    """What our ledger sent her since was no welcome: the row's Welkom stays another's, and counts."""
    ours = Rounds()
    ours.go(marked(people(sanne())))
    after = marked(people(sanne("Stadspark", "beheerder")))
    assert ours.go(after) == [("D-0001", "admin")]
    assert ours.go(after) == [] == ours.go(after)


UNREGISTERED = "    Groep | Gebied | Aangemeld op | Gestart op\n    Tuindorp | Centrum | 1-2-2025 | 1-3-2025\n    Stadspark | Centrum | |\n"


@pytest.mark.parametrize(
    ("row", "groups", "number", "waits"),
    [
        (sanne("Stadspark"), UNREGISTERED, "06-23456789", WelcomeState.REGISTRATION),
        (sanne("Stadspark"), GROUPS, "", WelcomeState.NUMBER),
        (sanne("Stadspark", email=""), GROUPS, "06-23456789", WelcomeState.BY_HAND),
        (sanne("Nergens"), GROUPS, "06-23456789", None),  # blocked
        (sanne("Stadspark", more="1-3-2026"), GROUPS, "06-23456789", None),  # left
    ],
)
def test_it_waits_for_what_a_welcome_waits_for(row: str, groups: str, number: str, waits: WelcomeState | None) -> None:
    """And goes once that is there."""
    rounds = welcomed()
    rounds.terms = replace(rounds.terms, network=replace(rounds.terms.network, regiegroep_number=number))
    tables = people(row, groups=groups)
    assert rounds.go(tables) == []
    assert waiting_for_role_letter(rounds.look(tables)) == ({waits: 1} if waits else {})
    rounds.terms = replace(rounds.terms, network=replace(rounds.terms.network, regiegroep_number="06-23456789"))
    assert rounds.go(people(sanne("Stadspark"))) == [("D-0001", "moved")]


def test_who_wants_no_mail_gets_none() -> None:
    """By an answer to an earlier mail."""
    rounds = welcomed()
    rounds.history = replace(
        rounds.history, do_not_mail_digests=frozenset({rounds.history.address_mark("s@mail.example")})
    )
    assert rounds.go(people(sanne("Stadspark"))) == []
    assert waiting_for_role_letter(rounds.look(people(sanne("Stadspark")))) == {WelcomeState.LEFT_ALONE: 1}


def test_a_group_that_is_renamed_moves_nobody() -> None:
    """All of it under one new name, and the old name gone: nobody is told; who moves after that is."""
    rounds = welcomed()
    new = GROUPS.replace("Tuindorp ", "Tuinwijk ")
    streets = STREETS.replace("Tuindorp", "Tuinwijk")
    tables = register(
        f"Nr | Voornaam | E-mail | Groep | Straat\n{'D-0001 | Sanne | s@mail.example | Tuinwijk | Kerkstraat'}",
        new.format(started="1-3-2025"),
        streets,
        staff=STAFF.replace("Tuindorp", "Tuinwijk"),
    )
    assert rounds.go(tables) == []
    assert {("D-0001", "tuinwijk", "deelnemer"), ("D-9001", "tuinwijk", "beheerder")} <= {
        (one.person, *one.notice[:2]) for one in rounds.history.sights
    }
    assert rounds.go(tables) == [] and not list(notices_of(rounds.look(tables)).sights())
    tables["Deelnemers"].rows[0][tables["Deelnemers"].columns["Rol"]] = "beheerder"
    assert rounds.go(tables) == [("D-0001", "admin")]


def test_groups_that_are_put_together_or_split_do_move_people() -> None:
    """Two become one under a new name: everybody hears of it."""
    rounds = welcomed()
    groups = GROUPS.replace("Tuindorp ", "Samen ").replace("    Stadspark | Centrum | 1-2-2025     | {started}\n", "")
    tables = register(
        "Nr | Voornaam | E-mail | Groep | Straat\nD-0001 | Sanne | s@mail.example | Samen | Kerkstraat",
        groups,
        "Straat | Plaats | Groep\nKerkstraat | Den Helder | Samen\nParklaan | Den Helder | Samen",
        staff=STAFF.replace("Tuindorp", "Samen").replace("Stadspark", "Samen"),
    )
    assert rounds.go(tables) == [("D-0001", "moved"), ("D-9001", "admin"), ("D-9002", "admin")]


def test_another_mobile_and_another_row_make_nobody_new() -> None:
    """She changed her number and then her group; later she left and came back in a new row, in that same group."""
    rounds = welcomed()
    changed = people(sanne("Stadspark"))
    changed["Deelnemers"].rows[0][changed["Deelnemers"].columns["Mobiel"]] = "06-27777777"
    assert rounds.go(changed) == [("D-0001", "moved")]
    back = people("D-0002 | Sanne | s@mail.example | Stadspark | |")
    back["Deelnemers"].rows[0][back["Deelnemers"].columns["Mobiel"]] = "06-27777777"
    assert rounds.go(back) == []


@pytest.mark.parametrize(("state", "again"), [("onzeker", []), ("geweigerd", []), ("wacht", [("D-0001", "moved")])])
def test_a_letter_that_did_not_end_well_goes_by_the_rules_of_all_letters(
    state: str, again: list[tuple[str, str]]
) -> None:
    """Uncertain: never by itself; refused: to another address only; put off: again."""
    rounds = welcomed()
    tables = people(sanne("Stadspark"))
    assert rounds.go(tables, state=state) == [("D-0001", "moved")]
    assert rounds.go(tables) == again
    mended = people(sanne("Stadspark", email="beter@mail.example"))
    assert rounds.go(mended) == ([("D-0001", "moved")] if state == "geweigerd" else [])


def test_the_row_says_what_was_told_and_another_computer_reads_it() -> None:
    """One computer told her; the other, that saw her in her old place, does not tell it again."""
    one, other = welcomed(), Rounds()
    before = marked(people(sanne()))
    assert other.go(before) == []
    after = marked(people(sanne("Stadspark", "beheerder")))
    assert one.go(after) == [("D-0001", "admin")]
    told = one.told(after)
    assert told["Deelnemers"].cell(0, "Vervolgmail") == "beheerder van groep Stadspark: verstuurd 1-4-2026 (D-0001)"
    assert other.go(told) == [] and one.go(told) == []
    assert other.go(after) == []  # it remembers that
    busy = marked(people(sanne("Stadspark")))
    busy["Deelnemers"].rows[0][busy["Deelnemers"].columns["Vervolgmail"]] = "bezig sinds 1-4-2026 18:30"
    third = Rounds()
    third.go(before)
    assert third.go(busy) == []  # the first may have told her just now


def test_what_was_put_off_here_and_sent_by_another_computer_does_not_leave_again() -> None:
    """The row tells of a letter that our ledger did not send."""
    rounds = welcomed()
    tables = marked(people(sanne("Stadspark")))
    assert rounds.go(tables, state="wacht") == [("D-0001", "moved")]
    place = tables["Deelnemers"].columns["Vervolgmail"]
    tables["Deelnemers"].rows[0][place] = "naar groep Stadspark: verstuurd 1-4-2026"
    assert rounds.go(tables) == [] == rounds.go(tables)
    assert rounds.told(tables)["Deelnemers"].cell(0, "Vervolgmail") == "naar groep Stadspark: verstuurd 1-4-2026"


def test_a_letter_of_our_own_that_is_due_again_leaves_though_its_row_tells_of_it() -> None:
    """The coordinator asked for it; what the row says of it is taken away."""
    rounds = welcomed()
    tables = people(sanne("Stadspark"))
    rounds.go(tables)
    told = rounds.told(tables)
    rounds.history = replace(
        rounds.history,
        deliveries=[
            one._replace(state="wacht", reported="verstuurd 1-4-2026 (versie stadspark)") if one.act == "moved" else one
            for one in rounds.history.deliveries
        ],
    )
    assert rounds.told(told)["Deelnemers"].cell(0, "Vervolgmail") == ""
    assert rounds.go(told) == [("D-0001", "moved")]


def test_a_copied_row_is_told_of_its_own_place() -> None:
    """A mark under another's Nr says nothing."""
    rounds = welcomed()
    tables = people(sanne("Stadspark"))
    tables["Deelnemers"].rows[0][tables["Deelnemers"].columns["Vervolgmail"]] = (
        "naar groep Tuindorp: verstuurd 1-4-2026"
    )
    assert rounds.go(tables) == [("D-0001", "moved")]


def test_registration_and_becoming_an_admin_are_never_told_twice() -> None:
    """She becomes an admin of a group that is registered after her welcome: the admin's letter says it all, once."""
    rounds = welcomed()
    late = GROUPS.replace("Stadspark | Centrum | 1-2-2025", "Stadspark | Centrum | 2-4-2026")
    tables = people(sanne("Stadspark", "beheerder"), groups=late)
    rounds.terms = replace(rounds.terms, today=rounds.terms.today.replace(day=5))
    acts = rounds.go(tables)
    assert acts == [("D-0001", "admin"), ("D-9002", "registered")]  # Bo was its admin already, and was welcomed before
    assert rounds.go(tables) == []


def test_the_announcement_goes_along_until_the_group_has_started() -> None:
    """With the welcome of an admin, and with the letter of who becomes one; never with a member's."""
    for started, is_there in (("", True), ("1-3-2025", False)):
        rounds = Rounds()
        rounds.go(people(sanne(), started=started))
        assert {send.person: send.facts.get("announce") for send in rounds.sends} == {
            "D-0001": None,
            "D-9001": False,
            "D-9002": is_there,
        }
        rounds.go(people(sanne("Stadspark", "beheerder"), started=started))
        assert [send.facts["announce"] for send in rounds.sends] == [is_there]
        rounds = Rounds()
        rounds.go(people(sanne()))
        rounds.go(people(sanne("Stadspark"), started=started))
        assert [send.facts.get("announce") for send in rounds.sends if send.act == "moved"] == [None]


def test_nothing_is_planned_twice_in_one_round() -> None:
    """A law that the post relies on."""
    rounds = welcomed()
    seen = rounds.look(people(sanne("Stadspark", "beheerder")))
    assert len(list(plan_role_letters(seen))) == 1
