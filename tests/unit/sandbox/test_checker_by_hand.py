"""The judge of a document of which somebody in the shop has made a part, and the hub the rest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tidegate_sandbox.checker_by_hand import completed
from tidegate_sandbox.checker_documents import KINDS, Case, Pieces, asked_about, by_hand


def case(count: str) -> Case:
    goods: dict[str, Any] = {"order_item_id": 1, "sku": "A", "qty": count}
    box: dict[str, Any] = {"order_item_id": 2, "sku": "BOX", "qty": "3"}
    shipments = [
        {"entity_id": 1, "items": [goods], "comments": []},
        {"entity_id": 2, "items": [box], "comments": ["Sage despatch 9, part 2"]},
    ]
    order = {
        "pieces": {"A": "2"},
        "parents": {},
        "products": {},
        "state": "processing",
        "shipments": shipments,
    }
    order |= {kind.shop: [] for kind in KINDS if kind.shop not in order}
    return Case(order, {}, {}, ())


def pieces(**counts: int) -> Pieces:
    return defaultdict(Decimal, {sku: Decimal(count) for sku, count in counts.items()})


def test_only_a_document_of_just_what_is_lacking_completes_it() -> None:
    nothing, two = pieces(), pieces(A=2)
    assert completed(nothing, two, by_hand(case("2"), KINDS[0]))
    assert not completed(nothing, two, by_hand(case("1"), KINDS[0]))
    assert not completed(pieces(A=1), two, by_hand(case("2"), KINDS[0]))
    assert not completed(pieces(B=1), two, by_hand(case("2"), KINDS[0]))


def test_an_invoice_of_all_that_was_left_completes_one_among_others() -> None:
    wanted, begun = pieces(A=2, B=1), pieces(B=1)
    assert completed(begun, wanted, by_hand(case("3"), KINDS[0]), among=True)
    assert not completed(begun, wanted, by_hand(case("3"), KINDS[0]))
    assert not completed(begun, wanted, by_hand(case("1"), KINDS[0]), among=True)
    assert not completed(pieces(B=2), wanted, by_hand(case("3"), KINDS[0]), among=True), (
        "one of ours too many"
    )
    assert not completed(pieces(C=1), wanted, by_hand(case("3"), KINDS[0]), among=True)


def test_a_review_explains_what_is_lacking_only_where_somebody_has_made_a_document() -> None:
    text = "Sage despatch 9 is in Magento in part, as 2. Sage has despatched more than is left: A: Sage 2"
    asked = {"flow": "shipments", "step": "shipment:9", "state": "review", "reason": text}
    nothing, two = pieces(), pieces(A=2)
    made = replace(case("1"), reported=[asked])
    assert asked_about(made, KINDS[0], "9", nothing, two)
    assert not asked_about(made, KINDS[0], "8", nothing, two), "of another document"
    assert not asked_about(made, KINDS[0], "9", nothing, pieces(B=2)), "it does not name what is lacking"
    assert not asked_about(made, KINDS[0], "9", pieces(A=3), two), "one of ours too many"
    waiting = replace(made, reported=[{**asked, "state": "held"}])
    assert not asked_about(waiting, KINDS[0], "9", nothing, two)
    alone = replace(made, order={**made.order, "shipments": made.order["shipments"][1:]})
    assert not asked_about(alone, KINDS[0], "9", nothing, two), "nobody else has made any"
    ended = replace(alone, order={**alone.order, "state": "closed"})
    assert asked_about(ended, KINDS[0], "9", nothing, two), "the rest was refunded there"
