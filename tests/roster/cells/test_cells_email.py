"""E-mail addresses as people type them, and the slips of the pen in them."""

from __future__ import annotations

import random

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from roster.cells import Unreadable, email
from roster.cells.emails import PLAIN, _plain_address, meant_domain
from roster.sheet.table import Cell


@pytest.mark.parametrize(
    "cell",
    [
        "jan@mail.example",
        " jan@mail.example ",
        "jan@Mail.EXAMPLE",
        "mailto:jan@mail.example",
        "MAILTO:jan@mail.example?subject=Hallo",
        "<jan@mail.example>",
        "Jan de Boer <jan@mail.example>",
        '"Boer, Jan" <jan@mail.example>',
        "jan@mail.example <mailto:jan@mail.example>",
        "jan@mail.example;",
        "'jan@mail.example",
        "\u200bjan@mail.example\u00a0\ufeff",
        "jan@mail.ex\u00adample",
        "jan\uff20mail.example",
    ],
)
def test_an_address_is_understood_through_the_noise_around_it(cell: Cell) -> None:
    """White space, capitals in the domain, mailto:, <…>, a name before, marks that do not show."""
    assert email(cell) == "jan@mail.example"


def test_what_stands_before_the_at_stays_as_typed() -> None:
    """Only names that RFC 2142 gives to everybody (info, postmaster) are put in small letters, as the library does."""
    assert email("Jan.deBoer+bpa@Mail.Example") == "Jan.deBoer+bpa@mail.example"
    assert email("INFO@mail.example") == "info@mail.example"


def test_a_domain_with_accents_becomes_what_a_mail_server_knows() -> None:
    """IDNA: the form that works in every mail."""
    assert email("jan@café.example") == "jan@xn--caf-dma.example"


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "",
        " ",
        "\u200b",
        "geen",
        "Geen",
        "-",
        "--",
        "–",
        "nvt",
        "NVT",
        "n.v.t.",
        "n.v.t",
        "onbekend",
        "geen e-mail",
    ],
)
def test_these_mean_that_there_is_no_address(cell: Cell) -> None:
    """Blank and the words for none."""
    assert email(cell) is None


FAULTS = """
a@mail.example b@mail.example  | twee e-mailadressen
a@mail.example; b@mail.example | twee e-mailadressen
a@mail.example,b@mail.example  | twee e-mailadressen
a@mail.example/b@mail.example  | twee e-mailadressen
a@mail.example of b@mail.example | twee e-mailadressen
a@mail.example <b@mail.example> | twee e-mailadressen
jan@mail,example               | komma
jan,boer@mail.example          | komma
janmail.example                | ontbreekt het apenstaartje
jan(at)mail.example            | ontbreekt het apenstaartje
www.mail.example               | ontbreekt het apenstaartje
jan@@mail.example              | twee apenstaartjes
jan..boer@mail.example         | twee punten
jan@mail..example              | twee punten
jan@mail.example.              | punt te veel
.jan@mail.example              | punt te veel
jan.@mail.example              | punt te veel
jan@.mail.example              | punt te veel
jan @mail.example              | spatie
jan@ mail.example              | spatie
jan@mail.example (werk)        | spatie
@mail.example                  | Voor het apenstaartje staat niets
jan@                           | Achter het apenstaartje staat niets
jan@mail                       | ontbreekt de punt
jan@localhost                  | ontbreekt de punt
josé@mail.example              | accent
jan@-mail.example              | klopt niet
jan@mail-.example              | klopt niet
jan@[127.0.0.1]                | klopt niet
jan@10.0.0.1                   | klopt niet
jan@mail.local                 | klopt niet
jan@mail.x                     | klopt niet
"jan boer"@mail.example        | spatie
@                              | geen heel
?                              | geen heel
"""


@pytest.mark.parametrize("line", FAULTS.strip().splitlines())
def test_a_fault_in_an_address_is_named(line: str) -> None:
    """What is wrong, without repeating the address."""
    typed, told = (piece.strip() for piece in line.rsplit("|", 1))
    with pytest.raises(Unreadable) as wrong:
        email(typed)
    assert told in wrong.value.message
    assert wrong.value.remedy


@pytest.mark.parametrize("cell", [12, 12.5, True, float("nan")])
def test_a_number_is_no_address(cell: Cell) -> None:
    """Cells that hold no text."""
    with pytest.raises(Unreadable):
        email(cell)


SLIPS = """
gmial.com gamil.com gmai.com gmail.con gmail.co gmail.nl gmail.cm gmail.cmo gnail.com gmail.c | @gmail.com
hotmial.com hotmai.com hotmal.com hotmail.con hotmail.cmo hptmail.com hotmqil.com             | @hotmail.com
hotmial.nl hotmail.nll hotmail.n hotmaill.nl                                                 | @hotmail.nl
outlok.com outloook.com outlook.con outlook.co outlouk.com                                   | @outlook.com
ziggo.n zigo.nl ziggo.con ziggo.com                                                          | @ziggo.nl
kpnmail.n kpnmail.com kpnmal.nl                                                              | @kpnmail.nl
livee.nl live.nll                                                                            | @live.nl
icloud.con iclod.com                                                                         | @icloud.com
bedrijf.con                                                                                  | .com
vereniging.nll                                                                               | .nl
"""


@pytest.mark.parametrize("line", SLIPS.strip().splitlines())
def test_a_known_slip_is_told_with_what_may_be_meant(line: str) -> None:
    """The domain of a big provider, or an ending, misspelt; of another domain only the ending is named."""
    slips, meant = (piece.strip() for piece in line.split("|"))
    for domain in slips.split():
        with pytest.raises(Unreadable) as wrong:
            email("jan@" + domain)
        assert f"bedoelde u {meant}?" in wrong.value.message
        assert "jan" not in wrong.value.message + wrong.value.remedy


REAL = (
    "gmail.com googlemail.com hotmail.com hotmail.nl hotmail.be hotmail.fr hotmail.co.uk hotmail.de outlook.com outlook.fr"
    " outlook.be live.nl live.com live.be msn.com icloud.com me.com mac.com yahoo.com yahoo.nl yahoo.co.uk"
    " gmx.com gmx.net gmx.de mail.com email.com web.de aol.com proton.me protonmail.com pm.me protonmail.ch ymail.com"
    " ziggo.nl home.nl casema.nl quicknet.nl upcmail.nl chello.nl kpnmail.nl kpnplanet.nl planet.nl hetnet.nl xs4all.nl tele2.nl"
    " zonnet.nl online.nl telfort.nl solcon.nl caiway.nl freeler.nl wanadoo.nl orange.nl 12move.nl zeelandnet.nl multiweb.nl"
    " denhelder.nl politie.nl mail.example mail.ml live.co home.co planet.co mail.co"
    " bedrijf.co bedrijf.cm tutanota.com"
)


@pytest.mark.parametrize("domain", REAL.split())
def test_a_real_domain_is_never_called_a_slip(domain: str) -> None:
    """However much it looks like another."""
    assert email("jan@" + domain) == "jan@" + domain


@pytest.mark.parametrize("line", SLIPS.strip().splitlines())
def test_what_is_meant_is_no_slip_itself(line: str) -> None:
    """A suggestion leads somewhere."""
    meant = line.split("|")[1].strip()
    assert not meant.startswith("@") or meant_domain(meant[1:]) == ""


# fmt: off
LABELS = ("mail", "Mail", "a", "A1", "x-y", "café", "xn--caf-dma", "ex", "1", "-a", "a-", "a--b", "ab--c", "", "n" * 63,
          "n" * 64)
ENDINGS = ("nl", "COM", "example", "x", "c0m", "local", "Test", "arpa", "onion", "INVALID", "localhost", "amsterdam",
           "n-l")
LOCALS = ("jan", "Jan", "j.b", "j..b", ".j", "j.", "j+b", "j_b", "-j", "INFO", "Info", "postmaster", "é", "j b", "j'b", "",
          "j" * 64, "j" * 65)
# fmt: on


def made_up_address(chance: random.Random) -> str:
    """An address from pieces that are each near the edge of what is allowed, sometimes damaged."""
    sound = (LABELS[:5], ENDINGS[:3], LOCALS[:3] + LOCALS[6:12])
    near = (LABELS, ENDINGS, LOCALS) if chance.random() < 0.4 else sound
    labels = [chance.choice(near[0]) for _ in range(chance.choice((0, 1, 1, 1, 2, 3)))]
    typed = chance.choice(near[2]) + chance.choice("@@@@@,") + ".".join([*labels, chance.choice(near[1])])
    if chance.random() < 0.2:
        at = chance.randrange(len(typed) + 1)
        typed = typed[:at] + chance.choice(" .-_@+xX1é\u200b\n") + typed[at:]
    return typed


def library_address(typed: str) -> str | None:
    """email-validator's own answer, None when it refuses."""
    try:
        return validate_email(typed, check_deliverability=False, allow_smtputf8=False).ascii_email
    except (EmailNotValidError, UnicodeError):
        return None


def remove_leftovers(count: int, seed: int) -> int:
    """Hold the fast path against the library; how many addresses the fast path claimed."""
    chance = random.Random(seed)
    claimed = 0
    for _ in range(count):
        typed = made_up_address(chance)
        fast = _plain_address(typed)
        if fast is not None:
            claimed += 1
            assert fast == library_address(typed), typed
    return claimed


def test_the_fast_path_for_addresses_gives_the_librarys_answer() -> None:
    """A seeded sweep of addresses near the edges; what the fast path claims, email-validator accepts and writes alike."""
    assert remove_leftovers(30_000, seed=1) > 3_000


@pytest.mark.long
def test_the_fast_path_for_addresses_gives_the_librarys_answer_over_a_big_sweep() -> None:
    """The same, over a million addresses."""
    assert remove_leftovers(1_000_000, seed=2) > 100_000


@given(st.from_regex(PLAIN, fullmatch=True))
@example("INFO@mail.example")
@example("a@b.co")
def test_whatever_the_fast_path_allows_the_library_allows(typed: str) -> None:
    """Strings made from the very pattern of the fast path."""
    fast = _plain_address(typed)
    assert fast is None or fast == library_address(typed)


MAILLIKE = st.text("jan@mail.exp <>,;:'\"-+")


@given(st.one_of(st.text(), MAILLIKE, st.emails(), st.integers(), st.floats(), st.booleans(), st.dates()))
def test_email_raises_nothing_but_unreadable_and_reads_its_own_form(cell: Cell) -> None:
    """Whatever the cell holds; an address that was read is one address and reads as itself."""
    try:
        read = email(cell)
    except Unreadable:
        return
    assert read is None or (email(read) == read and read.count("@") == 1)
