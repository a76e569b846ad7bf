"""Invoices and credit memos of orders with our key. Source: contract §7.2.

No column has an invoice's total: its sums are added up. A credit memo is a document of its own type; its
goods have come back, but where its lines say that others shipped them (A).
"""

from __future__ import annotations

from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.money import ZERO, rounded
from tidegate.reading.document import Unreadable
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.deltas import changes
from tidegate.sage.sage100.documents import Document, Documents, name_of_document
from tidegate.sage.sage100.reference import customer_of
from tidegate.sage.sage100.rows import (
    Row,
    billed_of,
    day_of,
    figure_of,
    money_of,
    name_of,
    number_of,
    text_of,
)
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.web_orders import WebOrders
from tidegate.sage.sage100.wire_names import (
    COMMENT,
    CREDIT_MEMO,
    DISCOUNT,
    INVOICE,
    INVOICE_NUMBER,
    INVOICE_TYPE,
    INVOICES,
    NOT_RETURNED,
    REGULAR,
    SHIPPED,
    TAX,
)


class Invoices:
    """Reads both kinds."""

    def __init__(
        self, client: Sage100Client, orders: WebOrders, documents: Documents, company: Sage100Settings
    ) -> None:
        self._client = client
        self._orders = orders
        self._documents = documents
        self._company = company

    def read(self, since: str | None) -> Delta[SalesInvoice] | Failure:
        """Documents that are new or changed."""
        found = changes(
            self._client, INVOICES, self._documents.columns, name_of_document, since, self._orders.first
        )
        if isinstance(found, Failure):
            return found
        documents = self._documents.posted(
            [row for row in found.rows if text_of(row, INVOICE_TYPE) in (INVOICE, CREDIT_MEMO)]
        )
        if isinstance(documents, Failure):
            return documents
        made: list[SalesInvoice] = []
        bad: list[BadRow] = []
        parked: list[str] = []
        for one in documents:
            try:
                made.append(self._invoice(one))
            except Unreadable as error:
                bad.append(BadRow(f"invoice {text_of(one.row, INVOICE_NUMBER)}", str(error)))
                parked.append(name_of_document(one.row))
        return Delta(tuple(made), found.parking(parked), found.full, tuple(bad))

    def _invoice(self, document: Document) -> SalesInvoice:
        row = document.row
        credit = text_of(row, INVOICE_TYPE) == CREDIT_MEMO
        gross, tax = abs(billed_of(row)), abs(money_of(row, TAX))
        goods = [line for line in document.lines if text_of(line, "ItemType") == REGULAR]
        lines = [
            self._line(line, document) for line in document.lines if text_of(line, "ItemType") != COMMENT
        ]
        return SalesInvoice(
            id=name_of_document(row),
            number=name_of(row, INVOICE_NUMBER),
            credit=credit,
            day=day_of(row, "InvoiceDate"),
            account=customer_of(row, self._company.division),
            order_ids=tuple(document.orders),
            order_keys=tuple(document.orders.values()),
            net=gross - tax,
            tax=tax,
            gross=gross,
            currency=self._company.currency,
            lines=(*lines, *_of_header(row)),
            returned=credit and any(text_of(line, NOT_RETURNED) != "Y" for line in goods),
            bills_others=any(document.order_of(line) not in document.orders for line in document.lines),
        )

    def _line(self, row: Row, document: Document) -> InvoiceLine:
        goods = text_of(row, "ItemType") == REGULAR
        net = number_of(row, "ExtensionAmt")
        return InvoiceLine(
            line_id=text_of(row, "DetailSeqNo"),
            line_key=text_of(row, self._company.line_field),
            sku=name_of(row, "ItemCode") if goods else "",
            quantity=abs(figure_of(row, SHIPPED)) if goods else Decimal(1),
            net=None if net is None else _signed(net, document),
            order_key=document.orders.get(document.order_of(row), ""),
            amount=not goods,
        )


def _signed(net: Decimal, document: Document) -> Decimal:
    """Credit memos are written with a minus: what they give back is positive here, what they take off is not."""
    credit = text_of(document.row, INVOICE_TYPE) == CREDIT_MEMO
    return -net if credit and billed_of(document.row) < 0 else net


def _of_header(row: Row) -> list[InvoiceLine]:
    """Freight and discount, which are no lines in Sage 100."""
    freight, discount = number_of(row, "FreightAmt") or ZERO, number_of(row, DISCOUNT) or ZERO
    sign = -1 if billed_of(row) < 0 else 1
    amounts = (("freight", freight), ("discount", -discount))
    return [
        InvoiceLine(name, "", "", Decimal(1), net=rounded(sign * amount, 2))
        for name, amount in amounts
        if amount
    ]
