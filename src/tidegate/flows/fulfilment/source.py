"""Which source of Magento a shipment leaves."""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import missing_thing
from tidegate.flows.connection import Connection


def source_of(connection: Connection, warehouse: str) -> str | Failure:
    """The Magento source that a warehouse is mapped to; "" in a store without sources.

    The source is always named: without a name Magento debits `default` (contract, point 19).
    """
    stock = connection.settings.stock
    if not stock.msi:
        return ""
    if not stock.warehouses:
        return "default"
    if warehouse in stock.warehouses:
        return stock.warehouses[warehouse]
    text = (
        f"no source of Magento is mapped to the warehouse {warehouse}: add it to [connections."
        f"{connection.name}.stock.warehouses]"
    )
    return Failure(Code.UNKNOWN_REFERENCE, text, missing=missing_thing("warehouse", warehouse), sent=False)
