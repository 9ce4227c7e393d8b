"""What comes back to the mailbox is taken to heart: in the ledger first, then in the rows."""

from __future__ import annotations

import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path

import pytest

from conftest import SCRIPTS, RunDoor
from outside.commands.bounces import LARGEST_FILE, TIMES, _from_folder, process_messages
from outside.commands.no_mail import People
from outside.errors import Stop
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Outcome
from roster.plan.delivery_status import State
from servers.imap_server import imap_server
from support.announced import announced
from support.came_back import MINE, TO, answer, dsn, receipt, robot
from support.excel_person import rows_in, type_in
from support.ground import example_at, laid_out
from support.kill import kill_at_call, strace
from support.ledgers import ledger_at, ledger_in
from support.smtp_home import TODAY, age, lay_out, welkom

DAY = date(2026, 11, 23)
NO_SUCH = "550 5.1.1 User unknown"
TOO_MANY = "550 5.4.5 Daily user sending limit exceeded"


@pytest.fixture
def home(tmp_path: Path, press_door: RunDoor) -> Path:
    """Everybody was mailed: an outbox whose letters went by hand."""

    def mail_everybody(folder: Path) -> None:
        example_at(folder / "register.xlsx", 16, 3, DAY)
        settings = lay_out(folder, 25, transport="outbox")
        press_door("sync", "--settings", settings, *TODAY)
        assert press_door("sent", "--settings", settings, "--outbox", *TODAY).returncode == 0

    return laid_out("everybody mailed", tmp_path, mail_everybody)


def letters(home: Path) -> dict[str, tuple[str, str]]:
    """Nr -> Message-ID and address of its welcome."""
    found = {}
    for path in sorted((home / "out" / "mail").glob("*.eml")):
        letter = BytesHeaderParser().parsebytes(path.read_bytes())
        found["-".join(path.name.split("-")[:2])] = (letter["Message-ID"].strip(), parseaddr(letter["To"])[1])
    return found


def lay_down(home: Path, *mails: bytes) -> Path:
    """A folder with what came back."""
    folder = home / "terug"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for number, mail in enumerate(mails):
        (folder / f"{number}.eml").write_bytes(mail)
    return folder


def mend(home: Path, nr: str, address: str) -> None:
    """What a volunteer does: another address in the row."""
    rows = rows_in(home / "register.xlsx", "Deelnemers")
    head = next(row for row in rows if "E-mail" in row)
    row = next(n for n, row in enumerate(rows, 1) if row[head.index("Nr")] == nr)
    type_in(home / "register.xlsx", "Deelnemers", {(row, head.index("E-mail") + 1): address})


def test_a_refused_address_is_told_in_its_row_and_not_mailed_again(home: Path, press_door: RunDoor) -> None:
    """And the same report in the folder says nothing new the next time, also not after a resend."""
    nr, (name, to) = next(iter(letters(home).items()))
    folder = lay_down(home, dsn("5.1.1", NO_SUCH, name, to), dsn("5.1.1", NO_SUCH, "<of.somebody@else.example>"))
    settings = home / "settings.toml"
    ended = press_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
    assert ended.returncode == 0 and "1 × teruggekomen" in ended.stdout
    assert "Verbeter het adres" in ended.stdout and "make resend NR=…" in ended.stdout
    assert welkom(home)[nr] == "geweigerd 23-11-2026: het adres bestaat niet"
    press_door("sync", "--settings", settings, *TODAY)
    assert welkom(home)[nr] == "geweigerd 23-11-2026: het adres bestaat niet"
    press_door("resend", "--settings", settings, "--nr", nr, *TODAY)
    press_door("sync", "--settings", settings, *TODAY)
    assert welkom(home)[nr] == "klaargezet 23-11-2026 (versie 1)"
    ended = press_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
    assert welkom(home)[nr] == "klaargezet 23-11-2026 (versie 1)"
    assert "2 berichten bekeken" in ended.stdout and "teruggekomen" not in ended.stdout


@pytest.mark.skipif(not strace(), reason="needs strace")
def test_a_report_is_heard_once_also_where_the_round_was_killed(home: Path, press_door: RunDoor) -> None:
    """Killed before the workbook was written; the row follows later, and no letter that left since is blamed."""
    first, second = list(letters(home))[:2]
    (name, to), (other, there) = letters(home)[first], letters(home)[second]
    folder, settings = (
        lay_down(home, dsn("5.1.1", NO_SUCH, name, to), dsn("5.1.1", NO_SUCH, other, there)),
        home / "settings.toml",
    )
    command = [sys.executable, SCRIPTS / "bounces.py", "--settings", settings, "--folder", folder, *TODAY]
    assert kill_at_call(command, "rename", 1) == -signal.SIGKILL
    assert welkom(home)[first].startswith("verstuurd")
    mend(home, first, "goed@mail.example")
    press_door("sync", "--settings", settings, *TODAY)
    assert welkom(home)[first] == "klaargezet 23-11-2026 (versie 1)"
    assert welkom(home)[second] == "geweigerd 23-11-2026: het adres bestaat niet"
    press_door("resend", "--settings", settings, "--nr", second, *TODAY)
    press_door("sync", "--settings", settings, *TODAY)
    ended = press_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
    assert "teruggekomen" not in ended.stdout
    assert {welkom(home)[nr] for nr in (first, second)} == {"klaargezet 23-11-2026 (versie 1)"}


def test_the_days_limit_of_the_mailbox_asks_for_a_day_of_peace(home: Path, press_door: RunDoor) -> None:
    """The letter is due again, and neither it nor any other leaves before."""
    (nr, (name, to)), (_other, (second, at)) = list(letters(home).items())[:2]
    folder = lay_down(home, dsn("5.4.5", TOO_MANY, name, to), dsn("5.4.5", TOO_MANY, second, at))
    ended = press_door("bounces", "--settings", home / "settings.toml", "--folder", folder, *TODAY)
    assert "2 × niet verstuurd, want de daglimiet" in ended.stdout and ended.returncode == 0
    settings = lay_out(home, 1)
    ended = press_door("sync", "--settings", settings, "--yes", *TODAY)
    assert "2 mails wachten nog" in ended.stdout and "vroeg om rust" in ended.stderr
    age(home, 25)
    settings = lay_out(home, 25, transport="outbox")
    press_door("sync", "--settings", settings, *TODAY)
    press_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
    assert welkom(home)[nr] == "klaargezet 23-11-2026 (versie 1)"


def test_whoever_says_stop_is_left_alone_for_ever(
    home: Path, press_door: RunDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read by IMAP, changing nothing in the mailbox; told in the row; a stranger's answer is only counted."""
    monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", "geheim é")
    nr, (name, address) = next(iter(letters(home).items()))
    inbox = [
        answer("Hoi", "gewone post", name="-"), answer("Re: Welkom", "stop", address.upper(), name=name),
        answer("stop", "", "vreemd@mail.example"),
    ]  # fmt: skip  # three mails
    with imap_server(inbox, ("buurt@mail.example", "geheim é")) as (mailbox, port):
        with (home / "settings.toml").open("a") as settings:
            settings.write(f'imap_host = "127.0.0.1"\nimap_port = {port}\n')
        ended = press_door("bounces", "--settings", home / "settings.toml", *TODAY)
        assert f"1 × wil geen mail meer: {nr}" in ended.stdout and "1 × een afmelding" in ended.stderr
        assert not any(word in line for line in mailbox.asked for word in ("STORE", "SELECT", "EXPUNGE", "BODY["))
        monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", "fout é")
        wrong = press_door("bounces", "--settings", home / "settings.toml", *TODAY)
        assert wrong.returncode == 2 and "Inloggen" in wrong.stderr and "fout" not in wrong.stderr
    assert welkom(home)[nr] == "verstuurd 23-11-2026 (versie 1); wil geen mail"
    press_door("resend", "--settings", home / "settings.toml", "--nr", nr, "--force", *TODAY)
    before = set((home / "out" / "mail").iterdir())
    (next(iter(one for one in before if one.name.startswith(nr)))).unlink()
    press_door("sync", "--settings", home / "settings.toml", *TODAY)
    assert not list((home / "out" / "mail").glob(f"{nr}-*"))
    assert address.encode() not in (home / "state" / "ledger.sqlite3").read_bytes()


def test_a_wish_without_proof_is_asked_about_and_the_answer_can_be_taken_back(home: Path, press_door: RunDoor) -> None:
    """A forged mail mutes nobody. What the row says counts on a second laptop too, and so does taking it back."""
    settings, state = home / "settings.toml", home / "state"
    nr, (_name, address) = list(letters(home).items())[2]
    housemate = list(letters(home))[3]
    mend(home, housemate, address)
    folder = lay_down(
        home,
        b"Authentication-Results: mx.google.com; dmarc=fail header.from=mail.example\r\n"
        + answer("stop", "", address, name="-"),
    )
    for _again in range(2):
        ended = press_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
        assert f"make no-mail NR={nr}" in ended.stderr and "wil geen mail meer" not in ended.stdout
    sent = "verstuurd 23-11-2026 (versie 1)"
    assert welkom(home)[nr] == sent
    assert press_door("no_mail", "--settings", settings, "--nr", nr.lower(), *TODAY).returncode == 0
    assert welkom(home)[nr] == welkom(home)[housemate] == f"{sent}; wil geen mail"
    ended = press_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
    assert "make no-mail" not in ended.stderr
    state.rename(home / "first")  # a second laptop
    press_door("sync", "--force", "--settings", settings, *TODAY)
    assert welkom(home)[nr] == f"{sent}; wil geen mail"
    with ledger_at(state / "ledger.sqlite3", DAY) as second:
        assert second.replies.wishes().keys() == {second.address_mark(address)}
    ended = press_door("no_mail", "--settings", settings, "--nr", nr, "--undo", *TODAY)
    assert "mag weer mail krijgen" in ended.stdout and welkom(home)[nr].startswith(f"{sent}; wil weer mail sinds ")
    state.rename(home / "second")
    (home / "first").rename(state)
    with closing(sqlite3.connect(state / "ledger.sqlite3")) as ledger, ledger:  # the wish is of some days before
        ledger.execute("UPDATE do_not_mail SET since = '2026-11-20T12:00:00+00:00'")
    press_door("sync", "--settings", settings, *TODAY)
    assert all(welkom(home)[one].startswith(f"{sent}; wil weer mail sinds ") for one in (nr, housemate))
    with ledger_at(state / "ledger.sqlite3", DAY) as first:
        assert first.replies.wishes().keys() == set()
    assert press_door("no_mail", "--settings", settings, "--nr", "D-9999", *TODAY).returncode == 2


def test_a_wish_from_an_earlier_address_is_asked_about_until_it_is_answered(home: Path, press_door: RunDoor) -> None:
    """Also one that was asked about before the address changed; and one with a token, which a stranger may hold."""
    settings, folder = home / "settings.toml", home / "terug"
    (first, (_name, there)), (second, (_other, address)) = list(letters(home).items())[2:4]
    lay_down(home, answer("stop", "", there, name="-"))
    press_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
    for nr in (first, second):
        mend(home, nr, f"{nr}@nieuw.example")
    with ledger_in(home, DAY) as ledger:
        token = ledger.leave_token(address)
    lay_down(home, answer(f"Afmelden {second} {token}", "", address, name="-"))
    ended = press_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
    assert f"make no-mail NR={first}" in ended.stderr and f"make no-mail NR={second}" in ended.stderr
    assert "wil geen mail meer" not in ended.stdout
    for nr in (first, second):
        assert press_door("no_mail", "--settings", settings, "--nr", nr, *TODAY).returncode == 0
        assert welkom(home)[nr].endswith("; wil geen mail")
    assert "make no-mail" not in press_door("bounces", "--settings", settings, "--folder", folder, *TODAY).stderr


def test_a_mailbox_that_tells_the_number_of_a_message_last_is_read_as_well(
    home: Path, press_door: RunDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a FETCH answer holds may stand in any order (RFC 9051, 7.5.2)."""
    monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", "geheim")
    nr, (name, to) = next(iter(letters(home).items()))
    inbox = [
        answer("Hoi", "gewone post", name="-"),
        dsn("5.1.1", NO_SUCH, name, to),
        answer("Re: Welkom", "Dank!", name=name),
    ]
    with imap_server(inbox, ("buurt@mail.example", "geheim"), uid_last=True) as (_mailbox, port):
        with (home / "settings.toml").open("a") as settings:
            settings.write(f'imap_host = "127.0.0.1"\nimap_port = {port}\n')
        ended = press_door("bounces", "--settings", home / "settings.toml", *TODAY)
    assert "2 berichten bekeken" in ended.stdout and "1 × een antwoord om zelf te lezen" in ended.stdout
    assert welkom(home)[nr] == "geweigerd 23-11-2026: het adres bestaat niet"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with one letter that left."""
    with ledger_in(tmp_path, DAY) as ledger:
        leave(ledger)
        yield ledger


def leave(ledger: Ledger, address: str = TO, state: str = State.SENT, name: str = MINE, person: str = "D-0001") -> None:
    """The letter leaves, once more."""
    ledger.messages.book([], [announced(name, person, "welcome", "1", ledger.address_mark(address))], State.SENT)
    if state != State.BUSY:
        ledger.messages.book([(name, Outcome(state))])


def state(ledger: Ledger) -> str:
    found = ledger.messages.of_person("D-0001")
    return found[0].state


def test_each_message_lies_on_the_disk_before_the_next_is_read(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cut, here of the mailbox, takes nothing back. What was heard is told, and not heard again."""

    def cut() -> Iterator[bytes]:
        yield dsn("5.1.1", NO_SUCH)
        raise Stop("Het postvak viel weg.")

    with pytest.raises(Stop):
        process_messages(cut(), ledger, People())
    assert state(ledger) == State.REFUSED
    assert "1 × teruggekomen" in capsys.readouterr().out
    leave(ledger)
    assert process_messages([dsn("5.1.1", NO_SUCH)], ledger, People()).refused == 0 and state(ledger) == State.SENT


def test_a_report_about_another_address_is_not_about_this_letter(ledger: Ledger) -> None:
    """The address was mended since; where a report names no recipient, the Message-ID is enough."""
    assert (
        process_messages([dsn("5.1.1", NO_SUCH, to="oud@mail.example")], ledger, People()).refused == 0
        and state(ledger) == State.SENT
    )
    assert (
        process_messages([dsn("5.1.1", NO_SUCH, to="AN@mail.example")], ledger, People()).refused == 1
        and state(ledger) == State.REFUSED
    )
    leave(ledger)
    nameless = dsn("5.1.1", "550 x", to="", part="none", head=f"In-Reply-To: {MINE}\r\n")
    assert process_messages([nameless], ledger, People()).refused == 1 and state(ledger) == State.REFUSED


def test_a_report_of_an_earlier_try_does_not_undo_a_later_one(ledger: Ledger) -> None:
    """A server tells of a delay, then of the end, and somebody sent the letter once more in between."""
    old = dsn("5.2.2", "552 full", head="Date: Mon, 1 Jun 2020 12:00:00 +0000\r\n")
    assert process_messages([old], ledger, People()).refused == 1
    leave(ledger)
    assert (
        process_messages([old.replace(b"<report-", b"<again-")], ledger, People()).refused == 0
        and state(ledger) == State.SENT
    )
    new = dsn("5.2.2", "552 full", head="Date: Mon, 1 Jun 2099 12:00:00 +0000\r\n")
    assert process_messages([new.replace(b"<report-", b"<later-")], ledger, People()).refused == 1


def test_a_report_in_words_that_nobody_knows_is_told(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    assert process_messages([robot("Se on palautettu.")], ledger, People()).refused == 0 and state(ledger) == State.SENT
    assert "D-0001: over de mail kwam een bericht" in capsys.readouterr().err


def test_a_report_that_holds_no_letter_of_ours_is_told_and_books_nothing(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Anybody can make one up. Whoever it names is named by his Nr; what names nobody of ours is counted; each once."""
    people = People({ledger.address_mark(TO): ["D-0007"]})
    bare = dsn("5.1.1", NO_SUCH, "<of.somebody@else.example>", part="none")
    others = [dsn("5.1.1", NO_SUCH, f"<{n}@else.example>", "vreemd@else.example") for n in range(2)]
    heard = process_messages([bare, *others], ledger, people)
    assert (heard.refused, heard.look, heard.untraced, state(ledger)) == (0, ["D-0007"], 2, State.SENT)
    shown = capsys.readouterr().err
    assert "D-0007: er kwam bericht dat een mail aan dit adres niet aankwam" in shown
    assert "2 × een mail die terugkwam, en waarbij hier geen mail te vinden is" in shown and TO not in shown
    heard = process_messages([bare, *others], ledger, people)
    assert (heard.look, heard.untraced) == ([], 0) and capsys.readouterr().err == ""


def test_what_lies_in_a_folder_and_is_not_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Too large, or no .eml; marks of the system are no mail."""
    for name in ("klein.EML", "los.msg", ".DS_Store"):
        (tmp_path / name).write_bytes(b"x")
    with (tmp_path / "groot.eml").open("wb") as large:
        large.truncate(LARGEST_FILE + 1)
    assert list(_from_folder(tmp_path)) == [b"x"]
    told = capsys.readouterr().err
    assert "groot.eml is groter dan 20 MB" in told and "geen .eml: los.msg" in told and "DS_Store" not in told


def test_a_report_about_a_letter_whose_result_was_never_written_counts(tmp_path: Path) -> None:
    """The round was killed while it left: the report proves that it did."""
    with ledger_in(tmp_path, DAY) as ledger:
        leave(ledger, state=State.BUSY)
        assert (
            process_messages([dsn("5.1.1", NO_SUCH)], ledger, People()).refused == 1 and state(ledger) == State.REFUSED
        )


OWN_ROBOT = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
OF_GOOGLE = "Authentication-Results: mx.google.com; dmarc=pass (p=QUARANTINE) header.from=googlemail.com\r\n"


def limit(turn: object = "", name: str = MINE, to: str = TO, sender: str = OWN_ROBOT, word: str = OF_GOOGLE) -> bytes:
    """A report that the day's limit was reached, as the mailbox's own provider sends it."""
    told = dsn("5.4.5", f"{TOO_MANY} {turn}", name, to)
    return word.encode() + told.replace(b"Mail Delivery System <MAILER-DAEMON@mx.example>", sender.encode())


GMAIL = "imap.gmail.com"


def test_a_letter_that_the_limit_always_stops_is_given_back(ledger: Ledger) -> None:
    """Each time it costs a day of peace; a server that says so for ever does not stop all mail for ever."""
    for time in range(1, TIMES):
        heard = process_messages([limit(time)], ledger, People(), GMAIL)
        assert (heard.due, heard.refused, state(ledger)) == (1, 0, State.WAITS)
        assert (ledger.departures.pause() or ledger.now()) - ledger.now() > timedelta(hours=23)
        leave(ledger)
    heard = process_messages([limit(TIMES)], ledger, People(), GMAIL)
    assert (heard.due, heard.refused, state(ledger)) == (0, 1, State.REFUSED)


@pytest.mark.parametrize(
    "report",
    [
        dsn("5.4.5", TOO_MANY),
        limit(sender="mailer-daemon@mail.example", word=OF_GOOGLE.replace("googlemail.com", "mail.example")),
        limit(sender="buurman@gmail.com", word=OF_GOOGLE.replace("googlemail.com", "gmail.com")),
        limit(word=""),
        limit(word=OF_GOOGLE.replace("mx.google.com", "mx.mail.example")),
        limit(word=OF_GOOGLE.replace("dmarc=pass", "dmarc=fail")),
        limit(word="Received: from mx.mail.example by mx.mail.example; today\r\n" + OF_GOOGLE),
        robot(f"Sorry. {TOO_MANY}"),
    ],
    ids=[
        "anybody",
        "another robot",
        "a neighbour at Gmail",
        "no word",
        "another's word",
        "not proven",
        "put below",
        "no report",
    ],
)
def test_a_made_up_limit_stops_nobodys_mail(ledger: Ledger, report: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever got a letter knows its Message-ID. It is told with the Nr; the letter stands as it stood."""
    heard = process_messages([report], ledger, People(), GMAIL)
    assert (heard.due, len(heard.unproven), ledger.departures.pause(), state(ledger)) == (0, 1, None, State.SENT)
    assert "D-0001" in capsys.readouterr().err
    assert process_messages([report], ledger, People(), GMAIL).unproven == []


def test_a_limit_that_two_letters_tell_of_is_believed(ledger: Ledger) -> None:
    """In one run or in two: both letters are due again."""
    other, there = MINE.replace("D-0001", "D-0002"), "piet@mail.example"
    leave(ledger, name=other, person="D-0002", address=there)
    assert process_messages([dsn("5.4.5", TOO_MANY)], ledger, People(), GMAIL).due == 0
    assert process_messages([dsn("5.4.5", f"{TOO_MANY} again")], ledger, People(), GMAIL).due == 0
    leave(ledger, name=MINE.replace("welcome", "number"), address=TO, person="D-0009")
    of_one = dsn("5.4.5", TOO_MANY, MINE.replace("welcome", "number"))
    assert (
        process_messages([of_one], ledger, People(), GMAIL).due == 0
    )  # somebody with two letters knows two Message-IDs
    heard = process_messages([dsn("5.4.5", TOO_MANY, other, there)], ledger, People(), GMAIL)
    assert (heard.due, heard.unproven, state(ledger), ledger.departures.pause() is not None) == (
        3,
        [],
        State.WAITS,
        True,
    )


@pytest.mark.parametrize(("sends_by", "believed"), [("smtp.gmail.com", 1), ("smtp.mail.example", 0), ("", 0)])
def test_a_limit_of_the_host_that_we_send_by_is_believed(ledger: Ledger, sends_by: str, believed: int) -> None:
    """The mailbox may be read elsewhere: it is that provider which vouches for the other's robot."""
    report = limit(word=OF_GOOGLE.replace("mx.google.com", "mx.provider.example"))
    assert process_messages([report], ledger, People(), "imap.provider.example", sends_by=sends_by).due == believed


@pytest.mark.parametrize(("per_day", "believed"), [(1, 1), (2, 0), (400, 0)])
def test_a_limit_is_believed_where_so_many_left(ledger: Ledger, per_day: int, believed: int) -> None:
    """One letter left: of one a day that is all, of two it is half."""
    assert process_messages([dsn("5.4.5", TOO_MANY)], ledger, People(), GMAIL, per_day).due == believed


def test_answers_to_our_letters_are_counted_once_and_nobody_elses(ledger: Ledger) -> None:
    """Receipts and holiday answers are not for reading, and change nothing."""
    away = answer(
        "Automatisch antwoord: Welkom", "Tot 5.4.26", more="Return-Path: <>\r\nAuto-Submitted: auto-generated\r\n"
    )
    mails = [
        answer("Re: Welkom", "Wie is mijn beheerder?"),
        answer("Re: iets", "Dank", name="<of.somebody@else.example>"),
        receipt(),
        away,
    ]
    heard = process_messages(mails, ledger, People())
    assert (heard.read, heard.answers, heard.refused, state(ledger)) == (4, 1, 0, State.SENT)
    assert process_messages(mails, ledger, People()).answers == 0


def test_a_strangers_wish_is_only_counted(ledger: Ledger) -> None:
    """Where it answers a letter of ours somebody may have passed that on: then who got that letter is asked."""
    strange = answer("Re: Welkom", "stop", "vreemd@mail.example")
    members = [answer("stop", "", one, name="-") for one in ("Lid@mail.example", "an@xn--caf-dma.example")]
    here = {ledger.address_mark(one): ["D-0002"] for one in ("lid@mail.example", "an@café.example")}
    heard = process_messages(
        [strange, answer("stop", "", "nog@vreemd.example", name="-"), *members], ledger, People(here)
    )
    assert (heard.opted_out, heard.asked, heard.strangers) == (0, 3, 1)
    assert set(ledger.replies.asked()) == {ledger.address_mark(TO), *here}


def test_what_a_report_holds_of_people_is_not_kept(ledger: Ledger, tmp_path: Path) -> None:
    """Neither an address nor what a server said."""
    process_messages(
        [dsn("5.1.1", "550 5.1.1 <an@mail.example> An de Vries woont hier niet"), answer("stop", "")], ledger, People()
    )
    stored = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    assert TO.encode() not in stored and b"Vries" not in stored


def test_a_letter_about_the_number_that_the_limit_stopped_is_named(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    """It does not go along with the next sync."""
    name = MINE.replace("welcome", "number")
    ledger.messages.book([], [announced(name, "D-0002", "number_update", "1", ledger.address_mark(TO))], State.SENT)
    ledger.messages.book([(name, Outcome(State.SENT))])
    assert process_messages([limit(name=name)], ledger, People(), GMAIL).due == 1
    assert "make number-update" in capsys.readouterr().out


def test_a_wish_under_any_subject_is_found_in_the_mailbox(
    home: Path, run_door: RunDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of whom we wrote to, whatever it says above it; and what came since the last look, however long ago that was."""
    monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", "geheim")
    (one, (_n, there)), (other, (_m, address)) = list(letters(home).items())[2:4]
    inbox = [
        answer("Buurtapp", "Graag geen mail meer.", there, name="-"),
        answer("", "stop", address, name="-"),
        answer("Buurtapp", "stop", "vreemd@mail.example", name="-"),
    ]
    with imap_server(inbox, ("buurt@mail.example", "geheim")) as (mailbox, port):
        with (home / "settings.toml").open("a") as settings:
            settings.write(f'imap_host = "127.0.0.1"\nimap_port = {port}\n')
        ended = run_door("bounces", "--settings", home / "settings.toml", "--today", "2026-11-23")
        assert "2 berichten bekeken" in ended.stdout
        assert f"make no-mail NR={one}" in ended.stderr and f"make no-mail NR={other}" in ended.stderr
        run_door("bounces", "--settings", home / "settings.toml", "--today", "2027-03-01")
        assert [line.split()[-1] for line in mailbox.asked if "SINCE" in line] == ["24-Oct-2026"] * 2
