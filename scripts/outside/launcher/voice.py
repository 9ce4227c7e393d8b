"""What is told and asked before the one voice of the house can be: that one needs packages."""

from __future__ import annotations

import sys


def tell(*lines: str, end: str = "\n") -> None:
    """Lines on the screen, at once; a mark that a screen does not know is written otherwise."""
    for line in lines:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(line.encode(encoding, "replace").decode(encoding) + end)
    sys.stderr.flush()


def ask_for(question: str) -> str | None:
    """What somebody typed; None where nobody is there, or who is there wants to stop."""
    tell(question, end="")
    try:
        typed = sys.stdin.readline()
    except KeyboardInterrupt:
        typed = ""
    if not typed:
        tell("")
        return None
    return typed.strip()
