"""Customers, the people there, and where goods go."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.record import Record

PointKind = Literal["email", "telephone", "mobile", "fax", "website"]


@dataclass(slots=True, kw_only=True, eq=False)
class Address(Record):
    """A postal address."""

    line_1: str = ""
    line_2: str = ""
    line_3: str = ""
    line_4: str = ""
    city: str = ""
    county: str = ""
    postcode: str = ""
    country_id: int | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class ContactPoint(Record):
    """One way to reach a contact. Telephones have three parts, the rest stands in ``value``."""

    contact_id: int
    customer_id: int
    kind: PointKind
    value: str
    country_code: str = ""
    area_code: str = ""
    is_default: bool = False

    @property
    def full(self) -> str:
        """The parts as one text."""
        return " ".join(part for part in (self.country_code, self.area_code, self.value) if part)


@dataclass(slots=True, kw_only=True, eq=False)
class Contact(Record):
    """A person at a customer."""

    customer_id: int
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    salutation_id: int = 0
    is_default: bool = False
    points: list[ContactPoint] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The parts of the name, joined."""
        return " ".join(part for part in (self.first_name, self.middle_name, self.last_name) if part)

    def default(self, kind: PointKind) -> str:
        """The default way of one kind, or the first, or an empty text."""
        found = [point for point in self.points if point.kind == kind]
        chosen = next((point for point in found if point.is_default), found[0] if found else None)
        return chosen.full if chosen is not None else ""


@dataclass(slots=True, kw_only=True, eq=False)
class DeliveryAddress(Record):
    """A stored place of delivery of a customer."""

    customer_id: int
    description: str
    tax_code_id: int
    is_default: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Customer(Record):
    """An account of the sales ledger."""

    code: str
    name: str
    short_name: str
    currency_id: int
    country_id: int
    tax_code_id: int
    price_list_id: int | None
    address: Address
    credit_limit: Decimal = ZERO  #: 0 is no limit
    on_hold: bool = False
    is_active: bool = True
    line_discount_percent: Decimal = ZERO
    terms_days: int = 30
    terms_basis: str = "document_date"  #: or calendar_month, end_of_month
    vat_number: str = ""
    external_key: str = ""  #: the key that the system which opened it stored
    revenue: Target | None = None
    balance: Decimal = ZERO
    open_orders: Decimal = ZERO  #: gross value ordered and not yet invoiced
    contacts: list[Contact] = field(default_factory=list)

    @property
    def default_contact(self) -> Contact | None:
        """The contact that letters go to."""
        return next((contact for contact in self.contacts if contact.is_default), None)

    @property
    def email(self) -> str:
        """The default e-mail address of the default contact."""
        contact = self.default_contact
        return contact.default("email") if contact is not None else ""

    @property
    def is_over_limit(self) -> bool:
        """Whether balance and open orders exceed the credit limit."""
        return self.credit_limit > 0 and self.balance + self.open_orders > self.credit_limit
