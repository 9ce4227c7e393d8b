"""How often and how long Google is asked again: one policy for looking, writing and locking."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity

from outside.console import sign_of_life, warn
from outside.google.answers import Lost

_T = TypeVar("_T")

WAITING_FOR_GOOGLE = "Nog even geduld: Buurtbeheer wacht op Google."


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a line and for an answer; how often to ask, and the seconds before the second time.

    Each time it is twice as long. Where Google is too busy it lasts longer than a minute in all: its quota is
    counted by the minute. Google itself gives an answer up after 180 seconds.
    """

    timeout: tuple[float, float] = (10.0, 120.0)
    tries: int = 6
    first_wait: float = 0.8
    tries_busy: int = 8
    first_wait_busy: float = 2.0
    longest_wait: float = 60.0

    def until_answered(self, ask: Callable[[], _T]) -> _T:
        """What `ask` gives, asked again for as long as it raises Lost. Raises Stop once patience is at an end."""
        again = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Lost),
            stop=lambda state: state.attempt_number >= (self.tries_busy if _lost(state).busy else self.tries),
            wait=self._wait,
            before_sleep=_tell,
            sleep=_rest,
            reraise=True,
        )
        try:
            return again(ask)
        except Lost as lost:
            raise lost.stop from lost

    def _wait(self, state: tenacity.RetryCallState) -> float:
        lost = _lost(state)
        first = self.first_wait_busy if lost.busy else self.first_wait
        asked = max(lost.wait, first * 2.0 ** (state.attempt_number - 1))
        spread = random.uniform(1.0, 1.3)  # noqa: S311  # only keeps a crowd from asking all at once
        return min(self.longest_wait, asked) * spread


def _lost(state: tenacity.RetryCallState) -> Lost:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Lost)
    return error


def _tell(state: tenacity.RetryCallState) -> None:
    if _lost(state).busy and state.attempt_number == 1:
        warn("Google vraagt om even te wachten. Buurtbeheer gaat vanzelf verder, meestal binnen een minuut.")


def _rest(seconds: float) -> None:
    with sign_of_life(WAITING_FOR_GOOGLE):
        tenacity.nap.sleep(seconds)
