"""A wish to be left alone is proven or asked about, kept, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path
from urllib.parse import unquote

import pytest

from outside.commands.bounces import process_messages
from outside.commands.no_mail import People, ask_about_wishes
from outside.inbox.bounces import may_tell
from outside.inbox.message import read_message, vouches
from outside.inbox.unsubscribe import asks_to_stop
from outside.ledger.ledger import Ledger
from outside.mail.compose import compose
from outside.mail.mailbox import Outcome
from roster.messages.audience import takes_mail_again, wants_no_mail
from roster.messages.welcome import plan_missed_marks, plan_welcome
from roster.plan.delivery_status import (
    keep_mail_again,
    keep_wish,
    mail_again_since,
    read_mark,
    with_mail_again,
    with_no_mail,
)
from roster.plan.history import History, Message
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Cell, Table
from support.announced import announced
from support.came_back import MINE, TO, answer
from support.json_register import HEADINGS
from support.ledgers import ledger_in
from support.small_round import NOW, SETTINGS, view_of
from support.sweeps import sweep

DAY = date(2026, 11, 23)
GMAIL, OTHER = "imap.gmail.com", "imap.post.example"
PASS = "Authentication-Results: mx.google.com;\r\n       dkim=pass header.i=@mail.example;\r\n       dmarc=pass (p=NONE) header.from=mail.example\r\n"
FAIL = PASS.replace("dmarc=pass", "dmarc=fail")
GOOGLES = "Received: from a.example (a.example [192.0.2.1])\r\n        by mx.google.com with ESMTPS id x1 for <buurt@mail.example>\r\n"
P3 = "p3@mail.example"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with a letter to D-0001 that left."""
    with ledger_in(tmp_path, DAY) as ledger:
        ledger.messages.book([], [announced(MINE, "D-0001", "welcome", "1", ledger.address_mark(TO))], "verstuurd")
        ledger.messages.book([(MINE, Outcome("verstuurd"))])
        yield ledger


def known(ledger: Ledger, **again: datetime) -> People:
    """Two members: An, who was mailed, and somebody who was not."""
    numbers = {ledger.address_mark(TO): ["D-0001"], ledger.address_mark(P3): ["D-0003"]}
    return People(numbers, {ledger.address_mark(P3): at for at in again.values()})


def stop(sender: str = P3, *, head: str = "", subject: str = "stop", name: str = "-", more: str = "") -> bytes:
    return head.encode() + answer(subject, "", sender, name=name, more=more)


@pytest.mark.parametrize(
    ("mail", "proven", "asked"),
    [
        (stop(head=FAIL), "", P3),
        (stop(), "", P3),
        (stop(head=PASS), P3, ""),
        (stop(head=PASS, sender="P3@Mail.example"), P3, ""),
        (stop(head=PASS.replace("header.from=mail.example", "header.from=evil.example")), "", P3),
        (stop(TO, name=MINE, subject="Re: Welkom", more="X: y\r\n"), "", ""),  # a subject and no text ask nothing
        (stop(TO, name=MINE), TO, ""),
        (stop(P3, name=MINE), "", P3),
        (stop("elders@mail.example", name=MINE), "", TO),
        (stop("elders@mail.example"), "", ""),
        (stop("elders@mail.example", subject="Afmelden D-0003"), "", P3),
        (stop("elders@mail.example", subject="Afmelden D-0003 aaaaaaaaaaaaaaaa"), "", P3),
        (stop(subject="unsubscribe", more="Auto-Submitted: auto-generated\r\nX-Apple-Unsubscribe: true\r\n"), "", P3),
        (stop(subject="unsubscribe", more="Auto-Submitted: auto-generated\r\n", name=MINE, sender=TO), TO, ""),
        (
            stop(subject="Onderwerp", more="X-Apple-Unsubscribe: true\r\nAuto-Submitted: auto-replied\r\n", head=PASS),
            P3,
            "",
        ),
    ],
)
def test_a_wish_acts_where_it_is_proven_and_is_asked_about_where_it_is_not(
    ledger: Ledger, mail: bytes, proven: str, asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One forged mail mutes nobody; the screen names who must be asked, until that is answered."""
    people = known(ledger)
    heard = process_messages([mail], ledger, people, GMAIL)
    assert ledger.replies.wishes().keys() == ({ledger.address_mark(proven)} if proven else set())
    assert ledger.replies.asked() == ([ledger.address_mark(asked)] if asked else [])
    assert (heard.opted_out, heard.asked) == (bool(proven), bool(asked))
    process_messages([mail], ledger, people, GMAIL)
    ask_about_wishes(ledger, people)
    shown = capsys.readouterr()
    assert bool(asked) == ("make no-mail NR=D-000" in shown.err)
    if proven:
        assert f"1 × wil geen mail meer: {'D-0001' if proven == TO else 'D-0003'}" in shown.out


def test_the_button_of_a_letter_acts_by_its_token_alone(ledger: Ledger) -> None:
    """From whatever address; the token is of one address, and no other ledger takes it."""
    send = replace(next(iter(plan_welcome(view_of(table("", "D-0001"), History())))), to_address=P3, person="D-0003")
    letter = compose(send, SETTINGS, NOW, token=ledger.leave_token(P3))
    leave = str(BytesParser(policy=SMTP).parsebytes(letter.data)["List-Unsubscribe"])
    subject = unquote(leave.partition("subject=")[2].rstrip("> "))
    assert subject == f"Afmelden D-0003 {ledger.leave_token(P3)}"
    assert ledger.leave_token(P3) == ledger.leave_token("P3@MAIL.example") != ledger.leave_token(TO)
    forged = stop("iemand@elders.example", subject=subject.replace("D-0003 ", "D-0001 "), head=FAIL)
    assert process_messages([forged], ledger, known(ledger)).opted_out == 1
    assert ledger.replies.wishes().keys() == {ledger.address_mark(P3)}


@pytest.mark.parametrize(
    "subject",
    [
        "[SPAM] {}", "*****SPAM***** {}", "[EXTERN] Fwd: {}", '"{}"', "{} - Verzonden vanaf mijn telefoon",
        "=?utf-8?q?[SPAM]_{}?=",
    ],
)  # fmt: skip  # what servers make of a subject
@pytest.mark.parametrize("blank", sweep([" ", "+", "_", "%20"]))
@pytest.mark.parametrize(
    "sender", sweep([P3, "Postmaster <postmaster@bakkerij.example>", "", "undisclosed:;"], quick=2)
)
def test_a_token_acts_wherever_it_stands_in_the_subject(ledger: Ledger, subject: str, blank: str, sender: str) -> None:
    asked = subject.format(f"Afmelden D-0003 {ledger.leave_token(P3)}".replace(" ", blank))
    mail = f"From: {sender}\r\nSubject: {asked}\r\nMessage-ID: <x@mail.example>\r\n\r\n".encode()
    assert may_tell(mail) and process_messages([mail], ledger, known(ledger)).opted_out == 1
    assert ledger.replies.wishes().keys() == {ledger.address_mark(P3)}


@pytest.mark.parametrize("subject", ["Automatisch antwoord: Afmelden D-0003 {}", "Over {}", "Afmelden D-0003 x{}"])
def test_a_token_without_its_words_asks_nothing(ledger: Ledger, subject: str) -> None:
    """Nor does an automatic answer to a mail that had it."""
    mail = stop("x@elders.example", subject=subject.format(ledger.leave_token(P3)))
    assert process_messages([mail], ledger, known(ledger)).opted_out == 0 and ledger.replies.asked() == []


EVIL = PASS.replace("header.from=mail.example", "header.from=evil.example")


@pytest.mark.parametrize(
    "sender",
    [
        "=?utf-8?q?p3=40mail=2Eexample?= <att@evil.example>",
        "=?utf-8?q?=3Cp3=40mail=2Eexample=3E?= <att@evil.example>",
        "p3=?utf-8?q?=40mail.example?= <att@evil.example>",
        "=?utf-8?q?p3=40mail=2Eexample=2C?= <att@evil.example>",
        "=?utf-8?q?p3=40mail=2Eexample=20=28?= <att@evil.example>",
        "=?utf-8?q?p3=40mail.example?=@evil.example",
        "att@evil.example (=?utf-8?q?=29_p3=40mail.example?=)",
        '"p3@mail.example x"@evil.example',
        "p3+40mail.example+2C@evil.example",
    ],
)
def test_a_name_that_looks_like_an_address_is_nobodys_address(ledger: Ledger, sender: str) -> None:
    """Of the provider's word and of whom it is about, one and the same address is read, and out of no encoded word."""
    mail = f"{EVIL}From: {sender}\r\nSubject: stop\r\n\r\n".encode()
    process_messages([mail], ledger, known(ledger), GMAIL)
    assert ledger.replies.wishes().keys() == set() and ledger.replies.asked() == []


@pytest.mark.parametrize("typed", ["p+33@mail.example", "p+2E3@mail.example", "p+40x@mail.example"])
def test_a_plus_in_an_address_stands_for_itself(ledger: Ledger, typed: str) -> None:
    """Only a report writes other marks by it."""
    people = People({ledger.address_mark(one): ["D-0003"] for one in ("p33@mail.example", "p.3@mail.example", "p@x")})
    assert process_messages([stop(typed, head=PASS)], ledger, people, GMAIL).strangers == 1
    assert ledger.replies.wishes().keys() == set()


@pytest.mark.parametrize(
    "name", ["=?iso-8859-1?Q?Andr=E9=2C_Piet?=", "=?utf-8?B?QW5kcsOpICh0aHVpcw==?=", '"Piet, An"', "Piet, An"]
)
def test_a_wish_is_heard_whatever_name_goes_with_it(ledger: Ledger, name: str) -> None:
    """With a comma or a bracket in it, encoded or not."""
    assert (
        process_messages(
            [stop(head=PASS).replace(b"An <", f"{name} <".encode(), 1)], ledger, known(ledger), GMAIL
        ).opted_out
        == 1
    )
    answered = stop(TO, name=MINE).replace(b"An <", f"{name} <".encode(), 1)
    assert process_messages([answered], ledger, known(ledger)).opted_out == 1


def test_a_wish_that_was_taken_back_is_not_heard_again_by_another_laptop(ledger: Ledger) -> None:
    """The row tells since when; a later wish counts."""
    since = datetime(2026, 11, 23, 12, 0)
    old, new = (f"Date: {day} Nov 2026 12:00:00 +0000\r\n" for day in ("Sun, 22", "Tue, 24"))
    people = known(ledger, p3=since)
    assert process_messages([stop(head=PASS, more=old)], ledger, people, GMAIL).opted_out == 0
    assert process_messages([stop(head=PASS, more=old, subject="Stop.")], ledger, people, GMAIL).asked == 0
    assert process_messages([stop(head=PASS, more=new, subject="Stop!")], ledger, people, GMAIL).opted_out == 1


def test_a_question_goes_once_it_is_answered(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    """With yes, with no, or by a later wish that proves itself."""
    people, mark = known(ledger), ledger.address_mark(P3)
    for answered in (ledger.replies.do_not_mail, ledger.replies.mail_again):
        ledger.replies.process_asked("a", [mark])
        answered([mark])
        assert ledger.replies.asked() == []
    ledger.replies.process_asked("b", [mark])
    process_messages([stop(head=PASS)], ledger, people, GMAIL)
    ask_about_wishes(ledger, people)
    assert "make no-mail" not in capsys.readouterr().err and ledger.replies.wishes().keys() == {mark}


HEAD = b"From: An <p3@mail.example>\r\nSubject: stop\r\n\r\n"


@pytest.mark.parametrize(
    ("host", "head", "vouched"),
    [
        (GMAIL, PASS, True),
        ("imap.googlemail.com", GOOGLES + PASS, True),
        (
            GMAIL,
            f"Delivered-To: b@mail.example\r\nReceived: by 2002:a05:6a1:1 with SMTP id q;\r\nReturn-Path: <p3@mail.example>\r\n{GOOGLES}{PASS}",
            True,
        ),
        (OTHER, PASS.replace("mx.google.com", "mx1.post.example"), True),
        (OTHER, PASS.replace("mx.google.com", "mx1.post.example 1"), True),
        ("imap.post.co.uk", PASS.replace("mx.google.com", "mx.other.co.uk"), False),
        ("imap.post.co.uk", PASS.replace("mx.google.com", "mx.post.co.uk"), True),
        (GMAIL, "", False),
        (GMAIL, FAIL, False),
        (GMAIL, FAIL + PASS, False),
        (GMAIL, GOOGLES + FAIL + PASS, False),
        (GMAIL, "Received: from x by mx.evil.example with SMTP\r\n" + PASS, False),
        (GMAIL, "Received: from x (by mx.google.com with SMTP) by mx.evil.example\r\n" + PASS, False),
        (
            OTHER,
            "Received: from x by mx1.post.example with SMTP\r\n" + PASS.replace("mx.google.com", "mx1.post.example"),
            False,
        ),
        (OTHER, PASS, False),
        (GMAIL, PASS.replace("mx.google.com", "mx.google.com.evil.example"), False),
        (GMAIL, PASS.replace("mx.google.com", "evilgoogle.com"), False),
        ("127.0.0.1", PASS.replace("mx.google.com", "0.1"), False),
        (GMAIL, "DKIM-Signature: v=1\r\n" + PASS, False),
        (GMAIL, "From: p3@mail.example\r\n" + PASS, False),
        (GMAIL, "Authentication-Results: mx.google.com; dmarc=fail (dmarc=pass header.from=mail.example)\r\n", False),
        (
            GMAIL,
            'Authentication-Results: mx.google.com; spf=pass reason="; dmarc=pass header.from=mail.example"\r\n',
            False,
        ),
        (GMAIL, "Authentication-Results: mx.google.com; dmarc=fail; dmarc=pass header.from=mail.example\r\n", False),
        (GMAIL, "Authentication-Results: mx.google.com; dmarc=pass header.from=notmail.example\r\n", False),
        (GMAIL, "Authentication-Results: mx.google.com; dmarc=pass\r\n", False),
        (GMAIL, "Authentication-Results: mx.google.com; dkim=pass header.i=@mail.example; spf=pass\r\n", False),
    ],
)
def test_only_our_own_providers_word_at_the_top_vouches(host: str, head: str, vouched: bool) -> None:
    """RFC 8601: each server puts its headers above those that it was given."""
    assert vouches(message_from_bytes(head.encode() + HEAD), host) is vouched


@pytest.mark.parametrize(
    "sender",
    [
        "<p3@mail.example>, <x@evil.example>",
        '"p3@mail.example" <x@evil.example>',
        "",
        "p3@mail.example\r\nFrom: x@evil.example",
    ],
)
def test_a_from_that_can_be_read_in_two_ways_is_not_vouched_for(sender: str) -> None:
    assert not vouches(message_from_bytes(f"{PASS}From: {sender}\r\n\r\n".encode()), GMAIL)


@pytest.mark.parametrize(
    ("head", "asks"),
    [
        ("X-Apple-Unsubscribe: true\r\nSubject: iets\r\n", True),
        ("X-Apple-Unsubscribe: false\r\nSubject: iets\r\n", False),
        ("Auto-Submitted: auto-generated\r\nSubject: Unsubscribe\r\n", True),
        ("Auto-Submitted: auto-generated\r\nSubject: Uw afspraak\r\n", False),
    ],
)
def test_a_robot_that_presses_the_button_for_its_owner_asks(head: str, asks: bool) -> None:
    assert asks_to_stop(read_message(f"From: {P3}\r\n{head}\r\n".encode())) is asks


AGAIN = "wil weer mail sinds 23-11-2026 12:00"
HISTORY = History(salt=b"salt")
WHO, WHERE = HISTORY.identity("+31620000001"), HISTORY.address_mark("persoon1@mail.example")


def table(welkom: Cell, nr: str) -> Table:
    row: list[Cell] = [nr, "Persoon 1", "+31620000001", "persoon1@mail.example", "actief", welkom]
    columns = {heading: position for position, heading in enumerate(HEADINGS)}
    return Table("Deelnemers", "Deelnemers", columns, [row], 2, DEELNEMERS.own)


def letter(who: str = WHO, where: str = WHERE) -> Message:
    return Message("D-0001", "welcome", "1", "verstuurd", DAY, (who,), where)


@pytest.mark.parametrize(
    ("welkom", "history", "alone"),
    [
        ("verstuurd 1-1-2026 (versie 1); wil geen mail", {}, True),
        ("Wil geen mail ", {}, True),
        ("wil geen mail", {"deliveries": [letter()]}, True),
        ("wil geen mail", {"deliveries": [letter(who="x")]}, True),
        ("wil geen mail", {"deliveries": [letter("x", "y")]}, False),  # somebody typed another person over
        ("verstuurd 1-1-2026 (versie 1)", {}, False),
        ("", {"do_not_mail_digests": frozenset({WHERE})}, True),
        (f"verstuurd 1-1-2026 (versie 1); {AGAIN}", {"do_not_mail_digests": frozenset({WHERE})}, False),
        (
            AGAIN,
            {"do_not_mail_digests": frozenset({WHERE}), "do_not_mail_since": {WHERE: datetime(2026, 11, 23, 11, 0)}},
            False,
        ),
        (
            AGAIN,
            {"do_not_mail_digests": frozenset({WHERE}), "do_not_mail_since": {WHERE: datetime(2026, 11, 23, 12, 1)}},
            True,
        ),
    ],
)
def test_what_the_row_says_of_a_wish_counts_with_whatever_ledger(
    welkom: str, history: dict[str, object], alone: bool
) -> None:
    """Lost, or another laptop's; and no round plans to take the mark away."""
    view = view_of(table(welkom, "D-0001"), replace(HISTORY, **history))  # type: ignore[arg-type]  # a test's own fields
    member = view.roster.members[0]
    member.welcome_says_no_mail, member.mail_again = "geen mail" in welkom.casefold(), mail_again_since(welkom)
    assert wants_no_mail(member, view) is alone
    assert takes_mail_again(member, view) is (not alone and bool(view.history.do_not_mail_digests))
    if alone:
        assert all(
            str(step.value).endswith("; wil geen mail") or step.value == "wil geen mail"
            for step in plan_missed_marks(view)
        )
        assert list(plan_welcome(view)) == []


@pytest.mark.parametrize("nr", ["D-0007", ""])
def test_a_copied_row_does_not_carry_the_wish_of_the_original(nr: str) -> None:
    """Its Nr is another's, or was wiped."""
    history = replace(
        HISTORY, deliveries=[letter()._replace(person="D-0007", identities=("x",), address_mark="y")], highest={"D": 7}
    )
    view = view_of(table("verstuurd 1-1-2026 (versie 1); wil geen mail", nr), history)
    member = view.roster.members[0]
    member.welcome_says_no_mail = True
    if nr:
        member.nr = "D-0008"
    assert not wants_no_mail(member, view)
    assert [step.value for step in plan_missed_marks(view)] in ([], ["verstuurd 1-1-2026 (versie 1)"])


def test_the_wish_of_who_stood_in_a_row_before_goes_when_another_is_typed_over() -> None:
    """Else the next round would take it for his."""
    view = view_of(
        table("verstuurd 1-1-2026 (versie 1); wil geen mail", "D-0001"), replace(HISTORY, deliveries=[letter("x", "y")])
    )
    view.roster.members[0].welcome_says_no_mail = True
    view = replace(
        view, terms=replace(view.terms, network=replace(view.terms.network, regiegroep_number=""))
    )  # the welcome waits
    assert [step.value for step in plan_missed_marks(view)] == ["verstuurd 1-1-2026 (versie 1)"]


def test_the_mark_stays_behind_what_else_the_cell_says() -> None:
    """And it reads back as what was written."""
    at = datetime(2026, 3, 5, 8, 5)
    sent = "verstuurd 1-1-2026 (versie 1)"
    assert with_mail_again(f"{sent}; wil geen mail", at) == f"{sent}; wil weer mail sinds 5-3-2026 08:05"
    assert (
        mail_again_since(with_mail_again("", at)) == at
        and mail_again_since("wil weer mail sinds 31-2-2026 08:05") is None
    )
    assert with_no_mail(with_mail_again(sent, at)) == f"{sent}; wil geen mail"
    assert read_mark(with_mail_again(sent, at)) == read_mark(sent)
    assert keep_wish(f"{sent}; wil geen mail", "") == "wil geen mail" and keep_wish(sent, "x") == "x"
    assert keep_mail_again(f"x; {AGAIN}", sent) == f"{sent}; {AGAIN}" and keep_mail_again("wil geen mail", sent) == sent


def test_a_ledger_remembers_a_wish_until_it_is_taken_back(ledger: Ledger) -> None:
    mark = ledger.address_mark(P3)
    ledger.replies.do_not_mail([ledger.address_mark(P3)])
    assert ledger.history().do_not_mail_digests == {mark}
    assert datetime.now() - ledger.history().do_not_mail_since[mark] < timedelta(hours=1)
    ledger.replies.mail_again([mark])
    assert ledger.replies.wishes().keys() == set() and ledger.history().do_not_mail_since == {}
