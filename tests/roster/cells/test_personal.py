"""What in news may tell of somebody: a telephone number or a number plate; and what only looks like one."""

from __future__ import annotations

import pytest

from roster.cells.personal import number_plates, phone_numbers

OURS = ("06-23456789", "14 0223")
NUMBERS = (
    "bel 06-12345678", "0612345678", "06 12 34 56 78", "06.12.34.56.78", "06-43-45-67-89", "06-23456780, 112",
    "+31 6 12345678", "0031612345678", "+31(0)6-12345678", "(0223) 612345", "0223-612345", "tel 612345678",
    "020 1234567 graag", "+49 170 1234567", "0\uff1612345678", "06\u201112345678", "06\u200b12345678", "06/12345678",
)  # fmt: skip
NO_NUMBERS = (
    "bel 112", "0900-8844", "0900 8844", "0800-7000", "14 0223", "Kerkstraat 12-14", "1781 AB", "28-11-2026 14:30",
    "28-11-2026 14:30-15:45 uur", "2026-11-28", "van 20:15 tot 21:00", "nummers 1, 3, 5, 7, 9, 11, 13", "06-23456789",
    "+31 6 23456789", "10 tot 20, 30 tot 40", "huisnummer 4102", "€ 1.250,00", "06-12-2026 12:00 tot 13:00",
)  # fmt: skip
PLATES = (
    "AB-12-34", "12-34-AB", "12-AB-34", "AB-12-CD", "AB-CD-12", "12-AB-CD", "12-ABC-3", "1-ABC-23", "AB-123-C",
    "A-123-BC", "ABC-12-D", "A-12-BCD", "1-AB-234", "123-AB-4", "12-abc-3", "12 ABC 3", "12abc3", "GB123H",
    "zwarte bus, kenteken: gb-001-b.", "V-123-AB (blauw)", "1-ABC-234", "AB-123-CD", "B-MW 1234", "HH-AB 123",
    "AB12 CDE", "PX 123 R", "K.123.AB", "een rode 9-XKB-22, let op",
)  # fmt: skip
NO_PLATES = (
    "1781 AB", "1781AB", "1781 AB 12", "Kerkstraat 12-14", "Kerkstraat 12a", "tussen 10 en 20", "TUSSEN 10 EN 20 UUR",
    "10-en-20", "28-11-2026", "28-nov-26", "1-mei-26", "12-mrt-26", "20u30", "20:30", "om 20 uur", "N250 en A9",
    "nr. 12 bis", "Kerkstraat 2-4-6", "groep A-1", "K3", "op de 1e van de 2e", "bus 28", "lijn 28 naar 12", "112",
    "0900-8844", "06-12345678", "1 t/m 20", "3 op 12", "2 mannen, 1 jas", "man van 1.80", "45 a 50 jaar", "14 0223",
    "BEL 112", "GA 112 NU", "BEL NU 112 EN DAN 0900-8844", "BPA 112",
)  # fmt: skip


@pytest.mark.parametrize("typed", NUMBERS)
def test_a_telephone_number_is_seen_however_it_is_typed(typed: str) -> None:
    assert phone_numbers(typed, OURS), typed


@pytest.mark.parametrize("typed", PLATES)
def test_a_number_plate_is_seen_in_every_series(typed: str) -> None:
    assert number_plates(typed), typed


def test_what_only_looks_like_one_is_left_alone() -> None:
    assert [typed for typed in NO_NUMBERS if phone_numbers(typed, OURS)] == []
    assert [typed for typed in NO_PLATES if number_plates(typed)] == []
