"""Writes down that a mail did arrive, or that the mails of the outbox were sent by hand."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Schrijft op wat u zelf deed of zag: met de hand verteld, toch aangekomen, of zelf verstuurd uit de map mail.")
@click.option("--nr", metavar="NR", help="Het nummer van de deelnemer, of meer: D-0012 D-0013.")
@click.option("--kind", metavar="SOORT", default="", help="Welke mail, als er van iemand meer onzeker zijn.")
@click.option("--outbox", is_flag=True, help="Alle klaargezette mails zijn met de hand verstuurd.")
def sent(choices: Choices, nr: str | None, kind: str, outbox: bool) -> int:  # noqa: FBT001  # click hands a flag over by its name
    """One of the two must be said."""
    from outside.commands.sent import resolve_outbox, resolve_sent  # only needed once --help has been answered
    from outside.errors import Stop  # likewise

    settings = choices.load_settings()
    if nr and not outbox:
        return resolve_sent(settings, choices, nr, kind)
    if outbox and not nr:
        return resolve_outbox(settings, choices)
    raise Stop("Over wie gaat het?", 'Typ make sent NR="D-0012 D-0013", of make sent OUTBOX=yes')


if __name__ == "__main__":
    sent.main()
