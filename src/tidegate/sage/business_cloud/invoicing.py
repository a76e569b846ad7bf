"""The invoice of a draft, which is released, or of a quote, of which an invoice is made (contract §8.2, §8.3).

The document is looked at first: what users, or a call whose answer was lost, have invoiced is not invoiced again. The
invoice of a quote has the quote's present content, with the changes that users have made.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.rows import Row, id_of, inside, money_of, rows_of, text_of
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.web_documents import (
    INVOICES,
    WRAPPERS,
    is_open,
    is_quote,
    is_void,
    key_of_document,
    number_of_document,
    resource_of,
    state_of,
)
from tidegate.sage.business_cloud.wire_names import DECLINED
from tidegate.sage.business_cloud.writing import repeat_id
from tidegate.sage.port.outcomes import Accepted, Kind, Outcome

UNSENT = {"mark_as_sent": "false"}
TEXTS = ("reference", "notes")
ADDRESSES = ("main_address", "delivery_address")
PLACE = ("address_line_1", "address_line_2", "city", "region", "postal_code")
FIGURES = ("description", "quantity", "unit_price", "discount_amount", "tax_amount")
NAMED = ("product", "service", "ledger_account", "tax_rate", "eu_goods_services_type")


class Invoicing:
    """Releases drafts and converts quotes."""

    def __init__(
        self, client: BusinessCloudClient, company: BusinessCloudSettings, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._company = company
        self._now = now

    def invoice(self, order_id: str, number: str) -> Outcome:
        """Make the invoice of an order's document, unless it has one."""
        done = self._made(order_id, number)
        if isinstance(done, Failure) and done.code is Code.REFUSED and done.sent:
            row = self._there(order_id, number)  # a user or a lost call may have invoiced it already
            return done if isinstance(row, Failure) else _invoiced(row) or done
        return done

    def _made(self, order_id: str, number: str) -> Outcome:
        row = self._there(order_id, number)
        if isinstance(row, Failure):
            return row
        there = _invoiced(row)
        if there is not None:
            return there
        if resource_of(self._company.orders) == INVOICES:
            return self._released(row)
        return self._converted(row)

    def _there(self, order_id: str, number: str) -> Row | Failure:
        """The order's document, if it can be invoiced or is invoiced already."""
        resource = resource_of(self._company.orders)
        row = self._client.entry(resource, order_id, UNSENT if resource == INVOICES else None)
        if isinstance(row, Failure):
            return row
        name = number or order_id
        if row is None:
            return Failure(Code.REFUSED, f"Sage no longer has the document {name}", sent=False)
        if not key_of_document(row):
            return Failure(
                Code.OTHER_CONTENT, f"Sage's document {name} does not have Tidegate's key", sent=False
            )
        if is_void(row) or state_of(row) == DECLINED:
            text = f"Sage's document {name} is {state_of(row).lower()}, but the store has shipped it"
            return Failure(Code.REFUSED, text, sent=False)
        return row

    def _released(self, row: Row) -> Outcome:
        made = self._client.release(INVOICES, text_of(row, "id"))
        if isinstance(made, Failure):
            return made
        return _invoiced(made) or Failure(Code.UNCLEAR_ANSWER, "Sage's answer shows that it is still a draft")

    def _converted(self, quote: Row) -> Outcome:
        made = self._client.create(INVOICES, WRAPPERS[INVOICES], self._body(quote))
        if isinstance(made, Failure):
            return made
        if id_of(made, "original_quote_estimate") != text_of(quote, "id"):
            return Failure(Code.UNCLEAR_ANSWER, "Sage answered with the invoice of another quote, or of none")
        if is_void(made):
            text = f"the invoice {number_of_document(made)} of this quote was voided: make a new one in Sage"
            return Failure(Code.REFUSED, text, sent=False)
        return _accepted(made, text_of(quote, "id"), number_of_document(made))

    def _body(self, quote: Row) -> dict[str, Any]:
        """The invoice that says what the quote says. One request for a quote, on whatever day it is repeated."""
        today = self._now().astimezone(ZoneInfo(self._company.time_zone)).date()
        id = text_of(quote, "id")
        body: dict[str, Any] = {
            "original_quote_estimate_id": id,
            "contact_id": id_of(quote, "contact"),
            "date": f"{today:%Y-%m-%d}",
            "currency_id": id_of(quote, "currency"),
            **{name: text_of(quote, name) for name in TEXTS},
            **{name: _address(inside(quote, name)) for name in ADDRESSES},
            "shipping_net_amount": quote.get("shipping_net_amount"),
            "shipping_tax_rate_id": id_of(quote, "shipping_tax_rate"),
            "invoice_lines": [self._line(line) for line in rows_of(quote, "quote_lines")],
            "idempotency_id": repeat_id(self._company.identity, "invoice of quote", id),
        }
        return {field: value for field, value in body.items() if value not in (None, "", {})}

    def _line(self, line: Row) -> dict[str, Any]:
        made = {field: line.get(field) for field in FIGURES}
        made |= {f"{name}_id": id_of(line, name) for name in NAMED}
        if self._company.currency_tax_amount:
            made["currency_tax_amount"] = line.get("tax_amount")
        return {field: value for field, value in made.items() if value not in (None, "")}


def _address(row: Row) -> dict[str, str]:
    made = {field: text_of(row, field) for field in PLACE} | {"country_id": id_of(row, "country")}
    return {field: value for field, value in made.items() if value}


def _invoiced(row: Row) -> Accepted | None:
    """What to say of a document that is an invoice by now, or has one."""
    if is_open(row):
        return None
    number = text_of(inside(row, "invoice"), "displayed_as") if is_quote(row) else number_of_document(row)
    return _accepted(row, text_of(row, "id"), number)


def _accepted(row: Row, order_id: str, number: str) -> Accepted:
    try:
        gross = money_of(row, "total_amount")
    except Unreadable:
        gross = None
    return Accepted(order_id, number, Kind.INVOICE, gross=gross)
