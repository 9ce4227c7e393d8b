"""A finding: what is wrong in the sheet, where, how heavy, and what mends it; and a cell that nobody could read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from roster.sheet.table import Place, Table


class Weight(Enum):
    """How heavy a finding is; the value is the word that people see."""

    BLOCKS = "blokkeert"
    NOTICE = "let op"


@dataclass(frozen=True, slots=True)
class UnreadCell:
    """A cell, or a whole row, of which reading could make nothing, or not all: why, and what mends it.

    Which rule that breaks, and how heavy it is, follows from the column (CELLS in `rules/`) where it is not given.
    """

    place: Place
    message: str
    remedy: str = ""
    rule: str = ""
    weight: Weight | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong at one place.

    `rule` is the name of the rule's function. `message` says in Dutch what is wrong, `remedy`
    what mends it; both are whole sentences and neither repeats the heading of the cell.
    """

    place: Place
    rule: str
    weight: Weight
    message: str
    remedy: str = ""

    @property
    def blocks(self) -> bool:
        """True when nothing may leave about this row until it is mended."""
        return self.weight is Weight.BLOCKS

    @property
    def line(self) -> str:
        """The finding in one line: weight, cell, what, remedy."""
        return self.under(self.place.column)

    def under(self, heading: str) -> str:
        """The same, the cell named by its heading as it stands in the sheet."""
        where = f" ({heading})" if heading else ""
        return f"{self.weight.value.capitalize()}{where}: {self.message} {self.remedy}".rstrip()


def lines_by_row(findings: Iterable[Finding], tables: Mapping[str, Table]) -> dict[str, dict[str, str]]:
    """tab -> row key -> what Meldingen says: one line a finding, what blocks first."""
    headings = {tab: table.headings for tab, table in tables.items()}
    gathered: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        gathered[finding.place.tab][finding.place.key].append(finding)
    return {
        tab: {
            key: "\n".join(
                finding.under(headings.get(tab, {}).get(finding.place.column, finding.place.column))
                for finding in sorted(row, key=lambda finding: not finding.blocks)
            )
            for key, row in rows.items()
        }
        for tab, rows in gathered.items()
    }
