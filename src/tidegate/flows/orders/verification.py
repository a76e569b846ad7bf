"""Orders and accounts in doubt: looked up before anything is sent again.

A look-up proves that a document is absent only after the time in which an unanswered call may
still take effect (`settle_minutes` of the company): a server may finish what its caller gave up.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from tidegate.domain.errors import Failure
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.terms import Terms
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.orders import customers
from tidegate.flows.orders.found_orders import judge_found
from tidegate.flows.status import notes
from tidegate.flows.stored_order import expected
from tidegate.ledger import delivery, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port import CustomerMatch, OrderKey, Session


def verify_orders(cycle: Cycle, session: Session, terms: Terms) -> None:
    """Look up every order in doubt whose last attempt is old enough."""
    capabilities = cycle.connection.company.capabilities
    if not capabilities.look_up_by_key:
        return  # without a look-up the order waits for a person: `queue link` or `queue retry`
    last: Item | None = None
    while cycle.may_call_company():
        items = queue.in_doubt(
            cycle.name, cycle.flow, "order", settled_before(cycle), capabilities.lookups_per_call, after=last
        )
        if not items:
            return
        last = items[-1]
        cycle.keep_lease()
        verdicts: list[Verdict] = []
        orders: list[tuple[Item, SalesOrder]] = []
        for item in items:
            order = fenced(item.label, partial(expected, item, terms, capabilities))
            if isinstance(order, Failure):
                verdicts.append(cycle.after_failure(item, order, None))
            else:
                orders.append((item, order))
        found = session.find_orders([OrderKey(order.key, order.reference) for _, order in orders])
        if isinstance(found, Failure):
            cycle.call_failed(found)
            return
        for item, order in orders:
            judged = fenced(item.label, partial(judge_found, cycle, item, found[order.key], order))
            if isinstance(judged, Failure):
                judged = cycle.after_failure(item, judged, None)
            verdicts.append(judged or cycle.after_absence(item))
        with transaction("verify"):
            moved_on = set(delivery.apply(verdicts, cycle.now(), lease=cycle.lease))
            notes.ask_for(
                cycle, [v for v in verdicts if v.letter == "e" and v.delivery_id not in moved_on], cycle.now()
            )


def verify_customers(cycle: Cycle, session: Session) -> None:
    """Look up every account in doubt: its orders may have found it, or have gone, without asking for it."""
    capabilities = cycle.connection.company.capabilities
    if not capabilities.look_up_by_key:
        return
    last: Item | None = None
    while cycle.may_call_company():
        items = queue.in_doubt(
            cycle.name,
            cycle.flow,
            customers.STEP,
            settled_before(cycle),
            capabilities.lookups_per_call,
            after=last,
        )
        if not items:
            return
        last = items[-1]
        cycle.keep_lease()
        found = session.find_created_customers([item.key for item in items])
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
