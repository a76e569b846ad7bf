"""How a product represents tax, customers, shipping and rounding in an order. Each room states its product's way."""

from __future__ import annotations

from enum import StrEnum


class Tax(StrEnum):
    """How an order states its tax."""

    PER_LINE = "per line"
    PER_RATE = "per rate"
    GIVEN = "given"  #: amounts are sent, the product takes them as they are
    BY_SCHEDULE = "by schedule"  #: the product computes it by the destination

    @property
    def from_store(self) -> bool:
        """Whether a line's tax is the store's own figure: sent as it is, or what the product should arrive at."""
        return self in (Tax.GIVEN, Tax.BY_SCHEDULE)


class Customers(StrEnum):
    """How an order names its customer."""

    ACCOUNT = "account"
    INSIDE_THE_ORDER = "inside the order"
    CONTACT_PER_CURRENCY = "contact per currency"


class Charged(StrEnum):
    """How an order represents shipping costs, or a rounding difference."""

    FREE_TEXT = "free text"
    CHARGE_CODE = "charge code"
    ITEM_LINE = "item line"  #: a line of goods with an item of the company for this purpose
    HEADER_FIELD = "header field"
