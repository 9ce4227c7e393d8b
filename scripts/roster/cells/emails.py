"""E-mail addresses: the one that stands there, or a reason why no mail can go to it."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES
from rapidfuzz.distance import OSA

from roster.cells.text import Unreadable, plain_digits, text
from roster.sheet.table import Cell

_REMEDY = "Typ één adres, bijvoorbeeld naam@mail.example, of laat de cel leeg."
_NONE = frozenset(
    f"{start}{word}"
    for start in ("", "geen ", "heeft geen ")
    for word in ("e-mail", "email", "e-mailadres", "emailadres", "mail", "mailadres", "adres")
    if start
) | {"", "geen", "nvt", "n.v.t", "n.v.t.", "niet van toepassing", "n/a", "onbekend", "niet bekend", "nee", "heeft niet"}
_ROLES = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)

# Plain addresses. What this claims, and email-validator, give the same: tests/test_cells_email.py
# holds one against the other. Names that RFC 6761 reserves, except .example, are left to the library.
PLAIN = re.compile(
    r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@"
    r"((?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+(?!(?:arpa|invalid|local|localhost|onion|test)\Z)[a-z]{2,24})"
)
_LONGEST = 64  # within every limit of the RFCs for the whole, the local part and a label


def email(cell: Cell) -> str | None:
    """The address with its domain in small letters; None if blank or "geen", "-", "nvt", "onbekend".

    What stands before the @ stays as typed. Understood: white space around, "mailto:", "<…>",
    "Naam <…>". `Unreadable`: two addresses, whatever email-validator refuses (no network is used),
    and known slips of the pen in the domain, with what may be meant.
    """
    if not isinstance(cell, str):
        if cell is None:
            return None
        raise Unreadable("Dit is geen e-mailadres.", _REMEDY)
    if not cell:
        return None
    found = _plain_address(cell)
    if found is None:
        bare = _bare_address(cell)
        if bare is None:
            return None
        found = _plain_address(bare) or _library_address(bare)
    domain = found[found.rindex("@") + 1 :]
    if meant_domain(domain):
        raise _slipped(domain)
    return found


def _plain_address(typed: str) -> str | None:
    """The fast path: the address when it is a plain one, else None."""
    found = PLAIN.fullmatch(typed)
    if found is None or len(typed) > _LONGEST:
        return None
    if typed.islower():
        return typed
    local, domain = found.groups()
    if local.lower() in _ROLES:
        local = local.lower()
    return f"{local}@{domain.lower()}"


_NAMED = re.compile(r"([^<>]*)<\s*(?:mailto:)?\s*([^<>]*?)\s*>", re.IGNORECASE)
_ADDRESS_LIKE = re.compile(r"[^\s@,;<>/|]+@[^\s@,;<>/|]+")


def _bare_address(cell: str) -> str | None:
    """The address without the noise around it; None when the cell says that there is none."""
    typed = plain_digits(text(cell)).strip(" '\"`\u2018\u2019\u201c\u201d;,")
    if typed.casefold() in _NONE or not any(mark.isalnum() for mark in typed):
        if "@" in typed or "?" in typed:
            raise Unreadable("Hier staat geen heel e-mailadres.", _REMEDY)
        return None
    named = _NAMED.fullmatch(typed)
    if named is not None:
        before, typed = named.group(1).strip(" '\""), named.group(2)
        if "@" in before and before.casefold() != typed.casefold():
            raise Unreadable("Hier staan twee e-mailadressen.", _REMEDY)
    if typed[:7].casefold() == "mailto:":
        typed = unquote(typed[7:].split("?")[0]).strip()
    if len(_ADDRESS_LIKE.findall(typed)) > 1:
        raise Unreadable("Hier staan twee e-mailadressen.", "Laat er één staan.")
    return typed


def _library_address(typed: str) -> str:
    """email-validator's answer, or the likely reason in Dutch for its refusal."""
    try:
        valid = validate_email(typed, check_deliverability=False, allow_smtputf8=False)
    except (EmailNotValidError, UnicodeError):
        raise _fault(typed) from None
    if valid.ascii_email is None:
        raise _fault(typed)
    if "." not in valid.domain[:-2]:  # no ending of one letter exists
        raise _slipped(valid.domain) if meant_domain(valid.domain) else _fault(typed)
    return valid.ascii_email


def _fault(typed: str) -> Unreadable:
    local, at, domain = typed.rpartition("@")
    if not at:
        return Unreadable("In dit e-mailadres ontbreekt het apenstaartje (@).", _REMEDY)
    faults = (
        ("@" in local, "In dit e-mailadres staan twee apenstaartjes."),
        (" " in typed, "In dit e-mailadres staat een spatie, of er staat nog iets naast."),
        (not local, "Voor het apenstaartje staat niets."),
        (not domain, "Achter het apenstaartje staat niets."),
        ("," in typed, "In dit e-mailadres staat een komma. Moet dat een punt zijn?"),
        (".." in typed, "In dit e-mailadres staan twee punten achter elkaar."),
        (typed.endswith("."), "Achter dit e-mailadres staat een punt te veel."),
        (typed.startswith(".") or local.endswith("."), "Voor het apenstaartje staat een punt te veel."),
        (domain.startswith("."), "Achter het apenstaartje staat een punt te veel."),
        ("." not in domain, "Achter het apenstaartje ontbreekt de punt, bijvoorbeeld .nl."),
        (not local.isascii(), "Voor het apenstaartje staat een letter met een accent of een vreemd teken."),
    )
    for wrong, message in faults:
        if wrong:
            return Unreadable(message, _REMEDY)
    return Unreadable("Dit e-mailadres klopt niet.", _REMEDY)


def _slipped(domain: str) -> Unreadable:
    return Unreadable(
        f"Dit e-mailadres lijkt een tikfout te hebben: bedoelde u {meant_domain(domain)}?", "Verbeter het adres."
    )


# Slips met in practice. Only names at which nobody has a mailbox as far as is known.
_KNOWN = {
    slip: meant
    for meant, slips in {
        "gmail.com": (
            "gmial.com gamil.com gmai.com gmal.com gmil.com gmali.com gmaill.com gmaiil.com gmmail.com "
            "ggmail.com gmaul.com gnail.com gmqil.com gmsil.com gmeil.com gmaik.com gmailcom.com gimail.com "
            "gemail.com g-mail.com gmaail.com gmail.nl gmail.be gmail.nl.com gmail.com.nl gmail.com.com "
            "googlemail.nl gmial.nl gamil.nl gmai.nl gmail.co gmaio.com gmail.comm"
        ),
        "hotmail.com": (
            "hotmial.com hotmai.com hotmal.com hotmil.com hotmali.com homail.com hotmaill.com hotmmail.com "
            "hottmail.com hormail.com hotnail.com hitmail.com htomail.com hotamil.com hotmaol.com "
            "hotmailcom.com hot-mail.com hotmaul.com htmail.com hotmaii.com hotmsil.com hotmeil.com "
            "ohtmail.com hotmail.co"
        ),
        "hotmail.nl": "hotmial.nl hotmai.nl hotmal.nl hotmil.nl hotmali.nl homail.nl hotmaill.nl hotamil.nl hormail.nl",
        "outlook.com": (
            "outlok.com outloook.com outllook.com outlool.com outlook.co oulook.com outloo.com otlook.com "
            "outlokk.com outlouk.com outloock.com autlook.com outolok.com"
        ),
        "live.nl": "livee.nl liive.nl livve.nl lvie.nl",
        "live.com": "livee.com liive.com livve.com",
        "ziggo.nl": "zigo.nl ziggoo.nl zigggo.nl ziggo.com ziggo.ml ziigo.nl ziggo.be zggo.nl zigog.nl zihho.nl",
        "kpnmail.nl": (
            "kpnmail.com kpmail.nl kpnmal.nl kpnmial.nl knpmail.nl kpnmai.nl kpn-mail.nl kpnmaill.nl pknmail.nl"
        ),
        "kpnplanet.nl": "kpnplanet.com kpnplannet.nl kpnplane.nl knpplanet.nl kpnplaneet.nl",
        "icloud.com": (
            "icloud.nl iclod.com iclould.com icoud.com icluod.com iclaud.com icloud.co iclud.com icould.com icloude.com"
        ),
        "yahoo.com": "yaho.com yahooo.com yhaoo.com yhoo.com yahoo.co yahoocom.com yaoo.com",
        "xs4all.nl": "xs4al.nl xs4alll.nl xsall.nl xs4aal.nl",
        "hetnet.nl": "hetnett.nl hetent.nl",
        "quicknet.nl": "quiknet.nl quicnet.nl quickent.nl quicknett.nl",
        "casema.nl": "cassema.nl",
        "upcmail.nl": "upcmial.nl upcmal.nl upcmai.nl",
    }.items()
    for slip in slips.split()
}

# Names long and odd enough that one letter more, less, other or swapped is a slip.
_ODD = ("hotmail.com", "hotmail.nl", "outlook.com", "kpnmail.nl", "kpnplanet.nl", "upcmail.nl", "protonmail.com")
# Domains that look like one of those and are other people's.
_REAL = frozenset({"hotmall.com", "rotmail.com", "hotmails.com", "botmail.com", "outlooks.com", "hotmaps.com"})

# Providers by their first label; more than one where they give mailboxes under more endings.
_PROVIDERS = {
    "gmail": ("gmail.com",),
    "googlemail": ("googlemail.com",),
    "hotmail": ("hotmail.com", "hotmail.nl"),
    "outlook": ("outlook.com",),
    "icloud": ("icloud.com",),
    "yahoo": ("yahoo.com",),
    "live": ("live.nl", "live.com"),
    "ziggo": ("ziggo.nl",),
    "kpnmail": ("kpnmail.nl",),
    "kpnplanet": ("kpnplanet.nl",),
    "planet": ("planet.nl",),
    "xs4all": ("xs4all.nl",),
    "hetnet": ("hetnet.nl",),
    "quicknet": ("quicknet.nl",),
    "casema": ("casema.nl",),
    "home": ("home.nl",),
    "upcmail": ("upcmail.nl",),
    "chello": ("chello.nl",),
}
# Endings that IANA's root zone does not know, each a finger's breadth from one that it does.
_NO_ENDING = {
    slip: meant
    for meant, slips in {
        "com": "c con cmo ocm comm coom ccom vom xom cpm cim cok conm comn kom",
        "nl": "n l nll nnl nln nlm ln nk nlk nlnl bl",
        "net": "nett ent",
        "org": "ogr orgg",
    }.items()
    for slip in slips.split()
}
_STRAY_ENDINGS = {"co", "cm", "om"}  # countries, but not where these providers' mailboxes are
_STRAY_PROVIDERS = {"gmail", "googlemail", "hotmail", "outlook", "icloud"}


@lru_cache(maxsize=4096)
def meant_domain(domain: str) -> str:
    """What was probably meant by `domain` (small letters): "@gmail.com", ".com", or "" when it is no known slip.

    A domain that may be somebody's is never called a slip.
    """
    if domain in _KNOWN:
        return "@" + _KNOWN[domain]
    name, _, ending = domain.rpartition(".")
    right = _NO_ENDING.get(ending)
    if right is not None:
        whole = f"{name}.{right}"
        if name in _PROVIDERS:
            return "@" + (whole if whole in _PROVIDERS[name] else _PROVIDERS[name][0])
        return "@" + _KNOWN[whole] if whole in _KNOWN else "." + right
    if ending in _STRAY_ENDINGS and name in _STRAY_PROVIDERS:
        return "@" + _PROVIDERS[name][0]
    if domain in _ODD or domain in _REAL:
        return ""
    for provider in _ODD:
        alike = domain[0] == provider[0] and provider.endswith("." + ending)
        if alike and OSA.distance(domain, provider, score_cutoff=1) == 1:
            return "@" + provider
    return ""
