"""What people answer: who asks for no more mail, and who only uses those words."""

from __future__ import annotations

from email import message_from_string
from email.message import EmailMessage
from email.policy import default

import pytest

from outside.inbox.unsubscribe import asks_to_stop

WISHES = [
    # Dutch
    "stop", "STOP!", '"stop"', "“Stop”", "*stop*", "_stop_", "stop…", "Stop 👍", "Stop\N{NO-BREAK SPACE}", "S\N{SOFT HYPHEN}top",
    "  stop  ", "Stop aub", "Stop a.u.b.", "stop svp", "Stop s.v.p.", "STOP graag", "Stop, bedankt", "Stop hiermee", "Stop met mailen",
    "Stop met de mails", "Graag stoppen", "Ik wil stoppen", "Ik wil stoppen met de mails", "Wilt u stoppen met mailen?",
    "afmelden", "Graag afmelden", "Afmelden graag.", "Wil me afmelden", "Ik wil me graag afmelden", "Ik zou me graag willen afmelden",
    "Kunt u mij afmelden?", "Ik meld me af", "Hierbij meld ik mij af", "Meld me af", "Meld mij svp af", "Graag afmelden voor de nieuwsbrief",
    "uitschrijven.", "Schrijf me uit", "Schrijf mij uit", "Ik wil me uitschrijven",
    "Geen mail", "Geen mail meer", "geen mails meer aub", "Geen e-mail meer", "Geen mail meer sturen", "Ik wil geen mail meer",
    "Ik wil geen mail meer ontvangen", "Ik wil geen e-mails ontvangen", "Stuur mij geen mail meer", "Stuur me geen berichten meer a.u.b.",
    "Haal mij van de lijst", "Verwijder mij uit de mailinglijst",
    # English
    "unsubscribe", "Unsubscribe me", "please unsubscribe", "opt-out", "opt out", "remove me", "Please remove me",
    "Take me off your mailing list", "Stop please", "Please stop", "stop mailing me", "Stop sending me emails", "no more mail",
    "No more emails please", "Could you please remove me from this list?",
    # with something around it
    "Hallo,\n\nstop\n\nGroet Jan", "Beste Jan,\nGraag geen mail meer.\nAn", "Hallo Jan, graag afmelden", "Dag\nstop", "Goedemorgen allemaal!\n\nStop",
    "Graag afmelden. Ik ga verhuizen.", "Ik wil geen mail meer. Groeten, An", "Stop\n\nVerzonden vanaf mijn telefoon",
    "Stop\n\nOp wo 25 nov. 2026 om 10:00 schreef Buurt <buurt@mail.example>:\n> Welkom", "> Beste An\n> welkom\n\nstop",
    "Op wo 25 nov. 2026 om 10:00 schreef Buurt\n<buurt@mail.example>:\n\n> Welkom\n\nGraag afmelden",
]  # fmt: skip  # a list of what people write

NO_WISHES = [
    "", "Dank je wel!", "Stop de dieven", "Stop! Houd de dief!", "De dief riep: stop", "Ik stop de sticker op het raam",
    "Ik stop het in mijn agenda, dank!", "Kan ik stoppen met de groep als ik verhuis?", "Kan ik in de straat stoppen?",
    "Ik wil weten waar ik kan stoppen", "Ik wil niet stoppen", "Don't stop", "You can't stop us", "Stopcontact", "Leuk!\n\nstop", "Stop 112",
    "Ik wil stoppen als beheerder van de groep", "Geen mail ontvangen", "Ik heb geen mail meer ontvangen", "Schrijf mij in", "Meld mij aan",
    "Verwijder mij niet", "Remove the second number", "Afmelden bij de politie hoeft toch niet?",
    # quoted only
    "> stop", ">stop\n\nDank voor de mail!", " > stop\nBedankt", "| stop", "Op wo schreef Buurt:\n> stop\n",
    "Op wo 25 nov. 2026 om 10:00 schreef Buurt\n<buurt@mail.example>:\n\nstop", "On Wed, Nov 25, 2026 Buurt <buurt@mail.example> wrote:\nstop",
    "Op 25 nov. 2026 om 10:00 heeft Buurt <buurt@mail.example> het volgende geschreven:\n\nstop",
    "Dank je!\n\n-----Oorspronkelijk bericht-----\nVan: Buurt\nstop", "----- Original Message -----\nstop",
    "________________________________\nVan: Buurt\nstop", "*Van:* Buurt\n*Onderwerp:* Welkom\n\nstop", "Van: Buurt\nVerzonden: gisteren\n\nstop",
]  # fmt: skip  # likewise

PAGES = {
    "<p>Stop</p>": True,
    "<p>Stop&nbsp;</p>": True,
    "<div><span>St</span><b>op</b></div>": True,
    "<p>Graag\n  afmelden</p>": True,
    "<!-- x --><div>Hallo,</div><div><br></div><div>afmelden</div>": True,
    "<html><head><title>x</title><style>p{color:red}</style></head><body><div>Stop</div></body></html>": True,
    "<body>\n<style>\n<!-- p.Mso {margin:0} -->\n</style><p class=Mso>Stop<o:p></o:p></p>": True,
    '<div dir="ltr">stop</div><br><div class="gmail_quote">Op wo schreef Buurt:<br><blockquote>Welkom</blockquote></div>': True,
    '<div>Op wo 25 nov schreef Buurt:</div><blockquote type="cite">Welkom</blockquote><div>stop</div>': True,
    "<blockquote>Stop</blockquote><p>Dank je wel</p>": False,
    '<blockquote type="cite">nu <blockquote>ja</blockquote> stop</blockquote>': False,
    '<div class="gmail_quote gmail_quote_container"><div>a</div>stop</div>': False,
    '<div class="moz-cite-prefix">Op wo schreef Buurt:</div><blockquote>stop</blockquote>': False,
    '<div><br></div><hr><div id="divRplyFwdMsg"><b>Van:</b> Buurt</div><div>stop</div>': False,
    "<div><b>Van:</b> Buurt<br><b>Onderwerp:</b> Welkom</div><p>stop</p>": False,
    "<script>stop</script>": False,
    "<![if !supportLists]>stop de dieven": False,
}


def letter(text: str, subject: str = "Re: Welkom", kind: str = "plain") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "An <an@mail.example>", subject
    message.set_content(text, subtype=kind)
    return message


@pytest.mark.parametrize("text", WISHES)
def test_a_wish_for_no_more_mail_is_understood(text: str) -> None:
    """However polite, and whatever stands around it."""
    assert asks_to_stop(letter(text))


@pytest.mark.parametrize("text", NO_WISHES)
def test_other_words_are_no_wish(text: str) -> None:
    """Nobody is left alone for ever who did not ask for that."""
    assert not asks_to_stop(letter(text))


@pytest.mark.parametrize("page", PAGES)
def test_only_what_a_page_shows_and_its_writer_typed_counts(page: str) -> None:
    """Styles and titles are not shown, and quoted text is ours."""
    assert asks_to_stop(letter(page, kind="html")) == PAGES[page]


@pytest.mark.parametrize(
    ("subject", "wish"),
    [
        *(
            (one, True)
            for one in (
                "stop",
                "Re: STOP!",
                "AW: Stop",
                "Antw: Graag afmelden",
                "Afmelden D-0002",
                "RE: afmelden d-0002-2",
                "Stop mail",
            )
        ),
        *(
            (one, False)
            for one in (
                "Welkom",
                "Stop de dieven",
                "Automatisch antwoord: stop",
                "Afmelden D-0002 en D-0003",
                "Geen mail ontvangen",
            )
        ),
    ],
)
def test_a_subject_alone_can_ask(subject: str, wish: bool) -> None:
    """A mail program's own button sends nothing else."""
    assert asks_to_stop(letter("", subject)) == wish


def test_the_page_is_read_where_the_plain_part_is_empty() -> None:
    """Some telephones leave it so."""
    message = letter("\n")
    message.add_alternative("<p>Stop</p>", subtype="html")
    assert asks_to_stop(message)


def test_a_charset_that_nobody_knows_is_no_obstacle() -> None:
    """Plain words are the same in every charset."""
    message = message_from_string(
        "From: an@mail.example\nContent-Type: text/plain; charset=nope\n\nstop\n", policy=default
    )
    assert isinstance(message, EmailMessage) and asks_to_stop(message)
