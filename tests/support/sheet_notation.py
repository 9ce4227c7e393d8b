"""The tests' notation: a sheet as text (`Voornaam | Mobiel | …`), and what is found in it as [(rule, row)].

Row 1 is the heading row, so the first row below it is row 2. An empty cell is blank, a line with
nothing but bars is a blank row. What a test leaves out is sound, so that it only shows what it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from textwrap import dedent

from roster.finding import Finding
from roster.model import Roster, Statuses
from roster.plan.history import History
from roster.reading.roster import read_roster
from roster.rules.catalogue import check
from roster.sheet.columns import DEELNEMERS, OVERZICHT, TAB, TABS
from roster.sheet.table import Cell, Table
from roster.terms import Terms

TODAY = date(2026, 3, 31)
TERMS = Terms(TODAY)

GROUPS = """
    Groep    | Gebied  | Aangemeld op | Gestart op
    Tuindorp | Centrum | 1-2-2025     | 1-3-2025
"""
STREETS = """
    Straat      | Plaats     | Van | Tot | Zijde | Groep
    Kerkstraat  | Den Helder |     |     |       | Tuindorp
    Molenlaan   | Den Helder |     |     |       | Tuindorp
"""
AREAS = """
    Gebied  | Plaats     | Wijkconciërge | E-mail wijkconciërge
    Centrum | Den Helder | Kim de Wit    | kim@mail.example
"""
REQUESTS = """
    Groep | Locatie 1
"""
ADMINS = """
    Nr     | In regiegroep | In gebiedsgroep
    D-9001 | ja            | ja
    D-9002 | ja            | ja
"""
STAFF = """
    Nr     | Voornaam | Rol         | Mobiel
    D-9001 | Ada      | beheerder   | 06-29000001
    D-9002 | Bo       | beheerder   | 06-29000002
    D-9003 | Cor      | coördinator | 06-29000003
"""
"""Two admins and the coordinator; `register` puts them below the members of the test."""


def mobile(turn: int) -> str:
    """A made-up mobile, another for every turn: "06-20000007"."""
    return f"06-2{turn:07d}"


def cells(text: str) -> list[list[Cell]]:
    """The text as cells: one line a row, bars between the cells."""
    return [
        [part.strip() or None for part in line.split("|")]
        for line in dedent(text).strip("\n").split("\n")
        if line.strip()
    ]


def table(tab: str, rows: Sequence[Sequence[Cell]]) -> Table:
    """A table of the register from its heading row and the rows below it."""
    headings, *below = rows
    columns = {heading: position for position, heading in enumerate(headings) if isinstance(heading, str)}
    return Table(tab, tab, columns, [list(row) for row in below], 2, TAB[tab].own)


def members(text: str, first: int = 0) -> list[list[Cell]]:
    """A whole tab Deelnemers: what the text leaves out is filled with something sound, for each row that is not blank.

    Mobiles are counted from `first` on, house numbers from 1.
    """
    headings, *rows = cells(text)
    named = {str(heading): position for position, heading in enumerate(headings)}
    filled: list[list[Cell]] = [list(DEELNEMERS.headings)]
    for turn, row in enumerate(rows, start=1):
        sound: dict[str, Cell] = {
            "Achternaam": "Jansen",
            "Straat": "Kerkstraat",
            "Huisnummer": str(turn),
            "Plaats": "Den Helder",
            "Mobiel": mobile(first + turn),
            "Groep": "Tuindorp",
            "18 jaar of ouder": "ja",
            "Akkoord spelregels": "ja",
            "Sticker": "ja",
            "Aangemeld op": "1-6-2025",
        }
        typed = {heading: row[position] if position < len(row) else None for heading, position in named.items()}
        filled.append([(sound | typed).get(heading) for heading in DEELNEMERS.headings] if any(row) else [])
    return filled


def register(
    deelnemers: str = "Voornaam",
    groepen: str = GROUPS,
    straten: str = STREETS,
    gebieden: str = AREAS,
    bordaanvragen: str = REQUESTS,
    beheerders: str = ADMINS,
    logboek: str = "Dag | Nr | Bericht | Versie | Stand | Kenmerk | Sleutel",
    staff: str = STAFF,
) -> dict[str, Table]:
    """A register in which all is well, but for the tabs that the test writes itself."""
    people = members(deelnemers) + (members(staff, first=9000)[1:] if staff else [])
    others = (groepen, straten, gebieden, bordaanvragen, beheerders, " | ".join(OVERZICHT.headings), logboek)
    texts = (people, *map(cells, others))
    return {tab.title: table(tab.title, rows) for tab, rows in zip(TABS, texts, strict=True)}


def judge(tables: dict[str, Table], terms: Terms = TERMS) -> tuple[Roster, list[Finding], Statuses]:
    """Read and check: the roster, all that was found, and where everybody stands."""
    roster = read_roster(tables, terms, History())
    findings, standing = check(roster, terms)
    return roster, findings, standing


def found(tables: dict[str, Table], terms: Terms = TERMS) -> list[tuple[str, int]]:
    """What is found, as [(rule, row)] in order of rows."""
    return told(judge(tables, terms)[1])


def told(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    """Findings as [(rule, row)] in order of rows."""
    return sorted(((finding.rule, finding.place.row) for finding in findings), key=lambda pair: (pair[1], pair[0]))


def weights(tables: dict[str, Table], terms: Terms = TERMS) -> list[tuple[str, int, str]]:
    """What is found, with how heavy it is: [(rule, row, "blokkeert" or "let op")]."""
    return sorted(
        ((finding.rule, finding.place.row, finding.weight.value) for finding in judge(tables, terms)[1]),
        key=lambda triple: (triple[1], triple[0]),
    )


def lines(tables: dict[str, Table], terms: Terms = TERMS) -> list[str]:
    """What is found, as people read it in Meldingen, in order of rows."""
    return [finding.line for finding in sorted(judge(tables, terms)[1], key=lambda finding: finding.place.row)]
