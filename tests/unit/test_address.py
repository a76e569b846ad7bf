"""Addresses of calls: put together from parts, the same as the library reads the whole of it."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tidegate.address import Address

STARTS = (
    "https://shop.example",
    "HTTP://Shop.example:8080/",
    "https://shop.example:443/a/b/",
    "http://user:word@[::1]/x",
    "https://bücher.example/ü",
    "https://shop.example/a?b",
    "https://shop.example/./a",
    "",
)
SIGNS = "/ // /a b . .. ./ /. ? # & = % %2f %2F %zz %C3%BC + ' ( ) $ ü \\ [ ] @ ; ~ 1 * ! , : ` { | } < > ^ -"
pieces = st.lists(st.sampled_from([*SIGNS.split(" "), " ", '"', "\n", "\x7f", "\ud800"]), max_size=8).map(
    "".join
)


def made(url: httpx.URL) -> tuple[object, ...]:
    parts = (url.scheme, url.userinfo, url.raw_host, url.host, url.port, url.netloc)
    place = (url.raw_path, url.path, url.query, url.params, url.fragment)
    derived = (httpx.URL(url), url.copy_with(path="/other"), url.join("next"))
    return (str(url), url, hash(url), parts, place, derived)


def outcome(address: str, path: str, query: str, *, whole: bool) -> object:
    """What comes of it: all that a transport may ask for, or the error."""
    try:
        if not whole:
            return made(Address(address).of(path, query))
        return made(httpx.URL(address.rstrip("/") + path + (f"?{query}" if query else "")))
    except (httpx.InvalidURL, UnicodeError) as error:
        return type(error)


@given(st.sampled_from(STARTS), pieces.map("/".__add__) | pieces, pieces)
@example("https://shop.example", "/rest/V1/orders/1", "a%5Bb%5D=x%20y&c=.~/'d")
@example("https://shop.example", "/odata/SOrders('A%2F1')/../x", "$filter=a%20eq%20'1'")
@example("https://shop.example", "/.well-known/x", "")
@example("https://shop.example", "", "a=1")
def test_it_is_what_the_library_makes_of_the_whole(start: str, path: str, query: str) -> None:
    assert outcome(start, path, query, whole=False) == outcome(start, path, query, whole=True)


@pytest.mark.parametrize("length", [59_990, 65_500, 70_000])
def test_long_ones_too(length: int) -> None:
    start, path, query = "https://shop.example", "/orders", "a" * length
    assert outcome(start, path, query, whole=False) == outcome(start, path, query, whole=True)


def test_usual_addresses_are_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at each character again costs more than a signature."""
    address = Address("https://shop.example/shop")
    first = address.of("/rest/default/V1/orders", "searchCriteria%5BpageSize%5D=100&fields=items%5Bsku%5D")
    monkeypatch.setattr(httpx._urls, "urlparse", None)
    assert (
        str(address.of("/rest/V1/products/A%2F1", "a=1"))
        == "https://shop.example/shop/rest/V1/products/A%2F1?a=1"
    )
    assert first.params["searchCriteria[pageSize]"] == "100"
