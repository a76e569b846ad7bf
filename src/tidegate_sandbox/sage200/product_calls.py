"""Products, product groups, warehouses and holdings: read, create, update, delete (contract §9.3, §9.4)."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.warehouse import Holding, Warehouse
from tidegate_sandbox.sage200.body import Body
from tidegate_sandbox.sage200.call import Call, found, required
from tidegate_sandbox.sage200.naming import TRACEABLE, reverse
from tidegate_sandbox.sage200.routes import Context

#: Field of a product -> attribute of the item, which takes the value as it is.
DIRECT = {
    "name": "name",
    "description": "description",
    "barcode": "barcode",
    "allow_sales_order": "is_sold",
    "inactivation_date": "inactive_since",
    "standard_cost": "cost",
    "weight": "weight",
    "sale_from_single_batch": "from_single_batch",
}
#: Fields that are not kept in `extra`; all others are stored and returned as they came.
HANDLED = frozenset(
    {
        *DIRECT,
        "id",
        "code",
        "product_group_id",
        "tax_code_id",
        "product_status_type",
        "traceable_type",
        "warehouse_holdings",
        "stock_nominal_code_id",
        "revenue_nominal_code_id",
        "issue_nominal_code_id",
        "units",
        "average_buying_price",
    }
)
LEVELS = ("reorder_level", "minimum_level", "maximum_level")


def add_routes(context: Context) -> None:
    """Add the routes of products, product groups, warehouses and holdings."""
    company, routes, views = context.company, context.routes, context.views
    keys = {"code": "code", "product_group_id": "group_id"}
    context.table("products", "product", company.items, finders=keys)
    context.table("product_views", "product_view", company.items, finders={"code": "code"}, by_id=False)
    context.table("lookup_products", "lookup_product", company.items, finders={"code": "code"}, by_id=False)
    context.table("product_groups", "product_group", company.item_groups, finders={"code": "code"})
    context.nested(
        "product_groups/{}/products",
        "product",
        company.items,
        lambda call: company.items.find("group_id", found(company.item_groups, call.ids[0]).id),
    )

    def create(call: Call) -> Any:
        return call.show(views["product"], _create(call))

    def update(call: Call) -> Any:
        item = found(company.items, call.ids[0])
        body = call.body("product")
        if body.get("code", item.code).lower() != item.code.lower():
            raise Refusal("invalid", "The product code cannot be changed.", "product.code")
        _check(company, body)
        _apply(company, item, body)
        return call.show(views["product"], item)

    routes.on("POST", "products", create)
    routes.on("PUT", "products/{}", update)
    routes.on("DELETE", "products/{}", lambda call: _delete(company, found(company.items, call.ids[0])))
    _add_warehouse_routes(context)
    _add_holding_routes(context)


def _check(company: Company, body: Body) -> None:
    if "tax_code_id" in body:
        company.tax_code(body["tax_code_id"])
    if "product_group_id" in body and body["product_group_id"] not in company.item_groups:
        raise Refusal("unknown", "The product group does not exist.", "product.product_group_id")
    for name in ("stock_nominal_code_id", "revenue_nominal_code_id", "issue_nominal_code_id"):
        if name in body and body[name] not in company.nominal_accounts:
            raise Refusal("unknown", "The nominal code does not exist.", f"product.{name}")
    for levels in body.get("warehouse_holdings", []):
        if levels.get("warehouse_id") not in company.warehouses:
            raise Refusal("unknown", "The warehouse does not exist.", "product.warehouse_holdings")


def _create(call: Call) -> Item:
    company, body = call.company, call.body("product")
    required(body, "product", "code", "name", "product_group_id")
    _check(company, body)
    if company.items.first("code", body["code"]) is not None:
        raise Refusal("duplicate", "The stock item code already exists.", "product.code")
    group = company.item_groups[body["product_group_id"]]
    if group.kind == "stock":
        required(body, "product", "warehouse_holdings")
    tax_code = company.tax_code(body.get("tax_code_id"))
    item = company.items.add(
        company.new(
            Item,
            code=body["code"],
            name=body["name"],
            group_id=group.id,
            kind=group.kind,
            tax_code_id=tax_code.id,
            unit_id=group.unit_id,
            stock=group.stock,
            revenue=group.revenue,
            cost_of_sales=group.cost_of_sales,
        )
    )
    _apply(company, item, body)
    return item


def _apply(company: Company, item: Item, body: Body) -> None:
    for name, attribute in DIRECT.items():
        if name in body:
            setattr(item, attribute, body[name])
    item.tax_code_id = body.get("tax_code_id", item.tax_code_id)
    item.group_id = body.get("product_group_id", item.group_id)
    if "product_status_type" in body:
        item.is_active = body["product_status_type"] != "EnumStockItemStatusTypeInactive"
    if body.get("traceable_type"):
        item.traceable = reverse(TRACEABLE, body["traceable_type"])  # type: ignore[assignment]
    accounts = {"stock": "stock", "revenue": "revenue", "issue": "cost_of_sales"}
    for name, attribute in accounts.items():
        if f"{name}_nominal_code_id" in body:
            target: Target = company.nominal_accounts[body[f"{name}_nominal_code_id"]].target
            setattr(item, attribute, target)
    item.extra.update({name: value for name, value in body.items() if name not in HANDLED})
    for levels in body.get("warehouse_holdings", []):
        holding = company.stock.holding(item.id, levels["warehouse_id"])
        if holding is None:
            holding = company.stock.keep(item.id, levels["warehouse_id"])
        _set_levels(company, holding, levels)
    company.touch(item)
    company.items.reindex(item)


def _delete(company: Company, item: Item) -> None:
    if any(line.item_id == item.id for line in company.orders.lines) or any(
        holding.on_hand or holding.allocated for holding in company.stock.of_item(item.id)
    ):
        raise Refusal("forbidden", "The stock item is in use.")
    company.stamp()
    for holding in company.stock.of_item(item.id):
        company.stock.drop(holding)
    company.items.remove(item)


def _add_warehouse_routes(context: Context) -> None:
    company, routes, view = context.company, context.routes, context.views["warehouse"]
    context.table("warehouses", "warehouse", company.warehouses, finders={"name": "name"})

    def apply(warehouse: Warehouse, body: Body) -> Any:
        warehouse.name = body.get("name") or warehouse.name
        warehouse.description = body.get("description", warehouse.description)
        warehouse.sells = body.get("use_for_sales_trading", warehouse.sells)
        handled = ("id", "name", "description", "use_for_sales_trading")
        warehouse.extra.update({name: value for name, value in body.items() if name not in handled})
        company.touch(warehouse)
        company.warehouses.reindex(warehouse)
        return warehouse

    def refuse_taken_name(body: Body, own: Warehouse | None = None) -> None:
        other = company.warehouses.first("name", body.get("name"))
        if other is not None and other is not own:
            raise Refusal("duplicate", "The warehouse name already exists.", "warehouse.name")

    def warehouses_of(call: Call) -> list[Warehouse]:
        item = found(company.items, call.ids[0])
        return [company.warehouses[holding.warehouse_id] for holding in company.stock.of_item(item.id)]

    context.nested("products/{}/warehouses", "warehouse", company.warehouses, warehouses_of)

    def create(call: Call) -> Any:
        body = call.body("warehouse")
        required(body, "warehouse", "name")
        refuse_taken_name(body)
        warehouse = company.warehouses.add(company.new(Warehouse, name=body["name"]))
        return call.show(view, apply(warehouse, body))

    def update(call: Call) -> Any:
        warehouse = found(company.warehouses, call.ids[0])
        body = call.body("warehouse")
        refuse_taken_name(body, warehouse)
        return call.show(view, apply(warehouse, body))

    def delete(call: Call) -> None:
        warehouse = found(company.warehouses, call.ids[0])
        if company.stock.holdings.find("warehouse_id", warehouse.id):
            raise Refusal("forbidden", "The warehouse is in use.")
        company.stamp()
        company.warehouses.remove(warehouse)

    routes.on("POST", "warehouses", create)
    routes.on("PUT", "warehouses/{}", update)
    routes.on("DELETE", "warehouses/{}", delete)


def _set_levels(company: Company, holding: Holding, body: Body) -> None:
    for name in LEVELS:
        if name in body:
            setattr(holding, name, body[name])
    company.touch(holding)


def _add_holding_routes(context: Context) -> None:
    company, routes, view = context.company, context.routes, context.views["warehouse_holding"]
    holdings = company.stock.holdings
    keys = {"product_id": "item_id", "warehouse_id": "warehouse_id"}
    context.table("warehouse_holdings", "warehouse_holding", holdings, finders=keys)
    context.table("product_warehouse_views", "product_warehouse_view", holdings, finders=keys, by_id=False)

    def holdings_of(product: int | None, warehouse: int | None) -> list[Holding]:
        if product is not None:
            rows = holdings.find("item_id", found(company.items, product).id)
        else:
            rows = holdings.find("warehouse_id", found(company.warehouses, warehouse or 0).id)
        return [row for row in rows if warehouse is None or row.warehouse_id == warehouse]

    nested = {
        "products/{}/warehouse_holdings": lambda call: holdings_of(call.ids[0], None),
        "warehouses/{}/warehouse_holdings": lambda call: holdings_of(None, call.ids[0]),
        "warehouses/{}/products/{}/warehouse_holdings": lambda call: holdings_of(call.ids[1], call.ids[0]),
        "products/{}/warehouses/{}/warehouse_holdings": lambda call: holdings_of(call.ids[0], call.ids[1]),
    }
    for path, rows in nested.items():
        context.nested(path, "warehouse_holding", holdings, rows)

    def create(call: Call) -> Any:
        body = call.body("warehouse_holding")
        required(body, "warehouse_holding", "product_id", "warehouse_id")
        if body["product_id"] not in company.items:
            raise Refusal("unknown", "The stock item does not exist.", "warehouse_holding.product_id")
        if body["warehouse_id"] not in company.warehouses:
            raise Refusal("unknown", "The warehouse does not exist.", "warehouse_holding.warehouse_id")
        holding = company.stock.keep(body["product_id"], body["warehouse_id"])
        _set_levels(company, holding, body)
        return call.show(view, holding)

    def update(call: Call) -> Any:
        holding = found(holdings, call.ids[0])
        _set_levels(company, holding, call.body("warehouse_holding"))
        return call.show(view, holding)

    routes.on("POST", "warehouse_holdings", create)
    routes.on("PUT", "warehouse_holdings/{}", update)
    routes.on(
        "DELETE",
        "warehouse_holdings/{}",
        lambda call: company.stock.drop(found(holdings, call.ids[0])),
    )
