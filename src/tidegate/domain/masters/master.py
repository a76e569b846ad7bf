"""Master records that the company owns: its customers and its products."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """An account of the company. Money in `currency`."""

    id: str
    account: str
    name: str
    email: str = ""
    price_list: str = ""  #: code of its price list; "" = the standard one
    tax_code: str = ""
    vat_number: str = ""
    currency: str = ""
    credit_limit: Decimal | None = None  #: None = no limit
    balance: Decimal = Decimal(0)
    terms: str = ""  #: in words, e.g. `30 days from document date`
    on_hold: bool = False
    hidden: bool = False  #: closed for new business
    sales_rep: str = ""
    key: str = ""  #: our own key, when Tidegate created the account


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product of the company. `cost` in the company's currency, `weight` in kg, both per stock unit."""

    id: str
    sku: str
    name: str
    active: bool = True
    sellable: bool = True  #: may be put on sales orders
    stocked: bool = True  #: false for services and labour
    weight: Decimal | None = None
    cost: Decimal | None = None
    group: str = ""  #: category or division
    barcode: str = ""
    revenue_account: str = ""
    tax_code: str = ""
