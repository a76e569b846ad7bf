"""Orders: prepared from names that are remembered, sent one by one as invoices, quotes or drafts, as configured. Source: contract §8, §9."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing import together
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.domain.parcel import Parcel
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud.answers import GONE
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.payloads import Resolved, order_payload
from tidegate.sage.business_cloud.reference import Account, Contact, Item, Reference
from tidegate.sage.business_cloud.rows import Row, money_of, name_of, text_of
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.web_documents import (
    INVOICES,
    KINDS,
    WRAPPERS,
    key_of_document,
    number_of_document,
    resource_of,
    status_of,
)
from tidegate.sage.business_cloud.wire_names import CARRIAGE, WAREHOUSE
from tidegate.sage.business_cloud.writing import WRITING, repeat_id
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

T = TypeVar("T")
MOST_DELETED: Final = 10  #: quotes of one order that were deleted within seven days


@dataclass(frozen=True, slots=True)
class _Known:
    """What the batch's names resolve to; a Failure stands for a read that failed."""

    contacts: Mapping[str, Contact] | Failure
    items: Mapping[str, Item] | Failure
    accounts: Mapping[str, Account] | Failure
    taxes: Mapping[str, tuple[str, Decimal]] | Failure


class Orders:
    """Takes orders."""

    about = WRITING

    def __init__(
        self, client: BusinessCloudClient, reference: Reference, company: BusinessCloudSettings
    ) -> None:
        self._client = client
        self._reference = reference
        self._company = company

    # Prepare

    def prepare(self, orders: Sequence[SalesOrder]) -> list[Prepared | Failure]:
        """Resolve names and build bodies; what is known from before is not read again."""
        return prepare_each(orders, self._read, self._prepared)

    def lacking(self, orders: Sequence[Named]) -> list[Failure | None]:
        """What Sage lacks of each; a read that failed says nothing about a record."""
        return lacking_each(orders, self._read, self._missing)

    def _read(self, orders: Sequence[SalesOrder | Named]) -> _Known | Failure:
        in_turn = InTurn()
        taxes = in_turn.read(self._reference.taxes)
        accounts = in_turn.read(self._reference.accounts)
        contacts = in_turn.read(lambda: self._reference.contacts(order.account for order in orders))
        items = in_turn.read(lambda: self._reference.items(goods_of(orders)))
        return in_turn.ended or _Known(contacts, items, accounts, taxes)

    def _prepared(self, order: SalesOrder, known: _Known) -> Prepared | Failure:
        held = together(self._missing(order, known))
        if held is not None:
            return held
        contacts, items, accounts, taxes = known.contacts, known.items, known.accounts, known.taxes
        if (
            isinstance(contacts, Failure)
            or isinstance(items, Failure)
            or isinstance(accounts, Failure)
            or isinstance(taxes, Failure)
        ):
            raise ValueError("an order whose names could not be read is held")
        rates = {code: rate for code, (_, rate) in taxes.items()}
        found = Resolved(contacts[order.account], items, accounts, rates)
        payload = order_payload(order, found, self._company)
        return with_payload(order, payload)

    def _missing(self, order: SalesOrder | Named, known: _Known) -> Iterator[Failure]:
        """All that Sage does not have, or that could not be read, the contact first."""
        if order.account or isinstance(order, SalesOrder):
            contact = resolved(known.contacts, order.account, Code.UNKNOWN_CUSTOMER, "customer", "contact")
            if isinstance(contact, Failure):
                yield contact
            elif (differs := currency_differs(order.currency, contact.account, contact.currency)) is not None:
                yield differs
        for line in order.lines:
            yield from self._missing_of_line(line, known)
        shipping = order.shipping if isinstance(order, SalesOrder) else None
        if shipping is not None:
            yield from self._missing_of_line(shipping, known)

    def _missing_of_line(self, line: SalesLine, known: _Known) -> Iterator[Failure]:
        if line.kind is LineKind.GOODS:
            item = resolved(known.items, line.code, Code.UNKNOWN_SKU, "sku", "item")
            if isinstance(item, Failure):
                yield item
            elif line.warehouse not in ("", WAREHOUSE):
                text = (
                    f"this product has only the warehouse {WAREHOUSE!r}, but the line names "
                    f"{line.warehouse!r}"
                )
                yield Failure(Code.UNKNOWN_REFERENCE, text, missing=f"warehouse:{line.warehouse}", sent=False)
        if line.kind is LineKind.CHARGE and line.code not in ("", CARRIAGE):
            text = f"this product has only the charge {CARRIAGE!r} for shipping, not {line.code!r}"
            yield Failure(Code.UNKNOWN_REFERENCE, text, missing=f"charge:{line.code}", sent=False)
        if line.kind is not LineKind.CHARGE:
            code = line.account or self._company.sales_account
            account = resolved(known.accounts, code, Code.UNKNOWN_REFERENCE, "account", "ledger account")
            if isinstance(account, Failure):
                yield account
        if line.tax_code:
            tax = resolved(known.taxes, line.tax_code, Code.UNMAPPED_TAX, "tax", "tax rate")
            if isinstance(tax, Failure):
                yield tax

    # Send

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One POST for one order. ValueError for more."""
        return one_by_one(self.about, batch, self._sent)

    def _sent(self, one: Prepared) -> Outcome:
        made = self._made(one.payload)
        if not isinstance(made, Failure):
            return self._accepted(one, made)
        if GONE in made.details:
            return self._guilty(one, made)
        if made.code is Code.REFUSED:
            self._reference.doubt_names()
        return made

    def _made(self, payload: Mapping[str, Any]) -> Row | Failure:
        """The document of an order: a new one, or what became of one that the same request has made before.

        Such a request is answered with its first answer, for days, whatever was done with the document since: it is
        read again. Void, it is the order, cancelled. One that was deleted is not there, for the look-up either: this
        becomes another order, under an id of its own.
        """
        resource, body = resource_of(self._company.orders), dict(payload)
        before = self._client.server_time  # of the look-up, which goes ahead
        for _ in range(MOST_DELETED):
            made = self._client.create(resource, WRAPPERS[resource], body)
            if isinstance(made, Failure) or not _is_older(made, before):
                return made
            query = {"mark_as_sent": "false"} if resource == INVOICES else None
            there = self._client.entry(resource, text_of(made, "id"), query)
            if isinstance(there, Failure):
                text = (
                    "Sage's answer names an earlier document of the order, which cannot be read: "
                    f"{there.text}"
                )
                return Failure(Code.UNCLEAR_ANSWER, text, there.retry_after)
            if there is not None:
                return there
            body["idempotency_id"] = repeat_id(str(body["idempotency_id"]), text_of(made, "id"))
        return Failure(Code.UNCLEAR_ANSWER, "Sage's answer contains only deleted documents")

    def _guilty(self, one: Prepared, failure: Failure) -> Failure:
        """Sage does not say what it did not find: each record that the order names is asked for (§4)."""
        self._reference.forget()
        held = together(
            answer
            for answer in self.lacking([Named(one.order.account, one.order.currency, one.order.lines)])
            if answer is not None
        )
        return held or failure

    def _accepted(self, sent: Prepared, row: Row) -> Outcome:
        if key_of_document(row) != sent.order.key or text_of(row, "reference") != sent.order.reference:
            return Failure(Code.UNCLEAR_ANSWER, "Sage's answer is about another document, or about none")
        try:
            id, gross = name_of(row, "id"), money_of(row, "total_amount")
        except Unreadable as error:
            return Failure(Code.UNCLEAR_ANSWER, f"Sage's answer cannot be read: {error}")
        kind = KINDS[self._company.orders]
        return Accepted(id, number_of_document(row), kind, status=status_of(row), gross=gross)

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome]:
        """Nothing: every order is answered at once."""
        return {}


def _is_older(row: Row, before: datetime | None) -> bool:
    """Whether a record was made before the answer ahead of it; one that does not say when is looked at, too."""
    try:
        made = values.moment(row.get("created_at"))
    except Unreadable:
        return True
    return made is None or (before is not None and made < before)
