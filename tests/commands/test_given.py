"""`make given`: that contacts were handed over, and to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from outside.commands.given import give_again, write_given
from outside.commands.sent import resolve_outbox, resolve_resend, resolve_sent
from outside.errors import Stop
from outside.ledger.copies import put_back
from support.whole_round import choices, column, lay_out, letters, sync


def test_what_was_typed_is_looked_up_before_anything_is_written(tmp_path: Path) -> None:
    """Nothing lies ready yet, an unknown group gets a guess, and somebody who is no admin there is told so."""
    settings = lay_out(tmp_path)
    with pytest.raises(Stop, match="liggen nog geen contacten klaar"):
        write_given(settings, choices(), "Tuindorp", "", everybody=False)
    sync(settings)
    for group, who, what in (("Tuindrp", "", 'Bedoelde u "Tuindorp"'), ("Tuindorp", "D-0002", "Er is: D-0001")):
        with pytest.raises(Stop) as said:
            write_given(settings, choices(), group, who, everybody=False)
        assert what in said.value.remedy
    with pytest.raises(Stop, match="Van welke groep"):
        write_given(settings, choices(), "", "", everybody=False)
    assert write_given(settings, choices(), "TUINDORP", "d-1", everybody=False) == 0
    assert write_given(settings, choices(), "", "", everybody=True) == 0


def test_a_ledger_that_was_put_back_begins_anew(tmp_path: Path) -> None:
    """What was given since the copy was made would else come twice."""
    settings = lay_out(tmp_path)
    sync(settings)
    write_given(settings, choices(), "Tuindorp", "", everybody=False)
    sync(settings)
    path = settings.paths.state / "ledger.sqlite3"
    path.unlink()
    assert put_back(settings) is not None
    sync(settings, force=True)
    page = tmp_path / "out/groepen/Centrum/Tuindorp/uitleg.html"
    assert "neem alle.vcf" in page.read_text(encoding="utf-8")


def test_a_lost_phone_gets_all_once_more(tmp_path: Path) -> None:
    """Until that was given; the page and the row tell so."""
    settings = lay_out(tmp_path)
    sync(settings)
    write_given(settings, choices(), "Tuindorp", "", everybody=False)
    sync(settings)
    overview = tmp_path / "out/overzicht.html"
    assert "nog contacten geeft" not in overview.read_text(encoding="utf-8")
    page = tmp_path / "out/groepen/Centrum/Tuindorp/uitleg.html"
    assert "alles. Er is niets te doen" in page.read_text(encoding="utf-8")
    assert give_again(settings, choices(), "tuindorp", "D-0001") == 0
    sync(settings)
    assert "nog contacten geeft" in overview.read_text(encoding="utf-8")
    assert "neem alle.vcf" in page.read_text(encoding="utf-8")
    assert column(settings, "Contacten", "Groepen") == ["alle 4; opnieuw te geven"]
    write_given(settings, choices(), "Tuindorp", "", everybody=False)
    sync(settings)
    assert "alles. Er is niets te doen" in page.read_text(encoding="utf-8")


def test_what_was_handed_over_is_no_mail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever lets a mail go again means the welcome; and who was given contacts stays the one who was welcomed."""
    settings = lay_out(tmp_path)
    sync(settings)
    resolve_outbox(settings, choices())
    write_given(settings, choices(), "Tuindorp", "", everybody=False)
    with pytest.raises(Stop, match="de laatste mail staat als verstuurd"):
        resolve_sent(settings, choices(), "D-0001")
    assert resolve_resend(settings, choices(force=True), "D-0001") == 0
    sync(settings)
    assert list(letters(settings)) == ["D-0001-welcome"]
    assert column(settings, "Contacten", "Groepen") == ["bij; gegeven 31-3-2026 aan 1 beheerder"]
