"""The orders of a period with their sums, slim: what a reconciliation needs of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.domain.books.agreement import NO_FIGURES, Figures
from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.extras import FIELDS, PAYMENTS, AmountTerms
from tidegate.magento.client import StoreClient
from tidegate.magento.extras import COMMERCE, GIVEN_BACK, given_back, paid
from tidegate.magento.orders import Websites
from tidegate.magento.progress import Key
from tidegate.magento.search import Filter, Search, instant
from tidegate.magento.traversal import Traversal
from tidegate.magento.unreadable_orders import Row
from tidegate.magento.wire import Amount, Id, Text, WireHead
from tidegate.reading.shape import Shape

PAGE = 300  #: slim rows in one page


class _Sums(msgspec.Struct):
    """As `magento/reading.py` reads them; null keys are left out by the store (point 6)."""

    entity_id: int
    created_at: str
    grand_total: Decimal
    base_grand_total: Decimal
    increment_id: Text = None
    state: Text = None
    status: Text = None
    store_id: Id = None
    order_currency_code: Text = None
    base_currency_code: Text = None
    tax_amount: Amount = None
    shipping_amount: Amount = None
    shipping_discount_amount: Amount = None
    shipping_discount_tax_compensation_amount: Amount = None
    base_tax_amount: Amount = None
    base_shipping_amount: Amount = None
    base_shipping_discount_amount: Amount = None
    base_shipping_discount_tax_compensation_amnt: Amount = None
    total_canceled: Amount = None
    total_refunded: Amount = None
    tax_canceled: Amount = None
    tax_refunded: Amount = None
    shipping_canceled: Amount = None
    shipping_refunded: Amount = None
    base_total_canceled: Amount = None
    base_total_refunded: Amount = None
    base_tax_canceled: Amount = None
    base_tax_refunded: Amount = None
    base_shipping_canceled: Amount = None
    base_shipping_refunded: Amount = None


#: What pays a part of an order and so lowers its grand total, but not its value.
_PAID = [field for source in PAYMENTS for field in COMMERCE[source][:2]]
#: And whether a fee does is for the connection to say.
_EXTENSION = [*_PAID, *(field for pair in GIVEN_BACK.values() for field in pair), "custom_fees"]
_DECODER: Shape[_Sums] = Shape(_Sums)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """One order as the store shows it now, in both of its currencies."""

    entity_id: int
    increment_id: str
    state: str
    status: str
    website: str
    created_at: datetime
    currency: str
    base_currency: str
    figures: Figures
    base: Figures
    taken: Figures = NO_FIGURES  #: cancelled or refunded of `figures` (contract, point 36)
    base_taken: Figures = NO_FIGURES


@dataclass(frozen=True, slots=True)
class Placed:
    """Orders placed from `start` to below `end`, by id."""

    start: datetime
    end: datetime
    fields: str

    def after(self, key: Key | None) -> Search:
        """Sorted by id."""
        return self.between(key, None).sorted_by("entity_id")

    def between(self, after: Key | None, upto: Key | None) -> Search:
        """The period behind `after`, up to `upto`."""
        search = Search().where(
            Filter("created_at", "gteq", self.start),
            Filter("created_at", "lt", self.end),
            Filter("entity_id", "gteq", 0 if after is None else after[1] + 1),
        )
        return search if upto is None else search.where(Filter("entity_id", "lteq", upto[1]))

    def key(self, head: WireHead) -> Key:
        """The id alone."""
        return ("", head.entity_id)


def read_placed(
    client: StoreClient,
    websites: Websites,
    start: datetime,
    end: datetime,
    terms: Mapping[str, AmountTerms],
    *,
    page_size: int = PAGE,
) -> tuple[list[ListedOrder], list[int]] | Failure:
    """All orders placed in the period, and the ids of those that the store cannot serve.

    `terms` say which fees and fields of extensions pay a part of an order.
    """

    def read(row: Row) -> ListedOrder | Failure:
        codes = websites.codes()
        return codes if isinstance(codes, Failure) else listed(row.raw, dict(codes), terms)

    traversal: Traversal[ListedOrder] = Traversal(
        client, Placed(start, end, fields(terms)), read, page_size=page_size
    )
    orders: dict[int, ListedOrder] = {}
    unreadable: list[int] = []
    for stretch in traversal.stretches():
        orders.update({order.entity_id: order for order in stretch.rows})
        unreadable += [each.entity_id for each in stretch.unreadable]
        if stretch.failure is not None:
            return stretch.failure
    return list(orders.values()), unreadable


def fields(terms: Mapping[str, AmountTerms]) -> str:
    """What is asked for: fields of extensions at either place, since only the shop knows which."""
    named = [
        name
        for source, each in terms.items()
        if each.payment and source.startswith(f"{FIELDS}.")
        for name in (source.partition(".")[2], each.base_field)
        if name
    ]
    extension = ",".join([*_EXTENSION, *named])
    return ",".join(["updated_at", *_Sums.__struct_fields__, *named, f"extension_attributes[{extension}]"])


def listed(
    raw: Mapping[str, Any], websites: dict[int, str], terms: Mapping[str, AmountTerms]
) -> ListedOrder | Failure:
    """One row of the list; MALFORMED when it cannot be read."""
    try:
        row = _DECODER.take(raw)
        created_at = instant(row.created_at)
        one_currency = row.order_currency_code == row.base_currency_code
        payments = paid(raw, terms, one_currency=one_currency)
        back, base_back = (sum(given_back(raw, base=base).values(), _ZERO) for base in (False, True))
    except (ValueError, ArithmeticError) as error:
        return Failure(Code.MALFORMED, f"an order of the list cannot be read: {error}", sent=False)
    return ListedOrder(
        row.entity_id,
        str(row.increment_id or ""),
        str(row.state or ""),
        str(row.status or ""),
        websites.get(row.store_id or 0, ""),
        created_at,
        str(row.order_currency_code or ""),
        str(row.base_currency_code or ""),
        _figures(
            row.grand_total + sum((each.amount for each in payments), _ZERO),
            row.tax_amount,
            row.shipping_amount,
            row.shipping_discount_amount,
            row.shipping_discount_tax_compensation_amount,
        ),
        _figures(
            row.base_grand_total + sum((each.base for each in payments), _ZERO),
            row.base_tax_amount,
            row.base_shipping_amount,
            row.base_shipping_discount_amount,
            row.base_shipping_discount_tax_compensation_amnt,
        ),
        _taken(row, "", back),
        _taken(row, "base_", base_back),
    )


def _taken(row: _Sums, side: str, given_back: Decimal) -> Figures:
    """What was taken back at full value: with what credit memos gave back to gift cards and the like."""

    def amount(name: str) -> Decimal:
        cancelled, refunded = getattr(row, f"{side}{name}_canceled"), getattr(row, f"{side}{name}_refunded")
        return (cancelled or _ZERO) + (refunded or _ZERO)

    total, tax, shipping = amount("total") + given_back, amount("tax"), amount("shipping")
    return Figures(total - tax - shipping, shipping, tax, total)


def _figures(total: Decimal, tax: Amount, shipping: Amount, discount: Amount, hidden: Amount) -> Figures:
    tax = tax or _ZERO
    carriage = (shipping or _ZERO) - (discount or _ZERO) + (hidden or _ZERO)
    return Figures(total - tax - carriage, carriage, tax, total)
