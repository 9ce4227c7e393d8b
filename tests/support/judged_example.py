"""The example register as it is read and judged."""

from __future__ import annotations

from datetime import date

from roster.finding import Finding
from roster.model import Roster
from roster.plan.history import History
from roster.reading.roster import read_roster
from roster.rules.catalogue import check
from roster.sheet.columns import TABS, TabSpec
from roster.sheet.table import Cell, Table
from roster.terms import Terms

TODAY = date(2026, 11, 23)
TERMS = Terms(today=TODAY)
Tabs = dict[str, list[list[Cell]]]


def positions(tab: TabSpec) -> dict[str, int]:
    """Where each heading stands in a row."""
    return {heading: at for at, heading in enumerate(tab.headings)}


def as_tables(tabs: Tabs) -> dict[str, Table]:
    """The example as a back end hands it over: headings in row 1."""
    return {tab.title: Table(tab.title, tab.title, positions(tab), tabs[tab.title], 2, tab.own) for tab in TABS}


def judge(tabs: Tabs, terms: Terms = TERMS) -> tuple[Roster, list[Finding]]:
    """The roster that the example reads as, and all that reading and rules have to say about it."""
    roster = read_roster(as_tables(tabs), terms, History())
    findings, _ = check(roster, terms)
    return roster, findings
