"""Readings of Sage 200 where a version answers otherwise than assumed."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import unquote

import httpx

from tidegate.domain.delta import Delta
from tidegate.sage.port.session import Purpose
from unit.sage.scripted_api import application_error, make_world, ok

ORDER = {
    "id": 7,
    "document_no": "0000000007",
    "document_status": "EnumDocumentStatusLive",
    "spare_text_1": "magento:main:213",
    "lines": [
        {
            "id": 8,
            "line_type": "EnumLineTypeStandard",
            "code": "HUB-0001",
            "warehouse_id": 1,
            "stock_unit_line_quantity": 2,
            "stock_unit_allocated_quantity": "2.00000",
            "stock_unit_despatch_receipt_quantity": 0,
            "stock_unit_invoice_credit_quantity": 0,
            "spare_text_1": "item:551",
        }
    ],
}


def test_where_fields_of_a_child_list_cannot_be_selected_whole_orders_are_read() -> None:
    world = make_world()

    def orders(request: httpx.Request) -> httpx.Response:
        if "$select" in unquote(str(request.url)):
            return application_error("The field lines.id does not exist.")
        return ok([ORDER])

    world.api.on("GET", "/sop_orders", orders)
    with world.company.session(Purpose.WRITING) as session:
        first, second = session.web_lines.read(), session.web_lines.read()

    assert isinstance(first, list)
    assert first == second
    assert [(line.line_key, line.ordered, line.allocated, line.despatched) for line in first] == [
        ("item:551", Decimal(2), Decimal(2), Decimal(0))
    ]
    assert len(world.api.called("GET", "/sop_orders")) == 3, "refused once, then remembered"


def test_an_old_version_that_cuts_pages_to_500_is_read_to_its_end() -> None:
    world = make_world()
    rows = [
        {"id": number, "product_id": 1, "warehouse_id": 1, "quantity_in_stock": 1, "quantity_allocated": 0}
        for number in range(1, 1201)
    ]

    def holdings(request: httpx.Request) -> httpx.Response:
        asked = unquote(str(request.url))
        beyond = int(asked.split("id gt ")[-1].split("&")[0]) if "and id gt" in asked else 0
        return ok([row for row in rows if row["id"] > beyond][:500])

    world.api.on("GET", "/warehouse_holdings", holdings)
    world.api.on("GET", "/products", ok([{"id": 1, "code": "HUB-0001"}]))
    with world.company.session(Purpose.WRITING) as session:
        read = session.stock.read(None)

    assert isinstance(read, Delta)
    assert len(read.rows) == 1200
