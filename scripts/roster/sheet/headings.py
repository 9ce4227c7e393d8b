"""Finds the register's tabs and columns in whatever sheets people keep, by title and by heading."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from roster.sheet.columns import TAB, TABS, TabSpec
from roster.sheet.table import Cell, Sheet, Table, bare, fold, is_blank

HeadingProblem = tuple[str, str]
"""What is wrong, and what mends it."""

_ROWS_ABOVE = 10
"""The headings stand in one of this many rows from the top."""

ALIKE = 75
"""From this likeness on (0-100) a title or heading may be meant by another."""

_OTHER_WORDS = {
    "Achternaam": ("familienaam", "naam"),
    "Straat": ("adres", "straatnaam"),
    "Huisnummer": ("huisnr", "nummer"),
    "Plaats": ("woonplaats", "plaatsnaam", "dorp", "stad"),
    "Mobiel": ("telefoon", "telefoonnummer", "tel", "gsm", "mobielnummer", "mobielenummer", "mobieletelefoon"),
    "E-mail": ("mail", "emailadres", "mailadres"),
    "Groep": ("groepsnaam", "appgroep", "whatsappgroep"),
    "Gebied": ("wijk", "buurt"),
    "18 jaar of ouder": ("18", "18jaar", "leeftijd", "18plus", "meerderjarig"),
    "Akkoord spelregels": ("akkoord", "spelregels"),
    "Aangemeld op": ("aangemeld", "aanmelddatum", "datum"),
    "Afgemeld op": ("afgemeld", "afmelddatum"),
}
"""What people also call a column; only for a "bedoelde u", never taken for it."""


class HeadingProblems(ValueError):
    """The register cannot be read as it stands. `problems` holds all that is wrong, each with what mends it."""

    def __init__(self, problems: Sequence[HeadingProblem]) -> None:
        super().__init__(f"{len(problems)} problems with tabs or headings")
        self.problems: tuple[HeadingProblem, ...] = tuple(problems)

    @property
    def text(self) -> str:
        """All of them, one a line."""
        return "\n".join(f"{message} {remedy}".rstrip() for message, remedy in self.problems)


def new_table(title: str) -> Table:
    """A tab of the register that does not stand there yet, as it will: its own headings, and no row."""
    spec = TAB[title]
    return Table(title, title, {heading: turn for turn, heading in enumerate(spec.headings)}, [], 2, spec.own)


def find_tables(sheets: Iterable[Sheet]) -> dict[str, Table]:
    """Find every tab of the register, and every column in it.

    Titles and headings are compared without capitals, spaces and accents; where that finds
    nothing, hyphens and other marks are left aside too. Extra tabs and columns are left alone,
    blank rows at the end are dropped. Gives the tables by the register's own title; the derived
    tabs (Beheerders, Overzicht, Logboek) are absent where they do not stand there yet.
    Raises HeadingProblems for missing or doubled tabs, missing columns of people's and doubled headings.
    """
    tables, problems = find_what_is_there(list(sheets))
    if problems:
        raise HeadingProblems(problems)
    return tables


def find_what_is_there(sheets: Sequence[Sheet]) -> tuple[dict[str, Table], list[HeadingProblem]]:
    """The tabs and columns that are there, as `find_tables` has them, and all that is wrong or missing."""
    found, doubled = _match([sheet.title for sheet in sheets], [tab.title for tab in TABS])
    problems: list[HeadingProblem] = [
        (f"Het tabblad '{title}' staat er meer dan één keer.", "Geef de andere tabbladen een andere naam.")
        for title in doubled
    ]
    tables: dict[str, Table] = {}
    spare = [sheet for turn, sheet in enumerate(sheets) if turn not in set(found.values())]
    for tab in TABS:
        if tab.title in found:
            table, wrong = _read_headings(sheets[found[tab.title]], tab)
            tables[tab.title] = table
            problems.extend(wrong)
        elif not tab.derived and tab.title not in doubled:
            problems.append(_missing_tab(tab, spare))
    return tables, problems


def of_the_register(titles: Iterable[str]) -> list[str]:
    """The titles that may be a tab of the register, as `find_tables` forgives them."""
    wanted = {bare(tab.title) for tab in TABS}
    return [title for title in titles if bare(title) in wanted]


def _squeeze(text: str) -> str:
    """Without capitals, accents and spaces: `_squeeze("18 Jaar of ouder") == "18jaarofouder"`."""
    return fold(text).replace(" ", "")


def _match(texts: Sequence[str], wanted: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Where each wanted name stands among the texts, and which of them stand there more than once.

    Hyphens and other marks are only forgiven where no text fits without, so that an extra
    column "Groep?" beside "Groep" is not taken for it.
    """
    strict: dict[str, list[int]] = defaultdict(list)
    loose: dict[str, list[int]] = defaultdict(list)
    for position, text in enumerate(texts):
        strict[_squeeze(text)].append(position)
        loose[bare(text)].append(position)
    found: dict[str, int] = {}
    doubled: list[str] = []
    for name in wanted:
        positions = strict.get(_squeeze(name)) or loose.get(bare(name)) or []
        if len(positions) == 1:
            found[name] = positions[0]
        elif positions:
            doubled.append(name)
    return found, doubled


def _as_text(row: Sequence[Cell]) -> list[str]:
    return ["" if is_blank(cell) else str(cell) for cell in row]


def _heading_row(sheet: Sheet, tab: TabSpec) -> int | None:
    """The first of the top rows with half of people's headings, or else the one with most; None if none has any."""
    theirs = [column.heading for column in tab.columns if tab.derived or not (column.own or column.optional)]
    best, most = None, 0
    for index, row in enumerate(sheet.cells[:_ROWS_ABOVE]):
        found, doubled = _match(_as_text(row), theirs)
        count = len(found) + len(doubled)
        if 2 * count >= len(theirs):
            return index
        if count > most:
            best, most = index, count
    return best


def _read_headings(sheet: Sheet, tab: TabSpec) -> tuple[Table, list[HeadingProblem]]:
    at = _heading_row(sheet, tab)
    if tab.or_theirs and not all(is_blank(cell) for row in sheet.cells for cell in row):
        there = 0 if at is None else len(_match(_as_text(sheet.cells[at]), tab.headings)[0])
        if 2 * there < len(tab.headings):
            return Table(tab.title, sheet.title, {}, [], 2, tab.own, theirs=True), []
    if at is None:
        table = Table(tab.title, sheet.title, {}, [], 2, tab.own)
        remedy = f"Zet in de eerste rij de kopjes, te beginnen met: {', '.join(tab.headings[:4])}."
        return table, [] if tab.derived else [(f"Op het tabblad '{sheet.title}' staan geen kopjes.", remedy)]
    texts = _as_text(sheet.cells[at])
    found, doubled = _match(texts, (*tab.headings, *tab.optional, *(column.heading for column in tab.at_google)))
    spelt = {heading: re.sub("[ \n]+", " ", texts[position]).strip(" ") for heading, position in found.items()}
    headings = {heading: text for heading, text in spelt.items() if text != heading}
    table = Table(tab.title, sheet.title, found, _without_tail(sheet.cells, at + 1), at + 2, tab.own, headings=headings)
    if not tab.own <= found.keys():
        width, known = max(map(len, table.rows), default=0), set(found.values())
        texts = [*texts, *[""] * (width - len(texts))]
        table.others = {position: text for position, text in enumerate(texts) if position not in known}
    problems: list[HeadingProblem] = [
        (
            f"Op het tabblad '{sheet.title}' staat het kopje '{heading}' meer dan één keer.",
            "Geef de kolom die er niet bij hoort een ander kopje.",
        )
        for heading in doubled
    ]
    if not tab.derived:
        taken = set(found.values())
        spare = [text for position, text in enumerate(texts) if text and position not in taken]
        problems.extend(
            _missing_column(sheet.title, column.heading, spare)
            for column in tab.columns
            if not (column.own or column.optional) and column.heading not in found and column.heading not in doubled
        )
    return table, problems


def _without_tail(cells: list[list[Cell]], start: int) -> list[list[Cell]]:
    """The rows from `start` on, without the blank ones at the end."""
    end = len(cells)
    while end > start and all(map(is_blank, cells[end - 1])):
        end -= 1
    return cells[start:end]


def _missing_tab(tab: TabSpec, spare: Sequence[Sheet]) -> HeadingProblem:
    """Say that a tab is missing, with the one that may be meant: by its headings, or else by its title."""
    message = f"Het tabblad '{tab.title}' ontbreekt."
    twin = max(spare, key=lambda sheet: _likeness(sheet, tab), default=None)
    if twin is None or _likeness(twin, tab) < ALIKE:
        return message, "Voeg het toe, of maak het met: make setup"
    return (
        f"{message} Er is wel een tabblad '{twin.title}': bedoelde u dat?",
        f"Geef dat tabblad de naam '{tab.title}', of maak een nieuw met: make setup",
    )


def _likeness(sheet: Sheet, tab: TabSpec) -> float:
    """How much a sheet looks like a tab (0-100): the better of its title and its headings."""
    at = _heading_row(sheet, tab)
    found = _match(_as_text(sheet.cells[at]), tab.headings)[0] if at is not None else {}
    theirs = [column.heading for column in tab.columns if not column.own]
    here = sum(heading in found for heading in theirs)
    # Tabs share headings (Groep, Plaats), so a few of them tell nothing: most of them must be there.
    by_headings = 50 + 50 * here / len(theirs) if here >= 2 and 2 * here >= len(theirs) else 0.0
    return max(by_headings, fuzz.ratio(bare(sheet.title), bare(tab.title)))


def _missing_column(title: str, heading: str, spare: Sequence[str]) -> HeadingProblem:
    message = f"Op het tabblad '{title}' ontbreekt de kolom '{heading}'."
    likely: Mapping[str, float] = {text: heading_likeness(text, heading) for text in spare}
    twin = max(likely, key=lambda text: likely[text], default=None)
    if twin is None or likely[twin] < ALIKE:
        return message, f"Voeg een kolom toe met het kopje '{heading}'. De kolom mag leeg blijven."
    return (
        f"{message} Er is wel een kolom '{twin}': bedoelde u die?",
        f"Verander het kopje '{twin}' in '{heading}', of voeg een kolom '{heading}' toe.",
    )


def mostly(cells: Iterable[Cell], is_ours: Callable[[Cell], bool]) -> bool:
    """True where at least half of what stands in a column is of one kind: so it is known without its heading."""
    there = [cell for cell in cells if not is_blank(cell)]
    return bool(there) and 2 * sum(map(is_ours, there)) >= len(there)


def heading_likeness(text: str, heading: str) -> float:
    """How much what people typed looks like one of our headings (0-100)."""
    typed = bare(text)
    if typed in _OTHER_WORDS.get(heading, ()):
        return 100.0
    # A heading that is another column's by right is not this one misspelt.
    return 0.0 if typed in _KNOWN else fuzz.ratio(typed, bare(heading))


_KNOWN = frozenset(bare(heading) for tab in TABS for heading in (*tab.headings, *tab.own))
