"""The stand of the room in memory, on a clock that only the test moves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tidegate.clock import VirtualClock
from tidegate.conformance.door_stand import BellStand, ConsentStand, SignInStand
from tidegate.conformance.memory.company import MemoryCompany
from tidegate.conformance.memory.handed_over import FiledOrders
from tidegate.conformance.memory.requests import Requests
from tidegate.conformance.memory.shown import shown
from tidegate.conformance.memory.staff import Staff
from tidegate.conformance.memory.stand_door import Administrator, Bells
from tidegate.conformance.memory.switches import Switches
from tidegate.conformance.memory.troubles import trouble_of
from tidegate.conformance.stand import (
    Booked,
    Call,
    Codes,
    DesktopStand,
    DoorStand,
)
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.orders.sales_order import LineKind, SalesLine
from tidegate.sage.port.company import Company
from tidegate.sage.seats import Registry

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class MemoryStand:
    """:class:`tidegate.conformance.stand.Stand`; keywords are those of `Switches`."""

    def __init__(self, **switches: Any) -> None:
        self.clock = VirtualClock(START)
        self.room = MemoryCompany("acme", self.clock, Switches(**switches))
        self.books_kept = self.room.books
        self.company: Company = self.room
        self.seats = self.room.seats
        self.sign_ins: SignInStand | None = None
        self.door: DoorStand | None = Door(self.room)
        self.consents: ConsentStand | None = None
        self.bells: BellStand | None = None
        if self.room.switches.asks_consent:
            self.consents, self.bells = Administrator(self.room), Bells(self.room)
        self.desktop: DesktopStand | None = (
            Desktop(self.room) if self.room.switches.hands_over or self.room.switches.hands_over_too else None
        )
        self._staff = Staff(self.books_kept)
        for account, name in (("WEB001", "Web shop customers"), ("OTHER", "Other")):
            self.books_kept.open_account(account, name)
        for sku in ("HUB-0001", "HUB-0002", "HUB-0003"):
            self.books_kept.add_product(sku)
        self.books_kept.add_product("INSTALL", stocked=False)
        self.codes = Codes(
            account="WEB001",
            other_account="OTHER",
            skus=("HUB-0001", "HUB-0002", "HUB-0003", "INSTALL"),
            charge="CARRIAGE",
            revenue="4000",
            taxes={Decimal(20): "1", Decimal(5): "5", Decimal(0): "0"},
            tax_group="MICHIGAN",
            tax_schedule="MI SALES",
            scheduled=Decimal(6),
        )

    # The company's own books and staff

    def booked(self, key: str) -> list[Booked]:
        return [
            Booked(one.id, one.number, one.gross, one.status is SalesOrderStatus.CANCELLED)
            for one in self.books_kept.with_key(key)
        ]

    def typed_in(self, reference: str, *, key: str = "", times: int = 1) -> None:
        line = SalesLine(kind=LineKind.GOODS, code="HUB-0001", unit_price=Decimal(1))
        for _ in range(times):
            self.books_kept.enter_order("OTHER", key, reference, [line], Decimal("1.20"))

    def despatch(self, number: str) -> None:
        self._staff.act("despatch", {"order": number})

    def open_account(self, account: str, name: str, email: str = "", *, foreign: bool = False) -> None:
        self.books_kept.open_account(account, name, email=email, currency="EUR" if foreign else "GBP")

    def accounts(self, key: str) -> list[str]:
        return [one.account for one in self.books_kept.accounts.values() if one.key == key]

    def add_product(self, sku: str) -> None:
        self.books_kept.add_product(sku)

    def do(self, action: str, **values: Any) -> Any:
        return self._staff.act(action, values)

    def books(self) -> dict[str, Any]:
        return shown(self.books_kept)

    def lock(self) -> None:
        self.room.calls_made.locked = True

    def unlock(self) -> None:
        self.room.calls_made.locked = False

    def close_period(self, day: date) -> None:
        self.books_kept.closed_days.add(day)

    def forbid(self, call: Call) -> None:
        self.room.calls_made.forbidden.add(call)

    # The way to the company

    def inject(
        self, kind: str, on: Call, *, times: int | None = 1, body: str | None = None, **options: Any
    ) -> None:
        """Inject what a fault of the wire means for a company without a wire."""
        met = trouble_of(kind, on, times=times, containing=body or "", **options)
        if met is not None:
            self.room.calls_made.troubles.append(met)

    def calm(self) -> None:
        self.room.calls_made.troubles.clear()

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.room.calls_made.settle()

    @property
    def seats_counted(self) -> int | None:
        return None

    def beside(self, registry: Registry) -> Company:
        inside = self.room.inside
        return MemoryCompany(
            self.room.name,
            inside.clock,
            inside.switches,
            books=inside.books,
            platform=inside.platform,
            registry=registry,
        )

    def close(self) -> None:
        self.room.close()


class Door:
    """Shut for a reason, or open."""

    def __init__(self, room: MemoryCompany) -> None:
        self._room = room

    def shut(self, why: Failure) -> None:
        self._room.shut = why

    def open(self) -> None:
        self._room.shut = None


class Desktop:
    """What fetches the files, and how it misbehaves."""

    def __init__(self, room: MemoryCompany) -> None:
        self._room = room
        self._platform = room.inside.platform

    def work(self, at_most: int | None = None) -> None:
        FiledOrders(self._room.inside).work(at_most)
        Requests(self._room.inside).work()

    def refuse_files_with(self, key: str) -> None:
        self._platform.bad.add(key)

    def refuse(self, key: str) -> None:
        self._platform.rejected.add(key)

    def leave_out(self, key: str) -> None:
        self._platform.left_out.add(key)

    def lose_results(self) -> None:
        self._platform.silent = True

    @property
    def second_file_replaces(self) -> bool:
        return self._room.switches.second_file_replaces

    @property
    def kept_for(self) -> timedelta | None:
        return self._room.switches.kept_for

    def again(self) -> Company:
        inside = self._room.inside
        return MemoryCompany(
            self._room.name, inside.clock, inside.switches, books=inside.books, platform=inside.platform
        )
