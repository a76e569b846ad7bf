"""Settings, permissions, users and licence: what the company and its user are allowed (contract §9.6, §9.11)."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from tidegate_sandbox.erp.calendar import Period
from tidegate_sandbox.erp.record import Record
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage200.call import Call, not_found, required
from tidegate_sandbox.sage200.listing import Listing
from tidegate_sandbox.sage200.reference_data import STAMPED
from tidegate_sandbox.sage200.routes import Context
from tidegate_sandbox.sage200.view import Getter, View, no_loose

USER = "tidegate.integration"
ANALYSED = (
    ("SOPOrderReturn", "Sales order", "sop_order"),
    ("SOPOrderReturnLine", "Sales order line", "sop_order_line"),
    ("SLCustomerAccount", "Customer", "customer"),
    ("StockItem", "Stock item", "product"),
)


def add_views(context: Context) -> None:
    """The views of charges and payment methods, which orders refer to."""
    company, views = context.company, context.views

    def account(one: Any) -> Any:
        return company.ledger.account(one.target)

    charge = views["sop_additional_charge"] = View.of(
        "sop_additional_charge",
        {
            **STAMPED,
            "code": attrgetter("code"),
            "name": attrgetter("name"),
            "charge_value": attrgetter("price"),
            "nominal_code_id": lambda one: account(one).id,
            "tax_code_id": attrgetter("tax_code_id"),
        },
    )
    charge.child("nominal_code", views["nominal_code"], account)
    charge.child("tax_code", views["tax_code"], lambda one: company.tax_codes[one.tax_code_id])
    method = views["sop_payment_method"] = View.of(
        "sop_payment_method",
        {
            **STAMPED,
            "name": attrgetter("name"),
            "description": attrgetter("description"),
            "bank_account_id": attrgetter("bank_id"),
            "currency_id": attrgetter("currency_id"),
            "card_processing_method": attrgetter("processes_cards"),
        },
    )
    method.child("bank_account", views["bank"], lambda one: company.banks[one.bank_id])
    method.child("currency", views["currency"], lambda one: company.currencies[one.currency_id])


def add_routes(context: Context) -> None:
    """The paths of settings."""
    company, routes = context.company, context.routes
    context.table(
        "sop_additional_charges", "sop_additional_charge", company.charges, finders={"code": "code"}
    )
    context.table(
        "sop_payment_methods", "sop_payment_method", company.payment_methods, finders={"name": "name"}
    )
    with company.system():
        row = company.new(Record)
        users = [company.new(Record)]
        roles = [company.new(Record, extra={"role": name}) for name in ("Account", "Sales")]
        salutations = [company.new(Record, extra={"code": name}) for name in ("Mr", "Ms", "Dr")]
    _one_row(context, "sop_settings", "sop_settings", row, _sop_settings(context))
    _one_row(context, "stock_settings", "stock_settings", row, _stock_settings(context))
    _one_row(context, "sales_ledger_settings", "sales_ledger_settings", row, _ledger_settings(context))
    _one_row(context, "price_book_settings", "price_book_settings", row, _price_settings())
    _one_row(context, "company_details", "company_details", row, _details(context))
    permissions = _permissions(context, users[0])
    _one_row(context, "sop_user_permissions", "sop_user_permission", users[0], permissions)
    _one_row(
        context,
        "current_user_sop_user_permissions",
        "sop_user_permission",
        users[0],
        permissions,
        by_id=False,
    )
    _one_row(context, "users", "user", users[0], {"id": attrgetter("id"), "name": lambda _: USER})
    _one_object(context, "current_user", users[0], _user())
    _one_object(context, "licence", row, _licence())
    _list(context, "salutations", "salutation", salutations)
    _list(context, "trader_contact_roles", "trader_contact_role", roles)
    _list(context, "analysis_code_mappings", "analysis_code_mapping", _mappings(context))
    _add_calendar(context)
    routes.on("POST", "transaction_date_validation", _validate_date)


def _list(context: Context, path: str, schema: str, rows: list[Record]) -> None:
    view = View.of(schema, dict(STAMPED))
    context.listing(path, Listing(view, lambda: rows))

    def one(call: Call) -> Any:
        record = next((row for row in rows if row.id == call.ids[0]), None)
        if record is None:
            raise not_found()
        return call.show_one(view, record)

    context.routes.on("GET", f"{path}/{{}}", one)


def _one_row(
    context: Context, path: str, schema: str, row: Record, getters: dict[str, Getter], *, by_id: bool = True
) -> None:
    """Serve a list that has one row."""
    stamps = {name: get for name, get in STAMPED.items() if name in View.of(schema, {}).schema.fields}
    view = View.of(schema, {**stamps, **getters})
    context.listing(path, Listing(view, lambda: [row]))

    def one(call: Call) -> Any:
        if call.ids[0] != row.id:
            raise not_found()
        return call.show_one(view, row)

    if by_id:
        context.routes.on("GET", f"{path}/{{}}", one)


def _one_object(context: Context, name: str, row: Record, getters: dict[str, Getter]) -> None:
    """Serve one record that is no list (contract, additions of 29 November)."""
    stamps = {stamp: get for stamp, get in STAMPED.items() if stamp in View.of(name, {}).schema.fields}
    view = View.of(name, {**stamps, **getters})
    context.routes.on("GET", name, lambda call: call.show_one(view, row))


def _rule(context: Context, name: str) -> Getter:
    rules = context.company.rules
    return lambda _: getattr(rules, name)


def _constant(value: Any) -> Getter:
    return lambda _: value


def _sop_settings(context: Context) -> dict[str, Getter]:
    company = context.company

    def cash_account(_: Any) -> int | None:
        customer = company.customers.table.first("code", "WEB")
        return customer.id if customer is not None else None

    return {
        "auto_generate_order_return_numbers": _rule(context, "order_numbers_generated"),
        "allow_payment_with_order": _rule(context, "allow_payment_with_order"),
        "allow_cash_orders": _rule(context, "allow_cash_orders"),
        "cash_order_account_id": cash_account,
        "are_prices_tax_inclusive": _rule(context, "prices_include_tax"),
        "allocate_stock_on_order_entry": _rule(context, "allocate_on_entry"),
        "update_stock_on_despatch": _rule(context, "update_stock_on_despatch"),
        "record_cancelled_order_lines": _constant(True),
        "record_tracking_on_despatch": _constant(True),
        "amend_analysis_codes": _constant(True),
        "amend_nominal_codes": _constant(True),
        "add_invoice_credit_note_to_sales_ledger": _constant(True),
        "default_free_text_confirm_intent_type": _constant("NoConfirmation"),
        "default_service_labour_confirm_intent_type": _constant("NoConfirmation"),
    }


def _stock_settings(context: Context) -> dict[str, Getter]:
    return {
        "use_multiple_locations": _constant(True),
        "integrate_stock_management_with_nominal": _rule(context, "post_cost_of_sales"),
        "generate_cos_for_sop": _rule(context, "post_cost_of_sales"),
        "allow_fulfilment_from_stock": _constant(True),
    }


def _ledger_settings(context: Context) -> dict[str, Getter]:
    company = context.company
    return {
        "auto_generate_account_numbers": _rule(context, "account_codes_generated"),
        "default_tax_code_id": lambda _: company.tax_code(None).id,
        "default_payment_terms_days": _constant(30),
        "default_payment_terms_basis": _constant("PaymentDueFromDocumentDate"),
    }


def _price_settings() -> dict[str, Getter]:
    return {
        "use_stock_item_discounts": _constant(True),
        "use_product_group_discounts": _constant(True),
        "use_quantity_based_discounts": _constant(True),
    }


def _details(context: Context) -> dict[str, Getter]:
    company = context.company
    return {
        "name": lambda _: company.name,
        "country_code_id": lambda _: company.country(None).id,
        "years_accounts_held_for": _constant(3),
    }


def _user() -> dict[str, Getter]:
    return {
        "logon_name": _constant(USER),
        "friendly_name": _constant("Web integration"),
        "email_address": _constant("integration@example.com"),
        "is_web_user": _constant(True),
    }


def _permissions(context: Context, user: Record) -> dict[str, Getter]:
    home = context.company.warehouses.first("name", "HOME")
    return {
        "user_number": lambda _: user.id,
        "user_name": _constant(USER[:20]),
        "override_prices_discounts": _rule(context, "may_override_prices"),
        "override_credit_holds": _rule(context, "may_override_holds"),
        "full_order_warehouse_id": lambda _: home.id if home is not None else None,
        "trade_order_warehouse_id": lambda _: home.id if home is not None else None,
        "rapid_order_warehouse_id": lambda _: home.id if home is not None else None,
        "invoice_warehouse_id": lambda _: home.id if home is not None else None,
    }


def _licence() -> dict[str, Getter]:
    on = ("sales", "nominal", "cash_book", "stock", "price_book", "sales_orders")
    return {f"is_{module}_enabled": _constant(True) for module in on}


def _mappings(context: Context) -> list[Record]:
    company = context.company
    with company.system():
        return [
            company.new(
                Record,
                extra={
                    "class_name": class_name,
                    "friendly_class_name": friendly,
                    "property_name": f"AnalysisCode{slot}",
                    "friendly_property_name": f"Analysis code {slot}",
                    "slot": slot,
                },
            )
            for class_name, friendly, _ in ANALYSED
            for slot in range(1, 4)
        ]


def _add_calendar(context: Context) -> None:
    company = context.company

    def current(day: Any) -> int:
        period = company.calendar.period_of(company.today())
        return int(day.year_id) - (period.year_id if period is not None else 0)

    def in_year(pick: Callable[[list[Period]], Any]) -> Getter:
        return lambda one: pick([p for p in company.calendar.periods if p.year_id == one.year_id])

    view = View.of(
        "financial_year_period_view",
        {
            "financial_year_id": attrgetter("year_id"),
            "financial_year_start_date": attrgetter("year_start"),
            "financial_year_end_date": in_year(lambda periods: periods[-1].end),
            "year_relative_to_current_year": current,
            "number_of_periods_in_year": in_year(len),
            "accounting_period_id": attrgetter("id"),
            "period_number": attrgetter("number"),
            "period_start_date": attrgetter("start"),
            "period_end_date": attrgetter("end"),
        },
        no_loose,
    )
    context.listing("financial_year_period_views", Listing(view, lambda: company.calendar.periods))


def _validate_date(call: Call) -> Any:
    """Whether a date may be posted to: asked before back-dated posts (contract §9.10)."""
    body = call.body("transaction_date_validation_request")
    required(body, "transaction_date_validation", "date")
    try:
        call.company.calendar.require_open(body["date"])
    except Refusal as refusal:
        return {"classification": "Unacceptable", "message": refusal.text}
    return {"classification": "Acceptable", "message": ""}
