"""The judge of a despatch whose goods somebody shipped in the shop, and of which the hub made the rest."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from tidegate_sandbox.checker_by_hand import completed
from tidegate_sandbox.checker_documents import KINDS, Case, Pieces, by_hand


def case(count: str) -> Case:
    goods: dict[str, Any] = {"order_item_id": 1, "sku": "A", "qty": count}
    box: dict[str, Any] = {"order_item_id": 2, "sku": "BOX", "qty": "3"}
    shipments = [
        {"entity_id": 1, "items": [goods], "comments": []},
        {"entity_id": 2, "items": [box], "comments": ["Sage despatch 9, part 2"]},
    ]
    order = {"pieces": {"A": "2"}, "parents": {}, "products": {}, "shipments": shipments}
    return Case(order, {}, {}, ())


def pieces(**counts: int) -> Pieces:
    return defaultdict(Decimal, {sku: Decimal(count) for sku, count in counts.items()})


def test_only_a_document_of_just_what_is_lacking_completes_it() -> None:
    nothing, two = pieces(), pieces(A=2)
    assert completed(nothing, two, by_hand(case("2"), KINDS[0]))
    assert not completed(nothing, two, by_hand(case("1"), KINDS[0]))
    assert not completed(pieces(A=1), two, by_hand(case("2"), KINDS[0]))
    assert not completed(pieces(B=1), two, by_hand(case("2"), KINDS[0]))
