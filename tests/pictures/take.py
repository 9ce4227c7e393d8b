"""Takes what `make pictures` takes: all that people see of the example, as pictures in out/pictures to look at."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from html import escape
from pathlib import Path
from zipfile import ZipFile

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
sys.path.insert(0, str(CHECKOUT / "scripts"))

from outside.launcher import IN_MENU, read_words, show_words  # noqa: E402  # found only now

DAY = "2026-03-05"
"""The day of every picture: the same people and the same findings each time."""

NEEDED = {
    "Chromium": ("chromium", "chromium-browser", "google-chrome", "msedge", "microsoft-edge"),
    "LibreOffice": ("soffice", "libreoffice"),
    "pdftoppm (van Poppler)": ("pdftoppm",),
    "pdftotext (van Poppler)": ("pdftotext",),
}
"""What takes the pictures, and the names that it goes by."""

ELSEWHERE = {
    "chromium": "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "soffice": "/Applications/LibreOffice.app/Contents/MacOS/soffice",
}

WIDE, NARROW = 1366, 390
ALL, HIGH = 4200, 798
"""A sheet of paper as wide as a tab with all its columns, and as high as a screen."""
README = CHECKOUT / "README.md"
COLUMNS = 100
"""Of the terminal."""

PAPERS = ("register.png", "mail.png", "menu.png")
"""Those that the README and the handleiding show; they stand beside this file."""

SHOWN = (
    r"Er was nog geen register\.",
    r"\d+ deelnemers: ",
    r"\d+ meldingen: ",
    r"  \d+ × blokkeert: Deelnemers \(Huisnummer\)",
    r"Klaar: ",
    r"Mails: ",
    r"Nu u:",
    r"  1\. ",
    r"  \d+\. Bekijk ",
)
"""How the lines of a first round begin that the README shows."""

# Only text and a frame: the page within thinks that it stands in a window of that width, in that colour.
_FRAME = '<!DOCTYPE html><html lang="nl"><meta charset="utf-8"><title>-</title><body style="margin: 0"><iframe title="-" src="{}" style="display: block; border: 0; width: {}px; height: {}px; color-scheme: {}"></iframe>'


def find(name: str) -> str | None:
    """Where one of the things that are needed stands on this computer."""
    for word in NEEDED[name]:
        found = shutil.which(word) or (ELSEWHERE.get(word) if Path(ELSEWHERE.get(word, "")).is_file() else None)
        if found:
            return found
    return None


def missing() -> list[str]:
    """A sentence for each thing that this computer lacks."""
    said = [
        f"{name} is hier niet gevonden. Zet het op deze computer en probeer het opnieuw."
        for name in NEEDED
        if not find(name)
    ]
    return said if os.name == "posix" else [*said, "De plaatjes van het scherm kan alleen Linux of macOS maken."]


@dataclass(frozen=True, slots=True)
class Studio:
    """The example in a folder that is thrown away, and where the pictures go."""

    ground: Path
    out: Path

    def run(self, name: str, *arguments: str | Path) -> None:
        """One of the things that are needed, in silence, with a home of its own."""
        command = [find(name) or name, *map(str, arguments)]
        subprocess.run(command, cwd=self.ground, check=True, capture_output=True, timeout=300)

    def press(self, door: str, *arguments: str) -> str:
        """What a door says in a terminal, with the marks for colour."""
        import pty  # only where there are terminals of this kind

        ours, theirs = pty.openpty()
        typed = [sys.executable, str(CHECKOUT / "scripts" / f"{door}.py"), *arguments, "--today", DAY]
        typed += ["--settings", str(self.ground / "config" / "settings.toml")]
        env = {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
        with subprocess.Popen(
            typed, cwd=self.ground, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=env
        ) as door_run:
            os.close(theirs)
            said = b"".join(iter(lambda: _read(ours), b"")).decode()
        os.close(ours)
        if door_run.returncode not in (0, 1):
            raise SystemExit(said)
        # A bar that moves shows itself between these two marks, and wipes itself out.
        return re.sub(r"\x1b\[\?25l.*?\x1b\[\?25h|\x1b\[\d*[AK]", "", said.replace("\r", ""), flags=re.DOTALL)

    def shoot(self, page: Path, name: str, width: int, height: int, scheme: str = "light") -> None:
        """One picture of a page, in a window of that width."""
        frame, picture = self.ground / "frame.html", self.out / f"{name}.png"
        frame.write_text(_FRAME.format(page.as_uri(), width, height, scheme), encoding="utf-8")
        self.chromium(frame, f"--window-size={width},{height}", f"--screenshot={picture}")
        if not picture.is_file():  # which it does not tell by its exit code
            raise SystemExit(f"Chromium maakte geen plaatje van {page.name}.")

    def chromium(self, page: Path, *arguments: str) -> None:
        """The browser without a window, and with nothing of whoever sits here."""
        own = ["--headless", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={self.ground / 'browser'}"]
        if os.getuid() == 0:
            own.append("--no-sandbox")  # it has none for root
        self.run("Chromium", *own, *arguments, page.as_uri())

    def paper(self, page: Path, name: str) -> None:
        """A page as it is printed, a picture for each sheet of A4."""
        printed = self.ground / "paper.pdf"
        self.chromium(page, "--no-pdf-header-footer", f"--print-to-pdf={printed}")
        self.sheets(printed, name)

    def sheets(self, pdf: Path, name: str) -> None:
        """A picture for each of the first sheets of a PDF."""
        self.run("pdftoppm (van Poppler)", "-r", "60", "-l", "3", "-png", pdf, self.out / f"{name}-a4")

    def office(self, kind: str, file: Path) -> Path:
        """The same in another form, as LibreOffice makes it."""
        home = f"-env:UserInstallation={(self.ground / 'office').as_uri()}"
        self.run("LibreOffice", home, "--headless", "--convert-to", kind, "--outdir", self.ground, file)
        return self.ground / f"{file.stem}.{kind}"


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other side has gone
        return b""


def take_screen(studio: Studio, said: str, name: str) -> None:
    """What a terminal showed."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), legacy_windows=False)
    console.print(Text.from_ansi(said), soft_wrap=True)
    page = studio.ground / "screen.html"
    page.write_text(console.export_html(theme=DIMMED_MONOKAI, inline_styles=True), encoding="utf-8")
    studio.shoot(page, name, 1000, 60 + 20 * said.count("\n"))


def take_menu(studio: Studio) -> None:
    """What the launchers open."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        show_words(CHECKOUT, read_words(CHECKOUT), IN_MENU)
    take_screen(studio, f"{said.getvalue().lstrip()}\n> ", "menu")


def first_round() -> list[str]:
    """The lines of a first round that the README shows, as a pipe gets them: a terminal cuts what is long."""
    with tempfile.TemporaryDirectory() as folder:
        ground = Path(folder)
        shutil.copytree(CHECKOUT / "config", ground / "config", ignore=shutil.ignore_patterns("secrets"))
        typed = [sys.executable, str(CHECKOUT / "scripts" / "sync.py"), "--yes", "--today", DAY]
        typed += ["--settings", str(ground / "config" / "settings.toml")]
        ended = subprocess.run(typed, cwd=ground, capture_output=True, encoding="utf-8", check=False)
    said = [re.match(start, line) and line for start in SHOWN for line in ended.stdout.splitlines()]
    return [line for line in said if line]


def renew_papers(out: Path) -> None:
    """The pictures and the lines of output that stand in the papers."""
    for name in PAPERS:
        shutil.copy(out / name, HERE)
    lines = "".join(f"    {line}\n" for line in ("$ make sync", *first_round()))
    text = re.sub(r"(?m)^    \$ make sync\n(?:    .+\n)+", lambda _: lines, README.read_text(encoding="utf-8"))
    README.write_text(text, encoding="utf-8")


def take_register(studio: Studio, register: Path) -> None:
    """The first screen of each tab at both widths, all of its columns, and how it is printed."""
    printed = studio.office("pdf", register)
    studio.run("pdftoppm (van Poppler)", "-r", "60", "-png", printed, studio.out / "tab-a4")
    shown = studio.office("pdf", _on_one_sheet(register, studio.ground / "wide.xlsx"))
    for tab, number in _first_pages(studio, shown):
        for width in (WIDE, NARROW, ALL):
            place = ("-r", "96", "-f", number, "-x", "0", "-y", "0", "-W", str(width), "-H", str(HIGH - 30))
            name = studio.out / f"tab-{tab}-{'all' if width == ALL else width}"
            studio.run("pdftoppm (van Poppler)", *place, "-singlefile", "-png", shown, name)
        if tab == "groepen":
            place = ("-r", "72", "-f", number, "-x", "0", "-y", "0", "-W", "1000", "-H", "450")
            studio.run("pdftoppm (van Poppler)", *place, "-singlefile", "-png", shown, studio.out / "register")


def _on_one_sheet(register: Path, wide: Path) -> Path:
    """The register with each tab on paper of ALL by HIGH, so that it is printed as a screen shows it."""
    millimetre = 25.4 / 96
    instead = {
        r"<pageSetUpPr[^>]*/>": "",
        r"<printOptions[^>]*/>": "",
        r"<pageMargins[^>]*/>": '<printOptions headings="1"/>'
        '<pageMargins left="0" right="0" top="0" bottom="0.3" header="0" footer="0.05"/>',
        r"<pageSetup [^>]*/>": f'<pageSetup paperWidth="{ALL * millimetre}mm" paperHeight="{HIGH * millimetre}mm"/>',
        r'<definedName name="_xlnm.Print_[^>]*>[^<]*</definedName>': "",
    }
    with ZipFile(register) as source, ZipFile(wide, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            if part.startswith("xl/work") and part.endswith(".xml"):
                text = content.decode()
                for old, new in instead.items():
                    text = re.sub(old, new, text)
                content = text.encode()
            target.writestr(part, content)
    return wide


def _first_pages(studio: Studio, shown: Path) -> Iterator[tuple[str, str]]:
    """Each tab, and which page shows its beginning: the name stands below each."""
    words = studio.ground / "words.txt"
    studio.run("pdftotext (van Poppler)", shown, words)
    known: set[str] = set()
    for number, page in enumerate(words.read_text(encoding="utf-8").split("\f"), start=1):
        tab = "".join(re.findall(r"(.+), bladzijde \d+ van", page)[-1:]).strip().lower().replace(" ", "-")
        if tab and tab not in known:
            known.add(tab)
            yield tab, str(number)


def take_mails(studio: Studio, folder: Path) -> None:
    """Each kind in each language on a phone, light and dark, and on a large screen."""
    for file in sorted(folder.glob("*.eml"), key=lambda one: one.stat().st_mtime_ns):
        message = message_from_bytes(file.read_bytes(), policy=default)
        body = message.get_body(("html",))
        plain = message.get_body(("plain",))
        assert body is not None and plain is not None
        kind = str(message["Message-ID"]).strip("<").partition(".")[0]
        name = f"mail-{kind}-{message['Content-Language']}"
        if kind == "welcome":
            known = (studio.out / f"{name}-member-{WIDE}.png").exists()
            name = f"{name}-{'admin' if known else 'member'}"  # in that order they were made
        page = studio.ground / "mail.html"
        page.write_text(body.get_content(), encoding="utf-8")
        for scheme in ("light", "dark"):
            studio.shoot(page, f"{name}-{NARROW}-{scheme}", NARROW, 1700, scheme)
        studio.shoot(page, f"{name}-{WIDE}", WIDE, 1400)
        if name == "mail-welcome-nl-member":
            studio.shoot(page, "mail", NARROW, 844)
            studio.paper(page, name)
        page.write_text(f"<pre>{escape(plain.get_content())}</pre>", encoding="utf-8")
        studio.shoot(page, f"{name}-plain", 700, 1700)


def take_pages(studio: Studio, out: Path) -> None:
    """The pages that lie ready in out/, of those in its folders the fullest of each kind: both widths, light, dark, paper."""
    kinds: dict[str, Path] = {}
    for page in sorted(out.rglob("*.html"), key=lambda one: one.stat().st_size):
        folder = page.relative_to(out).parts[0]
        apart = folder in ("inzage", "stickers")  # where each page bears the name of what it is about
        kinds[page.stem if page.parent == out else folder if apart else f"{folder}-{page.stem}"] = page
    for name, page in kinds.items():
        for width in (WIDE, NARROW):
            for scheme in ("light", "dark"):
                studio.shoot(page, f"{name}-{width}-{scheme}", width, 2400, scheme)
        studio.paper(page, name)
    for pdf in sorted(out.rglob("*.pdf"))[:1]:
        studio.sheets(pdf, f"pdf-{pdf.stem}")


def take(studio: Studio) -> None:
    """All of them: two rounds on the example, its mails, its pages, its register."""
    shutil.copytree(CHECKOUT / "config", studio.ground / "config", ignore=shutil.ignore_patterns("secrets"))
    take_menu(studio)
    take_screen(studio, studio.press("sync", "--yes"), "sync-first")
    take_screen(studio, studio.press("sync", "--yes"), "sync-second")
    studio.press("preview")
    studio.press("show", "--who", "D-0008")
    studio.press("relay", "--text", "Nu babbeltruc in de Kerkstraat. Doe niet open.", "--yes")
    studio.press("test_mail", "--to", "sanne@mail.example", "--yes")
    take_register(studio, studio.ground / "register.xlsx")
    take_pages(studio, studio.ground / "out")
    take_mails(studio, studio.ground / "out" / "proefmails")


def main() -> int:
    """The exit code."""
    asked = argparse.ArgumentParser(description="Maakt van alles wat mensen zien een plaatje.")
    asked.add_argument("--out", type=Path, default=CHECKOUT / "out" / "pictures", help="waar ze komen")
    asked.add_argument("--readme", action="store_true", help="vernieuw ook wat README en HANDLEIDING laten zien")
    given = asked.parse_args()
    lacks = missing()
    for sentence in lacks:
        sys.stderr.write(f"{sentence}\n")
    if lacks:
        return 2
    out = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    for before in out.glob("*.png"):
        before.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        take(Studio(Path(folder), out))
    if given.readme:
        renew_papers(out)
    sys.stdout.write(f"{len(list(out.glob('*.png')))} plaatjes staan in {out}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
