"""Receipts and their allocations, written ahead; read later where the company works on them later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial

from tidegate.domain.books.bookkeeping import NewAllocation, NewReceipt
from tidegate.domain.errors import Failure
from tidegate.domain.orders.keys import payload_hash
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.stored_keys import receipt_keys
from tidegate.flows.writing import results, sending
from tidegate.flows.writing.attempts import Record
from tidegate.flows.writing.writing import Writing, apply, hands_over
from tidegate.ledger.queue import Item
from tidegate.sage.port.outcomes import Accepted
from tidegate.sage.port.parcels import Scope
from tidegate.sage.port.receipts import ReceiptDesk
from tidegate.sage.port.session import Session

Confirm = Callable[[Item, Accepted, int | None], Sequence[Verdict]]


def keys_of(cycle: Cycle, items: Sequence[Item]) -> dict[int, str]:
    """The key under which the company keeps, or will keep, each receipt: there before anything leaves."""
    sources = {item.id: (item.store, item.entity_id or 0) for item in items}
    known = receipt_keys(cycle.connection, list(sources.values()), cycle.now())
    return {item_id: known[source] for item_id, source in sources.items()}


def send(cycle: Cycle, session: Session, desk: ReceiptDesk, item: Item, receipt: NewReceipt) -> None:
    """One receipt, written ahead."""
    content = payload_hash({"amount": receipt.amount, "account": receipt.account})
    record = Record(item, receipt.key, content, receipt)
    kind = writing(cycle, session, Scope.RECEIPTS, partial(confirm_receipt, cycle, receipt.amount))
    sending.send(cycle, kind, [record], lambda _: [(receipt.key, desk.post(receipt))])


def allocate(
    cycle: Cycle, session: Session, desk: ReceiptDesk, item: Item, allocation: NewAllocation, urn: str
) -> None:
    """One allocation of the receipt `urn`, written ahead."""
    amount = allocation.amount
    content = payload_hash({"entry": allocation.debit_entry, "amount": amount})
    record = Record(item, item.key, content, allocation)
    confirm = partial(confirm_allocation, cycle, (allocation.credit_entry, urn), amount)
    kind = writing(cycle, session, Scope.ALLOCATIONS, confirm)
    sending.send(cycle, kind, [record], lambda _: [(item.key, desk.allocate(allocation))])


def writing(cycle: Cycle, session: Session, scope: Scope, confirm: Confirm) -> Writing:
    """Receipts, or allocations, as a kind of record that goes to the company."""
    handed = hands_over(session, scope)
    return Writing(scope=scope, in_parcels=handed, confirm=confirm, settle=partial(apply, cycle))


def confirm_receipt(
    cycle: Cycle, amount: Decimal | None, item: Item, accepted: Accepted, attempt_id: int | None
) -> Sequence[Verdict]:
    """The receipt is posted."""
    cycle.count("confirmed")
    total = accepted.gross if amount is None else amount
    return [posted(item, "c", accepted.id, accepted.number, attempt=attempt_id, total=total)]


def confirm_allocation(
    cycle: Cycle,
    target: tuple[str, str],
    amount: Decimal | None,
    item: Item,
    _: Accepted,
    attempt_id: int | None,
) -> Sequence[Verdict]:
    """The receipt (id, URN) is set against the invoice."""
    cycle.count("confirmed")
    return [
        Verdict(
            item.id, "c", attempt_id=attempt_id, target_id=target[0], target_number=target[1], total=amount
        )
    ]


def collect(cycle: Cycle, session: Session, desk: ReceiptDesk) -> None:
    """Read what became of receipts and allocations that were handed over."""
    if session.parcels is None:
        return
    size = session.orders.about.lookups_per_call
    receipts = writing(cycle, session, Scope.RECEIPTS, partial(confirm_receipt, cycle, None))
    if receipts.in_parcels and results.collect(cycle, receipts, session.parcels.collect):
        results.look_up_late(cycle, receipts, size, partial(look_up, cycle, desk))
    allocations = writing(
        cycle, session, Scope.ALLOCATIONS, partial(confirm_allocation, cycle, ("", ""), None)
    )
    if allocations.in_parcels and results.collect(cycle, allocations, session.parcels.collect):
        # what is left of the receipt shows it, once nothing takes the parcel out any more
        results.look_up_late(cycle, allocations, size, lambda items: {}, proves_absence=False)


def look_up(
    cycle: Cycle, desk: ReceiptDesk, items: Sequence[Item]
) -> Mapping[int, Sequence[Verdict]] | Failure:
    """Receipts that are there after all."""
    ours = keys_of(cycle, items)
    there = desk.find(list(ours.values()))
    if isinstance(there, Failure):
        return there
    found: dict[int, Sequence[Verdict]] = {}
    for item in items:
        entry = there[ours[item.id]]
        if isinstance(entry, Failure):  # there, with figures that cannot be read: it is not sent again
            found[item.id] = ()
        elif entry is not None:
            cycle.count("adopted")
            found[item.id] = (posted(item, "e", entry.id, entry.urn, text="found in Sage by Tidegate's key"),)
    return found


def posted(
    item: Item,
    letter: str,
    entry_id: str,
    urn: str,
    *,
    attempt: int | None = None,
    text: str = "",
    total: Decimal | None = None,
) -> Verdict:
    """The receipt is in Sage; tied into the chain by its URN."""
    return Verdict(
        item.id,
        letter,
        attempt_id=attempt,
        text=text,
        target_id=entry_id or urn,
        target_number=urn,
        total=total,
        links=(("sage-receipt", urn, urn),),
    )
