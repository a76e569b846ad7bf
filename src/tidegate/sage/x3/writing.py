"""How X3 takes orders: lengths, rounding, and what keeps an order from being made twice.

Source: contract §9, §10. Widths beyond CUSORDREF's are assumed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.sales_order import LineKind
from tidegate.domain.orders.stored_keys import short_customer_keys, short_keys
from tidegate.sage.port.orders import Charged, Customers, Guard, OrderWriting, Tax
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.writers import ByFiles, ByGraphQL, ByTemplate

ACCOUNT: Final = 15  #: characters of BPCNUM
KEY: Final = 20  #: characters of CUSORDREF
REFERENCE: Final = 50  #: characters of a field of the site
PRODUCT: Final = 20  #: characters of ITMREF
NUMBER: Final = 20  #: characters of SOHNUM
LOOKUPS: Final = 50  #: keys that one look-up carries; the address' length decides how many calls it takes

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
    make_customer_keys=short_customer_keys(KEY, "TGC"),
)


def writing(company: X3Settings) -> OrderWriting:
    """What holds for this company: keys begin with its prefix; a number of our own leaves room for its prefix.

    By a template several orders go at a time, and are worked on later.
    """
    number_prefix = len(company.order_prefix) if company.own_order_number else None
    match company.writer:
        case ByFiles():
            return _writing(company.key_prefix, number_prefix, company.writer.orders_per_file)
        case ByTemplate(execution="realtime"):
            made = _writing(company.key_prefix, number_prefix, None)
            return made if company.look_up == "rest" else replace(made, states_totals=False)
        case ByTemplate():
            return _writing(company.key_prefix, number_prefix, company.writer.orders_per_request)
        case ByGraphQL() if "ORDINVATI" not in company.graphql_fields:
            return replace(_writing(company.key_prefix, number_prefix, None), states_totals=False)
        case _:
            return _writing(company.key_prefix, number_prefix, None)


@cache
def _writing(key_prefix: str, number_prefix: int | None, handed_over: int | None) -> OrderWriting:
    length = REFERENCE if number_prefix is None else min(REFERENCE, NUMBER - number_prefix)
    made = replace(WRITING, reference_length=length, make_key=short_keys(KEY, prefix=key_prefix))
    if handed_over is None:
        return made
    return replace(made, orders_per_call=handed_over, hands_over=True, one_parcel=False)
