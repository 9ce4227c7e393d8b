"""What hangs together in a workbook file: which part is which tab, and the small insertions outside the tabs."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from xml.etree import ElementTree  # noqa: ICN001  # no short name says what it is

from outside.xlsx.archive import Archive, UnsupportedWorkbook
from outside.xlsx.text import MAIN, attribute, encoding_of

_TYPES = "[Content_Types].xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
LINKS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
"""The namespace of relations: transitional and strict."""

_WRAPS = re.compile(r"""\swrapText\s*=\s*["'](?:1|true)""")
_BEFORE_DXFS = ("cellXfs", "cellStyles")
_BEFORE_CALC = ("sheets", "functionGroups", "externalReferences", "definedNames")
"""What may stand before calcPr in a workbook, in the order of ECMA-376 part 1, 18.2.27."""


@dataclass(slots=True)
class Book:
    """The parts around the tabs. `sheets` names the part of each tab, in order; `texts` holds small parts as text."""

    archive: Archive
    workbook: str
    relations: str
    sheets: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    added: dict[str, bytes] = field(default_factory=dict)
    """New parts that are no tabs."""

    @property
    def is_strict(self) -> bool:
        """True for a workbook in the strict spelling (ECMA-376 part 1, annex A)."""
        root = re.search(r"<(?:[\w.-]+:)?workbook(?=[\s>])[^>]*>", self.text(self.workbook))
        return root is not None and MAIN[1] in root[0]

    def text(self, part: str) -> str:
        """A small part as text, with what was changed in it so far."""
        if part not in self.texts:
            raw = self.archive.bytes_of(part)
            self.texts[part] = raw.decode(encoding_of(raw))
        return self.texts[part]

    def in_own_namespace(self, sheet: bytes) -> bytes:
        """A sheet of ours as this workbook spells it: a strict one has another namespace (ECMA-376 part 1, annex A)."""
        return sheet.replace(MAIN[0].encode(), MAIN[1].encode(), 1) if self.is_strict else sheet

    def changed_texts(self) -> dict[str, bytes]:
        """The parts whose text changed, in the encoding that they came in."""
        changed = {}
        for part, text in self.texts.items():
            raw = self.archive.bytes_of(part)
            encoding = encoding_of(raw)
            if text != raw.decode(encoding):
                changed[part] = text.encode(encoding, "xmlcharrefreplace")
        return changed

    def calculate_on_opening(self) -> None:
        """Ask for a full calculation when the file is opened (calcPr fullCalcOnLoad)."""
        text = self.text(self.workbook)
        found = re.search(r"<(?:[\w.-]+:)?calcPr(?=[\s/>])[^>]*>", text)
        if found is None:
            prefix = _root_prefix(text, "workbook")
            place = max((_end_of(text, prefix + name) for name in _BEFORE_CALC), default=-1)
            if place < 0:
                raise UnsupportedWorkbook("Het bestand heeft een onbekende opbouw.")
            self.texts[self.workbook] = f'{text[:place]}<{prefix}calcPr fullCalcOnLoad="1"/>{text[place:]}'
            return
        tag = found[0]
        if attribute("fullCalcOnLoad", tag) in ("1", "true"):
            return
        tag = re.sub(r"""\sfullCalcOnLoad\s*=\s*(?:"[^"]*"|'[^']*')""", "", tag)
        tag = re.sub(r"\s*(/?>)$", r' fullCalcOnLoad="1"\1', tag)
        self.texts[self.workbook] = text[: found.start()] + tag + text[found.end() :]

    def drop_calculation_chain(self) -> None:
        """Take out the list of formulas, which Excel makes anew: it may not name a cell without one."""
        relations = self.text(self.relations)
        for found in re.finditer(r"<(?:[\w.-]+:)?Relationship\s[^>]*?/>", relations):
            if (attribute("Type", found[0]) or "").endswith("/calcChain"):
                part = target_of(self.workbook, attribute("Target", found[0]) or "")
                self.texts[self.relations] = relations.replace(found[0], "", 1)
                self.dropped.add(part)
                types = self.text(_TYPES)
                for entry in re.findall(r"<(?:[\w.-]+:)?Override\s[^>]*?/>", types):
                    if (attribute("PartName", entry) or "").lower().lstrip("/") == part.lower():
                        self.texts[_TYPES] = types.replace(entry, "", 1)
                return

    def conditional_style(self, fill: str, ink: str) -> int | None:
        """The number of a style for rules, with this fill and ink, added where there is none; None without styles."""
        part = self._styles()
        if part is None:
            return None
        text = self.text(part)
        p = _root_prefix(text, "styleSheet")
        style = (
            f'<{p}dxf><{p}font><{p}color rgb="FF{ink}"/></{p}font><{p}fill><{p}patternFill patternType="solid">'
            f'<{p}fgColor rgb="FF{fill}"/><{p}bgColor rgb="FF{fill}"/></{p}patternFill></{p}fill></{p}dxf>'
        )
        opening = re.search(rf"<{p}dxfs(?=[\s/>])[^>]*>", text)
        if opening is None or opening[0].endswith("/>"):
            start = opening.start() if opening else max(_end_of(text, p + name) for name in _BEFORE_DXFS)
            end = opening.end() if opening else start
            self.texts[part] = f'{text[:start]}<{p}dxfs count="1">{style}</{p}dxfs>{text[end:]}'
            return 0
        end = text.index(f"</{p}dxfs>", opening.end())
        styles = re.findall(rf"<{p}dxf>.*?</{p}dxf>|<{p}dxf\s*/>", text[opening.end() : end], re.DOTALL)
        if style in styles:
            return styles.index(style)
        counted = f'<{p}dxfs count="{len(styles) + 1}">'
        self.texts[part] = text[: opening.start()] + counted + text[opening.end() : end] + style + text[end:]
        return len(styles)

    def wrapping_styles(self) -> frozenset[int]:
        """The numbers of the cell styles in which text goes on below itself."""
        styles, _ = self._cell_styles()
        return frozenset(number for number, style in enumerate(styles) if _WRAPS.search(style))

    def wrapped_style(self, number: int) -> int | None:
        """The number of a style like that one in which text goes on below itself, added where there is none."""
        styles, section = self._cell_styles()
        part = self._styles()
        if part is None or number >= len(styles) or _WRAPS.search(styles[number]):
            return number if styles else None
        p = _root_prefix(self.text(part), "styleSheet")
        style = re.sub(rf"<{p}alignment(?=[\s/>])[^>]*?(?:/>|>\s*</{p}alignment>)", "", styles[number])
        opening = re.sub(
            r"\s*/?>$", "", re.sub(r"""\sapplyAlignment\s*=\s*["'][^"']*["']""", "", style.split(">")[0] + ">")
        )
        rest = (
            "" if style.endswith("/>") and style.count("<") == 1 else style.partition(">")[2].removesuffix(f"</{p}xf>")
        )
        new = f'{opening} applyAlignment="1"><{p}alignment vertical="top" wrapText="1"/>{rest}</{p}xf>'
        if new in styles:
            return styles.index(new)
        whole = re.sub(r"^(<[^>]*\scount\s*=\s*[\"'])\d+", rf"\g<1>{len(styles) + 1}", section)
        end = whole.rindex("</")
        self.texts[part] = self.text(part).replace(section, whole[:end] + new + whole[end:], 1)
        return len(styles)

    def _cell_styles(self) -> tuple[list[str], str]:
        """The styles of cells, and the text that holds them all."""
        part = self._styles()
        name = r"(?:[\w.-]+:)?"
        found = re.search(rf"<{name}cellXfs(?=[\s>]).*?</{name}cellXfs>", self.text(part), re.DOTALL) if part else None
        section = found[0] if found else ""
        return re.findall(rf"<{name}xf(?=[\s/>])(?:[^>]*/>|[^>]*>.*?</{name}xf>)", section, re.DOTALL), section

    def _styles(self) -> str | None:
        for found in re.finditer(r"<(?:[\w.-]+:)?Relationship\s[^>]*?/>", self.text(self.relations)):
            if (attribute("Type", found[0]) or "").endswith("/styles"):
                part = target_of(self.workbook, attribute("Target", found[0]) or "")
                return part if part in self.archive else None
        return None

    def free_number(self, name: str) -> int:
        """The first number from 1 on with which no part has this name, as "xl/charts/chart{}.xml"."""
        return next(
            n for n in range(1, 1 << 16) if name.format(n) not in self.archive and name.format(n) not in self.added
        )

    def add_part(self, name: str, kind: str, content: bytes) -> None:
        """Add a part of that content type."""
        self._announce(name, kind)
        self.added[name] = content

    def _announce(self, name: str, kind: str) -> None:
        types = self.text(_TYPES)
        prefix = _root_prefix(types, "Types")
        entry = f'<{prefix}Override PartName="/{name}" ContentType="{kind}"/>'
        self.texts[_TYPES] = _before_end(types, prefix + "Types", entry)

    def relate(self, source: str, kind: str, target: str) -> str:
        """Have a part point to another; the mark by which it may name it."""
        part = _relations_of(source)
        if part in self.archive:
            text = self.text(part)
        else:
            text = self.added.get(part, f'<Relationships xmlns="{_PACKAGE}"></Relationships>'.encode()).decode()
        prefix = _root_prefix(text, "Relationships")
        text = re.sub(rf"(<{prefix}Relationships(?:\s[^>]*)?)/>", rf"\1></{prefix}Relationships>", text)
        used = set(re.findall(r"""\sId\s*=\s*["']([^"']*)["']""", text))
        mark = next(f"rId{n}" for n in range(1, 1 << 16) if f"rId{n}" not in used)
        entry = f'<{prefix}Relationship Id="{mark}" Type="{kind}" Target="/{target}"/>'
        text = _before_end(text, prefix + "Relationships", entry)
        if part in self.archive:
            self.texts[part] = text
        else:
            self.added[part] = text.encode()
        return mark

    def add_sheet(self, title: str) -> str:
        """Announce a new last tab; gives the name of its part, which the caller must write."""
        from xml.sax.saxutils import quoteattr  # brings all of urllib along, and new tabs are rare

        relations, workbook = self.text(self.relations), self.text(self.workbook)
        folder = posixpath.dirname(self.workbook)
        parts = ((n, posixpath.join(folder, f"worksheets/sheet{n}.xml")) for n in range(1, 1 << 16))
        part = next(
            part
            for n, part in parts
            if part not in self.archive and part not in self.sheets.values() and f"sheet{n}.xml" not in relations
        )
        kind = next(kind for kind in re.findall(r"""\sType\s*=\s*["']([^"']*/worksheet)["']""", relations))
        mark = self.relate(self.workbook, kind, part)
        self._announce(part, _SHEET_TYPE)
        prefix = _root_prefix(workbook, "workbook")
        known = (attribute("name", tag) or "" for tag in re.findall(r"<[^<>]*\ssheetId\s*=[^<>]*>", workbook))
        if title.casefold() in map(str.casefold, known):  # it leads nowhere, or we would not be asked to make it
            raise UnsupportedWorkbook(f"Het tabblad '{title}' is beschadigd.")
        numbers = [int(n) for n in re.findall(r"""\ssheetId\s*=\s*["'](\d+)["']""", workbook)]
        root = re.search(rf"<{re.escape(prefix)}workbook(?=[\s>])[^>]*>", workbook)
        uris = "|".join(map(re.escape, LINKS))
        spaces = re.search(rf"""\sxmlns:([\w.-]+)\s*=\s*["'](?:{uris})["']""", root[0] if root else "")
        link = f"{spaces[1]}:id" if spaces else f'xmlns:r="{kind.rsplit("/", 1)[0]}" r:id'
        self.texts[self.workbook] = _before_end(
            workbook,
            prefix + "sheets",
            (f'<{prefix}sheet name={quoteattr(title)} sheetId="{max(numbers, default=0) + 1}" {link}="{mark}"/>'),
        )
        self.sheets[title] = part
        return part


def open_book(archive: Archive) -> Book:
    """Find the workbook and its tabs. Raises UnsupportedWorkbook for a file that is no workbook."""
    try:
        roots = ElementTree.fromstring(archive.bytes_of("_rels/.rels"))  # noqa: S314  # the guard refused every DOCTYPE
        workbook = next(
            target_of("", node.get("Target", "")) for node in roots if node.get("Type", "").endswith("/officeDocument")
        )
        relations = _relations_of(workbook)
        links = {node.get("Id"): node.get("Target", "") for node in ElementTree.fromstring(archive.bytes_of(relations))}  # noqa: S314  # likewise
        tree = ElementTree.fromstring(archive.bytes_of(workbook))  # noqa: S314  # likewise
    except (KeyError, StopIteration, ElementTree.ParseError) as error:
        raise UnsupportedWorkbook("Het bestand heeft een onbekende opbouw.") from error
    sheets = {}
    for node in tree.iter():
        if node.tag.endswith("}sheet"):
            mark = next((value for key, value in node.items() if key.endswith("}id")), None)
            part = target_of(workbook, links[mark]) if mark in links else ""
            if part in archive:  # a tab that leads nowhere is forgiven, as office programs do
                sheets[node.get("name", "")] = part
    return Book(archive, workbook, relations, sheets)


def related(book: Book, part: str, kind: str) -> dict[str, str]:
    """What a part points to, by the mark that it uses for it: those of which the type ends so ("/table")."""
    relations = _relations_of(part)
    if relations not in book.archive:
        return {}
    tree = ElementTree.fromstring(book.archive.bytes_of(relations))  # noqa: S314  # the guard refused every DOCTYPE
    return {node.get("Id", ""): node.get("Target", "") for node in tree if node.get("Type", "").endswith(kind)}


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", name + ".rels")


def target_of(source: str, target: str) -> str:
    """A relation's target as a part's name."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(source), target)).lstrip("/")


def _root_prefix(text: str, name: str) -> str:
    found = re.search(rf"<([\w.-]+:)?{name}(?=[\s>])", text)
    if found is None:
        raise UnsupportedWorkbook("Het bestand heeft een onbekende opbouw.")
    return found[1] or ""


def _end_of(text: str, name: str) -> int:
    """Where an element ends; -1 where it does not stand there."""
    closing = text.rfind(f"</{name}>")
    if closing >= 0:
        return closing + len(name) + 3
    found = re.search(rf"<{name}(?:\s[^>]*)?/>", text)
    return found.end() if found else -1


def _before_end(text: str, name: str, piece: str) -> str:
    place = text.rfind(f"</{name}>")
    if place < 0:
        raise UnsupportedWorkbook("Het bestand heeft een onbekende opbouw.")
    return text[:place] + piece + text[place:]
