"""Whoever finds the ledger, a copy of it or all of state/ gets no number back; and a ledger without its secret is told."""

from __future__ import annotations

import hashlib
import hmac
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from conftest import CHECKOUT, SCRIPTS
from outside.commands.doctor import examine
from outside.commands.restore import bring_back
from outside.config.settings import LEDGER_SECRET, Settings
from outside.errors import Stop
from outside.files.places import place_of_file
from outside.ledger.copies import put_back, what_is_wrong
from outside.ledger.forget import KnownBy, forget_in_ledger
from outside.ledger.ledger import Ledger
from outside.ledger.schema import WITH_PROOF
from outside.ledger.secret import secrets_in
from roster.logbook import Logbook
from roster.plan.history import History
from support.ground import laid_out
from support.kill import die_often
from support.sheet_notation import TODAY
from support.two_folders import welcomed_by_one
from support.whole_round import lay_out, letters, settings_of, sync, types, without_logbook

MOBILES = [f"+3162345000{number}" for number in range(10)]
NAMES = (b"Bakker", b"Smit", b"anna@", b"Kerkstraat", b"23450001")


def values_of(file: Path) -> Iterator[str | bytes]:
    """Every value in every table of a database, and every word of it."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # names from the file
                for value in row:
                    if isinstance(value, bytes):
                        yield value
                    elif isinstance(value, str):
                        yield from re.split(r"[\s<>@]+", value)


def numbers_that_a_thief_finds(files: list[Path], more_keys: list[bytes]) -> set[str]:
    """He knows our code, takes whatever he finds for the key, and tries every number against every digest."""
    there = {value for file in files for value in values_of(file)}
    keys = {b"", *more_keys}
    for value in there:
        raw = value if isinstance(value, bytes) else value.encode()
        keys |= {raw, *([bytes.fromhex(raw.decode())] if re.fullmatch(rb"([0-9a-f]{2})+", raw) else [])}
    words = {value for value in there if isinstance(value, str) and len(value) >= 12}
    found = set()
    for key in keys:
        history, book = History(salt=key), Logbook(key.decode("latin-1")[:64])
        for mobile in MOBILES:
            plain = hashlib.sha256(mobile.encode()).hexdigest()
            tried = {history.identity(mobile), plain, plain[:24], hmac.digest(key, mobile.encode(), "sha256").hex()}
            if len(key) <= 64:
                tried.add(book.mark(mobile))
            if tried & words:
                found.add(mobile)
    return found


def databases(state: Path) -> list[Path]:
    return [
        file for file in sorted(state.rglob("*")) if file.is_file() and file.read_bytes()[:15] == b"SQLite format 3"
    ]


def holding(state: Path, *wanted: bytes) -> list[str]:
    """The files in which one of these stands, but for copies of the register: they hold the sheet."""
    files = [file for file in sorted(state.rglob("*")) if file.is_file() and file.suffix != ".xlsx"]
    return [file.name for file in files if any(one in file.read_bytes() for one in wanted)]


def as_before(settings: Settings) -> tuple[bytes, bytes]:
    """Bring ledger and copies back to how a version left them that kept the secrets in them; both secrets."""
    (secret,) = secrets_in(settings.ledger_secret)
    with Ledger.of(settings, TODAY) as ledger:
        of_tab = ledger.history().logbook.secret
    for path in databases(settings.paths.state):
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.executescript(
                f"CREATE TABLE salt (bytes BLOB NOT NULL); DROP TABLE proof; PRAGMA user_version = {WITH_PROOF - 1};"
                "ALTER TABLE bundle DROP COLUMN after;"
            )
            connection.execute("INSERT INTO salt VALUES (?)", (secret,))
            connection.execute("UPDATE logbook SET mark = ? WHERE key = 'geheim'", (of_tab,))
            for name, folder, key in (("written", "", "path"), ("lying", "mail", "name")):
                for (one,) in connection.execute(f"SELECT {key} FROM {name}").fetchall():  # our own words
                    made = hashlib.sha256((settings.paths.out / folder / one).read_bytes()).hexdigest()
                    connection.execute(f"UPDATE {name} SET digest = ? WHERE {key} = ?", (made, one))
    settings.ledger_secret.unlink()
    return secret, of_tab.encode()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A register of four after two rounds, with two copies of the ledger."""

    def make(folder: Path) -> None:
        found = lay_out(folder)
        assert [sync(found), sync(found)] == [0, 0]

    return settings_of(laid_out("two copies of the ledger", tmp_path, make))


def test_who_finds_the_folder_of_the_ledger_finds_no_number_in_it(settings: Settings) -> None:
    """Not with the code, nor with anything that lies there for a key; with the secret he finds them all."""
    state = settings.paths.state
    there = databases(state)
    assert len(there) == 3
    assert numbers_that_a_thief_finds(there, []) == set()
    secrets = secrets_in(settings.ledger_secret)
    assert numbers_that_a_thief_finds(there, secrets) == set(MOBILES[1:5])
    with Ledger.of(settings, TODAY) as ledger:
        of_tab = ledger.history().logbook.secret.encode()
    assert numbers_that_a_thief_finds(there, [of_tab]) == set(MOBILES[1:3]), "the marks of the tab are there"
    assert holding(state, *secrets, secrets[0].hex().encode(), of_tab, *NAMES) == []
    if sys.platform != "win32":
        assert stat.S_IMODE(settings.ledger_secret.stat().st_mode) == 0o600


def test_an_older_ledger_gives_its_secrets_away_and_nobody_hears_twice(settings: Settings) -> None:
    """Also every copy, one that was put aside and one that is damaged; what lies in out/ is still ours."""
    state = settings.paths.state
    secrets = as_before(settings)
    shutil.copy(state / "ledger.sqlite3", state / "ledger.sqlite3.2026-01-01_120000.oud")
    damaged = state / "backups" / f"ledger_{date.today()}_000000.sqlite3"
    damaged.write_bytes((state / "ledger.sqlite3").read_bytes()[:-4096].replace(b"CREATE TABLE", b"CREATE TAFEL"))
    before = {file: file.stat().st_mtime_ns for file in (state / "backups").glob("ledger_*")}
    assert len(numbers_that_a_thief_finds([state / "ledger.sqlite3"], [])) == 4
    assert len(holding(state, *secrets)) == 5
    types(settings, 3, Mobiel="06-23450008")  # so that a letter is made anew, and contacts
    assert sync(settings) == 0
    assert holding(state, *secrets) == []
    sound = [file for file in databases(state) if file != damaged]
    assert len(sound) == 5 and numbers_that_a_thief_finds(sound, []) == set()
    assert all(file.stat().st_mtime_ns == made for file, made in before.items() if file != damaged)
    assert secrets_in(settings.ledger_secret) == [secrets[0]]
    assert len(letters(settings)) == 2
    assert list(state.glob("**/*.deel*")) == []
    shutil.copy(min(before.keys() - {damaged}), state / "ledger.sqlite3")
    assert sync(settings) == 0
    assert len(letters(settings)) == 2


def test_without_its_secret_a_ledger_is_told_and_nothing_is_done(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    """Gone, or another's: a Stop; put back, all is well. Where it is nowhere any more, nobody is mailed twice."""
    file, state, register = settings.ledger_secret, settings.paths.state, settings.workbook.path
    kept, there = file.read_bytes(), register.read_bytes()
    file.unlink()
    with pytest.raises(Stop, match="geheim van het logboek is weg: het bestand config/secrets/ledger-secret") as stop:
        sync(settings)
    assert "eigen kopie van de map config" in stop.value.remedy and not file.exists()
    file.write_text("0" * 64, encoding="utf-8")
    with pytest.raises(Stop, match="hoort niet bij dit logboek"):
        sync(settings)
    assert register.read_bytes() == there
    assert bring_back(settings, None, sure=False) == 0
    assert "logboek" not in capfd.readouterr().out, "no copy of it is of use either"
    file.write_bytes(kept)
    assert sync(settings) == 0
    file.unlink()
    (state / "ledger.sqlite3").rename(state / "ledger.oud")
    whole = register.read_bytes()
    without_logbook(register)
    assert sync(settings) == 1
    told = capfd.readouterr().err
    assert "logboek is nieuw" in told and "make restore" not in told
    register.write_bytes(whole)
    assert sync(settings) == 0, "tab Logboek knows all, as where state/ is lost"
    assert len(letters(settings)) == 2


def test_two_ledgers_that_share_a_folder_of_secrets_each_keep_their_own(tmp_path: Path) -> None:
    """A second register with settings in the same folder, both of before: neither secret is written over."""
    secrets = []
    for name in ("one", "other"):
        home = tmp_path / name
        settings = lay_out(home)
        assert sync(settings) == 0
        secrets.append(as_before(settings)[0])
    together = [replace(settings_of(tmp_path / name), source=tmp_path / "settings.toml") for name in ("one", "other")]
    file = together[0].ledger_secret
    file.parent.mkdir(parents=True)
    file.write_bytes(b"half of a li")  # of a run that a full disk cut off
    assert [sync(settings) for settings in together * 2] == [0, 0, 0, 0]
    assert secrets_in(file) == secrets
    assert all(len(letters(settings)) == 2 for settings in together)


def test_a_laptop_that_comes_up_to_date_after_the_other_mails_nobody_again(tmp_path: Path) -> None:
    """Each has a secret of its own, and both the one of the tab; with the other's file a ledger is told, and waits."""
    ground = welcomed_by_one(tmp_path, 4)
    ground.sync(ground.other)
    own = [as_before(settings)[0] for settings in (ground.one, ground.other)]
    ground.sync(ground.one)
    ground.newcomers(1, 5)
    ground.sync(ground.other)
    ground.newcomers(1, 6)
    ground.sync(ground.one)
    ground.sync(ground.other)
    files = [settings.ledger_secret for settings in (ground.one, ground.other)]
    assert [secrets_in(file) for file in files] == [[secret] for secret in own] and own[0] != own[1]
    of_tab = []
    for settings in (ground.one, ground.other):
        with Ledger.of(settings, TODAY) as ledger:
            of_tab.append(ledger.history().logbook.secret)
    assert of_tab[0] == of_tab[1] != ""
    kept = files[1].read_bytes()
    shutil.copy(files[0], files[1])
    with pytest.raises(Stop, match="hoort niet bij dit logboek"):
        ground.sync(ground.other)
    files[1].write_bytes(files[0].read_bytes() + kept)
    ground.sync(ground.other)
    assert len(ground.letters) == 6 and ground.twice == []


def test_what_stays_beside_a_ledger_that_was_taken_away_does_not_bring_it_back(settings: Settings) -> None:
    """SQLite would read the log of a run that was killed as the new ledger's own."""
    path = settings.paths.state / "ledger.sqlite3"
    code = (
        "import os, sqlite3, sys; one = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "one.execute('PRAGMA locking_mode = EXCLUSIVE'); one.execute('PRAGMA journal_mode = WAL')\n"
        "one.execute('UPDATE seen SET count = 77'); one.execute('VACUUM'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, path], check=False)
    assert path.with_name("ledger.sqlite3-wal").stat().st_size
    path.rename(path.with_name("ledger.oud"))
    with Ledger.of(settings, TODAY) as ledger:
        assert ledger.is_empty() and ledger.history().counts == {}


def test_git_passes_over_it_and_the_doctor_tells_of_it(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    if (CHECKOUT / ".git").exists():
        assert subprocess.run(["git", "check-ignore", "-q", LEDGER_SECRET], cwd=CHECKOUT, check=False).returncode == 0
    assert (settings.ledger_secret.parent / ".gitignore").read_text(encoding="utf-8").endswith("*\n")
    assert place_of_file("config/secrets", settings.ledger_secret.name) is not None
    settings.source.write_text("", encoding="utf-8")
    settings.ledger_secret.chmod(0o644)
    examine(settings.source)
    assert f"goed  Logboek: wat al verstuurd is, is goed te lezen. Het geheim ervan staat apart: {LEDGER_SECRET}." in (
        capsys.readouterr().out
    )
    if sys.platform != "win32":
        assert stat.S_IMODE(settings.ledger_secret.stat().st_mode) == 0o600
    settings.ledger_secret.unlink()
    examine(settings.source)
    assert f"FOUT  Logboek: Het geheim van het logboek is weg: het bestand {LEDGER_SECRET}" in capsys.readouterr().out


OPEN = (
    "import sys; sys.path[:0] = sys.argv[1:3]\n"
    "from datetime import date; from pathlib import Path; from support.ledgers import ledger_in\n"
    "ledger_in(Path(sys.argv[3]), date(2026, 11, 23)).__exit__(None, None, None)"
)


@pytest.mark.skipif(sys.platform == "win32", reason="a kill is POSIX")
@pytest.mark.parametrize("rounds", [3, pytest.param(1_000, marks=pytest.mark.long)])
def test_wherever_the_secret_is_on_its_way_a_kill_ends_as_none(tmp_path: Path, rounds: int) -> None:
    """In the file or in the ledger, it is never nowhere; and after the next run it is only in the file."""
    before, home = tmp_path / "before", tmp_path / "home"
    settings = lay_out(before)
    assert [sync(settings), sync(settings)] == [0, 0]
    secrets, there = as_before(settings), settings_of(home)

    def begin() -> None:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(before, home)

    def end() -> None:
        assert sync(there) == 0
        assert holding(there.paths.state, *secrets) == []
        assert secrets_in(there.ledger_secret) == [secrets[0]]
        assert len(letters(there)) == 2
        for copy in databases(there.paths.state):
            with closing(sqlite3.connect(copy)) as connection:
                assert connection.execute("SELECT count(*) FROM message").fetchone() == (2,)

    script = tmp_path / "open.py"
    script.write_text(OPEN, encoding="utf-8")
    assert die_often([sys.executable, "-B", *map(str, (script, SCRIPTS, CHECKOUT / "tests", home))], begin, end, rounds)


def test_a_ledger_that_is_not_ours_forgets_nobody_here(settings: Settings, tmp_path: Path) -> None:
    """Another's was put in the place of ours: restore brings ours back, with whoever was forgotten there."""
    other = lay_out(tmp_path / "other")
    assert sync(other) == 0
    with Ledger.of(other, TODAY) as ledger:
        forget_in_ledger(ledger, [KnownBy("D-0001", forgotten=("x" * 24,))])
    path = settings.paths.state / "ledger.sqlite3"
    shutil.copy(other.paths.state / "ledger.sqlite3", path)
    assert what_is_wrong(settings) == "is niet te lezen zonder zijn geheim"
    assert put_back(settings) is not None
    with Ledger.of(settings, TODAY) as ledger:
        assert [one.person for one in ledger.history().deliveries] == ["D-0001", "D-0002"]
        assert ledger.forgotten() == []
