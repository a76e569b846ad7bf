"""Sales orders: prepare, send, look for, cancel.

Source: contract §6, §11, §16. Orders of a batch are functions of one request, each with an outcome of its own.
A control id follows from the order's key alone: a second sending is refused for ever, whatever its content is by
then (a ledger that was restored sends again what the shop has changed since). That refusal says that the order was
made, never which it is, so it is in doubt until it is found by its key. When the look-up then shows that it is not
there any more (a user has deleted it), it is sent once more, under the next id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from xml.etree.ElementTree import Element

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.missing import together
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.domain.parcel import Parcel
from tidegate.sage.intacct import answers
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.contacts import Contacts
from tidegate.sage.intacct.elements import element, text_of
from tidegate.sage.intacct.envelope import Function
from tidegate.sage.intacct.offline import ACCOUNT, Offline
from tidegate.sage.intacct.payloads import CONTACTS, ORDER, Resolved, order_payload
from tidegate.sage.intacct.reference import Customer, Item, Reference
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.intacct.writing import writing
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome
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


@dataclass(frozen=True, slots=True)
class _Known:
    """What the batch's names resolve to; a Failure stands for a read that failed."""

    customers: Mapping[str, Customer] | Failure
    items: Mapping[str, Item] | Failure
    warehouses: Mapping[str, str] | Failure


class Orders:
    """Takes orders."""

    def __init__(
        self,
        client: IntacctClient,
        reference: Reference,
        contacts: Contacts,
        company: IntacctSettings,
        offline: Offline | None = None,
    ) -> None:
        """With `offline`, orders are handed over, and worked on later."""
        self.about = writing(company)
        self._offline = offline
        self._client = client
        self._reference = reference
        self._contacts = contacts
        self._company = company
        self._held: set[str] = set()  #: accounts of which an order was refused, because they are on hold
        self._used: dict[str, int] = {}  #: key -> control ids of it that are known to be used up

    # Prepare

    def prepare(self, orders: Sequence[SalesOrder]) -> list[Prepared | Failure]:
        """Resolve names and build payloads; what is known from before is not read again."""
        return prepare_each(orders, self._read, self._prepared)

    def lacking(self, orders: Sequence[Named]) -> list[Failure | None]:
        """What Intacct lacks of each; a read that failed says nothing about a record."""
        return lacking_each(orders, self._read, self._missing)

    def _read(self, orders: Sequence[SalesOrder | Named]) -> _Known | Failure:
        in_turn = InTurn()
        warehouses = in_turn.read(self._reference.warehouses)
        for account in self._held.intersection(order.account for order in orders):
            self._reference.doubt(account=account)  # the hold may have ended
        customers = in_turn.read(lambda: self._reference.customers(order.account for order in orders))
        items = in_turn.read(lambda: self._reference.items(goods_of(orders)))
        return in_turn.ended or _Known(customers, items, warehouses)

    def _prepared(self, order: SalesOrder, known: _Known) -> Prepared | Failure:
        held = together(self._missing(order, known))
        if held is not None:
            return held
        customers, items, warehouses = known.customers, known.items, known.warehouses
        if isinstance(customers, Failure) or isinstance(items, Failure) or isinstance(warehouses, Failure):
            raise ValueError("an order is held while its mapped codes cannot be read")
        resolved = Resolved(customers[order.account], items, next(iter(warehouses), ""))
        payload = order_payload(order, resolved, self._company)
        return with_payload(order, payload)

    def _missing(self, order: SalesOrder | Named, known: _Known) -> Iterator[Failure]:
        """All that Intacct does not have, or that could not be read, the account first."""
        if order.account or isinstance(order, SalesOrder):
            customer = resolved(known.customers, order.account, Code.UNKNOWN_CUSTOMER, "customer", "customer")
            failure = (
                customer
                if isinstance(customer, Failure)
                else currency_differs(
                    order.currency, customer.account, customer.currency or self._company.currency
                )
                or self._still_held(customer)
            )
            if failure is not None:
                yield failure
        for line in order.lines:
            yield from self._missing_of_line(line, known)

    def _still_held(self, customer: Customer) -> Failure | None:
        """Whether a company takes orders of an account on hold is its own to say: it has refused one before."""
        if customer.account not in self._held:
            return None
        if not customer.on_hold:
            self._held.discard(customer.account)
            return None
        text = f"account {customer.account} is on hold in Intacct; the order goes out when the hold ends"
        return Failure(Code.CUSTOMER_PENDING, text, missing=f"hold:{customer.account}", sent=False)

    def _missing_of_line(self, line: SalesLine, known: _Known) -> Iterator[Failure]:
        company = self._company
        if line.kind is LineKind.COMMENT:
            return
        if line.kind is LineKind.GOODS:
            item = resolved(known.items, line.code, Code.UNKNOWN_SKU, "sku", "item")
            if isinstance(item, Failure):
                yield item
            elif line.warehouse or item.stocked:
                place = line.warehouse or _first(known.warehouses)
                found = resolved(known.warehouses, place, Code.UNKNOWN_REFERENCE, "warehouse", "warehouse")
                if isinstance(found, Failure):
                    yield found
        if line.kind is LineKind.CHARGE and line.code not in company.charges:
            yield _unlisted(Code.UNKNOWN_REFERENCE, "charge", line.code, "`charges`")
        if line.kind is LineKind.FREE_TEXT and line.account not in company.amounts:
            yield _unlisted(Code.UNKNOWN_REFERENCE, "account", line.account, "`amounts`")
        if line.tax_code and line.tax_code not in company.taxes:
            yield _unlisted(Code.UNMAPPED_TAX, "tax", line.tax_code, "`taxes`")

    # Send

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One request for the addresses that are new, one for all orders. ValueError for too many."""
        if len(batch) > self.about.orders_per_call:
            raise ValueError(f"a request takes {self.about.orders_per_call} orders, got {len(batch)}")
        failed = self._contacts.ensure([one for each in batch for one in each.payload[CONTACTS]])
        ready = []
        for one in batch:
            failure = next(
                (
                    failed[each["CONTACTNAME"]]
                    for each in one.payload[CONTACTS]
                    if each["CONTACTNAME"] in failed
                ),
                None,
            )
            if failure is not None:
                yield one.order.key, failure
            else:
                ready.append(
                    (one, Function(self._control_id(one.order.key), element(ORDER, one.payload[ORDER])))
                )
        if not ready:
            return
        functions = [function for _, function in ready]
        if self._offline is not None:
            handed_over = self._offline.hand_over(batch, self._control_ids(batch), functions)
            yield from ((one.order.key, handed_over) for one, _ in ready)
            return
        outcomes = self._client.write(functions)
        for one, function in ready:
            yield one.order.key, self._outcome(one, outcomes[function.control_id])

    def reserve(self, batch: Sequence[Prepared]) -> HandedOver | Failure:
        """Note the offline request that these orders will go in, and its id: no call is made."""
        assert self._offline is not None  # noqa: S101 - the session names no tracking else
        return self._offline.reserve(batch, self._control_ids(batch))

    def _control_ids(self, batch: Sequence[Prepared]) -> dict[str, str]:
        return {one.order.key: self._control_id(one.order.key) for one in batch}

    def _outcome(self, sent: Prepared, made: Element | Failure) -> Outcome:
        if isinstance(made, Failure):
            if made.code is Code.REFUSED:
                goods = (line.code for line in sent.order.lines if line.kind is LineKind.GOODS)
                self._reference.doubt(items=goods, account=sent.order.account)
            return self._not_made(sent.order.key, sent.order.account, made)
        docid = text_of(made, "key")
        number = number_of(docid, self._company.sales_order)
        if not number:
            text = (
                f"Intacct's answer names the document {docid!r}, which is not a {self._company.sales_order}"
            )
            return Failure(Code.UNCLEAR_ANSWER, text)
        return Accepted(docid, number, status=SalesOrderStatus.LIVE)

    def _not_made(self, key: str, account: str, failure: Failure) -> Failure:
        """What a refusal teaches of the order's names."""
        if failure.code is Code.REFUSED:
            self._reference.doubt(account=account)
            self._contacts.forget()
        if failure.code is Code.CUSTOMER_PENDING:
            self._held.add(account)
            return replace(failure, missing=f"hold:{account}")
        if answers.DONE_BEFORE in failure.details:
            # Sent again only after a look-up has shown that the first one is gone (port, guards).
            self._used[key] = self._used.get(key, 0) + 1
        return failure

    def _control_id(self, key: str) -> str:
        return control_id(key, self._used.get(key, 0))

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """What became of offline requests; sent online, every order is answered at once."""
        found = self._offline.collect(parcels) if self._offline is not None else {}
        if isinstance(found, Failure):
            return found
        return {
            key: self._not_made(key, one.details[ACCOUNT], one)
            if isinstance(one, Failure) and ACCOUNT in one.details
            else one
            for key, one in found.items()
        }


def control_id(key: str, used: int) -> str:
    """The control id of an order: it does not depend on the sender or the content; at most 256 characters."""
    return f"{key}/order/{used}" if used else f"{key}/order"


def number_of(docid: str, definition: str) -> str:
    """The number in a DOCID, `<definition>-<number>`; "" for another definition's."""
    return docid.removeprefix(f"{definition}-") if docid.startswith(f"{definition}-") else ""


def _first(warehouses: Mapping[str, str] | Failure) -> str:
    return "" if isinstance(warehouses, Failure) else next(iter(warehouses), "")


def _unlisted(code: Code, kind: str, name: str, key: str) -> Failure:
    text = f"no subtotal is configured for the {kind} {name!r}: see {key} of the company"
    return Failure(code, text, missing=f"{kind}:{name}", sent=False)
