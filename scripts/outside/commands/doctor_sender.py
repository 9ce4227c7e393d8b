"""Looks whether letters will be believed: they come from who logs in, by a server that may write for that address."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parseaddr

from outside.config.settings import Settings

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
        told = (
            f"de afzender is een adres van {domain}, maar de mail gaat weg via {host}. Ontvangers kunnen dat voor "
            "namaak houden (DMARC), en weigeren."
        )
        yield told, f"Neem bij sender een adres dat bij {host} hoort{also}."
    elif "@" in mail.username and _one(sender) != _one(mail.username):
        told = (
            "de afzender is een ander adres dan waarmee u inlogt. Mails kunnen dan worden geweigerd, of bij ongewenste "
            "mail komen (DMARC)."
        )
        remedy = (
            "Zet bij sender het adres dat bij username staat. Of laat uw provider dat andere adres toestaan, en kijk "
            "met make test-mail TO=… of de mail goed aankomt."
        )
        yield told, remedy


def _one(address: str) -> str:
    """An address in one way of writing: at Google dots and what stands behind a plus do not count."""
    local, _, domain = parseaddr(address)[1].casefold().rpartition("@")
    if SERVERS.get(domain) is _GOOGLE:
        return f"{local.partition('+')[0].replace('.', '')}@gmail.com"
    return f"{local}@{domain}"
