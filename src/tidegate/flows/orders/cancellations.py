"""Orders that Magento cancelled, or refunded completely before anything was delivered.

Each is looked up in the company before it counts as never arrived: an answer may have
been lost, or the ledger restored from a copy that has forgotten what it sent. An order that is there
is cancelled where the connection says `cancellation = "cancel"` and the product can; else a person
decides, and also where goods have left the store that a product without shipments knows nothing of. A
cancellation waits until its order is known to be there, or is proved absent. An order that is in review for
its total alone is there: whoever compares the totals is not waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.missing_thing import missing_order
from tidegate.domain.money import shown
from tidegate.domain.orders.keys import StoreStatus, store_status
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.invoice_steps import INVOICE, INVOICES
from tidegate.flows.orders import confirmed, reductions
from tidegate.flows.orders.found_orders import alive, tolerance
from tidegate.flows.stored_keys import search_keys
from tidegate.flows.stored_order import expected, read_order
from tidegate.flows.writing import results, sending
from tidegate.flows.writing.attempts import Record
from tidegate.flows.writing.writing import Writing, hands_over
from tidegate.ledger import delivery, lookups, order_documents, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port.orders import Found, OrderKey, OrderSearch
from tidegate.sage.port.outcomes import Accepted
from tidegate.sage.port.parcels import Scope
from tidegate.sage.port.session import Session

STEP = "cancel"
#: Cancellations in one cycle; the rest waits for the next one.
MOST = 200
#: The letters that lead an order of each state to `confirmed` when the company has it after all.
ADOPTION = {
    State.QUEUED: "e",
    State.HELD: "o",
    State.REVIEW: "o",
    State.SKIPPED: "pe",
    State.CANCELLED: "pe",
}


def run(cycle: Cycle, session: Session) -> None:
    """Carry out the cancellations whose order is settled."""
    # Cancelling is repeatable: what is cancelled or gone already is accepted again.
    doubtful = queue.in_doubt(cycle.name, cycle.flow, STEP, cycle.started, MOST)
    text = "no answer to the cancellation; it is sent again, which is harmless"
    cycle.apply([cycle.after_absence(item, text) for item in doubtful])
    pairs = []
    for item in queue.due(cycle.name, cycle.flow, STEP, MOST, cycle.now()):
        order = lookups.step_of(item.source_id, cycle.flow, "order")
        if order is not None:
            pairs.append((item, order))
    look_up(cycle, session, [pair for pair in pairs if to_be_looked_up(pair[1])])
    for item, _ in pairs:
        order = lookups.step_of(item.source_id, cycle.flow, "order")
        if order is not None and stands_there(order) and cycle.may_call_company():
            failure = fenced(item.label, partial(cancel, cycle, session, item, order))
            if failure is not None:
                cycle.apply([cycle.after_failure(item, failure, None)])


def to_be_looked_up(order: Item) -> bool:
    """Whether the company has not confirmed it. In doubt it has its own look-up, with its own patience."""
    return order.state in ADOPTION and not (order.state is State.REVIEW and order.target_id)


def stands_there(order: Item) -> bool:
    """Whether the company has it beyond doubt: it is confirmed, or in review for its total alone."""
    for_its_total = order.reason_code == Code.TOTALS_DIFFER and bool(order.target_id)
    return order.state is State.CONFIRMED or (order.state is State.REVIEW and for_its_total)


def look_up(cycle: Cycle, session: Session, pairs: Sequence[tuple[Item, Item]]) -> None:
    """Pooled: absent orders are cancelled for good, the others are confirmed first."""
    search, size = session.order_search, session.orders.about.lookups_per_call
    if search is None:
        for item, order in pairs:
            ask_whether_there(cycle, item, order)
        return
    adopt_found(cycle, search, size, pairs, partial(close_never_sent, cycle))


def adopt_found(
    cycle: Cycle,
    search: OrderSearch,
    size: int,
    pairs: Sequence[tuple[Item, Item]],
    absent: Callable[[Item, Item], object],
) -> None:
    """Search for orders, `size` at once, and adopt those that are there; `absent` settles (delivery, order) of the others."""
    for start in range(0, len(pairs), size):
        if not cycle.may_call_company():
            return
        chunk = pairs[start : start + size]
        keys = keys_of(cycle, [order for _, order in chunk])
        found = search.find(list(keys.values()))
        if isinstance(found, Failure):
            cycle.call_failed(found)
            return
        for item, order in chunk:
            ours = [each for each in found[keys[order.id].key] if each.ours]
            if ours:
                adopt(cycle, replace(order, document=item.document), alive(ours)[0])
            else:
                absent(item, order)


def keys_of(cycle: Cycle, items: Sequence[Item]) -> dict[int, OrderKey]:
    """What the orders are looked up by, by delivery."""
    sources = {item.id: (item.store, item.entity_id or 0) for item in items}
    keys = search_keys(cycle.connection, {sources[item.id]: item.label for item in items})
    return {delivery_id: keys[source] for delivery_id, source in sources.items()}


def adopt(cycle: Cycle, order: Item, there: Found) -> None:
    """The company has it after all; over a total that it never had here, a person compares the two."""
    cycle.count("adopted")
    found = Verdict(
        order.id,
        ADOPTION[order.state][-1],
        target_id=there.id,
        target_number=there.number,
        target_status=there.status or "",
        target_kind=there.kind,
        total=there.gross,
        links=(("sage-order", there.id, there.number),),
    )
    text = other_total(cycle, order, there)
    if text:
        found = replace(found, letter="h", code=Code.TOTALS_DIFFER.value, text=text)
    before = ADOPTION[order.state][:-1]
    if text and order.state is State.REVIEW:
        before = "lr"  # the one of the two that applies: an attempt may stand open, or not
    with transaction("outcome"):
        for letter in before:
            confirmed.carry_out(cycle, [Verdict(order.id, letter, text="the company has it")])
        confirmed.carry_out(cycle, [found])


def other_total(cycle: Cycle, order: Item, there: Found) -> str:
    """The review of an order whose total there is none that it ever had in the store; "" for no difference."""
    terms = cycle.connection.terms()
    if there.gross is None or isinstance(terms, Failure) or Code.TOTALS_DIFFER in order.overruled:
        return ""
    arithmetic = cycle.connection.company.about.orders.arithmetic
    placed = fenced(order.label, partial(expected, order, terms, arithmetic, as_placed=True))
    left = fenced(order.label, partial(expected, order, terms, arithmetic))
    if isinstance(placed, Failure) or isinstance(left, Failure):
        return ""
    sent = reductions.baseline(order).gross
    known = [each for each in (placed.gross, sent, left.gross) if each is not None]
    if any(abs(there.gross - each) <= tolerance(cycle) for each in known):
        return ""
    return (
        f"Sage has it as {there.number} over {shown(there.gross)} {placed.currency}. It was placed, or sent, over "
        f"{' or '.join(dict.fromkeys(map(shown, known)))}; Magento has cancelled or refunded the whole order "
        "since then. Compare the two if it stays in Sage; then `tidegate queue retry --overrule`."
    )


def close_never_sent(cycle: Cycle, item: Item, order: Item) -> None:
    """The company does not have it, so it never will."""
    text = "cancelled or refunded in Magento, and the company does not have the order"
    with transaction("absent"):
        if order.state not in (State.CANCELLED, State.SKIPPED):
            never_sent(cycle, order, text)
        delivery.apply([Verdict(item.id, "m", text=text)], cycle.now(), lease=cycle.lease)
    release_child(cycle, order)


def never_sent(cycle: Cycle, order: Item, text: str) -> None:
    """Cancelled; where an attempt stood open (a twin made it a review), the look-up has just settled it."""
    cancelled = Verdict(order.id, "m", text=text)
    if delivery.apply([cancelled], cycle.now(), lease=cycle.lease):
        doubtful = [Verdict(order.id, "r", text=text), Verdict(order.id, "f", text=text)]
        delivery.apply([*doubtful, cancelled], cycle.now(), lease=cycle.lease)


def cancel(cycle: Cycle, session: Session, item: Item, order: Item) -> None:
    """One cancellation of an order that the company has."""
    if leave_to_reductions(cycle, item, order):
        return
    desk = session.cancelling
    left = has_left_unseen(session, item)
    if desk is None or cycle.connection.settings.cancellation != "cancel" or left:
        if order.target_status == SalesOrderStatus.CANCELLED and not left:
            found_cancelled(cycle, item, order)
            return
        ask_a_person(cycle, item, order)
        return
    payload = {"cancel": order.target_number or order.target_id}
    record = Record(item, item.key, f"cancel:{order.target_id}", payload)
    sending.send(
        cycle,
        cancelling(cycle, session),
        [record],
        lambda _: [(item.key, desk.cancel(order.target_id, order.target_number))],
    )


def leave_to_reductions(cycle: Cycle, item: Item, order: Item) -> bool:
    """What was shipped and then refunded is not cancelled: what Sage has credited of it counts, or a person decides."""
    read = read_order(item.document)
    if not read.shipped or store_status(read) is StoreStatus.CANCELLED or item.source_id is None:
        return False
    text = f"Magento refunded order {order.label}, which had left, and Sage has it as {order.target_number}"
    with transaction("reduced"):
        delivery.apply([Verdict(item.id, "n", text=text)], cycle.now(), lease=cycle.lease)
        reductions.ask(cycle, read, item.source_id, text, cycle.now())
    return True


def has_left_unseen(session: Session, item: Item) -> bool:
    """Whether the store has shipped goods that a company without shipments would not know of: it would take them back."""
    return session.despatches is None and read_order(item.document).shipped


def found_cancelled(cycle: Cycle, item: Item, order: Item) -> None:
    """A look-up found it so: there is nothing to ask."""
    done = Verdict(item.id, "e", text="a look-up found it cancelled", target_id=order.target_id)
    with transaction("cancelled"):
        carry_out(cycle, [done, *gone(order, "cancelled in the company before Magento cancelled it")])


def cancelling(cycle: Cycle, session: Session) -> Writing:
    """Cancellations as a kind of record that goes to the company."""
    return Writing(
        scope=Scope.CANCELLATIONS,
        in_parcels=hands_over(session, Scope.CANCELLATIONS),
        confirm=partial(confirm, cycle),
        settle=partial(carry_out, cycle),
    )


def confirm(cycle: Cycle, item: Item, accepted: Accepted, attempt_id: int | None) -> Sequence[Verdict]:
    """The order is cancelled there, and so it is here."""
    cycle.count("cancelled")
    done = Verdict(item.id, "c", attempt_id=attempt_id, target_id=accepted.id)
    order = lookups.step_of(item.source_id, item.flow, "order")
    if order is None:
        return [done]
    text = "cancelled in the company after Magento cancelled or refunded it"
    return [done, *gone(order, text)]


def gone(order: Item, text: str) -> list[Verdict]:
    """The order that stood there is cancelled there; a review of its total is over with that."""
    settled = Verdict(
        order.id,
        "o",
        text=text,
        target_id=order.target_id,
        target_number=order.target_number,
        target_status=order.target_status,
        target_kind=order.target_kind,
        total=order.target_total,
    )
    return [
        *([settled] if order.state is State.REVIEW else []),
        Verdict(order.id, "q", text=text),
        *taken_back_with(order),
    ]


def taken_back_with(order: Item) -> list[Verdict]:
    """Where an order is an invoice, that is void with it: Magento's, which waits for a payment, say, is not made any more."""
    invoices = order_documents.steps(order.source_id or 0, INVOICES, INVOICE)
    waiting = [each for each in invoices if each.state in (State.QUEUED, State.HELD)]
    return [Verdict(each.id, "n", text="Sage's invoice was voided with its order") for each in waiting]


def carry_out(cycle: Cycle, verdicts: Sequence[Verdict]) -> None:
    """Carry out the transitions and release the edited copies of cancelled orders, in a transaction."""
    delivery.apply(verdicts, cycle.now(), lease=cycle.lease)
    for order in lookups.items([each.delivery_id for each in verdicts if each.letter == "q"]):
        release_child(cycle, order)


def collect(cycle: Cycle, session: Session) -> None:
    """Read what became of cancellations that were handed over; one that is overdue shows at its order."""
    if session.parcels is None or not hands_over(session, Scope.CANCELLATIONS):
        return
    writing = cancelling(cycle, session)
    if results.collect(cycle, writing, session.parcels.collect) and session.order_search is not None:
        late = partial(look_up_cancelled, cycle, session.order_search)
        results.look_up_late(cycle, writing, session.orders.about.lookups_per_call, late)


def look_up_cancelled(
    cycle: Cycle, search: OrderSearch, items: Sequence[Item]
) -> dict[int, Sequence[Verdict]] | Failure:
    """Those whose order is cancelled there."""
    keys = keys_of(cycle, items)
    found = search.find(list(keys.values()))
    if isinstance(found, Failure):
        return found
    gone = {
        item.id: next((each for each in found[keys[item.id].key] if each.ours and each.cancelled), None)
        for item in items
    }
    return {
        item.id: confirm(cycle, item, Accepted(there.id, there.number), None)
        for item in items
        if (there := gone[item.id]) is not None
    }


def ask_whether_there(cycle: Cycle, item: Item, order: Item) -> None:
    """The product cannot be asked for an order, so a person looks whether it is there."""
    failure = Failure(
        Code.CANCEL_AFTER_SEND,
        f"Magento cancelled or refunded the whole order {order.label}, and this Sage product cannot be "
        "asked whether it has the order. Look for it in Sage and cancel it if it is there; then `tidegate "
        f"queue link {item.label} --step cancel`.",
    )
    cycle.apply([cycle.after_failure(item, failure, None)])


def ask_a_person(cycle: Cycle, item: Item, order: Item) -> None:
    """The order is in the company and the rule, or the product, leaves it to a person."""
    failure = Failure(
        Code.CANCEL_AFTER_SEND,
        f"Magento cancelled or refunded the whole order after it was sent as {order.target_number or order.target_id}. Cancel it in "
        "the company, "
        f"then `tidegate queue link {item.label} --step cancel`; or leave it: `tidegate queue cancel`."
        + (f" Its total is in question, too: {order.reason}" if order.state is State.REVIEW else ""),
    )
    cycle.apply([cycle.after_failure(item, failure, None)])


def release_child(cycle: Cycle, order: Item) -> None:
    """An edited order's copy goes out once its parent is cancelled."""
    with transaction("release"):
        parent = missing_order(order.store, order.entity_id or 0)
        cycle.count("released", delivery.release_waiting(cycle.name, [parent], cycle.now()))
