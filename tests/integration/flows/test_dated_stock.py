"""What confirmed orders hold of a figure that was true at another time, and which of them the company has invoiced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import Stage
from tidegate.config.model import Flow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesInvoice, SalesOrderStatus
from tidegate.domain.states import State
from tidegate.domain.stock.stock_level import WebLine
from tidegate.flows.stock import ledger_lines
from tidegate.flows.stored_keys import stored_key
from tidegate.ledger import books, chain, order_documents
from tidegate.ledger.database import transaction
from tidegate.sage.port.orders import Found, OrderKey
from tidegate.sage.port.session import Purpose, Session
from tidegate_sandbox.magento import creditmemo, lifecycle

SKU = "HUB-0001"
PIECES = Decimal(3)


@pytest.fixture
def shop(build: Build) -> Stage:
    """A store, a company, and orders that go out."""
    stage = build()
    stage.reopen(flows={"orders": Flow(every="15m")})
    return stage


def owed(stage: Stage, as_of: datetime) -> list[Decimal]:
    """Of each line, the pieces that the figure still has and nobody may buy."""
    lines = ledger_lines.read(stage.connection, as_of, "HOME")
    return [line.ordered - line.allocated for line in lines if line.sku == SKU]


@pytest.mark.parametrize("happens", ["nothing", "is shipped in part", "is delivered", "is refunded in part"])
def test_an_order_is_off_a_later_figure_and_whole_in_an_earlier_one(shop: Stage, happens: str) -> None:
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    assert shop.state(placed) is State.CONFIRMED
    confirmed = shop.now
    order = shop.shop.order(placed)
    if happens != "nothing":
        lifecycle.invoice(shop.shop, order)
    if happens == "is refunded in part":
        part, rest = {order.items[0]["item_id"]: Decimal(1)}, creditmemo.Arguments(shipping=Decimal(0))
        creditmemo.refund(shop.shop, order, part, rest)
    elif happens != "nothing":
        lifecycle.ship(shop.shop, order, partly=happens == "is shipped in part")
    shop.cycle()
    before, after = confirmed - timedelta(hours=1), confirmed + timedelta(hours=1)
    assert owed(shop, before) == [PIECES]
    assert sum(owed(shop, after)) == 0


def test_an_order_that_the_shop_has_cancelled_is_promised_to_nobody(shop: Stage) -> None:
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    shop.shopper.cancel(placed)
    shop.cycle()
    assert owed(shop, shop.now - timedelta(days=1)) == []


class Answered:
    """A look-up that knows one order as this, and counts what it is asked."""

    def __init__(self, status: SalesOrderStatus, *, ours: bool = True) -> None:
        self._status, self._ours = status, ours
        self.asked: list[OrderKey] = []

    def find(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]]:
        """The same for each."""
        self.asked += keys
        there = [Found("7", "SI-7", self._status, one.key, one.reference, self._ours) for one in keys]
        return {one.key: [found] for one, found in zip(keys, there, strict=True)}


def unlisted(stage: Stage, search: Any, later: timedelta = timedelta()) -> list[int]:
    """The orders that the company has invoiced, of which it lists none."""
    found = ledger_lines.invoiced(stage.connection, [], stage.now + later, search)
    assert not isinstance(found, Failure)
    return [order.entity_id for order in found]


def test_an_order_whose_invoice_nobody_has_read_yet_is_looked_up(shop: Stage) -> None:
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    for status, ours, expected, why in (
        (SalesOrderStatus.COMPLETE, True, [placed], "it is off the figure"),
        (SalesOrderStatus.COMPLETE, False, [], "it is somebody else's"),
        (SalesOrderStatus.CANCELLED, True, [], "its goods are on the figure again"),
        (SalesOrderStatus.LIVE, True, [], "it was opened again meanwhile"),
    ):
        shop.connection.invoiced.clear()
        assert unlisted(shop, Answered(status, ours=ours)) == expected, why
    assert unlisted(shop, None) == []


@pytest.mark.parametrize("status", [SalesOrderStatus.COMPLETE, SalesOrderStatus.CANCELLED])
def test_an_order_that_has_ended_is_looked_up_once_a_day_and_a_new_one_at_once(
    shop: Stage, status: SalesOrderStatus
) -> None:
    """A cycle costs what is new: the flow `invoices` may be off, and the shop ships weeks later."""
    search = Answered(status)
    shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    expected = unlisted(shop, search)
    for minutes in range(15, 60 * 24, 15):
        assert unlisted(shop, search, timedelta(minutes=minutes)) == expected
    assert len(search.asked) == 1
    other = shop.order("guest", lines=[(SKU, 2)])
    shop.cycle()
    assert unlisted(shop, search) == expected + [other] * (status is SalesOrderStatus.COMPLETE)
    assert len(search.asked) == 2
    unlisted(shop, search, timedelta(days=1))
    assert len(search.asked) == 4, "an invoice may be void meanwhile"


def test_an_order_that_is_open_and_not_listed_is_looked_up_in_every_cycle(shop: Stage) -> None:
    search = Answered(SalesOrderStatus.LIVE)
    shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    for _ in range(3):
        assert unlisted(shop, search) == []
    assert len(search.asked) == 3, "it may be invoiced at any time"


def test_an_order_that_is_listed_or_whose_invoice_was_read_is_not_looked_up(shop: Stage) -> None:
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    search = Answered(SalesOrderStatus.COMPLETE)
    key = stored_key(shop.connection, "main", placed)
    listed = WebLine("1", "QU-1", key, "1", "", SKU, "HOME", PIECES, PIECES, Decimal(0), Decimal(0))
    found = ledger_lines.invoiced(shop.connection, [listed], shop.now, search)
    assert (found, search.asked) == ([], [])
    source_id = shop.delivery(placed).source_id
    assert source_id is not None
    with transaction("test"):
        chain.add([chain.ChainLink(source_id, "sage-invoice", "7", "SI-7")], shop.now)
    assert (unlisted(shop, search), search.asked) == ([placed], [])


def test_the_goods_of_an_invoice_that_is_void_are_back_on_the_figure(shop: Stage) -> None:
    """Its quote is called invoiced for ever, so that a look-up would not show it."""
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    source_id = shop.delivery(placed).source_id
    assert source_id is not None

    def tie(kind: str, id: str) -> None:
        with transaction("test"):
            chain.add([chain.ChainLink(source_id, kind, id, f"SI-{id}")], shop.now)

    search = Answered(SalesOrderStatus.COMPLETE)
    tie("void-invoice", "7")
    assert unlisted(shop, search) == [], "voided before it was read"
    tie("sage-invoice", "7")
    assert unlisted(shop, search) == []
    tie("sage-invoice", "8")
    assert unlisted(shop, search) == [placed], "it was invoiced again"
    assert search.asked == []


def test_an_invoice_that_was_voided_is_tied_to_its_order_and_makes_nothing(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.reopen(flows={name: Flow(every="15m") for name in ("orders", "invoices")})
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    key = stored_key(shop.connection, "main", placed)
    gone = SalesInvoice(
        "7", "SI-7", False, None, "", ("1",), (key, "of nobody"), *[Decimal(0)] * 3, void=True
    )
    with shop.connection.company.session(Purpose.READING) as session:
        assert isinstance(session, Session)
        assert session.invoices is not None
        monkeypatch.setattr(type(session.invoices), "read", lambda *_: Delta((gone,), "1"))
    assert shop.cycle("invoices").outcome == "done"
    source_id = shop.delivery(placed).source_id
    assert source_id is not None
    assert order_documents.invoiced([source_id]) == {source_id: False}
    assert order_documents.steps(source_id, "invoices", "") == []
    assert books.invoices_named(shop.connection.name, ["7"]) == []


def test_a_look_up_that_failed_is_no_answer(shop: Stage) -> None:
    shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()

    class Broken:
        def find(self, keys: Sequence[OrderKey]) -> Failure:
            return Failure(Code.UNREACHABLE, f"no answer about {len(keys)}")

    assert isinstance(ledger_lines.invoiced(shop.connection, [], shop.now, Broken()), Failure)


def test_what_a_list_of_an_earlier_time_does_not_have_yet_comes_off_too(shop: Stage) -> None:
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    assert shop.state(placed) is State.CONFIRMED
    before, after = shop.now - timedelta(hours=1), shop.now + timedelta(hours=1)

    def since(as_of: datetime, listed: list[WebLine]) -> list[Decimal]:
        lines = ledger_lines.entered_since(shop.connection, listed, as_of, "HOME")
        return [line.ordered - line.allocated for line in lines if line.sku == SKU]

    assert since(before, []) == [PIECES]
    assert since(after, []) == [], "it is off the figures"
    listed = ledger_lines.read(shop.connection, before, "HOME")
    assert since(before, listed) == [], "the list has it"
