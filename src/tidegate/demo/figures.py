"""What is shown and judged: the hub's own reports beside the books of both sandbox systems."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tidegate.config.model import Configuration
from tidegate.demo.life import Life, live, placed_here
from tidegate.demo.setup import Setup
from tidegate.demo.story import START, STORE
from tidegate.domain.states import OUT, WAITING, State
from tidegate.engine import reports
from tidegate_sandbox import checker

Book = dict[str, Any]


@dataclass(frozen=True)
class Figures:
    """One look at everything; `at` is the simulated time."""

    at: datetime
    connection: Book  #: as `tidegate status` shows it
    placed: int  #: orders in the shop
    sage_orders: int  #: orders in Sage, by Sage's own books
    duplicates: int  #: orders in Sage beyond the first of the same key
    sage_calls: int  #: requests that Sage saw, sign-in included
    oldest: int | None  #: simulated minutes that the oldest waiting order has waited; None when none waits
    life: Life

    @property
    def orders(self) -> dict[str, int]:
        """The account of the orders themselves."""
        account: dict[str, int] = self.connection["flows"]["orders"]["steps"]["order"]
        return account

    @property
    def accounts(self) -> dict[str, dict[str, int]]:
        """The account of every flow."""
        return {name: flow["account"] for name, flow in self.connection["flows"].items()}

    @property
    def waiting(self) -> int:
        """What waits, is handed over or in doubt in any flow."""
        return sum(under_way(account) for account in self.accounts.values())

    @property
    def unexplained(self) -> int:
        """What is nowhere in any flow; 0, or Tidegate is broken."""
        return sum(abs(account["unexplained"]) for account in self.accounts.values())


def under_way(account: dict[str, int]) -> int:
    """How many documents of an account are not at an end, and need nobody."""
    return account["waiting"] + account["handed_over"] + account["in_doubt"]


def look(setup: Setup, configuration: Configuration, now: datetime) -> Figures:
    """Read the ledger and count in the sandbox; calls nothing of the hub."""
    return figures_of(setup, reports.status(configuration, now), now)


def figures_of(setup: Setup, status: Book, now: datetime) -> Figures:
    """The same of one connection, whose account is in the report."""
    company = setup.sage.company
    with company.lock:
        keys = [order.external_key for order in company.orders.table]
        keys += [gone.order.external_key for gone in company.orders.deleted]
    with setup.shop.lock:
        placed = len(placed_here(setup))
    return Figures(
        at=now,
        connection=status["connections"][setup.connection],
        placed=placed,
        sage_orders=len(keys),
        duplicates=sum(count - 1 for key, count in Counter(keys).items() if key),
        sage_calls=sum(setup.sage_wire.totals.values()),
        oldest=oldest_minutes(setup.connection, now),
        life=live(setup),
    )


def all_deliveries(connection: str, now: datetime) -> list[Book]:
    """The hub's own report of every delivery of a connection."""
    found: list[Book] = []
    after: int | None = 0
    while after is not None:
        page = reports.deliveries(now, connection=connection, after=after, limit=1000)
        found += page["deliveries"]
        after = page["next"]
    return found


def oldest_minutes(connection: str, now: datetime) -> int | None:
    """The age of the oldest order in the queue."""
    states = tuple(dict.fromkeys((*WAITING, *OUT)))
    found = reports.deliveries(now, connection=connection, flow="orders", states=states, limit=1)[
        "deliveries"
    ]
    return found[0]["age_seconds"] // 60 if found else None


def waiting_by_flow(connection: str, figures: Figures) -> str:
    """What waits, is handed over or in doubt, flow by flow, with the reason of the oldest."""
    parts = []
    for flow, account in figures.accounts.items():
        many = under_way(account)
        if not many:
            continue
        oldest = reports.deliveries(
            figures.at,
            connection=connection,
            flow=flow,
            states=tuple(dict.fromkeys((*WAITING, *OUT))),
            limit=1,
        )
        reasons = [f"{each['label']}: {each['reason'] or 'no reason'}" for each in oldest["deliveries"]]
        parts.append(
            f"{flow}: {many} wait, are handed over or in doubt ({'; '.join(reasons) or 'no document of its own'})"
        )
    return "; ".join(parts)


def unsent(connection: str, now: datetime) -> list[Book]:
    """The orders that are not in Sage, each with its state and reason."""
    return [
        each
        for each in all_deliveries(connection, now)
        if each["flow"] == "orders" and each["step"] == "order" and each["state"] != State.CONFIRMED.value
    ]


def calls_while_locked(setup: Setup) -> int:
    """Requests to Sage while it was locked for its backup."""
    start, end = setup.locked
    return sum(start <= at < end for at, *_ in setup.sage_wire.requests_seen)


def check(figures: Figures, now: datetime, setup: Setup) -> checker.Verdict:
    """The sandbox's checker: both books against the hub's reports."""
    accounts = [
        {"flow": flow, "step": step, **account}
        for flow, each in figures.connection["flows"].items()
        for step, account in each["steps"].items()
    ]
    terms = checker.Terms(
        store=STORE,
        store_ids=setup.place.store_ids,
        since=START,
        states=frozenset({"new", "processing", "complete"}),
        statuses_never=frozenset(
            {"pending_payment", "payment_review", "holded", "fraud", "canceled", "closed"}
        ),
        currency=setup.place.currency,
        order_currencies=setup.place.order_currencies,
        comment=False,  # other comments name the number, too
    )
    return checker.check(
        setup.shop.books(),
        setup.house.books(setup.sage, setup.shop),
        all_deliveries(setup.connection, now),
        accounts,
        terms,
    )
