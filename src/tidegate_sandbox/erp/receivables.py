"""The sales ledger: invoices, credit notes, receipts, refunds, and what is set against what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from tidegate_sandbox.erp.bank import Bank
from tidegate_sandbox.erp.company_setup import CompanySetup
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.customers import Customers
from tidegate_sandbox.erp.journal import Ledger
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.receivable import EntryKind, Match, NominalShare, TaxShare, Transaction
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.table import Table


class Receivables:
    """The sales ledger of one company."""

    def __init__(self, company: CompanySetup, ledger: Ledger, customers: Customers) -> None:
        self._company = company
        self._ledger = ledger
        self._customers = customers
        self.table: Table[Transaction] = Table(
            customer_id=lambda one: one.customer_id,
            reference=lambda one: one.reference or None,
            urn=lambda one: one.urn,
        )

    def post(
        self,
        kind: EntryKind,
        customer: Customer,
        *,
        tax_shares: list[TaxShare],
        nominal_shares: list[NominalShare],
        day: date | None = None,
        due: date | None = None,
        reference: str = "",
        second_reference: str = "",
        exchange_rate: Decimal = Decimal("1.000000"),
        source: str = "sales",
        user: str = "",
    ) -> Transaction:
        """Post an invoice or credit note from its shares (positive values).

        Debtors against revenue and tax, balanced, under one URN. Refusals ``closed_period``, ``unknown``
        account, ``invalid`` when the nominal shares do not add up to the goods.
        """
        company = self._company
        day = day if day is not None else company.today()
        goods = sum((share.goods for share in tax_shares), ZERO)
        tax = sum((share.tax for share in tax_shares), ZERO)
        if sum((share.value for share in nominal_shares), ZERO) != goods:
            raise Refusal("invalid", "The nominal analysis does not add up to the goods value.", "nominal")
        sign = 1 if kind == "invoice" else -1
        entries = [(self._ledger.control("debtors"), sign * (goods + tax), customer.code)]
        entries += [(share.target, -sign * share.value, share.narrative) for share in nominal_shares]
        entries += [
            (Target(company.tax_code(share.tax_code_id).account), -sign * share.tax, reference)
            for share in tax_shares
        ]
        journal = self._ledger.post(day, source, reference, entries, user=user)
        stamp = company.stamp()
        one = Transaction(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            customer_id=customer.id,
            kind=kind,
            reference=reference,
            second_reference=second_reference,
            date=day,
            posted_on=company.today(),
            due_date=due if due is not None else self.due_date(customer, day),
            goods=sign * goods,
            tax=sign * tax,
            gross=sign * (goods + tax),
            exchange_rate=exchange_rate,
            urn=journal.urn,
            user=user or company.user,
            source=source,
            tax_shares=tax_shares,
            nominal_shares=nominal_shares,
        )
        journal.transaction_id = one.id
        return self._book(one, customer)

    def due_date(self, customer: Customer, day: date) -> date:
        """When a document of ``day`` is due by the customer's terms."""
        if customer.terms_basis == "document_date":
            return day + timedelta(days=customer.terms_days)
        month_end = (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        return month_end + timedelta(days=customer.terms_days)

    def _book(self, one: Transaction, customer: Customer) -> Transaction:
        self.table.add(one)
        customer.balance += one.gross
        customer.updated_at = self._company.stamp()
        if one.gross == 0:
            one.settled_on = one.date
        return one

    def pay(
        self,
        kind: EntryKind,
        customer: Customer,
        bank: Bank,
        value: Decimal,
        *,
        day: date | None = None,
        reference: str = "",
        second_reference: str = "",
        discount: Decimal = ZERO,
        source: str = "sales",
        user: str = "",
    ) -> Transaction:
        """Post a receipt (``receipt``) or a refund (``refund``) of a positive value.

        Refusals ``invalid`` for a value that is not positive, ``closed_period``.
        """
        company = self._company
        value, discount = rounded(value), rounded(discount)
        if value <= 0 or discount < 0:
            raise Refusal("invalid", "The value must be greater than zero.", "value")
        day = day if day is not None else company.today()
        sign = -1 if kind == "receipt" else 1
        gross = sign * (value + discount)
        entries = [
            (self._ledger.control("debtors"), gross, customer.code),
            (bank.target, -sign * value, reference),
        ]
        if discount:
            entries.append((self._ledger.control("discount"), -sign * discount, reference))
        journal = self._ledger.post(day, source, reference, entries, user=user)
        stamp = company.stamp()
        one = Transaction(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            customer_id=customer.id,
            kind=kind,
            reference=reference,
            second_reference=second_reference,
            date=day,
            posted_on=company.today(),
            due_date=day,
            goods=gross,
            tax=ZERO,
            gross=gross,
            discount=sign * discount,
            urn=journal.urn,
            user=user or company.user,
            source=source,
            bank_id=bank.id,
            # The control account and the bank, negative for a receipt (P).
            nominal_shares=[
                NominalShare(self._ledger.control("debtors"), gross, customer.code),
                NominalShare(bank.target, sign * value, reference),
            ],
        )
        journal.transaction_id = one.id
        return self._book(one, customer)

    def receive_with_order(self, order: Order) -> Transaction:
        """Post the payment that came with an order to the bank of its method."""
        company, payment = self._company, order.payment
        if payment is None or payment.method_id is None:
            raise Refusal("invalid", "The order has no payment.", "payment")
        method = company.payment_methods[payment.method_id]
        receipt = self.pay(
            "receipt",
            self._customers.table[order.customer_id],
            company.banks[method.bank_id],
            payment.value if payment.value is not None else order.totals.gross,
            reference=payment.reference or order.number,
            second_reference=order.number,
            source="orders",
        )
        payment.posted_id = receipt.id
        return receipt

    def allocate(self, lines: Sequence[tuple[Transaction, Decimal]], *, day: date | None = None) -> None:
        """Set transactions of one customer against each other, signs as in the ledger (contract §9.9, A).

        All of it or nothing. Refusal ``invalid`` when the values do not sum to zero, have the wrong sign,
        exceed what is outstanding or belong to several customers.
        """
        company = self._company
        if not lines or sum((value for _, value in lines), ZERO) != 0:
            raise Refusal("invalid", "The allocation does not balance.", "lines")
        if len({one.customer_id for one, _ in lines}) != 1:
            raise Refusal("invalid", "The transactions belong to different accounts.", "lines")
        if len({one.id for one, _ in lines}) != len(lines):
            raise Refusal("invalid", "A transaction is allocated twice.", "lines")
        for one, value in lines:
            left = one.outstanding
            if value == 0 or value * left <= 0 or abs(value) > abs(left):
                raise Refusal("invalid", "The value to allocate exceeds the outstanding value.", "lines")
        day = day if day is not None else company.today()
        ids = [one.id for one, _ in lines]
        for one, value in lines:
            one.updated_at = company.stamp()
            one.allocated += value
            others = tuple(id for id in ids if id != one.id)
            one.matches.append(Match(company.ids.next(), day, value, others, one.updated_at.isoformat()))
            if one.outstanding == 0:
                one.settled_on = day
