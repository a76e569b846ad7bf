"""What a process of simulated weeks does faster than its libraries: the same, to the letter."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tidegate.simulation.haste import escaping, parsing

SIGNS = """https:// HTTP:// a.sandbox A [::1] :443 :80 / // . .. rest ? # & = % %2f %2F %zz + ' ( ) $ ü \\ [ ] @ ; ~ 1"""
PIECES = st.sampled_from([*SIGNS.split(), " ", '"'])


def outcome(parse: Any, url: str) -> object:
    """What comes of it: the address's parts, or the error."""
    try:
        return parse(url)
    except httpx.InvalidURL as error:
        return str(error)


@given(
    st.sampled_from(["https://shop.sandbox", "http://b.c/a", ""]), st.lists(PIECES, max_size=8).map("".join)
)
@example("https://shop.sandbox", "/rest/V1/orders/1?a%5Bb%5D=x%20y&c=.~/'d")
@example("https://shop.sandbox", "/odata/SOrders('A%2F1')/../x?$filter=a%20eq%20'1'")
@example("https://shop.sandbox", "/a\n")
def test_addresses_are_read_alike(start: str, rest: str) -> None:
    by_library: Any = httpx._urlparse.urlparse
    assert outcome(parsing(by_library), start + rest) == outcome(by_library, start + rest)


def test_parts_go_to_the_library() -> None:
    by_library: Any = httpx._urlparse.urlparse
    assert parsing(by_library)(host="a.sandbox", scheme="https") == by_library(
        host="a.sandbox", scheme="https"
    )


@pytest.mark.parametrize("text", ["", "a b", "%", "ü", "\x00", "~-_.", "a/b?c=d&e", "a=%20&b"])
def test_texts_are_escaped_alike(text: str) -> None:
    def by_library(text: str) -> str:
        return quote(text, safe="~")

    assert escaping(by_library)(text) == by_library(text)
