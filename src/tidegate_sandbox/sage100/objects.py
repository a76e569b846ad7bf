"""The business objects by name, without regard to case."""

from __future__ import annotations

from tidegate_sandbox.sage100.ar_customer import CustomerObject
from tidegate_sandbox.sage100.business_object import BusinessObject
from tidegate_sandbox.sage100.sales_journal import SalesJournal
from tidegate_sandbox.sage100.schema import shapes
from tidegate_sandbox.sage100.so_order import SalesOrder
from tidegate_sandbox.sage100.table_object import (
    CustomerService,
    ItemObject,
    ItemService,
    ShipToService,
    service_of,
)

_KINDS: tuple[type[BusinessObject], ...] = (
    SalesOrder,
    CustomerObject,
    ItemObject,
    ItemService,
    CustomerService,
    ShipToService,
    SalesJournal,
)
_SERVICES = tuple(service_of(table) for table in shapes() if not table.startswith("SY_"))
OBJECTS: dict[str, type[BusinessObject]] = {kind.NAME.lower(): kind for kind in (*_SERVICES, *_KINDS)}
