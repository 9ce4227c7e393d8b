"""Reads what a formula looks at: cells, ranges, columns, names and tables; and lets a table grow with its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from xml.etree import ElementTree  # noqa: ICN001  # no short name says what it is

from outside.xlsx.package import Book, related
from outside.xlsx.text import attribute, column_number

_LAST_COLUMN, _LAST_ROW = 16_384, 1_048_576

_TEXT = re.compile(r'"(?:[^"]|"")*"')
_ANYWHERE = re.compile(r"\b(?:INDIRECT|OFFSET)\s*\(|\)\s*:|:\s*[A-Z.]+\(", re.IGNORECASE)
_CORNER = r"(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})"
_REFERENCE = re.compile(
    rf"""(?<![\w.$\]])(?:('(?:[^']|'')+'|[\w.\[\]:\\]+)!)?"""
    rf"""(?:{_CORNER}(?::{_CORNER})?|(\$?)([A-Za-z]{{1,3}}):(\$?)([A-Za-z]{{1,3}})|(\$?)(\d{{1,7}}):(\$?)(\d{{1,7}}))(?![\w(.!])"""
)
_NAME = re.compile(r"[^\W\d][\w.\\?]*(?!\s*\(|[\w.])")

_Range = tuple[str | None, int, int, int, int]
"""Tab (None = any), left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A range as written: tab ("" = the formula's own, None = any), corners, and which of them move with the cell."""

    title: str | None
    corners: tuple[int, int, int, int]
    moves: tuple[bool, bool, bool, bool]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a formula looks at. `anywhere` is True where that only shows when it is worked out."""

    references: tuple[Reference, ...] = ()
    anywhere: bool = False

    def at(self, own: str, shift: tuple[int, int]) -> Iterator[_Range]:
        """The ranges, for a formula on tab `own` that stands `shift` (rows, columns) from where it was written."""
        down, right = shift
        for reference in self.references:
            corners = [
                corner + (step if moves else 0)
                for corner, moves, step in zip(
                    reference.corners, reference.moves, (right, down, right, down), strict=True
                )
            ]
            title = own if reference.title == "" else reference.title
            yield (
                title,
                min(corners[0], corners[2]),
                min(corners[1], corners[3]),
                max(corners[0], corners[2]),
                max(corners[1], corners[3]),
            )


class FormulaNames:
    """The names and tables that formulas of this workbook may use."""

    def __init__(self, titles: list[str], defined: dict[str, str], tables: dict[str, Reference]) -> None:
        self.titles = {title.casefold(): title for title in titles}
        self.defined = defined
        self.tables = tables

    def shape(self, formula: str, depth: int = 0) -> Shape:
        """What the text of a formula looks at."""
        text = _TEXT.sub('""', formula)
        if depth > 8 or _ANYWHERE.search(text):
            return Shape(anywhere=True)
        references = [reference for found in _REFERENCE.finditer(text) for reference in self._reference(found)]
        for word in _NAME.findall(_REFERENCE.sub(" ", text)):
            name = word.casefold()
            if name in self.tables:
                references.append(self.tables[name])
            elif name in self.defined:
                inner = self.shape(self.defined[name], depth + 1)
                if inner.anywhere:
                    return inner
                references.extend(inner.references)
        return Shape(tuple(references))

    def _reference(self, found: re.Match[str]) -> Iterator[Reference]:
        title = self._title(found[1])
        if title == "?":  # another workbook
            return
        one = found.groups()[1:]
        if one[1]:  # A1 or A1:B2
            first = (column_number(one[1]), int(one[3] or 0), not one[0], not one[2])
            last = (column_number(one[5]), int(one[7] or 0), not one[4], not one[6]) if one[5] else first
            yield Reference(title, (first[0], first[1], last[0], last[1]), (first[2], first[3], last[2], last[3]))
        elif one[9]:  # A:C
            yield Reference(
                title,
                (column_number(one[9]), 1, column_number(one[11]), _LAST_ROW),
                (not one[8], False, not one[10], False),
            )
        else:  # 1:5
            yield Reference(
                title, (1, int(one[13]), _LAST_COLUMN, int(one[15])), (False, not one[12], False, not one[14])
            )

    def _title(self, written: str | None) -> str | None:
        """The tab that a reference names: "" none, None several, "?" one of another workbook."""
        if not written:
            return ""
        plain = written[1:-1].replace("''", "'") if written.startswith("'") else written
        if plain.casefold() in self.titles:
            return self.titles[plain.casefold()]
        if "[" in plain:
            return "?"
        return None


def names_of(book: Book) -> FormulaNames:
    """Read the defined names and the tables of a workbook."""
    names = FormulaNames(list(book.sheets), {}, {})
    tree = ElementTree.fromstring(book.archive.bytes_of(book.workbook))  # noqa: S314  # the guard refused every DOCTYPE
    for node in tree.iter():
        if node.tag.endswith("}definedName"):
            key = (node.get("name") or "").casefold()
            names.defined[key] = f"{names.defined[key]},{node.text or ''}" if key in names.defined else node.text or ""
    for title, part in book.sheets.items():
        for table in tables_of(book, part):
            root = ElementTree.fromstring(book.archive.bytes_of(table))  # noqa: S314  # likewise
            shape = names.shape(root.get("ref", "A1"))
            for corner in shape.references:
                whole = Reference(title, corner.corners, (False, False, False, False))
                for key in ("name", "displayName"):
                    names.tables[root.get(key, "").casefold()] = whole
    return names


def tables_of(book: Book, sheet: str) -> list[str]:
    """The parts of the tables (ListObjects) that stand on a tab."""
    targets = related(book, sheet, "/table").values()
    parts = [normpath(join("/", dirname(sheet), target)).lstrip("/") for target in targets]
    return [part for part in parts if part in book.archive]


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
