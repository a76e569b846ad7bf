"""Orders: prepared from remembered names, sent by the writer. Source: contract §4, §5, §12.3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing import together
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.keys import payload_hash
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.domain.parcel import Parcel
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Outcome
from tidegate.sage.preparing import lacking_each, prepare_each
from tidegate.sage.sage100.payloads import Resolved, country_of, order_payload
from tidegate.sage.sage100.reference import Customer, Item, Reference
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.writer import OrderWriter
from tidegate.sage.sage100.writing import writing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Known:
    """What the batch's names resolve to."""

    customers: Mapping[str, Customer]
    items: Mapping[str, Item]
    charges: Mapping[str, Item]
    warehouses: Mapping[str, str]


class Orders:
    """Takes orders."""

    def __init__(self, writer: OrderWriter, reference: Reference, company: Sage100Settings) -> None:
        self.about = writing(company)
        self._writer = writer
        self._reference = reference
        self._company = company

    # Prepare

    def prepare(self, orders: Sequence[SalesOrder]) -> list[Prepared | Failure]:
        """Resolve names and build requests; what is known from before is not read again."""
        return prepare_each(orders, self._read, self._prepared)

    def lacking(self, orders: Sequence[Named]) -> list[Failure | None]:
        """What Sage lacks of each; a read that failed says nothing about a record."""
        return lacking_each(orders, self._read, self._missing)

    def _read(self, orders: Sequence[SalesOrder | Named]) -> _Known | Failure:
        customers = self._reference.customers(order.account for order in orders)
        if isinstance(customers, Failure):
            return customers
        goods = (line.code for order in orders for line in order.lines if line.kind is LineKind.GOODS)
        items = self._reference.items(goods)
        if isinstance(items, Failure):
            return items
        charges = self._reference.charges()
        if isinstance(charges, Failure):
            return charges
        warehouses = self._reference.warehouses()
        if isinstance(warehouses, Failure):
            return warehouses
        return _Known(customers, items, charges, warehouses)

    def _prepared(self, order: SalesOrder, known: _Known) -> Prepared | Failure:
        held = together(self._missing(order, known))
        if held is not None:
            return held
        resolved = Resolved(known.customers[order.account], order.tax_schedule or self._company.tax_schedule)
        payload = order_payload(order, resolved, self._company)
        return payload if isinstance(payload, Failure) else Prepared(order, payload, payload_hash(payload))

    def _missing(self, order: SalesOrder | Named, known: _Known) -> Iterator[Failure]:
        """All that Sage does not have, the account first."""
        company = self._company
        if order.account or isinstance(order, SalesOrder):
            found = _resolved(known.customers, order.account, Code.UNKNOWN_CUSTOMER, "customer", "customer")
            if isinstance(found, Failure):
                yield found
        if order.currency and order.currency.upper() != company.currency.upper():
            text = f"the order is in {order.currency}, but the company's books are in {company.currency}"
            yield Failure(Code.UNMAPPED_CURRENCY, text, missing=f"currency:{order.currency}", sent=False)
        for line in order.lines:
            yield from self._missing_of_line(line, known)
        if isinstance(order, SalesOrder):
            yield from self._missing_of_destination(order)

    def _missing_of_destination(self, order: SalesOrder) -> Iterator[Failure]:
        known = self._company.tax_schedules
        if order.tax_schedule and known and order.tax_schedule not in known:
            text = f"the tax schedule {order.tax_schedule!r} is not in `tax_schedules` of the company"
            missing = f"tax-schedule:{order.tax_schedule}"
            yield Failure(Code.UNMAPPED_TAX, text, missing=missing, sent=False)
        country = order.delivery.country if order.delivery is not None else ""
        if country and not country_of(country, self._company.countries):
            text = (
                f"Sage's code of the country {country} is not configured: add it to `countries` of the "
                "company"
            )
            yield Failure(Code.UNKNOWN_REFERENCE, text, missing=f"country:{country}", sent=False)

    def _missing_of_line(self, line: SalesLine, known: _Known) -> Iterator[Failure]:
        company = self._company
        found: Item | str | Failure | None = None
        match line.kind:
            case LineKind.COMMENT:
                return
            case LineKind.GOODS:
                found = _resolved(known.items, line.code, Code.UNKNOWN_SKU, "sku", "item")
                place = line.warehouse or company.warehouse
                there = _resolved(known.warehouses, place, Code.UNKNOWN_REFERENCE, "warehouse", "warehouse")
                if isinstance(there, Failure):
                    yield there
            case LineKind.CHARGE:
                found = _resolved(known.charges, line.code, Code.UNKNOWN_REFERENCE, "charge", "charge")
            case LineKind.FREE_TEXT:
                if line.account not in company.amounts:
                    text = (
                        f"no miscellaneous item is configured for the account {line.account!r}: see "
                        "`amounts` of the company"
                    )
                    yield Failure(Code.UNKNOWN_REFERENCE, text, missing=f"account:{line.account}", sent=False)
                    return
                code = company.amounts[line.account]
                found = _resolved(known.charges, code, Code.UNKNOWN_REFERENCE, "charge", "charge")
        if isinstance(found, Failure):
            yield found
        elif isinstance(found, Item) and line.tax_code and line.tax_code != found.tax_class:
            # An order line takes its class from the item: it cannot be sent.
            text = (
                f"{found.code} has the tax class {found.tax_class}, but the order's line has {line.tax_code}"
            )
            yield Failure(Code.UNMAPPED_TAX, text, missing=f"tax:{line.tax_code}", sent=False)

    # Send

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One call of the writer. ValueError for more orders than it takes."""
        if len(batch) > self.about.orders_per_call:
            raise ValueError(
                f"internal error: one call can carry {self.about.orders_per_call} orders, not {len(batch)}"
            )
        sent = {one.order.key: one.order for one in batch}
        for key, outcome in self._writer.send(batch):
            if isinstance(outcome, Failure) and outcome.code is Code.REFUSED:
                order = sent[key]
                goods = (line.code for line in order.lines if line.kind is LineKind.GOODS)
                self._reference.doubt(items=goods, account=order.account)
            yield key, outcome

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """Nothing: every order is answered at once."""
        return {}


def _resolved(found: Mapping[str, T], code: str, missing: Code, kind: str, what: str) -> T | Failure:
    if code in found:
        return found[code]
    return Failure(missing, f"Sage has no {what} {code!r}", missing=f"{kind}:{code}", sent=False)
