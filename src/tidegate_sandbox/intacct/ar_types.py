"""Accounts receivable: invoices, adjustments, payments and what paid what (contract §10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from tidegate_sandbox.erp.bank import Bank
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.receivable import Match, NominalShare, TaxShare, Transaction
from tidegate_sandbox.intacct.document import text_of, values_of
from tidegate_sandbox.intacct.failure import bad_request, duplicate, general, invalid, unknown
from tidegate_sandbox.intacct.formats import Value, read_day, read_number
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
MODULES = {"orders": "8.SO"}


@dataclass(frozen=True, slots=True)
class Paid:
    """So much of an invoice, paid by a payment or taken off by an adjustment."""

    invoice: Transaction
    by: Transaction
    match: Match


class ArTypes:
    """The objects of accounts receivable. Drafts are kept beside the ledger until they are posted."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        tenant.add(self._invoices())
        tenant.add(self._items())
        tenant.add(self._adjustments())
        self.payments = self._payments()
        tenant.add(self.payments)
        tenant.add(self._details("ARINVOICEPAYMENT"))
        tenant.add(self._details("ARPYMTDETAIL"))
        tenant.add(self._accounts())

    def key(self, one: Transaction) -> int:
        """RECORDNO: that of the kernel, or the one of the last recreation."""
        return self.tenant.store.invoice_keys.get(one.id, one.id)

    def invoice(self, key: str) -> Transaction | None:
        """An invoice by its RECORDNO in force."""
        if not key.isdigit():
            return None
        table = self.tenant.company.receivables.table
        found = next((id for id, now in self.tenant.store.invoice_keys.items() if str(now) == key), int(key))
        one = table.get(found)
        return one if one is not None and one.kind == "invoice" and str(self.key(one)) == key else None

    def _of(self, kind: str) -> list[Transaction]:
        return [one for one in self.tenant.company.receivables.table if one.kind == kind]

    def _customer(self, one: Any) -> Customer:
        return self.tenant.company.customers.table[one.customer_id]

    def _common(self) -> dict[str, Field]:
        company = self.tenant.company

        def amount(value: Any) -> Field:
            return Field(lambda one: abs(value(one)), "number")

        return {
            "RECORDNO": Field(self.key, "number"),
            "RECORDID": Field(lambda one: one.reference),
            "CUSTOMERID": Field(lambda one: self._customer(one).code),
            "CUSTOMERNAME": Field(lambda one: self._customer(one).name),
            "DOCNUMBER": Field(lambda one: one.second_reference),
            "DESCRIPTION": Field(lambda one: one.extra.get("description", "")),
            "WHENCREATED": Field(lambda one: one.date, "date"),
            "WHENPOSTED": Field(lambda one: one.posted_on, "date"),
            "WHENDUE": Field(lambda one: one.due_date, "date"),
            "WHENPAID": Field(lambda one: one.settled_on, "date"),
            "AUWHENCREATED": Field(lambda one: one.created_at, "moment"),
            "WHENMODIFIED": Field(lambda one: one.updated_at, "moment"),
            "CURRENCY": Field(lambda one: company.currencies[self._customer(one).currency_id].code),
            "BASECURR": Field(lambda _one: company.currency(None).code),
            "TOTALENTERED": amount(lambda one: one.gross),
            "TOTALPAID": amount(lambda one: one.allocated),
            "TOTALDUE": amount(lambda one: one.outstanding),
            "TRX_TOTALENTERED": amount(lambda one: one.gross),
            "TRX_TOTALPAID": amount(lambda one: one.allocated),
            "TRX_TOTALDUE": amount(lambda one: one.outstanding),
            "PRBATCHKEY": Field(lambda one: one.urn, "number"),
            "PRBATCH": Field(lambda one: f"{one.kind}: {one.posted_on:%m/%d/%Y}"),
            "MODULEKEY": Field(lambda one: MODULES.get(one.source, "4.AR")),
            "MEGAENTITYID": Field(lambda one: one.extra.get("entity", self._entity(one))),
            "CREATEDBY": Field(lambda one: one.user),
            "MODIFIEDBY": Field(lambda one: one.user),
            "STATE": Field(self._state),
        }

    def _entity(self, one: Transaction) -> str:
        """The entity of what was made by a document is the document's."""
        company = self.tenant.company
        made = company.invoices.table.first("posted_id", one.id)
        if made is None:
            return ""
        return str(made.extra.get("entity", company.orders.table[made.order_id].extra.get("entity", "")))

    def _state(self, one: Transaction) -> str:
        if one.extra.get("reversed"):
            return "Reversed"
        if one.kind == "receipt":
            return "Complete"
        if one.outstanding == 0:
            return "Paid"
        return "Partially Paid" if one.allocated else "Posted"

    def _invoices(self) -> ObjectType:
        made = ObjectType("ARINVOICE", lambda: self._of("invoice"), self._common(), "RECORDID")
        made.entity = lambda one: str(one.extra.get("entity", self._entity(one)))
        made.by_key = lambda key: self.invoice(str(key))
        return made

    def _adjustments(self) -> ObjectType:
        fields = self._common()
        fields["RECORDTYPE"] = Field(lambda _one: "ra")
        made = ObjectType("ARADJUSTMENT", lambda: self._of("credit_note"), fields, "RECORDID")
        made.entity = lambda one: str(one.extra.get("entity", self._entity(one)))
        return made

    def _items(self) -> ObjectType:
        """The lines of AR invoices: goods by account, and tax."""

        def rows() -> Iterator[tuple[Transaction, int, Target, Decimal, str]]:
            for one in self._of("invoice"):
                shares = [
                    (share.target, share.value, share.narrative)
                    for share in one.nominal_shares
                    if share.value
                ]
                if one.tax:
                    account = self.tenant.company.tax_code(one.tax_shares[0].tax_code_id).account
                    shares.append((Target(account), one.tax, "Sales Tax"))
                for number, (target, value, text) in enumerate(shares, 1):
                    yield one, number, target, value, text

        company = self.tenant.company

        def title(row: Any) -> str:
            found = company.nominal_accounts.first("account", row[2].account)
            return found.name if found is not None else ""

        fields = {
            "RECORDNO": Field(lambda row: f"{self.key(row[0])}{row[1]:03d}", "number"),
            "RECORDKEY": Field(lambda row: self.key(row[0]), "number"),
            "LINE_NO": Field(lambda row: row[1], "number"),
            "ACCOUNTNO": Field(lambda row: row[2].account),
            "GLACCOUNTNO": Field(lambda row: row[2].account),
            "ACCOUNTTITLE": Field(title),
            "AMOUNT": Field(lambda row: row[3], "number"),
            "TRX_AMOUNT": Field(lambda row: row[3], "number"),
            "ENTRYDESCRIPTION": Field(lambda row: row[4]),
            "CURRENCY": Field(lambda row: company.currencies[self._customer(row[0]).currency_id].code),
            "CUSTOMERID": Field(lambda row: self._customer(row[0]).code),
            "WHENMODIFIED": Field(lambda row: row[0].updated_at, "moment"),
        }
        return ObjectType("ARINVOICEITEM", rows, fields, entity=lambda row: self._entity(row[0]))

    def _payments(self) -> ObjectType:
        fields = self._common()
        company = self.tenant.company

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
        drafts = {name: Field(self._or_draft(name, field), field.kind) for name, field in fields.items()}
        rows = lambda: [*self._of("receipt"), *self.tenant.store.drafts]  # noqa: E731
        made = ObjectType("ARPYMT", rows, drafts)
        made.create, made.update, made.delete = self.pay, self._change_draft, self._drop_draft
        return made

    @staticmethod
    def _or_draft(name: str, field: Field) -> Any:
        def value(one: Any) -> Value:
            if isinstance(one, Named):
                return one.id if name == "RECORDNO" else "Draft" if name == "STATE" else one.values.get(name)
            return field.getter(one)

        return value

    def pay(self, session: Session, given: Element) -> Any:
        """A payment, applied to invoices; what is applied to none remains on account (§10)."""
        values = values_of(given)
        customer = self._check_payment(session, values)
        if values.get("ACTION") == "Draft":
            kept: dict[str, Value] = {name: value for name, value in values.items() if name != "ACTION"}
            kept["RECEIPTDATE"] = _day(values["RECEIPTDATE"])
            made = Named(
                id=(company := self.tenant.company).ids.next(),
                created_at=(at := company.stamp()),
                updated_at=at,
                name=values.get("DOCNUMBER", ""),
                values=kept,
                entity=session.entity,
            )
            return self.tenant.store.drafts.add(made)
        bank = self._bank(values)
        details = [self._detail(one, customer) for one in given.findall("ARPYMTDETAILS/ARPYMTDETAIL")]
        applied = sum((value for _, value in details), ZERO)
        total = _amount(values.get("TRX_AMOUNTTOPAY") or values.get("AMOUNTTOPAY") or "") or applied
        if applied > total:
            raise _failed("The payment details exceed the amount to pay.")
        if total <= 0:
            raise _failed("The amount to pay must be greater than zero.")
        company = self.tenant.company
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
        customer: Customer | None = self.tenant.type("CUSTOMER").named(session, values["CUSTOMERID"])
        if customer is None:
            raise unknown("Customer", values["CUSTOMERID"])
        own = self.tenant.company.currencies[customer.currency_id].code
        if values["CURRENCY"] != own:
            raise _failed(f"Currency {values['CURRENCY']} is not the customer's currency {own}.")
        _day(values["RECEIPTDATE"])
        return customer

    def _bank(self, values: dict[str, str]) -> Bank:
        banks = self.tenant.company.banks
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
        invoice = self.invoice(key)
        if invoice is None or invoice.customer_id != customer.id:
            raise unknown("AR invoice", key)
        value = _amount(text_of(given, "TRX_PAYMENTAMOUNT") or text_of(given, "PAYMENTAMOUNT"))
        if not 0 < value <= invoice.outstanding:
            raise _failed(f"The amount exceeds what is due of invoice {invoice.reference}.")
        return invoice, value

    def _change_draft(self, _session: Session, one: Any, given: Element) -> None:
        if not isinstance(one, Named):
            raise invalid("Only draft payments can be updated.")
        one.values.update({name: value for name, value in values_of(given).items() if name != "RECORDNO"})
        self.tenant.company.touch(one)

    def _drop_draft(self, _session: Session, one: Any) -> None:
        if not isinstance(one, Named):
            raise invalid("Only draft payments can be deleted.")
        self.tenant.company.stamp()
        self.tenant.store.drafts.remove(one)

    def paid(self) -> Iterator[Paid]:
        """What was set against invoices."""
        table = self.tenant.company.receivables.table
        for invoice in self._of("invoice"):
            for match in invoice.matches:
                yield Paid(invoice, table[match.other_ids[0]], match)

    def _details(self, name: str) -> ObjectType:
        fields = {
            "RECORDNO": Field(lambda one: one.match.id, "number"),
            "RECORDKEY": Field(lambda one: self.key(one.invoice), "number"),
            "PAYMENTKEY": Field(lambda one: one.by.id, "number"),
            "AMOUNT": Field(lambda one: one.match.value, "number"),
            "TRX_AMOUNT": Field(lambda one: one.match.value, "number"),
            "PAYMENTAMOUNT": Field(lambda one: one.match.value, "number"),
            "TRX_PAYMENTAMOUNT": Field(lambda one: one.match.value, "number"),
            "PAYMENTDATE": Field(lambda one: one.match.date, "date"),
        }
        return ObjectType(name, self.paid, fields, entity=lambda one: self._entity(one.invoice))

    def _accounts(self) -> ObjectType:
        fields = {
            "RECORDNO": Field(lambda one: one.id, "number"),
            "BANKACCOUNTID": Field(lambda one: one.code),
            "BANKNAME": Field(lambda one: one.name),
            "BANKACCOUNTNO": Field(lambda one: one.account_number),
            "GLACCOUNTNO": Field(lambda one: one.target.account),
            "STATUS": Field(lambda _one: "active"),
        }
        rows = lambda: [one for one in self.tenant.company.banks if not one.extra.get("undeposited")]  # noqa: E731
        return ObjectType("CHECKINGACCOUNT", rows, fields, "BANKACCOUNTID")

    def enter_invoice(self, session: Session, given: Element, day: date, due: date | None) -> Transaction:
        """A direct AR invoice (`create_invoice`)."""
        company = self.tenant.company
        customer: Customer | None = self.tenant.type("CUSTOMER").named(session, text_of(given, "customerid"))
        if customer is None:
            raise unknown("Customer", text_of(given, "customerid"))
        number = text_of(given, "invoiceno")
        if number and company.receivables.table.first("reference", number) is not None:
            raise duplicate("Invoice", number)
        shares = []
        for line in given.findall("invoiceitems/lineitem"):
            account = text_of(line, "glaccountno")
            target = Target(account) if account else company.sales
            if company.nominal_accounts.first("account", target.account) is None:
                raise unknown("Account", account)
            shares.append(NominalShare(target, _amount(text_of(line, "amount")), text_of(line, "memo")))
        total = sum((one.value for one in shares), ZERO)
        made = company.receivables.post(
            "invoice",
            customer,
            tax_shares=[TaxShare(company.tax_code(None).id, total, ZERO)],
            nominal_shares=shares,
            day=day,
            due=due,
            reference=number or company.numbering.invoice.format(company.urns.next()),
            second_reference=text_of(given, "ponumber"),
            source="api",
            user=session.user,
        )
        made.extra.update({"entity": session.entity, "description": text_of(given, "description")})
        return made

    def reverse(self, session: Session, one: Transaction, day: date) -> None:
        """Reverse an unpaid invoice: a credit of the same lines is set against it."""
        if one.allocated or one.source == "orders":
            raise invalid(
                f"Invoice {one.reference} is paid or was made by Order Entry and cannot be reversed."
            )
        company = self.tenant.company
        credit = company.receivables.post(
            "credit_note",
            self._customer(one),
            tax_shares=one.tax_shares,
            nominal_shares=one.nominal_shares,
            day=day,
            reference=f"Reversed - {one.reference}",
            source="api",
            user=session.user,
        )
        company.receivables.allocate([(one, one.gross), (credit, -one.gross)], day=day)
        one.extra["reversed"] = True


def _amount(text: str) -> Decimal:
    try:
        return rounded(read_number(text)) if text else ZERO
    except ValueError as error:
        raise bad_request(str(error)) from None


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError as error:
        raise bad_request(str(error)) from None


def _failed(text: str) -> Exception:
    failure = invalid(text)
    failure.errors.append(general("create", "Payment"))
    return failure
