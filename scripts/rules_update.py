"""Tells members with an older version of the spelregels what changed."""

from __future__ import annotations

from outside.door import Choices, door


@door("Laat zien wie welke versie van de spelregels heeft, en mailt het verschil aan wie een oudere heeft.")
def rules_update(choices: Choices) -> int:
    """Only the difference, and only to those."""
    from outside.settings import load_settings  # all of this is only needed once --help has been answered
    from outside.updating import update_rules  # likewise

    return update_rules(load_settings(choices.settings), choices)


if __name__ == "__main__":
    rules_update.main()
