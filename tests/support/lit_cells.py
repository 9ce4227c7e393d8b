"""A second reader of the rules that colour cells: which cell shows which fill, worked out from the file alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

Value = str | float | bool | None
Cell = tuple[int, int]
"""Row and column, from 1."""
_ADDRESS = re.compile(r"(\$?)([A-Z]+)(\$?)(\d+)")


def lit_cells(sheet: Worksheet) -> dict[str, str]:
    """The fill of each cell that a rule with a formula colours, by address; the first rule that holds wins."""
    found: dict[str, str] = {}

    def look(at: Cell) -> Value:
        value = sheet.cell(*at).value
        return value if isinstance(value, str | float | int | bool) else None if value is None else str(value)

    rules = [
        (rule.priority, sorted(area.sqref.ranges, key=lambda span: span.min_col), rule)
        for area in sheet.conditional_formatting
        for rule in area.rules
    ]
    for _, ranges, rule in sorted(rules, key=lambda one: one[0]):
        if rule.type != "expression":
            continue
        first = ranges[0].min_row, ranges[0].min_col
        for span in ranges:
            for row in range(span.min_row, min(span.max_row, sheet.max_row) + 1):
                for column in range(span.min_col, min(span.max_col, sheet.max_column) + 1):
                    address = f"{get_column_letter(column)}{row}"
                    if address not in found and holds(rule.formula[0], first, (row, column), look):
                        found[address] = str(rule.dxf.fill.bgColor.rgb)[-6:]
    return found


def holds(formula: str, first: Cell, at: Cell, look: Callable[[Cell], Value]) -> bool:
    """Whether a rule that was written for the cell `first` holds in another."""
    down, right = at[0] - first[0], at[1] - first[1]
    seen = (
        look((row if fixed_row else row + down, column if fixed_column else column + right))
        for row, fixed_row, column, fixed_column in _looked_at(formula)
    )
    return _outcome(formula, tuple((type(value), value) for value in seen)) is True


@cache
def _looked_at(formula: str) -> tuple[tuple[int, bool, int, bool], ...]:
    """The cells that a formula looks at, in its order."""
    found = (_ADDRESS.fullmatch(token.value) for token in _tokens(formula) if token.subtype == Token.RANGE)
    return tuple(
        (int(match[4]), bool(match[3]), column_index_from_string(match[2]), bool(match[1])) for match in found if match
    )


@cache
def _outcome(formula: str, seen: tuple[tuple[type, Value], ...]) -> Value:
    """What a formula makes of the cells that it looks at."""
    values = iter(seen)
    return _value(iter(_tokens(formula)), lambda: next(values)[1])[0]


@cache
def _tokens(formula: str) -> tuple[Token, ...]:
    return tuple(token for token in Tokenizer("=" + formula).items if token.type != Token.WSPACE)


class _Wrong(Exception):
    """#VALUE!"""


def _value(tokens: Iterator[Token], look: Callable[[], Value]) -> tuple[Value, Token | None]:
    """An expression up to a comma, a closing bracket or the end, and what ended it."""
    joined, left, compared = _operand(next(tokens), tokens, look), None, False
    for token in tokens:
        if token.type == Token.OP_IN and token.value == "&":
            joined = _text(joined) + _text(_operand(next(tokens), tokens, look))
        elif token.type == Token.OP_IN and token.value == "=":
            left, compared = joined, True
            joined = _operand(next(tokens), tokens, look)
        else:
            return (_text(left).casefold() == _text(joined).casefold() if compared else joined), token
    return (_text(left).casefold() == _text(joined).casefold() if compared else joined), None


def _operand(token: Token, tokens: Iterator[Token], look: Callable[[], Value]) -> Value:
    if token.type == Token.FUNC:
        name, arguments = token.value.rstrip("("), []
        wrong, ending = False, None
        while ending is None or ending.type == Token.SEP:
            try:
                value, ending = _value(tokens, look)
                arguments.append(value)
            except _Wrong:
                wrong, ending = True, next(tokens)
        return _call(name, arguments, wrong=wrong)
    if token.subtype == Token.TEXT:
        return str(token.value)[1:-1].replace('""', '"')
    return float(token.value) if token.subtype == Token.NUMBER else look()


def _call(name: str, arguments: list[Value], *, wrong: bool) -> Value:
    if name == "ISNUMBER":
        return not wrong and isinstance(arguments[0], float)
    if wrong:
        raise _Wrong
    texts = [_text(one) for one in arguments]
    if name == "FIND":
        if texts[0] not in texts[1]:
            raise _Wrong
        return float(texts[1].index(texts[0]) + 1)
    plain: dict[str, Callable[[], Value]] = {
        "CHAR": lambda: chr(int(float(texts[0]))),
        "TRIM": lambda: " ".join(piece for piece in texts[0].split(" ") if piece),
        "SUBSTITUTE": lambda: texts[0].replace(texts[1], texts[2]),
        "LEFT": lambda: texts[0][: int(float(texts[1]))],
        "OR": lambda: any(one is True for one in arguments),
    }
    return plain[name]()


def _text(value: Value) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
