"""Orders by SOAP: saved, read, listed and closed (contract §4, §9, additions)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.x3 import texts
from tidegate_sandbox.x3.folder import Folder
from tidegate_sandbox.x3.objects import Row, Screen
from tidegate_sandbox.x3.problem import Problem, from_refusal
from tidegate_sandbox.x3.sales_classes import reference_of

HEADER: dict[str, dict[str, int]] = {
    "SOH0_1": {"SALFCY": 5, "SOHTYP": 5, "SOHNUM": 20, "CUSORDREF": 20, "ORDDAT": 8, "CUR": 3, "BPCORD": 15},
    "SOH1_4": {"VACBPR": 5, "PRITYP": 1},
    "SOH2_1": {"STOFCY": 5},
    "SOH2_2": {"DEMDLVDAT": 8, "DAYLTI": 4, "SHIDAT": 8, "MDL": 5, "BPTNUM": 15},
    "SOH2_3": {
        "BPAADD": 5,
        "BPDNAM": 35,
        "BPDADDLIG": 50,
        "BPDPOSCOD": 10,
        "BPDCTY": 40,
        "BPDSAT": 35,
        "BPDCRY": 3,
        "CNDNAM": 60,
    },
    "SOH3_3": {"PTE": 15},
    "SOH8_1": {"CCLREN": 10},
    "SOH9_1": {"SOHTEX": 30_000},
}
LINE = {
    "ITMREF": 20,
    "QTY": 20,
    "SAU": 3,
    "ITMDES": 60,
    "ITMDES1": 60,
    "GROPRI": 20,
    "DISCRGVAL1": 20,
    "CPRPRI": 20,
    "DSTOFCY": 5,
    "VACITM": 5,
}
ELEMENTS = "SOH3_4"
KEPT = ("BPDNAM", "BPDPOSCOD", "BPDCTY", "BPDSAT", "BPDCRY", "MDL", "BPTNUM", "SOHTYP", "SOHTEX", "STOFCY")


class OrderObject:
    """The published object of orders."""

    name = "Sales order"
    key = "SOHNUM"

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._company = folder.company

    @property
    def lines(self) -> str:
        """The id of the table of lines."""
        return self._folder.options.lines_group

    @property
    def screen(self) -> Screen:
        """The entry transaction, with the fields that the site has added."""
        added = self._folder.options.site_fields
        first = {**HEADER["SOH0_1"], **({"YMAGKEY": 50} if "YMAGKEY" in added else {})}
        line = {**LINE, **({"YMAGLIN": 30} if "YMAGLIN" in added else {})}
        most = self._folder.options.most_lines
        return Screen(
            {**HEADER, "SOH0_1": first},
            {self.lines: (most, line), ELEMENTS: (30, {"INVDTA": 3, "INVDTAAMT": 20})},
        )

    # Save

    def save(self, header: Row, tables: Mapping[str, list[Row]]) -> tuple[Order, list[str]]:
        """Enter an order, all of it or nothing; with warnings. Problem where X3 refuses it."""
        customer = self._customer(text(header, "BPCORD"))
        site = text(header, "SALFCY") or "FR011"
        if self._company.warehouses.first("name", site) is None:
            raise Problem(texts.MISSING.format("Site", site))
        currency = text(header, "CUR")
        if currency and self._company.currencies.first("code", currency) is None:
            raise Problem(texts.MISSING.format("Currency", currency))
        rows = tables.get(self.lines, [])
        if not rows:
            raise Problem("No line entered")
        shipping = text(header, "STOFCY") or site
        lines = [self._line(row, shipping) for row in rows]
        lines += [self._element(row) for row in tables.get(ELEMENTS, [])]
        extra = {name: header[name] for name in KEPT if name in header}
        extra |= {"SALFCY": site, "BPDADDLIG": header.get("BPDADDLIG", [])}
        company = self._company
        own = self._own_number(text(header, "SOHNUM"))
        generated = company.rules.order_numbers_generated
        company.rules.order_numbers_generated = not own
        try:
            order = company.orders.enter(
                NewOrder(
                    customer_id=customer.id,
                    lines=lines,
                    number=own,
                    external_key=text(header, "CUSORDREF"),
                    customer_order_no=text(header, "YMAGKEY"),
                    date=day(header, "ORDDAT"),
                    delivery=dict(extra),
                    extra=extra,
                )
            )
        except Refusal as refusal:
            if refusal.kind == "duplicate":
                raise Problem(texts.EXISTS.format(self.name, own)) from None
            raise from_refusal(refusal, self.name) from None
        finally:
            company.rules.order_numbers_generated = generated
        warnings = [texts.BLOCKED.format(customer.code)] if order.status == "on_hold" else []
        return order, warnings

    def _customer(self, code: str) -> Customer:
        found = self._company.customers.table.first("code", code)
        if found is None or found.code != code:
            raise Problem(texts.MISSING.format("Customer", code))
        if not found.is_active:
            raise Problem(texts.INACTIVE.format("Customer", code))
        if found.on_hold and self._folder.options.refuse_held:
            raise Problem(texts.BLOCKED.format(code))
        return found

    def _own_number(self, number: str) -> str:
        if number and not self._folder.options.own_order_number_allowed:
            raise Problem("SOHNUM : the counter of this order type is automatic")
        return number

    def _line(self, row: Row, shipping: str) -> NewLine:
        code = text(row, "ITMREF")
        item = self._company.items.first("code", code)
        if item is None or item.code != code:
            raise Problem(texts.MISSING.format("Product", code), "Line not created")
        if not item.is_active:
            raise Problem(texts.INACTIVE.format("Product", code), "Line not created")
        site = text(row, "DSTOFCY") or shipping
        warehouse = self._company.warehouses.first("name", site)
        if warehouse is None:
            raise Problem(texts.MISSING.format("Site", site))
        if text(row, "SAU") not in ("", "UN"):
            raise Problem(texts.MISSING.format("Unit", text(row, "SAU")))
        priced = text(row, "GROPRI") != ""
        if priced and not self._folder.options.overrides_prices:
            raise Problem("GROPRI : you do not have the rights to change the price")
        return NewLine(
            kind="item",
            code=code,
            warehouse_id=warehouse.id,
            quantity=number(row, "QTY"),
            description=text(row, "ITMDES") or None,
            price=number(row, "GROPRI") if priced else None,
            price_overridden=priced,
            discount_percent=number(row, "DISCRGVAL1") if text(row, "DISCRGVAL1") or priced else None,
            tax_code_id=self._level(text(row, "VACITM")),
            external_key=text(row, "YMAGLIN"),
        )

    def _level(self, code: str) -> int | None:
        if not code:
            return None
        for one in self._company.tax_codes:
            if one.name == code:
                return one.id
        raise Problem(texts.MISSING.format("Tax level", code))

    def _element(self, row: Row) -> NewLine:
        """An invoicing element: each has its account and its tax; it may take money off."""
        code = text(row, "INVDTA")
        charge = self._company.charges.first("code", code)
        if charge is None:
            raise Problem(texts.MISSING.format("Invoicing element", code))
        amount = number(row, "INVDTAAMT")
        return NewLine(
            kind="charge" if amount >= 0 and charge.name.startswith("Freight") else "text",
            code=code,
            quantity=Decimal(1),
            description=charge.name,
            price=amount,
            tax_code_id=charge.tax_code_id,
            revenue=charge.target,
        )

    # Read, list, close

    def find(self, number: str) -> Order:
        """By number. Problem when there is none that the user sees."""
        for one in self._company.orders.table.find("number", number):
            if one.number == number and self._folder.site_of(one) not in self._folder.options.hides:
                return one
        raise Problem(texts.MISSING.format(self.name, number))

    def shown(self, order: Order) -> dict[str, Any]:
        """The stored object."""
        folder = self._folder
        first: Row = {
            "SALFCY": folder.site_of(order),
            "SOHTYP": order.extra.get("SOHTYP", "SON"),
            "SOHNUM": order.number,
            "CUSORDREF": reference_of(order),
            "ORDDAT": order.date.strftime("%Y%m%d"),
            "CUR": folder.currency(order.currency_id),
            "BPCORD": folder.account(order.customer_id),
        }
        if "YMAGKEY" in folder.options.site_fields:
            first["YMAGKEY"] = order.customer_order_no if order.external_key else ""
        totals = order.totals
        return {
            "SOH0_1": first,
            "SOH2_1": {"STOFCY": order.extra.get("STOFCY", folder.site_of(order))},
            "SOH5_1": {
                "ORDNOT": totals.goods,
                "ORDINVNOT": totals.net,
                "ORDINVATI": totals.gross,
                "ORDSTA": 2 if folder.is_closed(order) else 1,
                "CDTSTA": 2 if order.status == "on_hold" else 1,
            },
            self.lines: [
                {
                    "SOPLIN": folder.number_of(line),
                    "ITMREF": line.code,
                    "QTY": line.quantity,
                    "GROPRI": line.price,
                    "NETPRI": line.price - line.discount_value,
                }
                for line in folder.goods(order)
            ],
        }

    def listed(self, keys: Mapping[str, str], size: int) -> list[Row]:
        """The list's columns, the newest first; ``*`` stands for any text."""
        pattern = re.compile(re.escape(keys.get("SOHNUM", "*") or "*").replace(r"\*", ".*"))
        found: list[Row] = []
        for one in reversed(list(self._folder.orders())):
            if pattern.fullmatch(one.number) and len(found) < size:
                found.append(
                    {
                        "SOHNUM": one.number,
                        "CUSORDREF": reference_of(one),
                        "BPCORD": self._folder.account(one.customer_id),
                        "ORDDAT": one.date.strftime("%Y%m%d"),
                        "ORDSTA": 2 if self._folder.is_closed(one) else 1,
                    }
                )
        return found

    def modify(self, order: Order, header: Row) -> None:
        """Close an order with a reason: it is cancelled, or cut to what was delivered."""
        if order.number in self._folder.locks:
            raise Problem(texts.LOCKED)
        reason = text(header, "CCLREN")
        if not reason:
            raise Problem("Nothing to change")
        if order.despatch != "none" or order.status in ("complete", "cancelled"):
            raise Problem(f"{self.name} : {order.number} : lines were delivered or closed already")
        try:
            self._company.orders.cancel(order)
        except Refusal as refusal:
            raise from_refusal(refusal, self.name) from None
        order.extra["CCLREN"] = reason


def text(row: Row, name: str) -> str:
    """A field's text, "" where it is not given."""
    return str(row.get(name, "") or "").strip()


def number(row: Row, name: str) -> Decimal:
    """A decimal with a point; 0 where it is not given. Problem for what is none."""
    given = text(row, name)
    try:
        return Decimal(given) if given else Decimal(0)
    except InvalidOperation:
        raise Problem(f"{name} : incorrect value {given}") from None


def day(row: Row, name: str) -> date | None:
    """yyyymmdd. Problem for what is none."""
    given = text(row, name)
    if not given:
        return None
    if not re.fullmatch(r"\d{8}", given):
        raise Problem(f"{name} : incorrect date {given}")
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Problem(f"{name} : incorrect date {given}") from None
