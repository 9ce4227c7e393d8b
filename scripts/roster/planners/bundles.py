"""Makes what each admin takes along: all contacts, what is new, who left, and a page that says what to do with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from roster.logbook import Given
from roster.messages.audience import audience_of
from roster.messages.bundles import BUNDLE, Bundles, Delta, bundles_of
from roster.messages.circles import Circle, Gone
from roster.model import Member
from roster.plan.delivery_status import State
from roster.plan.steps import Document, Part, Send, SetCell, View, WriteFile, by_view
from roster.sheet.columns import GROEPEN, STRATEN
from roster.sheet.dutch import counted, short_day, shown_number
from roster.sheet.table import Cell, fold, says
from roster.vcard import GROUP_ROOM, card, shorten

CONTACTS_COLUMN = "Contacten"

_SAFE_FOR_NOW = (State.SENT, State.UNCERTAIN, State.BUSY)
"""A mail that went today, or may have: the next one waits for another day."""


@dataclass(frozen=True, slots=True)
class _Need:
    """What some admins of one circle need, all the same; `mark` stands behind the names of their files."""

    names: tuple[str, ...]
    delta: Delta
    mark: str = ""


def plan_bundles(view: View) -> Iterator[WriteFile | Document]:
    """The files of every group that is not blocked, of the regiegroep and of each area: lists and a page.

    An admin needs the contacts to make the group, so it need not have started; where there is no admin yet, they lie
    ready for who will be. Whoever is mailed what is new has no such file.
    """
    for circle in bundles_of(view).circles:
        yield from _files(circle, view)


def plan_bundle_mails(view: View) -> Iterator[Send]:
    """What is new, to each admin who has an address, one a day at most; nothing where nothing changed."""
    if not view.terms.bundles_by_mail:
        return
    for circle, person, admin in _mailed(view):
        delta, version = bundles_of(view).delta(circle, person), bundles_of(view).version(circle, person)
        letters = [one for one in view.history.of_person.get(person, ()) if one.act == BUNDLE]
        today = any(one.day == view.terms.today and one.state in _SAFE_FOR_NOW for one in letters)
        # One that went is planned again where it is this very one: the ledger then tells its row how it stands.
        if circle.group is None or delta.is_empty or (today and all(one.version != version for one in letters)):
            continue
        yield audience_of(view).letter(
            admin,
            BUNDLE,
            version,
            {"mail": True, "needs": [], **_facts(circle, [_Need((admin.name,), delta)], view, [admin.name])},
            mark=circle.group.place.at(CONTACTS_COLUMN),
            mark_was=view.roster.cell(circle.group.place, CONTACTS_COLUMN),
            cards=_attached(circle, delta, view),
            shared_cell=True,
        )


def mailed_contents(view: View, plan: Sequence[object]) -> list[Given]:
    """What the mails of a plan bring whom to."""
    going = {step.key for step in plan if isinstance(step, Send) and step.act == BUNDLE}
    if not going:
        return []
    bundles = bundles_of(view)
    found = ((circle, person, bundles.version(circle, person)) for circle, person, _admin in _mailed(view))
    return [bundles.mailed(*one) for one in found if (one[1], BUNDLE, one[2]) in going]


def plan_contacts_marks(view: View) -> Iterator[SetCell]:
    """Contacten of every group: what is new and who left, when contacts were given, and to how many.

    Where another laptop knows better what was given, what it says stays.
    """
    bundles = bundles_of(view)
    for circle in bundles.circles:
        if circle.group is not None:
            text, was = _contacts_text(circle, bundles), view.roster.cell(circle.group.place, CONTACTS_COLUMN)
            elsewhere = any(bundles.delta(circle, person).elsewhere for person, _name, _admin in circle.people)
            if not says(was, text) and not (elsewhere and tells_of_contacts(was) and str(was)[0].isdecimal()):
                yield SetCell(circle.group.place.at(CONTACTS_COLUMN), text, was)


def _mailed(view: View) -> Iterator[tuple[Circle, str, Member]]:
    for circle in bundles_of(view).circles:
        for person, _name, admin in circle.people:
            if admin is not None and bundles_of(view).is_mailed(person, admin):
                yield circle, person, admin


def _files(circle: Circle, view: View) -> Iterator[WriteFile | Document]:
    """Who is to be taken out comes first: what lies there of the round before tells how she is called."""
    needs = _needs(circle, view)
    for need in needs:
        if need.delta.known and need.delta.gone:
            yield WriteFile(f"{circle.folder}/weg{need.mark}.txt", (), head=_list_of(need.delta.gone, circle))
    for need in needs:
        if need.delta.known:
            yield from _card_files(f"{circle.folder}/nieuw{need.mark}", circle, need.delta.new, view)
    yield from _card_files(f"{circle.folder}/alle", circle, circle.members, view)
    who = [name for _person, name, _admin in circle.people]
    facts = {"mail": False, **_facts(circle, needs, view, who)}
    facts["needs"] = [*map(_in_words, needs), *_others(circle, view)]
    yield Document(f"{circle.folder}/uitleg.html", BUNDLE, view.terms.language, facts)


def _needs(circle: Circle, view: View) -> list[_Need]:
    """What those need who are given files, together where it is the same: first what most of them need."""
    found: dict[Delta, list[tuple[str, str]]] = {}
    for person, name, admin in circle.people:
        if not bundles_of(view).is_mailed(person, admin):
            delta = bundles_of(view).delta(circle, person)
            alike = next((one for one in found if _same(one, delta)), delta)
            found.setdefault(alike, []).append((person, name))
    ordered = sorted(found.items(), key=lambda one: -len(one[1]))
    marked = 0
    needs = []
    for delta, people in ordered:
        mark = f"-{people[0][0]}" if delta.known and marked else ""
        marked += delta.known
        needs.append(_Need(tuple(name for _person, name in people), delta, mark))
    return needs


def _same(one: Delta, other: Delta) -> bool:
    if not (one.known and other.known):
        return (one.known, one.doubted) == (other.known, other.doubted)
    return (one.new, one.renamed, one.gone) == (other.new, other.renamed, other.gone)


def _in_words(need: _Need) -> dict[str, object]:
    """Who, and which files: what the page says of one of its readers."""
    delta = need.delta
    return {
        "names": list(need.names),
        "all": not delta.known,
        "doubted": delta.doubted,
        "nothing": delta.is_empty,
        "new": f"nieuw{need.mark}.vcf" if delta.known and delta.new else "",
        "gone": f"weg{need.mark}.txt" if delta.known and delta.gone else "",
        "mailed": False,
    }


def _others(circle: Circle, view: View) -> Iterator[dict[str, object]]:
    names = [name for person, name, admin in circle.people if bundles_of(view).is_mailed(person, admin)]
    if names:
        yield {"names": names, "all": False, "doubted": False, "nothing": False, "new": "", "gone": "", "mailed": True}


def _facts(circle: Circle, needs: Sequence[_Need], view: View, who: list[str]) -> dict[str, object]:
    """What the text tells of a circle, to those with these needs; `who` invites."""
    known = [need.delta for need in needs if need.delta.known]
    new = [one for delta in known for one in delta.new]
    starts = not known and (bool(needs) or not circle.people)
    people = circle.members if starts else [one for one in circle.members if one in new]
    admins = {admin.nr for _person, _name, admin in circle.people if admin is not None}
    gone = dict.fromkeys(one for delta in known for one in delta.gone)
    renamed = {one.nr: one for delta in known for one in delta.renamed}
    name = view.terms.network.short_name
    most = view.terms.limits.cards_per_file
    return {
        "title": circle.title,
        "known": bool(known) and all(need.delta.known for need in needs),
        "doubted": any(need.delta.doubted for need in needs),
        "network": view.terms.network.name,
        "prefix": f"{name} {shorten(circle.title, GROUP_ROOM)}",
        "former": [f"{name} {shorten(title, GROUP_ROOM)}" for title in bundles_of(view).former(circle)],
        "total": len(circle.members),
        "files": [f"alle{f'-{turn + 1}' if turn else ''}.vcf" for turn in range(-(-len(circle.members) // most))],
        "starts": starts,
        "people": [_person(one, circle, view, who) for one in people if not (starts and one.nr in admins)],
        "new": len(set(new)),
        "gone": [{"name": one.name, "number": shown_number(one.mobile), "why": one.why} for one in gone],
        "renamed": [{"name": one.name, "number": shown_number(one.mobile or "")} for one in renamed.values()],
        "notes": _noted(view).get(circle.key, []) if circle.group is not None else [],
    }


def _person(member: Member, circle: Circle, view: View, who: list[str]) -> dict[str, object]:
    return {
        "name": member.name,
        "street": member.home,
        "mobile": member.mobile,
        "shown": shown_number(member.mobile or ""),
        "language": member.language or view.terms.language,
        "greeting": member.first_name or member.name,
        "admins": who,
        "group": circle.title,
        "network": view.terms.network.name,
        "invitation": circle.invitation if who else "",
    }


@by_view
def _noted(view: View) -> dict[str, list[dict[str, object]]]:
    """What is wrong in the rows of each group, in the words of Meldingen."""
    rows = {
        (one.place.tab, one.place.key): (fold(one.group), one.name or (f"zonder naam, {one.home}" if one.home else ""))
        for one in view.roster.members
    }
    for key, streets in view.roster.streets_of.items():
        rows |= {(STRATEN.title, one.place.key): (key, one.name) for one in streets}
    groups = [(one.group.place.key, one) for one in bundles_of(view).circles if one.group is not None]
    rows |= {(GROEPEN.title, key): (circle.key, circle.title) for key, circle in groups}
    found: dict[str, list[dict[str, object]]] = {}
    for finding in view.findings:
        key, name = rows.get((finding.place.tab, finding.place.key), ("", ""))
        if key:
            found.setdefault(key, []).append({"name": name or f"rij {finding.place.row}", "what": finding.line})
    return found


def _card_files(path: str, circle: Circle, members: Sequence[Member], view: View) -> Iterator[WriteFile]:
    """Their cards, in files of at most so many as a phone takes at once: alle.vcf, alle-2.vcf."""
    cards, most = [Part(one.place, card(one, circle.frame)) for one in members], view.terms.limits.cards_per_file
    for number, start in enumerate(range(0, len(cards), most), 1):
        name = f"{path}-{number}.vcf" if number > 1 else f"{path}.vcf"
        yield WriteFile(name, tuple(cards[start : start + most]), only_if_parts=True, newline="\r\n")


def _attached(circle: Circle, delta: Delta, view: View) -> tuple[tuple[str, str], ...]:
    name, members = ("nieuw", delta.new) if delta.known else ("alle", circle.members)
    files = _card_files(name, circle, members, view)
    return tuple((one.path, "".join(part.text for part in one.parts).replace("\n", "\r\n")) for one in files)


def _list_of(gone: Sequence[Gone], circle: Circle) -> str:
    lines = [f"- {one.name} ({shown_number(one.mobile)}): {one.why}" for one in gone]
    head = f"{circle.title}: haal deze contacten uit uw telefoon. Wie weg is, haalt u ook uit de WhatsApp-groep:"
    return "\n".join([head, "", *lines, ""])


def tells_of_contacts(cell: Cell) -> bool:
    """True for what we write in Contacten."""
    return isinstance(cell, str) and _CONTACTS_TEXT.match(cell) is not None


_CONTACTS_TEXT = re.compile(r"(alle \d+|bij|\d+ nieuw|\d+ weg|\d+ andere naam)[;,]")


def _contacts_text(circle: Circle, bundles: Bundles) -> str:
    """What the row says: "3 nieuw, 1 weg; gemaild 28-11-2026 aan 2 beheerders"."""
    if not circle.people:
        return f"alle {len(circle.members)}; er is nog geen beheerder om ze aan te geven" if circle.members else ""
    deltas = [bundles.delta(circle, person) for person, _name, _admin in circle.people]
    known = [delta for delta in deltas if delta.known]
    if not known:
        given = any(delta.doubted for delta in deltas)
        return f"alle {len(circle.members)}; {'opnieuw te geven' if given else 'nog niet gegeven'}"
    most = max(known, key=lambda one: len(one.new) + len(one.gone) + len(one.renamed))
    parts = [f"{len(most.new)} nieuw"] * bool(most.new) + [f"{len(most.gone)} weg"] * bool(most.gone)
    parts += [f"{len(most.renamed)} andere naam"] * bool(most.renamed)
    pieces = [", ".join(parts) or "bij"]
    for (day, by_mail), number in Counter((one.day, one.by_mail) for one in known).items():
        assert day is not None
        how = "gemaild" if by_mail else "gegeven"
        pieces.append(f"{how} {short_day(day)} aan {_admins(number)}")
    if len(known) < len(deltas):
        new = len(deltas) - len(known)
        pieces.append(f"{_admins(new)} {'moet' if new == 1 else 'moeten'} alle {len(circle.members)} nog krijgen")
    return "; ".join(pieces)


def _admins(number: int) -> str:
    return counted(number, "beheerder", "beheerders")
