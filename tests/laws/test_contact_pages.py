"""What admins are given, as a real browser shows it and as a scan of every file and mail finds it: nobody else's data."""

from __future__ import annotations

import json
import re
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from outside.commands.given import write_given
from outside.config.settings import Settings
from servers.smtp_server import mail_server
from support.contacts_play import ExcelSheet, Play, in_excel
from support.pages import HOSTILE
from support.whole_round import choices, sync

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LINK = "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv"
NAMES = {
    "Daan": (HOSTILE[0], "Wit & Zwart"),
    "Elin": ("Chloé 🏡", "van 't Hof-" + "Lang" * 20),
    "Joop": ("@Joop #1", "O'Neil"),
}
FRAME = '<iframe style="width: 390px; height: 2000px; border: 0" srcdoc="{page}"></iframe>'
FRAMES = """<!DOCTYPE html>{frames}<script>
onload = () => {{ const told = JSON.stringify([...document.querySelectorAll("iframe")].map(frame => {{
const shown = frame.contentDocument; return {{
links: [...shown.querySelectorAll("a")].map(one => one.href), wide: shown.documentElement.scrollWidth,
back: getComputedStyle(shown.body).backgroundColor}}; }})); document.body.innerHTML = "<pre class=told></pre>";
document.querySelector("pre").innerText = told; }}</script>"""


class Asked(socketserver.StreamRequestHandler):
    """Hears whom the browser wants to reach, and answers nothing."""

    def handle(self) -> None:
        self.server.heard.append(self.rfile.readline().decode("latin-1"))  # type: ignore[attr-defined]  # made below


@contextmanager
def proxy() -> Iterator[tuple[int, list[str]]]:
    """A server that everything which a browser fetches would pass, and the requests that it heard."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Asked) as server:
        server.heard = []  # type: ignore[attr-defined]  # likewise
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], server.heard  # type: ignore[attr-defined]  # likewise
        server.shutdown()


def shown(pages: Iterable[str], folder: Path, *, dark: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """What a browser of 390 px makes of each page, and the addresses of others that it asked for."""
    frames = "".join(FRAME.format(page=escape(page)) for page in pages)
    (folder / "page.html").write_text(FRAMES.format(frames=frames), "utf-8")
    with proxy() as (port, heard):
        typed = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'browser'}"]
        typed += ["--window-size=390,2000", "--dump-dom", "--disable-background-networking", "--no-first-run"]
        typed += [f"--proxy-server=127.0.0.1:{port}", "--proxy-bypass-list=<-loopback>"]
        typed += [f"--blink-settings=preferredColorScheme={0 if dark else 1}", (folder / "page.html").as_uri()]
        dom = subprocess.run(typed, check=True, capture_output=True, encoding="utf-8", timeout=120).stdout
    told = re.search(r"<pre class=\"told\">(.*?)</pre>", dom, re.DOTALL)
    assert told, dom[-500:]
    return json.loads(unescape(told[1])), [one for one in heard if not re.search(r"google|gvt1", one)]  # its own


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> tuple[ExcelSheet, Settings]:
    """Two groups with links and hard names, of which one was given all before somebody came and somebody left."""
    sheet, [settings, _other] = in_excel(tmp_path_factory.mktemp("pages"))
    for number, row in sheet.rows("Groepen"):
        approval = {"Goedkeuring aan": "ja", "Uitnodigingslink": LINK} if row["Groep"] != "Haven" else {}
        sheet.types("Groepen", number, approval)
    sync(settings)
    write_given(settings, choices(), "Zuid", "", everybody=False)
    for number, row in sheet.rows("Deelnemers"):
        first, last = NAMES.get(row["Voornaam"], ("", ""))
        if first:
            sheet.types("Deelnemers", number, {"Voornaam": first, "Achternaam": last, "Mobiel": f"06-2346{number:04d}"})
        if row["Voornaam"] == "Iris":
            sheet.types("Deelnemers", number, {"Afgemeld op": "1-3-2026"})
    assert sync(settings, force=True) != 3
    return sheet, settings


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("dark", [False, pytest.param(True, marks=pytest.mark.long)], ids=["light", "dark"])
def test_a_browser_shows_the_page_and_asks_for_nothing(
    ground: tuple[ExcelSheet, Settings], tmp_path: Path, dark: bool
) -> None:
    """At 390 px nothing sticks out, no request leaves, and each invitation says who writes, of which group, and the link."""
    sheet, settings = ground
    pages = sorted(settings.paths.out.glob("g*/**/uitleg.html"))
    assert len(pages) == 4
    invited = {}
    seen, heard = shown([page.read_text("utf-8") for page in pages], tmp_path, dark=dark)
    assert not heard
    for page, told in zip(pages, seen, strict=True):
        assert told["wide"] == 390, (page, told["wide"])
        dim = sum(map(int, re.findall(r"\d+", told["back"])[:3])) < 3 * 128
        assert dim is dark
        for link in map(urlsplit, told["links"]):
            if link.netloc:
                assert (link.scheme, link.netloc) == ("https", "wa.me"), link
                [text] = parse_qs(link.query, strict_parsing=True)["text"]
                invited[link.path] = page.parent.name, text
    wanted, name = {}, settings.network.name
    for _number, row in sheet.rows("Deelnemers"):
        is_new = (
            row["Rol"] == ""
            and row["Status"] == "actief"
            and (row["Groep"] == "Tuindorp" or row["Voornaam"] == "@Joop #1")
        )
        if is_new:
            who = {
                "Tuindorp": "Anna Annaman, Bram Bramman en Cleo Cleoman",
                "Zuid": "Fien Fienman, Gijs Gijsman en Hans Hansman",
            }
            wanted[f"/31{row['Mobiel'].replace('-', '')[1:]}"] = (
                row["Groep"],
                (
                    f"Dag {row['Voornaam']}, hier {who[row['Groep']]}, van groep {row['Groep']} van {name}. "
                    f"U hebt zich bij ons aangemeld. Met deze link komt u in de WhatsApp-groep: {LINK}"
                ),
            )
    assert invited == wanted and len(wanted) == 3


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_browser_that_asks_for_something_is_heard(tmp_path: Path) -> None:
    page = "<!DOCTYPE html><body><p style='width: 900px'>.</p><img src='http://elders.example/a.png'></body>"
    [told], heard = shown([page], tmp_path, dark=False)
    assert told["wide"] >= 900 and any("elders.example" in one for one in heard)


def test_no_file_and_no_mail_tells_of_somebody_elses_group(tmp_path: Path) -> None:
    """Every name, number, address and Nr of everybody, in every file under out/ and every mail with contacts."""
    sheet, [plain, _other] = in_excel(tmp_path)
    with mail_server() as (plan, port):
        mail = replace(plain.mail, transport="smtp", host="127.0.0.1", port=port, security="none", bundles=True)
        settings = replace(plain, mail=mail)
        play = Play(sheet, [settings], plan=plan)
        sync(settings)
        for number, row in sheet.rows("Deelnemers"):  # one of each kind of news, and one who is blocked
            what = {
                "Daan": {"Groep": "Zuid", "Straat": "Dorpsweg"},
                "Iris": {"Afgemeld op": "1-3-2026"},
                "Joop": {"Straat": "Kerkstraat"},
                "Elin": {"Achternaam": "Anders", "Mobiel": "06-23469999"},
            }.get(row["Voornaam"], {})
            sheet.types("Deelnemers", number, what)
        sync(settings, play.today + timedelta(days=1), force=True)
        mails = [one for one in plan.messages() if "ontacten van" in str(one["Subject"])]
    texts = {
        str(path.relative_to(settings.paths.out)): (path.parent.name, path.read_text("utf-8"))
        for path in (settings.paths.out / "groepen").rglob("*")
        if path.is_file()
    }
    groups = {row["E-mail"]: row["Groep"] for _nr, row in play.admins()}
    for turn, one in enumerate(mails):
        texts[f"mail {turn}"] = groups[str(one["To"].addresses[0].addr_spec)], whole(one)
    assert len([name for name in texts if name.startswith("mail")]) == 12 and len(texts) > 16
    was = {"Daan": {"Tuindorp", "Zuid"}}  # told to the group that he left, by name and number
    for _number, row in play.people():
        words = {row["Nr"], row["Voornaam"], row["Achternaam"], row["Mobiel"][-8:], row["E-mail"]} - {""}
        words -= {"Anders"}
        for name, (group, text) in texts.items():
            found = {word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)}
            assert not found or group in was.get(row["Voornaam"], {row["Groep"]}), (name, group, found)


def whole(mail: EmailMessage) -> str:
    """All that a mail says, its attachments too, and nothing of its coding."""
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(mail["To"]), str(mail["Subject"]), *parts])
