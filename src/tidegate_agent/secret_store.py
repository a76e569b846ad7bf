"""Secrets by name, in one file, each protected by the platform."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from tidegate_agent.platforms.platform import Platform
from tidegate_agent.settings import SettingsError


class SecretStore:
    """The secrets of one agent. Values are read from the file each time, so that a token can be changed live."""

    def __init__(self, path: Path, platform: Platform) -> None:
        self._path = path
        self._platform = platform

    def __call__(self, name: str) -> str:
        """A secret. SettingsError when there is none of this name."""
        stored = self._read().get(name)
        if stored is None:
            raise SettingsError(f"there is no secret {name!r}: store it with `tidegate-agent secret {name}`")
        return self._platform.reveal(base64.b64decode(stored)).decode("utf-8")

    def store(self, name: str, value: str) -> None:
        """Store a secret; the file is written whole and then put in place."""
        stored = self._read()
        stored[name] = base64.b64encode(self._platform.protect(value.encode("utf-8"))).decode()
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(stored, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    def names(self) -> list[str]:
        """The names of the secrets."""
        return sorted(self._read())

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise SettingsError(f"{self._path} cannot be read: {error}") from None
        return {str(name): str(value) for name, value in found.items()}
