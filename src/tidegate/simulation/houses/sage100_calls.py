"""The calls of the agent of Sage 100 that the faults of a week strike."""

from __future__ import annotations

from tidegate.simulation.houses.house import Calls
from tidegate.simulation.target import SAGE, Target, of

ORDER_SENT = Target(SAGE, "POST", "/orders$")
ORDER_READ = Target(SAGE, "GET", "/orders/by-key$")
CUSTOMER_MADE = Target(SAGE, "POST", "/customers$")
CANCELLED = Target(SAGE, "POST", "/cancel$")

CALLS = Calls(
    order_sent=ORDER_SENT,
    order_read=ORDER_READ,
    cancelling=CANCELLED,
    reference_read=Target(SAGE, "GET", "data/(items|customers|stock)$"),
    records_sent=CUSTOMER_MADE,
    faulty=(
        *(ORDER_SENT, ORDER_SENT, ORDER_SENT),
        ORDER_READ,
        Target(SAGE, "GET", "data/items$"),
        CUSTOMER_MADE,
        Target(SAGE, "GET", "v1/health$"),
    ),
    faulty_back=(
        Target(SAGE, "GET", "data/(open-shipments|invoices|invoice-lines|tracking)$"),
        Target(SAGE, "GET", "data/(stock|price-codes)$"),
        Target(SAGE, "GET", "data/(open-items|receipts)$"),
    ),
    reads=(
        *(ORDER_READ, ORDER_READ),
        *of(SAGE, "GET", "data/customers$", "data/items$", "data/orders$"),
    ),
    writes=(ORDER_SENT, ORDER_SENT, CUSTOMER_MADE),
    reads_back=of(
        SAGE,
        "GET",
        "data/(open-shipments|open-shipment-lines|shipment-tracking|invoices|invoice-lines|tracking)$",
        "data/(stock|items|price-codes|order-lines|orders)$",
        "data/(open-items|receipts|customers)$",
        "data/(gl-postings|accounts)$",
    ),
    unreadable=(("data/orders$", "SalesTaxAmt"),),
    unreadable_back=(
        ("data/stock$", "QuantityOnHand"),
        ("data/order-lines$", "QuantityOrdered"),
        ("data/invoice-lines$", "QuantityShipped"),
        ("data/invoices$", "SalesTaxAmt"),
        ("data/open-items$", "Balance"),
        ("data/items$", "StandardUnitPrice"),
    ),
)
