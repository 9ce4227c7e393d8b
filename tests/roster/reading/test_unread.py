"""Unknown is not blank: errors, formulas without an outcome and cells without end are told once, and taken for nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from outside.excel.create import complete_register
from outside.xlsx.archive import Archive
from outside.xlsx.beside_values import UnknownCells, unknown_cells
from outside.xlsx.package import open_book
from roster.cells import phone
from roster.messages.audience import is_left_alone
from roster.messages.welcome import plan_welcome
from roster.model import Status
from roster.plan.steps import SetCell
from roster.planners.status_cells import plan_admins, plan_status_cells
from roster.reading.unread import is_error
from roster.sheet.table import Cell, Table, Unknown
from support.excel_ground import by_hand
from support.plans import carried_out, plan, view
from support.sheet_notation import GROUPS, STREETS, found, judge, lines, register, weights
from support.xlsx_by_hand import sheet_xml, values, write_workbook

KNOWN, BOUND = "a_cell_shows_what_it_holds", "a_cell_has_a_bound"


def with_cell(heading: str, cell: Cell, tab: str = "Deelnemers") -> dict[str, Table]:
    """A sound register in which one cell of the first row holds this."""
    tables = register("Voornaam\nSanne")
    row = tables[tab].rows[0]
    position = tables[tab].columns.setdefault(heading, max(tables[tab].columns.values()) + 1)
    row.extend([None] * (position + 1 - len(row)))
    row[position] = cell
    return tables


@pytest.mark.parametrize(
    "shown", ["#N/A", "#VERW!", "#NAAM?", "#REF!", "#DEEL/0!", "#N/B", "#ERROR!", "Err:502", Unknown("#N/A"), Unknown()]
)
@pytest.mark.parametrize(
    "heading", ["Voornaam", "Achternaam", "Organisatie", "Mobiel", "Straat", "Huisnummer", "Plaats", "Groep"]
)
def test_an_unknown_name_mobile_address_or_group_blocks_and_is_told_once(heading: str, shown: Cell) -> None:
    """On both back ends: Google brings text, a file a value of its own."""
    tables = with_cell(heading, shown)
    assert weights(tables) == [(KNOWN, 2, "blokkeert")]
    assert judge(tables)[2].member[tables["Deelnemers"].keys[0]] is Status.BLOCKED


@pytest.mark.parametrize(
    "heading", ["Postcode", "E-mail", "Sticker", "Taal", "Aangemeld op", "Uitzondering", "In WhatsApp"]
)
def test_elsewhere_it_is_a_let_op(heading: str) -> None:
    """Told once there too."""
    assert weights(with_cell(heading, "#N/A")) == [(KNOWN, 2, "let op")]


@pytest.mark.parametrize("heading", ["18 jaar of ouder", "Akkoord spelregels"])
def test_an_unknown_answer_is_no_yes(heading: str) -> None:
    """Whether he is 18 is not known."""
    assert weights(with_cell(heading, Unknown("#VALUE!"))) == [(KNOWN, 2, "blokkeert")]


@pytest.mark.parametrize("shown", ["#N/A", Unknown("#N/A"), Unknown()])
def test_afgemeld_op_and_geen_mail_count_as_filled_in(shown: Cell) -> None:
    """Who may have left is mailed nothing, and who may want no mail gets none."""
    tables = with_cell("Afgemeld op", shown)
    assert judge(tables)[0].members[0].left and found(tables) == [(KNOWN, 2)]
    tables = with_cell("Geen mail", shown)
    seen = view(tables)
    assert is_left_alone(seen.roster.members[0], seen)


def test_structure_with_an_error_blames_that_cell_alone() -> None:
    """A street row, a group's area and a group's name."""
    streets = STREETS.replace(
        "Molenlaan   | Den Helder |     |     |       | Tuindorp", "Molenlaan | Den Helder | | | | #N/A"
    )
    assert found(register("Voornaam", straten=streets)) == [(KNOWN, 3)]
    assert found(register("Voornaam", groepen=GROUPS.replace("| Centrum |", "| #REF! |"))) == [(KNOWN, 2)]
    told = found(register("Voornaam", groepen=GROUPS + "    #NAME? | Centrum | 1-2-2025 | 1-3-2025\n"))
    assert told == [(KNOWN, 3)]


def test_no_error_is_written_out_to_anybody() -> None:
    """Not in a name in tab Beheerders, nor in a group's row, nor in a letter."""
    tables = register("Voornaam | Rol | E-mail\n#NAAM? | beheerder | v2@mail.example\nBo | | bo@mail.example")
    seen = view(tables)
    steps = [*plan_admins(seen), *plan_status_cells(seen), *plan_welcome(seen)]
    assert not [
        step
        for step in steps
        if isinstance(step, SetCell) and step.place.column != "Meldingen" and "#" in str(step.value)
    ]
    assert "v2@mail.example" not in str(steps)


@pytest.mark.parametrize("shown", ["#N/A", Unknown("#N/A"), Unknown()])
def test_an_error_in_a_cell_of_ours_is_written_over(shown: Cell) -> None:
    """What stands there is what is expected to stand there."""
    tables = with_cell("Status", shown)
    steps = plan(plan_status_cells, tables)
    assert next(step.was for step in steps if isinstance(step, SetCell) and step.place.column == "Status") == shown
    assert "Status" not in {
        step.place.column for step in plan(plan_status_cells, carried_out(tables, steps)) if isinstance(step, SetCell)
    }


@pytest.mark.parametrize("shown", ["#N/A", Unknown("#N/A"), "klaargezet 1-2-2026 (versie 1)" + " " * 400])
def test_a_cell_of_ours_is_never_told_of(shown: Cell) -> None:
    """People cannot mend it, and need not."""
    assert found(with_cell("Welkom", shown)) == []


def test_only_what_looks_just_like_an_error_is_one() -> None:
    """A hash in a remark, a number behind one and shouting are no errors."""
    assert not any(map(is_error, ["#12", "# N/A", "De #1!", "#wijk!", "HELP!", "N/A", "#", "", None, 3]))


FORMULAS = {
    "C2": '<c r="C2" t="e"><v>#N/A</v></c>',
    "D2": '<c r="D2" t="e"><f>VLOOKUP(A2,X!A:B,2,0)</f><v>#REF!</v></c>',
    "E2": '<c r="E2"><f>1+1</f></c>',
    "F2": '<c r="F2"><f>1+1</f><v></v></c>',
    "G2": '<c r="G2" t="str"><f>""</f><v></v></c>',
    "H2": '<c r="H2"><f>1+1</f><v>2</v></c>',
    "I2": '<c r="I2"><f t="shared" si="0"/></c>',
    "J2": '<c r="J2" t="inlineStr"><is><t>t="e" &lt;f&gt;</t></is></c>',
}
EXPECTED = {(1, 2): Unknown("#N/A"), (1, 3): Unknown("#REF!"), (1, 4): Unknown(), (1, 5): Unknown(), (1, 8): Unknown()}


def unknown_in(path: Path) -> dict[str, UnknownCells]:
    """What tab Deelnemers of a file keeps from its reader."""
    with path.open("rb") as file:
        return unknown_cells(open_book(Archive(file)), {"Deelnemers"})


@pytest.mark.parametrize(
    "spell",
    [
        lambda xml: xml,
        lambda xml: re.sub(r' r="[D-Z]2"', "", xml),
        lambda xml: xml.replace("<c ", "<c\n"),
        lambda xml: xml.replace('t="e"', "t='e'"),
    ],
    ids=["as Excel writes", "without addresses", "over lines", "other quotes"],
)
def test_errors_and_formulas_without_an_outcome_are_found_in_a_file(
    tmp_path: Path, spell: Callable[[str], str]
) -> None:
    """However the file spells them; a formula whose outcome is an empty text has an outcome."""
    rows = spell(f"<row>{''.join(FORMULAS.values())}</row>").replace("<row>", '<row r="2">')
    path = write_workbook(tmp_path / "a.xlsx", {"Deelnemers": sheet_xml(rows), "Ander": sheet_xml(rows)})
    assert unknown_in(path) == {"Deelnemers": EXPECTED}


def test_an_array_formula_without_an_outcome_leaves_all_its_cells_unknown(tmp_path: Path) -> None:
    """openpyxl keeps one formula for them all, and no outcome."""
    row = '<row r="2"><c r="B2"><f t="array" ref="B2:B4">X1:X3</f></c></row>'
    path = write_workbook(tmp_path / "a.xlsx", {"Deelnemers": sheet_xml(row)})
    assert set(unknown_in(path)["Deelnemers"]) == {(1, 1), (2, 1), (3, 1)}


def test_a_file_gives_its_unknown_cells_and_one_of_ours_is_written_over(tmp_path: Path) -> None:
    """Also where calamine sees a blank; the write expects what was read."""
    row = '<row r="2"><c r="B2" t="e"><v>#N/A</v></c><c r="D2" t="inlineStr"><is><t>Berg</t></is></c><c r="E2"><f>1</f></c><c r="W2" t="e"><v>#N/A</v></c></row>'
    workbook = by_hand(tmp_path / "register.xlsx", row)
    table = workbook.read()["Deelnemers"]
    assert table.cell(0, "Voornaam") == Unknown("#N/A") and table.cell(0, "Organisatie") == Unknown()
    ours = next(heading for heading, position in table.columns.items() if position == 22)
    step = SetCell(table.place(0, ours), "actief", table.cell(0, ours))
    assert step.was == Unknown("#N/A") and workbook.write([step]).done == (step,)
    assert values(workbook.path)["Deelnemers"][2, 23] == "actief"


def test_completing_a_register_keeps_the_outcomes_that_it_is_read_by(tmp_path: Path) -> None:
    """A formula that looks at the row of headings would otherwise lose its own: the next sync found it unknown."""
    row = '<row r="2"><c r="B2" t="str"><f>INDEX(1:1,2)</f><v>Jan</v></c><c r="D2" t="inlineStr"><is><t>Berg</t></is></c></row>'
    workbook = by_hand(tmp_path / "old.xlsx", row, drop="Meldingen")
    assert complete_register(workbook.path, tmp_path / "backups")
    assert workbook.read()["Deelnemers"].cell(0, "Voornaam") == "Jan"


def test_a_cell_without_end_is_not_read_and_told() -> None:
    """300 characters, a thousand for a story; the reader of the kind never sees it."""
    assert weights(with_cell("Straat", "Kerkstraat " * 3000)) == [(BOUND, 2, "blokkeert")]
    assert weights(with_cell("E-mail", "a" * 301)) == [(BOUND, 2, "let op")]
    assert weights(with_cell("Opmerking", "x" * 1001)) == [(BOUND, 2, "let op")]
    assert weights(with_cell("Opmerking", "x" * 1000)) == [] == weights(with_cell("Voornaam", "x" * 300))
    assert "300 tekens" in lines(with_cell("Achternaam", "x" * 301))[0]
    assert weights(with_cell("Afgemeld op", "x" * 301)) == [(BOUND, 2, "let op")]


SLOW = [
    ("phone", "tel " * 13 + "x"),
    ("phone", "tel. : - " * 33),
    ("phone", "(m) = " * 50 + "("),
    ("phone", "0(" * 150),
    ("phone", "06" + "(a" * 149),
    ("house_number", "1 " + "a " * 149),
    ("house_number", "1" * 5 + "-a1" * 95 + "!"),
    ("email", "<" + " a" * 149),
    ("email", "a." * 150),
    ("email", "@." * 150),
    ("postcode", "1" * 300),
    ("street_splits", "a 1 " * 75),
    ("street_splits", "a1" * 150),
    ("is_official_organisation", "gemeente " * 33),
]


def test_no_reader_takes_minutes_over_a_cell(tmp_path: Path) -> None:
    """Every pattern meets what it backtracks on most, at the length that is still read."""
    program = (
        "import sys, json\nfrom datetime import date\n"
        "from roster import cells\nfrom roster.rules.officials import is_official_organisation\nfrom roster.terms import Bounds\n"
        f"for name, typed in {SLOW!r}:\n"
        "    read = is_official_organisation if name.startswith('is_') else getattr(cells, name)\n"
        "    try: read(typed)\n    except cells.Unreadable: pass\n"
        "for typed in ['1 ' * 150, '1-' * 150, 'ma., ' * 60, '1e' + '-' * 298, '5 mei ' * 50, '1,' * 150, '52°' * 100, '(' * 300,\n"
        "              'http://' + 'a' * 290, '1 1 ' * 75, 'lat: ' * 60, 'N 52 ' * 60, '+' * 300]:\n"
        "    for read in (lambda one: cells.day(one, date(2026, 3, 31)), lambda one: cells.location(one, Bounds()), cells.yes_no,\n"
        "                 cells.phone, cells.house_number, cells.postcode, cells.email, cells.street_splits):\n"
        "        try: read(typed)\n        except cells.Unreadable: pass\n"
    )
    scripts = Path(__file__).resolve().parents[3] / "scripts"
    subprocess.run(
        [sys.executable, "-c", program], cwd=scripts, env={"PYTHONPATH": str(scripts)}, timeout=20, check=True
    )


def test_labels_before_a_number_are_still_understood() -> None:
    """As many as people put there."""
    for typed in (
        "tel. 06-23456789",
        "Mobiel nr.: 06-23456789",
        "(m) 06-23456789",
        "tel - mob = 0623456789",
        "tel:(06)23456789",
    ):
        number = phone(typed)
        assert number is not None and number.e164 == "+31623456789"
