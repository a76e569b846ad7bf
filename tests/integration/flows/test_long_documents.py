"""Documents of more lines than one call of the shop takes: whole, or in portions, each once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.domain.money import total
from tidegate.domain.states import State
from tidegate.flows.fulfilment import shipments
from tidegate_sandbox.magento import lifecycle
from tidegate_sandbox.magento.store import InputLimits

LINES = tuple((f"HUB-{number:04d}", 3) for number in range(1, 6))


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    return Fulfilled(stage)


def limited(shop: Fulfilled) -> None:
    """From now on the shop takes two lines a call."""
    shop.stage.shop.configure(limits=InputLimits(list_length=2))


def run(shop: Fulfilled, flow: str) -> None:
    """As many cycles as a refused call, three portions and a lost answer take."""
    for _ in range(6):
        shop.run(flow, after=SETTLED)


def pieces(documents: list[dict[str, Any]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for each in documents:
        for item in each["items"]:
            found[item["sku"]] = found.get(item["sku"], Decimal(0)) + Decimal(item["qty"])
    return {sku: count for sku, count in found.items() if count}


def test_point_28_the_whole_rest_of_an_order_is_one_document_without_lines(shop: Fulfilled) -> None:
    placed = shop.sent(lines=LINES)
    limited(shop)
    shop.despatch(placed)
    run(shop, "shipments")
    invoice = shop.invoice(placed)
    run(shop, "invoices")
    note = shop.credit(placed)
    run(shop, "credits")
    store_documents = shop.documents(placed)
    for kind in ("shipments", "invoices", "creditmemos"):
        assert [pieces([each]) for each in store_documents[kind]] == [dict(LINES)], kind
    assert Decimal(str(store_documents["invoices"][0]["grand_total"])) == invoice.gross
    assert Decimal(str(store_documents["creditmemos"][0]["grand_total"])) == note.gross
    for flow in ("shipments", "invoices", "credits"):
        assert set(shop.steps(placed, flow).values()) == {State.CONFIRMED}


@pytest.mark.parametrize("lost", [False, True])
def test_point_28_more_parcels_than_a_call_takes_follow_one_by_one(
    shop: Fulfilled, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    numbers = [f"T-{number}" for number in range(5)]
    whole = shipments.parts

    def parcelled(*given: Any) -> Any:
        for step, subject in whole(*given):
            yield (
                step,
                replace(subject, parcels=tuple(shipments.StoreParcel("DPD", each) for each in numbers)),
            )

    monkeypatch.setattr(shipments, "parts", parcelled)
    placed = shop.sent(lines=LINES[:1])
    limited(shop)
    shop.despatch(placed)
    if lost:
        shop.stage.break_shop("drop_after", method="POST", path="/ship$", skip=1)
    run(shop, "shipments")
    (made,) = shop.documents(placed)["shipments"]
    assert sorted(each["track_number"] for each in made["tracks"]) == numbers
    steps = shop.steps(placed, "shipments")
    assert set(steps.values()) == {State.CONFIRMED}
    assert sum(step.startswith("track:") for step in steps) == 3


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_point_28_a_part_of_an_order_is_written_in_portions(shop: Fulfilled, fault: str) -> None:
    placed = shop.sent(lines=LINES)
    limited(shop)
    part = {sku: 2 for sku, _ in LINES}
    shop.despatch(placed, part)
    if fault:
        shop.stage.break_shop(fault, method="POST", path="/ship$", skip=2)  # the second portion
    run(shop, "shipments")
    shop.invoice(placed)
    run(shop, "invoices")
    note = shop.credit(placed, {sku: 1 for sku, _ in LINES})
    run(shop, "credits")
    store_documents = shop.documents(placed)
    for kind in ("shipments", "invoices", "creditmemos"):
        assert len(store_documents[kind]) == 3, kind
        each = 1 if kind == "creditmemos" else 2
        assert pieces(store_documents[kind]) == {sku: each for sku, _ in LINES}, kind
    for flow in ("shipments", "invoices", "credits"):
        assert set(shop.steps(placed, flow).values()) == {State.CONFIRMED}
    memos = [Decimal(str(each["grand_total"])) for each in store_documents["creditmemos"]]
    assert total(memos) == note.gross
    assert store_documents["shipments"][1]["comments"] == ["Sage despatch DN000001, part 2"]
    assert len([mail for mail in store_documents["mails"] if mail[0] == "shipment"]) == 1


def test_what_staff_invoice_between_two_portions_is_not_asked_about(shop: Fulfilled) -> None:
    """They press the button, which invoices all that is left: the rest of this invoice, and all of the next one."""
    placed = shop.sent(lines=LINES)
    limited(shop)
    for count in (2, 1):
        shop.despatch(placed, {sku: count for sku, _ in LINES})
        shop.run("shipments", "shipments", "shipments", after=SETTLED)
        shop.invoice(placed)
    shop.run("invoices", after=SETTLED)
    lifecycle.invoice(shop.stage.shop, shop.stage.shop.order(placed))
    run(shop, "invoices")
    assert [each["comments"] for each in shop.documents(placed)["invoices"]] == [
        ["Sage invoice IN000001, part 1"],
        [],
    ]
    assert set(shop.steps(placed, "invoices").values()) == {State.CONFIRMED}
