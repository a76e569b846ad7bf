"""Linux and macOS: for tests and demonstrations. Secrets are only as safe as their file's rights."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from tidegate_agent.platforms.platform import NotHere


class Posix:
    """No protected storage and no service."""

    name = "posix"

    def protect(self, secret: bytes) -> bytes:
        """Only coded: the file's rights (0600) protect it."""
        return base64.b64encode(secret)

    def reveal(self, protected: bytes) -> bytes:
        """The secret again."""
        return base64.b64decode(protected)

    def install_service(
        self, name: str, title: str, command: Sequence[str], account: str, password: str
    ) -> list[str]:
        """Not here."""
        raise NotHere("Services are installed on Windows. Here, run: " + " ".join(command))

    def remove_service(self, name: str) -> list[str]:
        """Not here."""
        raise NotHere("Services are removed on Windows.")
