"""Telephone numbers as people type them. All numbers are made up."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from roster.cells import Phone, Unreadable, phone
from roster.sheet.table import Cell

MOBILE = """
06-23456789 | 0623456789 | 06 23456789 | 06 23 45 67 89 | 06.23.45.67.89 | 06/23456789 | 06/23 45 67 89
06 - 2345 6789 | 0 6 2 3 4 5 6 7 8 9 | (06) 23456789 | (06)23456789 | (0)6-23456789 | 623456789 | 6 23456789 | 623456789.0 | 623456789,0
+31623456789 | +31 6 23456789 | +31-6-23456789 | +31 (0)6 23456789 | +31(0)623456789 | +31 06 23456789 | +310623456789
+31 6 23 45 67 89 | + 31 6 23456789 | (+31) 6 23456789 | (+31)(0)6 23456789 | 31623456789 | 31 6 23456789 | 316 23456789
0031623456789 | 0031 6 23456789 | 0031 (0)6-23456789 | 00 31 6 23456789 | 00310623456789 | 310623456789
O6-23456789 | o623456789 | O6 23456789 | OO31 6 23456789 | +31 (O)6 23456789
tel. 06-23456789 | Tel: 0623456789 | TEL 06 23456789 | tel:+31623456789 | mob: 06-23456789 | Mob. 0623456789
mobiel 0623456789 | Mobiel nr. 06-23456789 | M: 06-23456789 | T 06-23456789 | gsm 06-23456789 | telefoonnummer: 0623456789
whatsapp: 06-23456789 | (mobiel) 06-23456789 | ☎ 06-23456789 | tel. O6-23456789
06-23456789 (werk) | 0623456789(privé) | 06-23456789 (na 18 uur) | 06-23456789 [oma] | 06-23456789 (oma, 82)
tel. 06-23456789 (na 18:00 uur) | +31 6 23456789 (Jan)
'0623456789 | '06-23456789' | ="0623456789" | "0623456789" | 06-23456789; | 06-23456789, | 06-23456789. | 06-23456789 -
"""
HIDDEN = [
    "\u00a006-23456789\u00a0",
    "06\u00a023\u00a045\u00a067\u00a089",
    "\u200b06-23456789",
    "\u202a+31 6 23456789\u202c",
    "\u200e06-23456789\ufeff",
    "06\u00ad-23456789",
    "06\u201123456789",
    "06\u201323456789",
    "06\u221223456789",
    "\u20190623456789",
    "\u02bc0623456789",
    "\u02bc06-23456789\u02bc",
    "\u20320623456789",
    "06\u202f23456789",
    "\uff10\uff16\uff0d\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19",
    "\uff0b31623456789",
    "\u0660\u0666\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669",
    "\u06f0\u06f6\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9",
    "06-23456789\n",
]


def pieces(table: str) -> list[str]:
    """The pieces of a table of texts."""
    return [piece.strip() for line in table.strip().splitlines() for piece in line.split("|")]


@pytest.mark.parametrize("cell", [*pieces(MOBILE), *HIDDEN, 623456789, 31623456789, 31623456789.0, 6.23456789e8])
def test_a_dutch_mobile_is_understood(cell: Cell) -> None:
    """Every usual way of writing, also as a number that lost its zero or plus."""
    assert phone(cell) == Phone("+31623456789", "mobile")


OTHERS = """
0223-612345            | +31223612345   | landline
0223 61 23 45          | +31223612345   | landline
(0223) 612345          | +31223612345   | landline
+31 223 612345         | +31223612345   | landline
+31 (0)223-612345      | +31223612345   | landline
223612345              | +31223612345   | landline
tel. 0223-612345       | +31223612345   | landline
0223/612345            | +31223612345   | landline
020-6241111            | +31206241111   | landline
070 3624111            | +31703624111   | landline
085-1234567            | +31851234567   | landline
+32 470 12 34 56       | +32470123456   | foreign mobile
0032 470 12 34 56      | +32470123456   | foreign mobile
+32 (0)470 12 34 56    | +32470123456   | foreign mobile
+49 151 12345678       | +4915112345678 | foreign mobile
0049 151 12345678      | +4915112345678 | foreign mobile
+49 (0)1511 2345678    | +4915112345678 | foreign mobile
+44 7912 345678        | +447912345678  | foreign mobile
+48 512 345 678        | +48512345678   | foreign mobile
+39 333 123 4567       | +393331234567  | foreign mobile
+1 212-555-1234        | +12125551234   | foreign mobile
+49 30 1234567         | +49301234567   | foreign landline
"""


@pytest.mark.parametrize("line", OTHERS.strip().splitlines())
def test_other_numbers_of_people_are_understood_for_what_they_are(line: str) -> None:
    """Landlines and internet numbers (a warning), and foreign mobiles (fine)."""
    typed, e164, kind = (piece.strip() for piece in line.split("|"))
    assert phone(typed) == (e164, kind)


@pytest.mark.parametrize("number", [32470123456, 32470123456.0, 4915112345678, 447912345678])
def test_a_number_cell_that_lost_the_plus_of_a_foreign_mobile_is_understood(number: float) -> None:
    """Excel makes a number of +32470123456."""
    assert phone(number) == (f"+{number:.0f}", "foreign mobile")


@pytest.mark.parametrize(
    "number", [6234567890, 62345678901, 6421234567890, 3223456789, 49301234567, 20624111, 234567890123]
)
def test_a_number_cell_is_not_guessed_to_be_a_foreign_mobile(number: int) -> None:
    """A Dutch mobile with a digit too many, a foreign landline, a number of nobody."""
    with pytest.raises(Unreadable):
        phone(number)


REFUSED = """
06-23456789 / 06-34567890      | twee nummers
06-23456789/0223-612345        | twee nummers
0623456789 0634567890          | twee nummers
06-23456789 of 06-34567890     | twee nummers
06-23456789 en 0223-612345     | twee nummers
06-23456789, 06-34567890       | twee nummers
06-23456789; 06-34567890       | twee nummers
06-23456789 & 06-34567890      | twee nummers
06-23456789 (0634567890)       | twee nummers
06-23456789 (thuis 0223-612345) | twee nummers
+31623456789+31634567890       | twee nummers
mob 06-23456789 tel 0223-612345 | twee nummers
06-23456789/90                 | te lang
06-23456789/8                  | twee nummers
06-2345678/9                   | twee nummers
06-23456789 toestel 5          | Achter het nummer
06-23456789 tst. 5             | Achter het nummer
06-23456789 ext 5              | Achter het nummer
06-23456789x5                  | Achter het nummer
06-23456789 (toestel 5)        | Achter het nummer
0623456789 2e                  | Achter het nummer
0623456789 werk                | Achter het nummer
0623456789 Jan                 | Achter het nummer
06-23456789 (werk              | Achter het nummer
06-23456789#5                  | een teken
06-2345678(9)                  | een teken
06,23456789                    | een teken
06-2345*6789                   | een teken
0623456789.0                   | een teken
0612345.00                     | een teken
6234567.00                     | een teken
62345678.0                     | te kort
20624111.0                     | te kort
06-2345+6789                   | een teken
++31623456789                  | een teken
+0031623456789                 | een teken
+06 23456789                   | een teken
06:23456789                    | een teken
06-2345678                     | te kort
0623                           | te kort
23456789                       | te kort
06-234567890                   | te lang
+31 (0)06-23456789             | te lang
32470123456                    | te lang
4915112345678                  | te lang
0031 6 234567890               | te lang
0970-1234567                   | 097
097012345678                   | 097
+31 97 012345678               | 097
+3197012345678                 | 097
0097012345678                  | bestaat niet
14 0223                        | gemeente
140223                         | gemeente
14-0223                        | gemeente
+31 14 0223                    | gemeente
0140223                        | gemeente
112                            | alarmnummer
1 1 2                          | alarmnummer
0900-8844                      | servicenummer
09008844                       | servicenummer
0800-1234                      | servicenummer
0906-1234567                   | servicenummer
088-1234567                    | bedrijfsnummer
084-1234567                    | bedrijfsnummer
0661234567                     | pieper
06-12345678                    | voorbeeldnummer
0612345678                     | voorbeeldnummer
+31612345678                   | voorbeeldnummer
+31 (0)6 12 34 56 78           | voorbeeldnummer
0031612345678                  | voorbeeldnummer
612345678                      | voorbeeldnummer
tel. O6-12345678 (werk)        | voorbeeldnummer
0600000000                     | bestaat niet
06-00000000                    | bestaat niet
0999999999                     | bestaat niet
6,23E+08                       | afgerond
6.23456789E8                   | afgerond
6.23e+8                        | afgerond
onbekend                       | geen telefoonnummer
geen                           | geen telefoonnummer
n.v.t.                         | geen telefoonnummer
-                              | geen telefoonnummer
?                              | geen telefoonnummer
...                            | geen telefoonnummer
zes                            | letters
06-l2345678                    | letters
06-BUURTAPP                    | letters
0800-BUURT                     | letters
jan@mail.example               | letters
#N/B                           | letters
+1 800 555 1212                | geen nummer van een mobiele
+44 70 1234 5678               | geen nummer van een mobiele
"""


@pytest.mark.parametrize("line", REFUSED.strip().splitlines())
def test_what_is_no_number_of_one_person_is_refused(line: str) -> None:
    """Each with its own reason, and without a digit of what was typed."""
    typed, told = (piece.strip() for piece in line.rsplit("|", 1))
    with pytest.raises(Unreadable) as wrong:
        phone(typed)
    assert told in wrong.value.message
    assert wrong.value.remedy
    assert "2345678" not in wrong.value.message
    assert wrong.value.__suppress_context__ or wrong.value.__context__ is None


@pytest.mark.parametrize(
    "cell",
    [True, False, 0, -623456789, 623456789.5, 0.623456789, float("nan"), float("inf"), 1e300, 10**400, date(2026, 3, 5),
     datetime(2026, 3, 5), time(6)],
)  # fmt: skip
def test_a_cell_that_cannot_hold_a_number_of_a_telephone_is_refused(cell: Cell) -> None:
    """Dates, yes and no, fractions, negative and endless numbers."""
    with pytest.raises(Unreadable):
        phone(cell)


@pytest.mark.parametrize("cell", [None, "", "  ", "\u00a0", "\u200b\ufeff"])
def test_a_blank_cell_is_no_number(cell: Cell) -> None:
    """Blank is None; that a member needs one is a rule's affair."""
    assert phone(cell) is None


def test_the_number_before_a_remark_is_not_mixed_with_digits_in_it() -> None:
    """Digits in the remark stay out of the number."""
    assert phone("06-23456789 (2e etage)") == phone("0623456789")
    with pytest.raises(Unreadable):
        phone("06-2345678 (9e)")


def test_repeated_digits_may_be_somebodys() -> None:
    """Only the one example number is known to be nobody's."""
    assert phone("06-11111111") == Phone("+31611111111", "mobile")
    assert phone("06-55555555") == Phone("+31655555555", "mobile")
