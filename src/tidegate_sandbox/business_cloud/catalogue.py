"""Stock items, products, services, price types and stock movements (contract §7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tidegate_sandbox.business_cloud.business import Business
from tidegate_sandbox.business_cloud.problem import not_found
from tidegate_sandbox.business_cloud.resource import Done, Resource
from tidegate_sandbox.business_cloud.values import Body, Fields, named, number_of, uid
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.price import PriceList
from tidegate_sandbox.erp.stock import Movement

CODES = {"stock_items": 30, "products": 255, "services": 255}
KINDS = {"stock_items": "stock", "products": "misc", "services": "service"}
PURCHASES = "5000"


class Catalogue:
    """What one business sells."""

    def __init__(self, business: Business) -> None:
        self._business = business
        self._company = business.company

    def resources(self) -> list[Resource]:
        """All of them; `/products` also lists the stock items, without their quantities."""
        return [
            self._items("stock_items", "stock_item"),
            self._items("products", "product"),
            self._items("services", "service"),
            self._price_types(),
            self._movements(),
        ]

    def _items(self, path: str, wrapper: str) -> Resource:
        def rows() -> Iterable[Item]:
            listed = ("stock_items", "products") if path == "products" else (path,)
            return [one for one in self._company.items if self._business.item_path(one) in listed]

        def find(id: str) -> Item | None:
            found = self._company.items.get(number_of("item", id))
            return found if found is not None and found in rows() else None

        filters = {"active": lambda one, value: one.is_active is (value == "true")}
        if path == "stock_items":
            filters["out_of_stock"] = lambda one, value: (self.quantity(one) <= 0) is (value == "true")
        return Resource(
            path=path,
            wrapper=wrapper,
            rows=rows,
            id=lambda one: uid("item", one.id),
            show=lambda one, _query: self._show(one, path),
            find=find,
            searched=lambda one: (one.code, one.name),
            stamps=lambda one: (one.created_at, self.changed_at(one)),
            filters=filters,
            lists_deletions=True,
            create=lambda body: self._create(body, path),
            change=lambda one, body: self._change(one, body, path),
        )

    def quantity(self, item: Item) -> Decimal:
        """What of it is there."""
        return sum((one.on_hand for one in self._company.stock.of_item(item.id)), Decimal(0))

    def changed_at(self, item: Item) -> Any:
        """A price is a change of its item; a movement or a sale is one as the options say."""
        found = [item.updated_at]
        found += [price.updated_at for price in self._company.prices.prices.find("item_id", item.id)]
        if self._business.options.movements_touch_items or self._business.options.sales_touch_items:
            found += [one.updated_at for one in self._company.stock.of_item(item.id)]
        return max(found)

    def _show(self, one: Item, path: str) -> Body:
        company = self._company
        revenue = self._business.account_named(one.revenue.account)
        prices = [price for price in company.prices.prices.find("item_id", one.id) if not price.uses_standard]
        found: Body = {
            **named(uid("item", one.id), f"{one.name} ({one.code})", path),
            "created_at": one.created_at,
            "updated_at": self.changed_at(one),
            "deletable": False,
            "deactivatable": True,
            "item_code": one.code,
            "description": one.name,
            "notes": one.description or None,
            "sales_ledger_account": self._business.account(revenue) if revenue is not None else None,
            "sales_tax_rate": self._business.tax(company.tax_code(one.tax_code_id)),
            "source_guid": one.extra.get("source_guid") or None,
            "active": one.is_active,
            "cost_price": one.cost,
        }
        listed = [
            {
                "id": uid("price", price.id),
                "displayed_as": company.prices.lists[price.price_list_id].name,
                "price_name": company.prices.lists[price.price_list_id].name,
                "price": rounded(price.amount),
                "price_includes_tax": bool(one.extra.get("price_includes_tax")),
                "product_sales_price_type": self._type(company.prices.lists[price.price_list_id]),
            }
            for price in prices
        ]
        if path == "services":
            return {
                **found,
                "sales_rates": [
                    {
                        "id": price["id"],
                        "displayed_as": price["displayed_as"],
                        "rate_name": price["price_name"],
                        "rate": price["price"],
                        "rate_includes_tax": price["price_includes_tax"],
                    }
                    for price in listed
                ],
            }
        found["sales_prices"] = listed
        if path == "products":
            kind = "STOCK_ITEM" if self._business.item_path(one) == "stock_items" else "NON_STOCK"
            return {
                **found,
                "catalog_item_type": named(kind, kind.replace("_", " ").title(), "catalog_item_types"),
            }
        return {
            **found,
            "quantity_in_stock": rounded(self.quantity(one)),
            "reorder_level": Decimal(0),
            "weight": one.weight,
            "barcode": one.barcode or None,
            "location": None,
            "average_cost_price": rounded(one.cost),
            "last_cost_price": rounded(one.cost),
        }

    @staticmethod
    def _type(one: PriceList) -> Body:
        return named(uid("price_type", one.id), one.name, "product_sales_price_types")

    def _create(self, body: Body, path: str) -> Item:
        fields = Fields(body, self._business.options)
        code = fields.text("item_code", CODES[path], needed=path == "stock_items")
        name = fields.text("description", 255, needed=True)
        if self._company.items.first("code", code or None) is not None:
            fields.wrong("item_code", "has already been taken")
        for account in ("sales_ledger_account_id", "purchase_ledger_account_id"):
            if not body.get(account):
                fields.wrong(account, "can't be blank")
        fields.raise_faults()
        revenue = self._company.nominal_accounts.get(number_of("account", body["sales_ledger_account_id"]))
        cost = self._company.nominal_accounts.get(number_of("account", body["purchase_ledger_account_id"]))
        if revenue is None or cost is None:
            raise not_found()
        model = next(one for one in self._company.items if one.kind == KINDS[path])
        stamp = self._company.stamp()
        item = self._company.items.add(
            replace(
                model,
                id=self._company.ids.next(),
                created_at=stamp,
                updated_at=stamp,
                code=code or uid("item", 0)[-8:],
                name=name,
                revenue=revenue.target,
                barcode="",
                extra={"source_guid": fields.text("source_guid", 255)},
            )
        )
        if path == "stock_items":
            self._company.stock.keep(item.id, next(iter(self._company.warehouses)).id)
        self._set_prices(item, body)
        return item

    def _change(self, one: Item, body: Body, path: str) -> Item:
        fields = Fields(body, self._business.options)
        if "item_code" in body:
            one.code = fields.text("item_code", CODES[path], needed=True)
        if "description" in body:
            one.name = fields.text("description", 255, needed=True)
        fields.raise_faults()
        if "active" in body:
            one.is_active = body["active"] is True
        self._set_prices(one, body)
        self._company.touch(one)
        self._company.items.reindex(one)
        return one

    def _set_prices(self, item: Item, body: Body) -> None:
        for price in body.get("sales_prices", []):
            number = number_of("price_type", price.get("product_sales_price_type_id"))
            if number not in self._company.prices.lists:
                raise not_found()
            self._company.prices.set(item.id, number or 0, Decimal(str(price.get("price", 0))))

    # Price types

    def _price_types(self) -> Resource:
        lists = self._company.prices.lists
        return Resource(
            path="product_sales_price_types",
            wrapper="product_sales_price_type",
            rows=lambda: lists,
            id=lambda one: uid("price_type", one.id),
            show=lambda one, _query: {
                **self._type(one),
                "created_at": one.created_at,
                "updated_at": one.updated_at,
                "name": one.name,
                "active": one.is_active,
            },
            find=lambda id: lists.get(number_of("price_type", id)),
            filters={"active": lambda one, value: one.is_active is (value == "true")},
            create=self._create_type,
        )

    def _create_type(self, body: Body) -> PriceList:
        fields = Fields(body, self._business.options)
        name = fields.text("name", 255, needed=True)
        fields.raise_faults()
        currency = self._company.currency(None).id
        made = self._company.new(PriceList, name=name, description=name, currency_id=currency)
        return self._company.prices.lists.add(made)

    # Movements

    def _movements(self) -> Resource:
        """`/stock_movements`: it tells no changes, only days and items (additions of 29 November)."""
        moved = self._company.stock.movements

        def rows() -> list[tuple[int, Movement]]:
            return list(enumerate(moved, 1))

        def find(id: str) -> tuple[int, Movement] | None:
            number = number_of("movement", id) or 0
            return (number, moved[number - 1]) if 0 < number <= len(moved) else None

        return Resource(
            path="stock_movements",
            wrapper="stock_movement",
            rows=rows,
            id=lambda one: uid("movement", one[0]),
            show=lambda one, _query: self._show_movement(*one),
            find=find,
            filters={
                "stock_item_id": lambda one, value: uid("item", one[1].item_id) == value,
                "from_date": lambda one, value: f"{one[1].at:%Y-%m-%d}" >= value,
                "to_date": lambda one, value: f"{one[1].at:%Y-%m-%d}" <= value,
            },
            create=self._move,
            remove=lambda _one, _query: Done(),
        )

    def _show_movement(self, number: int, one: Movement) -> Body:
        item = self._company.items[one.item_id]
        return {
            **named(uid("movement", number), one.reason, "stock_movements"),
            "created_at": one.at,
            "updated_at": one.at,
            "date": one.at.date(),
            "cost_price": rounded(item.cost),
            "quantity": rounded(one.quantity),
            "details": one.reason[:50],
            "stock_item": self._business.item(item),
        }

    def _move(self, body: Body) -> tuple[int, Movement]:
        fields = Fields(body, self._business.options)
        quantity = fields.number("quantity", needed=True)
        fields.number("cost_price", needed=True)
        fields.day("date", needed=True)
        details = fields.text("details", 50, needed=True)
        fields.raise_faults()
        item = self._company.items.get(number_of("item", body.get("stock_item_id")))
        if item is None:
            raise not_found("stock item")
        place = next(iter(self._company.warehouses)).id
        self._company.stock.move(item.id, place, quantity or Decimal(0), details)
        return len(self._company.stock.movements), self._company.stock.movements[-1]
