"""A list of changes shows an invoice and not its despatch: the invoice waits for it, and no longer than it must."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from tidegate.config.fulfilment import Fulfilment
from tidegate.conformance.memory.documents import Despatches
from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.flows.fulfilment import invoices_ahead, shipments
from tidegate.flows.invoice_steps import UNREAD_DESPATCH

LONGER = invoices_ahead.PATIENCE + timedelta(minutes=1)


@pytest.fixture
def shop(build: Build) -> Fulfilled:
    return Fulfilled(build())


def hide(monkeypatch: pytest.MonkeyPatch, *bad: BadRow) -> None:
    """From now on no list shows a despatch, and none moves its cursor."""
    monkeypatch.setattr(Despatches, "read", lambda self, since: Delta((), since or "0", bad=bad))


def waits_and_follows(shop: Fulfilled, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.invoice(placed)
    with monkeypatch.context() as patch:
        hide(patch)
        shop.run("invoices", "invoices")
        waiting = shop.item(placed, "invoices", "invoice:")
        assert (waiting.state, waiting.reason_code) == (State.HELD, Code.PARENT_PENDING)
        assert waiting.reason == invoices_ahead.UNREAD
        assert shop.documents(placed)["invoices"] == []
    shop.run("invoices")
    assert shop.documents(placed)["invoices"] == []  # the shipment is known now, and comes first
    shop.run("shipments", "invoices")
    (shipment,), (invoice,) = (shop.documents(placed)[kind] for kind in ("shipments", "invoices"))
    assert shipment["created_at"] <= invoice["created_at"]


def test_an_invoice_waits_for_a_despatch_that_no_list_shows_yet(
    shop: Fulfilled, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_and_follows(shop, monkeypatch)


def test_an_invoice_of_more_than_the_despatches_that_are_known_waits(
    shop: Fulfilled, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = shop.sent()
    first = max(shop.goods(placed), key=lambda code: shop.goods(placed)[code])
    shop.despatch(placed, {first: 1})
    shop.invoice(placed)
    shop.run("shipments", "invoices")
    assert len(shop.documents(placed)["invoices"]) == 1
    shop.despatch(placed)
    shop.invoice(placed)
    with monkeypatch.context() as patch:
        hide(patch)
        shop.run("shipments", "invoices")
        assert len(shop.documents(placed)["invoices"]) == 1
    shop.run("shipments", "invoices")
    assert len(shop.documents(placed)["shipments"]) == len(shop.documents(placed)["invoices"]) == 2


def test_an_invoice_that_waited_for_its_payment_waits_for_its_despatch_too(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Fulfilled(build(), fulfilment=Fulfilment(invoice_when="payment"))
    placed = shop.sent()
    shop.despatch(placed)
    made = shop.invoice(placed)
    with monkeypatch.context() as patch:
        hide(patch)
        shop.run("invoices")
        shop.pay(made)
        shop.run("payments", "invoices")
        waiting = shop.item(placed, "invoices", "invoice:")
        assert (waiting.state, waiting.waits_for) == (State.HELD, UNREAD_DESPATCH)
        assert "Sage's invoice is paid" in waiting.reason
        assert shop.documents(placed)["invoices"] == []
    shop.run("shipments", "invoices")
    documents = shop.documents(placed)
    assert [len(documents[kind]) for kind in ("shipments", "invoices")] == [1, 1]


def test_an_invoice_of_what_never_left_does_not_wait_for_ever(
    shop: Fulfilled, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.invoice(placed)
    hide(monkeypatch)
    shop.run("invoices")
    assert shop.documents(placed)["invoices"] == []
    shop.run("invoices", after=LONGER)
    assert len(shop.documents(placed)["invoices"]) == 1


def test_an_invoice_waits_as_long_as_a_despatch_cannot_be_read(
    shop: Fulfilled, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.invoice(placed)
    with monkeypatch.context() as patch:
        hide(patch, BadRow("despatch DN000001", "its quantity is no number", 1))
        shop.run("invoices", "invoices", after=LONGER)
        assert shop.documents(placed)["invoices"] == []
    shop.run("shipments", "invoices")
    assert len(shop.documents(placed)["invoices"]) == 1


def test_a_shop_that_ships_by_itself_waits_for_nothing(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.invoice(placed)
    flows = dict(shop.stage.connection.settings.flows)
    del flows[shipments.FLOW]
    shop.stage.reopen(flows=flows)
    shop.run("invoices")
    assert len(shop.documents(placed)["invoices"]) == 1


def test_the_bug_that_lets_an_invoice_overtake_its_despatch_shows(
    shop: Fulfilled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoices_ahead, "bills_more", lambda *given: False)
    with pytest.raises(AssertionError):
        waits_and_follows(shop, monkeypatch)
