"""What the stands over the simulated ERP have in common, whichever face it shows."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from conformance.hasty import HastyFaults, Sockets
from tidegate.sage.port.company import Company
from tidegate.sage.rooms import open_company
from tidegate.sage.seats import Registry, SeatPools
from tidegate.sage.vault import MemoryVault
from tidegate.transport import ClientFactory
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.company import Company as Erp
from tidegate_sandbox.erp.control import perform
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.wire import Wire

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class SharedClock:
    """The sandbox's clock as the hub's: when the simulator waits, the hub waits."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return (self._clock.now() - START).total_seconds()

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        self._clock.advance(seconds)
        return until is not None and until.is_set()


class ErpStand:
    """The part of :class:`tidegate.conformance.stand.Stand` that the simulated ERP alone answers."""

    erp: Erp
    wire: Wire
    company: Company
    settings: Any
    warehouse = "HOME"  #: the company's own, for goods and for what its people sell
    foreign = "EUR"  #: another currency than the company's own

    def __init__(self) -> None:
        self.sandbox_clock = SandboxClock.virtual(START)
        self.clock = SharedClock(self.sandbox_clock)
        self.sockets = Sockets()
        self.faults = HastyFaults(1, self.sockets)
        self._pools = SeatPools(clock=self.clock)
        self.door = None

    def opened(self, factory: ClientFactory, vault: MemoryVault) -> Company:
        """The company as a process opens it, over this wire and with these secrets kept."""
        return open_company(
            "acme",
            self.settings,
            secrets=lambda reference: reference,
            factory=factory,
            tokens=vault,
            clock=self.clock,
            seats=self._pools,
        )

    def open(self) -> Company:
        """The company as a new process opens it."""
        raise NotImplementedError

    def key_fields(self, key: str) -> dict[str, Any]:
        """Where an order has its key."""
        return {"external_key": key}

    def typed_in(self, reference: str, *, key: str = "", times: int = 1) -> None:
        with self.erp.staff():
            customer, item = self.erp.customer("OTHER"), self.erp.item("HUB-0001")
            for _ in range(times):
                self.erp.orders.enter(
                    NewOrder(
                        customer_id=customer.id,
                        customer_order_no=reference,
                        lines=[
                            NewLine(
                                kind="item",
                                item_id=item.id,
                                warehouse_id=self.erp.warehouse(self.warehouse).id,
                                quantity=Decimal(1),
                                price=Decimal(1),
                                to_allocate=Decimal(0),
                            )
                        ],
                        **self.key_fields(key),
                    )
                )

    def calm(self) -> None:
        self.faults.clear()

    def advance(self, seconds: float) -> None:
        self.sandbox_clock.advance(seconds)
        self.wire.settle()

    def lock(self) -> None:
        self.erp.window.lock("backup")

    def unlock(self) -> None:
        self.erp.window.unlock()

    def close_period(self, day: date) -> None:
        self.erp.set_period(day, is_open=False)

    def despatch(self, number: str) -> None:
        self.erp.despatch(number)

    def open_account(self, account: str, name: str, email: str = "", *, foreign: bool = False) -> None:
        currency = self.erp.currencies.first("code", self.foreign)
        assert currency is not None
        with self.erp.staff():
            customer = self.erp.customers.open(
                NewCustomer(code=account, name=name, currency_id=currency.id if foreign else None)
            )
            if email:
                contact = self.erp.customers.add_contact(customer, first_name="", last_name=name)
                self.erp.customers.add_point(contact, "email", email)

    def accounts(self, key: str) -> list[str]:
        return [one.code for one in self.erp.customers.table if one.external_key == key]

    def add_product(self, sku: str) -> None:
        self.new_item(sku)

    def new_item(self, sku: str, **changes: Any) -> None:
        """An item like the first one, and kept in the warehouse."""
        like = self.erp.item("HUB-0001")
        with self.erp.staff():
            item = self.erp.items.add(
                replace(like, id=self.erp.ids.next(), code=sku, name=sku[:60], **changes)
            )
            self.erp.stock.keep(item.id, self.erp.warehouse(self.warehouse).id)

    def do(self, action: str, **values: Any) -> Any:
        return perform(self.erp, action, values)

    def books(self) -> dict[str, Any]:
        return self.erp.books()

    @property
    def seats_counted(self) -> int | None:
        return None

    def beside(self, registry: Registry) -> Company:
        """The company as one more process opens it."""
        ours, self._pools = self._pools, SeatPools(registry, self.clock)
        try:
            return self.open()
        finally:
            self._pools = ours

    def close(self) -> None:
        self.company.close()
