"""How Sage 200 takes orders: lengths, rounding, and what keeps an order from being made twice.

Source: contract §8, §9.1, §9.6. Sage does not refuse a second order with the same number or key (A).
"""

from __future__ import annotations

from typing import Final

from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.sales_order import LineKind
from tidegate.sage.port.orders import Charged, Customers, Guard, OrderWriting, Tax

ARITHMETIC: Final = Arithmetic()
"""Five decimals for prices, discounts and quantities, tax per line, half away from zero (§9.6, A)."""
ACCOUNT: Final = 8  #: characters of a customer's `reference`
REFERENCE: Final = 30  #: characters of `customer_document_no`
PRODUCT: Final = 30  #: characters of a product's `code`
LOOKUPS: Final = 50  #: keys that one look-up carries, as far as the query string's length permits


def key_length(key_field: str) -> int:
    """The length of a spare text or of an analysis code (§9.6)."""
    return 60 if key_field.startswith("analysis_code_") else 100


def writing(key_field: str) -> OrderWriting:
    """What holds for a company that keeps our key in this field."""
    return OrderWriting(
        guard=Guard.LOOK_UP_FIRST,
        arithmetic=ARITHMETIC,
        key_length=key_length(key_field),
        reference_length=REFERENCE,
        account_length=ACCOUNT,
        product_length=PRODUCT,
        line_kinds=frozenset(LineKind),
        tax=Tax.PER_LINE,
        customers=Customers.ACCOUNT,
        shipping=Charged.CHARGE_CODE,
        rounding=Charged.FREE_TEXT,
        orders_per_call=1,
        lookups_per_call=LOOKUPS,
    )
