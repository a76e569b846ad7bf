"""What Sage 50 does with the orders of a file (contract section 13)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage50.buyer import open_account
from tidegate_sandbox.sage50.customer_record import find_customer
from tidegate_sandbox.sage50.json_text import canonical
from tidegate_sandbox.sage50.options import Options
from tidegate_sandbox.sage50.order_lines import new_lines
from tidegate_sandbox.sage50.order_result import booked, message, order_status, rejected
from tidegate_sandbox.sage50.order_totals import differences
from tidegate_sandbox.sage50.product_record import find_item
from tidegate_sandbox.sage50.schema import BIGGEST

Record = dict[str, Any]
HIGHEST_RATE = 100
CONTENT = "sage50_content"
"""In ``extra`` of an order: the digest of what it was booked from."""


class OrderBook:
    """The orders of one company that came over the platform."""

    def __init__(self, company: Company, options: Options) -> None:
        company.rules.tax_rounding = "document"
        company.orders.number_of = lambda number: f"{company.today():%y}/{number:06d}"
        self._company = company
        self._options = options
        self.refused: set[str] = set()  #: ids of orders that somebody there does not want
        self.left_out: set[str] = set()  #: ids of orders that no result file names

    def __iter__(self) -> Iterator[Order]:
        """The orders that came with an id, oldest first."""
        return (order for order in self._company.orders.table if order.external_key)

    def find(self, id: str) -> Order | None:
        """The order that was booked for an id."""
        found = self._company.orders.table.find("external_key", id)
        return next((order for order in found if order.external_key == id), None)

    def objections(self, record: Record) -> list[Record]:
        """Why an order would be rejected."""
        known = self._known(record)
        return [] if self._is_unchanged(record, known) else self._objections(record, known)

    def _known(self, record: Record) -> Order | None:
        return self.find(record["id"]) if self._options.dedupe else None

    def _is_unchanged(self, record: Record, known: Order | None) -> bool:
        return known is not None and known.extra.get(CONTENT) == content_of(record)

    def book(self, record: Record) -> Record:
        """Book one order of a file, all of it or nothing; its line of the result."""
        company, id = self._company, record["id"]
        known, now = self._known(record), company.clock.now()
        if known is not None and self._is_unchanged(record, known):
            return booked(id, "unchanged", known, now)
        if objections := self._objections(record, known):
            return rejected(id, objections, now)
        try:
            with company.admit(writes=True):
                if known is None:
                    return booked(id, "created", self._enter(record), now)
                self._update(known, record)
                return booked(id, "updated", known, now)
        except Refusal as refusal:
            if refusal.kind == "locked":
                raise
            return rejected(id, [message(refusal.kind, refusal.field, refusal.text)], now)

    def _objections(self, record: Record, known: Order | None) -> list[Record]:
        if found := list(_of_size(record)):
            return found
        if record["id"] in self.refused:
            return [message("orderRefused", "id", "The order is not wanted.")]
        found = [*self._of_customer(record), *self._of_products(record), *self._of_currency(record)]
        found += [message("totalsDiffer", field, text) for field, text in differences(record, self._options)]
        if known is not None and (known.despatch != "none" or not known.is_open):
            found.append(message("orderClosed", "id", f"The order is {order_status(known)}."))
        return found

    def _of_customer(self, record: Record) -> Iterator[Record]:
        customer = find_customer(self._company, record["customer"]["id"])
        if customer is not None and (customer.on_hold or not customer.is_active):
            yield message("customerBlocked", "customer.id", f"The customer {customer.code} is blocked.")

    def _of_products(self, record: Record) -> Iterator[Record]:
        for position, line in enumerate(record["lines"]):
            item = find_item(self._company, line["productId"])
            if item is None:
                field = f"lines[{position}].productId"
                yield message("productUnknown", field, f"No article {line['productId']}")

    def _of_currency(self, record: Record) -> Iterator[Record]:
        code, customer = record.get("currency"), find_customer(self._company, record["customer"]["id"])
        if code is None:
            return
        currency = self._company.currencies.first("code", code)
        if currency is None:
            yield message("currencyUnknown", "currency", f"There is no currency {code}.")
        elif customer is not None and customer.currency_id != currency.id:
            yield message("currencyDiffers", "currency", f"The customer's currency is not {code}.")

    def _enter(self, record: Record) -> Order:
        company = self._company
        account = find_customer(company, record["customer"]["id"])
        customer = account or open_account(company, record["customer"])
        try:
            return company.orders.enter(self._new_order(record, customer))
        except Refusal:
            if account is None:
                company.close_account(customer)
            raise

    def _new_order(self, record: Record, customer: Customer) -> NewOrder:
        company = self._company
        return NewOrder(
            customer_id=customer.id,
            customer_order_no=record["id"],
            external_key=record["id"],
            date=datetime.fromisoformat(record["orderDate"]).astimezone(company.zone).date(),
            exchange_rate=Decimal(record["currencyRate"]),
            lines=self._lines(record),
            delivery=record["deliveryAddress"],
            invoice_address=record["invoiceAddress"],
            channel="sage50",
            extra={CONTENT: content_of(record), "sage50_record": record},
        )

    def _lines(self, record: Record) -> list[NewLine]:
        return new_lines(self._company, record, self._options)

    def _update(self, order: Order, record: Record) -> None:
        """Replace an order's lines and addresses."""
        company = self._company
        company.orders.replace_lines(order, self._lines(record))
        order.delivery, order.invoice_address = record["deliveryAddress"], record["invoiceAddress"]
        order.extra.update({CONTENT: content_of(record), "sage50_record": record})
        company.touch(order)


def _of_size(record: Record) -> Iterator[Record]:
    """Rates and values that no company has, and that its arithmetic could not hold."""
    lines = record["lines"]
    for field, rate in (
        ("shippingTax", record.get("shippingTax", 0)),
        *((f"lines[{position}].tax", line["tax"]) for position, line in enumerate(lines)),
    ):
        if rate > HIGHEST_RATE:
            yield message("invalid", field, f"A rate of {rate} % is not possible.")
    for position, line in enumerate(lines):
        if abs(Decimal(line["quantity"]) * Decimal(line["netPrice"])) >= BIGGEST:
            yield message("invalid", f"lines[{position}].netPrice", "The value of the line is too large.")


def content_of(record: Record) -> str:
    """A digest of what an order says, without its timestamps."""
    return hashlib.sha256(canonical(record)).hexdigest()
