"""Texts in the contract's lengths: §7, §10."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tidegate.sage.sage200.lengths import Codes, address_lines, cut, one_line, units


@given(st.text(), st.integers(1, 40))
def test_cut_text_always_fits_and_never_ends_in_half_a_character(value: str, limit: int) -> None:
    short = cut(value, limit)

    assert units(short) <= limit
    assert units(one_line(value, limit)) <= limit
    assert cut(short, limit) == short
    short.encode("utf-8", "surrogatepass")


def test_emoji_count_twice() -> None:
    assert units("🎁") == 2
    assert cut("a🎁b", 2) == "a"
    assert cut("a🎁b", 3) == "a🎁"


def test_control_characters_never_reach_sage() -> None:
    assert cut("a\x00b\tc\r\nd", 20) == "a b c\nd"


@given(st.lists(st.text(max_size=200), max_size=6))
def test_a_street_always_has_four_lines_of_sixty(street: list[str]) -> None:
    lines, rest = address_lines(tuple(street))

    assert len(lines) == 4
    assert all(units(line) <= 60 for line in lines)
    written = " ".join([*lines, rest]).replace(",", "").replace(" ", "")
    every = "".join(cut(line, 10_000) for line in street)
    assert written == "".join(every.replace(",", "").split())


def test_a_long_street_is_wrapped_over_all_lines_together() -> None:
    street = ("The Old Mill House by the Three Bridges", "Unit 7", "Rear", "c/o Smith", "Ring twice")
    lines, rest = address_lines(street)
    assert lines == [
        "The Old Mill House by the Three Bridges, Unit 7, Rear, c/o",
        "Smith, Ring twice",
        "",
        "",
    ]
    assert rest == ""


def test_codes_gathers_everything_that_does_not_fit() -> None:
    codes = Codes()

    assert codes.check("SKU", " ABC ", 3) == "ABC"
    assert codes.failure() is None
    codes.check("SKU", "ABCD", 3)
    codes.check("postcode", "12345", 4)
    failure = codes.failure()
    assert failure is not None
    assert (
        failure.text
        == "SKU 'ABCD' has 4 characters, but Sage allows 3; postcode '12345' has 5 characters, but Sage allows 4"
    )
