"""Keeps the register to its owner, and our own folders out of git."""

from __future__ import annotations

import sys

from outside.config.settings import Settings
from outside.console import say
from outside.files.private import keep_file

ON_PURPOSE = "Deelt u het register met opzet op deze computer? Zet dan in de instellingen bij [workbook] shared = true."


def keep_register_private(settings: Settings) -> None:
    """Take away what others on this computer may do with the register. Raises Stop where that cannot be.

    A register that is shared on purpose ([workbook] shared) is left as it is.
    """
    book = settings.workbook
    path = book.path.resolve()
    if book.kind != "excel" or book.shared or sys.platform == "win32" or not path.is_file():
        return
    if keep_file(path, ON_PURPOSE):
        say(f"{path.name} was ook voor anderen op deze computer te lezen. Nu alleen nog voor u. {ON_PURPOSE}")
