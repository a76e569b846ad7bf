"""Payments of contacts, allocations, and what is not allocated yet (contract §8.4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_sandbox.business_cloud.business import Allocated, Business, shown_name, status
from tidegate_sandbox.business_cloud.contacts import contact_named, same_currency
from tidegate_sandbox.business_cloud.documents import Documents
from tidegate_sandbox.business_cloud.problem import Invalid, not_found
from tidegate_sandbox.business_cloud.resource import Done, Query, Resource
from tidegate_sandbox.business_cloud.values import Body, Fields, named, number_of, uid
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.receivable import EntryKind, Transaction

RECEIPT, REFUND = "CUSTOMER_RECEIPT", "CUSTOMER_REFUND"
KINDS = {RECEIPT: "receipt", REFUND: "refund"}
METHODS = ("CASH", "CHECK", "CREDIT_DEBIT", "ELECTRONIC")
REFERENCE = 25
DELETED = "deleted"


class Payments:
    """Payments and allocations of one business."""

    def __init__(self, business: Business, documents: Documents) -> None:
        self._business = business
        self._company = business.company
        self._documents = documents

    def resources(self) -> list[Resource]:
        """`/contact_payments`, `/contact_allocations`, `/unallocated_artefacts`."""
        return [self._payments(), self._allocations(), self._unallocated()]

    def all(self) -> list[Transaction]:
        """Those that are there."""
        return [one for one in self._company.receivables.table if _is_payment(one)]

    def _payments(self) -> Resource:
        return Resource(
            path="contact_payments",
            wrapper="contact_payment",
            rows=self.all,
            id=lambda one: uid("payment", one.id),
            show=self._show,
            find=self._find,
            stamps=lambda one: (one.created_at, one.updated_at),
            sorts={
                "created_at": lambda one: one.created_at,
                "updated_at": lambda one: one.updated_at,
                "date": lambda one: one.date,
            },
            filters={
                "contact_id": lambda one, value: uid("contact", one.customer_id) == value,
                "bank_account_id": lambda one, value: uid("bank", one.bank_id or 0) == value,
                "transaction_type_id": lambda one, value: KINDS.get(value) == one.kind,
                "from_date": lambda one, value: f"{one.date}" >= value,
                "to_date": lambda one, value: f"{one.date}" <= value,
            },
            lists_deletions=True,
            create=self._pay,
            remove=self._remove,
        )

    def _find(self, id: str) -> Transaction | None:
        found = self._company.receivables.table.get(number_of("payment", id))
        return found if found is not None and _is_payment(found) else None

    def delete(self, one: Transaction) -> None:
        """A payment is deleted: what it was set against is open again, and the books have its reversal."""
        company = self._company
        table = company.receivables.table
        for other in [table[id] for match in one.matches for id in match.other_ids]:
            for match in [each for each in other.matches if one.id in each.other_ids]:
                other.matches.remove(match)
                other.allocated -= match.value
                other.settled_on, other.updated_at = None, company.stamp()
        one.matches.clear()
        one.allocated = Decimal(0)
        bank, customer = company.banks[one.bank_id or 0], company.customers.table[one.customer_id]
        kind: EntryKind = "refund" if one.kind == "receipt" else "receipt"
        undone = company.receivables.pay(
            kind, customer, bank, abs(one.gross), reference=f"VOID-{one.reference}"
        )
        company.receivables.allocate([(one, one.gross), (undone, undone.gross)])
        one.extra[DELETED] = undone.extra[DELETED] = True
        self._business.gone("contact_payments", uid("payment", one.id))

    def _remove(self, one: Transaction, _query: Query) -> Done:
        self.delete(one)
        return Done()

    def _show(self, one: Transaction, _query: Query) -> Body:
        kind = RECEIPT if one.kind == "receipt" else REFUND
        bank = self._company.banks.get(one.bank_id)
        customer = self._company.customers.table[one.customer_id]
        amount, left = abs(one.gross), abs(one.outstanding)
        found: Body = {
            **named(uid("payment", one.id), one.reference, "contact_payments"),
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "transaction": self._documents.transaction(one),
            "transaction_type": named(kind, kind.replace("_", " ").title(), "transaction_types"),
            "payment_method": named(one_method(one), one_method(one).title(), "payment_methods"),
            "contact": self._business.contact(one.customer_id),
            "bank_account": named(uid("bank", bank.id), bank.name, "bank_accounts") if bank else None,
            "date": one.date,
            "net_amount": amount,
            "tax_amount": Decimal(0),
            "total_amount": amount,
            "currency": self._business.currency(customer.currency_id),
            "exchange_rate": one.exchange_rate,
            "reference": one.reference or None,
            "allocated_artefacts": [
                {
                    "id": uid("allocation", match.id),
                    "artefact": self._artefact(other),
                    "amount": abs(match.value),
                }
                for match in one.matches
                for other in match.other_ids
            ],
            "editable": False,
        }
        if left:
            found["payment_on_account"] = {
                **named(uid("on_account", one.id), one.reference, "unallocated_artefacts"),
                "contact_name": shown_name(customer),
                "contact": self._business.contact(one.customer_id),
                "date": one.date,
                "reference": one.reference or None,
                "total_amount": amount,
                "outstanding_amount": left,
                "status": status("PART_PAID" if one.allocated else "UNPAID"),
            }
        return found

    def _artefact(self, transaction_id: int) -> Body:
        """The document behind an entry of the ledger."""
        one = self._company.receivables.table[transaction_id]
        invoice = self._company.invoices.table.first("posted_id", one.id)
        if invoice is not None and not invoice.is_credit:
            return {**named(uid("invoice", invoice.order_id), one.reference, "sales_invoices"), "links": []}
        if invoice is not None:
            return {**named(uid("credit", invoice.id), one.reference, "sales_credit_notes"), "links": []}
        own = next((each for each in self._business.own_credits.values() if each.posted_id == one.id), None)
        if own is not None:
            return {**named(uid("own_credit", own.id), one.reference, "sales_credit_notes"), "links": []}
        return {**named(uid("on_account", one.id), one.reference, "unallocated_artefacts"), "links": []}

    def _entry(self, id: Any) -> Transaction:
        """The ledger's entry of a document that a body names. Problem 404."""
        table = self._company.receivables.table
        order = self._company.orders.table.get(number_of("invoice", id))
        if order is not None:
            invoice = self._business.invoice_of(order)
            if invoice is None:
                raise Invalid(("allocated_artefacts.artefact_id", "is a draft"))
            return self._business.posted(invoice)
        credit = self._company.invoices.table.get(number_of("credit", id))
        own = self._business.own_credits.get(number_of("own_credit", id) or 0)
        found = table.get(number_of("on_account", id))
        if credit is not None:
            found = table.get(credit.posted_id)
        elif own is not None:
            found = table.get(own.posted_id)
        if found is None:
            raise not_found("artefact")
        return found

    def _pay(self, body: Body) -> Transaction:
        fields = Fields(body, self._business.options)
        company = self._company
        kind = KINDS.get(fields.text("transaction_type_id", needed=True))
        if kind is None:
            fields.wrong("transaction_type_id", "is invalid")
        amount = fields.number("total_amount", needed=True) or Decimal(0)
        day = fields.day("date", needed=True) or company.today()
        reference = fields.text("reference", REFERENCE)
        if body.get("payment_method_id") not in (None, *METHODS):
            fields.wrong("payment_method_id", "is invalid")
        if amount <= 0:
            fields.wrong("total_amount", "must be greater than 0")
        fields.raise_faults()
        customer = contact_named(self._business, body.get("contact_id"))
        same_currency(self._business, customer, fields.text("currency_id"))
        bank = company.banks.get(number_of("bank", body.get("bank_account_id")))
        if bank is None:
            raise not_found("bank account")
        rows = [
            (self._entry(one.get("artefact_id")), self._amount(one))
            for one in fields.list("allocated_artefacts")
        ]
        for entry, value in rows:
            if value > abs(entry.outstanding) or entry.customer_id != customer.id:
                raise Invalid(("allocated_artefacts.amount", "is more than the outstanding amount"))
        if sum((value for _, value in rows), Decimal(0)) > amount:
            raise Invalid(("allocated_artefacts", "is more than the total amount"))
        posted = company.receivables.pay(kind, customer, bank, amount, day=day, reference=reference)  # type: ignore[arg-type]
        posted.extra["method"] = body.get("payment_method_id") or "CREDIT_DEBIT"
        sign = -1 if kind == "receipt" else 1
        for entry, value in rows:
            if value:
                company.receivables.allocate([(entry, -sign * value), (posted, sign * value)], day=day)
        return posted

    @staticmethod
    def _amount(body: Body) -> Decimal:
        return rounded(Decimal(str(body.get("amount") or 0)))

    # Allocations

    def _allocations(self) -> Resource:
        return Resource(
            path="contact_allocations",
            wrapper="contact_allocation",
            rows=self._business.allocations.values,
            id=lambda one: uid("allocation", one.id),
            show=lambda one, _query: self._show_allocation(one),
            find=lambda id: self._business.allocations.get(number_of("allocation", id) or 0),
            stamps=lambda one: (one.created_at, one.updated_at),
            sorts={"created_at": lambda one: one.created_at, "updated_at": lambda one: one.updated_at},
            filters={"contact_id": lambda one, value: uid("contact", one.customer_id) == value},
            create=self._allocate,
            remove=lambda _one, _query: Done(),
        )

    def _show_allocation(self, one: Allocated) -> Body:
        return {
            **named(uid("allocation", one.id), f"{one.date}", "contact_allocations"),
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "date": one.date,
            "contact": self._business.contact(one.customer_id),
            "allocated_artefacts": [
                {
                    "id": uid("allocation", one.id * 100 + at),
                    "artefact": {**self._artefact(self._entry(id).id)},
                    "amount": amount,
                }
                for at, (id, amount) in enumerate(one.artefacts)
            ],
        }

    def _allocate(self, body: Body) -> Allocated:
        fields = Fields(body, self._business.options)
        day = fields.day("date") or self._company.today()
        customer = contact_named(self._business, body.get("contact_id"))
        rows = [
            (str(one.get("artefact_id")), self._amount(one)) for one in fields.list("allocated_artefacts")
        ]
        fields.raise_faults()
        entries = [(self._entry(id), amount) for id, amount in rows]
        if any(entry.customer_id != customer.id for entry, _ in entries):
            raise Invalid(("allocated_artefacts.artefact_id", "must be of the same contact"))
        self._company.receivables.allocate(entries, day=day)
        one = self._made(day, customer.id, rows)
        self._business.allocations[one.id] = one
        return one

    def _made(self, day: date, customer_id: int, rows: list[tuple[str, Decimal]]) -> Allocated:
        return self._company.new(Allocated, date=day, customer_id=customer_id, artefacts=rows)

    def _unallocated(self) -> Resource:
        def rows() -> list[Transaction]:
            return [one for one in self._company.receivables.table if one.outstanding]

        return Resource(
            path="unallocated_artefacts",
            rows=rows,
            id=lambda one: str(self._artefact(one.id)["id"]),
            show=lambda one, _query: self._artefact(one.id),
            find=lambda id: next((one for one in rows() if self._artefact(one.id)["id"] == id), None),
            searched=lambda one: (one.reference,),
            filters={"contact_id": lambda one, value: uid("contact", one.customer_id) == value},
        )


def one_method(one: Transaction) -> str:
    """How somebody paid."""
    return str(one.extra.get("method") or "ELECTRONIC")


def _is_payment(one: Transaction) -> bool:
    return one.kind in ("receipt", "refund") and DELETED not in one.extra
