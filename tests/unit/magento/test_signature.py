"""The OAuth 1.0a signature: put together from parts, the same as the library's own client makes it."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header

from tidegate.magento.signature import Secrets, authorization

KEYS = ("consumer & key", "consumer secret", "access token", "token=secret~")
NAMES = ("consumer_key", "token", "nonce", "timestamp", "signature_method", "version")

texts = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)
pairs = st.lists(st.tuples(texts.filter(bool), texts), max_size=5)


def by_library(method: str, url: str) -> dict[str, str]:
    """The header's parameters, as oauthlib makes them."""
    key, secret, token, token_secret = KEYS
    client = Client(
        key,
        client_secret=secret,
        resource_owner_key=token,
        resource_owner_secret=token_secret,
        signature_method=SIGNATURE_HMAC_SHA256,
        nonce="00ff",
        timestamp="1774000000",
    )
    return dict(parse_authorization_header(client.sign(url, http_method=method)[1]["Authorization"]))


def ours(method: str, url: str) -> dict[str, str]:
    """And as we do."""
    key, secret, token, token_secret = KEYS
    values = (key, token, "00ff", "1774000000", "HMAC-SHA256", "1.0")
    parameters = {f"oauth_{name}": value for name, value in zip(NAMES, values, strict=True)}
    scheme, host, path, asked, _ = urlsplit(url)
    header = authorization(
        method, f"{scheme}://{host}", path, asked, parameters, Secrets(secret, token_secret)
    )
    return dict(parse_authorization_header(header))


@given(st.sampled_from(["GET", "POST", "PUT", "DELETE"]), texts, pairs)
@example("GET", "", [("searchCriteria[filterGroups][0][filters][0][value]", "A+B C,ü&=~*%2F")])
@example("PUT", "SKU/1 2%ä", [("a", ""), ("a", "b"), ("b", "A")])
def test_it_is_what_a_library_makes(method: str, sku: str, query: list[tuple[str, str]]) -> None:
    for encoded in (quote_plus, partial(quote, safe="")):
        asked = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in query)
        for host in (
            "https://Shop.example",
            "https://shop.example:443",
            "http://127.0.0.1:8080",
            "http://[::1]",
        ):
            for path in (f"/rest/V1/products/{quote(sku, safe='')}", ""):
                url = f"{host}{path}" + (f"?{asked}" if asked else "")
                assert ours(method, url) == by_library(method, url)


@pytest.mark.parametrize(
    "query",
    [
        "a",
        "a=",
        "a=1&&b=2",
        "a=b=c",
        "a=%7E&b=~",
        "a=%ff",
        "a=%3d&a-=1",
        "=1",
        "a=%2D%2E%5F%7E%41%61%30",
        "a=%00%20%2F%3A%40%5B%60%7B%7F%C3%BC",
    ],
)
def test_odd_queries_are_read_as_the_library_reads_them(query: str) -> None:
    url = f"https://shop.example/rest/V1/orders?{query}"
    assert ours("GET", url) == by_library("GET", url)
