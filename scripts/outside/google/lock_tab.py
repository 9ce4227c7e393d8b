"""What the lock tab at Google tells, and what is said to who finds one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from outside.errors import Stop
from outside.workbook import STALE

TITLE = "Buurtbeheer is bezig"


@dataclass(frozen=True, slots=True)
class LockTab:
    """Who holds the lock: the tab's id, the machine, since when and last seen (seconds), the installation.

    `under_way` is what its last write was about (`takeover.describe_batch`), "" where nothing was under way.
    """

    sheet: int
    machine: str
    since: float
    seen: float
    installation: str
    under_way: str = ""


def broke_off(holder: LockTab) -> str:
    """The beginning of what is said of a run that broke off."""
    name = " ".join(holder.machine.split())[:60]
    machine = f"Op de computer '{name}'" if name else "Op een andere computer"
    return f"{machine} brak een ronde af, op {in_local_time(holder.seen)}"


def people_may_be_hit(holder: LockTab, titles: Sequence[str]) -> Stop:
    """What to say where cells of people may have been written over: their sheet's own history has what stood there."""
    where = " en ".join(f"'{title}'" for title in titles)
    place = f"op tabblad {where} " if where else ""
    return Stop(
        f"{broke_off(holder)}, terwijl in het blad iets verschoof. Misschien staat {place}in kolommen van u iets dat "
        "er niet hoort.",
        "Typ op die computer nog eens make sync: die weet wat er stond, en zet het terug. Kan dat niet? Vergelijk het "
        f"blad dan met de versie van vlak vóór {in_local_time(holder.seen)} (Bestand, Versiegeschiedenis), en zet "
        f"terug wat verkeerd staat. Verwijder daarna het verborgen tabblad '{TITLE}' (Weergave, Verborgen bladen), en "
        "typ: make sync",
    )


def is_busy(holder: LockTab) -> Stop:
    """What to say to who comes second."""
    name = " ".join(holder.machine.split())[:60]
    machine = f" vanaf de computer '{name}'" if name else ""
    since = f", sinds {in_local_time(holder.since)}" if holder.since else ""
    free = in_local_time(max(holder.seen, holder.since) + STALE)
    return Stop(
        f"Buurtbeheer is al bezig met dit register{machine}{since}.",
        f"Wacht tot die klaar is. Is daar niemand meer bezig, dan kunt u vanaf {free} gewoon opnieuw beginnen.",
    )


def in_local_time(moment: float) -> str:
    """A moment as people here tell it."""
    at = datetime.fromtimestamp(moment)  # noqa: DTZ006  # people read their own clock
    return f"{at.day}-{at.month}-{at.year} {at:%H:%M}"


def as_moment(text: str) -> float:
    """A moment in seconds; 0 for what is none, or lies outside the days that a calendar knows."""
    return float(text) if re.fullmatch(r"[0-9]{1,10}", text) else 0.0
