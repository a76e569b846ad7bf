"""How orders are written to Sage 100: lengths, rounding, and the guard against making an order twice.

Source: contract §4, §5, §7.1. Sage calculates tax itself, by schedule and class, once for the whole order.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.sales_order import LineKind
from tidegate.domain.orders.stored_keys import KeyMaker, full_customer_keys, full_key, short_keys
from tidegate.sage.port.orders import Charged, Customers, Guard, OrderWriting, Tax
from tidegate.sage.sage100.accounts import LONGEST_NUMBER
from tidegate.sage.sage100.settings import WIDTHS, Sage100Settings
from tidegate.sage.sage100.writers import ByImportJob, ByWebServices

KEY: Final = 40  #: characters of our key in Sage's field and in the agent's journal
REFERENCE: Final = WIDTHS["po"]  #: characters of CustomerPONo, where the release has no less
PRODUCT: Final = 30  #: characters of ItemCode
LINE_KEY: Final = 60  #: characters of the field for the line key
LOOKUPS: Final = 50  #: keys in one look-up call
BATCH: Final = 10  #: orders in one call, and so in one session
_short_order_key = short_keys(KEY, prefix="MGO")
_short_customer_keys = short_keys(KEY, prefix="MGC")


def order_key(store: str, entity_id: int, again: int = 0) -> str:
    """The whole key if it fits, else a short key that is made from the same ids."""
    whole = full_key(store, entity_id)
    return whole if len(whole) <= KEY and not again else _short_order_key(store, entity_id, again)


def customer_keys(currency: str) -> KeyMaker:
    """Makes customer keys: the whole key if it fits, else a short key that is made from the same ids."""
    whole = full_customer_keys(currency)

    def make(store: str, customer_id: int, again: int = 0) -> str:
        key = whole(store, customer_id, again)
        return key if len(key) <= KEY and not again else _short_customer_keys(store, customer_id, again)

    return make


WRITING: Final = OrderWriting(
    guard=Guard.LOOK_UP_FIRST,
    arithmetic=Arithmetic(),
    key_length=KEY,
    reference_length=REFERENCE,
    account_length=LONGEST_NUMBER,
    product_length=PRODUCT,
    line_kinds=frozenset(LineKind),
    tax=Tax.BY_SCHEDULE,
    customers=Customers.ACCOUNT,
    shipping=Charged.CHARGE_CODE,
    rounding=Charged.FREE_TEXT,
    orders_per_call=BATCH,
    lookups_per_call=LOOKUPS,
    make_key=order_key,
    make_customer_keys=customer_keys,
)


def writing(company: Sage100Settings) -> OrderWriting:
    """How the configured writer takes orders: the web services one order a call, an import job a file of several."""
    made = replace(WRITING, reference_length=company.width("po"))
    match company.writer:
        case ByWebServices():
            return replace(made, orders_per_call=1)
        case ByImportJob(orders_per_file=size):
            return replace(made, orders_per_call=size, hands_over=True, one_parcel=False)
        case _:
            return made
