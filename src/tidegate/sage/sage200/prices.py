"""Price bands and their prices, and what single customers pay.

Source: contract §9.5, §10. A band is a price list; a product that "uses standard" has the Standard band's
price in it. Sage states no discount rates: what a customer pays is enquired, one product a call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Code, Failure
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceBook, PriceList, PriceQuestion
from tidegate.reading.document import Unreadable
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.deltas import Changes, Stream
from tidegate.sage.sage200.fields import (
    Row,
    day_of,
    figure_of,
    flag_of,
    id_of,
    name_of,
    number_of,
    text_of,
    unreadable_row,
)
from tidegate.sage.sage200.reference import Asked, Coded, Customer, Lists, Reference

PRICES = Stream("/product_price_views", key="product_price_id")
MANY = 2000  #: changed products from which on the whole book is cheaper than asking for each
_SELECT = (
    "product_price_id",
    "product_id",
    "product_code",
    "price_band_id",
    "product_price_use_standard",
    "product_price_price",
    "date_time_updated",
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the questions name."""

    lists: Lists
    customers: dict[str, Customer | Failure]
    products: dict[str, Coded | Failure]


class Prices:
    """The price book of one company."""

    def __init__(self, client: Sage200Client, reference: Reference) -> None:
        self._client = client
        self._reference = reference

    @property
    def lists_contracts(self) -> bool:
        """No: discounts of single customers are in no list."""
        return False

    def read(self, since: str | None) -> tuple[PriceBook, str, bool] | Failure:
        """All bands; the prices of every product of which one changed, or all."""
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        bands = self._client.read_all("/price_bands")
        if isinstance(bands, Failure):
            return bands
        changes = self._changes(since)
        if isinstance(changes, Failure):
            return changes
        prices, bad = _list_prices(changes.rows, bands)
        book = PriceBook(tuple(_price_list(row, lists) for row in bands), tuple(prices), bad=tuple(bad))
        return book, changes.parking(bad), changes.full

    def _changes(self, since: str | None) -> Changes | Failure:
        changes = PRICES.read(self._client, since, select=_SELECT)
        if isinstance(changes, Failure) or changes.full or not changes.rows:
            return changes
        # A price of the Standard band is shown in other bands, whose rows it does not move.
        products = {number for row in changes.rows if (number := id_of(row, "product_id")) is not None}
        if len(products) > MANY:
            return PRICES.read(self._client, None, select=_SELECT)
        rows = self._client.read_by_ids(PRICES.path, "product_id", products, select=_SELECT, key=PRICES.key)
        return rows if isinstance(rows, Failure) else Changes(rows, changes.cursor, full=False)


class Enquiries:
    """What single accounts pay, for one session."""

    def __init__(self, client: Sage200Client, reference: Reference, seen: Asked) -> None:
        """`seen` is what the session has asked for already."""
        self._client = client
        self._reference = reference
        self._seen = seen

    def ask(self, questions: Sequence[PriceQuestion]) -> Iterator[CustomerPrice | Failure]:
        """What accounts pay, one call a question; after a failure that ends the cycle no call is made."""
        known = self._known(questions)
        ended: Failure | None = None
        for one in questions:
            if isinstance(known, Failure):
                yield known
                continue
            if ended is not None:
                yield ended
                continue
            answer = self._asked(one, known)
            if isinstance(answer, Failure) and answer.ends_cycle:
                ended = answer
            yield answer

    def _known(self, questions: Sequence[PriceQuestion]) -> _Known | Failure:
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        customers = self._reference.customers((one.account for one in questions), self._seen)
        if isinstance(customers, Failure):
            return customers
        products = self._reference.products((one.sku for one in questions), self._seen)
        return products if isinstance(products, Failure) else _Known(lists, customers, products)

    def _asked(self, question: PriceQuestion, known: _Known) -> CustomerPrice | Failure:
        customer = known.customers.get(question.account) or _missing("customer", question.account)
        product = known.products.get(question.sku) or _missing("sku", question.sku)
        if isinstance(customer, Failure):
            return customer
        if isinstance(product, Failure):
            return product
        row = self._client.ask(
            "/customer_price_enquiry",
            {
                "customer_id": customer.id,
                "product_id": product.id,
                "quantity": question.quantity,
                "include_previous_prices": False,
            },
        )
        if isinstance(row, Failure):
            return row
        try:
            price = figure_of(row, "discounted_unit_price")
            multiple = number_of(row, "selling_unit_multiple")
        except Unreadable as error:
            return unreadable_row(f"the price of {question.sku} for {question.account}: {error}")
        single = multiple in (None, 0, 1) or not text_of(row, "selling_unit").strip()
        return CustomerPrice(
            account=question.account,
            sku=question.sku,
            price=price,
            currency=known.lists.currencies.get(id_of(row, "currency_id") or 0, ""),
            quantity=question.quantity,
            unit="" if single else text_of(row, "selling_unit").strip(),
        )


def _price_list(row: Row, lists: Lists) -> PriceList:
    is_timed = flag_of(row, "is_time_based")
    return PriceList(
        code=text_of(row, "name").strip(),
        name=text_of(row, "description"),
        currency=lists.currencies.get(id_of(row, "currency_id") or 0, ""),
        standard=flag_of(row, "is_standard_band"),
        active=row.get("is_active") is None or flag_of(row, "is_active"),
        valid_from=day_of(row, "active_date_time_from") if is_timed else None,
        valid_to=day_of(row, "active_date_time_to") if is_timed else None,
        tax_inclusive=lists.settings.prices_include_tax,
    )


def _list_prices(rows: Sequence[Row], bands: Sequence[Row]) -> tuple[list[ListPrice], list[BadRow]]:
    """Effective prices; a band's "use standard" without a row of the standard band has none.

    A product of which one price cannot be read is left out whole: what it has stays as it is.
    """
    names = {id_of(band): text_of(band, "name").strip() for band in bands}
    standard = next((id_of(band) for band in bands if flag_of(band, "is_standard_band")), None)
    figures: dict[tuple[int | None, int | None], Decimal] = {}
    bad: dict[str, BadRow] = {}
    for row in rows:
        place = id_of(row, "product_id"), id_of(row, "price_band_id")
        uses_standard = flag_of(row, "product_price_use_standard") and place[1] != standard
        if place[1] is not None and place[1] not in names:
            continue  # a band that was made since the list of bands was read
        try:
            code = name_of(row, "product_code")
            if None in place:
                raise Unreadable("it names no product or no price band")
            if not uses_standard:
                figures[place] = figure_of(row, "product_price_price")
        except Unreadable as error:
            code = text_of(row, "product_code").strip() or f"price {text_of(row, PRICES.key)}"
            bad[code] = BadRow(code, str(error), id_of(row, PRICES.key))
    prices: list[ListPrice] = []
    for row in rows:
        product, band = id_of(row, "product_id"), id_of(row, "price_band_id")
        uses_standard = flag_of(row, "product_price_use_standard") and band != standard
        price = figures.get((product, standard if uses_standard else band))
        name, code = names.get(band, ""), text_of(row, "product_code").strip()
        if price is not None and name and code not in bad:
            prices.append(ListPrice(name, code, price))
    return prices, list(bad.values())


def _missing(kind: str, name: str) -> Failure:
    code = Code.UNKNOWN_SKU if kind == "sku" else Code.UNKNOWN_CUSTOMER
    return Failure(code, f"Sage has no {kind} {name!r}", missing=f"{kind}:{name}", sent=False)
