"""The rules about asking for signs: by whom, where, how many, and one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count

from roster.cells import distance_m
from roster.finding import Finding, Weight
from roster.model import SignRequest, Status
from roster.rules.context import CellRule, Rule, RuleContext, blocks, in_order, notice
from roster.rules.members import A_NUMBER
from roster.rules.status import is_open, sent_on
from roster.sheet.columns import BORDAANVRAGEN
from roster.sheet.dutch import short_day
from roster.sheet.table import fold

ONE_PLACE_M = 25
"""Two places less than this many metres apart are one place (settled)."""

SIGNS_A_REQUEST = 2


def a_sign_request_is_of_a_started_group(case: RuleContext) -> Iterator[Finding]:
    """A sign request is of a registered, started group. Blocks. "Tevens kan er dan een aanvraag …"."""
    for request in case.roster.requests:
        group = case.roster.group_named.get(fold(request.group))
        place = request.place.at("Groep")
        if group is None:
            if case.is_unread(request.place, "Groep"):
                continue
            if not request.group:
                message, remedy = "De groep ontbreekt.", "Vul in welke groep de borden vraagt."
            else:
                meant = case.group_meant(request.group)
                message = f"Deze groep bestaat niet.{f' Bedoelde u {meant}?' if meant else ''}"
                remedy = "Kies een groep van het tabblad Groepen."
        elif case.statuses.group[group.place.key] is Status.BLOCKED:
            message = "Er klopt iets niet aan de groep zelf."
            remedy = "Kijk op het tabblad Groepen wat er te herstellen is."
        elif group.registered is None or group.started is None:
            missing = [
                word for word, day in (("aangemeld", group.registered), ("gestart", group.started)) if day is None
            ]
            message = f"De groep is nog niet {' en nog niet '.join(missing)}."
            remedy = "Vul op het tabblad Groepen in sinds wanneer. Daarna kan de aanvraag verder."
        else:
            continue
        yield blocks(a_sign_request_is_of_a_started_group, place, message, remedy)


def a_sign_request_names_two_places(case: RuleContext) -> Iterator[Finding]:
    """A sign request names exactly two different locations, readable, inside the municipality. Blocks. "De 2 locaties".

    Less than 25 m apart is one place.
    """
    remedy = "Plak hier de plek uit Google Maps: de link, of de twee getallen."
    for request in case.roster.requests:
        blank = [
            column
            for column, location in zip(("Locatie 1", "Locatie 2"), request.locations, strict=True)
            if location is None and not case.is_unread(request.place, column)
        ]
        first, second = request.locations
        if len(blank) == 2:
            yield blocks(
                a_sign_request_names_two_places,
                request.place.at("Locatie 1"),
                "De twee plekken voor de borden ontbreken.",
                "Plak bij Locatie 1 en Locatie 2 een plek uit Google Maps.",
            )
        elif blank:
            which = "eerste" if blank[0] == "Locatie 1" else "tweede"
            yield blocks(
                a_sign_request_names_two_places,
                request.place.at(blank[0]),
                f"De {which} plek ontbreekt.",
                remedy,
            )
        elif first is not None and second is not None and distance_m(first, second) < ONE_PLACE_M:
            yield blocks(
                a_sign_request_names_two_places,
                request.place.at("Locatie 2"),
                f"Deze plek is dezelfde als de eerste, of ligt er minder dan {ONE_PLACE_M} meter vandaan.",
                "Kies een andere tweede plek.",
            )


def a_location_lies_on_the_groups_streets(case: RuleContext) -> Iterator[Finding]:
    """A location lies on one of the group's streets, as far as its description tells. Let op. "In de straten".

    Told only where the description names streets of the table and none of them is the group's.
    """
    for request in case.roster.requests:
        group = fold(request.group)
        if group not in case.roster.streets_of:
            continue
        for column, description in zip(("Omschrijving 1", "Omschrijving 2"), request.descriptions, strict=True):
            named = case.streets.named_in(description)
            if named and not any(fold(row.group) == group for lane in named for row in lane.rows):
                yield notice(
                    a_location_lies_on_the_groups_streets,
                    request.place.at(column),
                    f"{named[0].name} is geen straat van deze groep.",
                    "Kijk of de plek klopt, of pas het tabblad Straten aan.",
                )


def _sound(case: RuleContext, requests: list[SignRequest]) -> list[SignRequest]:
    """The requests that count: neither blocked nor refused."""
    return [
        request
        for request in requests
        if request.decision != "afgewezen" and (BORDAANVRAGEN.title, request.place.key) not in case.blocked
    ]


def one_open_request_at_a_time(case: RuleContext) -> Iterator[Finding]:
    """A group has one open request at a time: one that the municipality has not decided on. Blocks the later.

    A blocked request counts for nothing, so it keeps no other waiting.
    """
    for group, requests in case.requests_of.items():
        waiting = [request for request in _sound(case, requests) if is_open(request)]
        for request in waiting[1:] if group else ():
            yield blocks(
                one_open_request_at_a_time,
                request.place.at("Groep"),
                f"Deze groep heeft al een aanvraag lopen: {waiting[0].nr}, in rij {waiting[0].place.row}.",
                "Wacht op het besluit daarover, of haal een van de twee weg.",
            )


def signs_follow_the_advice(case: RuleContext) -> Iterator[Finding]:
    """Two signs per six streets (settings), counted up, over a group's requests; more needs a Toelichting. Let op.

    "Bij voorkeur 2 per 6 straten". Refused and blocked requests do not count; what was decided counts first.
    """
    terms = case.terms
    for group, requests in case.requests_of.items():
        streets = {
            id(case.streets.lane_of[row.place.key])
            for row in case.roster.streets_of.get(group, ())
            if row.place.key in case.streets.lane_of
        }
        if not group or not streets:
            continue
        advice = terms.limits.signs * -(-len(streets) // max(1, terms.limits.per_streets))
        counted = _sound(case, requests)
        counted.sort(key=lambda request: (is_open(request), in_order(request.requested_on, request.place.row)))
        for signs, request in zip(count(SIGNS_A_REQUEST, SIGNS_A_REQUEST), counted, strict=False):
            if case.is_unread(request.place, "Toelichting"):
                continue
            if signs > advice and not any(mark.isalnum() for mark in request.explanation):
                yield notice(
                    signs_follow_the_advice,
                    request.place.at("Toelichting"),
                    f"Hiermee komt de groep op {signs} borden. Het advies voor {_streets(len(streets))} is {advice}.",
                    "Schrijf hier waarom er meer borden nodig zijn.",
                )


def a_sign_request_reaches_the_caretaker(case: RuleContext) -> Iterator[Finding]:
    """A request that can go has an address to go to: E-mail wijkconciërge of its area. Let op, for it goes by hand."""
    for request in _concepts(case):
        group = case.roster.group_named[fold(request.group)]
        area = case.roster.area_named.get(fold(group.area))
        if area is not None and not area.caretaker_email and not case.is_unread(area.place, "E-mail wijkconciërge"):
            yield notice(
                a_sign_request_reaches_the_caretaker,
                request.place.at("Verstuurd"),
                f"Van gebied {area.name} is geen e-mailadres van de wijkconciërge bekend.",
                f"Vul het in op het tabblad Gebieden. Geeft u de aanvraag op papier? Typ daarna: make sent "
                f"NR={request.nr}",
            )


def a_sign_request_is_decided_in_time(case: RuleContext) -> Iterator[Finding]:
    """A request that went has a Besluit within 42 days (a setting). Let op."""
    most = case.terms.limits.decision_days
    for request, day, _asked in _sent(case):
        if day is not None and (case.terms.today - day).days > most and not case.is_unread(request.place, "Besluit"):
            yield notice(
                a_sign_request_is_decided_in_time,
                request.place.at("Besluit"),
                f"De aanvraag ging op {short_day(day)}, langer dan {most} dagen geleden.",
                "Vraag de wijkconciërge hoe het ermee staat, en vul hier het besluit in.",
            )


def a_sign_request_that_went_stays_as_it_was(case: RuleContext) -> Iterator[Finding]:
    """What was changed after the letter went is not sent again by itself. Let op, until it is told by hand."""
    for request, _day, asked in _sent(case):
        if asked and asked != request.asked:
            yield notice(
                a_sign_request_that_went_stays_as_it_was,
                request.place.at("Verstuurd"),
                "Deze aanvraag is veranderd nadat ze verstuurd is.",
                f"Vertel de wijkconciërge zelf wat er anders is. Typ daarna: make sent NR={request.nr}",
            )


def _sent(case: RuleContext) -> Iterator[tuple[SignRequest, date | None, str]]:
    """Sound requests that went and that nobody decided on: since when, and what they asked then."""
    table = case.roster.tables.get(BORDAANVRAGEN.title)
    for request in _sound(case, case.roster.requests):
        sent = sent_on(table, request) if table is not None and is_open(request) else None
        if sent is not None:
            yield request, *sent


def _concepts(case: RuleContext) -> Iterator[SignRequest]:
    went = {request.place.key for request, _day, _asked in _sent(case)}
    for request in _sound(case, case.roster.requests):
        if is_open(request) and request.place.key not in went:
            yield request


def _streets(number: int) -> str:
    return "één straat" if number == 1 else f"{number} straten"


RULES_ABOUT_STATUS: tuple[Rule, ...] = (
    a_sign_request_is_of_a_started_group,
    a_sign_request_names_two_places,
    a_location_lies_on_the_groups_streets,
    one_open_request_at_a_time,
    signs_follow_the_advice,
    a_sign_request_reaches_the_caretaker,
    a_sign_request_is_decided_in_time,
    a_sign_request_that_went_stays_as_it_was,
)
"""In this order: a request that one of them blocks counts for nothing to the next."""

_A_DECISION = "a_decision_is_known"
"""Besluit is toegezegd, geplaatst or afgewezen, or blank while there is none yet (decided)."""

CELLS: tuple[CellRule, ...] = (
    CellRule(a_sign_request_is_of_a_started_group.__name__, Weight.BLOCKS, BORDAANVRAGEN, ("Groep",)),
    CellRule(a_sign_request_names_two_places.__name__, Weight.BLOCKS, BORDAANVRAGEN, ("Locatie 1", "Locatie 2")),
    CellRule(A_NUMBER, Weight.NOTICE, BORDAANVRAGEN, ("Nr",)),
    CellRule(_A_DECISION, Weight.NOTICE, BORDAANVRAGEN, ("Besluit",)),
)
