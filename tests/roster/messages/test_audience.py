"""All kinds of mail ask one audience: who can be mailed, how he is greeted, and which number he may know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roster.messages.follow_up import number_update_planner, plan_role_letters
from roster.messages.rules_update import rules_update_planner
from roster.messages.welcome import plan_welcome
from roster.plan.steps import Planner, Send
from support.role_rounds import people, sanne, welcomed
from support.rounds import SYNC, Rounds

NEWS: dict[str, Planner] = {
    "welcome": plan_welcome,
    "moved": plan_role_letters,
    "number_update": number_update_planner(),
    "rules_update": rules_update_planner(lambda version, _language: [f"De regel van versie {version}"]),
}


def sent(act: str, email: str = "s@mail.example") -> list[Send]:
    """What Sanne gets of one kind, where her row says this and that kind has news for her."""
    rounds = Rounds(replace(SYNC)) if act == "welcome" else welcomed()
    if act == "number_update":
        rounds.terms = replace(rounds.terms, network=replace(rounds.terms.network, regiegroep_number="06-29999999"))
    if act == "rules_update":
        rounds.terms = replace(rounds.terms, rules_version="2")
    seen = rounds.look(people(sanne("Stadspark" if act == "moved" else "Tuindorp", email=email)))
    return [step for step in NEWS[act](seen) if isinstance(step, Send) and step.person == "D-0001"]


@pytest.mark.parametrize("act", NEWS)
def test_every_kind_is_addressed_alike(act: str) -> None:
    """By first name, from the network, in the network's language, known to the ledger by the mobile."""
    (send,) = sent(act)
    assert (send.act, send.facts["greeting"], send.facts["network"]) == (act, "Sanne", SYNC.network.name)
    assert send.language == "nl" and len(send.identities) == 1


@pytest.mark.parametrize("address", ["", "jös@mail.example"])
@pytest.mark.parametrize("act", NEWS)
def test_no_kind_goes_where_no_mail_arrives(act: str, address: str) -> None:
    """Without an address, or with an accent before the @."""
    assert sent(act, email=address) == []
