"""A real Postfix on loopback, with a configuration and a queue of its own; no mail of it ever leaves the machine."""

from __future__ import annotations

import email
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""

SETTINGS = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log/mail
maillog_file_prefixes = {home}
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
myhostname = postfix.example
mydestination =
alias_maps =
mynetworks = 127.0.0.0/8
default_transport = error:5.4.4 nothing leaves this machine
virtual_mailbox_domains = mail.example
virtual_mailbox_base = {home}/boxes
virtual_mailbox_maps = texthash:{home}/people
virtual_uid_maps = static:{user}
virtual_gid_maps = static:{group}
virtual_minimum_uid = 1
transport_maps = texthash:{home}/elsewhere
smtp_tls_security_level = none
smtpd_recipient_restrictions = check_recipient_access texthash:{home}/answers, permit_mynetworks, reject
smtpd_client_event_limit_exceptions =
"""


class Postfix:
    """A running Postfix: its port, and what lies in the boxes."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port

    def say(self, answers: Mapping[str, str]) -> None:
        """From now on, what the server says to a recipient instead of taking the letter."""
        lines = [f"{name}@mail.example {said}\n" for name, said in answers.items()]
        (self.home / "answers").write_text("".join(lines))
        self.control("reload")

    def control(self, word: str) -> int:
        """Have Postfix start, reload or stop. Its master keeps whatever it may write to, so a pipe would never end."""
        command = ["/usr/sbin/postfix", "-c", str(self.home / "conf"), word]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode

    def letters(self, box: str) -> list[EmailMessage]:
        """What was delivered to the box of one person, by the name before the @."""
        files = sorted((self.home / "boxes" / box / "new").glob("*"))
        return [email.message_from_bytes(file.read_bytes(), policy=SMTP) for file in files]  # type: ignore[arg-type,misc]  # typeshed knows only the old policy

    def wait_for(self, box: str, count: int) -> list[EmailMessage]:
        """As `letters`, once there are so many; at most 20 seconds later what there is."""
        for _turn in range(200):
            if len(found := self.letters(box)) >= count:
                break
            time.sleep(0.1)
        return found


def missing() -> str:
    """Why there can be no Postfix here; "" where there can."""
    if not shutil.which("postfix", path="/usr/sbin:/sbin:" + os.environ.get("PATH", "")):
        return "Postfix is not installed"
    return "" if os.geteuid() == 0 else "Postfix only starts for root"


@contextmanager
def postfix(
    people: Sequence[str],
    answers: Mapping[str, str] | None = None,
    elsewhere: Mapping[str, int] | None = None,
    more: Sequence[str] = (),
    certificate: Path | None = None,
) -> Iterator[Postfix]:
    """Postfix for as long as the block runs. `people` have a box at mail.example, by the name before the @.

    `answers` are what the server says to a recipient instead; a letter to a name in `elsewhere` is taken and then
    handed on to the server at that port of this machine. `more` are lines of main.cf.
    """
    home = Path(tempfile.mkdtemp(prefix="postfix-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    nobody = pwd.getpwnam("nobody")
    home.chmod(0o755)
    for name in ("queue", "data", "log", "boxes", "conf"):
        (home / name).mkdir()
    shutil.chown(home / "data", "postfix")
    shutil.chown(home / "boxes", nobody.pw_uid, nobody.pw_gid)
    known = [*people, *(elsewhere or {})]
    (home / "people").write_text("".join(f"{name}@mail.example {name}/\n" for name in known))
    (home / "answers").write_text("".join(f"{name}@mail.example {said}\n" for name, said in (answers or {}).items()))
    lines = [f"{name}@mail.example smtp:[127.0.0.1]:{at}\n" for name, at in (elsewhere or {}).items()]
    (home / "elsewhere").write_text("".join(lines))
    tls = [f"smtpd_tls_security_level = may\nsmtpd_tls_chain_files = {certificate}\n"] if certificate else []
    settings = SETTINGS.format(home=home, user=nobody.pw_uid, group=nobody.pw_gid)
    (home / "conf" / "main.cf").write_text(settings + "\n".join([*more, *tls, ""]))
    (home / "conf" / "master.cf").write_text(SERVICES.format(port=port))
    server = Postfix(home, port)
    try:
        assert server.control("start") == 0, (home / "log" / "mail").read_text()
        _wait_until_it_listens(port)
        yield server
    finally:
        server.control("stop")
        shutil.rmtree(home, ignore_errors=True)


def _wait_until_it_listens(port: int) -> None:
    for _turn in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("Postfix does not listen")
