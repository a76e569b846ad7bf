"""Terms for tests: a British and an American company with everything mapped."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tidegate.domain.orders.arithmetic import Arithmetic, TaxRounding
from tidegate.domain.orders.terms import PaymentTerms, ShippingTerms, Terms

D = Decimal

PER_LINE = Arithmetic()
PER_RATE = Arithmetic(tax_rounding=TaxRounding.PER_RATE)
COARSE = Arithmetic(price_decimals=2, discount_decimals=2)

_UK: dict[str, Any] = {
    "currency": "GBP",
    "connection": "uk",
    "payments": {"checkmo": PaymentTerms("1200", "30 days"), "purchaseorder": PaymentTerms()},
    "shipping": {"flatrate_flatrate": ShippingTerms("CARRIAGE", "4905", "DPD")},
    "tax_codes": {"GB-VAT-20": "1", "20": "1", "5 %": "5", "0": "0", "US-MI-6": "6", "6": "6", "17.5": "8"},
    "tax_rates": {"1": D(20), "5": D(5), "0": D(0), "6": D(6), "8": D("17.5")},
    "rounding_account": "7905",
    "time_zone": "Europe/London",
}


def terms(**changes: Any) -> Terms:
    return Terms(**(_UK | changes))


UK = terms()
US = terms(currency="USD", connection="us", time_zone="America/Chicago")


def terms_for(currency: str) -> Terms:
    return terms(currency=currency)
