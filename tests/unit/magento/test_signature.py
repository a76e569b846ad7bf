"""Our signature is the one that oauthlib makes of the same request."""

from __future__ import annotations

import re
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

from tidegate.magento.signature import Keys, authorization

KEYS = Keys("consumer", "consumer secret/+&", "token~", "token=secret%")
NONCE, TIMESTAMP = "0123456789abcdef", "1772442000"


def by_oauthlib(method: str, url: str) -> dict[str, str]:
    client = Client(
        KEYS.consumer_key,
        client_secret=KEYS.consumer_secret,
        resource_owner_key=KEYS.access_token,
        resource_owner_secret=KEYS.access_token_secret,
        signature_method=SIGNATURE_HMAC_SHA256,
        nonce=NONCE,
        timestamp=TIMESTAMP,
    )
    return fields(client.sign(url, http_method=method)[1]["Authorization"])


def fields(header: str) -> dict[str, str]:
    assert header.startswith("OAuth ")
    return dict(re.findall(r'(oauth_\w+)="([^"]*)"', header))


def ours(method: str, url: str) -> dict[str, str]:
    return fields(authorization(KEYS, method, url, nonce=NONCE, timestamp=TIMESTAMP))


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/rest/V1/orders",
        "https://shop.example",
        "https://Shop.Example:443/rest/V1/orders?a=1",
        "http://shop.example:80/rest/V1/orders?a=1",
        "https://shop.example:8443/rest/V1/orders?a=1&a=0&A=2",
        "http://shop.example:443/rest/V1/orders?empty=&b=%20%2B%C3%A9+x~y",
        "https://shop.example/rest/V1/products/24-MB01%2Fb%20c?fields=items%5Bsku,name%5D",
        "https://[2001:db8::1]:8443/rest/V1/orders?x=1",
    ],
)
@pytest.mark.parametrize("method", ["GET", "post", "DELETE"])
def test_the_same_as_a_library_makes(method: str, url: str) -> None:
    assert ours(method, url) == by_oauthlib(method, url)


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@settings(max_examples=150, deadline=None)
@given(sku=TEXTS, parameters=st.lists(st.tuples(TEXTS.filter(bool), TEXTS), max_size=5))
def test_the_same_for_any_sku_and_any_search(sku: str, parameters: list[tuple[str, str]]) -> None:
    path = quote(sku, safe="")
    url = str(httpx.URL(f"https://shop.example/rest/V1/products/{path}", params=parameters))
    assert ours("GET", url) == by_oauthlib("GET", url)
