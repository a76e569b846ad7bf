"""The routes of customers and customer groups (point 26)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tidegate_sandbox.magento import listing, recorded
from tidegate_sandbox.magento.access import ANONYMOUS
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.criteria import Criteria, UnknownColumn
from tidegate_sandbox.magento.customer_table import ADDRESS_COLUMNS, COLUMNS, Row
from tidegate_sandbox.magento.refusal import Refusal, required
from tidegate_sandbox.magento.routes import Route

_CUSTOMER_KEYS: Final = recorded.columns("customer")
_GROUP_COLUMNS: Final = recorded.columns("customer_group")
_GENERAL: Final = 1


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
    """A customer's own call: an integration is no customer."""
    raise required("customerId")


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
        "group_id": _GENERAL,
        "store_id": view.id,
        "website_id": view.website_id,
        **_given(sent),
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
    return store.customers.put(_with_defaults(row))


def update(call: Call) -> Row:
    """Change what is sent. Addresses are kept unless they are sent; sent, they are replaced as a whole."""
    store, sent = call.store, _sent(call)
    old = store.customers.get(call.whole("id"))
    row = {**old, **_given(sent), "id": old["id"], "created_at": old["created_at"]}
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
    """Only columns: custom attributes that nobody declared are dropped without a word."""
    nested = ("addresses", "extension_attributes", "custom_attributes", "updated_at")
    return {key: value for key, value in sent.items() if value is not None and key not in nested}


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


def group(call: Call) -> Row:
    """One customer group."""
    wanted = call.whole("id")
    return _group(call, lambda row: row["id"] == wanted, wanted)


def default_group(call: Call) -> Row:
    """The group of a new customer."""
    return _group(call, lambda row: row["id"] == _GENERAL, _GENERAL)


def _group(call: Call, is_it: Callable[[Row], bool], wanted: int) -> Row:
    found = next((row for row in call.store.customers.groups if is_it(row)), None)
    if found is None:
        raise Refusal(
            404, "No such entity with %fieldName = %fieldValue", {"fieldName": "id", "fieldValue": wanted}
        )
    return found


def search_groups(call: Call) -> dict[str, Any]:
    """A page of customer groups."""
    criteria: Criteria = call.criteria()
    found = listing.search(call.store.customers.groups, criteria, _GROUP_COLUMNS)
    page = listing.page(call, found, criteria, lambda row: row["id"])
    return listing.answer(call, page, criteria, len(found))


ROUTES: Final = [
    Route("GET", "customers/search", "Magento_Customer::customer", search_without_key),
    Route("GET", "customers/me", "self", me),
    Route("POST", "customers/isEmailAvailable", ANONYMOUS, lambda _: True),
    Route("POST", "customers", ANONYMOUS, create),
    Route("GET", "customers/addresses/{id}", "Magento_Customer::customer", address),
    Route("GET", "customers/{id}", "Magento_Customer::customer", get),
    Route("PUT", "customers/{id}", "Magento_Customer::manage", update),
    Route("DELETE", "customers/{id}", "Magento_Customer::delete", delete),
    Route("GET", "customers/{id}/billingAddress", "Magento_Customer::customer", billing_address),
    Route("GET", "customerGroups/search", "Magento_Customer::group", search_groups),
    Route("GET", "customerGroups/default", "Magento_Customer::group", default_group),
    Route("GET", "customerGroups/{id}", "Magento_Customer::group", group),
]
