"""What must survive a crash: every letter, every number, every digest."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from conftest import SCRIPTS
from outside.errors import Stop
from outside.ledger.ledger import Ledger
from outside.ledger.schema import APPLICATION, MIGRATIONS
from outside.mail.mailbox import Outcome
from roster.model import Role
from roster.plan.history import Message
from roster.plan.steps import Send
from roster.sheet.table import Place
from support.announced import announced
from support.ledgers import ledger_at
from support.sweeps import sweep

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def intent(number: int, address: str = "mark", act: str = "welcome") -> Message:
    return announced(f"<{act}.{number}@mail.example>", f"D-{number:04d}", act, "1", address, (f"who{number}",))


def send(number: int, act: str = "welcome") -> Send:
    place = Place("Deelnemers", number, f"D-{number:04d}")
    return Send(place, act, "1", "nl", f"D-{number:04d}", "Jan", "jan@mail.example", {"role": Role.MEMBER}, place)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite3"


def at(path: Path, moment: datetime = NOON, today: date = TODAY) -> Ledger:
    return ledger_at(path, today, lambda: moment)


def test_a_letter_is_known_before_it_leaves_and_after(path: Path) -> None:
    """Announced is "bezig", and stays so over a restart until a result is written."""
    with at(path) as ledger:
        ledger.messages.book([], [intent(1), intent(2)], "klaargezet")
    with at(path) as ledger:
        assert ledger.messages.unresolved() == [
            ("<welcome.1@mail.example>", "klaargezet"),
            ("<welcome.2@mail.example>", "klaargezet"),
        ]
        ledger.messages.book([("<welcome.1@mail.example>", Outcome("klaargezet"))])
    with at(path) as ledger:
        first, second = ledger.history().deliveries
        assert (first.person, first.act, first.version, first.state) == ("D-0001", "welcome", "1", "klaargezet")
        assert (first.day, first.identities, first.address_mark) == (TODAY, ("who1",), "mark")
        assert second.state == "bezig"


@pytest.mark.parametrize("state", ["klaargezet", "verstuurd", "onzeker"])
def test_a_letter_that_left_or_may_have_is_never_announced_again(path: Path, state: str) -> None:
    """The last door: whatever the plan says, the ledger refuses, and nothing of that booking stands."""
    with at(path) as ledger:
        ledger.messages.book([], [intent(1)], "klaargezet")
        ledger.messages.book([(intent(1).message_id, Outcome(state))])
        with pytest.raises(RuntimeError, match="announced again"):
            ledger.messages.book([], [intent(2), intent(1)], "klaargezet")
        assert [one.person for one in ledger.history().deliveries] == ["D-0001"]


def test_a_letter_of_the_outbox_may_still_leave_by_smtp_and_then_never_again(path: Path) -> None:
    """Put ready is not sent; sent is sent, for the outbox too."""
    with at(path) as ledger:
        ledger.messages.book([], [intent(1)], "klaargezet")
        ledger.messages.book([(intent(1).message_id, Outcome("klaargezet"))])
        ledger.messages.book([], [intent(1)], "verstuurd")
        ledger.messages.book([(intent(1).message_id, Outcome("verstuurd"))])
        for via in ("klaargezet", "verstuurd"):
            with pytest.raises(RuntimeError):
                ledger.messages.book([], [intent(1)], via)


def test_a_result_of_a_letter_that_was_never_announced_is_refused(path: Path) -> None:
    """It would be lost in silence."""
    with at(path) as ledger, pytest.raises(RuntimeError, match="never announced"):
        ledger.messages.book([("<unknown@mail.example>", Outcome("verstuurd"))])


def test_retries_grow_apart_up_to_a_day_and_start_anew_for_another_address(path: Path) -> None:
    """A quarter of an hour, then four times as long each time."""
    waits = []
    with at(path) as ledger:
        for _attempt in range(6):
            ledger.messages.book([], [intent(1)], "verstuurd")
            ledger.messages.book([(intent(1).message_id, Outcome("wacht", "druk", give_up=8))])
            next_try = ledger.messages.known([send(1).key])["D-0001", "welcome", "1"].next_try
            assert next_try is not None
            waits.append(next_try - NOON)
        ledger.messages.book([], [intent(1, "other")], "verstuurd")
        ledger.messages.book([(intent(1).message_id, Outcome("wacht", give_up=8))])
        again = ledger.messages.known([send(1).key])["D-0001", "welcome", "1"]
        assert ledger.messages.tries(again.message_id) == 1
    minutes = [wait / timedelta(minutes=1) for wait in waits]
    assert minutes == [15, 60, 240, 960, 1440, 1440]
    assert again.next_try == NOON + timedelta(minutes=15)


def test_a_letter_that_was_not_handed_over_is_due_at_once(path: Path) -> None:
    """Taken back it waits for nothing; one that left is not touched by that."""
    with at(path) as ledger:
        ledger.messages.book([], [intent(1), intent(2)], "klaargezet")
        ledger.messages.book([(intent(2).message_id, Outcome("klaargezet"))])
        ledger.messages.take_back([intent(1).message_id, intent(2).message_id])
        letters = ledger.messages.known([send(1).key, send(2).key]).values()
        assert [(one.state, one.next_try, ledger.messages.tries(one.message_id)) for one in letters] == [
            ("wacht", None, 0),
            ("klaargezet", None, 1),
        ]


def test_the_sliding_window_counts_what_left_over_the_wire_in_all_runs(path: Path) -> None:
    """Sent and uncertain ones count, those of the outbox do not; a day later they no longer do."""
    for hours, state in ((0, "verstuurd"), (1, "klaargezet"), (2, "onzeker"), (20, "verstuurd")):
        with at(path, NOON + timedelta(hours=hours)) as ledger:
            ledger.messages.book([], [intent(hours)], "verstuurd")
            ledger.messages.book([(intent(hours).message_id, Outcome(state))])
    with at(path) as ledger:
        counted = [
            ledger.departures.since(NOON + timedelta(hours=hours) - timedelta(days=1)) for hours in (20, 25, 27, 45)
        ]
    assert counted == [3, 2, 1, 0]


def test_a_pause_is_kept_until_it_is_over(path: Path) -> None:
    """A provider that asks for a day gets it, over all runs."""
    with at(path) as ledger:
        assert ledger.departures.pause() is None
        ledger.departures.pause_until(NOON + timedelta(days=1))
    with at(path, NOON + timedelta(hours=23)) as ledger:
        assert ledger.departures.pause() == NOON + timedelta(days=1)
    with at(path, NOON + timedelta(hours=25)) as ledger:
        assert ledger.departures.pause() is None


def test_whoever_asked_to_be_left_alone_is_remembered_without_the_address(path: Path) -> None:
    """Capitals do not count, twice is once, and the digest outlives everything."""
    with at(path) as ledger:
        ledger.replies.do_not_mail(map(ledger.address_mark, ("Jan@Mail.example", "jan@mail.example")))
    with at(path) as ledger:
        assert ledger.replies.wishes().keys() == {ledger.address_mark("JAN@mail.example")}
        assert ledger.address_mark("jan@mail.example") == ledger.history().identity("jan@mail.example")


def test_the_highest_number_never_goes_down_and_identities_keep_their_number(path: Path) -> None:
    """So a number is never given twice, whatever became of the sheet."""
    with at(path) as ledger:
        ledger.remember_numbers({"D": 301, "B": 2}, {"who": "D-0001"})
        ledger.remember_numbers({"D": 12}, {"who": "D-0002", "other": "D-0003"})
    with at(path) as ledger:
        history = ledger.history()
    assert history.highest == {"D": 301, "B": 2}
    assert history.identity_nr == {"who": "D-0002", "other": "D-0003"}


def test_counts_and_secret_outlive_the_run(path: Path, tmp_path: Path) -> None:
    """The secret is made once, at random, by each installation; the counts are those of the last run."""
    with at(path) as ledger:
        ledger.remember_counts({"members": 312, "groups": 12})
        ledger.remember_counts({"members": 300})
        salt = ledger.history().salt
    with at(path) as ledger:
        assert ledger.history().counts == {"members": 300, "groups": 12}
        assert ledger.history().salt == salt
        assert len(salt) == 32
    with at(tmp_path / "other" / "state" / "ledger.sqlite3") as other:
        assert other.history().salt != salt


def test_nothing_personal_stands_in_the_file(path: Path) -> None:
    """Number and address are digests, and an address in a server's answer is taken out."""
    with at(path) as ledger:
        mobile, address = "+31612345679", "Jan.Jansen@mail.example"
        who, where = ledger.history().identity(mobile), ledger.address_mark(address)
        ledger.remember_numbers({}, {who: "D-0001"})
        ledger.messages.book([], [announced("<1@mail.example>", "D-0001", "welcome", "1", where, (who,))], "verstuurd")
        ledger.messages.book([("<1@mail.example>", Outcome("geweigerd", f"<{address}>: adres bestaat niet"))])
        ledger.replies.do_not_mail([where])
        assert ledger.messages.known([send(1).key])["D-0001", "welcome", "1"].reason == "… adres bestaat niet"
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir()).lower()
    assert b"jansen" not in stored
    assert b"12345679" not in stored


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in the folder's list, not in a mode")
def test_the_ledger_is_its_owners_alone_while_it_is_open_too(path: Path) -> None:
    """The folder, the file and what SQLite puts beside it."""
    with at(path) as ledger:
        ledger.remember_counts({"members": 1})
        files = list(path.parent.iterdir())
        assert len(files) > 1
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_commit_lies_on_the_disk(path: Path) -> None:
    """A write-ahead log that is synced at every commit, also on a Mac."""
    with at(path) as ledger:
        connection = ledger._connection
        found = [
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "fullfsync")
        ]
    assert found == ["wal", 3, 1]


def test_looking_changes_nothing(path: Path) -> None:
    """A dry run may ask for the history; the file stays as it was, to the byte."""
    with at(path) as ledger:
        ledger.messages.book([], [intent(1)], "klaargezet")
    before = path.read_bytes(), path.stat().st_mtime_ns
    with at(path) as ledger:
        assert len(ledger.history().deliveries) == 1
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [file for file in path.parent.iterdir() if file.name != ".gitignore"] == [path]


def test_a_second_run_waits_and_is_told_at_last_that_one_is_going_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot open the ledger while the first holds it; that may be a look of a second."""
    at(path).connection.close()
    held = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    end = threading.Timer(1.3, held.close)
    end.start()
    with at(path):
        end.join()
        monkeypatch.setattr("outside.ledger.database.WAIT", 0.1)
        with pytest.raises(Stop, match="al een opdracht bezig") as stopped:
            at(path)
    assert stopped.value.code == 2


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _scribble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:12000] = b"\xff" * (12000 - 4096)
    path.write_bytes(data)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("dit is geen logboek " * 100, encoding="utf-8")


def _foreign(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (x)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("harm", [_cut, _scribble, _empty, _text, _foreign])
def test_a_damaged_or_foreign_ledger_is_a_stop_and_is_not_touched(path: Path, harm: Callable[[Path], None]) -> None:
    """It says what to do; nothing is mended behind anybody's back."""
    with at(path) as ledger:
        ledger.messages.book([], [intent(number) for number in range(200)], "klaargezet")
    harm(path)
    before = path.read_bytes()
    with pytest.raises(Stop, match="beschadigd") as stopped:
        at(path)
    assert "reservekopie" in stopped.value.remedy
    assert path.read_bytes() == before


def test_a_ledger_of_a_newer_version_is_left_alone(path: Path) -> None:
    """An older program must not write what it does not know."""
    at(path).__exit__(None, None, None)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(Stop, match="nieuwere"):
        at(path)


def test_a_new_ledger_that_was_cut_off_in_the_making_is_made_again(path: Path) -> None:
    """What stands under another name was never the ledger."""
    path.parent.mkdir()
    path.with_name("ledger.sqlite3.new").write_bytes(b"half")
    path.with_name("ledger.sqlite3.new-wal").write_bytes(b"half")
    with at(path) as ledger:
        assert ledger.history().deliveries == []
    assert sorted(file.name for file in path.parent.iterdir()) == [".gitignore", "ledger.sqlite3"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a device that is always full")
def test_a_folder_where_nothing_can_be_written_is_a_stop() -> None:
    """As on a stick that is read-only."""
    with pytest.raises(Stop):
        at(Path("/proc/state/ledger.sqlite3"))


def test_a_sound_ledger_that_cannot_be_opened_is_not_called_damaged(path: Path) -> None:
    """Whoever is told so starts a new one, and loses what this one knows. A folder stands in for the disk's refusal."""
    at(path).__exit__(None, None, None)
    path.with_name(path.name + "-journal").mkdir()
    with pytest.raises(Stop, match="kan niet worden geopend"):
        at(path)


@pytest.mark.parametrize("number", sweep([3_000, 30_000]))
def test_thousands_of_deliveries_are_asked_for_in_a_few_questions(path: Path, number: int) -> None:
    """A whole town's history is read as a whole, not letter by letter: what it costs grows no faster than it does."""
    with at(path) as ledger:
        for start in range(0, number, 1000):
            ledger.messages.book([], [intent(one) for one in range(start, start + 1000)], "klaargezet")
        ledger.messages.book([(intent(one).message_id, Outcome("klaargezet")) for one in range(number)])
        ledger.remember_numbers({}, {f"{one:024x}": f"D-{one}" for one in range(number)})
    asked: list[str] = []
    with at(path) as ledger:
        ledger._connection.set_trace_callback(asked.append)
        history = ledger.history()
    assert len(history.deliveries) == len(history.identity_nr) == number
    assert len(asked) < 30, asked


@pytest.mark.parametrize("wrong", [timedelta(days=365), timedelta(hours=3), -timedelta(days=365)])
def test_a_clock_that_was_wrong_for_one_round_does_not_hold_up_the_next(path: Path, wrong: timedelta) -> None:
    """Ahead, its letters count for a day from when that is seen; behind, what was counted rightly still counts."""

    def at(moment: datetime) -> Ledger:
        return ledger_at(path, TODAY, lambda: moment)

    with at(NOON) as ledger:
        ledger.departures.count("<one@mail.example>")
    with at(NOON + wrong) as ledger:
        ledger.departures.count("<two@mail.example>")
        ledger.departures.pause_until(NOON + wrong + timedelta(days=1))
    seen = NOON + timedelta(hours=1)
    with at(seen) as ledger:
        assert ledger.departures.since(seen - timedelta(days=1)) == (1 if wrong < timedelta(0) else 2)
        assert (ledger.departures.pause() is None) == (abs(wrong) > timedelta(days=7))
    later = seen + timedelta(hours=23, minutes=30)
    with at(later) as ledger:
        assert ledger.departures.since(later - timedelta(days=1)) == (0 if wrong < timedelta(0) else 1)
    later = seen + timedelta(days=2)
    with at(later) as ledger:
        assert ledger.departures.since(later - timedelta(days=1)) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is POSIX")
def test_a_disk_that_was_full_while_the_ledger_was_made_leaves_no_half_one(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk: a Stop, and once there is room it is simply made."""
    code = (
        "import resource, signal, sys; sys.path[:0] = sys.argv[1:3]\n"
        "from datetime import date; from pathlib import Path\n"
        "from support.ledgers import ledger_at; from outside.errors import Stop\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "for path in sys.argv[3:]:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (int(Path(path).parent.name), resource.RLIM_INFINITY))\n"
        "    try:\n"
        "        with ledger_at(Path(path), date(2026, 11, 23)): print('made')\n"
        "    except Stop as stop: print(stop.message)\n"
    )
    rooms = (0, 1_000, 4_096, 9_000, 20_000, 40_000, 60_000, 80_000, 100_000)
    paths = [tmp_path / str(room) / "ledger.sqlite3" for room in rooms]
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, SCRIPTS, SCRIPTS.parent / "tests", *paths],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == "" and "beschadigd" not in done.stdout
    told = done.stdout.splitlines()
    assert len(told) == len(rooms) and told[0] != "made"
    for path in paths:
        with ledger_at(path, TODAY) as ledger:
            assert ledger.history().deliveries == []


@pytest.mark.parametrize("wrong", [timedelta(days=365), timedelta(days=2), -timedelta(days=365)])
def test_a_letter_that_was_put_off_by_a_wrong_clock_waits_no_longer_than_any(path: Path, wrong: timedelta) -> None:
    """Beyond the longest wait a moment is not believed; one within it is."""
    with at(path, NOON + wrong) as ledger:
        ledger.messages.book([], [intent(1)], "verstuurd")
        ledger.messages.book([(intent(1).message_id, Outcome("wacht", "druk", give_up=8))])
    with at(path) as ledger:
        entry = ledger.messages.known([send(1).key])["D-0001", "welcome", "1"]
        assert entry.next_try is None or entry.next_try <= NOON
        assert ledger.messages.next_try() is None
    with at(path, NOON + wrong) as ledger:
        assert ledger.messages.next_try() == NOON + wrong + timedelta(minutes=15)


def half_made(path: Path, versions: int, application: int = APPLICATION) -> None:
    """A ledger as an older version left it on a full disk: the tables of so many versions, and no salt."""
    path.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA application_id = {application}")
        for number, statements in enumerate(MIGRATIONS[:versions], start=1):
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


@pytest.mark.parametrize(("versions", "application"), [(0, 0), (0, APPLICATION), (1, APPLICATION), (9, APPLICATION)])
def test_a_ledger_that_was_left_half_made_is_made_anew(path: Path, versions: int, application: int) -> None:
    """Without tables, or with only some: nothing was ever written in it, so nothing is lost."""
    half_made(path, versions, application)
    with at(path) as ledger:
        ledger.messages.book([], [intent(1)], "klaargezet")
        assert len(ledger.history().salt) == 32
    with at(path) as ledger:
        assert [one.person for one in ledger.history().deliveries] == ["D-0001"]


def test_a_ledger_that_lost_its_proof_is_damaged(path: Path) -> None:
    """Letters of which nobody can tell which secret their digests were made with: never thrown away."""
    with at(path) as ledger:
        ledger.messages.book([], [intent(1)], "klaargezet")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM proof")
    with pytest.raises(Stop, match="beschadigd"):
        at(path)


def test_what_was_told_later_is_later_whatever_the_clock_says(tmp_path: Path) -> None:
    """A round with the clock a year ahead, and then rounds with the right one."""
    path, right = tmp_path / "state" / "ledger.sqlite3", datetime(2026, 3, 1, 12, tzinfo=UTC)
    for nr, moment in (("D-0001", right + timedelta(days=365)), ("D-0002", right), ("D-0003", right)):
        with ledger_at(path, date(2026, 3, 1), lambda moment=moment: moment) as ledger:  # type: ignore[misc]  # mypy does not know the default
            ledger.messages.remember_sights([Message(nr, "seen", "", "verstuurd", date(2026, 3, 1))])
            seen = sorted(ledger.history().sights, key=lambda one: one.at)
    assert [one.person for one in seen] == ["D-0001", "D-0002", "D-0003"]


@pytest.mark.parametrize(
    ("today", "opened", "now", "told"),
    [
        (date(2026, 11, 23), "23 18:30", "23 18:32", "23 18:32"),
        (date(2026, 11, 14), "23 18:30", "23 18:32", "14 18:32"),
        (date(2026, 11, 23), "23 23:58", "23 23:58", "23 23:58"),
        (date(2026, 11, 23), "23 23:58", "24 00:07", "23 23:59"),
        (date(2026, 11, 14), "23 23:58", "24 00:07", "14 23:59"),
    ],
)
def test_a_round_tells_all_by_one_clock(path: Path, today: date, opened: str, now: str, told: str) -> None:
    """On the day that was asked for, and on that of its begin where it goes on past midnight; never back in time."""
    moments = [datetime.strptime(f"2026-11-{one}", "%Y-%m-%d %H:%M").astimezone() for one in (opened, now)]
    clock = [moments[0]]
    with ledger_at(path, today, lambda: clock[0].astimezone(UTC)) as ledger:
        clock[0] = moments[1]
        assert f"{ledger.moment():%d %H:%M}" == told
