"""One call of the control surface, and what its handlers read from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tidegate_sandbox.sage50.connection import Connection
from tidegate_sandbox.sage50.installation import Installation
from tidegate_sandbox.sage50.platform import Platform
from tidegate_sandbox.sage50.premises import Premises


@dataclass(frozen=True, slots=True)
class ControlCall:
    """Body and query of a control call; handlers run under the platform's lock."""

    premises: Premises
    body: dict[str, Any]
    asked: dict[str, str]

    @property
    def platform(self) -> Platform:
        """The platform."""
        return self.premises.platform

    @property
    def installation(self) -> Installation:
        """The installation that is meant; the first where none is named. ValueError for an unknown one."""
        return installation_of(self.platform, {**self.asked, **self.body})

    @property
    def connections(self) -> list[Connection]:
        """The connections of the named installation, or all of them."""
        id = self.body.get("installation")
        return [one for one in self.platform.keys if id is None or one.installation_id == id]

    def text(self, name: str, default: str | None = None) -> str:
        """A text of the body. ValueError, naming it."""
        value = self.body.get(name, default)
        if not isinstance(value, str):
            raise ValueError(f"{name!r} must be a text; got {value!r}")
        return value


Handler = Callable[[ControlCall], Any]


def installation_of(platform: Platform, named: dict[str, Any]) -> Installation:
    """The installation that ``installation`` names; the first where it names none. ValueError."""
    known = platform.installations
    id = named.get("installation", next(iter(known), None))
    if id not in known:
        raise ValueError(f"there is no installation {id!r}; there are {', '.join(known) or 'none'}")
    return known[id]
