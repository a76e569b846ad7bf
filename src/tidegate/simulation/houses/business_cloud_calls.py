"""The calls of Sage Business Cloud Accounting that the faults of a week strike."""

from __future__ import annotations

from tidegate.simulation.houses.house import Calls
from tidegate.simulation.target import SAGE, Target, of

ORDER_SENT = Target(SAGE, "POST", "/sales_(invoices|quotes)$")  # invoices of quotes, too
ORDER_READ = Target(SAGE, "GET", "/sales_(invoices|quotes)$")
RELEASED = Target(SAGE, "POST", "/release$")
PAYMENT_MADE = Target(SAGE, "POST", "/contact_payments$")
ALLOCATED = Target(SAGE, "POST", "/contact_allocations$")
CONTACT_MADE = Target(SAGE, "POST", "/contacts$")

CALLS = Calls(
    order_sent=ORDER_SENT,
    order_read=ORDER_READ,
    cancelling=Target(SAGE, "DELETE", "/sales_(invoices|quotes)/"),
    allocating=ALLOCATED,
    reference_read=Target(SAGE, "GET", "/(contacts|products|services|tax_rates|ledger_accounts)$"),
    records_sent=Target(SAGE, "POST", "/(contacts|contact_payments)$"),
    faulty=(
        *(ORDER_SENT, ORDER_SENT, ORDER_SENT),
        ORDER_READ,
        Target(SAGE, "GET", "/products$"),
        *(RELEASED, CONTACT_MADE),
    ),
    faulty_back=(
        Target(SAGE, "GET", "/sales_(invoices|credit_notes)$"),
        Target(SAGE, "GET", "/(stock_items|product_sales_price_types)$"),
        Target(SAGE, "GET", "/contact_payments$"),
        *(PAYMENT_MADE, ALLOCATED),
    ),
    reads=(*(ORDER_READ, ORDER_READ), *of(SAGE, "GET", "/contacts$", "/products$", "/tax_rates$")),
    writes=(ORDER_SENT, ORDER_SENT, RELEASED, CONTACT_MADE),
    reads_back=of(
        SAGE,
        "GET",
        "/sales_(invoices|credit_notes)$",
        "/(stock_items|product_sales_price_types)$",
        "/(contact_payments|contacts)$",
        "/(ledger_entries|bank_accounts)$",
    ),
    writes_back=(PAYMENT_MADE,),
    unreadable=(("/sales_(invoices|quotes)$", "total_amount"),),
    unreadable_back=(
        ("/stock_items$", "quantity_in_stock"),
        ("/sales_invoices$", "invoice_lines.0.quantity"),
        ("/contact_payments$", "total_amount"),
        ("/products$", "sales_prices.0.price"),
    ),
)
