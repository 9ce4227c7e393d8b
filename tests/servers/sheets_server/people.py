"""Volunteers at work in the sheet, between any two calls of the software."""

from __future__ import annotations

from dataclasses import dataclass, replace

from servers.sheets_server.book import Book, Box, Tab, letters, number_of
from servers.sheets_server.cells import Look, Value, typed
from servers.sheets_server.grid import delete_lines, insert_lines, sort_rows
from servers.sheets_server.refusal import Json
from servers.sheets_server.schema import laid_over


@dataclass(frozen=True)
class Person:
    """Somebody with the sheet open. Rows are numbered as on the screen, from 1; columns go by heading or letter.

    What is typed becomes what Google makes of it; a protected range (but not a warning) stops a person with Refused.
    """

    book: Book
    email: str = "vrijwilliger@mail.example"

    def _place(self, title: str, row: int, column: str) -> tuple[Tab, int, int]:
        tab = self.book.tab(title)
        headings = list(tab.row(0).values)
        index = headings.index(column) if column in headings else number_of(column)
        self.book.guard(self.email, tab, Box(row - 1, index, row, index + 1))
        return tab, row - 1, index

    def types(self, title: str, row: int, column: str, text: str) -> None:
        """Type in a cell; "" empties it."""
        tab, r, c = self._place(title, row, column)
        old = tab.row(r).look(c)
        value, new = typed(text, self.book.locale, old.format, self.book.today)
        look = Look(laid_over(old.format, new, {"numberFormat": {}}), old.note, old.validation) if new else old
        tab.put(r, c, value, look)

    def sets(self, title: str, row: int, column: str, value: Value) -> None:
        """Put exactly this value (a number for a day, a Formula …) in a cell."""
        tab, r, c = self._place(title, row, column)
        tab.put(r, c, value)

    def pastes_chip(self, title: str, row: int, column: str, shown: str, chip: Json) -> None:
        """Paste an address of which Google makes a chip: `chip` as the API tells it, `shown` the name on it."""
        self._links(title, row, column, shown, {"chipRuns": [{"chip": chip}]})

    def links(self, title: str, row: int, column: str, word: str, address: str) -> None:
        """Put a link behind a word."""
        self._links(title, row, column, word, {"hyperlink": address})

    def _links(self, title: str, row: int, column: str, shown: str, link: Json) -> None:
        tab, r, c = self._place(title, row, column)
        tab.put(r, c, shown, replace(tab.row(r).look(c), link=link))

    def inserts_row(self, title: str, row: int, *texts: str) -> None:
        """Insert a row above the one that is `row` now, and type it."""
        tab = self.book.tab(title)
        insert_lines(self.book, tab, True, row - 1, 1, before=row > 1)
        for column, text in enumerate(texts):
            if text:
                self.types(title, row, letters(column), text)

    def deletes_row(self, title: str, row: int) -> None:
        tab = self.book.tab(title)
        self.book.guard(self.email, tab, Box(row - 1, 0, row, tab.column_count))
        delete_lines(self.book, tab, True, row - 1, row)

    def copies_row(self, title: str, row: int, to: int) -> None:
        """Copy a row, its Nr too, into a row inserted above the one that is `to` now."""
        tab = self.book.tab(title)
        copied = tab.row(row - 1)
        insert_lines(self.book, tab, True, to - 1, 1, before=False)
        tab.put_row(to - 1, copied)

    def cuts_row(self, title: str, row: int, to: int) -> None:
        """Move a row to stand where `to` stands now."""
        self.copies_row(title, row, to)
        self.deletes_row(title, row + 1 if to <= row else row)

    def sorts(self, title: str, column: str, descending: bool = False) -> None:
        """Sort all but the headings."""
        tab, _, index = self._place(title, 1, column)
        box = Box(1, 0, tab.row_count, tab.column_count)
        self.book.guard(self.email, tab, box)
        sort_rows(tab, box, [(index, descending)])

    def filters(self, title: str, column: str, hidden: str) -> None:
        """Filter away the rows that hold this text in the column."""
        tab, _, index = self._place(title, 1, column)
        tab.things["basicFilter"] = {"range": tab.grid_range(tab.whole)}
        for number, row in enumerate(tab.rows[1:], 1):
            if row.value(index) == hidden:
                tab.rows[number] = row._replace(meta={**row.meta, "hiddenByFilter": True})

    def inserts_column(self, title: str, column: str, heading: str) -> None:
        """Insert a column before this one."""
        tab, _, index = self._place(title, 1, column)
        insert_lines(self.book, tab, False, index, 1, before=False)
        tab.put(0, index, heading)

    def deletes_column(self, title: str, column: str) -> None:
        tab, _, index = self._place(title, 1, column)
        self.book.guard(self.email, tab, Box(0, index, tab.row_count, index + 1))
        delete_lines(self.book, tab, False, index, index + 1)

    def drags_column(self, title: str, column: str, to: int) -> None:
        """Move a column to stand before the one that is number `to` (from 0) now."""
        tab, _, index = self._place(title, 1, column)
        moved = [row.values[index] if index < len(row.values) else None for row in tab.rows]
        insert_lines(self.book, tab, False, to, 1, before=False)
        for row, value in enumerate(moved):
            if value is not None:
                tab.put(row, to, value)
        gone = index + 1 if to <= index else index
        delete_lines(self.book, tab, False, gone, gone + 1)

    def merges(self, title: str, rows: tuple[int, int], columns: tuple[str, str]) -> None:
        """Merge a block of cells into one, which keeps what stands at its top left."""
        tab, top, left = self._place(title, rows[0], columns[0])
        _, bottom, right = self._place(title, rows[1], columns[1])
        box = Box(top, left, bottom + 1, right + 1)
        for row in range(box.top, box.bottom):
            for column in range(box.left, box.right):
                if (row, column) != (top, left):
                    tab.put(row, column, None)
        tab.things.setdefault("merges", []).append(tab.grid_range(box))

    def renames_tab(self, title: str, to: str) -> None:
        self.book.tab(title).properties["title"] = to

    def deletes_tab(self, title: str) -> None:
        self.book.tabs.remove(self.book.tab(title))
        self.book.number_tabs()

    def row_with(self, title: str, column: str, value: Value) -> int:
        """The number on the screen of the first row that holds this value in the column."""
        tab = self.book.tab(title)
        index = tab.column(column)
        return next(n for n, row in enumerate(tab.rows, 1) if n > 1 and row.value(index) == value)
