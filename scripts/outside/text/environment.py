"""How a fact is put into a text: by Jinja in a sandbox, on one line, and a list or a day as it is spoken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import quote

from jinja2 import FunctionLoader, StrictUndefined, Template, TemplateRuntimeError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from outside.config.languages import Words
from outside.text.markdown import flow

Loader = Callable[[str], tuple[str, str, Callable[[], bool]]]
"""The name of a text in; its source, the name of its file, and whether that is still so, out."""

_IN_MARKDOWN = re.compile(r"[\\`*\[\]|]|<(?=[A-Za-z!?/])|~(?=~)|(?<=~)~|(?<![^\W_])_|_(?![^\W_])|#(?=\s*$)|&(?=#?\w+;)")
_BEGINS_A_BLOCK = re.compile(r"^(\d{0,9})((?:[.)+-]|#{1,6})(?=\s|$)|>|[=-]+\s*$)")
_LINK = re.compile(r"https://[\w.,:/?=&%+@#-]+")
_SPECIAL_SIGNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


_LONGEST = 50_000_000
"""Characters of a text once it is filled in: a page of tens of thousands who are welcomed by hand."""

TURNS = 1_000_000
"""Turns of all loops in one text together."""

_GRAMMAR: tuple[type[nodes.Node], ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Tuple, nodes.List),
    *(nodes.If, nodes.For, nodes.Include, nodes.FilterBlock, nodes.Filter, nodes.Test, nodes.CondExpr),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Getattr, nodes.Getitem),
    *(nodes.Add, nodes.Sub, nodes.Concat),
)
"""What a text is made of. Without macros, calls and products no text can ask for more than there is of the facts."""

_FILTERS = ("capitalize", "default", "first", "last", "length", "lower", "trim", "upper")
"""The filters of Jinja that a text may use besides ours; none of them makes a text much longer."""


class NotInAText(TemplateSyntaxError):
    """Sound Jinja of a kind that has no place in a text. Its message is in Dutch."""


class TooMuch(TemplateRuntimeError):
    """A text that has no end, or hardly one."""


class _Texts(SandboxedEnvironment):
    """Jinja as texts need it: no more than the grammar above, and every loop counted."""

    turns = TURNS

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Node):
            if isinstance(node, nodes.Include) and not isinstance(node.template, nodes.Const):
                raise NotInAText("Achter include staat een naam tussen aanhalingstekens.", node.lineno)
            if not isinstance(node, _GRAMMAR):
                why = "In een tekst kan alleen een naam, if, for en include; geen macro, som of opdracht."
                lines = (part.lineno for part in (node, *node.find_all(nodes.Node)) if part.lineno)
                raise NotInAText(why, next(lines, 1))
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None, lineno=loop.iter.lineno)
        return tree

    def counted(self, values: Iterable[object]) -> Iterator[object]:
        for value in values:
            self.turns -= 1
            if self.turns < 0:
                raise TooMuch("more turns than a text can need")
            yield value


def environment(words: Words, *, html: bool = False, trim: bool = True, load: Loader | None = None) -> _Texts:
    """Where texts in a language are filled in; an unknown name is an error, and with `html` every fact is escaped.

    With `load` texts are filled in as they are written, so that every fact is escaped as Markdown wants it.
    `trim` lets a tag that stands alone leave no blank line. Filters: `listed` for a list of names,
    `day`, `invite` for the link that opens an invitation in WhatsApp, and `flow`.
    """
    made = _Texts(
        undefined=StrictUndefined,
        autoescape=html,
        trim_blocks=trim,
        lstrip_blocks=trim,
        finalize=as_markdown if load else on_one_line,
        loader=FunctionLoader(load) if load else None,
    )
    made.globals.clear()
    ours: dict[str, Callable[..., Any]] = {
        "flow": flow,
        "listed": lambda names: spoken_list(names, words),
        "day": lambda day: spoken_day(day, words),
        "invite": lambda one: whatsapp_link(
            one["mobile"], words.invite.format(**one, admin=spoken_list(one["admins"], words))
        ),
    }
    bounded = {name: _bounded(filled) for name, filled in ours.items()}
    made.filters = {name: made.filters[name] for name in _FILTERS} | bounded | {"counted": made.counted}
    return made


def render(template: Template, facts: Mapping[str, object]) -> str:
    """The text filled in. Raises what Jinja raises, and TooMuch for one without an end."""
    filled_by = template.environment
    if isinstance(filled_by, _Texts):
        filled_by.turns = TURNS
    pieces, size = [], 0
    for piece in template.generate(facts):
        size += len(piece)
        if size > _LONGEST:
            raise TooMuch("longer than a text can be")
        pieces.append(piece)
    return "".join(pieces)


def _bounded(filled: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that may be used many times over: what it gives is never longer than a text may be."""

    @wraps(filled)
    def fill(*given: object, **more: object) -> object:
        found: object = filled(*given, **more)
        if isinstance(found, str) and len(found) > _LONGEST:
            raise TooMuch("longer than a text can be")
        return found

    return fill


def on_one_line(value: object) -> object:
    """A fact as it may stand in a text: on one line, without marks that turn or break it."""
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    shown = _SPECIAL_SIGNS.sub("", value)
    return " ".join("".join(sign if sign.isprintable() or sign in "\u200c\u200d" else " " for sign in shown).split())


def as_markdown(value: object) -> object:
    """A fact as it may stand in a text that people read as Markdown: it makes no heading, link or list."""
    shown = on_one_line(value)
    if not isinstance(shown, str) or isinstance(shown, Markup) or _LINK.fullmatch(shown):
        return shown
    return _BEGINS_A_BLOCK.sub(r"\1\\\2", _IN_MARKDOWN.sub(r"\\\g<0>", shown.strip()))


def spoken_list(names: Sequence[str], words: Words) -> str:
    """Names as they are spoken: "Jan, Piet en Anna"."""
    *first, last = names or [""]
    return f"{', '.join(first)} {words.before_last} {last}" if first else last


def spoken_number(number: int, words: Words) -> str:
    """A number as it is written in a text: up to twelve in words, "negen"."""
    return words.numbers[number - 1] if 0 < number <= len(words.numbers) else str(number)


def spoken_day(day: date | None, words: Words) -> str:
    """A day as it is spoken, "5 maart 2026"; "" for none."""
    if day is None:
        return ""
    return f"{day.day} {words.months[day.month - 1]} {day.year}" if words.months else day.isoformat()


def whatsapp_link(mobile: str | None, words: str) -> str:
    """The link that opens a chat with `mobile` (E.164) with `words` ready to send; "" without a number.

    With None whoever opens it chooses the chat, or the group.
    https://faq.whatsapp.com/5913398998672934: digits only, with the country's, and the text percent-encoded.
    """
    text = "%0A".join(map(_encoded, words.split("\n")))
    return "" if mobile == "" else f"https://wa.me/{(mobile or '').removeprefix('+')}?text={text}"


@lru_cache(maxsize=1024)
def _encoded(line: str) -> str:
    """A line percent-encoded; most lines are the same for everybody."""
    return quote(line, safe="", errors="replace")
