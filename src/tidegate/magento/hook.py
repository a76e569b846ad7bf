"""Hooks of a shop: a call that says that something has changed, believed by its signature alone.

Magento Open Source calls nobody by itself; an extension or a script of the shop's server does, and signs the body
with a secret that both know. The webhooks of Adobe Commerce sign with a key pair of their own (its documentation,
"Webhooks signature verification"): RSA with SHA-256 over the body in base64, of which we know the public half.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

#: Headers that carry a signature: our own, HMAC-SHA256 in hex, and that of Adobe Commerce.
OURS, COMMERCE = "x-tidegate-signature", "x-adobe-commerce-webhook-signature"


@dataclass(frozen=True, slots=True)
class HookKeys:
    """What a shop's hooks are known by; "" believes no signature of that kind."""

    secret: str = field(default="", repr=False)
    public_key: str = field(default="", repr=False)  #: PEM

    def __bool__(self) -> bool:
        return bool(self.secret or self.public_key)

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether one of the signatures is the shop's. Header names are lower case."""
        return self._by_secret(headers.get(OURS, ""), body) or self._by_key(headers.get(COMMERCE, ""), body)

    def _by_secret(self, signature: str, body: bytes) -> bool:
        wanted = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        shown = signature.strip().lower().removeprefix("sha256=")
        return bool(self.secret) and hmac.compare_digest(wanted.encode(), shown.encode("utf-8", "replace"))

    def _by_key(self, signature: str, body: bytes) -> bool:
        if not (signature and self.public_key):
            return False
        try:
            key = public_key(self.public_key)
            shown = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        # which of the two is signed is not documented: PHP writes a slash in JSON as \/, its own example reads it as /
        return any(_signed(key, shown, each) for each in {body, body.replace(rb"\/", b"/")})


def public_key(pem: str) -> RSAPublicKey:
    """The key behind a PEM text; raises ValueError for anything else."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the key is no RSA key")
    return key


def _signed(key: RSAPublicKey, signature: bytes, body: bytes) -> bool:
    try:
        key.verify(signature, base64.b64encode(body), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
