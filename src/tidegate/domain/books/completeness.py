"""Completeness by value and age: every order is confirmed, or waits with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from tidegate.domain.books.agreement import Bucket, Difference, Facts, KeptOrder, Kind
from tidegate.domain.money import shown, total
from tidegate.domain.states import State

#: Age classes with their upper limit; each begins at the limit of the one before it.
AGES: tuple[tuple[str, timedelta | None], ...] = (
    ("below 1 hour", timedelta(hours=1)),
    ("1 to 24 hours", timedelta(hours=24)),
    ("1 to 3 days", timedelta(days=3)),
    ("3 to 10 days", timedelta(days=10)),
    ("above 10 days", None),
)
#: States of orders that need nothing more.
DONE = (State.CONFIRMED, State.CANCELLED, State.SKIPPED)


def overdue(order: KeptOrder, facts: Facts) -> bool:
    """Whether an order placed before `facts.overdue_before` is not done and has no reason."""
    return order.state not in DONE and not order.reason and order.created_at < facts.overdue_before


def buckets(facts: Facts) -> tuple[Bucket, ...]:
    """The orders of the period by age class, without cancelled and skipped ones. Document currency."""
    ages: dict[str, list[KeptOrder]] = {name: [] for name, _ in AGES}
    for order in facts.kept.values():
        if order.state not in (State.CANCELLED, State.SKIPPED):
            ages[age_of(order, facts)].append(order)
    return tuple(_bucket(name, orders, facts) for name, orders in ages.items())


def all_ages(buckets: Sequence[Bucket]) -> Bucket:
    """The sum of all age classes: the last row of the report."""
    return Bucket(
        "all",
        sum(bucket.orders for bucket in buckets),
        total(bucket.value for bucket in buckets),
        total(bucket.confirmed for bucket in buckets),
        total(bucket.waiting for bucket in buckets),
        total(bucket.unexplained for bucket in buckets),
    )


def age_of(order: KeptOrder, facts: Facts) -> str:
    """The name of the order's age class in `AGES`."""
    age = facts.now - order.created_at
    return next(name for name, limit in AGES if limit is None or age < limit)


def _bucket(name: str, orders: list[KeptOrder], facts: Facts) -> Bucket:
    value = _value(orders)
    confirmed = _value(order for order in orders if order.state is State.CONFIRMED)
    unexplained = _value(order for order in orders if overdue(order, facts))
    return Bucket(name, len(orders), value, confirmed, value - confirmed - unexplained, unexplained)


def _value(orders: Iterable[KeptOrder]) -> Decimal:
    return total(order.figures.total for order in orders)


def overdue_orders(facts: Facts) -> Iterator[Difference]:
    """A difference for each overdue order, with its total in the document currency."""
    for order in facts.kept.values():
        if overdue(order, facts):
            yield Difference(
                kind=Kind.OVERDUE,
                subject=order.number,
                text=f"placed {order.created_at:%Y-%m-%d %H:%M} UTC, {order.state} without a reason: "
                f"{shown(order.figures.total)}",
                ledger=order.figures.total,
                order=order.key,
            )
