"""Where an order goes, and by which tax group and schedule the company taxes what goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Address, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One rule. `region` and `postcode` are patterns (`*`, `?`) without regard to case; "" = any."""

    country: str  #: ISO 3166 alpha-2
    region: str = ""  #: as the store calls it: Michigan
    postcode: str = ""  #: 481*
    group: str = ""  #: the company's tax group
    schedule: str = ""  #: the company's tax schedule

    def fits(self, address: Address) -> bool:
        """Whether the address is in this destination."""
        wanted = ((self.region, address.region), (self.postcode, address.postcode))
        return self.country.upper() == address.country.strip().upper() and all(
            not pattern or fnmatchcase(text.strip().casefold(), pattern.casefold())
            for pattern, text in wanted
        )


def destination_of(
    order: Order, destinations: Sequence[Destination], connection: str
) -> Destination | Failure:
    """The first rule that fits where the order goes: its delivery address, else the billing address.

    Without one the order is held for `destination:COUNTRY/REGION/POSTCODE`.
    """
    address = order.shipping or order.billing
    for each in destinations:
        if each.fits(address):
            return each
    place = "/".join((address.country, address.region, address.postcode))
    return Failure(
        Code.UNMAPPED_TAX,
        f"Order {order.increment_id} is delivered to {place}, and no tax schedule is configured for that "
        f"address. Add a rule to [[connections.{connection}.tax.destinations]].",
        missing=f"destination:{place}",
        sent=False,
    )
