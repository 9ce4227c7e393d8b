"""Google Sheets v4 as far as a register needs it, on loopback, for stock gspread and google-auth.

with SheetsServer() as server, server.redirected():
    book = server.new_book()
    book.writers.add(email)
    book.add_tab("Leden", [["Naam"], ["Anna"]])
    client = gspread.service_account(server.tokens.service_account(path, email))
"""

from servers.sheets_server.book import Book, Box, Tab
from servers.sheets_server.cells import REFUSED, Failure, Formula, Look
from servers.sheets_server.faults import Fault
from servers.sheets_server.people import Person
from servers.sheets_server.refusal import Refused
from servers.sheets_server.server import Call, SheetsServer

__all__ = [
    "REFUSED",
    "Book",
    "Box",
    "Call",
    "Failure",
    "Fault",
    "Formula",
    "Look",
    "Person",
    "Refused",
    "SheetsServer",
    "Tab",
]
