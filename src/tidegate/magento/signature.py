"""The signature of an OAuth 1.0a request with HMAC-SHA256, by the parts of a library that such a request needs.

Every call to a store is signed. `oauthlib.oauth1.Client` signs whatever there is, and takes half as long again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from oauthlib.oauth1 import rfc5849

_library: Any = rfc5849  # which types half of its functions


class Secrets(NamedTuple):
    """As the library names them: the consumer's and the token's."""

    client_secret: str
    resource_owner_secret: str


def authorization(method: str, url: str, parameters: Mapping[str, str], secrets: Secrets) -> str:
    """The `Authorization` header of a request whose body is not a form.

    `parameters` are the `oauth_...` parameters but the signature.
    """
    named = list(parameters.items())
    signing = _library.signature
    signed = signing.normalize_parameters(
        [*signing.collect_parameters(uri_query=urlsplit(url).query), *named]
    )
    base = signing.signature_base_string(method, signing.base_string_uri(url), signed)
    signature = ("oauth_signature", signing.sign_hmac_sha256_with_client(base, secrets))
    header: str = _library.parameters.prepare_headers([*named, signature], {})["Authorization"]
    return header
