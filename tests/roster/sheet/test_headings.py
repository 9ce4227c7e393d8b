"""Finding tabs and columns, however people wrote their titles and headings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.sheet.columns import BEHEERDERS, TABS, TabSpec
from roster.sheet.headings import HeadingProblems, find_tables
from roster.sheet.table import Cell, Sheet


def sheet(
    tab: TabSpec, *, title: str = "", headings: list[Cell] | None = None, rows: list[list[Cell]] | None = None
) -> Sheet:
    return Sheet(title or tab.title, [list(headings or tab.headings), *(rows or [])])


def register(*changed: Sheet, without: str = "") -> list[Sheet]:
    """All tabs of the register in order, some of them replaced by the sheets given (by their title's tab)."""
    instead = {one.title: one for one in changed}
    return [instead.pop(tab.title, sheet(tab)) for tab in TABS if tab.title != without] + list(instead.values())


def problems(sheets: list[Sheet]) -> list[tuple[str, str]]:
    with pytest.raises(HeadingProblems) as caught:
        find_tables(sheets)
    return list(caught.value.problems)


MEMBERS, GROUPS, STREETS = TABS[0], TABS[1], TABS[2]


def test_a_new_register_is_found_whole() -> None:
    """Every tab with every column, where the register's own definition puts them."""
    tables = find_tables(register())
    assert list(tables) == [tab.title for tab in TABS]
    for tab in TABS:
        assert list(tables[tab.title].columns) == list(tab.headings)
        assert tables[tab.title].own == tab.own
        assert tables[tab.title].first == 2


@pytest.mark.parametrize("title", ["deelnemers", " DEELNEMERS ", "Deel nemers", "Déélnemers", "Deelnemers:"])
def test_case_spaces_and_accents_of_a_title_are_forgiven(title: str) -> None:
    """A tab is known by its name, and goes by the register's own; its title stays as people typed it."""
    tables = find_tables(register(sheet(MEMBERS, title=title), without="Deelnemers"))
    assert tables["Deelnemers"].title == title


@pytest.mark.parametrize(
    "typed", ["E-mail", "e-mail", "Email", "e mail", "E–mail", "E_MAIL", "É-mail", " E-mail: ", "E-mail*"]
)
def test_case_spaces_accents_and_marks_of_a_heading_are_forgiven(typed: str) -> None:
    """However the heading is written, the column is found."""
    headings: list[Cell] = [typed if heading == "E-mail" else heading for heading in MEMBERS.headings]
    table = find_tables(register(sheet(MEMBERS, headings=headings)))["Deelnemers"]
    assert table.columns["E-mail"] == MEMBERS.headings.index("E-mail")


def test_marks_are_forgiven_only_where_nothing_else_fits() -> None:
    """An extra column "Groep?" beside "Groep" is left alone: forgiveness never makes two headings one."""
    headings: list[Cell] = ["Groep?", *MEMBERS.headings, "Email"]
    table = find_tables(register(sheet(MEMBERS, headings=headings)))["Deelnemers"]
    assert table.columns["Groep"] == 1 + MEMBERS.headings.index("Groep")
    assert table.columns["E-mail"] == 1 + MEMBERS.headings.index("E-mail")


def test_no_two_columns_of_a_tab_are_one_when_marks_are_forgiven() -> None:
    """The register's own headings stay apart with letters and digits alone."""
    for tab in TABS:
        bare = ["".join(mark for mark in heading.casefold() if mark.isalnum()) for heading in tab.headings]
        assert len(set(bare)) == len(bare)


def test_columns_stand_in_any_order_and_extra_ones_are_left_alone() -> None:
    """Only known headings are in the table, each where it stands; numbers, dates and blanks among them do no harm."""
    headings: list[Cell] = [None, 2026, date(2026, 3, 5), *reversed(MEMBERS.headings), "Huisdier", True]
    table = find_tables(register(sheet(MEMBERS, headings=headings)))["Deelnemers"]
    assert set(table.columns) == set(MEMBERS.headings)
    assert table.columns[MEMBERS.headings[0]] == 2 + len(MEMBERS.headings)


def test_a_title_line_and_blank_rows_above_the_headings_are_forgiven() -> None:
    """The heading row is the first with enough headings; row numbers stay those of the sheet."""
    above: list[list[Cell]] = [["Groep overzicht 2026"], [], [None, ""]]
    cells = [*above, list(GROUPS.headings), ["Tuindorp", "Centrum"], [], ["Oost", "Centrum"], ["", None], []]
    table = find_tables(register(Sheet("Groepen", cells)))["Groepen"]
    assert table.first == 5
    assert table.rows == [["Tuindorp", "Centrum"], [], ["Oost", "Centrum"]]


def test_a_row_of_data_is_no_heading_row() -> None:
    """A word that is a heading elsewhere does not make its row one."""
    cells: list[list[Cell]] = [["Straat"], list(STREETS.headings), ["Plaats", "Groep"]]
    assert find_tables(register(Sheet("Straten", cells)))["Straten"].first == 3


def test_extra_tabs_are_left_alone_and_beheerders_may_be_missing() -> None:
    """Beheerders is derived, so it is simply absent."""
    tables = find_tables([*register(without="Beheerders"), Sheet("Kladblok", [["Naam"]])])
    assert list(tables) == [tab.title for tab in TABS if tab is not BEHEERDERS]


def test_the_two_columns_of_people_may_be_missing_in_the_derived_tab() -> None:
    """They are added with the rest."""
    table = find_tables(register(Sheet("Beheerders", [["Nr", "Naam"], ["D-0001", "Jan"]])))["Beheerders"]
    assert table.columns == {"Nr": 0, "Naam": 1}
    assert find_tables(register(Sheet("Beheerders", [])))["Beheerders"].columns == {}


def test_own_columns_may_be_missing() -> None:
    """The software adds its own columns later."""
    headings: list[Cell] = [column.heading for column in MEMBERS.columns if not column.own]
    assert "Nr" not in find_tables(register(sheet(MEMBERS, headings=headings)))["Deelnemers"].columns


REQUIRED = {
    "Deelnemers": (
        "Achternaam", "Voornaam", "Tussenvoegsel", "Organisatie", "Straat", "Huisnummer", "Postcode", "Plaats",
        "Mobiel", "E-mail", "Groep", "Rol", "18 jaar of ouder", "Akkoord spelregels", "Sticker", "Taal",
        "Aangemeld op", "Afgemeld op", "Uitzondering", "In WhatsApp", "Opmerking",
    ),
    "Groepen": ("Groep", "Gebied", "Aangemeld op", "Gestart op", "Uitnodigingslink", "Opmerking"),
    "Straten": ("Straat", "Plaats", "Van", "Tot", "Zijde", "Groep"),
    "Gebieden": ("Gebied", "Plaats", "Wijkconciërge", "E-mail wijkconciërge"),
    "Bordaanvragen": (
        "Groep", "Locatie 1", "Omschrijving 1", "Locatie 2", "Omschrijving 2", "Aangevraagd op", "Aangevraagd door",
        "Toelichting", "Besluit", "Besluit op",
    ),
}  # fmt: skip
"""The people's columns of registers that are in use: with these alone each version reads on."""


def test_a_register_in_use_never_waits_for_a_column_that_a_new_version_knows() -> None:
    """A new version stops nobody's rounds: what it reads besides may be absent, and stands in each new register."""
    tables = find_tables([sheet(tab, headings=list(REQUIRED[tab.title])) for tab in TABS if tab.title in REQUIRED])
    assert "Goedkeuring aan" in GROUPS.headings
    assert "Goedkeuring aan" not in tables["Groepen"].columns


@pytest.mark.parametrize("tab", [tab for tab in TABS if tab.title in REQUIRED], ids=lambda tab: tab.title)
def test_each_other_column_of_people_is_missed(tab: TabSpec) -> None:
    """It is not by oversight that a register is read without its streets or numbers."""
    wrong = problems(register(sheet(tab, headings=["Iets anders", *REQUIRED[tab.title][:1]])))
    assert len(wrong) == len(REQUIRED[tab.title]) - 1


def test_a_missing_tab_names_the_twin_by_its_title() -> None:
    """The likely one is asked about, never taken."""
    assert problems(register(Sheet("Deelnemer", [["x"]]), without="Deelnemers")) == [
        (
            "Het tabblad 'Deelnemers' ontbreekt. Er is wel een tabblad 'Deelnemer': bedoelde u dat?",
            "Geef dat tabblad de naam 'Deelnemers', of maak een nieuw met: make setup",
        )
    ]


def test_a_missing_tab_names_the_twin_by_its_headings() -> None:
    """A tab with a name of its own and the right headings is the likely one."""
    [(message, _)] = problems(register(sheet(MEMBERS, title="Leden"), without="Deelnemers"))
    assert message == "Het tabblad 'Deelnemers' ontbreekt. Er is wel een tabblad 'Leden': bedoelde u dat?"


def test_a_missing_tab_without_a_twin_says_how_to_make_it() -> None:
    """Nothing is guessed from a tab that looks like nothing."""
    assert problems([*register(without="Straten"), Sheet("Kladblok", [["Naam", "Groep"]])]) == [
        ("Het tabblad 'Straten' ontbreekt.", "Voeg het toe, of maak het met: make setup"),
    ]


def test_two_tabs_with_one_title_are_told() -> None:
    """Nobody can say which of the two counts."""
    assert problems([*register(), sheet(MEMBERS, title="deelnemers ")]) == [
        ("Het tabblad 'Deelnemers' staat er meer dan één keer.", "Geef de andere tabbladen een andere naam."),
    ]


@pytest.mark.parametrize(
    ("heading", "typed", "twin"),
    [
        ("Mobiel", "Telefoon", "Telefoon"),
        ("Mobiel", "Mobil", "Mobil"),
        ("Achternaam", "Achternam", "Achternam"),
        ("Plaats", "Kleur", ""),
    ],
)
def test_a_missing_column_names_the_twin(heading: str, typed: str, twin: str) -> None:
    """A column with a heading that is nearly right, or another word for it, is asked about."""
    headings: list[Cell] = [typed if known == heading else known for known in MEMBERS.headings]
    [(message, remedy)] = problems(register(sheet(MEMBERS, headings=headings)))
    assert message.startswith(f"Op het tabblad 'Deelnemers' ontbreekt de kolom '{heading}'.")
    assert (f"'{twin}': bedoelde u die?" in message) == bool(twin)
    assert f"'{heading}'" in remedy


def test_a_doubled_heading_is_told_whoever_owns_it() -> None:
    """Of two columns with one heading nobody can say which counts."""
    headings: list[Cell] = [*MEMBERS.headings, "MOBIEL", "status", "Kleur", "kleur"]
    told = problems(register(sheet(MEMBERS, headings=headings)))
    assert {message for message, _ in told} == {
        "Op het tabblad 'Deelnemers' staat het kopje 'Mobiel' meer dan één keer.",
        "Op het tabblad 'Deelnemers' staat het kopje 'Status' meer dan één keer.",
    }


def test_everything_wrong_is_told_at_once() -> None:
    """A missing tab, a missing column and a tab without headings in one go."""
    groups: list[Cell] = [heading for heading in GROUPS.headings if heading != "Gebied"]
    told = problems(register(sheet(GROUPS, headings=groups), Sheet("Straten", []), without="Gebieden"))
    assert [message for message, _ in told] == [
        "Op het tabblad 'Groepen' ontbreekt de kolom 'Gebied'.",
        "Op het tabblad 'Straten' staan geen kopjes.",
        "Het tabblad 'Gebieden' ontbreekt.",
    ]


_CELL = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.sampled_from(MEMBERS.headings),
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*(tab.title for tab in TABS), "Leden"]), st.lists(st.lists(_CELL, max_size=6), max_size=5)
        ),
        max_size=7,
    )
)
def test_any_sheets_are_found_or_refused_with_reasons(tabs: list[tuple[str, list[list[Cell]]]]) -> None:
    """Whatever stands in a workbook: tables, or HeadingProblems that say something."""
    try:
        told: Sequence[tuple[str, str]] = ()
        found = find_tables([Sheet(title, cells) for title, cells in tabs])
    except HeadingProblems as refused:
        told, found = refused.problems, {}
    assert bool(told) != bool(found)
