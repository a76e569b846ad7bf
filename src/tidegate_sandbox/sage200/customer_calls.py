"""Opening, changing and deleting customers and their delivery addresses (contract §9.1, §9.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.customer import Customer, DeliveryAddress
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage200.body import Body
from tidegate_sandbox.sage200.call import Call, blank, found, required
from tidegate_sandbox.sage200.contact_calls import check_contacts, save_contacts
from tidegate_sandbox.sage200.naming import TERMS_BASIS, reverse
from tidegate_sandbox.sage200.routes import Context

DIRECT = {
    "name": "name",
    "short_name": "short_name",
    "on_hold": "on_hold",
    "currency_id": "currency_id",
    "credit_limit": "credit_limit",
    "country_code_id": "country_id",
    "default_tax_code_id": "tax_code_id",
    "vat_number": "vat_number",
    "payment_terms_days": "terms_days",
    "invoice_line_discount_percent": "line_discount_percent",
    "price_band_id": "price_list_id",
}
"""Fields whose value the company keeps as it is: field, name in the kernel."""
HANDLED = frozenset(
    {
        *DIRECT,
        "id",
        "reference",
        "account_status_type",
        "payment_terms_basis",
        "default_nominal_code_reference",
        "default_nominal_code_cost_centre",
        "default_nominal_code_department",
        "main_address",
        "contacts",
        "memos",
        "alerts",
        "cards",
        "credit_memo_note",
    }
)
ADDRESS = {
    **{f"address_{number}": f"line_{number}" for number in range(1, 5)},
    "city": "city",
    "county": "county",
    "postcode": "postcode",
    "address_country_code_id": "country_id",
}


def add_routes(context: Context) -> None:
    """The paths of customers and delivery addresses."""
    company, routes, views = context.company, context.routes, context.views
    customers = company.customers
    keys = {"reference": "code", "name": "name"}
    context.table("customers", "customer", customers.table, finders={**keys, "spare_text_1": "external_key"})
    context.table("customer_views", "customer_view", customers.table, finders=keys, by_id=False)
    context.table("lookup_customers", "lookup_customer", customers.table, finders=keys, by_id=False)

    def create(call: Call) -> Any:
        return call.show(views["customer"], _create(call))

    def update(call: Call) -> Any:
        return call.show(views["customer"], _update(call, found(customers.table, call.ids[0])))

    def template(call: Call) -> Any:
        return blank("customer", call.profile, short_name="", currency_id=company.currency(None).id)

    routes.on("POST", "customers", create)
    routes.on("PUT", "customers/{}", update)
    routes.on(
        "DELETE", "customers/{}", lambda call: company.close_account(found(customers.table, call.ids[0]))
    )
    routes.on("POST", "customers_new", template)
    _add_delivery_routes(context)


def _create(call: Call) -> Customer:
    company = call.company
    body = call.body("customer")
    generated = call.professional and company.rules.account_codes_generated
    if not generated:
        required(body, "customer", "reference")
    required(body, "customer", "name")
    _check_links(company, body)
    check_contacts(body.get("contacts", []))
    customer = company.customers.open(
        NewCustomer(
            code=body.get("reference", ""),
            name=body["name"],
            short_name=body.get("short_name", ""),
            currency_id=body.get("currency_id"),
            country_id=body.get("country_code_id"),
            tax_code_id=body.get("default_tax_code_id"),
            price_list_id=body.get("price_band_id"),
        )
    )
    _apply(company, customer, body)
    return customer


def _update(call: Call, customer: Customer) -> Customer:
    body = call.body("customer")
    if body.get("reference", customer.code).upper() != customer.code:
        raise Refusal("invalid", "The account reference cannot be changed.", "customer.reference")
    _check_links(call.company, body)
    check_contacts(body.get("contacts", []), customer)
    _apply(call.company, customer, body)
    return customer


def _check_links(company: Company, body: Body) -> None:
    """Foreign ids are checked before anything is stored (P)."""
    lookups: dict[str, Callable[[int], Any]] = {
        "currency_id": company.currency,
        "country_code_id": company.country,
        "default_tax_code_id": company.tax_code,
    }
    for name, look_up in lookups.items():
        if name in body:
            look_up(body[name])
    if "price_band_id" in body and body["price_band_id"] not in company.prices.lists:
        raise Refusal("unknown", "The price band does not exist.", "customer.price_band_id")
    country = body.get("main_address", {}).get("address_country_code_id")
    if country is not None:
        company.country(country)
    reference = body.get("default_nominal_code_reference")
    if reference and not company.ledger.has(_target(body)):
        raise Refusal(
            "unknown", "The nominal code does not exist.", "customer.default_nominal_code_reference"
        )


def _target(body: Body) -> Target:
    return Target(
        body.get("default_nominal_code_reference", ""),
        body.get("default_nominal_code_cost_centre", ""),
        body.get("default_nominal_code_department", ""),
    )


def _apply(company: Company, customer: Customer, body: Body) -> None:
    for name, attribute in DIRECT.items():
        if name in body and (body[name] != "" or name not in ("name", "short_name")):
            setattr(customer, attribute, body[name])
    if "account_status_type" in body:
        customer.is_active = body["account_status_type"] != "AccountStatusHidden"
    if body.get("payment_terms_basis"):
        customer.terms_basis = reverse(TERMS_BASIS, body["payment_terms_basis"])
    if body.get("default_nominal_code_reference"):
        customer.revenue = _target(body)
    customer.extra.update({name: value for name, value in body.items() if name not in HANDLED})
    customer.external_key = customer.extra.get("spare_text_1", "") or ""
    if "main_address" in body:
        for name, attribute in ADDRESS.items():
            if name in body["main_address"]:
                setattr(customer.address, attribute, body["main_address"][name])
        company.touch(customer.address)
    save_contacts(company, customer, body.get("contacts", []))
    company.customers.changed(customer)


def _add_delivery_routes(context: Context) -> None:
    company, routes = context.company, context.routes
    view = context.views["customer_delivery_address"]
    table = company.customers.delivery_addresses
    context.table(
        "customer_delivery_addresses",
        "customer_delivery_address",
        table,
        finders={"customer_id": "customer_id"},
    )

    def owned(call: Call) -> list[DeliveryAddress]:
        return table.find("customer_id", found(company.customers.table, call.ids[0]).id)

    context.nested("customers/{}/customer_delivery_addresses", "customer_delivery_address", table, owned)

    def create(call: Call) -> Any:
        body = call.body("customer_delivery_address")
        required(body, "customer_delivery_address", "customer_id", "description", "tax_code_id")
        customer = company.customers.table.get(body["customer_id"])
        if customer is None:
            raise Refusal("unknown", "The customer account does not exist.", "customer_id")
        address = company.customers.add_delivery_address(
            customer, body["description"], body["tax_code_id"], **_loose(body)
        )
        if body.get("is_default"):
            _make_default(company, address)
        return call.show(view, address)

    def update(call: Call) -> Any:
        address = found(table, call.ids[0])
        body = call.body("customer_delivery_address")
        if "tax_code_id" in body:
            address.tax_code_id = company.tax_code(body["tax_code_id"]).id
        if body.get("description"):
            address.description = body["description"]
        address.extra.update(_loose(body))
        if body.get("is_default"):
            _make_default(company, address)
        company.touch(address)
        return call.show(view, address)

    def delete(call: Call) -> None:
        company.stamp()
        table.remove(found(table, call.ids[0]))

    routes.on("POST", "customer_delivery_addresses", create)
    routes.on("PUT", "customer_delivery_addresses/{}", update)
    routes.on("DELETE", "customer_delivery_addresses/{}", delete)


def _loose(body: Body) -> dict[str, Any]:
    handled = ("id", "customer_id", "description", "tax_code_id", "is_default")
    return {name: value for name, value in body.items() if name not in handled}


def _make_default(company: Company, address: DeliveryAddress) -> None:
    for other in company.customers.delivery_addresses.find("customer_id", address.customer_id):
        other.is_default = other is address
