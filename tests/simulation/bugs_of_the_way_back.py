"""Bugs in what Sage decides and Magento is told. Every docstring says what the hub does wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from tidegate.domain.errors import Failure
from tidegate.domain.stock.availability import Buffers, with_reservations
from tidegate.domain.stock.reservation import Reservation
from tidegate.flows import payment_steps
from tidegate.flows.fulfilment import credits, invoices, shipments
from tidegate.flows.payments import deposits
from tidegate.flows.prices import places, writer
from tidegate.flows.stock import inventory
from tidegate.ledger import mirror, shipped
from tidegate.magento.prices import Rows, StorePrices
from tidegate.magento.shipments import Shipments, Track
from tidegate.sage.sage200.receipts import Receipts

# --- documents -----------------------------------------------------------------------------------


def shipped_without_a_look_up(patch: pytest.MonkeyPatch) -> None:
    """A shipment whose answer was lost is made once more."""
    patch.setattr(shipments, "settle", lambda *given, **how: None)


def no_source_is_named(patch: pytest.MonkeyPatch) -> None:
    """Magento debits its default source, where nothing lies."""
    patch.setattr(shipments, "source_of", lambda connection, warehouse: "")


def a_tracking_number_is_added_again(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether the shipment has it."""
    of_order = Shipments.of_order

    def blind(self: Shipments, entity_id: int) -> Any:
        found = of_order(self, entity_id)
        return found if isinstance(found, Failure) else [replace(each, tracks=()) for each in found]

    patch.setattr(Shipments, "of_order", blind)


def the_customer_is_never_notified(patch: pytest.MonkeyPatch) -> None:
    """A shipment is made without a mail."""
    shipment = shipments.shipment
    patch.setattr(shipments, "shipment", lambda *given, **how: shipment(*given, **{**how, "notify": False}))


def a_late_tracking_number_is_mailed_again(patch: pytest.MonkeyPatch) -> None:
    """The shipment was mailed when it was made, and is mailed once more."""
    add_track = Shipments.add_track

    def eager(self: Shipments, order_id: int, shipment_id: int, track: Track) -> Failure | None:
        answer = add_track(self, order_id, shipment_id, track)
        self._client.post(f"/V1/shipment/{shipment_id}/emails", track)
        return answer

    patch.setattr(Shipments, "add_track", eager)


def despatches_are_read_and_forgotten(patch: pytest.MonkeyPatch) -> None:
    """The cursor moves, and nothing was taken in."""
    patch.setattr(shipments, "take", lambda *given: None)


def an_invoice_overtakes_its_shipment(patch: pytest.MonkeyPatch) -> None:
    """Nothing has to come first."""
    patch.setattr(invoices.InvoiceHandler, "after", ())
    patch.setattr(invoices, "InvoiceHandler", lambda connection: Hasty(connection))


class Hasty(invoices.InvoiceHandler):
    """Waits for nothing."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection, after=("nothing/",))


def invoiced_without_a_look_up(patch: pytest.MonkeyPatch) -> None:
    """An invoice whose answer was lost is made once more."""
    patch.setattr(invoices, "settle", lambda *given, **how: None)


def credited_without_a_look_up(patch: pytest.MonkeyPatch) -> None:
    """A credit memo whose answer was lost is made, and its goods are put back, once more."""
    patch.setattr(credits, "settle", lambda *given, **how: None)


def returned_goods_count_twice(patch: pytest.MonkeyPatch) -> None:
    """By Sage's number and by the credit memo, which nobody reads back."""
    patch.setattr(shipped, "written_since", lambda connection, moment: set())


# --- money ---------------------------------------------------------------------------------------


def a_part_payment_is_called_paid(patch: pytest.MonkeyPatch) -> None:
    """Whatever has come is taken for all of it."""
    patch.setattr(
        payment_steps.PaymentSubject, "text", property(lambda self: f"Sage invoice {self.invoice} is paid")
    )


def a_receipt_without_a_look_up(patch: pytest.MonkeyPatch) -> None:
    """Money whose answer was lost is posted once more."""
    patch.setattr(Receipts, "find", lambda self, keys: dict.fromkeys(keys))


def a_payment_counts_twice(patch: pytest.MonkeyPatch) -> None:
    """The receipt is over twice what was paid."""
    receipt = deposits.NewReceipt

    def doubled(**given: Any) -> Any:
        return receipt(**{**given, "amount": given["amount"] * 2})

    patch.setattr(deposits, "NewReceipt", doubled)


# --- stock ---------------------------------------------------------------------------------------


def the_buffer_is_taken_off_twice(patch: pytest.MonkeyPatch) -> None:
    """By the hub, and by the hub again."""
    column = Buffers.column
    patch.setattr(Buffers, "column", lambda self, of, group: column(self, of, group) * 2)


def no_buffer_is_kept(patch: pytest.MonkeyPatch) -> None:
    """The last piece is sold, and the one after it."""
    patch.setattr(Buffers, "column", lambda self, of, group: of * 0)


def the_reservations_are_left_out(patch: pytest.MonkeyPatch) -> None:
    """What Magento takes off once more does not come back on."""
    patch.setattr(inventory, "with_reservations", lambda claims: with_reservations([]))


def shipped_pieces_stay_reserved(patch: pytest.MonkeyPatch) -> None:
    """Pieces that have left both sides come back on: neither the ledger nor the store's counters know of it."""
    patch.setattr(shipped, "written", lambda connection, orders: {})
    patch.setattr(
        Reservation, "left", lambda self, written: self.ordered - self.cancelled - self.released - written
    )


def everything_is_new_every_time(patch: pytest.MonkeyPatch) -> None:
    """The mirror's fold forgets what was told."""
    settled = mirror.settled
    patch.setattr(mirror, "settled", lambda *names: settled(*names).clear())
    patch.setattr(mirror, "want", forgetful(mirror.want))


def forgetful(want: Any) -> Any:
    """Wants with nothing known: what was told is dropped first."""

    def again(connection: str, flow: str, wanted: Any, now: Any, gone: Any = ()) -> Any:
        table = wanted if isinstance(wanted, pl.DataFrame) else pl.DataFrame({"key": list(wanted)})
        mirror.drop(connection, flow, table["key"].to_list(), now)
        return want(connection, flow, wanted, now, gone)

    return again


# --- prices --------------------------------------------------------------------------------------


def tiers_of_another_website(patch: pytest.MonkeyPatch) -> None:
    """The band's price is written where the band does not buy."""
    place = places.Place
    patch.setattr(places, "Place", lambda shelf, website_id, store_id: place(shelf, 3 - website_id, store_id))


def tiers_are_put_in_the_place_of_all(patch: pytest.MonkeyPatch) -> None:
    """PUT for POST: the merchant's own tier prices go."""

    def put(self: StorePrices, rows: Any) -> Any:
        return self._client.put("/V1/products/tier-prices", Rows(rows))

    patch.setattr(StorePrices, "write_tiers", put)


def reported_before_it_is_written(patch: pytest.MonkeyPatch) -> None:
    """A price that the store refused stands in the mirror as told."""
    write = writer.PriceWriter.write

    def hopeful(self: Any, items: Any) -> Mapping[str, Failure]:
        answer = write(self, items)
        return {} if isinstance(answer, Failure) else answer

    patch.setattr(writer.PriceWriter, "write", hopeful)
