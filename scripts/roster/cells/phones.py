"""Telephone numbers: the digits that people typed as E.164, or a reason why not."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType as Type

from roster.cells.text import Unreadable, plain_digits, text, whole_number
from roster.sheet.table import Cell

PhoneKind = Literal["mobile", "landline", "foreign mobile", "foreign landline"]

LANDLINES: frozenset[PhoneKind] = frozenset(("landline", "foreign landline"))


class Phone(NamedTuple):
    """A number in E.164 ("+31623456789") and what it is. Internet numbers (085) count as landlines."""

    e164: str
    kind: PhoneKind


# Dutch mobiles and the landlines of Den Helder (0223), as they are typed most. What this claims, and
# libphonenumber, give the same: tests/test_phones_laws.py holds one against the other. Not "61234567.0":
# that is a number cell that became text, and its last zero is no digit of a telephone number.
COMMON = re.compile(
    r"(?![0-9]*\.0+\Z)(?:(?:\+|00)31[-. ]?(?:\(0\)[-. ]?|0)?|310?|0)?"
    r"(?:6[-. /]?[1-58](?:[0-9]{7}|(?:[-. ]?[0-9]){7})|223[-. /]?[0-9](?:[-. ]?[0-9]){5})"
)
_SEPARATORS = str.maketrans("", "", "-. /()+")
_EXAMPLE = "612345678"
_TYPE_NUMBER = "Typ één mobiel nummer, bijvoorbeeld 06-23456789."
_DUTCH: dict[int, PhoneKind] = {Type.MOBILE: "mobile", Type.FIXED_LINE: "landline", Type.VOIP: "landline"}
_FOREIGN: dict[int, PhoneKind] = {
    Type.MOBILE: "foreign mobile",
    Type.FIXED_LINE_OR_MOBILE: "foreign mobile",
    Type.FIXED_LINE: "foreign landline",
    Type.VOIP: "foreign landline",
}


def phone(cell: Cell) -> Phone | None:
    """The one number in the cell, None if blank; `Unreadable` for what is no number of a person.

    Understood: every usual way of writing, a lost leading zero or plus, 0031, (0), the letter O for
    0, "tel." before, a remark in brackets behind. The digits of the result are the digits typed.
    What is valid, and of which kind, is libphonenumber's answer for the Netherlands. Refused: two
    numbers, anything behind the number, 097, 14 0223, 112, 0800, 0900, 088, pagers, 06-12345678.
    """
    if isinstance(cell, str):
        return _common_phone(cell) or _phone_of_text(cell)
    if cell is None:
        return None
    if isinstance(cell, int | float) and (number := whole_number(cell)) is not None and number > 0:
        digits = str(number)
        return _lost_plus(digits) or phone(digits)
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell != 0:
        # +31-6-12345678 is a sum to a spreadsheet, and the digits that were typed cannot be told from its outcome.
        raise Unreadable(
            "Het rekenblad heeft van dit nummer een som gemaakt.",
            "Maak de cel op als tekst, en typ het nummer opnieuw, bijvoorbeeld 06-23456789.",
        )
    raise Unreadable("Dit is geen telefoonnummer.", _TYPE_NUMBER)


# Not from 31, which the Dutch way reads, nor from 6: that may be a Dutch mobile with a digit too many.
_LOST_PLUS = re.compile(r"(?!31|6)[1-9][0-9]{10,14}")


def _lost_plus(digits: str) -> Phone | None:
    """The foreign mobile of a number cell: a spreadsheet drops the plus of +32470123456. None where it is none."""
    if _LOST_PLUS.fullmatch(digits) is None:
        return None
    try:
        found = _library_phone("+" + digits)
    except Unreadable:
        return None
    return found if found.kind == "foreign mobile" else None


def _common_phone(typed: str) -> Phone | None:
    """The fast path: the number when it stands there in a common form, else None."""
    if COMMON.fullmatch(typed) is None:
        return None
    digits = typed[-9:]
    if not digits.isdigit():
        digits = typed.replace("-", "").replace(" ", "").replace(".", "").replace("/", "")[-9:]
    if digits == _EXAMPLE:
        return None
    return Phone(f"+31{digits}", "mobile" if digits[0] == "6" else "landline")


def _phone_of_text(cell: str) -> Phone | None:
    typed = _unwrapped(plain_digits(text(cell)))
    if not typed:
        return None
    number = _without_letters(_without_label(_without_remark(typed)))
    number = _NUMBER_AS_TEXT.sub(r"\1", number)
    return _common_phone(number) or _library_phone(_checked_marks(number))


_NUMBER_AS_TEXT = re.compile(r"\A([1-9][0-9]{6,})[.,]0\Z")
_QUOTES = " '\"`\u00b4\u2018\u2019\u2032\u02bc\u201c\u201d"
_TRAILING = _QUOTES + ".,;:-"


def _unwrapped(typed: str) -> str:
    """Without what spreadsheets and lists leave around a number: apostrophes, ="…", a last comma."""
    inner = typed.lstrip(_QUOTES).removeprefix("=").lstrip(_QUOTES)
    if any(mark.isalnum() for mark in inner):
        return inner.rstrip(_TRAILING)
    if not typed:
        return ""
    raise Unreadable("Hier staat geen telefoonnummer.", _TYPE_NUMBER)


_REMARK = re.compile(r"(.*[0-9Oo])\s*[(\[]([^()\[\]]*[^\W\d_][^()\[\]]*)[)\]]")
_EXTENSION = re.compile(r"(?:toestel|tst|ext|extension|doorkies\w*|dkn|intern|keuze|code|pin)\b", re.IGNORECASE)
_LETTER_O = re.compile(r"[oO]+")


def _without_remark(typed: str) -> str:
    """Without one remark in brackets behind the number, if it is words: "(werk)", "(na 18 uur)"."""
    found = _REMARK.fullmatch(typed)
    if found is None:
        return typed
    number, remark = found.group(1), found.group(2)
    if not _LETTER_O.sub("", remark).strip(" 0123456789-."):
        return typed  # "(O)": a zero, not a remark
    if sum(mark.isdigit() for mark in remark) >= 6:
        raise _two_numbers()
    if _EXTENSION.search(remark):
        raise _something_behind()
    return number


_WORDS = (
    r"tel(?:efoon)?(?:nummer|nr)?|mob(?:iel)?(?:e|nummer|nr)?|mobile|phone|gsm|nummer|nr|whats?app?|app|wa|privé|prive"
    r"|thuis|werk|zakelijk|m|t|☎|📞|📱"
)
# Each mark belongs to one piece of the pattern, and no piece gives back: labels without end cost only their length.
_LABEL = re.compile(rf"(?:[(\[]?(?:{_WORDS})(?![^\W\d_])[)\]]?[\s.:=-]*+)++(?=[+(0-9oO])", re.IGNORECASE)


def _without_label(typed: str) -> str:
    """Without "tel.", "mob:", "gsm nr." and the like before the number."""
    found = _LABEL.match(typed)
    return typed[found.end() :] if found else typed


_NONE = frozenset({"geen", "nvt", "n.v.t", "nee", "n/a", "onbekend", "niet bekend", "geen mobiel", "geen telefoon"})
_SCIENTIFIC = re.compile(r"[0-9][.,]?[0-9]*e[+-]?[0-9]{1,3}", re.IGNORECASE)


def _without_letters(typed: str) -> str:
    """The text with the letter O as 0; `Unreadable` when any other letter is left."""
    if not any(mark.isalpha() for mark in typed):
        return typed
    if typed.casefold() in _NONE:
        raise Unreadable("Hier staat geen telefoonnummer.", _TYPE_NUMBER)
    if _SCIENTIFIC.fullmatch(typed):
        raise Unreadable(
            "Het rekenblad heeft dit nummer afgerond, en er zijn cijfers verloren gegaan.",
            "Maak de cel op als tekst, en typ het nummer opnieuw.",
        )
    replaced = _LETTER_O.sub(lambda found: "0" * len(found.group()), typed)
    if not any(mark.isalpha() for mark in replaced) and any(mark.isdigit() for mark in typed):
        return replaced
    pieces = [sum(mark.isdigit() for mark in piece) for piece in re.split(r"[^\W\d_]+|[/;,|&]", typed)]
    if sum(count >= 8 for count in pieces) > 1:
        raise _two_numbers()
    if pieces[0] >= 8:
        raise _something_behind()
    raise Unreadable("Hier staan letters tussen of in plaats van de cijfers.", _TYPE_NUMBER)


_MARKS = re.compile(r"\(?\s*\+?[0-9()./ -]+")
_ODD = re.compile(r"[0-9][^0-9]*\([0-9 ]*\)$|^\W*\+\W*0|^[0-9]{5,}\.0+$")  # 06-2345678(9), +06, 0612345.00
_COUNTED = 17  # E.164 has 15 digits at most, 00 before it makes 17


def _checked_marks(typed: str) -> str:
    """The text when it can be one number by its marks; `Unreadable` for two, or for odd marks."""
    digits = sum(mark.isdigit() for mark in typed)
    pieces = [sum(mark.isdigit() for mark in piece) for piece in re.split(r"[/;,|&+]", typed)]
    if digits > _COUNTED or sum(count >= 8 for count in pieces) > 1:
        raise _two_numbers()
    if re.search(r"/\D*[0-9]\D*$", typed):
        raise _two_numbers()
    if re.fullmatch(r"\D*", typed):
        raise Unreadable("Hier staat geen telefoonnummer.", _TYPE_NUMBER)
    if not _MARKS.fullmatch(typed) or _ODD.search(typed):
        raise Unreadable("Hier staat een teken dat niet in een telefoonnummer hoort.", _TYPE_NUMBER)
    return typed


def _two_numbers() -> Unreadable:
    return Unreadable(
        "Hier staan twee nummers, of te veel cijfers.",
        "Laat alleen het nummer staan waarmee de deelnemer in WhatsApp zit.",
    )


def _something_behind() -> Unreadable:
    return Unreadable(
        "Achter het nummer staat nog iets.", "Laat alleen het nummer staan. Een opmerking mag erachter tussen haakjes."
    )


_PLUS_HINT = "Typ een Nederlands nummer met tien cijfers, of een buitenlands nummer met + en het landnummer ervoor."


def _library_phone(typed: str) -> Phone:
    """libphonenumber's answer, and a reason for each kind of number that is nobody's mobile."""
    digits = typed.translate(_SEPARATORS)
    _refuse_service_number(digits)
    try:
        number = phonenumbers.parse(typed, "NL")
    except phonenumbers.NumberParseException:
        raise Unreadable("Dit is geen telefoonnummer.", _PLUS_HINT) from None
    national = phonenumbers.national_significant_number(number)
    if not phonenumbers.is_valid_number(number):
        raise _invalid(number, digits)
    if not _same_digits(number, national, digits):
        raise Unreadable("Dit nummer is niet zeker te lezen.", _PLUS_HINT)
    if number.country_code == 31:
        return _dutch_phone(national, phonenumbers.number_type(number))
    kind = _FOREIGN.get(phonenumbers.number_type(number))
    if kind is None:
        raise Unreadable("Dit buitenlandse nummer is geen nummer van een mobiele telefoon.", _TYPE_NUMBER)
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), kind)


def _refuse_service_number(digits: str) -> None:
    national = re.sub(r"^(?:0031|31(?=14)|0(?=14|1))0?", "", digits)
    if national in {"112", "144", "113", "116000", "116111", "116117"}:
        raise Unreadable("Dit is een alarmnummer of hulplijn.", _TYPE_NUMBER)
    if re.fullmatch(r"140[0-9]{2,3}", national):
        raise Unreadable("Dit is het nummer van een gemeente.", _TYPE_NUMBER)


def _same_digits(number: phonenumbers.PhoneNumber, national: str, digits: str) -> bool:
    """True when nothing but country code, 00 and trunk zero stands before the very digits typed."""
    if not digits.endswith(national):
        return False
    head = digits[: len(digits) - len(national)]
    code = str(number.country_code)
    heads = {start + code + trunk for start in ("", "00") for trunk in ("", "0")}
    return head in heads or (code == "31" and head in {"", "0"})


def _invalid(number: phonenumbers.PhoneNumber, digits: str) -> Unreadable:
    if len(digits) < 9:
        return Unreadable("Dit nummer is te kort.", _PLUS_HINT)
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.TOO_SHORT or (number.country_code == 31 and len(digits) < 10):
        return Unreadable("Dit nummer is te kort, of het begin ontbreekt.", _PLUS_HINT)
    if digits.startswith("097") or re.match(r"(?:00)?31(?:0)?97", digits):
        return _machine()
    if reason == phonenumbers.ValidationResult.TOO_LONG or (number.country_code == 31 and len(digits) > 10):
        return Unreadable("Dit nummer is te lang, of het landnummer ontbreekt.", _PLUS_HINT)
    return Unreadable("Dit nummer bestaat niet.", _PLUS_HINT)


def _machine() -> Unreadable:
    return Unreadable("Dit is een nummer voor apparaten (097), niet voor een telefoon.", _TYPE_NUMBER)


def _dutch_phone(national: str, kind: int) -> Phone:
    if national == _EXAMPLE:
        raise Unreadable("Dit is het voorbeeldnummer, niet het nummer van een deelnemer.", _TYPE_NUMBER)
    if national.startswith("97"):
        raise _machine()
    found = _DUTCH.get(kind)
    if found is not None:
        return Phone("+31" + national, found)
    if kind == Type.PAGER:
        raise Unreadable("Dit is het nummer van een pieper (066).", _TYPE_NUMBER)
    if kind in {Type.TOLL_FREE, Type.PREMIUM_RATE}:
        raise Unreadable("Dit is een servicenummer (0800, 0900 of 0906).", _TYPE_NUMBER)
    raise Unreadable("Dit is een bedrijfsnummer, geen mobiel nummer.", _TYPE_NUMBER)
