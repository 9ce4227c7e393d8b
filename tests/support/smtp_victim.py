"""A whole round over real SMTP on a JSON register, to be killed: `python smtp_victim.py alone|shared PORT FOLDER`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in ("scripts", "tests")]

from outside.config.settings import Mail
from outside.smtp.mailbox import Smtp
from support import small_round
from support.json_register import JsonRegister

if __name__ == "__main__":
    way, port, home = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    mail = Mail(
        transport="smtp", sender="Buurtwacht <buurt@mail.example>", host="127.0.0.1", port=port, security="none"
    )
    settings = replace(small_round.SETTINGS, mail=mail, source=home / "settings.toml")
    box = Smtp(settings)
    report = small_round.run(home, JsonRegister(home / "register.json", shared=way == "shared"), box)
    box.close()
    raise SystemExit(report.code)
