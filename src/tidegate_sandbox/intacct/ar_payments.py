"""ARPYMT: payments of customers, applied to invoices or left on account (contract §10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from tidegate_sandbox.erp.bank import Bank
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.intacct.ar_types import ArTypes, or_draft, read_amount
from tidegate_sandbox.intacct.document import text_of, values_of
from tidegate_sandbox.intacct.failure import bad_request, general, invalid, unknown
from tidegate_sandbox.intacct.formats import Value, read_day
from tidegate_sandbox.intacct.object_type import Field, ObjectType
from tidegate_sandbox.intacct.store import Named
from tidegate_sandbox.intacct.tenant import Tenant

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session

METHODS = (
    "Printed Check",
    "Cash",
    "EFT",
    "Credit Card",
    "Online",
    "Online Charge Card",
    "Online ACH Debit",
)


class Payments:
    """Payments. Drafts are kept beside the ledger until they are posted."""

    def __init__(self, tenant: Tenant, receivables: ArTypes) -> None:
        self._tenant = tenant
        self.receivables = receivables
        tenant.add(self._payments())

    def _payments(self) -> ObjectType:
        fields = self.receivables.common()
        company = self._tenant.company

        def bank(one: Transaction) -> Bank | None:
            return company.banks.get(one.bank_id)

        def undeposited(one: Transaction) -> Value:
            found = bank(one)
            return found.target.account if found is not None and found.extra.get("undeposited") else None

        def entity(one: Transaction) -> Value:
            found = bank(one)
            return found.code if found is not None and not found.extra.get("undeposited") else None

        fields |= {
            "FINANCIALENTITY": Field(entity),
            "UNDEPOSITEDACCOUNTNO": Field(undeposited),
            "PAYMENTMETHOD": Field(lambda one: one.extra.get("method", "EFT")),
            "DOCNUMBER": Field(lambda one: one.reference),
            "RECORDID": Field(lambda one: one.reference),
            "RECEIPTDATE": Field(lambda one: one.date, "date"),
            "WHENPAID": Field(lambda one: one.date, "date"),
            "RECORDTYPE": Field(lambda _one: "rp"),
        }
        drafts = {name: Field(or_draft(name, field), field.kind) for name, field in fields.items()}
        rows = lambda: [*self.receivables.of("receipt"), *self._tenant.store.drafts]  # noqa: E731
        made = ObjectType("ARPYMT", rows, drafts)
        made.create, made.update, made.delete = self.pay, self._change_draft, self._drop_draft
        return made

    def pay(self, session: Session, given: Element) -> Any:
        """A payment, applied to invoices; what is applied to none remains on account (§10)."""
        values = values_of(given)
        customer = self._check_payment(session, values)
        if values.get("ACTION") == "Draft":
            kept: dict[str, Value] = {name: value for name, value in values.items() if name != "ACTION"}
            kept["RECEIPTDATE"] = _day(values["RECEIPTDATE"])
            made = Named(
                id=(company := self._tenant.company).ids.next(),
                created_at=(at := company.stamp()),
                updated_at=at,
                name=values.get("DOCNUMBER", ""),
                values=kept,
                entity=session.entity,
            )
            return self._tenant.store.drafts.add(made)
        bank = self._bank(values)
        details = [self._detail(one, customer) for one in given.findall("ARPYMTDETAILS/ARPYMTDETAIL")]
        applied = sum((value for _, value in details), ZERO)
        total = read_amount(values.get("TRX_AMOUNTTOPAY") or values.get("AMOUNTTOPAY") or "") or applied
        if applied > total:
            raise _failed("The payment details exceed the amount to pay.")
        if total <= 0:
            raise _failed("The amount to pay must be greater than zero.")
        company = self._tenant.company
        day = _day(values["RECEIPTDATE"])
        paid = company.receivables.pay(
            "receipt",
            customer,
            bank,
            total,
            day=day,
            reference=values.get("DOCNUMBER", ""),
            source="api",
            user=session.user,
        )
        paid.extra.update(
            {
                "entity": session.entity,
                "method": values.get("PAYMENTMETHOD", "EFT"),
                "description": values.get("DESCRIPTION", ""),
            }
        )
        for invoice, value in details:
            company.receivables.allocate([(invoice, value), (paid, -value)], day=day)
        return paid

    def _check_payment(self, session: Session, values: dict[str, str]) -> Customer:
        for name in ("CUSTOMERID", "RECEIPTDATE", "PAYMENTMETHOD"):
            if not values.get(name):
                raise _failed(f"{name} is required.")
        if not values.get("CURRENCY"):
            raise _failed("CURRENCY is required.")
        if bool(values.get("FINANCIALENTITY")) == bool(values.get("UNDEPOSITEDACCOUNTNO")):
            raise _failed("Give either FINANCIALENTITY or UNDEPOSITEDACCOUNTNO.")
        if values["PAYMENTMETHOD"] not in METHODS:
            raise unknown("Payment method", values["PAYMENTMETHOD"])
        customer: Customer | None = self._tenant.type("CUSTOMER").named(session, values["CUSTOMERID"])
        if customer is None:
            raise unknown("Customer", values["CUSTOMERID"])
        own = self._tenant.company.currencies[customer.currency_id].code
        if values["CURRENCY"] != own:
            raise _failed(f"Currency {values['CURRENCY']} is not the customer's currency {own}.")
        _day(values["RECEIPTDATE"])
        return customer

    def _bank(self, values: dict[str, str]) -> Bank:
        banks = self._tenant.company.banks
        code, account = values.get("FINANCIALENTITY", ""), values.get("UNDEPOSITEDACCOUNTNO", "")
        for one in banks:
            undeposited = bool(one.extra.get("undeposited"))
            if (code and one.code == code and not undeposited) or (
                account and undeposited and one.target.account == account
            ):
                return one
        raise unknown("Bank account" if code else "Undeposited funds account", code or account)

    def _detail(self, given: Element, customer: Customer) -> tuple[Transaction, Decimal]:
        key = text_of(given, "RECORDKEY")
        invoice = self.receivables.invoice(key)
        if invoice is None or invoice.customer_id != customer.id:
            raise unknown("AR invoice", key)
        value = read_amount(text_of(given, "TRX_PAYMENTAMOUNT") or text_of(given, "PAYMENTAMOUNT"))
        if not 0 < value <= invoice.outstanding:
            raise _failed(f"The amount exceeds what is due of invoice {invoice.reference}.")
        return invoice, value

    def _change_draft(self, _session: Session, one: Any, given: Element) -> None:
        if not isinstance(one, Named):
            raise invalid("Only draft payments can be updated.")
        one.values.update({name: value for name, value in values_of(given).items() if name != "RECORDNO"})
        self._tenant.company.touch(one)

    def _drop_draft(self, _session: Session, one: Any) -> None:
        if not isinstance(one, Named):
            raise invalid("Only draft payments can be deleted.")
        self._tenant.company.stamp()
        self._tenant.store.drafts.remove(one)


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError as error:
        raise bad_request(str(error)) from None


def _failed(text: str) -> Exception:
    failure = invalid(text)
    failure.errors.append(general("create", "Payment"))
    return failure
