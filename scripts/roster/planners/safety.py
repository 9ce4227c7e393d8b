"""What is too much at once, or not to be trusted: a plan that is too large, a new ledger, a lost heading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from roster.logbook import MAIL_KINDS
from roster.messages.in_group import SIGHT_COLUMN, read_sight
from roster.messages.recipient_history import LOOKED, recipient_history_of
from roster.messages.sign_letters import SIGN_COLUMN
from roster.model import Status
from roster.plan.delivery_status import State, done_states, pieces, read_mark, says_no_mail, without_wish
from roster.plan.history import row_of
from roster.plan.steps import Send, Step, View
from roster.planners.bundles import CONTACTS_COLUMN, tells_of_contacts
from roster.reading.row_ids import valid_number
from roster.sheet.columns import BORDAANVRAGEN, DEELNEMERS, GROEPEN, LIST_COLUMN, TAB
from roster.sheet.headings import ALIKE, heading_likeness, mostly
from roster.sheet.table import Cell, Table, fold, is_blank

_SMALL = 20
"""Registers with fewer members than this, before and now, are exempt: there every change is a large one."""

SHARE = 0.25
"""A loss of more than this share is doubted. octoDNS doubts a plan at 30 %; a register loses people more slowly."""

_MIXED = 5
"""From so many on it is no chance that people have what was another's: one couple swaps its numbers, not three."""

_COLUMNS = ("Mobiel", "E-mail", "Voornaam of Achternaam")
_WHAT = dict(zip(_COLUMNS, ("het mobiele nummer", "het e-mailadres", "de naam"), strict=True))
_CAUSE = "Waarschijnlijk is de kolom {} los van de rest gesorteerd of verschoven. Maak dat dan ongedaan."

BEGUN = "begun"
"""In what a run counted: a ledger that is new was told of, and somebody went on."""

WAITING = "mails"
"""In what a run counted: the mails that waited at its end."""

_TAKES_PART = ("actief", "wachtlijst")


def check_safety(view: View, plan: Sequence[Step] = ()) -> list[str]:
    """Dutch sentences, each a reason not to go on without asking; empty where all is as expected."""
    found = [*lost_headings(view.roster.tables), *taken_headings(view.roster.tables)]
    roster, before = view.roster, view.history.counts
    now = counts(view)
    for what, kind in (("members", "deelnemers"), ("groups", "groepen"), ("streets", "straten")):
        old, new = before.get(what, 0), now[what]
        if old >= (10 if what == "groups" else _SMALL) and old - new > old * SHARE:
            found.append(f"Vorige keer stonden er {old} {kind} in het register, nu {new}.")
    table = roster.tables["Deelnemers"]
    said, first, status = list(table.column("Status")), table.first, view.statuses.member
    turned = Counter((said[member.place.row - first], status[member.place.key]) for member in roster.members)
    took_part = {pair: n for pair, n in turned.items() if isinstance(pair[0], str) and fold(pair[0]) in _TAKES_PART}
    was_in = sum(took_part.values())
    newly_blocked = sum(number for (_word, now_is), number in took_part.items() if now_is is Status.BLOCKED)
    newly_left = sum(number for (_word, now_is), number in took_part.items() if now_is is Status.LEFT)
    if was_in >= _SMALL and newly_blocked > was_in * SHARE:
        found.append(f"Van de {was_in} deelnemers die meededen, worden er {newly_blocked} ineens geblokkeerd.")
    if was_in >= _SMALL and newly_left > was_in * SHARE:
        found.append(f"Van de {was_in} deelnemers die meededen, zijn er {newly_left} ineens afgemeld.")
    welcomes = [step for step in plan if isinstance(step, Send) and step.act == "welcome"]
    again = sum(_was_welcomed(step, view) for step in welcomes)
    if again > max(_SMALL, was_in * 0.05):
        found.append(f"Er zouden {again} deelnemers een mail krijgen, terwijl in hun rij staat dat die al gemaakt is.")
    return found + _forgotten(view, welcomes) + _older_version(view) + _flood(view, plan) + _mixed_up(view)


def says_ledger_is_new(view: View) -> str:
    """Why a ledger that remembers no round is doubted, in Dutch; "" where it remembers one, or nothing was done yet.

    It was lost, or this is another computer's first round: which of the two, a person knows.
    """
    if not view.history.is_new:
        return ""
    table = view.roster.tables["Deelnemers"]
    numbered = sum(valid_number(cell, "D") is not None for cell in table.column("Nr"))
    marked = sum(read_mark(cell) is not None or says_no_mail(cell) for cell in table.column("Welkom"))
    if not (numbered and marked):
        return ""
    limit = " Hoeveel mails er vandaag al weg zijn, weet hij niet." if view.terms.mail_done == State.SENT else ""
    return (
        f"Het logboek van deze computer is leeg, maar in het register "
        f"{'heeft 1 deelnemer' if numbered == 1 else f'hebben {numbered} deelnemers'} al een Nr, en bij {marked} staat "
        f"al iets in de kolom Welkom. Wie geen mail wil, weet deze computer dan alleen uit de rijen.{limit}"
    )


def is_remembered(view: View) -> bool:
    """True where tab Logboek knows of each letter that the rows tell of: a ledger that is new has lost nothing then."""
    table, known = view.roster.tables["Deelnemers"], {row_of(one.person) for one in view.history.elsewhere}
    marks = [(nr, read_mark(cell)) for nr, cell in zip(table.column("Nr"), table.column("Welkom"), strict=True)]
    return known != set() and all(mark is None or (valid_number(nr, "D") or mark.nr) in known for nr, mark in marks)


def _forgotten(view: View, welcomes: Sequence[Send]) -> list[str]:
    """Many whom a round saw before, where this computer is new and no row tells of a letter.

    Where tab Logboek knows of some letters, rows of it may be gone as well.
    """
    table, elsewhere = view.roster.tables["Deelnemers"], view.history.elsewhere
    if not view.history.is_new or (elsewhere and any(read_mark(cell) for cell in table.column("Welkom"))):
        return []
    cell = recipient_history_of(view).cell
    due = {send.about.key for send in welcomes}
    members = [one for one in view.roster.members if one.place.key in due and cell(one, "Status")]
    if len(members) <= _SMALL:
        return []
    message = f"{len(members)} deelnemers stonden al eerder in het register en zouden een welkomstmail krijgen. "
    if elsewhere:
        message += "Het tabblad Logboek weet van mails aan anderen, maar bij niemand staat iets in de kolom Welkom. "
    else:
        message += "Deze computer en het tabblad Logboek weten van geen enkele mail. "
    return [message + "Is de kolom Welkom leeggemaakt?"]


def _older_version(view: View) -> list[str]:
    """The newest letters stand in tab Logboek no more: so letters of others may be gone of which nobody here knew.

    A row that somebody took out from among the others is just put back.
    """
    there, known = view.roster.logbook.entries, view.history.logbook.entries
    lost = [one.since for key, one in known.items() if key not in there]
    if not lost or not view.history.elsewhere or any(one.since >= min(lost) for one in there.values()):
        return []
    what = "ontbreekt het laatste bericht" if len(lost) == 1 else f"ontbreken de laatste {len(lost)} berichten"
    message = f"Op het tabblad Logboek {what}. Misschien is een oudere versie van het register teruggezet. "
    return [message + "Wat een andere computer daarna nog verstuurde, weet deze computer dan niet."]


def _flood(view: View, plan: Sequence[Step]) -> list[str]:
    """Very many mails at once that the last round did not see coming, on a register that is known."""
    before, of_person = view.history.counts, view.history.of_person
    if not before.get("members"):
        return []
    sends = [step for step in plan if isinstance(step, Send) and not MAIL_KINDS[step.act].for_many]
    fresh = [send for send in sends if all(one.act != send.act for one in of_person.get(send.person, ()))]
    number, everybody = len(fresh) - before.get(WAITING, 0), len(view.roster.members)
    if number <= _SMALL or number <= everybody * SHARE:
        return []
    return [f"Er komen ineens {number} nieuwe mails bij, op {everybody} deelnemers. Controleer wie er nieuw bij staan."]


def _mixed_up(view: View) -> list[str]:
    """What many rows suddenly have from other rows, or anew, since the ledger last saw them; and the likely cause."""
    recipients = recipient_history_of(view)
    rows = [(recipients.last_in_row(one), recipients.seen(one)) for one in view.roster.members]
    swapped, anew = {}, {}
    if all(then is now for then, now in rows):
        return []
    for at, column in enumerate(_COLUMNS):
        pairs = [(then[at] if then else "", now[at]) for then, now in rows]
        filled = [(then, now) for then, now in pairs if then and now]
        changed = [(then, now) for then, now in filled if then != now]
        # Also what came to stand in a row that had nothing, or that is new: few may have an address at all.
        gone = {then for then, _now in pairs if then} - {now for then, now in pairs if then == now}
        number = sum(now in gone for _then, now in pairs)
        had = sum(then != "" for then, _now in pairs)
        if number >= _MIXED or (number > 2 and number * 2 >= had):
            swapped[column] = number
        elif len(filled) >= _SMALL and len(changed) > len(filled) * SHARE:
            anew[column] = (
                f"Bij {len(changed)} van de {len(filled)} deelnemers is {_WHAT[column]} ineens anders. "
                f"Misschien is de kolom {column} los van de rest gesorteerd of overschreven."
            )
    if len(swapped) == len(_COLUMNS):
        return [f"Bij {max(swapped.values())} deelnemers staat nu het Nr van een ander. {_CAUSE.format('Nr')}"]
    mixed = [
        f"Bij {number} deelnemers staat nu {_WHAT[column]} van een ander. {_CAUSE.format(column)}"
        for column, number in swapped.items()
    ]
    return [*mixed, *anew.values()]


def _was_welcomed(send: Send, view: View) -> bool:
    """True where the row says that this letter left already: one row may have been typed over, many are a mistake.

    Of a letter that lay ready and was taken back to be made anew, the ledger knows that the row still tells.
    """
    mark = read_mark(send.mark_was)
    if mark is None or mark.state not in done_states(view.terms.mail_done):
        return False
    letters = view.history.of_person.get(send.person, ())
    return not any(one.state == State.WAITS and read_mark(one.reported) == mark for one in letters)


def counts(view: View) -> dict[str, int]:
    """What this run saw, to be remembered for the next one's doubts."""
    roster = view.roster
    return {
        "members": len(roster.members),
        "groups": len(roster.groups),
        "streets": len(roster.streets),
        LOOKED: view.terms.today.toordinal(),
    }


def lost_headings(tables: dict[str, Table]) -> list[str]:
    """Dutch sentences, each naming a heading and the column that may be it: it is not added anew in silence.

    Nothing that people do to a tab on which nothing is theirs stops a round.
    """
    return [line for table in tables.values() if not TAB[table.tab].is_ours for line in _lost(table)]


def taken_headings(tables: dict[str, Table]) -> list[str]:
    """Dutch sentences, each naming a column that people made before a new version of ours wrote under that heading."""
    return [line for table in tables.values() for line in _taken(table)]


def _lost(table: Table) -> Iterator[str]:
    taken: set[int] = set()
    for heading in sorted(table.own - table.columns.keys()):
        likely = {at: _likeness(table, at, text, heading) for at, text in table.others.items() if at not in taken}
        twin = max(likely, key=lambda at: likely[at], default=None)
        if twin is None or likely[twin] < ALIKE:
            continue
        taken.add(twin)
        text = table.others[twin]
        named = f"een kolom '{text}'" if text else f"een kolom zonder kopje ({_letters(twin)})"
        yield (
            f"Op het tabblad '{table.title}' ontbreekt de kolom '{heading}'. Er is wel {named}: bedoelde u die? "
            f"Zet het kopje '{heading}' er dan weer boven."
        )


def _taken(table: Table) -> Iterator[str]:
    for heading in _LATER:
        is_ours = _LOOKS.get((table.tab, heading))
        cells = [cell for cell in table.column(heading) if not is_blank(cell)]
        if is_ours is not None and cells and not any(map(is_ours, cells)):
            yield (
                f"Op het tabblad '{table.title}' schrijft Buurtbeheer in de kolom '{heading}', en daar staat iets "
                f"anders in. Is die kolom van u? Geef haar dan een ander kopje, zoals '{heading} (eigen)'."
            )


def _likeness(table: Table, at: int, text: str, heading: str) -> float:
    """How much a column looks like one of ours (0-100): by its cells, where they tell, and else by its heading."""
    by_heading = heading_likeness(text, heading) if text else 0.0
    is_ours = _LOOKS.get((table.tab, heading))
    cells = [row[at] for row in table.rows if at < len(row) and not is_blank(row[at])]
    if is_ours is None or not cells:
        return by_heading
    if mostly(cells, is_ours):
        return 100.0
    return by_heading if any(map(is_ours, cells)) else 0.0


def _letters(position: int) -> str:
    """What a sheet calls a column: A for 0, AA for 26."""
    before, here = divmod(position, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + here)


def _tells_of_letters(cell: Cell) -> bool:
    return any(read_mark(one.partition(": ")[2]) is not None for one in pieces(cell))


def _numbered(prefix: str) -> Callable[[Cell], bool]:
    return lambda cell: valid_number(cell, prefix) is not None


_LOOKS: dict[tuple[str, str], Callable[[Cell], bool]] = {
    (DEELNEMERS.title, "Nr"): _numbered("D"),
    (BORDAANVRAGEN.title, "Nr"): _numbered("B"),
    (DEELNEMERS.title, "Welkom"): lambda cell: read_mark(cell) is not None or without_wish(cell) != cell,
    (DEELNEMERS.title, "Vervolgmail"): _tells_of_letters,
    (DEELNEMERS.title, SIGHT_COLUMN): lambda cell: read_sight(cell) is not None,
    (GROEPEN.title, CONTACTS_COLUMN): tells_of_contacts,
    (GROEPEN.title, LIST_COLUMN): lambda cell: isinstance(cell, str) and "&fvid=" in cell,
    (BORDAANVRAGEN.title, SIGN_COLUMN): lambda cell: read_mark(cell) is not None,
}
"""What is the software's own to see in a cell."""

_LATER = (SIGHT_COLUMN, CONTACTS_COLUMN, SIGN_COLUMN, LIST_COLUMN)
"""Columns of ours that registers in use did not have from the beginning."""
