"""The writer of single cells: whatever a sheet's XML looks like, the asked cells change and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outside.xlsx.archive import UnsupportedWorkbook
from outside.xlsx.patch import SheetPatch, mask_markup, patched_part, whole_up_to
from outside.xlsx.text import Heading, Patched, column_letters, column_number, text_xml
from support.xlsx_by_hand import LINKS, MAIN, STRICT, sheet_xml, values, write_workbook


def patched(xml: str | bytes, cells: dict[tuple[int, int], str | int | float], *, piece: int = 7) -> str:
    """The sheet with cells (row, column) changed, fed in tiny pieces so that every cut is met."""
    return patched_bytes(xml.encode() if isinstance(xml, str) else xml, cells, piece=piece)[0].decode()


def patched_bytes(
    raw: bytes, cells: dict[tuple[int, int], str | int | float], *, piece: int = 7
) -> tuple[bytes, Patched]:
    rows: dict[int, list[tuple[int, str | int | float]]] = {}
    for (row, column), value in sorted(cells.items()):
        rows.setdefault(row, []).append((column, value))
    filled = [place for place, value in cells.items() if value != ""]
    patch = SheetPatch(
        list(rows.items()), max((row for row, _ in filled), default=0), max((column for _, column in filled), default=0)
    )
    pieces = (raw[start : start + piece] for start in range(0, len(raw), piece))
    return b"".join(patched_part(pieces, patch)), patch.found


def text(address: str, value: str, style: str = "") -> str:
    """A text cell as the writer makes it."""
    return f'<c r="{address}"{style} t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


CASES = {
    "a number becomes text and keeps its style": (
        '<row r="1"><c r="A1" s="3"><v>5</v></c></row>',
        {(1, 1): "x"},
        f'<row r="1">{text("A1", "x", chr(32) + "s=" + chr(34) + "3" + chr(34))}</row>',
    ),
    "a shared string becomes a number": (
        '<row r="1"><c r="A1" s="3" t="s"><v>5</v></c></row>',
        {(1, 1): 7},
        '<row r="1"><c r="A1" s="3"><v>7</v></c></row>',
    ),
    "an emptied cell keeps its style": (
        '<row r="1"><c r="A1" s="3" t="s"><v>5</v></c></row>',
        {(1, 1): ""},
        '<row r="1"><c r="A1" s="3"/></row>',
    ),
    "an absent cell stays absent when it is emptied": (
        '<row r="1"><c r="B1"/></row>',
        {(1, 1): "", (1, 3): "", (2, 1): ""},
        '<row r="1"><c r="B1"/></row>',
    ),
    "a self-closing cell is filled": (
        '<row r="1"><c r="A1" s="3"/><c r="B1"/></row>',
        {(1, 1): 7},
        '<row r="1"><c r="A1" s="3"><v>7</v></c><c r="B1"/></row>',
    ),
    "a self-closing row is opened": (
        '<row r="1" ht="20"/><row r="2"/>',
        {(1, 2): 7},
        '<row r="1" ht="20"><c r="B1"><v>7</v></c></row><row r="2"/>',
    ),
    "a row with an end tag and nothing in it is filled": (
        '<row r="1" customFormat="false" ht="12.8"></row><row r="2"></row><row r="3"><c r="B3"/></row>',
        {(1, 1): 7, (2, 2): "", (3, 1): 7},
        (
            '<row r="1" customFormat="false" ht="12.8"><c r="A1"><v>7</v></c></row><row r="2"></row>'
            '<row r="3"><c r="A3"><v>7</v></c><c r="B3"/></row>'
        ),
    ),
    "a row without a number, with a style of its own, and only blanks in it": (
        '<row s="2" customFormat="1"></row><row s="2" customFormat="1">\n </row><row>\n</row >',
        {(1, 2): 7, (2, 2): 7, (3, 1): 7, (3, 2): 7},
        (
            '<row s="2" customFormat="1"><c r="B1" s="2"><v>7</v></c></row>'
            '<row s="2" customFormat="1">\n <c r="B2" s="2"><v>7</v></c></row>'
            '<row>\n<c r="A3"><v>7</v></c><c r="B3"><v>7</v></c></row >'
        ),
    ),
    "a cell with an end tag and nothing in it is filled": (
        '<row r="1"><c r="A1" s="3"></c><c r="B1"></c></row>',
        {(1, 1): 7, (1, 3): 7},
        '<row r="1"><c r="A1" s="3"><v>7</v></c><c r="B1"></c><c r="C1"><v>7</v></c></row>',
    ),
    "a cell comes between two others": (
        '<row r="1"><c r="A1"/><c r="D1"/></row>',
        {(1, 3): 7},
        '<row r="1"><c r="A1"/><c r="C1"><v>7</v></c><c r="D1"/></row>',
    ),
    "a cell comes in front": (
        '<row r="1"><c r="C1"/></row>',
        {(1, 1): 7},
        '<row r="1"><c r="A1"><v>7</v></c><c r="C1"/></row>',
    ),
    "cells come behind the last one and the spans stretch": (
        '<row r="1" spans="1:1"><c r="A1"/></row>',
        {(1, 3): 7, (1, 28): 8},
        '<row r="1" spans="1:28"><c r="A1"/><c r="C1"><v>7</v></c><c r="AB1"><v>8</v></c></row>',
    ),
    "rows come before, between and behind": (
        '<row r="2"/><row r="4"/>',
        {(1, 1): 1, (3, 1): 3, (5, 1): 5},
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"/><row r="3"><c r="A3"><v>3</v></c></row><row r="4"/><row r="5"><c r="A5"><v>5</v></c></row>',
    ),
    "rows and cells without an address count from the one before": (
        '<row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c s="4"><v>3</v></c></row>',
        {(1, 2): 8, (2, 2): 9, (2, 3): 10},
        '<row><c><v>1</v></c><c r="B1"><v>8</v></c></row><row><c/><c r="B2" s="4"><v>9</v></c><c r="C2"><v>10</v></c></row>',
    ),
    "attributes stand in any order and quotes": (
        "<row ht='15' r='7'><c s='2' t='s' r='B7'><v>0</v></c><c t='b' r='C7'><v>1</v></c></row>",
        {(7, 2): 1, (7, 3): 2},
        "<row ht='15' r='7'><c r=\"B7\" s='2'><v>1</v></c><c r=\"C7\"><v>2</v></c></row>",
    ),
    "white space in tags is no trouble": (
        '<row r="1" ><c  r="A1"  s="1" ><v>1</v></c ><c r="B1" /></row >',
        {(1, 1): 2, (1, 2): 3},
        '<row r="1" ><c r="A1"  s="1"><v>2</v></c><c r="B1"><v>3</v></c></row >',
    ),
    "rich text is replaced whole": (
        '<row r="1"><c r="A1" t="inlineStr"><is><r><rPr><b/><color rgb="FF0000"/><charset val="1"/></rPr><t>x</t></r></is></c><c r="B1"/></row>',
        {(1, 1): 2},
        '<row r="1"><c r="A1"><v>2</v></c><c r="B1"/></row>',
    ),
    "comments, CDATA and instructions are not taken for cells": (
        '<!-- <row r="1"><c r="A1"/></row> --><row r="1"><!-- > </row> --><c r="A1" t="str"><v><![CDATA[</c></row>]]></v></c><?x <c r="B1"/>?><c r="B1"/></row>',
        {(1, 2): 5},
        '<!-- <row r="1"><c r="A1"/></row> --><row r="1"><!-- > </row> --><c r="A1" t="str"><v><![CDATA[</c></row>]]></v></c><?x <c r="B1"/>?><c r="B1"><v>5</v></c></row>',
    ),
    "a loose > in text and attributes is no end": (
        '<row r="1" x="a>b"><c r="A1" t="str"><v>a > b</v></c><c r="B1" y=">"/></row>',
        {(1, 2): 5},
        '<row r="1" x="a>b"><c r="A1" t="str"><v>a > b</v></c><c r="B1" y=">"><v>5</v></c></row>',
    ),
    "a row's own style is taken over": (
        '<row r="1" s="6" customFormat="1"><c r="A1"/></row>',
        {(1, 2): 5},
        '<row r="1" s="6" customFormat="1"><c r="A1"/><c r="B1" s="6"><v>5</v></c></row>',
    ),
    "a row's style that does not count is not taken over": (
        '<row r="1" s="6"><c r="A1"/></row>',
        {(1, 2): 5},
        '<row r="1" s="6"><c r="A1"/><c r="B1"><v>5</v></c></row>',
    ),
    "a new heading looks like its neighbour": (
        '<row r="1"><c r="A1" s="9" t="s"><v>0</v></c><c r="B1" s="2"/><c r="D1"/></row>',
        {(1, 3): Heading("Nr")},
        f'<row r="1"><c r="A1" s="9" t="s"><v>0</v></c><c r="B1" s="2"/>{text("C1", "Nr", chr(32) + "s=" + chr(34) + "2" + chr(34))}<c r="D1"/></row>',
    ),
    "an extension of the cell stays": (
        '<row r="1"><c r="A1"><v>1</v><extLst><ext uri="x"/></extLst></c></row>',
        {(1, 1): 2},
        '<row r="1"><c r="A1"><v>2</v><extLst><ext uri="x"/></extLst></c></row>',
    ),
    "metadata of the old value goes": (
        '<row r="1"><c r="A1" s="1" cm="1" vm="2" t="e"><v>#VALUE!</v></c></row>',
        {(1, 1): "x"},
        f'<row r="1">{text("A1", "x", chr(32) + "s=" + chr(34) + "1" + chr(34))}</row>',
    ),
    "A1 is not taken for AA1 or A11": (
        '<row r="1"><c r="AA1"><v>1</v></c></row><row r="11"><c r="A11"><v>2</v></c></row>',
        {(1, 1): 5},
        '<row r="1"><c r="A1"><v>5</v></c><c r="AA1"><v>1</v></c></row><row r="11"><c r="A11"><v>2</v></c></row>',
    ),
    "numbers with a fraction and yes or no": (
        '<row r="1"><c r="A1"/></row>',
        {(1, 1): 0.1, (1, 2): True, (1, 3): 1},
        '<row r="1"><c r="A1"><v>0.1</v></c><c r="B1" t="b"><v>1</v></c><c r="C1"><v>1</v></c></row>',
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("piece", [3, 1 << 16])
def test_only_the_asked_cells_change(case: str, piece: int) -> None:
    """Byte for byte, also when the part arrives in pieces of three bytes."""
    before, cells, after = CASES[case]
    assert patched(sheet_xml(before), cells, piece=piece) == sheet_xml(after)


def test_a_sheet_without_rows_is_opened() -> None:
    xml = f'<worksheet xmlns="{MAIN}"><sheetData/><pageMargins left="1"/></worksheet>'
    assert patched(xml, {(2, 1): 5}) == xml.replace(
        "<sheetData/>", '<sheetData><row r="2"><c r="A2"><v>5</v></c></row></sheetData>'
    )
    assert patched(xml, {}) == xml


@pytest.mark.parametrize("space", [MAIN, STRICT])
def test_a_prefix_before_every_tag_is_kept(space: str) -> None:
    """As some Java libraries write it; in the strict namespace as well."""
    xml = (
        f'<x:worksheet xmlns:x="{space}" xmlns:r="{LINKS}"><x:dimension ref="A1"/><x:sheetData>'
        '<x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert patched(xml, {(1, 1): "a", (3, 2): 4}) == (
        f'<x:worksheet xmlns:x="{space}" xmlns:r="{LINKS}"><x:dimension ref="A1:B3"/><x:sheetData>'
        '<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t xml:space="preserve">a</x:t></x:is></x:c></x:row>'
        '<x:row r="3"><x:c r="B3"><x:v>4</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )


@pytest.mark.parametrize(
    ("ref", "cell", "stretched"),
    [
        ("A1:C5", (2, 2), "A1:C5"),
        ("A1:C5", (6, 2), "A1:C6"),
        ("A1:C5", (1, 4), "A1:D5"),
        ("B2", (4, 1), "B2:B4"),
        ("A1", (1, 1), "A1"),
    ],
)
def test_the_dimension_stretches_when_it_must(ref: str, cell: tuple[int, int], stretched: str) -> None:
    xml = sheet_xml("", before='<dimension ref="%s"/>')
    assert f'<dimension ref="{stretched}"/>' in patched(xml % ref, {cell: 5})


def test_a_new_cell_takes_the_style_of_its_column() -> None:
    before = '<cols><col min="1" max="2" width="9" style="4"/><col min="3" max="3" width="9"/></cols>'
    assert patched(sheet_xml('<row r="1"/>', before=before), {(1, 2): 5, (1, 3): 6}) == sheet_xml(
        '<row r="1"><c r="B1" s="4"><v>5</v></c><c r="C1"><v>6</v></c></row>', before=before
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_encoding_of_the_part_stays(encoding: str) -> None:
    """A byte order mark, UTF-16, and a mark that the encoding lacks."""
    declared = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16"}.get(encoding, encoding)
    xml = sheet_xml('<row r="1"><c r="A1" t="str"><v>é</v></c></row>').replace("UTF-8", declared)
    after, _ = patched_bytes(xml.encode(encoding), {(1, 2): "ë €"}, piece=5)
    euro = "&#8364;" if encoding == "iso-8859-1" else "€"
    assert after.decode(encoding) == xml.replace("</c></row>", f"</c>{text('B1', f'ë {euro}')}</row>")
    assert after[:2] == xml.encode(encoding)[:2]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A9" si="0">B1</f><v>1</v></c></row>',
        '<row r="1"><c r="A1"><f t="array" ref="A1:B2">B1</f><v>1</v></c></row>',
        '<row r="1"><c r="B1"><f ref="B1:B3" t="array">C1:C3</f><v>1</v></c></row><row r="3"><c r="A3"/><c r="B3"><v>1</v></c></row>',
        '<row r="2"/><row r="1"><c r="A1"/></row>',
        '<row r="1"><c r="C1"/><c r="A1"/></row>',
        '<row r="1"><c r="D2"/></row>',
        '<row r="1"><c r="A1"><v>1</v>',
        f'<row r="1"><y:c xmlns:y="{MAIN}" r="A1"/></row>',
        '<row r="1"><c xmlns="http://other" r="A1"/></row>',
    ],
)
def test_what_would_break_is_refused(rows: str) -> None:
    """Formulas that fill more than one cell, disorder, half a sheet, a namespace that changes half-way."""
    with pytest.raises(UnsupportedWorkbook):
        patched(sheet_xml(rows), {(1, 1): "x", (3, 2): "y", (1, 3): "z"})


def test_a_formula_makes_room_and_is_counted() -> None:
    xml = sheet_xml(
        '<row r="1"><c r="A1" t="str"><f>B1</f><v>1</v></c><c r="B1"><f t="shared" si="0"/><v>2</v></c></row>'
    )
    after, found = patched_bytes(xml.encode(), {(1, 1): 5, (1, 2): 6})
    assert after.decode() == sheet_xml('<row r="1"><c r="A1"><v>5</v></c><c r="B1"><v>6</v></c></row>')
    assert found.formulas_gone == 2


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("_x0041_", "_x005F_x0041_"),
        ("a_x0041_", "a_x005F_x0041_"),
        ("_xyz_", "_xyz_"),
        ("a\x00b\x1f\x0bc\ufffe\ud800", "abc"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("]]>", "]]&gt;"),
        ("€ 😀 \u200e", "€ 😀 \u200e"),
    ],
)
def test_text_is_made_safe(value: str, stored: str) -> None:
    assert text_xml(value).decode() == stored


def test_no_cell_holds_more_than_excel_takes() -> None:
    """32,767 UTF-16 units; a mark of two units is not cut in half."""
    assert len(text_xml("x" * 40_000)) == 32_767
    assert text_xml("x" + "😀" * 20_000).decode() == "x" + "😀" * 16_383


@given(value=st.text(max_size=40))
def test_readers_see_the_text_that_was_written(value: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever people are called: calamine reads back what the writer stored."""
    from outside.xlsx.text import as_stored

    path = tmp_path_factory.mktemp("x") / "a.xlsx"
    write_workbook(path, {"A": patched(sheet_xml('<row r="1"><c r="A1"/></row>'), {(1, 1): value}, piece=999)})
    stored = as_stored(value)
    assert values(path)["A"] == ({(1, 1): stored} if stored else {})


CELLS = st.dictionaries(
    st.tuples(st.integers(1, 6), st.integers(1, 30)),
    st.one_of(st.integers(0, 9), st.sampled_from(["a", "b", ""])),
    max_size=12,
)


@given(there=CELLS, asked=CELLS, piece=st.integers(1, 40), plain=st.booleans())
def test_any_cells_over_any_others(
    there: dict[tuple[int, int], str | int],
    asked: dict[tuple[int, int], str | int],
    piece: int,
    plain: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever stood there and whatever is asked: afterwards the asked cells say what was asked, the others what they said."""
    rows = {}
    for (row, column), value in sorted(there.items()):
        kind = ' t="str"' if isinstance(value, str) else ""
        address = f' r="{column_letters(column)}{row}"'
        rows[row] = rows.get(row, "") + f"<c{address + kind if plain else kind + address}><v>{value}</v></c>"
    xml = sheet_xml("".join(f'<row r="{row}">{cells}</row>' for row, cells in rows.items()))
    path = write_workbook(tmp_path_factory.mktemp("x") / "a.xlsx", {"A": patched(xml, asked, piece=piece)})
    wanted = {place: value for place, value in {**there, **asked}.items() if value != ""}
    assert values(path)["A"] == wanted


@given(st.integers(1, 16_384))
def test_letters_and_numbers_of_columns_agree(column: int) -> None:
    assert column_number(column_letters(column)) == column


@given(
    st.lists(
        st.sampled_from(
            ["<a>", "</a>", "<a b='>'/>", "x>y", "<!-- <a> > -->", "<![CDATA[<a>>]]>", "<?p <a>?>", "'", '"', "</a >"]
        )
    ).map("".join)
)
def test_the_shadow_is_as_long_and_shows_tags_only(markup: str) -> None:
    """Offsets found in the shadow hold in the text."""
    raw = markup.encode()
    seen = mask_markup(raw)
    assert len(seen) == len(raw) and whole_up_to(raw) == len(raw)
    assert seen.count(b"<") == seen.count(b">")
