"""Soils an example register the way real ones are: other ways of writing, and faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from roster.example.layout import Row
from roster.sheet.dutch import in_words, short_day
from roster.terms import Terms

SLIPS = ("gmial.com", "hotmial.com", "gmail.con", "outlok.com")
"""Domains of mail that nobody has: typed wrong on purpose."""

Spoil = Callable[[Row, Row, date, Random], None]
"""Spoils a row in place; it may look at another row, at today, and at chance."""


def soil(tabs: dict[str, list[Row]], share: float, terms: Terms, today: date, chance: Random) -> None:
    """Soil the tabs in place.

    `share` of the members' rows get one fault each, every kind in turn; four times as many rows
    are written in a form that reads well all the same. The other tabs get each of their faults once.
    """
    members = tabs["Deelnemers"]
    plain = [row for row in members if not row.get("Rol") and not row.get("Afgemeld op")]
    faulty = chance.sample(plain, min(len(plain), round(share * len(members))))
    chosen = {id(row) for row in faulty}
    sound = [row for row in members if id(row) not in chosen]
    for turn, row in enumerate(faulty):
        others = (other for other in chance.sample(sound, min(len(sound), 20)) if other["Groep"] != row["Groep"])
        FAULTS[turn % len(FAULTS)](row, next(others, row), today, chance)
    for row in chance.sample(sound, min(len(sound), round(4 * share * len(members)))):
        chance.choice(FORMS)(row, row, today, chance)
    _leave_blank_rows(members, chance)
    _soil_the_other_tabs(tabs, terms, today)


# Forms: everything here can be read, and no rule has anything to say about it.


def _digits(row: Row) -> str:
    """The eight digits behind 06."""
    return str(row["Mobiel"])[-8:] if isinstance(row["Mobiel"], str) and str(row["Mobiel"])[:3] == "06-" else ""


def _write_the_mobile(row: Row, _: Row, __: date, chance: Random) -> None:
    digits = _digits(row)
    if digits:
        pairs = " ".join(digits[at : at + 2] for at in range(0, 8, 2))
        row["Mobiel"] = chance.choice(
            (
                f"06{digits}",
                f"06 {digits}",
                f"06 {pairs}",
                f"(06) {pairs}",
                f"06.{pairs.replace(' ', '.')}",
                f"06 - {digits}",
                f"+316{digits}",
                f"+31 6 {digits}",
                f"+31(0)6{digits}",
                f"0031 6 {digits}",
                f"00316{digits}",
                f"tel. 06{digits}",
                f"'06{digits}",
                f"06\u00a0{digits}",
                f"O6{digits}",
                f"\u200e+31 6 {pairs}\u202c",
                f"06{digits} (liefst appen)",
            )
        )


def _lose_the_zero(row: Row, _: Row, __: date, chance: Random) -> None:
    digits = _digits(row)
    if digits:
        row["Mobiel"] = chance.choice((int(f"6{digits}"), float(f"6{digits}"), f"6{digits}", int(f"316{digits}")))


def _go_abroad(row: Row, _: Row, __: date, ___: Random) -> None:
    digits = _digits(row)
    if digits:
        row["Mobiel"] = f"+32 47{digits[1]} {digits[2:4]} {digits[4:6]} {digits[6:8]}"


def _type_the_number_behind_the_street(row: Row, _: Row, __: date, ___: Random) -> None:
    row["Straat"], row["Huisnummer"] = f"{row['Straat']} {row['Huisnummer']}", None


def _type_the_number_as_a_number(row: Row, _: Row, __: date, ___: Random) -> None:
    if str(row["Huisnummer"]).isdigit():
        row["Huisnummer"] = int(str(row["Huisnummer"]))


def _abbreviate_the_street(row: Row, _: Row, __: date, ___: Random) -> None:
    street = str(row["Straat"])
    for whole, short in (("straat", "str."), ("laan", "ln."), ("Burgemeester ", "Burg. "), ("Professor ", "Prof. ")):
        if street.endswith(whole) or (street.startswith(whole) and whole.endswith(" ")):
            row["Straat"] = street.replace(whole, short)
            return
    row["Straat"] = street.upper()


def _shout(row: Row, _: Row, __: date, chance: Random) -> None:
    column = chance.choice(("Straat", "Groep", "Plaats", "Achternaam"))
    if row.get(column):
        row[column] = chance.choice((str(row[column]).upper(), str(row[column]).lower(), f" {row[column]}  "))


def _write_the_postcode(row: Row, _: Row, __: date, chance: Random) -> None:
    if row.get("Postcode"):
        code = str(row["Postcode"])
        row["Postcode"] = chance.choice((code.lower(), code.replace(" ", ""), code.replace(" ", "\u00a0"), None))


def _write_yes(row: Row, _: Row, __: date, chance: Random) -> None:
    for column in ("18 jaar of ouder", "Akkoord spelregels"):
        if row.get(column) == "ja":
            row[column] = chance.choice(
                ("j", "J", "Ja", "JA", "x", "X", "✓", 1, "1", True, "WAAR", "yes", "TRUE", " ja ")
            )


def _write_the_day(row: Row, _: Row, __: date, chance: Random) -> None:
    day = row["Aangemeld op"]
    if isinstance(day, date):
        ways = (short_day(day), f"{day:%d/%m/%y}", f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", in_words(day))
        row["Aangemeld op"] = chance.choice(ways)


def _write_the_mail_address(row: Row, _: Row, __: date, chance: Random) -> None:
    address = row.get("E-mail")
    ways = (f" {address} ", str(address).capitalize(), f"mailto:{address}", f"<{address}>", f"{address}\u200b")
    row["E-mail"] = chance.choice(ways if address else ("geen", "-", "nvt"))


FORMS: tuple[Spoil, ...] = (
    *[_write_the_mobile] * 3,
    _lose_the_zero,
    _go_abroad,
    _type_the_number_behind_the_street,
    _type_the_number_as_a_number,
    _abbreviate_the_street,
    _shout,
    _write_the_postcode,
    _write_yes,
    _write_the_day,
    _write_the_mail_address,
)


# Faults: each of these has a rule that speaks up.


def _cell(column: str, *values: object) -> Spoil:
    """A fault that is one cell with one of these values in it."""

    def spoil(row: Row, _: Row, __: date, chance: Random) -> None:
        value = chance.choice(values)
        assert value is None or isinstance(value, (str, int, float, bool))  # the cells that the table below names
        row[column] = value

    return spoil


def _misspell_the_street(row: Row, _: Row, __: date, chance: Random) -> None:
    street = str(row["Straat"])
    at = chance.randrange(1, len(street) - 2)
    swapped = street[:at] + street[at + 1] + street[at] + street[at + 2 :]
    stuttered = street[:at] + street[at] * 2 + street[at:]
    row["Straat"] = stuttered if swapped == street else chance.choice((swapped, stuttered))


def _misspell_the_group(row: Row, _: Row, __: date, ___: Random) -> None:
    group = str(row["Groep"])
    row["Groep"] = group[:2] + group[3:]


def _join_the_wrong_group(row: Row, other: Row, _: date, __: Random) -> None:
    row["Groep"] = other["Groep"]


def _join_twice(row: Row, other: Row, today: date, _: Random) -> None:
    row["Mobiel"] = other["Mobiel"]
    row["Aangemeld op"] = today - timedelta(days=1)


def _give_two_mobiles(row: Row, other: Row, _: date, __: Random) -> None:
    row["Mobiel"] = f"{row['Mobiel']} / {other['Mobiel']}"


def _lose_a_digit(row: Row, _: Row, __: date, ___: Random) -> None:
    row["Mobiel"] = f"06{_digits(row)[:-1]}"


def _work_for_the_police(row: Row, _: Row, __: date, ___: Random) -> None:
    row["E-mail"] = f"{str(row['Voornaam'] or 'post').casefold()}@politie.nl".replace("ş", "s")


def _slip_in_the_domain(row: Row, _: Row, __: date, chance: Random) -> None:
    domain = chance.choice(SLIPS)
    row["E-mail"] = f"bewoner{chance.randint(1, 999)}@{domain}"


def _give_two_addresses(row: Row, _: Row, __: date, chance: Random) -> None:
    row["E-mail"] = f"een{chance.randint(1, 99)}@mail.example; twee{chance.randint(1, 99)}@mail.example"


def _arrive_tomorrow(row: Row, _: Row, today: date, __: Random) -> None:
    row["Aangemeld op"] = today + timedelta(days=30)


def _leave_before_arriving(row: Row, _: Row, today: date, __: Random) -> None:
    row["Aangemeld op"], row["Afgemeld op"] = today - timedelta(days=400), today - timedelta(days=500)


def _hide_the_sticker(row: Row, _: Row, today: date, chance: Random) -> None:
    row["Sticker"] = chance.choice(("nee", None, "n", 0, False))
    row["Aangemeld op"] = today - timedelta(days=chance.randint(40, 400))


def _live_elsewhere(row: Row, other: Row, _: date, __: Random) -> None:
    for column in ("Straat", "Huisnummer", "Plaats", "Postcode"):
        row[column] = other[column]
    row["Uitzondering"] = "past op het huis van haar moeder"


def _be_nobody(row: Row, _: Row, __: date, ___: Random) -> None:
    row["Voornaam"] = row["Tussenvoegsel"] = row["Achternaam"] = row["Organisatie"] = None


FAULTS: tuple[Spoil, ...] = (
    _cell("Akkoord spelregels", None, "nee", "?"),
    _misspell_the_street,
    _slip_in_the_domain,
    _lose_a_digit,
    _join_twice,
    _join_the_wrong_group,
    _cell("Mobiel", "0113-212345", "0113 254321", "0113298765"),
    _hide_the_sticker,
    _cell("18 jaar of ouder", None, "nee", "0"),
    _work_for_the_police,
    _cell("Mobiel", None, "", "onbekend", "volgt"),
    _misspell_the_group,
    _cell("Huisnummer", None, ""),
    _cell("Postcode", "1234 SA", "1234 A", "12 34 ABC", "1000000"),
    _give_two_mobiles,
    _cell("E-mail", "jan(at)mail.example", "jan@", "bewoner@mail", "jan@@mail.example"),
    _arrive_tomorrow,
    _live_elsewhere,
    _cell("Groep", None, ""),
    _cell("Mobiel", "06-12345678", "0612345678"),
    _give_two_addresses,
    _leave_before_arriving,
    _cell("Plaats", "Den Burg", "Schagen", "Den Heldre"),
    _cell("Mobiel", "097012345678", "14 010", "112", "0900-8844"),
    _cell("Rol", "vrijwilliger", "bestuur"),
    _cell("Aangemeld op", "vorige week", "32-13-2025", "ergens in mei"),
    _cell("Straat", None, ""),
    _be_nobody,
    _cell("Huisnummer", "naast de kerk", "?"),
    _cell("Afgemeld op", "verhuisd", "weg"),
)


def _leave_blank_rows(members: list[Row], chance: Random) -> None:
    """A blank row between the others here and there, as where people deleted one."""
    for _ in range(min(3, len(members) // 50)):
        members.insert(chance.randrange(1, len(members)), {})


def _soil_the_other_tabs(tabs: dict[str, list[Row]], terms: Terms, today: date) -> None:
    """Each structural fault once, on rows of its own, so that no sound group's members are held back for it."""
    groups, streets, requests = tabs["Groepen"], tabs["Straten"], tabs["Bordaanvragen"]
    area, town = groups[0]["Gebied"], terms.network.places[0]
    groups += [
        {"Groep": "Nog zonder straten", "Gebied": area, "Opmerking": "wie wil hier beginnen?"},
        {"Groep": "Overkant", "Gebied": "Onbekend gebied", "Aangemeld op": today - timedelta(days=30)},
        {"Groep": "Dubbelhof", "Gebied": area, "Gestart op": today - timedelta(days=20)},
        {"Groep": " dubbelhof", "Gebied": area},
    ]
    streets += [
        {"Straat": "Veerpontkade", "Plaats": town, "Groep": "Overkant"},
        {"Straat": "Dubbelpad", "Plaats": town, "Van": 1, "Tot": 40, "Groep": groups[0]["Groep"]},
        {"Straat": "Dubbelpad", "Plaats": town, "Van": 31, "Tot": 60, "Groep": groups[1]["Groep"]},
        {"Straat": "Niemandsdijk", "Plaats": town, "Groep": None},
        {"Straat": "Verdwaaldsteeg", "Plaats": town, "Groep": "Bestaat niet"},
    ]
    common: Row = {"Aangevraagd op": today - timedelta(days=3), "Aangevraagd door": "Elin Duinkamp"}
    started = [row["Groep"] for row in groups if row.get("Gestart op") and row.get("Aangemeld op")] or [None]
    asking = [row["Groep"] for row in requests if not row.get("Besluit")] or started
    free = [name for name in started if name not in asking] or started
    (latitude, longitude), (north, east) = terms.network.bounds.at(0.803, 0.4), terms.network.bounds.at(0.82, 0.42)
    spots = (f"{latitude:.6f}, {longitude:.6f}", f"{north:.6f}, {east:.6f}")
    near, swapped = f"{latitude + 1e-6:.6f}, {longitude:.6f}", f"{east:.6f}, {north:.6f}"
    requests += [
        {**common, "Groep": "Overkant", "Locatie 1": spots[0], "Locatie 2": spots[1]},
        {**common, "Groep": free[0], "Locatie 1": spots[0], "Locatie 2": swapped},
        {**common, "Groep": free[-1], "Locatie 1": spots[0], "Locatie 2": "https://maps.app.goo.gl/AbCdEfGh123"},
        {**common, "Groep": free[len(free) // 2], "Locatie 1": spots[0], "Locatie 2": near},
        {**common, "Groep": free[0], "Locatie 1": spots[0], "Locatie 2": None},
        {**common, "Groep": asking[0], "Locatie 1": spots[0], "Locatie 2": spots[1]},
        {**common, "Groep": free[-1], "Omschrijving 1": "Veerpontkade 3", "Locatie 1": spots[0], "Locatie 2": spots[1]},
    ]
    for row in tabs["Beheerders"][:: max(1, len(tabs["Beheerders"]) // 4)]:
        row["In gebiedsgroep"] = None
