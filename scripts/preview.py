"""Every mail of the plan on one page, before any of them leaves."""

from __future__ import annotations

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Zet alle mails van de volgende ronde op één bladzijde om door te bladeren. Er wordt niets verstuurd.")
def preview(choices: Choices) -> int:
    """Writes that page and nothing else."""
    from outside.commands.preview import show_mails  # all of this is only needed once --help has been answered
    from roster.planners.sync import PLANNERS  # likewise

    return show_mails(choices.load_settings(), choices, PLANNERS)


if __name__ == "__main__":
    preview.main()
