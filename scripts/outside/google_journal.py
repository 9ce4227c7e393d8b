"""Keeps on this machine what was sent to the Google Sheet and may stand wrong, in case that a run breaks off."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from outside.files import trouble
from outside.google_moved import Cells, Doubt, mark_of
from outside.google_tabs import Tab, again
from roster.table import Cell


@dataclass(slots=True)
class _Kept:
    """What the journal holds of one tab: its rows as they should stand, what went to it, and older doubts."""

    rows: list[list[Cell]] = field(default_factory=list)
    sent: Cells = field(default_factory=dict)
    astray: list[Cell] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    reach: int = 0


class Journal:
    """One file of lines, for its owner alone; each line lies on the disk before what it tells of leaves.

    It counts for the run that wrote it, and for the next one that finds the lock of that run still standing:
    then nobody else was at work in between. Rows that did not change since the last line are not written again.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / "google-open.jsonl"
        self._file: BinaryIO | None = None
        self._rows: dict[str, list[list[Cell]]] = {}

    def note(
        self, since: int, views: Mapping[str, Tab], sent: Mapping[str, Cells], doubts: Mapping[str, Doubt]
    ) -> None:
        """Write down what is about to be sent to these tabs, by a run that holds the lock since then. Raises Stop."""
        lines: list[dict[str, Any]] = [] if self._file else [{"since": since}]
        for name in {**sent, **doubts}:
            doubt = doubts.get(name) or Doubt(views[name])
            lines.append(self._line(name, doubt, sent.get(name, doubt.sent)))
        self._write(lines)

    def settle(self) -> None:
        """All that was sent stands right."""
        if self._file is not None:
            self._file.write(b'{"settled": true}\n')

    def close(self, *, keep: bool) -> None:
        """End with the run; `keep` where something may still stand wrong."""
        if self._file is not None:
            self._file.close()
            self._file, self._rows = None, {}
        if not keep:
            self._path.unlink(missing_ok=True)

    def left_by(self, since: int, tabs: Mapping[str, Tab]) -> dict[str, Doubt]:
        """What a run that held the lock since then left in doubt, on the tabs that still stand."""
        kept = self._read(since)
        found = {}
        for name, tab in tabs.items():
            if name not in kept:
                continue
            one = kept[name]
            doubt = Doubt(again(tab, one.rows), {}, set(map(mark_of, one.astray)), set(one.columns), one.reach)
            doubt.add(one.sent)
            found[name] = doubt
        return found

    def _line(self, name: str, doubt: Doubt, sent: Cells) -> dict[str, Any]:
        return {
            "tab": name,
            "length": len(doubt.meant.cells),
            "rows": self._news(name, doubt.meant.cells),
            "sent": [(row, column, cell) for row, line in sent.items() for column, cell in line.items()],
            "astray": [cell for _is_text, cell in doubt.values],
            "columns": sorted(doubt.columns),
            "reach": doubt.reach,
        }

    def _news(self, name: str, rows: list[list[Cell]]) -> list[tuple[int, list[Cell]]]:
        """The rows that are not the very same as in the last line about this tab."""
        known = self._rows.get(name, [])
        self._rows[name] = list(rows)
        return [(at, row) for at, row in enumerate(rows) if at >= len(known) or known[at] is not row]

    def _write(self, lines: list[dict[str, Any]]) -> None:
        try:
            if self._file is None:
                new = self._path.with_suffix(".new")
                new.unlink(missing_ok=True)
                self._file = os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
                self._put(lines)
                new.replace(self._path)  # an older journal counts until all of it stands here
            else:
                self._put(lines)
        except OSError as error:
            raise trouble(error, self._path.parent.name, code=3) from error

    def _put(self, lines: list[dict[str, Any]]) -> None:
        assert self._file is not None
        for line in lines:
            self._file.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self, since: int) -> dict[str, _Kept]:
        """The last word about each tab; nothing where the journal is another run's, or all was settled."""
        kept: dict[str, _Kept] = {}
        try:
            text = self._path.read_bytes().decode("utf-8", "surrogatepass")
        except OSError:
            return kept
        for turn, written in enumerate(text.split("\n")):
            try:
                line = json.loads(written)
            except ValueError:
                break  # the disk did not take the last line: what it tells of never left
            if turn == 0 and line.get("since") != since:
                break
            if "settled" in line:
                for one in kept.values():
                    one.sent, one.astray = {}, []
            if "tab" in line:
                _take(kept.setdefault(line["tab"], _Kept()), line)
        return {name: one for name, one in kept.items() if one.sent or one.astray}


def _take(kept: _Kept, line: dict[str, Any]) -> None:
    kept.rows = [kept.rows[at] if at < len(kept.rows) else [] for at in range(line["length"])]
    for at, row in line["rows"]:
        kept.rows[at] = row
    kept.sent = {}
    for row, column, cell in line["sent"]:
        kept.sent.setdefault(row, {})[column] = cell
    kept.astray, kept.columns, kept.reach = line["astray"], line["columns"], line["reach"]
