"""The mailbox that really sends, against a real server on loopback that does what servers do."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from pathlib import Path

import pytest

from outside.config.settings import Mail, Settings
from outside.errors import Stop
from outside.mail.mailbox import Letter, Outcome
from outside.mail.secrets import FILE, find_password
from outside.smtp.mailbox import Smtp, on_the_wire
from outside.smtp.session import Timeouts
from servers.smtp_server import SECRET, USER, Plan, answers, mail_server, make_certificate

SENT = Outcome("verstuurd")
CUT = Outcome("onzeker", "de verbinding brak af")
LATER = Outcome("wacht", "het postvak van de ontvanger vraagt om uitstel", give_up=8)
SOON = Timeouts(5, 5, 5)


def letter(name: str, text: str = "hallo\n") -> Letter:
    """A small letter to somebody."""
    message = EmailMessage(policy=WIRE)
    for heading, value in (("From", "Buurt <buurt@mail.example>"), ("To", f'"Kees, J. <x>" <{name}@mail.example>')):
        message[heading] = value
    message["Message-ID"] = f"<{name}@mail.example>"
    message.set_content(text)
    return Letter(f"<{name}@mail.example>", name, message.as_bytes())


def settings(port: int, folder: Path = Path("/nowhere"), **more: object) -> Settings:
    """SMTP to that port, without encryption unless said otherwise."""
    mail = {"host": "127.0.0.1", "port": port, "security": "none", "sender": USER, **more}
    return Settings(mail=Mail(transport="smtp", **mail), source=folder / "config" / "settings.toml")  # type: ignore[arg-type]  # a test's own choice of options


def deliver(plan: Plan, *names: str, text: str = "hallo\n") -> list[Outcome]:
    """Hand letters over one after the other."""
    with mail_server(plan) as (_plan, port), closing(Smtp(settings(port), SOON)) as box:
        return [box.deliver(letter(name, text)) for name in names]


def test_letters_go_over_one_connection_to_one_recipient_each() -> None:
    """The address is the one in the header, whatever the name beside it looks like."""
    plan = Plan()
    assert deliver(plan, "an", "bo", "cas") == [SENT] * 3
    assert plan.sessions == 1
    assert plan.recipients == ["an@mail.example", "bo@mail.example", "cas@mail.example"]
    assert {line for line in plan.commands if line.startswith("MAIL")} == {"MAIL FROM:<buurt@mail.example>"}


@pytest.mark.parametrize("text", [".\n", "..\n.\n", "\n.\nMAIL FROM:<x@y>\n", "zonder einde", "é €\n.\n"])
def test_a_letter_arrives_as_it_is(text: str) -> None:
    """A dot at the start of a line is not the end, and no line of a letter is a command."""
    plan = Plan()
    assert deliver(plan, "an", "bo", text=text) == [SENT, SENT]
    assert list(plan.arrived) == [letter("an", text).data, letter("bo", text).data]


def test_bare_line_ends_are_made_whole() -> None:
    """A lone CR or LF could hide a second message from one server and show it to the next."""
    assert on_the_wire(b"a\nb\r.\rc\r\n.d") == b"a\r\nb\r\n..\r\nc\r\n..d\r\n"


@pytest.mark.parametrize(
    ("stage", "line", "ended"),
    [
        ("RCPT", "450 4.2.0 Greylisted, see you in five minutes", LATER),
        ("RCPT", "451 4.7.1 Try again later", LATER),
        ("DATA", "451 no", LATER),
        ("END", "452 4.2.2 Mailbox full", Outcome("wacht", "het postvak is vol", give_up=8)),
        (
            "RCPT",
            "452 4.1.1 <bo@mail.example> mailbox quota exceeded, no new messages",
            replace(LATER, reason="het adres bestaat niet"),
        ),
        ("RCPT", "450 <bo@mail.example> over quota for messages", LATER),
        (
            "RCPT",
            "550 5.7.1 <k.sender@mail.example>: Access denied",
            Outcome("geweigerd", "de ontvanger neemt deze mail niet aan"),
        ),
        ("RCPT", "550 <auth@mail.example>: no such user", Outcome("geweigerd", "het adres bestaat niet")),
        (
            "RCPT",
            "554 5.7.1 <bo@mail.example>: Relay access denied",
            Outcome("geweigerd", "de ontvanger neemt deze mail niet aan"),
        ),
        ("RCPT", "501 5.5.4 Syntax error in parameters", Outcome("geweigerd", "de ontvanger neemt deze mail niet aan")),
        ("RCPT", "550 5.1.10 RecipientNotFound", Outcome("geweigerd", "het adres bestaat niet")),
        ("RCPT", "550 5.1.1 User unknown", Outcome("geweigerd", "het adres bestaat niet")),
        ("RCPT", "550 No such user here", Outcome("geweigerd", "het adres bestaat niet")),
        ("RCPT", "552 5.2.2 Over quota", Outcome("geweigerd", "het postvak is vol")),
        ("RCPT", "550 5.2.1 Disabled", Outcome("geweigerd", "het postvak is niet in gebruik")),
        (
            "RCPT",
            "550 5.1.2 Bad domain",
            Outcome("geweigerd", "wat achter het apenstaartje staat, bestaat niet of neemt geen mail aan"),
        ),
        ("RCPT", "550 5.7.1 Recipient says no", Outcome("geweigerd", "de ontvanger neemt deze mail niet aan")),
        ("END", "550 5.1.1 User unknown", Outcome("geweigerd", "het adres bestaat niet")),
        ("END", "554 5.7.1 Looks like spam", Outcome("geweigerd", "de mail is voor spam aangezien")),
        ("END", "cut", CUT),
        ("END", "cut after", CUT),
        ("END", "garble", CUT),
        ("RCPT", "cut", SENT),
        ("DATA", "cut", SENT),
        ("MAIL", "cut", SENT),
        ("RCPT", "421 4.3.2 Shutting down", SENT),
        ("END", "421 4.3.2 Shutting down", SENT),
    ],
)
def test_each_answer_is_understood_and_the_next_letter_goes(stage: str, line: str, ended: Outcome) -> None:
    """One answer to the second of three letters; the others are not touched by it."""
    plan = Plan(answers=answers(**{f"bo_{stage}": line}) if stage != "MAIL" else {})
    with mail_server(plan) as (_plan, port):
        box = Smtp(settings(port), SOON)
        assert box.deliver(letter("an")) == SENT
        if stage == "MAIL":
            plan.answers[("*", "MAIL")] = [line]
        assert box.deliver(letter("bo")) == ended
        assert box.deliver(letter("cas")) == SENT
        box.close()
    arrived = plan.by_message_id()
    assert all(times == 1 for times in arrived.values())
    assert ("<bo@mail.example>" in arrived) == (ended == SENT or line in ("cut after", "garble"))


def test_a_letter_that_broke_off_in_the_middle_is_tried_again_once() -> None:
    """The dot was never sent, so the server cannot have taken it. A second cut, and it waits."""
    text = "x" * 70 + "\n"
    once = Plan(answers=answers(an_END=["half"]))
    assert deliver(once, "an", text=text * 100_000) == [SENT]
    assert once.by_message_id() == {"<an@mail.example>": 1}
    twice = Plan(answers=answers(an_END=["half", "half"]))
    assert deliver(twice, "an", text=text * 100_000) == [Outcome("wacht", "de verbinding met de mailserver viel weg")]
    assert twice.arrived == []


@pytest.mark.parametrize(
    "line",
    [
        "550 5.4.5 Daily user sending limit exceeded",
        "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\r\n550 5.4.5 sending limits go to",
        "421 4.7.28 Unusual rate of mail",
        "452 4.5.3 Too many recipients",
        "450 Daily sending quota exceeded",
    ],
)
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "END"])
def test_the_providers_own_limit_asks_for_a_day_of_peace(stage: str, line: str) -> None:
    """It says nothing of the recipient."""
    plan = Plan(answers=answers(**{f"{'' if stage == 'MAIL' else 'an'}_{stage}": f"!{line}"}))
    (ended,) = deliver(plan, "an")
    assert (ended.state, ended.pause) == ("wacht", timedelta(days=1))
    assert plan.arrived == []


def test_so_many_letters_a_session_is_no_limit_for_the_day() -> None:
    """A new connection does it."""
    for answer in ("421 4.7.0 Too many messages in this session", "452 4.5.3 Too many recipients"):
        plan = Plan(per_session=2, session_answer=answer)
        assert deliver(plan, *"abcde") == [SENT] * 5
        assert (plan.sessions, len(plan.by_message_id())) == (3, 5)


@pytest.mark.parametrize(
    ("stage", "line", "told"),
    [
        ("END", "554 5.7.1 spam", r"weigert de tekst van deze mails \(554 5.7.1\)"),
        ("RCPT", "554 5.7.1 Relay access denied", r"neemt van dit postvak geen mail aan \(554 5.7.1\)"),
        ("RCPT", "550 5.7.1 Client host blocked using Spamhaus", r"neemt van dit postvak geen mail aan \(550 5.7.1\)"),
    ],
)
def test_what_may_be_ours_stops_the_round_when_it_comes_twice_and_nobody_is_blamed(
    stage: str, line: str, told: str
) -> None:
    """The first may be its recipient's own matter and waits, so that one person cannot keep all others from theirs."""
    plan = Plan(answers=answers(**{f"a_{stage}": line, f"b_{stage}": line}))
    with mail_server(plan) as (_plan, port):
        box = Smtp(settings(port), SOON)
        ended = box.deliver(letter("a"))
        assert (ended.state, ended.give_up) == ("wacht", 3)
        with pytest.raises(Stop, match=told):
            box.deliver(letter("b"))
        assert box.deliver(letter("c")) == SENT
        box.close()


def test_an_answer_that_comes_too_early_is_not_taken_for_the_last_word() -> None:
    """ "250" in one packet with the leave to begin: what the server says after the dot is what counts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=hasty_server, args=(listener,), daemon=True).start()
        box = Smtp(settings(listener.getsockname()[1]), SOON)
        assert box.deliver(letter("an")) == Outcome("wacht", "de verbinding met de mailserver viel weg")
        box.close()


def hasty_server(listener: socket.socket) -> None:
    """Says that it has the letter before it came, and after the dot that it has not."""
    with suppress(OSError):  # the test is over
        while True:
            line, _ = listener.accept()
            with line, line.makefile("rb") as heard:
                line.sendall(b"220 hasty.example\r\n")
                for said in heard:
                    if said.upper().startswith(b"DATA"):
                        line.sendall(b"354 go\r\n250 2.0.0 already\r\n")
                    elif said == b".\r\n":
                        line.sendall(b"451 4.3.0 not stored\r\n")
                    elif said.upper().startswith((b"EHLO", b"MAIL", b"RCPT", b"RSET", b"NOOP", b"QUIT")):
                        line.sendall(b"250 ok\r\n")


@pytest.mark.parametrize(
    ("stage", "line"),
    [
        ("_MAIL", "550 5.7.1 Sender not allowed"),
        ("_MAIL", "530 5.7.0 Authentication required"),
        ("_MAIL", "501 5.1.7 Bad sender address"),
        ("an_RCPT", "530 5.7.0 Must issue a STARTTLS command first"),
    ],
)
def test_what_is_wrong_with_us_stops_the_round(stage: str, line: str) -> None:
    """It would go the same way with everybody, so nobody is written down as refused."""
    with pytest.raises(Stop) as raised:
        deliver(Plan(answers=answers(**{stage: line})), "an")
    assert raised.value.code == 3
    assert line[:9] in raised.value.message


@pytest.mark.parametrize("greeting", ["554 No mail here", "521 not here"])
def test_a_server_that_wants_nothing_of_us_is_told(greeting: str) -> None:
    """Before any letter."""
    with pytest.raises(Stop, match="wil geen mail van deze computer"):
        deliver(Plan(greeting=greeting), "an")


def test_a_server_that_is_too_busy_to_talk_is_left_in_peace() -> None:
    """A quarter of an hour; and a day where it speaks of a limit."""
    assert deliver(Plan(greeting="421 4.3.2 busy"), "an")[0].pause == timedelta(minutes=15)
    assert deliver(Plan(greeting="421 4.7.28 unusual rate"), "an")[0].pause == timedelta(days=1)


def test_three_letters_in_a_row_that_may_not_start_are_enough() -> None:
    """The server is ill, and 400 questions more do not heal it."""
    ended = deliver(Plan(answers=answers(_MAIL="!451 4.3.0 Local error")), *"abc")
    assert [one.pause for one in ended] == [None, None, timedelta(minutes=15)]


def test_a_server_that_is_not_there_is_told() -> None:
    """With the host and the port to look after."""
    with mail_server() as (_plan, port):
        pass
    with pytest.raises(Stop, match=f"127.0.0.1 is niet bereikbaar op poort {port}"):
        Smtp(settings(port), SOON).deliver(letter("an"))


def test_a_slow_server_is_waited_for_and_one_that_never_answers_is_not() -> None:
    """Before the dot it is tried again; after it nobody knows."""
    assert deliver(Plan(slow=0.1), "an") == [SENT]
    with mail_server(Plan(slow=0.9)) as (_plan, port):
        ended = Smtp(settings(port), Timeouts(0.3, 0.3, 0.3)).deliver(letter("an"))
    assert ended == Outcome("wacht", "de verbinding met de mailserver viel weg")
    plan = Plan(answers=answers(an_END="stall"))
    with mail_server(plan) as (_plan, port), closing(Smtp(settings(port), Timeouts(2, 2, 0.3))) as box:
        assert box.deliver(letter("an")) == CUT


def test_an_idle_connection_that_was_closed_is_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a letter is trusted to it."""
    monkeypatch.setattr("outside.smtp.mailbox.IDLE", 0.0)
    with mail_server() as (plan, port):
        box = Smtp(settings(port), SOON)
        assert box.deliver(letter("an")) == SENT
        plan.hang_up()
        assert box.deliver(letter("bo")) == SENT
        box.close()
    assert (plan.sessions, plan.by_message_id()) == (2, {"<an@mail.example>": 1, "<bo@mail.example>": 1})


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The right one, in the environment."""
    monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", SECRET)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_line_is_encrypted_and_the_certificate_checked(
    tmp_path: Path, security: str, password: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against the system's store, in which SSL_CERT_FILE counts; a stranger's, an old one, another name: no."""
    good = make_certificate(tmp_path)
    for certificate, host, trusted in (
        (good, "localhost", True),
        (good, "localhost", False),
        (make_certificate(tmp_path, days=-1), "localhost", True),
        (make_certificate(tmp_path, "elders.example"), "localhost", True),
    ):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate if trusted else tmp_path / "none.pem"))
        with mail_server(certificate=certificate, tls=security == "tls", login=True) as (plan, port):
            box = Smtp(settings(port, host=host, security=security, username=USER), SOON)
            if certificate == good and trusted:
                assert box.deliver(letter("an")) == SENT
                box.close()
            else:
                with pytest.raises(Stop, match="certificaat"):
                    box.deliver(letter("an"))
                assert plan.commands == []


def test_a_server_without_encryption_gets_no_password(password: None) -> None:
    """Somebody between may have taken the offer of STARTTLS away."""
    with mail_server(login=True) as (plan, port), pytest.raises(Stop, match="geen beveiligde verbinding"):
        Smtp(settings(port, security="starttls", username=USER), SOON).deliver(letter("an"))
    assert plan.commands == []


def test_old_encryption_is_refused() -> None:
    """TLS 1.2 and later."""
    from outside.smtp.session import context

    assert context().minimum_version == ssl.TLSVersion.TLSv1_2
    assert context().check_hostname and context().verify_mode == ssl.CERT_REQUIRED


def test_in_the_open_only_to_this_very_machine() -> None:
    """Also where the settings were read by somebody else."""
    for host in ("mail.example", "192.0.2.1", "localhost.mail.example"):
        with pytest.raises(Stop, match="Zonder beveiliging"):
            Smtp(settings(25, host=host), SOON).deliver(letter("an"))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("", "gebruikersnaam of het wachtwoord klopt niet"),
        ("535 5.7.8 Username and Password not accepted: AGJ1dXJ0", "gebruikersnaam of het wachtwoord klopt niet"),
        ("534-5.7.9 Application-specific password required", "app-wachtwoord"),
        (
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [AM0PR01]",
            "niet inloggen met een wachtwoord",
        ),
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
            "niet inloggen met een wachtwoord",
        ),
        (
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated",
            "niet inloggen met een wachtwoord",
        ),
        ("535 5.7.3 Basic authentication is disabled", "niet inloggen met een wachtwoord"),
        (
            "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
            "gebruikersnaam of het wachtwoord klopt niet",
        ),
        ("535 5.7.3 Authentication unsuccessful", "gebruikersnaam of het wachtwoord klopt niet"),
    ],
)
def test_a_login_that_fails_tells_what_to_do_and_keeps_the_secret(
    answer: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the password nor the server's words stand in the message or in what lies behind it."""
    secret = "nietgoed-éé-" + os.urandom(4).hex()
    monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", secret)
    with mail_server(Plan(login=answer.replace("534-", "534 ")), login=True) as (_plan, port):
        box = Smtp(settings(port, username=USER), SOON)
        with pytest.raises(Stop, match=told) as raised:
            box.deliver(letter("an"))
    error: BaseException | None = raised.value
    while error is not None:
        assert secret not in repr(error) and "AGJ1" not in repr(error)
        error = error.__cause__
    assert secret not in repr(box)


def test_too_many_logins_ask_for_a_day_of_peace(password: None) -> None:
    """454 4.7.0 at Gmail; the same code for a passing fault asks for a quarter of an hour."""
    for words, rest in (
        ("Too many login attempts", timedelta(days=1)),
        ("Temporary authentication failure", timedelta(minutes=15)),
    ):
        with mail_server(Plan(login=f"454 4.7.0 {words}"), login=True) as (_plan, port):
            ended = Smtp(settings(port, username=USER), SOON).deliver(letter("an"))
        assert (ended.state, ended.pause) == ("wacht", rest)


def test_the_login_can_be_tried_alone(password: None) -> None:
    """For the doctor; nothing is sent."""
    with mail_server(login=True) as (plan, port):
        Smtp(settings(port, username=USER), SOON).try_out()
        assert plan.commands == ["AUTH"]
        with pytest.raises(Stop):
            Smtp(settings(port, username="ander@mail.example"), SOON).try_out()


def test_the_password_lies_in_the_environment_or_in_a_file_for_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spaces that Google shows in an app password are no part of it; spaces in others are."""
    monkeypatch.delenv("BUURTBEHEER_SMTP_PASSWORD", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    mine = settings(25, tmp_path, username=USER)
    assert find_password(mine, USER) == ""
    with pytest.raises(Stop, match="wachtwoord van het mailpostvak is er niet"):
        Smtp(mine, SOON).deliver(letter("an"))
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    file.write_text("abcd efgh ijkl mnop\r\n", encoding="utf-8-sig")
    file.chmod(0o600)
    assert find_password(mine, USER) == "abcdefghijklmnop"
    monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", "een paar woorden")
    assert find_password(mine, USER) == "een paar woorden"


def test_the_password_may_lie_in_the_systems_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real backend, chosen by keyring's own setting."""
    (tmp_path / "onze_sleutelbos.py").write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Bos(KeyringBackend):\n    priority = 1\n"
        "    def get_password(self, service, username): return f'{service}-{username}-geheim'\n"
        "    def set_password(self, service, username, password): ...\n"
        "    def delete_password(self, service, username): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("BUURTBEHEER_SMTP_PASSWORD", raising=False)
    import keyring
    from onze_sleutelbos import Bos

    before = keyring.get_keyring()
    keyring.set_keyring(Bos())
    try:
        assert find_password(settings(25, tmp_path), USER) == f"buurtbeheer-{USER}-geheim"
    finally:
        keyring.set_keyring(before)


def test_a_server_that_is_slow_with_every_letter_does_not_hold_the_register_for_days() -> None:
    """Between two letters, so that none becomes uncertain; the second certainly did not leave."""
    with mail_server(Plan()) as (plan, port), closing(Smtp(settings(port), Timeouts(5, 5, 5, letters=0.0))) as box:
        assert box.deliver(letter("an")) == SENT
        with pytest.raises(Stop, match="zo traag") as stopped:
            box.deliver(letter("bea"))
        assert stopped.value.code == 3
        assert len(plan.messages()) == 1
