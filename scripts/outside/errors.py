"""A Stop: something about the run itself that the coordinator must do first."""

from __future__ import annotations


class Stop(Exception):
    """The run cannot go on. `message` says in Dutch what is the matter, `remedy` what to do.

    `code` is the exit code: 2 when nothing was started, 3 when the run ended half-way.
    Neither text ever holds personal data or a secret.
    """

    def __init__(self, message: str, remedy: str = "", *, code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code


class Changed(Exception):
    """The workbook changed since it was read, and nothing was written: read again."""
