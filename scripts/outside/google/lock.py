"""One run at a time, on whatever laptop: a hidden tab of the sheet itself that says who is at work."""

from __future__ import annotations

import contextlib
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import filelock

from outside.console import warn
from outside.errors import Stop
from outside.files.atomic import installation, no_lock, own_folder
from outside.google.answers import Lost, Refused
from outside.google.batch import as_cell
from outside.google.client import Calls, Json, new_id
from outside.google.refusal import GRIDS, full, is_full
from outside.google.tabs import quoted
from outside.google.takeover import TITLE, LockTab, as_moment, broke_off, in_local_time, is_busy, people_may_be_hit
from outside.workbook import STALE

_SKEWED = 60.0
"""Seconds that a laptop's clock may be wrong before what it wrote in the lock is written again."""

_ROWS, _COLUMNS = 8, 26
_UNDER_WAY = 6
_PIECE = 45_000
"""Characters of what is under way in one cell; Google takes 50,000."""

_FIELDS = "replies(addSheet(properties(sheetId,title)))"
_KEPT_FOR = (
    "Laat dit tabblad staan, ook als niemand meer bezig lijkt: de volgende ronde heeft het nodig, en ruimt het zelf op."
)


class Lock:
    """The lock on one sheet. `check` is the request that guards a batch: it fails when the lock was taken over.

    `resumed` is True where a run of ours broke off under this lock and nobody took it over since; `keep_locked` has it
    stand after the run, because this machine knows best what may stand wrong in the sheet. `take_up` is given what
    was under way in another's run that broke off, and gives the tabs where people's cells may be hit.
    """

    def __init__(self, calls: Calls, state: Path, take_up: Callable[[str], Sequence[str]] | None = None) -> None:
        self._take_up = take_up
        self._under_way = ""
        self._calls = calls
        self._state = state
        self._sheet: int | None = None
        self._ahead = 0.0
        self._since = 0.0
        self._installation = ""
        self.resumed = False
        self.keep_locked = False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for as long as the block runs. Raises Stop naming who holds it."""
        own_folder(self._state)
        local = filelock.FileLock(self._state / "google.lock", timeout=0, mode=0o600)
        try:
            with local:
                self._installation = installation(self._state)
                try:
                    self._take()
                    yield
                finally:
                    self._release()
                    self._calls.close()
        except filelock.Timeout as error:
            raise Stop(
                "Buurtbeheer is al bezig met dit register.",
                "Wacht tot de andere opdracht klaar is, en probeer het opnieuw.",
            ) from error
        except NotImplementedError as error:
            raise no_lock(error, self._state) from error

    def check(self) -> list[Json]:
        """What goes first in every batch: our tab's name and a sign of life, which fail when it is not ours any more.

        A tab that somebody renamed gets its name back, or else another run would not see it.
        """
        if self._sheet is None:
            return []
        properties = {"sheetId": self._sheet, "title": TITLE, "hidden": True}
        named = {"updateSheetProperties": {"properties": properties, "fields": "title,hidden"}}
        return [named, self._words(self._sheet)]

    def tell(self, under_way: str) -> list[Json]:
        """What goes behind the check where something is under way, or was and stands now."""
        if self._sheet is None or not (under_way or self._under_way):
            return []
        self._under_way = under_way
        return [self._under_way_request(self._sheet)]

    def is_lost(self, titles: Mapping[int, str]) -> bool:
        """True when another run took the lock over, or somebody removed its tab. `titles` are those of now, by id."""
        others = [title for number, title in titles.items() if number != self._sheet]
        return self._sheet is not None and (self._sheet not in titles or TITLE in others)

    def lost(self) -> Stop:
        """What to say then."""
        self._sheet = None
        return Stop(
            "Iemand anders is intussen met dit register begonnen, of het tabblad van het slot is verwijderd.",
            "Wacht tot niemand meer bezig is, en probeer het opnieuw.",
        )

    def _take(self) -> None:
        mine = new_id()
        self._since = self._now()
        batch: list[Json] = self._tab(mine)
        self._sheet = mine  # from here on there is something to release, also when an interrupt comes before the answer
        may_stand = False

        def ask() -> None:
            nonlocal batch, may_stand
            try:
                self._check_title(self._calls.change(batch, fields=_FIELDS), mine)
            except Refused as refused:
                holder = self._holder()
                if holder is None or holder.sheet != mine:
                    batch, lost = self._against(holder, refused, mine)
                    raise lost from refused
                # An answer that was lost: it had arrived.
            except Lost as lost:
                may_stand |= not lost.certain
                raise

        try:
            self._calls.until_answered(ask)
        except Stop:
            if not may_stand:
                self._sheet = None  # nothing was ever written, so there is nothing to take away
            raise
        self._correct_clock()

    def _now(self) -> float:
        """What time it is, by Google's clock as soon as an answer told it: laptops differ, and may be hours wrong."""
        return time.time() + self._ahead

    def _look_at_clock(self) -> float:
        """Go by Google's clock from here on; how many seconds that differs from what was gone by until now."""
        answered, before = self._calls.answered, self._ahead
        if answered is not None:
            self._ahead = answered - time.time()
        return self._ahead - before

    def _correct_clock(self) -> None:
        """Write anew since when we are at work, where this laptop's clock had told it wrong."""
        off = self._look_at_clock()
        if abs(off) > _SKEWED:
            self._since += off
            with contextlib.suppress(Lost, Refused):  # every write tells it again, and finds out what is amiss
                self._calls.change(self.check())

    def _against(self, holder: LockTab | None, refused: Refused, mine: int) -> tuple[list[Json], Lost]:
        """The batch for another try: nobody holds it, or somebody who is gone. Raises Stop where he is not.

        Beside it stands what to raise, so that it is tried again, and to say where no try does.
        """
        if holder is None:  # released in between, or Google has another reason
            stop = refused.stop(f"Google laat Buurtbeheer het tabblad '{TITLE}' niet maken.")
            return self._tab(mine), Lost(stop, certain=True)
        self._look_at_clock()
        # A sign of life from a time that is yet to come tells nothing: it is of a clock that was wrong.
        if holder.installation != self._installation and abs(self._now() - holder.seen) < STALE:
            self._sheet = None
            raise is_busy(holder)
        if holder.installation == self._installation and holder.since:
            self.resumed, self._since = True, holder.since
        elif holder.under_way:
            self._inherit(holder)
        self._under_way = holder.under_way
        # Both or nothing: whoever comes second finds the old tab gone, and is refused whole.
        stop = Stop(
            "Er begint steeds iemand anders met dit register.", "Wacht een paar minuten, en probeer het opnieuw."
        )
        return [{"deleteSheet": {"sheetId": holder.sheet}}, *self._tab(mine)], Lost(stop, certain=True)

    def _inherit(self, holder: LockTab) -> None:
        """Look what another's run that broke off left under way. Raises Stop where only people can judge."""
        sheet, self._sheet = self._sheet, None  # where this stops, there is nothing of ours to take away
        if self._take_up is None:
            raise Stop(f"{broke_off(holder)}.", "Typ eerst: make sync. Dat zet recht wat er bleef liggen.")
        try:
            hit = self._take_up(holder.under_way)
        except ValueError:
            raise people_may_be_hit(holder, ()) from None
        if hit:
            raise people_may_be_hit(holder, hit)
        self._sheet = sheet

    def _check_title(self, answer: Json, mine: int) -> None:
        """Google sometimes gives a second tab another name instead of refusing it: that race is lost."""
        if not answer.get("replies"):
            raise Lost
        given = [reply["addSheet"]["properties"] for reply in answer["replies"] if "addSheet" in reply]
        if any(one.get("sheetId") == mine and one.get("title") == TITLE for one in given):
            return
        self._release()
        holder = self._holder()
        raise (
            is_busy(holder)
            if holder
            else Stop("Buurtbeheer is al bezig met dit register.", "Probeer het straks opnieuw.")
        )

    def _tab(self, sheet: int) -> list[Json]:
        grid = {"rowCount": _ROWS, "columnCount": _COLUMNS}
        properties = {"sheetId": sheet, "title": TITLE, "hidden": True, "gridProperties": grid}
        carried = [self._under_way_request(sheet)] if self._under_way else []
        return [{"addSheet": {"properties": properties}}, self._words(sheet), *carried]

    def _under_way_request(self, sheet: int) -> Json:
        pieces = [self._under_way[at : at + _PIECE] for at in range(0, len(self._under_way), _PIECE)]
        line = ["Onderweg" if pieces else "", *pieces, *[""] * (_COLUMNS - 1 - len(pieces))]
        start = {"sheetId": sheet, "rowIndex": _UNDER_WAY, "columnIndex": 0}
        rows = [{"values": [as_cell(cell) for cell in line]}]
        return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}

    def _words(self, sheet: int) -> Json:
        now = self._now()
        lines = (
            ("Buurtbeheer is met dit register bezig.", ""),
            ("Vanaf de computer", platform.node()[:60] or "onbekend"),
            ("Sinds", in_local_time(self._since)),
            ("Laatste teken", in_local_time(now)),
            (_KEPT_FOR, ""),
            ("Voor Buurtbeheer zelf", f"{self._since:.0f} {now:.0f} {self._installation}"),
        )
        rows = [{"values": [as_cell(cell) for cell in line]} for line in lines]
        start = {"sheetId": sheet, "rowIndex": 0, "columnIndex": 0}
        return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}

    def _holder(self) -> LockTab | None:
        """Who holds the lock now; None where nobody does. Raises Stop where the sheet has no room for a lock."""
        found = self._calls.describe(GRIDS).get("sheets", [])
        sheets = {sheet["properties"]["title"]: sheet["properties"].get("sheetId", 0) for sheet in found}
        if TITLE not in sheets:
            if is_full(found, _ROWS * _COLUMNS):
                raise full()
            return None
        try:
            [(_, rows)] = self._calls.values([quoted(TITLE)])
        except Refused:
            return None  # released in between
        fields = [str(row[1]) if len(row) > 1 else "" for row in rows] + [""] * 6
        since, seen, installation = (*fields[5].split(), "", "", "")[:3]
        if not installation:
            self._sheet = None
            raise Stop(
                f"In het blad staat een tabblad '{TITLE}' dat niet van Buurtbeheer is, of dat iemand heeft gewijzigd.",
                "Geef het een andere naam, of verwijder het (Weergave, Verborgen bladen), en probeer het opnieuw.",
            )
        under_way = "".join(map(str, rows[_UNDER_WAY][1:])) if len(rows) > _UNDER_WAY else ""
        return LockTab(sheets[TITLE], fields[1], as_moment(since), as_moment(seen), installation, under_way)

    def _release(self) -> None:
        """Take our tab away, if it is still there. What cannot be reached falls to whoever comes after STALE."""
        sheet, self._sheet = self._sheet, None
        if sheet is None or self.keep_locked:
            return
        for _wish in range(2):  # the tab is worth one more try after a Ctrl-C, or a no without a reason
            with contextlib.suppress(KeyboardInterrupt):
                try:
                    self._calls.until_answered(lambda: self._calls.change([{"deleteSheet": {"sheetId": sheet}}]))
                except Refused:
                    if not self._stands(sheet):
                        return  # an answer that was lost: it is gone; or another run took it over
                except Stop:
                    break
                else:
                    return
        warn(
            f"Het slot op het register kon niet weg. Over {STALE // 60} minuten telt het vanzelf niet meer. "
            "Op deze computer kunt u meteen opnieuw beginnen."
        )

    def _stands(self, sheet: int) -> bool:
        """True where a tab with that id still stands; where that cannot be told, it may."""
        try:
            stand = self._calls.describe(GRIDS).get("sheets", [])
        except Stop:
            return True
        return any(one["properties"].get("sheetId") == sheet for one in stand)
