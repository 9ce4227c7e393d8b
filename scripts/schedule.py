"""A round every day by itself, and no more of that."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Laat op deze computer elke dag vanzelf een ronde lopen, of juist niet meer.")
@click.option("--at", default="20:30", metavar="UU:MM", help="Hoe laat; anders 20:30.")
@click.option("--send", is_flag=True, help="Mails gaan dan ook vanzelf weg, zonder vraag.")
@click.option("--off", is_flag=True, help="Niet meer vanzelf.")
def schedule(choices: Choices, at: str, send: bool, off: bool) -> int:  # noqa: FBT001  # click hands flags over by name
    """Says what it will do, and asks."""
    from outside.commands.schedule import end_schedule, set_schedule  # only needed once --help has been answered

    settings = choices.load_settings()
    return end_schedule(settings, choices) if off else set_schedule(settings, choices, at, send=send)


if __name__ == "__main__":
    schedule.main()
