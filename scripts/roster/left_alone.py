"""Who asked for no mail: in the register itself, or once in an answer, which outlives the row."""

from __future__ import annotations

from roster.model import Member
from roster.plan import View


def wants_no_mail(member: Member, view: View) -> bool:
    """True for whoever says so in the register, and for whoever's address ever said so."""
    if member.no_mail:
        return True
    left_alone = view.history.left_alone
    return bool(left_alone) and member.email is not None and view.history.address_mark(member.email) in left_alone
