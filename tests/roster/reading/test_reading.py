"""Reading rows: values, and findings for what does not read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.finding import Finding
from roster.model import Location, Role, Roster
from roster.plan.history import History
from roster.reading.roster import read_roster
from roster.rules.catalogue import finding_of_unread
from roster.sheet.columns import TABS
from roster.sheet.table import Cell, Table, Unknown
from support.sheet_notation import TERMS, TODAY, cells, judge, members, register, table, told


def read(tables: dict[str, Table]) -> tuple[Roster, list[tuple[str, int]]]:
    roster, findings = read_and_tell(tables)
    return roster, told(findings)


def read_and_tell(tables: dict[str, Table]) -> tuple[Roster, list[Finding]]:
    """The roster, and what the catalogue says of each cell that did not read."""
    roster = read_roster(tables, TERMS, History())
    return roster, list(map(finding_of_unread, roster.unread))


def one_member(**typed: Cell) -> dict[str, Table]:
    """A register with one sound member in row 2, in whose row these cells were typed over."""
    [headings, row] = members("Voornaam\nJan")
    column = {
        "mail": "E-mail",
        "adult": "18 jaar of ouder",
        "agreed": "Akkoord spelregels",
        "left": "Afgemeld op",
        "joined": "Aangemeld op",
    }
    for name, cell in typed.items():
        row[headings.index(column.get(name, name))] = cell
    return register() | {"Deelnemers": table("Deelnemers", [headings, row])}


def test_a_member_is_read_whole() -> None:
    """Every column lands in its field; what people typed of a street or a group stays as typed, but trimmed."""
    roster, findings = read(
        register(
            """
        Nr     | Voornaam | Tussenvoegsel | Achternaam | Organisatie | Straat      | Huisnummer | Postcode | Mobiel        | E-mail            | Rol       | Taal   | Uitzondering | In WhatsApp
        D-0007 | Jan      | van den       | Berg       | De Vis      | Kerk straat | 12a        | 1781ab   | +31 623456789 | jan@MAIL.example  | Beheerder | Engels | bij de buren | j
    """,
            staff="",
        )
    )
    [member] = roster.members
    assert findings == []
    assert (member.nr, member.name, member.organisation) == ("D-0007", "Jan van den Berg", "De Vis")
    assert (member.street, member.house_number, member.postcode, member.town) == (
        "Kerk straat",
        "12a",
        "1781ab",
        "Den Helder",
    )
    assert (member.mobile, member.email, member.role) == ("+31623456789", "jan@mail.example", Role.ADMIN)
    assert (member.adult, member.agreed, member.sticker, member.in_whatsapp) == (True, True, True, True)
    assert (member.language, member.joined, member.left, member.exception) == (
        "en",
        date(2025, 6, 1),
        False,
        "bij de buren",
    )
    assert member.place.row == 2 and member.place.key == "D-0007"


def test_the_other_tabs_are_read_whole() -> None:
    """Areas, groups, streets, sign requests and the rows of Beheerders."""
    roster, findings = read(
        register(
            straten="""
            Straat     | Plaats     | Van | Tot | Zijde  | Groep
            Kerkstraat | Den Helder | 2   | 40a | Oneven | Tuindorp
        """,
            bordaanvragen="""
            Nr     | Groep    | Locatie 1         | Omschrijving 1 | Locatie 2         | Aangevraagd op | Aangevraagd door | Toelichting | Besluit   | Besluit op
            B-0003 | Tuindorp | 52.95634, 4.76051 | bij de kerk    | 52.95834, 4.76051 | 1-3-2026       | Ada              | drukke hoek | Geplaatst | 2-3-2026
        """,
            beheerders="""
            Nr     | In regiegroep | In gebiedsgroep
            d-0001 | ja            |
        """,
        )
    )
    assert findings == []
    assert [(area.name, area.town, area.caretaker, area.caretaker_email) for area in roster.areas] == [
        ("Centrum", "Den Helder", "Kim de Wit", "kim@mail.example"),
    ]
    [group] = roster.groups
    assert (group.name, group.area, group.registered, group.started) == (
        "Tuindorp",
        "Centrum",
        date(2025, 2, 1),
        date(2025, 3, 1),
    )
    [street] = roster.streets
    assert (street.name, street.first, street.last, street.side, street.group) == (
        "Kerkstraat",
        2,
        40,
        "oneven",
        "Tuindorp",
    )
    [request] = roster.requests
    assert request.locations == (Location(52.95634, 4.76051), Location(52.95834, 4.76051))
    assert (request.nr, request.descriptions, request.decision) == ("B-0003", ("bij de kerk", ""), "geplaatst")
    assert (request.requested_on, request.decided_on) == (date(2026, 3, 1), date(2026, 3, 2))
    [admin] = roster.admin_rows
    assert (admin.nr, admin.in_regiegroep, admin.in_area_group) == ("D-0001", True, None)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"Mobiel": "onbekend"}, [("a_member_has_a_mobile_that_whatsapp_can_reach", "blokkeert")]),
        ({"Mobiel": "06-23456789 / 06-23456780"}, [("a_member_has_a_mobile_that_whatsapp_can_reach", "blokkeert")]),
        ({"Mobiel": "0223-612345"}, [("a_member_has_a_mobile_that_whatsapp_can_reach", "let op")]),
        ({"Mobiel": "+32 470 12 34 56"}, []),
        ({"Mobiel": 623456789}, []),
        ({"adult": "misschien"}, [("a_member_is_18_or_older", "blokkeert")]),
        ({"agreed": "?"}, [("a_member_agreed_to_the_rules", "blokkeert")]),
        ({"Sticker": "straks"}, [("a_member_shows_the_sticker", "let op")]),
        ({"In WhatsApp": "weet niet"}, [("an_answer_is_yes_or_no", "let op")]),
        ({"joined": "vorige week"}, [("dates_make_sense", "let op")]),
        ({"Postcode": "1781 SA"}, [("a_postcode_is_well_formed", "let op")]),
        ({"mail": "jan@gmial.com"}, [("an_email_is_well_formed", "let op")]),
        ({"mail": "een@mail.example; twee@mail.example"}, [("an_email_is_well_formed", "let op")]),
        ({"mail": "geen"}, []),
        ({"Rol": "bestuur"}, [("a_members_role_is_known", "let op")]),
        ({"Rol": "COORDINATOR"}, []),
        ({"Huisnummer": "abc"}, [("a_members_address_is_complete", "blokkeert")]),
        ({"Huisnummer": date(2026, 2, 1)}, [("a_members_address_is_complete", "blokkeert")]),
        ({"Huisnummer": 12.0}, []),
    ],
)
def test_a_cell_that_does_not_read_breaks_its_law(typed: dict[str, Cell], expected: list[tuple[str, str]]) -> None:
    """The finding carries the name of the rule and its weight, at the cell itself."""
    roster, findings = read_and_tell(one_member(**typed))
    assert [(finding.rule, finding.weight.value) for finding in findings] == expected
    assert [finding.place.row for finding in findings] == [2] * len(expected)
    assert all(finding.place.column and finding.message for finding in findings)
    assert len(roster.members) == 1


def test_an_afgemeld_op_that_does_not_read_counts_as_left() -> None:
    """It is a let op, and the only one in that row: whoever left is told about dates alone."""
    roster, findings = read(
        one_member(left="verhuisd", Mobiel="onbekend", adult="?", mail="x@", Rol="bestuur", Sticker="?")
    )
    assert findings == [("dates_make_sense", 2)]
    assert (roster.members[0].left, roster.members[0].left_on) == (True, None)


def test_whoever_left_is_told_of_dates_only() -> None:
    """Both dates are, the landline and the rest are not."""
    roster, findings = read(one_member(left="1-1-2026", joined="ooit", Mobiel="0223-612345", Huisnummer="x"))
    assert findings == [("dates_make_sense", 2)]
    assert (roster.members[0].left, roster.members[0].left_on) == (True, date(2026, 1, 1))


def test_a_language_is_a_code_and_what_cannot_be_one_is_none() -> None:
    """Its name is understood; a sentence in the wrong column becomes no name of a file."""
    typed = ["EN", " Engels ", "Nederlands", "fr", "x" * 300]
    assert [read(one_member(Taal=word))[0].members[0].language for word in typed] == ["en", "en", "nl", "fr", ""]


def test_a_street_with_numbers_that_do_not_read_claims_nothing_for_sure() -> None:
    """Its row is blocked and marked; numbers the wrong way about are told as well."""
    tables = register(
        straten="""
        Straat     | Plaats     | Van   | Tot | Zijde  | Groep
        Kerkstraat | Den Helder | begin | 10  |        | Tuindorp
        Molenlaan  | Den Helder | 40    | 10  |        | Tuindorp
        Parkweg    | Den Helder | 1     | 9   | links  | Tuindorp
        Duinpad    | Den Helder | 10    | 10  | beide  | Tuindorp
        Zeepad     | Den Helder | 1-99  |     |        | Tuindorp
        Zeeweg     | Den Helder | 1a    | 9b  |        | Tuindorp
    """
    )
    roster, findings, _ = judge(tables)
    rule = "a_street_belongs_to_one_group"
    assert [one for one in told(findings) if one[0] == rule] == [(rule, 2), (rule, 3), (rule, 4), (rule, 6)]
    assert [street.readable for street in roster.streets] == [False, False, False, True, False, True]


def test_a_sign_request_with_cells_that_do_not_read() -> None:
    """A place that does not read blocks; a decision that is none is a let op, and there is none then."""
    tables = register(
        bordaanvragen="""
        Groep    | Locatie 1                       | Locatie 2         | Besluit   | Aangevraagd op
        Tuindorp | https://maps.app.goo.gl/AbCdEfG | 52.95834, 4.76051 | misschien | straks
        Tuindorp | 52.37, 4.89                     | 4.76051, 52.95834 |           |
    """
    )
    roster, findings = read(tables)
    places = "a_sign_request_names_two_places"
    assert findings == [("a_decision_is_known", 2), (places, 2), ("dates_make_sense", 2), (places, 3), (places, 3)]
    assert roster.requests[0].locations == (None, Location(52.95834, 4.76051))
    assert roster.requests[0].decision == ""


def test_an_answer_in_beheerders_that_does_not_read_is_told_by_the_admins_nr() -> None:
    """Tab Beheerders is kept by Nr, so its findings go by it too."""
    tables = register(
        beheerders="""
        Nr      | In regiegroep | In gebiedsgroep
        d-9001  | bijna         | ja
    """
    )
    _, [finding] = read_and_tell(tables)
    assert (finding.rule, finding.place.row, finding.place.key) == ("an_admin_sits_in_both_admin_groups", 2, "D-9001")


def test_a_row_without_anything_of_peoples_is_nobody() -> None:
    """Blank rows, leftovers in the software's columns, checkboxes that are off and marks that do not show."""
    headings: list[Cell] = ["Nr", "Voornaam", "Sticker", "Status"]
    rows: list[list[Cell]] = [
        headings,
        ["D-0001", "Jan"],
        [],
        ["D-0002", None, None, "actief"],
        [None, " \u200b\u00ad\u00a0", False],
        ["", "", None],
        [None, "Piet"],
    ]
    roster, _ = read(register() | {"Deelnemers": table("Deelnemers", rows)})
    assert [(member.nr, member.first_name, member.place.row) for member in roster.members] == [
        ("D-0001", "Jan", 2),
        ("D-0003", "Piet", 7),
    ]


def test_missing_tables_read_as_empty_ones() -> None:
    """Beheerders may be absent; nothing is found where nothing is."""
    roster, findings = read({})
    assert (roster.members, roster.groups, roster.admin_rows, findings) == ([], [], [], [])


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.sampled_from([Unknown(), Unknown("#N/A")]),
    st.sampled_from(
        [
            "ja",
            "D-0001",
            "Kerkstraat 12",
            "Tuindorp",
            "06-23456789",
            "52.95, 4.76",
            "=1/0",
            "#REF!",
            "'",
            "1e400",
            "\ud800",
            "٣",
        ]
    ),
)


@given(st.data())
def test_reading_never_raises(data: st.DataObject) -> None:
    """Whatever the cells hold, every row that counts is read, and what is wrong is told."""
    tables = {
        tab.title: table(
            tab.title,
            [list(tab.headings), *data.draw(st.lists(st.lists(_ODD, max_size=len(tab.headings)), max_size=3))],
        )
        for tab in TABS
    }
    roster, findings = read_and_tell(tables)
    assert len({member.nr for member in roster.members}) == len(roster.members)
    assert all(finding.message and finding.rule for finding in findings)


@pytest.mark.parametrize(
    "cell", [datetime(2026, 3, 5, 14, 30), time(9, 30), timedelta(hours=30), float("nan"), float("inf"), 10**400]
)
def test_odd_values_in_every_cell_are_read_or_told(cell: Cell) -> None:
    """A row full of one odd value is still a row."""
    tables = {tab.title: table(tab.title, [list(tab.headings), [cell] * len(tab.headings)]) for tab in TABS}
    roster, findings = read_and_tell(tables)
    assert len(roster.members) == len(roster.requests) == 1
    assert all(finding.rule for finding in findings)


def test_today_decides_how_a_short_year_reads() -> None:
    """Days go through the same reader in every tab."""
    roster, _ = read(
        register(
            groepen="""
        Groep    | Gebied  | Aangemeld op | Gestart op
        Tuindorp | Centrum | 05/03/26     | 5 maart 2026
    """
        )
    )
    assert roster.groups[0].registered == roster.groups[0].started == date(2026, 3, 5) < TODAY
    assert cells("a | b\n|") == [["a", "b"], [None, None]]
