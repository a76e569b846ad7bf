"""A document that the store has of an order (shipment, invoice, credit memo), and whether it is ours.

Magento's calls that make them are not idempotent (contract, point 18), so each carries a marker in its
comment, and the order's documents are read before another is made.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.store_order import BUNDLE, StoreOrder, beyond
from tidegate.domain.money import ZERO, total
from tidegate.domain.orders.extras import Extra


@dataclass(frozen=True, slots=True)
class StoreDocument:
    """One document; `pieces` by order item id."""

    id: int
    number: str
    pieces: Mapping[int, Decimal]
    comments: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    #: with tax, in the website's base currency and in the order's; None where it was not read
    totals: tuple[Decimal | None, Decimal | None] = (None, None)
    carriage: tuple[Decimal, Decimal] = (ZERO, ZERO)  #: the shipping and other charges in it, with tax
    carriage_net: tuple[Decimal, Decimal] = (ZERO, ZERO)  #: the shipping without
    extras: tuple[Extra, ...] = ()  #: amounts besides goods, shipping and tax, by their names
    fields: tuple[Extra, ...] | None = (
        None  #: numbers that the store does not know; None until it was read whole
    )

    def carries(self, marker: str) -> bool:
        """Whether a comment contains the marker, and not only as the beginning of a longer number."""
        whole = re.compile(re.escape(marker) + r"(?![\w-])")
        return any(whole.search(comment) for comment in self.comments)


@dataclass(frozen=True, slots=True)
class Mark:
    """What our documents of one kind carry: `kind` begins every marker, `number` is the company's own."""

    kind: str
    number: str

    @property
    def text(self) -> str:
        """The marker."""
        return f"{self.kind} {self.number}"

    @property
    def part(self) -> str:
        """What follows in a document that is one part of several, before its number."""
        return f"{self.text}, part"


@dataclass(frozen=True, slots=True)
class There:
    """The store has it: our own, or one that was made by hand and says the same."""

    document: StoreDocument
    text: str
    documents: tuple[StoreDocument, ...] = ()  #: all that make it up; of several, `document` is the first


@dataclass(frozen=True, slots=True)
class Begun:
    """Ours, of which parts are there: a document of more lines than one call of the store takes."""

    documents: tuple[StoreDocument, ...]
    rest: dict[int, Decimal]


def settle(
    mark: Mark,
    wanted: Mapping[int, Decimal],
    left: Mapping[int, Decimal],
    order: StoreOrder,
    documents: Sequence[StoreDocument],
    *,
    done: str,
    tracks: Collection[str] = (),
    covers: bool = False,
    along: Collection[int] = (),
) -> There | Begun | Failure | None:
    """What to do about a company's document: None means that it is to be written.

    Ours is found by its marker. Another that carries no marker of ours is taken for it when it has the
    same pieces and either nothing is left to write or a tracking number is the same; so is one that has what
    our parts do not have, when nothing of that is left to write. With `covers`, one
    that took everything is also taken for a part, or for the rest of ours: a payment at checkout makes one invoice
    of the order. Items that only go `along` make no difference between two documents.
    """
    ours = [document for document in documents if document.carries(mark.text)]
    by_hand = [
        document for document in documents if not any(mark.kind in comment for comment in document.comments)
    ]
    if rest := _rest(mark, wanted, ours):
        too_much = beyond(rest, left, order, done)
        found = f"found by its comment: {mark.text}; the rest"
        for document in by_hand if too_much else ():
            if _counted(document, rest, order, along) == rest:
                return There(ours[0], f"{found} was made in Magento as {document.number}", (*ours, document))
        if too_much and covers and (container := _container(rest, left, by_hand)):
            return There(ours[0], f"{found} is {_contained(container)}")
        return _in_part(too_much, mark, ours) if too_much else Begun(tuple(ours), rest)
    if ours:
        return There(ours[0], f"found by its comment: {mark.text}", tuple(ours))
    too_much = beyond(wanted, left, order, done)
    for document in by_hand:
        if _counted(document, wanted, order, along) == dict(wanted) and (
            too_much or set(tracks) & set(document.tracks)
        ):
            return There(
                document, f"made in Magento already as {document.number}, with the same items", (document,)
            )
    if too_much and covers and (container := _container(wanted, left, by_hand)):
        return There(container, _contained(container))
    return too_much


def _container(
    wanted: Mapping[int, Decimal], left: Mapping[int, Decimal], by_hand: Sequence[StoreDocument]
) -> StoreDocument | None:
    """One that has all of these pieces among others, where nothing of these items is left."""
    if any(left.get(item_id, ZERO) > 0 for item_id in wanted):
        return None
    has = (
        document
        for document in by_hand
        if all(document.pieces.get(item_id, ZERO) >= quantity for item_id, quantity in wanted.items())
    )
    return next(has, None)


def _contained(document: StoreDocument) -> str:
    return f"contained in {document.number}, which was made in Magento by hand or automatically"


def _in_part(failure: Failure, mark: Mark, ours: Sequence[StoreDocument]) -> Failure:
    """The same review, which says first what of the document is there."""
    numbers = ", ".join(document.number for document in ours)
    return replace(failure, text=f"{mark.text} is in Magento in part, as {numbers}. {failure.text}")


def _rest(mark: Mark, wanted: Mapping[int, Decimal], ours: Sequence[StoreDocument]) -> dict[int, Decimal]:
    """The pieces that none of our parts has; nothing where the document was not made in parts."""
    if not any(document.carries(mark.part) for document in ours):
        return {}
    rest = {
        item_id: quantity - total(document.pieces.get(item_id, ZERO) for document in ours)
        for item_id, quantity in wanted.items()
    }
    return {item_id: quantity for item_id, quantity in rest.items() if quantity > 0}


def _counted(
    document: StoreDocument, wanted: Mapping[int, Decimal], order: StoreOrder, along: Collection[int]
) -> dict[int, Decimal]:
    """Without what only accompanies: a bundle's own row among its children, children below a parent."""
    rows = {}
    for item_id, quantity in document.pieces.items():
        item = order.item(item_id)
        accompanies = item is not None and (item.kind == BUNDLE or item.parent_id is not None)
        accompanies = accompanies or item_id in along
        if quantity and (item_id in wanted or not accompanies):
            rows[item_id] = quantity
    return rows
