"""Tells rows of the register from what else stands among them: totals, a word above a block, dragged formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator

from roster.cells import text
from roster.finding import UnreadCell, Weight
from roster.reading.row_ids import valid_number
from roster.reading.unread import is_error
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Cell, Table, fold

RULE = "a_row_is_of_one_member"

_LEAST = {"Straat", "Mobiel", "Groep"}
_SUM = ("Dit lijkt een optelling. Deze rij telt niet mee.", "Klopt dat, dan hoeft u niets te doen.")
_LONE = (
    "In deze rij staat maar één ding. De rij telt nog niet mee als deelnemer.",
    "Vul de rij aan, of haal haar weg.",
)
_UNIT = (
    r"(?:leden|lid|deelnemers?|personen|persoon|mensen|bewoners?|huishoudens?|adres(?:sen)?|huizen|groep(?:en)?"
    r"|straat|straten|gebied(?:en)?|bord(?:en)?|beheerders?|stickers?|rijen|stuks?)"
)
_COUNT = rf"[0-9]{{1,7}}(?:[.,][0-9]{{1,4}})? ?(?:%|{_UNIT})?"
_TOTAL = re.compile(
    rf"(?:(?:sub|eind)?totaal|subtotal|total|aantal|gemiddelde?|average)(?![a-z])[a-z :=().-]{{0,40}}(?:{_COUNT})?"
)
_SHORT = re.compile(rf"(?:som|sum|gem\.?|[\u03c3\u2211])(?: van)?(?: {_UNIT})?[ :=]*(?P<count>{_COUNT})?")
"""Words of adding up that may be a name as well: only with a number."""

_NUMBER = re.compile(rf"{_COUNT}|(?:groep|gebied|straat|wijk) [^0-9]+")
_REACHED = frozenset(("Mobiel", "E-mail"))
"""Who gives one of these alone is somebody, whose row is not finished."""


def rows_apart(table: Table, unread: list[UnreadCell]) -> frozenset[int]:
    """The rows (0 = first below the headings) that are nobody's, each with a let op where it holds anything.

    A total is no row of any tab. In Deelnemers neither is a row with one cell and nothing else, nor one that
    shows nothing but errors: of a formula that was dragged down too far only the first row is told.
    """
    apart: dict[int, tuple[str, str]] = {}
    failed: list[int] = []
    members = table.tab == DEELNEMERS.title and table.columns.keys() >= _LEAST
    for index in _candidates(table):
        filled = list(_filled(table, index))
        if not filled:
            continue
        if all(is_error(cell) for _, cell in filled):
            failed.append(index)
        elif _is_total(filled):
            apart[index] = _SUM
        elif members and len(filled) == 1 and filled[0][0] not in _REACHED and not _has_number(table, index):
            apart[index] = _LONE
    for index, (message, remedy) in apart.items():
        unread.append(_unread_row(table, index, message, remedy))
    if failed and members:
        more = f" Dat geldt ook voor {len(failed) - 1} andere rijen." if len(failed) > 2 else ""
        message = f"In deze rij staan alleen formules met een fout of zonder uitkomst. De rij telt niet mee.{more}"
        unread.append(_unread_row(table, failed[0], message, "Haal de formules weg waar nog niemand staat."))
    return frozenset(apart.keys() | (failed if members else ()))


def _unread_row(table: Table, index: int, message: str, remedy: str) -> UnreadCell:
    return UnreadCell(table.place(index), message, remedy, RULE, Weight.NOTICE)


def _candidates(table: Table) -> Iterator[int]:
    """Rows that may be nobody's: of members, which may be 100,000, only those without a street or a group in words."""
    if table.tab != DEELNEMERS.title:
        yield from range(len(table.rows))
        return
    places = [table.columns.get(heading, -1) for heading in ("Straat", "Groep")]
    for index, row in enumerate(table.rows):
        width = len(row)
        for place in places:
            cell = row[place] if 0 <= place < width else None
            if type(cell) is not str or not cell or cell[0] in _MAYBE or cell[:6] in _SUMMED:
                yield index
                break


_MAYBE = frozenset("# \t\u00a00123456789")
"""With what a text begins that may be an error, blank or a number."""

_SUMMED = frozenset(("Totaal", "totaal", "TOTAAL"))


def _filled(table: Table, index: int) -> Iterator[tuple[str, Cell]]:
    row = table.rows[index]
    for heading, place in table.columns.items():
        cell = row[place] if place < len(row) else None
        if heading not in table.own and cell is not None and cell is not False and (is_error(cell) or text(cell)):
            yield heading, cell


def _is_total(filled: list[tuple[str, Cell]]) -> bool:
    """True for a word of adding up, with nothing beside it but numbers and what they count."""
    named = short = counted = reached = False
    for heading, cell in filled:
        if is_error(cell):
            continue
        said = fold(text(cell))
        if isinstance(cell, int | float):
            counted = True
            reached = reached or (heading == "Mobiel" and 9 <= len(said) <= 11)  # of somebody called Som
        elif _TOTAL.fullmatch(said):
            named = True
        elif found := _SHORT.fullmatch(said):
            short = True
            counted = counted or found["count"] is not None
        elif _NUMBER.fullmatch(said):
            counted = counted or said[0].isdigit()
        else:
            return False
    return named or (short and counted and not reached)


def _has_number(table: Table, index: int) -> bool:
    """True for a row that was somebody's: it keeps its Nr and what is told of it, until people say otherwise."""
    return valid_number(table.cell(index, "Nr"), "D") is not None
