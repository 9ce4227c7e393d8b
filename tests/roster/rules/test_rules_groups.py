"""The rules about a group's life, its admins and its size: broken once and mended once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roster.model import Status, Statuses
from roster.terms import Limits
from support.sheet_notation import STAFF, TERMS, found, judge, lines, mobile, register, weights

ALONE = """
    Nr     | Voornaam | Rol         | Mobiel
    D-9001 | Ada      | beheerder   | 06-29000001
    D-9003 | Cor      | coördinator | 06-29000003
"""


def people(count: int, role: str = "") -> str:
    """That many sound members of Tuindorp in rows 2 and on, who joined one a day from row 2 on."""
    rows = [f"P{turn} | {role} | {turn % 28 + 1}-{turn // 28 % 12 + 1}-{2010 + turn // 336}" for turn in range(count)]
    return "\n".join(["Voornaam | Rol | Aangemeld op", *rows])


def group_of(standing: Statuses) -> Status:
    """Where the only group stands."""
    [status] = standing.group.values()
    return status


def test_a_group_has_an_admin() -> None:
    """Without one its start is blocked and it stays in oprichting; its members are active all the same."""
    tables = register("Voornaam\nJan", staff="Voornaam | Rol\nCor | coördinator")
    assert weights(tables) == [("a_group_has_an_admin", 2, "blokkeert")]
    _, findings, standing = judge(tables)
    assert findings[0].place.tab == "Groepen"
    assert group_of(standing) is Status.FORMING
    assert set(standing.member.values()) == {Status.ACTIVE}


@pytest.mark.parametrize(
    "typed",
    ["Mobiel\nAda | beheerder | volgt", "Groep\nAda | beheerder | Haven", "Afgemeld op\nAda | beheerder | 1-1-2026"],
)
def test_an_admin_is_an_active_member_of_that_same_group(typed: str) -> None:
    """One who is blocked, of another group, or gone is none for this group."""
    column, row = typed.split("\n")
    tables = register(
        f"Voornaam | Rol | {column}\n{row}",
        staff="Voornaam | Rol\nCor | coördinator",
        groepen="Groep | Gebied | Aangemeld op | Gestart op\nTuindorp | Centrum | 1-2-2025 | 1-3-2025\nHaven | Centrum | |",
        straten="Straat | Plaats | Groep\nKerkstraat | Den Helder | Tuindorp\nMolenlaan | Den Helder | Haven",
    )
    assert ("a_group_has_an_admin", 2, "blokkeert") in weights(tables)


def test_an_admin_who_is_not_active_yet_is_pointed_at() -> None:
    """So that people know where to look."""
    told = lines(
        register("Voornaam | Rol | Mobiel\nAda | beheerder | volgt", staff="Voornaam | Rol\nCor | coördinator")
    )
    assert any("De beheerder in rij 2 van het tabblad Deelnemers is nog niet actief" in line for line in told)


def test_a_group_may_need_more_admins_by_the_settings() -> None:
    """With two asked for, one is not enough to start, and two are no let op."""
    two = replace(TERMS, limits=Limits(minimum_admins=2))
    assert weights(register(staff=ALONE, beheerders="Nr | In regiegroep | In gebiedsgroep\nD-9001 | ja | ja"), two) == [
        ("a_group_has_an_admin", 2, "blokkeert"),
    ]
    assert weights(register(), two) == []


def test_a_group_has_more_than_one_admin() -> None:
    """One is a let op, and the group is active all the same; two are silent."""
    tables = register(staff=ALONE)
    assert weights(tables) == [("a_group_has_more_than_one_admin", 2, "let op")]
    assert group_of(judge(tables)[2]) is Status.ACTIVE


@pytest.mark.parametrize(
    ("count", "expected", "status", "waiting"),
    [
        (230, [], Status.ACTIVE, 0),
        (231, [("a_group_fits_in_whatsapp", 2, "let op")], Status.ACTIVE, 0),
        (255, [("a_group_fits_in_whatsapp", 2, "let op")], Status.ACTIVE, 0),
        (256, [("a_group_fits_in_whatsapp", 2, "let op")], Status.FULL, 0),
        (257, [("a_group_fits_in_whatsapp", 2, "let op"), ("a_group_fits_in_whatsapp", 258, "let op")], Status.FULL, 1),
    ],
)
def test_a_group_fits_in_whatsapp(
    count: int, expected: list[tuple[str, int, str]], status: Status, waiting: int
) -> None:
    """At most 256, admins counted; from 90 % a let op; the last to join waits."""
    staff = (
        STAFF.replace("Mobiel", "Mobiel | Aangemeld op")
        .replace("29000001", "29000001 | 1-1-2005")
        .replace("29000002", "29000002 | 1-1-2005")
        .replace("29000003", "29000003 | 1-1-2005")
    )
    tables = register(people(count - 3), staff=staff)
    if waiting:
        expected = [expected[0], ("a_group_fits_in_whatsapp", count - 2, "let op")]
    assert weights(tables) == expected
    standing = judge(tables)[2]
    assert group_of(standing) is status
    assert len(standing.waiting.get("tuindorp", ())) == waiting


def test_the_waiting_list_is_in_order_of_joining() -> None:
    """By Aangemeld op, blank last, then row; whoever waits is told the place in line, and whoever is blocked takes none."""
    tables = register("""
        Voornaam | Aangemeld op | 18 jaar of ouder
        Jan      |              | ja
        Jans     | 1-2-2026     | ja
        Piet     | 1-1-2026     | nee
        Kees     | 1-1-2026     | ja
        Kim      | 1-2-2026     | ja
    """)
    roster, findings, standing = judge(tables, replace(TERMS, limits=Limits(group_size=4)))
    assert [member.first_name for member in standing.active["tuindorp"]] == ["Ada", "Bo", "Cor", "Kees"]
    assert [member.first_name for member in standing.waiting["tuindorp"]] == ["Jans", "Kim", "Jan"]
    places = {
        finding.place.row: finding.message
        for finding in findings
        if finding.place.tab == "Deelnemers" and finding.place.column == "Groep"
    }
    assert places == {
        row: f"De groep is vol. De deelnemer heeft plaats {turn} op de wachtlijst."
        for row, turn in ((3, 1), (6, 2), (2, 3))
    }
    assert [standing.member[member.place.key].value for member in roster.members[:5]] == [
        "wachtlijst",
        "wachtlijst",
        "geblokkeerd",
        "actief",
        "wachtlijst",
    ]
    assert any("vol: 4 deelnemers. Op de wachtlijst: 3." in finding.message for finding in findings)


def test_admin_groups_fit_in_whatsapp() -> None:
    """The regiegroep at its tab, an area's admin group at the area; exactly full is fine."""
    admins = "\n".join(["Nr | In regiegroep | In gebiedsgroep", *(f"D-{turn:04d} | ja | ja" for turn in range(1, 5))])
    groups = "Groep | Gebied | Aangemeld op | Gestart op\nTuindorp | Centrum | 1-1-2025 | 1-1-2025"
    # Of four admins in one group and room for three the fourth would wait, so two groups of two pass the limit.
    two = register(
        "Nr | Voornaam | Rol | Mobiel | Groep | Straat\n"
        + "\n".join(
            f"D-{turn:04d} | P{turn} | beheerder | {mobile(turn)} | {'Tuindorp | Kerkstraat' if turn % 2 else 'Haven | Molenlaan'}"
            for turn in range(1, 5)
        ),
        staff="",
        groepen=groups + "\nHaven | Centrum | 1-1-2025 | 1-1-2025",
        beheerders=admins,
        straten="Straat | Plaats | Groep\nKerkstraat | Den Helder | Tuindorp\nMolenlaan | Den Helder | Haven",
    )
    crowded = replace(
        TERMS, limits=Limits(group_size=3, nearly_full=1.0), network=replace(TERMS.network, coordinator="Cor")
    )
    assert weights(two, crowded) == [
        ("admin_groups_fit_in_whatsapp", 0, "let op"),
        ("admin_groups_fit_in_whatsapp", 2, "let op"),
    ]
    assert weights(two, replace(crowded, limits=Limits(group_size=4, nearly_full=1.0))) == []


def test_an_admin_sits_in_both_admin_groups() -> None:
    """A let op for each of the two that is not "ja", by the admin's Nr; row 0 where the row is still to be made."""
    tables = register(
        beheerders="""
        Nr     | In regiegroep | In gebiedsgroep
        D-9001 | ja            | nee
        D-9005 | nee           |
    """
    )
    _, findings, _ = judge(tables)
    assert [(told.rule, told.weight.value) for told in findings] == [
        ("an_admin_sits_in_both_admin_groups", "let op")
    ] * 3
    assert [(told.place.tab, told.place.row, told.place.key, told.place.column) for told in findings] == [
        ("Beheerders", 2, "D-9001", "In gebiedsgroep"),
        ("Beheerders", 0, "D-9002", "In regiegroep"),
        ("Beheerders", 0, "D-9002", "In gebiedsgroep"),
    ]


def test_an_answer_that_does_not_read_is_told_once() -> None:
    """Reading told it already."""
    assert found(
        register(
            beheerders="""
        Nr     | In regiegroep | In gebiedsgroep
        D-9001 | bijna         | ja
        D-9002 | j             | x
    """
        )
    ) == [("an_admin_sits_in_both_admin_groups", 2)]


@pytest.mark.parametrize(
    ("registered", "started", "asks", "expected"),
    [
        ("1-2-2025", "1-3-2025", False, []),
        ("1-2-2025", "", False, []),
        ("", "", False, []),
        ("", "1-3-2025", False, [("a_group_is_registered_first", 2, "blokkeert")]),
        ("ooit", "1-3-2025", False, [("dates_make_sense", 2, "let op")]),
        (
            "",
            "",
            True,
            [("a_group_is_registered_first", 2, "blokkeert"), ("a_sign_request_is_of_a_started_group", 2, "blokkeert")],
        ),
    ],
)
def test_a_group_is_registered_first(
    registered: str, started: str, asks: bool, expected: list[tuple[str, int, str]]
) -> None:
    """A group that is simply new is not blamed; one that started or asks for signs is."""
    request = "\nTuindorp | 52.95634, 4.76051 | 52.95834, 4.76051" if asks else ""
    tables = register(
        groepen=f"Groep | Gebied | Aangemeld op | Gestart op\nTuindorp | Centrum | {registered} | {started}",
        bordaanvragen=f"Groep | Locatie 1 | Locatie 2{request}",
    )
    assert weights(tables) == expected
    assert group_of(judge(tables)[2]) is (Status.ACTIVE if not expected and started else Status.FORMING)


def test_there_is_one_coordinator() -> None:
    """None is told at the tab, more than one at each row; one named in the settings counts where no row has the Rol."""
    nobody = register(staff="\n".join(STAFF.split("\n")[:-2]))
    assert weights(nobody) == [("there_is_one_coordinator", 0, "let op")]
    assert weights(nobody, replace(TERMS, network=replace(TERMS.network, coordinator="Cor de Wit"))) == []
    assert weights(register(), replace(TERMS, network=replace(TERMS.network, coordinator="Cor de Wit"))) == []
    assert weights(register("Voornaam | Rol\nJan | coordinator\nJans |")) == [
        ("there_is_one_coordinator", 2, "let op"),
        ("there_is_one_coordinator", 6, "let op"),
    ]
    assert weights(register("Voornaam | Rol | Afgemeld op\nJan | coördinator | 1-1-2026")) == []


def test_an_empty_register_has_nothing_to_tell() -> None:
    """Nobody is there yet, so nobody is missing."""
    empty = register(staff="", groepen="Groep", straten="Straat", gebieden="Gebied", beheerders="Nr")
    assert judge(empty)[1] == []


def test_a_fault_in_very_many_rows_is_told_quickly_and_shortly() -> None:
    """Nobody reads a list of a thousand rows."""
    told = lines(register("\n".join(["Voornaam | Rol", *(f"P{turn} | coördinator" for turn in range(300))])), TERMS)
    assert any("ook in rij 3, rij 4 en 298 andere rijen." in line for line in told)
