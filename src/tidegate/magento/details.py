"""What an order has besides addresses, lines and sums: amounts of other kinds, options, remarks.

Source: `sales-data-order-extension-interface`, `catalog-data-custom-option-interface`; contract point 37.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from tidegate.domain.orders.order import LineOption, Order, OrderLine, Remark
from tidegate.magento.extras import Tree, extras, given_back, other_fields, table, tables


def with_details(order: Order, tree: Tree) -> Order:
    """The order with everything that the store tells of it besides. ValueError for what is no amount."""
    items = {item.get("item_id"): item for item in tables(tree.get("items"))}
    children = {item.get("parent_item_id"): item for item in items.values() if item.get("parent_item_id")}
    lines = tuple(_line(line, items.get(line.item_id, {}), children) for line in order.lines)
    order = msgspec.structs.replace(order, lines=lines)
    return msgspec.structs.replace(
        order,
        reductions=msgspec.structs.replace(order.reductions, given_back=given_back(tree, base=False)),
        base_reductions=msgspec.structs.replace(
            order.base_reductions, given_back=given_back(tree, base=True)
        ),
        extras=extras(order, tree),
        fields=other_fields(tree, one_currency=order.currency == order.base_currency),
        remarks=tuple(_remarks(order, tree, items)),
    )


def _line(line: OrderLine, item: Tree, children: Mapping[object, Tree]) -> OrderLine:
    stocked = item
    if item.get("product_type") == "configurable":
        stocked = children.get(item.get("item_id"), item)
    product, sold = _id(stocked.get("product_id")), _id(item.get("product_id"))
    options = _options(item)
    return msgspec.structs.replace(
        line,
        product_id=product,
        options_of=sold if options and sold != product else None,
        options=options,
    )


def _options(item: Tree) -> tuple[LineOption, ...]:
    extension = table(table(item.get("product_option")).get("extension_attributes"))
    return tuple(
        LineOption(id=str(each.get("option_id") or ""), value=_value(each))
        for each in tables(extension.get("custom_options"))
        if _value(each)
    )


def _value(option: Tree) -> str:
    """Of a file its name: the rest is where the shop keeps it."""
    file = table(table(option.get("extension_attributes")).get("file_info"))
    value = file.get("name") or option.get("option_value")
    return " ".join(str(value).split()) if value not in (None, False) else ""


def _remarks(order: Order, tree: Tree, items: Mapping[object, Tree]) -> Iterator[Remark]:
    extension = table(tree.get("extension_attributes"))
    pickup = _text(extension.get("pickup_location_code"))
    if pickup:
        yield Remark("pickup_location", f"Pickup location: {pickup}")
    company = table(extension.get("company_order_attributes"))
    name, number = _text(company.get("company_name")), _text(company.get("company_id"))
    if name or number:
        yield Remark(
            "company", f"Company: {name} ({number})" if name and number else f"Company: {name or number}"
        )
    message = _gift(extension)
    if message:
        yield Remark("gift_message", f"Gift message{message}")
    for line in order.lines:
        message = _gift(table(items.get(line.item_id, {}).get("extension_attributes")))
        if message:
            yield Remark("gift_message", f"Gift message with {line.sku}{message}")


def _gift(extension: Tree) -> str:
    gift = table(extension.get("gift_message"))
    message, sender, recipient = (_text(gift.get(name)) for name in ("message", "sender", "recipient"))
    if not message:
        return ""
    return (f" from {sender}" if sender else "") + (f" to {recipient}" if recipient else "") + f": {message}"


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, bool | list | dict) else str(value).strip()


def _id(value: object) -> int | None:
    text = _text(value)
    return int(text) or None if text.isdecimal() and len(text) < 19 else None
