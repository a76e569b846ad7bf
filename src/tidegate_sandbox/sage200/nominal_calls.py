"""The nominal ledger, read only: accounts, control accounts, transactions (contract §9.10)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, NamedTuple

from tidegate_sandbox.erp.journal import Journal, Row
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.nominal import NominalAccount
from tidegate_sandbox.sage200.call import Call, found, not_found
from tidegate_sandbox.sage200.listing import Listing
from tidegate_sandbox.sage200.naming import ENTRY_KIND, SOURCE
from tidegate_sandbox.sage200.reference_data import STAMPED
from tidegate_sandbox.sage200.routes import Context
from tidegate_sandbox.sage200.view import Getter, View, no_loose

CONTROL_NAMES = {
    "debtors": ("Debtors control", "DebtorsControl"),
    "tax": ("VAT control", "DefaultTax"),
    "bank": ("Default bank", "DefaultBank"),
    "stock": ("Stock control", "StockControl"),
    "sales": ("Default sales", "DefaultSales"),
    "discount": ("Settlement discounts", "SalesDiscount"),
    "cost_of_sales": ("Cost of sales", "CostOfSales"),
    "freight": ("Carriage", "Carriage"),
}
"""The company's word: (name, type). The types' own names are not public (A)."""


REPORT_CATEGORY = 1
"""Every account has one in its report layout: never null (C)."""


class NominalLine(NamedTuple):
    """A row of a journal that was posted, with its journal."""

    journal: Journal
    row: Row

    @property
    def id(self) -> int:
        """The row's id."""
        return self.row.id


def add_views(context: Context) -> None:
    """The views of accounts. The view of transactions needs those of others and comes later."""
    company, views = context.company, context.views

    def division(table: Any, part: str) -> Getter:
        def id_of(account: NominalAccount) -> int | None:
            one = table.first("code", getattr(account.target, part))
            return one.id if one is not None else None

        return id_of

    views["nominal_code"] = View.of(
        "nominal_code",
        {
            **STAMPED,
            "name": attrgetter("name"),
            "reference": attrgetter("target.account"),
            "cost_centre_id": division(company.cost_centres, "cost_centre"),
            "cost_centre_code": attrgetter("target.cost_centre"),
            "department_id": division(company.departments, "department"),
            "department_code": attrgetter("target.department"),
            "nominal_account_type": lambda one: "NominalAccountPosting",
            "report_category_id": lambda one: REPORT_CATEGORY,
            "balance_year_to_date": attrgetter("balance"),
            "debit_balance_year_to_date": attrgetter("debits"),
            "credit_balance_year_to_date": attrgetter("credits"),
        },
    )
    views["nominal_code_view"] = View.of(
        "nominal_code_view",
        {
            "id": attrgetter("id"),
            "name": attrgetter("name"),
            "reference": attrgetter("target.account"),
            "cost_centre_code": attrgetter("target.cost_centre"),
            "department_code": attrgetter("target.department"),
            "balance_year_to_date": attrgetter("balance"),
            "debit_year_to_date": attrgetter("debits"),
            "credit_year_to_date": attrgetter("credits"),
        },
        no_loose,
    )
    views["control_nominal_code"] = View.of(
        "control_nominal_code",
        {
            **STAMPED,
            "name": lambda one: CONTROL_NAMES[one.control][0],
            "account_number": attrgetter("target.account"),
            "control_nominal_code_type": lambda one: CONTROL_NAMES[one.control][1],
        },
        no_loose,
    )
    _add_transaction_view(context)


def _add_transaction_view(context: Context) -> None:
    company, views = context.company, context.views
    years = {one.id: one for one in company.calendar.periods}

    def year(name: str) -> Getter:
        return lambda line: getattr(years[line.journal.period_id], name)

    view = views["nominal_transaction_enquiry_view"] = View.of(
        "nominal_transaction_enquiry_view",
        {
            "id": attrgetter("row.id"),
            "nominal_code_id": attrgetter("row.account_id"),
            "transaction_date": attrgetter("journal.date"),
            "period_number": attrgetter("journal.period_number"),
            "reference": attrgetter("journal.reference"),
            "narrative": attrgetter("row.narrative"),
            "debit": attrgetter("row.debit"),
            "credit": attrgetter("row.credit"),
            "user_name": attrgetter("journal.user"),
            "source": lambda line: SOURCE[line.journal.source],
            "urn": attrgetter("journal.urn"),
            "accounting_period_id": attrgetter("journal.period_id"),
            "financial_year_id": year("year_id"),
            "financial_year_start_date": year("year_start"),
        },
        no_loose,
    )
    rows = View.of("nominal_transaction_enquiry_view.nominal_analysis_items", _row_getters(context), no_loose)
    view.child(
        "nominal_analysis_items", rows, lambda line: [(line.journal, row) for row in line.journal.rows]
    )
    trade = View.of(
        "nominal_transaction_enquiry_view.trade_items",
        {
            "account_number": lambda one: company.customers.table[one.customer_id].code,
            "account_name": lambda one: company.customers.table[one.customer_id].name,
            "trading_entry_type": lambda one: ENTRY_KIND[one.kind],
            "reference": attrgetter("reference"),
            "gross_value": attrgetter("gross"),
            "tax_value": attrgetter("tax"),
            "transaction_date": attrgetter("date"),
            "urn": attrgetter("urn"),
        },
        no_loose,
    )
    view.child("trade_items", trade, lambda line: company.receivables.table.find("urn", line.journal.urn))


def _row_getters(context: Context) -> dict[str, Getter]:
    company = context.company
    return {
        "code": lambda pair: pair[1].target.account,
        "cost_centre": lambda pair: pair[1].target.cost_centre,
        "department": lambda pair: pair[1].target.department,
        "name": lambda pair: company.nominal_accounts[pair[1].account_id].name,
        "reference": lambda pair: pair[0].reference,
        "narrative": lambda pair: pair[1].narrative,
        "value": lambda pair: pair[1].debit - pair[1].credit or ZERO,
        "base_value": lambda pair: pair[1].debit - pair[1].credit or ZERO,
        "source": lambda pair: SOURCE[pair[0].source],
    }


def add_routes(context: Context) -> None:
    """The paths of the nominal ledger."""
    company, views = context.company, context.views
    accounts = company.nominal_accounts
    keys = {"reference": "account"}
    context.table("nominal_codes", "nominal_code", accounts, finders=keys)
    context.table("nominal_code_views", "nominal_code_view", accounts, finders=keys, by_id=False)
    context.table(
        "control_nominal_codes",
        "control_nominal_code",
        accounts,
        where=lambda one: one.control in CONTROL_NAMES,
    )
    view = views["nominal_transaction_enquiry_view"]

    def lines() -> list[NominalLine]:
        return [NominalLine(journal, row) for journal, row in company.ledger.rows]

    def by_urn(urn: Any) -> list[NominalLine]:
        return [
            NominalLine(journal, row)
            for journal in company.ledger.by_urn(urn)
            if journal.is_posted
            for row in journal.rows
        ]

    context.listing("nominal_transaction_enquiry_views", Listing(view, lines, {"urn": by_urn}))

    def one(call: Call) -> Any:
        line = next((one for one in lines() if one.id == call.ids[0]), None)
        if line is None:
            raise not_found()
        return call.show_one(view, line)

    def of_account(call: Call) -> Any:
        account = found(accounts, call.ids[0])
        rows = [line for line in lines() if line.row.account_id == account.id]
        return Listing(view, lambda: rows).read(call.query(), call.profile)

    context.routes.on("GET", "nominal_transaction_enquiry_views/{}", one)
    context.routes.on("GET", "nominal_codes/{}/nominal_transaction_enquiry_views", of_account)
