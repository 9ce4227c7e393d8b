"""The tab in front of a register: whether it is an example, and by what name settings and register know each other."""

from __future__ import annotations

from collections.abc import Iterable

from outside.errors import Stop
from roster.sheet.table import Cell, Sheet, fold, is_blank

FRONT, EXAMPLE = "Lees mij", "VOORBEELD"
"""The tab in front of a register that we made, and what it says where all people in it are made up."""

WHOSE = "Register van"
"""Behind this word stands the name of the network, from [network] in the settings."""

WHY = (
    "Aan deze naam ziet Buurtbeheer dat dit het goede register is: bij name in de instellingen staat dezelfde. "
    "Heet het netwerk voortaan anders? Verander hem dan ook hier."
)

ADDED = f"Tabblad {FRONT}: toegevoegd van welk netwerk dit register is."

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
    """What the front tab lacks to say whose register it is, as words for two cells side by side; [] where it says so.

    An example says no name, so that a town may take its own before it begins.
    """
    sheets = list(sheets)
    if not network or whose_register(sheets) or any(map(is_front_of_example, sheets)):
        return []
    return [(WHOSE, network), (WHY, "")]


def _text(cell: Cell) -> str:
    """What a cell says, on one line; a name that is a whole number is told without a comma."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if is_blank(cell) else " ".join(str(cell).split())


def _bare(text: str) -> str:
    """Letters and digits only: a name stays itself with another capital, space or dash."""
    plain = fold(text)
    return "".join(mark for mark in plain if mark.isalnum()) or plain
