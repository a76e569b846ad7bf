"""A company's set-up: its time, its ids, and the records that its ledgers refer to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tidegate_sandbox.erp.bank import Bank, PaymentMethod
from tidegate_sandbox.erp.calendar import Calendar
from tidegate_sandbox.erp.charge import Charge
from tidegate_sandbox.erp.courier import Courier
from tidegate_sandbox.erp.currency import Country, Currency
from tidegate_sandbox.erp.item import Item, ItemGroup, Unit
from tidegate_sandbox.erp.nominal import Division, NominalAccount, Target
from tidegate_sandbox.erp.numbering import Numbering
from tidegate_sandbox.erp.record import Record
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.rules import Rules
from tidegate_sandbox.erp.seats import SeatPool
from tidegate_sandbox.erp.stamps import Clock, Sequence, Stamps
from tidegate_sandbox.erp.table import Table
from tidegate_sandbox.erp.tax import TaxCode
from tidegate_sandbox.erp.warehouse import Warehouse
from tidegate_sandbox.erp.window import Window

R = TypeVar("R", bound=Record)


class CompanySetup:
    """What every ledger of a company stands on. A ledger is given this, and the ledgers that it works with."""

    def __init__(
        self,
        clock: Clock,
        *,
        name: str,
        timezone: str,
        rules: Rules | None,
        seats: int | None,
        first_id: int,
        user: str,
        numbering: Numbering | None,
    ) -> None:
        self.clock = clock
        self.name = name
        self.zone = ZoneInfo(timezone)
        self.rules = rules if rules is not None else Rules()
        self.user = user
        self.numbering = numbering if numbering is not None else Numbering()
        self.lock = threading.RLock()
        self.ids = Sequence(first_id)
        self.urns = Sequence(1001)
        self.window = Window(clock, self.zone)
        self.seats = SeatPool(seats)
        self.violations: list[str] = []
        self.beside: Any = None  #: what a product keeps beside its company
        self.writes_while_locked = 0  #: writes that the integration tried while locked; none had an effect
        self._stamps = Stamps(clock)
        self._system = False
        self._depth = 0  #: of admit, staff and system within each other
        self._shared: datetime | None = None  #: the time of change of the work going on
        self.calendar = Calendar(clock.now().astimezone(self.zone).year - 1, 3)
        self.currencies: Table[Currency] = Table(code=lambda one: one.code)
        self.countries: Table[Country] = Table(code=lambda one: one.code)
        self.tax_codes: Table[TaxCode] = Table(code=lambda one: one.code)
        self.units: Table[Unit] = Table(name=lambda one: one.name)
        self.item_groups: Table[ItemGroup] = Table(code=lambda one: one.code)
        self.items: Table[Item] = Table(code=lambda one: one.code, group_id=lambda one: one.group_id)
        self.warehouses: Table[Warehouse] = Table(name=lambda one: one.name)
        self.nominal_accounts: Table[NominalAccount] = Table(account=lambda one: one.target.account)
        self.cost_centres: Table[Division] = Table(code=lambda one: one.code)
        self.departments: Table[Division] = Table(code=lambda one: one.code)
        self.banks: Table[Bank] = Table(code=lambda one: one.code)
        self.charges: Table[Charge] = Table(code=lambda one: one.code)
        self.payment_methods: Table[PaymentMethod] = Table(name=lambda one: one.name)
        self.couriers: Table[Courier] = Table(name=lambda one: one.name)
        self.sales = Target("4000")
        self.freight = Target("4905")
        self.default_tax_code = 1  #: the code, not the id
        self.default_country = "GB"

    # Time and ids

    def stamp(self) -> datetime:
        """A new time of change; one for all that is done within ``admit``, ``staff`` or ``system``.

        A change while the company is locked is noted as a violation.
        """
        if not self._system:
            reason = self.window.closed()
            if reason is not None:
                self.violations.append(
                    f"a change at {self.clock.now().isoformat()} while locked for {reason}"
                )
        if not self._depth:
            return self._stamps.next()
        if self._shared is None:
            self._shared = self._stamps.next()
        return self._shared

    @contextmanager
    def working(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._shared = None

    def today(self) -> date:
        """The date where the company is."""
        return self.clock.now().astimezone(self.zone).date()

    def new(self, make: Callable[..., R], **values: Any) -> R:
        """A record with id and times filled in; not yet stored."""
        stamp = self.stamp()
        return make(id=self.ids.next(), created_at=stamp, updated_at=stamp, **values)

    def touch(self, record: Record) -> None:
        """Give a changed record a new time of change."""
        record.updated_at = self.stamp()

    @contextmanager
    def system(self) -> Iterator[None]:
        """Work as the company's own machinery (set-up, posting), which may write while it is locked."""
        with self.lock:
            before, self._system = self._system, True
            try:
                with self.working():
                    yield
            finally:
                self._system = before

    # Looking up set-up records

    def currency(self, id: int | None) -> Currency:
        """A currency by id; None is the base currency. Refusal ``unknown``."""
        if id is None:
            return next(one for one in self.currencies if one.is_base)
        found = self.currencies.get(id)
        if found is None:
            raise Refusal("unknown", "The currency does not exist.", "currency_id")
        return found

    def country(self, id: int | None) -> Country:
        """A country by id; None is the company's own. Refusal ``unknown``."""
        found = self.countries.first("code", self.default_country) if id is None else self.countries.get(id)
        if found is None:
            raise Refusal("unknown", "The country code does not exist.", "country_id")
        return found

    def tax_code(self, id: int | None) -> TaxCode:
        """A tax code by id; None is the company's default. Refusal ``unknown``."""
        found = self.tax_codes.first("code", self.default_tax_code) if id is None else self.tax_codes.get(id)
        if found is None:
            raise Refusal("unknown", "The tax code does not exist.", "tax_code_id")
        return found

    def item(self, code: str) -> Item:
        """An item by code. Refusal ``unknown``."""
        return found(self.items.first("code", code), f"item {code}")

    def warehouse(self, name: str) -> Warehouse:
        """A warehouse by name. Refusal ``unknown``."""
        return found(self.warehouses.first("name", name), f"warehouse {name}")


def found(record: R | None, what: str) -> R:
    """The record that was looked for. Refusal ``unknown`` when there is none."""
    if record is None:
        raise Refusal("unknown", f"There is no {what}.")
    return record
