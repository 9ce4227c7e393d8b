"""Words in a row, as people read them."""

from __future__ import annotations

import pytest

from roster.sheet.dutch import first_few


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], ""),
        (["Jan"], "Jan"),
        (["Jan", "Piet", "Els"], "Jan, Piet, Els"),
        (["Jan", "Piet", "Els", "Ali", "Mo"], "Jan, Piet, Els en nog 2"),
    ],
)
def test_the_first_few_of_many_are_named_and_the_others_counted(words: list[str], told: str) -> None:
    assert first_few(words, 3) == told
