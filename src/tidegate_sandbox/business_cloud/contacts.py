"""Contacts, their addresses and persons (contract §7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tidegate_sandbox.business_cloud.business import Business, reference_of, shown_name
from tidegate_sandbox.business_cloud.problem import Invalid, Problem, not_found
from tidegate_sandbox.business_cloud.resource import Done, Query, Resource
from tidegate_sandbox.business_cloud.values import Body, Fields, named, number_of, uid
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.customers import NewCustomer

REFERENCE, NAME, NOTES = 10, 100, 4000
ADDRESS = {"address_line_1": 50, "address_line_2": 50, "city": 50, "region": 50, "postal_code": 10}


class Contacts:
    """The contacts of one business; all of them are customers."""

    def __init__(self, business: Business) -> None:
        self._business = business
        self._company = business.company

    def resource(self) -> Resource:
        """`/contacts`."""
        return Resource(
            path="contacts",
            wrapper="contact",
            rows=lambda: self._company.customers.table,
            id=lambda one: uid("contact", one.id),
            show=self.show,
            find=self.find,
            searched=lambda one: (one.name, reference_of(one)),
            stamps=lambda one: (one.created_at, one.updated_at),
            filters={
                "email": lambda one, value: _email(one).casefold() == value.casefold(),
                "contact_type_id": lambda _one, value: value == "CUSTOMER",
                "exclude_system": lambda _one, _value: True,
            },
            dressed=frozenset({"show_balance", "context_date", "show_unfinished_recurring_invoices_status"}),
            lists_deletions=True,
            create=self.create,
            change=self.change,
            remove=self.remove,
        )

    def find(self, id: str) -> Customer | None:
        """The contact with this id."""
        return self._company.customers.table.get(number_of("contact", id))

    def show(self, one: Customer, query: Query) -> Body:
        """All attributes."""
        business = self._business
        price_list = self._company.prices.lists.get(one.price_list_id)
        person = one.default_contact
        id = uid("contact", one.id)
        main = one.extra.get("main_address", {})
        found: Body = {
            **named(id, shown_name(one), "contacts"),
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "contact_types": [named("CUSTOMER", "Customer", "contact_types")],
            "name": one.name,
            "reference": reference_of(one) or None,
            "tax_number": one.vat_number or None,
            "notes": one.extra.get("notes") or None,
            "main_address": self._address(one, main, main=True),
            "delivery_address": self._address(one, one.extra.get("delivery_address", main), main=False),
            "main_contact_person": {
                "id": uid("person", person.id),
                "displayed_as": person.name,
                "$path": f"/contact_persons/{uid('person', person.id)}",
                "name": person.name,
                "email": _email(one) or None,
                "telephone": person.default("telephone") or one.extra.get("telephone") or None,
                "is_main_contact": True,
            }
            if person is not None
            else None,
            "credit_limit": one.credit_limit or None,
            "credit_days": one.terms_days,
            "product_sales_price_type": named(
                uid("price_type", price_list.id), price_list.name, "product_sales_price_types"
            )
            if price_list is not None
            else None,
            "source_guid": one.extra.get("source_guid") or None,
            "currency": business.currency(one.currency_id),
            "email": _email(one) or None,
            "deletable": True,
            "system": False,
        }
        return {**found, "balance": one.balance} if query.get("show_balance") == "true" else found

    def _address(self, one: Customer, values: Body, *, main: bool) -> Body:
        id = uid("address", one.id * 2 + int(main))
        country = values.get("country_id") or self._business.country
        return {
            **named(id, values.get("name") or ("Main Address" if main else "Delivery Address"), "addresses"),
            **{field: values.get(field) or None for field in ADDRESS},
            "country": named(country, country, "countries"),
            "is_main_address": main,
        }

    # Writing

    def create(self, body: Body) -> Customer:
        """A new contact. Problem 422, or 404 for what it names."""
        fields = Fields(body, self._business.options)
        types = body.get("contact_type_ids")
        if not isinstance(types, list) or "CUSTOMER" not in types:
            fields.wrong("contact_type_ids", "can't be blank")
        name = fields.text("name", NAME, needed=True)
        reference = fields.text("reference", REFERENCE)
        self._check_reference(fields, reference, None)
        texts = self._texts(fields)
        currency = self._company.currencies.first("code", fields.text("currency_id") or None)
        if body.get("currency_id") and currency is None:
            fields.wrong("currency_id", "is invalid")
        fields.raise_faults()
        price_list = self._price_list(body)
        customer = self._company.customers.open(
            NewCustomer(
                code=reference or f"~{self._company.ids.next()}",
                name=name,
                currency_id=currency.id if currency is not None else None,
                price_list_id=price_list,
                extra={"reference": reference},
            )
        )
        self._company.customers.add_contact(customer, last_name=name)
        self._set(customer, texts)
        return customer

    def change(self, one: Customer, body: Body) -> Customer:
        """Only what is sent is changed; the currency never is."""
        fields = Fields(body, self._business.options)
        if "reference" in body:
            reference = fields.text("reference", REFERENCE)
            self._check_reference(fields, reference, one)
        if "currency_id" in body and body["currency_id"] != self._company.currency(one.currency_id).code:
            fields.wrong("currency_id", "can't be changed")
        texts = self._texts(fields)
        fields.raise_faults()
        if body.get("name"):
            one.name = fields.text("name", NAME)
        if "reference" in body:
            one.extra["reference"] = fields.text("reference", REFERENCE)
            one.code = one.extra["reference"].upper() or f"~{self._company.ids.next()}"
        if "product_sales_price_type_id" in body:
            one.price_list_id = self._price_list(body)
        self._set(one, texts)
        self._company.customers.changed(one)
        return one

    def _check_reference(self, fields: Fields, reference: str, own: Customer | None) -> None:
        there = self._company.customers.table.first("code", reference.upper() or None)
        if reference.casefold() in self._business.reserved or (there is not None and there is not own):
            fields.wrong("reference", "has already been taken")

    def _texts(self, fields: Fields) -> Body:
        """The rest of a body, checked."""
        found: Body = {}
        if "notes" in fields.body:
            found["notes"] = fields.text("notes", NOTES)
        for name, length in (("source_guid", 255), ("tax_number", 255), ("email", 100)):
            if name in fields.body:
                found[name] = fields.text(name, length)
        for name in ("main_address", "delivery_address"):
            if name in fields.body:
                found[name] = address_of(fields.record(name))
        if "main_contact_person" in fields.body:
            person = fields.record("main_contact_person")
            found["person"] = {
                "name": person.text("name", 50),
                "email": person.text("email", 100),
                "telephone": person.text("telephone", 50),
            }
        for name in ("credit_limit", "credit_days"):
            if name in fields.body:
                found[name] = fields.number(name)
        tax = found.get("tax_number", "")
        if tax and not (tax[:2].isalpha() and any(sign.isdigit() for sign in tax)):
            fields.wrong("tax_number", "is invalid")
        return found

    def _price_list(self, body: Body) -> int | None:
        asked = body.get("product_sales_price_type_id")
        if not asked:
            return None
        number = number_of("price_type", asked)
        if number not in self._company.prices.lists:
            raise not_found()
        return number

    def _set(self, one: Customer, texts: Body) -> None:
        person = texts.pop("person", None)
        if person is not None and one.default_contact is not None:
            one.default_contact.last_name = person["name"] or one.default_contact.last_name
            self._points(one, person["email"], person["telephone"])
        email = texts.pop("email", "")
        if email:
            self._points(one, email, "")
        if "tax_number" in texts:
            one.vat_number = texts.pop("tax_number")
        if texts.get("credit_limit") is not None:
            one.credit_limit = texts.pop("credit_limit")
        if texts.get("credit_days") is not None:
            one.terms_days = int(texts.pop("credit_days"))
        if (
            "main_address" in texts
            and "delivery_address" not in texts
            and "delivery_address" not in one.extra
        ):
            texts["delivery_address"] = dict(texts["main_address"])  # copied where it is not given (F)
        one.extra |= texts

    def _points(self, one: Customer, email: str, telephone: str) -> None:
        person = one.default_contact
        if person is None:
            return
        for kind, value in (("email", email), ("telephone", telephone)):
            if value:
                self._company.customers.add_point(person, kind, value, is_default=True)  # type: ignore[arg-type]

    def remove(self, one: Customer, _query: Query) -> Done:
        """A soft delete: its documents stay, and its reference stays taken."""
        if self._company.orders.table.find("customer_id", one.id) or self._company.receivables.table.find(
            "customer_id", one.id
        ):
            raise Invalid(("", "Contact has transactions and can't be deleted"))
        if reference_of(one):
            self._business.reserved.add(reference_of(one).casefold())
        self._company.customers.remove(one)
        self._business.gone("contacts", uid("contact", one.id))
        return Done()


def _email(one: Customer) -> str:
    return one.email


def address_of(fields: Fields) -> Body:
    """A postal address of a body, checked."""
    found: Body = {name: fields.text(name, length) for name, length in ADDRESS.items()}
    found["name"] = fields.text("name", 50)
    country = fields.text("country_id")
    if country and not (len(country) == 2 and country.isupper()):
        fields.wrong("country_id", "is invalid")
    return {**found, "country_id": country}


def country_of(one: Customer, business: Business) -> str:
    """Where a contact is at home."""
    return str(one.extra.get("main_address", {}).get("country_id") or business.country)


def due_of(one: Customer, day: date, asked: date | None) -> date:
    """When a document of this day is due."""
    return asked if asked is not None else day + timedelta(days=one.terms_days)


def contact_named(business: Business, id: Any) -> Customer:
    """The contact that a body names. Problem 404 with an empty source."""
    found = business.company.customers.table.get(number_of("contact", id))
    if found is None:
        raise not_found("record")
    return found


def same_currency(business: Business, one: Customer, asked: str) -> None:
    """A contact is locked to one currency. Problem 422."""
    theirs = business.company.currency(one.currency_id).code
    if asked and asked != theirs:
        raise Problem(422, "RecordInvalid", f"currency_id: must be {theirs}", "currency_id")
