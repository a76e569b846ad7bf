"""The routes of customers (point 26).

Not recorded, and so assumed: that a customer signs in with the same refusals as an admin user, and for an hour;
custom attributes that the shop has are kept as text, and are left out where they are empty.
"""

from __future__ import annotations

from typing import Any, Final

from tidegate_sandbox.magento import listing, recorded
from tidegate_sandbox.magento.access import ANONYMOUS
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.criteria import UnknownColumn
from tidegate_sandbox.magento.customer_table import ADDRESS_COLUMNS, COLUMNS, Row
from tidegate_sandbox.magento.group_calls import GENERAL
from tidegate_sandbox.magento.refusal import Refusal, required
from tidegate_sandbox.magento.routes import Route

_CUSTOMER_KEYS: Final = recorded.columns("customer")


def searched(call: Call, rows: list[Row], columns: dict[str, str]) -> dict[str, Any]:
    """A page of rows with attributes: one that does not exist is refused with its name (point 16)."""
    criteria = call.criteria()
    try:
        found = listing.search(rows, criteria, columns)
    except UnknownColumn as unknown:
        raise Refusal(
            400, 'The "%1" attribute name is invalid. Reset the name and try again.', [unknown.column]
        ) from None
    page = listing.page(call, found, criteria, lambda row: row["id"])
    return listing.answer(call, page, criteria, len(found))


def search(call: Call) -> dict[str, Any]:
    """A page of customers, of all websites."""
    return searched(call, [{**row, "entity_id": row["id"]} for row in call.store.customers.all()], COLUMNS)


def search_without_key(call: Call) -> dict[str, Any]:
    """As ``search``, without the column ``entity_id``, which can be filtered by but is not answered."""
    answer = search(call)
    for row in answer["items"] or ():
        row.pop("entity_id")
    return answer


def get(call: Call) -> Row:
    """One customer."""
    return call.store.customers.get(call.whole("id"))


def me(call: Call) -> Row:
    """The customer whose token it is. An integration is no customer."""
    if call.customer_id is None:
        raise required("customerId")
    return call.store.customers.get(call.customer_id)


def create(call: Call) -> Row:
    """A new customer; the website is that of the store view unless it is named."""
    store, sent = call.store, _sent(call)
    password = call.optional("password")
    try:
        view = store.view(sent["store_id"]) if sent.get("store_id") else store.url_view(call.store_code)
    except KeyError:
        raise store.report() from None
    customer_id = store.customers.next_id()
    row = {
        "group_id": GENERAL,
        "store_id": view.id,
        "website_id": view.website_id,
        **_given(sent),
        "custom_attributes": _custom(call, sent, []),
        "id": customer_id,
        "created_at": store.now(),
        "updated_at": store.now(),
        "created_in": view.name,
        "addresses": _addresses(call, sent.get("addresses") or [], customer_id),
        "disable_auto_group_change": 0,
        "extension_attributes": {"is_subscribed": False},
    }
    store.customers.check(row)
    if password is not None and len(str(password)) < 8:
        raise Refusal(
            400, "The password needs at least %1 characters. Create a new password and try again.", ["8"]
        )
    made = store.customers.put(_with_defaults(row))
    if password is not None:
        store.customers.passwords[customer_id] = str(password)
    return made


def update(call: Call) -> Row:
    """Change what is sent. Addresses are kept unless they are sent; sent, they are replaced as a whole."""
    store, sent = call.store, _sent(call)
    old = store.customers.get(call.whole("id"))
    row = {**old, **_given(sent), "id": old["id"], "created_at": old["created_at"]}
    custom = _custom(call, sent, old.get("custom_attributes", []))
    if custom or "custom_attributes" in old:
        row["custom_attributes"] = custom
    if sent.get("addresses") is not None:
        row["addresses"] = _addresses(call, sent["addresses"], old["id"])
        row.pop("default_billing", None)
        row.pop("default_shipping", None)
    store.customers.check(row)
    row = _with_defaults(row)
    if {**row, "updated_at": ""} != {**old, "updated_at": ""}:
        row["updated_at"] = store.now()
    return store.customers.put(row)


def delete(call: Call) -> bool:
    """Delete a customer."""
    call.store.customers.remove(call.whole("id"))
    return True


def billing_address(call: Call) -> Row | None:
    """The default billing address."""
    row = call.store.customers.get(call.whole("id"))
    return next((address for address in row["addresses"] if address.get("default_billing")), None)


def address(call: Call) -> Row:
    """One address of whichever customer."""
    wanted = call.whole("id")
    everyone: list[Row] = [address for row in call.store.customers.all() for address in row["addresses"]]
    for found in everyone:
        if found["id"] == wanted:
            return found
    raise Refusal(
        404,
        "No such entity with %fieldName = %fieldValue",
        {"fieldName": "addressId", "fieldValue": wanted},
    )


def _sent(call: Call) -> Row:
    sent = call.parameter("customer")
    if not isinstance(sent, dict) or any(key not in _CUSTOMER_KEYS for key in sent):
        raise call.store.report()
    call.limit(sent.get("addresses"), "Customer\\Api\\Data\\AddressInterface")
    return sent


def _given(sent: Row) -> Row:
    """Only columns: Magento silently drops custom attributes that nobody declared."""
    nested = ("addresses", "extension_attributes", "custom_attributes", "updated_at")
    return {key: value for key, value in sent.items() if value is not None and key not in nested}


def _custom(call: Call, sent: Row, old: list[Row]) -> list[Row]:
    """The custom attributes that the shop has: those of ``old`` that are not sent, and those sent."""
    values = {entry["attribute_code"]: entry["value"] for entry in old}
    for entry in sent.get("custom_attributes") or []:
        if entry.get("attribute_code") in call.store.customers.attributes:
            values[entry["attribute_code"]] = _text(entry.get("value"))
    return [{"attribute_code": code, "value": value} for code, value in values.items() if value]


def _text(value: object) -> str:
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def _addresses(call: Call, sent: list[Row], customer_id: int) -> list[Row]:
    if not all(isinstance(address, dict) and not address.keys() - ADDRESS_COLUMNS.keys() for address in sent):
        raise call.store.report()
    return [call.store.customers.address(address, customer_id) for address in sent]


def _with_defaults(row: Row) -> Row:
    for address in row["addresses"]:
        for use in ("billing", "shipping"):
            if address.get(f"default_{use}"):
                row[f"default_{use}"] = str(address["id"])
    return row


def token(call: Call) -> str:
    """A token for a customer of the website of the store code, as a bare JSON text."""
    store = call.store
    email, password = str(call.parameter("username")), str(call.parameter("password"))
    customer_id = store.customers.signed_in(store.url_view(call.store_code).website_id, email, password)
    return store.access.customer_token(customer_id)


ROUTES: Final = [
    Route("GET", "customers/search", "Magento_Customer::customer", search_without_key),
    Route("GET", "customers/me", "self", me),
    Route("POST", "integration/customer/token", ANONYMOUS, token),
    Route("POST", "customers/isEmailAvailable", ANONYMOUS, lambda _: True),
    Route("POST", "customers", ANONYMOUS, create),
    Route("GET", "customers/addresses/{id}", "Magento_Customer::customer", address),
    Route("GET", "customers/{id}", "Magento_Customer::customer", get),
    Route("PUT", "customers/{id}", "Magento_Customer::manage", update),
    Route("DELETE", "customers/{id}", "Magento_Customer::delete", delete),
    Route("GET", "customers/{id}/billingAddress", "Magento_Customer::customer", billing_address),
]
