"""`[connections.NAME.tax]`: which codes, groups and schedules of the company stand for the store's taxes."""

from __future__ import annotations

from decimal import Decimal

from tidegate.config.strict import Strict
from tidegate.domain.orders.destinations import Destination


class TaxDestination(Strict, frozen=True, kw_only=True):
    """`[[connections.NAME.tax.destinations]]`: how what goes there is taxed; the first that fits counts."""

    country: str
    region: str = ""
    postcode: str = ""
    group: str = ""
    schedule: str = ""

    def rule(self) -> Destination:
        """The same as the rules read it."""
        return Destination(
            country=self.country,
            region=self.region,
            postcode=self.postcode,
            group=self.group,
            schedule=self.schedule,
        )


class Tax(Strict, frozen=True, kw_only=True):
    """Magento rate code or percent -> the company's tax code; and where the company taxes by schedule, which one."""

    codes: dict[str, str] = {}  #: e.g. {"GB-VAT-20" = "1", "20" = "1", "0" = "0"}
    destinations: tuple[TaxDestination, ...] = ()  #: for products that compute tax by schedule
    tolerance: Decimal = Decimal("0.05")  #: how far their total may be from Magento's
