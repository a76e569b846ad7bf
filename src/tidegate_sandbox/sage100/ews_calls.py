"""What the eBusiness Web Services do, on the same business objects as BOI (contract section 9).

Operations are stateless and atomic: an order is stored whole or not at all. They take no seat, but they are
refused while the company is locked, and rights are those of the task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tidegate_sandbox.com.late_bound import ByRef
from tidegate_sandbox.com.licence import ServerProcess
from tidegate_sandbox.sage100.ar_customer import CustomerObject
from tidegate_sandbox.sage100.business_object import BusinessObject, Fields
from tidegate_sandbox.sage100.ews_wsdl import columns
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.script import Session
from tidegate_sandbox.sage100.so_order import SalesOrder

NULL_DATE = "1753-01-01T00:00:00"
ORDER_TASK, CUSTOMER_TASK = "SO_SalesOrder_ui", "AR_Customer_ui"
FIRST = ("ARDivisionNo", "CustomerNo", "OrderDate", "CustomerPONo", "ShipToCode")
LINE_FIRST = ("ItemCode", "WarehouseCode", "QuantityOrdered", "UnitPrice")


class MasFault(Exception):
    """A refusal: code, text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass
class Thing:
    """An order, line or customer as the wire has it: columns, lines, user fields."""

    values: dict[str, str] = field(default_factory=dict)
    lines: list[Thing] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One call: who, which company, and what."""

    user: str = ""
    password: str = ""
    company: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    thing: Thing | None = None


class EwsCalls:
    """The operations of one installation."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self.operations: dict[str, Callable[[Asked], Any]] = {
            "GetContractInformation": self._contract,
            "GetDiagnosticInformation": self._diagnostic,
            "GetNextSalesOrderNo": self._next_order,
            "GetSalesOrder": self._get_order,
            "GetSalesOrderTemplate": self._template,
            "PreviewSalesOrder": self._preview,
            "CreateSalesOrder": self._create_order,
            "UpdateSalesOrder": self._update_order,
            "DeleteSalesOrder": self._delete_order,
            "GetNextCustomerNo": self._next_customer,
            "GetCustomer": self._get_customer,
            "CreateCustomer": self._create_customer,
            "UpdateCustomer": self._update_customer,
            "DeleteCustomer": self._delete_customer,
        }

    # Who may

    @contextmanager
    def _session(self, asked: Asked, task: str) -> Iterator[Session]:
        one = self._installation
        if one.users.get(asked.user) != asked.password:
            raise MasFault("WS_Logon", one.text("wrong_user"))
        company = one.companies.get(asked.company)
        enabled = (
            one.options.ebusiness_system and one.options.ebusiness_company and one.options.ebusiness_user
        )
        if company is None or not enabled or task not in one.options.rights:
            raise MasFault("WS_NoAccess", one.text("no_right"))
        if company.kernel.window.closed() is not None:
            raise MasFault("WS_Exception", "An exception occurred.")
        session = Session(one, ServerProcess(0))
        session.user, session.company, session.day = asked.user, company, company.kernel.today()
        yield session

    @contextmanager
    def _order(self, asked: Asked) -> Iterator[SalesOrder]:
        with self._session(asked, ORDER_TASK) as session:
            order = SalesOrder(self._installation, session)
            try:
                yield order
            finally:
                order.DropObject()

    @contextmanager
    def _customer(self, asked: Asked) -> Iterator[CustomerObject]:
        with self._session(asked, CUSTOMER_TASK) as session:
            customer = CustomerObject(self._installation, session)
            try:
                yield customer
            finally:
                customer.DropObject()

    # About the service

    def _contract(self, _asked: Asked) -> dict[str, str]:
        return {"ContractVersion": "2", "AssemblyVersion": "7.20.0.0", "NullDateTime": NULL_DATE}

    def _diagnostic(self, _asked: Asked) -> str:
        raise MasFault("WS_NoAccess", self._installation.text("no_right"))

    # Orders

    def _next_order(self, asked: Asked) -> str:
        with self._order(asked) as order:
            number = ByRef()
            order.nGetNextSalesOrderNo(number)
            return str(number.value)

    def _get_order(self, asked: Asked) -> Thing:
        with self._order(asked) as order:
            if not order.nFind(asked.texts.get("salesOrderNo", "")):
                raise MasFault("CI_NoKey", "The record does not exist.")
            return _thing(order, "SO_SalesOrderHeader", order.oLines.written)

    def _template(self, asked: Asked) -> Thing:
        with self._order(asked) as order:
            order.nSetKey("       ")
            for name, key in (("ARDivisionNo", "arDivisionNo"), ("CustomerNo", "customerNo")):
                _set(order, name, asked.texts.get(key, ""))
            return _thing(order, "SO_SalesOrderHeader", [])

    def _preview(self, asked: Asked) -> Thing:
        with self._order(asked) as order:
            self._fill(order, _required(asked))
            order.values.update(order.sums(written=True))
            return _thing(order, "SO_SalesOrderHeader", order.oLines.written)

    def _create_order(self, asked: Asked) -> None:
        with self._order(asked) as order:
            self._fill(order, _required(asked))
            if order.nWrite() == 0:
                raise MasFault("WS_Exception", order.sLastErrorMsg)

    def _fill(self, order: SalesOrder, thing: Thing) -> None:
        """Number, customer and lines as BOI would set them; the first refusal ends it."""
        number = thing.values.get("SalesOrderNo", "")
        if not number:
            raise MasFault("CI_NoKey", "The sales order number is required.")
        code = order.nSetKey(number)
        if code == 1 or number in {one.order.number for one in order.company.kernel.orders.deleted}:
            raise MasFault("WS_AlreadyExists", "The sales order number already exists.")
        if code == 0:
            raise MasFault("CI_NoKey", order.sLastErrorMsg)
        if order.company.kernel.orders.table.first("number", number) is not None:
            raise MasFault("WS_AlreadyExists", "The sales order number already exists.")
        _fill_in(order, thing, FIRST)
        for line in thing.lines:
            order.oLines.nAddLine()
            _fill_in(order.oLines, line, LINE_FIRST)
            if order.oLines.nWrite() == 0:
                raise MasFault("CI_NOF", order.oLines.sLastErrorMsg)

    def _update_order(self, asked: Asked) -> None:
        thing = _required(asked)
        with self._order(asked) as order:
            self._open(order, thing.values.get("SalesOrderNo", ""))
            _fill_in(order, _changed(order, thing), FIRST)
            if order.nWrite() == 0:
                raise MasFault("WS_Exception", order.sLastErrorMsg)

    def _delete_order(self, asked: Asked) -> None:
        with self._order(asked) as order:
            self._open(order, asked.texts.get("salesOrderNo", ""))
            if order.nDelete() == 0:
                raise MasFault("WS_Exception", order.sLastErrorMsg)

    def _open(self, order: SalesOrder, number: str) -> None:
        code = order.nSetKey(number) if number else 0
        if code == 0 and number:
            raise MasFault("WS_Exception", order.sLastErrorMsg)
        if code != 1:
            raise MasFault("CI_NoKey", "The record does not exist.")

    # Customers

    def _next_customer(self, asked: Asked) -> str:
        with self._customer(asked) as customer:
            number = ByRef()
            if not customer.nGetNextCustomerNo(number):
                raise MasFault("CI_NoKey", customer.sLastErrorMsg)
            return str(number.value)

    def _keyed(self, customer: CustomerObject, division: str, number: str) -> int:
        customer.nSetKeyValue("ARDivisionNo$", division)
        customer.nSetKeyValue("CustomerNo$", number)
        return customer.nSetKey()

    def _get_customer(self, asked: Asked) -> Thing:
        with self._customer(asked) as customer:
            if (
                self._keyed(customer, asked.texts.get("arDivisionNo", ""), asked.texts.get("customerNo", ""))
                != 1
            ):
                raise MasFault("CI_NoKey", "The record does not exist.")
            return _thing(customer, "AR_Customer", [])

    def _create_customer(self, asked: Asked) -> None:
        self._write_customer(asked, 2)

    def _update_customer(self, asked: Asked) -> None:
        self._write_customer(asked, 1)

    def _write_customer(self, asked: Asked, wanted: int) -> None:
        thing = _required(asked)
        with self._customer(asked) as customer:
            code = self._keyed(
                customer, thing.values.get("ARDivisionNo", ""), thing.values.get("CustomerNo", "")
            )
            if code == 1 and wanted == 2:
                raise MasFault("WS_AlreadyExists", "The customer number already exists.")
            if code != wanted:
                raise MasFault("CI_NoKey", "The record does not exist.")
            _fill_in(customer, _changed(customer, thing), ())
            if customer.nWrite() == 0:
                raise MasFault("WS_Exception", customer.sLastErrorMsg)

    def _delete_customer(self, asked: Asked) -> None:
        raise MasFault("WS_NoAccess", self._installation.text("no_right"))


def _required(asked: Asked) -> Thing:
    if asked.thing is None:
        raise MasFault("CI_NoKey", "The object is required.")
    return asked.thing


def _fill_in(obj: Fields, thing: Thing, first: tuple[str, ...]) -> None:
    """Set values, those of ``first`` first; what cannot be set is a fault that names the column."""
    names = [name for name in first if name in thing.values]
    names += [name for name in thing.values if name not in first]
    keys = obj.KEY if isinstance(obj, BusinessObject) else ()
    for name in names:
        column = obj.column(f"{name}$") or obj.column(name)
        if column is None or column.read_only or name in ("SalesOrderNo", *(keys if first == () else ())):
            continue
        _set(obj, name, thing.values[name])
    for name, value in thing.others.items():
        _set(obj, name, value)


def _set(obj: Any, name: str, value: str) -> None:
    column = obj.column(f"{name}$") or obj.column(name)
    kind = column.kind if column is not None else "s"
    given: Any = value
    if kind == "n":
        given = str(Decimal(value))
    elif kind == "d":
        given = "" if value == NULL_DATE else value[:10].replace("-", "")
    field_name = name if kind == "n" else f"{name}$"
    if obj.nSetValue(field_name, given) == 0:
        too_long = "greater than" in obj.sLastErrorMsg
        code = "CI_CharLength" if too_long else "CI_NOF"
        text = (
            obj.sLastErrorMsg
            if too_long
            else f"Could not set {obj.NAME.split('.')[0].replace('_bus', '_Bus')} column {name}"
        )
        raise MasFault(code, text)


def _changed(obj: BusinessObject, thing: Thing) -> Thing:
    """What differs from what is stored: the whole object is sent back, most of it as it was."""
    shown = _thing(obj, obj.TABLE, [])
    return Thing(
        {name: value for name, value in thing.values.items() if shown.values.get(name, "") != value},
        [],
        {name: value for name, value in thing.others.items() if shown.others.get(name, "") != value},
    )


def _thing(obj: Fields, table: str, lines: list[dict[str, Any]]) -> Thing:
    known = {one.name for one in columns(table)}
    values = {}
    for one in columns(table):
        value = obj.values.get(one.name, one.empty)
        values[one.name] = _shown(one.kind, value)
    others = {
        name: str(value)
        for name, value in obj.values.items()
        if name.startswith("UDF_") and name not in known
    }
    return Thing(values, [_line(line) for line in lines], others)


def _line(line: dict[str, Any]) -> Thing:
    values = {
        one.name: _shown(one.kind, line.get(one.name, one.empty)) for one in columns("SO_SalesOrderDetail")
    }
    return Thing(values, [], {name: str(value) for name, value in line.items() if name.startswith("UDF_")})


def _shown(kind: str, value: Any) -> str:
    if kind != "d":
        return str(value)
    text = str(value or "").replace("-", "")[:8]
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}T00:00:00" if len(text) == 8 else NULL_DATE
