"""The control ``records`` of section 13: what people in Sage 50 do to products and customers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp import events
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.sage50.buyer import open_account, tax_code
from tidegate_sandbox.sage50.control_call import ControlCall, Handler
from tidegate_sandbox.sage50.customer_record import customer_records, find_customer
from tidegate_sandbox.sage50.product_record import OVERLAY, REMOVED, find_item, product_records


def _show(call: ControlCall) -> Any:
    """The records of a ``scope`` (products by default) as the next file will have them."""
    company = call.installation.company
    if call.asked.get("scope", "products") == "customers":
        return customer_records(company)
    return product_records(company)


def _records(call: ControlCall) -> Any:
    """``add``, ``change``, ``remove`` or ``restore`` (``action``) one record of a ``scope`` by its ``id``.

    A product may be named by its ``reference`` instead. ``set``: values by their names in the file; what the
    company itself keeps (price, stock, name, tax, whether active, blocked) changes there. ``blocked`` is a
    customer that gets nothing any more.
    """
    scope, action = call.text("scope", "products"), call.text("action", "change")
    values, company = call.body.get("set", {}), call.installation.company
    if action not in ("add", "change", "remove", "restore") or not isinstance(values, dict):
        raise ValueError("'action' is add, change, remove or restore; 'set' an object of values")
    if scope == "products":
        item = _item(call, company, action)
        with company.staff():
            if action in ("remove", "restore"):
                _mark(item, action)
            _change_item(company, item, dict(values))
            company.touch(item)
        found = [one for one in product_records(company) if one["reference"] == item.code]
        return found[0] if found else {}
    if scope == "customers":
        with company.staff():
            customer = _customer(call, company, action, values)
            if action in ("remove", "restore"):
                _mark(customer, action)
            _change_customer(customer, {} if action == "add" else dict(values))
            company.customers.changed(customer)
        return {"id": customer.external_key or customer.code}
    raise ValueError(f"'scope' is products or customers; got {scope!r}")


def _mark(record: Item | Customer, action: str) -> None:
    if action == "remove":
        record.extra[REMOVED] = True
    else:
        record.extra.pop(REMOVED, None)


def _item(call: ControlCall, company: Company, action: str) -> Item:
    if action == "add":
        like = next(iter(company.items)).code
        return events.new_item(
            company, call.text("reference"), like=call.text("like", like), price=Decimal(1)
        )
    if "reference" in call.body:
        return company.item(call.text("reference"))
    item = find_item(company, call.text("id"))
    if item is None:
        raise ValueError(f"there is no article {call.text('id')}")
    return item


def _change_item(company: Company, item: Item, values: dict[str, Any]) -> None:
    if "netPrice" in values:
        company.prices.set(item.id, company.prices.standard.id, Decimal(values.pop("netPrice")))
    if "stock" in values:
        _count(company, item, Decimal(values.pop("stock")))
    if "tax" in values:
        item.tax_code_id = tax_code(company, Decimal(values.pop("tax"))).id
    for name, kernel_name in (("name", "name"), ("longDescription", "description"), ("barCode", "barcode")):
        if name in values:
            setattr(item, kernel_name, str(values.pop(name)))
    if "active" in values:
        item.is_active = bool(values.pop("active"))
    if "reference" in values:
        item.code = str(values.pop("reference"))
        company.items.reindex(item)
    item.extra.setdefault(OVERLAY, {}).update(values)


def _count(company: Company, item: Item, wanted: Decimal) -> None:
    """A stock count: so many can be sold, over all warehouses. ValueError where that cannot be."""
    kept = company.stock.of_item(item.id)
    more = wanted - sum((one.free for one in kept), Decimal(0))
    if not kept or wanted < 0:
        raise ValueError(f"the article {item.code} cannot have a stock of {wanted}")
    for holding in kept:
        change = more if more > 0 else max(more, -holding.free)
        company.stock.move(item.id, holding.warehouse_id, change, "adjustment")
        more -= change


def _customer(call: ControlCall, company: Company, action: str, values: dict[str, Any]) -> Customer:
    if action == "add":
        return open_account(company, {"id": call.text("id"), **values})
    customer = find_customer(company, call.text("id"))
    if customer is None:
        raise ValueError(f"there is no customer {call.text('id')}")
    return customer


def _change_customer(customer: Customer, values: dict[str, Any]) -> None:
    if "blocked" in values:
        customer.on_hold = bool(values.pop("blocked"))
    if "active" in values:
        customer.is_active = bool(values.pop("active"))
    if "idNumber" in values:
        customer.vat_number = str(values.pop("idNumber"))
    if "company" in values:
        customer.name = str(values.pop("company"))
    customer.extra.setdefault(OVERLAY, {}).update(values)


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "records"): _show,
    ("POST", "records"): _records,
}
