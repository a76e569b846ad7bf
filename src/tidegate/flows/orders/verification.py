"""Orders and accounts in doubt: looked up before anything is sent again.

A look-up proves that a document is absent only after the time in which an unanswered call may
still take effect (`settle_minutes` of the company): a server may finish what its caller gave up.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.terms import Terms
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.orders import customers
from tidegate.flows.orders.found_orders import judge_found
from tidegate.flows.status import notes
from tidegate.flows.stored_order import expected
from tidegate.ledger import delivery, parcels, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port.customers import CustomerMatch
from tidegate.sage.port.orders import Guard, OrderKey, OrderWriting
from tidegate.sage.port.session import Session


def verify_orders(cycle: Cycle, session: Session, terms: Terms) -> None:
    """Look up every order in doubt whose last attempt is old enough."""
    about, search = session.orders.about, session.order_search
    if search is None:
        rely_on_guard(cycle, about)
        return
    last: Item | None = None
    while cycle.may_call_company():
        items = queue.in_doubt(
            cycle.name, cycle.flow, "order", settled_before(cycle), about.lookups_per_call, after=last
        )
        if not items:
            return
        last = items[-1]
        cycle.keep_lease()
        verdicts: list[Verdict] = []
        orders: list[tuple[Item, SalesOrder]] = []
        for item in items:
            order = fenced(item.label, partial(expected, item, terms, about.arithmetic))
            if isinstance(order, Failure):
                verdicts.append(cycle.after_failure(item, order, None))
            else:
                orders.append((item, order))
        found = search.find([OrderKey(order.key, order.reference) for _, order in orders])
        if isinstance(found, Failure):
            cycle.call_failed(found)
            return
        lying = parcels.in_open_parcels([item.id for item, _ in orders])
        for item, order in orders:
            judged = fenced(item.label, partial(judge_found, cycle, item, found[order.key], order))
            if isinstance(judged, Failure):
                judged = cycle.after_failure(item, judged, None)
            if judged is None and item.id in lying:
                continue  # the company may take it out of its parcel yet: absence proves nothing
            verdicts.append(judged or cycle.after_absence(item))
        with transaction("verify"):
            moved_on = set(delivery.apply(verdicts, cycle.now(), lease=cycle.lease))
            notes.ask_for(
                cycle, [v for v in verdicts if v.letter == "e" and v.delivery_id not in moved_on], cycle.now()
            )


def rely_on_guard(cycle: Cycle, about: OrderWriting) -> None:
    """Where nothing can be looked up: send again what the product itself keeps from being doubled.

    The others wait for a person (`queue link` or `queue retry`), and so does what is older than the guard.
    """
    if about.guard not in (Guard.TARGET_REPLAYS, Guard.TARGET_OVERWRITES):
        return
    since = None if about.guard_days is None else cycle.now() - timedelta(days=about.guard_days)
    last: Item | None = None
    while cycle.may_go_on():
        items = queue.in_doubt(
            cycle.name, cycle.flow, "order", settled_before(cycle), about.lookups_per_call, after=last
        )
        if not items:
            return
        last = items[-1]
        cycle.keep_lease()
        lying = parcels.in_open_parcels([item.id for item in items])  # the company may take them out yet
        cycle.apply([guarded(cycle, item, about.guard, since) for item in items if item.id not in lying])


def guarded(cycle: Cycle, item: Item, guard: Guard, since: datetime | None) -> Verdict:
    """Sent again while the guard holds; else a person must look."""
    if since is None or item.changed_at > since:
        text = f"no answer; it is sent again, which is harmless: the {guard.value}"
        return cycle.after_absence(item, text)
    text = (
        "no answer, and the company's product no longer guards against a second order after so many days. "
        f"Look for it there: `tidegate queue link {item.label} NUMBER`, or `tidegate queue retry`."
    )
    cycle.count("review")
    cycle.ask_a_person(Failure(Code.DUPLICATE_FOUND, text), item.label)
    return Verdict(item.id, "h", code=Code.DUPLICATE_FOUND, text=text)


def verify_customers(cycle: Cycle, session: Session) -> None:
    """Look up every account in doubt: its orders may have found it, or have gone, without asking for it."""
    desk = session.new_customers
    if desk is None:
        return  # none was created by us
    last: Item | None = None
    while cycle.may_call_company():
        items = queue.in_doubt(
            cycle.name,
            cycle.flow,
            customers.STEP,
            settled_before(cycle),
            session.orders.about.lookups_per_call,
            after=last,
        )
        if not items:
            return
        last = items[-1]
        cycle.keep_lease()
        found = desk.find_created([item.key for item in items])
        if isinstance(found, Failure):
            cycle.call_failed(found)
            return
        verdicts = [judge_account(cycle, item, found[item.key]) for item in items]
        present = [f"registration:{item.key}" for item in items if found[item.key] is not None]
        with transaction("verify"):
            delivery.apply(verdicts, cycle.now(), lease=cycle.lease)
            cycle.count("released", delivery.release_waiting(cycle.name, present, cycle.now()))


def judge_account(cycle: Cycle, item: Item, match: CustomerMatch | None) -> Verdict:
    """Adopt the account, or let it be created again."""
    if match is None:
        return cycle.after_absence(item)
    return Verdict(item.id, "e", target_id=match.id, target_number=match.account, adopted=True)


def settled_before(cycle: Cycle) -> datetime:
    """What began after this may still take effect."""
    return cycle.now() - timedelta(minutes=cycle.connection.company_settings.settle_minutes)
