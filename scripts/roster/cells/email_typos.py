"""Slips of the pen in the domain of an e-mail address, and what was meant."""

from __future__ import annotations

from rapidfuzz.distance import OSA

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
        return "@" + _provider(name, whole) if name in _PROVIDERS else _of_known(whole) or "." + right
    if ending in _STRAY_ENDINGS and name in _STRAY_PROVIDERS:
        return "@" + _PROVIDERS[name][0]
    if domain in _ODD or domain in _REAL:
        return ""
    for provider in _ODD:
        alike = domain[0] == provider[0] and provider.endswith("." + ending)
        if alike and OSA.distance(domain, provider, score_cutoff=1) == 1:
            return "@" + provider
    return ""


def _provider(name: str, whole: str) -> str:
    return whole if whole in _PROVIDERS[name] else _PROVIDERS[name][0]


def _of_known(domain: str) -> str:
    return "@" + _KNOWN[domain] if domain in _KNOWN else ""
