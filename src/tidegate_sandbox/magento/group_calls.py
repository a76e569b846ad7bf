"""The routes of customer groups: a code, and the tax class of its customers.

Not recorded, and so assumed: the refusal of a group that there is not, of one without a code, and of deleting one
that the shop needs; the customers of a deleted group are put into the general one, its tier prices go with it.
"""

from __future__ import annotations

from typing import Any, Final

from tidegate_sandbox.magento import listing, recorded
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.customer_table import Row
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.magento.routes import Route

GENERAL: Final = 1
_RESOURCE: Final = "Magento_Customer::group"
_COLUMNS: Final = recorded.columns("customer_group")
_RETAIL: Final = 3
_NEEDED: Final = (0, GENERAL)


def get(call: Call) -> Row:
    """One customer group."""
    return _found(call, call.whole("id"))


def default(call: Call) -> Row:
    """The group of a new customer."""
    return _found(call, GENERAL)


def search(call: Call) -> dict[str, Any]:
    """A page of customer groups."""
    criteria = call.criteria()
    found = listing.search(call.store.customers.groups, criteria, _COLUMNS)
    page = listing.page(call, found, criteria, lambda row: row["id"])
    return listing.answer(call, page, criteria, len(found))


def create(call: Call) -> Row:
    """A new customer group."""
    sent, groups = _sent(call), call.store.customers.groups
    if not sent.get("code"):
        raise Refusal(400, '"%fieldName" is required. Enter and try again.', {"fieldName": "code"})
    if str(sent["code"]).casefold() in call.store.customers.group_ids():
        raise Refusal(400, "Customer Group already exists.")
    groups.append(_row(max(row["id"] for row in groups) + 1, sent))
    return groups[-1]


def update(call: Call) -> Row:
    """Rename a customer group, or give it another tax class."""
    sent, old = _sent(call), _found(call, call.whole("id"))
    new = _row(old["id"], {**old, **sent})
    if call.store.customers.group_ids().get(new["code"].casefold(), new["id"]) != new["id"]:
        raise Refusal(400, "Customer Group already exists.")
    old.update(new)
    return old


def delete(call: Call) -> bool:
    """Delete a customer group."""
    store, found = call.store, _found(call, call.whole("id"))
    if found["id"] in _NEEDED:
        raise Refusal(400, "Cannot delete group.")
    store.customers.groups.remove(found)
    store.catalogue.prices.remove_group(found["id"])
    for row in store.customers.all():
        if row["group_id"] == found["id"]:
            row["group_id"] = GENERAL
    return True


def _sent(call: Call) -> Row:
    sent = call.parameter("group")
    if not isinstance(sent, dict) or sent.keys() - _COLUMNS.keys():
        raise call.store.report()
    return {key: value for key, value in sent.items() if value is not None}


def _row(group_id: int, sent: Row) -> Row:
    classes = {entry["class_id"]: entry for entry in recorded.shop()["taxClasses"]}
    chosen = classes.get(sent.get("tax_class_id", _RETAIL))
    if chosen is None or chosen["class_type"] != "CUSTOMER":
        parameters = {"fieldName": "taxClassId", "fieldValue": sent.get("tax_class_id")}
        raise Refusal(400, 'Invalid value of "%fieldValue" provided for the %fieldName field.', parameters)
    return {
        "id": group_id,
        "code": str(sent["code"]),
        "tax_class_id": chosen["class_id"],
        "tax_class_name": chosen["class_name"],
    }


def _found(call: Call, group_id: int) -> Row:
    found = next((row for row in call.store.customers.groups if row["id"] == group_id), None)
    if found is None:
        raise Refusal(
            404, "No such entity with %fieldName = %fieldValue", {"fieldName": "id", "fieldValue": group_id}
        )
    return found


ROUTES: Final = [
    Route("GET", "customerGroups/search", _RESOURCE, search),
    Route("GET", "customerGroups/default", _RESOURCE, default),
    Route("GET", "customerGroups/{id}", _RESOURCE, get),
    Route("POST", "customerGroups", _RESOURCE, create),
    Route("PUT", "customerGroups/{id}", _RESOURCE, update),
    Route("DELETE", "customerGroups/{id}", _RESOURCE, delete),
]
