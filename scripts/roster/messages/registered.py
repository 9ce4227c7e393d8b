"""Plans what the admins of a newly registered group are told: the regiegroep's number, and a text for the start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from roster.messages.audience import audience_of
from roster.messages.contact_cards import facts_of, regiegroep_card
from roster.messages.notices import ADMIN, REGISTERED, notices_of
from roster.messages.recipient_history import WELCOME, recipient_history_of
from roster.model import Group, Member, Role, Status
from roster.plan.delivery_status import State, read_mark
from roster.plan.history import Message, Notice
from roster.plan.steps import Send, SetCell, View
from roster.sheet.dutch import counted, short_day
from roster.sheet.table import Cell, fold, says

_COLUMN = "Regienummer"


def plan_registered(view: View) -> Iterator[Send]:
    """One letter for each admin who was welcomed before his group was registered, and so without this news.

    An address that refused it is not tried again; another one is, by itself.
    Who is welcomed, or became an admin of it, after that reads all of it there: nobody gets two mails with the same
    number.
    """
    if not view.terms.network.regiegroep_number:
        return
    ours = {one.version for one in view.history.deliveries if one.act == REGISTERED}
    for group, admins in _registered_groups(view):
        if _version(group) not in ours and _another_laptop(view.roster.cell(group.place, _COLUMN)):
            continue
        for admin in admins:
            is_mailed = _knows_of_it(admin, group, view) and audience_of(view).can_be_mailed(admin)
            if is_mailed and _was_welcomed_before(admin, group, view):
                yield _letter(admin, group, view)


def plan_registered_marks(view: View) -> Iterator[SetCell]:
    """Regienummer of every registered group: when its admins got the number, how many of them did, and who refused it.

    Where nobody refuses it any more, a cell that told of that is emptied. A reason that became known
    later is no reason to write.
    """
    registered = {group.place.key: admins for group, admins in _registered_groups(view)}
    for group in view.roster.group_named.values():
        admins = registered.get(group.place.key, [])
        letters = [_latest(admin, group, view) for admin in admins]
        got = _reached_admins(letters, len(admins), view)
        refused = [
            (admin, letter)
            for admin, letter in zip(admins, letters, strict=True)
            if letter is not None and _is_refused(letter, admin, view)
        ]
        cell = view.roster.cell(group.place, _COLUMN)
        briefly = "; ".join(filter(None, (got, _refusals(refused))))
        wholly = "; ".join(filter(None, (got, _refusals(refused, why=True))))
        was_refused = isinstance(cell, str) and cell.startswith(State.REFUSED)
        if not (wholly or was_refused or _was_taken_back(cell, group, admins, view)):
            continue
        if not says(cell, briefly) and not says(cell, wholly):
            yield SetCell(group.place.at(_COLUMN), wholly, cell)


def _was_taken_back(cell: Cell, group: Group, admins: Iterable[Member], view: View) -> bool:
    """True where the cell still tells of letters that lay ready, and that are due again."""
    letters = (one for admin in admins for one in recipient_history_of(view).letters(admin))
    return (
        isinstance(cell, str)
        and cell.startswith(State.READY)
        and any((one.act, one.version, one.state) == (REGISTERED, _version(group), State.WAITS) for one in letters)
    )


def _reached_admins(latest: Iterable[Message | None], admins: int, view: View) -> str:
    """When the number reached the admins and how many of them, or since when that is uncertain; "" for neither."""
    letters = [letter for letter in latest if letter is not None]
    got = [letter for letter in letters if letter.state in audience_of(view).done]
    unsure = [letter for letter in letters if letter.state == State.UNCERTAIN]
    if got:
        state = State.SENT if any(letter.state == State.SENT for letter in got) else State.READY
        whom = f"{len(got)} van {admins} beheerders" if len(got) < admins else _admins(len(got))
        return f"{state} {_day(got)} aan {whom}"
    return f"{State.UNCERTAIN} sinds {_day(unsure)}" if unsure else ""


def _refusals(refused: Sequence[tuple[Member, Message]], *, why: bool = False) -> str:
    """Who did not get the letter, why if that is asked and known, and what mends it; "" for nobody."""
    if not refused:
        return ""
    whom = ", ".join(
        f"{admin.nr} ({letter.reason})" if why and letter.reason else admin.nr for admin, letter in refused
    )
    day = _day(letter for _admin, letter in refused)
    what = "het e-mailadres" if len(refused) == 1 else "de e-mailadressen"
    return f"{State.REFUSED} {day} bij {whom}. Verbeter {what}, dan gaat de mail vanzelf"


def _is_refused(letter: Message, admin: Member, view: View) -> bool:
    """True where this letter came to nothing at the address that the admin has now; of a welcome its own row tells."""
    return (
        letter.act == REGISTERED
        and letter.state == State.REFUSED
        and recipient_history_of(view).is_refused(letter, admin)
    )


def _day(letters: Iterable[Message]) -> str:
    day = max(letter.day for letter in letters)
    return short_day(day)


def _admins(number: int) -> str:
    return counted(number, "beheerder", "beheerders")


def _registered_groups(view: View) -> Iterator[tuple[Group, list[Member]]]:
    statuses = view.statuses
    for name, group in view.roster.group_named.items():
        admins = statuses.admins.get(name)
        if admins and group.registered is not None and statuses.group[group.place.key] is not Status.BLOCKED:
            yield group, admins


def _knows_of_it(admin: Member, group: Group, view: View) -> bool:
    """False where a letter of its own makes her an admin of this group: that tells all of this as well."""
    known = notices_of(view).known(admin)
    return known is None or (_version(group), Role.ADMIN.value) in known.places


def _of(admin: Member, view: View) -> list[Message]:
    """What this admin was told of a group's registration, by the letter about it or by a welcome.

    Of a welcome of which only a row tells, tab Logboek will tell too, and so a later round: it counts at once.
    """
    recipients, done = recipient_history_of(view), audience_of(view).done
    letters = [one for one in recipients.letters(admin) if one.act in (REGISTERED, WELCOME, ADMIN)]
    mark = read_mark(recipients.row_says(admin))
    is_known = any(one.act == WELCOME and one.state in done for one in letters)
    if mark is not None and mark.state in done and not is_known:
        letters.append(Message(recipients.person(admin), WELCOME, mark.version, mark.state, mark.day))
    return letters


def _latest(admin: Member, group: Group, view: View) -> Message | None:
    """The letter by which this admin got the number of the regiegroep for this group, if there was one."""
    assert group.registered is not None
    fit = [
        one
        for one in _of(admin, view)
        if (one.act != WELCOME and one.version == _version(group)) or one.day >= group.registered
    ]
    return max(fit, key=lambda one: (one.state in audience_of(view).done, one.day), default=None)


def _was_welcomed_before(admin: Member, group: Group, view: View) -> bool:
    """True where a welcome left before the group was registered, and nothing of this group after it."""
    if group.registered is None:
        return False
    letter, done = _latest(admin, group, view), audience_of(view).done
    if letter is not None and (
        letter.state in (*done, State.UNCERTAIN, State.BUSY) or _is_refused(letter, admin, view)
    ):
        return False
    days = [one.day for one in _of(admin, view) if one.act == WELCOME and one.state in done]
    return bool(days) and max(days) < group.registered


def _another_laptop(cell: Cell) -> bool:
    """True for a mark that tells of letters of which our own ledger would know."""
    return isinstance(cell, str) and cell.strip().casefold().startswith((State.BUSY, State.UNCERTAIN, State.SENT))


def _letter(admin: Member, group: Group, view: View) -> Send:
    audience, number = audience_of(view), view.terms.network.regiegroep_number
    cards = regiegroep_card(number, view.terms)
    return audience.letter(
        admin,
        REGISTERED,
        _version(group),
        {
            **audience.number_facts(admin),
            "group": group.name,
            "area": audience.area_name(group),
            "announce": group.started is None,
            **facts_of((), cards),
        },
        mark=group.place.at(_COLUMN),
        mark_was=view.roster.cell(group.place, _COLUMN),
        cards=cards,
        shared_cell=True,
        notice=Notice(_version(group), Role.ADMIN.value, view.history.number_mark(number)),
    )


def _version(group: Group) -> str:
    """One letter a group: whoever becomes admin of another one is told again."""
    return fold(group.name)
