"""Whoever cannot see, hear or point well can use every page and mail: what axe, the field's own reader, says of them."""

from __future__ import annotations

import importlib.resources
import json
import re
import shutil
import subprocess
from email import message_from_bytes
from email.policy import default
from html import unescape
from pathlib import Path

import pytest

from support.pressed import press

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CONFIG = Path(__file__).resolve().parents[2] / "config"
PRESSED = (
    ("sync", "--yes"),
    ("preview",),
    ("show", "--who", "D-0008"),
    ("test_mail", "--to", "sanne@mail.example", "--yes"),
)
ASK = """<script>{axe}</script><script>axe.run(document, {{iframes: false, resultTypes: ["violations"]}}).then(found => {{
document.documentElement.innerHTML = "<body><pre class=told>"; document.querySelector("pre").innerText = JSON.stringify(
found.violations.map(one => one.id + ": " + one.nodes.map(node => node.html.slice(0, 120)).slice(0, 3).join(" ; ")))}})
</script>"""

pytestmark = [pytest.mark.long, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The fullest page of each kind that the example gets, and each mail."""
    folder = tmp_path_factory.mktemp("everybody")
    shutil.copytree(CONFIG, folder / "config", ignore=shutil.ignore_patterns("secrets"))
    for door, *typed in PRESSED:
        done = press(door, "--settings", "config/settings.toml", "--today", "2026-03-05", *typed, cwd=folder)
        assert done.returncode in (0, 1), f"{door}: {done.stdout}{done.stderr}"
    out, found = folder / "out", {}
    for page in sorted(out.rglob("*.html"), key=lambda one: one.stat().st_size):
        top = page.relative_to(out).parts[0]
        found[top if top in ("inzage", "stickers", page.name) else f"{top}/{page.name}"] = page.read_text("utf-8")
    for letter in (out / "proefmails").glob("*.eml"):
        message = message_from_bytes(letter.read_bytes(), policy=default)
        body = message.get_body(("html",))
        assert body is not None
        found[f"{message['Content-Language']}: {message['Subject']}"] = body.get_content()
    return found


def violations(page: str, folder: Path, *, dark: bool) -> list[str]:
    """What axe finds on a page as a phone of 390 px shows it."""
    axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    page = re.sub("<meta[^>]*Content-Security-Policy[^>]*>", "", page)  # which lets no script in, not even this
    asking = folder / "page.html"
    asking.write_text(
        page.replace("</body>", ASK.format(axe=axe.replace("</script", "<\\/script")) + "</body>"), "utf-8"
    )
    typed = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'browser'}"]
    typed += ["--virtual-time-budget=20000", "--window-size=390,2000", "--dump-dom"]
    typed += [f"--blink-settings=preferredColorScheme={0 if dark else 1}", asking.as_uri()]
    shown = subprocess.run(typed, check=True, capture_output=True, encoding="utf-8", timeout=120).stdout
    told = re.search(r"<pre class=\"told\">(.*?)</pre>", shown, re.DOTALL)
    assert told, f"axe did not answer: {shown[:300]} … {shown[-600:]}"
    found: list[str] = json.loads(unescape(told[1]))
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(pages: dict[str, str], tmp_path: Path, dark: bool) -> None:
    assert {"overzicht.html", "jaarcijfers-2026.html", "met-de-hand.html", "inzage", "groepen/uitleg.html"} <= set(
        pages
    )
    found = {name: violations(page, tmp_path, dark=dark) for name, page in pages.items()}
    assert {name: told for name, told in found.items() if told} == {}


def test_axe_finds_what_is_wrong(tmp_path: Path) -> None:
    page = "<!DOCTYPE html><html><head><title>-</title></head><body><img src='a.png'><p>Dag.</p></body></html>"
    assert {told.partition(":")[0] for told in violations(page, tmp_path, dark=False)} >= {"html-has-lang", "image-alt"}
