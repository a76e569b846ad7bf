"""An account that Sage 50 opens from the customer record inside an order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.tax import TaxCode
from tidegate_sandbox.sage50.customer_record import ADDRESSES

CODE_LENGTH = 30


def open_account(company: Company, record: dict[str, Any]) -> Customer:
    """Open the account of a customer that Sage 50 does not know yet (contract section 13)."""
    name = record.get("company") or f"{record['firstName']} {record['lastName']}".strip()
    currency = company.currencies.first("code", record.get("currency"))
    customer = company.customers.open(
        NewCustomer(
            code=record["id"][:CODE_LENGTH],
            name=name or "-",
            currency_id=currency.id if currency is not None else None,
            tax_code_id=tax_code(company, Decimal(record["tax"])).id if "tax" in record else None,
            external_key=record["id"],
            extra={ADDRESSES: record["addresses"]},
        )
    )
    customer.vat_number = record.get("idNumber", "")
    contact = company.customers.add_contact(
        customer, first_name=record["firstName"], last_name=record["lastName"]
    )
    company.customers.add_point(contact, "email", record["email"])
    return customer


def tax_code(company: Company, rate: Decimal) -> TaxCode:
    """The tax code of a rate in per cent, made if the company has none (A)."""
    for one in company.tax_codes:
        if one.rate == rate:
            return one
    code = max((one.code for one in company.tax_codes), default=0) + 1
    return company.tax_codes.add(company.new(TaxCode, code=code, name=f"IVA {rate} %", rate=rate))
