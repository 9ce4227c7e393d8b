"""`make relay`: news to paste and to mail, once to each admin, and only what residents can act on now."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from outside.commands.relay import NEWS_PAGE, pass_on
from outside.commands.sent import resolve_resend, resolve_sent
from outside.config.settings import Mail, Settings
from outside.errors import Stop
from outside.google.client import Calls
from outside.ledger.ledger import Ledger
from outside.run.overview import OVERVIEW
from servers.sheets_server import SheetsServer
from servers.sheets_server.fixture import sheets
from servers.smtp_server import Plan, answers, mail_server
from support.asked_round import at_the_keyboard
from support.google_matrix import column as google_column
from support.google_matrix import sync as sync_google
from support.google_matrix import two
from support.google_register import HURRIED
from support.ground import laid_out, register_at
from support.kill import Running, begun
from support.pressed import SCRIPTS, press
from support.sheet_notation import register
from support.whole_round import TODAY, choices, column, settings_of, sync

__all__ = ["sheets"]  # a fixture is found by its name in this module

NEWS = "Babbeltruc in de Kerkstraat.\nTwee mannen met een blauwe jas bellen aan."
HARD = 'In de "Molenlaan" & \'t Zand:\n\n  twee <b>mannen</b>,  *samen* 👮‍♂️ ❤️\n- $HOME `id` $(id) 100% ~ # a+b é'
GROEPEN = """
    Groep    | Gebied  | Aangemeld op | Gestart op
    Tuindorp | Centrum | 1-2-2025     | 1-3-2025
    Duinrand | Kust    | 1-2-2025     | 1-3-2025
    Nieuw    | Polder  | 1-2-2026     |
"""
STRATEN = """
    Straat      | Plaats     | Groep
    Kerkstraat  | Den Helder | Tuindorp
    Duinweg     | Den Helder | Duinrand
    Polderweg   | Den Helder | Nieuw
"""
GEBIEDEN = """
    Gebied  | Plaats
    Centrum | Den Helder
    Kust    | Den Helder
    Polder  | Den Helder
"""
PEOPLE = """
    Voornaam | E-mail            | Rol       | Groep    | Straat     | Taal
    Anna     | anna@mail.example | beheerder | Tuindorp | Kerkstraat |
    Bas      | bas@mail.example  | beheerder | Tuindorp | Kerkstraat | en
    Cees     |                   | beheerder | Duinrand | Duinweg    |
    Dora     | dora@mail.example | beheerder | Duinrand | Duinweg    |
    Evi      | evi@mail.example  |           | Duinrand | Duinweg    |
"""


def _lay_out(folder: Path) -> None:
    from roster.sheet.columns import TAB

    tables = register(PEOPLE, GROEPEN, STRATEN, GEBIEDEN, staff="")
    rows = {
        name: [[table.cell(index, heading) for heading in TAB[name].headings] for index in range(len(table.rows))]
        for name, table in tables.items()
        if name != "Beheerders"
    }
    register_at(folder / "register.xlsx", rows)
    sync(settings_of(folder))
    for letter in (folder / "out" / "mail").iterdir():
        letter.unlink()


@pytest.fixture
def ground(tmp_path: Path) -> Settings:
    """Three areas, one of which has no group that started, and four admins of whom one has no address."""
    return settings_of(laid_out("relay", tmp_path / "home", _lay_out))


def by_smtp(settings: Settings, port: int, **more: Any) -> Settings:
    mail = Mail(transport="smtp", sender="Buurt <buurt@mail.example>", host="127.0.0.1", port=port, security="none")
    return replace(settings, mail=replace(mail, **more))


def texts(settings: Settings) -> list[tuple[str, str]]:
    """The texts on the page, and what their links to WhatsApp bring along."""
    page = (settings.paths.out / NEWS_PAGE).read_text(encoding="utf-8")
    shown = [unescape(text) for text in re.findall(r'<div class="words"[^>]*>(.*?)</div>', page, re.DOTALL)]
    links = [unescape(link) for link in re.findall(r'href="(https://wa\.me[^"]*)"', page)]
    assert all(urlsplit(link)[1:3] == ("wa.me", "/") for link in links)
    return list(zip(shown, [parse_qs(urlsplit(link).query)["text"][0] for link in links], strict=True))


def mailed(settings: Settings) -> list[str]:
    return sorted(path.name.rpartition("-")[0] for path in (settings.paths.out / "mail").glob("*relay*.eml"))


@pytest.mark.parametrize("news", [NEWS, HARD])
def test_three_texts_lie_ready_and_their_links_say_the_same(ground: Settings, news: str) -> None:
    assert pass_on(ground, choices(), news, "", by_mail=False) == 0
    found = texts(ground)
    assert len(found) == 3 and all(shown == linked for shown, linked in found)
    for shown, _linked in found:
        assert all(" ".join(line.split()) in shown for line in news.splitlines()), shown
        assert "112" in shown and "Den Helder" not in shown.replace("BuurtPreventieApp Den Helder", "")
    page = (ground.paths.out / NEWS_PAGE).read_text(encoding="utf-8")
    assert "naar één groep tegelijk" in page and "<li>☐ Duinrand</li>" in page and "Nieuw<" not in page
    assert not re.findall(r'(?:src|href)="(?!https://wa\.me/\?text=)', page), "it fetches nothing"
    assert mailed(ground) == []


def test_an_area_has_its_own_texts_and_admins(ground: Settings) -> None:
    assert pass_on(ground, choices(), NEWS, " kust ", by_mail=True) in (0, 1)
    assert mailed(ground) == ["D-0004-relay"]
    assert all("Kust" in shown for shown, _linked in texts(ground))
    assert "Tuindorp" not in (ground.paths.out / NEWS_PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "area", "told", "remedy"),
    [
        ("", "", "nog niet wat er aan de hand is", "make relay TEXT="),
        ("…", "", "nog niet wat er aan de hand is", "make relay TEXT="),
        (" \n\t", "", "nog niet wat er aan de hand is", "make relay TEXT="),
        (NEWS, "Centrm", "Gebied Centrm bestaat niet", 'AREA="Centrum"'),
        (NEWS, "Timboektoe", "Gebied Timboektoe bestaat niet", "tabblad Gebieden"),
        (NEWS, "Polder", "in gebied Polder nog geen groep gestart", "tabblad Groepen"),
    ],
)
def test_what_cannot_be_passed_on_is_told_and_nothing_is_made(
    ground: Settings, text: str, area: str, told: str, remedy: str
) -> None:
    with pytest.raises(Stop, match=told) as caught:
        pass_on(ground, choices(), text, area, by_mail=True)
    assert remedy in caught.value.remedy and not (ground.paths.out / NEWS_PAGE).exists() and mailed(ground) == []


@pytest.mark.parametrize(
    ("news", "answers", "asked", "made"),
    [
        (NEWS, ("n",), ("nu iets mee?",), False),
        (NEWS, ("j",), ("nu iets mee?",), True),
        (f"{NEWS} Bel 06-12345678", ("j", "n"), ("een telefoonnummer", "toch zo"), False),
        (f"{NEWS} Auto: 12-ABC-3", ("j", "j"), ("een kenteken", "toch zo"), True),
        (NEWS * 20, ("j", "n"), ("tekens. Meer dan 700", "toch zo"), False),
        (f"{NEWS} Bel 112, 0900-8844 of 06 23456789", ("j",), ("nu iets mee?",), True),
    ],
)
def test_it_is_asked_whether_residents_can_act_on_it(
    ground: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    news: str, answers: tuple[str, ...], asked: tuple[str, ...], made: bool,
) -> None:  # fmt: skip
    screen = at_the_keyboard(monkeypatch, *answers)
    assert pass_on(ground, replace(choices(), yes=False), news, "", by_mail=False) == 0
    told = capsys.readouterr().out
    assert "Bel altijd eerst 112" in told and "collectes" in told
    assert all(one in told + screen.shown for one in asked)
    assert (ground.paths.out / NEWS_PAGE).exists() is made


def test_without_anybody_to_answer_nothing_is_made(ground: Settings) -> None:
    with pytest.raises(Stop, match="niemand aan wie dit gevraagd kan worden"):
        pass_on(ground, replace(choices(), yes=False), NEWS, "", by_mail=True)
    assert not (ground.paths.out / NEWS_PAGE).exists() and mailed(ground) == []


def test_each_admin_is_mailed_once_and_other_news_is_new(ground: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """By SMTP; also with other spaces. Who takes no mail is named, and the news stands in no file of ours."""
    with mail_server() as (plan, port):
        settings = by_smtp(ground, port)
        assert pass_on(settings, choices(), NEWS, "", by_mail=True) in (0, 1)
        assert sorted(plan.recipients) == ["anna@mail.example", "bas@mail.example", "dora@mail.example"]
        assert "Zonder mail, dus bel of app zelf: Cees Jansen (Duinrand)." in capsys.readouterr().out
        before = column(settings, "Vervolgmail")
        assert before[0] == "nieuws: verstuurd 31-3-2026 (D-0001)"
        assert pass_on(settings, choices(), f" {NEWS} ".replace(" ", "  "), "Centrum", by_mail=True) == 0
        assert "Al gedaan: voor 2 beheerders is deze tekst vandaag al" in capsys.readouterr().out
        assert len(plan.arrived) == 3
        pass_on(settings, choices(), NEWS.replace("blauwe", "rode"), "", by_mail=True)
        assert len(plan.arrived) == 6
        sync(settings)
        assert column(settings, "Vervolgmail") == before
    english = next(one for one in plan.messages() if "bas@" in str(one["To"]))
    assert str(english["Subject"]) == "To pass on now to group Tuindorp"
    kept = [path for path in settings.paths.state.rglob("*") if path.is_file()]
    assert all(b"Babbeltruc" not in path.read_bytes() for path in kept)


def test_the_days_limit_and_a_wish_hold_for_news_as_well(ground: Settings) -> None:
    """What did not fit goes with the same words later that day; who wants no mail has none."""
    with mail_server() as (plan, port):
        settings = by_smtp(ground, port, per_day=1)
        pass_on(settings, choices(), NEWS, "Centrum", by_mail=True)
        assert plan.recipients == ["anna@mail.example"]
        with Ledger.of(settings, TODAY) as ledger:
            ledger.replies.do_not_mail([ledger.address_mark("dora@mail.example")])
        pass_on(by_smtp(ground, port), choices(), NEWS, "", by_mail=True)
        assert sorted(plan.recipients) == ["anna@mail.example", "bas@mail.example"]


def test_an_uncertain_mail_waits_for_a_person(ground: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """As with every mail: it is counted as such, and does not go again by itself."""
    with mail_server(Plan(answers=answers(anna_END=["cut after"]))) as (plan, port):
        settings = by_smtp(ground, port)
        assert pass_on(settings, choices(), NEWS, "Centrum", by_mail=True) == 1
        assert "1 onzeker" in capsys.readouterr().out
        assert str(column(settings, "Vervolgmail")[0]).startswith("nieuws: onzeker")
        pass_on(settings, choices(), NEWS, "Centrum", by_mail=True)
        assert sorted(plan.recipients) == ["anna@mail.example", "bas@mail.example"]
        sync(settings)
        assert "Mails waarvan niet zeker is" in (settings.paths.out / OVERVIEW).read_text(encoding="utf-8")
        capsys.readouterr()
        assert resolve_resend(settings, choices(), "D-0001", "relay") == 0
        assert "make relay typt, met dezelfde tekst" in capsys.readouterr().out
        pass_on(settings, choices(), NEWS, "Centrum", by_mail=True)
        assert sum("<relay." in str(one["Message-ID"]) for one in plan.messages()) == 3
        assert column(settings, "Vervolgmail")[0] == "nieuws: verstuurd 31-3-2026 (D-0001)"


class Deadly(list[bytes]):
    """What arrived; with the first letter the door that sent it dies on the spot, before it heard that it did."""

    door: Running | None = None

    def append(self, letter: bytes) -> None:
        super().append(letter)
        if len(self) == 1 and self.door is not None:
            self.door.kill()
            self.door.wait()


def test_killed_between_mail_and_ledger_nobody_is_mailed_twice(ground: Settings) -> None:
    """The real door; afterwards it is uncertain, its row says so, and the other admin has hers."""
    arrived, home = Deadly(), ground.paths.state.parent
    with mail_server(Plan(arrived=arrived)) as (_plan, port):
        (home / "settings.toml").write_text(
            f'[workbook]\nkind = "excel"\npath = "{ground.workbook.path}"\n[network]\nregiegroep_number = "06-23456789"\n'
            f'[mail]\ntransport = "smtp"\nsender = "buurt@mail.example"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        )
        door = [sys.executable, SCRIPTS / "relay.py", "--settings", home / "settings.toml", "--yes", "--mail"]
        door += ["--today", TODAY.isoformat(), "--text", NEWS, "--area", "Centrum"]
        arrived.door = begun(door)
        assert arrived.door.wait(60) == -signal.SIGKILL
        assert str(column(ground, "Vervolgmail")[0]).startswith("bezig sinds")
        for _turn in range(2):
            press("relay", *door[2:], cwd=home)
    assert len(arrived) == 2
    assert [str(cell).split()[1] for cell in column(ground, "Vervolgmail")[:2]] == ["onzeker", "verstuurd"]
    assert resolve_sent(ground, choices(), "D-0001", "relay") == 0


def test_at_google_two_laptops_mail_each_admin_once(
    sheets: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a ledger of its own: what names the news is the register's."""
    monkeypatch.setattr(Calls, "patience", HURRIED)
    with mail_server() as (plan, port):
        book, one, other = two(sheets, tmp_path, port)
        sync_google(one)
        sync_google(other)
        plan.recipients.clear()
        for settings in (one, other, one):
            assert pass_on(settings, choices(), NEWS, "", by_mail=True) in (0, 1)
        assert sorted(plan.recipients) == ["anna@mail.example", "fien@mail.example"]
        pass_on(other, choices(), f"{NEWS}!", "", by_mail=True)
        assert len(plan.recipients) == 4
    assert str(dict(google_column(book, "Vervolgmail"))["Anna"]).startswith("nieuws: verstuurd")


def test_news_of_yesterday_does_not_lie_ready_any_more(ground: Settings) -> None:
    pass_on(ground, choices(), NEWS, "Centrum", by_mail=True)
    assert mailed(ground) == ["D-0001-relay", "D-0002-relay"]
    pass_on(ground, choices(TODAY.replace(day=1, month=4)), NEWS, "Kust", by_mail=True)
    assert mailed(ground) == ["D-0004-relay"]


class Browser:
    """Chromium without a window, spoken to over its pipe."""

    def __init__(self, page: Path, profile: Path) -> None:
        ours, its = os.pipe(), os.pipe()
        ends = fcntl.fcntl(ours[0], fcntl.F_DUPFD, 100), fcntl.fcntl(its[1], fcntl.F_DUPFD, 100)
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
        self._process = subprocess.Popen(
            ["chromium", *flags, "--remote-debugging-pipe", page.as_uri()],
            close_fds=False,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: [os.dup2(end, place) for end, place in zip(ends, (3, 4), strict=True)],  # noqa: PLW1509  # no thread of ours lives here
        )
        for end in ends:
            os.close(end)
        self._to, self._from = ours[1], os.fdopen(its[0], "rb")
        self._said, self._session = 0, ""
        os.close(its[1])
        targets = self.ask("Target.getTargets")["targetInfos"]
        target = next(one["targetId"] for one in targets if one["type"] == "page")
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        while not self.value("document.readyState == 'complete' && document.title != ''"):
            time.sleep(0.05)

    def ask(self, method: str, **params: Any) -> Any:
        """What it answers."""
        self._said += 1
        told = {"id": self._said, "method": method, "params": params}
        os.write(
            self._to, json.dumps({**told, **({"sessionId": self._session} if self._session else {})}).encode() + b"\0"
        )
        while True:
            message = bytearray()
            while (mark := self._from.read(1)) not in (b"\0", b""):
                message += mark
            answer = json.loads(message)
            if answer.get("id") == self._said:
                return answer["result"]

    def value(self, script: str) -> Any:
        """What a script gives, as if somebody had just tapped."""
        told = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        return told["result"].get("value", told)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._from.close()
        os.close(self._to)


@pytest.mark.long
@pytest.mark.parametrize("news", [NEWS, HARD])
def test_a_real_browser_decodes_the_links_and_copies_the_texts(ground: Settings, tmp_path: Path, news: str) -> None:
    """To the letter; the copy button does its work under the page's own policy, and is not there without it."""
    pass_on(ground, choices(), news, "", by_mail=False)
    wanted = [shown for shown, _linked in texts(ground)]
    browser = Browser(ground.paths.out / NEWS_PAGE, tmp_path / "profile")
    try:
        links = "[...document.querySelectorAll('.do a')].map(a => new URL(a.href).searchParams.get('text'))"
        assert browser.value(links) == wanted
        shown = "[...document.querySelectorAll('.words')].map(one => one.innerText)"
        assert browser.value(shown) == wanted
        for turn, text in enumerate(wanted):
            copied = (
                f"new Promise(done => {{ const button = document.querySelectorAll('.do button')[{turn}];"
                " document.addEventListener('copy', () => done(getSelection().toString()), {once: true});"
                " navigator.clipboard.writeText = () => Promise.reject(); button.click(); })"
            )
            assert browser.value(copied) == text
    finally:
        browser.close()


def test_the_door_takes_a_text_as_it_is_typed(ground: Settings) -> None:
    home = ground.paths.state.parent
    (home / "settings.toml").write_text('[network]\nregiegroep_number = "06-23456789"\n')
    ended = press("relay", "--settings", "settings.toml", "--yes", "--text", '--- $x `y` "z"', cwd=home)
    assert ended.returncode == 0, ended.stderr
    assert '--- $x `y` "z"' in texts(ground)[0][0]
