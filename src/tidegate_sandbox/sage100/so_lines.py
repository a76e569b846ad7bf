"""The lines of a sales order: ``oLines`` (contract section 4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.sage100.business_object import Fields, Values
from tidegate_sandbox.sage100.company import SageCompany, columns_of
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.pricing import Buyer, price
from tidegate_sandbox.sage100.schema import Column

ZERO = Decimal(0)
REGULAR, CHARGE, COMMENT, MISCELLANEOUS = "1", "3", "4", "5"


class Parent(Protocol):
    """The order that lines belong to."""

    state: str
    values: Values

    def buyer(self) -> Buyer:
        """For whom prices are looked up."""
        ...

    def order_day(self) -> date:
        """The order's date."""
        ...


class Lines(Fields):
    """Lines under way. A line error is kept here, not on the order."""

    NAME = "SO_SalesOrder_bus.oLines"
    TABLE = "SO_SalesOrderDetail"
    ALSO = ("DropObject",)

    def __init__(self, order: Parent, installation: Installation, company: SageCompany) -> None:
        super().__init__(installation, company)
        self._order = order
        self.written: list[Values] = []
        self._adding = False
        self._read_at = -1

    def nAddLine(self) -> int:
        """Begin a line. One that was not written is lost, unless the option says otherwise."""
        if self._order.state not in ("new", "found"):
            return self.refuse("no_key")
        if self._adding and self._installation.options.implicit_line_write and not self.nWrite():
            return 0
        self.values, self._adding = self.blank(), True
        return 2

    def nSetValue(self, field: str, value: Any) -> int:
        """Set a field of the line; the item comes first, for it loads the rest."""
        if not self._adding:
            return self.refuse("no_key")
        parsed = self.parsed(field, value)
        if parsed is None:
            return 0
        column, checked = parsed
        if column.name == "ItemCode":
            return self._item(checked)
        if not self.values["ItemCode"]:
            return self.refuse("no_item")
        return self._assign(column, checked)

    def _item(self, code: str) -> int:
        if code == "/C":
            self.values.update(ItemCode=code, ItemType=COMMENT, ItemCodeDesc="Comment")
            return 1
        if code.startswith("/"):
            misc = self.company.misc.get(code)
            if misc is None:
                return self.refuse("not_on_file", field="ItemCode")
            self.values.update(
                ItemCode=code,
                ItemType=MISCELLANEOUS,
                ItemCodeDesc=misc.description[:30],
                TaxClass=misc.tax_class,
            )
            return 1
        item = self.company.item(code)
        if item is None:
            return self.refuse("not_on_file", field="ItemCode")
        if not item.is_active:
            return self.refuse("inactive_item")
        row = columns_of(item)
        warehouse = self._order.values["WarehouseCode"] or row.get("DefaultWarehouseCode", "000")
        self.values.update(
            ItemCode=item.code,
            ItemType=REGULAR,
            ItemCodeDesc=item.name[:30],
            UnitOfMeasure=row.get("SalesUnitOfMeasure", "EACH"),
            UnitOfMeasureConvFactor=Decimal(1),
            WarehouseCode=warehouse,
            TaxClass=row.get("TaxClass", "TX"),
            UnitCost=item.cost,
            PriceLevel=self._order.buyer().level,
            Discount="N",
        )
        self._reprice()
        return 1

    def _reprice(self) -> None:
        item = self.company.item(self.values["ItemCode"])
        if item is None or self.values["PriceOverridden"] == "Y":
            return
        day = self._order.order_day()
        quantity = self.values["QuantityOrdered"] or Decimal(1)
        if self._installation.options.pricing_total_quantity:
            quantity += sum(line["QuantityOrdered"] for line in self.written)
        self.values["UnitPrice"] = price(self.company, item, self._order.buyer(), quantity, day)
        self._extend()

    def _extend(self) -> None:
        values = self.values
        gross = values["QuantityOrdered"] * values["UnitPrice"]
        values["ExtensionAmt"] = rounded(gross * (1 - values["LineDiscountPercent"] / 100))

    def _assign(self, column: Column, value: Any) -> int:
        name = column.name
        if name == "WarehouseCode" and not self._holds(value):
            return self.refuse("not_on_file", field=name)
        if name == "QuantityOrdered" and value < 0:
            return self.refuse("not_allowed", field=name)
        self.values[name] = value
        if name == "QuantityOrdered":
            self._reprice()
            self._extend()
        if name == "UnitPrice":
            self.values["PriceOverridden"] = "Y"
            self._extend()
        if name == "LineDiscountPercent":
            self._extend()
        return 1

    def _holds(self, warehouse: str) -> bool:
        place = self.company.kernel.warehouses.first("name", warehouse)
        item = self.company.item(self.values["ItemCode"])
        if place is None:
            return False
        if item is None or item.kind != "stock":
            return True
        return self.company.kernel.stock.holding(item.id, place.id) is not None

    @property
    def nEOF(self) -> int:
        """Whether the walk over the written lines is at its end."""
        return 0 if 0 <= self._read_at < len(self.written) else 1

    def nMoveFirst(self) -> int:
        """Stand on the first written line."""
        return self._stand(0)

    def nMoveNext(self) -> int:
        """Stand on the next written line."""
        return self._stand(self._read_at + 1)

    def _stand(self, position: int) -> int:
        self._read_at = position
        if self.nEOF:
            return 0
        self.values, self._adding = dict(self.written[position]), False
        return 1

    def nWrite(self) -> int:
        """Keep the line; nothing is stored before the order itself is written."""
        if not self._adding:
            return self.refuse("no_key")
        values = self.values
        if not values["ItemCode"]:
            return self.refuse("no_item")
        if values["ItemType"] == REGULAR and values["QuantityOrdered"] <= 0:
            return self.refuse("not_allowed", field="QuantityOrdered")
        if values["ItemType"] == REGULAR and not self._holds(values["WarehouseCode"]):
            return self.refuse("not_on_file", field="WarehouseCode")
        number = len(self.written) + 1
        values["LineKey"], values["LineSeqNo"] = f"{number:06d}", f"{number:014d}"
        self.written.append(dict(values))
        self._adding = False
        if self._installation.options.line_values_after_write_zero:
            self.values = self.blank()
        return 1

    def shown(self, field: str) -> Any:
        """The line key is known while the line is under way."""
        if field == "LineKey$" and self._adding:
            return f"{len(self.written) + 1:06d}"
        return super().shown(field)

    def discard(self) -> None:
        """Forget everything."""
        self.written, self.values, self._adding, self._read_at = [], {}, False, -1

    def DropObject(self) -> int:
        """The lines go with their order."""
        return 1
