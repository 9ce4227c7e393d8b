"""The dry run: everything that a round would do, shown, and nothing written."""

from __future__ import annotations

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Laat zien wat er niet klopt en wat een ronde zou doen. Er wordt niets geschreven.")
def check(choices: Choices) -> int:
    """Steps 1 to 7 of a round."""
    from outside.run.prepare import dry_run  # all of this is only needed once --help has been answered
    from roster.planners.sync import PLANNERS  # likewise

    return dry_run(choices.load_settings(), choices, PLANNERS)


if __name__ == "__main__":
    check.main()
