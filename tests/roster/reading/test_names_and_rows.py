"""Names, rows, addresses and numbers as people and spreadsheets leave them: understood, or told with the right advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.table import Table as ListObject

from outside.excel.create import create_register
from outside.excel.workbook import ExcelWorkbook
from roster.cells import Unreadable, day, house_number, phone
from roster.messages.welcome import plan_welcome
from roster.plan.history import History
from roster.plan.steps import Send, SetCell
from roster.planners.status_cells import plan_status_cells
from roster.reading.roster import read_roster
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Cell, Table, Unknown
from support.plans import carried_out, plan, view
from support.sheet_notation import STREETS, TERMS, TODAY, found, judge, lines, members, register, table, weights

REAL = replace(TERMS, network=replace(TERMS.network, regiegroep_number="06-58765432"))
ROW = "a_row_is_of_one_member"


@pytest.mark.parametrize(
    "filler",
    [
        "-",
        ".",
        "n.v.t.",
        "nvt",
        "Onbekend",
        "?",
        "…",
        "--",
        "N.N.",
        "(onbekend)",
        "[onbekend]",
        "-onbekend-",
        "Onbekend.",
        "onbekend?",
        "nvt.",
        "onbek.",
        "0",
        "geen naam",
    ],
)
def test_what_only_fills_the_cell_is_no_name(filler: str) -> None:
    """Nobody is greeted with it: with another name that one counts, without it the row is blocked."""
    tables = register(f"Voornaam | Achternaam | Organisatie\n{filler} | {filler} | {filler}")
    assert weights(tables) == [("a_member_has_a_name", 2, "blokkeert")]
    tables = register(f"Voornaam | Achternaam | E-mail\n{filler} | Jansen | jan@mail.example")
    [letter] = [step for step in plan_welcome(view(tables, REAL)) if isinstance(step, Send)]
    assert letter.facts["greeting"] == "Jansen" and letter.to_name == "Jansen"


@pytest.mark.parametrize(
    ("typed", "infix", "name"),
    [
        ("Berg, van den", None, "Jan van den Berg"),
        ("Hof, van ’t", None, "Jan van 't Hof"),
        ("Vries,de", None, "Jan de Vries"),
        ("Broek (v.d.)", None, "Jan v.d. Broek"),
        ("Berg, van den", "van den", "Jan van den Berg"),
        ("van den Berg", None, "Jan van den Berg"),
        ("Geen", "van", "Jan van Geen"),
        ("Boer,", None, "Jan Boer"),
        ("Berg, van den.", None, "Jan van den Berg"),
        ("Linden, v. d.", None, "Jan v. d. Linden"),
    ],
)
def test_an_infix_behind_a_comma_goes_before_the_name(typed: str, infix: str | None, name: str) -> None:
    """As a telephone book has it."""
    roster, findings, _ = judge(register(f"Voornaam | Tussenvoegsel | Achternaam\nJan | {infix or ''} | {typed}"))
    assert (roster.members[0].name, findings) == (name, [])


def test_two_infixes_that_differ_are_a_let_op() -> None:
    """Which of them is his, only people know."""
    assert weights(register("Tussenvoegsel | Achternaam\nde | Berg, van den")) == [("a_member_has_a_name", 2, "let op")]


@pytest.mark.parametrize("typed", ["Berg, J. van den", "Jansen, Jan", "Bakker, MSc"])
def test_anything_else_behind_a_comma_is_a_let_op(typed: str) -> None:
    """It may be a first name, a title or a second person: nobody guesses."""
    assert weights(register(f"Voornaam | Achternaam\nJan | {typed}")) == [("a_member_has_a_name", 2, "let op")]


def with_rows(*rows: dict[str, Cell]) -> dict[str, Table]:
    """A sound register with these rows, and nothing else in them, at the top of Deelnemers."""
    whole = members("Voornaam\nJan")
    lone = [[row.get(heading) for heading in DEELNEMERS.headings] for row in rows]
    return register() | {"Deelnemers": table("Deelnemers", [whole[0], *lone, *register()["Deelnemers"].rows])}


def in_row_2(tables: dict[str, Table]) -> list[SetCell]:
    """What the first row of Deelnemers will say."""
    steps = [step for step in plan(plan_status_cells, tables) if isinstance(step, SetCell)]
    return [step for step in steps if (step.place.tab, step.place.row) == ("Deelnemers", 2)]


@pytest.mark.parametrize(
    "row",
    [
        {"Voornaam": "Tuindorp"},
        {"Achternaam": "Totaal: 3"},
        {"Groep": "Tuindorp"},
        {"Voornaam": "Totaal", "Mobiel": 3},
        {"Achternaam": "Totaal", "Groep": 12, "Sticker": 3.0},
        {"Straat": "Subtotaal", "Huisnummer": "3"},
        {"Organisatie": "Aantal deelnemers: 12"},
        {"Voornaam": "Som", "Mobiel": 325},
        {"Voornaam": "Totaal", "Mobiel": 1246913578},
        {"Straat": "Som", "Huisnummer": "325"},
        {"Achternaam": "Totaal deelnemers", "Groep": "25 leden"},
        {"Voornaam": "Totaal", "Groep": "groep Tuindorp"},
        {"Straat": "Totaal", "Groep": "groep Tuindorp"},
        {"Voornaam": "Gem.", "Huisnummer": "12,5"},
        {"Voornaam": "\u03a3", "Achternaam": "25"},
        {"Voornaam": "\u2211", "Sticker": 25},
        {"Groep": "#N/A", "Straat": "#N/A"},
        {"Groep": Unknown()},
    ],
)
def test_a_row_of_one_word_or_a_total_is_no_member(row: dict[str, Cell]) -> None:
    """One let op in the row itself, no Nr, and nothing more at the next round."""
    tables = with_rows(row)
    roster, findings, _ = judge(tables)
    assert [(one.rule, one.place.row, one.weight.value) for one in findings] == [(ROW, 2, "let op")]
    assert len(roster.members) == 3
    steps = in_row_2(tables)
    assert [(step.place.column, str(step.value)[:6]) for step in steps] == [("Meldingen", "Let op")]
    assert in_row_2(carried_out(tables, steps)) == []


@pytest.mark.parametrize(
    "row",
    [
        {"Mobiel": "06-23456789"},
        {"E-mail": "jan@mail.example"},
        {"Voornaam": "Jan", "Achternaam": "Berg"},
        {"Achternaam": "Som", "Mobiel": "06-23456789"},
        {"Achternaam": "Som", "Mobiel": 623456789},
        {"Voornaam": "Gem", "Achternaam": "Som"},
        {"Organisatie": "Gem Juweliers", "Huisnummer": 12},
        {"Nr": "D-0007", "Voornaam": "Jan"},
    ],
)
def test_who_can_be_reached_or_was_somebody_is_a_member(row: dict[str, Cell]) -> None:
    """Blocked, and told what lacks."""
    tables = with_rows(row)
    roster, findings, _ = judge(tables)
    assert (
        len(roster.members) == 4 and any(one.blocks for one in findings) and ROW not in {one.rule for one in findings}
    )


def test_a_formula_dragged_down_too_far_is_told_once() -> None:
    """Nine hundred rows of #N/A are no nine hundred lines."""
    tables = with_rows(*[{"Groep": "#N/A"}] * 900)
    findings = judge(tables)[1]
    assert [(one.rule, one.place.row) for one in findings] == [(ROW, 2)] and "899 andere rijen" in findings[0].line


def test_a_total_in_another_tab_is_no_row_either() -> None:
    """Neither a street nor a group; a group that only has its name is one."""
    tables = register(straten=STREETS + "    Totaal | 2 | | | |\n")
    assert found(tables) == [(ROW, 4)] and len(judge(tables)[0].streets) == 2
    assert len(judge(register(groepen="Groep | Gebied\nTotaal | 3\nTuindorp |"))[0].groups) == 1
    assert len(judge(register(groepen="Groep | Gebied\nTotaal: 1 groep |\nTuindorp |"))[0].groups) == 1
    assert len(judge(register(groepen="Groep | Gebied\nSom |\nTuindorp |"))[0].groups) == 2
    assert len(judge(register(straten=STREETS + "    Totaal: 2 straten | | | | |\n"))[0].streets) == 2


PERSON = {
    "Voornaam": "Jan", "Achternaam": "Berg", "Straat": "Kerkstraat", "Huisnummer": "1", "Mobiel": "06-58765401", "Groep": "Tuindorp",
}  # fmt: skip


def saved(path: Path, *, total: bool = False, is_1904: bool = False) -> ExcelWorkbook:
    """A register as Excel saves it, with a table that adds up, or with days from 1904."""
    create_register(path, {"Deelnemers": [[PERSON.get(heading) for heading in DEELNEMERS.headings]] * 2})
    book = openpyxl.load_workbook(path)
    sheet = book["Deelnemers"]
    joined, left_on = (DEELNEMERS.headings.index(heading) + 1 for heading in ("Aangemeld op", "Afgemeld op"))
    if total:
        sheet.cell(4, 2, "Ledental")
        sheet.cell(4, 10, 2)
        sheet.auto_filter.ref = None
        listed = ListObject(displayName="Leden", ref="A1:Y4", totalsRowCount=1)
        listed._initialise_columns()  # openpyxl only does so for tables that it adds by itself
        sheet.add_table(listed)
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
        sheet.cell(2, joined, 44624).number_format = "General"
        sheet.cell(3, joined, datetime(2026, 3, 5)).number_format = "dd-mm-yyyy"
        sheet.cell(3, left_on, 0).number_format = "General"
    book.save(path)
    return ExcelWorkbook(path, path.parent / "backups")


def test_the_totals_of_a_table_are_no_row(tmp_path: Path) -> None:
    """Whatever they say: the file itself tells that they are totals."""
    roster = read_roster(saved(tmp_path / "register.xlsx", total=True).read(), TERMS, History())
    assert len(roster.members) == 2 and not [one for one in roster.unread if one.place.row == 4]


def test_a_number_counts_from_1904_where_the_file_does(tmp_path: Path) -> None:
    """Beside a cell that shows a day, which is that day."""
    workbook = saved(tmp_path / "register.xlsx", is_1904=True)
    roster = read_roster(workbook.read(), TERMS, History())
    assert [member.joined for member in roster.members] == [date(2026, 3, 5)] * 2
    assert not any(member.left for member in roster.members)


@pytest.mark.parametrize("typed", ["5-3-’26", "5 mrt ‘26", "5/3/´26", "5-3-'26", "5 maart ′26"])
def test_a_year_with_an_apostrophe_of_any_shape(typed: str) -> None:
    """As phones and Word type it."""
    assert day(typed, TODAY) == date(2026, 3, 5)


@pytest.mark.parametrize("outcome", [-12345653, -612345647, -155.0, 4.18e-07, 31.5])
def test_a_number_that_became_a_sum_is_told_so(outcome: float) -> None:
    """+31-6-12345678 typed in a sheet: the digits are gone, and the advice is the one that helps."""
    with pytest.raises(Unreadable, match="een som gemaakt") as told:
        phone(outcome)
    assert "als tekst" in told.value.remedy


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12 begane grond", 12),
        ("12 appartement 3", 12),
        ("12 bovenwoning", 12),
        ("12 apt. 3", 12),
        ("12 tweede etage", 12),
        ("12-b begane grond", 12),
    ],
)
def test_a_house_number_may_tell_which_door(typed: str, number: int) -> None:
    """In its own cell, and behind the street."""
    read = house_number(typed)
    assert read is not None and read.number == number
    assert weights(register(f"Voornaam | Straat | Huisnummer\nJan | Kerkstraat {typed} |")) == []


@pytest.mark.parametrize(
    "street",
    [
        "Kerkstraat 12 Den Helder",
        "Kerkstraat 12, Den Helder",
        "Kerkstraat 12, 1781 AB Den Helder",
        "Kerkstr. 12 1781ab",
        "kerkstraat 12 te Den Helder",
        "Kerkstraat 12 (Den Helder)",
    ],
)
def test_a_whole_address_in_the_cell_of_the_street_is_understood(street: str) -> None:
    """With the place in its own cell or without; another place there is not passed over."""
    assert weights(register(f"Voornaam | Straat | Huisnummer | Plaats\nJan | {street} | | Den Helder")) == []
    assert weights(register(f"Voornaam | Straat | Huisnummer | Plaats\nJan | {street} | |")) == []
    if "elder" in street:
        told = weights(register(f"Voornaam | Straat | Huisnummer | Plaats\nJan | {street} | | Julianadorp"))
        assert told and told[0][2] == "blokkeert"


def test_a_slip_in_a_whole_address_is_still_known() -> None:
    """The place behind it does not hide which street was meant."""
    assert (
        "Bedoelde u Kerkstraat?"
        in lines(register("Voornaam | Straat | Huisnummer\nJan | Kerkstaat 12 Den Helder |"))[0]
    )


@pytest.mark.parametrize("known", ["Laan '40-'45", "Laan 1940-1945", "Laan ’40-’45", "Laan 40-45"])
@pytest.mark.parametrize("typed", ["Laan '40-'45", "Laan 1940-1945", "Laan ’40-’45 "])
def test_years_in_the_name_of_a_street(known: str, typed: str) -> None:
    """With all their digits, or without the first two."""
    if known == "Laan 40-45" and "19" in typed:
        return  # nothing says that forty is a year
    streets = STREETS + f"    {known} | Den Helder | | | | Tuindorp\n"
    for row in (f"Jan | {typed} | 12", f"Jan | {typed} 12 |"):
        assert weights(register(f"Voornaam | Straat | Huisnummer\n{row}", straten=streets)) == []


def test_a_caretaker_or_a_requester_is_not_called_by_a_filler() -> None:
    """The dossier of a sign request greets the one and names the other."""
    tables = register(
        gebieden="Gebied | Plaats | Wijkconciërge\nCentrum | Den Helder | n.v.t.",
        bordaanvragen="Groep | Locatie 1 | Locatie 2 | Aangevraagd door\nTuindorp | 52.95634, 4.76051 | 52.95834, 4.76051 | -",
    )
    roster = judge(tables)[0]
    assert (roster.areas[0].caretaker, roster.requests[0].requested_by) == ("", "")
