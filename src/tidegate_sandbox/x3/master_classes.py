"""Stock, products, price lists, customers, sites and companies as REST shows them (contract §12 to §14, §17)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.price import Price
from tidegate_sandbox.erp.warehouse import Holding
from tidegate_sandbox.x3.folder import SITES, Folder
from tidegate_sandbox.x3.rest_class import RestClass, Value

NONE = Decimal(0)
CATEGORIES = {"T11": "WHS", "T12": "RET"}
"""Customer categories by the price list that the site has set up for each."""
Held = tuple[Item, Holding, Decimal]


class Masters:
    """Master data of one folder."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._company = folder.company

    def classes(self) -> list[RestClass]:
        """All of them."""
        return [
            self._stock(),
            self._products(),
            self._product_sales(),
            self._price_rows(),
            self._customers(),
            self._addresses(),
            self._sites(),
            self._companies(),
        ]

    # Stock

    def _stock(self) -> RestClass:
        allocates = self._folder.options
        fields: dict[str, Value] = {
            "ITMREF": lambda one: one[0].code,
            "STOFCY": lambda one: self._company.warehouses[one[1].warehouse_id].name,
            "PHYSTO": lambda one: one[1].on_hand,
            "CTLSTO": lambda one: one[0].extra.get("CTLSTO", NONE),
            "REJSTO": lambda one: one[0].extra.get("REJSTO", NONE),
            "GLOALL": lambda one: one[1].allocated if allocates.allocates else NONE,
            "PHYALL": lambda _one: NONE,
            "SALSTO": lambda one: one[2],
            "ORDSTO": lambda one: one[1].on_order,
        }
        return RestClass(name="ITMMVT", key=("ITMREF", "STOFCY"), fields=fields, rows=self._held)

    def _held(self) -> Iterator[Held]:
        ordered: dict[tuple[int | None, int | None], Decimal] = {}
        for order in self._company.orders.table:
            if order.is_open:
                for line in order.lines:
                    place = (line.item_id, line.warehouse_id)
                    ordered[place] = ordered.get(place, NONE) + line.outstanding
        hidden = self._folder.options.hides
        for one in self._company.stock.holdings:
            if self._company.warehouses[one.warehouse_id].name not in hidden:
                sold = max(ordered.get((one.item_id, one.warehouse_id), NONE), one.allocated)
                yield self._company.items[one.item_id], one, sold

    # Products

    def _products(self) -> RestClass:
        folder, table = self._folder, self._company.items
        fields: dict[str, Value] = {
            "ITMREF": lambda one: one.code,
            "ITMDES1": lambda one: one.name,
            "ITMSTA": lambda one: 1 if one.is_active else 6,
            "TCLCOD": lambda one: self._company.item_groups[one.group_id].code,
            "STU": lambda _one: "UN",
            "SAU": lambda _one: "UN",
            "SAUSTUCOE": lambda one: one.extra.get("SAUSTUCOE", Decimal(1)),
            "EANCOD": lambda one: one.barcode,
            "ITMWEI": lambda one: one.weight,
            "VACITM": lambda one: self._company.tax_codes[one.tax_code_id].name,
            "STOMGTCOD": lambda one: 2 if one.kind == "stock" else 1,
            "UPDDATTIM": lambda one: folder.moment(one.updated_at),
        }
        return RestClass(
            name="ITMMASTER",
            key=("ITMREF",),
            fields=fields,
            rows=lambda: table,
            lookups={"ITMREF": lambda value: [one for one in table.find("code", value) if one.code == value]},
        )

    def _product_sales(self) -> RestClass:
        folder, table = self._folder, self._company.items
        standard = self._company.prices.standard.id
        fields: dict[str, Value] = {
            "ITMREF": lambda one: one.code,
            "BASPRI": lambda one: self._company.prices.amount(one.id, standard),
            "UPDDATTIM": lambda one: folder.moment(one.updated_at),
        }
        return RestClass(
            name="ITMSALES",
            key=("ITMREF",),
            fields=fields,
            rows=lambda: table,
            lookups={"ITMREF": lambda value: [one for one in table.find("code", value) if one.code == value]},
        )

    # Prices

    def _price_rows(self) -> RestClass:
        """Rows of price lists: a price per product, its quantity breaks as discounts behind it."""
        folder = self._folder
        fields: dict[str, Value] = {
            "PLI": lambda one: (
                self._company.prices.lists[one[0].price_list_id].name if one[2] != "T20" else "T20"
            ),
            "PLICRD": lambda one: f"{one[0].id:08d}",
            "PLILIN": lambda one: one[1],
            "PLICRI1": lambda one: self._company.items[one[0].item_id].code,
            "PLICRI2": lambda one: one[4],
            "PLISTRDAT": lambda one: folder.day(one[0].extra.get("from")),
            "PLIENDDAT": lambda one: folder.day(one[0].extra.get("to")),
            "CUR": lambda one: (
                self._company.currencies[self._company.prices.lists[one[0].price_list_id].currency_id].code
            ),
            "UOM": lambda _one: "UN",
            "MINQTY": lambda one: one[5],
            "MAXQTY": lambda _one: NONE,
            "PRI": lambda one: one[0].amount,
            "DCGVAL": lambda one: [one[3]] if one[3] else [],
            "PRIDIV": lambda _one: Decimal(1),
            "UPDDATTIM": lambda one: folder.moment(one[0].updated_at),
        }
        return RestClass(
            name="SPRICLIST", key=("PLI", "PLICRD", "PLILIN"), fields=fields, rows=self._lines_of_lists
        )

    def _lines_of_lists(self) -> Iterator[tuple[Price, int, str, Decimal, str, Decimal]]:
        customers = self._company.customers.table
        for price in self._company.prices.prices:
            if price.uses_standard:
                continue
            yield price, 1, "", NONE, "", NONE
            at = 1
            for one in self._company.prices.discounts:
                if one.price_list_id not in (None, price.price_list_id):
                    continue
                if one.item_id not in (None, price.item_id):
                    continue
                if one.group_id not in (None, self._company.items[price.item_id].group_id):
                    continue
                if one.customer_id is None and one.minimum > 1:
                    at += 1
                    yield price, at, "", one.percent, "", one.minimum
                elif one.customer_id is not None and price.price_list_id == self._list_of(one.customer_id):
                    at += 1
                    yield price, at, "T20", one.percent, customers[one.customer_id].code, one.minimum

    def _list_of(self, customer_id: int) -> int:
        found = self._company.customers.table[customer_id].price_list_id
        return found if found is not None else self._company.prices.standard.id

    # Customers

    def _customers(self) -> RestClass:
        folder, table = self._folder, self._company.customers.table
        fields: dict[str, Value] = {
            "BPCNUM": lambda one: one.code,
            "BPCNAM": lambda one: one.name,
            "BPCSTA": lambda one: 2 if one.is_active else 1,
            "BCGCOD": lambda one: CATEGORIES.get(self._price_list(one), "WEB"),
            "CUR": lambda one: self._company.currencies[one.currency_id].code,
            "PTE": lambda one: one.extra.get("PTE", "CH30NET"),
            "VACBPR": lambda _one: "FRA",
            "OSTCTL": lambda one: 3 if one.on_hold else (2 if one.credit_limit else 1),
            "OSTAUZ": lambda one: one.credit_limit,
            "CRN": lambda one: one.vat_number,
            "BPAADD": lambda _one: "MAIN",
            "BPDADD": lambda _one: "MAIN",
            "UPDDATTIM": lambda one: folder.moment(one.updated_at),
        }
        if "YMAGCUS" in self._folder.options.site_fields:
            fields["YMAGCUS"] = lambda one: one.external_key
        return RestClass(
            name="BPCUSTOMER",
            key=("BPCNUM",),
            fields=fields,
            rows=lambda: table,
            lookups={
                "BPCNUM": lambda value: [one for one in table.find("code", value) if one.code == value],
                "YMAGCUS": lambda value: table.find("external_key", value),
            },
        )

    def _price_list(self, one: Customer) -> str:
        found = self._company.prices.lists.get(one.price_list_id)
        return found.name if found is not None else self._company.prices.standard.name

    def _addresses(self) -> RestClass:
        """The partners' addresses; the e-mail of the main one (A)."""
        table = self._company.customers.table
        fields: dict[str, Value] = {
            "BPANUM": lambda one: one.code,
            "CODADR": lambda _one: "MAIN",
            "BPADES": lambda one: one.name,
            "ADDLIG1": lambda one: one.address.line_1,
            "ADDLIG2": lambda one: one.address.line_2,
            "ADDLIG3": lambda one: one.address.line_3,
            "POSCOD": lambda one: one.address.postcode,
            "CTY": lambda one: one.address.city,
            "BPACRY": self._country,
            "TEL1": lambda one: one.extra.get("TEL1", ""),
            "WEB1": lambda one: one.email,
            "BPAADDFLG": lambda _one: 2,
            "UPDDATTIM": lambda one: self._folder.moment(one.updated_at),
        }
        return RestClass(
            name="BPADDRESS",
            key=("BPANUM", "CODADR"),
            fields=fields,
            rows=lambda: table,
            lookups={
                "BPANUM": lambda value: [one for one in table.find("code", value) if one.code == value],
                "WEB1": self._by_mail,
            },
        )

    def _country(self, one: Customer) -> str:
        found = self._company.countries.get(one.address.country_id)
        return found.code if found is not None else ""

    def _by_mail(self, value: Any) -> list[Customer]:
        customers = self._company.customers
        found = {one.customer_id for one in customers.points.find("value", value)}
        return [customers.table[id] for id in sorted(found)]

    # Set-up

    def _sites(self) -> RestClass:
        sites = SITES
        fields: dict[str, Value] = {
            "FCY": lambda one: one[0],
            "FCYNAM": lambda one: one[1],
            "LEGCPY": lambda one: one[2],
        }
        return RestClass(name="FACILITY", key=("FCY",), fields=fields, rows=lambda: sites)

    def _companies(self) -> RestClass:
        folder = self._folder
        fields: dict[str, Value] = {
            "CPY": lambda one: one[0],
            "CPYNAM": lambda one: one[1],
            "ACCCUR": lambda one: folder.company.currency(None).code if one[0].startswith("FR") else "USD",
        }
        return RestClass(name="COMPANY", key=("CPY",), fields=fields, rows=lambda: folder.companies)
