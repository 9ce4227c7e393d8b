"""How Google says no, and how this server says that it was asked for more than it knows."""

from __future__ import annotations

from typing import Any

from servers.sheets_server.languages import Language, worded

Json = dict[str, Any]

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


class Refused(Exception):
    """An error answer in Google's form. `message` and `details` as Google words them where that is on record."""

    def __init__(self, code: int, message: str, details: list[Json] | None = None, status: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, message, details
        self.status = status or _STATUS.get(code, "UNKNOWN")

    def body(self, language: Language = "en") -> Json:
        """What is answered, worded in the language of who asks."""
        error: Json = {"code": self.code, "message": worded(self.message, language), "status": self.status}
        if self.details:
            error["details"] = self.details
        return {"error": error}


class Violation(Refused):
    """A request that Google's own discovery document forbids: a fault of the client, so the test must fail."""


class Unknown(Refused):
    """Google may know this, this server does not: answered with 400 and recorded, so that the test fails."""

    def __init__(self, what: str) -> None:
        super().__init__(400, f"The test server does not know {what}; teach it, or do without.")


def bad(message: str) -> Refused:
    """A plain 400."""
    return Refused(400, message)
