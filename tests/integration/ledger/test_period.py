"""The orders of a period, and the product groups, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, FLOW, NOW, SECOND, captured, new, row, take_lease
from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.ledger import database, delivery, intake, period, product_groups

HOUR = timedelta(hours=1)


def test_orders_of_a_period_by_when_they_were_placed(ledger: Ledger) -> None:
    with database.transaction("test"):
        placed = [row(i, source_created_at=NOW + i * HOUR) for i in (1, 2, 3)]
        sources = intake.save_sources(placed, NOW)
        delivery.create_many(
            [new(f"magento:main:{i}/order", label=f"{i:09}", source_id=sources[i]) for i in (1, 2, 3)], NOW
        )
    found = period.orders(CONNECTION, NOW + 2 * HOUR, NOW + 3 * HOUR)
    assert [(each.entity_id, each.created_at, each.state) for each in found] == [
        (2, NOW + 2 * HOUR, "queued")
    ]
    assert found[0].changed_at == NOW
    assert period.numbers(CONNECTION, NOW + 2 * HOUR, NOW + 3 * HOUR) == {("main", 2): "000000002"}
    (named,) = period.orders_of_keys(CONNECTION, ["magento:main:3", "magento:main:3", "magento:main:9"])
    assert named.increment_id == "000000003"
    assert period.orders("other", NOW, NOW + 9 * HOUR) == []


def test_a_document_without_a_day_is_of_no_period(ledger: Ledger) -> None:
    captured(1)
    assert period.orders(CONNECTION, NOW - HOUR, NOW + HOUR) == []


def test_when_the_cycles_of_a_flow_began(ledger: Ledger) -> None:
    held = take_lease()
    with database.transaction("test"):
        delivery.open_batch(held, CONNECTION, NOW)
        delivery.open_batch(held, CONNECTION, NOW + SECOND)
    assert period.cycles(CONNECTION, FLOW, NOW) == [NOW, NOW + SECOND]
    assert period.cycles(CONNECTION, FLOW, NOW + SECOND) == [NOW + SECOND]


def test_product_groups_are_kept_as_a_whole(ledger: Ledger) -> None:
    assert product_groups.read(CONNECTION) == {}
    for groups, changed in (({"A": "HUBS"}, True), ({"A": "HUBS"}, False), ({"B": "CASES"}, True)):
        with database.transaction("test"):
            assert product_groups.keep(CONNECTION, groups, NOW) is changed
        assert product_groups.read(CONNECTION) == groups


@pytest.mark.parametrize(
    ("code", "before", "goes_on"),
    [
        (Code.PARENT_PENDING, State.QUEUED, True),
        (Code.PARENT_PENDING, State.REVIEW, False),
        (Code.PARENT_PENDING, State.HELD, False),
        (Code.UNMAPPED_AMOUNT, State.QUEUED, False),
    ],
)
def test_what_is_held_is_under_way_only_behind_what_goes_on_by_itself(
    ledger: Ledger, code: Code, before: State, goes_on: bool
) -> None:
    why = {} if before is State.QUEUED else {"reason_code": "operator", "reason": "a person decides"}
    with database.transaction("test"):
        source = intake.save_sources([row(1)], NOW)[1]
        first = new("magento:main:1/invoice:7", flow="invoices", step="invoice:7", source_id=source)
        credit = new("magento:main:1/credit:8", flow="credits", step="credit:8", source_id=source)
        delivery.create_many(
            [
                replace(first, state=before, **why),
                replace(credit, state=State.HELD, reason_code=code.value, reason="not yet"),
            ],
            NOW,
        )
    found = period.under_way(CONNECTION, [("credits", "credit:")], [Code.PARENT_PENDING])
    assert found == ({("main", 1)} if goes_on else set())
