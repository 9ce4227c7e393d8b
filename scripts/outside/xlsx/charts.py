"""Puts bar charts on a tab that has nothing drawn on it yet, and stretches those that are there over new rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from outside.xlsx.package import LINKS, Book, related, target_of
from outside.xlsx.text import column_letters, column_number, text_xml

_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAW = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_KIND = "application/vnd.openxmlformats-officedocument.drawing"
_PIXEL = 9525
"""English metric units, in which a drawing is measured."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RANGE = re.compile(
    r"(<(?:[\w.-]+:)?f>)(?P<tab>'(?:[^']|'')+'|[^<>!']+)!\$([A-Z]+)\$(\d+):\$([A-Z]+)\$(\d+)(</(?:[\w.-]+:)?f>)"
)


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one column, named by another (1 = A), from row `first` to `last`; where `lies`, they lie.

    `at` is the cell at its upper left corner (column and row, 0 = the first), `size` its width and height in pixels.
    With `grows` it reaches over rows that come below.
    """

    title: str
    names: int
    values: int
    first: int
    last: int
    at: tuple[int, int]
    size: tuple[int, int]
    lies: bool = False
    grows: bool = False


def put_charts(book: Book, title: str, charts: Sequence[Chart]) -> str:
    """Add the charts; the mark by which the sheet must name their drawing. "" where nothing must be named.

    On a tab where something is drawn already nothing is added, but what is ours to stretch reaches down to its last
    row. A strict workbook, which spells all of it otherwise, gets none.
    """
    if not charts or book.is_strict:
        return ""
    part = book.sheets[title]
    for drawing in related(book, part, "/drawing").values():
        inside = target_of(part, drawing)
        for target in related(book, inside, "/chart").values():
            _stretch(book, target_of(inside, target), title, charts)
        return ""
    number = book.free_number("xl/drawings/drawing{}.xml")
    inside = f"xl/drawings/drawing{number}.xml"
    book.add_part(inside, f"{_KIND}+xml", _drawing(charts).encode())
    for chart in charts:
        own = f"xl/charts/chart{book.free_number('xl/charts/chart{}.xml')}.xml"
        book.add_part(own, f"{_KIND}ml.chart+xml", _chart(chart, title).encode())
        book.relate(inside, f"{LINKS[0]}/chart", own)  # rId1, rId2, as the drawing says
    return book.relate(part, f"{LINKS[0]}/drawing", inside)


def _stretch(book: Book, part: str, title: str, charts: Sequence[Chart]) -> None:
    last = {column: chart.last for chart in charts if chart.grows for column in (chart.names, chart.values)}

    def further(found: re.Match[str]) -> str:
        tab = found["tab"].strip("'").replace("''", "'")
        column = column_number(found[3])
        if tab != title or found[3] != found[5] or int(found[6]) >= last.get(column, 0):
            return found[0]
        return found[0].replace(f"${found[6]}<", f"${last[column]}<")

    if part in book.archive:
        book.texts[part] = _RANGE.sub(further, book.text(part))


def _drawing(charts: Sequence[Chart]) -> str:
    pieces = [
        _ANCHOR
        % {
            "turn": turn,
            "name": _attribute(chart.title),
            "column": chart.at[0],
            "row": chart.at[1],
            "wide": chart.size[0] * _PIXEL,
            "high": chart.size[1] * _PIXEL,
        }
        for turn, chart in enumerate(charts, 1)
    ]
    return f'{_HEAD}<xdr:wsDr xmlns:xdr="{_SHEET}" xmlns:a="{_DRAW}" xmlns:r="{LINKS[0]}">{"".join(pieces)}</xdr:wsDr>'


def _attribute(text: str) -> str:
    return text_xml(text).decode().replace('"', "&quot;")


def _chart(chart: Chart, tab: str) -> str:
    """The part of one chart. It holds no numbers: each program takes those of the sheet."""
    name = text_xml("'" + tab.replace("'", "''") + "'").decode()
    names, values = (
        f"{name}!${column_letters(column)}${chart.first}:${column_letters(column)}${chart.last}"
        for column in (chart.names, chart.values)
    )
    return _HEAD + _BARS % {
        "title": text_xml(chart.title).decode(),
        "names": names,
        "values": values,
        "direction": "bar" if chart.lies else "col",
        "order": "maxMin" if chart.lies else "minMax",
        "below": "l" if chart.lies else "b",
        "beside": "t" if chart.lies else "l",
    }


def _in_one_line(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())


_ANCHOR = _in_one_line(f"""
    <xdr:oneCellAnchor>
    <xdr:from><xdr:col>%(column)d</xdr:col><xdr:colOff>0</xdr:colOff>
    <xdr:row>%(row)d</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>
    <xdr:ext cx="%(wide)d" cy="%(high)d"/>
    <xdr:graphicFrame macro="">
    <xdr:nvGraphicFramePr><xdr:cNvPr id="1%(turn)d" name="%(name)s"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>
    <xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>
    <a:graphic><a:graphicData uri="{_CHART}">
    <c:chart xmlns:c="{_CHART}" r:id="rId%(turn)d"/>
    </a:graphicData></a:graphic>
    </xdr:graphicFrame><xdr:clientData/>
    </xdr:oneCellAnchor>
""")

_BARS = _in_one_line(f"""
    <c:chartSpace xmlns:c="{_CHART}" xmlns:a="{_DRAW}" xmlns:r="{LINKS[0]}">
    <c:roundedCorners val="0"/>
    <c:chart>
    <c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1200" b="1"/></a:pPr>
    <a:r><a:rPr lang="nl-NL" sz="1200" b="1"/><a:t>%(title)s</a:t></a:r></a:p></c:rich></c:tx>
    <c:overlay val="0"/></c:title>
    <c:autoTitleDeleted val="0"/>
    <c:plotArea><c:layout/>
    <c:barChart><c:barDir val="%(direction)s"/><c:grouping val="clustered"/><c:varyColors val="0"/>
    <c:ser><c:idx val="0"/><c:order val="0"/>
    <c:spPr><a:solidFill><a:srgbClr val="2F6B7E"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>
    <c:dLbls><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/>
    <c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>
    <c:cat><c:strRef><c:f>%(names)s</c:f></c:strRef></c:cat>
    <c:val><c:numRef><c:f>%(values)s</c:f></c:numRef></c:val></c:ser>
    <c:gapWidth val="40"/><c:axId val="111111"/><c:axId val="222222"/></c:barChart>
    <c:catAx><c:axId val="111111"/><c:scaling><c:orientation val="%(order)s"/></c:scaling><c:delete val="0"/>
    <c:axPos val="%(below)s"/><c:numFmt formatCode="General" sourceLinked="0"/>
    <c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>
    <c:crossAx val="222222"/><c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/>
    <c:lblOffset val="100"/><c:tickLblSkip val="1"/><c:noMultiLvlLbl val="0"/></c:catAx>
    <c:valAx><c:axId val="222222"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>
    <c:delete val="0"/><c:axPos val="%(beside)s"/>
    <c:majorGridlines><c:spPr><a:ln><a:solidFill><a:srgbClr val="D9DEE2"/></a:solidFill></a:ln></c:spPr>
    </c:majorGridlines><c:numFmt formatCode="General" sourceLinked="0"/>
    <c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>
    <c:crossAx val="111111"/><c:crosses val="autoZero"/></c:valAx>
    </c:plotArea><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>
    </c:chartSpace>
""")
"""What is drawn, and one chart; numbers and words are filled in."""
