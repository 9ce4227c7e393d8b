"""Mails each sign request that is sound to the caretaker of its area."""

from __future__ import annotations

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Mailt elke aanvraag voor borden die klopt, één keer aan de wijkconciërge van het gebied.")
def signs(choices: Choices) -> int:
    """Each once."""
    from outside.commands.signs import mail_requests  # all of this is only needed once --help has been answered

    return mail_requests(choices.load_settings(), choices)


if __name__ == "__main__":
    signs.main()
