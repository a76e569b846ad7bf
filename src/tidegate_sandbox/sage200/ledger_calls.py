"""The sales ledger: reading it, and posting receipts, refunds, credits and allocations (contract §9.9)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.receivable import EntryKind, NominalShare, TaxShare, Transaction
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage200.body import Body
from tidegate_sandbox.sage200.call import Call, found, required
from tidegate_sandbox.sage200.routes import Context

ANALYSIS = "The analysis does not add up to the value of the transaction."


def add_routes(context: Context) -> None:
    """Register the paths of the sales ledger."""
    company, routes, views = context.company, context.routes, context.views
    table = company.receivables.table
    keys = {"customer_id": "customer_id", "reference": "reference", "urn": "urn"}
    context.table("sales_posted_transactions", "sales_posted_transaction", table, finders=keys)
    context.table("sales_transaction_enquiry_views", "sales_transaction_enquiry_view", table, finders=keys)
    listing = context.table(
        "sales_transaction_views", "sales_transaction_view", table, finders=keys, by_id=False
    )
    listing.finders.pop("id")
    listing.finders["posted_customer_transaction_id"] = lambda id: [
        one for one in (table.get(id),) if one is not None
    ]

    def owned(call: Call) -> list[Transaction]:
        return table.find("customer_id", found(company.customers.table, call.ids[0]).id)

    for name in ("sales_posted_transaction", "sales_transaction_enquiry_view"):
        context.nested(f"customers/{{}}/{name}s", name, table, owned)

    def query(call: Call) -> Any:
        one = found(table, call.ids[0])
        body = call.body("sales_posted_transaction")
        if "queried" in body:
            one.queried = body["queried"]
        company.touch(one)
        return call.show(views["sales_posted_transaction"], one)

    routes.on("PUT", "sales_posted_transactions/{}", query)
    routes.on("POST", "sales_receipts", _payer("receipt"))
    routes.on("POST", "sales_payments", _payer("refund"))
    routes.on("POST", "sales_credit_notes", _biller("credit_note"))
    routes.on("POST", "sales_invoices", _biller("invoice"))
    routes.on("POST", "sales_allocations", _allocate)


def _customer(call: Call, body: Body) -> Customer:
    customer = call.company.customers.table.get(body["customer_id"])
    if customer is None:
        raise Refusal("unknown", "The customer account does not exist.", "customer_id")
    return customer


def _urn(call: Call, one: Transaction) -> dict[str, Any]:
    return {"urn": one.urn if call.options.urn_as_number else str(one.urn)}


def _payer(kind: EntryKind) -> Callable[[Call], Any]:
    schema = "sales_receipt" if kind == "receipt" else "sales_payment"

    def post(call: Call) -> Any:
        company, body = call.company, call.body(schema)
        required(body, schema, "customer_id", "bank_id", "cheque_value")
        customer = _customer(call, body)
        bank = company.banks.get(body["bank_id"])
        if bank is None:
            raise Refusal("unknown", "The bank account does not exist.", "bank_id")
        value: Decimal = body["cheque_value"]
        shares = _nominal_shares(call, body)
        if shares and sum((one.value for one in shares), ZERO) != rounded(value):
            raise Refusal("invalid", ANALYSIS, "nominal_analysis_items")
        posted = company.receivables.pay(
            kind,
            customer,
            bank,
            value,
            day=body.get("transaction_date"),
            reference=body.get("reference", ""),
            second_reference=body.get("second_reference", ""),
            discount=body.get("settlement_discount_value", ZERO),
            source="api",
        )
        return _urn(call, posted)

    return post


def _nominal_shares(call: Call, body: Body) -> list[NominalShare]:
    shares = []
    for position, one in enumerate(body.get("nominal_analysis_items", [])):
        target = Target(one.get("code", ""), one.get("cost_centre", ""), one.get("department", ""))
        if not call.company.ledger.has(target):
            field = f"nominal_analysis_items[{position}].code"
            raise Refusal("unknown", f"The nominal code {target.account} does not exist.", field)
        shares.append(NominalShare(target, rounded(one.get("value", ZERO)), one.get("narrative", "")))
    return shares


def _tax_shares(call: Call, body: Body, customer: Customer, goods: Decimal, tax: Decimal) -> list[TaxShare]:
    """The tax analysis of the body. Without one, all goes to the customer's default tax code (P)."""
    items = body.get("tax_analysis_items")
    if not items:
        return [TaxShare(customer.tax_code_id, goods, tax)]
    shares = []
    for position, one in enumerate(items):
        if "id" not in one:
            raise Refusal("missing", "The tax code must be entered.", f"tax_analysis_items[{position}].id")
        code = call.company.tax_code(one["id"])
        shares.append(
            TaxShare(code.id, rounded(one.get("goods_amount", ZERO)), rounded(one.get("tax_amount", ZERO)))
        )
    return shares


def _biller(kind: EntryKind) -> Callable[[Call], Any]:
    schema = "sales_credit_note" if kind == "credit_note" else "sales_invoice"

    def post(call: Call) -> Any:
        company, body = call.company, call.body(schema)
        required(body, schema, "customer_id")
        customer = _customer(call, body)
        goods = rounded(body.get("document_goods_value", ZERO))
        tax = rounded(body.get("document_tax_value", ZERO))
        if goods < 0 or tax < 0 or goods + tax == 0:
            raise Refusal("invalid", "The value must be greater than zero.", "document_goods_value")
        tax_shares = _tax_shares(call, body, customer, goods, tax)
        nominal_shares = _nominal_shares(call, body)
        if not nominal_shares:
            nominal_shares = [NominalShare(customer.revenue or company.sales, goods)]
        if (
            sum((one.goods for one in tax_shares), ZERO) != goods
            or sum((one.tax for one in tax_shares), ZERO) != tax
        ):
            raise Refusal("invalid", ANALYSIS, "tax_analysis_items")
        if sum((one.value for one in nominal_shares), ZERO) != goods:
            raise Refusal("invalid", ANALYSIS, "nominal_analysis_items")
        posted = company.receivables.post(
            kind,
            customer,
            tax_shares=tax_shares,
            nominal_shares=nominal_shares,
            day=body.get("transaction_date"),
            due=body.get("due_date"),
            reference=body.get("reference", ""),
            second_reference=body.get("second_reference", ""),
            source="api",
        )
        return _urn(call, posted)

    return post


def _allocate(call: Call) -> Any:
    """Allocate transactions to each other. The answer repeats the request, as its real shape is not public (A)."""
    company, body = call.company, call.body("sales_allocation")
    required(body, "sales_allocation", "customer_id", "allocation_lines")
    customer = _customer(call, body)
    lines = []
    for position, one in enumerate(body["allocation_lines"]):
        posted = company.receivables.table.get(one.get("posted_tran_id"))
        if posted is None or posted.customer_id != customer.id:
            field = f"allocation_lines[{position}].posted_tran_id"
            raise Refusal("unknown", "The transaction does not exist on this account.", field)
        lines.append((posted, rounded(one.get("value_to_allocate", ZERO))))
    company.receivables.allocate(lines, day=body.get("allocation_date"))
    return {
        "customer_id": customer.id,
        "allocation_lines": [
            {"posted_tran_id": posted.id, "value_to_allocate": value} for posted, value in lines
        ],
    }
