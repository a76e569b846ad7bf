"""The calls of Sage 200 that the faults of a week strike."""

from __future__ import annotations

from tidegate.simulation.houses.house import Calls
from tidegate.simulation.target import SAGE, Target, of

ORDER_SENT = Target(SAGE, "POST", "sop_orders$")
ORDER_READ = Target(SAGE, "GET", "sop_orders$")

CALLS = Calls(
    order_sent=ORDER_SENT,
    order_read=ORDER_READ,
    cancelling=Target(SAGE, "DELETE", "sop_orders/"),
    allocating=Target(SAGE, "POST", "sales_allocations$"),
    signing_in=Target(SAGE, "POST", "oauth/token$"),
    reference_read=Target(SAGE, "GET", "products$|customers$|tax_codes$"),
    records_sent=Target(SAGE, "POST", "(customers|sales_receipts|sales_allocations)$"),
    faulty=(
        *(ORDER_SENT, ORDER_SENT, ORDER_SENT),
        Target(SAGE, "GET", "sop_orders"),
        Target(SAGE, "GET", "products"),
        Target(SAGE, "POST", "customers$"),
        Target(SAGE, "POST", "oauth/token"),
    ),
    faulty_back=(
        Target(SAGE, "GET", "sop_.*view"),
        Target(SAGE, "GET", "(warehouse|stock|product).*view"),
        Target(SAGE, "GET", "sales_posted_transactions"),
        Target(SAGE, "POST", "sales_receipts$"),
        Target(SAGE, "POST", "sales_receipts$"),
        Target(SAGE, "POST", "sales_allocations$"),
    ),
    reads=(
        *(ORDER_READ, ORDER_READ),
        *of(SAGE, "GET", "customers$", "products$"),
        Target(SAGE, "GET", "(tax_codes|warehouses|sop_settings|sop_additional_charges)$"),
    ),
    writes=(ORDER_SENT, ORDER_SENT, Target(SAGE, "POST", "customers$")),
    reads_back=of(
        SAGE,
        "GET",
        "sop_.*view",
        "(price|product|customer|nominal).*view",
        "warehouse_holdings$",
        "sales_posted_transactions$",
        "(banks|couriers|price_bands|product_groups|nominal_codes|customer_emails)$",
    ),
    writes_back=of(SAGE, "POST", "sales_receipts$", "sales_allocations$"),
    unreadable=(("sop_orders$", "total_gross_value"),),
    unreadable_back=(
        ("warehouse_holdings$", "quantity_in_stock"),
        ("warehouse_holdings$", "quantity_allocated"),
        ("sop_orders$", "lines"),
        ("sop_orders$", "lines.0.stock_unit_line_quantity"),
        ("sop_order_despatch_line_views$", "sop_despatch_line_quantity"),
        ("sop_order_return_invoice_credit_views$", "sop_invoice_credit_total_gross_value"),
        ("sales_posted_transactions$", "document_outstanding_value"),
        ("product_price", "product_price_price"),
    ),
)
