"""From the store's JSON to the domain's order.

Source: contract points 2 to 9. Money stays Decimal from the JSON token on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Address, Customer, LineAmounts, Order, OrderLine, Reductions, Totals
from tidegate.magento.details import with_details
from tidegate.magento.row_totals import Row, after_discount
from tidegate.magento.search import instant
from tidegate.magento.wire import (
    Amount,
    Id,
    Text,
    WireAddress,
    WireExtension,
    WireHead,
    WireItem,
    WireOrder,
    WireShipping,
    WireTax,
)
from tidegate.reading.document import Unreadable, read
from tidegate.reading.shape import Shape

ZERO = Decimal(0)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")
FOUR_PLACES = Decimal("0.0001")
STORE_VIEW = "store_view"  #: key of `Failure.details`: the store view that is not known

_ORDER: Shape[WireOrder] = Shape(WireOrder)
_HEAD: Shape[WireHead] = Shape(WireHead)


def read_order(raw: Mapping[str, Any] | bytes, store: str, websites: Mapping[int, str]) -> Order | Failure:
    """An order as the store gave it, alone or from a list.

    `websites` maps store view ids to website codes; `Order.website` is "" for an order whose store
    view has been deleted (Magento then leaves `store_id` out). `Failure` MALFORMED where something is
    missing without which the order has no meaning, or the store view is not known.
    """
    try:
        tree = read(raw) if isinstance(raw, bytes) else raw
        wire = _ORDER.take(tree)
        if wire.store_id is not None and wire.store_id not in websites:
            text = f"order {wire.entity_id} is of store view {wire.store_id}, which the store does not list"
            return Failure(Code.MALFORMED, text, sent=False, details={STORE_VIEW: str(wire.store_id)})
        return with_details(_order(wire, store, websites), tree)
    except (ValueError, ArithmeticError) as error:
        return Failure(Code.MALFORMED, f"the order cannot be read: {error}", sent=False)


def read_head(raw: Mapping[str, Any] | bytes) -> WireHead | Failure:
    """Enough of an order to place it in a list, also when the rest of it cannot be read."""
    try:
        return _HEAD.decode(raw) if isinstance(raw, bytes) else _HEAD.take(raw)
    except Unreadable as error:
        return Failure(Code.MALFORMED, f"an entry of the list is not an order: {error}", sent=False)


def _order(wire: WireOrder, store: str, websites: Mapping[int, str]) -> Order:
    extension = wire.extension_attributes or WireExtension()
    shipping = _shipping(extension)
    taxes = {
        one.item_id: one.applied_taxes or []
        for one in extension.item_applied_taxes or []
        if one.item_id is not None and one.type in (None, "", "product")
    }
    items = counted(wire.items)
    after_discount(wire, [item for item, _ in items])
    lines = tuple(_line(item, bundle, taxes.get(item.item_id, [])) for item, bundle in items)
    totals, base = _totals(wire, lines)
    shipping_taxes = _shipping_taxes(extension)
    return Order(
        store=store,
        entity_id=wire.entity_id,
        increment_id=_text(wire.increment_id),
        store_view_id=wire.store_id or 0,
        website="" if wire.store_id is None else websites[wire.store_id],
        state=_text(wire.state),
        status=_text(wire.status),
        created_at=instant(wire.created_at),
        updated_at=instant(wire.updated_at),
        currency=wire.order_currency_code,
        base_currency=wire.base_currency_code,
        customer=_customer(wire),
        billing=_address(wire.billing_address) or Address(),
        shipping=_address(shipping.address) if shipping else None,
        shipping_method=_text(shipping.method) if shipping else "",
        shipping_description=_text(wire.shipping_description),
        shipping_tax_rate=_shipping_rate(shipping_taxes, extension, totals, lines),
        shipping_tax_names=_names(shipping_taxes),
        payment_method=_text(wire.payment.method) if wire.payment else "",
        po_number=_text(wire.payment.po_number) if wire.payment else "",
        coupon=_text(wire.coupon_code),
        note=_text(wire.customer_note),
        lines=lines,
        totals=totals,
        base_totals=base,
        shipped=any(item.qty_shipped for item in wire.items),
        invoiced=any(item.qty_invoiced for item in wire.items),
        reductions=_reductions(wire, ""),
        base_reductions=_reductions(wire, "base_"),
        ext_order_id=_text(wire.ext_order_id),
        parent_entity_id=_id(wire.relation_parent_id),
        child_entity_id=_id(wire.relation_child_id),
    )


class Counted(Row, Protocol):
    """An item, and the bundle or configurable that it is part of."""

    item_id: int
    parent_item_id: Id
    product_type: Text
    tax_amount: Amount


C = TypeVar("C", bound=Counted)


def counted(items: Sequence[C]) -> list[tuple[C, C | None]]:
    """The items whose money counts, each with the bundle that it is part of (point 7).

    A configurable's line carries price, tax and the child's SKU; its child is left out. A bundle with
    a dynamic price carries its components' sums once more: the components count. With a fixed price
    the components carry nothing: the bundle's own line counts.
    """
    parents = {item.item_id for item in items}
    children: dict[int, list[C]] = {}
    for item in items:
        if item.parent_item_id in parents:
            children.setdefault(item.parent_item_id, []).append(item)
    kept: list[tuple[C, C | None]] = []
    for item in items:
        if item.parent_item_id in parents:
            continue
        parts = children.get(item.item_id)
        if not parts or item.product_type == "configurable":
            kept.append((item, None))
        elif any(_has_money(part) for part in parts) or not _has_money(item):
            kept.extend((part, item) for part in parts)
        else:
            kept.append((item, None))
    return kept


def _has_money(item: Counted) -> bool:
    # A component that is discounted completely has no row total, but a discount.
    return any(
        (
            item.row_total,
            item.discount_amount,
            item.tax_amount,
            item.base_row_total,
            item.base_discount_amount,
        )
    )


def _line(item: WireItem, bundle: WireItem | None, taxes: list[WireTax]) -> OrderLine:
    if item.qty_ordered is None or not _text(item.sku):
        raise ValueError(
            f"line {item.item_id} has no {'SKU' if item.qty_ordered is not None else 'quantity'}"
        )
    rate = item.tax_percent
    if rate is None:
        rate = sum((one.percent or ZERO for one in taxes), ZERO)
    return OrderLine(
        item_id=item.item_id,
        sku=_text(item.sku),
        name=_text(item.name),
        quantity=_money(item.qty_ordered),
        amounts=line_amounts(
            item.row_total,
            item.row_total_incl_tax,
            item.discount_amount,
            item.discount_tax_compensation_amount,
            item.tax_amount,
            rate,
        ),
        base=line_amounts(
            item.base_row_total,
            item.base_row_total_incl_tax,
            item.base_discount_amount,
            item.base_discount_tax_compensation_amount,
            item.base_tax_amount,
            rate,
        ),
        tax_rate=_money(rate),
        tax_names=_names(taxes),
        bundle_item_id=bundle.item_id if bundle else None,
        bundle_sku=_text(bundle.sku) if bundle else "",
        bundle_name=_text(bundle.name) if bundle else "",
        bundle_quantity=_money(bundle.qty_ordered) if bundle else ZERO,
        cancelled=taken_back(item, bundle, "qty_canceled"),
        refunded=taken_back(item, bundle, "qty_refunded"),
    )


def line_amounts(
    row_total: Amount,
    incl_tax: Amount,
    discount: Amount,
    compensation: Amount,
    tax: Amount,
    rate: Decimal = ZERO,
) -> LineAmounts:
    """A line's money in one currency; `rate` is its tax in percent (points 2 and 4).

    REST gives `row_total` after discount. Where prices include tax the discount includes tax, too: the
    compensation is that tax, and has to come back.
    """
    net, given, hidden, taxed = _money(row_total), _money(discount), _money(compensation), _money(tax)
    if net == 0 and given > 0 and hidden > 0:
        net = _under_zero(_money(incl_tax), taxed, rate)
    else:
        net += hidden
    return LineAmounts(net, taxed, given - hidden)


def _under_zero(incl_tax: Decimal, tax: Decimal, rate: Decimal) -> Decimal:
    """The net of a line whose `row_total` REST has cut off at zero.

    A discount with tax can be larger than the line without tax (above 83 % at 20 % tax) although
    something is left to pay. What is left stands in `row_total_incl_tax` (point 2), but not in every
    version of Magento: where it does not fit the tax, the tax itself tells the net.
    """
    net = max(incl_tax - tax, ZERO)
    if not rate or abs(net * rate / HUNDRED - tax) <= CENT:
        return net
    return (tax * HUNDRED / rate).quantize(CENT)


class Quantities(Protocol):
    """A line's pieces as Magento counts them; what became of them (`qty_canceled` and so on) is asked for by name."""

    @property
    def qty_ordered(self) -> Decimal | None:
        """None where Magento tells none."""
        ...


def taken_back(item: Quantities, bundle: Quantities | None, name: str) -> Decimal:
    """Pieces cancelled or refunded: Magento counts them on the parts of a bundle, the bundle, or both."""
    own = _money(getattr(item, name))
    if bundle is None or not bundle.qty_ordered or not getattr(bundle, name):
        return own
    whole = _money(getattr(bundle, name)) * _money(item.qty_ordered) / _money(bundle.qty_ordered)
    return max(own, _money(whole))


def _reductions(wire: WireOrder, side: str) -> Reductions:
    """What the store has taken back, in one currency; a key that is not there is nothing (point 36)."""

    def amount(name: str) -> Decimal:
        return _money(getattr(wire, side + name))

    return Reductions(
        cancelled=amount("total_canceled"),
        refunded=amount("total_refunded"),
        shipping=amount("shipping_canceled") + amount("shipping_refunded"),
        adjustment=amount("adjustment_positive") - amount("adjustment_negative"),
    )


def _totals(wire: WireOrder, lines: tuple[OrderLine, ...]) -> tuple[Totals, Totals]:
    """Both currencies' sums. The shipping's own discount compensation closes the cent of point 4."""
    shipping_discount = _money(wire.shipping_discount_amount)
    hidden = _money(wire.shipping_discount_tax_compensation_amount)
    order = Totals(
        goods=sum((line.amounts.net for line in lines), ZERO),
        shipping=_money(wire.shipping_amount) - shipping_discount + hidden,
        shipping_tax=_money(wire.shipping_tax_amount),
        shipping_discount=shipping_discount - hidden,
        tax=_money(wire.tax_amount),
        grand_total=_money(wire.grand_total),
    )
    shipping_discount = _money(wire.base_shipping_discount_amount)
    hidden = _money(wire.base_shipping_discount_tax_compensation_amnt)
    base = Totals(
        goods=sum((line.base.net for line in lines), ZERO),
        shipping=_money(wire.base_shipping_amount) - shipping_discount + hidden,
        shipping_tax=_money(wire.base_shipping_tax_amount),
        shipping_discount=shipping_discount - hidden,
        tax=_money(wire.base_tax_amount),
        grand_total=_money(wire.base_grand_total),
    )
    return order, base


def _shipping(extension: WireExtension) -> WireShipping | None:
    for assignment in extension.shipping_assignments or []:
        if assignment.shipping is not None:
            return assignment.shipping
    return None


def _shipping_taxes(extension: WireExtension) -> list[WireTax]:
    for one in extension.item_applied_taxes or []:
        if one.type == "shipping":
            return one.applied_taxes or []
    return []


def _shipping_rate(
    taxes: list[WireTax], extension: WireExtension, totals: Totals, lines: tuple[OrderLine, ...]
) -> Decimal:
    """The shipping's tax in percent: as named, else the order's rate that explains the amounts."""
    if taxes:
        return _money(sum((one.percent or ZERO for one in taxes), ZERO))
    if not totals.shipping_tax or not totals.shipping:
        return ZERO
    known = {_money(one.percent) for one in extension.applied_taxes or []} | {line.tax_rate for line in lines}
    for rate in sorted(known):
        if abs(totals.shipping * rate / HUNDRED - totals.shipping_tax) <= CENT:
            return rate
    return (totals.shipping_tax * HUNDRED / totals.shipping).quantize(CENT)


def _customer(wire: WireOrder) -> Customer:
    return Customer(
        email=_text(wire.customer_email),
        name=_joined(wire.customer_firstname, wire.customer_lastname),
        id=_id(wire.customer_id),
        group_id=wire.customer_group_id,
        vat_number=_text(wire.customer_taxvat),
        account=_text(wire.ext_customer_id),
    )


def _address(wire: WireAddress | None) -> Address | None:
    if wire is None:
        return None
    lines = [wire.street] if isinstance(wire.street, str) else wire.street or []
    street = tuple(part for line in lines for part in _text(line).splitlines() if part.strip())
    return Address(
        name=_joined(wire.firstname, wire.lastname),
        company=_text(wire.company),
        street=street,
        city=_text(wire.city),
        region=_text(wire.region),
        postcode=_text(wire.postcode),
        country=_text(wire.country_id),
        telephone=_text(wire.telephone),
        email=_text(wire.email),
        vat_id=_text(wire.vat_id),
    )


def _names(taxes: list[WireTax]) -> tuple[str, ...]:
    return tuple(_text(one.code) for one in taxes if one.code is not None)


def _joined(*parts: Text) -> str:
    return " ".join(text for part in parts if (text := _text(part)))


def _text(value: Text) -> str:
    return "" if value is None else str(value).strip()


def _id(value: int | str | None) -> int | None:
    """An id; Magento leaves it out, some extensions write "" or 0 instead."""
    return int(value) or None if value else None


def _money(value: Amount) -> Decimal:
    """An amount with at most the four decimals that Magento's columns hold.

    PHP with `serialize_precision = 17` writes 71.28 as 71.280000000000001.
    """
    if value is None:
        return ZERO
    if not value:
        return ZERO
    rounded = value.quantize(FOUR_PLACES)
    return value if value == rounded else rounded
