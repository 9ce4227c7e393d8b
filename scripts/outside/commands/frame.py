"""The frame around every door: the options they share, and how a run ends.

A door is `@door("Wat deze deur doet.")` on a function that takes Choices (and the values of click
options of its own) and gives the exit code: 0 all well, 1 findings that block or doubts, 2 cannot
start, 3 stopped half-way. Only click is imported here, so that --help comes at once.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NoReturn

import click

from outside.config.choices import Choices
from outside.console import speak_plainly, warn, was_heard
from outside.errors import Stop


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD."""

    name = "JJJJ-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a clear word about what a day looks like."""
        if isinstance(value, date):
            return value
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.isoformat() != value:
            self.fail(f'"{value}" is geen dag. Schrijf jaar-maand-dag, zoals 2026-03-05.', param, ctx)
        return found


class Number(click.ParamType[int]):
    """A whole number from `low` to `high`, both included."""

    name = "GETAL"

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number, or a clear word about which ones will do."""
        try:
            found = int(value)
        except ValueError:
            found = None
        if found is None or not self.low <= found <= self.high:
            self.fail(f'"{value}" kan niet. Geef een heel getal van {self.low} tot en met {self.high}.', param, ctx)
        return found


SHARED = (
    click.Option(
        ["--settings"],
        metavar="BESTAND",
        help="Een ander instellingenbestand dan config/settings.toml.",
    ),
    click.Option(["--yes"], is_flag=True, help="Niets vragen, maar doorgaan."),
    click.Option(["--force"], is_flag=True, help="Doorgaan, ook als er opvallend veel tegelijk verandert."),
    click.Option(["--today"], type=Day(), metavar="JJJJ-MM-DD", help="Doen alsof het die dag is."),
)


def door(help_text: str) -> Callable[[Callable[..., int]], click.Command]:
    """Make a function a door. Options of its own are stacked below this, as `@click.option(…)`."""

    def frame(function: Callable[..., int]) -> click.Command:
        def enter(*, settings: str | None, yes: bool, force: bool, today: date | None, **own: Any) -> int:
            from pathlib import Path  # a fifth of what --help may take, and --help needs none

            chosen = Path(settings).expanduser() if settings else None
            return function(Choices(chosen, yes, force, today or date.today()), **own)

        own_options = reversed(getattr(function, "__click_params__", []))
        return Door(function.__name__.replace("_", "-"), callback=enter, params=[*own_options, *SHARED], help=help_text)

    return frame


class Door(click.Command):
    """A command that speaks Dutch and ends as `outside.errors` says."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Click's own --help, in Dutch."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Deze uitleg."
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first line of --help."""
        formatter.write_usage(ctx.command_path, "[KEUZES]", prefix="Zo gebruikt u dit: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of options."""
        records = [record for param in self.get_params(ctx) if (record := param.get_help_record(ctx)) is not None]
        with formatter.section("Keuzes"):
            formatter.write_dl(records)

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **_: Any) -> NoReturn:  # type: ignore[override]  # click's overloads tell of a mode that a door has not
        """Run, and leave with the exit code: 3 as well where what was told could not be written."""
        speak_plainly()
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        code = self.run(args, prog_name)
        sys.exit(code if was_heard() or code == 2 else 3)

    def run(self, args: Sequence[str] | None, prog_name: str | None) -> int:
        """Run; the exit code. A bug is let through with its traceback, as code 3: what was done is not known."""
        try:
            return int(super().main(args, prog_name, standalone_mode=False) or 0)
        except Stop as stop:
            warn(stop.message, "bad")
            if stop.remedy:
                warn(stop.remedy, "plain")
            return stop.code
        except click.UsageError as error:
            warn(in_dutch(error), "bad")
            warn(what_to_type(error, self.name or ""), "plain")
            return 2
        except (click.Abort, KeyboardInterrupt):
            warn("Afgebroken. Wat al gedaan was, blijft staan; de volgende keer gaat Buurtbeheer daar verder.")
            return 3
        except Exception:  # noqa: BLE001  # only to leave with our own code; the traceback is shown whole
            sys.stdout.flush()
            sys.excepthook(*sys.exc_info())
            warn("Dit is een fout in Buurtbeheer zelf. Geef de regels hierboven door aan wie het onderhoudt.", "bad")
            return 3


EXAMPLES = {
    "to": "naam@voorbeeld.nl",
    "nr": "D-0012",
    "who": "D-0012",
    "address": '"Florastraat 12"',
    "street": '"Florastraat"',
    "group": '"Tuindorp"',
}
"""What may stand behind a word that needs it, by the option's name."""


def what_to_type(error: click.UsageError, word: str) -> str:
    """What helps: the word with what it lacks, or the word that shows what it takes."""
    if isinstance(error, click.MissingParameter) and error.ctx is not None:
        needed = [one.opts[0].lstrip("-") for one in error.ctx.command.params if one.required]
        behind = " ".join(f"{name.replace('-', '_').upper()}={EXAMPLES[name]}" for name in needed)
        return f"Typ bijvoorbeeld: make {word} {behind}"
    return f"Wat er kan, ziet u met: make {word} ARGS=--help"


def in_dutch(error: click.UsageError) -> str:
    """What is wrong with what was typed behind a door."""
    if isinstance(error, click.NoSuchOption):
        near = f" Bedoelde u {' of '.join(error.possibilities)}?" if error.possibilities else ""
        return f"De keuze {error.option_name} bestaat niet.{near}"
    if isinstance(error, click.BadOptionUsage):
        return f"Bij de keuze {error.option_name} hoort een waarde, of juist geen."
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return f"Er ontbreekt iets: {error.param.opts[0].lstrip('-').replace('-', '_').upper()}=…"
    if isinstance(error, click.BadParameter) and error.param is not None:
        if isinstance(error.param.type, click.Choice):
            return f"{error.param.opts[0]} kan alleen zijn: {' of '.join(map(str, error.param.type.choices))}."
        return f"{error.param.opts[0]}: {error.message}"
    return "Achter deze deur passen alleen keuzes die met -- beginnen."
