"""Opens a company by its product's name."""

from __future__ import annotations

from collections.abc import Callable

from tidegate.clock import Clock
from tidegate.config import model
from tidegate.sage.port.company import Company
from tidegate.sage.sage200.room import open_sage200
from tidegate.sage.seats import PROCESS_SEATS, SeatPools
from tidegate.sage.tokens import SignsIn, TokenVault
from tidegate.transport import ClientFactory

Secrets = Callable[[str], str]
"""Turns a secret's reference in the configuration into its value; never asked for an empty reference."""


def open_company(
    name: str,
    company: model.Company,
    *,
    secrets: Secrets,
    factory: ClientFactory,
    tokens: TokenVault,
    clock: Clock,
    seats: SeatPools = PROCESS_SEATS,
) -> Company:
    """Open the company `name`; makes no call. Close it at the end."""
    match company.product:
        case "sage200":
            return open_sage200(
                name, company, secrets=secrets, factory=factory, tokens=tokens, clock=clock, seats=seats
            )


def sign_in_of(company: Company) -> SignsIn | None:
    """The sign-in of a company that is entered through the browser; None for the others."""
    return getattr(company, "sign_in", None)
