"""How customers, contacts and addresses are shown (contract §9.1, §9.2)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tidegate_sandbox.erp.customer import Contact, ContactPoint, Customer, PointKind
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.sage200.naming import POINT_FIELD, TERMS_BASIS, active
from tidegate_sandbox.sage200.reference_data import STAMPED
from tidegate_sandbox.sage200.routes import Context
from tidegate_sandbox.sage200.view import Getter, View, own_loose

POINT_KINDS: tuple[PointKind, ...] = ("email", "telephone", "mobile", "fax", "website")
PLURAL = {kind: f"{kind}es" if kind == "fax" else f"{kind}s" for kind in POINT_KINDS}


def part(name: str) -> Getter:
    """The way to a part of the customer's revenue account; empty where it has none."""
    return lambda customer: getattr(customer.revenue or Target(""), name)


def add_views(context: Context) -> None:
    """The views of customers and what belongs to them."""
    _add_points(context)
    _add_contact(context)
    _add_address(context)
    _add_customer(context)
    _add_delivery_address(context)
    _add_flat(context)


def _add_points(context: Context) -> None:
    for kind in POINT_KINDS:
        getters: dict[str, Getter] = {
            **STAMPED,
            "customer_contact_id": attrgetter("contact_id"),
            "is_default": attrgetter("is_default"),
            POINT_FIELD[kind]: attrgetter("value"),
        }
        if kind in ("telephone", "mobile", "fax"):
            getters |= {
                "country_code": attrgetter("country_code"),
                "area_code": attrgetter("area_code"),
                "full_number": attrgetter("full"),
            }
        context.views[f"customer_{kind}"] = View.of(f"customer_{kind}", getters)


def _add_contact(context: Context) -> None:
    company, views = context.company, context.views
    contact = views["customer_contact"] = View.of(
        "customer_contact",
        {
            **STAMPED,
            "customer_id": attrgetter("customer_id"),
            "salutation_id": attrgetter("salutation_id"),
            "name": attrgetter("name"),
            "first_name": attrgetter("first_name"),
            "middle_name": attrgetter("middle_name"),
            "last_name": attrgetter("last_name"),
            "default_telephone": lambda one: one.default("telephone"),
            "default_email": lambda one: one.default("email"),
            "is_default": attrgetter("is_default"),
        },
    )
    for kind in POINT_KINDS:
        contact.child(PLURAL[kind], views[f"customer_{kind}"], _points(kind))

        def owner(point: ContactPoint) -> Contact:
            return company.customers.contacts[point.contact_id]

        views[f"customer_{kind}"].child("customer_contact", contact, owner)


def _points(kind: PointKind) -> Getter:
    return lambda contact: [point for point in contact.points if point.kind == kind]


def _add_address(context: Context) -> None:
    company = context.company

    def country(address: Any) -> str:
        found = company.countries.get(address.country_id)
        return found.name if found is not None else ""

    def line(number: int) -> Getter:
        return attrgetter(f"line_{number}")

    context.views["customer.main_address"] = View.of(
        "customer.main_address",
        {
            **STAMPED,
            **{f"address_{number}": line(number) for number in range(1, 5)},
            "city": attrgetter("city"),
            "county": attrgetter("county"),
            "postcode": attrgetter("postcode"),
            "country": country,
            "address_country_code_id": attrgetter("country_id"),
        },
    )


def _add_customer(context: Context) -> None:
    company, views = context.company, context.views

    def nominal_id(customer: Customer) -> int | None:
        target = customer.revenue
        return company.ledger.account(target).id if target is not None else None

    customer = views["customer"] = View.of(
        "customer",
        {
            **STAMPED,
            "reference": attrgetter("code"),
            "name": attrgetter("name"),
            "short_name": attrgetter("short_name"),
            "balance": attrgetter("balance"),
            "on_hold": attrgetter("on_hold"),
            "account_status_type": lambda one: active(one.is_active),
            "currency_id": attrgetter("currency_id"),
            "credit_limit": attrgetter("credit_limit"),
            "country_code_id": attrgetter("country_id"),
            "default_tax_code_id": attrgetter("tax_code_id"),
            "vat_number": attrgetter("vat_number"),
            "payment_terms_days": attrgetter("terms_days"),
            "payment_terms_basis": lambda one: TERMS_BASIS[one.terms_basis],
            "value_of_current_orders_in_sop": attrgetter("open_orders"),
            "default_nominal_code_id": nominal_id,
            "default_nominal_code_reference": part("account"),
            "default_nominal_code_cost_centre": part("cost_centre"),
            "default_nominal_code_department": part("department"),
            "invoice_line_discount_percent": attrgetter("line_discount_percent"),
            "price_band_id": attrgetter("price_list_id"),
        },
    )
    customer.child("main_address", views["customer.main_address"], attrgetter("address"))
    customer.child("contacts", views["customer_contact"], attrgetter("contacts"))
    customer.child("currency", views["currency"], lambda one: company.currencies[one.currency_id])
    customer.child("country_code", views["country_code"], lambda one: company.countries[one.country_id])
    customer.child("default_tax_code", views["tax_code"], lambda one: company.tax_codes[one.tax_code_id])
    customer.child("price_band", views["price_band"], lambda one: company.prices.lists.get(one.price_list_id))
    customer.child(
        "default_nominal_code",
        views["nominal_code"],
        lambda one: company.ledger.account(one.revenue) if one.revenue is not None else None,
    )


def _add_delivery_address(context: Context) -> None:
    company, views = context.company, context.views

    def country(one: Any) -> str:
        found = company.countries.get(one.extra.get("address_country_code_id"))
        return found.name if found is not None else ""

    address = views["customer_delivery_address"] = View.of(
        "customer_delivery_address",
        {
            **STAMPED,
            "customer_id": attrgetter("customer_id"),
            "is_default": attrgetter("is_default"),
            "description": attrgetter("description"),
            "tax_code_id": attrgetter("tax_code_id"),
            "country": country,
        },
    )
    address.child("customer", views["customer"], lambda one: company.customers.table[one.customer_id])
    address.child("tax_code", views["tax_code"], lambda one: company.tax_codes[one.tax_code_id])


def _loose_view(customer: Customer) -> dict[str, Any]:
    extra = own_loose(customer)
    return {name: value for name, value in extra.items() if not name.startswith("spare_")}


def _add_flat(context: Context) -> None:
    """The flat, fast views of customers."""
    company, views = context.company, context.views
    tables = {
        "currency_id": company.currencies,
        "country_id": company.countries,
        "tax_code_id": company.tax_codes,
    }

    def of(link: str, name: str) -> Getter:
        table: Any = tables[link]
        return lambda one: getattr(table[getattr(one, link)], name)

    def band(name: str) -> Getter:
        return lambda one: getattr(company.prices.lists.get(one.price_list_id), name, None)

    def contact(get: Getter) -> Getter:
        return lambda one: get(one.default_contact) if one.default_contact is not None else None

    def place(name: str) -> Getter:
        return attrgetter(f"address.{name}")

    views["customer_view"] = View.of(
        "customer_view",
        {
            **STAMPED,
            "reference": attrgetter("code"),
            "name": attrgetter("name"),
            "short_name": attrgetter("short_name"),
            "country_code_id": attrgetter("country_id"),
            "country_code": of("country_id", "code"),
            "currency_id": attrgetter("currency_id"),
            "currency_name": of("currency_id", "name"),
            "currency_symbol": of("currency_id", "symbol"),
            "currency_iso_code_id": attrgetter("currency_id"),
            "currency_iso_code": of("currency_id", "code"),
            "currency_iso_code_name": of("currency_id", "name"),
            "balance": attrgetter("balance"),
            "base_balance": attrgetter("balance"),
            "credit_limit": attrgetter("credit_limit"),
            "vat_number": attrgetter("vat_number"),
            "default_tax_rate_id": attrgetter("tax_code_id"),
            "default_tax_rate_code": of("tax_code_id", "code"),
            "default_tax_rate_name": of("tax_code_id", "name"),
            "default_tax_rate": of("tax_code_id", "rate"),
            "default_nominal_account_number": part("account"),
            "default_nominal_cost_centre": part("cost_centre"),
            "default_nominal_department": part("department"),
            "payment_terms_in_days": attrgetter("terms_days"),
            "payment_terms": lambda one: TERMS_BASIS[one.terms_basis],
            "price_band_id": attrgetter("price_list_id"),
            "price_band_name": band("name"),
            "price_band_description": band("description"),
            "invoice_line_discount_percent": attrgetter("line_discount_percent"),
            "account_is_on_hold": attrgetter("on_hold"),
            "account_status_type_id": lambda one: 0 if one.is_active else 1,
            "account_status_type": lambda one: active(one.is_active),
            "value_of_current_orders_in_sop": attrgetter("open_orders"),
            "is_over_credit_limit": attrgetter("is_over_limit"),
            "contact_name": contact(attrgetter("name")),
            "contact_first_name": contact(attrgetter("first_name")),
            "contact_middle_name": contact(attrgetter("middle_name")),
            "contact_last_name": contact(attrgetter("last_name")),
            "contact_default_telephone_number": contact(lambda one: one.default("telephone")),
            "contact_default_email_address": attrgetter("email"),
            "customer_location_id": place("id"),
            **{f"customer_location_address_line_{n}": place(f"line_{n}") for n in range(1, 5)},
            "customer_location_post_code": place("postcode"),
            "customer_location_city": place("city"),
            "customer_location_county": place("county"),
            "customer_location_date_time_created": place("created_at"),
            "customer_location_date_time_updated": place("updated_at"),
            "customer_location_country_code_id": place("country_id"),
            "customer_location_address_country_code_id": place("country_id"),
        },
        _loose_view,
    )
    views["lookup_customer"] = View.of(
        "lookup_customer",
        {
            "id": attrgetter("id"),
            "reference": attrgetter("code"),
            "name": attrgetter("name"),
            "short_name": attrgetter("short_name"),
            "account_status_type_id": lambda one: 0 if one.is_active else 1,
            "post_code": place("postcode"),
        },
    )
