"""How products, warehouses and what lies in them are shown (contract §9.3, §9.4)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.warehouse import NONE, Holding
from tidegate_sandbox.sage200.naming import ITEM_KIND, ITEM_KIND_ID, TRACEABLE, item_status
from tidegate_sandbox.sage200.reference_data import STAMPED
from tidegate_sandbox.sage200.routes import Context
from tidegate_sandbox.sage200.view import Getter, View, no_loose


def add_views(context: Context) -> None:
    """The views of products and stock."""
    _add_group(context)
    _add_warehouse(context)
    _add_product(context)
    _add_product_children(context)
    _add_flat(context)


def _account_id(context: Context, name: str) -> Getter:
    ledger = context.company.ledger

    def id_of(record: Any) -> int:
        target: Target = getattr(record, name)
        return ledger.account(target).id

    return id_of


def _account(context: Context, name: str) -> Getter:
    ledger = context.company.ledger
    return lambda record: ledger.account(getattr(record, name))


def _add_group(context: Context) -> None:
    company, views = context.company, context.views
    group = views["product_group"] = View.of(
        "product_group",
        {
            **STAMPED,
            "code": attrgetter("code"),
            "description": attrgetter("description"),
            "product_type": lambda one: ITEM_KIND[one.kind],
            "costing_method": lambda one: "FIFO",
            "this_is_the_sop_product_group": lambda one: True,
            "traceable_type": lambda one: TRACEABLE["none"],
            "stock_nominal_code_id": _account_id(context, "stock"),
            "revenue_nominal_code_id": _account_id(context, "revenue"),
            "issue_nominal_code_id": _account_id(context, "cost_of_sales"),
            "base_unit_id": attrgetter("unit_id"),
            "stock_unit_id": attrgetter("unit_id"),
        },
    )
    for name in ("stock", "revenue"):
        group.child(f"{name}_nominal_code", views["nominal_code"], _account(context, name))
    for name in ("base_unit", "stock_unit"):
        group.child(name, views["unit"], lambda one: company.units[one.unit_id])


def _add_warehouse(context: Context) -> None:
    company, views = context.company, context.views
    warehouse = views["warehouse"] = View.of(
        "warehouse",
        {
            **STAMPED,
            "name": attrgetter("name"),
            "description": attrgetter("description"),
            "use_for_sales_trading": attrgetter("sells"),
        },
    )
    warehouse.child(
        "country_code",
        views["country_code"],
        lambda one: company.countries.get(one.extra.get("country_code_id")),
    )
    views["warehouse_holding"] = View.of(
        "warehouse_holding",
        {
            **STAMPED,
            "warehouse_id": attrgetter("warehouse_id"),
            "product_id": attrgetter("item_id"),
            "warehouse_name": lambda one: company.warehouses[one.warehouse_id].name,
            "reorder_level": attrgetter("reorder_level"),
            "minimum_level": attrgetter("minimum_level"),
            "maximum_level": attrgetter("maximum_level"),
            "quantity_reserved": attrgetter("reserved"),
            "confirmed_qty_in_stock": attrgetter("confirmed"),
            "unconfirmed_qty_in_stock": attrgetter("unconfirmed"),
            "quantity_in_stock": attrgetter("on_hand"),
            "quantity_in_stock_less_reserved": lambda one: one.on_hand - one.reserved,
            "quantity_on_order": attrgetter("on_order"),
            "quantity_allocated_stock": attrgetter("allocated_stock"),
            "quantity_allocated_sop": attrgetter("allocated_orders"),
            "quantity_allocated_bom": attrgetter("allocated_assembly"),
            "quantity_allocated": attrgetter("allocated"),
            "free_stock_available": attrgetter("free"),
            "free_stock_available_less_reserved": lambda one: one.free - one.reserved,
        },
    )
    views["warehouse_holding"].child("warehouse", warehouse, lambda one: company.warehouses[one.warehouse_id])


def _add_product(context: Context) -> None:
    company = context.company
    context.views["product"] = View.of(
        "product",
        {
            **STAMPED,
            "code": attrgetter("code"),
            "name": attrgetter("name"),
            "description": attrgetter("description"),
            "barcode": attrgetter("barcode"),
            "allow_sales_order": attrgetter("is_sold"),
            "free_stock_quantity": lambda one: company.stock.free(one.id),
            "product_group_id": attrgetter("group_id"),
            "tax_code_id": attrgetter("tax_code_id"),
            "product_status_type": lambda one: item_status(one.is_active),
            "inactivation_date": attrgetter("inactive_since"),
            "traceable_type": lambda one: TRACEABLE[one.traceable],
            "sale_from_single_batch": attrgetter("from_single_batch"),
            "standard_cost": attrgetter("cost"),
            "average_buying_price": attrgetter("cost"),
            "weight": attrgetter("weight"),
        },
    )


class _Amounts:
    """The sums of an item's holdings, for the child ``holding``."""

    def __init__(self, item: Item, holdings: list[Holding]) -> None:
        self.average_buying_price = item.cost
        self.quantity_in_stock = sum((one.on_hand for one in holdings), NONE)
        self.quantity_allocated = sum((one.allocated for one in holdings), NONE)
        self.quantity_on_order = sum((one.on_order for one in holdings), NONE)


def _add_product_children(context: Context) -> None:
    company, views = context.company, context.views
    product = views["product"]
    names = ("average_buying_price", "quantity_in_stock", "quantity_allocated", "quantity_on_order")
    holding = View.of("product.holding", {name: attrgetter(name) for name in names}, no_loose)
    unit = View.of(
        "product_unit",
        {
            **STAMPED,
            "unit_id": attrgetter("id"),
            "multiple_of_base_unit": attrgetter("multiple"),
            "unit_type": lambda one: "EnumUnitTypeStock",
        },
        no_loose,
    )
    product.child("product_group", views["product_group"], lambda one: company.item_groups[one.group_id])
    product.child("tax_code", views["tax_code"], lambda one: company.tax_codes[one.tax_code_id])
    product.child("holding", holding, lambda one: _Amounts(one, company.stock.of_item(one.id)))
    product.child("units", unit, lambda one: [company.units[one.unit_id]])
    product.child("warehouse_holdings", views["warehouse_holding"], lambda one: company.stock.of_item(one.id))
    for name in ("base_unit", "stock_unit"):
        product.child(name, views["unit"], lambda one: company.units[one.unit_id])
    for name in ("stock", "revenue"):
        product.child(f"{name}_nominal_code", views["nominal_code"], _account(context, name))
    views["warehouse_holding"].child("product", product, lambda one: company.items[one.item_id])


def _sum(context: Context, name: str) -> Getter:
    stock = context.company.stock
    return lambda item: sum((getattr(one, name) for one in stock.of_item(item.id)), NONE)


def _add_flat(context: Context) -> None:
    """The flat views of products; none has a time of change (contract §9.3)."""
    company, views = context.company, context.views

    def group(name: str) -> Getter:
        return lambda item: getattr(company.item_groups[item.group_id], name)

    def unit(item: Item) -> str:
        return company.units[item.unit_id].name

    def price(item: Item) -> Any:
        return company.prices.amount(item.id, None)

    views["product_view"] = View.of(
        "product_view",
        {
            "id": attrgetter("id"),
            "code": attrgetter("code"),
            "name": attrgetter("name"),
            "description": attrgetter("description"),
            "status_type_id": lambda one: 0 if one.is_active else 1,
            "status_type": lambda one: item_status(one.is_active),
            "product_group_product_type_id": lambda one: ITEM_KIND_ID[one.kind],
            "product_group_product_type": lambda one: ITEM_KIND[one.kind],
            "product_group_code": group("code"),
            "product_group_description": group("description"),
            "traceable_type_id": lambda one: list(TRACEABLE).index(one.traceable),
            "traceable_type": lambda one: TRACEABLE[one.traceable],
            "inactive_date": attrgetter("inactive_since"),
            "stock_unit_name": unit,
            "base_unit_name": unit,
            "allow_sales_order": attrgetter("is_sold"),
            "average_buying_price": attrgetter("cost"),
            "standard_cost": attrgetter("cost"),
            "weight": attrgetter("weight"),
            "selling_price": price,
            "price": price,
            "sop_item_price": price,
            "this_is_the_standard_band": lambda one: True,
            "free_stock_quantity": _sum(context, "free"),
            "quantity_reserved": _sum(context, "reserved"),
            "confirmed_quantity_in_stock": _sum(context, "confirmed"),
            "unconfirmed_quantity_in_stock": _sum(context, "unconfirmed"),
            "actual_quantity": _sum(context, "on_hand"),
            "quantity_allocated_stock": _sum(context, "allocated_stock"),
            "quantity_allocated_sop": _sum(context, "allocated_orders"),
            "quantity_allocated_bom": _sum(context, "allocated_assembly"),
            "quantity_on_pop_order": _sum(context, "on_order"),
        },
    )
    views["lookup_product"] = View.of(
        "lookup_product",
        {
            "id": attrgetter("id"),
            "code": attrgetter("code"),
            "name": attrgetter("name"),
            "free_stock_quantity": _sum(context, "free"),
            "product_status_id": lambda one: 0 if one.is_active else 1,
            "traceable_type_id": lambda one: list(TRACEABLE).index(one.traceable),
            "this_is_the_sop_product_group": lambda one: True,
            "product_type_id": lambda one: ITEM_KIND_ID[one.kind],
            "allow_sales_order": attrgetter("is_sold"),
        },
        no_loose,
    )
    views["product_warehouse_view"] = View.of(
        "product_warehouse_view",
        {
            "product_id": attrgetter("item_id"),
            "warehouse_holding_id": attrgetter("id"),
            "warehouse_id": attrgetter("warehouse_id"),
            "warehouse_name": lambda one: company.warehouses[one.warehouse_id].name,
            "use_for_sales_trading": lambda one: company.warehouses[one.warehouse_id].sells,
            "free_stock_quantity": attrgetter("free"),
        },
        no_loose,
    )
