"""A cell: what is typed or sent, what Google makes of it, and how it is shown in a locale."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from servers.sheets_server.refusal import Json, Unknown, bad

Scalar = str | int | float | bool


class Failure(str):
    """What shows where a formula fails, such as #NAME?."""

    __slots__ = ()


FAILURES = {"#ERROR!": "ERROR", "#NAME?": "NAME", "#REF!": "REF", "#N/A": "N_A", "#VALUE!": "VALUE"}
"""Google's words for them on the screen, and in the API (ErrorValue.type)."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula and what it gives now. Tests may put any; through the API only sums of numbers are worked out, and
    formulas of which the test says beforehand what they give (`Book.outcomes`)."""

    text: str
    result: Scalar | None


Value = Scalar | Formula | None


@dataclass(frozen=True, slots=True)
class Look:
    """All of a cell but its value. Shared between cells and therefore never changed in place.

    `link` holds what the API tells of a chip or a link: hyperlink, chipRuns, textFormatRuns.
    """

    format: Json = field(default_factory=dict)
    note: str = ""
    validation: Json | None = None
    link: Json = field(default_factory=dict)


PLAIN = Look()
REFUSED = Failure("refused")
"""The outcome of a formula that Google does not take at all."""

EPOCH = datetime(1899, 12, 30)
LONGEST = 50_000


@dataclass(frozen=True, slots=True)
class Locale:
    decimal: str
    group: str
    day_first: bool
    day: str
    words: tuple[str, str]


LOCALES = {
    "en_US": Locale(".", ",", False, "m/d/yyyy", ("TRUE", "FALSE")),
    "en_GB": Locale(".", ",", True, "dd/mm/yyyy", ("TRUE", "FALSE")),
    "nl_NL": Locale(",", ".", True, "d-m-yyyy", ("WAAR", "ONWAAR")),
}
_DAY_PARTS = re.compile(r"yyyy|yy|dd|d|mm|m|hh|h|ss|s|[^a-zA-Z]+")
_TIME = r"(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2}))?"
_ISO = re.compile(rf"(?P<y>\d{{4}})[-/](?P<m>\d{{1,2}})[-/](?P<d>\d{{1,2}})(?:[ T]{_TIME})?")
_DAY = re.compile(rf"(?P<a>\d{{1,2}})(?P<sep>[-/])(?P<b>\d{{1,2}})(?:(?P=sep)(?P<y>\d{{4}}|\d{{2}}))?(?: {_TIME})?")
_NAMED_DAY = re.compile(
    r"\d{1,2}[ -](jan|feb|mar|mrt|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec)[a-z]*\b.*", re.IGNORECASE
)


def locale_of(name: str) -> Locale:
    if name not in LOCALES:
        raise Unknown(f"the locale {name}")
    return LOCALES[name]


def tidy(number: float) -> int | float:
    """A number as Google writes it in JSON: 2, not 2.0."""
    return int(number) if float(number).is_integer() and abs(number) < 1e15 else number


def typed(text: str, locale_name: str, look: Json, today: date) -> tuple[Value, Json]:
    """What USER_ENTERED (or a keyboard) makes of a text: the value, and the number format the cell gets.

    `look` is the format of the cell: in text format it keeps what is typed. `today` gives the year of "1-2".
    """
    locale = locale_of(locale_name)
    if len(text) > LONGEST:
        raise bad(f"Your input contains more than the maximum of {LONGEST} characters in a single cell.")
    if text == "":
        return None, {}
    if look.get("numberFormat", {}).get("type") == "TEXT":
        return text, {}
    if text.startswith("'"):
        return text[1:], {}
    if text.startswith("=") and len(text) > 1:
        return worked_out(text), {}
    bare = text.strip()
    if bare.upper() in ("TRUE", "FALSE", *locale.words):
        return bare.upper() in ("TRUE", locale.words[0]), {}
    found = _number(bare, locale) or _moment(bare, locale, today)
    if found:
        return found
    if re.fullmatch(r"[€$£]\s?[\d.,]+", bare) or _NAMED_DAY.fullmatch(bare):
        raise Unknown("how Google reads amounts of money and months by name")
    return text, {}


def _number(text: str, locale: Locale) -> tuple[Value, Json] | None:
    dec, grp = re.escape(locale.decimal), re.escape(locale.group)
    match = re.fullmatch(rf"([+-]?)(\d+|\d{{1,3}}(?:{grp}\d{{3}})+)(?:{dec}(\d*))?([eE][+-]?\d+)?(%?)", text)
    if not match:
        return None
    sign, whole, decimals, power, percent = match.groups()
    number = float(f"{sign}{whole.replace(locale.group, '')}.{decimals or 0}{power or ''}")
    pattern = ("#,##0" if locale.group in whole else "0") + (".00" if decimals else "")
    if percent:
        return tidy(number / 100), {"numberFormat": {"type": "PERCENT", "pattern": pattern + "%"}}
    if locale.group in whole:
        return tidy(number), {"numberFormat": {"type": "NUMBER", "pattern": pattern}}
    return tidy(number), {}


def _moment(text: str, locale: Locale, today: date) -> tuple[Value, Json] | None:
    if match := re.fullmatch(_TIME, text):
        seconds = int(match["h"]) * 3600 + int(match["mi"]) * 60 + int(match["s"] or 0)
        return (seconds / 86400, {"numberFormat": {"type": "TIME", "pattern": "h:mm:ss" if match["s"] else "h:mm"}})
    iso, day = _ISO.fullmatch(text), _DAY.fullmatch(text)
    match = iso or day
    if not match:
        return None
    if iso:
        year, month, number, pattern = int(iso["y"]), int(iso["m"]), int(iso["d"]), "yyyy-mm-dd"
    else:
        number, month = (int(match["a"]), int(match["b"])) if locale.day_first else (int(match["b"]), int(match["a"]))
        year = int(match["y"]) if match["y"] else today.year
        year += 0 if year > 99 else 2000 if year < 30 else 1900
        sep = match["sep"]
        short = f"d{sep}m" if locale.day_first else f"m{sep}d"
        pattern = f"{short}{sep}yyyy" if match["y"] else short
    try:
        moment = datetime(year, month, number, int(match["h"] or 0), int(match["mi"] or 0), int(match["s"] or 0))
    except ValueError:
        return None
    serial = (moment - EPOCH) / timedelta(days=1)
    if match["h"]:
        return tidy(serial), {"numberFormat": {"type": "DATE_TIME", "pattern": pattern + " h:mm:ss"}}
    return tidy(serial), {"numberFormat": {"type": "DATE", "pattern": pattern}}


def worked_out(text: str) -> Formula:
    """A formula of figures only; anything else is beyond this server."""
    if not re.fullmatch(r"=[\d\s.+\-*/()]+", text):
        raise Unknown("formulas other than sums of numbers (let the test put a Formula)")
    result = eval(text[1:].strip(), {"__builtins__": {}})
    return Formula(text, tidy(result))


def _entered(text: str, outcomes: Mapping[str, Scalar | None], locale_name: str) -> Formula:
    """A formula that came through the API. Where people write 1,5 a comma parts no arguments and a point no decimals."""
    if not text.startswith("="):
        raise bad(f"Invalid formula: {text[:40]}")
    if text in outcomes:
        found = outcomes[text]
        if found is REFUSED:
            raise bad(f"Invalid formula: {text[:40]}")
        return Formula(text, found)
    bare = re.sub(r"""\"(?:[^"]|"")*"|'(?:[^']|'')*'""", "", text)
    if locale_of(locale_name).decimal == "," and re.search(r"[A-Z)]\d*,|\d\.\d", bare):
        return Formula(text, Failure("#ERROR!"))
    return worked_out(text)


def sent(extended: Json, outcomes: Mapping[str, Scalar | None], locale_name: str) -> Value:
    """The value of an ExtendedValue in a request; an empty text empties the cell."""
    if "formulaValue" in extended:
        return _entered(extended["formulaValue"], outcomes, locale_name)
    if "errorValue" in extended:
        raise bad("errorValue may only be read")
    value = next((extended[k] for k in ("stringValue", "numberValue", "boolValue") if k in extended), None)
    if isinstance(value, str) and len(value) > LONGEST:
        raise bad(f"Your input contains more than the maximum of {LONGEST} characters in a single cell.")
    if isinstance(value, float):
        return tidy(value)
    return None if value == "" and isinstance(value, str) else value


def extended(value: Value) -> Json | None:
    """The ExtendedValue of what a cell shows; None for an empty cell."""
    if value is None:
        return None
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, Formula):
        return {"formulaValue": value.text}
    if isinstance(value, Failure):
        return {"errorValue": {"type": FAILURES[value], "message": "what went wrong, in the language of who reads it"}}
    return {"stringValue": value} if isinstance(value, str) else {"numberValue": value}


def is_moment(look: Json) -> bool:
    return look.get("numberFormat", {}).get("type") in ("DATE", "TIME", "DATE_TIME")


def shown(value: Value, look: Json, locale_name: str) -> str:
    """The text that stands in the cell on the screen."""
    value = value.result if isinstance(value, Formula) else value
    if value is None or isinstance(value, str):
        return value or ""
    locale = locale_of(locale_name)
    if isinstance(value, bool):
        return locale.words[0] if value else locale.words[1]
    number_format = look.get("numberFormat", {})
    kind, pattern = number_format.get("type", ""), number_format.get("pattern", "")
    if kind in ("DATE", "TIME", "DATE_TIME"):
        standard = {"DATE": locale.day, "TIME": "h:mm:ss", "DATE_TIME": locale.day + " h:mm:ss"}
        return _shown_moment(value, pattern or standard[kind])
    if not pattern or pattern in ("General", "@") or kind == "TEXT":
        text = f"{value:.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        return text.replace(".", locale.decimal)
    match = re.fullmatch(r"(#,##)?0(?:\.(0+))?(%?)", pattern)
    if not match:
        raise Unknown(f"the number pattern {pattern}")
    number = value * 100 if match[3] else value
    text = f"{number:{',' if match[1] else ''}.{len(match[2] or '')}f}"
    return text.translate({ord("."): locale.decimal, ord(","): locale.group}) + match[3]


def _shown_moment(serial: float, pattern: str) -> str:
    moment = EPOCH + timedelta(seconds=round(serial * 86400))
    parts = _DAY_PARTS.findall(pattern)
    if "".join(parts) != pattern:
        raise Unknown(f"the date pattern {pattern}")
    out, after_hour = [], False
    for part in parts:
        number = moment.minute if part in ("m", "mm") and after_hour else getattr(moment, _FIELDS.get(part[0], "year"))
        if part[0] in _FIELDS:
            after_hour = part[0] == "h" or (after_hour and part[0] == "m")
            out.append(f"{number % 100 if part == 'yy' else number:0{len(part)}d}")
        else:
            out.append(part)
    return "".join(out)


_FIELDS = {"y": "year", "m": "month", "d": "day", "h": "hour", "s": "second"}
