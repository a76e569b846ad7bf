"""Orders: prepared from cached names, sent one by one. Source: contract §7, §8."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing import together
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.domain.parcel import Parcel
from tidegate.reading.document import Unreadable
from tidegate.sage.one_by_one import one_by_one
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.preparing import (
    InTurn,
    currency_differs,
    goods_of,
    lacking_each,
    prepare_each,
    resolved,
    with_payload,
)
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.payloads import Resolved, order_payload
from tidegate.sage.sage300.reference import Customer, Item, Reference
from tidegate.sage.sage300.rows import Row, day_of, money_of, name_of, text_of
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.status_words import status_of
from tidegate.sage.sage300.wire_names import ORDER_DATE, ORDER_ID, ORDER_NUMBER, ORDER_TOTAL, OUR_KEY
from tidegate.sage.sage300.writing import writing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Known:
    """What the batch's names resolve to; a Failure stands for a read that failed."""

    customers: Mapping[str, Customer] | Failure
    items: Mapping[str, Item] | Failure
    locations: Mapping[str, str] | Failure
    rates: Mapping[str, Decimal] | Failure
    charges: Mapping[str, str] | Failure


class Orders:
    """Takes orders."""

    def __init__(self, client: Sage300Client, reference: Reference, company: Sage300Settings) -> None:
        self.about = writing(company)
        self._shifted = ""  #: why no further order may leave: Sage keeps them under another day
        self._client = client
        self._reference = reference
        self._company = company

    # Prepare

    def prepare(self, orders: Sequence[SalesOrder]) -> list[Prepared | Failure]:
        """Resolve names and build bodies; what is known from before is not read again."""
        if self._shifted:
            failure = Failure(Code.UNKNOWN_REFERENCE, self._shifted, missing="setting:date_form", sent=False)
            return [failure] * len(orders)
        return prepare_each(orders, self._read, self._prepared)

    def lacking(self, orders: Sequence[Named]) -> list[Failure | None]:
        """What Sage lacks of each; a read that failed says nothing about a record."""
        return lacking_each(orders, self._read, self._missing)

    def _read(self, orders: Sequence[SalesOrder | Named]) -> _Known | Failure:
        in_turn = InTurn()
        locations = in_turn.read(self._reference.locations)
        rates = in_turn.read(self._reference.taxes)
        charges = in_turn.read(self._reference.charges)
        customers = in_turn.read(lambda: self._reference.customers(order.account for order in orders))
        items = in_turn.read(lambda: self._reference.items(goods_of(orders)))
        return in_turn.ended or _Known(customers, items, locations, rates, charges)

    def _prepared(self, order: SalesOrder, known: _Known) -> Prepared | Failure:
        held = together(self._missing(order, known))
        if held is not None:
            return held
        customers, items, rates = known.customers, known.items, known.rates
        if isinstance(customers, Failure) or isinstance(items, Failure) or isinstance(rates, Failure):
            raise ValueError("an order is held while its mapped codes cannot be read")
        payload = order_payload(order, Resolved(customers[order.account], items, rates), self._company)
        return with_payload(order, payload)

    def _missing(self, order: SalesOrder | Named, known: _Known) -> Iterator[Failure]:
        """All that Sage does not have, or that could not be read, the account first."""
        if order.account or isinstance(order, SalesOrder):
            customer = resolved(known.customers, order.account, Code.UNKNOWN_CUSTOMER, "customer", "customer")
            if isinstance(customer, Failure):
                yield customer
            elif (
                differs := currency_differs(order.currency, customer.account, customer.currency)
            ) is not None:
                yield differs
        for line in order.lines:
            yield from self._missing_of_line(line, known)
        twice = [code for code, lines in Counter(goods_of([order])).items() if lines > 1]
        if twice and not self._distinguishes_lines():
            text = (
                f"item {twice[0]} stands on several lines, which Sage could not distinguish when it ships them: an "
                "optional field of order details is needed (line_option)"
            )
            yield Failure(Code.UNKNOWN_REFERENCE, text, missing="setting:line_option", sent=False)

    def _distinguishes_lines(self) -> bool:
        """Whether lines carry our key."""
        return bool(self._company.line_option)

    def _missing_of_line(self, line: SalesLine, known: _Known) -> Iterator[Failure]:
        company = self._company
        match line.kind:
            case LineKind.COMMENT:
                return
            case LineKind.GOODS:
                found: object = resolved(known.items, line.code, Code.UNKNOWN_SKU, "sku", "item")
                if isinstance(found, Failure):
                    yield found
                else:
                    place = line.warehouse or company.location
                    found = resolved(known.locations, place, Code.UNKNOWN_REFERENCE, "warehouse", "location")
                    if isinstance(found, Failure):
                        yield found
            case LineKind.CHARGE:
                found = resolved(known.charges, line.code, Code.UNKNOWN_REFERENCE, "charge", "charge")
                if isinstance(found, Failure):
                    yield found
            case LineKind.FREE_TEXT:
                if line.account not in company.amounts:
                    text = (
                        f"no miscellaneous charge is configured for the account {line.account!r}: see "
                        "`amounts` of the company"
                    )
                    yield Failure(Code.UNKNOWN_REFERENCE, text, missing=f"account:{line.account}", sent=False)
                elif isinstance(
                    found := resolved(
                        known.charges,
                        company.amounts[line.account],
                        Code.UNKNOWN_REFERENCE,
                        "charge",
                        "charge",
                    ),
                    Failure,
                ):
                    yield found
        if line.tax_code:
            found = resolved(known.rates, line.tax_code, Code.UNMAPPED_TAX, "tax", "tax class")
            if isinstance(found, Failure):
                yield found

    # Send

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One POST for one order. ValueError for more."""
        return one_by_one(self.about, batch, self._sent)

    def _sent(self, one: Prepared) -> Outcome:
        made = self._client.insert("OEOrders", one.payload)
        if not isinstance(made, Failure):
            return self._accepted(one, made)
        if made.code is Code.REFUSED:
            goods = (line.code for line in one.order.lines if line.kind is LineKind.GOODS)
            self._reference.doubt(items=goods, account=one.order.account)
        return made

    def _accepted(self, sent: Prepared, row: Row) -> Outcome:
        if text_of(row, OUR_KEY) != sent.order.key:
            return Failure(Code.UNCLEAR_ANSWER, "Sage's answer is about another order, or about none")
        try:
            id, number, gross = name_of(row, ORDER_ID), name_of(row, ORDER_NUMBER), money_of(row, ORDER_TOTAL)
        except Unreadable as error:
            return Failure(Code.UNCLEAR_ANSWER, f"Sage's answer cannot be read: {error}")
        details = {}
        day = day_of(row, ORDER_DATE)
        if day is not None and day != sent.order.date:
            # A zone between us and the ledger moves days, at a month's end into another period: this order stays as it is.
            self._shifted = (
                f"Sage saved order {number} with the date {day:%d.%m.%Y} instead of "
                f"{sent.order.date:%d.%m.%Y}: correct date_form, restart Tidegate, and correct the order's "
                "date in Sage"
            )
            details["date"] = self._shifted
        return Accepted(id, number, status=status_of(row), gross=gross, details=details)

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """Nothing: every order is answered at once."""
        return {}
