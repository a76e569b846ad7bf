"""What becomes of an order that was just read: the decision table of the capture.

Every order read ends in exactly one disposition; *skipped* is one of them, never silence. Source:
design, *The life of a delivery*; field-failures 23 (silent skips).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import missing_order, name_of
from tidegate.domain.orders.keys import StoreStatus, content_changed, revision, same_version, store_status
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.remaining import nothing_remains
from tidegate.domain.states import State


class Action(StrEnum):
    """What the ledger shall do with the order."""

    QUEUE = "queue"  #: a delivery, ready to be sent (letter a)
    SKIP = "skip"  #: a delivery that is not sent, with the reason (n)
    HOLD = "hold"  #: the order that this one replaces comes first (i)
    CANCEL = "cancel"  #: cancelled before it was sent (m)
    CANCEL_SENT = "cancel sent"  #: it was or may have been sent: the cancellation follows as its own step
    REDUCED = "reduced"  #: pieces were cancelled or refunded after it was or may have been sent
    CHANGED = "changed"  #: its content changed after it was or may have been sent: a person decides
    REFRESH = "refresh"  #: its content changed before it was sent: keep the new content
    UNSKIP = "unskip"  #: the reason not to send is gone (p); with `waits_for`, hold it at once (i)
    NOTHING = "nothing"  #: all is as it was


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRules:
    """Which orders of a store a connection sends; empty `websites` = all."""

    websites: frozenset[str] = frozenset()
    since: datetime | None = None  #: nothing created before is ever sent (aware)
    states: frozenset[str] = frozenset({"new", "processing", "complete"})
    statuses_never: frozenset[str] = frozenset(
        {"pending_payment", "payment_review", "holded", "fraud", "canceled", "closed"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger has of this order already.

    `maybe_sent` is true when any attempt may have had an effect that no look-up has disproved: a
    delivery in review may be in the ERP all the same. `cancelling` is true when the cancellation of
    a sent order is recorded already, and did not come to nothing before the store revived the order. `unexplained` is what the store has cancelled or refunded since
    it was sent and the ERP has not credited, in words; `delivered` is true when goods have left, or
    were invoiced. `left_out`: a person has skipped or cancelled it here, and only a person takes it up again.
    """

    state: State
    revision: str
    status: StoreStatus = StoreStatus.OPEN  #: how the order stood in the store when last read
    maybe_sent: bool = False
    cancelling: bool = False
    unexplained: str = ""
    delivered: bool = False
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Disposition:
    """One action with its reason in plain words. `failure` says what a person must decide."""

    action: Action
    reason: str = ""
    waits_for: str = ""  #: the replaced order (`missing_thing.missing_order`)
    failure: Failure | None = None


_UNSENT = (State.CAPTURED, State.QUEUED, State.HELD, State.REVIEW)
_CANCELLED = Disposition(Action.NOTHING, "it is cancelled")


def decide(
    order: Order, known: Known | None, rules: CaptureRules, *, parent: State | None = None
) -> Disposition:
    """The one disposition of an order that was read.

    `known` is None for an order never seen. `parent` is the delivery state of the order that this
    one replaces (Magento's edit cancels and copies), None when the ledger has none; it only counts
    for orders with a `parent_entity_id`.
    """
    unwanted = not_exported(order, rules)
    waits_for = _waits_for(order, parent)
    if known is None:
        return _first_sight(unwanted, waits_for)
    if known.state is State.SKIPPED:
        if unwanted or known.left_out:
            return Disposition(Action.NOTHING, unwanted or "a person has left it out")
        return Disposition(Action.UNSKIP, "it can be sent now", waits_for)
    if known.state is State.CANCELLED:
        # Only what the store itself cancelled comes back with the store: never what a person cancelled here.
        if known.status is not StoreStatus.CANCELLED or unwanted or known.left_out:
            return _CANCELLED
        if known.maybe_sent:
            return _revived(order)
        return Disposition(Action.UNSKIP, "its cancellation was undone", waits_for)
    if known.state in _UNSENT and not known.maybe_sent:
        return _unsent(order, known, unwanted, waits_for)
    return _sent(order, known)


def not_exported(order: Order, rules: CaptureRules) -> str:
    """Why an order is not for this connection, or not yet; "" when it is."""
    if rules.websites and order.website not in rules.websites:
        return f"no flow of this connection includes the website {order.website}"
    if rules.since is not None and order.created_at < rules.since:
        return f"created before {rules.since.isoformat()}"
    if order.status in rules.statuses_never:
        return f"status {order.status} is never sent"
    if order.state not in rules.states:
        return f"state {order.state} is not sent"
    return "the order is cancelled or refunded in full in the store" if is_over(order) else ""


def is_over(order: Order) -> bool:
    """Whether nothing of the order is left to be delivered: cancelled, closed, or all pieces taken back."""
    return store_status(order) is not StoreStatus.OPEN or nothing_remains(order)


def parent_settled(state: State | None) -> bool:
    """Whether an order that replaces another may be sent: the other is not and will not be in the ERP."""
    return state in (State.CANCELLED, State.SKIPPED)


def _waits_for(order: Order, parent: State | None) -> str:
    if order.parent_entity_id is None or parent_settled(parent):
        return ""
    return missing_order(order.store, order.parent_entity_id)


def _first_sight(unwanted: str, waits_for: str) -> Disposition:
    if unwanted:
        return Disposition(Action.SKIP, unwanted)
    if waits_for:
        return _hold(waits_for)
    return Disposition(Action.QUEUE)


def _hold(waits_for: str) -> Disposition:
    text = f"It replaces {name_of(waits_for)}, which must be cancelled in Sage first."
    return Disposition(
        Action.HOLD, text, waits_for, Failure(Code.PARENT_PENDING, text, missing=waits_for, sent=False)
    )


def _unsent(order: Order, known: Known, unwanted: str, waits_for: str) -> Disposition:
    if store_status(order) is StoreStatus.CANCELLED:
        return Disposition(Action.CANCEL, "cancelled in the store before it was sent")
    if unwanted:
        return Disposition(Action.SKIP, unwanted)
    if known.revision != revision(order) and same_version(known.revision, revision(order)):
        return Disposition(Action.REFRESH, "its content changed before it was sent")
    if known.state in (State.CAPTURED, State.QUEUED) and waits_for:
        return _hold(waits_for)
    if known.state is State.CAPTURED:
        return Disposition(Action.QUEUE)
    return Disposition(Action.NOTHING)


def _revived(order: Order) -> Disposition:
    text = (
        f"The cancellation of order {order.increment_id} was undone in the store after Sage was asked to cancel it. "
        "See what has become of the order in Sage, and enter it there by hand if it is cancelled or gone."
    )
    return Disposition(Action.CHANGED, text, failure=Failure(Code.CHANGED_AFTER_SEND, text, sent=False))


def _sent(order: Order, known: Known) -> Disposition:
    if known.cancelling and known.status is StoreStatus.CANCELLED and not is_over(order):
        return _revived(order)
    if known.cancelling:
        return Disposition(Action.NOTHING, "its cancellation is recorded")
    if store_status(order) is StoreStatus.CANCELLED:
        replaced = f"; order {order.child_entity_id} replaces it" if order.child_entity_id is not None else ""
        text = f"Order {order.increment_id} was cancelled in the store after it was sent{replaced}."
        return Disposition(
            Action.CANCEL_SENT, text, failure=Failure(Code.CANCEL_AFTER_SEND, text, sent=False)
        )
    if content_changed(known.revision, revision(order)):
        text = (
            f"Order {order.increment_id} was changed in the store after it was sent. Compare it with the "
            "order in Sage and change that order by hand."
        )
        return Disposition(Action.CHANGED, text, failure=Failure(Code.CHANGED_AFTER_SEND, text, sent=False))
    if known.unexplained and is_over(order) and not (known.delivered or order.shipped):
        text = f"Order {order.increment_id} was refunded in full in the store after it was sent."
        return Disposition(
            Action.CANCEL_SENT, text, failure=Failure(Code.CANCEL_AFTER_SEND, text, sent=False)
        )
    if known.unexplained:
        return Disposition(Action.REDUCED, known.unexplained)
    return Disposition(Action.NOTHING)
