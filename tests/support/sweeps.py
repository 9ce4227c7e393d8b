"""A sweep is a test of many cases: each kind has one among the quick tests, and the others run with the long ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

Case = Any  # what a test is given may be of any type; several values are a tuple


def sweep(cases: Iterable[Case], *, quick: int | Iterable[int] = 1) -> list[Case]:
    """The cases for a parametrize; quick are so many of the first, or those at these places."""
    chosen = range(quick) if isinstance(quick, int) else set(quick)
    return [case if at in chosen else long(case) for at, case in enumerate(cases)]


def long(case: Case) -> Case:
    """The case, as one of the long tests."""
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.long)
