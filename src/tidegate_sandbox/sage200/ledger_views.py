"""The views of the sales ledger (contract §9.9)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.sage200.naming import ENTRY_KIND, SOURCE
from tidegate_sandbox.sage200.reference_data import STAMPED
from tidegate_sandbox.sage200.routes import Context
from tidegate_sandbox.sage200.view import Getter, View, no_loose


def _values() -> dict[str, Getter]:
    """Amounts in the document's currency and in the base currency."""
    parts: dict[str, Getter] = {
        "goods_value": attrgetter("goods"),
        "gross_value": attrgetter("gross"),
        "tax_value": attrgetter("tax"),
        "discount_value": attrgetter("discount"),
        "allocated_value": attrgetter("allocated"),
    }
    return {f"{side}_{name}": get for side in ("document", "base") for name, get in parts.items()}


def add_views(context: Context) -> None:
    """The views of the sales ledger's transactions."""
    company, views = context.company, context.views
    common: dict[str, Getter] = {
        "reference": attrgetter("reference"),
        "second_reference": attrgetter("second_reference"),
        "transaction_date": attrgetter("date"),
        "posted_date": attrgetter("posted_on"),
        "due_date": attrgetter("due_date"),
        "document_outstanding_value": attrgetter("outstanding"),
        "exchange_rate": attrgetter("exchange_rate"),
        "customer_id": attrgetter("customer_id"),
    }
    posted = views["sales_posted_transaction"] = View.of(
        "sales_posted_transaction",
        {
            **STAMPED,
            **common,
            **_values(),
            "trader_transaction_type": lambda one: ENTRY_KIND[one.kind],
            "queried": attrgetter("queried"),
            "discount_days": lambda one: 0,
            "full_settlement_date": attrgetter("settled_on"),
            "control_value_in_base_currency": attrgetter("gross"),
            "urn": attrgetter("urn"),
            "user_name": attrgetter("user"),
        },
    )
    posted.child("customer", views["customer"], lambda one: company.customers.table[one.customer_id])
    _add_items(context, posted)

    def customer(name: str) -> Getter:
        return lambda one: getattr(company.customers.table[one.customer_id], name)

    def currency(name: str) -> Getter:
        return lambda one: getattr(
            company.currencies[company.customers.table[one.customer_id].currency_id], name
        )

    views["sales_transaction_view"] = View.of(
        "sales_transaction_view",
        {
            **common,
            **_values(),
            "posted_customer_transaction_id": attrgetter("id"),
            "transaction_type": lambda one: ENTRY_KIND[one.kind],
            "query": attrgetter("queried"),
            "user_name": attrgetter("user"),
            "ledger_type": lambda one: SOURCE[one.source],
            "urn": attrgetter("urn"),
            "base_outstanding_value": attrgetter("outstanding"),
            "customer_reference": customer("code"),
            "customer_name": customer("name"),
            "currency_name": currency("name"),
            "currency_symbol": currency("symbol"),
            "transaction_date_time_updated": attrgetter("updated_at"),
        },
        no_loose,
    )
    enquiry = views["sales_transaction_enquiry_view"] = View.of(
        "sales_transaction_enquiry_view",
        {
            **common,
            "id": attrgetter("id"),
            "trader_transaction_type": lambda one: ENTRY_KIND[one.kind],
            "queried": attrgetter("queried"),
            "document_gross_value": attrgetter("gross"),
            "document_discount_value": attrgetter("discount"),
            "document_discounted_value": lambda one: one.gross - one.discount,
            "document_allocated_value": attrgetter("allocated"),
            "allocation_status": _allocation,
            "source": lambda one: SOURCE[one.source],
            "urn": attrgetter("urn"),
            "user_name": attrgetter("user"),
        },
        no_loose,
    )
    enquiry.child("customer", views["customer"], lambda one: company.customers.table[one.customer_id])


def _allocation(one: Transaction) -> str:
    if one.allocated == 0:
        return "AllocationStatusUnallocated"
    return "AllocationStatusFull" if one.outstanding == 0 else "AllocationStatusPart"


def _add_items(context: Context, posted: View) -> None:
    """The parts of a transaction: tax, nominal accounts, bank, allocations."""
    company = context.company
    prefix = "sales_posted_transaction."

    def tax(name: str) -> Getter:
        return lambda share: getattr(company.tax_codes[share.tax_code_id], name)

    posted.child(
        "tax_analysis_items",
        View.of(
            prefix + "tax_analysis_items",
            {
                "id": attrgetter("tax_code_id"),
                "code": tax("code"),
                "name": tax("name"),
                "goods_amount": attrgetter("goods"),
                "tax_amount": attrgetter("tax"),
            },
            no_loose,
        ),
        attrgetter("tax_shares"),
    )
    posted.child(
        "nominal_analysis_items",
        View.of(
            prefix + "nominal_analysis_items",
            {
                "code": attrgetter("target.account"),
                "cost_centre": attrgetter("target.cost_centre"),
                "department": attrgetter("target.department"),
                "name": lambda share: company.ledger.account(share.target).name,
                "narrative": attrgetter("narrative"),
                "value": attrgetter("value"),
                "base_value": attrgetter("value"),
            },
            no_loose,
        ),
        attrgetter("nominal_shares"),
    )
    posted.child(
        "allocation_history_items",
        View.of(
            prefix + "allocation_history_items",
            {
                "id": attrgetter("id"),
                "entry_date": attrgetter("date"),
                "allocation_value": attrgetter("value"),
                "nominal_updated": lambda one: True,
            },
            no_loose,
        ),
        attrgetter("matches"),
    )
    posted.child("allocation_session_items", _sessions(context), _other_sides(context))

    def bank(one: Transaction) -> Any:
        return company.banks.get(one.bank_id)

    posted.child(
        "bank_items",
        View.of(
            prefix + "bank_items",
            {
                "bank_code": lambda one: bank(one).code,
                "name": lambda one: bank(one).name,
                "reference": attrgetter("reference"),
                "cheque_value": lambda one: -one.gross or ZERO,
                "urn": attrgetter("urn"),
            },
            no_loose,
        ),
        lambda one: [one] if one.bank_id is not None else [],
    )


def _sessions(context: Context) -> View:
    return View.of(
        "sales_posted_transaction.allocation_session_items",
        {
            "user_name": lambda pair: pair[1].user,
            "ledger_type": lambda pair: SOURCE[pair[1].source],
            "urn": lambda pair: pair[1].urn,
            "allocation_date": lambda pair: pair[0].date,
            "trader_transaction_type": lambda pair: ENTRY_KIND[pair[1].kind],
            "reference": lambda pair: pair[1].reference,
            "value": lambda pair: pair[1].gross,
            "allocation_value": lambda pair: pair[0].value,
        },
        no_loose,
    )


def _other_sides(context: Context) -> Getter:
    table = context.company.receivables.table
    return lambda one: [(match, table[other]) for match in one.matches for other in match.other_ids]
