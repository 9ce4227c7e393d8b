"""Reads the cells of a workbook file: of every tab that can be read, and a word about one that cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import python_calamine

from outside.errors import Stop
from outside.xlsx.forgive import forgiving_copy
from roster.sheet.columns import TAB
from roster.sheet.table import Cell, Sheet, fold

MergedRange = tuple[int, int, int, int]
"""Left, top, right, bottom; 1 = A, 1 = top."""

_AGAIN = "Open het in Excel of LibreOffice en sla het opnieuw op. Of zet een kopie terug met: make restore"


class _Stumbled(Exception):
    """The reader cannot read the workbook, or a tab of the register in it (`title`)."""

    def __init__(self, title: str = "") -> None:
        super().__init__(title)
        self.title = title


def is_register_tab(title: str) -> bool:
    """True for a tab that may be one of the register's, as `roster.sheet.headings` forgives its name."""
    return _bare(title) in {_bare(tab) for tab in TAB}


def read_file(path: Path, too_far: frozenset[str]) -> tuple[list[Sheet], dict[str, list[MergedRange]]]:
    """All sheets from A1 on, and by title their merged ranges (left, top, right, bottom; 1 = A, 1 = top).

    A spare tab that cannot be read, or is in `too_far`, counts as empty. Raises Stop that names the tab where
    it is one of the register's own.
    """
    try:
        return _read(path, too_far)
    except _Stumbled:
        pass
    try:
        with forgiving_copy(path) as copy:
            return _read(copy, too_far)
    except _Stumbled as stumbled:
        what = f"Het tabblad '{stumbled.title}' in '{path.name}'" if stumbled.title else f"'{path.name}'"
        raise Stop(f"{what} is beschadigd of niet volledig.", _AGAIN) from stumbled


def _read(source: Path | IO[bytes], too_far: frozenset[str]) -> tuple[list[Sheet], dict[str, list[MergedRange]]]:
    try:
        if isinstance(source, Path):
            opened = python_calamine.CalamineWorkbook.from_path(source)
        else:
            opened = python_calamine.CalamineWorkbook.from_filelike(source)
    except python_calamine.PasswordError as error:
        raise Stop(
            "Het register is beveiligd met een wachtwoord.", "Haal het wachtwoord eraf en sla het bestand opnieuw op."
        ) from error
    except python_calamine.CalamineError as error:
        raise _Stumbled from error
    except BaseException as error:
        raise _what(error, "") from error
    sheets: list[Sheet] = []
    merged: dict[str, list[MergedRange]] = {}
    with opened as workbook:
        for about in workbook.sheets_metadata:
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            cells: list[list[Cell]] = []
            if about.name not in too_far:
                try:
                    cells, merged[about.name] = _read_tab(workbook, about.name)
                except BaseException as error:
                    raised = _what(error, about.name)
                    if raised is error or is_register_tab(about.name) or isinstance(source, Path):
                        raise raised from error
            sheets.append(Sheet(about.name, cells))
    return sheets, merged


def _read_tab(workbook: python_calamine.CalamineWorkbook, title: str) -> tuple[list[list[Cell]], list[MergedRange]]:
    sheet = workbook.get_sheet_by_name(title)
    known: dict[str, str] = {}  # most words stand in many rows: kept once, a large register takes a fifth less
    rows = cast("Iterator[list[Cell]]", sheet.iter_rows())
    cells = [[known.setdefault(cell, cell) if type(cell) is str else cell for cell in row] for row in rows]
    if sheet.start is not None and sheet.start[1]:  # the reader leaves out empty columns on the left
        cells = [[*[None] * sheet.start[1], *row] for row in cells]
    ranges = [
        (left + 1, top + 1, right + 1, bottom + 1) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    ]
    return cells, ranges


def _what(error: BaseException, title: str) -> BaseException:
    """The reader's own ways to fail; a panic of its language is no Exception there. Anything else is itself."""
    if isinstance(error, python_calamine.CalamineError) or type(error).__name__ == "PanicException":
        return _Stumbled(title)
    return error


def _bare(text: str) -> str:
    return "".join(mark for mark in fold(text) if mark.isalnum())
