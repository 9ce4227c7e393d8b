"""Rounds on a register in text: what each plans is taken for sent, and remembered as the ledger remembers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from roster.messages.follow_up import plan_follow_up_marks, plan_role_letters
from roster.messages.notices import notices_of
from roster.messages.recipient_history import recipient_history_of
from roster.messages.registered import plan_registered
from roster.messages.welcome import plan_welcome
from roster.plan.history import History, Message
from roster.plan.steps import Planner, Send, View
from roster.sheet.table import Table
from roster.terms import Terms
from support.plans import carried_out, view
from support.sheet_notation import TERMS

PLANNERS: tuple[Planner, ...] = (plan_registered, plan_role_letters, plan_welcome)
SYNC = replace(TERMS, network=replace(TERMS.network, regiegroep_number="06-23456789"), mail_done="verstuurd")


@dataclass
class Rounds:
    """One computer's memory of a register. `terms` may be changed between two rounds."""

    terms: Terms = SYNC
    history: History = field(default_factory=lambda: History(salt=b"test"))
    sends: list[Send] = field(default_factory=list)

    def look(self, tables: dict[str, Table]) -> View:
        """What the planners see now."""
        return view(tables, self.terms, replace(self.history))

    def go(
        self, tables: dict[str, Table], planners: Sequence[Planner] = PLANNERS, state: str = "verstuurd"
    ) -> list[tuple[str, str]]:
        """One round, and a day passes. Who was sent what: [(Nr, act)]."""
        seen = self.look(tables)
        self.sends = [step for planner in planners for step in planner(seen) if isinstance(step, Send)]
        at = f"{self.terms.today.isoformat()}T12:00:00"
        self.history.sights += [one._replace(at=at) for one in notices_of(seen).sights()]
        self.history.recipients |= recipient_history_of(seen).caught_up()
        for send in self.sends:
            key = send.person, send.act, send.version
            kept = [one for one in self.history.deliveries if (one.person, one.act, one.version) != key]
            address = self.history.address_mark(send.to_address)
            left = Message(*key, state, self.terms.today, send.identities, address, notice=send.notice, at=at)
            self.history = replace(self.history, deliveries=[*kept, left])
        self.terms = replace(self.terms, today=self.terms.today + timedelta(days=1))
        return sorted((send.person, send.act) for send in self.sends)

    def told(self, tables: dict[str, Table]) -> dict[str, Table]:
        """The register with what the rows say of those letters."""
        return carried_out(tables, plan_follow_up_marks(self.look(tables)))

    def before(self) -> None:
        """As if all so far had left before places were remembered."""
        self.history.sights = []
        self.history = replace(
            self.history, deliveries=[one._replace(notice=type(one.notice)(), at="") for one in self.history.deliveries]
        )
