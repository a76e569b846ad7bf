"""Contacts of customers and the ways to reach them (contract §9.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.customer import Contact, ContactPoint, Customer, PointKind
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage200.body import Body
from tidegate_sandbox.sage200.call import Call, found, not_found
from tidegate_sandbox.sage200.customer_views import PLURAL, POINT_KINDS
from tidegate_sandbox.sage200.naming import POINT_FIELD
from tidegate_sandbox.sage200.routes import Context

NAMES = ("first_name", "middle_name", "last_name", "salutation_id")
PARTS = ("country_code", "area_code")


def check_contacts(contacts: list[Body], customer: Customer | None = None) -> None:
    """Refusal ``unknown`` for an id in a nested list that the customer does not have (contract §5)."""
    own = {one.id: one for one in customer.contacts} if customer is not None else {}
    for position, body in enumerate(contacts):
        contact = own.get(body["id"]) if customer is not None and body.get("id") else None
        if customer is not None and body.get("id") and contact is None:
            raise Refusal("unknown", "The contact does not exist.", f"contacts[{position}].id")
        points = {point.id for point in contact.points} if contact is not None else set()
        for kind in POINT_KINDS:
            for one in body.get(PLURAL[kind], []):
                if contact is not None and one.get("id") and one["id"] not in points:
                    raise Refusal("unknown", f"The {kind} does not exist.", f"contacts[{position}]")
                if one.get("id") not in points and not one.get(POINT_FIELD[kind]):
                    raise Refusal("missing", f"The {kind} must be entered.", f"contacts[{position}]")


def save_contacts(company: Company, customer: Customer, contacts: list[Body]) -> None:
    """Add, change and remove contacts: with ``id`` change, without add, ``is_to_delete`` remove."""
    for body in contacts:
        contact = next((one for one in customer.contacts if one.id == body.get("id")), None)
        if contact is None:
            if not body.get("is_to_delete"):
                contact = company.customers.add_contact(customer)
                save_contact(company, contact, body)
        elif body.get("is_to_delete"):
            company.customers.remove_contact(customer, contact)
        else:
            save_contact(company, contact, body)


def save_contact(company: Company, contact: Contact, body: Body) -> None:
    """Change a contact by a body."""
    for name in NAMES:
        if name in body:
            setattr(contact, name, body[name])
    for kind in POINT_KINDS:
        for one in body.get(PLURAL[kind], []):
            point = next((p for p in contact.points if p.id == one.get("id")), None)
            if point is None:
                if not one.get("is_to_delete"):
                    add_point(company, contact, kind, one)
            elif one.get("is_to_delete"):
                company.customers.remove_point(contact, point)
            else:
                change_point(company, contact, point, one)
    company.touch(contact)


def add_point(company: Company, contact: Contact, kind: PointKind, body: Body) -> ContactPoint:
    """Add a way to reach a contact by a body. Refusal ``missing`` without a value."""
    value = body.get(POINT_FIELD[kind], "")
    if not value:
        raise Refusal("missing", f"The {POINT_FIELD[kind]} must be entered.", POINT_FIELD[kind])
    parts = {name: body.get(name, "") for name in PARTS}
    return company.customers.add_point(
        contact, kind, value, is_default=body.get("is_default", False), **parts
    )


def change_point(company: Company, contact: Contact, point: ContactPoint, body: Body) -> None:
    """Change a way to reach a contact by a body."""
    point.value = body.get(POINT_FIELD[point.kind], point.value)
    point.country_code = body.get("country_code", point.country_code)
    point.area_code = body.get("area_code", point.area_code)
    if body.get("is_default"):
        company.customers.make_default(contact, point)
    company.touch(point)
    company.customers.points.reindex(point)


def add_routes(context: Context) -> None:
    """The paths of contacts, e-mails, telephones and the like."""
    _add_contact_routes(context)
    for kind in POINT_KINDS:
        _add_point_routes(context, kind)


def _add_contact_routes(context: Context) -> None:
    company, routes, view = context.company, context.routes, context.views["customer_contact"]
    customers = company.customers
    context.table(
        "customer_contacts", "customer_contact", customers.contacts, finders={"customer_id": "customer_id"}
    )

    def owned(call: Call) -> list[Contact]:
        return found(customers.table, call.ids[0]).contacts

    def create(call: Call) -> Any:
        customer = found(customers.table, call.ids[0])
        body = call.body("customer_contact")
        check_contacts([body])
        contact = customers.add_contact(customer)
        save_contact(company, contact, body)
        return call.show(view, contact)

    def update(call: Call) -> Any:
        contact = _contact(call)
        save_contact(company, contact, call.body("customer_contact"))
        return call.show(view, contact)

    def delete(call: Call) -> None:
        contact = _contact(call)
        company.stamp()
        customers.remove_contact(customers.table[contact.customer_id], contact)

    context.nested("customers/{}/customer_contacts", "customer_contact", customers.contacts, owned)
    routes.on("POST", "customers/{}/customer_contacts", create)
    routes.on("GET", "customers/{}/customer_contacts/{}", lambda call: call.show_one(view, _contact(call)))
    for path in ("customer_contacts/{}", "customers/{}/customer_contacts/{}"):
        routes.on("PUT", path, update)
        routes.on("DELETE", path, delete)


def _contact(call: Call) -> Contact:
    """The contact that the last id names; within a customer's path it must be one of that customer."""
    contact = found(call.company.customers.contacts, call.ids[-1])
    if len(call.ids) > 1 and contact.customer_id != call.ids[0]:
        raise not_found()
    return contact


def _add_point_routes(context: Context, kind: PointKind) -> None:
    company, routes = context.company, context.routes
    schema = f"customer_{kind}"
    path, view, points = f"customer_{PLURAL[kind]}", context.views[schema], company.customers.points
    finders = {"customer_contact_id": "contact_id", POINT_FIELD[kind]: "value"}
    context.table(path, schema, points, finders=finders, by_id=False, where=lambda point: point.kind == kind)
    within = ("customer_contacts/{}", "customers/{}/customer_contacts/{}")

    def owner(call: Call, ids: tuple[int, ...]) -> Contact:
        contact = found(company.customers.contacts, ids[-1])
        if len(ids) > 1 and contact.customer_id != ids[0]:
            raise not_found()
        return contact

    def chosen(call: Call) -> ContactPoint:
        point = found(points, call.ids[-1])
        if point.kind != kind or (len(call.ids) > 1 and owner(call, call.ids[:-1]).id != point.contact_id):
            raise not_found()
        return point

    def owned(call: Call) -> list[ContactPoint]:
        return [point for point in owner(call, call.ids).points if point.kind == kind]

    def create(call: Call) -> Any:
        return call.show(view, add_point(company, owner(call, call.ids), kind, call.body(schema)))

    def update(call: Call) -> Any:
        point = chosen(call)
        change_point(company, company.customers.contacts[point.contact_id], point, call.body(schema))
        return call.show(view, point)

    def delete(call: Call) -> None:
        point = chosen(call)
        company.stamp()
        company.customers.remove_point(company.customers.contacts[point.contact_id], point)

    verbs: tuple[tuple[str, Callable[[Call], Any]], ...] = (
        ("GET", lambda call: call.show_one(view, chosen(call))),
        ("PUT", update),
        ("DELETE", delete),
    )
    for verb, handler in verbs:
        routes.on(verb, f"{path}/{{}}", handler)
        for parent in within:
            routes.on(verb, f"{parent}/{path}/{{}}", handler)
    for parent in within:
        context.nested(f"{parent}/{path}", schema, points, owned)
        routes.on("POST", f"{parent}/{path}", create)
