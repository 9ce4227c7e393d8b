"""Formulas of Google on their way into a file: the same words, in Excel's marks."""

from __future__ import annotations

import pytest

from outside.google_setup.download import for_excel, has_decimal_comma


@pytest.mark.parametrize(
    ("formula", "dutch", "english"),
    [
        ("=SUM(A1;B1)", "SUM(A1,B1)", "SUM(A1,B1)"),
        ("=sum(A1,B1)", None, "SUM(A1,B1)"),
        ("=A1&\"a;b\"&'x;y'!A1", "A1&\"a;b\"&'x;y'!A1", "A1&\"a;b\"&'x;y'!A1"),
        ("=SUM({1\\2;3\\4};3)", "SUM({1,2;3,4},3)", "SUM({1,2;3,4},3)"),
        ("=A1*1,5", None, None),
        ('=IFS(A1>1;"x")', '_xlfn.IFS(A1>1,"x")', '_xlfn.IFS(A1>1,"x")'),
        ("=COUNTIF(A2:A;1)", None, None),
        ("=QUERY(A1:B2;1)", None, None),
        ("=ARRAYFORMULA(A1:A3)", None, None),
        ("=Elders!A1", None, None),
        ("=Naam", None, None),
    ],
)
def test_a_formula_of_google_goes_into_a_file_only_where_excel_takes_it(
    formula: str, dutch: str | None, english: str | None
) -> None:
    """For one that it cannot read Excel calls the whole file damaged."""
    assert for_excel(formula, ["x;y"], comma=True) == dutch
    assert for_excel(formula, ["x;y"], comma=False) == english


def test_the_netherlands_write_a_decimal_comma() -> None:
    assert [has_decimal_comma(one) for one in ("nl_NL", "nl_BE", "de_DE", "en_US", "en_GB", "en_ZA")] == [
        True,
        True,
        True,
        False,
        False,
        True,
    ]
