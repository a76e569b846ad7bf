"""An order of the COM library: built part by part, and stored as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_sandbox.com.late_bound import LateBound
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage300.accpac import GENERAL, Link
from tidegate_sandbox.sage300.accpac_views import (
    CODES,
    DUPLICATE,
    INVALID,
    KEYS,
    NO_RIGHT,
    NOT_FOUND,
    AccpacView,
    DayEnd,
)
from tidegate_sandbox.sage300.oe_columns import detail_of, header_of, note_of, option_of
from tidegate_sandbox.sage300.oe_entry import OrderEntry
from tidegate_sandbox.sage300.problem import TEXTS, Problem
from tidegate_sandbox.sage300.resource import Body
from tidegate_sandbox.sage300.views import GatewayFault, Row, order_row

DETAILS = {
    "OE0500": ("OE0520",),
    "OE0740": ("OE0520",),
    "OE0180": ("OE0520",),
    "OE0526": ("OE0520",),
    "OE0522": ("OE0520",),
    "OE0501": ("OE0500",),
}
"""Views that only live as parts of an order, and of which part."""
DAY_END = "IC0275"


def view_of(link: Link, name: str) -> AccpacView | None:
    """A view by its name; None for one that there is not."""
    if name == "OE0520":
        return OrderHeader(link, name)
    if name in DETAILS:
        return OrderPart(link, name)
    if name == DAY_END:
        return DayEnd(link, name)
    return AccpacView(link, name) if name in KEYS else None


class OrderPart(AccpacView):
    """A detail of an order: its record goes to the view that it is composed with."""

    def __init__(self, link: Link, name: str) -> None:
        super().__init__(link, name)
        self.rows: list[tuple[Row, list[tuple[str, Row]]]] = []
        self.parts: list[tuple[str, Row]] = []  #: of the record in hand
        self.owner: AccpacView | None = None

    def has(self, name: str) -> bool:
        """It takes the columns that imports know."""
        return True

    def Compose(self, views: Sequence[LateBound | None]) -> None:
        """The view that owns its records is among them."""
        owners = [
            one for one in views if isinstance(one, AccpacView) and one.view_name in DETAILS[self.view_name]
        ]
        self.owner = owners[0] if owners else None

    def RecordCreate(self, mode: int) -> None:
        """Begin a record."""
        self.current, self.parts = {}, []

    def put(self, name: str, value: str, *, verify: bool) -> None:
        """Set a field; an item must exist."""
        if verify and self.view_name == "OE0500" and name == "ITEM" and value:
            self._require_item(value)
        super().put(name, value, verify=verify)

    def _require_item(self, code: str) -> None:
        bare = code.replace("-", "").replace("/", "")
        items = self.link.database.company.items
        if not any(one.code.replace("-", "").replace("/", "") == bare for one in items):
            raise self.fail(f"Item {code} does not exist.", INVALID)

    def Insert(self) -> None:
        """Add the record to the order, or to the line, in hand."""
        if self.owner is None:
            raise self.fail("The view is composed with no other.", GENERAL)
        if isinstance(self.owner, OrderPart):
            self.owner.parts.append((self.view_name, dict(self.current)))
        else:
            self.rows.append((dict(self.current), list(self.parts)))


class OrderHeader(AccpacView):
    """Order headers, and the order that is being built or changed."""

    def __init__(self, link: Link, name: str) -> None:
        super().__init__(link, name)
        self._composed: list[OrderPart] = []
        self._is_new = False

    def has(self, name: str) -> bool:
        """What is shown, and what can be set."""
        return super().has(name) or name in SETTABLE

    def Compose(self, views: Sequence[LateBound | None]) -> None:
        """The parts of its orders."""
        self._composed = [one for one in views if isinstance(one, OrderPart)]

    def RecordCreate(self, mode: int) -> None:
        """Begin an order."""
        self.current, self._is_new = {}, True
        for one in self._composed:
            one.rows.clear()

    def Browse(self, where: str, ascending: bool) -> None:
        """Choose orders; one that was begun is given up."""
        self._is_new = False
        super().Browse(where, ascending)

    def Cancel(self) -> None:
        """Give the order up."""
        self._is_new = False
        super().Cancel()

    def put(self, name: str, value: str, *, verify: bool) -> None:
        """Set a field; customer and date are checked at once."""
        company = self.link.database.company
        if verify and name == "CUSTOMER" and company.customers.table.first("code", value) is None:
            raise self.fail(f"Customer {value} does not exist.", INVALID)
        if verify and name == "ORDDATE" and value:
            try:
                company.calendar.require_open(date.fromisoformat(value))
            except (ValueError, Refusal):
                raise self.fail(TEXTS["period"], INVALID) from None
        super().put(name, value, verify=verify)

    def value(self, name: str) -> Any:
        """Of the order in hand: its total as Sage would have it."""
        if not self._is_new:
            return super().value(name)
        if name == "INVNETWTX":
            return Decimal(self._would_be()["INVNETWTX"])
        return self.current.get(name, "0" if name in ("COMPLETE", "ONHOLD") else "")

    def _would_be(self) -> Row:
        entry = OrderEntry(self.link.database)
        order: Order = self._carried_out(lambda: entry.preview(self._body()))
        return order_row(self.link.database, order)

    def _carried_out(self, act: Any) -> Any:
        try:
            with self.link.database.working(writes=True):
                return act()
        except Problem as problem:
            code = DUPLICATE if problem.code == "RecordDuplicate" else INVALID
            raise self.fail(problem.text, code) from None
        except ValueError as error:
            raise self.fail(str(error), INVALID) from None
        except Refusal as refusal:
            raise self.refused(refusal) from None
        except GatewayFault as fault:
            raise self.fail(str(fault), CODES.get(fault.kind, INVALID)) from None

    def _body(self) -> Body:
        body = header_of(self.current)
        for part in self._composed:
            for row, below in part.rows:
                match part.view_name:
                    case "OE0500":
                        line = detail_of(row)
                        options = [option_of(one) for name, one in below if name == "OE0501"]
                        if options:
                            line["OrderDetailOptionalFields"] = options
                        body.setdefault("OrderDetails", []).append(line)
                    case "OE0526" | "OE0522":
                        body.setdefault("OrderOptionalFields", []).append(option_of(row))
                    case "OE0180":
                        body.setdefault("OrderCommentsInstructions", []).append(note_of(row))
        return body

    def _require(self, verb: str) -> None:
        if ("OE0520", verb) in self.link.session.host.face.options.denied:
            raise self.fail(TEXTS["Forbidden"], NO_RIGHT)

    def Insert(self) -> None:
        """Store the order with all its parts."""
        self._require("insert")
        order = self._carried_out(lambda: OrderEntry(self.link.database).insert(self._body()))
        self.current, self._is_new = order_row(self.link.database, order), False

    def Update(self) -> None:
        """Change the order that was fetched: only whether it is on hold is simulated."""
        self._require("update")
        orders = self.link.database.company.orders
        order = orders.table.get(int(self.current.get("ORDUNIQ") or 0))
        if order is None:
            raise self.fail("There is no such record.", NOT_FOUND)
        self._carried_out(lambda: orders.hold(order, self.current["ONHOLD"] == "1"))
        self.current = order_row(self.link.database, order)

    def Delete(self) -> None:
        """Delete the order that was fetched."""
        self._require("delete")
        delete = self.listed.delete
        row = self.current
        if delete is None or not row:
            raise self.fail("There is no such record.", NOT_FOUND)
        self._carried_out(lambda: delete(row))


SETTABLE = frozenset(
    {
        *("ORDNUMBER", "CUSTOMER", "PONUMBER", "REFERENCE", "LOCATION", "SHIPVIA", "TERMS", "DESC"),
        *("COMMENT", "TAXGROUP", "ORDDATE", "EXPDATE", "ONHOLD"),
        *(
            f"{side}{part}"
            for side in ("SHP", "BIL")
            for part in (
                "NAME",
                "ADDR1",
                "ADDR2",
                "ADDR3",
                "ADDR4",
                "CITY",
                "STATE",
                "ZIP",
                "COUNTRY",
                "PHONE",
                "EMAIL",
            )
        ),
    }
)
