"""Orders: prepared from remembered names, sent in batches through the agent. Source: contract §4, §5, §12.3.

The agent takes a number, writes it down, builds the order, compares Sage's total with ours and only then stores it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.missing import together
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.keys import payload_hash
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.domain.parcel import Parcel
from tidegate.reading.document import Unreadable
from tidegate.redaction import redact
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.preparing import lacking_each, prepare_each
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.payloads import Resolved, country_of, order_payload
from tidegate.sage.sage100.reference import Customer, Item, Reference
from tidegate.sage.sage100.rows import Row, number_of, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.wire_names import DUPLICATE_PO, PERIOD_CLOSED
from tidegate.sage.sage100.writing import WRITING

T = TypeVar("T")
_STOPPED = {
    "locked": (Code.LOCKED, "Sage was locked before this order"),
    "drain": (Code.LOCKED, "the agent stands down before this order"),
    "seat_limit": (Code.NO_SEAT, "Sage had no licence for this order"),
    "unit_limit": (Code.NO_SEAT, "the agent's session was used up before this order"),
    "session_lost": (Code.SERVER_TROUBLE, "the agent's session ended before this order"),
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the batch's names resolve to."""

    customers: Mapping[str, Customer]
    items: Mapping[str, Item]
    charges: Mapping[str, Item]
    warehouses: Mapping[str, str]


class Orders:
    """Takes orders."""

    about = WRITING

    def __init__(self, client: Sage100Client, reference: Reference, company: Sage100Settings) -> None:
        self._client = client
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
            text = f"the order is in {order.currency}, the company's books are in {company.currency}"
            yield Failure(Code.UNMAPPED_CURRENCY, text, missing=f"currency:{order.currency}", sent=False)
        for line in order.lines:
            yield from self._missing_of_line(line, known)
        if isinstance(order, SalesOrder):
            yield from self._missing_of_destination(order)

    def _missing_of_destination(self, order: SalesOrder) -> Iterator[Failure]:
        known = self._company.tax_schedules
        if order.tax_schedule and known and order.tax_schedule not in known:
            text = f"the tax schedule {order.tax_schedule!r} is none of `tax_schedules` of the company"
            missing = f"tax-schedule:{order.tax_schedule}"
            yield Failure(Code.UNMAPPED_TAX, text, missing=missing, sent=False)
        country = order.delivery.country if order.delivery is not None else ""
        if country and not country_of(country, self._company.countries):
            text = f"nobody has named Sage's code of the country {country}: see `countries` of the company"
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
                    text = f"no miscellaneous item holds the account {line.account!r}: see `amounts` of the company"
                    yield Failure(Code.UNKNOWN_REFERENCE, text, missing=f"account:{line.account}", sent=False)
                    return
                code = company.amounts[line.account]
                found = _resolved(known.charges, code, Code.UNKNOWN_REFERENCE, "charge", "charge")
        if isinstance(found, Failure):
            yield found
        elif isinstance(found, Item) and line.tax_code and line.tax_code != found.tax_class:
            # An order line takes its class from the item: it cannot be sent.
            text = f"{found.code} has the tax class {found.tax_class}, the order's line {line.tax_code}"
            yield Failure(Code.UNMAPPED_TAX, text, missing=f"tax:{line.tax_code}", sent=False)

    # Send

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One call, one session of Sage. ValueError for more than it takes."""
        if len(batch) > WRITING.orders_per_call:
            raise ValueError(f"a call takes {WRITING.orders_per_call} orders, got {len(batch)}")
        orders = [{**one.payload, "fingerprint": f"sha256:{one.payload_hash}"[:100]} for one in batch]
        name = hashlib.sha256("\n".join(one.order.key for one in batch).encode()).hexdigest()[:24]
        results = self._client.write("orders", {"batch": name, "dry_run": False, "orders": orders})
        if isinstance(results, Failure):
            yield from ((one.order.key, results) for one in batch)
            return
        by_key = {text_of(one, "key"): one for one in results}
        for one in batch:
            outcome = _outcome(by_key.get(one.order.key))
            if isinstance(outcome, Failure) and outcome.code is Code.REFUSED:
                goods = (line.code for line in one.order.lines if line.kind is LineKind.GOODS)
                self._reference.doubt(items=goods, account=one.order.account)
            yield one.order.key, outcome

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome]:
        """Nothing: every order is answered at once."""
        return {}


def _outcome(result: Row | None) -> Outcome:
    """What the agent says of one order."""
    if result is None:
        return Failure(Code.UNCLEAR_ANSWER, "the agent's answer leaves the order out")
    error: Any = result.get("error")
    error = error if isinstance(error, dict) else {}
    said = _said(error)
    match text_of(result, "outcome"):
        case "created" | "existing":
            return _accepted(result)
        case "conflict" if text_of(error, "class") == "review":
            return Failure(Code.DUPLICATE_FOUND, f"a person must look in Sage: {said}", sent=False)
        case "conflict":
            number = text_of(result, "sales_order_no")
            text = f"the agent knows this order with other content, as number {number or 'not yet given'}"
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        case "rejected":
            return _rejected(error, said)
        case "deferred" if text_of(error, "class") == "session_lost":
            return Failure(Code.TRANSIENT, f"the session ended, nothing was stored: {said}", sent=False)
        case "deferred":
            return Failure(Code.RECORD_BUSY, f"somebody works on the record: {said}", sent=False)
        case "not_attempted":
            code, text = _STOPPED.get(
                text_of(result, "stopped"), (Code.SERVER_TROUBLE, "the agent did not come to this order")
            )
            return Failure(code, f"{text}. {said}".rstrip(". "), sent=False)
        case "in_doubt":
            return Failure(Code.UNCLEAR_ANSWER, f"the agent does not know yet: {said}")
        case other:
            return Failure(Code.UNCLEAR_ANSWER, f"the agent's outcome {other!r} is not known")


def _rejected(error: Row, said: str) -> Failure:
    kind = text_of(error, "class")
    if kind == "total_mismatch":
        return Failure(
            Code.TOTALS_DIFFER, f"nothing was stored: {text_of(error, 'message') or said}", sent=False
        )
    if kind == "auth":
        return Failure(Code.NOT_PERMITTED, f"Sage refuses the agent's user: {said}", sent=False)
    if re.search(PERIOD_CLOSED, said):
        return Failure(Code.PERIOD_CLOSED, f"the period is closed: {said}", sent=False)
    if re.search(DUPLICATE_PO, said):
        text = f"the customer has another order or invoice with this number: {said}"
        return Failure(Code.DUPLICATE_FOUND, text, sent=False)
    return Failure(Code.REFUSED, f"Sage refused it: {said}", sent=False)


def _said(error: Row) -> str:
    words = [text_of(error, "message"), text_of(error, "sage_text")]
    place = " ".join(text_of(error, name) for name in ("stage", "line", "field") if text_of(error, name))
    return redact(" ".join(word for word in words if word) + (f" ({place})" if place else ""))[:600]


def _accepted(result: Row) -> Outcome:
    number = text_of(result, "sales_order_no")
    if not number:
        return Failure(Code.UNCLEAR_ANSWER, "the agent answered without a number")
    totals: Any = result.get("totals")
    warnings: Any = result.get("warnings")
    noted = [str(one) for one in warnings] if isinstance(warnings, list) else []
    details = {"warnings": redact("; ".join(noted))[:600]} if noted else {}
    return Accepted(number, number, status=SalesOrderStatus.LIVE, gross=_gross(totals), details=details)


def _gross(totals: Any) -> Decimal | None:
    try:
        return number_of(totals, "total") if isinstance(totals, dict) else None
    except Unreadable:
        return None


def _resolved(found: Mapping[str, T], code: str, missing: Code, kind: str, what: str) -> T | Failure:
    if code in found:
        return found[code]
    return Failure(missing, f"Sage has no {what} {code!r}", missing=f"{kind}:{code}", sent=False)
