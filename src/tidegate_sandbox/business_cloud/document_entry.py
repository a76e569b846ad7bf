"""Documents entered, released, converted and voided (contract §8.1 to §8.3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_sandbox.business_cloud.business import Business, OwnCredit
from tidegate_sandbox.business_cloud.contacts import address_of, contact_named, country_of, same_currency
from tidegate_sandbox.business_cloud.documents import QUOTED_AT, VOIDED
from tidegate_sandbox.business_cloud.lines import Entered, Entry, shipping_of, with_shipping
from tidegate_sandbox.business_cloud.problem import Invalid, not_found
from tidegate_sandbox.business_cloud.values import Body, Fields, number_of, uid
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.receivable import NominalShare, TaxShare

REFERENCE, NOTES, REASON = 25, 2000, 200


class DocumentEntry:
    """Enters documents of one business."""

    def __init__(self, business: Business) -> None:
        self._business = business
        self._company = business.company

    # Invoices and quotes

    def invoice(self, body: Body) -> Order:
        """A new invoice, released at once unless its status is DRAFT."""
        fields = Fields(body, self._business.options)
        customer, texts, lines, day = self._read(fields, "invoice_lines")
        state = body.get("status_id")
        if state not in (None, "", "DRAFT", "UNPAID"):
            fields.wrong("status_id", "is invalid")
        quote = self._quote_of(body)
        fields.raise_faults()
        if quote is not None:
            self._company.orders.replace_lines(quote, lines)
            quote.extra["invoice_texts"] = texts
            order = quote
        else:
            order = self._enter(customer, texts, lines, day, {"form": "invoice"})
        if state != "DRAFT":
            self.post(order, day)
        return order

    def _quote_of(self, body: Body) -> Order | None:
        asked = body.get("original_quote_estimate_id")
        if not asked:
            return None
        found = self._company.orders.table.get(number_of("quote", asked))
        if found is None or not self._business.is_quote(found):
            raise not_found()
        if self._business.invoice_of(found) is not None:
            raise Invalid(("original_quote_estimate_id", "has already been invoiced"))
        return found

    def quote(self, body: Body) -> Order:
        """A new quote: nothing is posted, and no stock is touched."""
        fields = Fields(body, self._business.options)
        customer, texts, lines, day = self._read(fields, "quote_lines", quote=True)
        texts["expiry_date"] = fields.day("expiry_date", needed=True)
        fields.raise_faults()
        self._business.quotes += 1
        generated, rules = self._company.rules.order_numbers_generated, self._company.rules
        rules.order_numbers_generated = False
        try:
            number = f"QU-{self._business.quotes}"
            return self._enter(customer, texts, lines, day, {"form": "quote"}, number=number)
        finally:
            rules.order_numbers_generated = generated

    def _read(
        self, fields: Fields, name: str, *, quote: bool = False
    ) -> tuple[Customer, Body, list[NewLine], date]:
        customer = contact_named(self._business, fields.body.get("contact_id"))
        day = fields.day("date", needed=True)
        texts: Body = {
            "reference": fields.text("reference", REFERENCE),
            "notes": fields.text("notes", NOTES),
            "due_date": fields.day("due_date"),
        }
        for each in ("main_address", "delivery_address"):
            if fields.body.get(each) is not None:
                texts[each] = address_of(fields.record(each))
        same_currency(self._business, customer, fields.text("currency_id"))
        abroad = country_of(customer, self._business) != self._business.country
        entered = Entry(self._business, abroad, quote).lines(fields, name)
        shipping = shipping_of(fields, self._business, abroad=abroad)
        place = next(iter(self._company.warehouses)).id
        lines = with_shipping([one.new_line(place) for one in entered], shipping)
        return customer, texts, lines, day or self._company.today()

    def _enter(
        self,
        customer: Customer,
        texts: Body,
        lines: list[NewLine],
        day: date,
        extra: dict[str, Any],
        number: str = "",
    ) -> Order:
        return self._company.orders.enter(
            NewOrder(
                customer_id=customer.id,
                lines=lines,
                number=number,
                customer_order_no=texts["reference"],
                external_key=texts["reference"],  # what came by the API is known by it
                date=day,
                override_hold=True,
                extra={**extra, "texts": texts},
            )
        )

    def post(self, order: Order, day: date | None = None) -> None:
        """Release an order as an invoice: all of it, and its goods leave, whether they are there or not."""
        business, company = self._business, self._company
        if business.invoice_of(order) is not None:
            raise Invalid(("status_id", "is not a draft"))
        if order.status == "cancelled":
            raise Invalid(("status_id", "is void"))
        if business.is_quote(order) and not business.options.conversion_touches_quote:
            order.extra[QUOTED_AT] = order.updated_at
        company.calendar.require_open(day or company.today())
        order.status = "live"
        for line in order.lines:
            if line.is_stocked and line.despatched < line.quantity:
                missing = line.quantity - line.despatched
                company.stock.release(line)
                holding = company.stock.holding(line.item_id or 0, line.warehouse_id or 0)
                if holding is not None:
                    holding.allocated_orders += missing  # the kernel takes it off again with the invoice
                line.despatched = line.quantity
        quantities = {line.id: line.quantity for line in order.lines if line.has_value and line.quantity > 0}
        keeps = business.options.drafts_numbered and order.number.startswith("D-")
        number = f"SI-{order.number.removeprefix('D-')}" if keeps else ""
        left = [one.id for one in company.despatches.table.find("order_id", order.id)]  # they wait no more
        company.invoices.make(order, quantities, despatch_ids=left, day=day or company.today(), number=number)
        order.updated_at = company.stamp()

    def release(self, order: Order) -> Order:
        """`POST …/release`."""
        self.post(order)
        return order

    def change_invoice(self, order: Order, body: Body) -> Order:
        """Texts of any; lines of a draft, which are replaced as a whole."""
        fields = Fields(body, self._business.options)
        texts = order.extra.setdefault("texts", {})
        for name, length in (("reference", REFERENCE), ("notes", NOTES)):
            if name in body:
                texts[name] = fields.text(name, length)
        if "due_date" in body:
            texts["due_date"] = fields.day("due_date")
        if "invoice_lines" in body:
            if self._business.invoice_of(order) is not None:
                fields.wrong("invoice_lines", "can't be changed")
            else:
                named = {"contact_id": uid("contact", order.customer_id), "date": "2000-01-01", **body}
                whole = Fields(named, self._business.options)
                _, _, lines, _ = self._read(whole, "invoice_lines")
                fields.faults += whole.faults
                fields.raise_faults()
                self._company.orders.replace_lines(order, lines)
        fields.raise_faults()
        order.updated_at = self._company.stamp()
        return order

    def void(self, order: Order, reason: str) -> Order:
        """Void an invoice, or a draft, for which no reason is asked. Problem 422 while payments are allocated."""
        business, company = self._business, self._company
        invoice = business.invoice_of(order)
        if VOIDED in order.extra or (invoice is None and order.status == "cancelled"):
            raise Invalid(("status_id", "is void already"))
        if invoice is None:
            company.orders.cancel(order)
            order.extra[VOIDED] = reason
            return order
        if not reason.strip():
            raise Invalid(("void_reason", "can't be blank"))
        if len(reason) > REASON:
            raise Invalid(("void_reason", f"is too long (maximum is {REASON} characters)"))
        posted = business.posted(invoice)
        if posted.allocated or company.invoices.of_order(order.id)[1:]:
            raise Invalid(("", "Invoice has payments or credit notes allocated and can't be voided"))
        if invoice.totals.gross or invoice.lines:
            undone = company.invoices.credit(order, returned=True, number=f"VOID-{invoice.number}")
            undone.extra["voids"] = invoice.id
            if posted.outstanding:
                value = posted.outstanding
                company.receivables.allocate([(posted, value), (business.posted(undone), -value)])
        order.extra[VOIDED] = reason
        order.status = "cancelled"
        order.updated_at = company.stamp()
        return order

    def delete_quote(self, order: Order) -> None:
        """Quotes are really deleted."""
        if self._business.invoice_of(order) is not None:
            raise Invalid(("", "Quote has been invoiced and can't be deleted"))
        self._company.orders.delete(order)

    # Credit notes

    def credit(self, body: Body) -> OwnCredit:
        """A credit note of its own: goods that are named come back."""
        fields = Fields(body, self._business.options)
        business, company = self._business, self._company
        customer = contact_named(business, body.get("contact_id"))
        day = fields.day("date", needed=True) or company.today()
        abroad = country_of(customer, business) != business.country
        entered = Entry(business, abroad).lines(fields, "credit_note_lines")
        shipping = shipping_of(fields, business, abroad=abroad)
        same_currency(business, customer, fields.text("currency_id"))
        original = fields.day("original_invoice_date")
        texts: Body = {
            "reference": fields.text("reference", REFERENCE),
            "notes": fields.text("notes", NOTES),
            "original_invoice_date": f"{original:%Y-%m-%d}" if original is not None else None,
        }
        fields.raise_faults()
        carriage = (shipping[0], shipping[1]) if shipping is not None else (ZERO, ZERO)
        net = sum((one.net for one in entered), carriage[0])
        tax = sum((one.tax for one in entered), carriage[1])
        one = company.new(
            OwnCredit,
            number=company.numbering.credit.format(9000 + len(business.own_credits) + 1),
            customer_id=customer.id,
            date=day,
            texts=texts,
            lines=[self._shown(line) for line in entered],
            net=net,
            tax=tax,
            shipping=None if shipping is None else (shipping[0], shipping[1], business.tax_id(shipping[2])),
        )
        shares = [TaxShare(line.rate.id, line.net, line.tax) for line in entered]
        nominal = [NominalShare(line.account.target, line.net, one.number) for line in entered]
        if shipping is not None:
            shares.append(TaxShare(shipping[2].id, shipping[0], shipping[1]))
            nominal.append(NominalShare(company.freight, shipping[0], one.number))
        posted = company.receivables.post(
            "credit_note",
            customer,
            day=day,
            reference=one.number,
            second_reference=texts["reference"],
            tax_shares=shares,
            nominal_shares=nominal,
        )
        one.posted_id = posted.id
        place = next(iter(company.warehouses)).id
        for line in entered:
            if line.item is not None and line.item.kind == "stock":
                company.stock.move(line.item.id, place, line.quantity, f"Goods out {one.number}")
        business.own_credits[one.id] = one
        return one

    def _shown(self, line: Entered) -> Body:
        business = self._business
        found: Body = {
            "displayed_as": line.description,
            "description": line.description,
            "ledger_account": business.account(line.account),
            "quantity": line.quantity,
            "unit_price": line.price,
            "discount_amount": line.discount,
            "net_amount": line.net,
            "tax_rate": business.tax(line.rate),
            "tax_amount": line.tax,
            "total_amount": line.net + line.tax,
        }
        if line.item is not None:
            kind = "service" if business.item_path(line.item) == "services" else "product"
            found[kind] = business.item(line.item)
        return found

    def void_credit(self, one: Any, reason: str) -> Any:
        """Void a credit note of its own; one of an invoice stays, here."""
        if not isinstance(one, OwnCredit) or one.void_reason:
            raise Invalid(("", "Credit note can't be voided"))
        posted = self._company.receivables.table[one.posted_id]
        if posted.allocated or not reason.strip():
            raise Invalid(("void_reason", "can't be blank"))
        customer = self._company.customers.table[one.customer_id]
        undone = self._company.receivables.post(
            "invoice",
            customer,
            reference=f"VOID-{one.number}",
            tax_shares=posted.tax_shares,
            nominal_shares=[
                NominalShare(each.target, each.value, each.narrative) for each in posted.nominal_shares
            ],
        )
        value = Decimal(undone.outstanding)
        self._company.receivables.allocate([(undone, value), (posted, -value)])
        one.void_reason = reason
        one.updated_at = self._company.stamp()
        return one
