"""Products, stock and prices over the API (contract §9.3 to §9.5)."""

from __future__ import annotations

from decimal import Decimal

from integration.sandbox.sage200_world import STANDARD, START, instant, sage


def test_products_have_stock_but_no_price() -> None:
    world = sage()
    product = world.one("products", "code eq 'hub-0001'", expand="product_group,units,holding")
    assert not [name for name in product if "price" in name and name != "average_buying_price"]
    held = world.get("warehouse_holdings", filter=f"product_id eq {product['id']}")
    assert sorted(one["warehouse_name"] for one in held) == ["DETROIT", "HOME", "LONDON"]
    assert product["free_stock_quantity"] == sum(one["free_stock_available"] for one in held)
    assert product["holding"]["quantity_in_stock"] == sum(one["quantity_in_stock"] for one in held)
    assert product["product_group"]["product_type"] == "EnumStockItemTypeStock"
    assert world.one("products", "code eq 'KIT-1'", expand="warehouse_holdings")["warehouse_holdings"] == []


def test_an_order_allocates_and_lowers_free_stock() -> None:
    world = sage()
    where = "product_id eq {} and warehouse_name eq 'HOME'".format(world.company.item("HUB-0001").id)
    before = world.one("warehouse_holdings", where)
    world.enter(world.item_line(quantity=4))
    after = world.one("warehouse_holdings", where)
    assert after["quantity_in_stock"] == before["quantity_in_stock"]
    assert after["quantity_allocated_sop"] == after["quantity_allocated"] == 4
    assert after["free_stock_available"] == before["free_stock_available"] - 4
    assert instant(after["date_time_updated"]) > instant(before["date_time_updated"])
    changed = world.get("warehouse_holdings", filter=f"date_time_updated gt {before['date_time_updated']}")
    assert [one["id"] for one in changed] == [after["id"]]


def test_no_more_is_allocated_than_is_free() -> None:
    world = sage()
    world.control("stock-adjust", {"item": "HUB-0001", "warehouse": "HOME", "to": 5})
    first = world.enter(world.item_line(quantity=3))
    second = world.enter(world.item_line(quantity=3))
    assert [one["lines"][0]["allocated_quantity"] for one in (first, second)] == [3.0, 2.0]
    assert second["lines"][0]["allocation_status"] == "EnumTradeLineStatusPartially"
    third = world.enter(world.item_line(quantity=3, to_allocate_quantity=0))
    assert third["lines"][0]["allocated_quantity"] == 0
    world.control("stock-adjust", {"item": "HUB-0001", "warehouse": "HOME", "change": "2.5"})
    assert world.control("allocate", {}) == {"lines": 2}
    lines = [world.get(f"sop_order_lines/{one['lines'][0]['id']}") for one in (second, third)]
    assert [line["allocated_quantity"] for line in lines] == [3.0, 1.5]


def test_allocation_on_entry_is_a_setting() -> None:
    world = sage()
    world.control("rules", {"allocate_on_entry": False})
    assert world.get("sop_settings")[0]["allocate_stock_on_order_entry"] is False
    assert world.enter()["lines"][0]["allocated_quantity"] == 0
    assert world.enter(world.item_line(to_allocate_quantity=1))["lines"][0]["allocated_quantity"] == 1


def test_other_channels_sell_from_the_same_stock() -> None:
    world = sage()
    where = f"product_id eq {world.company.item('HUB-0002').id} and warehouse_name eq 'LONDON'"
    before = world.one("warehouse_holdings", where)
    sale = {"item": "HUB-0002", "warehouse": "LONDON", "quantity": 2}
    assert world.control("other-channel-sale", sale) == {"order": None}
    assert world.control("other-channel-sale", {**sale, "channel": "telephone"})["order"]
    after = world.one("warehouse_holdings", where)
    assert after["quantity_in_stock"] == before["quantity_in_stock"] - 2
    assert after["quantity_allocated"] == 2
    refusal = world.control("other-channel-sale", {**sale, "quantity": 10_000}, 409)
    assert refusal["kind"] == "invalid"
    assert world.company.books()["trial_balance"] == "0.00"


def test_products_are_made_changed_and_deleted() -> None:
    world = sage()
    group = world.id_of("product_groups", "code", "WIDGETS")
    body = {"code": "NEW-1", "name": "New", "product_group_id": group}
    assert "warehouse_holdings" in world.post("products", body, 400)["Message"]
    home = world.id_of("warehouses", "name", "HOME")
    body["warehouse_holdings"] = [{"warehouse_id": home, "reorder_level": 5}]
    product = world.post("products", body)
    assert product["free_stock_quantity"] == 0
    assert world.one("warehouse_holdings", f"product_id eq {product['id']}")["reorder_level"] == 5
    world.post("products", {**body, "code": "new-1"}, 400)
    world.post("products", {**body, "code": "X", "product_group_id": 1}, 400)
    world.post("products", {**body, "code": "X", "warehouse_holdings": [{"warehouse_id": 1}]}, 400)
    changed = world.put(
        f"products/{product['id']}", {"product_status_type": "EnumStockItemStatusTypeInactive"}
    )
    assert changed["product_status_type"] == "EnumStockItemStatusTypeInactive"
    assert changed["name"] == "New"
    assert world.call("DELETE", f"products/{product['id']}").status_code == 200
    used = world.company.item("HUB-0001").id
    assert world.call("DELETE", f"products/{used}").status_code == 403


def test_warehouses_and_holdings_are_kept() -> None:
    world = sage()
    place = world.post("warehouses", {"name": "NEW", "city": "Hull"})
    world.post("warehouses", {"name": "new"}, 400)
    item = world.company.item("HUB-0001").id
    holding = world.post("warehouse_holdings", {"product_id": item, "warehouse_id": place["id"]})
    world.post("warehouse_holdings", {"product_id": item, "warehouse_id": place["id"]}, 400)
    world.post("warehouse_holdings", {"product_id": 1, "warehouse_id": place["id"]}, 400)
    levels = world.put(f"warehouse_holdings/{holding['id']}", {"maximum_level": 9, "quantity_in_stock": 99})
    assert (levels["maximum_level"], levels["quantity_in_stock"]) == (9, 0)
    for path in (
        f"products/{item}/warehouses/{place['id']}/warehouse_holdings",
        f"warehouses/{place['id']}/products/{item}/warehouse_holdings",
        f"warehouses/{place['id']}/warehouse_holdings",
    ):
        assert [one["id"] for one in world.get(path)] == [holding["id"]]
    assert len(world.get(f"products/{item}/warehouses")) == 4
    assert world.call("DELETE", f"warehouses/{place['id']}").status_code == 403
    assert world.call("DELETE", f"warehouse_holdings/{holding['id']}").status_code == 200
    assert world.call("DELETE", f"warehouses/{place['id']}").status_code == 200
    assert world.get("product_warehouse_views", filter=f"product_id eq {item}", count="true") == {"count": 3}


def test_price_lists_and_their_changes() -> None:
    world = sage()
    bands = {one["name"]: one for one in world.get("price_bands")}
    assert bands["Standard"]["is_standard_band"] is True
    rows = world.get("product_price_views", filter="product_code eq 'HUB-0001'")
    assert {
        one["price_band_name"]: (one["product_price_price"], one["product_price_use_standard"])
        for one in rows
    } == {
        "Standard": (10.37, False),
        "Wholesale": (9.33, False),
        "Retailer": (10.37, True),
    }
    newest = max((one["date_time_updated"] for one in world.get("product_price_views")), key=instant)
    world.control("price-change", {"item": "HUB-0001", "price": "12.34567", "price_list": "Wholesale"})
    (changed,) = world.get("product_price_views", filter=f"date_time_updated gt {newest}")
    assert (changed["price_band_name"], changed["product_price_price"]) == ("Wholesale", 12.34567)
    assert [one["product_code"] for one in world.get("product_price_views", top="4")][:3] == ["HUB-0001"] * 3
    assert world.one("product_views", "code eq 'HUB-0001'")["selling_price"] == 10.37


def test_what_a_customer_pays() -> None:
    world = sage()
    customer, item = world.company.customer("WANDA01"), world.company.item("HUB-0001")
    world.company.prices.allow(Decimal(10), minimum=Decimal(10), item_id=item.id)
    ask = {"customer_id": customer.id, "product_id": item.id}
    few = world.post("customer_price_enquiry", {**ask, "quantity": 1})
    assert (few["unit_price"], few["discounted_unit_price"], few["total_discount"]) == (9.33, 9.33, 0)
    many = world.post("customer_price_enquiry", {**ask, "quantity": 12, "include_previous_prices": True})
    assert (many["discounted_unit_price"], many["total_price_before_discount"]) == (8.4, 111.96)
    assert many["total_discounted_price"] == 100.76
    assert many["previous_prices"] == []
    world.enter(world.item_line(quantity=12), customer="WANDA01")
    again = world.post("customer_price_enquiry", {**ask, "quantity": 12, "include_previous_prices": True})
    assert again["previous_prices"][0]["discounted_unit_price"] == 8.4
    world.post("customer_price_enquiry", {"customer_id": customer.id}, 400)
    world.post("customer_price_enquiry", {"customer_id": customer.id, "product_id": 1}, 400)


def test_reference_data() -> None:
    world = sage()
    codes = {one["code"]: one["tax_rate"] for one in world.get("tax_codes")}
    assert codes == {0: 0.0, 1: 20.0, 2: 0.0, 5: 5.0, 6: 6.0}
    base = world.one("currencies", "is_base_currency eq true", expand="currency_iso_code")
    assert (base["symbol"], base["currency_iso_code"]["code"]) == ("£", "GBP")
    assert world.one("sop_additional_charges", "code eq 'carriage'")["charge_value"] == 5.0
    methods = world.get(
        "sop_payment_methods", filter="card_processing_method eq false", expand="bank_account"
    )
    assert {one["name"]: one["bank_account"]["bank_account_nominal_reference"] for one in methods} == {
        "CARD": "1210",
        "PAYPAL": "1211",
        "BANK": "1200",
        "GIFT": "1212",
    }
    periods = world.get("financial_year_period_views", filter="year_relative_to_current_year eq 0")
    assert [one["period_number"] for one in periods] == list(range(1, 13))
    assert periods[0]["period_start_date"] == f"{START.year}-01-01T00:00:00"
    assert {one["control_nominal_code_type"] for one in world.get("control_nominal_codes")} >= {
        "DebtorsControl"
    }
    assert world.get("licence")["is_sales_orders_enabled"] is True
    assert world.get("company_details")[0]["name"] == "Demo Trading Ltd"
    assert world.get("current_user")["email_address"]
    assert world.get("stock_settings")[0]["use_multiple_locations"] is True
    assert world.get(
        "analysis_code_mappings", filter="slot eq 1 and class_name eq 'StockItem'", count="true"
    ) == {"count": 1}
    assert world.get("customer_price_bands") == []


def test_cost_centres_and_nominal_accounts_are_kept() -> None:
    world = sage()
    centre = world.post("cost_centres", {"code": "NTH", "name": "North"})
    world.post("cost_centres", {"code": "nth"}, 400)
    world.post("cost_centres", {"code": "TOOLONG"}, 400)
    both = world.call(
        "PUT", "cost_centres", json=[{"id": centre["id"], "name": "Up north"}, {"code": "STH"}]
    ).json()
    assert [one["name"] for one in both] == ["Up north", ""]
    account = world.post(
        "nominal_codes", {"reference": "4000", "name": "Sales north", "cost_centre_id": centre["id"]}
    )
    assert account["cost_centre_code"] == "NTH"
    world.post("nominal_codes", {"reference": "4000", "cost_centre_id": centre["id"]}, 400)
    order = world.enter(world.item_line(nominal_reference="4000", nominal_cost_centre="NTH"))
    assert order["lines"][0]["nominal_cost_centre"] == "NTH"
    world.enter(world.item_line(nominal_reference="4000", nominal_cost_centre="STH"), status=400)
    assert world.call("DELETE", f"cost_centres/{centre['id']}").status_code == 403


def test_prices_and_stock_are_the_same_in_standard() -> None:
    world = sage(base=STANDARD)
    assert world.get("warehouse_holdings", count="true") == {"count": 42}
    assert "use_for_sales_trading" not in world.get("warehouses")[0]
