"""The `shipments` flow: despatches -> Magento shipments, with their tracking numbers.

A despatch from several warehouses becomes one shipment for each, since a shipment leaves one source. A
tracking number that comes after its shipment was written is a step of its own, without another mail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from tidegate.config import model
from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment import shipping
from tidegate.domain.fulfilment.sage_documents import Despatch, DespatchLine
from tidegate.domain.fulfilment.store_document import Begun, Mark, StoreDocument, There, settle
from tidegate.domain.fulfilment.store_order import StoreOrder, beyond, paused
from tidegate.domain.missing_thing import missing_thing
from tidegate.domain.states import FINAL, State
from tidegate.flows import unreadable
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.desks import not_offered
from tidegate.flows.fence import Taking
from tidegate.flows.fulfilment import shipment_steps
from tidegate.flows.fulfilment.document_parts import next_part, unread
from tidegate.flows.fulfilment.own_skus import order_by_own_skus
from tidegate.flows.fulfilment.source import source_of
from tidegate.flows.order_steps import known_orders, new_step, text_of, unknown_step
from tidegate.flows.writing import documents
from tidegate.flows.writing.document_steps import Adopt, Drop, Later, Made, NotYet, Step, Write
from tidegate.ledger import chain, cursors, delivery, lookups
from tidegate.ledger.chain import ChainLink
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.intake import Known
from tidegate.ledger.queue import Item
from tidegate.magento.shipments import Track, document_items, shipment
from tidegate.sage.port.session import Purpose

FLOW, CURSOR = "shipments", "despatches"
MARK = "Sage despatch"
#: Magento's code for a carrier that the shop has no module for.
OTHER_CARRIER = "custom"


class DespatchedLine(msgspec.Struct, frozen=True):
    """Pieces of one line from one warehouse; the inventory flow reads these, too."""

    line_key: str
    sku: str
    warehouse: str
    quantity: Decimal


class StoreParcel(msgspec.Struct, frozen=True):
    """A tracked parcel."""

    carrier: str
    number: str


class ShipmentSubject(msgspec.Struct, frozen=True):
    """What a `shipment:` step needs. `number` is the despatch's, with the warehouse where it has several."""

    entity_id: int
    despatch: str
    number: str
    warehouse: str
    skus: tuple[str, ...]
    lines: tuple[DespatchedLine, ...]
    parcels: tuple[StoreParcel, ...]

    @property
    def whole(self) -> str:
        """The despatch's own number: the customer is mailed once for it, not once for each warehouse."""
        return self.number.removesuffix(f" from {self.warehouse}")


class TrackSubject(msgspec.Struct, frozen=True):
    """What a `track:` step needs: the step of its shipment, and the parcel."""

    entity_id: int
    shipment: str
    parcel: StoreParcel


read_shipment = msgspec.json.Decoder(ShipmentSubject, strict=False).decode
read_track = msgspec.json.Decoder(TrackSubject).decode


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    with transaction("reclaim"):
        cycle.count("in_doubt", delivery.reclaim(cycle.lease, cycle.now()))
    if cycle.may_call_company():
        read(cycle)
    if cycle.may_go_on() and lookups.has_work(cycle.name, FLOW, cycle.now()):
        documents.carry(cycle, ShipmentHandler(cycle.connection), shipment_steps.STEPS)


def preview(connection: Connection) -> list[dict[str, Any]]:
    """The shipments that wait, with their payloads. Despatches not read yet are not shown."""
    return documents.preview(ShipmentHandler(connection), shipment_steps.STEPS)


def read(cycle: Cycle) -> bool:
    """Take in what left since the last cycle, and the cursor behind it, in one commit; whether that was read."""
    since = cursors.read(cycle.name, FLOW, CURSOR)
    with cycle.session(Purpose.READING) as session:
        if session is None:
            return False
        if session.despatches is None:
            return not_offered(cycle, FLOW, "despatches")
        changes = session.despatches.read(since)
    if isinstance(changes, Failure):
        cycle.call_failed(changes)
        return False
    unreadable.report(cycle.name, FLOW, unreadable.SAGE, changes.bad, cycle.now())
    cycle.count("read", len(changes.rows))
    known = known_orders(cycle.connection, [row.order_key for row in changes.rows])
    now = cycle.now()
    taking = Taking(cycle)
    with transaction("capture"):
        for despatch in changes.rows:
            if despatch.order_key in known:
                taking.one(despatch.number, partial(take, cycle, despatch, known[despatch.order_key], now))
        if changes.cursor != since and not taking.failures:
            cursors.move(cycle.name, FLOW, CURSOR, changes.cursor, now)
    return True


def take(cycle: Cycle, despatch: Despatch, order: Known | None, now: datetime) -> None:
    """Create the deliveries of one despatch, each once, in a transaction."""
    if order is None:
        delivery.create_many([unknown_step(cycle, FLOW, despatch.order_key, "despatch", despatch.id)], now)
        return
    made: list[int] = []
    for step, subject in parts(cycle.connection.settings, despatch, order):
        before = lookups.step_of(order.source_id, FLOW, step)
        if before is not None:
            parcels_came(cycle, before, subject, order, now)
            continue
        made += delivery.create_many([new_step(cycle, FLOW, order, step, subject)], now).values()
        cycle.count("captured")
    if made:  # the chain pairs it with the shipment that the same delivery makes
        chain.add([ChainLink(order.source_id, "sage-despatch", despatch.id, despatch.number, made[0])], now)


def parts(
    settings: model.ConnectionSettings, despatch: Despatch, order: Known
) -> Iterator[tuple[str, ShipmentSubject]]:
    """The despatch, once for each warehouse that it left."""
    by_warehouse: dict[str, list[DespatchLine]] = {}
    for line in despatch.lines:
        by_warehouse.setdefault(line.warehouse, []).append(line)
    magento_skus = {code: sku for sku, code in settings.skus.items()}
    for warehouse, lines in sorted(by_warehouse.items()):
        alone = len(by_warehouse) == 1
        yield (
            shipment_steps.shipment_step(despatch.id, "" if alone else warehouse),
            ShipmentSubject(
                entity_id=order.entity_id,
                despatch=despatch.id,
                number=despatch.number if alone else f"{despatch.number} from {warehouse}",
                warehouse=warehouse,
                skus=tuple(sorted({magento_skus.get(line.sku, line.sku) for line in lines if line.sku})),
                lines=tuple(
                    DespatchedLine(line.line_key, line.sku, warehouse, line.quantity) for line in lines
                ),
                parcels=tuple(StoreParcel(parcel.carrier, parcel.number) for parcel in despatch.parcels),
            ),
        )


def parcels_came(cycle: Cycle, before: Item, subject: ShipmentSubject, order: Known, now: datetime) -> None:
    """A despatch read again: what is new are tracking numbers.

    A shipment that has not left gets them with it; else each number is a step of its own.
    """
    known = read_shipment(before.subject)
    fresh = [parcel for parcel in subject.parcels if parcel not in known.parcels]
    if not fresh or before.state is State.SKIPPED:
        return
    if before.state not in FINAL and delivery.refresh_subject(
        {before.id: text_of(subject)}, now, text="tracking numbers came"
    ):
        return
    steps = {shipment_steps.track_step(subject.despatch, parcel.number): parcel for parcel in fresh}
    wanted = [
        new_step(cycle, FLOW, order, step, TrackSubject(order.entity_id, before.step, parcel))
        for step, parcel in steps.items()
    ]
    delivery.create_many(wanted, now)


@dataclass(frozen=True)
class ShipmentHandler:
    """Decides about shipments and tracking numbers of one connection."""

    connection: Connection
    flow: str = FLOW
    link: str = "magento-shipment"
    after: tuple[str, ...] = ()

    def decide(self, item: Item) -> Step:
        """What to write, by the order and its shipments as they are now."""
        if item.step.startswith(shipment_steps.TRACK):
            return self.track(item, read_track(item.subject))
        if item.step.startswith(shipment_steps.LEFT_OUT):
            return self.left_out(item)
        subject = read_shipment(item.subject)
        store = self.connection.store
        skipped = self.connection.settings.skip_skus
        order = order_by_own_skus(self.connection, subject.entity_id)
        if isinstance(order, Failure):
            return order
        there = store.shipments.of_order(subject.entity_id)
        if isinstance(there, Failure):
            return there
        found = self.pieces(subject, order)
        if isinstance(found, Failure):
            return found
        pieces, unmatched = found
        if not pieces:
            return Drop("no line of this despatch is on the Magento order: all were typed in by hand")
        mark = Mark(MARK, subject.number)
        numbers = [parcel.number for parcel in subject.parcels]
        said = settle(
            mark,
            pieces,
            shipping.left(order),
            order,
            there,
            done="despatched",
            tracks=numbers,
            along={each.item_id for each in order.items if each.sku in skipped},
        )
        if isinstance(said, Failure):
            return said
        rest = pieces if said is None else said.rest if isinstance(said, Begun) else {}
        along = shipping.along(rest, order, skipped)
        if isinstance(said, There):
            if not along:
                follows = follows_of(item, subject, pieces, said.documents, order)
                return Adopt(str(said.document.id), said.document.number, said.text, follows)
            said = Begun(said.documents, {})
        source = source_of(self.connection, subject.warehouse)
        if isinstance(source, Failure):
            return NotYet(source)
        if on_hold := paused(order):
            return NotYet(on_hold)
        wanted = {**along, **rest}
        limit = store.client.array_limit
        call = next_part(
            wanted,
            Begun(said.documents, wanted) if said else None,
            mark,
            limit,
            whole=shipping.is_certain_rest(wanted, order),
        )
        comment = f"{call.comment}; not on this order: {', '.join(unmatched)}" if unmatched else call.comment
        named = any(document.carries(f"{MARK} {subject.whole}") for document in there)
        first = not any(document.carries(mark.text) for document in there)  # of ours: the parcels go with it
        known = {number for document in there for number in document.tracks}
        parcels = [each for each in subject.parcels if first and each.number not in known][:limit]
        body = shipment(
            call.lines,
            source=source,
            comment=comment,
            tracks=[self.parcel(parcel) for parcel in parcels],
            notify=self.connection.settings.fulfilment.notify and not named,
        )
        alone: list[int] = []  # made without what goes along

        def send() -> int | Failure:
            made = store.shipments.ship(subject.entity_id, body)
            if isinstance(made, Failure) and made.code is Code.SHORT_STOCK and along and rest and call.pieces:
                goods = {each: quantity for each, quantity in call.pieces.items() if each in rest}
                made = store.shipments.ship(
                    subject.entity_id, msgspec.structs.replace(body, items=document_items(goods))
                )
                if not isinstance(made, Failure):
                    alone.append(made)
            if isinstance(made, Failure) and made.code in (Code.SHORT_STOCK, Code.REFUSED):
                return beyond(pieces, shipping.left_at_least(order), order, "despatched") or made
            return made

        def compared(made: int) -> Made | Failure:
            document = store.shipments.one(made)
            if isinstance(document, Failure):
                return unread(made, document)
            if call.goes_on:
                return Made(document.number)
            if made not in alone:
                follows = follows_of(item, subject, pieces, (*call.earlier, document), order)
                return Made(document.number, follows)
            names = ", ".join(each.sku for each in order.items if each.item_id in along)
            text = (
                f"the items are shipped as {document.number}, except {names} (skip_skus): the source {source} has "
                "too little stock. Correct its stock in Magento, or `tidegate queue skip`."
            )
            return Failure(Code.SHORT_STOCK, text, missing=f"source:{source}")

        # a call's parcels are an array, too
        return replace(call.write(body, send, compared), lines=max(len(call.lines), len(body.tracks)))

    def left_out(self, item: Item) -> Step:
        """The question about pieces of a despatch that its shipment does not have."""
        of = shipment_steps.shipment_of(item)
        if of is None or of.state is not State.CONFIRMED:
            return Drop("its shipment is not confirmed")
        subject, store = read_shipment(of.subject), self.connection.store
        order = store.documents.order(subject.entity_id)
        if isinstance(order, Failure):
            return order
        there = store.shipments.of_order(subject.entity_id)
        if isinstance(there, Failure):
            return there
        pieces = self.pieces(subject, order)
        if isinstance(pieces, Failure):
            return pieces
        mark = f"{MARK} {subject.number}"
        ours = [each for each in there if str(each.id) == of.target_id or each.carries(mark)]
        return shipping.left_out(subject.number, pieces[0], ours, order) or Drop("the shipment has all of it")

    def pieces(
        self, subject: ShipmentSubject, order: StoreOrder
    ) -> tuple[dict[int, Decimal], tuple[str, ...]] | Failure:
        """The pieces by the items that a shipment names, and what the order does not have."""
        together = self.connection.store.shipments.ships_together(shipping.bundles(order))
        if isinstance(together, Failure):
            return together
        whole = {each.item_id for each in order.items if each.product_id in together}
        return shipping.wanted(subject.lines, order, self.connection.settings.skus, whole)

    def track(self, item: Item, subject: TrackSubject) -> Step:
        """Add the number to its shipment, unless it is there."""
        of = lookups.step_of(item.source_id, FLOW, subject.shipment)
        if of is None or of.state is State.SKIPPED or of.state is State.CANCELLED:
            return Drop("its shipment is not written to Magento")
        # this may never end, and no alert shows what is only queued
        if of.state in (State.REVIEW, State.HELD):
            return NotYet(
                documents.comes_first(FLOW, of.step, of.state, missing=missing_thing("step", of.step))
            )
        if of.state is not State.CONFIRMED:
            return Later("its shipment is not confirmed yet")
        store = self.connection.store.shipments
        there = store.of_order(subject.entity_id)
        if isinstance(there, Failure):
            return there
        # by its number, too: a person who links a shipment reads that
        document = next(
            (each for each in there if str(each.id) == of.target_id or each.number == of.target_number), None
        )
        if document is None:
            text = f"Magento no longer has the shipment {of.target_number or of.target_id}"
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        if subject.parcel.number in document.tracks:
            return Adopt(str(document.id), subject.parcel.number, "the shipment has this tracking number")
        track = self.parcel(subject.parcel)

        def send() -> int | Failure:
            return store.add_track(subject.entity_id, document.id, track) or document.id

        return Write(track, send, lambda _: subject.parcel.number)

    def parcel(self, parcel: StoreParcel) -> Track:
        """A parcel in Magento's words."""
        carrier = self.connection.settings.fulfilment.carriers.get(parcel.carrier, OTHER_CARRIER)
        return Track(parcel.number, parcel.carrier or carrier, carrier)


def follows_of(
    item: Item,
    subject: ShipmentSubject,
    pieces: Mapping[int, Decimal],
    store_documents: Sequence[StoreDocument],
    order: StoreOrder,
) -> tuple[NewDelivery, ...]:
    """What the confirmation of our shipment brings with it: its other parcels, and a question about what it lacks."""
    there = {number for document in store_documents for number in document.tracks}
    ours = any(document.carries(MARK) for document in store_documents)
    late = [parcel for parcel in subject.parcels if ours and parcel.number not in there]
    steps = {shipment_steps.track_step(subject.despatch, parcel.number): parcel for parcel in late}
    tracks = [
        shipment_steps.following_step(item, step, text_of(TrackSubject(subject.entity_id, item.step, parcel)))
        for step, parcel in steps.items()
    ]
    lacks = shipping.left_out(subject.number, pieces, store_documents, order)
    return (*tracks, *([shipment_steps.left_out_step(item)] if lacks else []))
