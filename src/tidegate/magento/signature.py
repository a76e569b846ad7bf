"""The signature of an OAuth 1.0a request with HMAC-SHA256, by the parts of a library that such a request needs.

Every call to a store is signed. `oauthlib.oauth1.Client` signs whatever there is and takes eight times as long: most of
what is signed (the names of parameters, the host, the secrets) was signed a moment ago, and what is percent-encoded
already holds three signs only that are encoded once more.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from oauthlib.oauth1 import rfc5849

_library: Any = rfc5849  # which types half of its functions
_ESCAPED = re.compile(r"[^A-Za-z0-9_.~-]")
#: What is percent-encoded in a query as it is in a signature.
_AS_SIGNED = re.compile(r"(?:[A-Za-z0-9_.~-]++|%(?:[01][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF]))*+")


class Secrets(NamedTuple):
    """As the library names them: the consumer's and the token's."""

    client_secret: str
    resource_owner_secret: str


def authorization(
    method: str, place: str, path: str, query: str, parameters: Mapping[str, str], secrets: Secrets
) -> str:
    """The `Authorization` header of a request whose body is not a form.

    `place` is `https://host:port`; `parameters` are the `oauth_...` parameters but the signature.
    """
    named = [(name, _escaped(value)) for name, value in parameters.items()]
    covered = sorted(named + [_parameter(part) for part in query.split("&") if part])
    normalised = "&".join([f"{name}={value}" for name, value in covered])
    base = f"{method}&{_origin(place)}{_escaped(path or '/')}&{_escaped_again(normalised)}"
    digest = hmac.digest(_key(*secrets), base.encode(), "sha256")
    named.append(("oauth_signature", _escaped(b64encode(digest).decode())))
    return "OAuth " + ", ".join([f'{name}="{value}"' for name, value in named])


def _parameter(part: str) -> tuple[str, str]:
    """Name and value of one parameter of the query, as they are signed."""
    name, _, value = part.partition("=")
    return _name(name), value if _AS_SIGNED.fullmatch(value) else _escaped(unquote_plus(value))


def _escaped(text: str) -> str:
    if not text.isascii():
        escaped: str = _library.utils.escape(text)
        return escaped
    return _ESCAPED.sub(_code, text)


def _code(sign: re.Match[str]) -> str:
    return f"%{ord(sign[0]):02X}"


def _escaped_again(text: str) -> str:
    """The same for what consists of escaped texts, `=` and `&`."""
    return text.replace("%", "%25").replace("=", "%3D").replace("&", "%26")


@lru_cache(maxsize=256)
def _name(text: str) -> str:
    return _escaped(unquote_plus(text))


@lru_cache(maxsize=64)
def _origin(place: str) -> str:
    """Scheme and host as they are signed; the path follows."""
    whole: str = _library.signature.base_string_uri(f"{place}/")
    return _escaped(whole.removesuffix("/"))


@lru_cache(maxsize=64)
def _key(secret: str, token_secret: str) -> bytes:
    return f"{_escaped(secret)}&{_escaped(token_secret)}".encode()
