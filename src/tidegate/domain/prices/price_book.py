"""Selling prices as the company keeps them: lists with their breaks, and what single customers agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tidegate.domain.bad_row import BadRow


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list, level or band."""

    code: str
    name: str = ""
    currency: str = ""  #: ISO 4217
    standard: bool = False  #: the list of everybody who has no other
    active: bool = True
    valid_from: date | None = None  #: in the company's time zone, both days included
    valid_to: date | None = None
    tax_inclusive: bool = False


@dataclass(frozen=True, slots=True)
class ListPrice:
    """The price of one product on one list, from `quantity` pieces on; per `unit`, "" = the stock unit."""

    list_code: str
    sku: str
    price: Decimal
    quantity: Decimal = Decimal(1)
    unit: str = ""


@dataclass(frozen=True, slots=True)
class CustomerPrice:
    """What one account pays for one product from `quantity` pieces on: a contract or its own discounts."""

    account: str
    sku: str
    price: Decimal  #: for one piece, discounts taken off
    currency: str
    quantity: Decimal = Decimal(1)
    unit: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """What an account would pay, where a product only answers enquiries."""

    account: str
    sku: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Lists and their prices."""

    lists: tuple[PriceList, ...]
    prices: tuple[ListPrice, ...]
    customer_prices: tuple[CustomerPrice, ...] = ()
    bad: tuple[BadRow, ...] = ()  #: products of which a price cannot be read; none of theirs is reported
