"""Prices of real orders compared with ours: what X3's price search does otherwise is reported, with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from conformance.x3_stand import X3Stand
from tidegate.conformance.opened import opened
from tidegate.sage.x3 import price_probe
from tidegate_sandbox.erp.new_order import NewLine, NewOrder


@pytest.fixture
def stand() -> Iterator[X3Stand]:
    built = X3Stand(settings={"price_probes": 20})
    yield built
    built.close()


def enter(stand: X3Stand, sku: str, quantity: int = 2, price: str | None = None) -> None:
    """X3's own people enter an order; without a price X3 finds one."""
    line: dict[str, Any] = {"code": sku, "quantity": Decimal(quantity)}
    line |= {"warehouse_id": stand.erp.warehouse("FR011").id}
    if price is not None:
        line |= {"price": Decimal(price), "price_overridden": True}
    with stand.erp.staff():
        customer = stand.erp.customer("WEB").id
        stand.erp.orders.enter(NewOrder(customer_id=customer, lines=[NewLine(kind="item", **line)]))


def bad(stand: X3Stand, since: str | None = None) -> dict[str, str]:
    with opened(stand.company) as session:
        book, _, _ = session.prices.read(since)
    return {one.name: one.why for one in book.bad}


def test_prices_that_x3_found_as_we_do_are_written(stand: X3Stand) -> None:
    enter(stand, "HUB-0001")
    enter(stand, "HUB-0002", price="1.00")  # entered by a person: it proves nothing
    assert bad(stand) == {}


def test_a_price_that_x3_found_otherwise_is_reported_with_its_reason(stand: X3Stand) -> None:
    enter(stand, "HUB-0001")
    order = next(iter(stand.erp.orders.table))
    order.lines[0].discount_value = Decimal("0.37")  # a rule of the site that no list shows
    assert list(bad(stand)) == ["HUB-0001"]
    assert "for reason 0, the lists say 10.37" in bad(stand)["HUB-0001"]


def test_only_the_full_reading_compares(stand: X3Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(price_probe.PriceProbe, "differences", lambda *given: asked.append(given) or {})
    with opened(stand.company) as session:
        _, cursor, _ = session.prices.read(None)
        session.prices.read(cursor)
    assert len(asked) == 1
