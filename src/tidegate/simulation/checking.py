"""Checking one simulated world: the books of both systems, and the hub's own reports."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tidegate.domain.books.agreement import Reconciliation
from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.engine import digest, reports
from tidegate.engine.hub import Hub
from tidegate.flows.unreadable import ROWS, SAGE
from tidegate.ledger import alerts, mirror
from tidegate.simulation.houses.mappings import TOLERANCE
from tidegate.simulation.settings import PREPAID
from tidegate.simulation.week import Week
from tidegate.simulation.world import COUNTRIES, ORDER_CURRENCIES, WEBSITE_IDS, World
from tidegate_sandbox import (
    checker,
    checker_along,
    checker_calls,
    checker_chain,
    checker_customers,
    checker_digest,
    checker_documents,
    checker_invoiced,
    checker_prices,
    checker_products,
    checker_receipts,
    checker_report,
    checker_stock,
    checker_totals,
)

#: States of an order that nobody has answered for.
_UNANSWERED = frozenset(
    each.value
    for each in (
        State.CAPTURED,
        State.QUEUED,
        State.SENDING,
        State.HANDED_OVER,
        State.IN_DOUBT,
        State.HELD,
        State.REVIEW,
    )
)
#: The tax rates that `settings.MAPPINGS` knows.
MAPPED_PERCENTS = frozenset(map(Decimal, (0, 5, 6, 20)))


@dataclass(frozen=True)
class Evidence:
    """All that the checker is given; plain data."""

    shop: dict[str, Any]
    company: dict[str, Any]
    deliveries: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    terms: checker.Terms
    shop_calls: list[checker_calls.Call]
    company_calls: list[checker_calls.Call]
    orders_left: Callable[[Iterable[checker_calls.Call]], int]  #: how many orders those calls have sent
    orders_counted: int  #: and how many more, by the simulator's own count
    tries: dict[str, list[int]]
    fresh_starts: list[datetime]  #: when a person lifted a halt, or another process began
    forgetful: bool = False  #: the ledger was restored from an older copy
    alone: bool = True  #: no other hub has worked on shop and company
    stock_writes: list[checker_stock.StockWrite] = field(default_factory=list)
    report: checker_report.Report | None = None  #: the hub's reconciliation, where it was asked for
    chains: dict[int, dict[str, Any]] = field(default_factory=dict)  #: as the hub traces them, by order
    digests: list[dict[str, Any]] = field(default_factory=list)  #: of every connection, at the same instant


def gather(
    world: World,
    hub: Hub,
    week: Week,
    changed: Collection[int],
    fresh_starts: Iterable[datetime],
    *,
    forgetful: bool,
    report: Reconciliation | None = None,
) -> Evidence:
    """What both systems and the hub say now. `changed` are orders edited in place."""
    now = world.clock.now()
    deliveries = all_deliveries(now)
    traced = list(traces(deliveries, now))
    edition = week.settings.get("edition", world.house.editions[0])
    shop = world.shop.books()
    checker_along.set_aside(shop, world.settings.skip_skus)
    company = world.house.books(world.sage, world.shop)
    if not world.house.looks_up:
        mark_heard_of(company, deliveries)
    return Evidence(
        shop=shop,
        company=company,
        deliveries=deliveries,
        accounts=accounts(hub, now),
        terms=terms_of(world, hub, week, frozenset(changed)),
        shop_calls=world.shop_wire.requests_seen,
        company_calls=world.sage_wire.requests_seen,
        orders_left=lambda calls: world.house.orders_left(calls, edition),
        orders_counted=world.house.orders_counted(world.sage) - world.orders_unseen,
        tries=tries(traced),
        fresh_starts=list(fresh_starts),
        forgetful=forgetful,
        alone=world.alone,
        report=None if report is None else reported(report),
        stock_writes=world.observer.writes,
        chains={each["magento"]["entity_id"]: each["chain"] for each in traced if each["chain"]},
        digests=[digest.digest(hub, name, now) for name in hub.connections],
    )


def mark_heard_of(company: dict[str, Any], deliveries: Iterable[dict[str, Any]]) -> None:
    """Which of the company's orders this hub has been notified of, where nobody can ask."""
    confirmed = {
        each["key"].rpartition("/")[0]
        for each in deliveries
        if (each["flow"], each["step"], each["state"]) == ("orders", "order", "confirmed")
    }
    for order in company["orders"]:
        order["heard_of"] = order["key"] in confirmed


def reported(report: Reconciliation) -> checker_report.Report:
    """What a reconciliation says of orders, in plain data."""
    return checker_report.Report(
        report.compared,
        report.unexplained,
        tuple((each.kind.value, each.order, each.gap) for each in report.differences),
        frozenset(report.orders),
    )


def check(evidence: Evidence) -> checker.Verdict:
    """Everything that can be checked from the outside."""
    terms = replace(
        evidence.terms,
        distinguished=checker_report.cancelled_there(evidence.report),
        forgetful=evidence.forgetful or not evidence.alone,
    )
    verdict = checker.check(evidence.shop, evidence.company, evidence.deliveries, evidence.accounts, terms)
    for calls in (evidence.shop_calls, evidence.company_calls):
        checker_calls.silent_when_refused(calls, evidence.fresh_starts, verdict)
    if not evidence.forgetful:  # an older ledger takes shipments for unwritten until it has read them again
        checker_stock.never_too_much(evidence.stock_writes, verdict)
        checker_stock.never_too_few(evidence.stock_writes, verdict)
    if "inventory" in terms.flows:
        checker_stock.settled(evidence.shop, evidence.company, terms, verdict)
    if "prices" in terms.flows:
        checker_prices.check(evidence.shop, evidence.company, terms, verdict)
    if "customers" in terms.flows:
        checker_customers.check(evidence.shop, evidence.company, terms, verdict)
    checker_customers.registered(evidence.deliveries, verdict)
    if "products" in terms.flows:
        checker_products.check(evidence.shop, evidence.company, verdict)
    books = (evidence.shop, evidence.company, evidence.deliveries)
    checker_documents.check(*books, terms, verdict)
    if "shipments" in terms.flows:
        checker_along.check(*books, terms, verdict)
    checker_invoiced.check(*books, terms, verdict)
    checker_totals.check(*books, terms, verdict)
    checker_report.check(*books, evidence.report, terms, verdict)
    checker_receipts.check(*books, terms, verdict)
    checker_chain.check(*books, evidence.chains, terms, verdict)
    for made in evidence.digests:
        checker_digest.check(made, evidence.deliveries, evidence.accounts, mirror.STEP, verdict)
    checker_calls.silent_when_forbidden(evidence.company_calls, evidence.fresh_starts, verdict)
    checker_calls.quiet_in_windows(evidence.company_calls, terms, verdict)
    checker_calls.one_try_a_cycle(evidence.tries, verdict)
    if not evidence.forgetful:
        left = evidence.orders_left(evidence.company_calls) + evidence.orders_counted
        checker_calls.every_order_recorded(left, evidence.tries, verdict)
    return verdict


def terms_of(world: World, hub: Hub, week: Week, changed: frozenset[int]) -> checker.Terms:
    """What the simulated hub promised."""
    return replace(
        promised(world, week), closed=tuple(windows(hub, week, world.clock.now())), changed=changed
    )


def promised(world: World, week: Week) -> checker.Terms:
    """What is promised before anything has happened."""
    website, store_ids, currency, _ = COUNTRIES[world.country]
    settings, codes = world.settings, world.house.codes
    return checker.Terms(
        store="main",
        store_ids=store_ids,
        since=week.start - timedelta(hours=1),
        states=frozenset({"new", "processing", "complete"}),
        statuses_never=frozenset(
            {"pending_payment", "payment_review", "holded", "fraud", "canceled", "closed"}
        ),
        currency=currency,
        order_currencies=ORDER_CURRENCIES,
        tax_percents=MAPPED_PERCENTS,
        flows=frozenset(settings.back),
        invoice_when=settings.invoice_when,
        prepaid=frozenset(PREPAID) if settings.back and codes.prepaid else frozenset(),
        sources=codes.sources[website] if settings.msi else codes.legacy,
        bands=codes.groups if settings.tier_prices else {},
        attributes=settings.attributes,
        website_id=WEBSITE_IDS[world.country],
        msi=settings.msi,
        tolerance=TOLERANCE,
        looks_up=world.house.looks_up,
        has_rounding=world.house.has_rounding,
        within=TOLERANCE if world.house.taxes_itself else Decimal(0),
    )


def shelf(world: World, week: Week) -> checker_stock.Shelf:
    """What may be sold at this moment."""
    read = world.house.stock_books or world.house.books
    company = read(world.sage, world.shop)
    now = world.clock.now()
    shop = {"orders": world.shop.order_books()}
    lists_open = world.house.lists_open
    clear = lists_open and world.alone  # what this hub has not read, nobody has sent
    unclear = frozenset() if clear else unheard_of(shop["orders"], now, lists_open=lists_open)
    terms = promised(world, week)
    return checker_stock.Shelf(shop, company, terms, unread(now), blind=blind(), unclear=unclear)


def unheard_of(orders: Iterable[dict[str, Any]], now: datetime, *, lists_open: bool) -> frozenset[int]:
    """Orders of which the hub does not know whether the company has them.

    Those that left and have no answer; and those that it has not sent, or not even read: another hub may have sent them.
    Where the company lists its open orders (`lists_open`), only the last: what has left an order is in no list, and
    says nothing to a hub that does not know the order.
    """
    heard = {
        each["entity_id"]
        for each in pages(now, flow="orders")
        if each["step"] == "order" and (lists_open or each["target_id"] or each["state"] not in _UNANSWERED)
    }
    return frozenset(each["entity_id"] for each in orders) - heard


def blind() -> bool:
    """Whether the hub has reported to a person that records of the company cannot be read."""
    return any(each.code == ROWS and each.subject.endswith(SAGE) for each in alerts.open_alerts())


def unread(now: datetime) -> frozenset[int]:
    """Orders of which the hub has reported to a person that the shop cannot show them.

    That person may have said "try again": such an order is still not read, and has no number yet.
    """
    in_review = reports.deliveries(
        now, flow="orders", states=[State.REVIEW], code=Code.UNREADABLE, limit=1000
    )
    tried = reports.deliveries(now, flow="orders", states=[State.QUEUED], limit=1000)
    unnamed = [each for each in tried["deliveries"] if each["label"] == str(each["entity_id"])]
    return frozenset(each["entity_id"] for each in [*in_review["deliveries"], *unnamed])


def counts(evidence: Evidence) -> dict[str, int]:
    """How much of what Sage decided has reached the shop."""
    orders = [each for each in evidence.shop["orders"] if each["store_id"] in evidence.terms.store_ids]
    calls = [(method, path) for _, method, path, _ in evidence.shop_calls if method != "GET"]
    return {
        "shipments": checker_documents.made(orders, "shipments"),
        "invoices": checker_documents.made(orders, "invoices"),
        "payments": sum(
            each["flow"] == "payments" and each["state"] == "confirmed" for each in evidence.deliveries
        ),
        "credits": checker_documents.made(orders, "credits"),
        "stock_writes": len(evidence.stock_writes),
        "price_writes": sum("-prices" in path and "information" not in path for _, path in calls),
    }


def windows(hub: Hub, week: Week, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The announced windows of the week as instants."""
    (connection,) = hub.connections.values()
    at = week.start - timedelta(days=1)
    while (period := connection.calendar.next_closing(at)) is not None and period.start < now:
        yield period.start, period.end
        at = period.end


def all_deliveries(now: datetime) -> list[dict[str, Any]]:
    """The hub's own report of every delivery."""
    return list(pages(now))


def pages(now: datetime, **which: Any) -> Iterator[dict[str, Any]]:
    """The hub's own report of these deliveries, page after page."""
    after: int | None = 0
    while after is not None:
        page = reports.deliveries(now, after=after, limit=1000, **which)
        yield from page["deliveries"]
        after = page["next"]


def traces(deliveries: Iterable[dict[str, Any]], now: datetime) -> Iterator[dict[str, Any]]:
    """Every order as the hub traces it."""
    for each in deliveries:
        if each["step"] == "order":
            yield from reports.traced(each["key"], now)["orders"]


def tries(traced: Iterable[dict[str, Any]]) -> dict[str, list[int]]:
    """The batches in which each order was tried, by its key."""
    return {
        step["key"]: [attempt["batch"] for attempt in step["attempts"]]
        for order in traced
        for step in order["deliveries"]
        if step["step"] == "order"
    }


def accounts(hub: Hub, now: datetime) -> list[dict[str, Any]]:
    """The hub's own account of every flow and step."""
    reported = reports.status(hub.configuration, now.astimezone(UTC))
    return [
        {"flow": flow, "step": step, **account}
        for connection in reported["connections"].values()
        for flow, each in connection["flows"].items()
        for step, account in each["steps"].items()
    ]
