"""What whole rounds keep of a column Geen mail: what somebody typed lasts, what was not read does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster.sheet.table import Cell, Table, Unknown
from support.asked_round import go
from support.ledgers import ledger_in
from support.sheet_notation import TODAY, register
from support.small_round import Postman
from support.table_register import TableRegister

BO = "bo@mail.example"


def refusing(cell: Cell) -> dict[str, Table]:
    """Bo, under whose Geen mail this stands, and Cees."""
    tables = register(f"Voornaam | E-mail\nBo | {BO}\nCees | cees@mail.example")
    table = tables["Deelnemers"]
    table.columns["Geen mail"] = max(table.columns.values()) + 1
    for row, value in zip(table.rows, (cell, None), strict=False):
        row.extend([None] * (table.columns["Geen mail"] + 1 - len(row)))
        row[table.columns["Geen mail"]] = value
    return tables


def mended(workbook: TableRegister, value: Cell = None) -> None:
    """Somebody types this over Bo's cell."""
    table = workbook.tables["Deelnemers"]
    table.rows[0][table.columns["Geen mail"]] = value


def remembered(home: Path) -> int:
    with ledger_in(home, TODAY) as ledger:
        return len(ledger.replies.wishes().keys())


@pytest.mark.parametrize("shown", ["#N/A", Unknown("#N/A"), Unknown()])
@pytest.mark.parametrize("then", [None, "nee"])
def test_an_unknown_geen_mail_holds_back_only_while_it_is_unknown(tmp_path: Path, shown: Cell, then: Cell) -> None:
    """Neither the ledger nor the row makes a wish of it, and once the cell is mended he is welcomed."""
    workbook, box = TableRegister(refusing(shown)), Postman()
    for _round in range(2):
        go(tmp_path, workbook, box, yes=True)
        assert box.arrived == ["Cees Jansen <cees@mail.example>"]
        assert "geen mail" not in str(workbook.column("Welkom")[0]) and remembered(tmp_path) == 0
    mended(workbook, then)
    go(tmp_path, workbook, box, yes=True)
    assert sum(BO in mail for mail in box.arrived) == 1


@pytest.mark.parametrize("typed", ["liever niet", "liever niet " * 30])
def test_what_somebody_typed_under_geen_mail_outlives_the_cell(tmp_path: Path, typed: str) -> None:
    """Also where it does not read for a while: the wish was heard before."""
    workbook, box = TableRegister(refusing(typed)), Postman()
    for value in (typed, Unknown("#N/A"), None):
        mended(workbook, value)
        go(tmp_path, workbook, box, yes=True)
        assert BO not in str(box.arrived) and remembered(tmp_path) == 1
        assert "wil geen mail" in str(workbook.column("Welkom")[0])
