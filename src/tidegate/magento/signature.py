"""The signature of an OAuth 1.0a request with HMAC-SHA256 (RFC 5849, sections 3.4 and 3.5.1).

Every call to a store is signed: a library that can sign everything takes longer over it than over the call's whole
way through the client. The tests compare it with such a library.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote, unquote_plus, urlsplit

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def authorization(method: str, url: str, parameters: Mapping[str, str], secrets: tuple[str, str]) -> str:
    """The `Authorization` header of a request whose body is not a form.

    `parameters` are the `oauth_...` parameters but the signature; `secrets` the consumer's and the token's.
    """
    base = base_string(method, url, parameters)
    key = "&".join(map(encoded, secrets))
    signature = b64encode(hmac.digest(key.encode(), base.encode(), "sha256")).decode()
    signed = {**parameters, "oauth_signature": signature}
    return "OAuth " + ", ".join(f'{name}="{encoded(value)}"' for name, value in signed.items())


def base_string(method: str, url: str, parameters: Mapping[str, str]) -> str:
    """What is signed: the method, the address without its query, and all parameters in their order (section 3.4.1)."""
    scheme, host, path, query, _ = urlsplit(url)
    host = host.lower().removesuffix(_DEFAULT_PORTS.get(scheme, ""))
    pairs = [(name, encoded(value)) for name, value in parameters.items()]
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((_name(name), _again(value)))
    pairs.sort()
    address = f"{scheme}://{host}{path or '/'}"
    together = "&".join(f"{name}={value}" for name, value in pairs)
    # of letters and codes that need no other encoding than that of these three signs
    twice = together.replace("%", "%25").replace("=", "%3D").replace("&", "%26")
    return f"{method.upper()}&{encoded(address)}&{twice}"


def encoded(text: str) -> str:
    """As RFC 5849 writes a text (section 3.6): everything but letters, digits and `-._~` as `%XX`."""
    return text if text.isalnum() and text.isascii() else quote(text, safe="~")


def _again(text: str) -> str:
    """A text of a query string, decoded and encoded as the signature wants it."""
    return text if text.isalnum() and text.isascii() else encoded(unquote_plus(text))


_name = lru_cache(maxsize=1024)(_again)  # calls of one kind have the same parameters
