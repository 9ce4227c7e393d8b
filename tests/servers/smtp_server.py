"""A real mail server on loopback, that can greylist, refuse, stall and hang up as servers do."""

from __future__ import annotations

import asyncio
import email
import socket
import ssl
import threading
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, SECRET = "buurt@mail.example", "geheim éénmalig wachtwoord"


@dataclass
class Plan:
    """What the server does. `answers` holds for a recipient (or "*") and a stage what it says, in turn.

    A stage is MAIL, RCPT, DATA or END; an answer is a reply line, "cut" (hang up), or, at END, "cut after"
    (take the letter, then hang up), "half" (hang up once half the letter came) or "garble" (take it, then babble).
    """

    answers: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    per_session: int = 0
    session_answer: str = "421 4.7.0 Too many messages in this session"
    per_day: int = 0
    day_answer: str = "550 5.4.5 Daily user sending limit exceeded"
    slow: float = 0
    greeting: str = ""
    login: str = ""
    arrived: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    sessions: int = 0
    lines: list[tuple[asyncio.AbstractEventLoop, asyncio.Transport]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hang_up(self) -> None:
        """Close every line, as a server does that waited long enough."""
        for loop, line in self.lines:
            with suppress(RuntimeError):  # a loop of an earlier server
                loop.call_soon_threadsafe(line.abort)
        self.lines.clear()

    def answer(self, recipient: str, stage: str) -> str:
        """What is said now, "" for the usual."""
        for whom in (recipient, "*"):
            said = self.answers.get((whom, stage))
            if said:
                return said.pop(0) if len(said) > 1 or not said[0].startswith("!") else said[0][1:]
        return ""

    def messages(self) -> list[EmailMessage]:
        """All that arrived, read."""
        return list(map(read, self.arrived))

    def by_message_id(self) -> Counter[str]:
        """How often each letter arrived."""
        return Counter(str(message["Message-ID"]).strip() for message in self.messages())


@cache
def read(data: bytes) -> EmailMessage:
    """A letter as a mail program takes it apart; the same one is asked for often."""
    return email.message_from_bytes(data, policy=WIRE)  # type: ignore[arg-type,return-value]  # typeshed knows only the old policy


class Ears:
    """Where aiosmtpd brings whole letters."""

    server: FaultyServer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's word
        """A whole letter came."""
        said = self.server.take(envelope)
        if said == "stall":
            await asyncio.sleep(1)
            return "250 2.0.0 Ok, at last"
        return said


class FaultyServer(SMTP):
    """aiosmtpd, with a Plan of what goes wrong."""

    plan: Plan

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count conversations; a bad greeting ends one at once."""
        self.plan.sessions += 1
        self.plan.lines.append((asyncio.get_running_loop(), transport))  # type: ignore[arg-type]  # asyncio gives no other
        self._letters = 0
        self._whom = ""
        super().connection_made(transport)

    async def push(self, status: str | bytes) -> None:
        """Say something; a greeting of the Plan's own instead of the usual."""
        if self.plan.greeting and str(status).startswith("220 ") and not self.session.host_name:
            status = self.plan.greeting
        if self.plan.slow:
            await asyncio.sleep(self.plan.slow)
        with suppress(ConnectionError):
            await super().push(status)

    async def _may(self, stage: str, whom: str) -> bool:
        said = self.plan.answer(whom, stage)
        if said == "cut":
            self.transport.abort()
            return False
        if said:
            await self.push(said)
            if said.startswith("421"):
                self.transport.close()
            return False
        return True

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802  # aiosmtpd finds commands by these names
        """The limits of a session and a day stand here, as they do at Gmail."""
        plan = self.plan
        plan.commands.append(f"MAIL {arg}")
        if plan.per_session and self._letters >= plan.per_session:
            await self.push(plan.session_answer)
            self.transport.close()
        elif plan.per_day and len(plan.arrived) >= plan.per_day:
            await self.push(plan.day_answer)
        elif await self._may("MAIL", "*"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802  # likewise
        """Greylisting and unknown users."""
        self._whom = arg.partition("<")[2].partition(">")[0].partition("@")[0]
        self.plan.commands.append(f"RCPT {arg}")
        if await self._may("RCPT", self._whom):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # likewise
        """Cuts in the middle of a letter."""
        self.plan.commands.append("DATA")
        said = self.plan.answers.get((self._whom, "END"), [""])
        if said and said[0] == "half":
            said.pop(0)
            await self.push("354 go ahead")
            await self._reader.readline()
            self.transport.abort()
            return
        if await self._may("DATA", self._whom):
            await super().smtp_DATA(arg)

    def take(self, envelope: Envelope) -> str:
        """A whole letter came."""
        said = self.plan.answer(self._whom, "END")
        if said == "cut":
            self.transport.abort()
            return "250 nobody hears this"
        if said and said[0] in "45":
            if said.startswith("421"):
                asyncio.get_running_loop().call_later(0.05, self.transport.close)
            return said
        assert isinstance(envelope.content, bytes)
        with self.plan.lock:
            self.plan.arrived.append(envelope.content)
            self.plan.recipients += envelope.rcpt_tos
        self._letters += 1
        if said == "cut after":
            self.transport.abort()
        return {"garble": "wat zegt u?", "stall": "stall"}.get(said, "250 2.0.0 Ok: queued")

    async def auth_PLAIN(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802  # likewise
        """A login that fails as the Plan says."""
        self.plan.commands.append("AUTH")
        return await super().auth_PLAIN(server, args)


@contextmanager
def mail_server(
    plan: Plan | None = None, *, certificate: Path | None = None, tls: bool = False, login: bool = False
) -> Iterator[tuple[Plan, int]]:
    """The server for as long as the block runs, and its port. With a certificate it offers STARTTLS, or speaks TLS."""
    acts = plan or Plan()
    secure = None
    if certificate:
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.load_cert_chain(certificate)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]

    def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = data.login == USER.encode() and data.password == SECRET.encode() and not acts.login
        return AuthResult(success=good, handled=good, message=None if good else acts.login or None)

    class Home(Controller):
        def factory(self) -> SMTP:
            ears = Ears()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # it warns of a password in the open: that is what we try
                server = ears.server = FaultyServer(
                    ears,
                    hostname="mail.example",
                    enable_SMTPUTF8=False,
                    auth_required=login,
                    auth_require_tls=bool(certificate) and not tls,
                    authenticator=authenticate if login else None,
                    auth_exclude_mechanism=["LOGIN"],
                    tls_context=None if tls else secure,
                    timeout=30,
                )
            server.plan = acts
            return server

    home = Home(None, hostname="127.0.0.1", port=port, ssl_context=secure if tls else None, ready_timeout=20)
    home.start()
    acts.sessions = 0  # it tried itself once
    try:
        yield acts, port
    finally:
        acts.hang_up()
        home.stop()


def make_certificate(folder: Path, name: str = "localhost", days: int = 2) -> Path:
    """A certificate that nobody signed but itself, with its key, for localhost and 127.0.0.1."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ip_address("127.0.0.1")))
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}-{days}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


def answers(**said: str | list[str]) -> dict[tuple[str, str], list[str]]:
    """`answers(kees_RCPT="450 …")` as a Plan wants it; a "!" in front means: every time."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, lines in said.items():
        whom, _, stage = name.rpartition("_")
        found[whom or "*", stage] = [lines] if isinstance(lines, str) else list(lines)
    return dict(found)
