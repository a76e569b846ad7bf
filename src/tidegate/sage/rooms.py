"""The rooms: the one place that knows which Sage products there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tidegate.config.sage_product import SageProduct
from tidegate.sage.business_cloud.product import BUSINESS_CLOUD
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.intacct.product import INTACCT
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.sage50.product import SAGE_50
from tidegate.sage.sage50.settings import Sage50Settings
from tidegate.sage.sage100.product import SAGE_100
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage200.product import SAGE_200
from tidegate.sage.sage200.settings import Sage200Settings
from tidegate.sage.sage300.product import SAGE_300
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.x3.product import SAGE_X3
from tidegate.sage.x3.settings import X3Settings

if TYPE_CHECKING:
    from tidegate.clock import Clock
    from tidegate.config import model
    from tidegate.sage.port.company import Company
    from tidegate.sage.seats import SeatPools
    from tidegate.sage.vault import Vault
    from tidegate.transport import ClientFactory

PRODUCTS: tuple[SageProduct, ...] = (
    *(SAGE_200, INTACCT, SAGE_50, SAGE_300, SAGE_100, SAGE_X3),
    BUSINESS_CLOUD,
)
"""Every product that a company may have. The first is what `tidegate init` and the sandbox take unasked."""

SETTINGS = tuple(product.settings for product in PRODUCTS)
"""What `[companies.NAME]` may be: one struct a product."""

Secrets = Callable[[str], str]
"""Turns a secret's reference in the configuration into its value; never asked for an empty reference."""


def open_company(
    name: str,
    company: model.CompanySettings,
    *,
    secrets: Secrets,
    factory: ClientFactory,
    tokens: Vault,
    clock: Clock,
    seats: SeatPools,
) -> Company:
    """Open the company `name`; makes no call. Close it at the end.

    A room is imported when it is opened: reading the configuration needs no client.
    """
    match company:
        case Sage200Settings():
            from tidegate.sage.sage200.room import open_sage200

            return open_sage200(
                name, company, secrets=secrets, factory=factory, tokens=tokens, clock=clock, seats=seats
            )
        case IntacctSettings():
            from tidegate.sage.intacct.room import open_intacct

            return open_intacct(
                name, company, secrets=secrets, factory=factory, vault=tokens, clock=clock, seats=seats
            )
        case Sage50Settings():
            from tidegate.sage.sage50.room import open_sage50

            return open_sage50(
                name, company, secrets=secrets, factory=factory, vault=tokens, clock=clock, seats=seats
            )
        case Sage300Settings():
            from tidegate.sage.sage300.room import open_sage300

            return open_sage300(name, company, secrets=secrets, factory=factory, clock=clock, seats=seats)
        case Sage100Settings():
            from tidegate.sage.sage100.room import open_sage100

            return open_sage100(
                name, company, secrets=secrets, factory=factory, vault=tokens, clock=clock, seats=seats
            )
        case X3Settings():
            from tidegate.sage.x3.room import open_x3

            return open_x3(
                name, company, secrets=secrets, factory=factory, tokens=tokens, clock=clock, seats=seats
            )
        case BusinessCloudSettings():
            from tidegate.sage.business_cloud.room import open_business_cloud

            return open_business_cloud(
                name, company, secrets=secrets, factory=factory, tokens=tokens, clock=clock, seats=seats
            )
        case _:
            raise ValueError(f"no room for {type(company).__name__}")
