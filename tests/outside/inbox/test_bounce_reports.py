"""What comes back to the mailbox is read for what it is: a report, a wish, an answer, or nothing to us."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest

from conftest import SCRIPTS
from outside.inbox.bounces import Bounce, may_tell, read_report
from outside.inbox.message import HEADER, LINE, LINES, PARTS, own_parts, read_message, within_bounds
from outside.inbox.unsubscribe import Answer, StopAsked
from support.came_back import MINE, TO, answer, dsn, receipt, robot

NO_SUCH = "het adres bestaat niet"
FULL = "het postvak is vol"
SPAM = "de mail is voor spam aangezien"
UNREACHED = "de mail kan daar niet worden bezorgd"
HERE = frozenset({TO})
EXIM = (
    "This message was created automatically by mail delivery software.\r\n\r\nA message that you sent could not be delivered to one or"
    " more of its recipients. This is a permanent error. The following address(es) failed:\r\n\r\n  an@mail.example\r\n"
)
ABSENT = "Ik ben met vakantie tot 5.4.26 en bel 550 niet. Stop met lezen."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (dsn("5.1.1", "550 5.1.1 User unknown"), NO_SUCH),
        (dsn("5.1.1", "550-5.1.1 The email account that you tried to reach does not exist"), NO_SUCH),
        (dsn("5.1.1", "550 5.1.1 User unknown", part="headers"), NO_SUCH),
        (dsn("5.1.1", "550 5.1.1 User unknown", kind="global-delivery-status"), NO_SUCH),
        (dsn("5.1.1", "550 5.1.1 User unknown", action="Failed"), NO_SUCH),
        (dsn("5.1.1", "550 5.1.1 User unknown", action=""), NO_SUCH),
        (
            dsn("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
            NO_SUCH,
        ),
        (dsn("5.2.2", "552 5.2.2 Mailbox full"), FULL),
        (dsn("5.0.0", "550 5.1.10 Null MX"), "wat achter het apenstaartje staat, bestaat niet of neemt geen mail aan"),
        (dsn("4.4.7", "x"), "de mail kan daar niet worden bezorgd"),
        (dsn("5.7.1", "554 5.7.1 spam content"), SPAM),
        (dsn("5.0.0", "550 no such user"), NO_SUCH),
        # of the recipient's mailbox, not of ours
        (dsn("5.0.0", "550 Mailbox quota exceeded, message not delivered"), FULL),
        (
            dsn("5.0.0", "550 5.3.4 Message exceeds size limit of 20 MB per message"),
            "de mail is te groot voor dit postvak",
        ),
        (dsn("5.0.0", "550 Message size exceeds the sending size limit"), "de mail is te groot voor dit postvak"),
        (dsn("5.0.0", "550 The mailbox has reached its limit; this mail was refused"), FULL),
        (dsn("5.0.0", "550 5.7.1 too many messages from this sender; rejected as spam"), SPAM),
        (dsn("5.7.28", "550 5.7.28 unusual rate of unsolicited mail from your IP address"), SPAM),
        (dsn("5.0.0", "550 User account is disabled"), "het postvak is niet in gebruik"),
    ],
)
def test_a_report_says_why_a_letter_came_back(data: bytes, reason: str) -> None:
    """In the words of the row; the more exact of its codes counts, and words where no code is exact."""
    found = read_report(data)
    assert found is not None and found.news == Bounce((MINE,), reason, recipients=HERE)


@pytest.mark.parametrize(
    ("status", "diagnosis"),
    [
        ("5.4.5", "550-5.4.5 Daily user sending limit exceeded"),
        ("5.0.0", "550 5.4.5 Daily sending quota exceeded"),
        (
            "5.1.90",
            "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
        ),
        ("5.7.233", "550 5.7.233 tenant exceeded its limit"),
        (
            "5.0.0",
            "x Domain mail.example has exceeded the max emails per hour (125/100 (125%)) allowed. Message discarded.",
        ),
        ("5.0.0", "550 You have reached a limit for sending mail. Your message was not sent."),
    ],
)
def test_the_limit_of_the_mailbox_that_sends_is_no_fault_of_the_address(status: str, diagnosis: str) -> None:
    """As Gmail, Exchange Online and cPanel say it."""
    found = read_report(dsn(status, diagnosis))
    assert found is not None and isinstance(found.news, Bounce) and found.news.limit


@pytest.mark.parametrize(
    ("data", "reason", "recipients"),
    [
        (robot("Hi. This is the qmail-send program.\r\n\r\n<an@mail.example>:\r\nRemote host said: 550 5.1.1 unknown user"), NO_SUCH, (TO,)),
        (robot("Sorry, no mailbox here by that name. (#5.1.1)"), NO_SUCH, ()),
        (robot("<an@mail.example>:\r\n554: delivery error: dd This user doesn't have an account"), "de ontvanger neemt deze mail niet aan", ()),
        (robot("Your message could not be delivered. Mailbox is full."), FULL, ()),
        (
            robot(f"{EXIM}    host mx [192.0.2.1]\r\n    SMTP error after RCPT TO:<an@mail.example>:\r\n    550 5.1.1 <an@mail.example>: User unknown",
                  head="Auto-Submitted: auto-replied\r\nX-Failed-Recipients: an@mail.example\r\n"),
            NO_SUCH, (TO,),
        ),
        (robot(EXIM, sender="Mail Delivery System <noreply@old.example>", head="X-Failed-Recipients: an@mail.example\r\n"), UNREACHED, (TO,)),
        (robot("Delivery to the following recipient failed:\r\n\r\n  an@mail.example\r\n\r\nno such user", sender="x@old.example"), NO_SUCH, (TO,)),
        (
            robot("550 5.1.1 nobody", copy=f"------ This is a copy of the message. ------\r\n\r\nTo: =?utf-8?q?An?=\r\n <An@Mail.example>\r\nMessage-ID: {MINE}\r\n"),
            NO_SUCH, (TO,),
        ),
        (robot("an@mail.example: 5.1.1 no such user", copy=f"Message-ID: {MINE}\r\n"), NO_SUCH, ()),
        (robot("Uw e-mail kon niet worden bezorgd: het adres bestaat niet."), NO_SUCH, ()),
        (robot("Helaas is uw e-mail niet afgeleverd aan onderstaande ontvanger. Het postvak van de ontvanger is vol."), FULL, ()),
        (robot("Diese E-Mail konnte nicht zugestellt werden:\r\n\r\nBenutzer unbekannt"), NO_SUCH, ()),
        (robot("De bezorging aan deze ontvanger is mislukt."), UNREACHED, ()),
        (robot("Delayed too long: 550 5.4.300 message expired"), UNREACHED, ()),
    ],
)  # fmt: skip  # whole letters of robots
def test_a_robot_that_says_itself_that_it_gave_up_is_believed(
    data: bytes, reason: str, recipients: tuple[str, ...]
) -> None:
    """Old servers have no report with fields; what they quote of our letter says nothing of the fault."""
    found = read_report(data)
    assert found is not None and found.news == Bounce((MINE,), reason, recipients=frozenset(recipients))


def test_a_report_in_no_words_that_we_know_is_for_a_person() -> None:
    """It is never left out in silence."""
    found = read_report(robot("Se on palautettu.", head="Date: Mon, 23 Nov 2026 12:00:00 +0000\r\n"))
    assert found is not None and isinstance(found.news, Bounce) and found.news.sent is not None
    assert found.news.unclear and found.news.message_ids == (MINE,)


@pytest.mark.parametrize("kind", ["delivery-status", "global-delivery-status"])
def test_fields_that_were_packed_are_unpacked(kind: str) -> None:
    fields = base64.encodebytes(f"{FIELDS}Action: failed\r\nStatus: 5.2.2\r\n".encode()).decode()
    whole = report("x", "@", more=COPY).replace(
        b"Content-Type: message/delivery-status\r\n\r\n@",
        (f"Content-Type: message/{kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{fields}").encode(),
    )
    found = read_report(whole)
    assert found is not None and found.news == Bounce((MINE,), FULL, recipients=HERE)


def test_messages_without_a_name_of_their_own_are_not_one() -> None:
    """Some write an empty Message-ID."""
    first, second = (
        read_report(answer(one, "", name="-").replace(b"Message-ID: <", b"Message-ID: <>\r\nX-Was: <"))
        for one in ("stop", "Afmelden D-0001")
    )
    assert first is not None and second is not None and first.digest != second.digest


def report(
    text: str, section: str, *, sender: str = "MAILER-DAEMON@mx.example", kind: str = "delivery-status", more: str = ""
) -> bytes:
    """A report of which the part with fields is given as it is."""
    return (
        f"From: {sender}\r\nSubject: Delivery Status Notification (Failure)\r\nMessage-ID: <r1@mx.example>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
        f"--b\r\nContent-Type: message/{kind}\r\n\r\n{section}\r\n{more}--b--\r\n"
    ).encode()


COPY = f"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: buurt@mail.example\r\nTo: An <{TO}>\r\nMessage-ID: {MINE}\r\n\r\nhallo\r\n"
GMAIL = (
    "Delivery to the following recipient failed permanently:\r\n\r\n     an@mail.example\r\n\r\nTechnical details of permanent failure:\r\n"
    "The error that the other server returned was:\r\n550 5.1.1 <an@mail.example>: Recipient address rejected: User unknown\r\n\r\n----- Original message -----\r\n"
)
FIELDS = "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; an@mail.example\r\n"


@pytest.mark.parametrize(
    ("data", "ids", "reason"),
    [
        (report(GMAIL, "", more=COPY), (MINE,), NO_SUCH),  # Gmail, "Send mail as": no field at all
        (report(GMAIL, "\r\n\r\n", more=COPY), (MINE,), NO_SUCH),
        (report(GMAIL, "Reporting-MTA: dns; mx.example\r\n"), (), NO_SUCH),
        (report("x", f"{FIELDS}Action: error\r\nStatus: 5.1.1\r\n", more=COPY), (MINE,), NO_SUCH),  # OpenSMTPD
        (report("x", f"{FIELDS}Action: error\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 552 5.2.2 full\r\n", more=COPY), (MINE,), FULL),
        (report("x", f"{FIELDS}Action: failed (user unknown)\r\nStatus: 5.1.1\r\n"), (), NO_SUCH),  # Mimecast: no copy
        (report(f"Your message to <{TO}> was automatically rejected:\r\nQuota exceeded", "Final-Recipient: rfc822; x\r\nDisposition: automatic-action/MDN-sent-automatically; deleted\r\n",
                kind="disposition-notification"), (), FULL),  # Dovecot
        (report("x", f"{FIELDS}Action: failed\r\nStatus: 5.1.1\r\n", sender="Mimecast <no-reply@mimecast.example>"), (), NO_SUCH),
    ],
)  # fmt: skip  # whole reports
def test_a_report_that_keeps_to_no_standard_is_one_all_the_same(data: bytes, ids: tuple[str, ...], reason: str) -> None:
    """Which address failed is found, and which letter where it is told; the headers alone say to read it."""
    assert may_tell(data.partition(b"\r\n\r\n")[0])
    found = read_report(data)
    assert found is not None and found.news == Bounce(ids, reason, recipients=HERE)


@pytest.mark.parametrize(
    "data",
    [
        report("x", f"{FIELDS}Action: delayed\r\nStatus: 4.4.1\r\n", more=COPY),
        report("550 5.1.1 unknown", f"{FIELDS}Action: relayed\r\nStatus: 2.0.0\r\n", more=COPY),
        answer("Re: Undelivered mail", "Wat moet ik met 550 5.1.1 User unknown?"),
        dsn("4.4.1", "still trying", action="delayed"),
        dsn("4.4.1", "still trying", action="delayed", head="X-Failed-Recipients: an@mail.example\r\n"),
        dsn("2.0.0", "250 ok", action="delivered"),
        dsn("2.0.0", "250 ok", action="relayed"),
        receipt(),
        robot("Your message was received.", sender="postmaster@mail.example").replace(b"failure notice", b"Thank you"),
        robot(
            "Warning: message 1abc delayed 24 hours. It has not yet been delivered. 451 4.7.1 come back in 540 seconds"
        ),
        robot("Uw e-mail is nog niet bezorgd. Wij proberen het nog 520 minuten."),
        robot("Diese E-Mail konnte noch nicht zugestellt werden. N\u00e4chster Versuch in 550 Minuten."),
        robot("Warning: your message could not be delivered for four hours. It will be retried."),
        robot("Message delayed: 451 4.4.1 timeout", head="X-Failed-Recipients: an@mail.example\r\n"),
        answer(
            "Automatisch antwoord: Welkom",
            ABSENT,
            more="Return-Path: <>\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n",
        ),
        answer("Automatisch antwoord: Welkom", ABSENT, more="X-Auto-Response-Suppress: All\r\nPrecedence: bulk\r\n"),
        answer("Re: Welkom", ABSENT, more="Auto-Submitted: auto-replied (vacation)\r\n"),
        answer("Re: Welkom", ABSENT, more="Precedence: bulk\r\nX-Autoreply: yes\r\n"),
        answer("Re: Welkom", "550 5.1.1 User unknown", more="Return-Path: <>\r\n"),
        answer("Out of office: Welkom", ABSENT),
        answer("Re: Welkom", "stop", more="Auto-Submitted: auto-replied\r\n"),
        answer("Re: Welkom", "stop", more="List-Id: <lijst.mail.example>\r\n"),
        b"",
        b"\xff\xfe\x00 no mail at all",
        b"Content-Type: multipart/report; boundary=\r\n\r\nx",
        b"From: =?bad?q?x\r\nContent-Type: text/plain; charset=nope\r\nSubject: stop\r\n\r\nx",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)),
    ],
)
def test_what_no_person_and_no_failure_wrote_says_nothing(data: bytes) -> None:
    """Holiday answers, receipts, delays and noise: an empty return path alone proves nothing."""
    found = read_report(data)
    assert found is None or isinstance(found.news, Answer)


@pytest.mark.parametrize(
    ("data", "news"),
    [
        (answer("Re: Welkom", "STOP!\n\n> Beste An"), StopAsked(TO, (MINE,))),
        (answer("Afmelden D-0001", "", name="-"), StopAsked(TO, nr="D-0001")),
        (
            answer(
                "Afmelden D-0001",
                "This message was automatically generated.",
                more="Auto-Submitted: auto-generated\r\n",
            ),
            StopAsked(TO, (MINE,), "D-0001"),
        ),
        (answer("Re: Welkom", "Ik stop het in mijn agenda, dank!"), Answer((MINE,))),
        (answer("Re: Welkom", "Dank u\n\n> stop"), Answer((MINE,))),
        (
            answer("Re: Welkom", "Wie is mijn beheerder?", name=f"<xyz@mail.example>\r\nReferences: {MINE}"),
            Answer(("<xyz@mail.example>", MINE)),
        ),
        (answer("Hoi", "gewone post", name="-"), None),
    ],
)
def test_what_a_person_wrote_is_a_wish_or_an_answer(data: bytes, news: object) -> None:
    """A mail that answers nothing, and asks nothing, is ordinary post."""
    found = read_report(data)
    assert (found.news if found else None) == news


@pytest.mark.parametrize(
    ("named", "known"),
    [
        ("An@Mail.example", {"an@mail.example"}),
        ("<an@mail.example>", {"an@mail.example"}),
        ("an+2Btuin@mail.example", {"an+2btuin@mail.example", "an+tuin@mail.example"}),
        ("an@xn--caf-dma.example", {"an@xn--caf-dma.example", "an@café.example"}),
        ("an@xn--.example", {"an@xn--.example"}),
        ("no address", set()),
    ],
)
def test_an_address_is_known_in_each_way_of_writing(named: str, known: set[str]) -> None:
    """As it went over the wire, and as the register has it."""
    found = read_report(dsn("5.1.1", "550 5.1.1 User unknown", to=named, part="none", head=f"In-Reply-To: {MINE}\r\n"))
    assert found is not None and found.news == Bounce((MINE,), NO_SUCH, recipients=frozenset(known))


@pytest.mark.parametrize(
    ("head", "telling"),
    [
        (b"Subject: =?utf-8?B?U3RvcCBhdWI=?=\r\n\r\n", True),
        (b"Subject: Afmelden D-0001\r\n\r\n", True),
        (b"Subject: Re: Welkom\r\nIn-Reply-To:\r\n <a.b.c@mail.example>\r\n\r\n", True),
        (b"Content-Type: multipart/report;\r\n\treport-type=delivery-status\r\n\r\n", True),
        (b"From: Postmaster <x@mail.example>\r\n\r\n", True),
        (b"X-Failed-Recipients: an@mail.example\r\n\r\n", True),
        (b"Content-Type: \xff; =?\r\nFrom: an@mail.example\r\nSubject: Welkom\r\n\r\n", False),
        (b"", False),
    ],
)
def test_the_headers_tell_whether_a_message_is_worth_reading(head: bytes, telling: bool) -> None:
    """The rest of the mailbox is not fetched."""
    assert may_tell(head) == telling


def test_only_so_much_of_a_message_is_read() -> None:
    """Lines, octets of a line and of a header, and parts: whoever writes more is read as far as the bound."""
    head = b"From: an@mail.example\nSubject: stop\n"
    assert within_bounds(head + b"\nhallo\n") == head + b"\nhallo\n"
    assert len(within_bounds(b"x\n" * 2 * LINES).splitlines()) == LINES
    assert max(map(len, within_bounds(b"x" * 100_000 + b"\ny").split(b"\n"))) == LINE + 1
    assert len(within_bounds(head + b"X: y\n" + b" z" * 50 + b"\n " * 100_000 + b"\nTo: b\n")) < HEADER + 500
    assert b"To: b" in within_bounds(head + b"X: y\n" + b"\t" * 900 + b"\n " * 9000 + b"\nTo: b\n")
    deep = head + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    assert len(list(own_parts(read_message(deep)))) <= PARTS + 1


MADE = """
import sys; sys.path[:0] = sys.argv[1:]
from support.came_back import dsn
from outside.inbox.bounces import may_tell, read_report
size = 500_000
for mark in ("x", "( ", "=?a?q?", "a@", "\\r\\n ", "\\r\\n\\r\\n", "on schreef\\r\\n", "<![", "<a.b.c@d>", "550 "):
    many = mark * (size // len(mark))
    for head in ("From", "Subject", "Content-Type", "References", "Authentication-Results"):
        made = f"{head}: {many}\\r\\nFrom: an@mail.example\\r\\nSubject: stop\\r\\n\\r\\nx".encode()
        read_report(made, "imap.gmail.com"), may_tell(made)
    read_report(dsn("5.1.1", f"550 {many}"))
    for kind in ("plain", "html"):
        read_report(f"From: an@mail.example\\r\\nSubject: x\\r\\nContent-Type: text/{kind}\\r\\n\\r\\n{many}".encode())
    read_report(f"From: MAILER-DAEMON@mx.example\\r\\nSubject: x\\r\\n\\r\\nIntended recipient: {many}".encode())
levels = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\\r\\n\\r\\n--b%d\\r\\n" % (n, n) for n in range(9000))
read_report(b"From: MAILER-DAEMON@mx.example\\r\\n" + levels)
"""


def test_no_message_can_be_made_that_takes_for_ever() -> None:
    """Some seventy of half a million octets, that took a minute and more each: now seconds together."""
    subprocess.run([sys.executable, "-c", MADE, str(SCRIPTS), str(SCRIPTS.parent / "tests")], check=True, timeout=120)
