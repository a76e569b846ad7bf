"""ITEM, WAREHOUSE and stock by item and warehouse (contract §8)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.opening import item_of
from tidegate_sandbox.erp.warehouse import Holding
from tidegate_sandbox.intacct.failure import bad_request, duplicate, general, invalid, unknown
from tidegate_sandbox.intacct.formats import Value, read_value
from tidegate_sandbox.intacct.object_type import Field, ObjectType
from tidegate_sandbox.intacct.tenant import Tenant

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session

CODES = {
    "I": "Inventory",
    "NI": "Non-Inventory",
    "NP": "Non-Inventory (Purchase only)",
    "NS": "Non-Inventory (Sales only)",
    "K": "Kit",
    "SK": "Stockable Kit",
}
STOCKED = ("Inventory", "Stockable Kit")
KEPT = (
    "PRODUCTLINEID",
    "COST_METHOD",
    "EXTENDED_DESCRIPTION",
    "SODESCRIPTION",
    "TAXABLE",
    "TAXGROUP.NAME",
    "ENABLE_SERIALNO",
    "ENABLE_LOT_CATEGORY",
    "ENABLE_BINS",
    "INV_PRECISION",
    "WEIGHTUOM",
    "WEBENABLED",
    "WEBNAME",
    "WEBSHORTDESC",
    "SAFETY_STOCK",
    "REORDER_POINT",
    "MRR",
)


def item_type_of(item: Item) -> str:
    """What the product calls the kind of an item."""
    return str(item.extra.get("type", "Inventory" if item.kind == "stock" else "Non-Inventory"))


def kept_field(name: str) -> Field:
    """A field whose value the kernel's record keeps for the product."""
    return Field(lambda one: one.extra.get("values", {}).get(name))


class Items:
    """Reading and writing items; reading warehouses and stock."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        company = tenant.company
        fields = {
            "RECORDNO": Field(lambda one: one.id, "number"),
            "ITEMID": Field(lambda one: one.code),
            "NAME": Field(lambda one: one.name),
            "ITEMTYPE": Field(item_type_of, codes=CODES),
            "STATUS": Field(
                lambda one: "active" if one.is_active else "inactive", codes={"T": "active", "F": "inactive"}
            ),
            "GLGROUP": Field(lambda one: company.item_groups[one.group_id].code),
            "UOMGRP": Field(lambda one: company.units[one.unit_id].name),
            "STANDARD_COST": Field(lambda one: one.cost, "number"),
            "BASEPRICE": Field(self._base_price, "number"),
            "SO_PRECISION": Field(lambda one: one.extra.get("values", {}).get("SO_PRECISION") or "2"),
            "UPC": Field(lambda one: one.barcode),
            "NETWEIGHT": Field(lambda one: one.weight or None, "number"),
            "WHENCREATED": Field(lambda one: one.created_at, "moment"),
            "WHENMODIFIED": Field(self._changed_at, "moment"),
        }
        for name in KEPT:
            fields[name] = kept_field(name)
        self.type = ObjectType("ITEM", lambda: tenant.company.items, fields, "ITEMID")
        self.type.find = lambda code: tenant.company.items.first("code", code)
        self.type.by_key = lambda key: tenant.company.items.get(key)
        self.type.custom = lambda _docparid: tenant.store.custom_fields.get("ITEM", ())
        self.type.custom_value = lambda one, name: one.extra.get("custom", {}).get(name)
        self.type.create, self.type.update, self.type.delete = self.create, self.update, self.delete
        tenant.add(self.type)
        tenant.add(self._warehouses())
        tenant.add(self._stock())
        tenant.add(self._available())
        tenant.add(self._movements())

    def _base_price(self, one: Item) -> Value:
        prices = self.tenant.company.prices
        found = prices.price(one.id, prices.standard.id)
        return found.amount if found is not None else None

    def _changed_at(self, one: Item) -> Value:
        """A base price is a field of its item, wherever the kernel keeps it."""
        prices = self.tenant.company.prices
        found = prices.price(one.id, prices.standard.id)
        return max(one.updated_at, found.updated_at) if found is not None else one.updated_at

    def create(self, session: Session, given: Element) -> Item:
        """An item of the kernel: ITEMID, NAME and ITEMTYPE are needed; a stocked one is kept in every warehouse."""
        company = self.tenant.company
        values = self.type.given(given)
        for name in ("ITEMID", "NAME", "ITEMTYPE"):
            if not values.get(name):
                failure = invalid(f"{name} is required.", errorno="BL03000018", field=name)
                failure.errors.append(general("create", "Item"))
                raise failure
        code, kind = values.pop("ITEMID"), CODES.get(values["ITEMTYPE"], values.pop("ITEMTYPE"))
        if company.items.first("code", code) is not None:
            raise duplicate("Item", code)
        if kind not in CODES.values():
            raise unknown("Item type", kind)
        self._check(values)
        model = next(group for group in company.item_groups if (group.kind == "stock") == (kind in STOCKED))
        item = item_of(company, model, code, values.pop("NAME"))
        item.extra.update({"type": kind, "values": {}, "custom": {}, "entity": session.entity})
        if kind in STOCKED:
            for warehouse in company.warehouses:
                company.stock.keep(item.id, warehouse.id)
        self._write(item, values)
        return item

    def update(self, _session: Session, item: Item, given: Element) -> None:
        """Change what is sent."""
        values = self.type.given(given)
        values.pop("RECORDNO", None)
        if values.pop("ITEMID", item.code) != item.code or values.pop(
            "ITEMTYPE", item_type_of(item)
        ) != item_type_of(item):
            raise invalid("ITEMID and ITEMTYPE cannot be changed.", field="ITEMID")
        self._check(values)
        self._write(item, values)

    def delete(self, _session: Session, item: Item) -> None:
        """Delete an item that no document names and of which no stock is left."""
        company = self.tenant.company
        holdings = company.stock.of_item(item.id)
        if any(line.item_id == item.id for line in company.orders.lines) or any(
            one.on_hand or one.allocated for one in holdings
        ):
            raise invalid(f"Item {item.code} is in use and cannot be deleted.")
        for one in holdings:
            company.stock.drop(one)
        company.stamp()
        company.items.remove(item)

    def _check(self, values: dict[str, str]) -> None:
        for name, text in values.items():
            try:
                read_value(text, self.type.field(name).kind) if text else None
            except ValueError as error:
                raise bad_request(f"{name}: {error}") from None
        places = values.get("SO_PRECISION") or "2"
        if not places.isascii() or not places.isdigit() or int(places[:3]) > 10:
            raise bad_request("SO_PRECISION must be a number from 0 to 10.")

    def _write(self, item: Item, values: dict[str, str]) -> None:
        company = self.tenant.company
        for name, text in values.items():
            if name == "NAME":
                item.name = text or item.name
            elif name == "STATUS":
                item.is_active = text in ("active", "T", "")
            elif name == "STANDARD_COST":
                item.cost = Decimal(text or "0")
            elif name == "BASEPRICE":
                company.prices.set(item.id, company.prices.standard.id, Decimal(text or "0"))
            elif name == "UPC":
                item.barcode = text
            elif name == "NETWEIGHT":
                item.weight = Decimal(text or "0")
            elif self.type.field(name).is_custom:
                item.extra.setdefault("custom", {})[name] = text
            else:
                item.extra.setdefault("values", {})[name] = text
        company.touch(item)

    def _warehouses(self) -> ObjectType:
        tenant = self.tenant
        fields = {
            "RECORDNO": Field(lambda one: one.id, "number"),
            "WAREHOUSEID": Field(lambda one: one.name),
            "NAME": Field(lambda one: one.description or one.name),
            "STATUS": Field(lambda one: "active" if one.sells else "inactive"),
            "LOCATIONID": Field(lambda one: one.extra.get("location", "")),
        }
        one = ObjectType("WAREHOUSE", lambda: tenant.company.warehouses, fields, "WAREHOUSEID")
        one.entity = lambda _record: ""
        return one

    def _stock(self) -> ObjectType:
        """One row for each item and warehouse that keeps it; other items have none."""
        tenant = self.tenant
        company = tenant.company

        def amount(value: Any) -> Field:
            return Field(value, "number")

        fields = {
            "RECORDNO": Field(lambda one: one.id, "number"),
            "ITEMID": Field(lambda one: company.items[one.item_id].code),
            "WAREHOUSEID": Field(lambda one: company.warehouses[one.warehouse_id].name),
            "WONHAND": amount(lambda one: one.on_hand),
            "AVERAGE_COST": amount(lambda one: company.items[one.item_id].cost),
            "STANDARD_COST": amount(lambda one: company.items[one.item_id].cost),
            "LAST_COST": amount(lambda one: company.items[one.item_id].cost),
            "WONORDER": amount(lambda one: one.on_order),
            "WONHOLD": amount(lambda one: Decimal(one.extra.get("on_hold", 0))),
            "WINTRANSIT": amount(lambda one: Decimal(one.extra.get("in_transit", 0))),
            "WRESERVED": amount(lambda one: one.reserved),
            "WALLOCATED": amount(lambda one: one.allocated),
            "WUNCOMMITTED": amount(
                lambda one: one.free - one.reserved - Decimal(one.extra.get("on_hold", 0))
            ),
            "REORDER_POINT": amount(lambda one: one.reorder_level),
            "SAFETYSTOCK": amount(lambda one: one.minimum_level),
            "WHENMODIFIED": Field(lambda one: one.updated_at, "moment"),
        }
        one = ObjectType("ITEMWAREHOUSEINFO", lambda: tenant.company.stock.holdings, fields)
        one.by_key = lambda key: tenant.company.stock.holdings.get(key)
        return one

    def _available(self) -> ObjectType:
        """What is left of tracked items, by lot or serial number: the first warehouse holds it (A)."""
        tenant = self.tenant

        def rows() -> list[tuple[Holding, str, Decimal]]:
            found = []
            for item in tenant.company.items:
                holdings = tenant.company.stock.of_item(item.id)
                if item.batches and holdings:
                    found += [(holdings[0], name, quantity) for name, quantity in item.batches.items()]
            return found

        fields = {
            "RECORDNO": Field(lambda one: f"{one[0].id}-{one[1]}"),
            "ITEMID": Field(lambda one: tenant.company.items[one[0].item_id].code),
            "WAREHOUSEID": Field(lambda one: tenant.company.warehouses[one[0].warehouse_id].name),
            "LOTNO": Field(lambda one: one[1]),
            "QUANTITYLEFT": Field(lambda one: one[2], "number"),
        }
        return ObjectType("AVAILABLEINVENTORY", rows, fields, entity=lambda _record: "")

    def _movements(self) -> ObjectType:
        """Every change of what lies in a warehouse, as the total ONHAND."""
        tenant = self.tenant
        company = tenant.company
        fields = {
            "RECORDNO": Field(lambda one: one[0], "number"),
            "ITEMID": Field(lambda one: company.items[one[1].item_id].code),
            "WAREHOUSEKEY": Field(lambda one: one[1].warehouse_id, "number"),
            "DOCUMENTID": Field(lambda one: one[1].reason),
            "TOTALNAME": Field(lambda _one: "ONHAND"),
            "TOTALKEY": Field(lambda _one: "1"),
            "UNIT": Field(lambda one: company.units[company.items[one[1].item_id].unit_id].name),
            "QUANTITY": Field(lambda one: one[1].quantity, "number"),
            "WHENCREATED": Field(lambda one: one[1].at, "moment"),
        }
        rows = lambda: list(enumerate(tenant.company.stock.movements, 1))  # noqa: E731
        fields["ID"] = fields["RECORDNO"]
        return ObjectType("INVENTORYTOTALDETAIL", rows, fields, "ID", entity=lambda _record: "")
