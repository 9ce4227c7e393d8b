"""A mailbox on loopback that speaks as much IMAP (RFC 9051) as a reader needs, and refuses all else."""

from __future__ import annotations

import base64
import re
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class Clerk(socketserver.StreamRequestHandler):
    """One conversation."""

    def handle(self) -> None:
        """Answer until somebody logs out."""
        self.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] mail.example")
        while line := self.rfile.readline().decode().strip():
            tag, _, rest = line.partition(" ")
            self.server.asked.append(rest)  # type: ignore[attr-defined]  # our own server has it
            if not self.answer(tag, rest):
                return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def answer(self, tag: str, rest: str) -> bool:
        """One command; False where the conversation is over."""
        mailbox: Mailbox = self.server  # type: ignore[assignment]  # it is that server
        word = rest.upper()
        if word.startswith("CAPABILITY"):
            self.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN")
        elif word.startswith("AUTHENTICATE PLAIN"):
            self.say("+ ")
            told = base64.b64decode(self.rfile.readline()).decode()
            if told != f"\0{mailbox.account[0]}\0{mailbox.account[1]}":
                self.say(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials ({told})")
                return True
        elif word.startswith("EXAMINE"):
            self.say(f"* {len(mailbox.messages)} EXISTS")
            self.say(f"* OK [UIDVALIDITY {mailbox.validity}] numbers keep")
        elif word.startswith("UID SEARCH SINCE"):
            self.say("* SEARCH " + " ".join(str(n) for n in range(1, len(mailbox.messages) + 1)))
        elif word.startswith("UID FETCH"):
            if mailbox.refused & set(map(int, rest.split()[2].split(","))):
                self.say(f"{tag} NO [SERVERBUG] Internal error")
                return True
            for n in map(int, rest.split()[2].split(",")):
                data = mailbox.messages[n - 1]
                if "HEADER.FIELDS" in word:
                    data = data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                section = re.search(r"\(BODY\.PEEK(\[.*\])", rest)
                assert section
                before, behind = ("", f" UID {n}") if mailbox.uid_last else (f"UID {n} ", "")
                head = f"* {n} FETCH ({before}BODY{section[1]} {{{len(data)}}}\r\n"
                self.wfile.write(head.encode() + data + f"{behind})\r\n".encode())
        elif not word.startswith("LOGOUT"):
            self.say(f"{tag} BAD {rest}")
            return True
        self.say(f"{tag} OK done")
        return not word.startswith("LOGOUT")


class Mailbox(socketserver.ThreadingTCPServer):
    """The messages and who may read them; `asked` is what was asked. `uid_last` tells a number behind its message.

    What is in `refused` it will not give; with another `validity` its numbers were given anew.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, messages: Sequence[bytes], account: tuple[str, str], *, uid_last: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Clerk)
        self.messages, self.account, self.uid_last = list(messages), account, uid_last
        self.asked: list[str] = []
        self.refused: set[int] = set()
        self.validity = 1


@contextmanager
def imap_server(
    messages: Sequence[bytes], account: tuple[str, str], *, uid_last: bool = False
) -> Iterator[tuple[Mailbox, int]]:
    """The mailbox for as long as the block runs, and its port."""
    with Mailbox(messages, account, uid_last=uid_last) as mailbox:
        thread = threading.Thread(target=mailbox.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield mailbox, int(mailbox.server_address[1])
        finally:
            mailbox.shutdown()
            thread.join()
