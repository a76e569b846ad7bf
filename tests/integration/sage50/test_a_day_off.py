"""Orders that wait a day for a desktop, by the command line: handed over, fetched, confirmed one by one, one refused."""

from __future__ import annotations

from decimal import Decimal

from integration.sage50.hub import Sage50Hub

BASKET = (("HUB-0001", 2), ("HUB-0002", 1))
DAY = 24 * 3600


def steps(hub: Sage50Hub, code: int = 0) -> dict[str, int]:
    found: dict[str, int] = hub.json("status", code=code)["connections"]["web"]["flows"]["orders"]["steps"][
        "order"
    ]
    return {name: count for name, count in found.items() if count and name not in ("read", "accounted")}


def test_a_day_off_costs_no_order_and_doubles_none(hub: Sage50Hub) -> None:
    hub.sim("installations", {"on": False})
    placed = hub.shopper.place_orders(4, "guest", lines=BASKET)
    numbers = {f"{one['increment_id']}-{one['entity_id']}": one for one in hub.shop.books()["orders"]}
    assert len(placed) == len(numbers) == 4

    assert hub.cycle("orders")["handed_over"] == 4
    for _ in range(4):  # a day of cycles, with keys that live twenty minutes
        hub.pass_time(DAY / 4)
        counts = hub.cycle("orders")
        assert not counts.get("sent")
    assert steps(hub) == {"handed_over": 4}
    assert [one["status"] for one in hub.sim("uploads")] == ["available"]
    [parcel] = hub.json("status")["connections"]["web"]["parcels"]
    assert (parcel["records"], parcel["overdue"]) == (4, True)

    refused = sorted(numbers)[1]
    hub.sim("orders", {"refuse": [refused]})
    hub.sim("installations", {"on": True})
    hub.pass_time(16 * 60)
    hub.pass_time(60)
    hub.cycle("orders")

    assert steps(hub, code=1) == {"confirmed": 3, "review": 1}
    booked = {one["id"]: one for one in hub.sim("orders")}
    assert set(booked) == set(numbers) - {refused}
    for number, one in booked.items():
        assert Decimal(str(one["gross"])) == Decimal(str(numbers[number]["grand_total"]))
    hub.cycle("order-status")
    for number, one in booked.items():
        trace = hub.json("trace", numbers[number]["increment_id"])
        assert one["documentNumber"] in str(trace)
    assert "not wanted" in str(hub.json("queue", "list", "--state", "review"))


def quantity(hub: Sage50Hub) -> int:
    return int(hub.shop.books()["stock"]["HUB-0001"]["wh_detroit"])


def test_stock_and_prices_come_back_and_no_piece_is_counted_twice(hub: Sage50Hub) -> None:
    for warehouse, pieces in (("HOME", "40"), ("DETROIT", "0"), ("LONDON", "0")):
        hub.sim("stock-adjust", {"item": "HUB-0001", "warehouse": warehouse, "to": pieces})
    hub.sim("records", {"reference": "HUB-0001", "set": {"netPrice": 12.5}})
    hub.sim("sage-upload", {})
    hub.cycle("inventory")
    hub.cycle("prices")
    assert "12.5" in str(hub.shop.books()["products"]["HUB-0001"]), hub.shop.books()["products"]["HUB-0001"]
    assert quantity(hub) == 36, "forty less the buffer of ten percent"

    hub.shopper.place_orders(2, "guest", lines=(("HUB-0001", 2),))
    hub.cycle("orders")
    hub.pass_time(16 * 60)
    hub.pass_time(60)
    hub.cycle("orders")
    assert steps(hub, code=1)["confirmed"] == 2
    hub.cycle("inventory")
    assert quantity(hub) == 36, "no file of Sage 50 has come since: what the orders hold is not taken off it"
    hub.sim("sage-upload", {})
    hub.cycle("inventory")
    assert quantity(hub) == 36, (
        "36 are free there, less a buffer of 4; the 4 that the shop reserves itself come back"
    )


def test_articles_and_customers_are_read_and_a_registered_buyer_is_one_customer(hub: Sage50Hub) -> None:
    assert hub.cycle("products")["read"] >= 20
    assert hub.cycle("customers")["read"] >= 1
    for _ in range(2):
        hub.shopper.place_orders(1, "guest", customer=1, lines=BASKET)
        hub.cycle("orders")
        hub.pass_time(16 * 60)
        hub.pass_time(60)
        hub.cycle("orders")
    first, second = hub.sim("orders")
    assert first["customer"] == second["customer"] == "magento:main:customer:1"
