"""What else a company's own people do, named by code: for tests, scenarios and control surfaces.

As :class:`Company`'s own functions of this kind, each is refused while the company is locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.despatch import Despatch
from tidegate_sandbox.erp.invoice import Invoice
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.erp.refusal import Refusal


def track(company: Company, despatch: str, consignment: str, *, courier: str = "") -> Despatch:
    """Give a despatch (by number) its tracking number, later than it left, or another one."""
    with company.staff():
        one = company.despatches.table.first("number", despatch)
        if one is None:
            raise Refusal("unknown", f"There is no despatch {despatch}.", "despatch")
        chosen = company.couriers.first("name", courier) if courier else None
        if courier and chosen is None:
            raise Refusal("unknown", f"There is no courier {courier}.", "courier")
        courier_id = chosen.id if chosen is not None else one.courier_id
        company.despatches.track(one, courier_id=courier_id, consignment=consignment)
        return one


def credit(
    company: Company, order: str, quantities: Mapping[str, Decimal] | None = None, *, returned: bool = False
) -> Invoice:
    """A credit note of an order (by number); ``quantities`` by code, all that was invoiced by default."""
    with company.staff():
        found = company.order(order)
        chosen = None
        if quantities is not None:
            by_code = {line.code: line.id for line in found.lines}
            if unknown := [code for code in quantities if code not in by_code]:
                raise Refusal("unknown", f"The order has no line {unknown[0]}.", "quantities")
            chosen = {by_code[code]: quantity for code, quantity in quantities.items()}
        return company.invoices.credit(found, chosen, returned=returned)


def settle(company: Company, customer: str, debit: str, credit: str, value: Decimal | None = None) -> Decimal:
    """Set a credit against a debit of an account, each by URN or reference; as much as both have left.

    Returns what was allocated.
    """
    with company.staff():
        account = company.customer(customer)
        owed, paid = _entry(company, account, debit, 1), _entry(company, account, credit, -1)
        amount = min(owed.outstanding, -paid.outstanding) if value is None else value
        company.receivables.allocate([(owed, amount), (paid, -amount)])
        return amount


def _entry(company: Company, customer: Customer, name: str, sign: int) -> Transaction:
    for one in company.receivables.table.find("customer_id", customer.id):
        if name in (str(one.urn), one.reference) and one.outstanding * sign > 0:
            return one
    raise Refusal("unknown", f"The account has nothing open by {name}.", "reference")


def item_change(company: Company, code: str, **changes: Any) -> Item:
    """Change values of an item by their kernel names, such as ``is_active``, ``cost`` or ``weight``."""
    with company.staff():
        item = company.item(code)
        for name, value in changes.items():
            if not hasattr(item, name):
                raise Refusal("unknown", f"An item has no {name}.", name)
            setattr(item, name, value)
        if "is_active" in changes:
            item.inactive_since = None if item.is_active else company.today()
        company.touch(item)
        return item


def new_item(company: Company, code: str, *, like: str, name: str = "", price: Decimal | None = None) -> Item:
    """A new item in the group of another, kept where that is kept, empty, with a standard price."""
    with company.staff():
        if company.items.first("code", code) is not None:
            raise Refusal("duplicate", "The item code already exists.", "code")
        model, stamp = company.item(like), company.stamp()
        item = company.items.add(
            replace(
                model,
                id=company.ids.next(),
                created_at=stamp,
                updated_at=stamp,
                code=code,
                name=name or code[:60],
                barcode="",
                extra={},
            )
        )
        for holding in company.stock.of_item(model.id):
            company.stock.keep(item.id, holding.warehouse_id)
        if price is not None:
            company.prices.set(item.id, company.prices.standard.id, price)
        return item
