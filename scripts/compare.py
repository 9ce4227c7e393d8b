"""Compares a WhatsApp group with the list: who is in both, and who in one of the two."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Vergelijkt een WhatsApp-groep met de lijst: plak de deelnemers, of geef een bestand.")
@click.option("--group", metavar="GROEP", required=True, help="De naam van de groep, zoals op het tabblad Groepen.")
@click.option("--from", "source", metavar="BESTAND", help="De deelnemers, een .vcf of het bestand van Chat exporteren.")
def compare(choices: Choices, group: str, source: str | None) -> int:
    """What is pasted comes from standard input."""
    from outside.commands import compare as command  # all of this is only needed once --help has been answered

    return command.compare(choices.load_settings(), choices, group, source)


if __name__ == "__main__":
    compare.main()
