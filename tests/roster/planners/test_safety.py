"""A plan that changes too much at once is refused with its numbers; small registers are exempt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from roster.messages.recipient_history import recipient_history_of
from roster.messages.welcome import plan_welcome
from roster.plan.history import History, Message
from roster.plan.steps import View
from roster.planners.safety import check_safety
from support.plans import view
from support.sheet_notation import TERMS, mobile, register


def people(number: int, agreed: str = "ja", left: str = "", status: str = "actief") -> str:
    """A tab of so many members who all answered alike."""
    row = f"Jan | {agreed} | {left} | {status}"
    return "\n".join(["Voornaam | Akkoord spelregels | Afgemeld op | Status", *[row] * number])


@pytest.mark.parametrize(
    ("before", "now", "doubted"), [(400, 0, 1), (400, 290, 1), (400, 302, 0), (19, 0, 0), (0, 300, 0)]
)
def test_rows_that_are_gone_at_once_are_doubted(before: int, now: int, doubted: int) -> None:
    """More than a quarter of the members, against what the last round saw."""
    found = check_safety(view(register(people(now), staff=""), history=History(counts={"members": before})))
    assert len(found) == doubted
    assert all(str(before) in line and str(now) in line for line in found)


def test_a_column_that_was_emptied_is_doubted() -> None:
    """Everybody's agreement is gone at once: somebody's hand slipped."""
    assert check_safety(view(register(people(40, agreed="")))) == [
        "Van de 40 deelnemers die meededen, worden er 40 ineens geblokkeerd."
    ]
    assert check_safety(view(register(people(40, left="1-3-2026")))) == [
        "Van de 40 deelnemers die meededen, zijn er 40 ineens afgemeld."
    ]
    assert check_safety(view(register(people(19, agreed="")))) == []
    assert check_safety(view(register(people(40, agreed="", status="geblokkeerd")))) == []


def test_many_mails_to_people_who_were_mailed_already_are_doubted() -> None:
    """One row may have been typed over; if all rows seem to hold other people, the memory is what is wrong."""
    rows = "\n".join(
        [
            "Nr | Voornaam | E-mail | Welkom",
            *(f"D-{n:04d} | Jan | jan{n}@mail.example | klaargezet 1-3-2026 (versie 1)" for n in range(1, 31)),
        ]
    )
    others = [
        Message(f"D-{n:04d}", "welcome", "1", "klaargezet", date(2026, 3, 1), ("an", "other"), "somebody")
        for n in range(1, 31)
    ]
    seen = view(
        register(rows),
        replace(TERMS, network=replace(TERMS.network, regiegroep_number="06-23456789")),
        History(others, salt=b"test"),
    )
    told = check_safety(seen, list(plan_welcome(seen)))
    assert told == ["Er zouden 30 deelnemers een mail krijgen, terwijl in hun rij staat dat die al gemaakt is."]


PEOPLE = [(f"D-{turn:04d}", f"Jan{turn}", f"jan{turn}@mail.example", mobile(turn)) for turn in range(1, 31)]


def known(people: list[tuple[str, str, str, str]]) -> View:
    """A register of these people, whom the ledger knows as PEOPLE."""

    def seen(rows: list[tuple[str, str, str, str]], history: History) -> View:
        return view(register("\n".join(["Nr | Voornaam | E-mail | Mobiel", *map(" | ".join, rows)])), TERMS, history)

    history = History(salt=b"test")
    history.recipients = recipient_history_of(seen(PEOPLE, history)).caught_up()
    return seen(people, history)


def with_column(at: int, values: list[str]) -> list[tuple[str, str, str, str]]:
    """PEOPLE with other values in one column, from the top down."""
    below = [person[at] for person in PEOPLE[len(values) :]]
    return [(*person[:at], value, *person[at + 1 :]) for person, value in zip(PEOPLE, [*values, *below], strict=True)]


@pytest.mark.parametrize(
    ("at", "told", "cause"),
    [
        (0, "het Nr van een ander", "kolom Nr"),
        (1, "de naam van een ander", "kolom Voornaam of Achternaam"),
        (2, "het e-mailadres van een ander", "kolom E-mail"),
        (3, "het mobiele nummer van een ander", "kolom Mobiel"),
    ],
)
@pytest.mark.parametrize("number", [30, 6])
def test_one_column_sorted_by_itself_is_doubted(at: int, told: str, cause: str, number: int) -> None:
    """Upside down, or shifted by a row, the whole of it or a few rows; with numbers and the likely cause."""
    values = [person[at] for person in PEOPLE[:number]]
    for mixed in (values[::-1], [*values[1:], values[0]]):
        (line,) = check_safety(known(with_column(at, mixed)))
        assert f"Bij {number} deelnemers staat nu {told}" in line and cause in line


def test_sorted_with_newcomers_among_them_is_doubted_too() -> None:
    """Their rows tell nothing of before; the others do."""
    addresses = sorted([*(person[2] for person in PEOPLE), "aa@mail.example", "zz@mail.example"])
    rows = [*PEOPLE, ("", "Nieuw", "", mobile(98)), ("", "Nieuwer", "", mobile(99))]
    (line,) = check_safety(
        known([(nr, name, address, number) for (nr, name, _old, number), address in zip(rows, addresses, strict=True)])
    )
    assert "het e-mailadres van een ander" in line


@pytest.mark.parametrize(
    "filled",
    [range(32, 40), range(0, 40, 5), range(3, 40, 4), range(30, 40), range(36, 40)],
    ids=["the last eight", "every fifth", "ten of forty", "the last ten", "the last four"],
)
@pytest.mark.parametrize("newcomers", [0, 10])
def test_addresses_that_few_have_sorted_by_themselves_are_doubted(filled: range, newcomers: int) -> None:
    """They come to stand in rows that had none, at the top, or with newcomers that stand there; the blanks go down."""

    def seen(addresses: list[str], history: History, new: int) -> View:
        strangers = [("", f"Nieuw{turn}", mobile(turn)) for turn in range(51, 51 + new)]
        rows = [*strangers, *((f"D-{turn:04d}", f"Jan{turn}", mobile(turn)) for turn in range(1, 41))]
        lines = [" | ".join((*row, address)) for row, address in zip(rows, addresses, strict=True)]
        return view(register("\n".join(["Nr | Voornaam | Mobiel | E-mail", *lines])), TERMS, history)

    history = History(salt=b"test")
    before = [f"jan{turn:02d}@mail.example" if turn in filled else "" for turn in range(40)]
    history.recipients = recipient_history_of(seen(before, history, 0)).caught_up()
    assert check_safety(seen([""] * newcomers + before, history, newcomers)) == []
    after = sorted([""] * newcomers + before, key=lambda address: (address == "", address))
    (line,) = check_safety(seen(after, history, newcomers))
    moved = sum(address not in ("", was) for address, was in zip(after, [""] * newcomers + before, strict=True))
    assert f"Bij {moved} deelnemers staat nu het e-mailadres van een ander" in line and "kolom E-mail" in line


def test_a_column_typed_over_with_other_things_is_doubted() -> None:
    """First names sorted by themselves make names that nobody had; a quarter anew at once is much."""
    (line,) = check_safety(known(with_column(1, [f"Piet{turn}" for turn in range(9)])))
    assert line.startswith("Bij 9 van de 33 deelnemers is de naam ineens anders. Misschien is de kolom")
    assert check_safety(known(with_column(1, [f"Piet{turn}" for turn in range(7)]))) == []


def test_ordinary_changes_are_not_doubted() -> None:
    """Rows that travel whole, a couple that swaps or shares, and whoever is not known yet."""
    assert check_safety(known(PEOPLE[::-1])) == []
    assert check_safety(known(with_column(3, [PEOPLE[1][3], PEOPLE[0][3], PEOPLE[3][3], PEOPLE[2][3]]))) == []
    assert check_safety(known(with_column(2, [PEOPLE[29][2]] * 7))) == [], (
        "seven who share one address, which is still his as well"
    )
    one_went = [(*person[:2], "", person[3]) if turn % 9 == 0 else person for turn, person in enumerate(PEOPLE)]
    assert check_safety(known(one_went)) == [], "whose address was taken away, and stands nowhere else"
    back = [("", *person[1:]) for person in PEOPLE[:6]]
    assert check_safety(known([*PEOPLE, *back])) == check_safety(known([*PEOPLE[6:], *back])) == [], (
        "who came back in a new row"
    )
    strangers = [(f"D-{turn:04d}", "Uma", f"uma{turn}@mail.example", mobile(turn)) for turn in range(31, 61)]
    assert check_safety(known([*PEOPLE, *strangers])) == []


def newcomers(number: int) -> str:
    """So many members with an address who were not welcomed yet."""
    return "\n".join(
        ["Nr | Voornaam | E-mail", *(f"D-{n:04d} | Jan | jan{n}@mail.example" for n in range(1, number + 1))]
    )


@pytest.mark.parametrize(
    ("number", "counts", "doubted"),
    [
        (30, {"members": 40}, True),
        (21, {"members": 5}, True),
        (20, {"members": 25}, False),
        (30, {}, False),
        (30, {"members": 40, "mails": 30}, False),
        (30, {"members": 40, "mails": 9}, True),
        (30, {"members": 40, "mails": 10}, False),
    ],
    ids=["many", "hardly any before", "few", "a new register", "they waited already", "some waited", "most waited"],
)
def test_very_many_new_mails_at_once_are_doubted(number: int, counts: dict[str, int], doubted: bool) -> None:
    """More than twenty and a quarter of the members, on a register that is known; what waited for its turn is not new."""
    seen = view(
        register(newcomers(number)),
        replace(TERMS, network=replace(TERMS.network, regiegroep_number="06-23456789")),
        History(counts=counts, salt=b"test"),
    )
    found = check_safety(seen, list(plan_welcome(seen)))
    assert found == (
        [
            f"Er komen ineens {number - counts.get('mails', 0)} nieuwe mails bij, op {number + 3} deelnemers. Controleer wie er nieuw bij staan."
        ]
        if doubted
        else []
    )


def test_many_new_mails_are_no_doubt_where_they_are_a_small_part() -> None:
    """Thirty of a hundred and thirty-three; and letters that were put ready before are not new where they leave."""
    ready = [Message(f"D-{n:04d}", "welcome", "1", "klaargezet", date(2026, 3, 1)) for n in range(1, 31)]
    terms = replace(TERMS, network=replace(TERMS.network, regiegroep_number="06-23456789"), mail_done="verstuurd")
    seen = view(register(newcomers(30)), terms, History(ready, counts={"members": 33}, salt=b"test"))
    assert check_safety(seen, list(plan_welcome(seen))) == []
    quiet = newcomers(30) + "\n" + "\n".join(f"E-{n:04d} | Piet | " for n in range(1, 101))
    seen = view(register(quiet), terms, History(counts={"members": 103}, salt=b"test"))
    assert check_safety(seen, list(plan_welcome(seen))) == []
