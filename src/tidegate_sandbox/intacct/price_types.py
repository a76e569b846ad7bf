"""Price lists and their entries, of Order Entry and of inventory (contract §9).

The kernel's standard list holds the base prices of items (ITEM.BASEPRICE); it is no price list here. Entries with
quantities, dates or percentages, which the kernel's price book does not know, are kept beside it, and used when a
document's line has no price.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.price import Price, PriceList
from tidegate_sandbox.intacct.failure import duplicate, invalid, unknown
from tidegate_sandbox.intacct.formats import Kind, Value
from tidegate_sandbox.intacct.named_types import read_values
from tidegate_sandbox.intacct.object_type import Field, ObjectType
from tidegate_sandbox.intacct.tenant import Tenant

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session

KINDS = ("Actual", "Dollar markup/discount", "Percent markup/discount")
KEPT = (
    "DATEFROM",
    "DATETO",
    "QTYLIMITMIN",
    "QTYLIMITMAX",
    "VALUETYPE",
    "FIXED",
    "CURRENCY",
    "EMPLOYEEID",
    "PRODUCTLINEID",
)


class PriceBook:
    """Price lists and entries of one company, and what a line costs by them."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.lists = {name: self._list_type(name) for name in ("SOPRICELIST", "INVPRICELIST")}
        self.entries = {
            name: self._entry_type(name, parent)
            for name, parent in (("SOPRICELISTENTRY", "SOPRICELIST"), ("INVPRICELISTENTRY", "INVPRICELIST"))
        }

    def _of(self, kind: str) -> list[PriceList]:
        lists = self.tenant.company.prices.lists
        return [one for one in lists if not one.is_standard and one.extra.get("kind", "SOPRICELIST") == kind]

    def _list_type(self, name: str) -> ObjectType:
        tenant = self.tenant
        fields = {
            "RECORDNO": Field(lambda one: one.id, "number"),
            "NAME": Field(lambda one: one.name),
            "DATEFROM": Field(lambda one: one.extra.get("DATEFROM"), "date"),
            "DATETO": Field(lambda one: one.extra.get("DATETO"), "date"),
            "STATUS": Field(lambda one: "active" if one.is_active else "inactive"),
            "WHENMODIFIED": Field(lambda one: one.updated_at, "moment"),
        }
        one = ObjectType(name, lambda: self._of(name), fields, "NAME")

        def create(session: Session, given: Element) -> PriceList:
            values = read_values(one, one.given(given))
            title = str(values.get("NAME") or "")
            if not title:
                raise invalid("NAME is required.", errorno="BL03000018", field="NAME")
            if tenant.company.prices.lists.first("name", title) is not None:
                raise duplicate("Price list", title)
            made = tenant.company.new(
                PriceList, name=title, description=title, currency_id=tenant.company.currency(None).id
            )
            made.extra.update({"kind": name, "entity": session.entity})
            write(made, values)
            return tenant.company.prices.lists.add(made)

        def write(record: PriceList, values: dict[str, Value]) -> None:
            record.is_active = str(values.get("STATUS") or "active") == "active"
            record.extra.update({each: values[each] for each in ("DATEFROM", "DATETO") if each in values})
            tenant.company.touch(record)

        def update(_session: Session, record: PriceList, given: Element) -> None:
            write(record, read_values(one, one.given(given)))

        def delete(_session: Session, record: PriceList) -> None:
            if any(each.price_list_id == record.id for each in tenant.company.prices.prices):
                raise invalid(f"Price list {record.name} has entries and cannot be deleted.")
            tenant.company.stamp()
            tenant.company.prices.lists.remove(record)

        one.create, one.update, one.delete = create, update, delete
        tenant.add(one)
        return one

    def _entry_type(self, name: str, parent: str) -> ObjectType:
        tenant = self.tenant
        company = tenant.company
        fields = {
            "RECORDNO": Field(lambda one: one.id, "number"),
            "PRICELISTID": Field(lambda one: company.prices.lists[one.price_list_id].name),
            "ITEMID": Field(lambda one: company.items[one.item_id].code),
            "ITEMNAME": Field(lambda one: company.items[one.item_id].name),
            "VALUE": Field(lambda one: one.amount, "number"),
            "VALUETYPE": Field(lambda one: one.extra.get("VALUETYPE") or "Actual"),
            "WHENMODIFIED": Field(lambda one: one.updated_at, "moment"),
        }
        for each in KEPT:
            kind: Any = "date" if each.startswith("DATE") else "number" if each.startswith("QTY") else "text"
            fields.setdefault(each, _limit_field(each, kind))

        def rows() -> list[Price]:
            lists = {each.id for each in self._of(parent)}
            return [each for each in tenant.company.prices.prices if each.price_list_id in lists]

        one = ObjectType(name, rows, fields)

        def create(session: Session, given: Element) -> Price:
            values = read_values(one, one.given(given))
            listed = company.prices.lists.first("name", str(values.pop("PRICELISTID", "")))
            item = company.items.first("code", str(values.pop("ITEMID", "")))
            if listed is None or listed.is_standard:
                raise unknown("Price list", "")
            if item is None:
                raise unknown("Item", "")
            amount = values.pop("VALUE", None)
            if not isinstance(amount, Decimal):
                raise invalid("VALUE is required.", errorno="BL03000018", field="VALUE")
            if str(values.get("VALUETYPE") or "Actual") not in KINDS:
                raise unknown("Value type", str(values["VALUETYPE"]))
            made = self.put(item, listed, amount, values)
            made.extra["entity"] = session.entity
            return made

        def update(_session: Session, record: Price, given: Element) -> None:
            values = read_values(one, one.given(given))
            values.pop("RECORDNO", None)
            amount = values.pop("VALUE", None)
            if isinstance(amount, Decimal):
                record.amount = rounded(amount, 5)
            record.extra.update(values)
            company.touch(record)

        def delete(_session: Session, record: Price) -> None:
            company.stamp()
            company.prices.drop(record)

        one.create, one.update, one.delete = create, update, delete
        tenant.add(one)
        return one

    def put(self, item: Item, listed: PriceList, amount: Decimal, values: dict[str, Value]) -> Price:
        """An entry: the kernel's one of this item and list, or a further one with limits of its own."""
        prices = self.tenant.company.prices
        limits = {name: value for name, value in values.items() if name in KEPT and value not in (None, "")}
        first = prices.price(item.id, listed.id)
        if first is None:
            made = prices.set(item.id, listed.id, amount)
        else:
            made = prices.prices.add(
                self.tenant.company.new(
                    Price, item_id=item.id, price_list_id=listed.id, amount=rounded(amount, 5)
                )
            )
        made.extra.update(limits)
        return made

    def price(
        self, customer: Customer, item: Item, quantity: Decimal, day: date, listed: str = ""
    ) -> Decimal:
        """What one unit costs: on the document's list, else the customer's, else its schedule's, else the
        definition's default, else the base price; the schedule's percentage at the end (§9, A)."""
        company = self.tenant.company
        base = company.prices.amount(item.id, None)
        schedule = self.tenant.store.schedules.first(
            "name", customer.extra.get("values", {}).get("PRICESCHEDULE") or None
        )
        own = company.prices.lists.get(customer.price_list_id)
        names = (
            listed,
            own.name if own is not None and not own.is_standard else "",
            str(schedule.values.get("PRICELISTID") or "") if schedule is not None else "",
            self.tenant.options.default_price_list,
        )
        chosen = company.prices.lists.first("name", next((name for name in names if name), None))
        found = base if chosen is None or chosen.is_standard else self._on(chosen, item, quantity, day, base)
        percent = (
            schedule.values.get("DISCOUNTPERCENT") if schedule is not None else customer.line_discount_percent
        )
        off = percent if isinstance(percent, Decimal) else Decimal(0)
        places = int(str(item.extra.get("values", {}).get("SO_PRECISION") or 2))
        return rounded(found * (100 - off) / 100, places)

    def _on(self, listed: PriceList, item: Item, quantity: Decimal, day: date, base: Decimal) -> Decimal:
        if not listed.is_active or not _covers(listed.extra, day):
            return base
        fitting = [
            one
            for one in self.tenant.company.prices.prices.find("item_id", item.id)
            if one.price_list_id == listed.id
            and _covers(one.extra, day)
            and (one.extra.get("QTYLIMITMIN") or 0) <= quantity
            and quantity <= (one.extra.get("QTYLIMITMAX") or quantity)
        ]
        if not fitting:
            return base
        one = max(fitting, key=lambda each: (each.extra.get("QTYLIMITMIN") or 0, each.id))
        kind = one.extra.get("VALUETYPE") or "Actual"
        if kind.startswith("Dollar"):
            return base + one.amount
        return base * (100 + one.amount) / 100 if kind.startswith("Percent") else one.amount


def _covers(extra: dict[str, Any], day: date) -> bool:
    """Dates are inclusive; empty means open."""
    begin, end = extra.get("DATEFROM"), extra.get("DATETO")
    return (not begin or begin <= day) and (not end or day <= end)


def _limit_field(name: str, kind: Kind) -> Field:
    return Field(lambda record: record.extra.get(name), kind)
