"""The mailbox that really sends: over one connection, each letter once, and honest about what it cannot know."""

from __future__ import annotations

import re
import smtplib
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email.utils import parseaddr
from functools import lru_cache

from outside.config.settings import Settings
from outside.errors import Stop
from outside.mail.mailbox import Letter, Outcome
from outside.mail.replies import Reply, Stage, Verdict, judge, read_reply
from outside.mail.secrets import find_password, holds, leak, no_password
from outside.smtp.session import CutOff, NotNow, Timeouts, ask, is_silent, open_session, socket_of
from roster.plan.delivery_status import State

_A_DAY = timedelta(days=1)
A_WHILE = timedelta(minutes=15)

PER_SESSION = 100
"""Letters after which a new connection is made, before the server asks for it. Most let a hundred pass."""

IDLE = 20.0
"""Seconds of silence after which the connection is tried before a letter is trusted to it."""

PATIENT = 3
"""So many letters in a row that had to wait through no fault of their recipients, and the round takes a rest."""

PUT_OFF_FOR_GOOD = 8
"""Tries after which a letter that its recipient's server keeps putting off goes back to the coordinator.

Their distances in the ledger add up to almost four days, about as long as RFC 5321, 4.5.4.1, asks of a mail server.
"""

SUSPECT_FOR_GOOD = 3
"""Tries after which a letter that was refused where no other was taken is its recipient's own matter."""

_CORRESPONDENTS = re.compile(rb"^(from|to):(.*(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


class Smtp:
    """A mailbox on an SMTP server (RFC 5321), reached when the first letter leaves.

    `deliver` raises Stop only where the letter in hand certainly did not leave. Holds the password for
    as long as it lives, and shows it to nobody but the server.
    """

    done = State.SENT
    together = 1

    def __init__(self, settings: Settings, patience: Timeouts | None = None) -> None:
        self._mail = settings.mail
        self._settings = settings
        self._patience = patience or Timeouts()
        self._session: smtplib.SMTP | None = None
        self._secret: str | None = None
        self._carried = 0
        self._spoke = 0.0
        self._talked = 0.0
        self._taken = 0
        self._unlucky = 0
        self._suspects = 0

    def deliver(self, letter: Letter) -> Outcome:
        """Hand over one letter. See `Mailbox.deliver`; raises Stop where no letter can leave.

        One that holds the password of this very mailbox stays here, whoever made it.
        """
        if self._mail.username and holds(letter.data, [self._password()]):
            raise leak(code=3)
        if self._talked > self._patience.letters:
            raise Stop(
                "De mailserver antwoordt zo traag dat deze ronde te lang duurt. De andere mails wachten.", code=3
            )
        began = time.monotonic()
        try:
            outcome = self._attempt(letter, last=False) or self._attempt(letter, last=True)
        finally:
            self._talked += time.monotonic() - began
        if outcome is None:
            outcome = Outcome(State.WAITS, "de verbinding met de mailserver viel weg")
            self._unlucky += 1
        if outcome.state == State.WAITS and outcome.pause is None and self._unlucky >= PATIENT:
            return replace(outcome, pause=A_WHILE)
        return outcome

    def flush(self) -> None:
        """What the server took is its own care."""

    def resolve(self, message_id: str) -> Outcome | None:  # noqa: ARG002  # no server can be asked about one letter
        """Nobody can tell whether a letter of an interrupted run arrived."""
        return Outcome(State.UNCERTAIN, "de ronde brak af")

    def close(self) -> None:
        """Take leave of the server."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(smtplib.SMTPException, OSError, CutOff):
                socket_of(session).settimeout(5)
                session.quit()
            session.close()

    def try_out(self) -> str:
        """Connect, encrypt, log in and leave. Raises Stop where one of these fails, and says which."""
        try:
            self._ready()
        except CutOff:
            raise Stop("De mailserver verbreekt de verbinding.", "Probeer het later nog eens.") from None
        except NotNow as no:
            raise Stop(
                f"De mailserver wil nu even geen verbinding ({no.reply.codes}).", "Probeer het later nog eens."
            ) from None
        finally:
            self.close()
        return f"inloggen bij {self._mail.host} lukt."

    def _attempt(self, letter: Letter, *, last: bool) -> Outcome | None:
        """One try; None where the letter certainly did not arrive and another connection may do better."""
        try:
            session = self._ready()
            outcome = self._hand_over(session, letter, last=last)
        except CutOff:
            self._drop()
            return None
        except NotNow as no:
            self._unlucky += 1
            if no.verdict is Verdict.LIMIT:
                return Outcome(State.WAITS, "de daglimiet van het postvak is bereikt", _A_DAY)
            return Outcome(State.WAITS, "de mailserver vraagt om later nog eens te proberen", A_WHILE)
        self._spoke = time.monotonic()
        return outcome

    def _hand_over(self, session: smtplib.SMTP, letter: Letter, *, last: bool) -> Outcome | None:
        """The four steps of one letter. Raises CutOff only before the dot that ends it."""
        sender, recipient = envelope(letter.data)
        steps = (
            (Stage.SENDER, f"MAIL FROM:<{sender}>"),
            (Stage.RECIPIENT, f"RCPT TO:<{recipient}>"),
            (Stage.START, "DATA"),
        )
        for stage, command in steps:
            reply = ask(session, command)
            if stage is Stage.START and 200 <= reply.code < 400 and reply.code != 354:
                raise CutOff  # the answers are out of step
            if reply.code >= 400:
                return self._refusal(stage, reply, last=last)
        data = on_the_wire(letter.data)
        try:
            session.send(data)
        except (smtplib.SMTPException, OSError):
            raise CutOff from None
        if not is_silent(session):
            raise CutOff  # the server hung up, or gave up, before the letter was complete
        return self._verdict(session, last=last)

    def _verdict(self, session: smtplib.SMTP, *, last: bool) -> Outcome | None:
        """Set the dot, and hear what the server says. From here on silence means that nobody can know."""
        line = socket_of(session)
        line.settimeout(self._patience.verdict)
        try:
            session.send(b".\r\n")
            reply = read_reply(*session.getreply())
            line.settimeout(self._patience.answer)
        except (smtplib.SMTPException, OSError):
            reply = Reply(-1, None, "")
        if not 200 <= reply.code <= 599 or 300 <= reply.code < 400:
            self._drop()
            return Outcome(State.UNCERTAIN, "de verbinding brak af")
        if reply.code >= 400:
            return self._refusal(Stage.END, reply, last=last)
        self._carried += 1
        self._taken += 1
        self._unlucky = self._suspects = 0
        return Outcome(State.SENT)

    def _refusal(self, stage: Stage, reply: Reply, *, last: bool) -> Outcome | None:
        """What an answer of 4xx or 5xx means. Raises Stop where nobody would get anything."""
        verdict, reason = judge(stage, reply)
        carried = self._carried
        self._clear(reply)
        if not last and carried and reply.code < 500 and (verdict is Verdict.LIMIT or reply.code == 421):
            self._drop()  # so many letters a connection, perhaps: a new one will tell
            return None
        if verdict is Verdict.LIMIT:
            return Outcome(State.WAITS, reason, _A_DAY)
        if verdict is Verdict.WAITS:
            if reply.code == 421:
                self._unlucky += 1
                return Outcome(State.WAITS, reason, A_WHILE) if last else None
            self._unlucky += stage is Stage.SENDER
            if stage is Stage.SENDER:
                return Outcome(State.WAITS, reason)
            return Outcome(State.WAITS, reason, give_up=PUT_OFF_FOR_GOOD)
        if verdict is Verdict.REFUSED:
            return Outcome(State.REFUSED, reason)
        if verdict is Verdict.OURS:
            raise _refused_for_us(stage, reply)
        return self._suspect(stage, reply, reason)

    def _suspect(self, stage: Stage, reply: Reply, reason: str) -> Outcome:
        """A letter refused for what may be ours as well. Where others of this round were taken, its recipient is it."""
        if self._taken:
            return Outcome(State.REFUSED, reason)
        self._suspects += 1
        if self._suspects > 1:
            raise _refused_for_us(stage, reply)
        return Outcome(State.WAITS, reason, give_up=SUSPECT_FOR_GOOD)

    def _ready(self) -> smtplib.SMTP:
        """A connection that is fit for a letter; a new one where it carried enough, or does not answer any more."""
        if self._session is not None and self._carried >= PER_SESSION:
            self.close()
        if self._session is not None and time.monotonic() - self._spoke > IDLE:
            try:
                fit = ask(self._session, "NOOP").code == 250
            except CutOff:
                fit = False
            if not fit:
                self._drop()
        if self._session is None:
            account = self._mail.username or parseaddr(self._mail.sender)[1]
            if self._mail.username:
                self._password()  # without one there is nothing to connect for
            self._session = open_session(self._mail, account, self._password, self._patience)
            self._carried = 0
            self._spoke = time.monotonic()
        return self._session

    def _password(self) -> str:
        if self._secret is None:
            mail = self._mail
            password = find_password(self._settings, mail.username or parseaddr(mail.sender)[1])
            if mail.username and not password:
                raise no_password()
            self._secret = password
        return self._secret

    def _clear(self, reply: Reply) -> None:
        """Make the connection fit for the next letter after one that was not taken."""
        if reply.code == 421 or self._session is None:
            self._drop()
            return
        try:
            if ask(self._session, "RSET").code != 250:
                self._drop()
        except CutOff:
            self._drop()

    def _drop(self) -> None:
        """Let go of a connection that is broken."""
        session, self._session = self._session, None
        if session is not None:
            session.close()


def envelope(data: bytes) -> tuple[str, str]:
    """Who sends and who receives, as the server is told: bare addresses."""
    head = data.partition(b"\r\n\r\n")[0]
    found = {name.lower(): value for name, value in reversed(_CORRESPONDENTS.findall(head))}
    sender, recipient = (_bare_address(found.get(name, b"")) for name in (b"from", b"to"))
    if "@" not in sender or "@" not in recipient:
        raise ValueError("a letter without a sender or a recipient")
    return sender, recipient


@lru_cache(maxsize=16)  # all letters of a round have one sender
def _bare_address(value: bytes) -> str:
    return parseaddr(" ".join(value.decode("ascii", "surrogateescape").split()))[1]


def on_the_wire(data: bytes) -> bytes:
    """A message as DATA carries it: every line ended by CRLF, a dot in front of one that begins with a dot."""
    ends = data.count(b"\r\n")
    whole = data if data.count(b"\r") == data.count(b"\n") == ends else _BARE.sub(b"\r\n", data)
    if not whole.endswith(b"\r\n"):
        whole += b"\r\n"
    return (b"." if whole.startswith(b".") else b"") + whole.replace(b"\n.", b"\n..")


def _refused_for_us(stage: Stage, reply: Reply) -> Stop:
    if reply.code in (530, 535) or stage is Stage.LOGIN:
        return Stop(
            f"De mailserver wil eerst een gebruikersnaam en wachtwoord ({reply.codes}). De ronde is gestopt.",
            "Vul username in bij [mail] in de instellingen, en zet het wachtwoord klaar. In de HANDLEIDING staat hoe.",
            code=3,
        )
    if stage in (Stage.START, Stage.END):
        return Stop(
            f"De mailserver weigert de tekst van deze mails ({reply.codes}). De ronde is gestopt.",
            "Er is niemand als geweigerd opgeschreven. Vraag uw provider naar deze code, of pas de tekst in "
            "templates aan.",
            code=3,
        )
    return Stop(
        f"De mailserver neemt van dit postvak geen mail aan ({reply.codes}). De ronde is gestopt.",
        "Kijk of sender in de instellingen bij [mail] het adres is waarmee u inlogt. Er is niemand als geweigerd "
        "opgeschreven.",
        code=3,
    )
