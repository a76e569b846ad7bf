"""``ARCustomers`` (contract §12)."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.sage300.database import BASE, Database
from tidegate_sandbox.sage300.oe_orders import OPTIONS, options_shown
from tidegate_sandbox.sage300.problem import Problem
from tidegate_sandbox.sage300.resource import Body, Details, Resource, Value, number_of, text_of

TEXTS: dict[str, int] = {
    "ShortName": 10,
    "GroupCode": 6,
    "CustomerName": 60,
    "AddressLine1": 60,
    "AddressLine2": 60,
    "AddressLine3": 60,
    "AddressLine4": 60,
    "City": 30,
    "StateProvince": 30,
    "ZipPostalCode": 20,
    "Country": 30,
    "ContactName": 60,
    "PhoneNumber": 30,
    "Terms": 6,
    "AccountSet": 6,
    "WebSite": 100,
    "Salesperson1": 8,
    "TaxRegistrationNumber1": 20,
}
"""Texts that are kept as they come, with their width."""
GROUPS = ("RTL", "WHL")


class Customers:
    """Accounts of one company."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._company = database.company

    def resource(self) -> Resource:
        """The resource; it can be read, added to and changed."""
        kept: dict[str, tuple[str, Value]] = {name: ("s", _kept(name)) for name in TEXTS}
        fields: dict[str, tuple[str, Value]] = {
            "CustomerNumber": ("s", lambda one: one.code),
            **kept,
            "CustomerName": ("s", lambda one: one.name),
            "GroupCode": ("s", lambda one: one.extra.get("GroupCode", "RTL")),
            "Terms": ("s", lambda one: one.extra.get("Terms", "N30")),
            "Status": ("s", lambda one: "Active" if one.is_active else "Inactive"),
            "OnHold": ("s", lambda one: "Yes" if one.on_hold else "No"),
            "Email": ("s", lambda one: one.email),
            "ContactsEmail": ("s", lambda one: one.extra.get("ContactsEmail", "")),
            "CurrencyCode": ("s", lambda one: self._company.currencies[one.currency_id].code),
            "TaxGroup": ("s", lambda _one: self._database.authority),
            "TaxClassCode1": ("i", lambda _one: 1),
            "TaxRegistrationNumber1": ("s", lambda one: one.vat_number),
            "CreditLimitCustomerCurrency": ("n", lambda one: one.credit_limit),
            "CheckCreditLimit": ("s", lambda one: "Yes" if one.credit_limit else "No"),
            "BalanceDueInCustomerCurrency": ("n", self._balance),
            "CustomerPriceList": ("s", self._price_list),
            "AllowWebStoreShopping": ("s", lambda one: one.extra.get("AllowWebStoreShopping", "Yes")),
            "CheckForDuplicatePOs": (
                "s",
                lambda one: "Yes" if one.extra.get("CheckForDuplicatePOs") else "No",
            ),
            "DateLastMaintained": ("dt", self._maintained),
            "DateOfLastActivity": ("dt", self._active),
            "StartDate": ("dt", lambda one: self._database.local_day(one.created_at)),
        }
        table = self._company.customers.table
        return Resource(
            name="ARCustomers",
            module="AR",
            key=("CustomerNumber",),
            fields=fields,
            rows=lambda: sorted(table, key=lambda one: one.code),
            details={"CustomerOptionalFieldValues": Details(OPTIONS, lambda one: options_shown(one.extra))},
            lookups={
                "CustomerNumber": lambda value: [
                    one for one in table.find("code", value) if one.code == value
                ],
                "WebSite": lambda value: (
                    table.find("external_key", value)
                    or [one for one in table if one.extra.get("WebSite", "") == value]
                ),
            },
            insert=self._insert,
            change=self._change,
        )

    def _balance(self, one: Customer) -> Any:
        hidden = ZERO
        for posted in self._company.receivables.table.find("customer_id", one.id):
            if posted.kind in ("invoice", "credit_note"):
                invoice = self._company.invoices.table.first("posted_id", posted.id)
                if invoice is not None and "dayend" not in invoice.extra:
                    hidden += posted.gross
        return one.balance - hidden

    def _price_list(self, one: Customer) -> str:
        found = self._company.prices.lists.get(one.price_list_id)
        return found.name if found is not None else BASE

    def _maintained(self, one: Customer) -> Any:
        """Only the account's own changes: balances do not touch it."""
        return self._database.local_day(one.updated_at)

    def _active(self, one: Customer) -> Any:
        posted = self._company.receivables.table.find("customer_id", one.id)
        return self._database.local_day(max(each.updated_at for each in posted)) if posted else None

    def _insert(self, body: Body) -> Customer:
        number = text_of(body, "CustomerNumber", 12)
        if not number:
            raise Problem("RecordInvalid", "Customer Number cannot be blank.")
        table = self._company.customers.table
        if any(one.code == number for one in table.find("code", number)):
            raise Problem("RecordDuplicate", f"Customer {number} already exists.")
        for name in ("ShortName", "GroupCode", "TaxGroup"):
            if not text_of(body, name):
                raise Problem("RecordInvalid", f"{name} cannot be blank.")
        if text_of(body, "GroupCode", 6) not in GROUPS:
            raise Problem("FieldInvalid", f"Customer Group {body['GroupCode']} does not exist.")
        customer = self._company.customers.open(
            NewCustomer(
                code=number,
                name=text_of(body, "CustomerName", 60) or number,
                short_name=text_of(body, "ShortName", 10),
                currency_id=self._currency(text_of(body, "CurrencyCode", 3)),
            )
        )
        self._company.customers.add_contact(customer, first_name=customer.name)
        self._set(customer, body)
        return customer

    def _currency(self, code: str) -> int | None:
        if not code:
            return None
        found = self._company.currencies.first("code", code)
        if found is None:
            raise Problem("FieldInvalid", f"Currency {code} does not exist.")
        return found.id

    def _change(self, customer: Customer, body: Body) -> None:
        self._set(customer, body)

    def _set(self, customer: Customer, body: Body) -> None:
        for name, value in body.items():
            if name in TEXTS:
                customer.extra[name] = text_of(body, name, TEXTS[name])
            match name:
                case "CustomerName":
                    customer.name = text_of(body, name, 60)
                case "OnHold":
                    customer.on_hold = value in ("Yes", True)
                case "Status":
                    customer.is_active = value != "Inactive"
                case "TaxRegistrationNumber1":
                    customer.vat_number = text_of(body, name, 20)
                case "ContactsEmail":
                    customer.extra[name] = text_of(body, name, 50)
                case "CreditLimitCustomerCurrency":
                    customer.credit_limit = number_of(value, name)
                case "Email":
                    self._mail(customer, text_of(body, name, 50))
                case "CustomerPriceList":
                    found = self._company.prices.lists.first("name", text_of(body, name, 6))
                    if found is None:
                        raise Problem("FieldInvalid", f"Price list {value} does not exist.")
                    customer.price_list_id = found.id
                case "CustomerOptionalFieldValues":
                    customer.extra["options"] = {one["OptionalField"]: one.get("Value", "") for one in value}
        customer.external_key = customer.extra.get("options", {}).get("MAGECUST", customer.external_key)
        self._company.customers.changed(customer)

    def _mail(self, customer: Customer, address: str) -> None:
        contact = customer.default_contact
        if contact is None:
            return
        for point in [one for one in contact.points if one.kind == "email"]:
            self._company.customers.remove_point(contact, point)
        if address:
            self._company.customers.add_point(contact, "email", address)


def _kept(name: str) -> Value:
    return lambda one: one.extra.get(name, "")
