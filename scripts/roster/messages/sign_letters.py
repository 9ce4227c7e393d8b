"""Plans the letter of a sign request: what the caretaker is asked, when, and what the row tells of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from roster.cells import distance_m
from roster.messages.audience import audience_of
from roster.model import Location, Member, SignRequest, Status
from roster.plan.delivery_status import BELIEVED, State, mark_in_row, mark_of, read_mark
from roster.plan.history import Message, Notice
from roster.plan.steps import Send, SetCell, View, by_view
from roster.sheet.columns import BORDAANVRAGEN
from roster.sheet.table import Cell, fold, is_blank, says

SIGNS, COPY = "signs", "signs_copy"
SIGN_COLUMN = "Verstuurd"
ONCE = "aanvraag"
"""The version of every such letter: one a request, whatever is changed in its row later."""


def verstuurd(request: SignRequest, view: View) -> Cell:
    """What its row says of its letter."""
    return view.roster.cell(request.place, SIGN_COLUMN)


def known_letter(request: SignRequest, view: View) -> Message | None:
    """What our own ledger knows of its letter; where it bears a new Nr, of one that asked the same and is no row's."""
    letters = [one for one in view.history.of_person.get(request.nr, []) if one.act == SIGNS]
    return letters[-1] if letters else _of_no_row(view).get(request.asked)


@by_view
def _of_no_row(view: View) -> dict[str, Message]:
    """The letter of each request that bears the Nr of no row, by what was asked; the latest where two ask the same."""
    there = {one.nr for one in view.roster.requests}
    return {one.notice.group: one for one in view.history.deliveries if one.act == SIGNS and one.person not in there}


def facts_of_request(request: SignRequest, view: View) -> dict[str, object]:
    """All that the letter and its page may tell: of people no more than who asks."""
    roster, terms = view.roster, view.terms
    first, second = request.locations
    assert first is not None and second is not None  # a request without two places is blocked
    group = roster.group_named[fold(request.group)]
    area = roster.area_named[fold(group.area)]
    return {
        "nr": request.nr,
        "network": terms.network.name,
        "coordinator": terms.network.coordinator,
        "answer_to": terms.network.coordinator_email,
        "group": group.name,
        "area": area.name,
        "town": area.town,
        "caretaker": area.caretaker,
        "streets": sorted({street.name for street in roster.streets_of.get(fold(group.name), ())}, key=fold),
        "registered": group.registered,
        "started": group.started,
        "members": len(view.statuses.active.get(fold(group.name), ())),
        "requested_on": request.requested_on,
        "requested_by": request.requested_by,
        "explanation": request.explanation,
        **facts_of_places((first, second), request.descriptions),
    }


def facts_of_places(places: tuple[Location, Location], descriptions: tuple[str, str]) -> dict[str, object]:
    """What a letter tells of its two places."""
    return {
        "distance": f"{round(distance_m(*places))}",
        "locations": [
            {
                "description": description,
                "latitude": f"{place.latitude:.6f}",
                "longitude": f"{place.longitude:.6f}",
                "link": place.link,
            }
            for place, description in zip(places, descriptions, strict=True)
        ],
    }


def plan_sign_letters(view: View) -> Iterator[Send]:
    """The letter of each sound concept that was not sent, to the caretaker of its area; and a copy to who asked."""
    for request in view.roster.requests:
        letter = _letter(request, view) if is_due(request, view) else None
        if letter is not None:
            yield letter
        if letter is not None or _went_from_here(request, view):
            yield from (replace(copy, after=letter.key if letter else None) for copy in _copy(request, view))


def is_due(request: SignRequest, view: View) -> bool:
    """True for a concept of which nothing left, or may have left, whichever computer tells so.

    What a row says counts, unless we wrote it ourselves about a letter that is due again by now. A row that does not
    bear its Nr yet may get another one.
    """
    known, cell = known_letter(request, view), verstuurd(request, view)
    lies_ready = (State.READY,) if view.terms.mail_done == State.SENT else ()
    if view.statuses.request.get(request.place.key) is not Status.DRAFT or not view.roster.bears_number(request):
        return False
    if known is not None:
        if known.state not in (State.WAITS, State.REFUSED, *lies_ready):
            return False
        address = view.history.address_mark(caretaker_address(request, view))
        if known.state == State.REFUSED and known.address_mark == address:
            return False
        if _is_ours(cell, known):
            return True
        lies_ready = (State.READY,)  # one that was taken back
    table = view.roster.tables[BORDAANVRAGEN.title]
    mark = mark_in_row(table, request.place.row - table.first, SIGN_COLUMN, request.nr)
    if mark is None:  # what was copied from another row tells nothing
        return is_blank(cell) or read_mark(cell) is not None
    return mark.state in (State.REFUSED, *lies_ready)


def _is_ours(cell: Cell, known: Message) -> bool:
    """True where a row says nothing, or what we ourselves wrote of a letter that stands otherwise by now."""
    mark, before = read_mark(cell), read_mark(known.reported)
    is_before = mark is not None and before is not None
    return is_blank(cell) or (
        is_before and (mark.state, mark.day, mark.at) == (before.state, before.day, before.at)  # type: ignore[union-attr]  # both are there
    )


def caretaker_address(request: SignRequest, view: View) -> str:
    """Where its letter goes; "" where it must go by hand."""
    group = view.roster.group_named.get(fold(request.group))
    area = view.roster.area_named.get(fold(group.area)) if group else None
    address = (area.caretaker_email if area else None) or ""
    return address if address.rpartition("@")[0].isascii() else ""


def _letter(request: SignRequest, view: View) -> Send | None:
    address = caretaker_address(request, view)
    if not address:
        return None
    facts = facts_of_request(request, view)
    return Send(
        about=request.place,
        act=SIGNS,
        version=ONCE,
        language=view.terms.language,
        person=request.nr,
        to_name=str(facts["caretaker"]),
        to_address=address,
        facts=facts,
        mark=request.place.at(SIGN_COLUMN),
        mark_was=verstuurd(request, view),
        shared_cell=True,
        notice=Notice(group=request.asked),
    )


def _went_from_here(request: SignRequest, view: View) -> bool:
    known = known_letter(request, view)
    return known is not None and known.state == State.SENT


def _copy(request: SignRequest, view: View) -> Iterator[Send]:
    """The copy for who asked, where the register knows one such member of that group who takes mail."""
    asked = fold(request.requested_by)
    active = view.statuses.active.get(fold(request.group), ())
    found: list[Member] = [one for one in active if fold(one.name) == asked != ""]
    audience = audience_of(view)
    if len(found) != 1 or not audience.can_be_mailed(found[0]):
        return
    known = known_letter(request, view)
    send = audience.letter(
        found[0],
        COPY,
        known.person if known else request.nr,
        facts_of_request(request, view),
        mark=request.place.at(SIGN_COLUMN),
        mark_was=verstuurd(request, view),
        shared_cell=True,
    )
    if not any(one.key == send.key and one.state != State.WAITS for one in view.history.of_person.get(send.person, ())):
        yield send


def plan_sign_marks(view: View) -> Iterator[SetCell]:
    """What each row must say of its letter, as far as our own ledger knows better than the row."""
    for request in view.roster.requests:
        known = known_letter(request, view)
        if known is None or not view.roster.bears_number(request):
            continue
        cell, text = verstuurd(request, view), sign_mark(known, request)
        mark = read_mark(cell)
        if not _is_ours(cell, known):
            if mark is None:
                continue  # somebody's own words
            if mark.is_of(request.nr) and BELIEVED.index(mark.state) <= BELIEVED.index(known.state):
                continue
        if not says(cell, text):
            yield SetCell(request.place.at(SIGN_COLUMN), text, cell)


def sign_mark(letter: Message, request: SignRequest) -> str:
    """What a row says of its letter: how it stands since when, and what was asked then; "" of one that waits."""
    if letter.state == State.WAITS:
        return ""
    asked = letter.notice.group or request.asked
    return mark_of(letter.state, letter.day, asked, letter.reason, request.nr).text
