"""The mappings of one connection, in the form that the rules for orders use.

The flows build them from `config.model.Connection`, `Company` and the company's code lists, because the domain
reads no configuration. The key `*` of a mapping matches every name that is not listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

from tidegate.domain.money import ZERO, parse, plain
from tidegate.domain.orders.destinations import Destination
from tidegate.domain.orders.expressed import Charged, Customers, Tax
from tidegate.domain.orders.extras import AmountTerms
from tidegate.domain.orders.sales_order import LineKind

OTHER = "*"  #: the key that matches every name not listed


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """How the ERP books one Magento payment method; "" = the ERP's default."""

    account: str = ""  #: clearing account
    terms: str = ""


@dataclass(frozen=True, slots=True)
class ShippingTerms:
    """How the ERP books one Magento shipping method (`carrier_method`); "" = the ERP's default."""

    charge: str = ""  #: charge code, e.g. CARRIAGE; the item's code where shipping is an item line
    account: str = ""  #: freight account
    carrier: str = ""


@lru_cache(maxsize=1024)  # few names, each looked up for every line of every order
def tax_key(text: str) -> str:
    """The key of a tax mapping in one spelling: `20.00`, `20 %` and `20` become `20`; names become upper case.

    Magento's rate codes are unique without regard to case.
    """
    text = text.strip()
    try:
        return plain(parse(text.removesuffix("%")))
    except ValueError:
        return text.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The mappings of one connection. Amounts in the document's currency, rates in percent."""

    currency: str  #: the company's own currency, ISO 4217
    connection: str = "NAME"  #: its name, for messages that name the configuration key to add
    payments: Mapping[str, PaymentTerms] = field(default_factory=dict)
    shipping: Mapping[str, ShippingTerms] = field(default_factory=dict)
    tax_codes: Mapping[str, str] = field(default_factory=dict)  #: rate name or percent -> the ERP's code
    tax_rates: Mapping[str, Decimal] = field(default_factory=dict)  #: the ERP's code -> percent, if known
    revenue: tuple[tuple[str, str], ...] = ()  #: (SKU pattern, account), the first match wins
    revenue_groups: tuple[tuple[str, str], ...] = ()  #: (product group pattern, account), after the SKUs
    groups: Mapping[str, str] = field(default_factory=dict)  #: the ERP's code -> its product group
    skus: Mapping[str, str] = field(default_factory=dict)  #: exceptions: Magento SKU -> the ERP's code
    text_skus: frozenset[str] = frozenset()  #: SKUs unknown to the ERP, sent as free-text lines
    warehouse: str = ""
    tolerance: Decimal = Decimal("0.05")  #: the largest amount of a rounding line
    rounding_account: str = ""
    rounding_tax_code: str = ""  #: a code with rate 0; "" = the code mapped to percent 0
    amounts: Literal["auto", "base", "order"] = "auto"
    extras: Mapping[str, AmountTerms] = field(default_factory=dict)  #: by source, `domain/orders/extras.py`
    texts: Mapping[str, str] = field(default_factory=dict)  #: comment, line, memo or none, by kind of text
    bundles: Literal["components", "parent"] = "components"
    reference_prefix: str = ""
    reference_length: int | None = None  #: the longest order number that the ERP keeps; None = any
    time_zone: str = "UTC"  #: of the company (IANA name), for the document's date
    tax: Tax = Tax.PER_LINE  #: this field and the following: how the product represents orders
    customers: Customers = Customers.ACCOUNT
    line_kinds: frozenset[LineKind] = frozenset(LineKind)
    shipping_as: Charged = Charged.CHARGE_CODE
    computes_shipping_tax: bool = False  #: the product itself, though the tax of lines is given
    rounding_as: Charged = Charged.FREE_TEXT
    default_account: bool = True  #: free-text lines without an account go to the company's default account
    rounding_code: str = ""  #: charge or item code of the rounding line, where it needs one
    destinations: tuple[Destination, ...] = ()  #: tax group and schedule; the first match wins

    def payment(self, method: str) -> PaymentTerms | None:
        """How a payment method is booked, or None when it is not mapped."""
        return self.payments.get(method, self.payments.get(OTHER))

    def carriage(self, method: str) -> ShippingTerms | None:
        """How a shipping method is charged, or None when it is not mapped."""
        return self.shipping.get(method, self.shipping.get(OTHER))

    def tax_code(self, name: str) -> str | None:
        """The ERP's code for a rate name or a percent in text, or None when it is not mapped."""
        wanted = tax_key(name)
        for key, code in self.tax_codes.items():
            if tax_key(key) == wanted:
                return code
        return None

    def revenue_account(self, sku: str) -> str:
        """The account of the first pattern that matches the Magento SKU, else its group; "" = the product's own."""
        by_sku = next((account for pattern, account in self.revenue if fnmatchcase(sku, pattern)), "")
        group = self.groups.get(self.skus.get(sku, sku), "")
        if by_sku or not group:
            return by_sku
        return next((account for pattern, account in self.revenue_groups if fnmatchcase(group, pattern)), "")

    def text_rule(self, kind: str) -> str:
        """Where a kind of text goes; the default is a comment line."""
        return self.texts.get(kind, "comment")

    def zero_rate_code(self) -> str | None:
        """The tax code of the rounding line; None when there is none or its rate is known and not 0."""
        code = self.rounding_tax_code or self.tax_code("0")
        return code if code and self.tax_rates.get(code, ZERO) == 0 else None
