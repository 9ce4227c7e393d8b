"""Every kind of cell: what people typed, read into a value or refused with a reason.

Each function takes a cell and gives a value, None where the cell is blank (`text` gives ""), or
raises `Unreadable`. None of them guesses: what could mean two things is refused.
"""

from __future__ import annotations

from roster.cells.addresses import HouseNumber, house_number, postcode, split_street, street_splits
from roster.cells.coordinates import distance_m, location
from roster.cells.dates import day
from roster.cells.emails import email
from roster.cells.phones import Phone, PhoneKind, phone
from roster.cells.text import Unreadable, text, yes_no

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
