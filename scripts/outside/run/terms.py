"""What the rules are held to today: the settings, the texts, and whether the number of the regiegroep is one."""

from __future__ import annotations

from dataclasses import replace

from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import can_answer
from outside.text.templates import rules_version
from roster.messages.audience import is_placeholder
from roster.terms import Terms


def terms_of(settings: Settings, choices: Choices) -> Terms:
    """What the rules are held to today."""
    return replace(
        settings.terms(choices.today),
        rules_version=rules_version(),
        mail_done="verstuurd" if settings.mail.leaves else "klaargezet",
        new_admin_cards=not settings.mail.leaves or (can_answer() and not (choices.yes or choices.unattended)),
    )


def without_example_number(terms: Terms, *, made_up: bool) -> Terms:
    """The terms without the example number of the regiegroep, unless all is made up and no mail really leaves."""
    if not is_placeholder(terms.network.regiegroep_number) or (made_up and terms.mail_done != "verstuurd"):
        return terms
    return replace(terms, network=replace(terms.network, regiegroep_number=""), number_is_example=True)
