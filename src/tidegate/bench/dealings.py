"""What a company does with the orders that it has: they leave, are invoiced, and are paid, each as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from tidegate.bench.shopping import SELLERS
from tidegate.simulation.products import USUAL

#: Pieces of each product that are sold: enough for every order.
PLENTY = Decimal(100_000)


def fill(company: Any, skus: Iterable[str], warehouse: str) -> None:
    """There are pieces of these products for every order, and what waited for them has them."""
    for sku in skus:
        company.stock_adjust(sku, warehouse, to=PLENTY)
    with company.staff():
        company.orders.allocate_waiting()


def despatch(company: Any) -> int:
    """Everything leaves that has not left; how many orders."""
    items = {line.code for order in company.orders.table for line in order.lines if line.kind == "item"}
    fill(company, sorted(items | set(SELLERS)), USUAL.codes.warehouse)
    waiting = [
        each.number for each in company.orders.table if each.despatch == "none" and each.status == "live"
    ]
    for number in waiting:
        company.despatch(number)
    return len(waiting)


def invoice(company: Any) -> int:
    """Everything that has left and has no invoice gets one; how many invoices."""
    before = len(company.invoices.table)
    company.invoice_run([each.number for each in company.orders.table if each.invoicing == "none"])
    return len(company.invoices.table) - before


def pay(company: Any) -> int:
    """Every invoice that is owed is paid in full; how many."""
    outstanding = {each.reference: each.outstanding for each in company.receivables.table}
    owed = [each for each in company.invoices.table if outstanding[each.number] > 0]
    for each in owed:
        account = company.customers.table[each.customer_id].code
        company.receipt(account, each.totals.gross, invoice=each.number)
    return len(owed)


DOCUMENTS: Mapping[str, Callable[[Any], int]] = {"despatch": despatch, "invoice": invoice, "payment": pay}
