"""Items, stock by location, and prices of I/C (contract §10, §11, §13)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.price import Price
from tidegate_sandbox.erp.warehouse import Holding
from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.resource import Body, Details, Resource, Value

UNIT = {"UnitOfMeasure": "s", "ConversionFactor": "n", "StockingUnit": "b"}
PRICING = {
    "PriceDetailType": "s",
    "QuantityUnit": "s",
    "UnitPrice": "n",
    "SaleStartDate": "dt",
    "SaleEndDate": "dt",
}
BREAKS = 5  #: levels of a price list


class Inventory:
    """Reads I/C of one company."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._company = database.company
        self._unformatted: dict[str, str] = {}
        self._taken: set[str] = set()

    def unformatted(self, item: Item) -> str:
        """The number without its separators, as stock tables have it (§7); unique in any case."""
        found = self._unformatted.get(item.code)
        if found is None:
            found = item.code.replace("-", "").replace("/", "") or item.code
            if found in self._taken:
                found = item.code
            self._taken.add(found)
            self._unformatted[item.code] = found
        return found

    def items(self) -> Resource:
        """``ICItems``."""
        fields: dict[str, tuple[str, Value]] = {
            "UnformattedItemNumber": ("s", self.unformatted),
            "ItemNumber": ("s", lambda one: one.code),
            "Description": ("s", lambda one: one.name),
            "CategoryCode": ("s", lambda one: self._company.item_groups[one.group_id].code),
            "StockItem": ("s", lambda one: "Yes" if one.kind == "stock" else "No"),
            "Sellable": ("s", lambda one: "Yes" if one.is_sold else "No"),
            "Inactive": ("s", lambda one: "No" if one.is_active else "Yes"),
            "AllowItemInWebStore": ("s", lambda one: one.extra.get("AllowItemInWebStore", "Yes")),
            "UnitWeight": ("n", lambda one: one.weight),
            "CommodityNumber": ("s", lambda one: one.barcode),
            "StockingUnitOfMeasure": ("s", lambda _one: "EA"),
            "DateLastMaintained": ("dt", lambda one: self._database.local_day(one.updated_at)),
        }
        table = self._company.items
        return Resource(
            name="ICItems",
            module="IC",
            key=("UnformattedItemNumber",),
            fields=fields,
            rows=lambda: sorted(table, key=self.unformatted),
            details={"ItemUnitsOfMeasure": Details(UNIT, self._units)},
            lookups={
                "ItemNumber": lambda value: [one for one in table.find("code", value) if one.code == value]
            },
        )

    @staticmethod
    def _units(_item: Item) -> list[Body]:
        return [{"UnitOfMeasure": "EA", "ConversionFactor": Decimal(1), "StockingUnit": True}]

    # Stock

    def locations(self, name: str) -> Resource:
        """``ICItemLocations`` with the columns of ICILOC, or ``ICLocationDetails`` with ready-made sums."""
        fields: dict[str, tuple[str, Value]] = {
            "ItemNumber": ("s", lambda one: self.unformatted(one[0])),
            "Location": ("s", lambda one: self._company.warehouses[one[1].warehouse_id].name),
        }
        ready: dict[str, tuple[str, Value]] = {
            "QuantityonHand": ("n", lambda one: one[1].on_hand),
            "QuantityCommitted": ("n", self._committed),
            "QuantityAvailable": ("n", lambda one: one[1].free),
        }
        columns: dict[str, tuple[str, Value]] = {
            "QuantityonHand": ("n", lambda one: one[1].on_hand - sum(one[2].values(), Decimal(0))),
            "QuantityShippedNotCosted": ("n", lambda one: -one[2].get("shipped", Decimal(0))),
            "QuantityReceivedNotCosted": ("n", lambda one: one[2].get("received", Decimal(0))),
            "QuantityAdjustedNotCosted": ("n", lambda one: one[2].get("adjusted", Decimal(0))),
            "QuantityonSalesOrders": ("n", self._ordered),
            "QuantityCommitted": ("n", self._committed),
            "QuantityonPurchaseOrders": ("n", lambda one: one[1].on_order),
        }
        chosen = ready if name == "ICLocationDetails" else columns
        return Resource(
            name=name,
            module="IC",
            key=("ItemNumber", "Location"),
            fields={**fields, **chosen},
            rows=self._held,
        )

    def _held(self) -> Iterator[tuple[Item, Holding, dict[str, Decimal]]]:
        uncosted = self._database.uncosted()
        held = sorted(
            self._company.stock.holdings,
            key=lambda one: (self.unformatted(self._company.items[one.item_id]), one.warehouse_id),
        )
        for one in held:
            yield self._company.items[one.item_id], one, uncosted.get((one.item_id, one.warehouse_id), {})

    def _committed(self, one: tuple[Item, Holding, Any]) -> Decimal:
        return one[1].allocated if self._database.options.commit else Decimal(0)

    def _ordered(self, one: tuple[Item, Holding, Any]) -> Decimal:
        """On open sales orders: more than is committed, where stock is short."""
        holding = one[1]
        missing = sum(
            (
                line.outstanding - line.allocated
                for order in self._database.orders()
                if order.is_open
                for line in order.lines
                if line.item_id == holding.item_id and line.warehouse_id == holding.warehouse_id
            ),
            Decimal(0),
        )
        return holding.allocated + missing

    # Prices

    def pricing(self) -> Resource:
        """``ICItemPricing``: base price, sale price, and breaks as discounts from a quantity on."""
        levels: dict[str, tuple[str, Value]] = {}
        for number in range(1, BREAKS + 1):
            levels[f"PricingQuantity{number}"] = ("n", self._level(number, 0))
            levels[f"DiscountMarkupPercentage{number}"] = ("n", self._level(number, 1))
        fields: dict[str, tuple[str, Value]] = {
            "CurrencyCode": ("s", lambda one: self._currency()),
            "ItemNumber": ("s", lambda one: self.unformatted(self._company.items[one.item_id])),
            "PriceListCode": ("s", self._list),
            "PriceDeterminedby": (
                "s",
                lambda one: "VolumeDiscounts" if self._breaks(one) else "CustomerType",
            ),
            "DiscountMarkupPriceby": ("s", lambda _one: "Percentage"),
            "PriceBase": ("s", lambda _one: "Discount"),
            "MarkupCost": ("n", lambda one: self._company.items[one.item_id].cost),
            **levels,
        }
        return Resource(
            name="ICItemPricing",
            module="IC",
            key=("CurrencyCode", "ItemNumber", "PriceListCode"),
            fields=fields,
            rows=self._prices,
            details={"ItemPricingDetails": Details(PRICING, self._details)},
        )

    def _prices(self) -> list[Price]:
        shown = [one for one in self._company.prices.prices if not one.uses_standard]
        return sorted(
            shown, key=lambda one: (self.unformatted(self._company.items[one.item_id]), self._list(one))
        )

    def _currency(self) -> str:
        return self._company.currency(None).code

    def _list(self, one: Price) -> str:
        return self._company.prices.lists[one.price_list_id].name

    def _breaks(self, price: Price) -> list[tuple[Decimal, Decimal]]:
        """Discounts of the kernel that hold for everybody on this list, from a quantity on."""
        found = [
            (one.minimum, one.percent)
            for one in self._company.prices.discounts
            if one.customer_id is None
            and one.minimum > 1
            and one.price_list_id in (None, price.price_list_id)
            and one.item_id in (None, price.item_id)
            and one.group_id in (None, self._company.items[price.item_id].group_id)
        ]
        return sorted(found)[:BREAKS]

    def _level(self, number: int, part: int) -> Value:
        def value(price: Price) -> Decimal:
            breaks = self._breaks(price)
            return breaks[number - 1][part] if number <= len(breaks) else Decimal(0)

        return value

    @staticmethod
    def _details(one: Price) -> list[Body]:
        rows = [
            {
                "PriceDetailType": "BasePriceQuantity",
                "QuantityUnit": "EA",
                "UnitPrice": one.amount,
                "SaleStartDate": None,
                "SaleEndDate": None,
            }
        ]
        sale = one.extra.get("sale")
        if sale is not None:
            rows.append({"PriceDetailType": "SalePriceQuantity", "QuantityUnit": "EA", **sale})
        return rows

    def price_lists(self) -> Resource:
        """``ICPriceListCodes``."""
        fields: dict[str, tuple[str, Value]] = {
            "PriceListCode": ("s", lambda one: one.name),
            "Description": ("s", lambda one: one.description),
            "PriceDecimals": ("s", lambda _one: "Num6"),
            "PriceDeterminedby": ("s", lambda _one: "CustomerType"),
        }
        table = self._company.prices.lists
        return Resource(
            name="ICPriceListCodes", module="IC", key=("PriceListCode",), fields=fields, rows=lambda: table
        )
