"""`make signs` on a real file: each request once, whoever sends it, and what the row says of it."""

from __future__ import annotations

import email
from dataclasses import replace
from email.policy import SMTP
from importlib.util import find_spec
from pathlib import Path

import pytest

from outside.commands.sent import resolve_outbox, resolve_resend, resolve_sent
from outside.commands.signs import mail_requests
from outside.config.settings import Mail, Settings
from outside.errors import Stop
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Outcome
from roster.plan.delivery_status import State
from servers.smtp_server import Plan, answers, mail_server
from support.excel_person import rows_in, type_under
from support.ground import laid_out
from support.sweeps import sweep
from support.whole_round import TODAY, choices, lay_out, settings_of, sync

PLACES = ("52.9500, 4.7600", "52.9520, 4.7600")


@pytest.fixture
def ground(tmp_path: Path) -> Settings:
    """A register of a started group with one request, of an admin; numbered and marked by a first round."""

    def make(folder: Path) -> None:
        settings = lay_out(folder)
        asked = {"Groep": "Tuindorp", "Locatie 1": PLACES[0], "Locatie 2": PLACES[1], "Aangevraagd door": "Anna Bakker"}
        ask(settings, asked)
        sync(settings)

    return settings_of(laid_out("a request for signs", tmp_path, make))


def ask(settings: Settings, cells: dict[str, object], row: int = 2, tab: str = "Bordaanvragen") -> None:
    """Type in a row of the file."""
    type_under(settings.workbook.path, tab, row, cells)


def says(settings: Settings, heading: str = "Verstuurd", row: int = 2) -> str:
    rows = rows_in(settings.workbook.path, "Bordaanvragen")
    return str(rows[row - 1][rows[0].index(heading)] or "")


def mails(settings: Settings) -> dict[str, str]:
    """What lies ready about signs: to whom -> its plain text."""
    found = {}
    for path in sorted((settings.paths.out / "mail").glob("*signs*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=SMTP)
        body = message.get_body(("plain",))
        assert body is not None and (message["List-Unsubscribe"] is None) is ("kim@" in message["To"])
        found[str(message["To"])] = str(body.get_content())
    return found


def attached(settings: Settings) -> list[bytes]:
    """What goes along with the mails about signs that lie ready."""
    letters = [path.read_bytes() for path in (settings.paths.out / "mail").glob("*signs*.eml")]
    parts = [part for one in letters for part in email.message_from_bytes(one, policy=SMTP).iter_attachments()]
    assert {part.get_content_type() for part in parts} <= {"application/pdf"}
    return [part.get_content() for part in parts]


def test_a_request_goes_to_the_caretaker_and_a_copy_to_who_asked(ground: Settings) -> None:
    """Once, with the places as links; a second time does nothing, and a round after it is quiet."""
    page = ground.paths.out / "borden/B-0001/aanvraag.html"
    assert page.is_file() and says(ground, "Status") == "concept"
    assert mail_requests(ground, choices()) in (0, 1)
    found = mails(ground)
    assert sorted(found) == ["Anna Bakker <anna@mail.example>", "Kim de Wit <kim@mail.example>"]
    assert "Beste Kim de Wit," in found["Kim de Wit <kim@mail.example>"]
    assert "query=52.950000%2C4.760000" in found["Kim de Wit <kim@mail.example>"]
    pdf = page.with_suffix(".pdf")  # where it can be made, it goes along with both
    assert attached(ground) == ([pdf.read_bytes()] * 2 if find_spec("typst") else [])
    assert ("als pdf" in found["Kim de Wit <kim@mail.example>"]) is pdf.exists()
    assert "Beste Anna," in found["Anna Bakker <anna@mail.example>"] and says(ground).startswith("klaargezet")
    before = ground.workbook.path.read_bytes()
    assert mail_requests(ground, choices()) == 0 and ground.workbook.path.read_bytes() == before
    resolve_outbox(ground, choices())
    sync(ground)
    assert says(ground).startswith("verstuurd 31-3-2026 (B-0001, versie ") and not page.exists()
    sync(ground)
    assert says(ground, "Status") == "ingediend" and says(ground, "Meldingen") == ""
    assert mail_requests(ground, choices()) == 0 and mails(ground) == {}


def test_a_letter_that_lies_ready_is_made_anew_where_the_row_changed(ground: Settings) -> None:
    """One letter still, of today's places."""
    mail_requests(ground, choices())
    ask(ground, {"Locatie 2": "52.9530, 4.7600"})
    mail_requests(ground, choices())
    found = mails(ground)
    assert len(found) == 2 and all("52.953000" in text and "52.952000" not in text for text in found.values())
    assert says(ground).startswith("klaargezet")


def test_a_request_on_paper_is_written_down_once(ground: Settings) -> None:
    """Then nothing is mailed any more; once it changes, that is told until it is written down."""
    resolve_sent(ground, choices(), "b-0001")
    assert says(ground).startswith("met de hand 31-3-2026 (versie ")
    assert mail_requests(ground, choices()) == 0 and mails(ground) == {}
    with pytest.raises(Stop, match="niets te worden opgeschreven"):
        resolve_sent(ground, choices(), "B-0001")
    ask(ground, {"Omschrijving 1": "bij de brug"})
    sync(ground)
    assert "veranderd nadat ze verstuurd is" in says(ground, "Meldingen")
    assert mail_requests(ground, choices()) == 0
    resolve_sent(ground, choices(), "B-0001")
    sync(ground)
    assert says(ground, "Meldingen") == ""
    with pytest.raises(Stop, match="Bordaanvragen"):
        resolve_sent(ground, choices(), "B-0009")


def test_without_an_address_it_goes_by_hand(ground: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The row and the screen say so, with what to print and to type."""
    ask(ground, {"E-mail wijkconciërge": None}, tab="Gebieden")
    sync(ground)
    assert "geen e-mailadres van de wijkconciërge" in says(ground, "Meldingen")
    capsys.readouterr()
    assert mail_requests(ground, choices()) == 0 and mails(ground) == {}
    assert "make sent NR=B-0001" in capsys.readouterr().out


@pytest.mark.parametrize(
    "said",
    sweep(
        [
            "bezig sinds 31-3-2026 10:00",
            "met Kim besproken",
            "onzeker sinds 31-3-2026 (B-0001)",
            "verstuurd 1-3-2026 (B-0001)",
        ],
        quick=2,
    ),
)
def test_what_another_computer_or_a_person_wrote_is_believed(ground: Settings, said: str) -> None:
    """It left, or may have left: nothing goes, and the cell stays."""
    ask(ground, {"Verstuurd": said})
    assert mail_requests(ground, choices()) == 0
    assert mails(ground) == {} and says(ground) == said


def test_an_uncertain_letter_waits_for_a_person(ground: Settings) -> None:
    """As with welcomes: written down as arrived, or let go again; a lost cell is put back."""
    mail_requests(ground, choices())
    with Ledger.of(ground, TODAY) as ledger:
        [letter] = [one for one in ledger.messages.of_person("B-0001") if one.act == "signs"]
        ledger.messages.mark_due([letter.message_id])
        ledger.messages.book([], [letter], State.SENT)
        ledger.messages.book([(letter.message_id, Outcome(State.UNCERTAIN, "de ronde brak af"))])
    ask(ground, {"Verstuurd": None})
    assert mail_requests(ground, choices()) == 0
    sync(ground)
    assert says(ground).startswith("onzeker sinds 31-3-2026 (B-0001)")
    resolve_resend(ground, choices(), "B-0001")
    assert says(ground) == ""
    mail_requests(ground, choices())
    assert says(ground).startswith("klaargezet") and len(mails(ground)) == 2


def leaving(settings: Settings, port: int) -> Settings:
    """The same with a mailbox by which mail really leaves."""
    mail = Mail(
        transport="smtp", sender="Buurtwacht <buurt@mail.example>", host="127.0.0.1", port=port, security="none"
    )
    return replace(settings, mail=mail)


def test_a_request_really_leaves_once(ground: Settings) -> None:
    """By SMTP: to the caretaker and to who asked, and a second time nothing."""
    with mail_server() as (plan, port):
        mail_requests(leaving(ground, port), choices())
        mail_requests(leaving(ground, port), choices())
    assert [str(one["To"]) for one in plan.messages()] == [
        "Kim de Wit <kim@mail.example>",
        "Anna Bakker <anna@mail.example>",
    ]
    assert says(ground).startswith("verstuurd 31-3-2026 (B-0001, versie ")


@pytest.mark.parametrize(
    ("fault", "row", "again"),
    sweep(
        [
            (answers(kim_END="cut after"), "onzeker sinds 31-3-2026 (B-0001)", 0),
            (answers(kim_RCPT="550 5.1.1 No such user"), "geweigerd 31-3-2026 (B-0001)", 0),
            (answers(kim_RCPT="451 4.3.0 Try later"), "", 0),
            (answers(kim_END="cut"), "onzeker sinds 31-3-2026 (B-0001)", 0),
        ],
        quick=2,
    ),
)
def test_a_fault_of_the_mail_server_makes_no_second_letter(
    ground: Settings, fault: dict[tuple[str, str], list[str]], row: str, again: int
) -> None:
    """As on welcomes: what may have arrived waits for a person, a refused one for another address."""
    with mail_server(Plan(fault)) as (plan, port):
        home = leaving(ground, port)
        mail_requests(home, choices())
        assert says(ground).startswith(row) and (row != "" or says(ground) == "")
        assert not any("anna@" in str(one["To"]) for one in plan.messages()), "a copy of what did not go"
        before = sum("kim@" in str(one["To"]) for one in plan.messages())
        mail_requests(home, choices())
        assert sum("kim@" in str(one["To"]) for one in plan.messages()) == before + again
        if row.startswith("geweigerd"):
            ask(ground, {"E-mail wijkconciërge": "kim2@mail.example"}, tab="Gebieden")
            mail_requests(home, choices())
            assert says(ground).startswith("verstuurd") and "anna@" in str(plan.messages()[-1]["To"])


@pytest.mark.parametrize("state", ["verstuurd 1-3-2026 (B-0001)", "bezig sinds 31-3-2026 10:00 (B-0001)"])
def test_a_row_whose_number_was_typed_anew_asks_nobody_twice(ground: Settings, state: str) -> None:
    """What it says under its old Nr was about this very row, whichever computer wrote it."""
    ask(ground, {"Nr": "B-0007", "Verstuurd": state})
    mail_requests(ground, choices())
    sync(ground)
    assert mails(ground) == {} and says(ground) == state
    assert says(ground, "Status") == ("ingediend" if state.startswith("verstuurd") else "concept")


def test_numbers_that_changed_places_ask_nobody_twice(ground: Settings) -> None:
    """Of two rows, one that went and one that did not: only the other goes."""
    other = {"Groep": "Tuindorp", "Locatie 1": "52.9600, 4.7700", "Locatie 2": "52.9620, 4.7700"}
    ask(ground, {**other, "Nr": "B-0001"}, row=3)
    ask(ground, {"Nr": "B-0002", "Verstuurd": "verstuurd 1-3-2026 (B-0001)", "Besluit": "geplaatst"})
    mail_requests(ground, choices())
    assert all("52.960000" in text for text in mails(ground).values())
    sync(ground)
    assert says(ground, "Status") == "geplaatst" and says(ground).startswith("verstuurd 1-3")


def test_a_row_that_was_copied_goes_by_itself(ground: Settings) -> None:
    """Its mark names the row that it was copied from, which says so of itself."""
    told = "verstuurd 1-3-2026 (B-0001)"
    ask(ground, {"Verstuurd": told, "Besluit": "geplaatst"})
    other = {"Groep": "Tuindorp", "Locatie 1": "52.9600, 4.7700", "Locatie 2": "52.9620, 4.7700"}
    ask(ground, {**other, "Nr": "B-0002", "Verstuurd": told}, row=3)
    assert mail_requests(ground, choices()) in (0, 1)
    assert "Kim de Wit <kim@mail.example>" in mails(ground) and says(ground, row=3).startswith("klaargezet")


@pytest.mark.parametrize("number", ["B-0007", None])
def test_what_was_asked_is_known_where_neither_nr_nor_mark_is_left(ground: Settings, number: str | None) -> None:
    """As in an older copy of the register: by what it asks. A person may let it go again all the same."""
    with mail_server() as (plan, port):
        home = leaving(ground, port)
        mail_requests(home, choices())
        ask(home, {"Nr": number, "Verstuurd": None})
        for _round in range(2):  # the first gives a Nr where there is none
            sync(home)
            mail_requests(home, choices())
        about = [one for one in plan.messages() if "anvraag B-" in str(one["Subject"])]
        assert len(about) == 2, "once to the caretaker, and once to who asked"
        assert says(home).startswith("verstuurd 31-3-2026") and says(home, "Status") in ("concept", "ingediend")
        nr = says(home, "Nr")
        resolve_resend(home, choices(force=True), nr)
        mail_requests(home, choices())
        mail_requests(home, choices())
        assert sum("kim@" in str(one["To"]) for one in plan.messages()) == 2 and nr in says(home)


def test_another_request_of_the_same_group_is_another(ground: Settings) -> None:
    """Where the row of before was deleted, other places are asked for the first time."""
    with mail_server() as (plan, port):
        home = leaving(ground, port)
        mail_requests(home, choices())
        ask(home, {"Nr": None, "Verstuurd": None, "Locatie 2": "52.9530, 4.7600"})
        sync(home)
        mail_requests(home, choices())
        assert sum("kim@" in str(one["To"]) for one in plan.messages()) == 2
