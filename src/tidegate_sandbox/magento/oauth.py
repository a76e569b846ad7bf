"""The OAuth 1.0a signature of a request, checked over the URL as the shop sees it (point 29)."""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from oauthlib.oauth1 import rfc5849

from tidegate_sandbox.magento.refusal import Refusal, required

oauth: Any = rfc5849  # which types half of its functions
METHOD: Final = "HMAC-SHA256"
_NEEDED: Final = (
    "oauth_consumer_key",
    "oauth_signature",
    "oauth_signature_method",
    "oauth_nonce",
    "oauth_timestamp",
    "oauth_token",
)
_PROTOCOL = re.compile(r"oauth_[a-z_-]+")
_CODE = re.compile("%[0-9A-Fa-f]{2}")
_NORMALISED = re.compile(r"[A-Za-z0-9_.~\-:@&=+$,/;%]")
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def normalised(url: str) -> str:
    """The URL as Magento 2.4.4 to 2.4.7 check a signature over it: its path as Laminas has it (point 34)."""

    def decoded(code: re.Match[str]) -> str:
        sign = unquote(code[0])
        return sign if _NORMALISED.fullmatch(sign) else code[0].upper()

    return _LONE_PERCENT.sub("%25", _CODE.sub(decoded, url))


@dataclass(frozen=True)
class SignedRequest:
    """What a signature covers. ``url``: scheme, host and path, as the shop sees them, without the query."""

    method: str
    url: str
    query: str
    authorization: str

    def protocol_parameters(self) -> dict[str, str]:
        """The ``oauth_...`` parameters of the header. Refuses a header that lacks one, or another method."""
        given = self._given
        for name in _NEEDED:
            if name not in given:
                raise required(name)
        if given["oauth_signature_method"] != METHOD:
            raise Refusal(400, "Signature method %1 is not supported", [given["oauth_signature_method"]])
        return given

    def is_signed_with(self, consumer_secret: str, token_secret: str) -> bool:
        """Whether the signature was made with these secrets over this method, URL and parameters."""
        given = dict(self._given)
        signature = given.pop("oauth_signature")
        covered = {**given, **self._query()}
        try:
            base = oauth.signature.signature_base_string(
                self.method, _base_uri(self.url), oauth.signature.normalize_parameters(covered.items())
            )
        except ValueError:
            return False
        key = f"{oauth.utils.escape(consumer_secret)}&{oauth.utils.escape(token_secret)}"
        right = b64encode(hmac.digest(key.encode(), base.encode(), "sha256"))
        return hmac.compare_digest(right, signature.encode())

    @cached_property
    def _given(self) -> dict[str, str]:
        given = {}
        for part in self.authorization.strip()[len("OAuth ") :].split(","):
            name, equals, value = part.strip().partition("=")
            if equals and _PROTOCOL.search(name):
                given[unquote(name)] = unquote(value.strip('"'))
        return given

    def _query(self) -> dict[str, str]:
        """Magento covers parameters with exactly one equals sign; a name that comes twice counts once."""
        covered = {}
        for part in self.query.split("&"):
            if part.count("=") == 1:
                name, value = part.split("=")
                if not _PROTOCOL.search(name):
                    covered[_name(name)] = unquote_plus(value)
        return covered


_base_uri = lru_cache(maxsize=1024)(oauth.signature.base_string_uri)
_name = lru_cache(maxsize=1024)(unquote_plus)  # calls of one kind have the same parameters
