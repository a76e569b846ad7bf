"""What the company's own staff do: despatch, invoice, hold, take money, count stock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tidegate.conformance.memory.books import STANDARD, Books
from tidegate.conformance.memory.documents import Documents
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.money import ZERO
from tidegate.domain.orders.sales_order import LineKind, SalesLine


class Staff:
    """Acts by name, with plain values, as a stand's `happen` has them."""

    def __init__(self, books: Books) -> None:
        self._books = books
        documents = Documents(books)
        self._acts: dict[str, Callable[..., Any]] = {
            "despatch": documents.despatch,
            "invoice-run": documents.invoice,
            "credit": documents.credit,
            "track": documents.track,
            "hold": self.hold,
            "cancel": self.cancel,
            "delete": self.delete,
            "receipt": self.receipt,
            "settle": self.settle,
            "stock-adjust": self.count,
            "other-channel-sale": self.sell,
            "customer-change": self.change_customer,
            "item-change": self.change_item,
            "new-item": self.new_item,
            "price-change": self.change_price,
        }

    def act(self, action: str, values: Mapping[str, Any]) -> Any:
        """Carry out an act. LookupError for one that this company lacks."""
        return self._acts[action](**values)

    def hold(self, order: str, on_hold: bool = True) -> None:
        """Put on hold, or let go."""
        status = SalesOrderStatus.ON_HOLD if on_hold else SalesOrderStatus.LIVE
        self._books.put(self._books.order_of(order), status)

    def cancel(self, order: str) -> None:
        """Cancel an order."""
        self._books.put(self._books.order_of(order), SalesOrderStatus.CANCELLED)

    def delete(self, order: str) -> None:
        """Delete an order."""
        self._books.delete(self._books.order_of(order))

    def receipt(self, customer: str, value: str, reference: str, invoice: str = "") -> None:
        """Money comes in, set against an invoice where one is named."""
        today = self._books.clock.now().date()
        self._books.enter_receipt(
            account=customer,
            reference=reference,
            amount=Decimal(value),
            day=today,
            currency=self._books.accounts[customer].currency,
        )
        if invoice:
            self.settle(customer, invoice, reference)

    def settle(self, customer: str, debit: str, credit: str) -> None:
        """Set one entry against the other, as far as both reach."""
        ours = [one for one in self._books.entries.values() if one.record.account == customer]
        pair = [next(one for one in ours if one.record.reference == named) for named in (debit, credit)]
        amount = min(one.record.outstanding for one in pair)
        for one in pair:
            self._books.settle(one, amount, self._books.clock.now().date())

    def count(self, item: str, warehouse: str, to: str) -> None:
        """Count stock: set the pieces of an item in a warehouse."""
        level = self._books.stock[item, warehouse]
        level.on_hand, level.changed = Decimal(to), self._books.change()

    def sell(
        self, item: str, quantity: str, warehouse: str = "HOME", channel: str = "counter"
    ) -> dict[str, str]:
        """Sold without us: over the counter the pieces leave at once, by telephone they are ordered."""
        if channel == "counter":
            level = self._books.stock[item, warehouse]
            level.on_hand, level.changed = level.on_hand - Decimal(quantity), self._books.change()
            return {}
        line = SalesLine(kind=LineKind.GOODS, code=item, quantity=Decimal(quantity), warehouse=warehouse)
        account = next(iter(self._books.accounts))
        return {"order": self._books.enter_order(account, "", "", [line], ZERO).number}

    def change_customer(self, customer: str, changes: Mapping[str, Any]) -> None:
        """Change an account's card."""
        found = self._books.accounts[customer]
        found.changed = self._books.change()
        for name, value in changes.items():
            if name == "is_active":
                found.hidden = not value
            elif name == "credit_limit":
                found.credit_limit = Decimal(value)
            else:
                setattr(found, name, value)

    def change_item(self, item: str, changes: Mapping[str, Any]) -> None:
        """Change a product's card."""
        found = self._books.products[item]
        found.changed = self._books.change()
        for name, value in changes.items():
            if name == "is_active":
                found.active = value
            else:
                setattr(found, name, Decimal(value))

    def change_price(
        self, item: str, price: str, price_list: str = STANDARD, uses_standard: bool = False
    ) -> None:
        """Another price, or the standard one."""
        self._books.set_price(price_list, item, None if uses_standard else Decimal(price))

    def new_item(self, item: str, like: str, price: str) -> None:
        """Sell a product from now on; nothing of it is there yet."""
        self._books.add_product(item, on_hand=ZERO)
