"""Formulas around the software's cells: what depends on a change is worked out anew, what would break is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from outside.errors import Stop
from roster.plan.steps import SetCell
from support.excel_ground import MEMBER, by_hand, leftovers, status
from support.xlsx_by_hand import KIND, MAIN, part, raw_parts, sheet_xml, values


def test_outcomes_that_depend_on_a_change_are_taken_out_and_no_others(tmp_path: Path) -> None:
    """Direct, through another formula, by a name; text that looks like a reference does not count."""
    path = tmp_path / "register.xlsx"
    extra = (
        '<row r="1"><c r="A1"><f>COUNTIF(Deelnemers!W$2:W$99,"actief")</f><v>0</v></c><c r="B1"><f>A1+1</f><v>1</v></c>'
        '<c r="C1"><f>COUNTA(Deelnemers!$B:$B)</f><v>2</v></c><c r="D1" t="str"><f>"Deelnemers!W2"</f><v>x</v></c>'
        '<c r="E1"><f>SUM(standen)</f><v>3</v></c><c r="F1"><f>Groepen!W2</f><v>4</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" ref="A2:A3" si="0">LEN(Deelnemers!W2)</f><v>5</v></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="0"/><v>6</v></c></row>'
    )
    workbook = by_hand(
        path,
        MEMBER.format(2, "") + MEMBER.format(3, ""),
        extra=extra,
        calc='<definedNames><definedName name="standen">Deelnemers!$W$2:$X$3</definedName></definedNames>',
    )
    workbook.write([status(workbook)])
    after = part(path, "xl/worksheets/sheet6.xml")
    assert after == sheet_xml(
        extra.replace("<v>0</v>", "").replace("<v>1</v>", "").replace("<v>3</v>", "").replace("<v>5</v>", "")
    )
    assert '</definedNames><calcPr fullCalcOnLoad="1"/></workbook>' in part(path, "xl/workbook.xml")


def test_without_a_formula_that_depends_on_it_the_workbook_stays(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook = by_hand(
        path, MEMBER.format(2, ""), extra='<row r="1"><c r="A1"><f>COUNTA(Deelnemers!B2:B9)</f><v>1</v></c></row>'
    )
    before = raw_parts(path)
    workbook.write([status(workbook)])
    after = raw_parts(path)
    assert [name for name in before if before[name] != after[name]] == ["xl/worksheets/sheet1.xml"]


def test_an_outcome_in_a_column_of_people_stays_readable(tmp_path: Path) -> None:
    """What the next run must read is kept, though it may be out of date until the file is opened in Excel."""
    path = tmp_path / "register.xlsx"
    formula = '<c r="V{0}" t="str"><f>IF(W{0}="actief","ja","nee")</f><v>nee</v></c>'
    workbook = by_hand(path, MEMBER.format(2, formula.format(2)))
    workbook.write([status(workbook)])
    assert values(path)["Deelnemers"][2, 22] == "nee"
    assert 'fullCalcOnLoad="1"' in part(path, "xl/workbook.xml")


def test_a_formula_of_ours_makes_room_and_the_chain_goes(tmp_path: Path) -> None:
    """Excel would mend a file whose calculation chain names a cell without a formula."""
    path = tmp_path / "register.xlsx"
    chain = f'<calcChain xmlns="{MAIN}"><c r="W2" i="1"/></calcChain>'
    workbook = by_hand(
        path, MEMBER.format(2, '<c r="W2" t="str"><f>"oud"</f><v>oud</v></c>'), more={"xl/calcChain.xml": chain}
    )
    workbook.write([status(workbook)])
    with zipfile.ZipFile(path) as archive:
        assert "xl/calcChain.xml" not in archive.namelist()
    assert "calcChain" not in part(path, "[Content_Types].xml") + part(path, "xl/_rels/workbook.xml.rels")
    assert f"{KIND}.worksheet+xml" in part(path, "[Content_Types].xml")
    assert values(path)["Deelnemers"][2, 23] == "actief"


def test_a_formula_for_several_cells_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook = by_hand(
        path,
        MEMBER.format(2, '<c r="W2" t="str"><f t="shared" ref="W2:W3" si="0">"oud"</f><v>oud</v></c>')
        + MEMBER.format(3, ""),
    )
    step, before = status(workbook), path.read_bytes()
    with pytest.raises(Stop, match="W2"):
        workbook.write([step])
    assert path.read_bytes() == before and leftovers(path) == []


def test_a_cell_under_a_merged_one_is_left(tmp_path: Path) -> None:
    """What is written there would not show; its neighbours are written."""
    path = tmp_path / "register.xlsx"
    workbook = by_hand(
        path,
        MEMBER.format(2, "") + MEMBER.format(3, ""),
        after='<mergeCells count="1"><mergeCell ref="W2:W3"/></mergeCells>',
    )
    table = workbook.read()["Deelnemers"]
    top, under = (SetCell(table.place(index, "Status"), "actief") for index in (0, 1))
    written = workbook.write([top, under])
    assert written.done == (top,) and written.left == (under,)
