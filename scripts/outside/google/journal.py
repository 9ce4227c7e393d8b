"""Keeps on this machine what was sent to the Google Sheet and may stand wrong, in case that a run breaks off."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any

from outside.errors import Stop
from outside.files.atomic import open_private, replace, stop_from, sync, sync_folder
from outside.google.row_matching import Cells, UnverifiedWrite, lookup_key
from outside.google.tabs import Tab, again
from roster.sheet.table import Cell

_MOST = 10_000_000
"""Cells that Google keeps in one spreadsheet."""

_PART = 2_000
"""Rows that are put into words together: a register of 100,000 must not stand in memory once more."""


@dataclass(slots=True)
class _Kept:
    """What the journal holds of one tab: its rows as they should stand, what went to it, and what is unverified."""

    rows: list[list[Cell]] = field(default_factory=list)
    news: list[tuple[int, list[Cell]]] = field(default_factory=list)
    sent: Cells = field(default_factory=dict)
    values: list[Cell] = field(default_factory=list)
    ours: list[Cell] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    column_shift: int = 0


class Journal:
    """One file of lines, for its owner alone; each line lies on the disk before what it tells of leaves.

    It counts for the run that wrote it, and for the next one on this machine and this sheet. A look is told once, as
    the rows that changed since the one before.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / "google-open.jsonl"
        self._file: IO[bytes] | None = None
        self._rows: dict[str, list[list[Cell]]] = {}
        self._looks: dict[str, Tab] = {}

    def note(
        self, sheet: str, views: Mapping[str, Tab], cells: Mapping[str, Cells], writes: Mapping[str, UnverifiedWrite]
    ) -> None:
        """Write down the cells that are about to be sent to the spreadsheet of that id. Raises Stop.

        `views` are the tabs as they should stand without them.
        """
        looks = (self._look(name, writes.get(name) or UnverifiedWrite(views[name])) for name in {**cells, **writes})
        sent = ({"tab": name, "sent": _listed(some)} for name, some in cells.items())
        self._write(chain([] if self._file else [{"sheet": sheet}], *looks, sent))

    def confirm(self) -> None:
        """All that was sent stands right."""
        if self._file is not None:
            self._file.write(b'{"settled": true}\n')

    def close(self, *, keep: bool) -> None:
        """End with the run; `keep` where something may still stand wrong."""
        if self._file is not None:
            self._file.close()
            self._file, self._rows, self._looks = None, {}, {}
        if not keep:
            self._path.unlink(missing_ok=True)

    def left_by(self, sheet: str, tabs: Mapping[str, Tab]) -> dict[str, UnverifiedWrite]:
        """What a run that broke off left in doubt in that spreadsheet, on the tabs that still stand."""
        try:
            kept = self._read(sheet)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise self._spoiled() from error
        found = {}
        for name, tab in tabs.items():
            if name not in kept:
                continue
            one = kept[name]
            values, ours = (set(map(lookup_key, cells)) for cells in (one.values, one.ours))
            write = UnverifiedWrite(again(tab, one.rows), {}, values, set(one.columns), one.column_shift, ours)
            write.add(one.sent)
            found[name] = write
        return found

    def _spoiled(self) -> Stop:
        return Stop(
            f"Het bestand {self._path.name} in de map {self._path.parent.name} is beschadigd. Daarin stond wat de "
            "afgebroken ronde misschien op een verkeerde plek zette.",
            "Kijk in het blad of er in de kolommen van Buurtbeheer iets vreemds staat, en zet zo nodig een eerdere "
            "versie terug (Bestand, Versiegeschiedenis). Verwijder daarna dat bestand, en begin opnieuw.",
        )

    def _look(self, name: str, write: UnverifiedWrite) -> Iterator[dict[str, Any]]:
        """The lines about a tab as a new look saw it; none where the last ones were about the same."""
        if self._looks.get(name) is write.meant:
            return
        rows, known = write.meant.cells, self._rows.get(name, [])
        news = [at for at, row in enumerate(rows) if at >= len(known) or known[at] is not row]
        for start in range(0, len(news), _PART):
            yield {"tab": name, "rows": [(at, rows[at]) for at in news[start : start + _PART]]}
        yield {
            "tab": name,
            "length": len(rows),
            "astray": [cell for _is_text, cell in write.values],
            "ours": [cell for _is_text, cell in write.ours],
            "columns": sorted(write.columns),
            "reach": write.column_shift,
        }
        self._looks[name], self._rows[name] = write.meant, list(rows)

    def _write(self, lines: Iterable[dict[str, Any]]) -> None:
        try:
            if self._file is None:
                new = self._path.with_suffix(".new")
                new.unlink(missing_ok=True)
                with open_private(new) as file:
                    _put(lines, file)
                replace(new, self._path)  # an older journal counts until all of it stands here
                sync_folder(self._path.parent)
                self._file = self._path.open("ab")  # Windows gives no other name to a file that is open
            else:
                _put(lines, self._file)
        except OSError as error:
            raise stop_from(error, self._path.parent.name, code=3) from error

    def _read(self, sheet: str) -> dict[str, _Kept]:
        """The last word about each tab; nothing where the journal is another run's, or all was settled."""
        kept: dict[str, _Kept] = {}
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return kept
        except OSError as error:
            raise stop_from(error, self._path.parent.name) from error
        lines = data.decode("utf-8", "surrogatepass").rstrip("\n\0").split("\n")
        for turn, written in enumerate(lines):
            try:
                line = json.loads(written)
            except ValueError:
                if turn < len(lines) - 1:
                    raise
                break  # the disk did not take the last line: what it tells of never left
            if turn == 0 and line.get("sheet") != sheet:
                break
            if "settled" in line:
                for one in kept.values():
                    one.sent, one.values, one.ours = {}, [], []
            if "tab" in line:
                _take(kept.setdefault(line["tab"], _Kept()), line)
        return {name: one for name, one in kept.items() if one.sent or one.values}


def _put(lines: Iterable[dict[str, Any]], file: IO[bytes]) -> None:
    for line in lines:
        file.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
    file.flush()
    sync(file.fileno())


def _listed(cells: Cells) -> list[tuple[int, int, Cell]]:
    return [(row, column, cell) for row, line in cells.items() for column, cell in line.items()]


def _take(kept: _Kept, line: dict[str, Any]) -> None:
    """One line about a tab. Its rows count from the line on that ends a look. Raises ValueError for another's."""
    kept.news += [(_whole(at), _row(row)) for at, row in line.get("rows", [])]
    if "length" in line:
        kept.rows = [kept.rows[at] if at < len(kept.rows) else [] for at in range(_whole(line["length"]))]
        for at, row in kept.news:
            kept.rows[at] = row
        kept.news, kept.sent = [], {}
        kept.values, kept.ours = _row(line["astray"]), _row(line.get("ours", line["astray"]))
        kept.columns = [_whole(column) for column in line["columns"]]
        kept.column_shift = int(line["reach"])
    for row, column, cell in line.get("sent", []):
        kept.sent.setdefault(_whole(row), {})[_whole(column)] = _row([cell])[0]


def _whole(number: Any) -> int:
    """A row, a column or how many there are. Google holds ten million cells (google_setup)."""
    if not isinstance(number, int) or not 0 <= number <= _MOST:
        raise ValueError("a place that is none")
    return number


def _row(cells: Any) -> list[Cell]:
    if not isinstance(cells, list) or not all(cell is None or isinstance(cell, str | int | float) for cell in cells):
        raise ValueError("cells that are none")
    return cells
