"""Decimal arithmetic: exact, half away from zero, no float."""

from __future__ import annotations

from decimal import Decimal, Inexact, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.money import floored, parse, plain, product, quotient, rounded, scaled, shown, total

D = Decimal
decimals = st.decimals("-1000000", "1000000", places=7)


@pytest.mark.parametrize(
    ("value", "places", "result"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("2.675", 2, "2.68"),
        ("2.5", 0, "3"),
        ("-0.001", 2, "0.00"),
        ("1234.5", -2, "1.2E+3"),
    ],
)
def test_half_away_from_zero(value: str, places: int, result: str) -> None:
    assert str(rounded(D(value), places)) == result


@given(decimals, st.integers(0, 5))
def test_rounding_goes_to_the_nearest(value: Decimal, places: int) -> None:
    step = Fraction(1, 10**places)
    assert abs(Fraction(rounded(value, places)) - Fraction(value)) <= step / 2
    assert 0 <= Fraction(value) - Fraction(floored(value, places)) < step
    assert rounded(-value, places) == -rounded(value, places)


@given(st.lists(decimals))
def test_sums_are_exact_whatever_the_context_of_others(values: list[Decimal]) -> None:
    with localcontext() as context:
        context.prec = 3
        assert Fraction(total(values)) == sum(map(Fraction, values), Fraction(0))
        assert Fraction(product(D("12345.67891"), D("100000.5"))) == Fraction("12345.67891") * Fraction(
            "100000.5"
        )
        assert str(rounded(D("12345.675"), 2)) == "12345.68"


def test_a_sum_that_cannot_be_exact_raises() -> None:
    with pytest.raises(Inexact):
        total([D("1e40"), D("1e-40")])


def test_a_third_of_an_amount_is_worked_out_and_three_of_them_are_it() -> None:
    third = quotient(D(1), D(3))
    assert rounded(scaled(D("6.63"), third), 2) == D("2.21")
    assert scaled(D(3), third) == 1
    assert rounded(scaled(D("0.045"), third), 2) == D("0.02")  # half a cent stays half a cent


def test_quotients_are_long() -> None:
    assert quotient(D(1), D(3)) == D("0." + "3" * 60)


@pytest.mark.parametrize(
    ("value", "result"), [("12.30", "12.30"), (7, "7"), (" 5 ", "5"), (D("1E+2"), "1E+2")]
)
def test_parse(value: object, result: str) -> None:
    assert str(parse(value)) == result


@pytest.mark.parametrize("value", [0.1, True, None, b"1", 1 + 0j])
def test_parse_refuses_what_is_no_decimal(value: object) -> None:
    with pytest.raises(TypeError, match="an amount is never read from"):
        parse(value)


@pytest.mark.parametrize("value", ["", "twelve", "NaN", "Infinity", D("NaN")])
def test_parse_refuses_what_is_no_number(value: object) -> None:
    with pytest.raises(ValueError, match="number"):
        parse(value)


@pytest.mark.parametrize(
    ("value", "digits", "people"),
    [
        ("1E+2", "100", "100.00"),
        ("2.50", "2.5", "2.50"),
        ("-0.00", "0", "0.00"),
        ("0.12345", "0.12345", "0.12345"),
        ("-1200", "-1200", "-1200.00"),
    ],
)
def test_text(value: str, digits: str, people: str) -> None:
    assert plain(D(value)) == digits
    assert shown(D(value)) == people
