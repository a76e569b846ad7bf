"""The store's order as it is at this moment, and a company's pieces allocated to its items.

Which id a document takes is Magento's own rule: a configurable is named by its parent, an invoiced
bundle by its parent, a bundle that ships separately by its children (Magento contract, point 20).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.store_amounts import ItemAmounts, Side
from tidegate.domain.money import ZERO, plain, product, quotient
from tidegate.domain.orders.extras import Extra
from tidegate.domain.orders.line_keys import item_key

BUNDLE, CONFIGURABLE = "bundle", "configurable"
#: In these states Magento takes no document of an order, until a user ends them.
PAUSED = ("holded", "payment_review")


class Pieces(Protocol):
    """A line of a company's document: a number of pieces of one product."""

    @property
    def line_key(self) -> str: ...
    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class StoreItem:
    """One order item with its counters, all in pieces."""

    item_id: int
    sku: str
    ordered: Decimal
    kind: str = "simple"
    parent_id: int | None = None
    product_id: int | None = None
    virtual: bool = False
    price: Decimal = ZERO  #: of a piece before tax; the parts of a bundle with a fixed price have none
    worth: tuple[Decimal, Decimal] = (ZERO, ZERO)  #: of all pieces after discount, before tax; as `amounts`
    shipped: Decimal = ZERO
    invoiced: Decimal = ZERO
    refunded: Decimal = ZERO
    cancelled: Decimal = ZERO
    amounts: tuple[ItemAmounts, ItemAmounts] = (ItemAmounts(), ItemAmounts())  #: as `StoreOrder.sides`
    fixed_tax: tuple[Decimal, Decimal] = (ZERO, ZERO)  #: fixed product tax of a piece, with its tax


@dataclass(frozen=True, slots=True)
class StoreOrder:
    """An order of the store; `status` is "" when it has none.

    `sides` are its amounts in the website's base currency and in the order's own; None when not asked for.
    `rate` is what a unit of the base currency is in the order's.
    """

    entity_id: int
    increment_id: str
    state: str
    status: str
    items: tuple[StoreItem, ...]
    base_currency: str = ""  #: of the amounts that a call may name
    sides: tuple[Side, Side] | None = None
    rate: Decimal = Decimal(1)
    extras: tuple[Extra, ...] = ()  #: besides goods, shipping, tax and fixed product tax, by their names

    def item(self, item_id: int | None) -> StoreItem | None:
        """The item with this id."""
        return next((item for item in self.items if item.item_id == item_id), None)

    def children(self, parent: StoreItem) -> list[StoreItem]:
        """What a bundle or configurable consists of."""
        return [item for item in self.items if item.parent_id == parent.item_id]


@dataclass(frozen=True, slots=True)
class LineAllocation:
    """Pieces by order item, and in words what the store's order does not have."""

    pieces: dict[int, Decimal]
    unmatched: tuple[str, ...] = ()


def allocate_lines(lines: Sequence[Pieces], order: StoreOrder, codes: Mapping[str, str]) -> LineAllocation:
    """Each line onto its item: by our line key, or by the product when it was typed in and has none.

    `codes` are the exceptions: Magento SKU -> the company's code.
    """
    pieces: dict[int, Decimal] = {}
    unmatched = []
    by_key = {item_key(item.item_id): item for item in order.items}
    for line in lines:
        item = by_key.get(line.line_key) if line.line_key else _by_product(line, order, codes)
        if item is not None and line.quantity > 0:
            pieces[item.item_id] = pieces.get(item.item_id, ZERO) + line.quantity
        elif item is None and line.sku and line.quantity > 0:
            unmatched.append(f"{plain(line.quantity)} x {line.sku}")
    return LineAllocation(pieces, tuple(unmatched))


def _by_product(line: Pieces, order: StoreOrder, codes: Mapping[str, str]) -> StoreItem | None:
    if not line.sku:
        return None
    same = [item for item in order.items if codes.get(item.sku, item.sku) == line.sku]
    # A configurable carries its child's SKU: the parent comes first and is the one to name.
    return same[0] if same else None


def named(
    pieces: Mapping[int, Decimal], order: StoreOrder, whole: Collection[int]
) -> dict[int, Decimal] | Failure:
    """The pieces by the ids that Magento takes; `whole` are the bundles that are named by their parent.

    A review when the pieces of such a bundle do not make up whole bundles.
    """
    result: dict[int, Decimal] = {}
    parts: dict[int, dict[int, Decimal]] = {}
    for item_id, quantity in pieces.items():
        item = order.item(item_id)
        if item is None:
            continue
        parent = order.item(item.parent_id)
        if parent is not None and parent.kind == CONFIGURABLE:
            _add(result, parent.item_id, quantity)
        elif parent is not None and parent.kind == BUNDLE and parent.item_id in whole:
            parts.setdefault(parent.item_id, {})[item_id] = quantity
        elif item.kind == BUNDLE and item.item_id not in whole:
            for child in order.children(item):
                _add(result, child.item_id, quotient(product(quantity, child.ordered), item.ordered))
        else:
            _add(result, item_id, quantity)
    for parent_id, children in parts.items():
        bundles = _bundles(parent_id, children, order)
        if isinstance(bundles, Failure):
            return bundles
        _add(result, parent_id, bundles)
    return result


def _add(result: dict[int, Decimal], item_id: int, quantity: Decimal) -> None:
    result[item_id] = result.get(item_id, ZERO) + quantity


def _bundles(parent_id: int, children: Mapping[int, Decimal], order: StoreOrder) -> Decimal | Failure:
    parent = order.item(parent_id)
    assert parent is not None  # noqa: S101 - the caller has looked
    every = [child for child in order.children(parent) if child.ordered > 0]
    counts = {
        quotient(product(children.get(child.item_id, ZERO), parent.ordered), child.ordered) for child in every
    }
    if len(counts) == 1 and (count := counts.pop()) == count.to_integral_value():
        return count
    figures = ", ".join(
        f"{plain(children.get(child.item_id, ZERO))} of {plain(child.ordered)} x {child.sku}"
        for child in every
    )
    text = (
        f"Magento accepts the bundle {parent.sku} only as a whole, but Sage's document has {figures}. Make "
        "this document in Magento by hand, then `tidegate queue link`."
    )
    return Failure(Code.OTHER_CONTENT, text, sent=False)


def is_rest(
    pieces: Mapping[int, Decimal], left: Mapping[int, Decimal], order: StoreOrder, *, goods: bool = False
) -> bool:
    """Whether these pieces are all that is left of the order; of its `goods`, leaving out virtual items.

    The rows of a bundle or configurable represent one another: a bundle is done when its parts are, whatever its
    own counter says (a shipment of parts counts it once), and a variant when its configurable is.
    """
    for item in order.items:
        if left.get(item.item_id, ZERO) <= 0 or (goods and item.virtual):
            continue
        if item.kind == BUNDLE:
            others = [each for each in order.children(item) if not (goods and each.virtual)]
        else:
            others = [each for each in order.items if each.item_id == item.parent_id and each.kind != BUNDLE]
        if others and all(left.get(each.item_id, ZERO) <= 0 for each in others):
            continue
        named = item.item_id in pieces
        family = item.parent_id in pieces or any(each.item_id in pieces for each in order.children(item))
        if (named and pieces[item.item_id] != left[item.item_id]) or not (named or family):
            return False
    return True


def paused(order: StoreOrder) -> Failure | None:
    """Why no document can be made of this order now: it waits until the hold ends."""
    if order.state not in PAUSED:
        return None
    what = "on hold" if order.state == "holded" else "under payment review"
    text = (
        f"order {order.increment_id} is {what} in Magento; Tidegate continues by itself when that has ended"
    )
    return Failure(Code.ORDER_ON_HOLD, text, sent=False)


def beyond(
    wanted: Mapping[int, Decimal], left: Mapping[int, Decimal], order: StoreOrder, done: str
) -> Failure | None:
    """A review, with both figures side by side, when more is wanted than Magento has left."""
    over = [item_id for item_id, quantity in wanted.items() if quantity > left.get(item_id, ZERO)]
    if not over:
        return None
    named = [item for item in order.items if item.item_id in over]
    rows = [
        f"{item.sku}: Sage {plain(wanted[item.item_id])}, Magento {plain(left.get(item.item_id, ZERO))} "
        f"left of {plain(item.ordered)}{taken_back(item)}"
        for item in named
    ]
    text = (
        f"Sage has {done} more of order {order.increment_id} than Magento has left: {'; '.join(rows)}. If "
        "it was done in Magento by hand: `tidegate queue skip`. Otherwise correct one of the two."
    )
    if done == "despatched" and any(item.refunded or item.cancelled for item in named):
        text = (
            f"Sage has despatched items of order {order.increment_id} that were refunded or cancelled in "
            f"Magento: {'; '.join(rows)}. Ask for the items back, or charge them again; then `tidegate "
            "queue skip`."
        )
    return Failure(Code.OTHER_CONTENT, text, sent=False)


def taken_back(item: StoreItem) -> str:
    """What of an item was refunded or cancelled, in words."""
    parts = [
        f"{plain(count)} {word}"
        for count, word in ((item.refunded, "refunded"), (item.cancelled, "cancelled"))
        if count
    ]
    return f" ({', '.join(parts)})" if parts else ""
