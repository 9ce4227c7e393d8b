"""Writes down that somebody wants no more mail, or takes that back."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Schrijft op dat iemand geen mail meer wil, of met --undo dat die persoon weer mail mag krijgen.")
@click.option("--nr", metavar="NR", required=True, help="Het nummer van de deelnemer, zoals D-0012.")
@click.option("--undo", is_flag=True, help="Neem het terug: deze persoon mag weer mail krijgen.")
def no_mail(choices: Choices, nr: str, undo: bool) -> int:  # noqa: FBT001  # click hands a flag over by its name
    """Ledger and row both hear of it."""
    from outside.commands.no_mail import record_wish  # all of this is only needed once --help has been answered

    return record_wish(choices.load_settings(), choices, nr, undo=undo)


if __name__ == "__main__":
    no_mail.main()
