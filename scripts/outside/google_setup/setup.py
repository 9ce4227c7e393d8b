"""Makes a Google Sheet a register: adds the tabs, headings and looks that it lacks, and touches nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from outside.config.settings import Settings
from outside.errors import Stop
from outside.excel.formatting import TELLS
from outside.front_tab import FRONT, check_whose, describe_added, is_front, lines_to_add
from outside.google.answers import Lost, Refused
from outside.google.batch import as_cell
from outside.google.client import Calls, Json, new_id
from outside.google.lock import Lock
from outside.google.login import log_in
from outside.google.refusal import CHANGING, look_why
from outside.google.tabs import Found, list_tabs, quoted, read_sheets
from outside.google.takeover import TITLE
from outside.google_setup.formatting import TabState, missing_look, says_nothing
from outside.google_setup.parts import in_parts, missing_views, name_refused, tell_views
from outside.workbook import FirstLook, left_to_them
from roster.sheet.columns import DEELNEMERS, TABS
from roster.sheet.dutch import DUTCH, TIME_ZONE
from roster.sheet.headings import find_what_is_there, of_the_register
from roster.sheet.table import Sheet, Table
from roster.terms import Terms

_LOOKS = (
    "sheets(properties(sheetId,title,gridProperties),protectedRanges(range,description),bandedRanges(range),"
    "conditionalFormats(ranges,booleanRule(condition)),basicFilter(range),filterViews(filterViewId,title),charts(spec(title)),"
    "tables(range,columnProperties(columnIndex,columnType)),"
    "data(startRow,rowData.values(note,dataValidation(condition(type)),userEnteredFormat)))"
)


_FRONT_LINES = (
    ("Van u", "De kolommen met een donker kopje vult u in. Buurtbeheer verandert daar niets, tenzij u erom vraagt."),
    ("Van Buurtbeheer", "De kolommen met een licht kopje vult Buurtbeheer in. Wat u daar typt, wordt overschreven."),
    (
        "Klopt er iets niet?",
        "Dan staat het in de kolom Meldingen, en de cel kleurt. Dat gaat vanzelf weg als het is hersteld.",
    ),
    ("Dit mag gewoon", "Sorteren, filteren, rijen invoegen, en eigen kolommen of tabbladen toevoegen."),
    ("Laat staan", "De kopjes in de eerste rij. Ga met de muis op een kopje staan voor uitleg."),
)


def set_up_google(settings: Settings, first: FirstLook) -> list[str]:
    """Add what is missing, under the lock; says in Dutch what was added. Run again it changes nothing."""
    calls = Calls(settings.workbook.spreadsheet, log_in(settings))
    lock = Lock(calls, settings.paths.state)
    with lock.held():
        report = complete(calls, settings.network.name, lock, settings.terms(date.min), first)
    return report or ["Het Google-blad is compleet. Er is niets veranderd."]


def complete(calls: Calls, title: str, lock: Lock, terms: Terms, first: FirstLook) -> list[str]:
    """Headings first, looks after them; each is looked up anew where an answer was lost. Raises Stop."""
    report: list[str] = []
    looks: list[Json] = []
    refused_looks: list[Json] = []

    def ask() -> None:
        try:
            _add_headings(calls, title, lock.check(), report, first)
            report.extend(_add_looks(calls, lock.check(), terms, looks, refused_looks))
        except Refused as refused:
            look = look_why(calls, refused)
            if lock.is_lost(look.titles):
                raise lock.lost() from refused
            if look.stop is not None and look.is_certain:
                raise look.stop from refused
            raise Lost(look.stop or CHANGING, certain=True) from refused

    calls.until_answered(ask)
    return list(dict.fromkeys(report))


def _add_headings(calls: Calls, title: str, checks: Sequence[Json], report: list[str], first: FirstLook) -> None:
    found, tables, sheets = _what_is_there(calls)
    fronts = [sheet for sheet in sheets.values() if is_front(sheet.title)]
    check_whose(fronts, title)
    first(tables)
    said: list[str] = []
    batch = [] if tables else _front_page(calls, found, title)
    if batch:
        said.append(f"Tabblad {FRONT} is toegevoegd.")
        said.append("Het blad staat nu op Nederland: een getypte 5-3-2026 is er 5 maart.")
    elif tables and (lines := lines_to_add(fronts, title)):
        said.append(describe_added(lines))
        batch = _below(found, fronts[0], lines) if fronts else _new_front([(title, ""), ("", ""), *lines])
    for turn, tab in enumerate(TABS):
        table = tables.get(tab.title)
        headings = (*tab.headings, *(column.heading for column in tab.at_google))
        if table is None:
            batch += _new_tab(tab.title, headings, turn)
            said.append(f"Tabblad {tab.title} is toegevoegd.")
            continue
        if table.theirs:
            report.append(left_to_them(table.title))
            continue
        missing = [heading for heading in headings if heading not in table.columns]
        if missing:
            batch += _new_columns(found.sheets[table.title].get("sheetId", 0), table, missing, sheets[table.title])
            said.append(f"Tabblad {table.title}: toegevoegd {', '.join(missing)}.")
    if batch:
        report += said  # also where the answer is lost: the next look may find all of it
        calls.change([*checks, *batch])


def _what_is_there(calls: Calls) -> tuple[Found, dict[str, Table], dict[str, Sheet]]:
    """All tabs of the register that stand there, and as a sheet the front one too.

    Raises Stop where one, or a heading, stands there twice.
    """
    found = list_tabs(calls)
    titles = of_the_register(found.sheets)
    sheets = [sheet for sheet, _ in read_sheets(calls, found, [*titles, *filter(is_front, found.sheets)])]
    tables, problems = find_what_is_there(sheets[: len(titles)])
    doubled = [f"{message} {remedy}" for message, remedy in problems if "meer dan één keer" in message]
    if doubled:
        raise Stop("Het Google-blad kan zo niet worden aangevuld.", "\n".join(doubled))
    return found, tables, {sheet.title: sheet for sheet in sheets}


def _front_page(calls: Calls, found: Found, title: str) -> list[Json]:
    """An empty sheet's one empty tab becomes the front page, and the sheet itself Dutch: no day stands in it yet."""
    others = {title: about for title, about in found.sheets.items() if title != TITLE}
    if len(others) != 1:
        return []
    [(name, about)] = others.items()
    [(sheet, _)] = read_sheets(calls, found, [name])
    if not says_nothing(sheet.cells):
        return []
    number = about.get("sheetId", 0)
    lines = [(title, ""), ("", ""), *lines_to_add((), title), ("", ""), *_FRONT_LINES, ("", ""), *TELLS.items()]
    bold = {"userEnteredFormat": {"textFormat": {"bold": True, "fontSize": 20}}}
    top = {"sheetId": number, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 1, "endColumnIndex": 2}
    wide = {"sheetId": number, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 3}
    country = {"properties": {"locale": DUTCH, "timeZone": TIME_ZONE}, "fields": "locale,timeZone"}
    return [
        {"updateSpreadsheetProperties": country},
        {"updateSheetProperties": {"properties": {"sheetId": number, "title": FRONT}, "fields": "title"}},
        _words(number, 1, lines),
        {"repeatCell": {"range": top, "cell": bold, "fields": "userEnteredFormat.textFormat"}},
        {"updateDimensionProperties": {"range": wide, "properties": {"pixelSize": 260}, "fields": "pixelSize"}},
    ]


def _below(found: Found, sheet: Sheet, lines: Sequence[tuple[str, str]]) -> list[Json]:
    """Lines in rows that are put in for them below all that stands on the tab, so that nobody's cell is hit."""
    number, last = found.sheets[sheet.title].get("sheetId", 0), len(sheet.cells)
    span = {"sheetId": number, "dimension": "ROWS", "startIndex": last, "endIndex": last + 1 + len(lines)}
    return [{"insertDimension": {"range": span, "inheritFromBefore": last > 0}}, _words(number, last + 1, lines)]


def _new_front(lines: Sequence[tuple[str, str]]) -> list[Json]:
    number = new_id()
    grid = {"rowCount": 100, "columnCount": 10}
    properties = {"sheetId": number, "title": FRONT, "index": 0, "gridProperties": grid}
    return [{"addSheet": {"properties": properties}}, _words(number, 1, lines)]


def _words(number: int, row: int, lines: Sequence[tuple[str, str]]) -> Json:
    """Lines of two cells each, from column B on."""
    rows = [{"values": [{}, as_cell(one), as_cell(other)]} for one, other in lines]
    start = {"sheetId": number, "rowIndex": row, "columnIndex": 0}
    return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}


def _new_tab(title: str, headings: Sequence[str], turn: int) -> list[Json]:
    number = new_id()
    grid = {"rowCount": 1000, "columnCount": len(headings), "frozenRowCount": 1}
    properties = {"sheetId": number, "title": title, "index": turn + 1, "gridProperties": grid}
    return [{"addSheet": {"properties": properties}}, _row(number, 0, 0, headings)]


def _new_columns(number: int, table: Table, missing: Sequence[str], sheet: Sheet) -> list[Json]:
    """New columns are put in right of all that stands there, so that nobody's cell is hit."""
    width = max((len(row) for row in sheet.cells), default=0)
    span = {"sheetId": number, "dimension": "COLUMNS", "startIndex": width, "endIndex": width + len(missing)}
    insert = {"insertDimension": {"range": span, "inheritFromBefore": width > 0}}
    return [insert, _row(number, table.first - 2, width, missing)]


def _row(number: int, row: int, column: int, texts: Sequence[str]) -> Json:
    values = [{"values": [as_cell(text) for text in texts]}]
    start = {"sheetId": number, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": values, "fields": "userEnteredValue"}}


def _add_looks(
    calls: Calls, checks: Sequence[Json], terms: Terms, asked: list[Json], refused: list[Json]
) -> Iterator[str]:
    """Add the looks that lack, and tell it in Dutch; of what was `asked` now or before Google `refused` some."""
    found, tables, sheets = _what_is_there(calls)
    places = _standing(calls, found, tables, sheets)
    batch: list[Json] = []
    for tab in TABS:
        if tab.title in places and not tables[tab.title].theirs:
            batch += missing_look(tab, places[tab.title], places, terms)
    people = places.get(DEELNEMERS.title)
    if people is not None and not people.things.get("tables"):
        batch += missing_views(people, tables["Groepen"].column("Groep") if "Groepen" in tables else ())
    asked += [one for one in batch if one not in asked]
    in_parts(calls, checks, batch, refused)
    if any(one not in refused for one in asked):
        yield "Keuzelijsten, opmaak, kleuren, filters en waarschuwingen zijn aangevuld."
    yield from name_refused(refused, places)
    yield from tell_views(asked, refused, calls.spreadsheet)


def _standing(
    calls: Calls, found: Found, tables: Mapping[str, Table], sheets: Mapping[str, Sheet]
) -> dict[str, TabState]:
    """How each tab looks: its heading row and the row below it stand for all the others."""
    ranges = [quoted(table.title, (table.first - 2, table.first)) for table in tables.values()]
    looks = {sheet["properties"]["title"]: sheet for sheet in calls.describe(_LOOKS, ranges).get("sheets", [])}
    places = {}
    for name, table in tables.items():
        about = looks[table.title]
        rows: list[dict[int, Json]] = [{}, {}]
        for block in about.get("data", []):
            for turn, row in enumerate(block.get("rowData", [])[:2]):
                rows[turn] = dict(enumerate(row.get("values", [])))
        grid = found.sheets[table.title]["gridProperties"]
        places[name] = TabState(
            found.sheets[table.title].get("sheetId", 0),
            table.title,
            grid["rowCount"],
            max((len(row) for row in sheets[table.title].cells), default=0),
            table.first - 2,
            table.columns,
            rows[0],
            rows[1],
            about,
            about["properties"]["gridProperties"].get("frozenRowCount", 0),
            about["properties"]["gridProperties"].get("frozenColumnCount", 0),
            not any(cell.get("userEnteredFormat") for cell in rows[0].values()),
            table.first - 2 + len(table.rows),
        )
    return places
