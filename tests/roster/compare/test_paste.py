"""Whatever people copy from WhatsApp is read, and whom of the list it shows is never guessed."""

from __future__ import annotations

from random import Random

import pytest

from roster.cells.text import Unreadable
from roster.compare.export import read_paste
from roster.compare.matching import Comparison, Matcher
from support.plans import view
from support.sheet_notation import register

PEOPLE = """
    Voornaam | Tussenvoegsel | Achternaam    | Organisatie      | Rol       | Mobiel      | Afgemeld op | Akkoord spelregels
    Anna     |               | Bakker        |                  | beheerder | 06-23450001 |             | ja
    Jan      | van den       | Berg          |                  |           | 06-23450002 |             | ja
    Jan      |               | Smit          |                  |           | 06-23450003 |             | ja
    Piet     |               | Mol           |                  |           | 06-23450004 |             | ja
    Chloé    | van 't        | Hof           |                  |           | 06-23450005 |             | ja
             |               |               | Bakkerij Kok, Zn |           | 06-23450006 |             | ja
    Kees     |               | Weg           |                  |           | 06-23450007 | 1-10-2025   | ja
    Loes     |               | Blok          |                  |           | 06-23450008 |             | nee
"""
LRM, RLM, NBSP = "\u200e", "\u200f", "\u00a0"


def compared(pasted: str) -> Comparison:
    """The paste held against the group."""
    matcher = Matcher((seen := view(register(PEOPLE, staff=""))).roster.groups[0], seen)
    return matcher.compare(read_paste(pasted, matcher.is_name))


def both(pasted: str) -> set[str]:
    """The first names (or what stands for them) of those in both."""
    return {one.first_name + one.surname or one.organisation for one in compared(pasted).both}


GROUP = "BPA " + "Tuindorp"
JAN, PIET, CHLOE, KOK = "JanBerg", "PietMol", "ChloéHof", "Bakkerij Kok, Zn"


@pytest.mark.parametrize(
    ("pasted", "seen"),
    [
        (f"{GROUP} · Jan van den Berg", {JAN}),
        ("jan van den berg", {JAN}),
        ("Jan v.d. Berg", {JAN}),
        ("Berg, Jan van den", {JAN}),
        ("Smit, Jan van den Berg", {JAN, "JanSmit"}),
        ("Jan Berg 🏡 Kerkstraat 12", {JAN}),
        ("J. van den Berg", {JAN}),
        ("Jan B.", {JAN}),
        ("Jan", set()),
        ("~Piet", {PIET}),
        ("~\u202fPiet\u202f", {PIET}),
        ("Mol", {PIET}),
        ("Chloe van ’t Hof", {CHLOE}),
        ("@chloevanthof", {CHLOE}),
        ("@zomaar", set()),
        ("+31 6 23450004", {PIET}),
        (f"{LRM}+31{NBSP}6{NBSP}23450004{RLM}", {PIET}),
        ("\u202a+31 6 23 45 00 04\u202c", {PIET}),
        ("0031623450004", {PIET}),
        ("0623450004 0623450002", {PIET, JAN}),
        ("06 23450004 06 23450002", {PIET, JAN}),
        ("@31623450004", {PIET}),
        ("1. Piet Mol\n2. Jan van den Berg (Groepsbeheerder)\n", {PIET, JAN}),
        ("- Piet Mol +31 6 23450004\n• Jan van den Berg - Beheerder", {PIET, JAN}),
        ("Piet (06-23450004)", {PIET}),
        ("Piet Mol\nHey there! I am using WhatsApp.\nJan van den Berg\nBeschikbaar\nGroepsbeheerder", {PIET, JAN}),
        ("4 deelnemers\nPiet Mol\nU\nGroepsbeheerder", {PIET, "AnnaBakker"}),
        ("Piet Mol, Jan van den Berg, U", {PIET, JAN, "AnnaBakker"}),
        ("Piet Mol, You", {PIET, "AnnaBakker"}),
        ("Jij, Piet Mol", {PIET, "AnnaBakker"}),
        (f"{GROUP} · Bakkerij Kok, Zn, Piet Mol", {KOK, PIET}),
        ("Piet Mol, Bakkerij Kok, Zn, +31 6 23450002", {KOK, PIET, JAN}),
        ("Piet Mol; Jan van den Berg\tChloé van 't Hof", {PIET, JAN, CHLOE}),
        ("PIET MOL", {PIET}),
        ("BPA Oude Naam · Piet Mol", {PIET}),
        (f"{GROUP} · Jan van den B…\nPiet M...", {JAN, PIET}),
        (f"{GROUP} · J…\nBakkerij…", {KOK}),
    ],
)
def test_a_list_in_any_form_is_read(pasted: str, seen: set[str]) -> None:
    """Names as saved, numbers, names that people chose, and marks that do not show."""
    assert both(pasted) == seen


@pytest.mark.parametrize(
    "more",
    [
        " en nog 12 anderen", " en 1 andere", ", and 12 more", " & 12 others", " und 12 weitere", ", +12", ", Chl…",
        "\nBekijk alles (12 meer)", "\nView all (12 more)", "\n12 meer",
    ],
)  # fmt: skip
def test_a_list_of_which_a_part_is_shown_proves_nobody_absent(more: str) -> None:
    """Who is not in it may be one of the others."""
    found = compared(f"{GROUP} · Jan van den Berg, Piet Mol{more}")
    assert {one.name for one in found.both} == {"Jan van den Berg", "Piet Mol"} and not found.strangers
    assert not found.missing and len(found.unknown) == 4


@pytest.mark.parametrize(
    "said", ["Du", "Du Gruppen-Admin", "Jij (u)", "You\nGroup admin", "Jij, Groepsbeheerder", "Ik"]
)
def test_whoever_copied_the_list_is_its_admin(said: str) -> None:
    """In whatever language the telephone speaks, with the role beside it."""
    assert both(f"{said}\nPiet Mol") == both(f"Piet Mol en {said.partition(chr(10))[0]}") == {"AnnaBakker", PIET}


@pytest.mark.parametrize(
    "line",
    [
        "Groepsbeheerder", "Gruppen-Admin", "Groepseigenaar", "Community Owner", "Beheerders", "laatst gezien vandaag om 12:34",
        "last seen today at 12:34", "Bezet", "Hé, ik gebruik WhatsApp.", "Kan niet praten, alleen WhatsApp", "At work",
        "Hallo! Ich benutze WhatsApp.", "Verfügbar", "Deelnemers (5)", "5 van 256", "Groep · 5 leden", "5 Teilnehmer",
        "Zoeken", "Uitnodigen voor groep via link", "Groepsgegevens", "Media, links en documenten", "🚲", "Naam;Mobiel",
    ],
)  # fmt: skip
def test_what_whatsapp_shows_beside_people_is_nobody(line: str) -> None:
    """Roles, what profiles say where nobody changed them, counts, and what one may press."""
    found = compared(f"Piet Mol\n{line}\nJan Smit")
    assert {one.name for one in found.both} == {"Piet Mol", "Jan Smit"} and not found.strangers, found.strangers


@pytest.mark.parametrize("name", ["Alle de Vries", "Zoë Klein", "Bekkering", "Online Jansen", "Lid Meer"])
def test_a_name_that_looks_like_a_word_of_whatsapp_stays_a_name(name: str) -> None:
    """Of somebody who is in no list."""
    assert [one.shown for one in compared(f"Piet Mol\n{name}\nJan Smit").strangers] == [name]


@pytest.mark.parametrize(
    "number",
    [
        "06‑23450004", "06–23450004", "+31\u202f6\u202f23450004", "\u2068+31 6 23450004\u2069", "+31 (0)6 23450004",
        "＋31 6 23450004", "+31.6.23.45.00.04", "wa.me/31623450004", "31623450004", "tel:+31623450004", "📱 06-23450004",
        "@\u2068+31 6 23450004\u2069", "+31 6 ٢٣٤٥٠٠٠٤",
    ],
)  # fmt: skip
def test_a_number_is_read_with_whatever_marks(number: str) -> None:
    """Hyphens and blanks of every kind, and marks of direction."""
    assert both(f"{number}\nJan Smit") == {PIET, "JanSmit"}


def test_two_jans_are_never_told_apart_by_jan_alone() -> None:
    """Neither is in both, and neither is missing."""
    found = compared("Jan\nPiet Mol")
    assert [[one.surname for one in members] for _entry, members in found.unclear] == [["Berg", "Smit"]]
    assert not {"Berg", "Smit"} & {one.surname for one in found.missing}


def test_a_name_that_stands_by_a_number_already_is_no_second_person() -> None:
    """Numbers with the name that their owner chose beside them are one each; a name alone beside none is not."""
    found = compared("+31 6 23450002\n~Jan\n+31 6 99999999\n~De Buurman\n+31 6 23450004\n~Piet de Mol")
    assert both("+31 6 23450002\n~Jan\n+31 6 99999999\n~De Buurman\n+31 6 23450004\n~Piet de Mol") == {JAN, PIET}
    assert [one.shown for one in found.strangers] == ["+31 6 99999999"] and not found.unclear


def test_who_is_known_but_does_not_count_is_told_apart_from_strangers() -> None:
    """Kees left and Loes did not agree: both stand in the register, and their numbers are in the group."""
    found = compared("Kees Weg\n+31 6 23450008\nOnbekende Buur\nU")
    assert [one.first_name for one in found.others] == ["Loes", "Kees"]
    assert [one.shown for one in found.strangers] == ["Onbekende Buur"]
    assert {one.first_name for one in found.missing} == {"Jan", "Piet", "Chloé", ""}


def test_the_list_of_another_group_is_known_as_such() -> None:
    """By its cards, its numbers or its names; a stranger or two among our own are no other group."""
    tables = register(PEOPLE, "Groep\nTuindorp\nDuinzicht")
    people = tables["Deelnemers"]
    for index in range(4):
        people.rows[index][people.columns["Groep"]] = "Duinzicht"
    seen = view(tables)
    ours = seen.roster.group_named["tuindorp"]
    matcher = Matcher(ours, seen)

    def looks_like(pasted: str) -> str:
        found = matcher.compare(read_paste(pasted, matcher.is_name)).looks_like
        return found[0].name if found else ""

    assert looks_like("BPA Duinzicht · Jan van den Berg\n+31 6 23450003\nPiet Mol\n~Iemand") == "Duinzicht"
    assert looks_like("Chloé van 't Hof\n+31 6 23450006\nPiet Mol") == ""
    assert looks_like("~Jan\n~Piet\nChloé van 't Hof") == ""


CHATS = {
    "android nl": """28-11-2026 14:00 - Berichten en oproepen worden end-to-end versleuteld.
28-11-2026 14:00 - U hebt de groep "BPA Tuindorp" gemaakt
28-11-2026 14:01 - U hebt Jan van den Berg, +31 6 23450004 en Jan Smit toegevoegd
28-11-2026 14:02 - Bakkerij Kok, Zn neemt nu deel via de uitnodigingslink van deze groep
28-11-2026 14:03 - Jan Smit: Er staat een busje
en het is wit
28-11-2026 14:04 - Jan Smit heeft de groep verlaten""",
    "android en": """11/28/26, 2:00\u202fPM - You created group "BPA Tuindorp"
11/28/26, 2:01\u202fPM - You added Jan van den Berg, +31 6 23450004 and Jan Smit
11/28/26, 2:02\u202fPM - Bakkerij Kok, Zn joined using this group's invite link
11/28/26, 2:03\u202fPM - Jan Smit: A white van: there
11/28/26, 2:04\u202fPM - You removed Jan Smit""",
    "iphone nl": f"""[28-11-2026 14:00:00] BPA Tuindorp: {LRM}U heeft deze groep gemaakt
[28-11-2026 14:00:10] BPA Tuindorp: {LRM}U heeft Jan van den Berg en Jan Smit toegevoegd
[28-11-2026 14:01:10] +31 6 23450004: {LRM}+31 6 23450004 is toegetreden via de uitnodigingslink van deze groep
{LRM}[28-11-2026 14:02:10] Bakkerij Kok, Zn: {LRM}afbeelding weggelaten
[28-11-2026 14:03:10] Jan Smit: Tot ziens
[28-11-2026 14:04:10] Jan Smit: {LRM}Jan Smit heeft de groep verlaten""",
    "android de": """28.11.26, 14:00 - Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.
28.11.26, 14:00 - Du hast die Gruppe "BPA Tuindorp" erstellt
28.11.26, 14:01 - Du hast Jan van den Berg und Jan Smit hinzugefügt
28.11.26, 14:02 - +31 6 23450004 ist der Gruppe über den Einladungslink beigetreten
28.11.26, 14:03 - Bakkerij Kok, Zn: <Medien weggelassen>
28.11.26, 14:04 - Jan Smit hat die Gruppe verlassen""",
    "android je": """28-11-26 14:00 - Je hebt groep "BPA Tuindorp" gemaakt
28-11-26 14:01 - Je hebt Jan van den Berg, Jan Smit en +31 6 23450004 toegevoegd
28-11-26 14:02 - Bakkerij Kok, Zn is lid geworden vanuit de community
28-11-26 14:02 - Chloé van 't Hof heeft gevraagd om lid te worden
28-11-26 14:04 - Jan Smit is verwijderd door Anna Bakker""",
    "android pm": """28/11/2026, 2:00 p. m. - Anna Bakker created group "BPA Tuindorp"
28/11/2026, 2:01 p. m. - Anna Bakker added Jan van den Berg, Jan Smit, and Piet Mol
28/11/2026, 2:02 p. m. - Bakkerij Kok, Zn: hoi
28/11/2026, 2:02 p. m. - Chloé van 't Hof requested to join.
28/11/2026, 2:04 p. m. - Anna Bakker removed Jan Smit""",
    "iphone en": f"""[28/11/2026, 2:00:00 PM] BPA Tuindorp: {LRM}You created this group
[28/11/2026, 2:00:10 PM] BPA Tuindorp: {LRM}You added Jan van den Berg and Jan Smit
[28/11/2026, 2:01:10 PM] ~Piet: hello
[28/11/2026, 2:02:10 PM] Bakkerij Kok, Zn: hello: you
[28/11/2026, 2:04:10 PM] Jan Smit: {LRM}Jan Smit left""",
}


@pytest.mark.parametrize("chat", CHATS)
def test_a_chat_tells_who_came_wrote_and_left(chat: str) -> None:
    """From its beginning, so who is not in it is not in the group; Jan Smit wrote, and left."""
    found = compared(CHATS[chat])
    assert {one.name for one in found.both} == {"Anna Bakker", "Jan van den Berg", "Piet Mol", "Bakkerij Kok, Zn"}
    assert {one.name for one in found.missing} == {"Jan Smit", "Chloé van 't Hof"} and not found.strangers


def test_a_chat_without_its_beginning_proves_nobody_absent() -> None:
    """Who never wrote may sit there in silence; only who left is missing."""
    found = compared(CHATS["android nl"].split("\n", 2)[2])
    assert {one.name for one in found.missing} == {"Jan Smit"}
    assert {one.name for one in found.unknown} == {"Anna Bakker", "Chloé van 't Hof"}


def test_contacts_are_read_as_telephones_export_them() -> None:
    """Folded, with groups and types, with umlauts as old telephones write them, and with two numbers a card."""
    cards = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Chlo=C3=A9 van 't Hof\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Mol;Piet;;;\r\nitem1.TEL;type=CELL;type=VOICE:+31 6 23450004\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Een\r\n  ander\r\nTEL;VALUE=uri:tel:+31-6-23450002\r\nTEL:0223-612345\r\nEND:VCARD\r\n"
    )
    assert both(cards) == {CHLOE, PIET, JAN}


CARDS = {
    "latin-1, quoted": "VERSION:2.1\r\nFN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Chlo=E9 van 't Hof",
    "quoted, over lines": "VERSION:2.1\r\nFN;ENCODING=quoted-printable;CHARSET=utf-8:Chlo=c3=a9 =\r\nvan 't Hof",
    "quoted, without its word": "VERSION:2.1\r\nFN;QUOTED-PRINTABLE:Chlo=C3=A9 van 't Hof\r\nTEL;CELL:06-23450005",
    "a picture": "VERSION:3.0\r\nN:Hof;Chloé;van 't;;\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJ\r\n AAYdpAAQAAAABAAAA",
    "a colon in quotes": 'VERSION:4.0\r\nFN:Iemand\r\nTEL;VALUE=uri;LABEL="a:b":tel:+31-6-23450005',
    "small letters": "version:3.0\r\nfn:Chloé van 't Hof",
}


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"], ids=["CRLF", "LF", "CR"])
def test_a_card_is_read_of_every_kind_and_age(card: str, ends: str) -> None:
    """With words before the first."""
    assert both(f"Contacten\r\nBEGIN:VCARD\r\n{CARDS[card]}\r\nEND:VCARD\r\n".replace("\r\n", ends)) == {CHLOE}


def test_a_firm_without_a_name_is_known_by_its_own() -> None:
    """As an address book of a firm writes it."""
    assert both("BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nFN:\nORG:Bakkerij Kok\\, Zn;\nEND:VCARD") == {KOK}


@pytest.mark.parametrize(
    "pasted", ["", " \n", "Groepsbeheerder\n12 deelnemers", "a\n" * 1025, "BEGIN:VCARD\nEND:VCARD"]
)
def test_what_shows_nobody_or_too_many_is_refused(pasted: str) -> None:
    """Never an empty group, and never a whole book."""
    with pytest.raises(Unreadable):
        compared(pasted)


FULL = {
    JAN: ("Jan van den Berg", "23450002"),
    "JanSmit": ("Jan Smit", "23450003"),
    PIET: ("Piet Mol", "23450004"),
    CHLOE: ("Chloé van 't Hof", "23450005"),
    KOK: (KOK, "23450006"),
}
SHAPES = (
    lambda name, _number: name,
    lambda name, _number: name.upper(),
    lambda name, _number: f"~{NBSP}{name}",
    lambda name, _number: f"{GROUP} · {name}",
    lambda _name, number: f"{LRM}+31{NBSP}6{NBSP}{number}{RLM}",
    lambda _name, number: f"06-{number}",
    lambda _name, number: f"00316{number}",
    lambda name, number: f"{name} (06 {number[:4]} {number[4:]})",
)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(400))
def test_whoever_is_in_a_paste_is_found_and_nobody_else(seed: int) -> None:
    """Any of them, in any order, each in a form of his own, over lines or commas, once or twice."""
    draw = Random(seed)
    chosen = draw.sample(sorted(FULL), draw.randint(1, len(FULL)))
    said = [draw.choice(SHAPES)(*FULL[one]) for one in chosen for _turn in range(draw.randint(1, 2))]
    draw.shuffle(said)
    if draw.random() < 0.5:
        said = [
            draw.choice(("- {}", "• {}", "{} Groepsbeheerder", "{}\nBeschikbaar", "{}")).format(one) for one in said
        ]
        pasted = "\n".join(said)
    else:
        pasted = ", ".join(said)
    found = compared(pasted)
    assert {one.first_name + one.surname or one.organisation for one in found.both} == set(chosen), pasted
    assert not found.strangers and not found.unclear and not found.others, pasted
