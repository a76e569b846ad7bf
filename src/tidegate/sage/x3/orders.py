"""Orders: prepared from cached names, saved one by one by SOAP. Source: contract §9, §10."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

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
from tidegate.sage.x3 import answers, objects
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.envelope import Returned
from tidegate.sage.x3.objects import Screen
from tidegate.sage.x3.payloads import Resolved, element_of, order_payload
from tidegate.sage.x3.reference import Customer, Reference
from tidegate.sage.x3.rows import money_of, text_of
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.status_words import status_of
from tidegate.sage.x3.writing import writing

T = TypeVar("T")
WARNING = "2"  #: type of a message, A


@dataclass(frozen=True, slots=True)
class _Known:
    """What the batch's names resolve to; a Failure stands for a read that failed."""

    customers: Mapping[str, Customer] | Failure
    items: Mapping[str, str] | Failure
    sites: Mapping[str, str] | Failure
    screen: Screen | Failure


class Orders:
    """Takes orders."""

    def __init__(self, client: X3Client, reference: Reference, company: X3Settings) -> None:
        self.about = writing(company)
        self._client = client
        self._reference = reference
        self._company = company

    # Prepare

    def prepare(self, orders: Sequence[SalesOrder]) -> list[Prepared | Failure]:
        """Resolve names and build objects; what is known from before is not read again."""
        return prepare_each(orders, self._read, self._prepared)

    def lacking(self, orders: Sequence[Named]) -> list[Failure | None]:
        """What X3 lacks of each; a read that failed says nothing about a record."""
        return lacking_each(orders, self._read, self._missing)

    def _read(self, orders: Sequence[SalesOrder | Named]) -> _Known | Failure:
        in_turn = InTurn()
        sites = in_turn.read(self._reference.sites)
        screen = in_turn.read(self._screen)
        customers = in_turn.read(lambda: self._reference.customers(order.account for order in orders))
        items = in_turn.read(lambda: self._reference.items(goods_of(orders)))
        return in_turn.ended or _Known(customers, items, sites, screen)

    def _screen(self) -> Screen | Failure:
        """Which fields orders can have, by the way that they go."""
        return self._reference.screen(self._company.order_object)

    def _payload(self, order: SalesOrder, known: Resolved) -> dict[str, Any] | Failure:
        """What leaves."""
        return order_payload(order, known, self._company)

    def _prepared(self, order: SalesOrder, known: _Known) -> Prepared | Failure:
        held = together(self._missing(order, known))
        if held is not None:
            return held
        customers, screen = known.customers, known.screen
        if isinstance(screen, Failure):
            return screen
        if isinstance(customers, Failure):
            raise ValueError("an order is held while its mapped codes cannot be read")
        return with_payload(order, self._payload(order, Resolved(customers[order.account], screen)))

    def _missing(self, order: SalesOrder | Named, known: _Known) -> Iterator[Failure]:
        """All that X3 does not have, or that could not be read, the account first."""
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

    def _missing_of_line(self, line: SalesLine, known: _Known) -> Iterator[Failure]:
        company = self._company
        if line.kind is LineKind.COMMENT:
            return
        if line.tax_code and line.tax_code not in company.tax_levels:
            text = f"the configuration has no tax level {line.tax_code!r}: see `tax_levels` of the company"
            yield Failure(Code.UNMAPPED_TAX, text, missing=f"tax:{line.tax_code}", sent=False)
        elif line.kind is not LineKind.GOODS and element_of(line, company) is None:
            kind, name = ("charge", line.code) if line.kind is LineKind.CHARGE else ("account", line.account)
            text = (
                f"no invoicing element is configured for the {kind} {name!r} at {line.tax_code}: see "
                "`elements` of the company"
            )
            yield Failure(Code.UNKNOWN_REFERENCE, text, missing=f"{kind}:{name}", sent=False)
        if line.kind is LineKind.GOODS:
            found: object = resolved(known.items, line.code, Code.UNKNOWN_SKU, "sku", "product")
            if isinstance(found, Failure):
                yield found
                return
            place = line.warehouse or company.shipping_site or company.sales_site
            found = resolved(known.sites, place, Code.UNKNOWN_REFERENCE, "warehouse", "site")
            if isinstance(found, Failure):
                yield found

    # Send

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One save for one order. ValueError for more."""
        return one_by_one(self.about, batch, self._sent)

    def _sent(self, one: Prepared) -> Outcome:
        content = str(one.payload["content"])
        whole = objects.stored(content)
        ours = tuple(answers.texts_in((whole.header, *whole.tables))) if whole is not None else ()
        made = self._client.call(
            "save",
            self._company.order_object,
            {"objectXml": content},
            reading=False,
            ours=ours,
        )
        if not isinstance(made, Failure):
            return self._accepted(one, made)
        if made.code is Code.REFUSED:
            self._doubted(one)
        return made

    def _doubted(self, one: Prepared) -> None:
        """What a refused order named is read again before the next one."""
        lines = [line.code for line in one.order.lines if line.kind is LineKind.GOODS]
        self._reference.doubt(items=lines, account=one.order.account)

    def _accepted(self, sent: Prepared, returned: Returned) -> Outcome:
        """Status 1 without a number of ours is in doubt."""
        found = objects.stored(returned.result)
        if found is None:
            return Failure(Code.UNCLEAR_ANSWER, "X3's answer has no object")
        row = found.header
        number = text_of(row, "SOHNUM")
        if not number or text_of(row, "CUSORDREF") != sent.order.key:
            return Failure(Code.UNCLEAR_ANSWER, "X3's answer is about another order, or has no number")
        try:
            gross = money_of(row, "ORDINVATI")
        except Unreadable as error:
            return Failure(Code.UNCLEAR_ANSWER, f"X3's answer cannot be read: {error}")
        said = "; ".join(text for kind, text in returned.messages if kind == WARNING)
        return Accepted(
            number, number, status=status_of(row), gross=gross, details={"said": said} if said else {}
        )

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """Nothing: every order is answered at once."""
        return {}
