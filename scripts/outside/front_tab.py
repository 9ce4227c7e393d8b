"""The tab in front of a register: whether it is an example, and by what name settings and register know each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from outside.errors import Stop
from roster.sheet.table import Cell, Sheet, bare, fold, is_blank

FRONT, EXAMPLE = "Lees mij", "VOORBEELD"
"""The tab in front of a register that we made, and what it says where all people in it are made up."""

WHOSE = "Register van"
"""Behind this word stands the name of the network, from [network] in the settings."""

WHY = (
    "Aan deze naam ziet Buurtbeheer dat dit het goede register is: bij name in de instellingen staat dezelfde. "
    "Heet het netwerk voortaan anders? Verander hem dan ook hier."
)

UPDATED = r"Bijgewerkt(: nog niet| \d{1,2}-\d{1,2} \d{1,2}:\d{2})"
NOT_YET = "Bijgewerkt: nog niet"
"""What it says of the last round that wrote something: a cell that says so is ours, wherever it stands."""

_LONGEST = 80


def is_front(title: str) -> bool:
    """True for the title of the front tab, as people may spell it."""
    return fold(title) == fold(FRONT)


def is_front_of_example(sheet: Sheet) -> bool:
    """True for the front tab of the example register."""
    return is_front(sheet.title) and any(cell == EXAMPLE for row in sheet.cells[:5] for cell in row)


def whose_register(sheets: Iterable[Sheet]) -> str:
    """The name of the network that a register is of, as its front tab says; "" where that says none."""
    for sheet in sheets:
        for row in sheet.cells if is_front(sheet.title) else ():
            words = [_text(cell) for cell in row]
            for at, word in enumerate(words):
                if fold(word).rstrip(" :") == fold(WHOSE) and (name := next(filter(None, words[at + 1 :]), "")):
                    return name
    return ""


def check_whose(sheets: Iterable[Sheet], network: str) -> None:
    """Raise Stop for the register of another network than the settings name.

    An example is nobody's, and a register that says no name is not doubted. No FORCE lifts this: it is typed for
    other doubts, and what went to another network's people cannot be taken back.
    """
    sheets = [sheet for sheet in sheets if is_front(sheet.title)]
    said = whose_register(sheets)
    if not said or not network or _bare(said) == _bare(network) or any(map(is_front_of_example, sheets)):
        return
    remedies = [
        "Is het een ander register dan u bedoelde? Zet dan in de instellingen bij [workbook] het goede.",
        f"Is het wel het goede? Typ dan op het tabblad {sheets[0].title} achter '{WHOSE}': {network}",
    ]
    if len(said) <= _LONGEST:
        remedies.append(f"Of zet in de instellingen bij [network] achter name: {said}")
    raise Stop(
        f"Dit register is van '{said[:_LONGEST]}', en de instellingen zijn van '{network}'. "
        "Daarom gaat Buurtbeheer niet verder.",
        "\n".join(remedies),
    )


def lines_to_add(sheets: Iterable[Sheet], network: str) -> list[tuple[str, str]]:
    """What the front tab lacks: whose register it is, and of when; as words for two cells side by side.

    An example says no name, so that a town may take its own before it begins. A front tab of people's own gets no
    line but the name.
    """
    sheets = [sheet for sheet in sheets if is_front(sheet.title)]
    found = []
    if network and not whose_register(sheets) and not any(map(is_front_of_example, sheets)):
        found += [(WHOSE, network), (WHY, "")]
    is_ours = not sheets or any("Van Buurtbeheer" in row for sheet in sheets for row in sheet.cells)
    if is_ours and (found or sheets) and not any(map(stamp_in, sheets)):
        found.append((NOT_YET, ""))
    return found


def describe_added(lines: Sequence[tuple[str, str]]) -> str:
    """What was added to the front tab, in Dutch."""
    words = {WHOSE: "van welk netwerk dit register is", NOT_YET: "wanneer het is bijgewerkt"}
    return f"Tabblad {FRONT}: toegevoegd {' en '.join(words[one] for one, _other in lines if one in words)}."


def stamp_of(now: datetime) -> str:
    """What it says once something was written at this moment (local time)."""
    return f"Bijgewerkt {now.day}-{now.month} {now:%H:%M}"


def stamp_in(sheet: Sheet) -> tuple[int, int] | None:
    """Where the stamp stands on a front tab (row and column, 0 = first); None where there is none."""
    if not is_front(sheet.title):
        return None
    found = ((row, at) for row, cells in enumerate(sheet.cells) for at, cell in enumerate(cells) if _is_stamp(cell))
    return next(found, None)


def _is_stamp(cell: Cell) -> bool:
    return isinstance(cell, str) and re.fullmatch(UPDATED, cell.strip()) is not None


def _text(cell: Cell) -> str:
    """What a cell says, on one line; a name that is a whole number is told without a comma."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if is_blank(cell) else " ".join(str(cell).split())


def _bare(text: str) -> str:
    """Letters and digits only: a name stays itself with another capital, space or dash."""
    return bare(text) or fold(text)
