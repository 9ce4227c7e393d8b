"""make forget: he is nowhere any more, everybody else stays as they were, and nobody is mailed twice for it."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from outside.commands.forget import forget
from outside.commands.preview import show_mails
from outside.commands.restore import bring_back
from outside.config.settings import Settings
from outside.errors import Stop
from outside.excel.erase import erase
from outside.google.client import Calls
from outside.ledger.ledger import Ledger
from roster.planners.sync import PLANNERS
from roster.sheet.columns import TAB
from servers.sheets_server import Book, Fault, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from support.excel_person import Rows, rows_in
from support.google_matrix import sync as sync_google
from support.google_register import HURRIED, google_book, laptop
from support.ground import laid_out
from support.ledgers import ledger_at
from support.sheet_notation import TODAY, register
from support.sweeps import sweep
from support.traces_of_piet import PIET, where_in
from support.whole_round import choices, column, lay_out, letters, settings_of, sync, types

PEOPLE = """
    Voornaam | Tussenvoegsel | Achternaam | E-mail              | Rol       | Mobiel
    Anna     |               | Bakker     | anna@mail.example   | beheerder | 06-23450001
    Piet     | van den       | Berg       | Piet.B@Mail.Example | beheerder | +31 6 2345 0002
    Kees     |               | Mol        | kees@mail.example   |           | 06-23450003
    Mies     |               | Post       |                     |           | 06-23450004
"""


__all__ = ["sheets"]  # a fixture is found by its name in this module


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Calls, "patience", HURRIED)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Rounds in which Piet was an admin, so that his card went to others, and then left."""
    return settings_of(laid_out("Piet left", tmp_path, _piet_left))


def _piet_left(folder: Path) -> None:
    made = lay_out(folder, PEOPLE)
    sync(made)
    types(made, 4, Sticker="nee")
    sync(made, TODAY + timedelta(days=40))
    show_mails(made, choices(), PLANNERS)
    types(made, 3, Afgemeld__op="1-2-2026")


def where(settings: Settings, look: re.Pattern[str] = PIET) -> list[str]:
    """Every file in which he stands."""
    return where_in(settings.workbook.path.parent, look)


def rows(settings: Settings, tab: str = "Deelnemers") -> Rows:
    return rows_in(settings.workbook.path, tab)


def test_he_is_found_everywhere_and_afterwards_nowhere(settings: Settings) -> None:
    """Also not his digests, in the pages of the ledger; all other rows stay as they were."""
    before, found = rows(settings), where(settings)
    assert {"register.xlsx", "out/voorbeeld-mails.html"} <= set(found)
    assert any(name.startswith("out/mail/D-0001") for name in found), "his card in another's letter"
    assert sum(name.startswith("state/backups/register") for name in found) > 1
    with Ledger.of(settings, TODAY) as ledger:
        history = ledger.history()
    marks = [history.identity("+31623450002"), history.address_mark("piet.b@mail.example")]
    assert any(where(settings, re.compile(mark)) for mark in marks)
    assert forget(settings, choices(), "D-0002") == 0
    assert where(settings) == []
    assert [where(settings, re.compile(mark)) for mark in marks] == [[], []]
    after = rows(settings)
    assert [row for row in after if any(row)] == [row for row in before if "Piet" not in row]
    (proof,) = (settings.paths.out / "vergeten").iterdir()
    assert "Over: 0" in proof.read_text(encoding="utf-8") and "D-0002" in proof.name


@pytest.mark.parametrize(("asked_by", "stay"), [("Piet van den Berg", 0), ("Anna Bakker", 2)])
def test_a_request_that_names_him_goes_as_a_page_and_as_a_pdf(settings: Settings, asked_by: str, stay: int) -> None:
    """Nobody can read a PDF for his name, but it says what the page beside it says."""
    pytest.importorskip("typst")
    places = {"Locatie__1": "52.9500, 4.7600", "Locatie__2": "52.9520, 4.7600"}
    types(settings, 2, "Bordaanvragen", Groep="Tuindorp", Aangevraagd__door=asked_by, **places)
    sync(settings)
    assert len(list((settings.paths.out / "borden").rglob("*.*"))) == 2
    forget(settings, choices(), "D-0002")
    assert len(list((settings.paths.out / "borden").rglob("*.*"))) == stay


def test_after_it_nobody_is_mailed_twice_and_his_nr_is_never_given_again(settings: Settings) -> None:
    forget(settings, choices(), "06-23450002")
    sync(settings)
    assert sorted(letters(settings)) == ["D-0001-welcome", "D-0003-welcome"]
    assert "Berg" not in letters(settings)["D-0001-welcome"]
    assert where(settings) == []
    types(settings, 6, Voornaam="Nel", Achternaam="Vos", Mobiel="06-23450009", Groep="Tuindorp")
    sync(settings)
    assert "D-0005" in column(settings, "Nr") and "D-0002" not in column(settings, "Nr")


def test_all_who_left_long_ago_are_told_of_and_go_after_one_question(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever left later, or on a day that does not read, stays; nothing goes without a yes."""
    types(settings, 3, Afgemeld__op="6-2-2025")
    types(settings, 4, Afgemeld__op="7-2-2025")
    types(settings, 5, Afgemeld__op="verhuisd")
    before = rows(settings)
    day = TODAY.replace(year=2026, month=2, day=7)
    sync(settings, day, force=True)
    found = [str(cell) for cell in column(settings, "Meldingen")]
    assert ["make forget WHO=" in cell for cell in found] == [False, True, False, False]
    assert "365 dagen weg" in found[1] and "make forget LEFT=1" in found[1]
    page = (settings.paths.out / "overzicht.html").read_text(encoding="utf-8")
    assert "Rijen voorbij hun bewaartijd" in page and "make forget LEFT=1" in page
    sync(settings, day, force=True)
    assert [str(cell) for cell in column(settings, "Meldingen")] == found
    monkeypatch.setattr("outside.commands.forget.agree", lambda asked: bool(print(asked)))
    unsure = replace(choices(day + timedelta(days=1)), yes=False)
    assert forget(settings, unsure) == 0
    said = capsys.readouterr().out
    assert "2 deelnemers overal vergeten?" in said and "D-0002: Piet" in said and "D-0003: Kees" in said
    assert "sinds wanneer weg zijn: D-0004" in said and "make forget LEFT=1 YES=1" in said
    assert [row[:4] for row in rows(settings)] == [row[:4] for row in before]
    monkeypatch.setattr("outside.commands.forget.agree", lambda _asked: not types(settings, 4, Afgemeld__op=None))
    with pytest.raises(Stop, match="intussen gewijzigd"):
        forget(settings, unsure)
    types(settings, 4, Afgemeld__op="7-2-2025")
    assert forget(settings, replace(unsure, yes=True)) == 0
    assert where(settings) == where(settings, re.compile("kees@mail|2345[ -]?0003|kees mol", re.IGNORECASE)) == []
    assert [row[:2] for row in rows(settings) if any(row)] == [
        row[:2] for row in before if row[1] not in ("Piet", "Kees")
    ]
    (proof,) = (settings.paths.out / "vergeten").iterdir()
    assert proof.name == "2026-02-08-D-0002-en-1-meer.txt"
    assert "D-0002, D-0003" in proof.read_text(encoding="utf-8") and "Over: 0" in proof.read_text(encoding="utf-8")
    assert forget(settings, choices(day)) == 0, "nobody any more"


def test_every_copy_still_opens_and_holds_the_others(settings: Settings) -> None:
    copies = sorted((settings.paths.state / "backups").glob("register_*.xlsx"))
    forget(settings, choices(), "Piet Berg")
    there = set((settings.paths.state / "backups").glob("register_*.xlsx"))
    assert there > set(copies)
    for copy in there:
        head, *lines = load_workbook(copy)["Deelnemers"].values
        assert [row[head.index("Voornaam")] for row in lines if any(row)] == ["Anna", "Kees", "Mies"]


@pytest.mark.parametrize(
    "step",
    sweep(
        [
            "run.keeping.in_copies",
            "run.keeping.forget_in_ledger",
            "run.keeping._in_copies_of_ledger",
            "commands.forget._in_register",
            "commands.forget._tell_end",
        ],
        quick=(1, 3),
    ),
)
def test_cut_off_before_any_step_it_ends_the_same(
    settings: Settings, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done is found done; a round in between brings back no more than the row still tells."""
    with monkeypatch.context() as cut:

        def stop(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        cut.setattr(f"outside.{step}", stop)
        with pytest.raises(KeyboardInterrupt):
            forget(settings, choices(), "D-0002")
    assert forget(settings, choices(), "D-0002") == 0
    assert where(settings) == []


def test_a_row_that_is_gone_is_forgotten_by_its_nr_from_what_the_copies_tell(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    book = load_workbook(settings.workbook.path)
    book["Deelnemers"].delete_rows(3)
    book.save(settings.workbook.path)
    assert where(settings) != []
    assert forget(settings, choices(), "D-0002") == 0
    assert where(settings) == [] and "niet gezocht" not in capsys.readouterr().out
    assert forget(settings, choices(), "D-0002") == 0
    assert "Nergens staat nog wie D-0002 was." in capsys.readouterr().out, "so it says no more than it knows"


def test_who_still_takes_part_nobody_and_two_at_once_are_left_alone(settings: Settings) -> None:
    before = settings.workbook.path.read_bytes()
    for typed, told in (
        ("D-0003", "doet nog mee"),
        ("D-3", "D-0003 doet nog mee"),
        ("Piet Bergh", "Bedoelde u Piet van den Berg"),
        ("D-0999", "Niemand"),
    ):
        with pytest.raises(Stop) as stop:
            forget(settings, choices(), typed)
        assert told in f"{stop.value.message} {stop.value.remedy}"
    assert settings.workbook.path.read_bytes() == before
    assert forget(settings, choices(force=True), "D-0003") == 0


def test_of_two_with_one_name_none_goes_and_of_a_couple_only_the_one(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are named; a number that is hers as well stays in her row, and is told. The last admin: what follows."""
    types(settings, 5, Voornaam="Piet", Tussenvoegsel="van den", Achternaam="Berg")
    with pytest.raises(Stop, match=r"D-0002.*D-0004") as stop:
        forget(settings, choices(), "piet van den berg")
    assert "WHO=D-0002" in stop.value.remedy
    types(settings, 5, Voornaam="Mies", Tussenvoegsel=None, Achternaam="Post", Mobiel="06-23450002")
    hers = rows(settings)[4]
    assert forget(settings, choices(), "D-0002") == 0
    assert "Ook D-0004 heeft zo'n nummer of adres" in capsys.readouterr().out
    assert hers in rows(settings) and not [row for row in rows(settings) if "Piet" in row]
    assert forget(settings, choices(force=True), "D-0001") == 0
    assert "de enige beheerder van die groep" in capsys.readouterr().out


def test_a_copy_that_cannot_be_written_stays_and_is_told_and_what_a_kill_left_goes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is no reason to throw copies away; run again, it ends as it should."""
    backups = settings.paths.state / "backups"
    copies = sorted(backups.glob("register_*.xlsx"))
    (backups / f".{copies[0].name}.vergeten").write_bytes(b"Piet van den Berg")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("outside.excel.erase.open_private", full)
        with pytest.raises(Stop, match="schijf is vol") as stop:
            forget(settings, choices(), "D-0002")  # the register itself can be written no more either
        assert stop.value.code == 3
    assert set(copies) <= set(backups.glob("register_*.xlsx"))
    assert forget(settings, choices(), "D-0002") == 0
    assert where(settings) == []


def test_what_people_typed_themselves_is_named_and_stays(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then the proof says what is left; a list of her own in out/ is hers to remove."""
    types(settings, 4, Opmerking="buurman van Piet van den Berg")
    own = settings.paths.out / "lijst.txt"
    own.write_text("Piet van den Berg", encoding="utf-8")
    assert forget(settings, choices(), "D-0002") == 1
    said = capsys.readouterr().err
    assert "Deelnemers rij 4, Opmerking" in said and "out/lijst.txt" in said
    (proof,) = (settings.paths.out / "vergeten").iterdir()
    assert "Nog te doen" in proof.read_text(encoding="utf-8") and "Over: 0" not in proof.read_text(encoding="utf-8")
    assert PIET.search(proof.read_text(encoding="utf-8")) is None
    assert set(where(settings)) - {"register.xlsx", "out/lijst.txt"} <= {
        copy.relative_to(settings.paths.state.parent).as_posix()
        for copy in (settings.paths.state / "backups").glob("register_*.xlsx")
    }


@pytest.mark.parametrize("beside", sweep(["another's row", "a file in a folder with rij in its name", "nothing"]))
def test_a_tab_of_her_own_that_names_him_is_told_whatever_else_is_left(
    settings: Settings, capsys: pytest.CaptureFixture[str], beside: str
) -> None:
    book = load_workbook(settings.workbook.path)
    book.create_sheet("Eigen")["A1"] = "Piet van den Berg belt"
    book.save(settings.workbook.path)
    if beside.startswith("a file"):
        own = settings.paths.out / "vrijheid" / "eigen.txt"
        own.parent.mkdir()
        own.write_text("Piet van den Berg", encoding="utf-8")
    elif beside.startswith("another"):
        types(settings, 4, Opmerking="buurman van Piet van den Berg")
    assert forget(settings, choices(), "D-0002") == 1
    assert "op een eigen tabblad" in capsys.readouterr().err
    (proof,) = (settings.paths.out / "vergeten").iterdir()
    assert "op een eigen tabblad" in proof.read_text(encoding="utf-8")


def test_a_register_of_before_brings_back_nobody_who_was_forgotten(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Copied back by hand, with him still in it: he is told and not mailed, and forgetting him again is not refused."""
    elsewhere = (tmp_path / "stick.xlsx", settings.workbook.path)
    types(settings, 3, Afgemeld__op=None)
    shutil.copyfile(elsewhere[1], elsewhere[0])
    forget(settings, choices(force=True), "D-0002")
    sync(settings)
    there = letters(settings)
    shutil.copyfile(*elsewhere)
    capsys.readouterr()
    assert sync(settings) == 1
    assert letters(settings) == there, "nothing about him to anybody"
    said = str(column(settings, "Meldingen"))
    assert "make forget WHO=D-0002" in said and "is vergeten" in said
    assert forget(settings, choices(), "D-0002") == 0
    elsewhere[0].unlink()
    assert where(settings) == []
    types(settings, 3, Voornaam="Piet", Tussenvoegsel="van den", Achternaam="Berg", Mobiel="06-23450002")
    sync(settings)
    assert "D-0005" in column(settings, "Nr") and "D-0002" not in column(settings, "Nr")


def test_he_stays_forgotten_in_a_ledger_that_is_put_back_from_an_older_copy(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the newest sound copy is one of before: what others still tell of him goes along."""
    state = settings.paths.state
    old = shutil.copyfile(max((state / "backups").glob("ledger_*.sqlite3")), tmp_path / "old")
    forget(settings, choices(), "D-0002")
    (after,) = (state / "backups").glob("ledger_*.sqlite3")
    after.rename(after.with_name("ledger_2025-01-01_000000.sqlite3"))
    shutil.copyfile(old, state / "backups" / "ledger_2025-01-02_000000.sqlite3")
    for file in state.glob("ledger.sqlite3*"):
        file.unlink()
    assert bring_back(settings, None, sure=True) == 0
    assert "1 vergeten deelnemer blijft vergeten" in capsys.readouterr().out
    with ledger_at(state / "ledger.sqlite3", TODAY) as ledger:
        history = ledger.history()
    assert history.is_forgotten("D-0002", "+31623450002") and not history.is_forgotten("D-0003", "+31623450002")
    assert not [one for one in history.deliveries if one.person.startswith("D-0002")]
    assert "D-0002" not in history.recipients and history.deliveries


def test_a_table_of_the_ledger_that_forgets_nobody_is_told_here(settings: Settings) -> None:
    """A new one comes in one of the two lists: in `outside/ledger/forget.py`, or here as telling of nobody."""
    forgotten = {"message", "notice", "sight", "recipient", "lying", "limit_told", "departure", "identity", "logbook"}
    forgotten |= {"agreed_admin", "asked", "bundle", "forgotten"}
    of_nobody = {"proof", "do_not_mail", "pause", "number", "seen", "written", "heard", "looked"}
    with Ledger.of(settings, TODAY) as ledger:
        found = {row[0] for row in ledger.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert found == forgotten | of_nobody


def test_nothing_is_emptied_beside_what_was_named(settings: Settings) -> None:
    before = settings.workbook.path.read_bytes()
    assert erase(settings.workbook.path, lambda _tables: {}) == 0
    assert settings.workbook.path.read_bytes() == before


def at_google(sheets: SheetsServer, folder: Path) -> tuple[Book, Settings]:
    """The same people in a sheet, with a column of people's own, one without a heading, and what Piet asked for."""
    tables = register(PEOPLE, staff="", bordaanvragen="Groep | Aangevraagd door\nTuindorp | Piet van den Berg")
    cells = {
        name: [[table.cell(index, heading) for heading in TAB[name].headings] for index in range(len(table.rows))]
        for name, table in tables.items()
        if name != "Beheerders"
    }
    book = google_book(sheets, cells, height=20)
    tab = book.tab("Deelnemers")
    width = len(TAB["Deelnemers"].headings)
    tab.put(0, width, "Vast nummer")
    for row in range(1, 5):
        tab.put(row, width, f"0223-60000{row}")
        tab.put(row, width + 1, f"los {row}")
    settings = laptop(sheets, book, folder)
    sync_google(settings)
    return book, settings


def in_sheet(book: Book) -> dict[str, list[list[object]]]:
    """All that stands in the sheet, by tab, without rows in which nothing stands."""
    return {
        tab.title: [row for row in tab.values() if any(cell not in (None, "") for cell in row)] for tab in book.tabs
    }


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize(
    "what",
    sweep(
        [
            "rows move",
            "an answer is lost",
            "rows move, of who has no Nr yet",
            "rows move while only names stand, of who has no Nr yet",
            "a column moves",
            "nothing",
            "his remark is typed",
            "the last answer is lost",
        ],
        quick=3,
    ),
)
def test_at_google_his_cells_go_and_nobody_elses(sheets: SheetsServer, tmp_path: Path, what: str) -> None:
    """Whatever people do meanwhile, and whichever answer gets lost: the same rows stand, and his are empty."""
    book, settings = at_google(sheets, tmp_path)
    assert where_in(tmp_path) != [] and PIET.search(str(in_sheet(book)))
    person, turns = Person(book), list[str]()
    if "no Nr" in what:  # typed since the last round, and a row of a name and a number alone
        person.inserts_row("Deelnemers", 4)
        for heading, text in {"Voornaam": "Ruud", "Mobiel": "'06-23450009"}.items():
            person.types("Deelnemers", 4, heading, text)
    before = in_sheet(book)

    def disturb(_book: object) -> None:
        turns.append(what)
        if "no Nr" in what:  # he stands where Piet stood
            person.cuts_row("Deelnemers", person.row_with("Deelnemers", "Voornaam", "Ruud"), to=3)
        elif what == "rows move":
            person.sorts("Deelnemers", "Voornaam", descending=True)
        elif what == "a column moves":
            person.inserts_column("Deelnemers", "Straat", "Nieuw")
        elif what == "his remark is typed":
            person.types("Deelnemers", person.row_with("Deelnemers", "Voornaam", "Piet"), "Opmerking", "belde nog")

    sheets.start_counting()
    if what.endswith("answer is lost"):
        sheets.fail(9 if what == "an answer is lost" else 17, Fault("503", after=True))
    elif what != "nothing":
        sheets.between({"his remark is typed": 7}.get(what, 12 if "only names" in what else 8), disturb)
    assert forget(settings, choices(force=True), "D-0002") == 0
    assert [call.name for call in sheets.calls][7:9] == ["values.batchGet", "batchUpdate"], "the look, and his cells"
    assert bool(turns) is ("move" in what or "typed" in what)
    assert where_in(tmp_path) == [] and PIET.search(str(in_sheet(book))) is None
    after = in_sheet(book)
    assert [row[1:5] for row in after["Logboek"] if "D-0002" in row] == [["D-0002", "vergeten", None, "vergeten"]]
    assert re.search(r"D-0002|600002|los 2|belde nog", str(after | {"Logboek": []})) is None
    for title in ("Deelnemers", "Groepen", "Straten", "Gebieden"):
        others = [row for row in before[title] if "Piet" not in row]
        assert said(in_sheet(book)[title]) == said(others), title
    (proof,) = (settings.paths.out / "vergeten").iterdir()
    told = proof.read_text(encoding="utf-8")
    assert "Over: 0" in told and re.search(r"het register \(cellen\): [1-9]", told)
    sync_google(settings)
    assert where_in(tmp_path) == [] and PIET.search(str(in_sheet(book))) is None
    assert [row[0] for row in in_sheet(book)["Beheerders"]][1:] == ["D-0001"]


@pytest.mark.usefixtures("_hurried")
def test_at_google_a_row_that_comes_in_his_place_at_that_moment_is_told(
    sheets: SheetsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No look ever saw it: what was emptied there cannot be put back, so people look."""
    book, settings = at_google(sheets, tmp_path)
    person = Person(book)
    typed = {"Voornaam": "Ruud", "Mobiel": "'06-23450009"}

    def comes(_book: object) -> None:
        person.inserts_row("Deelnemers", 3)
        for heading, text in typed.items():
            person.types("Deelnemers", 3, heading, text)

    sheets.start_counting()
    sheets.between(8, comes)
    assert forget(settings, choices(force=True), "D-0002") == 0
    assert "niets mist: rij 3." in capsys.readouterr().err
    assert "Ruud" in str(in_sheet(book)) and PIET.search(str(in_sheet(book))) is None


def said(rows: list[list[object]]) -> list[str]:
    """What rows say, in whatever order they stand, but for cells of ours that name him and a column that came."""
    kept = (
        [str(cell) for cell in row if cell not in (None, "", "Nieuw") and not PIET.search(str(cell))] for row in rows
    )
    return sorted(map("|".join, kept))


@dataclass
class Laptops:
    """Two that keep apart what they remember; what a round of one does, and how somebody new is typed."""

    one: Settings
    other: Settings
    round_of: Callable[[Settings], int]
    new: Callable[..., object]


@pytest.fixture(params=["a file", "google"])
def laptops(request: pytest.FixtureRequest, tmp_path: Path, _hurried: None) -> Laptops:
    if request.param == "google":
        book, one = at_google(request.getfixturevalue("sheets"), tmp_path / "een")
        other = laptop(request.getfixturevalue("sheets"), book, tmp_path / "ander")

        def typed(**cells: str) -> None:
            for heading, value in cells.items():
                Person(book).types("Deelnemers", 6, heading.replace("E_mail", "E-mail"), value)

        def round_of(settings: Settings) -> int:
            code, said = sync_google(settings)[:2]
            print(said)
            return code

        return Laptops(one, other, round_of, typed)
    one = lay_out(tmp_path / "een", PEOPLE)
    elsewhere = replace(one.paths, out=tmp_path / "ander" / "out", state=tmp_path / "ander" / "state")
    other = replace(one, paths=elsewhere, source=tmp_path / "ander" / "settings.toml")
    sync(one)
    return Laptops(one, other, lambda settings: sync(settings, force=True), lambda **cells: types(one, 6, **cells))


@pytest.mark.parametrize(
    ("laptops", "writes"),
    sweep([("a file", True), ("google", False), ("a file", False), ("google", True)], quick=2),
    indirect=["laptops"],
)
def test_another_laptop_forgets_him_at_its_next_round(
    laptops: Laptops, writes: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By his Nr in tab Logboek alone; what it remembers of him does not come back into the tab, and it does so once.

    Also where it never wrote in the register, and so has no copy: by its own digest of him, and what lies ready.
    """
    one, other, home = laptops.one, laptops.other, tmp_path / "ander"
    laptops.round_of(other)
    if writes:
        laptops.new(
            Voornaam="Nel",
            Achternaam="Vos",
            Straat="Kerkstraat",
            Huisnummer="9",
            Mobiel="'06-23450009",
            Groep="Tuindorp",
            E_mail="nel@mail.example",
            **{"18 jaar of ouder": "ja", "Akkoord spelregels": "ja"},
        )
        laptops.round_of(other)
    there = {name.partition("/")[2].partition("/")[0] for name in where_in(home)}
    assert there >= ({"backups", "mail", "groepen"} if writes else {"groepen", "regiegroep"})
    assert forget(one, choices(force=True), "D-0002") == 0
    capsys.readouterr()
    assert laptops.round_of(other) in (0, 1)
    assert "1 vergeten deelnemer blijft vergeten" in capsys.readouterr().out
    assert where_in(tmp_path) == []
    with Ledger.of(other, TODAY) as ledger:
        history = ledger.history()
    assert history.is_forgotten("D-0002", "+31623450002") and not history.is_forgotten("D-0002", "+31623450003")
    assert "D-0002" not in history.recipients and not [one for one in history.deliveries if "D-0002" in one.person]
    assert {entry.act for entry in history.logbook.entries.values() if entry.nr == "D-0002"} == {"forgotten"}
    assert history.highest["D"] == 5 if writes else 4
    capsys.readouterr()
    laptops.round_of(other)
    laptops.round_of(one)
    assert "blijft vergeten" not in capsys.readouterr().out and where_in(tmp_path) == []


def test_cut_off_on_the_other_laptop_it_is_done_at_the_next_round(
    laptops: Laptops, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, round_of = laptops.one, laptops.other, laptops.round_of
    round_of(other)
    assert forget(one, choices(force=True), "D-0002") == 0
    for step in ("in_copies", "forget_in_ledger", "_in_copies_of_ledger"):
        with monkeypatch.context() as cut:

            def stop(*_: object) -> None:
                raise KeyboardInterrupt

            cut.setattr(f"outside.run.keeping.{step}", stop)
            with pytest.raises(KeyboardInterrupt):
                round_of(other)
    assert round_of(other) in (0, 1)
    assert where_in(tmp_path) == []


@pytest.mark.usefixtures("_hurried")
def test_at_google_what_is_beyond_reach_is_told(
    sheets: SheetsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Her own tab is searched, and Google's older versions are named with the clicks."""
    book, settings = at_google(sheets, tmp_path)
    book.add_tab("Van mij", [["Piet van den Berg belt"]], rows=5)
    assert forget(settings, choices(force=True), "D-0002") == 1
    told = capsys.readouterr()
    assert "Op tabblad Van mij staat deze persoon nog" in told.err
    assert "Versiegeschiedenis" in told.out and "Een kopie maken" in told.out
