"""Stretches a table (ListObject) over rows that were added right below it, as Excel does when people type there."""

from __future__ import annotations

import re

from outside.xlsx.package import Book
from outside.xlsx.references import tables_of
from outside.xlsx.text import attribute, column_number

_REF = re.compile(r"""(\sref\s*=\s*["'])([A-Z]+\d+:[A-Z]+)(\d+)(["'])""")


def grow_tables(book: Book, title: str, first: int, last: int, column: int) -> None:
    """Let the table that ends just above row `first`, in the given column, end at row `last`.

    A table with a row of totals stays as it is: what was added stands below the totals.
    """
    for part in tables_of(book, book.sheets[title]):
        text = book.text(part)
        root = re.search(r"<(?:[\w.-]+:)?table(?=\s)[^>]*>", text)
        ref = _REF.search(root[0]) if root else None
        if root is None or ref is None or int(ref[3]) != first - 1:
            continue
        left, right = (column_number(re.sub(r"\d", "", corner)) for corner in ref[2].split(":"))
        if not left <= column <= right or attribute("totalsRowCount", root[0]) not in (None, "0"):
            continue
        same = re.compile(rf"""(\sref\s*=\s*["']{re.escape(ref[2])}){ref[3]}(["'])""")  # the table's and its filter's
        book.texts[part] = same.sub(rf"\g<1>{last}\g<2>", text)
