"""A bad hour at Google: what may go wrong with one call, before it took effect or after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from servers.sheets_server.refusal import Json

Kind = Literal[
    "timeout", "reset", "closed", "429", "500", "502", "503", "504",
    "cut body", "cut json", "html", "slow", "401", "403", "page",
]  # fmt: skip
KINDS: tuple[Kind, ...] = tuple(kind for kind in get_args(Kind) if kind != "page")
"""What may pass; a page is what the test makes of it."""

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
_API_OFF = (
    "Google Sheets API has not been used in project 1 before or it is disabled. Enable it by visiting "
    "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=1 then retry."
)


def _because(reason: str) -> list[Json]:
    kind = "type.googleapis.com/google.rpc.ErrorInfo"
    return [{"@type": kind, "reason": reason, "domain": "googleapis.com", "metadata": {"service": "policy.trash"}}]


REFUSALS: dict[str, tuple[int, str, list[Json] | None, str]] = {
    "not shared": (403, "The caller does not have permission", None, ""),
    "api off": (403, _API_OFF, _because("SERVICE_DISABLED"), ""),
    "scope": (403, "Request had insufficient authentication scopes.", _because("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), ""),
    "policy": (403, "Request is prohibited by organization's policy.", _because("SECURITY_POLICY_VIOLATED"), ""),
    "domain": (403, "The domain administrators have disabled apps.", [{"reason": "domainPolicy"}], ""),
    "storage": (403, "The user's Drive storage quota has been exceeded.", _because("storageQuotaExceeded"), ""),
    "rate": (403, "Rate Limit Exceeded", [{"reason": "userRateLimitExceeded"}], ""),
    "gone": (404, "Requested entity was not found.", None, ""),
    "office": (400, "This operation is not supported for this document", None, "FAILED_PRECONDITION"),
    "odd": (400, "Request contains an invalid argument.", None, ""),
}
"""Why a sheet says no: code, words, details and status. Office mode is an uploaded .xlsx that is opened as it is."""

HTML = """<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Error {code} (Server Error)!!1</title>
<p><b>{code}.</b> <ins>That's an error.</ins>
<p>The server encountered a temporary error and could not complete your request. <ins>That's all we know.</ins>"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One call goes wrong. `after` means that the call took effect and only its answer is lost.

    `timeout` keeps silent for `seconds`, then hangs up; `slow` answers well after `seconds`; `html` is a page with
    code 200; `cut body` breaks off half-way, `cut json` ends well on half of the text; 502 and 504 are HTML pages.
    `page` is any `content`, with any `status`.
    """

    kind: Kind
    after: bool = False
    seconds: float = 30.0
    retry_after: int | str | None = None
    status: int = 200
    content: bytes = b""
