"""Who is who over the months: nobody is welcomed twice, and nobody is forgotten, whatever becomes of the rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from outside.config.settings import Paths, Settings
from outside.run.round import run
from roster.messages.recipient_history import recipient_history_of
from roster.messages.welcome import plan_missed_marks
from roster.plan.history import History
from roster.plan.steps import SetCell
from roster.planners.sync import FOLDERS, PLANNERS
from roster.sheet.columns import DEELNEMERS
from support.excel_person import rows_in, type_in
from support.ledgers import ledger_at
from support.months import DAY, mailed, seen_in
from support.sheet_notation import TODAY
from support.sweeps import sweep
from support.whole_round import choices, column, lay_out, letters, sync, types


def welcomed(*months: str) -> list[list[str]]:
    """Who is welcomed in each month."""
    history = History(salt=b"made up", highest={"D": 9003})
    told = []
    for month in months:
        names, history = mailed(seen_in(month, history))
        told.append(names)
    return told


SANNE = "D-0001 | Sanne | Boer | s@mail.example | 06-23450001 | | ja"
TIM = "D-0001 | Tim | Post | t@mail.example | 06-23450009 | | ja"
LEFT = "D-0001 | Sanne | Boer | s@mail.example | 06-23450001 | 1-3-2026 | ja"


@pytest.mark.parametrize(
    "later",
    [
        # the mobile in July, the address in October
        ["D-0001 | Sanne | Boer | s@mail.example | 06-23450002 | | ja", "D-0001 | Sanne | Boer | new@mail.example | 06-23450002 | | ja"],
        # the other way round, and a married name after it
        [
            "D-0001 | Sanne | Boer | new@mail.example | 06-23450001 | | ja",
            "D-0001 | Sanne | Boer | new@mail.example | 06-23450002 | | ja",
            "D-0001 | Sanne | Mol  | new@mail.example | 06-23450002 | | ja",
            "D-0001 | Sanne | Mol  | last@mail.example | 06-23450003 | | ja",
        ],
        # number and address in one month: the name stayed
        ["D-0001 | Sanne | Boer | new@mail.example | 06-23450002 | | ja"],
        ["D-0001 | SANNE | Boër | new@mail.example | 06-23450002 | | ja"],
        # left, back in a new row without a Nr, and a new number after that
        [LEFT, f"{LEFT}\n | Sanne | Boer | s@mail.example | 06-23450001 | | ja", f"{LEFT}\nD-9004 | Sanne | Boer | s@mail.example | 06-23450002 | | ja"],
        # the same, with a new address as well, and then the old row goes
        [
            f"{LEFT}\n | Sanne | Boer | new@mail.example | 06-23450001 | | ja",
            f"{LEFT}\nD-9004 | Sanne | Boer | new@mail.example | 06-23450002 | | ja",
            "D-9004 | Sanne | Mol | new@mail.example | 06-23450003 | | ja",
        ],
        # the row is deleted, and typed again with an address of later
        [
            "D-0001 | Sanne | Boer | new@mail.example | 06-23450001 | | ja",
            "D-0002 | Kees | Mol | k@mail.example | 06-23450077 | | nee",
            " | S. | Boer-Mol | NEW@mail.example | 06-23450005 | | ja",
        ],
        # the cells are empty for a month, or do not read
        ["D-0001 | Sanne | Boer | | | | ja", "D-0001 | Sanne | Boer | new@mail.example | 06-23450002 | | ja"],
        ["D-0001 | Sanne | Boer | geen | 06-2345 | | ja", "D-0001 | S. | Boer | new@mail.example | 06-23450001 | | ja"],
        # the row is put back as it once was, when all three had changed one by one
        [
            "D-0001 | Sanne | Boer | s@mail.example | 06-23450002 | | ja",
            "D-0001 | Sanne | Boer | new@mail.example | 06-23450002 | | ja",
            "D-0001 | Sanne | Mol | new@mail.example | 06-23450002 | | ja",
            SANNE,
        ],
    ],
)  # fmt: skip  # a month a line
def test_one_person_is_welcomed_once_whatever_changes(later: Sequence[str]) -> None:
    """As long as one of mobile, address and name stays from one round to the next."""
    assert welcomed(SANNE, *later) == [["Sanne Boer"], *[[]] * len(later)]


def test_a_stranger_typed_over_a_row_is_welcomed_and_both_are_known_for_ever() -> None:
    """She had changed everything since her welcome; typed in again she is known, in a row of her own or in the old one."""
    changed = [
        "D-0001 | Sanne | Boer | s@mail.example | 06-23450002 | | ja",
        "D-0001 | Sanne | Boer | new@mail.example | 06-23450002 | | ja",
    ]
    anew = f"{TIM}\n | Sanne | Mol | new@mail.example | 06-23450003 | | ja"
    later = "D-0001 | Tim | Post | tim@mail.example | 06-23450009 | | ja\nD-9004 | Sanne | Mol | last@mail.example | 06-23450003 | | ja"
    assert welcomed(SANNE, *changed, TIM, TIM, anew, later) == [["Sanne Boer"], [], [], ["Tim Post"], [], [], []]
    third = "D-0001 | Uma | Vos | u@mail.example | 06-23450010 | | ja"
    assert welcomed(SANNE, *changed, TIM, changed[1], TIM, third, TIM) == [
        ["Sanne Boer"],
        [],
        [],
        ["Tim Post"],
        [],
        [],
        ["Uma Vos"],
        [],
    ]


def test_a_row_typed_over_in_steps_without_a_round_between_is_a_stranger_too() -> None:
    """Emptied first, with a round in which only the name stands there: nothing of hers came back."""
    assert welcomed(SANNE, "D-0001 | | | | | | ja", TIM) == [["Sanne Boer"], [], ["Tim Post"]]
    assert welcomed(SANNE, "D-0001 | Tim | Post | | | | ja", TIM) == [["Sanne Boer"], [], ["Tim Post"]]


@pytest.mark.parametrize(
    ("first", "second", "due"),
    [
        # a couple shares its address: two people, in one month or in two
        (SANNE, f"{SANNE}\n | Tim | Boer | s@mail.example | 06-23450009 | | ja", ["Tim Boer"]),
        # also where she left; her row still stands there
        (SANNE, f"{LEFT}\n | Tim | Boer | s@mail.example | 06-23450009 | | ja", ["Tim Boer"]),
        # her old mobile went to her son, who shares the address
        (SANNE, "D-0001 | Sanne | Boer | s@mail.example | 06-23450002 | | ja\n | Tim | Boer | s@mail.example | 06-23450001 | | ja", ["Tim Boer"]),
        # somebody else has the number of one who left
        (SANNE, f"{LEFT}\n | Tim | Post | t@mail.example | 06-23450001 | | ja", ["Tim Post"]),
        # a second row of the same person with a second number
        (SANNE, f"{SANNE}\n | Sanne | Boer | s@mail.example | 06-23450009 | | ja", []),
        # a second row with the same number is a double; nobody is mailed for it
        (SANNE, f"{SANNE}\n | S. | Boer | other@mail.example | 06-23450001 | | ja", []),
        # known by her number where her row is gone, or by her address
        (SANNE, " | S. | Boer | other@mail.example | 06-23450001 | | ja", []),
        (SANNE, " | S. | Boer | s@mail.example | 06-23450009 | | ja", []),
    ],
)  # fmt: skip  # likewise
def test_another_row_with_a_known_mobile_or_address(first: str, second: str, due: list[str]) -> None:
    """The same person where nobody else stands there; two people where both stand side by side with a name and a number each."""
    assert welcomed(first, second) == [["Sanne Boer"], due]
    assert welcomed(first, second, second) == [["Sanne Boer"], due, []]


@pytest.mark.parametrize(
    ("copy", "due"),
    [
        ("D-0002 | Sanne | Boer | s@mail.example | 06-23450001 | | ja", []),
        ("D-0002 | SANNE | Boer | other@mail.example | 06-23450001 | | ja", []),
        (
            "D-0002 | Tim | Boer | s@mail.example | 06-23450001 | | ja",
            ["Tim Boer"],
        ),  # they shared a mobile and an address
    ],
)
def test_a_double_whose_welcomed_row_went_is_known_by_its_name(copy: str, due: list[str]) -> None:
    assert welcomed(SANNE, f"{SANNE}\n{copy}", copy, copy) == [["Sanne Boer"], [], due, []]


def test_a_housemate_who_went_leaves_nobody_taken_for_her() -> None:
    """A couple; she is typed over, and comes back in a row of her own: he stayed himself, and she is known."""
    pair = f"{SANNE}\nD-0002 | Tim | Boer | s@mail.example | 06-23450009 | | ja"
    over = "D-0001 | Uma | Vos | u@mail.example | 06-23450010 | | ja\nD-0002 | Tim | Boer | s@mail.example | 06-23450009 | | ja"
    back = f"{over}\n | Sanne | Mol | s@mail.example | 06-23450001 | | ja"
    third = f"{over}\n | Wim | Boer | s@mail.example | 06-23450011 | | ja"
    assert welcomed(pair, over, over, back) == [["Sanne Boer", "Tim Boer"], ["Uma Vos"], [], []]
    assert welcomed(pair, over, over, third) == [["Sanne Boer", "Tim Boer"], ["Uma Vos"], [], ["Wim Boer"]]


def test_a_mobile_handed_on_by_who_came_back_in_a_new_row_brings_no_old_nr_along() -> None:
    """Her old row is gone by then; her number of before is her son's."""
    back = f"{LEFT}\n | Sanne | Boer | s@mail.example | 06-23450001 | | ja"
    gone = "D-9004 | Sanne | Boer | s@mail.example | 06-23450001 | | ja"
    son = "D-9004 | Sanne | Boer | s@mail.example | 06-23450002 | | ja\n | Tim | Boer | t@mail.example | 06-23450001 | | ja"
    assert welcomed(SANNE, back, gone, son) == [["Sanne Boer"], [], [], ["Tim Boer"]]


def test_a_number_typed_by_mistake_makes_nobody_another() -> None:
    """A double is blocked; with a number of his own he is himself, and is welcomed."""
    twice = f"{SANNE}\nD-0002 | Tim | Post | t@mail.example | 06-23450001 | | ja"
    mended = f"{SANNE}\nD-0002 | Tim | Post | t@mail.example | 06-23450009 | | ja"
    assert welcomed(SANNE, twice, mended, mended) == [["Sanne Boer"], [], ["Tim Post"], []]


def test_a_copied_row_that_is_typed_over_in_steps_is_the_new_residents() -> None:
    """Rounds go on meanwhile: first all is hers, then the name is his, then the number, then the address."""
    steps = [
        "D-0002 | Sanne | Boer | s@mail.example | 06-23450001 | | ja",
        "D-0002 | Tim | Post | s@mail.example | 06-23450001 | | ja",
        "D-0002 | Tim | Post | t@mail.example | 06-23450001 | | ja",
        "D-0002 | Tim | Post | t@mail.example | 06-23450009 | | ja",
    ]
    told = welcomed(SANNE, *(f"{SANNE}\n{step}" for step in steps))
    assert told == [["Sanne Boer"], [], [], [], ["Tim Post"]]


def test_sorting_changes_nothing() -> None:
    """The Nr travels with its row."""
    other = "D-0002 | Tim | Post | t@mail.example | 06-23450009 | | ja"
    assert welcomed(f"{SANNE}\n{other}", f"{other}\n{SANNE}", f"{other}\n{SANNE}".replace("D-0001", "").replace("D-0002", "")) == [
        ["Sanne Boer", "Tim Post"], [], [],
    ]  # fmt: skip  # likewise


def test_an_old_ledger_learns_in_silence() -> None:
    """It knows the mobile and address of the day of sending alone; from its first round on the rows are followed."""
    _names, old = mailed(seen_in(SANNE, History(salt=b"made up", highest={"D": 9003})), kept=False)
    assert not old.recipients
    now = "D-0001 | Sanne | Boer | s@mail.example | 06-23450002 | | ja"
    first, known = mailed(seen_in(now, old))
    second, _known = mailed(seen_in("D-0001 | Sanne | Boer | new@mail.example | 06-23450002 | | ja", known))
    assert first == second == [] and known.recipients["D-0001"].mobile == known.identity("+31623450002")


def test_who_came_back_in_a_new_row_has_the_mark_there_too() -> None:
    """So that a lost ledger mails nobody again; a double that still stands beside its original has none."""
    _names, history = mailed(seen_in(SANNE, History(salt=b"made up", highest={"D": 9003})))
    mark = "verstuurd 1-3-2026 (versie 1)"
    for above, row in ((LEFT, 3), (SANNE, 2)):
        back = seen_in(f"{above} | {mark}\n | Sanne | Boer | s@mail.example | 06-23450001 | | ja", history)
        told = [step.place.row for step in plan_missed_marks(back) if isinstance(step, SetCell)]
        assert told == ([row] if above is LEFT else [])


def test_the_ledger_keeps_people_as_digests(tmp_path: Path) -> None:
    """What is kept comes back, changes alone are written, and no name, number or address stands in the file."""
    path = tmp_path / "state" / "ledger.sqlite3"
    with ledger_at(path, DAY) as ledger:
        history = ledger.history()
        ledger.remember_recipients(recipient_history_of(seen_in(SANNE, history)).caught_up())
    with ledger_at(path, DAY) as ledger:
        kept = ledger.history().recipients
    assert kept["D-0001"][:3] == (
        history.identity("+31623450001"),
        history.address_mark("s@mail.example"),
        history.name_mark("sanne boer"),
    )
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir()).lower()
    assert not any(word in stored for word in (b"sanne", b"boer", b"23450001", b"s@mail"))


def test_a_round_that_mails_nobody_catches_up(tmp_path: Path) -> None:
    """Through the real round: welcomed, then the mobile, then the address; one letter in all, and the row says so."""
    settings = lay_out(tmp_path)
    assert "Mobiel" in DEELNEMERS.headings
    sync(settings)
    before = letters(settings)
    types(settings, 3, Mobiel="06-23459999")
    sync(settings)
    types(settings, 3, E_mail="piet.smit@mail.example")
    sync(settings)
    types(settings, 3, Mobiel="06-23458888", Achternaam="de Smit")
    sync(settings)
    assert letters(settings) == before
    assert str(column(settings, "Welkom")[1]).startswith("klaargezet")


DOUBLED = """
    Voornaam | Achternaam | E-mail            | Mobiel      | Akkoord spelregels | Afgemeld op | Rol       | Aangemeld op
    Anna     | Bakker     | anna@mail.example | 06-23450001 | ja                 |             | beheerder | 1-6-2025
    Sanne    | Boer       | s@mail.example    | 06-23450002 | {agreed}           | {left}      |           | 1-2-2026
    Tim      | Post       | t@mail.example    | 06-23450002 | ja                 |             |           | 1-1-2026
"""


@pytest.mark.parametrize(("agreed", "left"), sweep([("ja", "1-3-2026"), ("", "")]))
def test_nr_and_welkom_land_in_the_row_that_was_mailed(tmp_path: Path, agreed: str, left: str) -> None:
    """Of two rows with one mobile, where the register of before the round is put back; and a round after it is quiet."""
    settings = lay_out(tmp_path, DOUBLED.format(agreed=agreed, left=left))
    before = settings.workbook.path.read_bytes()
    sync(settings)
    numbers, marks, mails = column(settings, "Nr"), column(settings, "Welkom"), letters(settings)
    assert marks[1] is None and str(marks[2]).startswith("klaargezet")
    settings.workbook.path.write_bytes(before)
    sync(settings)
    assert (column(settings, "Nr"), column(settings, "Welkom"), letters(settings)) == (numbers, marks, mails)
    sync(settings)
    assert (column(settings, "Nr"), column(settings, "Welkom"), letters(settings)) == (numbers, marks, mails)


def drag(settings: Settings, rows: int, **typed: object) -> None:
    """The last row dragged down with the fill handle: what ends in a number counts on, all else is copied.

    Then it is typed over; "#" stands for how far down.
    """
    there = rows_in(settings.workbook.path, "Deelnemers")
    last = max(at for at, row in enumerate(there, 1) if row[0] and at > 1)
    copied = {}
    for step in range(1, rows + 1):
        for at, value in enumerate(there[last - 1], 1):
            counts = re.search(r"^(.*?)(\d+)$", value) if isinstance(value, str) else None
            copied[last + step, at] = f"{counts[1]}{int(counts[2]) + step:0{len(counts[2])}d}" if counts else value
    type_in(settings.workbook.path, "Deelnemers", copied)  # type: ignore[arg-type]  # no cell here is a day
    for step in range(1, rows + 1):
        types(
            settings, last + step, **{heading: f"{value}".replace("#", str(step)) for heading, value in typed.items()}
        )


TYPED = {"Voornaam": "Uma#", "Achternaam": "Vos#", "E_mail": "uma#@mail.example"}


@pytest.mark.parametrize(("day", "rows"), sweep([(TODAY, 1), (TODAY + timedelta(days=4), 3)]))
def test_a_row_dragged_down_is_a_new_residents(tmp_path: Path, day: date, rows: int) -> None:
    """Nr one above all given, Welkom and Status copied, and the mobile counted on: each is welcomed, once."""
    settings = lay_out(tmp_path, DOUBLED.format(agreed="ja", left="1-3-2026"))
    sync(settings)
    before = letters(settings)
    drag(settings, rows, **TYPED)
    sync(settings, day)
    new = letters(settings).keys() - before.keys()
    assert sorted(mail[:6] for mail in new) == [f"D-{turn:04d}" for turn in range(4, 4 + rows)]
    sync(settings, day)
    assert len(letters(settings)) == len(before) + rows


@pytest.mark.parametrize(
    ("sources", "numbers", "cleared", "gone"),
    sweep(
        [
            ((3, 4), ("D-0004", "D-0005", "D-0006", "D-0007"), False, False),
            ((4,), ("D-0005", "D-0007"), False, False),
            ((4,), ("D-0040",), False, False),
            ((3,), ("D-0004",), True, False),
            ((4,), ("D-0004",), False, True),
            ((4,), (None,), False, False),
            ((4,), ("D-0003",), True, False),
        ],
        quick=(3, 4),
    ),
)
def test_a_row_that_was_copied_in_any_way_is_a_new_residents(
    tmp_path: Path, sources: tuple[int, ...], numbers: tuple[str | None, ...], cleared: bool, gone: bool
) -> None:
    """Its mark names the row that it came from: each is welcomed, once, and nobody else again."""
    settings = lay_out(tmp_path, DOUBLED.format(agreed="ja", left="").replace("| 06-23450002 |", "| 06-23450009 |", 1))
    sync(settings)
    before = letters(settings)
    there = rows_in(settings.workbook.path, "Deelnemers")
    for turn in range(len(numbers)):
        copied = {(5 + turn, at): cell for at, cell in enumerate(there[sources[turn % len(sources)] - 1], 1)}
        type_in(settings.workbook.path, "Deelnemers", copied)  # type: ignore[arg-type]  # no cell here is a day
    for turn, number in enumerate(numbers):
        own = {"Nr": number, **({"Status": None, "Meldingen": None} if cleared else {})}
        mobile = f"06-2346000{turn}"
        types(
            settings,
            5 + turn,
            Voornaam=f"U{turn}",
            E_mail=f"u{turn}@mail.example",
            Mobiel=mobile,
            Achternaam="V",
            **own,
        )
    if gone:
        book = load_workbook(settings.workbook.path)
        book["Deelnemers"].delete_rows(sources[0])
        book.save(settings.workbook.path)
    for _round in range(2):
        sync(settings)
        assert len(letters(settings).keys() - before.keys()) == len(numbers)
    assert len(before.keys() - letters(settings).keys()) == gone, "what lay ready for a row that went is taken away"


def test_a_nr_that_was_emptied_comes_back_by_the_rows_own_mark(tmp_path: Path) -> None:
    """On another laptop, that knows nobody: nobody is mailed, and no new number is given for one that stands there."""
    settings = lay_out(tmp_path, DOUBLED.format(agreed="ja", left="1-3-2026"))
    sync(settings)
    other = replace(
        settings, paths=Paths(out=tmp_path / "out2", state=tmp_path / "state2"), source=tmp_path / "2" / "settings.toml"
    )
    for row in (2, 4):
        types(settings, row, Nr=None)
    run(other, choices(force=True), PLANNERS, replaces=FOLDERS)
    sync(other)
    assert column(other, "Nr") == ["D-0001", "D-0002", "D-0003"] and letters(other) == {}


def test_a_dragged_row_that_is_typed_over_later_is_a_new_residents_too(tmp_path: Path) -> None:
    """A round goes by while it is still a double: the mark that is not its own goes, and he is welcomed in the end."""
    settings = lay_out(tmp_path, DOUBLED.format(agreed="ja", left="1-3-2026"))
    sync(settings)
    before = letters(settings)
    drag(settings, 1, Mobiel="06-23450002")
    sync(settings)
    assert column(settings, "Welkom")[3] is None and letters(settings) == before
    types(settings, 5, Voornaam="Uma", Achternaam="Vos")
    sync(settings)
    types(settings, 5, Mobiel="06-23450099", E_mail="uma@mail.example")
    sync(settings)
    assert len(letters(settings)) == len(before) + 1
    assert str(column(settings, "Welkom")[3]).startswith("klaargezet")


def test_a_copied_row_with_its_nr_is_a_new_residents_too(tmp_path: Path) -> None:
    """Copied as it stands, with a round before it is typed over."""
    settings = lay_out(tmp_path, DOUBLED.format(agreed="ja", left="1-3-2026"))
    sync(settings)
    before = letters(settings)
    drag(settings, 1, Nr="D-0003", Mobiel="06-23450002")
    sync(settings)
    types(settings, 5, Voornaam="Uma", Achternaam="Vos", Mobiel="06-23450099", E_mail="uma@mail.example")
    sync(settings)
    assert len(letters(settings)) == len(before) + 1


def test_a_lost_ledger_believes_a_mark_as_long_as_it_is_the_same_person(tmp_path: Path) -> None:
    """All on one day: a new ledger mails nobody again, also where every Nr was wiped out; who was typed over is new."""
    settings = lay_out(tmp_path, DOUBLED.format(agreed="ja", left="1-3-2026"))
    sync(settings)
    new = replace(
        settings, paths=Paths(out=tmp_path / "out2", state=tmp_path / "state2"), source=tmp_path / "2" / "settings.toml"
    )
    sync(new, force=True)
    types(new, 4, Voornaam="Uma", Achternaam="Vos", Mobiel="06-23450099", E_mail="uma@mail.example")
    sync(new)
    assert [mail[:6] for mail in letters(new)] == ["D-0003"]
    for row in (2, 3, 4):
        types(new, row, Nr=None)
    sync(new)
    assert len(letters(new)) == 1 and column(new, "Nr") == ["D-0001", "D-0002", "D-0003"]


@pytest.mark.parametrize("stale", sweep([True, False]))
def test_another_laptop_believes_the_marks_of_rows(tmp_path: Path, stale: bool) -> None:
    """With a ledger of its own that is new, or that saw the register before the last rows came: nobody is mailed twice."""
    settings = lay_out(tmp_path, DOUBLED.format(agreed="ja", left="1-3-2026"))
    other = replace(
        settings, paths=Paths(out=tmp_path / "out2", state=tmp_path / "state2"), source=tmp_path / "2" / "settings.toml"
    )
    sync(settings)
    if stale:
        sync(other, force=True)
    for day, name in ((TODAY, "Uma"), (TODAY + timedelta(days=4), "Wim")):
        drag(settings, 1, Nr="", Welkom="", Status="", Voornaam=name, Achternaam=name, E_mail=f"{name}@mail.example")
        sync(settings, day)
        sync(other, day, force=True)
        sync(other, day)
    assert len(letters(settings)) == 4 and letters(other) == {}
    sync(other, TODAY + timedelta(days=30))
    types(settings, 6, Voornaam="Vera", Achternaam="Wit", Mobiel="06-23450088", E_mail="vera@mail.example")
    sync(other, TODAY + timedelta(days=60))
    assert len(letters(other)) == 1, (
        "a stranger typed over a row that the other laptop mailed is welcomed by this one as well"
    )
