"""The rule that police and municipality stay out: told from everybody else by e-mail address and by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from roster.finding import Finding
from roster.rules.context import Rule, RuleContext, blocks
from roster.sheet.table import fold
from roster.streets.names import name_words

_STRONG = re.compile(
    r"[a-z]*politie(?!k(?!orps|antoor))[a-z]*|gemeente(?!huis|kantoor|n$|lid|leden|centrum|predikant)[a-z]+"
    r"|handhav[a-z]*|wijkagent[a-z]*|wijkconcierge[a-z]*|hoofdagent|stads(?:toezicht|wacht(?:en)?)"
    r"|toezichthouders?|opsporingsambtena(?:ar|ren)"
)
"""Words of police and municipality wherever they stand; a gemeente itself may be a congregation."""

_APART = re.compile(r"wijkagent(?:en?)?|wijkconcierges?|handhav(?:ing|ers?)")
"""Strong words that people write in two."""

_WEAK = re.compile(r"boas?|kcc|klantcontactcentrum|(?:stad|raad|gemeente)huis|(?:stads|gemeente)kantoor")
"""Words that a yoga school or a physiotherapist may carry too."""

_BEFORE_WEAK = frozenset({"de", "het", "t", "een", "medewerker", "medewerkers", "team", "dienst", "afdeling"})
_BEHIND_WEAK = re.compile(r"(?:team|dienst|afdeling)[a-z]*|[0-9]+")
_PRIVATE = frozenset(
    {
        "vereniging",
        "personeelsvereniging",
        "sportvereniging",
        "hondenvereniging",
        "muziekvereniging",
        "zangvereniging",
        "club",
        "hondenclub",
        "sportclub",
        "koor",
        "harmonie",
        "fanfare",
        "museum",
        "cafe",
        "eetcafe",
        "bar",
        "restaurant",
        "brasserie",
        "bistro",
        "hotel",
        "lunchroom",
        "kapper",
        "winkel",
        "speelgoed",
        "fanclub",
        "bakkerij",
        "slagerij",
        "kapsalon",
        "apotheek",
        "bloemist",
        "garage",
        "grandcafe",
        "taverne",
        "pizzeria",
        "snackbar",
        "supermarkt",
        "terrarium",
        "reptielen",
    }
)
"""Words of a club or a business: it may be called after police or town hall without being either."""

_PRIVATE_ENDINGS = tuple(word for word in _PRIVATE if len(word) > 3)

_CHURCH = re.compile(
    r"protestants|evangeli|hervormd|gereformeerd|doopsgezind|baptist|pinkster|christ|kerk|katholiek|luthers|remonstrant|vrijzinnig"
    r"|joods|israeli|apostoli|vrije|volle|levend|parochi|moskee|islam|moslim|molukse|advent|bijbel|gods|jezus|geloof|zendings|pkn|heilige"
)
"""A congregation is a gemeente as well, and no municipality."""

_AFTER_CONGREGATION = frozenset({"de", "het", "t", "god", "gods", "in", "jezus", "zijn", "ekklesia"})

_HOSTS = re.compile(r"@\s*([\w.-]+)")


def is_official_address(typed: str, domains: tuple[str, ...]) -> bool:
    """True when any address in the text lies at one of the domains or below it."""
    behind = typed.partition("@")[2]
    return behind != "" and _is_official_behind(behind, domains)


@lru_cache(maxsize=10_000)  # of many addresses, few domains
def _is_official_behind(behind: str, domains: tuple[str, ...]) -> bool:
    """The same for what stands behind the first @."""
    names = [host.strip(".-_") for host in _HOSTS.findall(f"@{behind}".casefold())]
    return any(name == domain or name.endswith(f".{domain}") for name in names for domain in domains)


@lru_cache(maxsize=10_000)
def is_official_organisation(name: str, places: tuple[str, ...] = ()) -> bool:
    """True for police and municipality ("Politie Noord-Holland", "Gemeente Den Helder", "Wijkagent").

    False for who only carries the word: a church's gemeente, a club or café named after either.
    """
    words = name_words(name)
    if _PRIVATE.intersection(words) or any(word.endswith(_PRIVATE_ENDINGS) for word in words):
        return False
    if any(map(_STRONG.fullmatch, words)):
        return True
    towns = {"".join(name_words(place)) for place in places if place}
    for first in range(len(words)):
        for length in (1, 2, 3):
            word = "".join(words[first : first + length])
            if _APART.fullmatch(word):
                return True
            if _WEAK.fullmatch(word) and _is_alone(words[:first], words[first + length :], towns):
                return True
    return _is_municipality(name, words, towns)


def _is_alone(before: tuple[str, ...], behind: tuple[str, ...], towns: set[str]) -> bool:
    """True where nothing beside a weak word makes it the name of something else."""
    if not _BEFORE_WEAK.issuperset(before):
        return False
    return not behind or _BEHIND_WEAK.fullmatch(behind[0]) is not None or _begins_with_town(_without_van(behind), towns)


def _begins_with_town(words: tuple[str, ...], towns: set[str]) -> bool:
    return any("".join(words[:length]) in towns for length in (1, 2, 3))


def _without_van(words: tuple[str, ...]) -> tuple[str, ...]:
    return words[1:] if words[:1] == ("van",) else words


def _is_municipality(name: str, words: tuple[str, ...], towns: set[str]) -> bool:
    """True for a gemeente that is no congregation."""
    spelled = ("gemeente", *words[1:]) if words[:1] == ("gem",) else words
    if "gemeente" not in spelled or _CHURCH.search(fold(name)):
        return False
    behind = _without_van(spelled[spelled.index("gemeente") + 1 :])
    if _begins_with_town(behind, towns):
        return True
    # "Gem" alone may be a name; "Gemeente" alone, or with a department behind it, is the municipality.
    return "gemeente" in words and (not behind or behind[0] not in _AFTER_CONGREGATION)


def police_and_municipality_stay_out(case: RuleContext) -> Iterator[Finding]:
    """Police and municipality stay out: no e-mail at their domains, no such organisation. Blocks.

    "De gemeente en politie zitten zelf niet in de WhatsApp groep." A resident who works there is a
    private person. An e-mail that does not read is looked at as it was typed.
    """
    table = case.roster.tables.get("Deelnemers")
    domains = tuple(domain.casefold() for domain in case.terms.network.official_domains)
    private = "Woont de deelnemer hier zelf, vul dan een eigen e-mailadres in."
    for member in case.present:
        address: object = member.email
        if address is None and table is not None and case.is_unread(member.place, "E-mail"):
            address = table.cell(member.place.row - table.first, "E-mail")
        if isinstance(address, str) and is_official_address(address, domains):
            yield blocks(
                police_and_municipality_stay_out,
                member.place.at("E-mail"),
                "Dit is een adres van politie of gemeente. Die zitten zelf niet in de groep.",
                private,
            )
        if member.organisation and is_official_organisation(
            member.organisation, (*case.terms.network.places, case.terms.network.municipality)
        ):
            yield blocks(
                police_and_municipality_stay_out,
                member.place.at("Organisatie"),
                "Politie en gemeente zitten zelf niet in de groep.",
                "Woont de deelnemer hier zelf, maak deze cel dan leeg en gebruik een eigen naam en e-mailadres.",
            )


RULES: tuple[Rule, ...] = (police_and_municipality_stay_out,)
