"""Set-up lists that are only read: tax codes, currencies, countries, units, banks (contract §9.11)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tidegate_sandbox.erp.bank import Bank
from tidegate_sandbox.sage200.contract import EnumValue, enums
from tidegate_sandbox.sage200.listing import Listing
from tidegate_sandbox.sage200.naming import active
from tidegate_sandbox.sage200.routes import Context
from tidegate_sandbox.sage200.view import Getter, View, no_loose

STAMPED: dict[str, Getter] = {
    "id": attrgetter("id"),
    "date_time_created": attrgetter("created_at"),
    "date_time_updated": attrgetter("updated_at"),
}
TYPE_LISTS = {
    "account_status_types": ("account_status_type", "account_status_type"),
    "accounting_period_validation_types": (
        "accounting_period_validation_type",
        "accounting_period_validation_type",
    ),
    "confirmation_intent_types": ("confirmation_intent_type", "sop_confirmation_intent_type"),
    "exchange_rate_types": ("exchange_rate_type", "exchange_rate_type"),
    "fulfilment_method_types": ("fulfilment_method_type", "fulfilment_method_type"),
    "ledger_types": ("ledger_type", "ledger_type"),
    "order_return_line_types": ("order_return_line_type", "sop_line_type"),
    "price_band_types": ("price_band_type", "price_band_type"),
    "product_status_types": ("product_status_type", "product_status_type"),
    "product_types": ("product_type", "product_type"),
    "sop_confirmation_intent_types": ("sop_confirmation_intent_type", "sop_confirmation_intent_type"),
    "sop_customer_types": ("sop_customer_type", "sop_customer_type"),
    "sop_document_status_types": ("sop_document_status_type", "sop_document_status"),
    "sop_order_payment_types": ("sop_order_payment_type", "sop_order_payment_type"),
    "sop_show_on_picking_list_types": ("sop_show_on_picking_list_type", "sop_show_on_picking_list_type"),
    "sop_trade_line_status_types": ("sop_trade_line_status_type", "sop_trade_line_status"),
    "traceable_types": ("traceable_type", "traceable_type"),
    "trader_account_types": ("trader_account_type", "trader_account_type"),
    "trader_payment_terms": ("trader_payment_terms", "payment_terms_basis"),
    "trader_transaction_types": ("trader_transaction_type", "trader_transaction_type"),
}
"""Path: (schema, enum)."""


def add_views(context: Context) -> None:
    """The views of the set-up lists."""
    company, views = context.company, context.views
    views["currency_iso_code"] = View.of(
        "currency_iso_code", {**STAMPED, "code": attrgetter("code"), "name": attrgetter("name")}
    )
    views["currency"] = View.of(
        "currency",
        {
            **STAMPED,
            "symbol": attrgetter("symbol"),
            "name": attrgetter("name"),
            "core_currency_rate": attrgetter("rate"),
            "is_base_currency": attrgetter("is_base"),
            "is_euro_currency": lambda one: one.code == "EUR",
            "use_for_new_accounts": attrgetter("is_base"),
            "currency_iso_code_id": attrgetter("id"),
        },
    )
    views["currency"].child("currency_iso_code", views["currency_iso_code"], lambda one: one)
    views["country_code"] = View.of(
        "country_code",
        {
            **STAMPED,
            "code": attrgetter("code"),
            "name": attrgetter("name"),
            "eu_member": attrgetter("eu_member"),
        },
    )
    views["tax_code"] = View.of(
        "tax_code",
        {
            **STAMPED,
            "code": attrgetter("code"),
            "name": attrgetter("name"),
            "tax_rate": attrgetter("rate"),
            "is_notional_acquisition_tax": lambda one: False,
        },
    )
    views["unit"] = View.of(
        "unit",
        {
            **STAMPED,
            "name": attrgetter("name"),
            "multiple_of_base_unit": attrgetter("multiple"),
            "each_value": lambda one: one.name == "Each",
        },
    )
    views["courier"] = View.of(
        "courier",
        {
            **STAMPED,
            "name": attrgetter("name"),
            "website": attrgetter("website"),
            "tracking_url": attrgetter("tracking_url"),
            "is_default": attrgetter("is_default"),
        },
    )
    for kind in ("department", "cost_centre"):
        views[kind] = View.of(kind, {**STAMPED, "code": attrgetter("code"), "name": attrgetter("name")})

    def balance(bank: Bank) -> Any:
        return company.ledger.account(bank.target).balance

    views["bank"] = View.of(
        "bank",
        {
            **STAMPED,
            "code": attrgetter("code"),
            "description": attrgetter("name"),
            "bank_name": attrgetter("name"),
            "account_name": attrgetter("name"),
            "sort_code": attrgetter("sort_code"),
            "account_no": attrgetter("account_number"),
            "account_status_type": lambda one: active(True),
            "balance": balance,
            "balance_in_base": balance,
            "account_currency_id": attrgetter("currency_id"),
            "bank_account_nominal_reference": attrgetter("target.account"),
            "bank_account_nominal_cost_centre": attrgetter("target.cost_centre"),
            "bank_account_nominal_department": attrgetter("target.department"),
        },
    )
    views["bank"].child(
        "account_currency", views["currency"], lambda one: company.currencies[one.currency_id]
    )


def add_routes(context: Context) -> None:
    """The paths of the set-up lists."""
    company = context.company
    context.table("currencies", "currency", company.currencies)
    context.table("currency_iso_codes", "currency_iso_code", company.currencies)
    context.table("country_codes", "country_code", company.countries, finders={"code": "code"})
    context.table("tax_codes", "tax_code", company.tax_codes, finders={"code": "code"})
    context.table("units", "unit", company.units)
    context.table("banks", "bank", company.banks, finders={"code": "code"})
    for path, (schema, enum) in TYPE_LISTS.items():
        _type_list(context, path, schema, enums()[enum])


def _type_list(context: Context, path: str, schema: str, values: tuple[EnumValue, ...]) -> None:
    view = View.of(
        schema,
        {
            "id": attrgetter("id"),
            "value": attrgetter("value"),
            "description": attrgetter("description"),
        },
        no_loose,
    )
    context.listing(path, Listing(view, lambda: values))
