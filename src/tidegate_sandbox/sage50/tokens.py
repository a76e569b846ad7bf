"""Identifiers, keys and passcodes: opaque texts."""

from __future__ import annotations

import hashlib
import secrets

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Tokens:
    """Makes texts that nobody has seen; from a seed (``None``: unguessable ones)."""

    def __init__(self, seed: int | None = 0) -> None:
        self._seed = seed
        self._made = 0

    def new(self, prefix: str, length: int = 24) -> str:
        """A text of ``prefix`` and so many hexadecimal digits."""
        return prefix + self._digest().hex()[:length]

    def number(self, prefix: str) -> str:
        """A short text of ``prefix`` and a running number."""
        self._made += 1
        return f"{prefix}{self._made}"

    def passcode(self) -> str:
        """A text that a person can type: ``4F7K-92QX``."""
        letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in self._digest()[:8])
        return f"{letters[:4]}-{letters[4:]}"

    def _digest(self) -> bytes:
        self._made += 1
        if self._seed is None:
            return secrets.token_bytes(32)
        return hashlib.sha256(f"{self._seed}:{self._made}".encode()).digest()
