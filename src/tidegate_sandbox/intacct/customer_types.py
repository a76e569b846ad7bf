"""CUSTOMER: accounts with their display contact, terms, credit and price list (contract §7)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.intacct.failure import bad_request, duplicate, general, invalid, unknown
from tidegate_sandbox.intacct.formats import Value, read_flag, read_number
from tidegate_sandbox.intacct.item_types import kept_field
from tidegate_sandbox.intacct.named_types import CONTACT
from tidegate_sandbox.intacct.object_type import Field, ObjectType
from tidegate_sandbox.intacct.store import Named
from tidegate_sandbox.intacct.tenant import Tenant

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session

DISPLAY = "DISPLAYCONTACT."
KEPT = (
    "ONETIME",
    "CUSTTYPE",
    "CUSTREPID",
    "PARENTID",
    "GLGROUP",
    "TERRITORYID",
    "TERMNAME",
    "ARACCOUNT",
    "OFFSETGLACCOUNTNO",
    "SHIPPINGMETHOD",
    "RESALENO",
    "DELIVERY_OPTIONS",
    "COMMENTS",
    "CONTACTINFO.CONTACTNAME",
    "BILLTO.CONTACTNAME",
    "SHIPTO.CONTACTNAME",
    "PRICESCHEDULE",
    "VSOEPRICELIST",
    "OBJECTRESTRICTION",
    "EMAILOPTIN",
)
KEY_FIELD = "MAGENTO_CUSTOMER_ID"
"""The custom field whose value the kernel knows as the key of the system that made the record."""


def display_name(name: str, code: str) -> str:
    """The name of the contact that is made with a customer."""
    return f"{name}(C{code})"


class Customers:
    """Reading and writing customers."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        company = tenant.company
        fields = {
            "RECORDNO": Field(lambda one: one.id, "number"),
            "CUSTOMERID": Field(lambda one: one.code),
            "NAME": Field(lambda one: one.name),
            "ENTITY": Field(lambda one: f"C{one.code}"),
            "STATUS": Field(
                lambda one: "active" if one.is_active else "inactive", codes={"T": "active", "F": "inactive"}
            ),
            "ONHOLD": Field(lambda one: one.on_hold, "flag"),
            "ONETIME": Field(lambda one: _kept(one, "ONETIME") or False, "flag"),
            "CREDITLIMIT": Field(lambda one: one.credit_limit or None, "number"),
            "TOTALDUE": Field(lambda one: one.balance, "number"),
            "CURRENCY": Field(lambda one: company.currencies[one.currency_id].code),
            "TAXID": Field(lambda one: one.vat_number),
            "PRICELIST": Field(self._price_list),
            "DISCOUNT": Field(lambda one: one.line_discount_percent or None, "number"),
            "WHENCREATED": Field(lambda one: one.created_at, "moment"),
            "WHENMODIFIED": Field(lambda one: one.updated_at, "moment"),
            "MEGAENTITYID": Field(lambda one: one.extra.get("entity", "")),
            "DISPLAYCONTACT.CONTACTNAME": Field(lambda one: one.extra.get("contact", "")),
            "SHIPTOCONTACT.CONTACTNAME": Field(lambda one: _kept(one, "SHIPTO.CONTACTNAME")),
            "PARENTKEY": Field(lambda one: self._parent(one, lambda parent: parent.id)),
            "PARENTNAME": Field(lambda one: self._parent(one, lambda parent: parent.name)),
            "CREATEDBY": Field(lambda one: one.extra.get("by", "")),
            "MODIFIEDBY": Field(lambda one: one.extra.get("changed_by", one.extra.get("by", ""))),
        }
        for name in KEPT:
            fields.setdefault(name, kept_field(name))
        for part in CONTACT:
            fields[DISPLAY + part] = self._contact_field(part)
        self.type = ObjectType("CUSTOMER", lambda: tenant.company.customers.table, fields, "CUSTOMERID")
        self.type.find = lambda code: tenant.company.customers.table.first("code", code)
        self.type.by_key = lambda key: tenant.company.customers.table.get(key)
        self.type.custom = lambda _docparid: tenant.store.custom_fields.get("CUSTOMER", ())
        self.type.custom_value = lambda one, name: one.extra.get("custom", {}).get(name)
        self.type.create, self.type.update, self.type.delete = self.create, self.update, self.delete
        tenant.add(self.type)

    def _price_list(self, one: Customer) -> str:
        prices = self.tenant.company.prices
        found = prices.lists.get(one.price_list_id)
        return found.name if found is not None and found is not prices.standard else ""

    def _contact_field(self, part: str) -> Field:
        return Field(lambda one: self._contact(one, part))

    def _contact(self, one: Customer, part: str) -> Value:
        contact = self.tenant.store.contacts.first("name", one.extra.get("contact", ""))
        return contact.values.get(part) if contact is not None else None

    def _parent(self, one: Customer, value: Any) -> Value:
        parent = self.tenant.company.customers.table.first("code", _kept(one, "PARENTID") or None)
        return value(parent) if parent is not None else None

    def create(self, session: Session, given: Element) -> Customer:
        """A customer with its display contact. Duplicates of the id and of the contact's name are refused."""
        company, store = self.tenant.company, self.tenant.store
        values = self.type.given(given)
        code, name = values.pop("CUSTOMERID", ""), values.pop("NAME", "")
        numbered = self.tenant.options.customers_numbered
        if not code and not numbered:
            raise _failed("create", "CUSTOMERID is required.", "CUSTOMERID")
        if not name:
            raise _failed("create", "NAME is required.", "NAME")
        if given.find("DISPLAYCONTACT") is not None and not values.get(DISPLAY + "PRINTAS"):
            raise _failed("create", "DISPLAYCONTACT.PRINTAS is required.", "DISPLAYCONTACT.PRINTAS")
        if code and company.customers.table.first("code", code) is not None:
            raise duplicate("Customer", code)
        self._check(values)
        currency = values.get("CURRENCY", "")
        one = company.currencies.first("code", currency) if currency else company.currency(None)
        if one is None:
            raise unknown("Currency", currency)
        before, company.rules.account_codes_generated = company.rules.account_codes_generated, numbered
        try:
            if code and store.contacts.first("name", display_name(name, code)) is not None:
                raise duplicate("Contact", display_name(name, code))
            customer = company.customers.open(NewCustomer(code=code, name=name, currency_id=one.id))
        finally:
            company.rules.account_codes_generated = before
        customer.terms_days = 30
        contact = display_name(name, customer.code)
        customer.extra.update(
            {"entity": session.entity, "contact": contact, "by": session.user, "values": {}}
        )
        store.contacts.add(
            company.new(
                Named, name=contact, values={"PRINTAS": name, "COMPANYNAME": name}, entity=session.entity
            )
        )
        self._write(customer, values)
        return customer

    def update(self, session: Session, customer: Customer, given: Element) -> None:
        """Change what is sent; an empty element empties the field."""
        values = self.type.given(given)
        values.pop("RECORDNO", None)
        if values.pop("CUSTOMERID", customer.code) != customer.code:
            raise _failed("update", "CUSTOMERID cannot be changed.", "CUSTOMERID")
        self._check(values)
        if "NAME" in values:
            customer.name = values.pop("NAME") or customer.name
        customer.extra["changed_by"] = session.user
        self._write(customer, values)

    def delete(self, _session: Session, customer: Customer) -> None:
        """Delete a customer who has no documents, and the display contact."""
        self.tenant.company.close_account(customer)
        contact = self.tenant.store.contacts.first("name", customer.extra.get("contact", ""))
        if contact is not None:
            self.tenant.store.contacts.remove(contact)

    def _check(self, values: dict[str, str]) -> None:
        """Refuse what cannot be meant before anything is changed."""
        store, company = self.tenant.store, self.tenant.company
        for name, text in values.items():
            field = self.type.field(name)
            try:
                if text and field.kind == "number":
                    read_number(text)
                elif field.kind == "flag":
                    read_flag(text)
            except ValueError as error:
                raise bad_request(f"{name}: {error}") from None
        if (term := values.get("TERMNAME")) and store.terms.first("name", term) is None:
            raise unknown("Term", term)
        if (listed := values.get("PRICELIST")) and company.prices.lists.first("name", listed) is None:
            raise unknown("Price list", listed)
        if (status := values.get("STATUS", "active")) not in ("active", "inactive", "T", "F"):
            raise unknown("Status", status)
        for name in ("CONTACTINFO", "BILLTO", "SHIPTO"):
            contact = values.get(f"{name}.CONTACTNAME")
            if contact and store.contacts.first("name", contact) is None:
                raise unknown("Contact", contact)

    def _write(self, customer: Customer, values: dict[str, str]) -> None:
        company, store = self.tenant.company, self.tenant.store
        custom = customer.extra.setdefault("custom", {})
        contact = store.contacts.first("name", customer.extra.get("contact", ""))
        for name, text in values.items():
            if name == "STATUS":
                customer.is_active = text in ("active", "T", "")
            elif name == "ONHOLD":
                customer.on_hold = read_flag(text)
            elif name == "CREDITLIMIT":
                customer.credit_limit = read_number(text) if text else Decimal(0)
            elif name == "TAXID":
                customer.vat_number = text
            elif name == "PRICELIST":
                found = company.prices.lists.first("name", text) if text else company.prices.standard
                customer.price_list_id = found.id if found is not None else None
            elif name == "DISCOUNT":
                customer.line_discount_percent = read_number(text) if text else Decimal(0)
            elif name == "TERMNAME":
                customer.extra.setdefault("values", {})[name] = text
                customer.terms_days = self._days(text)
            elif self.type.field(name).is_custom:
                custom[name] = text
                if name == KEY_FIELD:
                    customer.external_key = text
            elif name.startswith(DISPLAY) and contact is not None:
                contact.values[name.removeprefix(DISPLAY)] = text
                company.touch(contact)
            else:
                customer.extra.setdefault("values", {})[name] = read_flag(text) if name == "ONETIME" else text
        company.customers.changed(customer)

    def _days(self, term: str) -> int:
        found = self.tenant.store.terms.first("name", term) if term else None
        days = str(found.values.get("DUEDAYS")) if found is not None else ""
        return int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 30


def _kept(one: Customer, name: str) -> Any:
    return one.extra.get("values", {}).get(name)


def _failed(verb: str, text: str, field: str) -> Exception:
    failure = invalid(text, errorno="BL03000018", field=field)
    failure.errors.append(general(verb, "Customer"))
    return failure
