"""A page read back as a browser would, and the facts that the tests of texts and letters share."""

from __future__ import annotations

from html.parser import HTMLParser

FACTS: dict[str, object] = {
    "greeting": "Sanne",
    "name": "Sanne de Boer",
    "group": "Tuindorp",
    "area": "Nieuw Den Helder",
    "admins": ["Anna de Vries", "Piet Jansen"],
    "is_admin": False,
    "admin_cards": 0,
    "regiegroep_card": False,
    "regiegroep_number": "06-23456789",
    "regiegroep_tel": "0623456789",
    "network": "Buurtgroep Voorbeeld",
    "short_name": "BV",
    "coordinator": "Marijke Bakker",
    "version": "1",
    "reply_to": "post@mail.example",
    "website": "www.buurt.example",
    "municipality": "Den Helder",
    "municipality_number": "14 0223",
    "municipality_tel": "140223",
    "website_link": "https://www.buurt.example",
    "keep_left_days": 365,
}

HOSTILE = (
    "*Jan* <b>[x](http://evil)",
    "</title><script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    '&amp; "aanhaling" \'n _naam_ `code`',
    "# kop",
    "zqj0001jqz <!--zqj0002jqz-->",
)


class Page(HTMLParser):
    """What a browser would see: the words between the tags, the links, and the tags themselves."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.title = ""
        self.preview = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "hr", "br", "link", "img"):
            self.open.append("hidden" if "display: none" in (dict(attrs).get("style") or "") else tag)
        if tag in {"br", "div"}:
            self.words.append("\n")
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() in (tag, "hidden")

    def handle_data(self, data: str) -> None:
        if "title" in self.open:
            self.title += data
        elif "hidden" in self.open:
            self.preview += data
        elif "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words on one line."""
        return " ".join("".join(self.words).split())


def one_line(text: str) -> str:
    return " ".join(text.split())
