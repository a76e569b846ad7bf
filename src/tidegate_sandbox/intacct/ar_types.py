"""Accounts receivable: invoices, adjustments, payments and what paid what (contract §10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.receivable import Match, NominalShare, TaxShare, Transaction
from tidegate_sandbox.intacct.document import text_of
from tidegate_sandbox.intacct.failure import bad_request, duplicate, invalid, unknown
from tidegate_sandbox.intacct.formats import Value, read_number
from tidegate_sandbox.intacct.object_type import Field, Getter, ObjectType
from tidegate_sandbox.intacct.store import Named
from tidegate_sandbox.intacct.tenant import Tenant

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session

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

    def of(self, kind: str) -> list[Transaction]:
        return [one for one in self.tenant.company.receivables.table if one.kind == kind]

    def _customer(self, one: Any) -> Customer:
        return self.tenant.company.customers.table[one.customer_id]

    def common(self) -> dict[str, Field]:
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
        fields = {name: Field(or_draft(name, field), field.kind) for name, field in self.common().items()}
        made = ObjectType(
            "ARINVOICE", lambda: [*self.of("invoice"), *self.tenant.store.invoice_drafts], fields, "RECORDID"
        )
        made.entity = lambda one: (
            one.entity if isinstance(one, Named) else str(one.extra.get("entity", self._entity(one)))
        )
        made.by_key = lambda key: self.invoice(str(key)) or self.tenant.store.invoice_drafts.get(key)
        return made

    def _adjustments(self) -> ObjectType:
        fields = self.common()
        fields["RECORDTYPE"] = Field(lambda _one: "ra")
        made = ObjectType("ARADJUSTMENT", lambda: self.of("credit_note"), fields, "RECORDID")
        made.entity = lambda one: str(one.extra.get("entity", self._entity(one)))
        return made

    def _items(self) -> ObjectType:
        """The lines of AR invoices: goods by account, and tax."""

        def rows() -> Iterator[tuple[Transaction, int, Target, Decimal, str]]:
            for one in self.of("invoice"):
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

    def paid(self) -> Iterator[Paid]:
        """What was set against invoices."""
        table = self.tenant.company.receivables.table
        for invoice in self.of("invoice"):
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

    def enter_invoice(
        self, session: Session, given: Element, day: date, due: date | None
    ) -> Transaction | Named:
        """A direct AR invoice (`create_invoice`); a draft is kept and posted nowhere."""
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
            shares.append(NominalShare(target, read_amount(text_of(line, "amount")), text_of(line, "memo")))
        total = sum((one.value for one in shares), ZERO)
        if text_of(given, "action") == "Draft":
            return self._draft(session, customer, given, total, day)
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

    def _draft(
        self, session: Session, customer: Customer, given: Element, total: Decimal, day: date
    ) -> Named:
        number = text_of(given, "invoiceno")
        values: dict[str, Value] = {
            "RECORDID": number,
            "CUSTOMERID": customer.code,
            "CUSTOMERNAME": customer.name,
            "WHENCREATED": day,
            "TOTALENTERED": total,
            "TOTALDUE": total,
            "MODULEKEY": "4.AR",
        }
        made = self.tenant.company.new(Named, name=number, values=values, entity=session.entity)
        return self.tenant.store.invoice_drafts.add(made)

    def apply(self, given: Element, day: date | None) -> None:
        """Set a payment or credit against invoices, all or nothing (vendor's reference, "Apply AR Payment")."""
        company, key = self.tenant.company, text_of(given, "arpaymentkey")
        credit = company.receivables.table.get(int(key)) if key.isdigit() else None
        if credit is None or credit.kind not in ("receipt", "credit_note"):
            raise unknown("AR payment", key)
        company.calendar.require_open(day if day is not None else company.today())
        pairs: list[tuple[Transaction, Decimal]] = []
        for one in given.findall("arpaymentitems/arpaymentitem"):
            invoice, value = self.invoice(text_of(one, "invoicekey")), read_amount(text_of(one, "amount"))
            if invoice is None or invoice.customer_id != credit.customer_id:
                raise unknown("AR invoice", text_of(one, "invoicekey"))
            if value > invoice.outstanding:
                text = (
                    f"The amount paid is greater than the amount due for invoice with key {self.key(invoice)}"
                )
                raise invalid(text, errorno="XL03000027")
            pairs.append((invoice, value))
        total = sum((value for _, value in pairs), ZERO)
        if pairs:
            company.receivables.allocate([*pairs, (credit, -total)], day=day)

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


def read_amount(text: str) -> Decimal:
    """An amount to cents; nothing is 0. FunctionFailure for what is none."""
    try:
        return rounded(read_number(text)) if text else ZERO
    except ValueError as error:
        raise bad_request(str(error)) from None


def or_draft(name: str, field: Field) -> Getter:
    """A field of posted records, for drafts as well: they keep their values by name."""

    def value(one: Any) -> Value:
        if isinstance(one, Named):
            return one.id if name == "RECORDNO" else "Draft" if name == "STATE" else one.values.get(name)
        return field.getter(one)

    return value
