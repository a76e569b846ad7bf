"""Set-up records: locations, charges, banks, tax, accounts, calendars, the company's profile; and processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.problem import TEXTS, Problem
from tidegate_sandbox.sage300.resource import Body, Resource, Value

TERMS = (("N30", "Net 30 days"), ("COD", "Cash on delivery"))
CLASSES = 10  #: item classes of a tax authority


def tables(database: Database) -> list[Resource]:
    """All of them."""
    company = database.company
    return [
        _table("ICLocations", "Location", ("Description", "Inactive"), company.warehouses,
               lambda one: (one.name, one.description, "No" if one.sells else "Yes")),
        _table("OEShipViaCodes", "ShipViaCode", ("Description",), company.couriers,
               lambda one: (one.name, one.extra.get("description", ""))),
        _table("OEMiscellaneousCharges", "MiscellaneousChargesCode", ("Description", "RevenueAccount"), company.charges,
               lambda one: (one.code, one.name, one.target.account)),
        _table("ARTerms", "TermsCodeKey", ("Description",), TERMS, lambda one: one),
        _table("BKBanks", "BankCode", ("Description", "BankAccount", "StatementCurrency"), company.banks,
               lambda one: (one.code, one.name, one.target.account, company.currencies[one.currency_id].code)),
        _table("GLAccounts", "AccountNumber", ("Description", "Status"), company.nominal_accounts,
               lambda one: (one.target.account, one.name, "Active")),
        _table("TXTaxGroups", "TaxGroupKey", ("Description", "TaxAuthority1", "TransactionType"), [(database.authority, "Web tax", database.authority, "Sales")],
               lambda one: one),
        _table("CSFiscalCalendars", "FiscalYear", ("NumberOfFiscalPeriods",), _years(database), lambda one: (one, 12)),
        _tax_rates(database),
        _profile(database),
        *_processes(database),
    ]  # fmt: skip


def _table(
    name: str,
    key: str,
    others: tuple[str, ...],
    rows: Iterable[Any],
    values: Callable[[Any], tuple[Any, ...]],
) -> Resource:
    fields: dict[str, tuple[str, Value]] = {
        each: ("s", _at(values, at)) for at, each in enumerate((key, *others))
    }
    return Resource(name=name, module=name[:2], key=(key,), fields=fields, rows=lambda: rows)


def _at(values: Callable[[Any], tuple[Any, ...]], at: int) -> Value:
    return lambda one: values(one)[at]


def _years(database: Database) -> list[str]:
    return sorted({str(one.start.year) for one in database.company.calendar.periods})


def _tax_rates(database: Database) -> Resource:
    """One row a buyer class: a rate for each class of items (§14)."""

    def rate(number: int) -> Value:
        def value(_one: Any) -> Decimal:
            found = database.company.tax_codes.first("code", number)
            return found.rate if found is not None else Decimal(0)

        return value

    fields: dict[str, tuple[str, Value]] = {
        "TaxAuthority": ("s", lambda _one: database.authority),
        "TransactionType": ("s", lambda _one: "Sales"),
        "BuyerClass": ("i", lambda one: one),
        **{f"ItemRate{number}": ("n", rate(number)) for number in range(1, CLASSES + 1)},
    }
    return Resource(
        name="TXTaxRates",
        module="TX",
        key=("TaxAuthority", "TransactionType", "BuyerClass"),
        fields=fields,
        rows=lambda: [1],
    )


def _profile(database: Database) -> Resource:
    """Who the company is (§18)."""
    company = database.company
    fields: dict[str, tuple[str, Value]] = {
        "OrganizationID": ("s", lambda _one: database.id),
        "CompanyName": ("s", lambda _one: company.name),
        "FunctionalCurrency": ("s", lambda _one: company.currency(None).code),
        "Multicurrency": ("s", lambda _one: "Yes" if database.id != "SAMLTD" else "No"),
        "NumberOfFiscalPeriods": ("s", lambda _one: "Num12"),
    }
    return Resource(
        name="CSCompanyProfile", module="CS", key=("OrganizationID",), fields=fields, rows=lambda: [1]
    )


def _processes(database: Database) -> list[Resource]:
    def day_end(_body: Body) -> None:
        if database.day_end_running:
            raise Problem("General", TEXTS["day_end"], database.options.general_status)
        database.run_day_end("the Web API")

    def nothing(_body: Body) -> None:
        """Posting and the creation of G/L batches go on by themselves here."""

    processes: dict[str, Callable[[Body], None]] = {
        "ICDayEndProcessing": day_end,
        "ARPostInvoices": nothing,
        "ARPostReceiptsAndAdjustments": nothing,
        "ARCreateGLBatch": nothing,
    }
    return [
        Resource(name=name, module=name[:2], key=("ActionSelector",), fields={}, rows=list, process=run)
        for name, run in processes.items()
    ]
