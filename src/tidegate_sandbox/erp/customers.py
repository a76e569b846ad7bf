"""Accounts of the sales ledger: opening, changing and closing them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.company_setup import CompanySetup
from tidegate_sandbox.erp.customer import Address, Contact, ContactPoint, Customer, DeliveryAddress, PointKind
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.prices import Prices
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.table import Table

DUPLICATE = (
    "The account reference already exists. You cannot have two accounts with the same account reference."
)


@dataclass(slots=True, kw_only=True)
class NewCustomer:
    """What an account is opened with; None takes the company's default."""

    code: str = ""
    name: str
    short_name: str = ""
    currency_id: int | None = None
    country_id: int | None = None
    tax_code_id: int | None = None
    price_list_id: int | None = None
    credit_limit: Decimal = ZERO
    on_hold: bool = False
    external_key: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


class Customers:
    """Customers of one company with their contacts and delivery addresses."""

    def __init__(self, company: CompanySetup, prices: Prices) -> None:
        self._company = company
        self._prices = prices
        self.table: Table[Customer] = Table(
            code=lambda one: one.code,
            name=lambda one: one.name,
            external_key=lambda one: one.external_key or None,
        )
        self.contacts: Table[Contact] = Table(customer_id=lambda one: one.customer_id)
        self.points: Table[ContactPoint] = Table(
            value=lambda one: one.value,
            contact_id=lambda one: one.contact_id,
            customer_id=lambda one: one.customer_id,
        )
        self.delivery_addresses: Table[DeliveryAddress] = Table(customer_id=lambda one: one.customer_id)

    def open(self, new: NewCustomer) -> Customer:
        """Open an account.

        Refusal ``missing`` without code (unless the company gives codes) or name, ``duplicate`` when the code
        is taken, ``unknown`` for foreign ids that name nothing.
        """
        company = self._company
        code = new.code.strip()
        if not code and company.rules.account_codes_generated:
            code = self._next_code()
        if not code:
            raise Refusal("missing", "The account reference must be entered.", "code")
        if not new.name.strip():
            raise Refusal("missing", "The account name must be entered.", "name")
        if self.table.first("code", code) is not None:
            raise Refusal("duplicate", DUPLICATE, "code")
        currency = company.currency(new.currency_id)
        country = company.country(new.country_id)
        tax_code = company.tax_code(new.tax_code_id)
        if new.price_list_id is not None and new.price_list_id not in self._prices.lists:
            raise Refusal("unknown", "The price band does not exist.", "price_list_id")
        stamp = company.stamp()
        customer_id = company.ids.next()
        address = Address(id=company.ids.next(), created_at=stamp, updated_at=stamp, country_id=country.id)
        customer = Customer(
            id=customer_id,
            created_at=stamp,
            updated_at=stamp,
            extra=new.extra,
            code=code.upper(),
            name=new.name,
            short_name=new.short_name or new.name[:8],
            currency_id=currency.id,
            country_id=country.id,
            tax_code_id=tax_code.id,
            price_list_id=new.price_list_id if new.price_list_id is not None else self._prices.standard.id,
            address=address,
            credit_limit=new.credit_limit,
            on_hold=new.on_hold,
            external_key=new.external_key,
        )
        return self.table.add(customer)

    def _next_code(self) -> str:
        number = len(self.table) + 1
        while self.table.first("code", f"{number:08d}") is not None:
            number += 1
        return f"{number:08d}"

    def changed(self, customer: Customer) -> None:
        """Call after a change of the account's own values."""
        customer.updated_at = self._company.stamp()
        self.table.reindex(customer)

    def remove(self, customer: Customer) -> None:
        """Forget an account with its contacts and places of delivery; `close_account` asks whether it may go."""
        self._company.stamp()
        for contact in list(customer.contacts):
            self.remove_contact(customer, contact)
        for address in self.delivery_addresses.find("customer_id", customer.id):
            self.delivery_addresses.remove(address)
        self.table.remove(customer)

    def add_contact(
        self, customer: Customer, *, first_name: str = "", last_name: str = "", **more: Any
    ) -> Contact:
        """Add a person; the first of an account becomes the default (contract §9.1, A)."""
        company = self._company
        stamp = company.stamp()
        contact = Contact(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            customer_id=customer.id,
            first_name=first_name,
            last_name=last_name,
            is_default=not customer.contacts,
            **more,
        )
        customer.contacts.append(contact)
        return self.contacts.add(contact)

    def remove_contact(self, customer: Customer, contact: Contact) -> None:
        """Remove a person; the next one becomes the default."""
        for point in list(contact.points):
            self.remove_point(contact, point)
        customer.contacts.remove(contact)
        self.contacts.remove(contact)
        if contact.is_default and customer.contacts:
            customer.contacts[0].is_default = True
            customer.contacts[0].updated_at = self._company.stamp()

    def add_point(
        self, contact: Contact, kind: PointKind, value: str, *, is_default: bool = False, **parts: Any
    ) -> ContactPoint:
        """Add a way to reach a person; the first of its kind becomes the default."""
        company = self._company
        stamp = company.stamp()
        same = [point for point in contact.points if point.kind == kind]
        point = ContactPoint(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            contact_id=contact.id,
            customer_id=contact.customer_id,
            kind=kind,
            value=value,
            is_default=not same,
            **parts,
        )
        contact.points.append(point)
        self.points.add(point)
        if is_default:
            self.make_default(contact, point)
        return point

    def make_default(self, contact: Contact, point: ContactPoint) -> None:
        """Make one way the default of its kind."""
        for other in contact.points:
            if other.kind == point.kind:
                other.is_default = other is point
        point.updated_at = self._company.stamp()

    def remove_point(self, contact: Contact, point: ContactPoint) -> None:
        """Remove a way to reach a person."""
        contact.points.remove(point)
        self.points.remove(point)
        if point.is_default:
            rest = next((other for other in contact.points if other.kind == point.kind), None)
            if rest is not None:
                self.make_default(contact, rest)

    def add_delivery_address(
        self, customer: Customer, description: str, tax_code_id: int, **extra: Any
    ) -> DeliveryAddress:
        """Store a place of delivery. Refusal ``unknown`` for a tax code that does not exist."""
        company = self._company
        tax_code = company.tax_code(tax_code_id)
        stamp = company.stamp()
        return self.delivery_addresses.add(
            DeliveryAddress(
                id=company.ids.next(),
                created_at=stamp,
                updated_at=stamp,
                extra=extra,
                customer_id=customer.id,
                description=description,
                tax_code_id=tax_code.id,
                is_default=not self.delivery_addresses.find("customer_id", customer.id),
            )
        )
