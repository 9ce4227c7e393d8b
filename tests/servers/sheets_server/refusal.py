"""How Google says no, and how this server says that it was asked for more than it knows."""

from __future__ import annotations

from typing import Any

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

    def __init__(self, code: int, message: str, details: list[Json] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, message, details

    def body(self) -> Json:
        error: Json = {"code": self.code, "message": self.message, "status": _STATUS.get(self.code, "UNKNOWN")}
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
