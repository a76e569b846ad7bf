"""Sales orders: prepare, look for, send, cancel.

Source: contract §5, §8, §9.6, §10. Sage 200 has no idempotency key and does not refuse a second order
with the same customer's order number (A). So our key is in a field of the order, and orders are
looked for by that field and by the order number: either may have been changed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.missing import together
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.keys import payload_hash
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.domain.parcel import Parcel
from tidegate.sage.port.orders import Found, OrderKey, Prepared
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.preparing import lacking_each, prepare_each, resolved
from tidegate.sage.sage200 import answers
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.fields import Row, id_of, moment_of, readable_number, text_of
from tidegate.sage.sage200.payloads import Resolved, order_body
from tidegate.sage.sage200.queries import equals, query
from tidegate.sage.sage200.reference import Asked, Coded, Customer, Lists, Nominal, Reference
from tidegate.sage.sage200.status_words import status_of
from tidegate.sage.sage200.whose_fault import THIS_CALL
from tidegate.sage.sage200.writing import writing

_R = TypeVar("_R")
_USUAL = re.compile(r"[\w .#/+-]{1,60}")


@dataclass(frozen=True, slots=True)
class _Known:
    """What the batch's codes resolve to; a Failure stands for a read that failed."""

    lists: Lists
    customers: dict[str, Customer | Failure] | Failure
    products: dict[str, Coded | Failure] | Failure
    nominals: dict[str, Nominal | Failure] | Failure


class Orders:
    """The order calls of one company, for one session: taken, looked up, cancelled."""

    def __init__(
        self,
        client: Sage200Client,
        reference: Reference,
        *,
        key_field: str,
        created_by: str,
        currency: str,
        asked: Asked,
    ) -> None:
        """`asked` is the session's memory of what Sage does not have."""
        self.about = writing(key_field)
        self._asked = asked
        self._client = client
        self._reference = reference
        self._key_field = key_field
        self._created_by = created_by
        self._currency = currency.upper()

    # Prepare

    def prepare(self, orders: Sequence[SalesOrder]) -> list[Prepared | Failure]:
        """Resolve codes and build bodies; at most three pooled reads beyond the small lists."""
        return prepare_each(orders, self._read, self._prepared)

    def lacking(self, orders: Sequence[Named]) -> list[Failure | None]:
        """What Sage lacks of each; a read that failed says nothing about a record."""
        return lacking_each(orders, self._read, self._missing)

    def _read(self, orders: Sequence[SalesOrder | Named]) -> _Known | Failure:
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        lines = [line for order in orders for line in order.lines if line.kind is not LineKind.COMMENT]
        # After a read that ends the cycle (locked, halted) no other one may follow.
        customers = self._reference.customers(
            (order.account for order in orders if order.account), self._asked
        )
        if isinstance(customers, Failure) and customers.ends_cycle:
            return customers
        goods = (one.code for one in lines if one.kind is LineKind.GOODS)
        products = self._reference.products(goods, self._asked)
        if isinstance(products, Failure) and products.ends_cycle:
            return products
        nominals = self._reference.nominals((one.account for one in lines if one.account), self._asked)
        return _Known(lists, customers, products, nominals)

    def _prepared(self, order: SalesOrder, known: _Known) -> Prepared | Failure:
        held = together(self._missing(order, known))
        if held is not None:
            return held
        customer = _all_found(known.customers, [order.account])[order.account]
        products = _all_found(known.products, [one.code for one in order.lines if one.kind is LineKind.GOODS])
        nominals = _all_found(known.nominals, [one.account for one in order.lines if one.account])
        resolved = Resolved(customer, known.lists, products, nominals, _only_warehouse(known.lists))
        body = order_body(order, resolved, key_field=self._key_field, created_by=self._created_by)
        if isinstance(body, Failure):
            return body
        return Prepared(order, body, payload_hash(body))

    def _missing(self, order: SalesOrder | Named, known: _Known) -> Iterator[Failure]:
        """All that Sage does not have, or that could not be read, the account first."""
        if order.account or isinstance(order, SalesOrder):
            customer = resolved(known.customers, order.account, Code.UNKNOWN_CUSTOMER, "customer", "account")
            failure = (
                customer
                if isinstance(customer, Failure)
                else self._currency_differs(order.currency, customer, known.lists)
            )
            if failure is not None:
                yield failure
        unfit = _unfit_settings(known.lists)
        if unfit is not None:
            yield unfit
        for line in order.lines:
            if line.kind is not LineKind.COMMENT:
                yield from _missing_of_line(line, known)

    def _currency_differs(self, currency: str, customer: Customer, lists: Lists) -> Failure | None:
        """An order is always in its account's currency (§9.6, `currency_id` is read-only)."""
        if not currency:
            return None
        account = lists.currencies.get(customer.currency_id or 0, "")
        if not account and customer.currency_id is None:
            account = self._currency
        if account == currency.upper():
            return None
        theirs = account or "a currency without ISO code"
        return Failure(
            Code.UNMAPPED_CURRENCY,
            f"the order is in {currency}, but account {customer.reference} is in {theirs}: map the order to "
            f"an account in {currency}",
            missing=f"currency:{currency}",
            sent=False,
        )

    # Look for

    def find(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]] | Failure:
        """Every order that carries one of these keys or order numbers; pooled, paged.

        A number with unusual characters is not asked for, our key is enough: the look-up of a whole
        batch must not fail for one order's number.
        """
        terms = {
            one.key: tuple(
                equals(field, value)
                for field, value in (("customer_document_no", one.reference), (self._key_field, one.key))
                if field == self._key_field or _USUAL.fullmatch(value)
            )
            for one in keys
        }
        select = (
            "id",
            "document_no",
            "document_status",
            "customer_document_no",
            self._key_field,
            "total_gross_value",
            "customer_id",
            "date_time_created",
        )
        read = self._client.read_pooled("/sop_orders", terms, select=select, most=self.about.lookups_per_call)
        if isinstance(read, Failure):
            return read
        rows, bad = read
        if bad:
            key, failure = next(iter(bad.items()))
            return Failure(
                failure.code, failure.text, sent=False, details={"keys": " ".join(bad), "key": key}
            )
        # Who has sent the order may have been another process: this one need not know its account.
        unread = self._reference.learn(
            number for row in rows if (number := id_of(row, "customer_id")) is not None
        )
        if unread is not None:
            return unread
        return {one.key: [self._found(row, one) for row in rows if self._meets(row, one)] for one in keys}

    def _meets(self, row: Row, asked: OrderKey) -> bool:
        key, reference = _identity(row, self._key_field)
        same_number = bool(asked.reference) and reference.casefold() == asked.reference.strip().casefold()
        return key == asked.key or same_number

    def _found(self, row: Row, asked: OrderKey) -> Found:
        key, reference = _identity(row, self._key_field)
        return Found(
            id=text_of(row, "id"),
            number=text_of(row, "document_no"),
            status=status_of(text_of(row, "document_status")),
            key=key,
            reference=reference,
            ours=key == asked.key,
            account=self._reference.account_of(id_of(row, "customer_id")),
            gross=readable_number(row, "total_gross_value"),
            created_at=moment_of(row, "date_time_created"),
        )

    # Send

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One order, one call. ValueError for a batch of more: `orders_per_call` says one."""
        if len(batch) > 1:
            raise ValueError(f"Sage 200 takes one order a call, got {len(batch)}: see orders_per_call")
        for prepared in batch:
            yield prepared.order.key, self._send(prepared)

    def _send(self, prepared: Prepared) -> Outcome:
        answer = self._client.write("POST", "/sop_orders", prepared.payload)
        if isinstance(answer, Failure):
            if answer.code is Code.REFUSED:
                # An id that was cached may be gone: read it again before the next try.
                goods = (one.code for one in prepared.order.lines if one.kind is LineKind.GOODS)
                self._reference.doubt(products=goods, account=prepared.order.account)
            return answer
        row = answers.row(answer)
        number = id_of(row) if row is not None else None
        if row is None or number is None:
            return answers.unreadable(answer)
        key, reference = _identity(row, self._key_field)
        if key != prepared.order.key and (key or reference != prepared.order.reference.strip()):
            # Another order's answer, mixed up on the way: what became of ours is not known.
            named = key or reference or "without Tidegate's key"
            return Failure(Code.UNCLEAR_ANSWER, f"Sage's answer is about another order, {named}")
        return Accepted(
            str(number),
            text_of(row, "document_no"),
            status=status_of(text_of(row, "document_status")),
            gross=readable_number(row, "total_gross_value"),
            details={
                name: value
                for name, value in (
                    ("net", text_of(row, "total_net_value")),
                    ("tax", text_of(row, "total_tax_value")),
                    ("over_credit_limit", text_of(row, "is_credit_limit_exceeded").lower()),
                    ("key", key),
                )
                if value
            },
        )

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome]:
        """Nothing: Sage 200 answers every order at once."""
        return {}

    # Cancel

    def cancel(self, order_id: str, number: str) -> Outcome:
        """Delete an order that nothing has left yet (§5; 403 for others, §11). Gone is cancelled."""
        path = f"/sop_orders/{order_id}"
        row = self._client.read_one(path, query(select=("id", "document_no", "document_status")))
        if isinstance(row, Failure):
            return row
        if row is None:
            return self._gone(order_id, number)
        if text_of(row, "document_no") != number:
            # After a restored backup an id may belong to another order: never delete on the id alone.
            return Failure(
                Code.OTHER_CONTENT,
                (
                    f"Sage's record with the id {order_id} is order {text_of(row, 'document_no')}, not "
                    f"{number}"
                ),
                sent=False,
            )
        if status_of(text_of(row, "document_status")) is SalesOrderStatus.CANCELLED:
            return _cancelled(order_id, number)
        answer = self._client.write("DELETE", path)
        if not isinstance(answer, Failure):
            return answers.deleted(answer, order_id) or _cancelled(order_id, number)
        if answer.code is Code.NOT_PERMITTED or THIS_CALL in answer.details:
            return Failure(
                Code.REFUSED,
                f"Sage does not let order {number} be cancelled: {answer.text}; it may be despatched or "
                "invoiced already, or the signed-in user's role may not delete orders",
                sent=False,
            )
        if (
            answer.code is Code.UNKNOWN_ENDPOINT
            and self._client.read_one(path, query(select=("id",))) is None
        ):
            return self._gone(order_id, number)  # it was deleted in between
        return answer

    def _gone(self, order_id: str, number: str) -> Outcome:
        """Deleted, if the list says so, too: a 404 may also be the path's, or a page's in between."""
        listed = self._client.read(
            "/sop_orders", query(select=("id",), where=f"id eq {int(order_id)}", top=1)
        )
        if isinstance(listed, Failure):
            return listed
        if listed:
            text = f"Sage lists order {number}, but answers 404 when it is read: it is read again"
            return Failure(Code.SERVER_TROUBLE, text, sent=False)
        return _cancelled(order_id, number)


def _cancelled(order_id: str, number: str) -> Accepted:
    """Cancelled, or deleted: for the store it is the same."""
    return Accepted(order_id, number, status=SalesOrderStatus.CANCELLED)


def _all_found(found: dict[str, _R | Failure] | Failure, codes: Iterable[str]) -> dict[str, _R]:
    """What was found for these codes, once nothing is missing."""
    if isinstance(found, Failure):
        return {}
    return {code: each for code in codes if not isinstance(each := found[code], Failure)}


def _missing_of_line(line: SalesLine, known: _Known) -> Iterator[Failure]:
    """What a line names and Sage does not have."""
    if line.kind is LineKind.GOODS:
        product = resolved(known.products, line.code, Code.UNKNOWN_SKU, "sku", "product")
        if isinstance(product, Failure):
            yield product
    if line.account:
        nominal = resolved(known.nominals, line.account, Code.UNKNOWN_REFERENCE, "account", "nominal code")
        if isinstance(nominal, Failure):
            yield nominal
    unlisted = _unlisted(line.kind, line.code, line.tax_code, line.warehouse, known.lists)
    if unlisted is not None:
        yield unlisted


def _unlisted(kind: LineKind, code: str, tax_code: str, warehouse: str, lists: Lists) -> Failure | None:
    """What a line names and the small lists do not have."""
    if tax_code and tax_code.strip().upper() not in lists.taxes:
        return Failure(
            Code.UNMAPPED_TAX, f"Sage has no tax code {tax_code!r}", missing=f"tax:{tax_code}", sent=False
        )
    if kind is LineKind.CHARGE and code.strip().upper() not in lists.charges:
        text = f"Sage has no additional charge {code!r}"
        return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"charge:{code}", sent=False)
    if kind is LineKind.GOODS:
        if warehouse and warehouse.strip().upper() not in lists.warehouses:
            text = f"Sage has no warehouse {warehouse!r}"
            return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"warehouse:{warehouse}", sent=False)
        if not warehouse and _only_warehouse(lists) is None:
            text = "Sage has several warehouses: set warehouse in the connection"
            return Failure(Code.UNKNOWN_REFERENCE, text, missing="warehouse:", sent=False)
    return None


def _unfit_settings(lists: Lists) -> Failure | None:
    if not lists.settings.prices_include_tax:
        return None
    return Failure(
        Code.UNKNOWN_REFERENCE,
        "Sage's order prices include tax (sop_settings.are_prices_tax_inclusive); the hub sends them without",
        missing="setting:prices-without-tax",
        sent=False,
    )


def _only_warehouse(lists: Lists) -> Coded | None:
    """The warehouse where none is named: the only one, or Sage's default HOME (§9.4)."""
    if len(lists.warehouses) == 1:
        return next(iter(lists.warehouses.values()))
    return lists.warehouses.get("HOME")


def _identity(row: Row, key_field: str) -> tuple[str, str]:
    return text_of(row, key_field).strip(), text_of(row, "customer_document_no").strip()
