"""The hand-written orders are the recorded ones, and every recorded order can be translated."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tidegate.domain.orders.capture import is_over
from tidegate.domain.orders.order import Order, Reductions
from tidegate.domain.orders.remaining import remaining
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.totals import translate
from tidegate.magento.reading import read_order
from unit.domain.agreements import PER_LINE, PER_RATE, terms
from unit.domain.erp_calculator import gross_cents
from unit.domain.orders import RECORDED

ZERO = Decimal(0)
EXCHANGES = Path(__file__).parents[2] / "data" / "magento" / "exchanges"
WEBSITES = {1: "base", 2: "b2b", 3: "b2b", 4: "base"}
#: What the hand-written orders do not copy: texts and times that no figure depends on.
TEXTS = {"created_at", "updated_at", "billing", "shipping", "lines", "website", "store_view_id"}


def recorded(name: str) -> Order | None:
    body = json.loads((EXCHANGES / f"orders-get-{name}.json").read_text(encoding="utf-8"))["response"]["body"]
    if not isinstance(body, dict) or "grand_total" not in body:
        return None
    order = read_order(json.dumps(body).encode(), "main", WEBSITES)
    return order if isinstance(order, Order) else None


NAMES = sorted(file.stem.removeprefix("orders-get-") for file in EXCHANGES.glob("orders-get-*.json"))
READABLE = [name for name in NAMES if recorded(name) is not None]


def test_there_are_recordings() -> None:
    assert set(RECORDED) <= set(READABLE)
    assert len(READABLE) >= 15


@pytest.mark.parametrize("name", RECORDED)
def test_the_hand_written_orders_hold_the_recorded_figures(name: str) -> None:
    real, ours = recorded(name), RECORDED[name]
    assert real is not None
    for field in set(ours.__struct_fields__) - TEXTS:
        assert getattr(real, field) == getattr(ours, field), field
    for theirs, mine in zip(real.lines, ours.lines, strict=True):
        for field in set(mine.__struct_fields__) - {"name", "product_id"}:
            assert getattr(theirs, field) == getattr(mine, field), field


def as_placed(order: Order) -> Order:
    """Before anything was cancelled or refunded."""
    lines = tuple(msgspec.structs.replace(line, cancelled=ZERO, refunded=ZERO) for line in order.lines)
    return msgspec.structs.replace(
        order,
        state="new",
        status="pending",
        lines=lines,
        reductions=Reductions(),
        base_reductions=Reductions(),
    )


@pytest.mark.parametrize("arithmetic", [PER_LINE, PER_RATE], ids=["per line", "per rate"])
@pytest.mark.parametrize("name", READABLE)
def test_every_recorded_order_arrives_in_both_currencies(name: str, arithmetic) -> None:
    order = recorded(name)
    assert order is not None
    if is_over(order):  # never sent as it is now: it was when everything still remained
        order = as_placed(order)
    left = remaining(order)
    assert isinstance(left, Order), left
    for side, totals in (("order", left.totals), ("base", left.base_totals)):
        agreed = terms(amounts=side)
        sent = translate(order, agreed, arithmetic, account="WEB")
        assert isinstance(sent, SalesOrder), sent
        assert gross_cents(sent.lines, agreed.tax_rates, arithmetic) == totals.grand_total * 100
