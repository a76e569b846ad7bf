"""One website of the family and the company behind it: what happens there, and what must still happen."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tidegate.demo.agreement import Agreement
from tidegate.demo.family.story import write_beats
from tidegate.demo.figures import (
    Book,
    all_deliveries,
    figures_of,
    under_way,
    waiting_by_flow,
)
from tidegate.demo.schedule import Schedule
from tidegate.demo.setup import Setup
from tidegate.demo.story import ORDER, REST
from tidegate.domain.states import WAITING, State

#: An order in one of these has not left the hub's hands well.
DELAYED = frozenset({*WAITING, State.IN_DOUBT})


@dataclass(frozen=True)
class Placed:
    """An order of the website; `at` is aware UTC."""

    at: datetime
    entity_id: int


class Website:
    """People order here, and staff work in the company behind it."""

    def __init__(
        self,
        setup: Setup,
        companies: int,
        orders: int,
        status: Book,
        now: datetime,
        say: Callable[[str, str], None],
    ) -> None:
        """`orders` at least; `status` is the hub's report of all connections."""
        self.setup = setup
        self.title = setup.house.title
        self.schedule = Schedule(setup, lambda text, style: say(f"{self.title}: {text}", style))
        self.beats = deque(write_beats(setup.house, companies, orders, setup.seed))
        self.orders = sum(beat.what == ORDER for beat in self.beats)
        self.placed: list[Placed] = []
        self.figures = figures_of(setup, status, now)
        self.written: Counter[str] = Counter()  #: values that the shop has taken, by flow
        self.agreement = Agreement(setup)

    @property
    def name(self) -> str:
        """Of the connection, the company and the website."""
        return self.setup.connection

    def look(self, status: Book, now: datetime) -> None:
        """New figures."""
        self.figures = figures_of(self.setup, status, now)
        self.schedule.notice(self.figures.life)

    def play(self, now: datetime, night: datetime) -> None:
        """Every beat whose time has come; the last shift begins when no order waits any more."""
        while self.beats and self.beats[0].at <= now:
            beat = self.beats[0]
            if beat.at >= night and self.orders_under_way():
                return
            if beat.what == REST and self.schedule.has_credited and not self.figures.life.credited:
                return
            self.beats.popleft()
            if beat.what == ORDER:
                entity_id = self.setup.shopper.place_order(beat.kind, **self.setup.place.choices)
                self.placed.append(Placed(now, entity_id))
            else:
                self.schedule.play(beat.what)

    def orders_under_way(self) -> bool:
        """Whether some order has not found its place yet."""
        account = self.figures.orders
        return account["read"] < self.orders or bool(under_way(account))

    def waiting(self, since: datetime, until: datetime, now: datetime) -> list[str]:
        """The orders placed in this time that are not read, wait or are in doubt, with the reason."""
        read = {
            each["entity_id"]: each
            for each in all_deliveries(self.name, now)
            if each["flow"] == "orders" and each["step"] == "order"
        }
        found = []
        for one in self.placed:
            if since <= one.at <= until:
                there = read.get(one.entity_id)
                if there is None:
                    found.append(f"{one.entity_id} not read")
                elif there["state"] in DELAYED:
                    found.append(f"{there['label']} {there['state']}: {there['reason']}")
        return found

    # --- the end -----------------------------------------------------------------------------

    def missing(self, reported: int) -> list[str]:
        """What must still happen before the end; `reported` are the cycles that the hub has reported."""
        texts = list(self._missing()) or self.agreement.disagreements(self.figures, reported)
        return [f"{self.title}: {text}" for text in texts]

    def _missing(self) -> Iterator[str]:
        figures, account = self.figures, self.figures.orders
        if self.beats:
            yield f"{len(self.beats)} beats of the story are still to come"
        if account["read"] != self.orders:
            yield f"{account['read']} of {self.orders} orders read"
        if figures.waiting:
            yield waiting_by_flow(self.name, figures)
        if account["review"]:
            yield f"{account['review']} orders in review"
        if figures.connection["halted"] is not None:
            yield "the connection is halted"
