"""What Sage 50 does with the orders of a file (contract sections 10 and 13)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox.sage50.platform_world import Sage50, sage50


def result(world: Sage50, order: dict[str, Any]) -> Any:
    """The line of the result for the only order of a file."""
    [one] = world.results(world.processed(order))
    return one


def codes(one: Any) -> list[str]:
    return [message["code"] for message in one["messages"]]


def test_an_order_is_booked_with_its_lines_shipping_and_sums() -> None:
    world = sage50()
    assert result(world, world.order())["status"] == "created"
    [order] = world.company.books()["orders"]
    assert (order["key"], order["reference"], order["number"]) == ("000000123", "000000123", "26/000001")
    assert (order["net"], order["tax"], order["gross"]) == ("24.00", "5.04", "29.04")
    assert [(one["code"], one["key"], one["net"]) for one in order["lines"]] == [
        ("HUB-0001", "501", "20.00"),
        ("", "", "4.00"),
    ]
    assert world.company.orders.table.first("number", "26/000001").delivery["city"] == "Burgos"  # type: ignore[union-attr]


def test_ordered_goods_are_no_longer_sellable_in_the_next_file() -> None:
    world = sage50()
    world.sim("sage-upload", {})
    before = {one["reference"]: one["stock"] for one in world.download("products") if "stock" in one}
    result(world, world.order())
    world.sim("sage-upload", {})
    after = {one["reference"]: one["stock"] for one in world.download("products") if "stock" in one}
    assert {sku: before[sku] - after[sku] for sku in before if before[sku] != after[sku]} == {"HUB-0001": 2}


def test_an_unknown_customer_is_created_from_the_embedded_record() -> None:
    world = sage50()
    order = world.order()
    order["customer"] |= {"id": "g-0123456789abcdef", "company": "Prado SL"}
    result(world, order)
    world.sim("sage-upload", {})
    [customer] = [one for one in world.download("customers") if one["id"] == "g-0123456789abcdef"]
    assert (customer["email"], customer["company"]) == (order["customer"]["email"], "Prado SL")
    assert customer["addresses"] == order["customer"]["addresses"]
    assert customer["idNumber"] == "00000017Z"
    accounts = len(world.company.customers.table)
    result(world, {**world.order("2"), "customer": order["customer"]})
    assert len(world.company.customers.table) == accounts


def test_a_refused_order_leaves_no_account_behind() -> None:
    world = sage50()
    accounts = len(world.company.customers.table)
    world.sim("item-change", {"item": "HUB-0001", "changes": {"is_sold": False}})
    one = result(world, world.order())
    assert (one["status"], codes(one)) == ("rejected", ["invalid"])
    assert one["messages"][0]["field"] == "lines[0].item_id"
    assert len(world.company.customers.table) == accounts


def test_an_unknown_product_and_a_blocked_customer_are_refused() -> None:
    world = sage50()
    order = world.order()
    order["lines"][0]["productId"] = "ART-9999"
    order["customer"]["id"] = "ONHOLD"
    one = result(world, order)
    assert codes(one) == ["customerBlocked", "productUnknown"]
    assert [message["field"] for message in one["messages"]] == ["customer.id", "lines[0].productId"]
    assert (one["documentNumber"], one["documentDate"]) == (None, None)


@pytest.mark.parametrize("wrong", ["HUB-0001", "ART-", "ART-0001x", "art-1000"])
def test_products_are_known_by_their_id_alone(wrong: str) -> None:
    world = sage50()
    order = world.order()
    order["lines"][0]["productId"] = wrong
    assert codes(result(world, order)) == ["productUnknown"]


def test_the_same_order_again_is_unchanged() -> None:
    world = sage50()
    order = world.order()
    first = result(world, order)
    again = {**order, "timestamp": "2027-01-01T00:00:00Z", "discount": 0.0}
    again["customer"] = {**again["customer"], "timestamp": "2027-01-01T00:00:00Z"}
    second = result(world, again)
    assert (second["status"], second["documentNumber"]) == ("unchanged", first["documentNumber"])
    assert len(world.company.orders.table) == 1


def changed(order: dict[str, Any]) -> dict[str, Any]:
    """The same order with three pieces."""
    line = {**order["lines"][0], "quantity": 3, "totalNet": 30}
    return {**order, "lines": [line], "totalNet": 34, "totalTax": 7.14, "totalGross": 41.14}


def test_a_changed_order_is_updated_while_it_is_not_delivered() -> None:
    world = sage50()
    order = world.order()
    first = result(world, order)
    second = result(world, changed(order))
    assert (second["status"], second["documentNumber"]) == ("updated", first["documentNumber"])
    [booked] = world.company.books()["orders"]
    assert (booked["gross"], booked["lines"][0]["quantity"]) == ("41.14", "3")
    assert booked["lines"][0]["allocated"] == "3"
    assert world.company.books()["violations"] == []


def test_a_changed_order_is_refused_once_it_is_delivered_and_the_same_one_is_not() -> None:
    world = sage50()
    order = world.order()
    result(world, order)
    world.sim("despatch", {"order": "26/000001"})
    assert codes(result(world, changed(order))) == ["orderClosed"]
    again = result(world, order)
    assert (again["status"], again["orderStatus"]) == ("unchanged", "delivered")


def test_a_change_that_is_refused_leaves_the_order_as_it_was() -> None:
    world = sage50()
    order = world.order()
    result(world, order)
    before = world.company.books()["orders"]
    world.sim("item-change", {"item": "HUB-0002", "changes": {"is_sold": False}})
    other = changed(world.order(item="HUB-0002"))
    assert codes(result(world, other)) == ["invalid"]
    assert world.company.books()["orders"] == before


def test_a_cancelled_order_that_comes_changed_is_refused() -> None:
    world = sage50()
    order = world.order()
    result(world, order)
    world.sim("cancel", {"order": "26/000001"})
    assert codes(result(world, changed(order))) == ["orderClosed"]
    assert world.sim("orders")[0]["orderStatus"] == "cancelled"


def test_a_platform_that_does_not_know_orders_again_doubles_them() -> None:
    world = sage50(dedupe=False)
    order = world.order()
    assert [result(world, order)["status"] for _ in range(2)] == ["created", "created"]
    assert len(world.company.books()["orders_by_key"]["000000123"]) == 2


def test_a_whole_batch_again_makes_no_doubles() -> None:
    world = sage50()
    orders = [world.order(str(number)) for number in range(5)]
    world.processed(*orders)
    assert {one["status"] for one in world.results(world.processed(*orders))} == {"unchanged"}
    assert len(world.company.orders.table) == 5


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("totalNet", 24.01, True),
        ("totalNet", 24.02, False),
        ("totalTax", 5.05, True),
        ("totalTax", 5.06, False),
        ("totalSurcharge", 0.02, False),
        ("totalGross", 29.05, True),
        ("totalGross", 29.06, False),
    ],
)
def test_sums_may_differ_by_a_cent(name: str, value: float, good: bool) -> None:
    world = sage50()
    one = result(world, world.order(**{name: value}))
    assert (one["status"] == "created") == good
    if not good:
        assert (codes(one)[0], one["messages"][0]["field"]) == ("totalsDiffer", name)


def test_a_line_that_does_not_add_up() -> None:
    world = sage50()
    order = world.order()
    order["lines"][0]["discount"] = 10
    one = result(world, order)
    assert one["messages"][0] == {
        "code": "totalsDiffer",
        "field": "lines[0].totalNet",
        "text": "20 was sent, 18.00 is expected",
    }


def test_sums_that_are_not_sent_are_not_missed() -> None:
    world = sage50()
    order = world.order()
    for name in ("totalNet", "totalTax", "totalSurcharge", "totalGross"):
        del order[name]
    assert result(world, order)["status"] == "created"


def two_rates(world: Sage50, **sums: Any) -> dict[str, Any]:
    """20.00 at 21 %, 10.00 at 10 %, shipping 4.00 at 21 %, and 6.00 off the whole order."""
    order = world.order()
    second = {**order["lines"][0], "id": "502", "quantity": 1, "tax": 10, "totalNet": 10}
    return {**order, "lines": [*order["lines"], second], "discount": 6, **sums}


def test_tax_is_rounded_once_for_each_rate() -> None:
    world = sage50()
    order = world.order(totalShipping=0, totalNet=0.3, totalTax=0.06, totalGross=0.36)
    line = {**order["lines"][0], "quantity": 1, "netPrice": 0.1, "totalNet": 0.1}
    order["lines"] = [{**line, "id": str(number)} for number in range(3)]
    assert result(world, order)["status"] == "created"
    [booked] = world.company.books()["orders"]
    assert (booked["net"], booked["tax"], booked["gross"]) == ("0.30", "0.06", "0.36")


@pytest.mark.parametrize(
    ("tax", "good"), [(4.78, True), (5.4, True), (5.44, True), (4.7, False), (5.5, False)]
)
def test_a_discount_may_be_spread_over_the_rates_in_any_way(tax: float, good: bool) -> None:
    world = sage50()
    gross = float(Decimal(str(tax)) + 28)
    order = two_rates(world, totalNet=28, totalTax=tax, totalGross=gross)
    assert (result(world, order)["status"] == "created") == good
    if good:
        assert world.company.books()["orders"][0]["net"] == "28.00"


def test_the_shipping_costs_may_be_meant_with_tax() -> None:
    world = sage50(shipping_amount="gross")
    order = world.order(totalShipping=4.84)
    assert result(world, order)["status"] == "created"
    assert world.company.books()["orders"][0]["gross"] == "29.04"
    assert codes(result(sage50(), world.order(totalShipping=4.84)))[0] == "totalsDiffer"


def test_a_surcharge_is_booked_without_tax() -> None:
    world = sage50()
    order = world.order(totalSurcharge=1.04, totalGross=30.08)
    order["lines"][0]["surcharge"] = 1.04
    assert result(world, order)["status"] == "created"
    [booked] = world.company.books()["orders"]
    assert (booked["tax"], booked["gross"]) == ("5.04", "30.08")


def test_a_rate_of_tax_that_sage_does_not_have_is_added() -> None:
    world = sage50()
    order = world.order(shippingTax=7.25, totalTax=4.49, totalGross=28.49)
    assert result(world, order)["status"] == "created"
    assert world.company.books()["orders"][0]["tax"] == "4.49"


@pytest.mark.parametrize(
    ("name", "value"), [("tax", 100.01), ("tax", 9e10), ("netPrice", 9e10), ("quantity", 9e10)]
)
def test_figures_that_no_company_has(name: str, value: float) -> None:
    world = sage50()
    order = world.order()
    order["lines"][0] |= {"quantity": 9e5, "netPrice": 9e5, name: value}
    assert set(codes(result(world, order))) == {"invalid"}


@pytest.mark.parametrize(
    ("currency", "customer", "code"), [("XXX", "g-1", "currencyUnknown"), ("USD", "WEB", "currencyDiffers")]
)
def test_an_order_in_another_currency(currency: str, customer: str, code: str) -> None:
    world = sage50()
    order = world.order(currency=currency)
    order["customer"]["id"] = customer
    assert codes(result(world, order)) == [code]


def test_a_closed_period_refuses_and_a_backup_makes_wait() -> None:
    world = sage50()
    world.sim("period", {"date": "2026-03-02", "open": False})
    assert codes(result(world, world.order())) == ["closed_period"]
    world.sim("period", {"date": "2026-03-02", "open": True})
    world.sim("lock", {"locked": True})
    url = world.send(world.order("2"))
    world.wait(minutes=16)
    assert world.track(url)["status"] == "processing"
    world.sim("lock", {"locked": False})
    world.wait(minutes=5)
    world.renew()
    assert world.track(url)["status"] == "accepted"
    assert world.company.books()["violations"] == []


def test_the_order_book_shows_what_came() -> None:
    world = sage50()
    order = world.order()
    result(world, order)
    assert world.sim("orders") == [
        {
            "id": "000000123",
            "documentNumber": "26/000001",
            "orderStatus": "pending",
            "customer": "g-000000123",
            "net": 24.0,
            "gross": 29.04,
            "lines": 2,
        }
    ]
