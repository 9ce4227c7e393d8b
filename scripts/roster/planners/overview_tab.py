"""Keeps tab Overzicht: the figures of all, of each area and group, and of the last months, a row each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from roster.plan.steps import AddRow, CellStep, SetCell, View
from roster.planners.figures import Figures, Fill
from roster.sheet.columns import OVERZICHT
from roster.sheet.table import Place, Table, is_blank, says

_Line = dict[str, str | int]


def plan_overview(view: View) -> Iterator[CellStep]:
    """Every cell that should say something else than it says now; new rows below the last one.

    A row is named by its Regel, so people may sort. What they copied or put in our columns themselves gives its row
    to a line that has none, or is emptied. Nothing is planned for a register without people and groups, nor on a tab
    of that name that is people's own.
    """
    table = view.roster.tables.get(OVERZICHT.title)
    if not (view.roster.members or view.roster.groups) or (table is not None and table.theirs):
        return
    lines = {str(line["Regel"]): line for line in _lines(Figures(view))}
    there, spare = _rows(table, lines) if table is not None else ({}, [])
    for name, line in lines.items():
        row = there.get(name) or (spare.pop(0) if spare else None)
        if row is None or table is None:
            yield AddRow(OVERZICHT.title, name, tuple((one, line.get(one, "")) for one in OVERZICHT.headings))
        else:
            yield from _tell(table, row, line)
    for row in spare:
        assert table is not None  # the rows are its
        yield from _tell(table, row, {})


def _lines(figures: Figures) -> Iterator[_Line]:
    """The lines of the tab, top to bottom: on the left the figures, beside them the months."""
    kinds = [("alles", [figures.together]), ("gebied", figures.areas), ("groep", figures.groups)]
    left: list[_Line] = [_figures(kind, fill) for kind, fills in kinds for fill in fills]
    right: list[_Line] = [{"Maand": month.label, "Aanmeldingen": month.joined} for month in figures.months()]
    for number, (one, other) in enumerate(zip_longest(left, right, fillvalue=_Line()), 1):
        yield {**one, **other, "Regel": f"regel {number}"}


def _figures(kind: str, fill: Fill) -> _Line:
    return {
        "Naam": fill.name,
        "Wat": kind,
        "Deelnemers": fill.active,
        "Vrij": fill.free,
        "Vol in %": fill.share,
        "Beheerders": fill.admins,
        "Nieuw in 30 dagen": fill.new,
        "Geblokkeerd": fill.blocked,
        "Wachtlijst": fill.waiting,
        "Stickers": fill.stickers,
    }


def _rows(table: Table, lines: dict[str, _Line]) -> tuple[dict[str, Place], list[Place]]:
    """Which row is whose, and those in which something of ours stands that is no line's."""
    there: dict[str, Place] = {}
    spare: list[Place] = []
    for index, name in enumerate(table.column(OVERZICHT.named_by)):
        known = name.strip() if isinstance(name, str) else ""
        if known in lines and known not in there:
            there[known] = table.place(index)
        elif not all(is_blank(table.cell(index, heading)) for heading in OVERZICHT.headings):
            spare.append(table.place(index))
    return there, spare


def _tell(table: Table, row: Place, line: _Line) -> Iterator[SetCell]:
    for heading in OVERZICHT.headings:
        was = table.cell(row.row - table.first, heading)
        if not says(was, line.get(heading, "")):
            yield SetCell(row.at(heading), line.get(heading, ""), was)
