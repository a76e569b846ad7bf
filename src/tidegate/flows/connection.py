"""A connection at work: a store, a company, and the rules that tie them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from tidegate.clock import Clock
from tidegate.config import model
from tidegate.domain.calendar import Calendar, Closed
from tidegate.domain.errors import Failure
from tidegate.domain.orders.terms import Terms
from tidegate.flows.mapping import terms_of
from tidegate.flows.spending import Spending
from tidegate.ledger import closures, halts, product_groups
from tidegate.magento.store import MagentoStoreClient
from tidegate.reading import pauses
from tidegate.sage.port.company import Company


@dataclass(frozen=True, slots=True)
class InvoicedAnswer:
    """What the company answered of an order that it lists no more: invoiced, or void or gone."""

    at: datetime
    invoiced: bool


@dataclass(eq=False)
class Connection:
    """One `[connections.NAME]` with its clients. Shared by the threads of one cycle."""

    name: str
    settings: model.ConnectionSettings
    company_settings: model.CompanySettings
    store: MagentoStoreClient
    company: Company
    calendar: Calendar
    clock: Clock
    working_since: datetime | None = None  #: since when this process has worked with its ledger
    configured: model.ConnectionSettings | None = (
        None  #: the settings as the file has them, without changes made in the console
    )
    mappings_seen: str | None = None  #: the ledger's count of changed mappings that `settings` holds
    page_size: int = 100  #: orders read in one call
    sharing_prices: tuple[str, ...] = ()  #: other connections that write prices to the same store
    price_places: Mapping[str, Any] | None = None  #: `flows.price_places`, as this process read them last
    store_time: tuple[datetime, float] | None = (
        None  #: the store's clock and our monotonic one, at its last answer
    )
    #: answers about orders by their ids in the store (`flows.stock.ledger_lines`), as long as this process lives
    invoiced: dict[int, InvoicedAnswer] = field(default_factory=dict)
    spending: Spending | None = None  #: the company's budget, shared with its other connections
    console: str = ""  #: the address of the console for its users; "" = none is configured
    _terms: Terms | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def closed(self) -> Closed | None:
        """Why the company may not be called now: by rule, by an earlier `locked` answer, or by its budget.

        A question, which calls nobody.
        """
        now = self.clock.now()
        found = self._shut(now) or self._closing_soon(now)
        if found is None and self.spending is not None:
            return self.spending.closed(self.company)
        return found

    def stand_down(self) -> None:
        """Notify an agent in between when a window comes soon.

        A halted connection calls nobody: what it left open ends by itself.
        """
        now = self.clock.now()
        soon = None if self._shut(now) else self._closing_soon(now)
        if soon is not None and halts.halted(self.name) is None:
            self.company.stand_down(soon.until)

    def _shut(self, now: datetime) -> Closed | None:
        by_rule = self.calendar.closed(now)
        learnt = closures.closed(self.settings.company, now)
        if learnt is not None and (by_rule is None or learnt.until > by_rule.until):
            return Closed(until=learnt.until, reason=learnt.reason)
        return by_rule

    def _closing_soon(self, now: datetime) -> Closed | None:
        """Shortly before a window, where an agent in between must finish: nothing new begins."""
        ahead = self._drains_for
        coming = self.calendar.closed(now + ahead) if ahead else None
        if coming is None:
            return None
        return Closed(until=coming.until, reason=f"{coming.reason}; a call in progress finishes before")

    @cached_property
    def _drains_for(self) -> timedelta:
        return self.company.about.drains_for

    def terms(self) -> Terms | Failure:
        """The mappings, with the tax rates that the company itself states (read once, then kept)."""
        with pauses.kept_out(self._lock):
            if self._terms is None:
                lists = self.company.code_lists()
                if isinstance(lists, Failure):
                    return lists
                rates = {
                    code: rate for each in lists if each.kind == "tax" for code, rate in each.rates.items()
                }
                groups = product_groups.read(self.name) if self.settings.revenue.groups else {}
                self._terms = terms_of(
                    self.name, self.settings, self.company_settings, self.company.about.orders, rates, groups
                )
            return self._terms

    def remap(self, settings: model.ConnectionSettings) -> None:
        """Work with other mappings from now on; an order that is being prepared keeps those it began with."""
        with self._lock:
            self.settings = settings
            self._terms = None

    def forget(self) -> None:
        """Let changed mappings, codes and SKUs be seen again."""
        with self._lock:
            self._terms = None
            self.price_places = None
        self.company.forget()
