"""Conflict copies beside the register are told in one line; names that only look alike are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from outside.excel.backend import conflict_copies, describe_copies

COPIES = (
    "register-DESKTOP-4F2K9.xlsx",
    "register-LAPTOP-AB12CD.xlsx",
    "register (1).xlsx",
    "register(2).XLSX",
    "register (Fenna's conflicted copy 2026-11-28).xlsx",
    "register (conflict van Fenna 2026-11-28).xlsx",
    "register (conflicted copy 2026-11-28 213000).xlsx",
    "register.sync-conflict-20261128-213000-ABCDEFG.xlsx",
    "register_conflict-20261128-213000.xlsx",
    "register - kopie.xlsx",
    "register - Copy (2).xlsx",
    "Kopie van register.xlsx",
)
OTHERS = (
    "register.xlsx",
    "register-2025.xlsx",
    "register 2026 voorjaar.xlsx",
    "registers.xlsx",
    "oud register.xlsx",
    "register-nieuw.xlsx",
    "register (1).pdf",
    "~$register.xlsx",
    ".register.xlsx.bezig",
    "ander (1).xlsx",
)


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_told(name: str, tmp_path: Path) -> None:
    for other in (*OTHERS, name):
        (tmp_path / other).touch()
    assert conflict_copies(tmp_path / "register.xlsx") == [name]
    told = describe_copies(tmp_path / "register.xlsx")
    assert name in told and "\n" not in told


def test_what_is_only_named_alike_is_silent(tmp_path: Path) -> None:
    for other in OTHERS:
        (tmp_path / other).touch()
    assert describe_copies(tmp_path / "register.xlsx") == ""
