"""What Google refuses is understood in any language: by its status, its reason and a look, never by its words."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from outside import console
from outside.backends import backend_of
from outside.errors import Stop
from outside.google.client import WAITING_FOR_GOOGLE, Calls, Patience
from outside.google.takeover import TITLE
from roster.sheet.columns import TAB
from servers.sheets_server import Book, Fault, Person, SheetsServer
from servers.sheets_server.book import letters
from servers.sheets_server.fixture import sheets
from servers.sheets_server.languages import LANGUAGES, Language
from support.google_matrix import OTHERS, mails, member, new_book, sync
from support.google_register import EMAIL, HURRIED, google_book, laptop, opened
from support.sweeps import sweep
from support.workbook_contract import rows_of

__all__ = ["sheets"]  # a fixture is found by its name in this module

SOURCE = Path(__file__).resolve().parents[3] / "scripts" / "outside"
MOST = 10_000_000
OURS = TAB["Deelnemers"].headings.index("Status")
"""Here and to its right stand columns of ours."""


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Calls, "patience", HURRIED)


def protect(title: str, first: int | None = None, last: int | None = None) -> Callable[[Book], object]:
    def edit(book: Book) -> None:
        span = {"sheetId": book.tab(title).id}
        if first is not None:
            span |= {"startColumnIndex": first, "endColumnIndex": last}
        thing = {"protectedRangeId": 9, "range": span, "editors": {"users": [book.owner]}}
        book.tab(title).things["protectedRanges"] = [thing]

    return edit


def fill(free: int) -> Callable[[Book], object]:
    """People's own tab takes all the room but so many cells."""

    def edit(book: Book) -> None:
        others = sum(tab.row_count * tab.column_count for tab in book.tabs if tab.title != "Blad1")
        book.tab("Blad1").grid.update(rowCount=MOST - free - others, columnCount=1)

    return edit


def both(*edits: Callable[[Book], object]) -> Callable[[Book], object]:
    return lambda book: [edit(book) for edit in edits]


def delete_lock(book: Book) -> None:
    book.tabs.remove(book.tab(TITLE))


CASES: dict[str, tuple[dict[int, Callable[[Book], object]], tuple[int, ...], tuple[str, ...]]] = {
    "a protected column": ({0: protect("Deelnemers", OURS, OURS + 2)}, (3,), ("'Deelnemers'", f"kolommen {letters(OURS)} tot en met {letters(OURS + 1)}", "Beveiligde bladen")),
    "a protected tab": ({0: protect("Beheerders")}, (3,), ("'Beheerders'", "beveiligd")),
    "protection of another column": ({0: protect("Deelnemers", 1, 3)}, (0, 1), ()),
    "protection that comes and goes": ({4: protect("Deelnemers"), 5: lambda book: book.tab("Deelnemers").things.clear()}, (0, 1), ()),
    "no room for a lock": ({0: fill(15)}, (2,), ("is vol", "Verwijder lege rijen")),
    "no room for a tab": ({0: both(lambda book: Person(book).deletes_tab("Beheerders"), fill(300))}, (3,), ("is vol",)),
    "the lock goes": ({4: delete_lock}, (3,), ("Iemand anders is intussen",)),
    "a lock that is gone when one looks": ({0: lambda book: book.add_tab(TITLE), 1: delete_lock}, (0, 1), ()),
}  # fmt: skip


@pytest.mark.parametrize(
    "language",
    sweep(["made up", "nl", *(one for one in LANGUAGES if one in ("en", "es"))]),
)
@pytest.mark.parametrize("name", CASES)
def test_a_refused_write_is_told_by_what_stands_in_the_sheet(
    sheets: SheetsServer, tmp_path: Path, name: str, language: Language
) -> None:
    edits, codes, words = CASES[name]
    book = new_book(sheets)
    settings = laptop(sheets, book, tmp_path)
    sheets.start_counting()
    sheets.language, book.names_refused = language, language != "made up"
    for call, edit in edits.items():
        sheets.between(call, edit)
    code, said = sync(settings)
    assert code in codes and all(word in said for word in words), said
    assert all(tab.title != TITLE for tab in book.tabs)
    if code < 2:
        assert set(mails(tmp_path).values()) == {1}


def test_a_no_without_a_reason_ends_the_round_in_googles_words(sheets: SheetsServer, tmp_path: Path) -> None:
    """It does not leave the same cells for ever, "because something changed there"."""
    book = new_book(sheets)
    sheets.start_counting()
    sheets.language = "made up"
    sheets.between(3, lambda book: setattr(book, "says_no_to_writing", "odd"))
    code, said = sync(laptop(sheets, book, tmp_path))
    assert code == 3 and "Google weigert wat Buurtbeheer in het blad wil zetten." in said, said
    assert "Google zegt: “Fluwelen bezem 17" in said, said
    assert len(sheets.calls) < 24
    book.says_no_to_writing = ""
    assert sync(laptop(sheets, book, tmp_path))[0] in (0, 1)


@pytest.mark.parametrize("language", sweep(sorted(LANGUAGES, key=lambda one: one != "made up")))
@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("not shared", f"Deel het blad met {EMAIL} als Bewerker"),
        ("api off", "https://console.cloud.google.com/apis/library/sheets.googleapis.com"),
        ("scope", f"Deel het blad met {EMAIL} als Bewerker"),
        ("policy", "Vraag de beheerder van die organisatie"),
        ("domain", "Vraag de beheerder van die organisatie"),
        ("storage", "Vraag de eigenaar ruimte te maken"),
        ("rate", "Google laat even geen nieuwe vragen toe"),
        ("gone", "prullenbak"),
        ("office", "kies Bestand, Opslaan als Google Spreadsheets"),
        ("odd", "Google zegt:"),
    ],
)
def test_no_leave_is_told_by_its_reason_and_without_a_word_about_a_lock(
    sheets: SheetsServer, tmp_path: Path, reason: str, told: str, language: Language
) -> None:
    book = new_book(sheets)
    settings = laptop(sheets, book, tmp_path)
    sheets.language, book.says_no = language, reason
    code, said = sync(settings)
    assert code == 2 and told in said and "slot" not in said, said


@pytest.mark.parametrize("word", ["check", "preview", "setup", "doctor", "backup"])
@pytest.mark.parametrize("reason", ["office", "odd"])
def test_every_door_says_what_kind_of_file_it_found(
    sheets: SheetsServer, tmp_path: Path, word: str, reason: str
) -> None:
    book = new_book(sheets)
    settings = laptop(sheets, book, tmp_path)
    book.says_no = reason
    acts: dict[str, Callable[[], object]] = {
        "check": lambda: opened(settings).read(),
        "preview": lambda: opened(settings).read(),
        "setup": lambda: backend_of(settings).set_up(),
        "doctor": lambda: list(backend_of(settings).health(lambda _example: iter(()))),
        "backup": lambda: backend_of(settings).back_up(),
    }
    with pytest.raises(Stop) as caught:
        acts[word]()
    assert ("Opslaan als Google Spreadsheets" if reason == "office" else "Google zegt:") in caught.value.remedy


def test_an_address_of_an_uploaded_file_is_known_before_anything_is_asked(sheets: SheetsServer, tmp_path: Path) -> None:
    settings = laptop(sheets, new_book(sheets), tmp_path)
    object.__setattr__(
        settings.workbook, "spreadsheet", settings.workbook.spreadsheet.replace("#", "?rtpof=true&sd=true#")
    )
    sheets.start_counting()
    with pytest.raises(Stop, match="Excel-bestand"):
        opened(settings).read()
    assert sheets.calls == []


def test_a_sheet_that_may_only_be_read_is_told_with_all_that_may_be_the_matter(
    sheets: SheetsServer, tmp_path: Path
) -> None:
    book = new_book(sheets)
    book.writers.remove(EMAIL)
    book.readers.add(EMAIL)
    code, said = sync(laptop(sheets, book, tmp_path))
    assert code == 2 and "als Bewerker" in said and "prullenbak" in said and "slot" not in said


def test_where_no_line_is_made_nothing_is_said_of_a_lock(
    sheets: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing arrived, so no lock stands."""
    settings = laptop(sheets, new_book(sheets), tmp_path)
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    code, said = sync(settings)
    assert code == 2 and "Kijk of er internet is" in said and "slot" not in said


@pytest.mark.parametrize("call", sweep([7, 1, 2]))
def test_a_minute_without_quota_is_waited_out_with_a_word(sheets: SheetsServer, tmp_path: Path, call: int) -> None:
    """Seven refusals are more than a minute with real waiting."""
    book = new_book(sheets)
    sheets.start_counting()
    sheets.fail(call, Fault("429"), times=7)
    code, said = sync(laptop(sheets, book, tmp_path))
    assert code in (0, 1) and "Google vraagt om even te wachten" in said
    assert set(mails(tmp_path).values()) == {1}


def test_waiting_for_quota_lasts_longer_than_a_minute_and_waiting_for_an_answer_does_not() -> None:
    """Google counts by the minute."""
    real = Patience()
    busy = [min(real.longest_wait, real.first_wait_busy * 2**turn) for turn in range(real.tries_busy - 1)]
    silent = [real.first_wait * 2**turn for turn in range(real.tries - 1)]
    assert sum(busy) > 120 and sum(silent) < 60


def test_a_first_round_goes_on_through_the_quota(
    sheets: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More calls than Google allows at once, minute after minute."""
    monkeypatch.setattr(Calls, "patience", Patience(first_wait=0.0, first_wait_busy=0.1, longest_wait=0.4))
    members = [member("Anna", 11, Rol="beheerder"), *(member(f"Lid{turn}", turn + 12) for turn in range(80))]
    for turn, line in enumerate(members):
        line["Mobiel"] = f"06-5876{turn:04d}"
    book = google_book(
        sheets,
        {"Deelnemers": rows_of("Deelnemers", members), **{tab: rows_of(tab, lines) for tab, lines in OTHERS.items()}},
    )
    sheets.start_counting()
    sheets.quota, sheets.quota_seconds = 1, 1.0
    code, said = sync(laptop(sheets, book, tmp_path))
    assert code in (0, 1), said
    assert len(mails(tmp_path)) == 81 and any(call.status == 429 for call in sheets.calls)


def test_ten_seconds_of_silence_get_a_sign_of_life(
    sheets: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a thirtieth of that time."""
    monkeypatch.setattr(console, "SILENCE", 0.3)
    monkeypatch.setattr(console, "_PATIENCE", 0.1)
    monkeypatch.setattr(Calls, "patience", Patience((2.0, 5.0)))
    book = new_book(sheets)
    sheets.start_counting()
    sheets.fail(1, Fault("slow", seconds=1.0))
    _code, said = sync(laptop(sheets, book, tmp_path))
    assert said.count(WAITING_FOR_GOOGLE) >= 2, said


def test_nothing_is_decided_by_googles_words() -> None:
    """They are passed on to people, and matched with nothing but the place of the refused request."""
    words = (
        "already exists",
        "protected cell",
        "number of cells",
        "No sheet",
        "No grid",
        "Unable to parse",
        "timeframe",
    )
    words += ("has not been used", "Quota exceeded", "rate limit", "caller does not", "not supported for")
    read = {}
    for path in sorted([*(SOURCE / "google").glob("*.py"), *(SOURCE / "google_setup").glob("*.py")]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isascii():
                is_code = len(node.value) < 60 and "\n" not in node.value and not node.value.endswith(".")
                assert not (is_code and any(word.casefold() in node.value.casefold() for word in words)), node.value
            if isinstance(node, ast.Attribute) and node.attr == "said" and isinstance(node.ctx, ast.Load):
                read[path.name] = read.get(path.name, 0) + 1
    assert read == {"answers.py": 2}, "only `turn` and `stop` read what Google said"
