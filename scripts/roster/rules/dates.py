"""The rules about days: how long a sticker may wait, and days that make no sense."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from roster.cells import Unreadable, day
from roster.finding import Finding, Weight
from roster.rules.context import CellRule, Rule, RuleContext, notice
from roster.sheet.columns import BORDAANVRAGEN, DEELNEMERS, GROEPEN, TAB
from roster.sheet.dutch import MONTH_FIRST_MESSAGE, MONTH_FIRST_REMEDY, in_words, turned_around
from roster.sheet.table import Place, Table


def a_member_shows_the_sticker(case: RuleContext) -> Iterator[Finding]:
    """A member shows the sticker (Sticker = ja) within 30 days of joining (a setting). Let op. "Het is verplicht"."""
    most, today = case.terms.limits.sticker_days, case.terms.today
    for member in case.present:
        if member.sticker or member.joined is None or (today - member.joined).days <= most:
            continue
        if not case.is_unread(member.place, "Sticker"):
            yield notice(
                a_member_shows_the_sticker,
                member.place.at("Sticker"),
                f"De deelnemer doet langer dan {most} dagen mee, en de sticker is nog niet gemeld.",
                "Vraag of de sticker zichtbaar op het raam zit, en vul dan ja in.",
            )


def a_row_is_kept_no_longer_than_its_time(case: RuleContext) -> Iterator[Finding]:
    """The row of who left goes after a year (a setting). Let op. Personal data: only as long as it is needed.

    Who has no day of leaving that reads was told that already; without one nobody knows.
    """
    most, today = case.terms.left_days, case.terms.today
    for member in case.roster.members:
        left = member.left_on
        if left is not None and (today - left).days > most:
            yield notice(
                a_row_is_kept_no_longer_than_its_time,
                member.place.at("Afgemeld op"),
                f"Deze deelnemer is langer dan {most} dagen weg. De gegevens zijn nergens meer voor nodig.",
                f"Typ: make forget WHO={member.nr}. Of alle zulke rijen tegelijk: make forget LEFT=1",
            )


def dates_make_sense(case: RuleContext) -> Iterator[Finding]:
    """Dates are not in the future, nobody leaves before joining, no group starts before it is registered. Let op.

    Told of whoever left as well.
    A day of leaving may be to come: it counts from that day on.
    """
    roster, today = case.roster, case.terms.today
    for member in roster.members:
        joined, left = member.joined, member.left_on
        if joined is not None and joined > today:
            yield _in_the_future(member.place.at("Aangemeld op"))
        if left is not None and left > today:
            yield notice(
                dates_make_sense,
                member.place.at("Afgemeld op"),
                "Deze dag moet nog komen. Tot die dag doet de deelnemer gewoon mee.",
                "Is hij al gestopt, verbeter dan de dag.",
            )
        elif joined is not None and left is not None and left < joined <= today:
            yield notice(
                dates_make_sense,
                member.place.at("Afgemeld op"),
                "De dag van afmelden ligt voor de dag van aanmelden.",
                "Verbeter een van de twee dagen.",
            )
    for group in roster.groups:
        if group.started is not None and group.registered is not None and group.started < group.registered <= today:
            yield notice(
                dates_make_sense,
                group.place.at("Gestart op"),
                "De dag van starten ligt voor de dag van aanmelden.",
                "Verbeter een van de twee dagen.",
            )
        yield from _future_days(group.place, today, {"Aangemeld op": group.registered, "Gestart op": group.started})
    for request in roster.requests:
        asked, decided = request.requested_on, request.decided_on
        yield from _future_days(request.place, today, {"Aangevraagd op": asked, "Besluit op": decided})
        if asked is not None and decided is not None and decided < asked <= today:
            yield notice(
                dates_make_sense,
                request.place.at("Besluit op"),
                "De dag van het besluit ligt voor de dag van de aanvraag.",
                "Verbeter een van de twee dagen.",
            )


def a_day_is_read_as_it_was_typed(case: RuleContext) -> Iterator[Finding]:
    """In a sheet of a country that puts the month first, day and month of a typed day may have changed places. Let op.

    Decided. Told of the sheet, and of every day that was taken for a day and would be one the other way round too.
    """
    tables = [table for table in case.roster.tables.values() if table.month_first]
    if tables:
        yield notice(a_day_is_read_as_it_was_typed, Place(DEELNEMERS.title), MONTH_FIRST_MESSAGE, MONTH_FIRST_REMEDY)
    for table in tables:
        for column in TAB[table.tab].columns:
            if column.kind == "day" and not column.own and column.heading in table.columns:
                yield from _turned_days(table, column.heading, case.terms.today)


def _turned_days(table: Table, heading: str, today: date) -> Iterator[Finding]:
    for index, cell in enumerate(table.column(heading)):
        try:
            read = day(cell, today)
        except Unreadable:
            continue
        meant = turned_around(cell, read) if read is not None else None
        if read is not None and meant is not None:
            yield notice(
                a_day_is_read_as_it_was_typed,
                table.place(index, heading),
                f"Hier staat {in_words(read)}. Misschien was {in_words(meant)} bedoeld: "
                "dit Google-blad leest de maand eerst.",
                f"Klopt de dag niet, typ dan {meant.isoformat()}. Deze melding blijft tot het blad op Nederland staat.",
            )


def _future_days(place: Place, today: date, days: dict[str, date | None]) -> Iterator[Finding]:
    for column, known in days.items():
        if known is not None and known > today:
            yield _in_the_future(place.at(column))


def _in_the_future(place: Place) -> Finding:
    return notice(dates_make_sense, place, "Deze dag ligt in de toekomst.", "Verbeter de dag.")


RULES: tuple[Rule, ...] = (
    a_member_shows_the_sticker,
    dates_make_sense,
    a_row_is_kept_no_longer_than_its_time,
    a_day_is_read_as_it_was_typed,
)

CELLS: tuple[CellRule, ...] = (
    CellRule(a_member_shows_the_sticker.__name__, Weight.NOTICE, DEELNEMERS, ("Sticker",)),
    CellRule(dates_make_sense.__name__, Weight.NOTICE, DEELNEMERS, ("Aangemeld op", "Afgemeld op")),
    CellRule(dates_make_sense.__name__, Weight.NOTICE, GROEPEN, ("Aangemeld op", "Gestart op")),
    CellRule(dates_make_sense.__name__, Weight.NOTICE, BORDAANVRAGEN, ("Aangevraagd op", "Besluit op")),
)
