"""The `shipments` flow: each despatch once, from its source, with its tracking numbers."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.config.fulfilment import Fulfilment
from tidegate.config.stock import Stock
from tidegate.conformance.memory.books import STOCKED
from tidegate.domain.states import State
from tidegate.engine import interventions
from tidegate.engine.dry_run import dry_run
from tidegate.ledger import chain, queue

SHIP = "/ship$"


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    return Fulfilled(stage)


def test_a_despatch_becomes_one_shipment_and_one_mail(shop: Fulfilled) -> None:
    placed = shop.sent()
    despatch = shop.despatch(placed)
    shop.run("shipments")
    (shipment,) = shop.documents(placed)["shipments"]
    assert shipment["source_code"] == "wh_detroit"
    assert shipment["comments"] == [f"Sage despatch {despatch.number}"]
    assert len(shop.documents(placed)["mails"]) == 1
    item = shop.item(placed, "shipments", "shipment:")
    assert (item.state, item.target_number) == (State.CONFIRMED, shipment["increment_id"])
    kinds = {link.kind: link for link in chain.of(item.source_id or 0)}
    assert kinds["sage-despatch"].number == despatch.number
    assert kinds["magento-shipment"].number == shipment["increment_id"]


def test_running_twice_without_a_change_writes_nothing(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.run()
    shop.stage.listen()
    shop.run()
    assert shop.stage.shop_calls("POST") == []
    assert shop.stage.shop_calls() == []


def test_parts_leave_one_after_the_other(shop: Fulfilled) -> None:
    placed = shop.sent()
    goods = shop.goods(placed)
    first = max(goods, key=lambda code: goods[code])
    shop.despatch(placed, {first: 1})
    shop.run("shipments")
    shop.despatch(placed)
    shop.run("shipments")
    shipments = shop.documents(placed)["shipments"]
    assert len(shipments) == 2
    assert shipments[0]["items"][0]["qty"] == "1"
    assert sum(int(item["qty"]) for each in shipments for item in each["items"]) == sum(goods.values())


def test_point_18_ship_is_looked_up_first(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.stage.break_shop("drop_after", method="POST", path=SHIP)
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").state is State.IN_DOUBT
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").state is State.IN_DOUBT
    shop.run("shipments", after=SETTLED)
    item = shop.item(placed, "shipments", "shipment:")
    assert (item.state, item.adopted) == (State.CONFIRMED, True)
    assert len(shop.documents(placed)["shipments"]) == 1
    assert len(shop.documents(placed)["mails"]) == 1


def test_a_shipment_that_never_arrived_is_written_again_once(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.stage.break_shop("drop_before", method="POST", path=SHIP)
    shop.run("shipments")
    shop.run("shipments", after=SETTLED)
    assert shop.item(placed, "shipments", "shipment:").state is State.CONFIRMED
    assert len(shop.documents(placed)["shipments"]) == 1


def test_point_22_a_500_is_read_again_before_anything_else_is_written(shop: Fulfilled) -> None:
    placed = shop.sent()
    goods = shop.goods(placed)
    first = max(goods, key=lambda code: goods[code])
    shop.despatch(placed, {first: 1})
    shop.stage.pass_time(SETTLED)
    shop.despatch(placed)
    body = '{"message": "Internal Error. Details are available in Magento log file."}'
    shop.stage.break_shop("status", method="POST", path=SHIP, status=500, body=body, effect=True)
    shop.run("shipments")
    assert sorted(shop.steps(placed, "shipments").values()) == [State.IN_DOUBT, State.QUEUED]
    shop.run("shipments")
    assert len(shop.documents(placed)["shipments"]) == 1
    shop.run("shipments", after=SETTLED)
    assert set(shop.steps(placed, "shipments").values()) == {State.CONFIRMED}
    assert len(shop.documents(placed)["shipments"]) == 2


def test_point_19_a_warehouse_without_a_source_waits_for_one(stage: Stage) -> None:
    shop = Fulfilled(stage, stock=Stock(warehouses={"LEEDS": "wh_london"}))
    placed = shop.sent()
    shop.despatch(placed)
    shop.run("shipments")
    item = shop.item(placed, "shipments", "shipment:")
    assert (item.state, item.waits_for) == (State.HELD, "warehouse:HOME")
    stage.reopen(stock=Stock(warehouses={"HOME": "wh_detroit"}))
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").state is State.CONFIRMED


def test_point_19_a_source_that_holds_too_little_is_tried_again(shop: Fulfilled) -> None:
    placed = shop.sent()
    goods = shop.goods(placed)
    for sku in goods:
        held = {item.source_code: item.quantity for item in shop.stage.shop.stock.items(sku)}
        shop.stage.shop.stock.restock(sku, -held["wh_detroit"], "wh_detroit")
    shop.despatch(placed)
    shop.run("shipments")
    item = shop.item(placed, "shipments", "shipment:")
    assert (item.state, item.waits_for) == (State.HELD, "source:wh_detroit")
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").state is State.HELD
    for sku in goods:
        shop.stage.shop.stock.restock(sku, 100, "wh_detroit")
    shop.run("shipments", after=SETTLED)
    assert shop.item(placed, "shipments", "shipment:").state is State.CONFIRMED
    assert len(shop.documents(placed)["shipments"]) == 1


@pytest.mark.parametrize("kind", ["configurable", "bundle"])
def test_point_20_the_ids_that_magento_takes(shop: Fulfilled, kind: str) -> None:
    placed = shop.sent(kind)
    shop.despatch(placed)
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").state is State.CONFIRMED
    assert len(shop.documents(placed)["shipments"]) == 1


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_point_20_a_bundle_that_ships_together_is_named_by_its_parent(shop: Fulfilled, fault: str) -> None:
    shop.stage.shop.stock.ship_together("KIT-1", "wh_detroit")
    placed = shop.sent("bundle")
    shop.despatch(placed)
    if fault:
        shop.stage.break_shop(fault, method="POST", path=SHIP)
    shop.run("shipments")
    shop.run("shipments", after=SETTLED)
    assert shop.item(placed, "shipments", "shipment:").state is State.CONFIRMED
    (shipment,) = shop.documents(placed)["shipments"]
    (kit,) = [row for row in shop.stage.shop.order(placed).items if row["sku"] == "KIT-1"]
    shipped = {row["order_item_id"]: Decimal(row["qty"]) for row in shipment["items"]}
    assert shipped[kit["item_id"]] == Decimal(str(kit["qty_ordered"]))
    shop.invoice(placed)
    shop.run("invoices")
    assert shop.stage.shop_order(placed)["state"] == "complete"


def test_part_of_a_bundle_that_ships_together_is_a_review_with_the_figures(shop: Fulfilled) -> None:
    shop.stage.shop.stock.ship_together("KIT-1", "wh_detroit")
    placed = shop.sent("bundle")
    shop.despatch(placed, {"HUB-0010": 1})
    shop.run("shipments")
    item = shop.item(placed, "shipments", "shipment:")
    assert item.state is State.REVIEW
    assert "accepts the bundle KIT-1 only as a whole" in item.reason
    assert shop.documents(placed)["shipments"] == []


def test_a_tracking_number_that_comes_with_the_despatch_goes_with_it(shop: Fulfilled) -> None:
    courier = shop.stage.company.couriers[0]
    shop.stage.reopen(fulfilment=Fulfilment(carriers={courier: "ups"}))
    placed = shop.sent()
    shop.despatch(placed, courier=courier, consignment="1Z1")
    shop.run("shipments")
    (shipment,) = shop.documents(placed)["shipments"]
    assert shipment["tracks"] == [{"track_number": "1Z1", "title": courier, "carrier_code": "ups"}]


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_a_tracking_number_that_comes_later_is_added_once_without_a_mail(shop: Fulfilled, fault: str) -> None:
    placed = shop.sent()
    despatch = shop.despatch(placed)
    shop.run("shipments")
    company = shop.stage.company
    courier = company.couriers[0]
    company.track(despatch, "LATE/1", courier)
    if fault:
        shop.stage.break_shop(fault, method="POST", path="/shipment/track$")
    shop.run("shipments")
    shop.run("shipments", after=SETTLED)
    (shipment,) = shop.documents(placed)["shipments"]
    assert [track["track_number"] for track in shipment["tracks"]] == ["LATE/1"]
    assert len(shop.documents(placed)["mails"]) == 1
    assert set(shop.steps(placed, "shipments").values()) == {State.CONFIRMED}


def test_point_17_our_own_track_does_not_move_the_order_and_is_still_seen(shop: Fulfilled) -> None:
    placed = shop.sent()
    despatch = shop.despatch(placed)
    shop.run("shipments")
    shop.stage.cycle()
    before = shop.stage.shop.order(placed).row["updated_at"]
    company = shop.stage.company
    company.track(despatch, "LATE/2")
    shop.stage.break_shop("drop_after", method="POST", path="/shipment/track$")
    shop.run("shipments")
    assert shop.item(placed, "shipments", "track:").state is State.IN_DOUBT
    assert shop.stage.shop.order(placed).row["updated_at"] == before
    shop.stage.listen()
    shop.run("shipments", after=SETTLED)
    item = shop.item(placed, "shipments", "track:")
    assert (item.state, item.adopted) == (State.CONFIRMED, True)
    assert shop.stage.shop_calls("POST") == []
    (shipment,) = shop.documents(placed)["shipments"]
    assert [track["track_number"] for track in shipment["tracks"]] == ["LATE/2"]


def test_a_shipment_made_by_hand_with_the_same_pieces_is_adopted(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.stage.shopper.ship(placed)
    shop.despatch(placed)
    shop.stage.listen()
    shop.run("shipments")
    item = shop.item(placed, "shipments", "shipment:")
    if shop.documents(placed)["shipments"]:
        assert (item.state, item.adopted) == (State.CONFIRMED, True)
    else:  # the shop's own people shipped without a document that can be read
        assert item.state is State.REVIEW
    assert shop.stage.shop_calls("POST", "/ship") == []


def test_a_despatch_waits_for_its_order(shop: Fulfilled) -> None:
    placed = shop.stage.order()
    shop.stage.break_sage("drop_after", on="send")
    shop.stage.cycle()
    assert shop.stage.state(placed) is State.IN_DOUBT
    for line in shop.order(placed).lines:
        if line.is_stocked:
            shop.stage.company.stock_adjust(line.code, "HOME", to=STOCKED)
    shop.despatch(placed)
    shop.run("shipments")
    item = shop.item(placed, "shipments", "shipment:")
    assert (item.state, item.reason_code) == (State.HELD, "parent-pending")
    assert shop.documents(placed)["shipments"] == []
    shop.stage.cycle(after=SETTLED)
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").state is State.CONFIRMED


def test_a_despatch_of_an_unknown_order_is_skipped_with_the_reason(shop: Fulfilled) -> None:
    placed = shop.sent()
    despatch = shop.despatch(placed)
    order = shop.order(placed)
    shop.stage.company.rekey(order, "magento:main:999999")
    shop.run("shipments")
    (skipped,) = queue.listing(connection="web", flow="shipments", state=State.SKIPPED)
    assert "magento:main:999999, which the ledger does not know" in skipped.reason
    assert str(despatch.id) in skipped.reason
    assert shop.documents(placed)["shipments"] == []


def test_more_than_magento_has_left_is_a_review_with_both_figures(shop: Fulfilled) -> None:
    placed = shop.sent()
    goods = shop.goods(placed)
    shop.stage.shopper.ship(placed, partly=True)
    shop.despatch(placed)
    shop.run("shipments")
    item = shop.item(placed, "shipments", "shipment:")
    assert item.state is State.REVIEW
    assert f"Sage {max(goods.values())}" in item.reason or "left of" in item.reason


def test_a_despatch_goes_from_the_source_of_its_own_warehouse(stage: Stage) -> None:
    company = stage.company
    shop, other = two_warehouses(stage)
    placed = shop.sent()
    goods = shop.goods(placed)
    first = max(goods, key=lambda code: goods[code])
    company.stock_adjust(first, other, to=Decimal(50))
    shop.despatch(placed, {first: 1}, warehouse=other)
    shop.run("shipments")
    (shipment,) = shop.documents(placed)["shipments"]
    assert shipment["source_code"] == "wh_london"


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_a_despatch_over_two_warehouses_is_two_shipments_and_one_mail(stage: Stage, fault: str) -> None:
    shop, other = two_warehouses(stage)
    company = stage.company
    placed = shop.sent(lines=(("HUB-0001", 2), ("HUB-0002", 3)))
    moved = next(line for line in shop.order(placed).lines if line.code == "HUB-0002")
    company.stock_adjust(moved.code, other, to=Decimal(50))
    company.move(shop.order(placed).number, moved.code, other)
    despatch = shop.despatch(placed)
    if fault:
        stage.break_shop(fault, method="POST", path=SHIP)
    for _ in range(3):
        shop.run("shipments", after=SETTLED)
    documents = shop.documents(placed)
    shipments = {each["source_code"]: each for each in documents["shipments"]}
    assert (sorted(shipments), len(documents["shipments"])) == (["wh_detroit", "wh_london"], 2)
    assert shipments["wh_london"]["comments"] == [f"Sage despatch {despatch.number} from {other}"]
    assert len(documents["mails"]) == 1
    assert set(shop.steps(placed, "shipments").values()) == {State.CONFIRMED}
    shop.invoice(placed)
    shop.run("invoices")
    assert stage.shop_order(placed)["state"] == "complete"


def two_warehouses(stage: Stage) -> tuple[Fulfilled, str]:
    """HOME is one source, and the other warehouse, whose name is told, another."""
    other = next(each for each in stage.company.warehouses if each != "HOME")
    stock = Stock(warehouses={"HOME": "wh_detroit", other: "wh_london"})
    return Fulfilled(stage, stock=stock), str(other)


def test_a_locked_company_stops_no_shipment_that_waits(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.stage.break_shop("maintenance", times=None)
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").state is State.QUEUED
    shop.stage.mend()
    shop.stage.lock()
    shop.run("shipments")
    shop.run("shipments")
    assert len(shop.documents(placed)["shipments"]) == 1
    shop.stage.unlock()


def test_a_dry_run_shows_the_payload_and_writes_nothing(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.stage.break_shop("maintenance", times=None)
    shop.run("shipments")
    shop.stage.mend()
    shop.stage.listen()
    (entry,) = dry_run(shop.stage.hub, shop.stage.connection, "shipments")
    assert entry["payload"]["arguments"]["extension_attributes"]["source_code"] == "wh_detroit"
    assert shop.stage.shop_calls("POST") == []


def test_the_subject_shows_the_inventory_flow_what_leaves(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.run("shipments")
    subject = json.loads(shop.item(placed, "shipments", "shipment:").subject)
    assert set(subject["skus"]) == set(shop.goods(placed))
    for line in subject["lines"]:
        assert line["line_key"].startswith("item:")
        assert line["warehouse"] == "HOME"
        assert Decimal(line["quantity"]) == shop.goods(placed)[line["sku"]]


def test_a_person_links_a_shipment_that_was_made_by_hand(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.stage.shopper.ship(placed, partly=True)
    despatch = shop.despatch(placed)
    shop.run("shipments")
    item = shop.item(placed, "shipments", "shipment:")
    assert item.state is State.REVIEW
    (by_hand,) = shop.documents(placed)["shipments"]
    interventions.link(item, by_hand["increment_id"], actor="anna", now=shop.stage.now)
    kinds = {link.kind: link.number for link in chain.of(item.source_id or 0)}
    assert kinds["magento-shipment"] == by_hand["increment_id"]
    company = shop.stage.company
    courier = company.couriers[0]
    company.track(despatch, "T-9", courier)
    shop.run("shipments")
    (shipment,) = shop.documents(placed)["shipments"]
    assert [track["track_number"] for track in shipment["tracks"]] == ["T-9"]
