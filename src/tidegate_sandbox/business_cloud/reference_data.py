"""Data that is read once a day: tax rates, banks, countries, and the words of the system (contract §7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidegate_sandbox.business_cloud.business import Business
from tidegate_sandbox.business_cloud.payments import METHODS
from tidegate_sandbox.business_cloud.resource import Query, Resource
from tidegate_sandbox.business_cloud.values import Body, named, number_of, uid
from tidegate_sandbox.erp.bank import Bank
from tidegate_sandbox.erp.tax import TaxCode

WORDS: Mapping[str, tuple[str, ...]] = {
    "payment_methods": METHODS,
    "transaction_types": (
        "SALES_INVOICE",
        "SALES_CREDIT_NOTE",
        "CUSTOMER_RECEIPT",
        "CUSTOMER_REFUND",
        "JOURNAL",
    ),
    "artefact_statuses": ("DRAFT", "UNPAID", "PART_PAID", "PAID", "VOID", "PRO_FORMA"),
    "contact_types": ("CUSTOMER", "VENDOR"),
    "address_types": ("DELIVERY", "SALES", "ACCOUNTS"),
    "catalog_item_types": ("NON_STOCK", "SERVICE", "STOCK_ITEM"),
    "ledger_account_types": ("SALES", "BANK", "OVERHEADS"),
}


class ReferenceData:
    """Of one business."""

    def __init__(self, business: Business) -> None:
        self._business = business
        self._company = business.company

    def resources(self) -> list[Resource]:
        """All of them."""
        words = [self._words(path, ids) for path, ids in WORDS.items()]
        countries = self._words("countries", tuple(one.code for one in self._company.countries))
        currencies = self._words("currencies", tuple(one.code for one in self._company.currencies))
        return [self._taxes(), self._banks(), countries, currencies, *words]

    @staticmethod
    def _words(path: str, ids: tuple[str, ...]) -> Resource:
        def show(id: Any, _query: Query) -> Body:
            return named(id, id.replace("_", " ").capitalize(), path)

        return Resource(
            path=path,
            rows=lambda: ids,
            id=lambda one: one,
            show=show,
            find=lambda id: id if id in ids else None,
        )

    def _taxes(self) -> Resource:
        codes = self._company.tax_codes

        def show(one: TaxCode, _query: Query) -> Body:
            return {
                **self._business.tax(one),
                "created_at": one.created_at,
                "updated_at": one.updated_at,
                "name": one.name,
                "percentage": one.rate,
                "percentages": [{"percentage": one.rate, "from_date": "2011-01-04", "to_date": None}],
                "is_visible": True,
                "retailer": False,
                "editable": not one.extra.get("id"),
                "deletable": False,
                "is_combined_rate": False,
            }

        return Resource(
            path="tax_rates",
            wrapper="tax_rate",
            rows=lambda: codes,
            id=self._business.tax_id,
            show=show,
            find=self._business.tax_named,
            stamps=lambda one: (one.created_at, one.updated_at),
            dressed=frozenset({"date", "include_historical_data", "address_region_id", "cis_only"}),
        )

    def _banks(self) -> Resource:
        banks = self._company.banks

        def show(one: Bank, _query: Query) -> Body:
            account = self._business.account_named(one.target.account)
            return {
                **named(uid("bank", one.id), f"{one.name} ({one.target.account})", "bank_accounts"),
                "created_at": one.created_at,
                "updated_at": one.updated_at,
                "bank_account_details": {
                    "account_name": one.name,
                    "account_number": one.account_number or None,
                },
                "ledger_account": self._business.account(account) if account is not None else None,
                "balance": account.balance if account is not None else None,
                "nominal_code": int(one.target.account),
                "editable": True,
                "deletable": False,
            }

        return Resource(
            path="bank_accounts",
            wrapper="bank_account",
            rows=lambda: banks,
            id=lambda one: uid("bank", one.id),
            show=show,
            find=lambda id: banks.get(number_of("bank", id)),
            stamps=lambda one: (one.created_at, one.updated_at),
        )
