"""Every kind of cell: what people typed, read into a value or refused with a reason.

Each function takes a cell and gives a value, None where the cell is blank (`text` gives ""), or
raises `Unreadable`. None of them guesses: what could mean two things is refused.
"""

from __future__ import annotations

from roster.addresses import HouseNumber, house_number, postcode, split_street, street_splits
from roster.cells_text import Unreadable, text, yes_no
from roster.days import day
from roster.emails import email
from roster.locations import distance_m, location
from roster.phones import Phone, PhoneKind, phone

__all__ = [
    "HouseNumber",
    "Phone",
    "PhoneKind",
    "Unreadable",
    "day",
    "distance_m",
    "email",
    "house_number",
    "location",
    "phone",
    "postcode",
    "split_street",
    "street_splits",
    "text",
    "yes_no",
]
