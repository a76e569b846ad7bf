"""Other channels that sell from the same stock: the shop counter, a telephone order, a market place."""

from __future__ import annotations

from decimal import Decimal

from tidegate_sandbox.erp.company_ledgers import CompanyLedgers
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.warehouse import Warehouse

ACCOUNT = "COUNTER"


def sell_elsewhere(
    company: CompanyLedgers, item: Item, warehouse: Warehouse, quantity: Decimal, channel: str
) -> Order | None:
    """Sell over the ``counter``: stock falls at once, paid in cash. Any other channel: an order is entered.

    Refusal ``invalid`` when there is not enough stock for the counter.
    """
    if channel != "counter":
        customer = company.customers.table.first("code", ACCOUNT) or company.customers.open(
            NewCustomer(code=ACCOUNT, name="Other channels")
        )
        line = NewLine(kind="item", item_id=item.id, warehouse_id=warehouse.id, quantity=quantity)
        return company.orders.enter(
            NewOrder(customer_id=customer.id, lines=[line], channel=channel, created_by=channel.upper()[:30])
        )
    company.stock.move(item.id, warehouse.id, -quantity, "counter sale")
    net = rounded(quantity * company.prices.amount(item.id, None))
    cost = rounded(quantity * item.cost)
    entries = [(company.ledger.control("bank"), net, item.code), (item.revenue, -net, item.code)]
    if company.rules.post_cost_of_sales:
        entries += [(item.cost_of_sales, cost, item.code), (item.stock, -cost, item.code)]
    company.ledger.post(company.today(), "cash", item.code, entries, user="TILL")
    return None
