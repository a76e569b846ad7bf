"""How Sage 50 takes orders: in files, by an id of ours, with everything inside.

Source: contract §8 to §10. Lengths are assumptions (A): the public schema has none. The id of an order is its
number, and a second order with the same id takes the place of the first.
"""

from __future__ import annotations

from typing import Final

from tidegate.domain.orders.arithmetic import Arithmetic, TaxRounding
from tidegate.domain.orders.sales_order import LineKind
from tidegate.sage.port.orders import Charged, Customers, Guard, OrderWriting, Tax

ARITHMETIC: Final = Arithmetic(tax_rounding=TaxRounding.PER_RATE)
"""Tax once per rate, half away from zero (§10, A)."""
KEY: Final = 40  #: characters of an order's id
ACCOUNT: Final = 60  #: characters of a customer's id
PRODUCT: Final = 60  #: characters of a product's reference


def writing(orders_per_call: int) -> OrderWriting:
    """What holds for every company of this product; a file carries up to `orders_per_call` orders."""
    return OrderWriting(
        guard=Guard.TARGET_OVERWRITES,
        arithmetic=ARITHMETIC,
        key_length=KEY,
        reference_length=KEY,
        account_length=ACCOUNT,
        product_length=PRODUCT,
        line_kinds=frozenset({LineKind.GOODS}),
        tax=Tax.PER_RATE,
        customers=Customers.INSIDE_THE_ORDER,
        shipping=Charged.HEADER_FIELD,
        rounding=Charged.HEADER_FIELD,
        orders_per_call=orders_per_call,
        lookups_per_call=1,
        hands_over=True,
        one_parcel=True,
        key_is_number=True,
        states_totals=False,
    )
