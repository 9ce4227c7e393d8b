"""The whole round: read the register, tell every row where it stands, welcome newcomers, make the bundles."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("De hele ronde: register lezen, afspraken nalopen, meldingen schrijven, welkomstmails en bestanden klaarzetten.")
@click.option("--unattended", is_flag=True, help="Er kijkt niemand mee: vraag niets, en mail de coördinator wat er is.")
def sync(choices: Choices, unattended: bool) -> int:  # noqa: FBT001  # click hands a flag over by its name
    """Without a register it makes the example first, and runs on that."""
    from outside.commands.setup import ensure_register  # all of this is only needed once --help has been answered
    from outside.run.causes import watch_over  # likewise
    from outside.run.round import run  # likewise
    from roster.planners.sync import FOLDERS, PLANNERS  # likewise

    settings = choices.load_settings()

    def whole_round(chosen: Choices) -> int:
        ensure_register(settings, chosen.today)
        return run(settings, chosen, PLANNERS, FOLDERS)

    return watch_over(settings, choices, whole_round, unattended=unattended)


if __name__ == "__main__":
    sync.main()
