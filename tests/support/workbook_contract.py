"""What every register must do, whoever keeps it: a class of tests that each back end runs on a register of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import pytest

from outside.errors import Changed
from outside.workbook import Workbook
from roster.plan.steps import AddRow, SetCell
from roster.sheet.columns import TAB, TABS
from roster.sheet.table import Cell, Place, Table, says

PEOPLE: tuple[Mapping[str, Cell], ...] = (
    {"Nr": "D-0001", "Voornaam": "Fenna", "Achternaam": "Zandhoek", "Mobiel": "06-58765401", "Status": "actief"},
    {"Voornaam": "Joris", "Achternaam": "Duinpad", "Mobiel": "06-58765402", "Meldingen": "Let op: oud"},
    {"Voornaam": "Joris", "Achternaam": "Duinpad", "Mobiel": "06-58765402"},
    {
        "Nr": "D-0009",
        "Voornaam": "Aïcha",
        "Achternaam": "Sœur <&> 'x'",
        "Mobiel": "06-58765404",
        "Opmerking": "regel 1\nregel 2",
    },
)
"""Four members: two with a Nr, two without; one whose text has marks that XML gives a meaning."""


def rows_of(tab: str, lines: Sequence[Mapping[str, Cell]]) -> list[list[Cell]]:
    """Lines by heading as rows in the order of the register's columns."""
    return [[line.get(heading) for heading in TAB[tab].headings] for line in lines]


class WorkbookContract(ABC):
    """Subclass it, name the class Test…, and say how a register is made and opened."""

    @abstractmethod
    def make(
        self,
        rows: Mapping[str, Sequence[Sequence[Cell]]],
        without: Sequence[str] = (),
        without_columns: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """A new register with these rows; without some tabs, and without some columns of a tab."""

    @abstractmethod
    def open(self) -> Workbook:
        """The register that was made, not read yet; called again it is another run's view of the same one."""

    @abstractmethod
    def edit(self, tab: str, row: int, heading: str, value: Cell) -> None:
        """A person types in a cell while nobody looks."""

    @abstractmethod
    def merge(self, tab: str, rows: tuple[int, int], headings: tuple[str, str]) -> None:
        """A person merges a block of cells, from row to row and from heading to heading."""

    @pytest.fixture
    def workbook(self) -> Workbook:
        """A register with four members."""
        self.make({"Deelnemers": rows_of("Deelnemers", PEOPLE)})
        return self.open()

    def members(self) -> Table:
        """Tab Deelnemers as another run sees it."""
        return self.open().read()["Deelnemers"]

    def column(self, heading: str, tab: str = "Deelnemers") -> list[Cell]:
        """A column as another run sees it, blanks as ""."""
        return ["" if cell is None else cell for cell in self.open().read()[tab].column(heading)]

    def test_all_tabs_are_read_with_their_places(self, workbook: Workbook) -> None:
        """Every tab by the register's own title; row 2 is the first below the headings."""
        tables = workbook.read()
        assert list(tables) == [tab.title for tab in TABS]
        table = tables["Deelnemers"]
        found = [set(tables[tab.title].columns) - {column.heading for column in tab.at_google} for tab in TABS]
        assert found == [set(tab.headings) for tab in TABS]
        assert table.first == 2 and len(table.rows) == 4
        assert table.cell(3, "Achternaam") == "Sœur <&> 'x'" and table.cell(3, "Opmerking") == "regel 1\nregel 2"
        assert table.keys[0] == "D-0001" and len(set(table.keys)) == 4

    def test_cells_are_written_in_their_rows(self, workbook: Workbook) -> None:
        """By key, over what stood there; texts, numbers, and "" to empty a cell."""
        table = workbook.read()["Deelnemers"]
        steps = [
            SetCell(table.place(0, "Status"), "wachtlijst", "actief"),
            SetCell(table.place(1, "Meldingen"), "", "Let op: oud"),
            SetCell(table.place(2, "Nr"), "D-0003"),
            SetCell(table.place(3, "Meldingen"), "Blokkeert: a < b & c.\nLet op: 'd' \"e\" é 😀"),
        ]
        written = workbook.write(steps)
        assert set(written.done) == set(steps) and written.left == ()
        assert self.column("Status") == ["wachtlijst", "", "", ""]
        assert self.column("Meldingen") == ["", "", "", "Blokkeert: a < b & c.\nLet op: 'd' \"e\" é 😀"]
        assert self.column("Nr") == ["D-0001", "", "D-0003", "D-0009"]

    def test_nothing_else_changes(self, workbook: Workbook) -> None:
        """After a write every other cell of every tab says what it said."""
        before = workbook.read()
        workbook.write([SetCell(before["Deelnemers"].place(1, "Status"), "actief")])
        after = self.open().read()
        for tab, table in before.items():
            assert after[tab].columns == table.columns
            for index, row in enumerate(table.rows):
                for heading in table.columns:
                    if (tab, index, heading) != ("Deelnemers", 1, "Status"):
                        assert after[tab].cell(index, heading) == table.cell(index, heading), (tab, row, heading)

    def test_numbers_come_back_as_numbers(self, workbook: Workbook) -> None:
        self.make({"Groepen": rows_of("Groepen", [{"Groep": "Noord"}])})
        workbook = self.open()
        table = workbook.read()["Groepen"]
        workbook.write([SetCell(table.place(0, "Aantal"), 256), SetCell(table.place(0, "Vrij"), 0)])
        again = self.open().read()["Groepen"]
        assert says(again.cell(0, "Aantal"), 256) and says(again.cell(0, "Vrij"), 0)

    def test_a_cell_that_no_longer_says_what_was_expected_is_left(self, workbook: Workbook) -> None:
        """The other steps of the write go on."""
        table = workbook.read()["Deelnemers"]
        wrong = SetCell(table.place(0, "Status"), "geblokkeerd", "wachtlijst")
        gone = SetCell(Place("Deelnemers", 9, "D-7777", "Status"), "actief")
        right = SetCell(table.place(1, "Status"), "actief")
        written = workbook.write([wrong, gone, right])
        assert written.done == (right,) and set(written.left) == {wrong, gone}
        assert self.column("Status") == ["actief", "actief", "", ""]

    def test_a_column_of_people_is_never_written(self, workbook: Workbook) -> None:
        """Whoever plans that has a bug, and it shows as one."""
        table = workbook.read()["Deelnemers"]
        with pytest.raises(ValueError, match="not the software's"):
            workbook.write([SetCell(table.place(0, "Voornaam"), "Piet", "Fenna")])
        assert self.column("Voornaam") == ["Fenna", "Joris", "Joris", "Aïcha"]

    def test_a_second_write_goes_by_the_same_keys(self, workbook: Workbook) -> None:
        """A row that got its Nr in the first write is still found by its old key, and by the new one."""
        table = workbook.read()["Deelnemers"]
        workbook.write([SetCell(table.place(1, "Nr"), "D-0002")])
        second = [
            SetCell(table.place(1, "Status"), "actief"),
            SetCell(Place("Deelnemers", 3, "D-0002", "Welkom"), "klaargezet"),
        ]
        assert workbook.write(second).left == ()
        assert workbook.write([SetCell(table.place(1, "Status"), "geblokkeerd", "actief")]).left == ()
        assert self.column("Status") == ["actief", "geblokkeerd", "", ""]
        assert self.column("Welkom") == ["", "klaargezet", "", ""]

    def test_rows_are_added_below_the_last_one(self, workbook: Workbook) -> None:
        """Row after row, over several writes; a row that was added can be changed at once."""
        workbook.read()
        first = AddRow("Beheerders", "D-0001", (("Nr", "D-0001"), ("Naam", "Fenna Zandhoek"), ("Groep", "Noord")))
        second = AddRow("Beheerders", "D-0009", (("Nr", "D-0009"), ("Meldingen", "Let op: x")))
        assert workbook.write([first]).done == (first,)
        assert (
            workbook.write(
                [second, SetCell(Place("Beheerders", 0, "D-0001", "Naam"), "F. Zandhoek", "Fenna Zandhoek")]
            ).left
            == ()
        )
        assert self.column("Nr", "Beheerders") == ["D-0001", "D-0009"]
        assert self.column("Naam", "Beheerders") == ["F. Zandhoek", ""]
        assert self.column("Meldingen", "Beheerders") == ["", "Let op: x"]

    def test_missing_columns_of_the_softwares_are_added(self) -> None:
        """Right of what stands there, and only once something is written in them."""
        self.make({"Deelnemers": rows_of("Deelnemers", PEOPLE)}, without_columns={"Deelnemers": ("Welkom", "Status")})
        workbook = self.open()
        table = workbook.read()["Deelnemers"]
        assert table.cell(0, "Status") is None
        empty, full = SetCell(table.place(0, "Welkom"), ""), SetCell(table.place(1, "Status"), "actief")
        assert workbook.write([empty, full]).left == ()
        again = self.members()
        assert again.columns["Status"] > max(position for heading, position in table.columns.items())
        assert "Welkom" not in again.columns
        assert self.column("Status") == ["", "actief", "", ""]

    def test_a_missing_tab_beheerders_is_added(self) -> None:
        """With all its headings, people's two as well."""
        self.make({"Deelnemers": rows_of("Deelnemers", PEOPLE)}, without=("Beheerders",))
        workbook = self.open()
        assert "Beheerders" not in workbook.read()
        assert workbook.write([AddRow("Beheerders", "D-0001", (("Nr", "D-0001"), ("Naam", "Fenna")))]).left == ()
        table = self.open().read()["Beheerders"]
        assert set(table.columns) == set(TAB["Beheerders"].headings)
        assert self.column("Naam", "Beheerders") == ["Fenna"]

    def test_what_is_right_already_is_done_without_a_change(self, workbook: Workbook) -> None:
        table = workbook.read()["Deelnemers"]
        step = SetCell(table.place(0, "Status"), "actief", "actief")
        assert workbook.write([step]).done == (step,)
        assert workbook.write([]).done == ()

    def test_a_cell_that_says_so_already_is_done_whatever_was_expected(self, workbook: Workbook) -> None:
        """The same steps once more, as a plan asks of what its own mail round wrote first: all done, nothing doubled."""
        table = workbook.read()["Deelnemers"]
        steps = [
            SetCell(table.place(1, "Nr"), "D-0002"),
            SetCell(table.place(0, "Status"), "actief", "wachtlijst"),
            SetCell(table.place(1, "Meldingen"), "", "Let op: oud"),
            AddRow("Beheerders", "D-0001", (("Nr", "D-0001"), ("Naam", "Fenna Zandhoek"), ("Groep", ""))),
        ]
        for _turn in range(2):
            written = workbook.write(steps)
            assert (set(written.done), written.left, written.merged) == (set(steps), (), ())
        assert self.column("Nr") == ["D-0001", "D-0002", "", "D-0009"]
        assert self.column("Nr", "Beheerders") == ["D-0001"]

    def test_a_cell_under_a_merged_one_is_called_that(self, workbook: Workbook) -> None:
        """Over rows and over columns; the cell that shows, and one that is empty and should be, are done."""
        self.merge("Deelnemers", (2, 3), ("Status", "Status"))
        self.merge("Deelnemers", (4, 4), ("Status", "Meldingen"))
        workbook = self.open()
        table = workbook.read()["Deelnemers"]
        shown = [SetCell(table.place(0, "Status"), "wachtlijst", "actief"), SetCell(table.place(2, "Status"), "actief")]
        blank = SetCell(table.place(2, "Meldingen"), "")
        hidden = SetCell(table.place(1, "Status"), "actief")
        over = SetCell(table.place(3, "Status"), "actief", "iets dat er niet staat")
        written = workbook.write([*shown, blank, hidden, over])
        assert set(written.done) == {*shown, blank}
        assert set(written.left) == {hidden, over} and written.merged == (hidden,)
        assert self.column("Status") == ["wachtlijst", "", "actief", ""]

    def test_a_person_in_between_is_never_overwritten(self, workbook: Workbook) -> None:
        """Either the write says that the register changed, or his cell is left; his word stands in both cases."""
        table = workbook.read()["Deelnemers"]
        self.edit("Deelnemers", 2, "Opmerking", "intussen getypt")
        self.edit("Deelnemers", 3, "Status", "zelf getypt")
        step = SetCell(table.place(1, "Status"), "actief")
        try:
            assert workbook.write([step]).left == (step,)
        except Changed:
            workbook.read()
            assert workbook.write([step]).left == (step,)
        assert self.column("Opmerking")[0] == "intussen getypt"
        assert self.column("Status")[1] == "zelf getypt"

    def test_two_runs_do_not_meet(self, workbook: Workbook) -> None:
        """The second comer gets a Stop; once the first is done there is room again."""
        from outside.errors import Stop

        with workbook.lock(), pytest.raises(Stop), self.open().lock():
            pass
        with self.open().lock():
            pass
