"""A bad hour at Google: what may go wrong with one call, before it took effect or after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "timeout", "reset", "closed", "429", "500", "502", "503", "504",
    "cut body", "cut json", "html", "slow", "401", "403",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
QUOTA = (
    "Quota exceeded for quota metric '{0}' and limit '{0} per minute per user' of service "
    "'sheets.googleapis.com' for consumer 'project_number:1'."
)
TEXTS = {
    "401": (401, "Request had invalid authentication credentials."),
    "403": (403, "The caller does not have permission"),
    "429": (429, QUOTA.format("Write requests")),
    "500": (500, "Internal error encountered."),
    "503": (503, "The service is currently unavailable."),
}
HTML = """<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Error {code} (Server Error)!!1</title>
<p><b>{code}.</b> <ins>That's an error.</ins>
<p>The server encountered a temporary error and could not complete your request. <ins>That's all we know.</ins>"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One call goes wrong. `after` means that the call took effect and only its answer is lost.

    `timeout` keeps silent for `seconds`, then hangs up; `slow` answers well after `seconds`; `html` is a page with
    code 200; `cut body` breaks off half-way, `cut json` ends well on half of the text; 502 and 504 are HTML pages.
    """

    kind: Kind
    after: bool = False
    seconds: float = 30.0
    retry_after: int | None = None
