"""How Sage 300 takes orders: lengths, rounding, and what keeps an order from being made twice.

Source: contract §7, §8, §9.4. The program keeps prices with six decimals; the hub sends five.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.sales_order import LineKind
from tidegate.domain.orders.stored_keys import full_receipt_key, short_keys
from tidegate.sage.port.orders import Charged, Customers, Guard, OrderWriting, Tax
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.writers import ByCsvImport

ACCOUNT: Final = 12  #: characters of CustomerNumber
REFERENCE: Final = 22  #: characters of PurchaseOrderNumber
PRODUCT: Final = 24  #: characters of ItemNumber
KEY: Final = 60  #: characters of OrderReference
NUMBER: Final = 22  #: characters of OrderNumber
RECEIPT: Final = 24  #: characters of CheckReceiptNumber
LOOKUPS: Final = 100  #: keys that one look-up carries; the address' length decides how many calls it takes
RECEIPT_PREFIX: Final = "TGR"
_short_receipt_key = short_keys(RECEIPT, prefix=RECEIPT_PREFIX)


def receipt_key(store: str, entity_id: int, again: int = 0) -> str:
    """The whole key where it fits, else a short one of the same source."""
    whole = full_receipt_key(store, entity_id)
    return whole if len(whole) <= RECEIPT and not again else _short_receipt_key(store, entity_id, again)


def is_receipt_key(number: str) -> bool:
    """Whether a receipt's number is one of ours."""
    return number.startswith(("magento:", RECEIPT_PREFIX))


WRITING: Final = OrderWriting(
    guard=Guard.LOOK_UP_FIRST,
    arithmetic=Arithmetic(quantity_decimals=4),
    key_length=KEY,
    reference_length=REFERENCE,
    account_length=ACCOUNT,
    product_length=PRODUCT,
    line_kinds=frozenset(LineKind),
    tax=Tax.PER_LINE,
    customers=Customers.ACCOUNT,
    shipping=Charged.CHARGE_CODE,
    rounding=Charged.FREE_TEXT,
    lookups_per_call=LOOKUPS,
    make_receipt_key=receipt_key,
)


def writing(company: Sage300Settings) -> OrderWriting:
    """What holds for this company: a number of our own leaves room for its prefix, and an import takes a file."""
    prefix = len(company.order_prefix) if company.own_order_number else 0
    made = replace(WRITING, reference_length=min(REFERENCE, NUMBER - prefix))
    if isinstance(company.writer, ByCsvImport):
        return replace(
            made, orders_per_call=company.writer.orders_per_file, hands_over=True, one_parcel=False
        )
    return made
