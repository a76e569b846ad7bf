"""Orders and accounts in doubt: looked up before anything is sent again."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.terms import Terms
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.orders import customers, new_accounts
from tidegate.flows.orders.confirmed import carry_out
from tidegate.flows.orders.found_orders import verdict_on_found
from tidegate.flows.stored_keys import keys_of_names
from tidegate.flows.stored_order import expected
from tidegate.flows.writing.doubtful import in_doubt
from tidegate.ledger import parcels
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port.orders import Guard, OrderKey, OrderWriting
from tidegate.sage.port.session import Session


def verify_orders(cycle: Cycle, session: Session, terms: Terms) -> None:
    """Look up every order in doubt whose last attempt is old enough."""
    about, search = session.orders.about, session.order_search
    if search is None:
        rely_on_guard(cycle, about)
        return
    for items in in_doubt(cycle, "order", about.lookups_per_call):
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
            checked = fenced(item.label, partial(verdict_on_found, cycle, item, found[order.key], order))
            if isinstance(checked, Failure):
                checked = cycle.after_failure(item, checked, None)
            if checked is None and item.id in lying:
                continue  # the company may take it out of its parcel yet: absence proves nothing
            verdicts.append(checked or cycle.after_absence(item))
        with transaction("verify"):
            carry_out(cycle, verdicts)


def rely_on_guard(cycle: Cycle, about: OrderWriting) -> None:
    """Where nothing can be looked up: send again what the product itself keeps from being doubled.

    The others wait for a person (`queue link` or `queue retry`), and so does what is older than the guard.
    """
    if about.guard not in (Guard.TARGET_REPLAYS, Guard.TARGET_OVERWRITES):
        return
    since = None if about.guard_days is None else cycle.now() - timedelta(days=about.guard_days)
    for items in in_doubt(cycle, "order", about.lookups_per_call):
        lying = parcels.in_open_parcels([item.id for item in items])  # the company may take them out yet
        cycle.apply([guarded(cycle, item, about.guard, since) for item in items if item.id not in lying])


def guarded(cycle: Cycle, item: Item, guard: Guard, since: datetime | None) -> Verdict:
    """Sent again while the guard holds; else a person must look."""
    if since is None or item.changed_at > since:
        text = f"no answer came; the order is sent again, which is safe: the {guard.value}"
        return cycle.after_absence(item, text)
    text = (
        "no answer came, and after so many days this Sage product no longer refuses a second order with "
        f"the same key. Look for the order in Sage: `tidegate queue link {item.label} NUMBER`, or `tidegate "
        "queue retry`."
    )
    cycle.count("review")
    cycle.ask_a_person(Failure(Code.DUPLICATE_FOUND, text), item.label)
    return Verdict(item.id, "h", code=Code.DUPLICATE_FOUND, text=text)


def verify_customers(cycle: Cycle, session: Session) -> None:
    """Look up every account in doubt: its orders may have found it, or have gone, without asking for it."""
    desk = session.new_customers
    if desk is None:
        return  # none was created by us
    for items in in_doubt(cycle, customers.STEP, session.orders.about.lookups_per_call):
        keys = keys_of_names(item.key for item in items)
        found = desk.find_created(list(keys.values()))
        if isinstance(found, Failure):
            cycle.call_failed(found)
            return
        verdicts: list[Verdict] = []
        for item in items:
            match = found[keys[item.key]]
            verdicts += [cycle.after_absence(item)] if match is None else new_accounts.found(item, match)
        with transaction("verify"):
            new_accounts.carry_out(cycle, verdicts)
