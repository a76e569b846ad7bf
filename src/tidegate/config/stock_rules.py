"""Checks of `[connections.NAME.stock]`, and what its buffers mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from tidegate.config import flow_rules
from tidegate.config.model import ConnectionSettings
from tidegate.config.problem import Report, joined
from tidegate.config.stock import Stock
from tidegate.config.store_rules import check_range
from tidegate.domain.stock.availability import Buffer, Buffers

_SOURCE = re.compile(r"[A-Za-z0-9_-]{1,255}")


def check(connection: ConnectionSettings, key: str, report: Report) -> None:
    """Check the stock of one connection."""
    stock = connection.stock
    _check_buffer(stock.buffer, f"{key}.buffer", report)
    for name, rules in (("group_buffers", stock.group_buffers), ("sku_buffers", stock.sku_buffers)):
        for pattern, text in rules.items():
            _check_buffer(text, joined(key, name, pattern), report)
    for warehouse, source in stock.warehouses.items():
        path = joined(key, "warehouses", warehouse)
        if not warehouse.strip():
            report.problem(path, "no warehouse", "write warehouse of Sage = source of Magento")
        if not _SOURCE.fullmatch(source):
            report.problem(
                path, f'the source "{source}"', "write a source code of Magento, such as wh_london"
            )
        elif not stock.msi and source != "default":
            remedy = 'without multi-source inventory each SKU has one stock figure: write "default"'
            report.problem(path, f'the source "{source}"', remedy)
    check_range(stock.decimals, 0, 5, f"{key}.decimals", report)
    flow_rules.check_every(stock.full_every, f"{key}.full_every", report)
    inventory = connection.flows.get("inventory")
    if inventory is not None and inventory.enabled:
        _check_twins(connection.skus, key, report)


def _check_buffer(text: str, key: str, report: Report) -> None:
    try:
        read_buffer(text)
    except ValueError:
        report.problem(key, f'the text "{text}"', 'write a percentage such as "10%", or pieces such as "3"')


def _check_twins(skus: Mapping[str, str], key: str, report: Report) -> None:
    for code, count in Counter(skus.values()).items():
        if count > 1:
            named = ", ".join(sku for sku, of in skus.items() if of == code)
            remedy = f"its stock cannot be sold under {named} at the same time: keep one of them"
            report.problem(key, f'the product "{code}" has {count} SKUs', remedy)


def read_buffer(text: str) -> Buffer:
    """`10%` or `3`. ValueError for anything else."""
    number, percent = (text[:-1], True) if text.endswith("%") else (text, False)
    try:
        value = Decimal(number.strip())
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite() or value < 0 or (percent and value > 100):
        raise ValueError(text)
    return Buffer(percent=value) if percent else Buffer(pieces=value)


def buffers(stock: Stock) -> Buffers:
    """The buffers of a checked configuration."""
    return Buffers(
        read_buffer(stock.buffer),
        tuple((pattern, read_buffer(text)) for pattern, text in stock.group_buffers.items()),
        tuple((pattern, read_buffer(text)) for pattern, text in stock.sku_buffers.items()),
    )
