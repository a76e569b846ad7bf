"""The business objects by name, without regard to case."""

from __future__ import annotations

from tidegate_sandbox.sage100.ar_customer import CustomerObject
from tidegate_sandbox.sage100.business_object import BusinessObject
from tidegate_sandbox.sage100.so_order import SalesOrder
from tidegate_sandbox.sage100.table_object import CustomerService, ItemObject, ItemService, ShipToService

_KINDS: tuple[type[BusinessObject], ...] = (
    SalesOrder,
    CustomerObject,
    ItemObject,
    ItemService,
    CustomerService,
    ShipToService,
)
OBJECTS: dict[str, type[BusinessObject]] = {kind.NAME.lower(): kind for kind in _KINDS}
