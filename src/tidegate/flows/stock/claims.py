"""What web orders hold in the company, and what of it Magento still reserves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from tidegate.domain.money import ZERO
from tidegate.domain.stock.availability import Claim
from tidegate.domain.stock.stock_level import WebLine
from tidegate.flows.connection import Connection
from tidegate.flows.fulfilment import unread_despatches
from tidegate.flows.fulfilment.unread_despatches import UnreadDespatch
from tidegate.flows.stock.reservations import NOTHING_KNOWN, Reservations
from tidegate.flows.stored_keys import entities
from tidegate.ledger import shipped
from tidegate.ledger.shipped import Unwritten


def claims_of(
    connection: Connection,
    lines: Iterable[WebLine],
    unread: Collection[UnreadDespatch] = (),
    reserved: Reservations = NOTHING_KNOWN,
) -> list[Claim]:
    """One claim for each web line, and for each line that left an order which Sage has finished with.

    The ledger is asked after Sage was read: what Sage has released because an order was cancelled, the
    ledger knew before. Shipments that Magento does not have yet, of orders that Sage has finished with,
    are no longer web lines; their pieces come from the shipments themselves, and from the despatches
    that are no shipments yet.
    """
    name, lines = connection.name, list(lines)
    ours = entities(connection, [line.order_key for line in lines])
    by_order = [(ours[line.order_key], line) for line in lines if line.order_key in ours]
    here = {entity_id for entity_id, _ in by_order}
    virtual = reserved.virtual
    left = [one for one in shipped.unwritten(name) if (one.entity_id, one.line_key) not in virtual]
    left += [*_not_invoiced(name, virtual), *unread_despatches.still_unread(unread)]
    from_where: defaultdict[tuple[int, str, str], list[tuple[str, Decimal]]] = defaultdict(list)
    for one in left:
        from_where[one.entity_id, one.line_key, one.sku].append((one.warehouse.upper(), one.quantity))
    left = [one for one in left if one.entity_id not in here]
    gone = {one.entity_id for one in left}
    finished = shipped.finished(name, here | gone)
    written = shipped.written(name, here | gone) | virtual
    claims = []
    for entity_id, line in by_order:
        place = entity_id, line.line_key
        done = written.get(place, ZERO)
        still = reserved.left(*place, line.ordered, done)
        places = tuple(from_where.pop((entity_id, line.line_key, line.sku), ()))
        claims.append(Claim(line, done, ZERO if entity_id in finished else still, places))
    claimed: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for one in left:  # one line may have left in several despatches: together they claim what is reserved
        place = one.entity_id, one.line_key
        done = written.get(place, ZERO)
        still = reserved.left(*place, claimed[place] + one.quantity + done, done) - claimed[place]
        still = ZERO if one.entity_id in finished else min(max(still, ZERO), one.quantity)
        claimed[place] += still
        claims.append(Claim(_line(one), open=still))
    return claims


def _not_invoiced(connection: str, invoiced: Mapping[tuple[int, str], Decimal]) -> Iterator[Unwritten]:
    """Virtual pieces that left, which Magento knows from the invoice alone: those that it has not invoiced."""
    over = dict(invoiced)
    for one in shipped.despatched_lines(connection, invoiced):
        place = one.entity_id, one.line_key
        part = min(over[place], one.quantity)
        over[place] -= part
        if part < one.quantity:
            yield replace(one, quantity=one.quantity - part)


def _line(left: Unwritten) -> WebLine:
    """Pieces that left, as the web line that Sage reports no more."""
    return WebLine(
        order_id="",
        order_number="",
        order_key="",
        line_id="",
        line_key=left.line_key,
        sku=left.sku,
        warehouse=left.warehouse.upper(),
        ordered=left.quantity,
        allocated=ZERO,
        despatched=left.quantity,
        invoiced=ZERO,
    )
