"""Invoices, quotes and credit notes as the API shows them (contract §8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from tidegate_sandbox.business_cloud.business import Business, OwnCredit, reference_of, shown_name, status
from tidegate_sandbox.business_cloud.contacts import due_of
from tidegate_sandbox.business_cloud.values import Body, named, uid
from tidegate_sandbox.erp.invoice import Invoice
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.receivable import Transaction

VOIDED = "void_reason"
QUOTED_AT = "quoted_at"  #: when a quote changed last, where its conversion is no change of it


class Documents:
    """Shows the documents of one business."""

    def __init__(self, business: Business) -> None:
        self._business = business
        self._company = business.company

    # Which there are

    def invoices(self) -> list[Order]:
        """Orders of the kernel that are invoices or drafts, and quotes that became invoices."""
        return [
            one
            for one in self._company.orders.table
            if one.extra.get("form") != "gone"
            and (not self._business.is_quote(one) or self._business.invoice_of(one) is not None)
        ]

    def quotes(self) -> list[Order]:
        """Those that are quotes, converted or not."""
        return [one for one in self._company.orders.table if self._business.is_quote(one)]

    def credits(self) -> list[Invoice | OwnCredit]:
        """Made of invoices, or entered as they are; what voids an invoice is none."""
        made = [one for one in self._company.invoices.table if one.is_credit and "voids" not in one.extra]
        return [*made, *self._business.own_credits.values()]

    # When they changed

    def invoice_stamps(self, one: Order) -> tuple[datetime, datetime]:
        """A payment is a change, too."""
        invoice = self._business.invoice_of(one)
        if invoice is None:
            return one.created_at, one.updated_at
        posted = self._business.posted(invoice)
        made = invoice.created_at if self._business.is_quote(one) else one.created_at
        return made, max(one.updated_at, invoice.updated_at, posted.updated_at)

    def quote_stamps(self, one: Order) -> tuple[datetime, datetime]:
        """A conversion is a change, unless the options say that it is none."""
        return one.created_at, one.extra.get(QUOTED_AT) or one.updated_at

    def credit_stamps(self, one: Invoice | OwnCredit) -> tuple[datetime, datetime]:
        """The same of credit notes."""
        posted = self._company.receivables.table[one.posted_id or 0]
        return one.created_at, max(one.updated_at, posted.updated_at)

    # Invoices

    def texts(self, order: Order, *, invoice: bool) -> Body:
        """Reference, notes and addresses; an invoice made of a quote has its own."""
        found: Body = order.extra.get(
            "invoice_texts" if invoice and "invoice_texts" in order.extra else "texts", {}
        )
        return found

    def invoice_number(self, order: Order) -> str:
        """The number without its prefix; "" for a draft, unless drafts are numbered."""
        invoice = self._business.invoice_of(order)
        if invoice is not None:
            return invoice.number.removeprefix("SI-")
        return order.number.removeprefix("D-") if self._business.options.drafts_numbered else ""

    def show_invoice(self, order: Order, *, allocations: bool = False) -> Body:
        """All attributes of an invoice."""
        business = self._business
        invoice = business.invoice_of(order)
        texts = self.texts(order, invoice=True)
        number = self.invoice_number(order)
        created, updated = self.invoice_stamps(order)
        day = invoice.date if invoice is not None else order.date
        customer = self._company.customers.table[order.customer_id]
        id = uid("invoice", order.id)
        found: Body = {
            **named(id, f"SI-{number}" if number else "Draft", "sales_invoices"),
            "created_at": created,
            "updated_at": updated,
            "links": [
                {"href": f"https://accounts.example/invoices/{id}", "rel": "alternate", "type": "text/html"}
            ],
            "editable": invoice is None,
            **self._head(order, texts),
            "due_date": due_of(customer, day, texts.get("due_date")),
            "date": day,
            "invoice_number_prefix": "SI-",
            "invoice_number": number or None,
            **self._sums(order),
            "sent": bool(order.extra.get("sent")),
            "sent_by_email": False,
            "void_reason": order.extra.get(VOIDED) or None,
            "invoice_lines": self._lines(order, "invoice_line"),
            **self._money(order, invoice),
        }
        if business.is_quote(order):
            found["original_quote_estimate"] = named(uid("quote", order.id), order.number, "sales_quotes")
        if allocations and invoice is not None:
            found["payments_allocations"] = self.allocations(business.posted(invoice))
        return found

    def _head(self, order: Order, texts: Body) -> Body:
        customer = self._company.customers.table[order.customer_id]
        return {
            "contact": self._business.contact(customer.id),
            "contact_name": shown_name(customer),
            "contact_reference": reference_of(customer) or None,
            "reference": texts.get("reference") or order.customer_order_no or None,
            "notes": texts.get("notes") or None,
            "main_address": _address(texts.get("main_address"), self._business.country),
            "delivery_address": _address(texts.get("delivery_address"), self._business.country),
            "currency": self._business.currency(order.currency_id),
            "exchange_rate": order.exchange_rate,
        }

    def _sums(self, order: Order) -> Body:
        carriage = [line for line in order.lines if line.kind == "charge"]
        net, tax = sum((one.net for one in carriage), ZERO), sum((one.tax for one in carriage), ZERO)
        return {
            "shipping_net_amount": net,
            "shipping_tax_amount": tax,
            "shipping_total_amount": net + tax,
            "shipping_tax_rate": self._tax(carriage[0]) if carriage else None,
            "net_amount": order.totals.net,
            "tax_amount": order.totals.tax,
            "total_amount": order.totals.gross,
        }

    def _money(self, order: Order, invoice: Invoice | None) -> Body:
        if invoice is None:
            draft = "VOID" if order.status == "cancelled" else "DRAFT"
            return {
                "status": status(draft),
                "outstanding_amount": order.totals.gross,
                "total_paid": ZERO,
                "last_paid": None,
                "transaction": None,
            }
        posted = self._business.posted(invoice)
        total = invoice.totals.gross
        void = VOIDED in order.extra
        paid = ZERO if void else total - posted.outstanding
        matched = [match.date for match in posted.matches]
        return {
            "status": status("VOID" if void else payment_status(posted)),
            "outstanding_amount": ZERO if void else posted.outstanding,
            "total_paid": paid,
            "last_paid": max(matched) if matched and not void else None,
            "transaction": self.transaction(posted),
            "transaction_type": named("SALES_INVOICE", "Invoice", "transaction_types"),
        }

    def _lines(self, order: Order, kind: str) -> list[Body]:
        return [
            self._line(line, uid(kind, line.id), line.quantity, line.net, line.tax)
            for line in order.lines
            if line.kind in ("item", "text")
        ]

    def _line(
        self, line: OrderLine, id: str, quantity: Decimal, net: Decimal, tax: Decimal, *, goods: bool = True
    ) -> Body:
        account = self._business.account_named(line.revenue.account)
        found: Body = {
            "id": id,
            "displayed_as": line.description,
            "description": line.description,
            "ledger_account": self._business.account(account) if account is not None else None,
            "trade_of_asset": False,
            "quantity": rounded(quantity, 4),
            "unit_price": rounded(line.price, 5),
            "unit_price_includes_tax": False,
            "discount_amount": rounded(line.extra.get("discount", ZERO)),
            "net_amount": net,
            "tax_rate": self._tax(line),
            "tax_amount": tax,
            "total_amount": net + tax,
        }
        if goods and line.item_id is not None:
            item = self._company.items[line.item_id]
            kind = "service" if self._business.item_path(item) == "services" else "product"
            found[kind] = self._business.item(item)
        return found

    def _tax(self, line: OrderLine) -> Body:
        return self._business.tax(self._company.tax_code(line.tax_code_id))

    # Quotes

    def show_quote(self, order: Order) -> Body:
        """All attributes of a quote."""
        open_, invoiced = self._business.options.quote_words
        invoice = self._business.invoice_of(order)
        texts = self.texts(order, invoice=False)
        usual = "DECLINED" if order.status == "cancelled" else open_
        word = order.extra.get("quote_status") or (invoiced if invoice is not None else usual)
        found: Body = {
            **named(uid("quote", order.id), order.number, "sales_quotes"),
            "created_at": order.created_at,
            "updated_at": self.quote_stamps(order)[1],
            "editable": invoice is None,
            **self._head(order, texts),
            "date": order.date,
            "expiry_date": texts.get("expiry_date"),
            "quote_number_prefix": "QU-",
            "quote_number": order.number.removeprefix("QU-"),
            **self._sums(order),
            "status": {"id": word, "displayed_as": word.title()},
            "sent": False,
            "quote_lines": self._lines(order, "quote_line"),
        }
        if invoice is not None:
            id = uid("invoice", order.id)
            found["invoice"] = {**named(id, invoice.number, "sales_invoices"), "links": []}
        return found

    # Credit notes

    def show_credit(self, one: Invoice | OwnCredit, *, allocations: bool = False) -> Body:
        """All attributes of a credit note."""
        posted = self._company.receivables.table[one.posted_id or 0]
        created, updated = self.credit_stamps(one)
        kind = "own_credit" if isinstance(one, OwnCredit) else "credit"
        void = isinstance(one, OwnCredit) and bool(one.void_reason)
        found: Body = {
            **named(uid(kind, one.id), one.number, "sales_credit_notes"),
            "created_at": created,
            "updated_at": updated,
            "editable": False,
            "date": one.date,
            "credit_note_number_prefix": "SC-",
            "credit_note_number": one.number.removeprefix("SC-"),
            **(self._own(one) if isinstance(one, OwnCredit) else self._made(one)),
            "status": status("VOID" if void else payment_status(posted)),
            "outstanding_amount": -posted.outstanding,
            "total_paid": posted.outstanding - posted.gross,
            "sent": False,
            "transaction": self.transaction(posted),
            "transaction_type": named("SALES_CREDIT_NOTE", "Credit note", "transaction_types"),
        }
        return {**found, "payments_allocations": self.allocations(posted)} if allocations else found

    def _made(self, one: Invoice) -> Body:
        """Of one that the program made of an invoice: goods that did not come back stand as text."""
        order = self._company.orders.table[one.order_id]
        lines = {line.id: line for line in order.lines}
        pairs = [(lines[row.order_line_id], row) for row in one.lines]
        carriage = [row for line, row in pairs if line.kind == "charge"]
        net, tax = sum((row.net for row in carriage), ZERO), sum((row.tax for row in carriage), ZERO)
        source = self._business.invoice_of(order)
        named_ = self._business.options.credits_name_order
        texts = self.texts(order, invoice=True)
        head = self._head(order, texts if named_ else {"reference": "-"})
        return {
            **head,
            "reference": head["reference"] if named_ else None,
            "original_invoice_date": f"{source.date:%Y-%m-%d}" if source is not None else None,
            "shipping_net_amount": net,
            "shipping_tax_amount": tax,
            "shipping_total_amount": net + tax,
            "shipping_tax_rate": self._tax(next(line for line, _ in pairs if line.kind == "charge"))
            if carriage
            else None,
            "net_amount": one.totals.net,
            "tax_amount": one.totals.tax,
            "total_amount": one.totals.gross,
            "credit_note_lines": [
                self._line(
                    line,
                    uid("credit_line", row.id),
                    row.quantity,
                    row.net,
                    row.tax,
                    goods=one.returned and row.quantity > 0,
                )
                for line, row in pairs
                if line.kind in ("item", "text")
            ],
        }

    def _own(self, one: OwnCredit) -> Body:
        customer = self._company.customers.table[one.customer_id]
        net, tax, rate = one.shipping or (ZERO, ZERO, "")
        code = self._business.tax_named(rate)
        return {
            "contact": self._business.contact(customer.id),
            "contact_name": shown_name(customer),
            "contact_reference": reference_of(customer) or None,
            "reference": one.texts.get("reference") or None,
            "notes": one.texts.get("notes") or None,
            "original_invoice_date": one.texts.get("original_invoice_date"),
            "currency": self._business.currency(customer.currency_id),
            "shipping_net_amount": net,
            "shipping_tax_amount": tax,
            "shipping_total_amount": net + tax,
            "shipping_tax_rate": self._business.tax(code) if code is not None else None,
            "net_amount": one.net,
            "tax_amount": one.tax,
            "total_amount": one.net + one.tax,
            "credit_note_lines": [
                {**line, "id": uid("own_credit_line", one.id * 1000 + at)}
                for at, line in enumerate(one.lines)
            ],
        }

    # What pays them

    def transaction(self, posted: Transaction) -> Body:
        """The posting behind a document."""
        (journal, *_) = self._company.ledger.by_urn(posted.urn)
        return named(uid("transaction", journal.id), posted.reference, "transactions")

    def allocations(self, posted: Transaction) -> list[Body]:
        """What a document is set against."""
        found: list[Body] = []
        for match in posted.matches:
            for other in match.other_ids:
                one = self._company.receivables.table[other]
                row: Body = {
                    "date": match.date,
                    "type": one.kind,
                    "reference": one.reference or None,
                    "amount": abs(match.value),
                    "displayed_as": one.reference,
                }
                if one.kind in ("receipt", "refund"):
                    row["contact_payment"] = named(uid("payment", one.id), one.reference, "contact_payments")
                found.append(row)
        return found


def payment_status(posted: Transaction) -> str:
    """How far a document is paid."""
    if posted.outstanding == 0:
        return "PAID"
    return "PART_PAID" if posted.allocated else "UNPAID"


def _address(texts: Body | None, country: str) -> Body | None:
    if not texts:
        return None
    code = texts.get("country_id") or country
    names: Iterable[str] = ("address_line_1", "address_line_2", "city", "region", "postal_code")
    return {**{name: texts.get(name) or None for name in names}, "country": named(code, code, "countries")}
