"""Query options, paging and value formats (contract §5 to §7)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from integration.sandbox.sage200_world import Sage, sage


@pytest.fixture(scope="module")
def world() -> Sage:
    return sage(items=494)  # with SHIRT, SHIRT-RED, SHIRT-BLUE, KIT-1 and INSTALL: 499 products


def codes(rows: list[dict[str, Any]]) -> list[str]:
    return [row["code"] for row in rows]


def test_five_hundred_rows_by_default_and_a_bare_array() -> None:
    world = sage(items=495)
    assert len(world.get("products", select="id")) == 500
    world = sage(items=496)
    page = world.get("products", select="id", orderby="id asc", top="500")
    assert len(page) == 500
    rest = world.get("products", select="id", orderby="id asc", top="500", filter=f"id gt {page[-1]['id']}")
    assert len(rest) == 1
    assert world.get("products", filter=f"id gt {rest[-1]['id']}") == []


def test_pages_of_exactly_the_number_of_rows_end_with_an_empty_page(world: Sage) -> None:
    page = world.get("products", select="id", orderby="id asc", top="499")
    assert len(page) == 499
    assert world.get("products", orderby="id asc", top="499", filter=f"id gt {page[-1]['id']}") == []


def test_up_to_five_thousand_rows_and_five_hundred_on_old_versions(world: Sage) -> None:
    assert len(world.get("products", select="id", top="5000")) == 499
    assert "5000" in world.refused("products", top="5001").text
    old = sage(top_max=500)
    assert old.refused("products", top="501").status_code == 400


def test_skip_requires_orderby(world: Sage) -> None:
    assert "$orderby" in world.refused("products", skip="2").text
    first = world.get("products", orderby="code asc", select="code", top="3")
    rest = world.get("products", orderby="code asc", select="code", top="2", skip="1")
    assert first[1:] == rest


def test_rows_come_in_the_order_asked_for(world: Sage) -> None:
    rows = world.get("products", orderby="product_group_id desc, code desc", top="3", select="code")
    assert codes(rows) == ["SHIRT", "KIT-1", "INSTALL"]
    assert codes(world.get("products", orderby="code", top="1")) == ["HUB-0001"]
    ids = [row["id"] for row in world.get("products", select="id")]
    assert ids == sorted(ids)
    assert world.refused("products", orderby="nothing").status_code == 400
    assert world.refused("products", orderby="code sideways").status_code == 400
    assert world.refused("products", orderby="code DESC").status_code == 400


def test_select_narrows_and_names_fields_of_expanded_children(world: Sage) -> None:
    row = world.one("products", "code eq 'HUB-0002'", select="id,code,tax_code.tax_rate", expand="tax_code")
    assert set(row) == {"id", "code", "tax_code"}
    assert row["tax_code"] == {"tax_rate": 20.0}
    assert world.refused("products", select="id,nothing").status_code == 400
    assert world.refused("products", select="tax_code.tax_rate").status_code == 400
    assert world.refused("products", select="tax_code").status_code == 400


def test_children_are_absent_unless_expanded_and_only_one_level(world: Sage) -> None:
    plain = world.one("customers", "reference eq 'WANDA01'")
    assert "contacts" not in plain
    assert "main_address" not in plain
    full = world.one("customers", "reference eq 'WANDA01'", expand="contacts,main_address,currency")
    assert full["contacts"][0]["default_email"] == "wanda@example.com"
    assert "emails" not in full["contacts"][0]
    assert full["currency"]["name"] == "Pound Sterling"
    assert world.refused("customers", expand="contacts.emails").status_code == 400
    assert world.refused("customers", expand="nothing").status_code == 400
    contact = world.one("customer_contacts", f"customer_id eq {full['id']}", expand="emails")
    assert contact["emails"][0]["email"] == "wanda@example.com"


def test_one_record_by_id_takes_select_and_expand_only(world: Sage) -> None:
    id = world.company.item("HUB-0001").id
    assert world.get(f"products/{id}", select="code") == {"code": "HUB-0001"}
    assert (
        world.get(f"products/{id}", expand="warehouse_holdings")["warehouse_holdings"][0]["product_id"] == id
    )
    for option in ({"filter": "id eq 1"}, {"top": "1"}, {"orderby": "id"}, {"count": "true"}):
        assert world.refused(f"products/{id}", **option).status_code == 400
    missing = world.call("GET", "products/999999")
    assert missing.status_code == 404
    assert missing.json()["statusCode"] == 404


def test_the_number_of_rows(world: Sage) -> None:
    assert world.get("products", count="true") == {"count": 499}
    assert world.get("products", count="true", filter="startswith(code,'SHIRT')") == {"count": 3}


def test_metadata_names_the_fields(world: Sage) -> None:
    fields = {one["name"]: one["type"] for one in world.get("tax_codes", metadata="true")}
    assert fields["tax_rate"] == "decimal"


def test_options_that_do_not_exist_are_problems_with_the_request(world: Sage) -> None:
    assert world.refused("products", search="x").status_code == 400
    assert world.refused("products", top="many").status_code == 400
    assert world.refused("products", top="-1").status_code == 400
    assert world.refused("products", count="yes").status_code == 400
    assert world.call("GET", "products?unknown=1&$top=1").status_code == 200


def test_unsupported_verbs_and_paths_are_404(world: Sage) -> None:
    for verb, path in (
        ("DELETE", "product_views"),
        ("PUT", "products"),
        ("POST", "product_groups"),
        ("PUT", "product_groups/1"),
        ("DELETE", "customers"),
        ("PATCH", "customers/1"),
        ("GET", "stock_items"),
        ("GET", "sales_receipts"),
        ("POST", "sites"),
        ("GET", "products/abc"),
    ):
        answer = world.call(verb, path)
        assert answer.status_code == 404, (verb, path, answer.text)
        assert set(answer.json()) == {"statusCode", "message"}


def test_a_post_takes_neither_an_id_nor_a_query(world: Sage) -> None:
    body = {"reference": "NEW", "name": "New"}
    assert world.call("POST", "customers/1", json=body).status_code == 400
    assert world.call("POST", "customers", json=body, params={"$select": "id"}).status_code == 400
    assert world.get("customers", filter="reference eq 'NEW'") == []


def test_times_of_change_are_utc_with_a_trimmed_fraction(world: Sage) -> None:
    stamps = []
    for number in range(25):
        body = {"reference": f"S{number}", "name": "Stamp"}
        stamps.append(world.post("customers", body)["date_time_updated"])
    assert all(re.fullmatch(r"2026-03-02T10:00:00(\.\d*[1-9])?Z", stamp) for stamp in stamps)
    assert len(set(stamps)) == 25
    assert "2026-03-02T10:00:00.01Z" in stamps


def test_business_dates_are_midnights_with_or_without_z() -> None:
    plain = sage().enter(document_date="2026-02-28T15:00:00Z")
    assert plain["document_date"] == "2026-02-28T00:00:00"
    assert sage(date_suffix="Z").enter()["document_date"] == "2026-03-02T00:00:00Z"


def test_absent_texts_are_null_or_empty() -> None:
    assert sage().enter()["spare_text_2"] is None
    assert sage(absent_text="empty").enter()["spare_text_2"] == ""


def test_a_read_that_found_one_row_may_answer_the_object() -> None:
    world = sage(single_as_object=True)
    assert world.get("customers", filter="reference eq 'WEB'", select="name") == {"name": "Web sales"}
    assert len(world.get("customers", filter="startswith(reference,'TRADE0')")) == 9


def test_enum_lists_can_be_read(world: Sage) -> None:
    statuses = {one["value"]: one["id"] for one in world.get("sop_document_status_types")}
    assert statuses["EnumDocumentStatusComplete"] == 2
    assert world.get("order_return_line_types")[0]["value"] == "EnumLineTypeStandard"
