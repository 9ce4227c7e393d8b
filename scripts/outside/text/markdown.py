"""Sets a text in Markdown twice, as a page for a screen and as plain lines, while its Jinja tags stay untouched.

Both are made once per text. What comes out is Jinja again, so the values of a person are filled in last
and can never be taken for Markdown or HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from string import Template

import css_inline
from markdown_it import MarkdownIt
from markdown_it.token import Token

WIDTH = 72
"""Columns of the plain part (RFC 3676, 4.2, advises fewer than 78; quoting must still fit)."""

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_MARK = re.compile(r"zqj(\d{4})jqz")
_ALONE = re.compile(r"^([ \t>]*)(zqj\d{4}jqz)[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--(zqj\d{4}jqz)-->")
_TABLES = tuple(f"{part}_{end}" for part in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close"))


class Unsettable(Exception):
    """A text holds something that cannot be set; `line` counts from 1."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Shielded:
    """A Markdown source whose Jinja tags are replaced by marks that mean nothing in Markdown, HTML or CSS.

    A tag that stands alone on its line becomes a comment, which is allowed between paragraphs, rows and items.
    """

    def __init__(self, source: str) -> None:
        self.tags: list[str] = []
        marked = _TAG.sub(self._take, source)
        self.markdown = _ALONE.sub(self._set_apart, marked)

    def _take(self, match: re.Match[str]) -> str:
        self.tags.append(match[0])
        return f"zqj{len(self.tags) - 1:04d}jqz" + "\n" * match[0].count("\n")

    def _set_apart(self, match: re.Match[str]) -> str:
        number = _MARK.search(match[2])
        shows = number is not None and self.tags[int(number[1])].startswith("{{")
        return match[0] if shows else f"{match[1]}<!--{match[2]}-->"

    def restore(self, text: str) -> str:
        """The tags back in their places."""
        return _MARK.sub(lambda match: self.tags[int(match[1])], _COMMENT.sub(r"\1", text))


def _parser() -> MarkdownIt:
    # HTML blocks are on for our own comments alone (`_refuse_html`); inline HTML is ordinary text.
    parser = MarkdownIt("commonmark", {"html": True, "xhtmlOut": False}).enable("table").disable("html_inline")
    # A line's end is a space: Jinja eats the newline behind a tag, and two words would become one.
    parser.add_render_rule("softbreak", lambda *_: " ")
    # Whoever has a page read out hears what stands above a cell.
    parser.add_render_rule("th_open", lambda *_: '<th scope="col">')
    return parser


_PARSER = _parser()


def screen_source(
    source: str, *, language: str, subject: str, preview: str, shell: str, css: str, screen_css: str
) -> str:
    """The text as a Jinja source of a whole HTML page, its style written into every element.

    `shell` is the page around it with $language, $subject, $preview and $content; `css` is written into the
    elements, `screen_css` (dark, paper) stands in the head as it is. Raises Unsettable.
    """
    whole = Shielded(source)
    _refuse_html(_PARSER.parse(whole.markdown))
    content = _PARSER.render(whole.markdown)
    page = Template(shell).substitute(
        language=language, subject="zqjtitlejqz", preview="zqjpreviewjqz", content=content
    )
    inliner = css_inline.CSSInliner(extra_css=css, inline_style_tags=False, load_remote_stylesheets=False)
    page = inliner.inline(page).replace("<!--screen-->", f"<style>\n{screen_css}</style>")
    return whole.restore(page).replace("zqjtitlejqz", subject).replace("zqjpreviewjqz", preview)


def _refuse_html(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.type == "html_block" and _COMMENT.sub("", token.content).strip():
            raise Unsettable("Hier staat HTML. In een tekst staat alleen Markdown.", (token.map or [0])[0] + 1)


def piece_source(source: str) -> str:
    """The text as a Jinja source of HTML that goes into a page with a style of its own. Raises Unsettable."""
    whole = Shielded(source)
    _refuse_html(_PARSER.parse(whole.markdown))
    return whole.restore(_PARSER.render(whole.markdown))


def plain_source(source: str, width: int = WIDTH) -> str:
    """The text as a Jinja source of plain lines: no marks of Markdown, at most `width` columns.

    What holds no tag is wrapped here; what does is wrapped while it is filled in, by the filter `flow`.
    """
    whole = Shielded(source)
    return whole.restore(_Plain(width, whole.tags).write(_PARSER.parse(whole.markdown)))


@lru_cache(maxsize=4096)  # of a letter nearly all paragraphs are the same for a whole group
def flow(text: str, first: str = "", rest: str = "", width: int = WIDTH) -> str:
    """The lines of a text wrapped at `width`, `first` before the first line and `rest` before all others.

    A word that is too long stays whole (a link must). White space alone gives nothing at all.
    """
    if not text.strip():
        return ""
    lines = []
    start = first
    for part in text.split("\n"):
        line, room = start, width - len(start)
        empty = True
        for word in part.split(" "):
            if not word:
                continue
            if empty:
                line += word
                room -= len(word)
                empty = False
            elif len(word) < room:
                line += " " + word
                room -= len(word) + 1
            else:
                lines.append(line)
                line, room = rest + word, width - len(rest) - len(word)
        lines.append(line.rstrip())
        start = rest
    return "\n".join(lines) + "\n"


class _Plain:
    """Walks through Markdown's tokens and writes lines; `indent` is what every new line starts with."""

    def __init__(self, width: int, tags: Sequence[str]) -> None:
        self.width = width
        self.tags = tags
        self.out: list[str] = []
        self.indents: list[str] = [""]
        self.bullet: str | None = None
        self.underline = ""
        self.row: list[str] = []
        self.in_cell = False
        self.items = 0
        self.list_end: int | None = None
        self.list_kind = ""

    def write(self, tokens: Sequence[Token]) -> str:
        for token in tokens:
            kind = token.type
            if kind == "html_block":
                self.out.append("".join(f"{mark}\n" for mark in _COMMENT.findall(token.content)))
                continue
            self._end_list(resumed=kind == self.list_kind)
            if kind == "inline":
                self._words(_spoken(token.children or []))
            elif kind in ("fence", "code_block"):
                self._flow(token.content.rstrip("\n"))
                self.out.append("\n")
            elif kind == "hr":
                self.out.append(f"{self.indents[-1]}{'-' * 40}\n\n")
            elif kind in _TABLES:
                self._turn_in_table(kind)
            else:
                self._turn(token)
        self._end_list(resumed=False)
        return "".join(self.out)

    def _end_list(self, *, resumed: bool) -> None:
        """A blank line behind a list, unless only tags stand between it and the next: those are one list.

        The line stands before the tags and after them, because either may be left out; two become one later. Where a
        loop ends in between it stands after them alone: before them it would come behind every item.
        """
        if self.list_end is None:
            return
        if not resumed:
            between = [self.tags[int(mark)] for mark in _MARK.findall("".join(self.out[self.list_end :]))]
            if between:
                self.out.append("\n")
            if not any("endfor" in tag for tag in between):
                self.out.insert(self.list_end, "\n")
        self.list_end = None

    def _turn(self, token: Token) -> None:
        """What opens or closes around words."""
        kind = token.type
        if kind == "heading_open":
            self.underline = "=" if token.tag == "h1" else "-"
        elif kind == "blockquote_open":
            self.indents.append(self.indents[-1] + "  ")
        elif kind == "list_item_open":
            self.bullet = self.indents[-1] + (f"{token.info}. " if token.info else "- ")
            self.indents.append(" " * len(self.bullet))
            self.items += 1
        elif kind in ("blockquote_close", "list_item_close"):
            self.indents.pop()
            self.bullet = None
            self.items -= kind == "list_item_close"
        elif kind in ("bullet_list_close", "ordered_list_close") and not self.items:
            self.list_end, self.list_kind = len(self.out), kind.replace("_close", "_open")
        elif kind in ("paragraph_close", "heading_close") and not token.hidden:
            self.out.append("\n")

    def _turn_in_table(self, kind: str) -> None:
        self.in_cell = kind in ("th_open", "td_open")
        if kind == "tr_open":
            self.row = []
        elif kind == "tr_close":
            label, *others = self.row
            words = " ".join(others)
            if _MARK.search(label) or len(label) > 3:
                self._flow(f"{label}: {words}", "  ", "  ")
            else:  # "S  Signaleer …", with the letter hanging before the words
                self._flow(words, f"  {label}  ", " " * (len(label) + 4))
        elif kind == "table_close":
            self.out.append("\n")

    def _words(self, words: str) -> None:
        if self.in_cell:
            self.row.append(words)
            return
        self._flow(words)
        if self.underline and not _MARK.search(words):
            self.out.append(f"{self.indents[-1]}{self.underline * min(len(words), WIDTH)}\n")
        self.underline = ""

    def _flow(self, words: str, first: str = "", rest: str = "") -> None:
        """Write words; where they hold a tag, leave the wrapping until it is filled in."""
        first = (self.bullet if self.bullet is not None else self.indents[-1]) + first
        rest = self.indents[-1] + rest
        self.bullet = None
        if _MARK.search(words):
            opening = f"{{% filter flow({json.dumps(first)}, {json.dumps(rest)}, {self.width}) %}}"
            self.out.append(f"{opening}{words}{{% endfilter %}}\n")
        else:
            self.out.append(flow(words, first, rest, self.width))


def _spoken(children: Sequence[Token]) -> str:
    """A run of words without marks; a link as its words, with the address behind it where the words do not say it."""
    words: list[str] = []
    links: list[tuple[str, int]] = []
    for child in children:
        if child.type in ("text", "code_inline"):
            words.append(child.content)
        elif child.type == "softbreak":
            words.append(" ")
        elif child.type == "hardbreak":
            words.append("\n")
        elif child.type == "link_open":
            links.append((str(child.attrs.get("href", "")), len(words)))
        elif child.type == "link_close":
            href, start = links.pop()
            label = "".join(words[start:])
            # A label that is filled in later is itself the address; a telephone number is its own label.
            if not href.startswith(("tel:", "mailto:")) and not _MARK.search(label) and label not in href:
                words.append(f" ({href})")
    return "".join(words)
