"""An example register of any size in a folder of its own, with the whole round."""

from __future__ import annotations

import click

from outside.commands.frame import Number, door
from outside.config.choices import Choices


@door("Maakt in een eigen map een voorbeeld met verzonnen mensen, en doet daar de hele ronde op.")
@click.option("--members", type=Number(1, 200_000), default=300, help="Hoeveel deelnemers. Gewoon: 300.")
@click.option("--seed", type=Number(0, 2**31), default=1, help="Een ander getal geeft andere mensen. Gewoon: 1.")
def demo(choices: Choices, members: int, seed: int) -> int:
    """The folder is out/demo-<members>-<seed>; what stood there from an earlier example is replaced."""
    from outside.commands.setup import lay_out_demo  # all of this is only needed once --help has been answered
    from outside.run.round import run  # likewise
    from roster.planners.sync import FOLDERS, PLANNERS  # likewise

    settings = lay_out_demo(choices.load_settings(), members, seed, choices.today)
    return run(settings, choices, PLANNERS, FOLDERS, "demo")


if __name__ == "__main__":
    demo.main()
