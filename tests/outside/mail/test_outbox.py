"""The mailbox that is a folder: one whole file a letter, and always the same one."""

from __future__ import annotations

import email
import stat
import subprocess
import sys
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from conftest import SCRIPTS
from outside.errors import Stop
from outside.mail.mailbox import Letter, Outbox, Outcome, letter_file_name


def letter(number: int = 1, text: str = "Welkom, José!\n", person: str = "") -> Letter:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Buurtwacht <buurt@mail.example>"
    message["To"] = f"persoon{number}@mail.example"
    message["Subject"] = "Welkom in de groep Tuindorp – fijn dat u meedoet"
    message["Message-ID"] = f"<welcome.{number}@mail.example>"
    message.set_content(text)
    return Letter(f"<welcome.{number}@mail.example>", person or f"D-{number:04d}", message.as_bytes(), "welcome")


def test_a_letter_becomes_one_whole_file_for_its_owner_alone(tmp_path: Path) -> None:
    """Any mail program opens it: lines end in CRLF, and what was written is read back."""
    box = Outbox(tmp_path / "out" / "mail")
    assert box.deliver(letter()) == Outcome("klaargezet")
    box.flush()
    (path,) = (tmp_path / "out" / "mail").iterdir()
    data = path.read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") > 5
    read = email.message_from_bytes(data, policy=SMTP)
    assert read["To"] == "persoon1@mail.example"
    assert read.get_content() == "Welkom, José!\r\n"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_file_is_found_by_nr_and_act(tmp_path: Path) -> None:
    """People look for a Nr; the digest behind it tells letters of one person apart."""
    name = letter_file_name(letter(7))
    assert name.startswith("D-0007-welcome-")
    assert name.endswith(".eml")
    assert name != letter_file_name(Letter("<other@mail.example>", "D-0007", b"", "welcome"))


@pytest.mark.parametrize("person", ["../../D-0001", "D/1", "C:\\D", "", "D-\x00", "é" * 300, "CON"])
def test_no_nr_leads_out_of_the_folder(tmp_path: Path, person: str) -> None:
    """A Nr that somebody typed over is a name like any other."""
    box = Outbox(tmp_path / "mail")
    box.deliver(letter(1, person=person or "-"))
    box.flush()
    (path,) = (tmp_path / "mail").iterdir()
    assert path.name.isascii()
    assert len(path.name) < 100
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".gitignore", "mail"]


def test_a_letter_that_comes_twice_is_one_file(tmp_path: Path) -> None:
    """The second one stands in the place of the first."""
    box = Outbox(tmp_path)
    box.deliver(letter(1, "eerst\n"))
    box.deliver(letter(1, "later\n"))
    box.flush()
    (path,) = tmp_path.iterdir()
    assert b"later" in path.read_bytes()


def test_it_tells_afterwards_which_letters_arrived(tmp_path: Path) -> None:
    """A file that is there arrived; one that is not did not, and neither did half a file."""
    earlier = Outbox(tmp_path)
    earlier.deliver(letter(1))
    earlier.flush()
    (tmp_path / ".buurtbeheer-00ff").write_bytes(b"half")
    box = Outbox(tmp_path)
    assert box.resolve(letter(1).message_id) == Outcome("klaargezet")
    assert box.resolve(letter(2).message_id) is None
    box.deliver(letter(3))
    assert not (tmp_path / ".buurtbeheer-00ff").exists()
    assert Outbox(tmp_path / "absent").resolve(letter(1).message_id) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_disk_that_takes_no_more_is_a_stop_and_leaves_no_half_letter(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk; it is told without naming anybody."""
    program = (
        "import resource, signal, sys; sys.path[:0] = sys.argv[2:]\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "from pathlib import Path; import test_outbox\n"
        "from outside.mail.mailbox import Outbox; from outside.errors import Stop\n"
        "try: Outbox(Path(sys.argv[1])).deliver(test_outbox.letter(1, 'x' * 50 + '\\n' * 5000))\n"
        "except Stop as stop: print(stop.code, stop.message); raise SystemExit(stop.code)\n"
    )
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, tmp_path, SCRIPTS, SCRIPTS.parent / "tests", here],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "Schrijven in de map" in done.stdout
    assert "persoon" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_a_stop(tmp_path: Path) -> None:
    """A file stands where the folder should come."""
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(Stop) as stopped:
        Outbox(tmp_path / "out" / "mail").deliver(letter())
    assert stopped.value.code == 3
