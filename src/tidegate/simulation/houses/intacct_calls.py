"""The calls of Sage Intacct that the faults of a week strike: one address, so that the functions tell them apart."""

from __future__ import annotations

from tidegate.simulation.houses.house import Calls
from tidegate.simulation.target import SAGE, Target


def holding(*bodies: str) -> tuple[Target, ...]:
    """Requests to the gateway that contain these texts."""
    return tuple(Target(SAGE, "POST", "xmlgw.phtml$", body) for body in bodies)


def reading(*objects: str) -> tuple[Target, ...]:
    """Requests that query these objects."""
    return holding(*(f"<object>{name}</object>" for name in objects))


(ORDER_SENT, CUSTOMER_MADE, CONTACT_MADE, RECEIPT_MADE, SIGN_IN, CANCELLING) = holding(
    "<create_sotransaction>",
    "<create><CUSTOMER>",
    "<create><CONTACT>",
    "<create><ARPYMT>",
    "<getAPISession",
    "<update_sotransaction ",
)
ORDER_READ, ITEM_READ, WAREHOUSE_READ, CUSTOMER_READ = reading("SODOCUMENT", "ITEM", "WAREHOUSE", "CUSTOMER")

CALLS = Calls(
    order_sent=ORDER_SENT,
    order_read=ORDER_READ,
    cancelling=CANCELLING,
    allocating=RECEIPT_MADE,
    signing_in=SIGN_IN,
    reference_read=WAREHOUSE_READ,
    records_sent=CUSTOMER_MADE,
    faulty=(*(ORDER_SENT, ORDER_SENT, ORDER_SENT), ORDER_READ, ITEM_READ, CUSTOMER_MADE, SIGN_IN),
    faulty_back=(
        *reading("SODOCUMENTENTRY", "ITEMWAREHOUSEINFO", "ARINVOICE", "SOPRICELISTENTRY", "GLDETAIL"),
        *(RECEIPT_MADE, RECEIPT_MADE),
    ),
    reads=(ORDER_READ, ORDER_READ, CUSTOMER_READ, ITEM_READ, WAREHOUSE_READ),
    writes=(ORDER_SENT, ORDER_SENT, CUSTOMER_MADE, CONTACT_MADE),
    reads_back=reading(
        *("SODOCUMENTENTRY", "SODOCUMENTSUBTOTALS", "ITEMWAREHOUSEINFO"),
        *("SOPRICELIST", "SOPRICELISTENTRY", "ARINVOICE", "GLDETAIL", "CUSTOMER"),
    ),
    writes_back=(RECEIPT_MADE,),
)
