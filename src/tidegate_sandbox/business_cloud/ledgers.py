"""Ledger accounts, ledger entries and transactions (contract §7)."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate_sandbox.business_cloud.business import Business
from tidegate_sandbox.business_cloud.resource import Query, Resource
from tidegate_sandbox.business_cloud.values import Body, named, number_of, uid
from tidegate_sandbox.erp.journal import Journal, Row
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.nominal import NominalAccount

TYPES = {
    "invoice": "SALES_INVOICE",
    "credit_note": "SALES_CREDIT_NOTE",
    "receipt": "CUSTOMER_RECEIPT",
    "refund": "CUSTOMER_REFUND",
}
Line = tuple[Journal, Row]


class Ledgers:
    """The books of one business."""

    def __init__(self, business: Business) -> None:
        self._business = business
        self._company = business.company

    def resources(self) -> list[Resource]:
        """`/ledger_accounts`, `/ledger_entries`, `/transactions`."""
        return [self._accounts(), self._entries(), self._transactions()]

    def _accounts(self) -> Resource:
        accounts = self._company.nominal_accounts
        return Resource(
            path="ledger_accounts",
            wrapper="ledger_account",
            rows=lambda: accounts,
            id=lambda one: uid("account", one.id),
            show=self._account,
            find=lambda id: accounts.get(number_of("account", id)),
            searched=lambda one: (one.name, one.target.account),
            stamps=lambda one: (one.created_at, one.updated_at),
            filters={
                "visible_in": lambda one, value: value != "sales" or self._business.sells(one),
                "not_visible_in": lambda one, value: value != "sales" or not self._business.sells(one),
            },
            dressed=frozenset({"show_balance_details", "from_date", "to_date", "exclude_deleted_entries"}),
        )

    def _account(self, one: NominalAccount, query: Query) -> Body:
        found: Body = {
            **self._business.account(one),
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "name": one.name,
            "display_name": one.name,
            "nominal_code": int(one.target.account),
            "ledger_account_type": named("SALES", "Sales", "ledger_account_types"),
            "tax_rate": self._business.tax(self._company.tax_code(None)),
            "visible_in_sales": self._business.sells(one),
            "is_control_account": bool(one.control),
            "display_formatted": f"{one.name} ({one.target.account})",
        }
        if query.get("show_balance_details") == "true":
            found["balance_details"] = {
                "balance": abs(one.balance),
                "credit_or_debit": "credit" if one.balance < 0 else "debit",
                "credits": one.credits,
                "debits": one.debits,
            }
        return found

    def _lines(self) -> Iterator[Line]:
        return ((journal, row) for journal, row in self._company.ledger.rows)

    def _entries(self) -> Resource:
        return Resource(
            path="ledger_entries",
            rows=self._lines,
            id=lambda one: uid("entry", one[1].id),
            show=lambda one, _query: self._entry(*one),
            find=lambda id: next((one for one in self._lines() if one[1].id == number_of("entry", id)), None),
            stamps=lambda one: (one[1].created_at, one[1].updated_at),
            filters={
                "transaction_id": lambda one, value: uid("transaction", one[0].id) == value,
                "ledger_account_id": lambda one, value: uid("account", one[1].account_id) == value,
                "from_date": lambda one, value: f"{one[0].date}" >= value,
                "to_date": lambda one, value: f"{one[0].date}" <= value,
                "transaction_type_id": lambda one, value: self._type(one[0]) == value,
                "journal_code_id": lambda _one, _value: True,
            },
        )

    def _entry(self, journal: Journal, row: Row) -> Body:
        account = self._company.nominal_accounts[row.account_id]
        return {
            **named(uid("entry", row.id), journal.reference, "ledger_entries"),
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "date": journal.date,
            "debit": row.debit,
            "credit": row.credit,
            "ledger_account": self._business.account(account),
            "transaction": named(uid("transaction", journal.id), journal.reference, "transactions"),
            "deleted": False,
            "description": row.narrative or None,
        }

    def _type(self, journal: Journal) -> str:
        posted = self._company.receivables.table.get(journal.transaction_id)
        return TYPES[posted.kind] if posted is not None else "JOURNAL"

    def _transactions(self) -> Resource:
        journals = self._company.ledger.journals
        return Resource(
            path="transactions",
            rows=lambda: journals,
            id=lambda one: uid("transaction", one.id),
            show=lambda one, _query: self._transaction(one),
            find=lambda id: next((one for one in journals if one.id == number_of("transaction", id)), None),
            stamps=lambda one: (one.created_at, one.updated_at),
            filters={
                "from_date": lambda one, value: f"{one.date}" >= value,
                "to_date": lambda one, value: f"{one.date}" <= value,
                "transaction_type_id": lambda one, value: self._type(one) == value,
            },
            dressed=frozenset({"expand_origin"}),
        )

    def _transaction(self, one: Journal) -> Body:
        kind = self._type(one)
        found: Body = {
            **named(uid("transaction", one.id), one.reference, "transactions"),
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "date": one.date,
            "deleted": False,
            "reference": one.reference or None,
            "total": sum((row.debit for row in one.rows), ZERO),
            "transaction_type": named(kind, kind.replace("_", " ").title(), "transaction_types"),
            "audit_trail_id": str(one.urn),
        }
        posted = self._company.receivables.table.get(one.transaction_id)
        if posted is not None:
            found["contact"] = self._business.contact(posted.customer_id)
        return found
