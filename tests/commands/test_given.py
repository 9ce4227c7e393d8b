"""`make given`: that contacts were handed over, and to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from outside.commands.given import write_given
from outside.errors import Stop
from support.whole_round import choices, lay_out, sync


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
    assert write_given(settings, choices(), "TUINDORP", "d-0001", everybody=False) == 0
    assert write_given(settings, choices(), "", "", everybody=True) == 0
