"""A register month by month: who is mailed in each, and what the ledger knows after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from roster.messages.recipient_history import recipient_history_of
from roster.messages.welcome import plan_welcome
from roster.plan.history import History, Message
from roster.plan.steps import View
from roster.planners.status_cells import plan_status_cells
from support.plans import cells, view
from support.sheet_notation import TERMS, register

SMTP = replace(TERMS, network=replace(TERMS.network, regiegroep_number="06-23456789"), mail_done="verstuurd")
DAY = date(2026, 3, 1)
HEAD = "Nr | Voornaam | Achternaam | E-mail | Mobiel | Afgemeld op | Akkoord spelregels | Welkom"


def seen_in(rows: str, history: History) -> View:
    """The register of one month: Nr | first name | surname | address | mobile | left | agreed | Welkom."""
    lines = [line.strip() for line in rows.strip().splitlines()]
    return view(register("\n".join([HEAD, *lines])), SMTP, history)


def mailed(seen: View, *, kept: bool = True) -> tuple[list[str], History]:
    """Who is welcomed in a round, and what the ledger knows after it; an old ledger keeps nothing of the rows."""
    recipients = recipient_history_of(seen)
    sends = list(plan_welcome(seen))
    history, marks = seen.history, cells(plan_status_cells(seen))
    went = [
        Message(
            one.person, one.act, one.version, "verstuurd", DAY, one.identities, history.address_mark(one.to_address)
        )
        for one in sends
    ]
    given = {str(nr) for (tab, _row, column), nr in marks.items() if (tab, column) == ("Deelnemers", "Nr")}
    numbers = [int(nr.removeprefix("D-")) for nr in given]
    identity_nr = {history.identity(one.mobile): one.nr for one in seen.roster.members if one.mobile and not one.left}
    after = replace(
        history,
        deliveries=[*history.deliveries, *went],
        highest={"D": max([history.highest.get("D", 9003), *numbers])},
        identity_nr={**history.identity_nr, **identity_nr},
        recipients={**history.recipients, **recipients.caught_up()} if kept else {},
    )
    return [one.to_name for one in sends], after
