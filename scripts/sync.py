"""The whole round: read the register, tell every row where it stands, welcome newcomers, make the bundles."""

from __future__ import annotations

from outside.commands.frame import door
from outside.config.choices import Choices


@door("De hele ronde: register lezen, afspraken nalopen, meldingen schrijven, welkomstmails en bestanden klaarzetten.")
def sync(choices: Choices) -> int:
    """Without a register it makes the example first, and runs on that."""
    from outside.commands.setup import ensure_register  # likewise
    from outside.config.settings import load_settings  # likewise
    from outside.run.round import run  # all of this is only needed once --help has been answered
    from roster.planners.sync import FOLDERS, PLANNERS  # likewise

    settings = load_settings(choices.settings)
    ensure_register(settings, choices.today)
    return run(settings, choices, PLANNERS, FOLDERS)


if __name__ == "__main__":
    sync.main()
