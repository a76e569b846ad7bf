"""Price bands, prices, and what a customer pays (contract §9.5): all read only."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.price import Price
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage200.call import Call, required
from tidegate_sandbox.sage200.listing import Listing
from tidegate_sandbox.sage200.naming import ITEM_KIND
from tidegate_sandbox.sage200.reference_data import STAMPED
from tidegate_sandbox.sage200.routes import Context
from tidegate_sandbox.sage200.view import Getter, View, no_loose

UNUSED = {
    "customer_price_bands": "customer_price_band",
    "customer_discount_groups": "customer_discount_group",
    "order_value_discounts": "order_value_discount",
}
"""Lists that are empty in every company here: path, schema."""


def add_views(context: Context) -> None:
    """The views of price bands and prices."""
    company, views = context.company, context.views
    views["price_band"] = View.of(
        "price_band",
        {
            **STAMPED,
            "name": attrgetter("name"),
            "description": attrgetter("description"),
            "is_standard_band": attrgetter("is_standard"),
            "currency_id": attrgetter("currency_id"),
            "price_band_type_id": lambda one: 0 if one.kind == "universal" else 1,
            "price_band_type": lambda one: one.kind.capitalize(),
            "is_active": attrgetter("is_active"),
            "is_time_based": lambda one: one.active_from is not None,
            "active_date_time_from": attrgetter("active_from"),
            "active_date_time_to": attrgetter("active_to"),
        },
    )

    def item(name: str) -> Getter:
        return lambda price: getattr(company.items[price.item_id], name)

    def band(price: Price) -> Any:
        return company.prices.lists[price.price_list_id]

    def currency(name: str) -> Getter:
        return lambda price: getattr(company.currencies[band(price).currency_id], name)

    views["product_price_view"] = View.of(
        "product_price_view",
        {
            "product_price_id": attrgetter("id"),
            "product_id": attrgetter("item_id"),
            "product_code": item("code"),
            "product_name": item("name"),
            "product_stock_unit_name": lambda price: company.units[company.items[price.item_id].unit_id].name,
            "price_band_id": attrgetter("price_list_id"),
            "price_band_name": lambda price: band(price).name,
            "product_price_use_standard": attrgetter("uses_standard"),
            "product_price_price": attrgetter("amount"),
            "currency_id": currency("id"),
            "currency_name": currency("name"),
            "currency_symbol": currency("symbol"),
            "date_time_updated": attrgetter("updated_at"),
        },
        no_loose,
    )


def add_routes(context: Context) -> None:
    """The paths of price bands and prices."""
    company = context.company
    prices = company.prices
    context.table("price_bands", "price_band", prices.lists, finders={"name": "name"})
    for path, schema in UNUSED.items():
        context.listing(path, Listing(View.of(schema, {}), tuple))

    def by_code(code: Any) -> list[Price]:
        found = company.items.first("code", code)
        return prices.prices.find("item_id", found.id) if found is not None else []

    context.listing(
        "product_price_views",
        Listing(
            context.views["product_price_view"],
            lambda: prices.prices,
            {"product_id": lambda key: prices.prices.find("item_id", key), "product_code": by_code},
            default_order=(("product_code", False),),
        ),
    )
    context.routes.on("POST", "customer_price_enquiry", _enquire)


def _enquire(call: Call) -> Any:
    """What a customer pays for a quantity: stores nothing."""
    company, body = call.company, call.body("customer_price_enquiry_request")
    required(body, "customer_price_enquiry", "customer_id", "product_id")
    customer = company.customers.table.get(body["customer_id"])
    if customer is None:
        raise Refusal("unknown", "The customer account does not exist.", "customer_id")
    item = company.items.get(body["product_id"])
    if item is None:
        raise Refusal("unknown", "The stock item does not exist.", "product_id")
    quantity = rounded(body.get("quantity", rounded(company.units[item.unit_id].multiple)), 5)
    quote = company.prices.quote(customer, item, quantity)
    places = call.options.price_enquiry_places
    before = rounded(quantity * quote.price)
    after = rounded(quantity * (quote.price - quote.discount))
    unit = company.units[item.unit_id]
    currency = company.currencies[customer.currency_id]
    return {
        "customer_id": customer.id,
        "product_id": item.id,
        "product_type": ITEM_KIND[item.kind],
        "selling_unit_id": unit.id,
        "selling_unit": unit.name,
        "selling_unit_multiple": unit.multiple,
        "pricing_unit_id": unit.id,
        "pricing_unit": unit.name,
        "pricing_unit_multiple": unit.multiple,
        "quantity": quantity,
        "currency_id": currency.id,
        "currency_name": currency.name,
        "currency_symbol": currency.symbol,
        "unit_price": rounded(quote.price, places),
        "discounted_unit_price": rounded(quote.price - quote.discount, places),
        "total_price_before_discount": before,
        "total_discount": before - after,
        "total_discounted_price": after,
        "include_previous_prices": body.get("include_previous_prices", False),
        "previous_prices": _previous(call, customer.id, item.id)
        if body.get("include_previous_prices")
        else [],
    }


def _previous(call: Call, customer_id: int, item_id: int) -> list[dict[str, Any]]:
    """The last five prices that the customer paid for the item."""
    suffix = call.profile.date_suffix
    found = [
        {
            "sop_document_no": order.number,
            "sop_document_date": f"{order.date.isoformat()}T00:00:00{suffix}",
            "quantity": line.quantity,
            "discounted_unit_price": rounded(line.price - line.discount_value),
        }
        for order in call.company.orders.table.find("customer_id", customer_id)
        for line in order.lines
        if line.item_id == item_id
    ]
    return found[-5:][::-1]
