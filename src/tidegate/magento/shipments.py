"""Shipments: what an order has of them, making one, and a tracking number that comes later.

Source: contract, points 18 to 20, exchanges `order-ship-*` and `shipments-*`. Not recorded, and so
assumed: the product attribute `shipment_type` of a bundle is 1 when its parts ship separately (set so
in `bundle-set-shipment-separately`), anything else means together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.magento.answer import is_about
from tidegate.magento.client import StoreClient
from tidegate.magento.made_documents import MadeDocuments
from tidegate.magento.order_documents import OrderDocuments, figure, made
from tidegate.magento.search import Filter, Search
from tidegate.magento.wire import Id, Text
from tidegate.reading.shape import Shape

TRACKS = ",tracks[track_number]"
LIST, ONE = "/V1/shipments", "/V1/shipment"
#: What Magento says of a source without enough stock, an unknown source and too many pieces alike.
VAGUE = "Could not save a shipment"


class DocumentItem(msgspec.Struct, frozen=True):
    """So many pieces of one order item."""

    order_item_id: int
    qty: msgspec.Raw


class DocumentComment(msgspec.Struct, frozen=True):
    """A comment that the customer's account does not show."""

    comment: str
    is_visible_on_front: int = 0


class Track(msgspec.Struct, frozen=True):
    """A parcel's number; `carrier_code` is one of the shop's carriers, or `custom`."""

    track_number: str
    title: str
    carrier_code: str


class SourceAttributes(msgspec.Struct, frozen=True):
    """Which source the pieces leave (point 19)."""

    source_code: str


class ShipArguments(msgspec.Struct, frozen=True):
    """`arguments` of the ship call."""

    extension_attributes: SourceAttributes


class Shipment(msgspec.Struct, frozen=True, omit_defaults=True, rename={"append_comment": "appendComment"}):
    """`POST /V1/order/{id}/ship`. The comment is kept as recorded: with `appendComment`."""

    items: tuple[DocumentItem, ...]
    comment: DocumentComment
    append_comment: bool | None = None
    notify: bool | None = None
    tracks: tuple[Track, ...] = ()
    arguments: ShipArguments | None = None


class LaterTrack(msgspec.Struct, frozen=True):
    """All keys are required; weight and pieces of a parcel are not known here."""

    order_id: int
    parent_id: int
    track_number: str
    title: str
    carrier_code: str
    weight: int = 0
    qty: int = 0
    description: str = ""


class TrackBody(msgspec.Struct, frozen=True):
    """`POST /V1/shipment/track`."""

    entity: LaterTrack


class _Attribute(msgspec.Struct):
    attribute_code: str
    value: str | int | list[str] | None = None


class _Product(msgspec.Struct):
    id: Id = None
    sku: Text = None
    custom_attributes: list[_Attribute] | None = None


class _Products(msgspec.Struct):
    items: list[_Product] | None = None


_PRODUCTS: Shape[_Products] = Shape(_Products)


def shipment(
    pieces: Mapping[int, Decimal], *, source: str, comment: str, tracks: Sequence[Track], notify: bool
) -> Shipment:
    """The call's body; `source` "" leaves the choice to Magento, which is right without MSI only."""
    return Shipment(
        items=document_items(pieces),
        comment=DocumentComment(comment),
        append_comment=True,
        notify=notify,
        tracks=tuple(tracks),
        arguments=ShipArguments(SourceAttributes(source)) if source else None,
    )


def document_items(pieces: Mapping[int, Decimal]) -> tuple[DocumentItem, ...]:
    """Pieces by order item, as the calls want them."""
    return tuple(DocumentItem(item_id, figure(quantity)) for item_id, quantity in sorted(pieces.items()))


class Shipments:
    """One store's shipments. One call per order at a time (point 22)."""

    def __init__(self, client: StoreClient, documents: OrderDocuments) -> None:
        self._client = client
        self._documents = documents
        self._made = MadeDocuments(client, documents, LIST, TRACKS)

    def read_ahead(self, entity_ids: Sequence[int], *, anew: bool) -> Failure | None:
        """Look at these orders and what they have, in two calls."""
        return self._documents.read_ahead(entity_ids, LIST, anew=anew, more=TRACKS)

    def of_order(self, entity_id: int) -> list[StoreDocument] | Failure:
        """What is shipped already, with comments and tracking numbers."""
        return self._documents.of_order(LIST, entity_id, more=TRACKS)

    def ship(self, entity_id: int, body: Shipment) -> int | Failure:
        """Make a shipment; its id. Not idempotent: look before (point 18)."""
        call = f"/V1/order/{entity_id}/ship"
        answer = made(self._client.post(call, body), call)
        if isinstance(answer, Failure) and answer.code is Code.REFUSED and VAGUE in answer.text:
            source = body.arguments.extension_attributes.source_code if body.arguments else "default"
            text = (
                f"Magento could not save the shipment and gives no reason; usually the source {source} has "
                f"too little stock. It is tried again after stock is written. {answer.text}"
            )
            return Failure(Code.SHORT_STOCK, text, missing=f"source:{source}", details=answer.details)
        return answer

    def one(self, shipment_id: int) -> StoreDocument | Failure:
        """A made shipment with its pieces."""
        return self._made.take(shipment_id) or self._documents.pieces(ONE, shipment_id, more=TRACKS)

    def read_made(self, shipment_ids: Sequence[int]) -> None:
        """Look at shipments that were just made, in one call; `one` serves them."""
        self._made.read(shipment_ids)

    def add_track(self, order_id: int, shipment_id: int, track: Track) -> Failure | None:
        """Add a tracking number to a shipment, without a mail. Not idempotent: look before."""
        body = LaterTrack(order_id, shipment_id, track.track_number, track.title, track.carrier_code)
        answer = self._client.post("/V1/shipment/track", TrackBody(body))
        if isinstance(answer, Failure):
            return answer
        what = f"the tracking number {track.track_number} of shipment {shipment_id}"
        return is_about(answer, what, parent_id=shipment_id, track_number=track.track_number)

    def ships_together(self, product_ids: Sequence[int]) -> set[int] | Failure:
        """Those of these bundles whose parts ship as one; a bundle that is gone counts as separate."""
        together: set[int] = set()
        for part in self._client.pools(product_ids, len(product_ids)):
            search = Search().where(Filter("entity_id", "in", part)).sized(len(part))
            found = self._client.search("/V1/products", search.only("items[id,custom_attributes]"), _PRODUCTS)
            if isinstance(found, Failure):
                return found
            together |= {one.id for one in found.items or [] if one.id is not None and not _separate(one)}
        return together


def _separate(product: _Product) -> bool:
    return any(
        each.attribute_code == "shipment_type" and str(each.value) == "1"
        for each in product.custom_attributes or []
    )
