"""`make signs` in either back end, from two laptops, with every fault of a mail server, and killed: each letter once."""

from __future__ import annotations

import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from conftest import SCRIPTS
from outside.commands.signs import mail_requests
from outside.config.settings import Mail, Settings
from outside.errors import Stop
from outside.google.client import Calls
from servers.sheets_server import Fault, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from servers.smtp_server import Plan, answers, mail_server
from support.contacts_play import ExcelSheet, GoogleSheet, Sheet, ground_rows, in_excel
from support.google_register import HURRIED, google_book, laptop
from support.kill import calls_of, kill_after, kill_at_call, strace
from support.pressed import press
from support.sheet_notation import TODAY
from support.smtp_home import age
from support.whole_round import choices, settings_of, sync

__all__ = ["sheets"]  # a fixture is found by its name in this module

REQUEST = {
    "Groep": "Tuindorp",
    "Locatie 1": "52.9500, 4.7600",
    "Locatie 2": "52.9520, 4.7600",
    "Aangevraagd door": "Anna Annaman",
}
BOTH = pytest.mark.parametrize("kind", ["file", "google"])


@dataclass
class Signs:
    """A register with one numbered request, two laptops on it, and a mail server."""

    sheet: Sheet
    laptops: list[Settings]
    plan: Plan

    def ask(self) -> None:
        """The first round of both; their welcomes are no matter here."""
        self.sheet.types("Bordaanvragen", 2, REQUEST)
        for one in self.laptops:
            sync(one, force=True)
        self.plan.arrived.clear()

    def go(self, turn: int) -> int:
        return mail_requests(self.laptops[turn], choices(force=True))

    def arrived(self) -> Counter[str]:
        """What really came, by the name before the @, of letters about signs."""
        return Counter(
            str(one["To"].addresses[0].username) for one in self.plan.messages() if "B-0001" in str(one["Subject"])
        )

    def row(self) -> dict[str, str]:
        [(_number, row)] = [one for one in self.sheet.rows("Bordaanvragen") if one[1]["Groep"]]
        return row

    def law(self) -> None:
        """Nobody twice; what the row says is so."""
        came, said = self.arrived(), self.row()["Verstuurd"]
        assert max(came.values(), default=0) <= 1, (came, said)
        assert not said.startswith("verstuurd") or came["kim"] == 1
        assert said or came["kim"] == 0
        assert came["kim"] >= came["anna"], "a copy tells of a letter that went"


@pytest.fixture
def server() -> Iterator[tuple[Plan, int]]:
    with mail_server() as found:
        yield found


def begun(kind: str, home: Path, server: tuple[Plan, int], sheets: SheetsServer | None = None) -> Signs:
    plan, port = server
    sheet: Sheet
    if kind == "file":
        sheet, laptops = in_excel(home)
    else:
        assert sheets is not None
        book = google_book(sheets, ground_rows(), height=60)
        sheet, laptops = GoogleSheet(book), [laptop(sheets, book, home / name) for name in ("one", "other")]
    signs = Signs(sheet, [replace(one, mail=mail_by(port)) for one in laptops], plan)
    signs.ask()
    return signs


def mail_by(port: int) -> Mail:
    return Mail(transport="smtp", sender="Buurt <buurt@mail.example>", host="127.0.0.1", port=port, security="none")


def copied(ready: Path, home: Path, server: tuple[Plan, int]) -> Signs:
    """A ground that was laid out before, once more elsewhere."""
    plan, port = server
    shutil.copytree(ready, home)
    plan.arrived.clear()
    one = replace(settings_of(home), mail=mail_by(port))
    other = replace(one, paths=replace(one.paths, out=home / "other" / "out", state=home / "other" / "state"))
    return Signs(ExcelSheet(one.workbook.path), [one, other], plan)


def stops(act: Callable[[], object]) -> None:
    """Do it, also where it ends with words for the coordinator."""
    with suppress(Stop):
        act()


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Calls, "patience", HURRIED)


@BOTH
def test_two_laptops_ask_the_caretaker_once(
    kind: str, tmp_path: Path, server: tuple[Plan, int], sheets: SheetsServer
) -> None:
    """Whichever begins; the rounds of both stay quiet about it, and the request is with the municipality."""
    signs = begun(kind, tmp_path, server, sheets)
    for turn in (0, 1, 0, 1):
        signs.go(turn)
        sync(signs.laptops[turn])
        signs.law()
    assert signs.arrived() == {"kim": 1, "anna": 1}
    assert signs.row()["Verstuurd"].startswith("verstuurd") and signs.row()["Status"] == "ingediend"


STAGES = ("MAIL", "RCPT", "DATA", "END")
SAID = (
    *("cut", "cut after", "half", "garble", "stall"),
    *(
        "421 4.7.0 Closing",
        "451 4.3.0 Later",
        "452 4.2.2 Full",
        "550 5.1.1 No such user",
        "552 5.3.4 Too big",
        "554 5.7.1 No",
    ),
)


@BOTH
@pytest.mark.parametrize(
    ("stage", "said"),
    [
        pytest.param(stage, said, marks=() if (stage, said) == ("END", "cut after") else pytest.mark.long)
        for stage in STAGES
        for said in SAID
        if stage == "END" or said not in ("cut after", "half", "garble", "stall")
    ],
)
def test_no_fault_of_a_mail_server_asks_twice(
    kind: str, stage: str, said: str, tmp_path: Path, server: tuple[Plan, int], sheets: SheetsServer
) -> None:
    """On the caretaker's letter; both laptops try again, and a person sees what is not certain."""
    signs = begun(kind, tmp_path, server, sheets)
    whom = "kim" if stage != "MAIL" else "*"
    signs.plan.answers |= answers(**{f"{whom}_{stage}": said}) if whom != "*" else {("*", "MAIL"): [said]}
    for turn in (0, 1, 0, 1):
        signs.go(turn)
        signs.law()
        age(signs.laptops[turn].paths.state.parent, hours=24)  # what was put off is tried again
    assert signs.row()["Verstuurd"], "it went, or somebody must look"


@pytest.mark.parametrize(
    ("fault", "call"),
    [
        pytest.param(fault, call, marks=() if (fault, call) in (("503", 12), ("insert", 9)) else pytest.mark.long)
        for fault in ("503", "insert")
        for call in range(1, 26)
    ],
)
def test_a_fault_at_google_asks_nobody_twice(
    call: int, fault: str, tmp_path: Path, server: tuple[Plan, int], sheets: SheetsServer
) -> None:
    """Google falls silent at that call, or somebody inserts a row above; later either laptop goes on."""
    signs = begun("google", tmp_path, server, sheets)
    assert isinstance(signs.sheet, GoogleSheet)
    book = signs.sheet.book
    sheets.start_counting()
    if fault == "503":
        sheets.fail(call, Fault("503"), times=40)
    else:
        sheets.between(call, lambda _book: Person(book).inserts_row("Bordaanvragen", 2))
    stops(lambda: signs.go(0))
    sheets.start_counting()
    book.tabs[:] = [tab for tab in book.tabs if tab.title != "Buurtbeheer is bezig"]  # as it is twenty minutes later
    for turn in (1, 0, 1):
        stops(lambda turn=turn: signs.go(turn))
        sync(signs.laptops[turn], force=True)
        signs.law()
    assert signs.arrived()["kim"] == 1 or signs.row()["Verstuurd"]


CALLS = "sendto,recvfrom,fsync,fdatasync,pwrite64,rename,unlink"


def door(home: Path, port: int) -> list[str]:
    """`make signs` as a process."""
    (home / "settings.toml").write_text(
        f"""[network]\nregiegroep_number = "06-23456789"\n[map]\ntiles = ""\n[workbook]\npath = "register.xlsx"
[mail]\ntransport = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "Buurt <buurt@mail.example>"\n""",
        encoding="utf-8",
    )
    script = str(SCRIPTS / "signs.py")
    return [sys.executable, "-B", script, "--settings", str(home / "settings.toml"), "--yes", "--today", str(TODAY)]


def killed(home: Path, server: tuple[Plan, int], moments: int) -> int:
    """The door dies at so many calls, spread over a whole run, and is pressed again by both laptops. How many died."""
    port = server[1]
    begun("file", home / "ready", server)
    trial = copied(home / "ready", home / "trial", server)
    calls = [("", n) for n in range(moments)]
    if strace():
        calls = calls_of(door(home / "trial", port), home / "trace", CALLS)
        assert trial.arrived() == {"kim": 1, "anna": 1}
    died, step = 0, max(1, len(calls) // moments)
    for turn, (name, number) in enumerate(calls[step // 2 :: step][:moments]):
        signs = copied(home / "ready", home / str(turn), server)
        command = door(home / str(turn), port)
        if strace():
            died += kill_at_call(command, name, number) == -signal.SIGKILL
        else:
            died += kill_after(command, 0.4 + number / moments) != 0
        dead = signs.row()["Verstuurd"]
        assert not dead.startswith("verstuurd") or signs.arrived()["kim"] == 1
        stops(lambda signs=signs: signs.go(1))  # another laptop, which knows only what the row says
        press("signs", *command[3:], cwd=home)
        stops(lambda signs=signs: signs.go(0))
        signs.law()
        said = signs.row()["Verstuurd"]
        assert said.startswith(("verstuurd", "onzeker", "bezig")), (name, number, said)
        assert signs.arrived()["kim"] == 1 or not said.startswith("verstuurd")
    return died


def test_make_signs_that_is_killed_asks_nobody_twice(tmp_path: Path, server: tuple[Plan, int]) -> None:
    """A few moments; the wide test takes many."""
    assert killed(tmp_path, server, 2) >= 1


@pytest.mark.long
def test_make_signs_that_is_killed_at_any_moment_asks_nobody_twice(tmp_path: Path, server: tuple[Plan, int]) -> None:
    """Between intent and mail, and between mail and Verstuurd, among others."""
    assert killed(tmp_path, server, 150) >= 100
