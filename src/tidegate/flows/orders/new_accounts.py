"""Accounts that are created as a kind of record that goes to the company, for orders and for registrations alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tidegate.domain.errors import Failure
from tidegate.domain.missing_thing import missing_thing
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.orders.confirmed import CONFIRMING
from tidegate.flows.stored_keys import keys_of_names
from tidegate.flows.writing import results
from tidegate.flows.writing.writing import Writing, hands_over
from tidegate.ledger import delivery, lookups
from tidegate.ledger.queue import Item
from tidegate.sage.port.customers import CustomerMatch, NewCustomerDesk
from tidegate.sage.port.outcomes import Accepted
from tidegate.sage.port.parcels import Scope
from tidegate.sage.port.session import Session


def writing(cycle: Cycle, session: Session, settle: Callable[[Sequence[Verdict]], None]) -> Writing:
    """How this company takes new accounts."""
    handed = hands_over(session, Scope.CUSTOMERS)
    return Writing(scope=Scope.CUSTOMERS, in_parcels=handed, confirm=confirm, settle=settle)


def confirm(item: Item, accepted: Accepted, attempt_id: int | None) -> Sequence[Verdict]:
    """The company has the account."""
    letter = "o" if item.state in (State.REVIEW, State.HELD) else "e"
    verdict = Verdict(
        item.id,
        letter if attempt_id is None else "c",
        attempt_id=attempt_id,
        target_id=accepted.id,
        target_number=accepted.number,
        adopted=attempt_id is None,
    )
    return [verdict]


def found(item: Item, match: CustomerMatch) -> Sequence[Verdict]:
    """A look-up by our key shows it."""
    return confirm(item, Accepted(id=match.id, number=match.account), None)


def carry_out(cycle: Cycle, verdicts: Sequence[Verdict]) -> None:
    """Carry out the transitions and release the orders that waited for an account, in a transaction."""
    now = cycle.now()
    delivery.apply(verdicts, now, lease=cycle.lease)
    made = lookups.items([each.delivery_id for each in verdicts if each.letter in CONFIRMING])
    waited_for = [missing_thing("registration", item.key) for item in made]
    cycle.count("released", delivery.release_waiting(cycle.name, waited_for, now))


def collect(cycle: Cycle, session: Session) -> None:
    """Read what became of accounts that were handed over."""
    desk = session.new_customers
    if session.parcels is None or desk is None or not hands_over(session, Scope.CUSTOMERS):
        return
    accounts = writing(cycle, session, partial(carry_out, cycle))
    if results.collect(cycle, accounts, session.parcels.collect):
        size = session.orders.about.lookups_per_call
        results.look_up_late(cycle, accounts, size, partial(look_up, desk))


def look_up(desk: NewCustomerDesk, items: Sequence[Item]) -> Mapping[int, Sequence[Verdict]] | Failure:
    """Those that are there after all."""
    keys = keys_of_names(item.key for item in items)
    there = desk.find_created(list(keys.values()))
    if isinstance(there, Failure):
        return there
    matches = {item.id: there[keys[item.key]] for item in items}
    return {item.id: found(item, match) for item in items if (match := matches[item.id]) is not None}
