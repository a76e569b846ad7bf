"""The simulated Sage products: how each is built, and what opens it.

Beside a product's room and `sage/rooms.py`, this is the only place that knows products by name: the
sandbox command, the demonstration, the weeks and the measurements look them up here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Simulated:
    """One simulated product."""

    name: str  #: the value of the key `product`
    title: str  #: as its vendor calls it
    port: int  #: where `tidegate sandbox` serves it when none is named
    paths: Mapping[str, str]  #: edition -> path of the interface on its server; the first is the usual one
    build: Callable[..., tuple[Any, Any]]
    """(clock, faults, company, options) -> the simulator and its wire."""
    credentials: Callable[[Any], dict[str, Any]]
    """What opens the simulator: key of the configuration -> value."""

    @property
    def path(self) -> str:
        """The interface of the usual edition."""
        return next(iter(self.paths.values()))

    @property
    def host(self) -> str:
        """The name of its server where no socket is used."""
        return f"{self.name}.sandbox"

    def environment(self, simulator: Any) -> dict[str, str]:
        """The secrets that `simulation.settings` refers to."""
        known = self.credentials(simulator)
        return {f"SAGE_{key.upper()}": str(value) for key, value in known.items()}


def _build_sage200(*arguments: Any, **options: Any) -> tuple[Any, Any]:
    from tidegate_sandbox import sage200  # not before it is needed: every command would wait for it

    return sage200.build(*arguments, **options)


def _sage200_credentials(face: Any) -> dict[str, Any]:
    """The application's registration and the company's address headers."""
    known = face.credentials
    return {
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "subscription_key": known.subscription_key,
        "site_id": known.site_id,
        "company_id": known.company_id,
    }


SIMULATED: Mapping[str, Simulated] = {
    each.name: each
    for each in (
        Simulated(
            name="sage200",
            title="Sage 200",
            port=8911,
            paths={"standard": "/uk/sage200/accounts/v1", "professional": "/uk/sage200extra/accounts/v1"},
            build=_build_sage200,
            credentials=_sage200_credentials,
        ),
    )
}
USUAL = next(iter(SIMULATED.values()))
"""The one that is simulated where nobody names another."""
