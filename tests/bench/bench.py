"""Measures what `make bench` prints: every line a ratio of two things run in turns, each in its own process."""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mailing import our_settings, sink, their_files
from measure import Cost, Failed, alternate, middle, run
from shelf import HERE, SCRIPTS, Shelf, home, nobody_welcomed, sync

NO_LIMIT = math.inf
"""For what is measured to be known, and for nobody to be held to."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """One line of the table: ours against the other's, and the most that it may be; `beside` stands behind it."""

    what: str
    ours: float
    theirs: float
    unit: str
    most: float = NO_LIMIT
    beside: str = ""

    @property
    def value(self) -> float:
        """How many times the other's."""
        return self.ours / self.theirs


def cpu(what: str, ours: Cost, theirs: Cost, most: float = NO_LIMIT) -> Ratio:
    """CPU seconds, which other work on the machine hardly changes; the clock's stand beside them."""
    clock = f"{ours.seconds:.2f} / {theirs.seconds:.2f} s on the clock"
    return Ratio(what, ours.cpu, theirs.cpu, "s", most, clock)


def memory(what: str, ours: Cost, theirs: Cost, most: float = NO_LIMIT) -> Ratio:
    """Peak resident memory."""
    return Ratio(what, ours.megabytes, theirs.megabytes, "MB", most)


@dataclass(frozen=True, slots=True)
class Bench:
    """The sizes and the shelf of registers that all rows share, and where they run: all of that goes at the end."""

    shelf: Shelf
    runs: Path
    large: int
    middle: int
    new: int
    rounds: int

    def folder(self, name: str) -> Path:
        """A folder of that name to run in."""
        return self.runs / name


def floor(what: str, *arguments: str | Path) -> list[str | Path]:
    """The command for one of the things that ours is measured against."""
    return [sys.executable, HERE / "floor.py", what, *arguments]


def a_large_sync(bench: Bench) -> Iterator[Ratio]:
    """Sync with newcomers, against reading that file and putting the same cells back; peak memory against reading."""
    register, state = bench.shelf.settled(bench.large, bench.new)
    work = bench.folder("large")
    first = home(work, register, state)
    run(sync(first), codes=(0, 1))
    letters = len(list((first / "out" / "mail").rglob("*.eml")))
    cells = bench.folder("cells.pickle")
    run(floor("compare", register, first / "register.xlsx", cells))
    target = bench.folder("written.xlsx")
    synced, streamed = alternate(
        lambda: sync(home(work, register, state)),
        lambda: floor("stream", register, cells, target),
        bench.rounds,
        codes=(0, 1),
    )
    read = middle([run(floor("read", register)) for _ in range(bench.rounds)])
    yield cpu(
        f"sync of {bench.large:,} members, {letters:,} new mails / calamine + the same cells put back",
        synced,
        streamed,
        4.2,
    )
    yield memory("peak memory of that sync / calamine alone", synced, read, 1.6)


def a_quiet_round(bench: Bench) -> Iterator[Ratio]:
    """A round in which nothing is new, and one with 20 changed rows, against reading that file."""
    for members, most in ((3_600, NO_LIMIT), (bench.large, 4.5)):
        for changed in (0, 20):
            register, state = bench.shelf.quiet(members, changed)
            work = bench.folder("quiet")
            ours, theirs = alternate(
                lambda work=work, register=register, state=state: sync(home(work, register, state)),  # type: ignore[misc]  # bound now
                lambda register=register: floor("read", register),  # type: ignore[misc]  # likewise
                bench.rounds,
                codes=(0, 1),
            )
            what = f"with {changed} changed rows" if changed else "in which nothing is new"
            yield cpu(f"round of {members:,} members {what} / calamine", ours, theirs, NO_LIMIT if changed else most)


def a_preview(bench: Bench) -> Iterator[Ratio]:
    """All mails of a first round on one page, against that first round."""
    register = bench.shelf.fresh(3_600)
    work = bench.folder("preview")
    ours, theirs = alternate(
        lambda: sync(home(work, register), "preview"), lambda: sync(home(work, register)), bench.rounds, codes=(0, 1)
    )
    yield cpu("preview of a first round of 3,600 members / that round", ours, theirs)


def a_write_back(bench: Bench) -> Iterator[Ratio]:
    """Four columns in every row, streamed, against openpyxl's load and save."""
    register = bench.shelf.fresh(bench.large)
    target = bench.folder("written.xlsx")
    ours, theirs = alternate(
        lambda: floor("columns", register, target), lambda: floor("openpyxl", register, target), bench.rounds
    )
    yield cpu(f"write-back of 4 columns in {bench.large:,} rows / openpyxl load + save", ours, theirs, 0.09)
    yield memory("peak memory of that", ours, theirs, 0.05)


def a_first_sync_against_a_naive_script(bench: Bench) -> Iterator[Ratio]:
    """Everything at once on a register that nobody synced, against a script as a volunteer would write it."""
    register = bench.shelf.fresh(bench.middle)

    def naive() -> list[str | Path]:
        folder = home(bench.folder("naive"), register)
        return [sys.executable, HERE / "naive_sync.py", folder / "register.xlsx", folder / "out"]

    ours, theirs = alternate(lambda: sync(home(bench.folder("first"), register)), naive, bench.rounds, codes=(0, 1))
    yield cpu(f"whole first sync at {bench.middle:,} members / a naive script", ours, theirs, 0.15)


def the_help_of_a_door(bench: Bench) -> Iterator[Ratio]:
    """`--help` of a door, against the least that a script with options can do."""
    ours, theirs = alternate(
        lambda: [sys.executable, SCRIPTS / "sync.py", "--help"], lambda: floor("bare", "--help"), 5 * bench.rounds
    )
    yield cpu("--help of a door / a bare argparse script", ours, theirs, 2)


def the_growth(bench: Bench) -> Iterator[Ratio]:
    """Ten times as many members, ten times as many newcomers."""

    def syncing(members: int, new: int) -> Callable[[], list[str | Path]]:
        register, state = bench.shelf.settled(members, new)
        return lambda: sync(home(bench.folder(f"growth-{members}"), register, state))

    large = syncing(bench.large, bench.new)
    small = syncing(bench.large // 10, bench.new // 10)
    ours, theirs = alternate(large, small, bench.rounds, codes=(0, 1))
    yield cpu(f"growth: {bench.large // 10:,} -> {bench.large:,} members", ours, theirs, 8)


def an_example(bench: Bench, members: int) -> Path:
    """Made-up members, most of whom are to be welcomed."""
    path = bench.shelf.folder / f"example-{members}.xlsx"
    if not path.exists():  # kept from an earlier bench
        run([sys.executable, HERE / "registers.py", "example", str(members), path])
    return path


def five_hundred_mails(bench: Bench) -> Iterator[Ratio]:
    """A whole sync that mails 500 people over SMTP, against mailmerge sending 500 alike from a ready list."""
    number = 500
    with sink() as (server, port):
        ours_at, theirs_at = bench.folder("smtp"), bench.folder("mailmerge")
        theirs_at.mkdir(exist_ok=True)
        their_files(theirs_at, port, number)
        register = an_example(bench, number + number // 2)

        def ours() -> list[str | Path]:
            settings = our_settings(home(ours_at, register), port, number)
            return [sys.executable, SCRIPTS / "sync.py", "--settings", settings, "--yes", "--force"]

        def theirs() -> list[str | Path]:
            code = f"import os, sys; os.chdir({str(theirs_at)!r}); from mailmerge.__main__ import main; main()"
            return [sys.executable, "-c", code, "--no-dry-run", "--no-limit"]

        rounds = bench.rounds
        mine, other = alternate(ours, theirs, rounds, codes=(0, 1))
        if server.taken != 2 * number * rounds:
            raise Failed(f"{server.taken} mails arrived instead of {2 * number * rounds}")
    yield cpu(f"a sync that sends {number} mails / mailmerge sending {number}", mine, other, 0.5)
    yield memory("peak memory of that", mine, other)


def many_mails_to_the_outbox(bench: Bench) -> Iterator[Ratio]:
    """Ten times as many mails rendered to the outbox take ten times as long."""

    def mailing(members: int) -> tuple[Callable[[], list[str | Path]], Path]:
        place = home(bench.folder(f"mails-{members}"), an_example(bench, members))
        return lambda: sync(place), place

    most = 40_000 if bench.large == 100_000 else 4_000
    (large, at), (small, small_at) = mailing(most), mailing(most // 10)
    ours, theirs = alternate(large, small, 1, codes=(0, 1))
    letters, fewer = (len(list((folder / "out" / "mail").glob("*.eml"))) for folder in (at, small_at))
    title = (
        f"{letters:,} mails to the outbox ({letters / ours.seconds:,.0f} a second, {ours.megabytes:.0f} MB) / {fewer:,}"
    )
    yield cpu(title, ours, theirs, 11)


def calls_to_google(bench: Bench) -> Iterator[Ratio]:
    """Calls, bytes and memory of rounds on the loopback server, lock and unlock among them."""

    def counted(members: int, *more: str) -> dict[str, float]:
        done = subprocess.run(
            [sys.executable, HERE / "google_counts.py", str(members), "2000", *more],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failed(f"google_counts.py\n{done.stderr[-3000:]}")
        found: dict[str, float] = json.loads(done.stdout)
        return found

    ten = counted(10_000)
    yield Ratio("calls of a sync of 10,000 members at Google that changes nothing", ten["unchanged"], 4, "", 1)
    yield Ratio("calls of a sync of 10,000 members with 2,000 changed rows", ten["changed"], 6, "", 1)
    for name, what in (("first", "a first round without mails"), ("unchanged", "a quiet round")):
        sizes = f"{ten[f'{name} sent']:.2f} MB sent, {ten[f'{name} peak']:.0f} MB of memory at most"
        yield Ratio(
            f"bytes read by {what} of 10,000 / its largest answer",
            ten[f"{name} read"],
            ten[f"{name} answer"],
            "MB",
            beside=sizes,
        )
    for members, transport, every, more in ((3_600, "outbox", 0, 12), (1_000, "smtp", 2, 6)):
        first = counted(members, transport)
        letters = int(first["mails"])
        what = f"first sync of {members:,} members with {letters:,} letters ({transport})"
        yield Ratio(f"calls of a {what}", first["first"], every * math.ceil(letters / 50) + more, "", 1)
        sizes = f"{first['first sent']:.2f} MB sent, {first['first peak']:.0f} MB of memory at most"
        yield Ratio(
            f"bytes read by a {what} / its largest answer", first["first read"], first["first answer"], "MB", 6, sizes
        )
    if bench.large == 100_000:
        all_of_it = counted(100_000)
        yield Ratio("calls of a first sync of 100,000 members", all_of_it["first"], 27, "", 1)
        yield Ratio("its largest request, of 2 MB", all_of_it["request"], 2, "MB", 1)
        here = run(
            sync(nobody_welcomed(home(bench.folder("here"), bench.shelf.fresh(100_000)))), codes=(0, 1)
        ).megabytes
        most = here + 2 * all_of_it["first answer"]
        what = "its peak memory / the same sync on this computer + twice the largest answer"
        yield Ratio(what, all_of_it["first peak"], most, "MB", 1)


ROWS: tuple[Callable[[Bench], Iterator[Ratio]], ...] = (
    the_help_of_a_door,
    a_write_back,
    a_first_sync_against_a_naive_script,
    the_growth,
    a_large_sync,
    a_quiet_round,
    a_preview,
    five_hundred_mails,
    many_mails_to_the_outbox,
    calls_to_google,
)
"""Every measurement; a new one is a function that yields its lines."""


def main() -> int:
    """Print the table; 1 where a line is over its limit, 2 where something could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size and one round: a look, not a verdict")
    parser.add_argument("--only", default="", help="only the rows whose function's name contains this")
    parser.add_argument("--rounds", type=int, default=0, help="how often each pair is run (medians count)")
    parser.add_argument("--keep", type=Path, help="keep the registers in this folder for a next bench")
    chosen = parser.parse_args()
    shelf = Shelf(chosen.keep or Path(tempfile.mkdtemp(prefix="buurtbeheer-bench-")))
    large, rounds = (10_000, 1) if chosen.quick else (100_000, 3)
    runs = Path(tempfile.mkdtemp(prefix="runs-", dir=shelf.folder))
    bench = Bench(shelf, runs, large, 10_000 if large == 100_000 else 1_000, large // 100, chosen.rounds or rounds)
    worst = 0
    try:
        for row in ROWS:
            if chosen.only in row.__name__:
                worst = max(worst, show(row, bench))
    finally:
        shutil.rmtree(runs if chosen.keep else shelf.folder, ignore_errors=True)
    return worst


def show(row: Callable[[Bench], Iterator[Ratio]], bench: Bench) -> int:
    """Measure one row and print its lines as they come."""
    worst = 0
    try:
        for ratio in row(bench):
            good = ratio.value <= ratio.most
            worst = max(worst, 0 if good else 1)
            figures = f"{ratio.ours:9.2f} / {ratio.theirs:9.2f} {ratio.unit:<2}"
            limit = f"at most {ratio.most:6.3f}  {'good' if good else 'OVER'}" if ratio.most < NO_LIMIT else " " * 20
            beside = f"  ({ratio.beside})" if ratio.beside else ""
            print(f"{ratio.value:7.3f} ×  {limit}  {figures}  {ratio.what}{beside}", flush=True)
    except Failed as failure:
        print(f"not measured: {row.__name__}: {failure}", flush=True)
        worst = 2
    return worst


if __name__ == "__main__":
    sys.exit(main())
