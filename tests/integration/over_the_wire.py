"""A stage over the wire to a simulated Sage 200: for tests of what only a wire can do, and of what stands on one.

The rules of the flows are tested with a company in memory (`integration.flows.in_memory`), which is faster.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integration.flows.stage import Stage
from tidegate.simulation.world import World
from tidegate_sandbox.erp.books import order_books
from tidegate_sandbox.faults import Fault

ORDERS = "/sop_orders$"
#: Kinds of calls, by the names of the port's conformance.
CALLS = {
    "send": ("POST", ORDERS),
    "cancel": ("DELETE", ORDERS[:-1]),
    "create customer": ("POST", "/customers$"),
    "post receipt": ("POST", "/sales_receipts$"),
    "allocate": ("POST", "/sales_allocations$"),
}


class WireStage(Stage):
    """A stage whose company answers over its wire."""

    def __init__(self, world: World, country: str = "us") -> None:
        super().__init__(world, country)
        world.sign_in(self.hub)

    def order_books(self) -> dict[str, Any]:
        """Of the company's books, the orders."""
        return order_books(self.company)

    def break_sage(
        self,
        kind: str,
        times: int | None = 1,
        method: str | None = None,
        path: str | None = None,
        containing: str | None = None,
        *,
        on: str = "",
        **options: Any,
    ) -> None:
        """Arm a fault at the company; `on` names a kind of call as the company in memory does."""
        if on:
            method, path = CALLS[on]
        self.world.sage_wire.faults.add(Fault(kind, times, method, path, containing, options))

    def mend(self) -> None:
        """Every fault is over."""
        super().mend()
        self.world.sage_wire.faults.clear()

    def lock(self) -> None:
        """The company is locked for a backup."""
        self.company.window.lock("backup")

    def unlock(self) -> None:
        """It is open again."""
        self.company.window.unlock()

    def pass_time(self, span: Any) -> None:
        """Nothing else happens; what the wire kept back takes effect."""
        super().pass_time(span)
        self.world.sage_wire.settle()

    def listen(self) -> None:
        """From here on calls are counted."""
        super().listen()
        self.world.sage_wire.clear_log()

    def sage_calls(self, method: str = "", path: str = "") -> list[str]:
        """Requests that reached the company since `listen`, as `POST /sop_orders`."""
        return self.calls_of(self.world.sage_wire, method, path)

    # --- what the company's people do, by the names of the company in memory ----------------------

    def in_plenty(self, placed: int) -> None:
        """All products of an order are there, and it has them."""
        company = self.company
        for line in company.order(self.only(placed)["number"]).lines:
            if line.is_stocked:
                company.stock_adjust(line.code, "HOME", to=Decimal(1000))
        with company.staff():
            company.orders.allocate_waiting()

    def pay(self, invoice: Any, value: Decimal | None = None) -> None:
        """The customer pays an invoice, or a part of it."""
        account = self.company.customers.table[invoice.customer_id].code
        self.company.receipt(account, value or invoice.totals.gross, invoice=invoice.number)

    def credit(self, order: Any, chosen: Any = None, *, returned: bool = False) -> Any:
        """So much of each line, by its id, is credited; all by default."""
        with self.company.staff():
            return self.company.invoices.credit(order, chosen, returned=returned)
