"""Absent is not zero: a figure of Sage that is null, missing or no number is a named failure of its record."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from tidegate.domain.delta import Delta
from tidegate.sage.port.session import Purpose
from unit.sage.scripted_api import make_world, ok

STAMP = "2026-03-02T10:15:04.12Z"


def holding(number: int, quantity: Any, **more: Any) -> dict[str, Any]:
    row = {"id": number, "product_id": number, "warehouse_id": 1, "quantity_in_stock": quantity}
    return row | {"quantity_allocated": 0, "date_time_updated": STAMP} | more


@pytest.mark.parametrize("wrong", [None, "n/a", "", 1e300, [], "NaN"])
def test_stock_without_a_figure_is_named_and_asked_for_again_until_it_has_one(wrong: Any) -> None:
    world = make_world()
    rows = {1: holding(1, 7), 2: holding(2, wrong)}

    def holdings(request: httpx.Request) -> httpx.Response:
        query = unquote(str(request.url))
        alone = re.search(r"(?<!_)id eq 2", query)
        return ok([rows[2]] if alone else list(rows.values()))

    world.api.on("GET", "/warehouse_holdings", holdings)
    world.api.on("GET", "/products", ok([{"id": 1, "code": "HUB-0001"}, {"id": 2, "code": "HUB-0002"}]))
    with world.company.session(Purpose.WRITING) as session:
        read = session.stock.read(None)
        assert isinstance(read, Delta)
        assert [(level.sku, level.on_hand) for level in read.rows] == [("HUB-0001", Decimal(7))]
        assert [bad.name for bad in read.bad] == ["HUB-0002"]
        assert "quantity_in_stock" in read.bad[0].why
        rows[2] = holding(2, 5)
        again = session.stock.read(read.cursor)
    assert isinstance(again, Delta)
    assert [(level.sku, level.on_hand) for level in again.rows] == [("HUB-0002", Decimal(5))]
    assert again.bad == ()


def test_a_missing_key_is_no_zero_either() -> None:
    world = make_world()
    row = holding(1, 7)
    del row["quantity_allocated"]
    world.api.on("GET", "/warehouse_holdings", ok([row, None]))
    world.api.on("GET", "/products", ok([{"id": 1, "code": "HUB-0001"}]))
    with world.company.session(Purpose.WRITING) as session:
        read = session.stock.read(None)
    assert isinstance(read, Delta)
    assert read.rows == ()
    assert sorted(bad.name for bad in read.bad) == ["HUB-0001", "stock "]


def test_a_null_among_an_orders_lines_ends_no_flow() -> None:
    world = make_world()
    line = {"id": 8, "line_type": "EnumLineTypeStandard", "code": "HUB-0001", "warehouse_id": 1}
    order = {
        "id": 7,
        "document_no": "7",
        "document_status": "EnumDocumentStatusLive",
        "spare_text_1": "magento:main:213",
    }
    world.api.on("GET", "/sop_orders", ok([order | {"lines": [None, line]}]))
    with world.company.session(Purpose.WRITING) as session:
        lines = session.web_lines.read()
    assert isinstance(lines, list)
    told = {one.sku: one.unreadable for one in lines}
    assert "stock_unit_line_quantity" in told["HUB-0001"]
