"""A shop's call is believed by its signature, and by nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tidegate.magento.hook import COMMERCE, OURS, HookKeys, public_key

SECRET, BODY = "a-secret-of-the-shop-4711", b'{"order": "sales\\/1"}'
KEY = rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def by_secret(body: bytes = BODY, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def by_key(body: bytes = BODY) -> str:
    signed = KEY.sign(base64.b64encode(body), padding.PKCS1v15(), SHA256())
    return base64.b64encode(signed).decode()


def test_the_secret_of_the_shop() -> None:
    keys = HookKeys(secret=SECRET)
    assert keys.verify({OURS: by_secret()}, BODY)
    assert keys.verify({OURS: "sha256=" + by_secret().upper()}, BODY)
    for wrong in (by_secret(b"{}"), by_secret(secret="another one"), "", "ü", by_secret()[:-1]):
        assert not keys.verify({OURS: wrong}, BODY)
    assert not keys.verify({}, BODY)
    assert not keys.verify({COMMERCE: by_key()}, BODY)


@pytest.mark.parametrize("signed", [BODY, BODY.replace(rb"\/", b"/")])
def test_the_key_of_adobe_commerce(signed: bytes) -> None:
    keys = HookKeys(public_key=pem())
    assert keys.verify({COMMERCE: by_key(signed)}, BODY)
    assert not keys.verify({COMMERCE: by_key(signed)}, b"{}")
    for wrong in ("", "no base64!", base64.b64encode(b"x" * 256).decode()):
        assert not keys.verify({COMMERCE: wrong}, BODY)


def test_an_empty_secret_signs_nothing() -> None:
    assert not HookKeys()
    assert not HookKeys().verify({OURS: by_secret(secret="")}, BODY)
    assert SECRET not in repr(HookKeys(secret=SECRET))


@pytest.mark.parametrize("text", ["nonsense", pem(ec.generate_private_key(ec.SECP256R1()))])
def test_what_is_no_key_is_reported(text: str) -> None:
    with pytest.raises(ValueError):
        public_key(text)
    assert not HookKeys(public_key=text).verify({COMMERCE: by_key()}, BODY)
