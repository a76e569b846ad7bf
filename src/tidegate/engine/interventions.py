"""What a person does to the queue and to connections, from the command line or a console.

Every act is one function; acting twice is harmless and says so. The ledger decides what is
possible, writes down who did it, and never lets a person send anything twice: whatever may be in
the company is looked up before it is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tidegate.domain.missing_thing import missing_order
from tidegate.domain.states import OUT, State
from tidegate.flows.orders import cancellations
from tidegate.ledger import alerts, closures, delivery, halts, lookups, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import NotAllowed
from tidegate.ledger.operators import QUESTIONS
from tidegate.ledger.queue import Item


class Act(StrEnum):
    """What can be done with a delivery."""

    RETRY = "retry"
    RELEASE = "release"
    HOLD = "hold"
    CANCEL = "cancel"
    SKIP = "skip"


class Result(StrEnum):
    """How an act ended for one delivery."""

    DONE = "done"
    NOTHING = "nothing to do"  #: it is as wished already
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Acted:
    """One delivery after an act."""

    delivery_id: int
    label: str
    step: str
    result: Result
    before: State
    after: State
    text: str


#: States in which an act has nothing left to do.
DONE_BEFORE: dict[Act, tuple[State, ...]] = {
    Act.RETRY: (State.CAPTURED, State.QUEUED, *OUT, State.CONFIRMED),
    Act.RELEASE: (State.CAPTURED, State.QUEUED, *OUT, State.CONFIRMED),
    Act.HOLD: (),
    Act.CANCEL: (State.CANCELLED,),
    Act.SKIP: (State.SKIPPED,),
}
#: States in which an act is meant when an order or a whole class is named; the ledger has the last word.
SENSIBLE: dict[Act, tuple[State, ...]] = {
    Act.RETRY: (State.REVIEW, State.HELD),
    Act.RELEASE: (State.HELD,),
    Act.HOLD: (State.CAPTURED, State.QUEUED, State.HELD),
    Act.CANCEL: (State.CAPTURED, State.QUEUED, State.HELD, State.REVIEW),
    Act.SKIP: (State.CAPTURED, State.QUEUED, State.HELD, State.REVIEW),
}
#: Of one delivery that is named itself, these can be taken up again, too.
REVIVED = (State.SKIPPED, State.CANCELLED)
#: For an order named without a step these mean the order itself, never only the notes about it.
WHOLE_ORDER = (Act.HOLD, Act.CANCEL, Act.SKIP)


def meant(wish: Act, items: Sequence[Item]) -> list[Item]:
    """Of all steps of the orders named, those that the act is meant for.

    Where it makes sense for none, the orders' own deliveries: their own reasons say why.
    """
    own = [item for item in items if item.step == "order"]
    if wish in WHOLE_ORDER:
        return own or list(items)
    sensible = [item for item in items if item.state in SENSIBLE[wish]]
    if wish is Act.RETRY:  # a question for a person is nothing to send
        sensible = [item for item in sensible if not item.step.startswith(tuple(QUESTIONS))]
    return sensible or own or list(items)


def act(
    wish: Act, items: Sequence[Item], *, actor: str, now: datetime, text: str = "", overrule: bool = False
) -> list[Acted]:
    """Do it with each delivery, each in a commit of its own: one that refuses stops no other.

    `overrule` (retry only) sets the present reason aside. `text` is the reason that the history
    shows; skip needs one.
    """
    return [_act(wish, item, actor=actor, now=now, text=text, overrule=overrule) for item in items]


def _act(wish: Act, item: Item, *, actor: str, now: datetime, text: str, overrule: bool) -> Acted:
    if item.state in DONE_BEFORE[wish]:
        return _acted(item, Result.NOTHING, item.state, f"{named(item)} is {item.state.value} already")
    if wish is Act.HOLD and item.state is State.HELD and item.reason_code == "operator":
        return _acted(item, Result.NOTHING, item.state, f"{named(item)} is held already")
    carry_out: dict[Act, Callable[[], delivery.Done]] = {
        Act.RETRY: lambda: delivery.retry(item.id, actor=actor, now=now, text=text, overrule=overrule),
        Act.RELEASE: lambda: delivery.release(item.id, actor=actor, now=now, text=text),
        Act.HOLD: lambda: delivery.hold(item.id, actor=actor, now=now, text=text),
        Act.CANCEL: lambda: delivery.cancel(item.id, actor=actor, now=now, text=text),
        Act.SKIP: lambda: delivery.skip(item.id, actor=actor, now=now, text=text),
    }
    try:
        with transaction(f"operator-{wish}"):
            done = carry_out[wish]()
            if wish in (Act.CANCEL, Act.SKIP):
                release_children(item, now)
    except NotAllowed as refused:
        return _acted(item, Result.REFUSED, item.state, str(refused))
    return _acted(item, Result.DONE, done.after, done.text)


def release_children(item: Item, now: datetime) -> None:
    """Send the copy that replaces an edited order once the order itself cannot be sent."""
    if item.step == "order" and item.entity_id is not None:
        delivery.release_waiting(item.connection, [missing_order(item.store, item.entity_id)], now)


#: What a step's target is in the chain, by how the step's name begins; else the company's order.
KINDS = {
    "shipment:": "magento-shipment",
    "invoice:": "magento-invoice",
    "credit:": "magento-credit",
    "deposit": "sage-receipt",
}


def link(item: Item, number: str, *, target_id: str = "", actor: str, now: datetime, text: str = "") -> Acted:
    """Confirm a delivery as the document that exists in the company, e.g. typed in by hand.

    Raises nothing for what the ledger refuses; that is the result.
    """
    if item.state is State.CONFIRMED:
        same = number in ("", item.target_number, item.target_id)
        result = Result.NOTHING if same else Result.REFUSED
        return _acted(
            item, result, item.state, f"{named(item)} is {item.target_number or item.target_id} already"
        )
    try:
        with transaction("operator-link"):
            kind = next((kind for step, kind in KINDS.items() if item.step.startswith(step)), "sage-order")
            done = delivery.link_to(item.id, target_id, number, actor=actor, now=now, kind=kind, text=text)
            release_after_cancellation(item, now)
    except NotAllowed as refused:
        return _acted(item, Result.REFUSED, item.state, str(refused))
    return _acted(item, Result.DONE, done.after, done.text)


def release_after_cancellation(item: Item, now: datetime) -> None:
    """A person has cancelled the order in the company and links the cancellation: its copy may go."""
    if item.step != "cancel" or item.entity_id is None:
        return
    order = lookups.step_of(item.source_id, "orders", "order")
    if order is not None and cancellations.stands_there(order):
        verdicts = cancellations.gone(order, "cancelled in Sage by a person")
        delivery.apply(verdicts, now, lease=None, actor="operator")
        release_children(order, now)


def find(
    names: Sequence[str], *, connection: str | None = None, flow: str | None = None, step: str | None = None
) -> tuple[list[Item], list[str]]:
    """Deliveries by id (`id:17`), by key or by order number, each once; and the names that are unknown.

    A bare number is an order number and never an id: the delivery of that id is another order's. What is not
    of this connection, flow and step is not found, whatever it is named by. (A `#17` would be a comment to most
    shells; quoted, it is an id, too.)
    """
    found: dict[int, Item] = {}
    unknown: list[str] = []
    for name in names:
        items = [
            item
            for item in _named(name.strip(), connection, flow, step)
            if connection in (None, item.connection)
            and flow in (None, item.flow)
            and step in (None, item.step)
        ]
        if not items:
            unknown.append(name)
        found.update({item.id: item for item in items})
    return list(found.values()), unknown


def _named(name: str, connection: str | None, flow: str | None, step: str | None) -> list[Item]:
    number = id_in(name)
    if number is not None:
        item = queue.get(number)
        return [item] if item is not None else []
    items = queue.listing(label=name, connection=connection, flow=flow, step=step, limit=100)
    keyed = None if items else queue.by_key(name)
    return items if keyed is None else [keyed]


def id_in(name: str) -> int | None:
    """The id in `id:17` or `#17`; None for any other name."""
    for prefix in ("id:", "#"):
        number = name.removeprefix(prefix)
        if number != name and number.isascii() and number.isdigit() and len(number) < 19:
            return int(number)
    return None


def all_of(
    wish: Act, *, code: str, connection: str | None = None, flow: str | None = None, step: str | None = None
) -> list[Item]:
    """Every delivery that stopped for this reason and that the act applies to."""
    found: list[Item] = []
    after = 0
    while True:
        page = queue.listing(
            code=code,
            connection=connection,
            flow=flow,
            step=step,
            state=SENSIBLE[wish],
            after=after,
            limit=500,
        )
        if not page:
            return found
        found += page
        after = page[-1].id


def halt(connection: str, reason: str, *, actor: str, now: datetime) -> bool:
    """Let a connection send nothing until it is lifted; false when it was halted already."""
    with transaction("operator-halt"):
        return halts.halt(connection, reason, "operator", now, by=actor)


@dataclass(frozen=True, slots=True)
class Lifted:
    """What a lift found and ended: the halt (None = there was none), its alerts, a learnt closure."""

    halt: halts.Halted | None
    alerts: int = 0
    closure: closures.Closure | None = None


def lift(connection: str, *, company: str | None, actor: str, now: datetime) -> Lifted:
    """Let a connection send again.

    The alerts of the halt are cleared, and a closure learnt from the company's answers is dropped: a
    person who lifts knows better.
    """
    with transaction("operator-lift"):
        halted = halts.halted(connection)
        closure = closures.closed(company, now) if company is not None else None
        if company is not None:
            closures.forget(company, now)
        cleared = 0
        if halted is not None:
            cleared = alerts.clear_all(halted.code, connection, now) if halted.code else 0
            halts.lift(connection, now, by=actor)
    return Lifted(halted, cleared, closure)


def clear_alert(alert_id: int, now: datetime) -> bool:
    """Clear one alert by its id; false when no such alert is open."""
    for alert in alerts.open_alerts():
        if alert.id == alert_id:
            with transaction("operator-alert"):
                return alerts.clear_alert(alert.code, alert.connection, alert.subject, now)
    return False


def named(item: Item) -> str:
    """A delivery as users know it: `100000123 (comment)`."""
    label = item.label or item.key
    return label if item.step == "order" else f"{label} ({item.step})"


def _acted(item: Item, result: Result, after: State, text: str) -> Acted:
    return Acted(item.id, item.label, item.step, result, item.state, after, text)
