"""Leave is asked for the letters that leave, in every try of a round, and what a round did is told over all tries."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from outside.commands.preview import send_tests
from outside.config.choices import Choices
from outside.errors import Stop
from outside.mail.mailbox import Outcome
from outside.run.confirm import must_fit
from servers.smtp_server import Plan, answers, mail_server
from support.asked_round import LAST, at_the_keyboard, go, people, settings_in
from support.ledgers import ledger_in
from support.sheet_notation import TODAY, register
from support.small_round import Postman
from support.sweeps import sweep
from support.table_register import TableRegister, with_cell, with_members


def sum_of(told: str) -> Counter[str]:
    """The closing sum: each of its words, with the number before it."""
    line = next(line for line in told.splitlines() if line.startswith("Mails: "))
    told = re.fullmatch(r"Mails: (\d+) aan de beurt\. Daarvan (.+)\.", line)
    assert told, line
    found = Counter({how: int(number) for number, how in (part.split(" ") for part in told[2].split(", "))})
    assert found.keys() <= {"verstuurd", "klaargezet", "wacht", "wachten", "aangehouden", "onzeker", "geweigerd"}, line
    assert int(told[1]) == found.total(), line
    return found | Counter({"aan de beurt": int(told[1]), "wacht": found["wachten"]})


@pytest.mark.parametrize(("answer", "sent"), [("j", 5), ("n", 3)])
def test_a_try_with_other_letters_asks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, sent: int
) -> None:
    """Two more members came while the first three were mailed: they are asked for, and wait where the answer is no."""
    screen, box = at_the_keyboard(monkeypatch, "j", answer), Postman()
    workbook = TableRegister(register(people(1, 3)), {LAST: with_members(people(4, 5), 10)})
    code = go(tmp_path, workbook, box)
    assert len(box.arrived) == sent and screen.answers == []
    assert "3 mails versturen?" in screen.shown and "2 mails erbij versturen?" in screen.shown
    told = sum_of(capsys.readouterr().out)
    assert (told["aan de beurt"], told["verstuurd"], told["wacht"]) == (5, sent, 5 - sent)
    assert code == (0 if sent == 5 else 3)
    assert ("niemand gaf daar toestemming voor" in screen.shown) is (sent == 3)
    assert sum(str(cell).startswith("verstuurd") for cell in workbook.column("Welkom")) == sent


@pytest.mark.parametrize("before", [0, 3])
def test_with_nobody_there_the_new_letters_wait(
    tmp_path: Path, before: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A first try without letters asks nothing; letters that come up in the next one have nobody's leave."""
    texts = register(people(1, before)) if before else register()
    workbook = TableRegister(texts, {1: with_members(people(4, 8), 10)})
    box = Postman()
    if before:
        with pytest.raises(Stop, match="niemand aan wie dat gevraagd kan worden"):
            go(tmp_path, workbook, box)
        assert workbook.writes == 0
        return
    assert go(tmp_path, workbook, box) == 3
    told = capsys.readouterr()
    assert box.arrived == [] and sum_of(told.out)["wacht"] == 5
    assert "make sync YES=1" in told.err and "er is niets gedaan" not in (told.out + told.err).casefold()
    assert go(tmp_path, workbook, box, yes=True) == 0
    assert len(box.arrived) == 5


def test_the_same_letters_are_not_asked_for_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The register was saved before the first of them left; nothing else is in it."""
    screen, box = at_the_keyboard(monkeypatch, "j"), Postman()
    assert go(tmp_path, TableRegister(register(people(1, 3)), {1: lambda tables: tables}), box) == 0
    assert (len(box.arrived), screen.answers) == (3, [])


@pytest.mark.parametrize(
    ("heading", "value"), [("E-mail", "ander@mail.example"), ("Voornaam", "Iemand"), ("Taal", "en")]
)
def test_a_letter_to_another_or_that_says_something_else_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heading: str, value: str
) -> None:
    """Agreed was to what stood there; what somebody made of it since waits for a yes of its own."""
    screen, box = at_the_keyboard(monkeypatch, "j", "n"), Postman()
    workbook = TableRegister(register(people(1, 3)), {1: with_cell(2, heading, value)})
    assert go(tmp_path, workbook, box) == 3
    assert screen.answers == [] and "1 mail erbij versturen?" in screen.shown
    assert sorted(box.arrived) == ["Voor2 Jansen <v2@mail.example>", "Voor3 Jansen <v3@mail.example>"]


def test_what_was_declined_is_not_asked_for_a_third_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody keeps saving the register."""
    screen, box = at_the_keyboard(monkeypatch, "j", "n"), Postman()
    changes = {2: with_members(people(4, 5), 10), 3: lambda tables: tables, 4: lambda tables: tables}
    assert go(tmp_path, TableRegister(register(people(1, 3)), changes), box) == 3
    assert (len(box.arrived), screen.answers) == (3, [])


def test_a_declined_letter_takes_no_agreed_letters_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day's limit is for letters that leave: who joined earlier but was declined leaves room."""
    screen, box = at_the_keyboard(monkeypatch, "j", "n"), Postman()
    early = (
        people(4, 5)
        .replace("Huisnummer", "Huisnummer | Aangemeld op")
        .replace("| 4", "| 4 | 1-1-2025")
        .replace("| 5", "| 5 | 1-1-2025")
    )
    workbook = TableRegister(register(people(1, 3)), {1: with_members(early, 10)})
    assert go(tmp_path, workbook, box, per_day=3) == 3
    assert len(box.arrived) == 3 and not any("v4" in one or "v5" in one for one in box.arrived) and screen.answers == []


def test_no_on_the_first_question_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says so."""
    at_the_keyboard(monkeypatch, "n")
    workbook, box = TableRegister(register(people(1, 3))), Postman()
    assert go(tmp_path, workbook, box) == 0
    assert (box.arrived, workbook.writes) == ([], 0) and "Er is niets gedaan." in capsys.readouterr().out


def emptied(tables: dict) -> dict:  # type: ignore[type-arg]  # a register as table_register has it
    """Somebody empties Akkoord spelregels of everybody."""
    return register(
        "\n".join(["Nr | Voornaam | Akkoord spelregels | Status", *["D-0001 | Voor1 |  | actief"] * 40]), staff=""
    )


@pytest.mark.parametrize("box", [Postman(), Postman({2: None})], ids=["all sent", "one refused"])  # type: ignore[dict-item]  # filled in below
def test_a_later_try_that_is_doubted_takes_the_report_of_the_first_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], box: Postman
) -> None:
    """Mails left: that is counted, nobody says that nothing was done, and the code is 3."""
    box.answers = {number: Outcome("geweigerd", "adres bestaat niet") for number in box.answers}
    workbook = TableRegister(register(people(1, 3)), {LAST: emptied})
    assert go(tmp_path, workbook, box, yes=True) == 3
    told = capsys.readouterr()
    counted = sum_of(told.out)
    assert (counted["verstuurd"], counted["geweigerd"]) == (3 - len(box.answers), len(box.answers))
    assert "niets gedaan" not in told.out + told.err
    assert "worden er 40 ineens geblokkeerd" in told.err and "make sync FORCE=1" in told.err
    assert "Klaar:" not in told.out and "Gedaan tot nu toe:" in told.out


def test_a_first_try_that_is_doubted_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And names the word that was pressed."""
    workbook, box = TableRegister(emptied({})), Postman()
    assert go(tmp_path, workbook, box, yes=True, word="rules-update") == 1
    told = capsys.readouterr().err
    assert workbook.writes == 0 and "Daarom is er niets gedaan." in told and "make rules-update FORCE=1" in told


@pytest.mark.parametrize("between", [False, True])
def test_what_waits_for_its_turn_is_no_flood_the_next_day(tmp_path: Path, between: bool) -> None:
    """Also where another word, which plans other letters, came between."""
    box, workbook = Postman(), TableRegister(register(people(1, 40)))
    assert go(tmp_path, workbook, box, yes=True, per_day=5) == 0
    if between:
        assert go(tmp_path, workbook, box, yes=True, planners=(), word="rules-update") == 0
    assert go(tmp_path, workbook, box, yes=True) == 0
    assert len(box.arrived) == 40


def test_a_doubt_that_is_forced_is_told_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever typed FORCE=1 may have had another doubt in mind."""
    workbook = TableRegister(register(people(1, 3)), {LAST: emptied})
    assert go(tmp_path, workbook, Postman(), yes=True, force=True) == 1
    told = capsys.readouterr()
    assert "worden er 40 ineens geblokkeerd" in told.err and "Met FORCE=1 gaat het door." in told.err


@pytest.mark.parametrize(
    ("error", "code"),
    [(Stop("De schijf is weg.", "Steek hem erin."), 3), (KeyboardInterrupt(), None), (RuntimeError("a fault"), None)],
)
def test_whatever_ends_a_later_try_leaves_the_report_of_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], error: BaseException, code: int | None
) -> None:
    """A Stop, Ctrl-C or a fault of ours while the register is read again: what left is told."""

    class Gone(TableRegister):
        def read(self):  # type: ignore[no-untyped-def]  # as TableRegister's
            if self.writes:
                raise error
            return super().read()

    workbook = Gone(register(people(1, 3)), {LAST: lambda tables: tables})
    if code is None:
        with pytest.raises(type(error)):
            go(tmp_path, workbook, Postman(), yes=True)
    else:
        assert go(tmp_path, workbook, Postman(), yes=True) == code
    told = capsys.readouterr()
    assert sum_of(told.out)["verstuurd"] == 3
    assert ("De schijf is weg." in told.err) is (code == 3)


def test_a_fault_while_letters_leave_tells_how_many_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also in the first try: one of three was in hand, and of that one nobody can know."""

    def stumble(number: int) -> None:
        if number == 2:
            raise RuntimeError("a fault")

    with pytest.raises(RuntimeError):
        go(tmp_path, TableRegister(register(people(1, 3))), Postman(before=stumble), yes=True)
    told = sum_of(capsys.readouterr().out)
    assert (told["aan de beurt"], told["verstuurd"], told["wacht"], told["onzeker"]) == (3, 1, 1, 1)


def test_a_stop_before_anything_was_done_stays_what_it_is(tmp_path: Path) -> None:
    """Code 2: nothing was started."""

    class Gone(TableRegister):
        def read(self):  # type: ignore[no-untyped-def]  # as TableRegister's
            raise Stop("Het register is er niet.")

    with pytest.raises(Stop):
        go(tmp_path, Gone(register()), Postman(), yes=True)


def test_a_letter_of_which_two_tries_speak_counts_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Refused in the first; its address was mended meanwhile, and it left in the second."""
    workbook = TableRegister(register(people(1, 3)), {LAST: with_cell(2, "E-mail", "beter@mail.example")})
    box = Postman({1: Outcome("geweigerd", "adres bestaat niet")})
    assert go(tmp_path, workbook, box, yes=True) == 0
    assert (sum_of(capsys.readouterr().out)["verstuurd"], len(box.arrived)) == (3, 3)


@pytest.mark.parametrize(("force", "sent"), [(False, 0), (True, 3)])
def test_a_pause_holds_mail_up_until_somebody_says_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], force: bool, sent: int
) -> None:
    """FORCE=1 goes on, and what left shows that the pause is over."""
    with ledger_in(tmp_path, TODAY) as ledger:
        ledger.departures.pause_until(ledger.now() + timedelta(days=2))
    box = Postman()
    go(tmp_path, TableRegister(register(people(1, 3))), box, yes=True, force=force)
    assert len(box.arrived) == sent
    assert ("make sync FORCE=1" in capsys.readouterr().err) is not force
    with ledger_in(tmp_path, TODAY) as ledger:
        assert (ledger.departures.pause() is None) is force


def test_a_pause_that_is_asked_for_while_somebody_goes_on_holds(tmp_path: Path) -> None:
    """The mailbox says it again: then it is so."""
    with ledger_in(tmp_path, TODAY) as ledger:
        ledger.departures.pause_until(ledger.now() + timedelta(hours=2))
    box = Postman({2: Outcome("wacht", "de daglimiet is bereikt", timedelta(days=1))})
    go(tmp_path, TableRegister(register(people(1, 3)), {LAST: lambda tables: tables}), box, yes=True, force=True)
    assert (len(box.arrived), len(box.asked)) == (1, 2)
    with ledger_in(tmp_path, TODAY) as ledger:
        assert ledger.departures.pause() is not None


def test_a_pause_of_the_mail_server_does_not_hold_up_what_is_put_ready(tmp_path: Path) -> None:
    """Nothing leaves then."""
    with ledger_in(tmp_path, TODAY) as ledger:
        ledger.departures.pause_until(ledger.now() + timedelta(days=2))
    box = Postman(dict.fromkeys(range(1, 10), Outcome("klaargezet")))
    box.done = "klaargezet"
    assert go(tmp_path, TableRegister(register(people(1, 3))), box, transport="outbox") == 0
    assert len(box.asked) == 3


@pytest.mark.parametrize("transport", ["outbox", "smtp"])
def test_what_was_announced_is_what_is_told_as_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], transport: str
) -> None:
    """Cells, rows, mails and files: the same kind of count before and after, and nothing is called sent that lies ready."""
    box = Postman()
    box.done = "verstuurd" if transport == "smtp" else "klaargezet"
    box.answers = {} if transport == "smtp" else dict.fromkeys(range(1, 10), Outcome("klaargezet"))
    assert go(tmp_path, TableRegister(register(people(1, 5), beheerders="Nr")), box, yes=True, transport=transport) == 0
    told = capsys.readouterr().out
    before = next(line for line in told.splitlines() if line.startswith("Te doen: "))
    after = next(line for line in told.splitlines() if line.startswith("Klaar: "))
    for noun, more in (("cel", "cellen"), ("rij", "rijen"), ("bestand", "bestanden")):
        counts = [re.search(rf"(\d+) (?:{noun}|{more})\b", line) for line in (before, after)]
        assert all(counts) and len({count[1] for count in counts if count}) == 1, (before, after)
    mails = next(line for line in told.splitlines() if line.startswith("Mails: "))
    assert f"5 {box.done}" in mails and ("verstuurd" in mails) is (transport == "smtp")
    assert "5 welkomstmails" in before


@pytest.mark.parametrize(
    ("paused", "per_day", "told"),
    sweep(
        [
            (True, 400, "vroeg om rust tot"),
            (False, 5, "mogen er nog 5 mails weg, en dit zijn er"),
            (False, 1, "mag er nog 1 mail weg"),
        ],
        quick=2,
    ),
)
def test_test_mails_keep_to_what_may_leave(tmp_path: Path, paused: bool, per_day: int, told: str) -> None:
    """They count for the day, so the day holds for them; nothing is tried, and what to type has the address in it."""
    settings = settings_in(tmp_path, per_day=per_day)
    with ledger_in(tmp_path, TODAY) as ledger:
        if paused:
            ledger.departures.pause_until(ledger.now() + timedelta(hours=2))
        must_fit(9, settings, ledger, "test-mail", force=True)
    with pytest.raises(Stop) as stopped:
        send_tests(settings, Choices(None, False, False, TODAY), "ik@mail.example")
    assert told in stopped.value.message and "make test-mail TO=ik@mail.example FORCE=1" in stopped.value.remedy


def test_test_mails_that_stop_half_way_say_how_many_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Code 3: something was done."""
    with mail_server(Plan(answers=answers(_MAIL=["", "", "550 5.7.1 Sender blocked"]))) as (_plan, port):
        settings = settings_in(tmp_path, host="127.0.0.1", port=port, security="none")
        with pytest.raises(Stop) as stopped:
            send_tests(settings, Choices(None, False, False, TODAY), "ik@mail.example")
    assert stopped.value.code == 3 and "2 van de" in capsys.readouterr().err
