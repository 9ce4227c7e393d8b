"""Which mailbox the settings name: the one place that knows what kinds there are."""

from __future__ import annotations

from outside.config.settings import Settings
from outside.mail.mailbox import Mailbox, Outbox


def open_mailbox(settings: Settings, folder: str = "mail") -> Mailbox:
    """The mailbox that the settings name; nothing is reached yet. One that only lays ready does so in out/`folder`."""
    if not settings.mail.leaves:
        return Outbox(settings.paths.out / folder)
    from outside.smtp.mailbox import Smtp  # 30 ms for smtplib and ssl, which the outbox need not wait for

    return Smtp(settings)
