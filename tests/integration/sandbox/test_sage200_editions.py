"""Editions and versions: what Standard has not, what old versions have not (contract §1, §12)."""

from __future__ import annotations

from typing import Any

from integration.sandbox.sage200_world import PROFESSIONAL, STANDARD, Sage, sage
from tidegate_sandbox.erp import Rules


def fields(world: Sage, path: str, base: str) -> set[str]:
    world.base = base
    return set(world.get(path, top="1")[0])


def test_professional_fields_and_higher_analysis_codes_are_absent_in_standard() -> None:
    world = sage()
    world.enter()
    more = {
        path: fields(world, path, PROFESSIONAL) - fields(world, path, STANDARD)
        for path in ("products", "warehouses")
    }
    assert {"traceable_type", "sale_from_single_batch", "analysis_code_6", "analysis_code_20"} <= more[
        "products"
    ]
    assert more["warehouses"] == {"use_for_sales_trading"}
    for path in ("customers", "sop_orders", "sop_order_return_views", "sop_order_line_views"):
        missing = fields(world, path, PROFESSIONAL) - fields(world, path, STANDARD)
        assert any(name.endswith("analysis_code_6") for name in missing)
        assert not any(name.endswith("analysis_code_5") for name in missing)
    assert world.refused("products", filter="analysis_code_6 eq 'x'").status_code == 400
    assert world.refused("warehouses", select="use_for_sales_trading").status_code == 400


def test_fields_that_standard_does_not_have_are_not_stored_there() -> None:
    world = sage(base=STANDARD)
    world.post("customers", {"reference": "C1", "name": "x", "analysis_code_5": "a", "analysis_code_6": "b"})
    world.base = PROFESSIONAL
    row = world.one("customers", "reference eq 'C1'")
    assert (row["analysis_code_5"], row["analysis_code_6"]) == ("a", "")


def test_document_numbers_are_given_or_asked_for() -> None:
    world = sage(rules=Rules(order_numbers_generated=False))
    assert world.get("sop_settings")[0]["auto_generate_order_return_numbers"] is False
    assert "number" in world.enter(status=400)["Message"]
    assert world.enter(document_no="MINE-1")["document_no"] == "MINE-1"
    world.enter(document_no="mine-1", status=400)
    generated = sage()
    assert generated.enter(document_no="MINE-1")["document_no"] == "0000000001"


def test_spare_fields_came_in_august_2023() -> None:
    world = sage(spare_fields=False)
    order = world.enter(world.item_line(spare_text_1="item:1"), spare_text_1="key", analysis_code_1="key")
    assert not [name for name in order if name.startswith("spare_")]
    assert not [name for name in order["lines"][0] if name.startswith("spare_")]
    assert order["analysis_code_1"] == "key"
    assert world.company.books()["orders_by_key"] == {}
    assert world.refused("sop_orders", filter="spare_text_1 eq 'key'").status_code == 400


def test_the_fault_of_an_old_version() -> None:
    world = sage()
    world.inject("no_spare_fields", times=2)
    order = world.enter(spare_text_1="key")
    assert "spare_text_1" not in order
    assert "spare_text_1" not in world.get(f"sop_orders/{order['id']}")
    assert world.get(f"sop_orders/{order['id']}")["spare_text_1"] is None
    world.inject("old_version", times=None, path="warehouse_holdings")
    assert world.call("GET", "warehouse_holdings").status_code == 404
    assert world.call("GET", "warehouses").status_code == 200


def test_endpoints_that_a_version_does_not_have() -> None:
    world = sage(missing=frozenset({"sop_despatch_receipts"}))
    assert world.call("GET", "sop_despatch_receipts").status_code == 404
    assert world.call("GET", "sop_order_despatch_views").status_code == 200


def test_both_editions_see_one_company() -> None:
    world = sage(base=STANDARD)
    order = world.enter()
    world.base = PROFESSIONAL
    assert world.get(f"sop_orders/{order['id']}", select="document_no") == {
        "document_no": order["document_no"]
    }


def sop_paths(world: Sage) -> list[Any]:
    return [world.call("GET", path).status_code for path in ("sop_returns", "sop_orders_status")]


def test_later_endpoints_are_not_there() -> None:
    assert sop_paths(sage()) == [404, 404]
