"""Invoices and returns of orders with our key.

Source: contract §6.5, §10. Tax is the sum of the definition's tax subtotals; the other subtotals are lines
without an item. A document is known by its DOCID: the AR invoice behind it gets another record number whenever the
document is changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.money import total
from tidegate.sage.intacct.documents import by_document, changed_documents
from tidegate.sage.intacct.queries import Query, among, in_parts
from tidegate.sage.intacct.rows import Row, day_of, each, figure_of, money_of, name_of, number_of, text_of
from tidegate.sage.intacct.web_orders import HEADER, WebOrder, WebOrders, source_line

FIELDS = (*HEADER, "CUSTVENDID", "CURRENCY", "WHENCREATED", "TRX_TOTAL", "PRRECORDKEY")


@dataclass(frozen=True, slots=True)
class _Parts:
    """What invoices consist of, by document."""

    lines: Mapping[str, Sequence[Row]]
    sources: Mapping[str, Row]  #: lines of the documents in between, by record number
    subtotals: Mapping[str, Sequence[Row]]  #: by the document's record number


class Invoices:
    """Reads invoices and credit notes."""

    def __init__(self, orders: WebOrders) -> None:
        self._orders = orders
        company = orders.company
        self._definitions = [name for name in (company.sales_invoice, company.sales_return) if name]

    def read(self, since: str | None) -> Delta[SalesInvoice] | Failure:
        """Documents that changed since the cursor."""
        changed = changed_documents(self._orders, FIELDS, among("DOCPARID", self._definitions), since)
        if isinstance(changed, Failure):
            return changed
        parts = self._parts(changed.rows)
        if isinstance(parts, Failure):
            return parts
        made, bad = each(
            changed.rows,
            lambda row: self._invoice(row, changed.orders[text_of(row, "DOCID")], parts),
            lambda row: f"invoice {text_of(row, 'DOCNO')}",
        )
        return Delta(tuple(made), changed.changes.parking({0: bad}), changed.changes.full, tuple(bad))

    def _parts(self, rows: Sequence[Row]) -> _Parts | Failure:
        lines = self._orders.lines_of(text_of(row, "DOCID") for row in rows)
        if isinstance(lines, Failure):
            return lines
        between = {text_of(row, "CREATEDFROM") for row in rows} - {""}
        sources: dict[str, Row] = {text_of(line, "RECORDNO"): line for line in lines}
        if between:
            more = self._orders.lines_of(sorted(between))
            if isinstance(more, Failure):
                return more
            sources |= {text_of(line, "RECORDNO"): line for line in more}
        subtotals = self._subtotals([text_of(row, "RECORDNO") for row in rows])
        if isinstance(subtotals, Failure):
            return subtotals
        return _Parts(by_document(lines), sources, subtotals)

    def _subtotals(self, numbers: Sequence[str]) -> dict[str, list[Row]] | Failure:
        found: defaultdict[str, list[Row]] = defaultdict(list)
        fields = ("RECORDNO", "DOCHDRNO", "DESCRIPTION", "TRX_TOTAL")
        for part in in_parts(numbers):
            rows = self._orders.client.read(Query("SODOCUMENTSUBTOTALS", fields, among("DOCHDRNO", part)))
            if isinstance(rows, Failure):
                return rows
            for row in rows:
                found[text_of(row, "DOCHDRNO")].append(row)
        return found

    def _invoice(self, row: Row, order: WebOrder, parts: _Parts) -> SalesInvoice:
        company = self._orders.company
        whole = money_of(row, "TRX_TOTAL")
        gross, sign = abs(whole), -1 if whole < 0 else 1
        subtotals = parts.subtotals.get(text_of(row, "RECORDNO"), ())
        taxes = [one for one in subtotals if text_of(one, "DESCRIPTION") in company.taxes]
        tax = sign * total(money_of(one, "TRX_TOTAL") for one in taxes)
        amounts = frozenset(company.amounts.values())
        charges = [_charge(one, sign, amounts) for one in subtotals if one not in taxes]
        lines = [_line(one, order, parts.sources) for one in parts.lines.get(text_of(row, "DOCID"), ())]
        credit = text_of(row, "DOCPARID") == company.sales_return
        return SalesInvoice(
            id=name_of(row, "DOCID"),
            number=name_of(row, "DOCNO"),
            credit=credit,
            day=day_of(row, "WHENCREATED"),
            account=text_of(row, "CUSTVENDID"),
            order_ids=(order.id,),
            order_keys=(order.key,),
            net=gross - tax,
            tax=tax,
            gross=gross,
            currency=text_of(row, "CURRENCY") or company.currency,
            lines=(*(line for line, _ in lines), *charges),
            posted=text_of(row, "STATE") != "Draft",
            returned=credit,
            bills_others=not all(ours for _, ours in lines),
        )


def _charge(row: Row, sign: int, amounts: Container[str]) -> InvoiceLine:
    """What is billed besides goods and tax: carriage, a fee, a gift card, rounding."""
    return InvoiceLine(
        line_id=f"subtotal/{text_of(row, 'RECORDNO')}",
        line_key="",
        sku="",
        quantity=Decimal(1),
        net=sign * money_of(row, "TRX_TOTAL"),
        amount=text_of(row, "DESCRIPTION") in amounts,
    )


def _line(row: Row, order: WebOrder, sources: Mapping[str, Row]) -> tuple[InvoiceLine, bool]:
    """A line, and whether the order asked for it. Tax is not stated by line."""
    line = source_line(row, order, sources)
    net: Decimal | None = number_of(row, "TRX_VALUE")
    made = InvoiceLine(
        line_id=line.id if line is not None else text_of(row, "RECORDNO"),
        line_key=line.key if line is not None else "",
        sku=name_of(row, "ITEMID"),
        quantity=abs(figure_of(row, "QUANTITY")),
        net=None if net is None else abs(net),
        order_key=order.key if line is not None else "",
    )
    return made, line is not None
