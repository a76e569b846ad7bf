"""Posted invoices and credit notes of orders with our key (contract §11).

Only products have lines: what invoicing elements add to an invoice is the difference between its total and theirs.
"""

from __future__ import annotations

from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.x3.deltas import Stream
from tidegate.sage.x3.documents import Document, Documents
from tidegate.sage.x3.queries import equals
from tidegate.sage.x3.reader import Reader
from tidegate.sage.x3.rows import Row, day_of, figure_of, money_of, name_of, number_of, text_of
from tidegate.sage.x3.web_orders import WebOrders
from tidegate.sage.x3.wire_names import CREDIT_NOTE, FROM_RETURN, POSTED


class Invoices:
    """Reads both kinds."""

    def __init__(self, orders: WebOrders, reader: Reader | None = None) -> None:
        """`reader`: where invoices are exported; None: they are read by REST."""
        self._orders = orders
        self._documents = Documents(
            orders,
            Stream("SINVOICE", "NUM"),
            "SINVOICED",
            lambda row: text_of(row, "STA") == POSTED,
            origins="SINVOICEV",
            reader=reader,
        )

    def read(self, since: str | None) -> Delta[SalesInvoice] | Failure:
        """Documents that are new or changed."""
        read = self._documents.read(since)
        if isinstance(read, Failure):
            return read
        documents, found = read
        returned = self._returned(documents)
        if isinstance(returned, Failure):
            return returned
        made: list[SalesInvoice] = []
        bad: list[BadRow] = []
        parked: list[str] = []
        for one in documents:
            number = text_of(one.row, "NUM")
            try:
                made.append(self._invoice(one, returned=number in returned))
            except Unreadable as error:
                bad.append(BadRow(f"invoice {number}", str(error)))
                parked.append(number)
        return Delta(tuple(made), found.parking(parked), found.full, tuple(bad))

    def _returned(self, documents: list[Document]) -> set[str] | Failure:
        """Credit notes that were made of a return: the goods came back."""
        numbers = [text_of(one.row, "NUM") for one in documents if _is_credit(one.row)]
        terms = {number: (equals("NUM", number),) for number in numbers}
        rows = self._documents.reader.read_pooled("SINVOICEV", terms)
        if isinstance(rows, Failure):
            return rows
        return {text_of(row, "NUM") for row in rows if text_of(row, "SIHORI") == FROM_RETURN}

    def _invoice(self, document: Document, *, returned: bool) -> SalesInvoice:
        row = document.row
        net, gross = abs(money_of(row, "AMTNOT")), abs(money_of(row, "AMTATI"))
        read = [_line(one, document) for one in document.lines]
        lines = [line for line, _ in read]
        elements = _elements(net, gross, lines)
        orders = list(document.orders.values())
        return SalesInvoice(
            id=name_of(row, "NUM"),
            number=name_of(row, "NUM"),
            credit=_is_credit(row),
            day=day_of(row, "ACCDAT"),
            account=text_of(row, "BPR"),
            order_ids=tuple(one.number for one in orders),
            order_keys=tuple(one.key for one in orders),
            net=net,
            tax=gross - net,
            gross=gross,
            currency=text_of(row, "CUR") or self._orders.company.currency,
            lines=(*lines, *elements),
            returned=returned,
            bills_others=not all(ours for _, ours in read),
        )


def _is_credit(row: Row) -> bool:
    return text_of(row, "INVTYP") == CREDIT_NOTE


def _line(row: Row, document: Document) -> tuple[InvoiceLine, bool]:
    """A line, and whether one of our orders asked for it."""
    order = document.orders.get(text_of(row, "SOHNUM"))
    sku = name_of(row, "ITMREF")
    line = order.line(text_of(row, "SOPLIN"), sku) if order is not None else None
    net, gross = number_of(row, "AMTNOTLIN"), number_of(row, "AMTATILIN")
    made = InvoiceLine(
        line_id=line.id if line is not None else text_of(row, "SOPLIN"),
        line_key=line.key if line is not None else "",
        sku=sku,
        quantity=abs(figure_of(row, "QTY")),
        net=None if net is None else abs(net),
        tax=None if net is None or gross is None else abs(gross) - abs(net),
        order_key=order.key if order is not None and line is not None else "",
    )
    return made, line is not None


def _elements(net: Decimal, gross: Decimal, lines: list[InvoiceLine]) -> list[InvoiceLine]:
    """What is billed besides products, as one amount; none where the lines do not state their amounts."""
    if any(line.net is None or line.tax is None for line in lines):
        return []
    rest = net - sum((line.net or ZERO for line in lines), ZERO)
    tax = gross - net - sum((line.tax or ZERO for line in lines), ZERO)
    if not rest and not tax:
        return []
    return [InvoiceLine("elements", "", "", Decimal(1), rest, tax, amount=True)]
