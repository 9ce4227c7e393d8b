"""Letters to leaf through in a page: one of each kind as it looks, and of all the others to whom and about what."""

from __future__ import annotations

from collections.abc import Callable
from email.parser import BytesHeaderParser
from email.policy import SMTP
from html import escape
from pathlib import Path
from urllib.parse import quote

from outside.mail.mailbox import Letter
from roster.plan.steps import Send

_HEADERS = BytesHeaderParser(policy=SMTP)


class LettersPage:
    """Makes the pieces of a page, a letter each, numbered in the order in which they are asked for.

    A letter is shown as it looks where it is the first of its kind, language and role; with thousands of whole
    letters no browser opens the page. They are `<details>` of one name, so that one is open at a time.
    """

    def __init__(self) -> None:
        self._examples: dict[tuple[str, str, bool], int] = {}
        self._count = 0

    def planned(self, send: Send, subject: Callable[[Send], str], compose: Callable[[Send], Letter]) -> str:
        """A letter that the next round makes; only one that is shown whole is composed."""
        kind = send.act, send.language, bool(send.facts.get("is_admin"))
        whole = compose(send) if self._is_first(kind) else None
        admins = send.facts.get("admins")
        told = {
            "groep": str(send.facts.get("group") or ""),
            "beheerders": ", ".join(map(str, admins)) if isinstance(admins, list) else "",
            "contacten erbij": ", ".join(name for name, _text in send.cards),
        }
        more = "; ".join(f"{what}: {value}" for what, value in told.items() if value)
        to = f"{send.to_name} <{send.to_address}>" if send.to_name else send.to_address
        return self._piece(kind, to, subject(send), escape(more[:1].upper() + more[1:]), whole)

    def lying(self, file: Path) -> str:
        """A letter that lies ready as a file, in a folder beside the page."""
        letter = Letter("", "", file.read_bytes())
        head = _HEADERS.parsebytes(letter.data)
        kind = _act_in(file), str(head["Content-Language"]), False
        link = f'<a href="{escape(quote(f"{file.parent.name}/{file.name}"))}">Open deze mail</a>'
        whole = letter if self._is_first(kind) else None
        return self._piece(kind, str(head["To"]), str(head["Subject"]), link, whole)

    def _is_first(self, kind: tuple[str, str, bool]) -> bool:
        return kind not in self._examples

    def _piece(self, kind: tuple[str, str, bool], to: str, subject: str, more: str, whole: Letter | None) -> str:
        self._count += 1
        number, example = self._count, self._examples.setdefault(kind, self._count)
        shown = f'<p>Verder zoals <a href="#m{example}">mail {example}</a>.</p>'
        if whole is not None:
            body = whole.message.get_body(("html",))
            screen = escape(str(body.get_content()) if body is not None else "")
            shown = f'<iframe sandbox loading="lazy" title="Mail {number}" srcdoc="{screen}"></iframe>'
        name, opened, address = " ".join(to.split()).rpartition(" <")
        who = f"<b>{escape(name)}</b><i>{escape(address.rstrip('>'))}</i>" if opened else f"<b>{escape(address)}</b>"
        what = escape(" ".join(subject.split()))
        return (
            f'<details name="mail" id="m{number}"><summary><span>{number}</span>{who}<i>{what}</i></summary>'
            f"{f'<p>{more}</p>' if more else ''}{shown}</details>\n"
        )


def _act_in(file: Path) -> str:
    """The kind of mail that a file's name tells: "D-0012-welcome-0a1b2c.eml"."""
    return file.stem.rpartition("-")[0].rpartition("-")[2]
