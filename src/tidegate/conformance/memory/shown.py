"""The company's books as plain values, for checks: with the names that the simulated companies use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tidegate.conformance.memory.books import Books
from tidegate.conformance.memory.records import Line, Order
from tidegate.domain.fulfilment.sage_documents import SalesInvoice
from tidegate.domain.money import ZERO, plain, total


def shown(books: Books) -> dict[str, Any]:
    """Everything that happened. Amounts are texts; `violations` says what must never be."""
    return {
        "company": "the company in memory",
        **shown_orders(books),
        "transactions": [{"kind": one.record.kind.value} for one in books.entries.values()],
        "stock": _stock(books),
        "items": {
            one.sku: {
                "kind": "stock" if one.stocked else "service",
                "cost": str(one.cost),
                "weight": str(one.weight),
            }
            for one in books.products.values()
        },
        "prices": {
            code: {sku: str(books.price(code, sku)) for sku in listed}
            for code, listed in books.prices.items()
        },
        "customers": [{"code": one.account, "key": one.key} for one in books.accounts.values()],
        "accounts": {code: str(books.balance(code)) for code in books.nominal},
        "invoices": [
            {"number": one.number, "net": str(one.net), "tax": str(one.tax), "gross": str(one.gross)}
            for one in bills(books)
            if not one.credit
        ],
        "counts": {
            "orders": len(books.orders),
            "orders_deleted": len(books.deleted),
            "customers": len(books.accounts),
            "despatches": len(books.despatches),
            "invoices": len(books.invoices),
            "transactions": len(books.entries),
        },
        "violations": [*_inconsistencies(books), *_doubles(books)],
    }


def bills(books: Books) -> list[SalesInvoice]:
    """Invoices and credit notes."""
    return [one.record for one in books.invoices.values() if isinstance(one.record, SalesInvoice)]


def shown_orders(books: Books) -> dict[str, Any]:
    """The orders, deleted ones too, each by its key and by the number that users see."""
    orders = [_order(one) for one in books.orders.values()]
    orders += [{**_order(one), "status": "deleted"} for one in books.deleted]
    by: dict[str, dict[str, list[dict[str, Any]]]] = {"key": {}, "reference": {}}
    for name, found in by.items():
        for one in orders:
            if one[name]:
                found.setdefault(one[name], []).append(one)
    return {"orders": orders, "orders_by_key": by["key"], "orders_by_reference": by["reference"]}


def _order(one: Order) -> dict[str, Any]:
    sent = one.sent
    return {
        "id": one.id,
        "number": one.number,
        "status": one.status.value,
        "reference": one.reference,
        "key": one.key,
        "customer": one.account,
        "gross": str(one.gross),
        "despatch": one.reached("despatched"),
        "invoicing": one.reached("invoiced"),
        "lines": [_line(each) for each in one.lines],
        "po_number": "" if sent is None else sent.po_number,
        "texts": [] if sent is None else [sent.note, *sent.memos],
    }


def _line(one: Line) -> dict[str, Any]:
    line = one.line
    return {
        "id": one.id,
        "kind": line.kind.value,
        "code": line.code,
        "key": line.line_key,
        "description": line.description,
        "warehouse": line.warehouse,
        "quantity": plain(line.quantity),
        "price": plain(line.unit_price),
        "discount": plain(line.unit_discount),
        "net": str(line.net),
        "tax": str(line.tax),
        "account": line.account,
        "despatched": plain(one.despatched),
        "invoiced": plain(one.invoiced),
        "credited": plain(one.credited),
    }


def _stock(books: Books) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for (sku, warehouse), level in books.stock.items():
        held = books.held(sku, warehouse)
        figures = {"on_hand": level.on_hand, "allocated": held, "free": level.on_hand - held}
        found.setdefault(sku, {})[warehouse] = {name: plain(each) for name, each in figures.items()}
    return found


# --- what must never be ---------------------------------------------------------------------------


def _inconsistencies(books: Books) -> Iterator[str]:
    """Books that do not balance, and pieces without an order."""
    lines = [one for entry in books.entries.values() for one in entry.postings]
    if total(one.debit - one.credit for one in lines):
        yield "the trial balance is not zero"
    for entry in books.entries.values():
        record = entry.record
        if not ZERO <= record.outstanding <= record.gross:
            yield f"{record.outstanding} of {record.gross} of {record.urn} is outstanding"
    for order in books.orders.values():
        for each in (one for one in order.lines if one.goods):
            if not each.credited <= each.invoiced <= each.despatched <= each.line.quantity:
                yield f"order {order.number} has despatched, invoiced or credited more of {each.line.code} than it has"
    for (sku, warehouse), level in books.stock.items():
        if level.on_hand < 0:
            yield f"stock of {sku} in {warehouse} is below zero"


def _doubles(books: Books) -> Iterator[str]:
    """Records of ours that exist twice."""
    orders = [*books.orders.values(), *books.deleted]
    yield from _twice("orders", (one.key for one in orders))
    yield from _twice("accounts", (one.key for one in books.accounts.values()))
    yield from _twice("entries", (one.key for one in books.entries.values()))


def _twice(what: str, keys: Iterable[str]) -> Iterator[str]:
    for key, many in Counter(key for key in keys if key).items():
        if many > 1:
            yield f"{many} {what} have the key {key}"
