"""The interface of a platform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class NotHere(Exception):
    """This platform cannot do it; the text says what to do instead."""


class Platform(Protocol):
    """What the agent asks of the operating system."""

    name: str

    def protect(self, secret: bytes) -> bytes:
        """A secret in a form that only this machine's account can read."""
        ...

    def reveal(self, protected: bytes) -> bytes:
        """The secret again. NotHere where it was protected elsewhere."""
        ...

    def install_service(
        self, name: str, title: str, command: Sequence[str], account: str, password: str
    ) -> list[str]:
        """Install the agent as a service that starts by itself and is started again when it dies: what was done."""
        ...

    def remove_service(self, name: str) -> list[str]:
        """Stop and remove the service."""
        ...
