"""Customers as Sage 50 writes them into the scope file (contract section 10)."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.sage50.json_text import moment, number
from tidegate_sandbox.sage50.product_record import OVERLAY, REMOVED

ADDRESSES = "sage50_addresses"
"""In ``extra`` of an account that an order brought: the addresses as they were sent."""


def customer_id(customer: Customer) -> str:
    """The id of an account: as the application that brought it gave it, else its code."""
    return customer.external_key or customer.code


def find_customer(company: Company, id: str) -> Customer | None:
    """The account with this id."""
    found = [
        *company.customers.table.find("external_key", id),
        *company.customers.table.find("code", id),
    ]
    return next((one for one in found if customer_id(one) == id), None)


def customer_records(company: Company) -> list[dict[str, Any]]:
    """All accounts that are not removed, in the order of their making."""
    return [_record(company, one) for one in company.customers.table if REMOVED not in one.extra]


def _record(company: Company, customer: Customer) -> dict[str, Any]:
    contact = customer.default_contact
    prices = company.prices.lists.get(customer.price_list_id)
    record: dict[str, Any] = {
        "id": customer_id(customer),
        "firstName": contact.first_name or "-" if contact is not None else "-",
        "lastName": contact.last_name or customer.name if contact is not None else customer.name,
        "email": customer.email,
        "addresses": customer.extra.get(ADDRESSES) or [_address(company, customer)],
        "type": "retail" if prices is None or prices.is_standard else prices.name.lower(),
        "currency": company.currencies[customer.currency_id].code,
        "tax": number(company.tax_codes[customer.tax_code_id].rate),
        "surcharge": False,
        "company": customer.name,
        "active": customer.is_active,
        "timestamp": moment(customer.updated_at),
    }
    if customer.vat_number:
        record["idNumber"] = customer.vat_number
    if prices is not None and not prices.is_standard:
        record["priceList"] = prices.name
    return {**record, **customer.extra.get(OVERLAY, {})}


def _address(company: Company, customer: Customer) -> dict[str, Any]:
    address, contact = customer.address, customer.default_contact
    return {
        "id": f"{customer_id(customer)}-1",
        "contactName": contact.name if contact is not None else customer.name,
        "address1": address.line_1,
        "address2": address.line_2,
        "city": address.city,
        "country": company.country(address.country_id).code,
        "state": address.county,
        "region": "",
        "postCode": address.postcode,
        "telephone1": contact.default("telephone") if contact is not None else "",
        "telephone2": "",
        "timestamp": moment(max(address.updated_at, customer.updated_at)),
    }
