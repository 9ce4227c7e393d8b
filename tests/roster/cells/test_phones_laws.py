"""Laws of telephone numbers: the fast path is the library's answer, and no number becomes another."""

from __future__ import annotations

import random
import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from roster.cells import Phone, PhoneKind, Unreadable, phone
from roster.cells.phones import COMMON, _common_phone
from roster.sheet.table import Cell

# fmt: off
COUNTRY = ("", "", "0", "0", "0", "+31", "+31 ", "+31-", "0031", "0031 ", "00 31 ", "31", "31 ", "+31(0)", "+31 (0)",
           "+31 (0) ", "+31(0)0", "0031 (0)", "+310", "310", "(0)", "+", "00", "+32", "0049", "+1", "+0", "(+31) ", "03", "031",
           "+3", "++31")
AREA = ("6", "6", "6", "6", "223", "223", "66", "60", "67", "69", "97", "970", "20", "224", "22", "88", "85", "800",
        "900", "14", "")
# fmt: on
BETWEEN = ("", "", "", "-", " ", ".", "/", "- ", " - ", "--", "(", ")", "+", ",", "x")


def made_up_number(chance: random.Random) -> str:
    """A number from pieces, mostly of the right length, sometimes damaged: near the edges of the fast path."""
    near = chance.random() < 0.6
    area = chance.choice(AREA[:6] if near else AREA)
    wanted = max(9 - len(area) + (0 if near else chance.choice((0, 0, 0, 0, -2, -1, 1, 2))), 0)
    usual = chance.choice(("", "", " ", "-", "."))
    digits = [chance.choice("0123456789") for _ in range(wanted)]
    joined = "".join((usual if chance.random() < 0.3 else "") + digit for digit in digits)
    before, between = (COUNTRY[:20], BETWEEN[:7]) if near else (COUNTRY, BETWEEN)
    typed = chance.choice(before) + area + chance.choice(between) + joined
    if chance.random() < 0.1:
        at = chance.randrange(len(typed) + 1)
        typed = typed[:at] + chance.choice("0123456789+-. /()x,\u0663\n") + typed[at + chance.randrange(2) :]
    return typed


KINDS: dict[int, PhoneKind] = {PhoneNumberType.MOBILE: "mobile", PhoneNumberType.FIXED_LINE: "landline"}


def library_phone(typed: str) -> Phone | None:
    """libphonenumber's own answer for the Netherlands: E.164 and kind of a valid mobile or landline, else None."""
    try:
        number = phonenumbers.parse(typed, "NL")
    except phonenumbers.NumberParseException:
        return None
    kind = KINDS.get(phonenumbers.number_type(number))
    if kind is None or number.country_code != 31 or number.extension or not phonenumbers.is_valid_number(number):
        return None
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), kind)


def digits_of(typed: str) -> str:
    """The digits of a text, nothing else; of a number cell that became text (623456789.0) not the fraction."""
    whole = re.sub(r"^([1-9][0-9]*)[.,]0$", r"\1", typed)
    return "".join(mark for mark in whole if mark in "0123456789")


def keeps_its_digits(read: Phone, typed: str) -> bool:
    """True when before the national number stands nothing but 00, a country code and a trunk zero."""
    digits, e164 = digits_of(typed), read.e164.removeprefix("+")
    national = e164.removeprefix("31") if e164.startswith("31") else e164
    forms = {e164, "00" + e164}
    if national != e164:
        forms |= {national, "0" + national, "310" + national, "00310" + national}
    if digits in forms:
        return True
    # Abroad: the country code (one to three digits), then a trunk zero, then the rest.
    bare = digits.removeprefix("00")
    return any(bare == e164[:length] + "0" + e164[length:] for length in (1, 2, 3))


def remove_leftovers(count: int, seed: int) -> tuple[int, int]:
    """Hold the readers against the library; how many numbers the fast path claimed, and how many were read in all."""
    chance = random.Random(seed)
    claimed = read_in_all = 0
    for _ in range(count):
        typed = made_up_number(chance)
        fast = _common_phone(typed)
        if fast is not None:
            claimed += 1
            assert fast == library_phone(typed), typed
        try:
            read = phone(typed)
        except Unreadable:
            assert fast is None, typed
            continue
        if read is not None:
            read_in_all += 1
            assert fast is None or fast == read, typed
            assert keeps_its_digits(read, typed.replace("\u0663", "3")), typed
            assert phone(read.e164) == read, typed
            number = phonenumbers.parse(read.e164)
            assert phonenumbers.is_valid_number(number), typed
    return claimed, read_in_all


def test_the_fast_path_for_phones_gives_the_librarys_answer() -> None:
    """A seeded sweep near the edges: same number, same kind, same digits, and the result reads as itself."""
    claimed, read = remove_leftovers(5_000, seed=1)
    assert claimed > 1_000
    assert read > claimed


@pytest.mark.long
def test_the_fast_path_for_phones_gives_the_librarys_answer_over_a_big_sweep() -> None:
    """The same, over half a million strings."""
    claimed, _ = remove_leftovers(500_000, seed=2)
    assert claimed > 100_000


def test_every_dutch_mobile_block_is_the_librarys() -> None:
    """Beginnings from 06-0000 to 06-9999 and 0223-000 to 0223-999: claimed exactly where the library says so."""
    beginnings = [f"6{block:04}" for block in range(0, 10_000, 7)] + [f"223{block:03}" for block in range(0, 1000, 7)]
    for beginning in beginnings:
        national = beginning.ljust(9, "9")
        for typed in ("0" + national, national, "+31" + national, "0031" + national):
            assert _common_phone(typed) == library_phone(typed), typed


@given(st.from_regex(COMMON, fullmatch=True))
def test_whatever_the_fast_path_allows_the_library_allows(typed: str) -> None:
    """Strings made from the very pattern of the fast path."""
    fast = _common_phone(typed)
    assert fast == library_phone(typed) or (fast is None and digits_of(typed).endswith("612345678"))


PHONELIKE = st.text("0123456789+-. /()oO") | st.text("06123456789 telmobwrk.:()")


@given(
    st.one_of(st.text(), PHONELIKE, st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.none())
)
def test_phone_raises_nothing_but_unreadable_and_reads_its_own_form(cell: Cell) -> None:
    """Whatever the cell holds."""
    try:
        read = phone(cell)
    except Unreadable:
        return
    assert read is None or phone(read.e164) == read


NOISE_BEFORE = st.sampled_from(("", " ", "'", "\u200b", "tel. ", "Mob: ", "\u202a", "gsm ", "\u00a0", "M "))
NOISE_BEHIND = st.sampled_from(("", " ", "\u200b", " (werk)", " (na 18 uur)", "\u00a0", ";", "\ufeff", " (oma)"))


@given(NOISE_BEFORE, st.sampled_from("12345"), st.text("0123456789", min_size=7, max_size=7), NOISE_BEHIND)
def test_noise_never_makes_another_number(before: str, block: str, rest: str, behind: str) -> None:
    """A made-up mobile is the same with and without what people leave around it, as text and as a number."""
    national = "6" + block + rest
    if national == "612345678":
        return
    expected = Phone("+31" + national, "mobile")
    assert phone(f"{before}0{national}{behind}") == expected
    assert phone(int(national)) == phone(float(national)) == phone(f"+31 (0){national[0]}-{national[1:]}") == expected


@given(st.integers(min_value=0, max_value=10**16))
def test_a_number_cell_is_read_as_its_digits(number: int) -> None:
    """No cell with a number becomes a telephone number with other digits."""
    try:
        read = phone(number)
    except Unreadable:
        return
    assert read is not None
    assert keeps_its_digits(read, str(number))
