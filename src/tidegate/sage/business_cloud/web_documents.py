"""Quotes, drafts and invoices that carry our key: the tie from Sage's documents back to the store.

Source: contract §8, §9. What an order became is its *first* document: the invoice itself, the draft that is released under
the same id, or the quote, which stays beside the invoice that is made of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud.rows import Row, id_of, name_of, number_of, rows_of, text_of
from tidegate.sage.business_cloud.settings import Form
from tidegate.sage.business_cloud.trace import Trace, trace_of
from tidegate.sage.business_cloud.wire_names import DECLINED, DRAFT, VOID
from tidegate.sage.port.outcomes import Kind

INVOICES, QUOTES, CREDITS = "sales_invoices", "sales_quotes", "sales_credit_notes"
KINDS = {"invoice": Kind.INVOICE, "quote": Kind.QUOTE, "draft": Kind.DRAFT}
WRAPPERS = {INVOICES: "sales_invoice", QUOTES: "sales_quote"}
LINES = {INVOICES: "invoice_lines", QUOTES: "quote_lines", CREDITS: "credit_note_lines"}


def resource_of(form: Form) -> str:
    """The resource of orders of this form."""
    return QUOTES if form == "quote" else INVOICES


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A line; `key` is the key that we sent with it, "" for a line that others added."""

    id: str
    key: str
    item_id: str
    text: str
    quantity: Decimal
    net: Decimal | None
    tax: Decimal | None


def is_quote(row: Row) -> bool:
    """Whether a document is a quote."""
    return "quote_number" in row or "quote_lines" in row


def state_of(row: Row) -> str:
    """The word of its status."""
    return id_of(row, "status")


def number_of_document(row: Row) -> str:
    """The number that a document shows; "" for a draft that has none yet."""
    for prefix, number in (
        ("invoice_number_prefix", "invoice_number"),
        ("quote_number_prefix", "quote_number"),
        ("credit_note_number_prefix", "credit_note_number"),
    ):
        if text_of(row, number):
            return f"{text_of(row, prefix)}{text_of(row, number)}"
    return ""


def status_of(row: Row) -> SalesOrderStatus:
    """The order's status by its document: an invoiced order is complete, for there are no shipments."""
    if is_quote(row):
        if id_of(row, "invoice"):
            return SalesOrderStatus.COMPLETE
        return SalesOrderStatus.CANCELLED if state_of(row) == DECLINED else SalesOrderStatus.LIVE
    match state_of(row):
        case "VOID":
            return SalesOrderStatus.CANCELLED
        case "DRAFT" | "PRO_FORMA":
            return SalesOrderStatus.LIVE
    return SalesOrderStatus.COMPLETE


def is_open(row: Row) -> bool:
    """Whether it is still to be invoiced: it holds goods, and Sage takes none off for it."""
    if is_quote(row):
        return not id_of(row, "invoice") and state_of(row) != DECLINED
    return state_of(row) == DRAFT


def is_void(row: Row) -> bool:
    """Whether the document is void."""
    return state_of(row) == VOID


def document_lines(row: Row, resource: str, trace: Trace | None) -> list[DocumentLine]:
    """The lines of a document with our keys, where we sent it. Raises Unreadable.

    Keys are in the order in which the lines were sent. Where users have changed the lines, they are left out: a line is
    known by its product then.
    """
    rows = rows_of(row, LINES[resource])
    keys: Sequence[str] = (
        trace.lines if trace is not None and len(trace.lines) == len(rows) else [""] * len(rows)
    )
    return [_line(each, key) for each, key in zip(rows, keys, strict=True)]


def _line(row: Row, key: str) -> DocumentLine:
    quantity = number_of(row, "quantity")
    return DocumentLine(
        name_of(row, "id"),
        key,
        id_of(row, "product") or id_of(row, "service"),
        text_of(row, "description"),
        Decimal(1) if quantity is None else quantity,
        number_of(row, "net_amount"),
        number_of(row, "tax_amount"),
    )


def sku_of(line: DocumentLine, codes: Mapping[str, str]) -> str:
    """The code of a line's product; "" for a text. Raises Unreadable for an unknown product."""
    if not line.item_id:
        return ""
    code = codes.get(line.item_id)
    if not code:
        raise Unreadable("a line names a product without a code", "product")
    return code


def key_of_document(row: Row) -> str:
    """Our key, "" where there is none."""
    found = trace_of(text_of(row, "notes"))
    return found.key if found is not None else ""


def outstanding(row: Row) -> Decimal:
    """What is not paid of it. Raises Unreadable."""
    return ZERO if is_void(row) else abs(number_of(row, "outstanding_amount") or ZERO)
