"""Google answers in a shape that nobody promised: told by its status, or asked again where it says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from outside.errors import Stop
from outside.google.answers import NO_ANSWER
from outside.google.client import Calls
from servers.sheets_server import Fault, SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_matrix import mails, new_book, sync
from support.google_register import EMAIL, HURRIED, laptop, opened
from support.sweeps import sweep

__all__ = ["sheets"]  # a fixture is found by its name in this module


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Calls, "patience", HURRIED)


PAGES = {
    "a page": b"<!DOCTYPE html><title>Error</title>",
    "nothing": b"",
    "a list": b'[{"error": {"code": 403}}]',
    "no code": b'{"error": {"message": "nee"}}',
    "no words": b'{"error": {"code": 1, "message": null, "status": [], "details": 7}}',
    "a word": b'{"error": "access_denied", "error_description": "nee"}',
}


TOLD = {
    400: "Google laat het blad niet lezen.",
    401: "Google weigert de sleutel",
    403: f"Deel het blad met {EMAIL} als Bewerker",
    404: "Het Google-blad is niet gevonden.",
    413: "Google antwoordt iets dat Buurtbeheer niet kent.",
    429: "Google laat even geen nieuwe vragen toe",
    530: "Google geeft op dit moment geen antwoord.",
}


@pytest.mark.parametrize(
    ("status", "page"), [*((status, "a page") for status in TOLD), *((403, page) for page in PAGES if page != "a page")]
)
def test_a_no_in_any_shape_is_told_by_its_status(sheets: SheetsServer, tmp_path: Path, status: int, page: str) -> None:
    settings = laptop(sheets, new_book(sheets), tmp_path)
    sheets.start_counting()
    sheets.fail(1, Fault("page", status=status, content=PAGES[page], retry_after="²"), times=40)
    with pytest.raises(Stop) as caught:
        opened(settings).read()
    said = f"{caught.value.message} {caught.value.remedy}"
    assert TOLD[status] in said and "None" not in said and "internet" not in said.replace(NO_ANSWER.remedy, ""), said
    if status < 500:
        code, said = sync(settings)
        assert code == 2 and "slot" not in said, said


@pytest.mark.parametrize(
    "fault", sweep([Fault("html"), Fault("cut json"), Fault("500"), Fault("page", content=b"[]")]), ids=str
)
def test_a_page_in_place_of_a_token_is_no_answer(sheets: SheetsServer, tmp_path: Path, fault: Fault) -> None:
    book = new_book(sheets)
    sheets.start_counting()
    sheets.fail_token(fault, fault)
    code, said = sync(laptop(sheets, book, tmp_path))
    assert code in (0, 1) and set(mails(tmp_path).values()) == {1}, said


@pytest.mark.parametrize("content", [b"{}", b'{"error": {"code": 403}}', b'{"valueRanges": []}'])
@pytest.mark.parametrize("call", sweep([3, 1, 2]))
def test_an_answer_that_says_nothing_is_asked_for_again(
    sheets: SheetsServer, tmp_path: Path, call: int, content: bytes
) -> None:
    """It does not mean that all tabs have gone, nor that another run is at work."""
    book = new_book(sheets)
    sheets.start_counting()
    sheets.fail(call, Fault("page", content=content))
    code, said = sync(laptop(sheets, book, tmp_path))
    assert code in (0, 1) and set(mails(tmp_path).values()) == {1}, said
