"""What stands in the way of a start: what the settings still lack, and whether letters will be believed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from email.utils import parseaddr

from outside.config.settings import Settings
from outside.workbook import Health
from roster.cells.phones import phone
from roster.messages.audience import is_placeholder
from roster.sheet.table import fold
from roster.terms import Network

DELIVERED = frozenset({"6130713c0032c482811e739ac1e7c939"})
"""Digests of the mail addresses that stand in the settings as they are delivered."""


def examine_settings(settings: Settings, *, is_example: bool) -> Iterator[Health]:
    """Tell what is still to be filled in. With the example register all may stay as it was delivered."""
    if is_example and not settings.mail.leaves:
        return
    file = settings.source.name
    found = list(_number(settings, file))
    found += _coordinator(settings, file)
    found += _sender(settings, file)
    found += _town(settings, file)
    yield from found or [Health("Ingevuld", "nummer, coördinator en afzender zijn ingevuld.")]


def _number(settings: Settings, file: str) -> Iterator[Health]:
    number = settings.network.regiegroep_number
    if is_placeholder(number):
        message = "in de instellingen staat nog het voorbeeldnummer; mails met dat nummer wachten."
        yield Health("Regiegroep", message, f"Zet in {file} bij regiegroep_number het echte nummer.")
    elif not number:
        message = "er is nog geen nummer ingevuld; welkomstmails wachten daarop."
        yield Health(
            "Regiegroep", message, f"Vul in {file} bij regiegroep_number het mobiele nummer van de regiegroep in."
        )
    elif not _is_mobile(number):
        message = "het nummer is geen mobiel nummer. Met een vast nummer kan niemand in WhatsApp."
        yield Health(
            "Regiegroep", message, f"Zet in {file} bij regiegroep_number het mobiele nummer van de regiegroep."
        )


def _is_mobile(number: str) -> bool:
    try:
        read = phone(number)
    except ValueError:
        return False
    return read is not None and read.kind in ("mobile", "foreign mobile")


def _coordinator(settings: Settings, file: str) -> Iterator[Health]:
    if not settings.network.coordinator:
        message = "er is nog geen naam ingevuld; onder de berichten staat dan niet wie ze schrijft."
        yield Health("Coördinator", message, f"Vul in {file} bij coordinator de naam van de coördinator in.")


def _sender(settings: Settings, file: str) -> Iterator[Health]:
    network, mail = settings.network, settings.mail
    if not parseaddr(mail.sender)[1] and not network.coordinator_email:
        message = "er is nog geen afzender ingevuld; op de berichten kan niemand antwoorden."
        yield Health("Afzender", message, f"Vul in {file} bij sender het e-mailadres van het netwerk in.")
        return
    named = {"sender": mail.sender, "reply_to": mail.reply_to, "coordinator_email": network.coordinator_email}
    left = [key for key, typed in named.items() if _is_delivered(typed, mail.username)]
    if left:
        message = f"bij {_listed(left)} staat nog het adres dat met Buurtbeheer meekwam."
        yield Health(
            "Afzender",
            message,
            f"Vul in {file} uw eigen adres in. Is het toch het adres van uw netwerk? Zet het dan ook bij username.",
        )


def _town(settings: Settings, file: str) -> Iterator[Health]:
    """What another town left as it was delivered: letters would carry our municipality's name and number."""
    ours, network, mail = Network(), settings.network, settings.mail
    elsewhere = {fold(place) for place in ours.places}.isdisjoint(map(fold, network.places))
    if network.municipality in (ours.municipality, "") and not elsewhere:
        return
    mark = _squeezed(ours.municipality)
    left = {
        "municipality": network.municipality == ours.municipality,
        "places": network.places == ours.places,
        "municipality_number": network.municipality_number == ours.municipality_number,
        "bounds": network.bounds == ours.bounds,
        "name": mark in _squeezed(network.name),
        "website": mark in _squeezed(network.website),
        "official_domains": any(mark in _squeezed(domain) for domain in network.official_domains),
        "sender": mark in _squeezed(mail.sender),
    }
    keys = [key for key, is_left in left.items() if is_left]
    if keys:
        message = f"bij {_listed(keys)} staat nog wat bij {ours.municipality} hoort."
        yield Health(
            "Gemeente", message, f"Vul daar in {file} in wat bij uw eigen gemeente hoort, of haal de regel weg."
        )


def _squeezed(words: str) -> str:
    return fold(words).replace(" ", "").replace("-", "")


def _listed(keys: list[str]) -> str:
    *first, last = keys
    return f"{', '.join(first)} en {last}" if first else last


def _is_delivered(typed: str, username: str) -> bool:
    """True for an address as it came with the settings, unless somebody logs in with it: then it is her own."""
    address = parseaddr(typed)[1].casefold()
    digest = hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:32]
    return digest in DELIVERED and address != username.casefold()


_GOOGLE = ("gmail.com", "google.com", "googlemail.com")
_MICROSOFT = ("outlook.com", "office365.com")
_APPLE = ("me.com", "icloud.com")
_YAHOO = ("yahoo.com", "yahoo.net")

SERVERS = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), _GOOGLE),
    **dict.fromkeys(
        ("outlook.com", "outlook.nl", "hotmail.com", "hotmail.nl", "live.com", "live.nl", "msn.com"), _MICROSOFT
    ),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), _APPLE),
    **dict.fromkeys(("yahoo.com", "ymail.com"), _YAHOO),
}
"""Whose servers may write for addresses that anybody can have. Elsewhere their letters fail DMARC."""


def examine_sender(settings: Settings) -> Iterator[tuple[str, str]]:
    """What stands in the way of being believed, and what to do; nothing where letters only lie ready.

    It is a let op: whether a provider lets this login write for another address, nobody can ask it.
    """
    mail = settings.mail
    sender, host = parseaddr(mail.sender)[1], mail.host.casefold().strip(".")
    if not mail.leaves or not sender:
        return
    domain = sender.rpartition("@")[2].casefold()
    servers = SERVERS.get(domain, ())
    if servers and not any(host == one or host.endswith(f".{one}") for one in servers):
        also = ", of verstuur via smtp.gmail.com met een app-wachtwoord" if servers is _GOOGLE else ""
        message = (
            f"de afzender is een adres van {domain}, maar de mail gaat weg via {host}. Ontvangers kunnen dat voor "
            "namaak houden (DMARC), en weigeren."
        )
        yield message, f"Neem bij sender een adres dat bij {host} hoort{also}."
    elif "@" in mail.username and _one(sender) != _one(mail.username):
        message = (
            "de afzender is een ander adres dan waarmee u inlogt. Mails kunnen dan worden geweigerd, of bij ongewenste "
            "mail komen (DMARC)."
        )
        remedy = (
            "Zet bij sender het adres dat bij username staat. Of laat uw provider dat andere adres toestaan, en kijk "
            "met make test-mail TO=… of de mail goed aankomt."
        )
        yield message, remedy


def _one(address: str) -> str:
    """An address in one way of writing: at Google dots and what stands behind a plus do not count."""
    local, _, domain = parseaddr(address)[1].casefold().rpartition("@")
    if SERVERS.get(domain) is _GOOGLE:
        return f"{local.partition('+')[0].replace('.', '')}@gmail.com"
    return f"{local}@{domain}"
