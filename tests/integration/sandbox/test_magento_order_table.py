"""The indexes of the order table, against looking at every row: whatever is asked, whatever has changed."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from integration.sandbox import magento_recordings as recordings
from tidegate_sandbox.magento import listing
from tidegate_sandbox.magento.criteria import Criteria, Filter, Sort
from tidegate_sandbox.magento.order import Order
from tidegate_sandbox.magento.order_table import COLUMNS, OrderTable

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VALUES = {
    "entity_id": ["1", "7", "20", "3,4,5", "x"],
    "increment_id": ["000000001", "000000002", "000000007", "0%"],
    "ext_order_id": ["SO-1", "so-2", "SO-1,SO-2", "SO%"],
    "status": ["pending", "PROCESSING", "pending,processing"],
    "updated_at": ["2026-11-21 12:00:01", "2026-11-21T12:00:03Z", "2026-11-21", "soon"],
    "grand_total": ["50", "100.5"],
}
CONDITIONS = (
    "eq",
    "neq",
    "gt",
    "gteq",
    "lt",
    "lteq",
    "from",
    "to",
    "in",
    "nin",
    "like",
    "null",
    "notnull",
    "zz",
)


def moment(random: Random) -> str:
    return f"2026-11-21 12:00:0{random.randrange(5)}"


def changes(random: Random) -> dict[str, object]:
    """What a save may bring."""
    return random.choice(
        [
            {"ext_order_id": random.choice(["SO-1", "SO-2", None])},
            {"status": random.choice(["pending", "processing", None])},
            {"increment_id": random.choice(["000000001", "000000002", None])},
            {"grand_total": random.randrange(200)},
        ]
    )


def asked(random: Random) -> Criteria:
    """Some search criteria."""

    def one() -> Filter:
        field = random.choice(list(VALUES))
        return Filter(field, random.choice(VALUES[field]), random.choice(CONDITIONS))

    groups = tuple(
        tuple(one() for _ in range(random.choice((1, 1, 1, 2)))) for _ in range(random.randrange(4))
    )
    sorts = tuple(
        Sort(field, random.choice(("ASC", "ASC", "DESC", None)))
        for field in random.choice(
            ((), ("updated_at",), ("updated_at", "entity_id"), ("grand_total",), ("status", "updated_at"))
        )
    )
    return Criteria(groups, sorts)


@pytest.mark.parametrize("seed", range(20))
def test_an_index_finds_what_looking_at_every_row_finds(seed: int) -> None:
    random = Random(seed)
    table = OrderTable()
    for entity_id in range(1, 31):
        document = recordings.order(
            entity_id,
            increment_id=f"{random.randrange(1, 9):09d}",
            updated_at=moment(random),
            grand_total=random.randrange(200),
        )
        table.add(Order.from_document(document))
    for _ in range(60):
        order = random.choice(table.all())
        table.change(order, changes(random), moment(random))
        criteria = asked(random)
        rows = listing.search([order.row for order in table.all()], criteria, COLUMNS)
        found = table.select(criteria, NOW)
        assert [order.entity_id for order in found] == [row["entity_id"] for row in rows], criteria
