"""How Sage Intacct takes orders: lengths, rounding, and what keeps an order from being made twice.

Source: contract §6.1, §11, §12. Lengths are not published (A); they are those of the screens.
"""

from __future__ import annotations

from typing import Final

from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.sales_order import LineKind
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.port.orders import Charged, Customers, Guard, OrderWriting, Tax

ACCOUNT: Final = 20  #: characters of CUSTOMERID
REFERENCE: Final = 45  #: characters of `referenceno`
PRODUCT: Final = 30  #: characters of ITEMID
KEY: Final = 100  #: characters of a custom field that holds text
ORDERS: Final = 25  #: the most of one request, whose answer takes the sum of its orders' times (§12)
LOOKUPS: Final = 500  #: keys that one look-up carries; an `in` takes 1000


def writing(company: IntacctSettings) -> OrderWriting:
    """What holds for this company.

    An order's answer is its number alone: totals are read back with the invoices, and compared before the
    order is sent. A control id that was executed is refused for ever (A), so nothing is looked up first.
    """
    return OrderWriting(
        guard=Guard.TARGET_REFUSES,
        arithmetic=Arithmetic(
            price_decimals=company.price_decimals, discount_decimals=company.price_decimals
        ),
        key_length=KEY,
        reference_length=REFERENCE,
        account_length=ACCOUNT,
        product_length=PRODUCT,
        line_kinds=frozenset(LineKind),
        tax=Tax.GIVEN,
        customers=Customers.ACCOUNT,
        shipping=Charged.CHARGE_CODE,
        rounding=Charged.FREE_TEXT,
        default_account=False,
        orders_per_call=ORDERS,
        lookups_per_call=LOOKUPS,
        hands_over=bool(company.offline_policy),
        one_parcel=False,
        states_totals=False,
    )
