"""Orders, deliveries and invoices as REST shows them (contract §9, §11; fields.json)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.despatch import Despatch, DespatchLine
from tidegate_sandbox.erp.invoice import Invoice, InvoiceLine
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.x3.folder import COMPANY, Folder
from tidegate_sandbox.x3.rest_class import RestClass, Value

NONE = Decimal(0)


class Sales:
    """Sales documents of one folder."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._company = folder.company

    def classes(self) -> list[RestClass]:
        """All of them."""
        return [
            self._orders(),
            self._order_quantities(),
            self._order_prices(),
            self._deliveries(),
            self._delivery_lines(),
            self._invoices(),
            self._invoices_of_sales(),
            self._invoice_lines(),
        ]

    # Orders

    def _orders(self) -> RestClass:
        folder, orders = self._folder, self._company.orders
        texts = ("BPDNAM", "BPDPOSCOD", "BPDCTY", "BPDSAT", "BPDCRY", "BPTNUM", "MDL", "SOHTYP")
        fields: dict[str, Value] = {
            "SOHNUM": lambda one: one.number,
            "CUSORDREF": reference_of,
            "ORDDAT": lambda one: folder.day(one.date),
            "SALFCY": folder.site_of,
            "STOFCY": lambda one: one.extra.get("STOFCY", folder.site_of(one)),
            "CPY": lambda _one: COMPANY,
            "BPCORD": lambda one: folder.account(one.customer_id),
            "BPCINV": lambda one: folder.account(one.customer_id),
            "CUR": lambda one: folder.currency(one.currency_id),
            "PRITYP": lambda one: one.extra.get("PRITYP", 1),
            **{name: _kept(name) for name in texts},
            "BPDADDLIG": lambda one: one.extra.get("BPDADDLIG", []),
            "SOHTEX": _kept("SOHTEX"),
            "ORDNOT": lambda one: one.totals.goods,
            "ORDINVNOT": lambda one: one.totals.net,
            "ORDINVATI": lambda one: one.totals.gross,
            "ORDSTA": lambda one: 2 if folder.is_closed(one) else 1,
            "DLVSTA": folder.delivered,
            "INVSTA": lambda one: {"none": 1, "partly": 2}.get(one.invoicing, 3),
            "ALLSTA": lambda one: {"none": 1, "partly": 2}.get(one.allocation, 3),
            "CDTSTA": self._credit,
            "HLDSTA": lambda one: 2 if one.status == "on_hold" and one.held else 1,
            "CCLDAT": lambda one: folder.day(_closed_on(one)),
            "CCLREN": _kept("CCLREN"),
            "LASDLVNUM": self._last_delivery,
            "LASINVNUM": self._last_invoice,
            "LINNBR": lambda one: len(folder.goods(one)),
            "CREDATTIM": lambda one: folder.moment(one.created_at),
            "UPDDATTIM": lambda one: folder.moment(folder.changed_at(one)),
        }
        self._add_site_fields(
            fields, "YMAGKEY", lambda one: one.customer_order_no if one.external_key else ""
        )
        return RestClass(
            name="SORDER",
            key=("SOHNUM",),
            fields=fields,
            rows=folder.orders,
            lookups={
                "SOHNUM": lambda value: self._seen(orders.table.find("number", value)),
                "CUSORDREF": lambda value: self._seen(
                    [
                        *orders.table.find("external_key", value),
                        *orders.table.find("customer_order_no", value),
                    ]
                ),
            },
        )

    def _add_site_fields(self, fields: dict[str, Value], name: str, value: Value) -> None:
        if name in self._folder.options.site_fields:
            fields[name] = value

    def _seen(self, found: Iterable[Order]) -> list[Order]:
        hidden = self._folder.options.hides
        return [one for one in found if self._folder.site_of(one) not in hidden]

    def _credit(self, order: Order) -> int:
        if order.status != "on_hold" or order.held:
            return 1
        return 3 if order.credit_exceeded else 2

    def _last_delivery(self, order: Order) -> str:
        found = self._company.despatches.table.find("order_id", order.id)
        return found[-1].number if found else ""

    def _last_invoice(self, order: Order) -> str:
        found = [one for one in self._company.invoices.of_order(order.id) if not one.is_credit]
        return found[-1].number if found else ""

    def _lines_of(self, kind: Callable[[Order], Iterable[OrderLine]]) -> Callable[[Any], Iterator[Any]]:
        def found(value: Any) -> Iterator[Any]:
            for order in self._seen(self._company.orders.table.find("number", value)):
                yield from ((order, line) for line in kind(order))

        return found

    def _order_quantities(self) -> RestClass:
        folder = self._folder
        fields: dict[str, Value] = {
            "SOHNUM": lambda one: one[0].number,
            "SOPLIN": lambda one: folder.number_of(one[1]),
            "SOQSEQ": lambda _one: 1,
            "ITMREF": lambda one: one[1].code,
            "STOFCY": lambda one: self._site(one[1].warehouse_id),
            "QTY": lambda one: one[1].quantity,
            "QTYSTU": lambda one: one[1].quantity,
            "ALLQTY": lambda one: one[1].allocated if folder.options.allocates else NONE,
            "DLVQTY": lambda one: one[1].despatched if one[1].is_stocked else NONE,
            "INVQTY": lambda one: one[1].invoiced,
            "SOQSTA": lambda one: 2 if folder.is_closed(one[0]) else 1,
            "UPDDATTIM": lambda one: folder.moment(one[0].updated_at),
        }
        self._add_site_fields(fields, "YMAGLIN", lambda one: one[1].external_key)
        return RestClass(
            name="SORDERQ",
            key=("SOHNUM", "SOPLIN", "SOQSEQ"),
            fields=fields,
            rows=lambda: ((order, line) for order in folder.orders() for line in folder.goods(order)),
            lookups={"SOHNUM": self._lines_of(folder.goods)},
        )

    def _order_prices(self) -> RestClass:
        folder = self._folder
        fields: dict[str, Value] = {
            "SOHNUM": lambda one: one[0].number,
            "SOPLIN": lambda one: folder.number_of(one[1]),
            "SOPSEQ": lambda _one: 1,
            "ITMREF": lambda one: one[1].code,
            "ITMDES": lambda one: one[1].description,
            "SAU": lambda _one: "UN",
            "GROPRI": lambda one: one[1].price,
            "NETPRI": lambda one: one[1].price - one[1].discount_value,
            "PRIREN": lambda one: 1 if one[1].price_overridden else 0,
            "VACITM": lambda one: self._level(one[1].tax_code_id),
        }
        return RestClass(
            name="SORDERP",
            key=("SOHNUM", "SOPLIN", "SOPSEQ"),
            fields=fields,
            rows=lambda: ((order, line) for order in folder.orders() for line in folder.goods(order)),
            lookups={"SOHNUM": self._lines_of(folder.goods)},
        )

    def _site(self, id: int | None) -> str:
        found = self._company.warehouses.get(id)
        return found.name if found is not None else ""

    def _level(self, id: int | None) -> str:
        found = self._company.tax_codes.get(id)
        return found.name if found is not None else ""

    # Deliveries

    def _deliveries(self) -> RestClass:
        folder, table = self._folder, self._company.despatches.table
        orders = self._company.orders.table
        fields: dict[str, Value] = {
            "SDHNUM": lambda one: one.number,
            "SALFCY": lambda one: folder.site_of(orders[one.order_id]),
            "STOFCY": lambda one: self._site(one.lines[0].warehouse_id) if one.lines else "",
            "BPCORD": lambda one: folder.account(orders[one.order_id].customer_id),
            "SOHNUM": lambda one: orders[one.order_id].number,
            "SHIDAT": lambda one: folder.day(one.date),
            "CFMFLG": lambda one: 2 if folder.is_validated(one) else 1,
            "BPTNUM": self._carrier,
            "PACNBR": lambda one: one.pieces or 0,
            "BOLNUM": lambda one: one.consignment if "YTRACK" not in folder.options.site_fields else "",
            "UPDDATTIM": lambda one: folder.moment(one.updated_at),
        }
        self._add_site_fields(fields, "YTRACK", lambda one: one.consignment)
        return RestClass(
            name="SDELIVERY",
            key=("SDHNUM",),
            fields=fields,
            rows=lambda: table,
            lookups={"SDHNUM": lambda value: table.find("number", value)},
        )

    def _carrier(self, one: Despatch) -> str:
        found = self._company.couriers.get(one.courier_id)
        return found.name if found is not None else ""

    def _delivery_lines(self) -> RestClass:
        folder, table = self._folder, self._company.despatches.table
        orders = self._company.orders
        Part = tuple[Despatch, int, DespatchLine]

        def parts(found: Iterable[Despatch]) -> Iterator[Part]:
            for one in found:
                yield from ((one, 1000 * at, line) for at, line in enumerate(one.lines, 1))

        fields: dict[str, Value] = {
            "SDHNUM": lambda one: one[0].number,
            "SDDLIN": lambda one: one[1],
            "SOHNUM": lambda one: orders.table[one[2].order_id].number,
            "SOPLIN": lambda one: folder.number_of(orders.lines[one[2].order_line_id]),
            "SOQSEQ": lambda _one: 1,
            "ITMREF": lambda one: orders.lines[one[2].order_line_id].code,
            "STOFCY": lambda one: self._site(one[2].warehouse_id),
            "QTY": lambda one: one[2].quantity,
            "SAU": lambda _one: "UN",
        }
        return RestClass(
            name="SDELIVERYD",
            key=("SDHNUM", "SDDLIN"),
            fields=fields,
            rows=lambda: parts(table),
            lookups={
                "SDHNUM": lambda value: parts(table.find("number", value)),
                "SOHNUM": lambda value: (
                    part
                    for order in orders.table.find("number", value)
                    for part in parts(table.find("order_id", order.id))
                ),
            },
        )

    # Invoices

    def _invoices(self) -> RestClass:
        folder, table = self._folder, self._company.invoices.table
        orders = self._company.orders.table
        fields: dict[str, Value] = {
            "NUM": lambda one: one.number,
            "SIVTYP": lambda one: "SCR" if one.is_credit else "SIN",
            "INVTYP": lambda one: 2 if one.is_credit else 1,
            "CPY": lambda _one: COMPANY,
            "FCY": lambda one: folder.site_of(orders[one.order_id]),
            "BPR": lambda one: folder.account(one.customer_id),
            "ACCDAT": lambda one: folder.day(one.date),
            "CUR": lambda one: folder.currency(orders[one.order_id].currency_id),
            "AMTNOT": lambda one: one.totals.net,
            "AMTATI": lambda one: one.totals.gross,
            "STA": lambda one: 3 if folder.is_posted(one) else 1,
            "SNS": lambda one: -1 if one.is_credit else 1,
            "UPDDATTIM": lambda one: folder.moment(one.updated_at),
        }
        return RestClass(
            name="SINVOICE",
            key=("NUM",),
            fields=fields,
            rows=lambda: table,
            lookups={"NUM": self._numbered},
        )

    def _numbered(self, value: Any) -> list[Invoice]:
        return self._company.invoices.table.find("number", value)

    def _invoices_of_sales(self) -> RestClass:
        folder = self._folder
        orders = self._company.orders.table
        fields: dict[str, Value] = {
            "NUM": lambda one: one.number,
            "SIHORI": lambda one: 6 if one.returned else (4 if one.is_credit else 2),
            "SIHORINUM": lambda one: orders[one.order_id].number,
            "BPCINV": lambda one: folder.account(one.customer_id),
            "BPCORD": lambda one: folder.account(one.customer_id),
            "INVREF": lambda one: reference_of(orders[one.order_id]),
            "INVDAT": lambda one: folder.day(one.date),
            "UPDDATTIM": lambda one: folder.moment(one.updated_at),
        }
        table = self._company.invoices.table
        return RestClass(
            name="SINVOICEV", key=("NUM",), fields=fields, rows=lambda: table, lookups={"NUM": self._numbered}
        )

    def _invoice_lines(self) -> RestClass:
        folder, orders = self._folder, self._company.orders
        Part = tuple[Invoice, int, InvoiceLine]

        def parts(found: Iterable[Invoice]) -> Iterator[Part]:
            for one in found:
                goods = [line for line in one.lines if orders.lines[line.order_line_id].kind == "item"]
                yield from ((one, 1000 * at, line) for at, line in enumerate(goods, 1))

        fields: dict[str, Value] = {
            "NUM": lambda one: one[0].number,
            "SIDLIN": lambda one: one[1],
            "SOHNUM": lambda one: orders.table[one[2].order_id].number,
            "SOPLIN": lambda one: folder.number_of(orders.lines[one[2].order_line_id]),
            "SDHNUM": lambda one: self._delivery_of(one[0]),
            "ITMREF": lambda one: orders.lines[one[2].order_line_id].code,
            "QTY": lambda one: one[2].quantity,
            "AMTNOTLIN": lambda one: one[2].net,
            "AMTATILIN": lambda one: one[2].net + one[2].tax,
        }
        book = self._company.invoices
        return RestClass(
            name="SINVOICED",
            key=("NUM", "SIDLIN"),
            fields=fields,
            rows=lambda: parts(book.table),
            lookups={
                "NUM": lambda value: parts(self._numbered(value)),
                "SOHNUM": lambda value: (
                    part
                    for order in orders.table.find("number", value)
                    for part in parts(book.of_order(order.id))
                    if part[2].order_id == order.id
                ),
            },
        )

    def _delivery_of(self, one: Invoice) -> str:
        found = [self._company.despatches.table[id] for id in one.despatch_ids]
        return found[-1].number if found else ""


def reference_of(order: Order) -> str:
    """CUSORDREF: the key that was sent, or what people typed in."""
    return order.external_key or order.customer_order_no


def _closed_on(order: Order) -> Any:
    """CCLDAT: only of what was closed before it was done."""
    return order.updated_at.date() if order.status == "cancelled" or "CCLREN" in order.extra else None


def _kept(name: str) -> Value:
    return lambda one: one.extra.get(name, "")
