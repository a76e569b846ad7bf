"""The package's data: orders, store views, customers, products and columns as a real Magento sent them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from tidegate_sandbox.magento.figure import decode


@cache
def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = decode(files(__package__).joinpath("data", f"{name}.json").read_bytes())
    return data


def orders() -> dict[str, Any]:
    """Order bodies by kind, without the parts that only repeat (parent items, assigned items). Read only."""
    return _read("orders")


def shop() -> dict[str, Any]:
    """Websites, store views and groups, their configuration, modules and taxes. Read only."""
    return _read("shop")


def customers() -> dict[str, Any]:
    """Three customers and the customer groups. Read only."""
    return _read("customers")


def products() -> dict[str, Any]:
    """One product of each type: simple, configurable, bundle. Read only."""
    return _read("products")


def inventory() -> dict[str, Any]:
    """Sources, stocks and the links between them. Read only."""
    return _read("inventory")


def columns(table: str) -> dict[str, str]:
    """The columns of ``table`` (``order``, ``order_item``, ``customer``, ...) and their schema types."""
    found: dict[str, str] = _read("columns")[table]
    return found
