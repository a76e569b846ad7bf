"""The order desk: prepared, and entered as the guard says; beside it the search and cancelling."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import msgspec

from tidegate.conformance.memory.inside import Inside
from tidegate.conformance.memory.records import Order
from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.missing import together
from tidegate.domain.money import total
from tidegate.domain.orders.calculation import Taxed, line_net, taxes
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.domain.parcel import Parcel
from tidegate.sage.port.orders import (
    Charged,
    Customers,
    Found,
    Guard,
    OrderKey,
    OrderWriting,
    Prepared,
    Tax,
)
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.port.parcels import Scope

REFUSED_WHOLE = Failure(Code.PARCEL_REFUSED, "it was refused as a whole, and not said for which order")


class Orders:
    """Takes orders at once."""

    def __init__(self, company: Inside) -> None:
        self._company = company
        self._books = company.books

    @property
    def about(self) -> OrderWriting:
        """What the company's switches make of orders."""
        return self._company.switches.writing

    def prepare(self, orders: Sequence[SalesOrder]) -> list[Prepared | Failure]:
        """Everything that an order names is there, fits, and makes its total."""
        if (unread := self._read_lists()) is not None:
            return [unread for _ in orders]
        return [self._prepared(order) for order in orders]

    def lacking(self, orders: Sequence[Named]) -> list[Failure | None]:
        """For each order, what it names and the company lacks."""
        if self._read_lists() is not None:
            return [None for _ in orders]
        return [together(self._missing(one.account, one.currency, one.lines)) for one in orders]

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One call: each order is entered, or refused on its own."""
        keys = [one.order.key for one in batch]
        answer = self._company.calls_made.write("send", lambda: self.entered(batch), " ".join(keys))
        for key in keys:
            yield key, answer if isinstance(answer, Failure) else answer[key]

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """Nothing is ever handed over."""
        return {}

    def entered(self, batch: Sequence[Prepared]) -> dict[str, Outcome]:
        """Enter each order; what the guard says of one that is there already."""
        bad = self._company.platform.bad & {one.order.key for one in batch}
        if self._company.switches.all_or_nothing and bad:
            return {one.order.key: REFUSED_WHOLE for one in batch}
        return {one.order.key: self._enter(one.order) for one in batch}

    # --- preparing --------------------------------------------------------------------------------

    def _read_lists(self) -> Failure | None:
        if not self._company.lists_known:
            read = self._company.calls_made.read("prepare", lambda: None)
            if isinstance(read, Failure):
                return read
            self._company.lists_known = True
        return None

    def _prepared(self, order: SalesOrder) -> Prepared | Failure:
        wrong = self._too_long(order) or together(self._missing(order.account, order.currency, order.lines))
        wrong = wrong or self._not_taken(order) or self._other_total(order)
        if wrong is not None:
            return wrong
        payload = msgspec.json.encode(order, order="sorted")
        stated = self._gross(order) if self._company.switches.computes_before else None
        return Prepared(order, msgspec.json.decode(payload), hashlib.sha256(payload).hexdigest(), stated)

    def _too_long(self, order: SalesOrder) -> Failure | None:
        about = self.about
        texts = [
            ("our key", order.key, about.key_length),
            ("the order's number", order.reference, about.reference_length),
            ("the account", order.account, about.account_length),
            *(("the product", one.code, about.product_length) for one in order.lines),
        ]
        for name, text, length in texts:
            if len(text) > length:
                return Failure(Code.TOO_LONG, f"{name} {text} has more than {length} characters", sent=False)
        return None

    def _missing(self, account: str, currency: str, lines: Sequence[SalesLine]) -> list[Failure]:
        books = self._books
        found = []
        known = books.accounts.get(account)
        if account and known is None:
            found.append(_lacks(Code.UNKNOWN_CUSTOMER, "customer", account))
        if known is not None and currency and known.currency != currency:
            found.append(_lacks(Code.UNMAPPED_CURRENCY, "currency", currency))
        for line in lines:
            goods = line.code if line.kind is LineKind.GOODS else ""
            charge = line.code if line.kind is LineKind.CHARGE else ""
            if goods and goods not in books.products:
                found.append(_lacks(Code.UNKNOWN_SKU, "sku", goods))
            if charge and charge not in books.charges:
                found.append(_lacks(Code.UNMAPPED_SHIPPING, "charge", charge))
            if line.tax_code and line.tax_code not in books.taxes:
                found.append(_lacks(Code.UNMAPPED_TAX, "tax", line.tax_code))
            if line.account and line.account not in books.nominal:
                found.append(_lacks(Code.UNKNOWN_REFERENCE, "account", line.account))
            if line.warehouse and line.warehouse not in books.warehouses:
                found.append(_lacks(Code.UNKNOWN_REFERENCE, "warehouse", line.warehouse))
        return found

    def _not_taken(self, order: SalesOrder) -> Failure | None:
        """What the product has no place for, and what it needs and does not get."""
        about = self.about
        kinds = {one.kind for one in order.lines} - about.line_kinds
        if kinds:
            return Failure(Code.REFUSED, f"there are no lines of the kind {', '.join(kinds)}", sent=False)
        misplaced = (order.shipping is not None and about.shipping is not Charged.HEADER_FIELD) or (
            bool(order.adjustment) and about.rounding is not Charged.HEADER_FIELD
        )
        if misplaced or (order.buyer is not None) is not (about.customers is Customers.INSIDE_THE_ORDER):
            return Failure(Code.REFUSED, "the order has fields that there are not, or lacks some", sent=False)
        named = (order.tax_group, order.tax_schedule)
        if about.tax is Tax.BY_SCHEDULE and named not in self._books.schedules:
            return _lacks(Code.UNMAPPED_TAX, "tax-schedule", " ".join(named))
        return None

    def _gross(self, order: SalesOrder) -> Decimal:
        """The total after tax by the company's own calculation."""
        arithmetic, tax = self.about.arithmetic, self.about.tax
        lines = [*order.lines, order.shipping] if order.shipping is not None else list(order.lines)
        nets = [line_net(one.quantity, one.unit_price, one.unit_discount, arithmetic) for one in lines]
        net = total(nets) + order.adjustment
        if tax is Tax.GIVEN:
            return net + total(one.tax for one in lines)
        scheduled = self._books.schedules.get((order.tax_group, order.tax_schedule))
        taxed = [
            Taxed(each, one.tax_code, self._books.taxes[one.tax_code] if scheduled is None else scheduled)
            for each, one in zip(nets, lines, strict=True)
            if one.tax_code or scheduled is not None
        ]
        return net + total(taxes(taxed, arithmetic))

    def _other_total(self, order: SalesOrder) -> Failure | None:
        if self.about.tax.from_store:
            return None  # whether it is the store's total is for the store's side to say
        gross = self._gross(order)
        if gross == order.gross:
            return None
        return Failure(
            Code.TOTALS_DIFFER, f"{order.reference} comes to {gross}, not to {order.gross}", sent=False
        )

    # --- entering ---------------------------------------------------------------------------------

    def _enter(self, order: SalesOrder) -> Outcome:
        books = self._books
        if order.date in books.closed_days:
            return Failure(Code.PERIOD_CLOSED, f"the period of {order.date} is closed")
        there = next(iter(books.with_key(order.key)), None)
        match self.about.guard:
            case Guard.TARGET_REFUSES if there is not None:
                return Failure(Code.UNCLEAR_ANSWER, f"there is an order with the key {order.key} already")
            case Guard.TARGET_REPLAYS if there is not None and self._replayed(there):
                return self._accepted(there)
            case Guard.TARGET_OVERWRITES if there is not None:
                there.lines = [books.line(one) for one in order.lines]
                there.gross, there.changed = self._gross(order), books.change()
                return self._accepted(there)
        number = "" if self._company.switches.numbers_later or not self.about.states_numbers else None
        account = order.account or self._opened_for(order)
        made = books.enter_order(
            account, order.key, order.reference, order.lines, self._gross(order), number, order.date, order
        )
        return self._accepted(made)

    def _opened_for(self, order: SalesOrder) -> str:
        """The account of who came inside the order: known by our key, or opened for it."""
        buyer = order.buyer
        assert buyer is not None
        books = self._books
        known = [one.account for one in books.accounts.values() if buyer.key and one.key == buyer.key]
        if known:
            return known[0]
        account = f"C{len(books.accounts) + 1:05}"
        opened = books.open_account(
            account, buyer.name, email=buyer.email, key=buyer.key, currency=order.currency
        )
        return opened.account

    def _replayed(self, there: Order) -> bool:
        days = self.about.guard_days
        return days is None or (self._books.clock.now() - there.created_at).days < days

    def _accepted(self, made: Order) -> Accepted:
        return Accepted(
            made.id, made.number, self._company.switches.makes, status=made.status, gross=made.gross
        )


def _lacks(code: Code, kind: str, name: str) -> Failure:
    return Failure(code, f"The company has no {kind} {name}.", missing=f"{kind}:{name}", sent=False)


class Search:
    """Looks orders up by our key, and by the number that users see."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def find(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]] | Failure:
        """Orders by our key or number; one call looks up `lookups_per_call` keys."""
        size = self._company.switches.writing.lookups_per_call
        found: dict[str, list[Found]] = {}
        for start in range(0, max(len(keys), 1), size):
            part = keys[start : start + size]
            answer = self._company.calls_made.read("look-up", lambda part=part: self._found(part))  # type: ignore[misc]
            if isinstance(answer, Failure):
                return answer
            found |= answer
        return found

    def _found(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]]:
        switches, orders = self._company.switches, self._company.books.orders.values()
        return {
            one.key: [
                replace(_found(order, one.key), kind=switches.makes)
                for order in orders
                if order.reference == one.reference or (order.key == one.key and not switches.finds_by_number)
            ]
            for one in keys
        }


def _found(order: Order, key: str) -> Found:
    return Found(
        id=order.id,
        number=order.number,
        status=order.status,
        key=order.key,
        reference=order.reference,
        ours=order.key == key,
        account=order.account,
        gross=order.gross,
        created_at=order.created_at,
    )


class Cancelling:
    """Cancels what has not left."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def cancel(self, order_id: str, number: str) -> Outcome:
        """Cancelled again is cancelled."""
        return self._company.write(Scope.CANCELLATIONS, "cancel", lambda: self._cancelled(order_id, number))

    def _cancelled(self, order_id: str, number: str) -> Outcome:
        books = self._company.books
        order = books.orders.get(order_id)
        if order is None:
            return Accepted(order_id, number)
        if order.number != number:
            return Failure(
                Code.OTHER_CONTENT, f"{order_id} is order {order.number}, not {number}", sent=False
            )
        if order.reached("despatched") != "none":
            return Failure(Code.REFUSED, f"order {number} has left already")
        if self._company.switches.deletes_cancelled:
            books.delete(order)
        else:
            books.put(order, SalesOrderStatus.CANCELLED)
        return Accepted(order.id, number, status=SalesOrderStatus.CANCELLED)
