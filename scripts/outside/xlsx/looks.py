"""How a sheet looks around its cells: rules that colour by themselves, frozen columns, rows as high as their text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple

from outside.xlsx.package import LINKS
from outside.xlsx.text import Fitting, Names, RowValues, attribute, column_letters, column_number, text_xml

_BEFORE_RULES = (
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
)
_BEFORE_DRAWING = (
    *_BEFORE_RULES,
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
)
"""What may stand before new rules and before a drawing in a sheet, in the order of ECMA-376 part 1, 18.3.1.99."""

_TALLEST = 409
"""Points; no row is higher (Excel's own limit)."""

_LINE = 15.0
_LETTERS = 1.1
"""How many letters of plain text go in the room of one figure, with some to spare."""

_HEIGHT = re.compile(rb"""\sht\s*=\s*["']([\d.]+)["']""")
_STYLE = re.compile(rb"""\ss\s*=\s*["'](\d+)["']""")
_BY_HAND = re.compile(rb"""\scustomHeight\s*=\s*["'](?:1|true)["']""")


class LookRule(NamedTuple):
    """One rule: where (as `sqref`), the formula without "=", and the fill and ink where it holds.

    `is_in` is True for a formula of it, as some other program may have saved it.
    """

    spans: str
    formula: str
    is_in: Callable[[str], bool]
    fill: str
    ink: str


@dataclass(slots=True)
class SheetLook:
    """What a sheet should look like; each part of it is added where there is none yet.

    `rules` come in order of weight. `frozen` columns stay in sight where only rows do. In column `tall` (1 = A) text
    goes on below itself, and it is `width` figures wide where nobody gave it a width. `drawing` is the mark of a new
    drawing.
    """

    rules: Sequence[LookRule] = ()
    frozen: int = 0
    tall: int = 0
    width: float = 0
    drawing: str = ""
    style: Callable[[str, str], int | None] = field(default=lambda _fill, _ink: None)
    """The number of a fill and ink; None where the file has no styles."""
    wrapped: Callable[[int], int | None] = field(default=lambda _style: None)
    """The number of a style in which text goes on below itself, made of the one with this number."""

    def below(self, tail: bytes, names: Names) -> bytes:
        """What follows on the rows, with the rules and the drawing in it."""
        return self._with_drawing(self._with_rules(tail, names), names.prefix)

    def _with_drawing(self, tail: bytes, p: bytes) -> bytes:
        place = max(_end_of(tail, p, name) for name in _BEFORE_DRAWING)
        if not self.drawing or place < 0:
            return tail
        tag = f'drawing xmlns:r="{LINKS[0]}" r:id="{self.drawing}"/>'
        return tail[:place] + b"<" + p + tag.encode() + tail[place:]

    def _with_rules(self, tail: bytes, names: Names) -> bytes:
        p = names.prefix
        formulas = re.findall(rb"<%sformula(?:\s[^>]*)?>([^<]*)<" % re.escape(p), tail)
        there = [unescape(one.decode()) for one in formulas]
        rules = [rule for rule in self.rules if not any(map(rule.is_in, there))]
        styles = [number for rule in rules if (number := self.style(rule.fill, rule.ink)) is not None]
        place = max(_end_of(tail, p, name) for name in _BEFORE_RULES)
        if place < 0 or len(styles) < len(rules):
            return tail
        first = max(map(int, re.findall(rb"""\spriority\s*=\s*["'](\d+)["']""", tail)), default=0) + 1
        pieces = [
            b'<%sconditionalFormatting sqref="%s"><%scfRule type="expression" dxfId="%d" priority="%d"><%sformula>%s'
            b"</%sformula></%scfRule></%sconditionalFormatting>"
            % (p, rule.spans.encode(), p, style, priority, p, text_xml(rule.formula), p, p, p)
            for priority, (rule, style) in enumerate(zip(rules, styles, strict=True), first)
        ]
        return tail[:place] + b"".join(pieces) + tail[place:]

    def above(self, head: bytes, names: Names) -> bytes:
        """What stands before the rows: columns frozen beside the rows that somebody froze, and a column for remarks."""
        head = self._with_column(head, names.prefix.decode()) if self.tall else head
        found = re.search(rb"<%spane\s[^>]*>" % re.escape(names.prefix), head)
        pane = found[0].decode() if found else ""
        if not self.frozen or found is None or attribute("state", pane) != "frozen" or attribute("xSplit", pane):
            return head
        corner = attribute("topLeftCell", pane) or ""
        row = re.sub(r"\D", "", corner)
        if not row or column_number(re.sub(r"\d", "", corner)) != 1:
            return head
        new = f'<{names.prefix.decode()}pane xSplit="{self.frozen}" ySplit="{attribute("ySplit", pane)}"'
        new += f' topLeftCell="{column_letters(self.frozen + 1)}{row}" activePane="bottomRight" state="frozen"/>'
        return head[: found.start()] + new.encode() + head[found.end() :]

    def _with_column(self, head: bytes, p: str) -> bytes:
        tags = [found.decode() for found in re.findall(rb"<%scol\s[^>]*>" % re.escape(p.encode()), head)]
        old = next((tag for tag in tags if _reach(tag)[0] <= self.tall <= _reach(tag)[1]), None)
        base = old if old is not None else f'<{p}col min="0" max="0"/>'
        style = int(attribute("style", base) or 0)
        wrapped = self.wrapped(style)
        is_chosen = attribute("customWidth", base) in ("1", "true")
        if wrapped is None or (wrapped == style and is_chosen):
            return head
        new = _put(_put(_put(base, "min", self.tall), "max", self.tall), "style", wrapped)
        new = new if is_chosen else _put(_put(new, "width", self.width), "customWidth", 1)
        pieces = [tag for tag in tags if tag != old] + [new]
        if old is not None:
            first, last = _reach(old)
            pieces += [_put(old, "max", self.tall - 1)] * (first < self.tall)
            pieces += [_put(old, "min", self.tall + 1)] * (last > self.tall)
        inside = "".join(sorted(pieces, key=_reach)).encode()
        if not tags:
            return (
                head[: head.rfind(b"<")]
                + f"<{p}cols>".encode()
                + inside
                + f"</{p}cols>".encode()
                + head[head.rfind(b"<") :]
            )
        return head[: head.index(tags[0].encode())] + inside + head[head.rindex(tags[-1].encode()) + len(tags[-1]) :]


def _reach(tag: str) -> tuple[int, int]:
    return int(attribute("min", tag) or 0), int(attribute("max", tag) or 0)


def _put(tag: str, name: str, value: float) -> str:
    """The tag with that value for an attribute."""
    bare = re.sub(rf"""\s{name}\s*=\s*(?:"[^"]*"|'[^']*')""", "", tag)
    end = len(bare) - (2 if bare.endswith("/>") else 1)
    return f'{bare[:end].rstrip()} {name}="{value:g}"{bare[end:]}'


def _end_of(text: bytes, prefix: bytes, name: str) -> int:
    """Where the last of these elements ends; -1 where there is none."""
    tag = re.escape(prefix + name.encode())
    ends = [found.end() for found in re.finditer(rb"</%s\s*>|<%s(?:\s[^>]*)?/>" % (tag, tag), text)]
    return max(ends, default=-1)


@dataclass(frozen=True, slots=True)
class RowHeights:
    """Makes rows as high as the text in one column needs (1 = A); one that a person gave a height keeps it.

    `width` is the column's, in figures; `styles` are those of cells in which text goes on below itself, and `wrapped`
    makes one of another.
    """

    column: int = 0
    width: float = 0
    styles: frozenset[int] = frozenset()
    wrapped: Callable[[int], int | None] = lambda _style: None

    def wrap(self, inside: bytes, number: int) -> bytes:
        """The inside of a row in which the text goes on below itself."""
        start, end = self._cell(inside, number)
        style = self.wrapped(_style_of(inside[start:end])) if end else None
        if style is None or style == _style_of(inside[start:end]):
            return inside
        return inside[:start] + _put(inside[start:end].decode(), "s", style).encode() + inside[end:]

    def _cell(self, inside: bytes, number: int) -> tuple[int, int]:
        """Where the tag of the cell starts and ends; nowhere (0, 0) for one without an address."""
        at = inside.find(f' r="{column_letters(self.column)}{number}"'.encode())
        start = inside.rfind(b"<", 0, at) if at > 0 else -1
        is_cell = start >= 0 and inside[start:at].rpartition(b":")[2].lstrip(b"<") == b"c"
        return (start, inside.find(b">", at) + 1) if is_cell else (0, 0)

    def fitted(self, row: bytes, inside: bytes, number: int, cells: RowValues) -> bytes:
        """The tag of a row that holds `inside` once these cells are changed."""
        text = next((value for column, value in cells if column == self.column and isinstance(value, str)), None)
        height = _HEIGHT.search(row)
        if text is None or _BY_HAND.search(row):
            return row
        if isinstance(text, Fitting) and height is not None and float(height[1]) > 1.5 * _LINE:
            return row
        start, end = self._cell(inside, number)
        style = _style_of(inside[start:end])
        if not end or (style not in self.styles and self.wrapped(style) != style):
            return row
        lines = sum(max(1, len(textwrap.wrap(line, max(8, int(self.width * _LETTERS))))) for line in text.split("\n"))
        if lines <= 1:
            return _HEIGHT.sub(b"", row)
        return _put(row.decode(), "ht", min(_TALLEST, _LINE * lines)).encode()


def _style_of(cell: bytes) -> int:
    found = _STYLE.search(cell)
    return int(found[1]) if found else 0
