"""How this product takes orders: lengths, rounding, and what keeps an order from being made twice.

Source: contract §6, §7, §8, §9. Amounts are rounded to two places before anything is added. A repeat of the same request
is answered with the first answer for seven days, which guards besides: a ledger that was restored, or an order that
was changed meanwhile, is another request, and only the look-up finds what is there.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final

from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.sales_order import LineKind
from tidegate.sage.port.orders import Charged, Customers, Guard, OrderWriting, Tax

ACCOUNT: Final = 10  #: characters of a contact's reference
REFERENCE: Final = 25  #: characters of a document's reference
PRODUCT: Final = 30  #: characters of a stock item's code
KEY: Final = 60  #: characters of our key in the notes (A: notes have 2,000)
LOOKUPS: Final = 50  #: references that one look-up carries, where they begin alike

WRITING: Final = OrderWriting(
    guard=Guard.LOOK_UP_FIRST,
    arithmetic=Arithmetic(quantity_decimals=4),
    key_length=KEY,
    reference_length=REFERENCE,
    account_length=ACCOUNT,
    product_length=PRODUCT,
    line_kinds=frozenset({LineKind.GOODS, LineKind.FREE_TEXT}),
    tax=Tax.GIVEN,
    customers=Customers.CONTACT_PER_CURRENCY,
    shipping=Charged.HEADER_FIELD,
    computes_shipping_tax=True,
    rounding=Charged.FREE_TEXT,
    lookups_per_call=LOOKUPS,
)


def repeat_id(*parts: str | date) -> str:
    """What a request is known by for seven days: 32 hexadecimal digits, the same of the same parts (§6)."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:32]
