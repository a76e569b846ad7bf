"""The shopper's orders: amounts as the recorded shop reckoned them, shapes as it sent them, all from one seed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox import magento_recordings as recordings
from integration.sandbox.magento_world import World, make_world
from tidegate_sandbox.magento.additions import Additions
from tidegate_sandbox.magento.kinds import KINDS
from tidegate_sandbox.magento.order import Order
from tidegate_sandbox.magento.pricing import Priced, TaxRate, Terms, totals
from tidegate_sandbox.magento.shop import Shopper

CENT = Decimal("0.01")
COMPLETE = [
    name
    for name in recordings.names()
    if name.startswith("orders-get-")
    and isinstance(recordings.exchange(name)["response"]["body"], dict)
    and "payment" in recordings.exchange(name)["response"]["body"]
]
SIDES = ("base_", "")


def d(value: Any) -> Decimal:
    return Decimal(value)


def carriers(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines that carry the amounts once: no children of configurables, no parents of bundles."""
    return [
        item
        for item in document["items"]
        if item["product_type"] != "bundle" and not ("parent_item_id" in item and not item["price"])
    ]


def gross(item: dict[str, Any], side: str) -> Decimal:
    """A line before discount (point 2)."""
    return d(item[f"{side}row_total"]) + item[f"{side}discount_amount"]


@pytest.mark.parametrize("name", COMPLETE)
def test_recorded_amounts_come_out_to_the_cent(name: str) -> None:
    """Order 5 and 6 were placed while the shop's own tax was still 6 %."""
    document = recordings.body(name)
    lines = carriers(document)
    rates = tuple(
        TaxRate(tax["code"], d(tax["percent"])) for tax in document["extension_attributes"]["applied_taxes"]
    )
    inclusive = document["store_id"] in (2, 3)
    store = d(6 if document["entity_id"] in (5, 6) else 20) if inclusive else d(0)
    priced = [Priced(item["qty_ordered"], d(item["base_original_price"]), rates, store) for item in lines]
    terms = Terms(
        inclusive=inclusive,
        discount_percent=max(d(item["discount_percent"]) for item in lines),
        shipping=d(5) * sum(item["qty_ordered"] for item in lines),
        shipping_rates=rates,
        shipping_store_percent=store,
        to_order=d(document["base_to_order_rate"]),
    )
    for side in SIDES:
        found = totals(priced, terms, in_order_currency=not side)
        assert found.grand_total == document[f"{side}grand_total"]
        assert found.subtotal == document[f"{side}subtotal"]
        assert found.subtotal_incl_tax == document[f"{side}subtotal_incl_tax"]
        assert -found.discount == document[f"{side}discount_amount"]
        assert found.compensation == document[f"{side}discount_tax_compensation_amount"]
        assert found.tax == document[f"{side}tax_amount"]
        assert found.shipping.row_total == document[f"{side}shipping_amount"]
        assert found.shipping.tax == document[f"{side}shipping_tax_amount"]
        for item, line in zip(lines, found.lines, strict=True):
            assert line.price == item[f"{side}price"]
            assert line.price_incl_tax == item[f"{side}price_incl_tax"]
            assert line.row_total == gross(item, side)
            assert line.tax == item[f"{side}tax_amount"]
            assert line.discount == item[f"{side}discount_amount"]
            assert line.compensation == item[f"{side}discount_tax_compensation_amount"]


def placed(seeds: range) -> Iterator[dict[str, Any]]:
    """An order of every seed, each in a shop of its own clockwork."""
    world = make_world()
    for seed in seeds:
        entity_id = Shopper(world.store, seed).place_order()
        yield world.store.order(entity_id).document()


def test_the_amounts_of_500_seeds_agree() -> None:
    currencies, kinds = set(), set()
    for document in placed(range(500)):
        _check_totals(document)
        _check_taxes(document)
        currencies.add((document["base_currency_code"], document["order_currency_code"]))
        kinds.add((document["state"], len(document["extension_attributes"]["applied_taxes"])))
    assert currencies == {("USD", "USD"), ("GBP", "GBP"), ("GBP", "EUR")}
    assert {("new", 0), ("new", 1), ("new", 2), ("canceled", 0), ("holded", 1)} <= kinds


def _check_totals(document: dict[str, Any]) -> None:
    for side in SIDES:
        lines = carriers(document)
        assert d(document[f"{side}subtotal"]) == sum(gross(item, side) for item in lines)
        equation = (
            d(document[f"{side}subtotal"])
            + document[f"{side}discount_amount"]
            + document[f"{side}discount_tax_compensation_amount"]
            + document[f"{side}shipping_amount"]
            + document[f"{side}tax_amount"]
        )
        assert abs(equation - document[f"{side}grand_total"]) <= CENT
        discounts = sum(d(item[f"{side}discount_amount"]) for item in lines)
        assert (
            -d(document[f"{side}discount_amount"]) == discounts + document[f"{side}shipping_discount_amount"]
        )
        taxes = sum(d(item[f"{side}tax_amount"]) for item in lines)
        assert d(document[f"{side}tax_amount"]) == taxes + document[f"{side}shipping_tax_amount"]
        assert d(document[f"{side}grand_total"]) >= 0
        assert document["payment"][f"{side}amount_ordered"] == document[f"{side}grand_total"]
        for parent in (item for item in document["items"] if item["product_type"] == "bundle"):
            parts = [i for i in document["items"] if i.get("parent_item_id") == parent["item_id"]]
            assert d(parent[f"{side}row_total"]) == sum(d(part[f"{side}row_total"]) for part in parts)


def _check_taxes(document: dict[str, Any]) -> None:
    extension = document["extension_attributes"]
    for amount, whole in (("amount", "tax_amount"), ("base_amount", "base_tax_amount")):
        assert sum(d(tax[amount]) for tax in extension["applied_taxes"]) == document[whole]
        details = [tax for entry in extension["item_applied_taxes"] for tax in entry["applied_taxes"]]
        assert sum(d(tax[amount]) for tax in details) == document[whole]
    known = {item["item_id"] for item in document["items"]}
    by_item = [entry for entry in extension["item_applied_taxes"] if entry["type"] == "product"]
    assert {entry["item_id"] for entry in by_item} <= known


SHAPES = {
    "guest": "orders-get-guest-tax",
    "purchase_order": "orders-get-cust-po-coupon",
    "configurable": "orders-get-conf",
    "bundle": "orders-get-bundle",
    "no_tax": "orders-get-notax",
    "french": "orders-get-fr",
    "eur": "orders-get-eur-tax-inclusive",
    "gbp": "orders-get-gbp-tax-inclusive",
    "cancelled": "orders-get-cancelled",
    "partly_shipped": "orders-get-after-partial-ship",
    "complete": "orders-get-complete",
    "closed": "orders-get-eur-closed",
}
OF_CHANCE = {"company", "vat_id", "po_number", "region", "region_id", "region_code"}


def keys(value: Any, at: str = "") -> set[str]:
    """Every path of keys in a document, with the kind of value at its end."""
    if isinstance(value, dict):
        wanted = {key: item for key, item in value.items() if key not in OF_CHANCE}
        return set().union(*(keys(item, f"{at}.{key}") for key, item in wanted.items()))
    if isinstance(value, list):
        return set().union(*(keys(item, f"{at}[]") for item in value))
    return {f"{at}:{'number' if isinstance(value, int | float | Decimal) else type(value).__name__}"}


@pytest.mark.parametrize("kind", SHAPES)
def test_an_order_has_the_keys_that_its_kind_was_recorded_with(kind: str) -> None:
    world = make_world()
    if kind in ("purchase_order", "eur", "gbp", "closed"):
        customer = {"purchase_order": 1, "gbp": 3}.get(kind, 2)
        entity_id = world.shopper.place_order(kind, customer=customer)
    else:
        entity_id = world.shopper.place_order(kind)
    expected, found = recordings.body(SHAPES[kind]), world.get(f"orders/{entity_id}")
    if kind in ("partly_shipped", "complete"):
        expected["status_histories"] = []
    assert keys(found) == keys(expected)
    assert (found["state"], found["status"]) == (expected["state"], expected["status"])
    assert Order.from_document(found).document() == found


def test_the_same_seed_places_the_same_orders() -> None:
    first, second, other = make_world(), make_world(), make_world()
    first.shopper.place_orders(30)
    second.shopper.place_orders(30)
    Shopper(other.store, 8).place_orders(30)
    assert first.store.books() == second.store.books() != other.store.books()


def test_choices_decide_what_chance_would() -> None:
    world = make_world()
    choices: dict[str, Any] = {
        "lines": (("HUB-0003", 3, Decimal("9.99")), ("SHIRT-RED", 1)),
        "discount_percent": Decimal(10),
        "shipping": Decimal("4.99"),
        "tax_percent": Decimal("8.25"),
        "method": "purchaseorder",
        "po_number": "PO-1",
        "note": "ring twice",
        "status": "fraud_check",
    }
    document = world.get(f"orders/{world.shopper.place_order('coupon', **choices)}")
    assert [item["sku"] for item in document["items"]] == ["HUB-0003", "SHIRT-RED", "SHIRT-RED"]
    assert document["items"][0]["original_price"] == 11.11
    assert (document["subtotal"], document["discount_amount"], document["shipping_amount"]) == (
        54.97,
        -5.5,
        4.99,
    )
    assert document["tax_amount"] == 4.49  # 8.25 % of 26.97, 22.5 and 4.99, the rounding carried on
    assert document["payment"]["po_number"] == "PO-1"
    assert (document["status"], document["state"], document["customer_note"]) == (
        "fraud_check",
        "new",
        "ring twice",
    )


@pytest.mark.parametrize(("kind", "percents"), [("mixed_tax", (6, 0, 8)), ("mixed_vat", (20, 5, 0))])
def test_several_taxes_in_one_order(kind: str, percents: tuple[int, ...]) -> None:
    world = make_world()
    lines = (("HUB-0001", 3), ("HUB-0002", 1), ("HUB-0003", 2))
    document = world.store.order(
        world.shopper.place_order(kind, lines=lines, line_tax_percents=tuple(map(Decimal, percents)))
    ).document()
    _check_totals(document)
    _check_taxes(document)
    assert [item["tax_percent"] for item in document["items"]] == list(percents)


def test_zero_total_and_discounted_shipping() -> None:
    world = make_world()
    free = world.store.order(world.shopper.place_order("zero_total")).document()
    assert (free["grand_total"], free["total_due"], free["payment"]["method"]) == (0, 0, "free")
    less = world.store.order(world.shopper.place_order("shipping_discount", shipping=Decimal(10))).document()
    assert less["shipping_discount_amount"] in (5, 10)
    assert less["discount_amount"] == -less["shipping_discount_amount"]
    _check_totals(less)


def numbers(world: World, *views: str) -> list[str]:
    """The order numbers of one order on each of the store views."""
    ids = [world.shopper.place_order("guest", store_view=view) for view in views]
    return [world.store.order(entity_id).row["increment_id"] for entity_id in ids]


def test_order_numbers_are_counted_per_store_view() -> None:
    views = ("default", "default_fr", "b2b_en", "default", "b2b_en")
    assert numbers(make_world(), *views) == [
        "000000001",
        "4000000001",
        "2000000001",
        "000000002",
        "2000000002",
    ]
    colliding = make_world()
    colliding.shopper = Shopper(colliding.store, 7, colliding_increments=True)
    assert numbers(colliding, *views) == ["000000001", "000000001", "000000001", "000000002", "000000002"]
    assert colliding.listed(("increment_id", "eq", "000000001"))["total_count"] == 3


def test_ids_and_numbers_go_on_behind_those_of_a_loaded_order() -> None:
    world = make_world()
    world.store.load(recordings.body("orders-get-eur-tax-inclusive"))
    order = world.store.order(world.shopper.place_order("eur")).row
    assert (order["entity_id"], order["increment_id"]) == (215, "3000000003")
    assert world.store.order(215).items[0]["item_id"] == 537


def test_every_kind_can_be_placed() -> None:
    world = make_world()
    for kind in KINDS:
        document = world.store.order(world.shopper.place_order(kind)).document()
        _check_totals(document)
    with pytest.raises(KeyError):
        world.shopper.place_order("no such kind")
    with pytest.raises(KeyError):
        world.shopper.place_order("guest", lines=(("NO-SUCH-SKU", 1),))
    with pytest.raises(TypeError):
        world.shopper.place_order("guest", colour="red")


@pytest.mark.parametrize(("kind", "state"), [("complete", "complete"), ("partly_shipped", "new")])
def test_virtual_goods_are_placed_without_a_shipment(kind: str, state: str) -> None:
    world = make_world()
    order = world.store.order(world.shopper.place_order(kind, additions=Additions(virtual="downloadable")))
    assert order.row["state"] == state
    assert not world.store.shipments.of(order.entity_id)


def test_a_bundle_of_virtual_products_stays_a_bundle() -> None:
    """Seed 10000585: with another type its parts had no parent that anybody knows how to invoice."""
    world = make_world()
    order = world.store.order(world.shopper.place_order("bundle", additions=Additions(virtual="virtual")))
    parents = [item for item in order.items if "parent_item_id" not in item]
    parts = [item for item in order.items if "parent_item_id" in item]
    assert {item["is_virtual"] for item in order.items} == {1}
    assert "bundle" in {item["product_type"] for item in parents}
    assert {item["product_type"] for item in parts} == {"virtual"}
