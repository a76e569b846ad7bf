"""The company's books as an outsider may read them: plain JSON, for checkers and people."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.company_ledgers import CompanyLedgers
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.order import Order, OrderLine


def books(company: CompanyLedgers) -> dict[str, Any]:
    """Everything that happened, keyed the ways a checker asks: amounts are texts, times ISO 8601.

    ``orders_by_reference`` and ``orders_by_key`` map the customer's order number, and the key that the
    sending system stored, to the orders that carry it, deleted ones included: more than one is a double.
    """
    with company.lock:
        return {
            "company": company.name,
            "now": company.clock.now().isoformat(),
            **order_books(company),
            "customers": _customers(company),
            "items": _items(company),
            "stock": _stock(company),
            "prices": _prices(company),
            "despatches": _despatches(company),
            "invoices": _invoices(company),
            "transactions": _transactions(company),
            "journals": _journals(company),
            "accounts": {
                "/".join(part for part in account.target if part): str(account.balance)
                for account in company.nominal_accounts
            },
            "trial_balance": str(company.ledger.trial_balance()),
            "counts": _counts(company),
            "violations": [*company.violations, *_inconsistencies(company)],
            "writes_while_locked": company.writes_while_locked,
            "max_sessions": company.seats.peak,
            "seats_refused": company.seats.refused,
        }


def stock_books(company: CompanyLedgers) -> dict[str, Any]:
    """Of the books, what decides what can be sold now: orders, stock and despatches."""
    with company.lock:
        return {
            "now": company.clock.now().isoformat(),
            **order_books(company),
            "stock": _stock(company),
            "despatches": _despatches(company),
        }


def order_books(company: CompanyLedgers) -> dict[str, Any]:
    """Of the books, the orders alone: much less to write than the stock and prices of a thousand items."""
    with company.lock:
        orders = [{**_order(company, order), "deleted_at": ""} for order in company.orders.table]
        deleted = [
            {**_order(company, one.order), "status": "deleted", "deleted_at": one.at.isoformat()}
            for one in company.orders.deleted
        ]
        by_reference: dict[str, list[dict[str, Any]]] = {}
        by_key: dict[str, list[dict[str, Any]]] = {}
        for one in (*orders, *deleted):
            if one["reference"]:
                by_reference.setdefault(one["reference"], []).append(one)
            if one["key"]:
                by_key.setdefault(one["key"], []).append(one)
        return {
            "orders": [*orders, *deleted],
            "orders_by_reference": by_reference,
            "orders_by_key": by_key,
        }


def _order(company: CompanyLedgers, order: Order) -> dict[str, Any]:
    customer = company.customers.table.get(order.customer_id)
    return {
        "id": order.id,
        "number": order.number,
        "status": order.status,
        "reference": order.customer_order_no,
        "key": order.external_key,
        "customer": customer.code if customer is not None else "",
        "channel": order.channel,
        "created_by": order.created_by,
        "date": order.date.isoformat(),
        "gross": str(order.totals.gross),
        "net": str(order.totals.net),
        "tax": str(order.totals.tax),
        "credit_exceeded": order.credit_exceeded,
        "despatch": order.despatch,
        "invoicing": order.invoicing,
        "lines": [
            {
                "id": line.id,
                "kind": line.kind,
                "code": line.code,
                "key": line.external_key,
                "description": line.description,
                "warehouse": _name(company.warehouses.get(line.warehouse_id)),
                "quantity": _plain(line.quantity),
                "price": _plain(line.price),
                "discount": _plain(line.discount_value),
                "net": str(line.net),
                "tax": str(line.tax),
                "account": line.revenue.account,
                "allocated": _plain(line.allocated),
                "despatched": _plain(line.despatched),
                "invoiced": _plain(line.invoiced),
                "credited": _plain(company.invoices.credited(line)),
            }
            for line in order.lines
        ],
        **_links(company, order),
        "created_at": order.created_at.isoformat(),
        "updated_at": order.updated_at.isoformat(),
    }


def _links(company: CompanyLedgers, order: Order) -> dict[str, Any]:
    """What became of an order: numbers of its despatches and invoices, URNs of their entries."""
    invoices = company.invoices.of_order(order.id)
    posted = [company.receivables.table[one.posted_id] for one in invoices if one.posted_id is not None]
    return {
        "despatches": [one.number for one in company.despatches.table.find("order_id", order.id)],
        "invoices": [one.number for one in invoices if not one.is_credit],
        "credits": [one.number for one in invoices if one.is_credit],
        "urns": [one.urn for one in posted],
        "unpaid": str(sum((one.outstanding for one in posted), ZERO)),
    }


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _customers(company: CompanyLedgers) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "code": one.code,
            "name": one.name,
            "email": one.email,
            "on_hold": one.on_hold,
            "credit_limit": str(one.credit_limit),
            "balance": str(one.balance),
            "open_orders": str(one.open_orders),
            "price_list": _name(company.prices.lists.get(one.price_list_id)),
            "vat_number": one.vat_number,
            "active": one.is_active,
            "key": one.external_key,
            "created_at": one.created_at.isoformat(),
        }
        for one in company.customers.table
    ]


def _name(one: Any) -> str:
    return one.name if one is not None else ""


def _items(company: CompanyLedgers) -> dict[str, dict[str, Any]]:
    return {
        one.code: {
            "active": one.is_active,
            "sold": one.is_sold,
            "kind": one.kind,
            "cost": _plain(one.cost),
            "weight": _plain(one.weight),
        }
        for one in company.items
    }


def _stock(company: CompanyLedgers) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for one in company.stock.holdings:
        code = company.items[one.item_id].code
        found.setdefault(code, {})[company.warehouses[one.warehouse_id].name] = {
            "on_hand": _plain(one.on_hand),
            "allocated": _plain(one.allocated),
            "free": _plain(one.free),
        }
    return found


def _prices(company: CompanyLedgers) -> dict[str, dict[str, str]]:
    return {
        one.name: {
            item.code: _plain(company.prices.amount(item.id, one.id))
            for item in company.items
            if one.is_standard or company.prices.price(item.id, one.id) is not None
        }
        for one in company.prices.lists
    }


def _despatches(company: CompanyLedgers) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "number": one.number,
            "order_id": one.order_id,
            "date": one.date.isoformat(),
            "consignment": one.consignment,
            "courier": company.couriers[one.courier_id].name if one.courier_id is not None else "",
            "lines": [
                {
                    "line_id": line.order_line_id,
                    "quantity": _plain(line.quantity),
                    "warehouse": company.warehouses[line.warehouse_id].name,
                }
                for line in one.lines
            ],
        }
        for one in company.despatches.table
    ]


def _invoices(company: CompanyLedgers) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "number": one.number,
            "order_id": one.order_id,
            "order_ids": company.invoices.orders_of(one),
            "credit": one.is_credit,
            "returned": one.returned,
            "lines": [
                {
                    "line_id": line.order_line_id,
                    "quantity": _plain(line.quantity),
                    "net": str(line.net),
                    "tax": str(line.tax),
                }
                for line in one.lines
            ],
            "date": one.date.isoformat(),
            "net": str(one.totals.net),
            "tax": str(one.totals.tax),
            "gross": str(one.totals.gross),
            "transaction_id": one.posted_id,
        }
        for one in company.invoices.table
    ]


def _transactions(company: CompanyLedgers) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "customer": company.customers.table[one.customer_id].code,
            "reference": one.reference,
            "second_reference": one.second_reference,
            "date": one.date.isoformat(),
            "created_at": one.created_at.isoformat(),
            "gross": str(one.gross),
            "outstanding": str(one.outstanding),
            "settled_on": one.settled_on.isoformat() if one.settled_on is not None else "",
            "against": [
                {"urn": company.receivables.table[other].urn, "value": str(match.value)}
                for match in one.matches
                for other in match.other_ids
            ],
            "urn": one.urn,
            "bank": company.banks[one.bank_id].target.account if one.bank_id is not None else "",
        }
        for one in company.receivables.table
    ]


def _journals(company: CompanyLedgers) -> list[dict[str, Any]]:
    return [
        {
            "urn": one.urn,
            "date": one.date.isoformat(),
            "source": one.source,
            "reference": one.reference,
            "posted": one.is_posted,
            "rows": [
                {"account": row.target.account, "debit": str(row.debit), "credit": str(row.credit)}
                for row in one.rows
            ],
        }
        for one in company.ledger.journals
    ]


def _counts(company: CompanyLedgers) -> dict[str, int]:
    return {
        "orders": len(company.orders.table),
        "orders_deleted": len(company.orders.deleted),
        "customers": len(company.customers.table),
        "despatches": len(company.despatches.table),
        "invoices": len(company.invoices.table),
        "transactions": len(company.receivables.table),
        "journals": len(company.ledger.journals),
        "posting_runs": company.ledger.runs,
    }


def _waiting(company: CompanyLedgers, line: OrderLine) -> Iterator[tuple[tuple[int, int], Decimal]]:
    """What has left and is not invoiced, where stock falls with the invoice: by item and warehouse."""
    for one in company.despatches.lines.find("order_id", line.order_id):
        if one.order_line_id == line.id and not one.is_invoiced:
            yield (line.item_id or 0, one.warehouse_id), one.quantity


def _inconsistencies(company: CompanyLedgers) -> list[str]:
    """What must never be: books that do not balance, stock below zero, promises that nobody holds."""
    found = []
    if company.ledger.trial_balance() != 0:
        found.append("the trial balance is not zero")
    promised: dict[tuple[int, int], Decimal] = {}
    for line in company.orders.lines:
        if line.is_stocked:
            place = (line.item_id or 0, line.warehouse_id or 0)
            promised[place] = promised.get(place, ZERO) + line.allocated
            if not company.rules.update_stock_on_despatch:
                for place, left in _waiting(company, line):
                    promised[place] = promised.get(place, ZERO) + left
    for holding in company.stock.holdings:
        code = company.items[holding.item_id].code
        if holding.on_hand < 0 and not company.rules.stock_below_zero:
            found.append(f"stock of {code} is below zero")
        if holding.allocated_orders != promised.get((holding.item_id, holding.warehouse_id), ZERO):
            found.append(f"allocated stock of {code} is not what its orders hold")
    found.extend(
        f"the balance of {one.code} is not the sum of its transactions"
        for one in company.customers.table
        if one.balance != sum((t.gross for t in company.receivables.table.find("customer_id", one.id)), ZERO)
    )
    return found
