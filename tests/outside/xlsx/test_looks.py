"""What a sheet looks like around its cells: a column for remarks among columns that people made as they like."""

from __future__ import annotations

import pytest

from outside.xlsx.looks import SheetLook
from outside.xlsx.text import Names


def with_a_column(head: str, prefix: str = "") -> str:
    """The head of a sheet in which column E is for remarks; style 5 is what goes on below itself."""
    look = SheetLook(tall=5, width=60, wrapped=lambda style: 5 if style in (0, 3, 5) else None)
    return look.above(head.encode(), Names(prefix.encode())).decode()


NEW = '<col min="5" max="5" style="5" width="60" customWidth="1"/>'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<sheetData>", f"<cols>{NEW}</cols><sheetData>"),
        ('<cols><col min="1" max="4"/></cols><sheetData>', f'<cols><col min="1" max="4"/>{NEW}</cols><sheetData>'),
        (
            '<cols><col min="1" max="9" width="7" style="3" hidden="1"/></cols><sheetData>',
            (
                '<cols><col min="1" width="7" style="3" hidden="1" max="4"/>'
                '<col hidden="1" min="5" max="5" style="5" width="60" customWidth="1"/>'
                '<col max="9" width="7" style="3" hidden="1" min="6"/></cols><sheetData>'
            ),
        ),
        (
            '<cols><col min="5" max="5" width="33" customWidth="1"/></cols><sheetData>',
            '<cols><col width="33" customWidth="1" min="5" max="5" style="5"/></cols><sheetData>',
        ),
        (f"<cols>{NEW}</cols><sheetData>", f"<cols>{NEW}</cols><sheetData>"),
        (
            '<cols><col min="5" max="6" style="8"/></cols><sheetData>',
            '<cols><col min="5" max="6" style="8"/></cols><sheetData>',
        ),
    ],
    ids=[
        "none",
        "before it",
        "over it, hidden",
        "a width of their own",
        "as it should be",
        "a style that is not known",
    ],
)
def test_a_column_for_remarks_takes_its_place_among_those_of_people(before: str, after: str) -> None:
    """A stretch over it is cut in pieces that look as they did; what was chosen stays."""
    assert with_a_column(before) == after
    assert with_a_column(after) == after


def test_the_tags_keep_the_prefix_of_the_file() -> None:
    assert with_a_column("<x:sheetData>", "x:").startswith("<x:cols><x:col ")
