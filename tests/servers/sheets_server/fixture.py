"""The server as a pytest fixture: `from sheets_server.fixture import sheets` in a conftest or a test file."""

from collections.abc import Iterator

import pytest

from servers.sheets_server.server import SheetsServer


@pytest.fixture
def sheets() -> Iterator[SheetsServer]:
    """A server of the test's own, with this process redirected to it; what it complains of fails the test."""
    with SheetsServer() as server, server.redirected():
        yield server
    assert server.complaints == [], "Google would not have understood this, or the test server does not know it"
