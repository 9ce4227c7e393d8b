"""A whole round over real SMTP on a JSON register, to be killed: `python smtp_victim.py alone|shared PORT FOLDER`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in ("scripts", "tests")]

from outside.config.settings import Mail
from outside.run.letters import Report
from outside.smtp.mailbox import Smtp
from support import small_round
from support.json_register import JsonRegister


def play(way: str, port: int, home: Path) -> Report:
    """One round to its end."""
    mail = Mail(
        transport="smtp", sender="Buurtwacht <buurt@mail.example>", host="127.0.0.1", port=port, security="none"
    )
    settings = replace(small_round.SETTINGS, mail=mail, source=home / "settings.toml")
    box = Smtp(settings)
    try:
        return small_round.run(home, JsonRegister(home / "register.json", shared=way == "shared"), box)
    finally:
        box.close()


if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])).code)
