"""Views of the COM library: rows by browse filter, and an order that is built part by part and stored as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_sandbox.com.late_bound import ComError, LateBound
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage300.accpac import GENERAL, OPEN_FAILED, Link, Said
from tidegate_sandbox.sage300.document_views import PRICE_KEY
from tidegate_sandbox.sage300.ic_items import BREAKS
from tidegate_sandbox.sage300.problem import TEXTS
from tidegate_sandbox.sage300.views import GatewayFault, Row, View, chosen

NOT_FOUND, DUPLICATE, INVALID, CONFLICT, NO_RIGHT = 1020, 1023, 1024, 1026, 1060
CODES = {
    "validation": INVALID,
    "duplicate": DUPLICATE,
    "conflict": CONFLICT,
    "auth": NO_RIGHT,
    "format": INVALID,
}
KEYS = {
    "OE0520": ("ORDUNIQ",),
    "OE0692": ("SHIUNIQ",),
    "OE0691": ("SHIUNIQ", "LINENUM"),
    "OE0420": ("INVUNIQ",),
    "OE0400": ("INVUNIQ", "LINENUM"),
    "IC0480": PRICE_KEY,
    "IC0482": (*PRICE_KEY, "DPRICETYPE", "QTYUNIT", "WEIGHTUNIT"),
    "IC0290": ("ITEMNO", "LOCATION"),
    "IC0274": ("CUSTNO", "PRICEBY", "CATEGORY", "ITEMNO", "PRICELIST", "PRICETYPE"),
}

DATES = frozenset({"ORDDATE", "SHIDATE", "INVDATE", "SALESTART", "SALEEND", "STARTDATE", "EXPIRE"})
NUMBERS = frozenset(
    {
        *("ORDUNIQ", "SHIUNIQ", "INVUNIQ", "LINENUM", "ORDDTLNUM", "DAYENDNUM", "TYPE", "COMPLETE", "ONHOLD"),
        *("INVNETNOTX", "INVETAXTOT", "INVITAXTOT", "INVNETWTX", "EXTINVMISC", "TAMOUNT1"),
        *("QTYONHAND", "QTYSHNOCST", "QTYRENOCST", "QTYADNOCST", "QTYSALORDR", "QTYCOMMIT", "QTYSHIPPED"),
        *("PRICEBY", "PRICETYPE", "PRICEFMT", "PRICEBASE", "MARKUPCOST", "DPRICETYPE", "UNITPRICE"),
        *("DISCPER", "DISCAMT", "PLUSAMT", "PLUSPER", "FIXPRICE", "USELOWEST"),
        *(f"{name}{at}" for name in ("PRICEQTY", "PRCNTLVL", "AMOUNTLVL") for at in range(1, BREAKS + 1)),
    }
)
"""Types of columns, by the schema of a company; all others are texts, in binary collation."""


class Field(LateBound):
    """``AccpacViewField``: it shows the record that its view stands on."""

    NAME = "AccpacViewField"
    ALSO = ("Value", "PutWithoutVerification")

    def __init__(self, view: AccpacView, name: str) -> None:
        self._view = view
        self._name = name

    @property
    def Value(self) -> Any:
        """What the current record has."""
        return self._view.value(self._name)

    @Value.setter
    def Value(self, value: Any) -> None:
        self._view.put(self._name, str(value), verify=True)

    def PutWithoutVerification(self, value: Any) -> None:
        """Set it without a check."""
        self._view.put(self._name, str(value), verify=False)


class Fields(LateBound):
    """``AccpacViewFields``."""

    NAME = "AccpacViewFields"
    ALSO = ("Item",)

    def __init__(self, view: AccpacView) -> None:
        self._view = view

    def Item(self, name: str) -> Field:
        """A field by its name."""
        if not self._view.has(name):
            raise self._view.fail(f"The field {name} does not exist.", INVALID)
        return Field(self._view, name)


class AccpacView(LateBound):
    """``AccpacView``, of a table that can be read."""

    NAME = "AccpacView"
    ALSO = (
        *("Fields", "Order", "Browse", "Fetch", "Close", "LastReturnCode"),
        *("RecordCreate", "Insert", "Update", "Delete", "Cancel", "Process", "Compose"),
    )

    def __init__(self, link: Link, name: str) -> None:
        self.NAME = f"AccpacView.{name}"
        self.link = link
        self.view_name = name
        self.fields = Fields(self)
        self.current: Row = {}
        self._found: list[Row] = []
        self._code = 0
        self._order = 0
        self._is_closed = False

    # What is seen

    @property
    def Fields(self) -> Fields:
        """Its fields."""
        return self.fields

    @property
    def LastReturnCode(self) -> int:
        """Of the last operation."""
        return self._code

    @property
    def Order(self) -> int:
        """The index that it is browsed by."""
        return self._order

    @Order.setter
    def Order(self, index: int) -> None:
        self._order = index

    def fail(self, text: str, code: int) -> ComError:
        """Note an error with its return code."""
        self._code = code
        return self.link.session.fail(text, code, self.view_name)

    @property
    def listed(self) -> View:
        """The rows behind it."""
        gateway = self.link.session.host.face.gateway
        return gateway.views[self.link.database.id][self.view_name]

    def has(self, name: str) -> bool:
        """Whether there is such a field."""
        return name in self.listed.fields

    def value(self, name: str) -> Any:
        """Of the current record."""
        text = self.current.get(name, "")
        if name in DATES:
            return date.fromisoformat(text) if len(text) == 8 else None  # A: a date that is not set
        return Decimal(text) if name in NUMBERS and text else text

    def put(self, name: str, value: str, *, verify: bool) -> None:
        """Set a field of the current record."""
        self.current[name] = value

    # What is done

    def Browse(self, where: str, ascending: bool) -> None:
        """Choose rows."""
        self._require_open()
        key = KEYS.get(self.view_name, ())
        try:
            with self.link.database.working(writes=False):
                rows = chosen(self.listed, where)
        except GatewayFault as fault:
            raise self.fail(str(fault), INVALID) from None
        except Refusal as refusal:
            raise self.refused(refusal) from None
        self._found = sorted(rows, key=lambda row: [_sortable(name, row[name]) for name in key])

    def Fetch(self) -> bool:
        """The next of them; False at the end."""
        if not self._found:
            return False
        self.current = dict(self._found.pop(0))
        return True

    def refused(self, refusal: Refusal) -> ComError:
        """A refusal of the kernel as Sage says it."""
        texts = {"locked": TEXTS["locked"].format(reason=refusal.text), "closed_period": TEXTS["period"]}
        codes = {"locked": GENERAL, "in_use": CONFLICT, "duplicate": DUPLICATE, "unknown": NOT_FOUND}
        return self.fail(texts.get(refusal.kind, refusal.text), codes.get(refusal.kind, INVALID))

    def _require_open(self) -> None:
        if self._is_closed or self.link.is_closed:
            raise self.fail("The view is closed.", OPEN_FAILED)

    def RecordCreate(self, mode: int) -> None:
        """Begin a record."""
        raise self.fail("This view cannot be written.", NO_RIGHT)

    def Insert(self) -> None:
        """Store the record."""
        raise self.fail("This view cannot be written.", NO_RIGHT)

    def Update(self) -> None:
        """Change the record."""
        raise self.fail("This view cannot be written.", NO_RIGHT)

    def Delete(self) -> None:
        """Delete the record."""
        raise self.fail("This view cannot be written.", NO_RIGHT)

    def Process(self) -> None:
        """Nothing to be processed."""

    def Cancel(self) -> None:
        """Give the record up."""
        self.current = {}

    def Compose(self, views: Sequence[LateBound | None]) -> None:
        """Be told of the views that it works with."""

    def Close(self) -> None:
        """Close it."""
        if not self._is_closed:
            self._is_closed = True
            self.link.open_views -= 1


class DayEnd(AccpacView):
    """The super-view of Day End Processing."""

    def has(self, name: str) -> bool:
        """It takes what it is given."""
        return True

    def Process(self) -> None:
        """Run it, alone."""
        try:
            with self.link.database.working(writes=True):
                count = self.link.database.run_day_end("a view")
        except Refusal as refusal:
            raise self.refused(refusal) from None
        self.link.session.errors.said.append(Said(f"{count} documents", 1, self.view_name))


def _sortable(column: str, text: str) -> Decimal | str:
    return Decimal(text or 0) if column in NUMBERS else text
