"""Formulas on their way from a file to Google and back: the same words, in each other's marks."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from outside.google_formulas import for_excel, for_google, has_decimal_comma
from outside.xlsx_formula_cells import FormulaCell, formula_cells


@pytest.mark.parametrize(
    ("formula", "dutch", "english"),
    [
        ("=SUM(A1,B1)", "=SUM(A1;B1)", "=SUM(A1;B1)"),
        ('=A1&"a,b ""c"""', '=A1&"a,b ""c"""', '=A1&"a,b ""c"""'),
        ("=SUM('a,b'!A1,'it''s'!$B$2:$C$3)", "=SUM('a,b'!A1;'it''s'!$B$2:$C$3)", "=SUM('a,b'!A1;'it''s'!$B$2:$C$3)"),
        ("=A1*1.5+.5", "=A1*1,5+,5", "=A1*1.5+.5"),
        ("=SUM({1,2;3,4.5},3)", "=SUM({1\\2;3\\4,5};3)", "=SUM({1,2;3,4.5};3)"),
        ("=_xlfn._xlws.FILTER(A1:A3,B1:B3)", "=FILTER(A1:A3;B1:B3)", "=FILTER(A1:A3;B1:B3)"),
        ("=_xlfn.LET(_xlpm.x,1,_xlpm.x+1)", "=LET(x;1;x+1)", "=LET(x;1;x+1)"),
        ("=IF(A1,,2)", "=IF(A1;;2)", "=IF(A1;;2)"),
        ("=SUM((A1,B2))", None, None),
        ("=[1]Blad!A1", None, None),
        ("=SUM(Tabel1[bedrag])", None, None),
        ("=_xlfn.SINGLE(A1)", None, None),
        ('=A1&"', None, None),
    ],
)
def test_a_formula_of_a_file_gets_googles_marks(formula: str, dutch: str | None, english: str | None) -> None:
    """";" between arguments, never in a text or a tab's name; None for what Google cannot have."""
    assert for_google(formula, comma=True) == dutch
    assert for_google(formula, comma=False) == english


@pytest.mark.parametrize(
    ("formula", "dutch", "english"),
    [
        ("=SUM(A1;B1)", "SUM(A1,B1)", "SUM(A1,B1)"),
        ("=sum(A1,B1)", None, "SUM(A1,B1)"),
        ('=A1&"a;b"&\'x;y\'!A1', 'A1&"a;b"&\'x;y\'!A1', 'A1&"a;b"&\'x;y\'!A1'),
        ("=SUM({1\\2;3\\4};3)", "SUM({1,2;3,4},3)", "SUM({1,2;3,4},3)"),
        ("=A1*1,5", None, None),
        ('=IFS(A1>1;"x")', '_xlfn.IFS(A1>1,"x")', '_xlfn.IFS(A1>1,"x")'),
        ("=COUNTIF(A2:A;1)", None, None),
        ("=QUERY(A1:B2;1)", None, None),
        ("=ARRAYFORMULA(A1:A3)", None, None),
        ("=Elders!A1", None, None),
        ("=Naam", None, None),
    ],
)
def test_a_formula_of_google_goes_into_a_file_only_where_excel_takes_it(formula: str, dutch: str | None, english: str | None) -> None:
    """For one that it cannot read Excel calls the whole file damaged."""
    assert for_excel(formula, ["x;y"], comma=True) == dutch
    assert for_excel(formula, ["x;y"], comma=False) == english


def test_the_netherlands_write_a_decimal_comma() -> None:
    assert [has_decimal_comma(one) for one in ("nl_NL", "nl_BE", "de_DE", "en_US", "en_GB", "en_ZA")] == [True, True, True, False, False, True]


def test_the_formulas_of_a_file_are_found_with_their_errors(tmp_path: Path) -> None:
    """Shared ones are worked out for each cell, and an array formula tells how far its outcome reaches."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Blad & zo")
        sheet.write_formula("B2", '=A1&"<&>"', None, "x")
        sheet.write_formula("B3", "=1/0", None, "#DIV/0!")
        sheet.write_array_formula("C1:D3", "{=A1:B3*2}")
    assert formula_cells(path) == {
        "Blad & zo": {
            (1, 1): FormulaCell('=A1&"<&>"'),
            (2, 1): FormulaCell("=1/0", "#DIV/0!"),
            (0, 2): FormulaCell("=A1:B3*2", "", 3, 2, is_array=True),
        }
    }


def test_a_shared_formula_is_worked_out_for_every_cell(tmp_path: Path) -> None:
    """As Excel stores a formula that was dragged down."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_formula("A2", "=B1+$C$1")
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"<f>B1+$C$1</f>", b'<f t="shared" si="0" ref="A2:A3">B1+$C$1</f>').replace(
        b"</sheetData>", b'<row><c><f t="shared" si="0"/><v>1</v></c></row></sheetData>'
    )
    with zipfile.ZipFile(path, "w") as target:
        for part, content in parts.items():
            target.writestr(part, content)
    assert formula_cells(path) == {"Sheet1": {(1, 0): FormulaCell("=B1+$C$1"), (2, 0): FormulaCell("=B2+$C$1")}}
