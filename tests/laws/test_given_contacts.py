"""The law of the contacts: an address book of only what an admin was given equals her group, after every round."""

from __future__ import annotations

import email
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from itertools import product
from pathlib import Path

import pytest
from openpyxl import load_workbook

from outside.commands.given import give_again, write_given
from outside.commands.sent import resolve_outbox
from outside.config.settings import Settings
from outside.errors import Stop
from outside.run.output_files import OutputFiles
from servers.smtp_server import Plan, answers, mail_server
from support.contacts_play import Play, in_excel
from support.excel_person import rows_in
from support.ground import laid_out
from support.phones import Phone
from support.sheet_notation import TODAY
from support.sweeps import sweep
from support.whole_round import choices, column, lay_out, settings_of, sync, types, without_logbook

PEOPLE = """
    Voornaam | Achternaam | E-mail           | Rol       | Mobiel
    Anna     | Bakker     | anna@mail.example| beheerder | 06-23450001
    Bram     | Visser     | bram@mail.example| beheerder | 06-23450002
    Kees     | Mol        |                  |           | 06-23450003
    Mies     | Post       |                  |           | 06-23450004
    Piet     | Smit       | piet@mail.example|           | 06-23450005
"""
FOLDER = "out/groepen/Centrum/Tuindorp"


def active(settings: Settings) -> Counter[tuple[str, str]]:
    """Who is in the group, as the register itself tells it."""
    rows = rows_in(settings.workbook.path, "Deelnemers")
    at = {str(heading): place for place, heading in enumerate(rows[0])}
    found: Counter[tuple[str, str]] = Counter()
    for row in rows[1:]:
        if row[at["Status"]] == "actief":
            names = (row[at[heading]] for heading in ("Voornaam", "Tussenvoegsel", "Achternaam"))
            mobile = "+31" + str(row[at["Mobiel"]]).replace("-", "")[1:]
            found[" ".join(str(name) for name in names if name), mobile] += 1
    return found


def given(settings: Settings, who: str = "") -> None:
    """The coordinator says that she handed the files over."""
    assert write_given(settings, choices(), "tuindorp", who, everybody=False) == 0


def test_each_admin_has_her_whole_group_and_nobody_twice(tmp_path: Path) -> None:
    """A newcomer, a leaver, another number, another name, somebody deleted and somebody back; and a new co-admin."""
    settings, folder = lay_out(tmp_path, PEOPLE), tmp_path / FOLDER
    phones = [Phone("Anna Bakker"), Phone("Bram Visser")]

    def round_(*, force: bool = False) -> None:
        assert sync(settings, force=force) != 3
        for phone in phones:
            phone.takes_files(folder)
            assert phone.book == active(settings), phone.name
        given(settings)
        sync(settings)
        assert not list(folder.glob("nieuw*")) and not list(folder.glob("weg*"))
        for phone in phones:  # what was given once does not come again
            before = phone.book.copy()
            phone.takes_files(folder)
            assert phone.book == before

    round_()
    assert column(settings, "Contacten", "Groepen") == ["bij; gegeven 31-3-2026 aan 2 beheerders"]
    types(settings, 4, Afgemeld__op="1-3-2026")  # Kees leaves
    types(settings, 6, Mobiel="06-23450006")  # Piet has another number
    round_()
    assert phones[0].book[("Piet Smit", "+31623450006")] == 1 and len(phones[0].book) == 4
    types(settings, 5, Achternaam="Post-Smit")
    types(settings, 4, Afgemeld__op=None)  # Kees is back
    round_()
    types(settings, 4, Rol="beheerder")  # and a co-admin
    phones.append(Phone("Kees Mol"))
    round_()
    book = load_workbook(settings.workbook.path)
    book["Deelnemers"].delete_rows(6)  # Piet stands in the register no more
    book.save(settings.workbook.path)
    assert sync(settings) != 3
    assert "- Piet Smit (06-23450006): staat niet meer in het register" in (folder / "weg.txt").read_text("utf-8")
    sync(settings)  # the list stays until it is given, though no other file tells of him any more
    assert "Piet Smit" in (folder / "weg.txt").read_text("utf-8")
    round_()
    (settings.paths.state / "ledger.sqlite3").unlink()
    assert sync(settings, force=True) != 3  # tab Logboek tells what each was given
    assert "neem alle.vcf" not in (folder / "uitleg.html").read_text("utf-8")
    round_()
    without_logbook(settings.workbook.path)
    (settings.paths.state / "ledger.sqlite3").unlink()
    for phone in phones:
        phone.book["Oud", "+31611111111"] = 1  # what she has is hers to clear away: the page says so
    round_(force=True)


def test_what_was_not_given_stays_new(tmp_path: Path) -> None:
    """Each admin has what she was given herself; a quiet second round changes nothing."""
    settings, folder = lay_out(tmp_path, PEOPLE), tmp_path / FOLDER
    sync(settings)
    anna, bram = Phone("Anna Bakker"), Phone("Bram Visser")
    anna.takes_files(folder)
    given(settings, "D-0001")
    for row, number in ((4, "06-23450013"), (5, "06-23450014")):
        types(settings, row, Mobiel=number)
        sync(settings)
    assert column(settings, "Contacten", "Groepen") == [
        "2 nieuw, 2 weg; gegeven 31-3-2026 aan 1 beheerder; 1 beheerder moet alle 5 nog krijgen"
    ]
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    sync(settings)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    for phone in (anna, bram):
        phone.takes_files(folder)
        assert phone.book == active(settings)


ELSEWHERE = """
    Jan      | Ander      |                  | beheerder | 06-23450011
    Joke     | Verder     |                  |           | 06-23450012
"""


@pytest.fixture
def two_groups(tmp_path: Path) -> Settings:
    """Tuindorp, and Zuid with two people more; all contacts were given."""
    return settings_of(laid_out("two groups", tmp_path, _two_groups))


def _two_groups(folder: Path) -> None:
    settings = lay_out(folder, PEOPLE + ELSEWHERE.lstrip("\n"))
    types(settings, 3, tab="Groepen", Groep="Zuid", Gebied="Centrum", Aangemeld__op="1-2-2025", Gestart__op="1-3-2025")
    types(settings, 4, tab="Straten", Straat="Dorpsweg", Plaats="Den Helder", Groep="Zuid")
    for row in (7, 8):
        types(settings, row, Groep="Zuid", Straat="Dorpsweg")
    sync(settings)
    assert write_given(settings, choices(), "", "", everybody=True) == 0
    sync(settings)


def all_told(folder: Path) -> str:
    """Every word in a folder."""
    return "\n".join(one.read_text("utf-8") for one in sorted(folder.rglob("*")) if one.is_file())


@pytest.mark.parametrize(
    ("changes", "loses"), sweep(product(["number", "deleted", "left"], ["nothing", "files"]), quick=(0, 3))
)
def test_a_number_that_is_somebody_elses_by_now_tells_nothing_of_her(
    two_groups: Settings, tmp_path: Path, changes: str, loses: str
) -> None:
    """Piet's old number is Joke's, of another group: whoever takes him out does not hear of her, round after round."""
    if changes == "deleted":
        book = load_workbook(two_groups.workbook.path)
        book["Deelnemers"].delete_rows(6)
        book.save(two_groups.workbook.path)
        types(two_groups, 7, Mobiel="06-23450005")
    else:
        change = {"Mobiel": "06-23450099"} if changes == "number" else {"Afgemeld__op": "1-3-2026"}
        types(two_groups, 6, **change)
        types(two_groups, 8, Mobiel="06-23450005")
    if loses == "files":
        shutil.rmtree(tmp_path / "out")
    why = {"number": "heeft een nieuw nummer", "deleted": "staat niet meer", "left": "is afgemeld"}[changes]
    for day in range(3):
        assert sync(two_groups) == 0
        told = all_told(tmp_path / FOLDER)
        assert "Joke" not in told and "Verder" not in told and "Zuid" not in told, day
        known = loses == "nothing" or changes == "left"  # the row of who left tells how he is called
        assert (f"Piet Smit (06-23450005): {why}" in told) is known, day
        types(two_groups, 5, Achternaam=f"Post-{day}")  # the round makes the files of Tuindorp anew


def test_who_moves_and_takes_another_number_is_told_where_he_went(two_groups: Settings, tmp_path: Path) -> None:
    """He stands in the register yet: that he does not would not be true."""
    types(two_groups, 6, Mobiel="06-23450099", Groep="Zuid", Straat="Dorpsweg")
    types(two_groups, 4, Mobiel=None)
    sync(two_groups)
    told = all_told(tmp_path / FOLDER)
    assert "- Piet Smit (06-23450005): hoort nu bij groep Zuid" in told
    assert "- Kees Mol (06-23450003): doet even niet mee" in told and "06-23450099" not in told


@pytest.mark.parametrize("step", sweep(["write", "remove_stale"]))
def test_what_was_cut_off_half_way_is_not_given_as_it_was(
    two_groups: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Power goes before or after the files stand: nobody can say which lie there, so first the round is done anew."""
    phone, folder = Phone("Anna Bakker"), tmp_path / FOLDER
    phone.book = active(two_groups) - Counter({("Jan Ander", "+31623450011"): 1, ("Joke Verder", "+31623450012"): 1})
    types(two_groups, 8, Groep="Tuindorp", Straat="Kerkstraat")  # Joke comes over

    def cut(*_of: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power:
        power.setattr(OutputFiles, step, cut)
        with pytest.raises(KeyboardInterrupt):
            sync(two_groups)
    with pytest.raises(Stop, match="tuindorp") as caught:
        given(two_groups)
    assert "make sync" in caught.value.remedy
    sync(two_groups)
    phone.takes_files(folder)
    given(two_groups)
    sync(two_groups)
    phone.takes_files(folder)
    assert phone.book == active(two_groups) - Counter({("Jan Ander", "+31623450011"): 1})


def test_no_file_of_a_group_holds_anything_of_another(two_groups: Settings, tmp_path: Path) -> None:
    """Every name and number, however it is written, in every file of every folder, also of who is blocked or left."""
    types(two_groups, 5, Straat="Dorpsweg")  # Mies lives elsewhere: told in the row, and on the page
    types(two_groups, 8, Afgemeld__op="1-3-2026")
    sync(two_groups)
    rows = rows_in(two_groups.workbook.path, "Deelnemers")
    at = {str(heading): place for place, heading in enumerate(rows[0])}
    folders = {"Tuindorp": tmp_path / FOLDER, "Zuid": tmp_path / "out/groepen/Centrum/Zuid"}
    checked = 0
    for row in rows[1:]:
        for group, folder in folders.items():
            number = str(row[at["Mobiel"]])[-8:]
            words = [str(row[at["Achternaam"]]), str(row[at["Voornaam"]]), number, str(row[at["Nr"]])]
            found = [word for word in words if word in all_told(folder)]
            assert bool(found) is (row[at["Groep"]] == group), (group, found)
            checked += 1
    assert checked == 14


def mailing(settings: Settings, port: int, *, bundles: bool = True) -> Settings:
    """The same, with mails that really leave."""
    mail = replace(settings.mail, transport="smtp", host="127.0.0.1", port=port, security="none", bundles=bundles)
    return replace(settings, mail=mail)


def bundles_in(plan: Plan) -> list[tuple[str, EmailMessage]]:
    """To whom mails with contacts went, and those."""
    found = [one for one in plan.messages() if "ontacten van" in str(one["Subject"])]
    plan.arrived.clear()
    return sorted(((str(one["To"].addresses[0].addr_spec), one) for one in found), key=lambda one: one[0])


def test_by_mail_each_admin_gets_what_is_new_to_her_once(tmp_path: Path) -> None:
    """After the welcomes; nothing where nothing changed, at most one a day, and what may be lost comes again."""
    plain, today = lay_out(tmp_path, PEOPLE), TODAY
    phones = {"anna@mail.example": Phone("Anna Bakker"), "bram@mail.example": Phone("Bram Visser")}
    with mail_server() as (plan, port):
        settings = mailing(plain, port)

        def day(*changed: str, code: int = 0) -> list[str]:
            nonlocal today
            today += timedelta(days=1)
            assert sync(settings, today) == code
            went = bundles_in(plan)
            for address, mail in went:
                phones[address].reads(mail)
            if not code:
                for phone in phones.values():
                    assert phone.book == active(settings), (phone.name, changed)
            sync(settings, today)
            assert not plan.arrived
            return [address for address, _mail in went]

        assert day() == list(phones) and day() == []
        assert column(settings, "Contacten", "Groepen") == [f"bij; gemaild {_told(today, 1)} aan 2 beheerders"]
        types(settings, 4, Afgemeld__op="1-3-2026")
        types(settings, 6, Mobiel="06-23450006")
        assert day("left", "number") == list(phones)
        types(settings, 5, Achternaam="Post-Smit")
        assert day("name") == list(phones)
        types(settings, 4, Afgemeld__op=None)
        plan.answers = answers(anna_END="cut")
        assert day("back, and lost on the way", code=1) == ["bram@mail.example"]
        plan.answers = {}
        assert day("nothing, but the lost one comes again", code=1) == ["anna@mail.example"]
        assert all(phone.book == active(settings) for phone in phones.values())
        types(settings, 5, Mobiel="06-23450014")
        assert day("number", code=1) == list(phones)
        assert all(phone.book == active(settings) for phone in phones.values())
        assert not list((tmp_path / FOLDER).glob("nieuw*"))


def test_no_mail_with_contacts_leaves_unless_it_is_asked_for(tmp_path: Path) -> None:
    """Then the files lie ready, as they do for an admin without an address."""
    with mail_server() as (plan, port):
        settings = mailing(lay_out(tmp_path, PEOPLE.replace("bram@mail.example", "")), port, bundles=False)
        sync(settings)
        assert bundles_in(plan) == []
        settings = mailing(settings, port)
        sync(settings)
        assert [address for address, _mail in bundles_in(plan)] == ["anna@mail.example"]
        bram = Phone("Bram Visser")
        bram.takes_files(tmp_path / FOLDER)
        assert bram.book == active(settings)


def _told(today: date, days_ago: int) -> str:
    day = today - timedelta(days=days_ago)
    return f"{day.day}-{day.month}-{day.year}"


def play(home: Path, seed: int, months: int, *, by_mail: bool) -> None:
    """A network that grows, in a file."""
    sheet, laptops = in_excel(home)
    with mail_server() as (plan, port):
        if by_mail:
            laptops = [mailing(one, port) for one in laptops]
        Play(sheet, laptops, seed, plan if by_mail else None).go(months)


@pytest.mark.parametrize("by_mail", [False, True], ids=["files", "mail"])
def test_some_months_of_a_network_that_grows(tmp_path: Path, by_mail: bool) -> None:
    """What admins have is their group after each round, whichever of two laptops made it."""
    play(tmp_path, 1, 2, by_mail=by_mail)


@pytest.mark.long
@pytest.mark.parametrize("by_mail", [False, True], ids=["files", "mail"])
@pytest.mark.parametrize("seed", range(8))
def test_two_years_month_by_month(tmp_path: Path, seed: int, by_mail: bool) -> None:
    """Whatever changes, and whether or not she comes by each month."""
    play(tmp_path, seed, 24, by_mail=by_mail)


def elsewhere(one: Settings, home: Path) -> Settings:
    """Another laptop on the same register."""
    away = replace(one.paths, out=home / "elders" / "out", state=home / "elders" / "state")
    return replace(one, paths=away, source=home / "elders" / "settings.toml")


def test_what_was_handed_over_is_known_to_every_laptop(tmp_path: Path) -> None:
    """Both ways: no laptop offers anew what another gave, each says what is new since, and no cell flips to and fro."""
    one, phone = lay_out(tmp_path, PEOPLE), Phone("Anna Bakker")
    other = elsewhere(one, tmp_path)
    sync(one)
    sync(other, force=True)
    laptops, numbers = [one, other], iter(range(20, 40))
    for turn in range(2):
        giver, reader = laptops[turn % 2], laptops[1 - turn % 2]
        phone.takes_files(giver.paths.out.parent / FOLDER)
        assert phone.book == active(one), turn
        given(giver)
        for settings in (reader, giver, reader):
            sync(settings, TODAY + timedelta(days=turn))
            assert "alles. Er is niets te doen" in (settings.paths.out.parent / FOLDER / "uitleg.html").read_text(
                "utf-8"
            )
            assert str(column(one, "Contacten", "Groepen")).startswith("['bij; gegeven")
        types(one, 5, Mobiel=f"06-234500{next(numbers)}")
        told = set()
        for settings in (giver, reader, giver, reader):
            assert sync(settings, TODAY + timedelta(days=turn)) == 0
            told.add(str(column(one, "Contacten", "Groepen")))
            assert (settings.paths.out.parent / FOLDER / "nieuw.vcf").read_text("utf-8").count("BEGIN:VCARD") == 1
        assert len(told) == 1 and "1 nieuw, 1 weg" in told.pop(), turn
    names = " ".join(str(cell) for row in rows_in(one.workbook.path, "Logboek") for cell in row)
    assert "contacten" in names and not any(word in names for word in ("Anna", "23450", "Tuindorp", "mail.example"))


def test_a_lost_phone_is_known_to_every_laptop(tmp_path: Path) -> None:
    """That somebody begins anew as well, the coordinator with the regiegroep too, until she was given all again."""
    people = PEOPLE + "Cor | Leider | cor@mail.example | coördinator | 06-23450009"
    one = lay_out(tmp_path, people)
    other = elsewhere(one, tmp_path)
    sync(one)
    write_given(one, choices(), "", "", everybody=True)
    sync(other, force=True)
    page = other.paths.out / "groepen/Centrum/Tuindorp/uitleg.html"
    both = other.paths.out / "regiegroep/uitleg.html"
    assert (
        page.read_text("utf-8").count("alles. Er is niets te doen")
        == both.read_text("utf-8").count("alles. Er is niets te doen")
        == 1
    )
    give_again(one, choices(), "tuindorp", "D-0002")
    give_again(other, choices(), "regiegroep", "")
    for settings in (other, one):
        sync(settings)
        page, both = (
            settings.paths.out / path for path in ("groepen/Centrum/Tuindorp/uitleg.html", "regiegroep/uitleg.html")
        )
        assert "<strong>Bram Visser:</strong> neem alle.vcf. Wat er al" in page.read_text("utf-8")
        assert "neem alle.vcf. Wat er al" in both.read_text("utf-8")
        assert column(one, "Contacten", "Groepen") == [
            "bij; gegeven 31-3-2026 aan 1 beheerder; 1 beheerder moet alle 6 nog krijgen"
        ]
    write_given(other, choices(), "", "", everybody=True)
    sync(one)
    assert "neem alle" not in page.read_text("utf-8") and "neem alle" not in both.read_text("utf-8")


def test_a_group_that_is_renamed_names_what_its_contacts_were_called(two_groups: Settings, tmp_path: Path) -> None:
    """Until its admins were given them anew, round after round; who came from another group is told its name too."""
    for tab, rows in (("Groepen", [2]), ("Straten", [2, 3]), ("Deelnemers", range(2, 7))):
        for row in rows:
            types(two_groups, row, tab=tab, Groep="Oude Kade")
    types(two_groups, 7, Groep="Oude Kade", Straat="Kerkstraat")
    page = tmp_path / "out/groepen/Centrum/Oude Kade/uitleg.html"
    for _round in range(2):
        assert sync(two_groups, force=True) != 3
        told = page.read_text("utf-8")
        assert "met BPA Oude Kade begint, en wat met BPA Tuindorp begint, en wat met BPA Zuid begint, of met" in told
    phone = Phone("Anna Bakker", Counter({("Oud", "+31611111111"): 1}))
    phone.takes_files(page.parent)
    assert len(phone.book) == 6
    assert write_given(two_groups, choices(), "oude kade", "", everybody=False) == 0
    sync(two_groups)
    assert "BPA Tuindorp" not in page.read_text("utf-8") and "BPA Zuid" not in page.read_text("utf-8")


def test_all_that_was_given_names_for_whom_nothing_lay_ready(
    two_groups: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a round that was cut off, and of an admin who came since."""
    types(two_groups, 8, Mobiel="06-23450099")

    def cut(*_of: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power:
        power.setattr(OutputFiles, "write", cut)
        with pytest.raises(KeyboardInterrupt):
            sync(two_groups)
    types(two_groups, 4, Rol="beheerder")
    capsys.readouterr()
    assert write_given(two_groups, choices(), "", "", everybody=True) == 1
    told = capsys.readouterr()
    assert "Tuindorp: gegeven aan Anna Bakker, Bram Visser" in told.out and "Zuid: gegeven" not in told.out
    assert (
        "Zuid: niet opgeschreven voor Jan Ander" in told.err and "Tuindorp: niet opgeschreven voor Kees Mol" in told.err
    )
    sync(two_groups)
    assert write_given(two_groups, choices(), "", "", everybody=True) == 0


def test_what_lay_ready_before_another_laptop_gave_is_not_given(tmp_path: Path) -> None:
    """Who was taken out since would seem to be in her phone: when he comes back, he would be no news."""
    one, phone = lay_out(tmp_path, PEOPLE), Phone("Anna Bakker")
    other = elsewhere(one, tmp_path)
    sync(one)
    phone.takes_files(tmp_path / FOLDER)
    types(one, 6, Afgemeld__op="1-3-2026")  # Piet leaves, and the other laptop's files say so
    sync(other, force=True)
    phone.takes_files(other.paths.out.parent / FOLDER)
    given(other)
    with pytest.raises(Stop, match="andere computer"):
        given(one)
    types(one, 6, Afgemeld__op=None)
    for settings in (one, other):
        sync(settings)
        here = Phone("Anna Bakker", phone.book.copy())
        here.takes_files(settings.paths.out.parent / FOLDER)
        assert here.book == active(one)
    given(one)


def test_who_does_not_know_what_was_given_says_so_and_leaves_the_row(tmp_path: Path) -> None:
    """A laptop that never saw those contacts offers all, and says why; what the other tells of it stays."""
    one, phone = lay_out(tmp_path, PEOPLE), Phone("Anna Bakker")
    other = elsewhere(one, tmp_path)
    sync(one)
    phone.takes_files(tmp_path / FOLDER)
    given(one)
    types(one, 5, Mobiel="06-23450020")
    sync(one)
    told = column(one, "Contacten", "Groepen")
    sync(other, force=True)
    page = (other.paths.out.parent / FOLDER / "uitleg.html").read_text("utf-8")
    assert "neem alle.vcf. Wat er al in de telefoon staat, is niet zeker" in page
    assert column(one, "Contacten", "Groepen") == told and "1 nieuw" in str(told)
    phone.takes_files(other.paths.out.parent / FOLDER)
    assert phone.book == active(one)
    given(other)
    sync(one)
    phone.takes_files(tmp_path / FOLDER)
    assert phone.book == active(one) and "bij; gegeven" in str(column(one, "Contacten", "Groepen"))


def test_another_laptop_mails_no_contacts_again(tmp_path: Path) -> None:
    """Tab Logboek says what she has; once something changed there, she begins anew, and the mail says so."""
    with mail_server() as (plan, port):
        one = mailing(lay_out(tmp_path, PEOPLE), port)
        other, phone, today = elsewhere(one, tmp_path), Phone("Anna Bakker"), TODAY
        sync(one)
        for address, mail in bundles_in(plan):
            if address == "anna@mail.example":
                phone.reads(mail)
        for _day in range(2):
            sync(other, today, force=True)
            assert bundles_in(plan) == []
            today += timedelta(days=1)
        for settings, row, mobile in ((other, 5, "06-23450014"), (one, 6, "06-23450016"), (other, 5, "06-23450024")):
            types(one, row, Mobiel=mobile)
            today += timedelta(days=1)
            sync(settings, today, force=True)
            for address, mail in bundles_in(plan):
                if address == "anna@mail.example":
                    phone.reads(mail)
            assert phone.book == active(one), mobile


def test_mails_that_lie_ready_are_made_anew_until_they_are_sent(tmp_path: Path) -> None:
    """Never two for one admin, and given only once somebody says that they went."""
    plain = lay_out(tmp_path, PEOPLE)
    settings = replace(plain, mail=replace(plain.mail, bundles=True))
    sync(settings)
    types(settings, 5, Mobiel="06-23450014")
    sync(settings, TODAY + timedelta(days=1))
    lying = sorted((tmp_path / "out/mail").glob("D-000[12]-bundle-*.eml"))
    assert len(lying) == 2
    assert all("+31623450014" in str(contacts_in(path)) for path in lying)
    assert "nog niet gegeven" in str(column(settings, "Contacten", "Groepen"))
    resolve_outbox(settings, choices())
    sync(settings, TODAY + timedelta(days=2))
    assert "bij; gemaild" in str(column(settings, "Contacten", "Groepen"))


def contacts_in(path: Path) -> list[str]:
    mail = email.message_from_bytes(path.read_bytes(), policy=SMTP)
    return [str(one.get_content()) for one in mail.iter_attachments()]


def test_a_group_that_splits(tmp_path: Path) -> None:
    """Half of it and one admin go to a new group: each admin has her own group, and whoever went is told by name."""
    settings = lay_out(tmp_path, PEOPLE)
    sync(settings)
    anna, bram = Phone("Anna Bakker"), Phone("Bram Visser")
    for phone in (anna, bram):
        phone.takes_files(tmp_path / FOLDER)
    given(settings)
    types(settings, 3, tab="Groepen", Groep="Haven", Gebied="Centrum", Aangemeld__op="1-2-2025", Gestart__op="1-3-2025")
    types(settings, 3, tab="Straten", Groep="Haven")
    for row in (2, 4):
        types(settings, row, Groep="Haven", Straat="Molenlaan")
    assert sync(settings, force=True) != 3
    assert "Kees Mol (06-23450003): hoort nu bij groep Haven" in (tmp_path / FOLDER / "weg.txt").read_text("utf-8")
    anna.takes_files(tmp_path / "out/groepen/Centrum/Haven")
    bram.takes_files(tmp_path / FOLDER)
    assert sorted(name for name, _number in anna.book) == ["Anna Bakker", "Kees Mol"]
    assert anna.book + bram.book == active(settings)
    write_given(settings, choices(), "", "", everybody=True)
    types(settings, 4, Rol="beheerder")
    sync(settings)
    assert column(settings, "Contacten", "Groepen") == [
        "bij; gegeven 31-3-2026 aan 1 beheerder",
        "bij; gegeven 31-3-2026 aan 1 beheerder; 1 beheerder moet alle 2 nog krijgen",
    ]
