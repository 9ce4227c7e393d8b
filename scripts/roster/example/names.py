"""The names and numbers of the example: surnames and streets only sound like Dutch ones, and each mobile is new."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words(
    "Aafke Adriaan Ahmet Aletta Anouk Arie Arjen Astrid Ayşe Baran Bart Berend Bianca Boudewijn Bram Brechtje "
    "Carla Cees Chantal Chloë Cor Daan Daniëlle Dirk Dorien Ebru Eefje Elin Elsje Emre Esmée Evert Fatima Femke "
    "Floor Floris Freek Geert Gerda Gijs Greet Guusje Hanna Harm Hassan Heleen Henk Hidde Hilde Ilse Imane Inge "
    "Iris Jaap Jacoba Jan Janneke Jeroen Jesse Jolanda Joost Jurre Kaj Karim Karin Kees Klaas Koen Lars Leila "
    "Leonie Lien Lieke Loes Lotte Maaike Maarten Magda Marieke Marloes Maud Merel Michał Mila Milan Naima Neeltje "
    "Nelleke Niels Noor Nynke Olaf Omar Oscar Paula Pepijn Piet Pleun Puck Renée Rianne Rik Roos Ruben Saskia "
    "Selma Sien Siem Sjoerd Sofie Stefan Stijn Tess Teun Thijs Tineke Tjeerd Tygo Ursula Vera Vincent Wendy "
    "Wessel Wietske Willem Wouter Xander Yara Yusuf Zeger Zoë"
)
"""Given names; a name alone points at nobody."""

INFIXES = (
    "",
    "",
    "",
    "",
    "",
    "van",
    "van",
    "van",
    "de",
    "de",
    "van de",
    "van der",
    "van den",
    "ten",
    "ter",
    "op 't",
    "in 't",
)
"""Infixes, as often as they stand here; blank is the most common."""

_SURNAME_STEMS = _words(
    "Aker Balg Beker Blaauw Boender Broek Dijkman Dobber Drift Duin Elzen Ganzen Garnaal Gras Haver Helm Helmgras "
    "Hille Hooi Iepen Kaap Kiek Klaver Koggen Kreuk Kwel Lamoen Leem Lisse Meeuwen Mossel Noorder Oever Polder "
    "Riet Roer Scholle Schor Sluis Spiering Stek Storm Strand Tarwe Tuier Vlas Wadden Wier Wilgen Zand Zee Zilt "
    "Zoute Zwaluw"
)
_SURNAME_ENDS = _words(
    "bakker beek berg boer bosch dam draaier hof horst kamp laar maker meer mond steker stra vanger veen wijk zicht"
)

SURNAMES = tuple(stem + end for stem in _SURNAME_STEMS for end in _SURNAME_ENDS)
"""Surnames put together from two halves, so that no list of real people stands behind them."""

STAND_IN = ("Jans", "Zeewaard")
"""Who looks after a group where only a business was drawn."""

TRADES = _words(
    "Bakkerij Bloemenhuis Fietsenmaker Garage Kapsalon Praktijk Snackbar Speeltuinvereniging Visrokerij Zeilmakerij"
)
"""What a business does, in front of its name."""

_STREET_STEMS = _words(
    "Aalscholver Anker Averij Baken Balk Barnsteen Bergeend Boei Bolder Boomvalk Braam Brandgans Bries Brink "
    "Buizerd Burgemeester_Duinkamp Dauw Distel Dobber Doorn Dotter Drieteen Duindoorn Eb Egel Eider Elzen "
    "Fazanten Fluit Fok Fuut Galjoen Ganzerik Garnalen Gentiaan Ginkgo Goudplevier Grutto Haring Havik Hazelaar "
    "Heemst Helm Hermelijn Hoefblad Hommel Hondsroos Iep IJsvogel Jol Kaap Kamille Kanoet Keerkring Kievit Klaver "
    "Kluiver Kluut Koekoek Kokmeeuw Kompas Koolmees Kotter Kraanvogel Krab Kreeft Kwikstaart Lamsoor Lariks "
    "Leeuwerik Lepelaar Lijster Lisdodde Lood Loods Lork Malve Mangaan Matroos Meidoorn Merel Mispel Mossel "
    "Nachtegaal Noordster Oeverzwaluw Okkernoot Ooievaar Orchis Otter Paling Parnassia Passaat Patrijs Pijlstaart "
    "Plevier Polaris Professor_Zeewaard Puttertjes Ransuil Ratel Regenwulp Reiger Ridder Roerdomp Rozen Ruiter "
    "Schelp Scholekster Schor Sextant Slobeend Sloep Sneeuwgors Snip Spar Spiering Spreeuwen Steenloper Stern "
    "Stormvogel Strandloper Stuurboord Tapuit Tarbot Teunisbloem Tjalk Torenvalk Tortel Tureluur Valeriaan "
    "Veldmuis Vinken Vlier Vuurtoren Wadloper Walnoot Weegbree Wielewaal Wijting Wilgenroos Windroos Wulp Zaagbek "
    "Zeeaster Zeebries Zeedistel Zeeraket Zilverplevier Zilverschoon Zonnedauw Zwaan"
)
_STREET_ENDS = _words("straat laan weg hof plein kade pad steeg dijk singel plantsoen erf veld gracht dreef wal")
_SERIES = ("", "Nieuwe ", "Oude ", "Korte ", "Lange ", "Achter ")

_GROUP_STEMS = _words(
    "Bakboord Duinrand Eilandzicht Fortzicht Havenblik Helmduin Kaaphoorn Kanaalzicht Kustwacht Loodswezen "
    "Meerpaal Molenhoek Noordkant Oranjehof Polderzoom Redoute Schootsveld Sluiskwartier Stationskwartier "
    "Stuurmansbuurt Tuindorp Tuinrijk Visbuurt Vogelwijk Vuurbaak Waddenzicht Westoever Wierhoofd Zandloper "
    "Zeeraaf Zeezicht Zoutkeet Zwanenhoek"
)
_GROUP_PARTS = ("", " Noord", " Zuid", " Oost", " West", " Midden", " Binnen", " Buiten", " Hoog", " Laag")


def street_names(chance: Random) -> Iterator[str]:
    """Street names without end, none of them twice: the plain ones first, then "Nieuwe …", "Oude …" and further."""
    names = [f"{stem.replace('_', ' ')}{end}" for stem in _STREET_STEMS for end in _STREET_ENDS]
    chance.shuffle(names)
    for series in _SERIES:
        yield from (series + (name[0].lower() + name[1:] if series == "Achter " else name) for name in names)
    for turn in count(3):
        yield from (f"{turn}e {name}" for name in names)


def group_names(chance: Random) -> Iterator[str]:
    """Group names without end, none of them twice: plain ones, then parts ("Tuindorp Noord"), then numbered."""
    for turn in count(1):
        for part in _GROUP_PARTS:
            stems = list(_GROUP_STEMS)
            chance.shuffle(stems)
            yield from (f"{stem}{part}{f' {turn}' if turn > 1 else ''}" for stem in stems)


_LEADS = "23458"
MOBILE_SPACE = len(_LEADS) * 10**7
"""Numbers 062… to 065… and 068…: all mobile to libphonenumber, and the placeholder 06-12345678 is not among them."""

_STEP = 39_916_801
"""A prime that does not divide the space: every number comes once."""

_BACK = pow(_STEP, -1, MOBILE_SPACE)


def mobile(turn: int) -> str:
    """The number of a turn: "06-23456789"."""
    lead, rest = divmod(turn * _STEP % MOBILE_SPACE, 10**7)
    return f"06-{_LEADS[lead]}{rest:07d}"


def mobile_turn(e164: str) -> int:
    """The turn of a Dutch mobile in E.164, from 0 up to MOBILE_SPACE; -1 for one that no turn gives."""
    lead = _LEADS.find(e164[4:5])
    return (lead * 10**7 + int(e164[5:])) * _BACK % MOBILE_SPACE if lead >= 0 else -1
